"""What depends on a milestone: which days move with its date, what goes stale or overdue by it."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.analysis.board import Board, build_board
from fedcheck.analysis.deadlines import Deadline, list_deadlines
from fedcheck.domain.row import Row


class DeadlineMove(Struct, frozen=True):
    """A deadline whose day changes; the old or the new day is None where there is none."""

    deadline: Deadline
    old: date | None
    new: date | None


class RescheduleImpact(Struct, frozen=True):
    """What changes when a milestone gets another date.

    Attributes:
        milestones: milestones that move, the one that was meant included.
        moves: other deadlines that move, the earliest new day first.
        overdue: items that are overdue then and are not now.
        stale: items with evidence that is too old then and is not now.
        fresh: items with evidence that is too old now and is not then.
    """

    milestones: tuple[DeadlineMove, ...]
    moves: tuple[DeadlineMove, ...]
    overdue: tuple[Row, ...]
    stale: tuple[Row, ...]
    fresh: tuple[Row, ...]


def reschedule_milestone(now: Board, milestone: str, day: date | None) -> Board:
    """Return the board as it would be with another date (or none of its own) of a milestone."""
    project = now.project
    milestones = {k: v for k, v in (project.config.milestones or {}).items() if k != milestone}
    if day is not None:
        milestones[milestone] = day
    config = replace(project.config, milestones=milestones)
    return build_board(replace(project, config=config), now.today)


def measure_impact(now: Board, then: Board) -> RescheduleImpact:
    """Return what differs between two boards of one day that differ in dates of milestones."""
    moves = _list_moved_deadlines(now, then)
    return RescheduleImpact(
        milestones=_list_moved_milestones(now, then),
        moves=tuple(move for move in moves if move.deadline.kind not in ("milestone", "evidence")),
        overdue=tuple(e for e in then.rows.values() if e.overdue > now.rows[e.ref].overdue),
        stale=tuple(
            e for e in then.rows.values() if _count_stale(e) > _count_stale(now.rows[e.ref])
        ),
        fresh=tuple(
            e for e in then.rows.values() if _count_stale(e) < _count_stale(now.rows[e.ref])
        ),
    )


def _count_stale(row: Row) -> int:
    return row.evidence.count("stale")


def _list_moved_deadlines(now: Board, then: Board) -> list[DeadlineMove]:
    before = {one.key: one for one in list_deadlines(now)}
    after = list_deadlines(then)
    return [
        DeadlineMove(one, before[one.key].day, one.day)
        for one in after
        if one.key in before and before[one.key].day != one.day
    ]


def _list_moved_milestones(now: Board, then: Board) -> tuple[DeadlineMove, ...]:
    """Return the milestones that move, those of the past included: they are no deadlines."""
    found: list[DeadlineMove] = []
    for milestone in now.project.process.milestones:
        old, new = now.dates.get(milestone.id), then.dates.get(milestone.id)
        if old != new:
            ref = f"milestones:{milestone.id}"
            named = Deadline(
                f"milestone:{milestone.id}", new, "milestone", milestone.title, ref, "", "", ""
            )
            found.append(DeadlineMove(named, old, new))
    return tuple(found)


def describe_impact(shift: RescheduleImpact) -> str:
    """State in a line what a date would change; empty where nothing depends on it."""
    parts = [
        _format_count(shift.milestones[1:], "other milestone moves", "other milestones move"),
        _format_count(shift.moves, "deadline moves", "deadlines move"),
        _format_count(shift.overdue, "item becomes overdue", "items become overdue"),
        _format_count(shift.stale, "item gets stale evidence", "items get stale evidence"),
        _format_count(
            shift.fresh, "item has current evidence again", "items have current evidence again"
        ),
    ]
    return ", ".join(part for part in parts if part)


def _format_count(things: Sequence[object], one: str, many: str) -> str:
    return f"{len(things)} {one if len(things) == 1 else many}" if things else ""
