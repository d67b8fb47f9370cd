"""What a template sees: plain data with names that stay, apart from how the program is built.

Texts are single lines, dates are dates. The names are described in docs/report.md and versioned by
`FORMAT`: a name is added freely, and changed or removed only with a new version.
"""

from dataclasses import dataclass
from datetime import date

from fedcheck.reports.ask_views import AsksView
from fedcheck.reports.change_views import ChangesView
from fedcheck.reports.duty_views import HandoffView, PhaseDutiesView
from fedcheck.reports.evidence_views import (
    EvidenceView,
    FindingView,
    RegisterView,
    RequestView,
    TestingView,
)
from fedcheck.reports.page_views import (
    GroupView,
    PartyView,
    ReplacementView,
    ResultView,
    SlideView,
)

FORMAT = 1
"""The newest version of the context that this program gives to templates."""


@dataclass(frozen=True, slots=True)
class ServiceView:
    """The service offering, and what it is going for: the profile by its titles."""

    name: str
    provider: str
    profile: str
    going_for: str
    role: str
    marking: str


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role that takes part."""

    id: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class ProcessView:
    """The authorization path."""

    id: str
    title: str
    summary: str
    historical: bool
    followed_by: str
    note: str
    roles: tuple[RoleView, ...]


@dataclass(frozen=True, slots=True)
class CountView:
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


@dataclass(frozen=True, slots=True)
class PhaseView:
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


@dataclass(frozen=True, slots=True)
class LackView:
    """One thing that a gate lacks, needed by its own due date or else by the milestone.

    `since` is the day since when it is owed, where something shows it.
    """

    kind: str
    ref: str
    name: str
    why: str
    by: date | None
    since: date | None


@dataclass(frozen=True, slots=True)
class OwedView:
    """What one owner owes a gate."""

    owner: str
    person: str
    role: str
    count: int
    missing: tuple[LackView, ...]


@dataclass(frozen=True, slots=True)
class GateView:
    """Whether the gate of a milestone is met, and what is missing."""

    ready: bool
    count: int
    scope: str
    verdict: str
    answer: str
    counted: str
    owed: tuple[OwedView, ...]


@dataclass(frozen=True, slots=True)
class MilestoneView:
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


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item that applies. `name` is its title, after its official code if it has one.

    `asked` shows whether the milestone of the report is based on it.
    """

    ref: str
    id: str
    code: str
    name: str
    title: str
    phase: str
    role: str
    section: str
    kind: str
    level: str
    controls: tuple[str, ...]
    methods: tuple[str, ...]
    status: str
    state: str
    result: str
    owner: str
    owner_id: str
    due: date | None
    done: date | None
    since: date | None
    overdue: bool
    waiting: bool
    changed: bool
    asked: bool
    reason: str
    note: str
    evidence: tuple[EvidenceView, ...]


@dataclass(frozen=True, slots=True)
class DeliverableView:
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


@dataclass(frozen=True, slots=True)
class StepView:
    """One of the next things that a role can do; `by` is its due date, or else the milestone's."""

    role: str
    owner: str
    name: str
    ref: str
    due: date | None
    by: date | None
    why: str


@dataclass(frozen=True, slots=True)
class TotalsView:
    """Counts over the whole workspace; `trouble` reports the evidence in a sentence."""

    items: int
    evidence: int
    trouble: str
    stale: int
    missing: int
    changed: int
    unverified: int
    overdue: int


@dataclass(frozen=True, slots=True)
class UnreadableView:
    """A file that could not be read: the report does not know what it holds."""

    file: str
    line: int
    why: str
    items: int


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section of the lists that a role brings to the conversation of the milestone."""

    title: str
    count: CountView
    items: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True)
class WeekView:
    """A week, by its Monday, and how many items were done in it."""

    start: date
    done: int


@dataclass(frozen=True, slots=True)
class PaceView:
    """How fast the items of the milestone get done, per week: the last weeks, oldest first."""

    weeks: tuple[WeekView, ...]
    done: int
    total: int
    made: float
    needed: float | None
    late: bool
    text: str


@dataclass(frozen=True, slots=True)
class RulesDayView:
    """A day on which rules begin to bind or their grace ends; `waits` states for what it waits."""

    date: date | None
    days: int | None
    away: str
    what: str
    why: str
    source: str
    waits: str


@dataclass(frozen=True, slots=True)
class RequirementView:
    """Requirements of one kind and force that apply: addressed, declined with a reason, or open."""

    title: str
    levels: str
    total: int
    addressed: int
    declined: int
    outstanding: int
    optional: bool


@dataclass(frozen=True, slots=True)
class NextDecisionView:
    """The next decision from the milestone of the report on: at which milestone, by whom, what."""

    milestone: str
    when: str
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class RecurringView:
    """The next day on which something that recurs is due."""

    name: str
    ref: str
    owner: str
    every: str
    date: date
    away: str
    late: bool


@dataclass(frozen=True, slots=True)
class AheadView:
    """A day ahead: a milestone with its gate, rules that bind, or something that recurs."""

    date: date
    days: int
    away: str
    what: str
    state: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """Everything that a template can name."""

    format: int
    as_of: date
    service: ServiceView
    process: ProcessView
    state: str
    unreadable: tuple[UnreadableView, ...]
    replaced: str
    replacements: tuple[ReplacementView, ...]
    milestone: MilestoneView | None
    milestones: tuple[MilestoneView, ...]
    rules: tuple[RulesDayView, ...]
    requirements: tuple[RequirementView, ...]
    coverage: str
    decision: NextDecisionView | None
    recurring: tuple[RecurringView, ...]
    ahead: tuple[AheadView, ...]
    phases: tuple[PhaseView, ...]
    deliverables: tuple[DeliverableView, ...]
    blocked: tuple[ItemView, ...]
    evidence: tuple[EvidenceView, ...]
    register: tuple[RegisterView, ...]
    requests: tuple[RequestView, ...]
    accepted: tuple[RequestView, ...]
    findings: tuple[FindingView, ...]
    remediated: tuple[FindingView, ...]
    slides: tuple[SlideView, ...]
    testing: TestingView
    duties: tuple[PhaseDutiesView, ...]
    handoffs: tuple[HandoffView, ...]
    pace: PaceView | None
    role: RoleView | None
    presenting: RoleView
    agenda: tuple[SectionView, ...]
    steps: tuple[StepView, ...]
    idle: tuple[str, ...]
    not_applicable: tuple[ItemView, ...]
    declined: tuple[ItemView, ...]
    not_taken: tuple[ItemView, ...]
    items: tuple[ItemView, ...]
    totals: TotalsView
    full: bool
    asks: AsksView
    parties: tuple[PartyView, ...]
    groups: tuple[GroupView, ...]
    results: tuple[ResultView, ...]
    remarks: tuple[str, ...]
    changes: ChangesView | None = None
