"""What to do now, and why: open items that nothing holds back, the most pressing first."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from fedcheck.analysis.board import Board
from fedcheck.analysis.milestones import list_gates
from fedcheck.analysis.waiting_since import find_stale_day
from fedcheck.domain.glossary import EvidenceState
from fedcheck.domain.row import Row

if TYPE_CHECKING:
    from fedcheck.domain.query_fields import Query

Rank = tuple[int, date, int, int]
"""Where a step stands: how pressing, by when, in which phase, demanded or advised."""

SOON_DAYS = 14
"""How many days ahead a due date counts as pressing."""


class Step(Struct, frozen=True):
    """One thing to do, and where it stands."""

    board: Board
    row: Row
    rank: Rank

    @property
    def why(self) -> str:
        """State why it stands where it stands; most steps are counted and not shown."""
        return explain_step(self.board, self.row)


def list_steps(board: Board, rows: Iterable[Row]) -> list[Step]:
    """Return what can be done now of the entries, the most pressing first.

    Order: overdue by age, due soon, evidence that no longer counts, in progress, then the phases in
    their order, what is demanded before what is advised. Items that wait, are blocked, are behind
    a milestone or belong to a phase that is still far off are left out.
    """
    near = find_phases_in_reach(board)
    steps = [
        Step(board, row, rank_row(board, row))
        for row in rows
        if _is_actionable(row) and (row.phase in near or _is_pressing(board, row))
    ]
    return sorted(steps, key=lambda step: step.rank)


def list_steps_of_role(board: Board, role: str, query: "Query | None" = None) -> list[Step]:
    """Return the agenda of a role, narrowed by a query."""
    chosen = [
        row
        for row in board.rows.values()
        if row.role == role and (query is None or query(row, board.today))
    ]
    return list_steps(board, chosen)


def find_phases_in_reach(board: Board) -> set[str]:
    """Return the phases that the next gate of one's own role and the one after it close.

    A phase without a gate, such as continuous monitoring, is in reach once the last of these gates
    was passed; milestones on the way that never got a date do not hold it back. What one's own role
    owes without any gate is in reach earlier: where it comes before what the gates close, and at
    once where no gate asks that role for anything.
    """
    project = board.project
    process, role = project.process, project.config.role
    gates = list_gates(project)
    ids = [milestone.id for milestone in gates]
    first = ids.index(board.next_dated) if board.next_dated in ids else 0
    near = {phase for milestone in gates[first : first + 2] for phase in milestone.closes}
    gated = {phase for milestone in process.milestones for phase in milestone.closes}
    if not gates or board.dates.get(gates[-1].id, date.max) < board.today:
        return near | {phase.id for phase in process.phases} - gated
    asked = any(not milestone.roles or role in milestone.roles for milestone in gates)
    furthest = max(process.order(phase) for phase in near)
    own = {one.phase for one in project.checklists.values() if one.role == role} - gated
    return near | {phase for phase in own if not asked or process.order(phase) < furthest}


def _is_pressing(board: Board, row: Row) -> bool:
    """Return whether an entry has begun or is due soon, whatever its phase."""
    soon = row.due is not None and (row.due - board.today).days <= SOON_DAYS
    return soon or row.record.status == "doing" or row.record.closed


def _is_actionable(row: Row) -> bool:
    if row.unknown:
        return False
    if row.record.status == "na":
        return row.changed
    if row.record.closed:
        return row.unsound or row.overdue or row.changed
    return row.record.status != "blocked" and not row.waiting


def rank_row(board: Board, row: Row) -> Rank:
    """Return where an entry is on the agenda; the smallest comes first."""
    due = row.due or date.max
    if row.overdue:
        pressing = 0
    elif row.record.closed:
        pressing, due = 2, date.max
    elif row.due and (row.due - board.today).days <= SOON_DAYS:
        pressing = 1
    elif row.record.status == "doing":
        pressing = 3
    else:
        pressing, due = 4, date.max
    demanded = 0 if row.item.level in ("must", "must-not") else 1
    return pressing, due, board.project.process.order(row.phase), demanded


def explain_step(board: Board, row: Row) -> str:
    """State in a few words why an entry is on the agenda."""
    if row.overdue and row.due:
        return f"overdue {(board.today - row.due).days} d"
    if row.record.closed:
        return "changed upstream" if row.changed else _describe_evidence(board, row)
    if row.due and (row.due - board.today).days <= SOON_DAYS:
        days = (row.due - board.today).days
        return "due today" if days == 0 else f"due in {days} d"
    if row.record.status == "doing":
        return "in progress"
    if row.due:
        return f"due {row.due.isoformat()}"
    phase = board.project.process.phase(row.phase)
    return f"next in {phase.title.lower()}" if phase else "open"


def _describe_evidence(board: Board, row: Row) -> str:
    """State what is wrong with the evidence of an item; what goes stale later states when."""
    worst = _worst_evidence_state(row)
    day = find_stale_day(row) if worst == EvidenceState.STALE else None
    days = (day - board.today).days if day else 0
    return f"stale in {days} d" if days > 0 else f"evidence {worst}"


def _worst_evidence_state(row: Row) -> str:
    return next(s for s in ("missing", "changed", "stale", "unverified", "ok") if s in row.evidence)
