"""What to do now, and why: open items that nothing holds back, the most pressing first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from fedcheck.analysis.board import Board
from fedcheck.domain.query_fields import Query
from fedcheck.domain.row import Row

Rank = tuple[int, date, int, int]
"""Where a step stands: how pressing, by when, in which phase, demanded or advised."""

SOON = 14
"""How many days ahead a due date counts as pressing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and why it stands where it stands."""

    entry: Row
    why: str


def agenda(board: Board, entries: Iterable[Row]) -> list[Step]:
    """Return what can be done now of the entries, the most pressing first.

    Order: overdue by age, due soon, evidence that no longer counts, in progress, then the phases in
    their order, what is demanded before what is advised. Items that wait, are blocked, lie behind
    a milestone or belong to a phase that is still far off are left out.
    """
    near = phases_in_reach(board)
    steps = [
        (rank(board, entry), entry)
        for entry in entries
        if _doable(entry) and (entry.phase in near or _pressing(board, entry))
    ]
    steps.sort(key=lambda pair: pair[0])
    return [Step(entry, why(board, entry)) for _, entry in steps]


def mine(board: Board, role: str, query: Query | None = None) -> list[Step]:
    """Return the agenda of a role, narrowed by a query."""
    chosen = [
        entry
        for entry in board.entries.values()
        if entry.role == role and (query is None or query(entry, board.today))
    ]
    return agenda(board, chosen)


def phases_in_reach(board: Board) -> set[str]:
    """Return the phases that the next gate and the one after it close.

    A phase without a gate, such as continuous monitoring, is in reach once the last gate was
    passed; milestones on the way that never got a date do not hold it back.
    """
    stones = [stone for stone in board.project.process.milestones if stone.closes]
    ids = [stone.id for stone in stones]
    first = ids.index(board.next_dated) if board.next_dated in ids else 0
    near = {phase for stone in stones[first : first + 2] for phase in stone.closes}
    if not stones or board.dates.get(stones[-1].id, date.max) < board.today:
        gated = {phase for stone in stones for phase in stone.closes}
        near |= {phase.id for phase in board.project.process.phases} - gated
    return near


def _pressing(board: Board, entry: Row) -> bool:
    """Tell whether an entry has begun or is due soon, whatever its phase."""
    soon = entry.due is not None and (entry.due - board.today).days <= SOON
    return soon or entry.record.status == "doing" or entry.record.closed


def _doable(entry: Row) -> bool:
    if entry.unknown:
        return False
    if entry.record.status == "na":
        return entry.changed
    if entry.record.closed:
        return entry.unsound or entry.overdue or entry.changed
    return entry.record.status != "blocked" and not entry.waiting


def rank(board: Board, entry: Row) -> Rank:
    """Return where an entry stands on the agenda; the smallest comes first."""
    due = entry.due or date.max
    if entry.overdue:
        pressing = 0
    elif entry.record.closed:
        pressing, due = 2, date.max
    elif entry.due and (entry.due - board.today).days <= SOON:
        pressing = 1
    elif entry.record.status == "doing":
        pressing = 3
    else:
        pressing, due = 4, date.max
    demanded = 0 if entry.item.level in ("must", "must-not") else 1
    return pressing, due, board.project.process.order(entry.phase), demanded


def why(board: Board, entry: Row) -> str:
    """Say in a few words why an entry is on the agenda."""
    if entry.overdue and entry.due:
        return f"overdue {(board.today - entry.due).days} d"
    if entry.record.closed:
        return "changed upstream" if entry.changed else "evidence " + _worst(entry)
    if entry.due and (entry.due - board.today).days <= SOON:
        days = (entry.due - board.today).days
        return "due today" if days == 0 else f"due in {days} d"
    if entry.record.status == "doing":
        return "in progress"
    if entry.due:
        return f"due {entry.due.isoformat()}"
    phase = board.project.process.phase(entry.phase)
    return f"next in {phase.title.lower()}" if phase else "open"


def _worst(entry: Row) -> str:
    return next(s for s in ("missing", "changed", "stale", "ok") if s in entry.evidence)
