"""Gather what a report shows: from the board of a day to the view that templates see."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.analysis import agenda, evidence_register
from fedcheck.analysis.board import Board, build_board
from fedcheck.analysis.gates import Gate, asks_for, gate, gates
from fedcheck.analysis.replacements import Replacement, list_replacements, summarize
from fedcheck.analysis.responsibilities import DeliverableState, list_deliverables
from fedcheck.analysis.waiting_since import STATUS_FIELDS, find_status_dates, list_stale_later
from fedcheck.domain.glossary import ADVISED, DEMANDED, UNSOUND_STATES, Level
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line
from fedcheck.reports import service_context, views, wording
from fedcheck.reports.ask_views import AskBuilder
from fedcheck.reports.change_views import build_changes_view
from fedcheck.reports.duty_views import build_duty_views, build_handoff_views
from fedcheck.reports.evidence_views import EvidenceViewBuilder
from fedcheck.reports.issue_views import IssueViewBuilder, build_testing_view
from fedcheck.reports.markdown import mark_text
from fedcheck.reports.page_views import (
    ReplacementView,
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
from fedcheck.reports.service_context import workspace_relative
from fedcheck.reports.slide_views import build_slide_views
from fedcheck.reports.wording import PeopleNames
from fedcheck.storage.history_search import HistorySearch

T = TypeVar("T")

MAX_STEPS = 5
"""How many next steps of each role a report shows."""


def gather_context(
    shared: Board,
    root: Path,
    milestone: str,
    role: str,
    redact: frozenset[str],
    earlier: PastState | None,
    full: bool = False,
    query: str = "",
) -> views.ReportView:
    """Return what a template sees of a workspace.

    Args:
        shared: the project on the day of the report, without what is under `private/`.
        root: the workspace, for its history.
        milestone: id of the milestone that the report is for; empty where the process has none.
        role: the role that the report is shown for; empty for all.
        redact: what is left out, some of redact.REDACTIONS.
        earlier: the state that the report is to show the changes since.
        full: whether every list is shown to its end.
        query: which tests are counted; empty for the usual ones.
    """
    veil = Veil(shared.project, redact)
    seen = build_board(veil(), shared.today) if redact else shared
    zone = ZoneInfo(seen.project.config.timezone)
    since = find_status_dates(
        seen.project, HistorySearch(root, [root]).list_lines_on(STATUS_FIELDS), zone
    )
    return build_context(
        seen, milestone, since, role=role, veil=veil, earlier=earlier, full=full, query=query
    )


def build_context(
    board: Board,
    milestone: str,
    since: Mapping[str, date],
    *,
    role: str = "",
    veil: Veil | None = None,
    earlier: PastState | None = None,
    full: bool = False,
    query: str = "",
) -> views.ReportView:
    """Return what a template sees of a board, with its texts marked for Markdown.

    Args:
        board: the project on the day of the report, without what the veil leaves out.
        milestone: id of the milestone that the report is for; empty where the process has none.
        since: the day on which items took their status, as far as it is known.
        role: the role that the report is shown for; empty for all.
        veil: what is left out.
        earlier: the state that the report is to show the changes since.
        full: whether every list is shown to its end.
        query: which tests are counted; empty for the usual ones.
    """
    hidden = veil or Veil(board.project)
    found = _ContextBuilder(board, milestone, since, role, hidden, full, query).report()
    if earlier is not None:
        found = dataclasses.replace(
            found, changes=build_changes_view(board, earlier, hidden, since)
        )
    return _mark_texts(found)


def _mark_texts(value: T) -> T:
    """Return a view in which every text has been marked."""
    found: Any = value
    if isinstance(value, str):
        found = mark_text(value)
    elif isinstance(value, tuple):
        found = tuple(_mark_texts(one) for one in value)
    elif is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value)]
        found = dataclasses.replace(
            value, **{name: _mark_texts(getattr(value, name)) for name in names}
        )
    elif isinstance(value, Struct):
        names = list(value.__struct_fields__)
        found = replace(value, **{name: _mark_texts(getattr(value, name)) for name in names})
    return found  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _ContextBuilder:
    board: Board
    milestone: str
    since: Mapping[str, date]
    role: str
    veil: Veil
    full: bool = False
    query: str = ""

    @cached_property
    def names(self) -> PeopleNames:
        return PeopleNames(self.board.project)

    @cached_property
    def evidence_items(self) -> EvidenceViewBuilder:
        return EvidenceViewBuilder(self.board, self.veil)

    def report(self) -> views.ReportView:
        board, project = self.board, self.board.project
        judged = gates(board, self.since)
        milestone = project.process.milestone(self.milestone)
        chosen = gate(board, milestone, self.since) if milestone else None
        milestones = tuple(
            service_context.build_milestone_view(board, one, self.milestone, judged)
            for one in judged
        )
        why = {
            (t.row.ref, t.evidence_item.id): t.why
            for t in evidence_register.list_unsound_evidence(board)
        }
        items = {ref: self._item(row, why, chosen) for ref, row in board.rows.items()}
        states = [state for row in board.rows.values() for state in row.evidence]
        declined = [e for e in board.rows.values() if e.record.status == "na"]
        ledgers = IssueViewBuilder(board, self.names, self.evidence_items)
        replacements = list_replacements(project)
        findings = ledgers.findings()
        subject = self.role or choose_subject(project)
        requirements, coverage = build_requirement_views(board, subject)
        rules = tuple(
            service_context.build_rules_day_views(board, self.role or project.config.role)
        )
        recurring = tuple(build_recurring_views(board, subject, self.names))
        return views.ReportView(
            format=views.FORMAT,
            as_of=board.today,
            service=service_context.build_service_view(board),
            process=service_context.build_process_view(board),
            state=wording.describe_state(board, chosen, judged),
            unreadable=tuple(self._unreadable()),
            # Lists of an import of the rules take nothing out: no reader needs to know of them.
            replaced=summarize([one for one in replacements if one.takes_out]),
            replacements=tuple(_replacement(one) for one in replacements),
            milestone=next((m for m in milestones if m.reported), None),
            milestones=milestones,
            rules=rules,
            requirements=requirements,
            coverage=coverage,
            decision=build_decision_view(board, self.milestone),
            recurring=recurring,
            ahead=build_ahead_views(board, milestones, rules, recurring),
            phases=tuple(service_context.build_phase_views(board, judged, self.milestone)),
            deliverables=tuple(
                self._deliverable(p, chosen, items) for p in list_deliverables(board)
            ),
            blocked=tuple(i for i in items.values() if i.status == "blocked"),
            evidence=tuple(
                e for i in items.values() for e in i.evidence if e.state in UNSOUND_STATES
            ),
            register=tuple(self.evidence_items.register(self.names)),
            requests=tuple(ledgers.requests(accepted=False)),
            accepted=tuple(ledgers.requests(accepted=True)),
            findings=tuple(one for one in findings.values() if one.state == "open"),
            remediated=tuple(one for one in findings.values() if one.state != "open"),
            slides=tuple(build_slide_views(board, items)),
            testing=build_testing_view(board, self.names, findings, self.query),
            duties=tuple(build_duty_views(board)),
            handoffs=tuple(build_handoff_views(board, self.names, self.since)),
            pace=service_context.build_pace_view(board, self.milestone),
            role=service_context.build_role_view(project.process, self.role) if self.role else None,
            presenting=service_context.build_role_view(
                project.process, self.role or project.config.role
            ),
            agenda=tuple(self._agenda(chosen, items)),
            steps=tuple(self._steps(chosen)),
            idle=tuple(self._idle(chosen)),
            not_applicable=tuple(items[e.ref] for e in declined if e.item.level in DEMANDED),
            declined=tuple(items[e.ref] for e in declined if e.item.level in ADVISED),
            not_taken=tuple(items[e.ref] for e in declined if e.item.level == Level.MAY),
            items=tuple(items.values()),
            totals=views.TotalsView(
                items=len(items),
                evidence=len(states),
                trouble=wording.describe_evidence(states, len(list_stale_later(board))),
                stale=states.count("stale"),
                missing=states.count("missing"),
                changed=states.count("changed"),
                unverified=states.count("unverified"),
                overdue=sum(row.overdue for row in board.rows.values()),
            ),
            full=self.full,
            asks=AskBuilder(board, self.names, chosen, self.role or project.config.role).build(),
            parties=tuple(build_party_views(board, chosen, self.names, self._asked_roles(chosen))),
            groups=tuple(build_group_views(board, chosen, self.names)),
            results=build_result_views(board, project.process.provider),
            remarks=describe_results(board, project.process.provider),
        )

    def _unreadable(self) -> Iterable[views.UnreadableView]:
        for broken in self.board.project.broken:
            hidden = [
                e for e in self.board.rows.values() if e.unknown and e.checklist == broken.checklist
            ]
            path = workspace_relative(self.board, broken.path)
            yield views.UnreadableView(path, broken.line, one_line(broken.message), len(hidden))

    def _item(
        self, row: Row, why: Mapping[tuple[str, str], str], chosen: Gate | None
    ) -> views.ItemView:
        item, record = row.item, row.record
        owner, name = self.names.who(row.responsible, row.role), wording.format_item_name(row)
        evidence_items = zip(record.evidence, row.evidence, strict=True)
        return views.ItemView(
            ref=row.ref,
            id=item.id,
            code=item.code,
            name=wording.format_title(name),
            title=wording.format_title(item.title),
            phase=row.phase,
            role=row.role,
            section=wording.format_title(row.section.title),
            kind=item.kind,
            level=item.level,
            controls=item.controls,
            methods=item.methods,
            status=record.status,
            state=wording.status_text(row.state),
            result=record.result,
            owner=owner,
            owner_id=record.owner,
            due=row.due,
            done=record.done,
            since=self.since.get(row.ref),
            overdue=row.overdue,
            waiting=row.waiting,
            changed=row.changed,
            asked=chosen is None
            or not chosen.milestone.closes
            or asks_for(self.board, chosen.milestone, row),
            reason=wording.format_reason(record.reason),
            note=wording.format_reason(record.note),
            evidence=tuple(
                self.evidence_items.view(
                    evidence_item, state, why.get((row.ref, evidence_item.id), ""), name, owner
                )
                for evidence_item, state in evidence_items
            ),
        )

    def _deliverable(
        self,
        deliverable: DeliverableState,
        chosen: Gate | None,
        items: Mapping[str, views.ItemView],
    ) -> views.DeliverableView:
        document = deliverable.deliverable
        needed = chosen is None or not chosen.milestone.closes or _depends_on(deliverable, chosen)
        item = items.get(deliverable.row.ref) if deliverable.row else None
        due = item.due if item else None
        return views.DeliverableView(
            id=document.id,
            title=wording.format_title(document.title),
            status=item.status if item else "",
            state=item.state if item else "in no checklist",
            owner=item.owner if item else wording.role_label(document.owner),
            reviewers=", ".join(wording.role_label(role) for role in document.reviewers),
            due=due,
            by=wording.find_earliest(due, chosen.date if chosen and needed else None),
            done=item.done if item else None,
            needed=needed,
            evidence=item.evidence if item else (),
        )

    def _agenda(
        self, chosen: Gate | None, items: Mapping[str, views.ItemView]
    ) -> Iterable[views.SectionView]:
        """Yield what the presenting role brings: its lists of its last phase before the gate."""
        if not chosen or not chosen.milestone.closes:
            return
        role, closes = self.role or self.board.project.config.role, chosen.milestone.closes
        own = {row.phase for row in self.board.rows.values() if row.role == role}
        phase = next((one for one in reversed(closes) if one in own), closes[-1])
        sections: dict[tuple[str, str], list[Row]] = {}
        for row in self.board.of_phase(phase):
            if row.role == role and row.item.after != chosen.milestone.id:
                sections.setdefault((row.checklist, row.section.id), []).append(row)
        for rows in sections.values():
            yield views.SectionView(
                title=wording.format_title(rows[0].section.title),
                count=service_context.build_count_view(role, rows),
                items=tuple(items[row.ref] for row in rows),
            )

    def _steps(self, chosen: Gate | None) -> Iterable[views.StepView]:
        for role in self._asked_roles(chosen):
            for step in agenda.list_steps_of_role(self.board, role)[:MAX_STEPS]:
                row = step.row
                yield views.StepView(
                    role=role,
                    owner=self.names.who(row.responsible, row.role),
                    name=wording.format_title(wording.format_item_name(row)),
                    ref=row.ref,
                    due=row.due,
                    by=wording.find_earliest(row.due, _needed_by(chosen, row)),
                    why=step.why,
                )

    def _asked_roles(self, chosen: Gate | None) -> Iterable[str]:
        """Yield the roles that the milestone asks something of, in the order of the process."""
        asked = chosen.milestone.roles if chosen else ()
        for role in service_context.list_report_roles(self.board):
            if role in (asked or (role,)):
                yield role

    def _idle(self, chosen: Gate | None) -> Iterable[str]:
        for role in self._asked_roles(chosen):
            if not agenda.list_steps_of_role(self.board, role):
                yield wording.role_label(role)


def _replacement(one: Replacement) -> ReplacementView:
    removed, lowered = len(one.removed), len(one.lowered)
    return ReplacementView(
        one.kind, one.id, one.layer, removed, lowered, one.takes_out, one_line(one.words)
    )


def _depends_on(deliverable: DeliverableState, chosen: Gate) -> bool:
    """Return whether a milestone is based on a deliverable."""
    late = deliverable.row is not None and deliverable.row.item.after == chosen.milestone.id
    return deliverable.phase in chosen.milestone.closes and not late


def _needed_by(chosen: Gate | None, row: Row) -> date | None:
    """Return the day of the milestone, where that asks for an item."""
    asked = chosen and any(missing.ref == row.ref for missing in chosen.missing)
    return chosen.date if chosen and asked else None
