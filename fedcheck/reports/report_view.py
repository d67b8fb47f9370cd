"""Everything that a template can name, built when it names it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

from fedcheck.analysis.board import Board
from fedcheck.analysis.gate_scope import describe_scopes
from fedcheck.analysis.gates import Gate, gates
from fedcheck.analysis.replacements import Replacement, list_replacements, summarize
from fedcheck.analysis.responsibilities import list_deliverables
from fedcheck.domain.glossary import ADVISED, DEMANDED, UNSOUND_STATES, Level
from fedcheck.domain.row import Row
from fedcheck.reports import service_context, views, wording
from fedcheck.reports.ask_views import AskBuilder, AsksView
from fedcheck.reports.change_views import ChangesView, build_changes_view
from fedcheck.reports.duty_views import (
    HandoffView,
    PhaseDutiesView,
    build_duty_views,
    build_handoff_views,
)
from fedcheck.reports.evidence_views import (
    EvidenceView,
    EvidenceViewBuilder,
    FindingView,
    RegisterView,
    RequestView,
    TestingView,
)
from fedcheck.reports.issue_views import IssueViewBuilder, build_testing_view
from fedcheck.reports.item_views import ItemView, ItemViewBuilder
from fedcheck.reports.page_views import (
    GroupView,
    PartyView,
    ReplacementView,
    ResultView,
    SlideView,
    build_group_views,
    build_party_views,
    build_result_views,
    describe_results,
)
from fedcheck.reports.past_state import PastState
from fedcheck.reports.redact import Veil
from fedcheck.reports.requirement_views import (
    build_ahead_views,
    build_decision_view,
    build_recurring_views,
    build_requirement_views,
    choose_subject,
)
from fedcheck.reports.slide_views import build_slide_views
from fedcheck.reports.view import LazyView, Shown
from fedcheck.reports.wording import PeopleNames
from fedcheck.reports.work_views import (
    build_deliverable_view,
    build_section_views,
    build_step_views,
    list_asked_roles,
    list_idle_roles,
)


class ReportView(LazyView):
    """Everything that a template can name, built when it names it."""

    def __init__(
        self,
        board: Board,
        milestone: str,
        since: Mapping[str, date],
        role: str,
        veil: Veil,
        earlier: PastState | None,
        full: bool,
        query: str,
    ) -> None:
        self._board = board
        self._reported = milestone
        self._since = since
        self._asked_role = role
        self._veil = veil
        self._earlier = earlier
        self._is_full = full
        self._query = query

    @cached_property
    def _names(self) -> PeopleNames:
        return PeopleNames(self._board.project)

    @cached_property
    def _evidence_items(self) -> EvidenceViewBuilder:
        return EvidenceViewBuilder(self._board, self._veil)

    @cached_property
    def _judged(self) -> list[Gate]:
        return gates(self._board, self._since)

    @cached_property
    def _chosen(self) -> Gate | None:
        return next((one for one in self._judged if one.milestone.id == self._reported), None)

    @cached_property
    def _items(self) -> Mapping[str, ItemView]:
        board = self._board
        builder = ItemViewBuilder(
            board, self._names, self._evidence_items, self._chosen, self._since
        )
        return {ref: ItemView(builder, row) for ref, row in board.rows.items()}

    @cached_property
    def _milestones(self) -> tuple[views.MilestoneView, ...]:
        board, judged = self._board, self._judged
        scopes = describe_scopes(board.project.process, judged)
        return tuple(
            service_context.build_milestone_view(board, one, self._reported, scope)
            for one, scope in zip(judged, scopes, strict=True)
        )

    @cached_property
    def _issues(self) -> IssueViewBuilder:
        return IssueViewBuilder(self._board, self._names, self._evidence_items)

    @cached_property
    def _findings(self) -> Mapping[str, FindingView]:
        return self._issues.findings()

    @cached_property
    def _replacements(self) -> Sequence[Replacement]:
        return list_replacements(self._board.project)

    @cached_property
    def _subject(self) -> str:
        return self._asked_role or choose_subject(self._board.project)

    @cached_property
    def _presenter(self) -> str:
        return self._asked_role or self._board.project.config.role

    @cached_property
    def _requirements(self) -> tuple[tuple[views.RequirementView, ...], str]:
        return build_requirement_views(self._board, self._subject)

    @cached_property
    def _rules(self) -> tuple[views.RulesDayView, ...]:
        return tuple(service_context.build_rules_day_views(self._board, self._presenter))

    @cached_property
    def _recurring(self) -> tuple[views.RecurringView, ...]:
        return tuple(build_recurring_views(self._board, self._subject, self._names))

    def _build_role_view(self, role: str) -> views.RoleView:
        return service_context.build_role_view(self._board.project.process, role)

    def _view_rows(self, rows: Iterable[Row]) -> tuple[ItemView, ...]:
        return tuple(self._items[row.ref] for row in rows)

    @cached_property
    def _declined(self) -> list[Row]:
        return [row for row in self._board.rows.values() if row.record.status == "na"]

    @Shown
    def format(self) -> int:
        return views.FORMAT

    @Shown
    def as_of(self) -> date:
        return self._board.today

    @Shown
    def service(self) -> views.ServiceView:
        return service_context.build_service_view(self._board)

    @Shown
    def process(self) -> views.ProcessView:
        return service_context.build_process_view(self._board)

    @Shown
    def state(self) -> str:
        return wording.describe_state(self._board, self._chosen, self._judged)

    @Shown
    def unreadable(self) -> tuple[views.UnreadableView, ...]:
        return tuple(service_context.build_unreadable_views(self._board))

    @Shown
    def replaced(self) -> str:
        # Lists of an import of the rules take nothing out: no reader needs to know of them.
        return summarize([one for one in self._replacements if one.takes_out])

    @Shown
    def replacements(self) -> tuple[ReplacementView, ...]:
        return tuple(service_context.build_replacement_view(one) for one in self._replacements)

    @Shown
    def milestone(self) -> views.MilestoneView | None:
        return next((one for one in self._milestones if one.reported), None)

    @Shown
    def milestones(self) -> tuple[views.MilestoneView, ...]:
        return self._milestones

    @Shown
    def rules(self) -> tuple[views.RulesDayView, ...]:
        return self._rules

    @Shown
    def requirements(self) -> tuple[views.RequirementView, ...]:
        return self._requirements[0]

    @Shown
    def coverage(self) -> str:
        return self._requirements[1]

    @Shown
    def decision(self) -> views.NextDecisionView | None:
        return build_decision_view(self._board, self._reported)

    @Shown
    def recurring(self) -> tuple[views.RecurringView, ...]:
        return self._recurring

    @Shown
    def ahead(self) -> tuple[views.AheadView, ...]:
        return build_ahead_views(self._board, self._milestones, self._rules, self._recurring)

    @Shown
    def phases(self) -> tuple[views.PhaseView, ...]:
        return tuple(service_context.build_phase_views(self._board, self._judged, self._reported))

    @Shown
    def deliverables(self) -> tuple[views.DeliverableView, ...]:
        return tuple(
            build_deliverable_view(one, self._chosen, self._items)
            for one in list_deliverables(self._board)
        )

    @Shown
    def blocked(self) -> tuple[ItemView, ...]:
        return self._view_rows(
            row for row in self._board.rows.values() if row.record.status == "blocked"
        )

    @Shown
    def evidence(self) -> tuple[EvidenceView, ...]:
        return tuple(
            one
            for ref, row in self._board.rows.items()
            if any(state in UNSOUND_STATES for state in row.evidence)
            for one in self._items[ref].evidence
            if one.state in UNSOUND_STATES
        )

    @Shown
    def register(self) -> tuple[RegisterView, ...]:
        return tuple(self._evidence_items.register(self._names))

    @Shown
    def requests(self) -> tuple[RequestView, ...]:
        return tuple(self._issues.requests(accepted=False))

    @Shown
    def accepted(self) -> tuple[RequestView, ...]:
        return tuple(self._issues.requests(accepted=True))

    @Shown
    def findings(self) -> tuple[FindingView, ...]:
        return tuple(one for one in self._findings.values() if one.state == "open")

    @Shown
    def remediated(self) -> tuple[FindingView, ...]:
        return tuple(one for one in self._findings.values() if one.state != "open")

    @Shown
    def slides(self) -> tuple[SlideView, ...]:
        return tuple(build_slide_views(self._board, self._items))

    @Shown
    def testing(self) -> TestingView:
        return build_testing_view(self._board, self._names, self._findings, self._query)

    @Shown
    def duties(self) -> tuple[PhaseDutiesView, ...]:
        return tuple(build_duty_views(self._board))

    @Shown
    def handoffs(self) -> tuple[HandoffView, ...]:
        return tuple(build_handoff_views(self._board, self._names, self._since))

    @Shown
    def pace(self) -> views.PaceView | None:
        return service_context.build_pace_view(self._board, self._reported)

    @Shown
    def role(self) -> views.RoleView | None:
        return self._build_role_view(self._asked_role) if self._asked_role else None

    @Shown
    def presenting(self) -> views.RoleView:
        return self._build_role_view(self._presenter)

    @Shown
    def agenda(self) -> tuple[views.SectionView, ...]:
        return tuple(build_section_views(self._board, self._chosen, self._presenter, self._items))

    @Shown
    def steps(self) -> tuple[views.StepView, ...]:
        return tuple(build_step_views(self._board, self._chosen, self._names))

    @Shown
    def idle(self) -> tuple[str, ...]:
        return tuple(list_idle_roles(self._board, self._chosen))

    @Shown
    def not_applicable(self) -> tuple[ItemView, ...]:
        return self._view_rows(row for row in self._declined if row.item.level in DEMANDED)

    @Shown
    def declined(self) -> tuple[ItemView, ...]:
        return self._view_rows(row for row in self._declined if row.item.level in ADVISED)

    @Shown
    def not_taken(self) -> tuple[ItemView, ...]:
        return self._view_rows(row for row in self._declined if row.item.level == Level.MAY)

    @Shown
    def items(self) -> tuple[ItemView, ...]:
        return tuple(self._items.values())

    @Shown
    def totals(self) -> views.TotalsView:
        return service_context.build_totals_view(self._board)

    @Shown
    def full(self) -> bool:
        return self._is_full

    @Shown
    def asks(self) -> AsksView:
        return AskBuilder(self._board, self._names, self._chosen, self._presenter).build()

    @Shown
    def parties(self) -> tuple[PartyView, ...]:
        return tuple(
            build_party_views(
                self._board, self._chosen, self._names, list_asked_roles(self._board, self._chosen)
            )
        )

    @Shown
    def groups(self) -> tuple[GroupView, ...]:
        return tuple(build_group_views(self._board, self._chosen, self._names))

    @Shown
    def results(self) -> tuple[ResultView, ...]:
        return build_result_views(self._board, self._board.project.process.provider)

    @Shown
    def remarks(self) -> tuple[str, ...]:
        return describe_results(self._board, self._board.project.process.provider)

    @Shown
    def changes(self) -> ChangesView | None:
        if self._earlier is None:
            return None
        return build_changes_view(self._board, self._earlier, self._veil, self._since)
