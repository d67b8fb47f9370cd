"""What a template sees: plain data with names that stay, apart from how the program is built.

Texts are single lines, dates are dates. The names are described in docs/report.md and versioned by
`FORMAT`: a name is added freely, and changed or removed only with a new version.
"""

from datetime import date

from fedcheck.reports.evidence_views import (
    EvidenceView,
)
from fedcheck.reports.gate_views import GateView
from fedcheck.reports.item_views import ItemView
from fedcheck.reports.view import View

FORMAT = 1
"""The newest version of the context that this program gives to templates."""


class ServiceView(View, frozen=True):
    """The service offering, and what it is going for: the profile by its titles."""

    name: str
    provider: str
    profile: str
    going_for: str
    role: str
    marking: str


class RoleView(View, frozen=True):
    """A role that takes part."""

    id: str
    label: str
    title: str


class ProcessView(View, frozen=True):
    """The authorization path."""

    id: str
    title: str
    summary: str
    historical: bool
    followed_by: str
    note: str
    roles: tuple[RoleView, ...]


class CountView(View, frozen=True):
    """How many items have which status. `total` counts all, `countable` all but n/a."""

    role: str
    total: int
    countable: int
    done: int
    doing: int
    blocked: int
    todo: int
    na: int
    overdue: int
    percent: int
    text: str


class PhaseView(View, frozen=True):
    """A phase: its counts role by role (none where a role owes nothing there), and its gate.

    The gate is that of the report's milestone, or else the first one that lacks anything in it.
    `begun` shows whether anything in it was touched; `asked` counts what the roles owe that the
    report's milestone asks.
    """

    id: str
    title: str
    purpose: str
    begun: bool
    roles: tuple[str, ...]
    counts: tuple[CountView | None, ...]
    total: CountView
    asked: CountView
    gate: str


class MilestoneView(View, frozen=True):
    """A milestone with its date; `gate` is none where it closes no phase.

    `roles` are those whose items its gate asks for; all that owe anything where it names none.
    """

    id: str
    title: str
    question: str
    roles: tuple[str, ...]
    date: date | None
    days: int | None
    away: str
    when: str
    reported: bool
    gate: GateView | None


class DeliverableView(View, frozen=True):
    """A document of the process; its state is that of the item that hands it over.

    `needed` shows whether the milestone of the report is based on it.
    """

    id: str
    title: str
    status: str
    state: str
    owner: str
    reviewers: str
    due: date | None
    by: date | None
    done: date | None
    needed: bool
    evidence: tuple[EvidenceView, ...]


class StepView(View, frozen=True):
    """One of the next things that a role can do; `by` is its due date, or else the milestone's."""

    role: str
    owner: str
    name: str
    ref: str
    due: date | None
    by: date | None
    why: str


class TotalsView(View, frozen=True):
    """Counts over the whole workspace; `trouble` reports the evidence in a sentence."""

    items: int
    evidence: int
    trouble: str
    stale: int
    missing: int
    changed: int
    unverified: int
    overdue: int


class UnreadableView(View, frozen=True):
    """A file that could not be read: the report does not know what it holds."""

    file: str
    line: int
    why: str
    items: int


class SectionView(View, frozen=True):
    """A section of the lists that a role brings to the conversation of the milestone."""

    title: str
    count: CountView
    items: tuple[ItemView, ...]


class WeekView(View, frozen=True):
    """A week, by its Monday, and how many items were done in it."""

    start: date
    done: int


class PaceView(View, frozen=True):
    """How fast the items of the milestone get done, per week: the last weeks, oldest first."""

    weeks: tuple[WeekView, ...]
    done: int
    total: int
    made: float
    needed: float | None
    late: bool
    text: str


class RulesDayView(View, frozen=True):
    """A day on which rules begin to bind or their grace ends; `waits` states for what it waits."""

    date: date | None
    days: int | None
    away: str
    what: str
    why: str
    source: str
    waits: str


class RequirementView(View, frozen=True):
    """Requirements of one kind and force that apply: addressed, declined with a reason, or open."""

    title: str
    levels: str
    total: int
    addressed: int
    declined: int
    outstanding: int
    optional: bool


class NextDecisionView(View, frozen=True):
    """The next decision from the milestone of the report on: at which milestone, by whom, what."""

    milestone: str
    when: str
    who: str
    what: str


class RecurringView(View, frozen=True):
    """The next day on which something that recurs is due."""

    name: str
    ref: str
    owner: str
    every: str
    date: date
    away: str
    late: bool


class AheadView(View, frozen=True):
    """A day ahead: a milestone with its gate, rules that bind, or something that recurs."""

    date: date
    days: int
    away: str
    what: str
    state: str
