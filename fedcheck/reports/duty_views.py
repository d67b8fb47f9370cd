"""What a template sees of who does what and who waits for whom."""

from collections.abc import Iterable, Mapping
from datetime import date

from fedcheck.analysis.board import Board
from fedcheck.analysis.handoffs import list_handoffs
from fedcheck.analysis.responsibilities import Duty, PhaseDuties, PhaseRole, list_phase_duties
from fedcheck.domain.process import Milestone
from fedcheck.domain.text import one_line
from fedcheck.reports import wording
from fedcheck.reports.view import View
from fedcheck.reports.wording import PeopleNames


class DutyView(View, frozen=True):
    """A document: who prepares, contributes and reviews, and who decides at the end of its phase.

    Roles are shown as labels between commas.
    """

    title: str
    phase: str
    prepares: str
    contributes: str
    reviews: str
    decides: str
    state: str
    due: date | None


class PartView(View, frozen=True):
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


class DecisionView(View, frozen=True):
    """A milestone that ends a phase, who decides at it, and what."""

    title: str
    date: date | None
    by: str
    decision: str


class PhaseDutiesView(View, frozen=True):
    """A phase: its documents, what each role does in it, and the decisions that end it."""

    id: str
    title: str
    documents: tuple[DutyView, ...]
    parts: tuple[PartView, ...]
    decisions: tuple[DecisionView, ...]


class HandoffView(View, frozen=True):
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


WAITED_FOR = {
    "item": "an item",
    "answer": "an answer",
    "acceptance": "acceptance of an answer",
    "retest": "a retest",
}
"""The words for each sort of hand-off."""


def build_duty_views(board: Board) -> Iterable[PhaseDutiesView]:
    """Yield what each role does, phase by phase; a phase in which nobody does anything is none."""
    for found in list_phase_duties(board):
        parts = tuple(_build_part_view(part) for part in found.parts if not part.idle)
        if not parts and not found.duties:
            continue
        last = [milestone for part in found.parts for milestone in part.decides]
        decided = [milestone for milestone in found.gates if milestone in last]
        yield PhaseDutiesView(
            id=found.phase.id,
            title=wording.format_title(found.phase.title),
            documents=tuple(_build_duty_view(duty, found) for duty in found.duties),
            parts=parts,
            decisions=tuple(_build_decision_view(board, milestone) for milestone in decided),
        )


def _build_duty_view(duty: Duty, found: PhaseDuties) -> DutyView:
    row = duty.row
    return DutyView(
        title=wording.format_title(duty.deliverable.title),
        phase=wording.format_title(found.phase.title),
        prepares=wording.role_label(duty.prepares),
        contributes=_labels(duty.contributes),
        reviews=_labels(duty.reviews),
        decides=_labels(found.decides_on(duty)),
        state=wording.status_text(row.state) if row else "in no checklist",
        due=duty.due,
    )


def _build_part_view(part: PhaseRole) -> PartView:
    return PartView(
        role=part.role,
        label=wording.role_label(part.role),
        owes=tuple(wording.format_reason(said) for said in part.summaries),
        items=part.counts.total,
        text=f"{part.counts.text}, {part.counts.share}" if part.counts.total else "",
        prepares=tuple(wording.format_title(title) for title in part.prepares),
        reviews=tuple(wording.format_title(title) for title in part.reviews),
        decides=tuple(wording.format_title(milestone.title) for milestone in part.decides),
        idle=part.idle,
    )


def _build_decision_view(board: Board, milestone: Milestone) -> DecisionView:
    return DecisionView(
        title=wording.format_title(milestone.title),
        date=board.dates.get(milestone.id),
        by=_labels(milestone.decided_by),
        decision=one_line(milestone.decision, wording.MAX_REASON),
    )


def _labels(roles: Iterable[str]) -> str:
    return ", ".join(wording.role_label(role) for role in roles)


def build_handoff_views(
    board: Board, names: PeopleNames, days: Mapping[str, date]
) -> Iterable[HandoffView]:
    """Yield what roles wait for from each other.

    Args:
        board: the project on the day of the report.
        names: how its people are called.
        days: since when things have their status, as far as it is known.
    """
    for one in list_handoffs(board, days):
        row = board.rows.get(one.ref)
        yield HandoffView(
            waits=wording.role_label(one.waits) or "no owner",
            waits_role=one.waits,
            on=wording.role_label(one.on) or "no owner",
            on_role=one.on,
            what=WAITED_FOR[one.what],
            name=wording.format_title(wording.format_item_name(row) if row else one.title),
            ref=one.ref,
            owner=names.who(one.owner, one.on),
            status=one.status,
            since=one.since,
            age=one.age(board.today),
            due=one.due,
            overdue=one.overdue,
            blocks=len(one.blocks),
            behind=one.behind,
        )
