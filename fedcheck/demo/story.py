"""What an example shows: who, when, and what is out of the ordinary. All of it is fictional.

Days count from today: -3 is three days ago. Items that a checklist does not have are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

MARKING = "Fictional example. Contains no real data"
TIMEZONE = "America/New_York"


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a role is in a phase: share done and in progress in percent, and since when."""

    done: int
    doing: int
    first_day: int
    last_day: int


@dataclass(frozen=True, slots=True)
class ItemOverride:
    """What is out of the ordinary about an item; empty fields leave it as it would be."""

    status: str = ""
    result: str = ""
    owner: str = ""
    due: int | None = None
    note: str = ""
    reason: str = ""
    evidence_day: int | None = None
    lost_file: bool = False
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What an assessor recorded about an item on a day; empty for what is still to be done."""

    who: str
    day: int
    verified: str = ""
    validated: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One example workspace.

    Attributes:
        lead: the person whose workspace it is.
        finder: the person who found what `findings` holds.
        milestones: milestones with a date of their own, in days from today.
        people: full name and role of those who take part.
        owners: who does the work of a role.
        paces: how far each phase, role and section is (no section: the rest); else nothing is done.
        overrides: the items with a story of their own, by reference.
        notes: what was decided about an item that has begun, by the id of the item.
        assessments: what the assessor recorded about requirements, by reference.
        findings: text of `findings.toml`, with days as in `{-15}` and `{+40}`.
        requests: text of `requests.toml`, with days alike.
        tables: more tables of `fedcheck.toml`, with days alike.
        evidence_address: where evidence is kept; list and item follow.
        ticket_prefix: what tickets begin with.
    """

    process: str
    name: str
    provider: str
    profile: Mapping[str, str]
    role: str
    lead: str
    finder: str
    milestones: Mapping[str, int]
    people: Mapping[str, tuple[str, str]]
    owners: Mapping[str, tuple[str, ...]]
    paces: Mapping[tuple[str, str, str], Pace]
    overrides: Mapping[str, ItemOverride]
    findings: str
    requests: str
    evidence_address: str
    ticket_prefix: str
    notes: Mapping[str, str] = field(default_factory=dict)
    assessments: Mapping[str, Assessment] = field(default_factory=dict)
    tables: str = ""
