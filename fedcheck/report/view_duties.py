"""What a template sees of who does what, and of who waits for whom."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DutyView:
    """A document: who prepares, contributes and reviews, and who decides at the end of its phase.

    Roles are told as labels between commas.
    """

    title: str
    phase: str
    prepares: str
    contributes: str
    reviews: str
    decides: str
    state: str
    due: date | None


@dataclass(frozen=True, slots=True)
class PartView:
    """What one role does in a phase."""

    role: str
    label: str
    owes: tuple[str, ...]
    items: int
    text: str
    prepares: tuple[str, ...]
    reviews: tuple[str, ...]
    decides: tuple[str, ...]
    idle: bool


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A milestone that ends a phase, who decides at it, and what."""

    title: str
    date: date | None
    by: str
    decision: str


@dataclass(frozen=True, slots=True)
class PhaseDutiesView:
    """A phase: its documents, what each role does in it, and the decisions that end it."""

    id: str
    title: str
    documents: tuple[DutyView, ...]
    parts: tuple[PartView, ...]
    decisions: tuple[DecisionView, ...]


@dataclass(frozen=True, slots=True)
class HandoffView:
    """One thing that a role waits for; `blocks` and `behind` count what it holds up."""

    waits: str
    waits_role: str
    on: str
    on_role: str
    what: str
    name: str
    ref: str
    owner: str
    status: str
    since: date | None
    age: int | None
    due: date | None
    overdue: bool
    blocks: int
    behind: int
