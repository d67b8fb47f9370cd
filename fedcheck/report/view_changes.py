"""What a template sees of what changed since an earlier state."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One thing that is different; `what` says it in words, `worse` that it got worse.

    `name` is the title of the item, request, finding or milestone; `because` the title of the
    milestone whose move moved a due date; `evidence` what the piece of evidence is called.
    """

    kind: str
    trend: str
    worse: bool
    about: str
    ref: str
    name: str
    what: str
    was: str
    now: str
    why: str
    role: str
    owner: str
    evidence: str
    because: str


@dataclass(frozen=True, slots=True)
class ChangeGroupView:
    """Changes of one sort; `worse` is how many of them got worse."""

    id: str
    title: str
    worse: int
    changes: tuple[ChangeView, ...]


@dataclass(frozen=True, slots=True)
class NewLackView:
    """What gates lack that they did not lack before; `milestones` names the gates."""

    kind: str
    ref: str
    name: str
    why: str
    owner: str
    milestones: str


@dataclass(frozen=True, slots=True)
class GateChangeView:
    """How the gate of a milestone changed: what it lacked and lacks; how much is new or gone."""

    milestone: str
    title: str
    trend: str
    before: int
    after: int
    new: int
    gone: int
    what: str


@dataclass(frozen=True, slots=True)
class ChangesView:
    """What changed since an earlier state; what got worse stands first in each group.

    `since` is the day of that state, `words` says what it is, `notes` what is not known of it.
    `lacking` is what gates lack newly, each thing once.
    """

    since: date
    words: str
    notes: tuple[str, ...]
    summary: str
    worse: int
    better: int
    other: int
    groups: tuple[ChangeGroupView, ...]
    gates: tuple[GateChangeView, ...]
    lacking: tuple[NewLackView, ...]
