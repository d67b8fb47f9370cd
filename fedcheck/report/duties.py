"""Who prepares, reviews and decides, and who waits for whom, as a report tells it."""

from collections.abc import Iterable, Mapping
from datetime import date

from fedcheck.insight.entries import Board
from fedcheck.insight.handoffs import handoffs
from fedcheck.insight.responsibilities import Duty, Part, PhaseDuties, responsibilities
from fedcheck.model.process import Milestone
from fedcheck.model.text import one_line
from fedcheck.report import words
from fedcheck.report.view_duties import (
    DecisionView,
    DutyView,
    HandoffView,
    PartView,
    PhaseDutiesView,
)
from fedcheck.report.words import Names

WAITED_FOR = {
    "item": "an item",
    "answer": "an answer",
    "acceptance": "the acceptance of an answer",
    "retest": "a retest",
}
"""The words for each sort of hand-off."""


def duties(board: Board) -> Iterable[PhaseDutiesView]:
    """Yield what each role does, phase by phase; a phase in which nobody does anything is none."""
    for found in responsibilities(board):
        parts = tuple(_part(part) for part in found.parts if not part.idle)
        if not parts and not found.duties:
            continue
        last = [stone for part in found.parts for stone in part.decides]
        decided = [stone for stone in found.gates if stone in last]
        yield PhaseDutiesView(
            id=found.phase.id,
            title=words.title(found.phase.title),
            documents=tuple(_duty(duty, found) for duty in found.duties),
            parts=parts,
            decisions=tuple(_decision(board, stone) for stone in decided),
        )


def _duty(duty: Duty, found: PhaseDuties) -> DutyView:
    entry = duty.entry
    return DutyView(
        title=words.title(duty.deliverable.title),
        phase=words.title(found.phase.title),
        prepares=words.role_label(duty.prepares),
        contributes=_labels(duty.contributes),
        reviews=_labels(duty.reviews),
        decides=_labels(found.decides),
        state=words.status_text(entry.state) if entry else "in no checklist",
        due=duty.due,
    )


def _part(part: Part) -> PartView:
    return PartView(
        role=part.role,
        label=words.role_label(part.role),
        owes=tuple(words.reason(said) for said in part.summaries),
        items=part.counts.total,
        text=f"{part.counts.text}, {part.counts.share}" if part.counts.total else "",
        prepares=tuple(words.title(title) for title in part.prepares),
        reviews=tuple(words.title(title) for title in part.reviews),
        decides=tuple(words.title(stone.title) for stone in part.decides),
        idle=part.idle,
    )


def _decision(board: Board, stone: Milestone) -> DecisionView:
    return DecisionView(
        title=words.title(stone.title),
        date=board.dates.get(stone.id),
        by=_labels(stone.decided_by),
        decision=one_line(stone.decision, words.REASON),
    )


def _labels(roles: Iterable[str]) -> str:
    return ", ".join(words.role_label(role) for role in roles)


def waiting(board: Board, names: Names, days: Mapping[str, date]) -> Iterable[HandoffView]:
    """Yield what roles wait for from each other.

    Args:
        board: the project on the day of the report.
        names: how its people are called.
        days: since when things have their status, as far as it is known.
    """
    for one in handoffs(board, days):
        entry = board.entries.get(one.ref)
        yield HandoffView(
            waits=words.role_label(one.waits) or "nobody named",
            waits_role=one.waits,
            on=words.role_label(one.on) or "nobody named",
            on_role=one.on,
            what=WAITED_FOR[one.what],
            name=words.title(words.item_name(entry) if entry else one.title),
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
