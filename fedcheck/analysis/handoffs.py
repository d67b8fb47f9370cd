"""What one role waits for from another, since when, and how much that holds up."""

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.analysis.agenda import SOON_DAYS, find_phases_in_reach
from fedcheck.analysis.board import Board
from fedcheck.analysis.gates import NO_DAYS
from fedcheck.analysis.issues import is_overdue
from fedcheck.analysis.waiting_since import (
    find_answering_role,
    find_remediating_role,
    find_request_since,
    find_role,
)
from fedcheck.domain.finding import Finding
from fedcheck.domain.request import Request
from fedcheck.domain.row import Row

HandoffKind = Literal["item", "answer", "acceptance", "retest"]


class Handoff(Struct, frozen=True):
    """One thing that a role waits for.

    Attributes:
        waits: the role that waits; empty where whoever asked has no role that is known.
        on: the role that has it.
        what: an item that others need, the answer to a request, the acceptance of an answer, or
            the retest of a finding.
        ref: the item; `requests:ID`, `findings:ID`.
        owner: the person who has it; empty where nobody is named.
        status: how it stands, in a word or two.
        since: since when the role waits for it; None where nothing shows.
        due: the day on which it is due.
        blocks: the open items of the waiting role that need it.
        behind: how many open items of any role come after it, one after another.
        stuck: what it waits for itself.
        near: whether it counts now: it is due soon, begun, or in a phase that is in reach.
    """

    waits: str
    on: str
    what: HandoffKind
    ref: str
    title: str
    owner: str
    status: str
    since: date | None
    due: date | None
    overdue: bool
    blocks: tuple[str, ...] = ()
    behind: int = 0
    stuck: tuple[str, ...] = ()
    near: bool = True

    def age(self, today: date) -> int | None:
        """Return how many days it has been waited for; None where that is not known."""
        return (today - self.since).days if self.since else None


def list_handoffs(board: Board, days: Mapping[str, date] = NO_DAYS) -> list[Handoff]:
    """Return what roles wait for from each other: by who waits for whom, the longest first.

    Args:
        board: the project on a day. What is under `private/` is left out.
        days: since when things have their status (`find_status_dates`).
    """
    board = board.shared() if board.project.withheld_lists else board
    found = [
        *_item_handoffs(board, days),
        *(
            one
            for request in board.project.requests
            for one in _request_handoffs(board, request, days)
        ),
        *(one for finding in board.project.findings for one in _retest_handoffs(board, finding)),
    ]
    roles = list(board.project.process.roles)

    def order(one: Handoff) -> tuple[int, int, date, int, date, str]:
        waits, on = (roles.index(r) if r in roles else len(roles) for r in (one.waits, one.on))
        return waits, on, one.since or date.max, -one.behind, one.due or date.max, one.ref

    return sorted(found, key=order)


def group_by_roles(found: Iterable[Handoff]) -> dict[tuple[str, str], list[Handoff]]:
    """Return hand-offs by who waits and for whom, in their order."""
    grouped: dict[tuple[str, str], list[Handoff]] = {}
    for one in found:
        grouped.setdefault((one.waits, one.on), []).append(one)
    return grouped


def _item_handoffs(board: Board, days: Mapping[str, date]) -> Iterator[Handoff]:
    """Yield the open items that open items of another role need, once for each such role."""
    after: dict[str, list[str]] = {}
    found: dict[tuple[str, str], Handoff] = {}
    reach = find_phases_in_reach(board)
    for row in board.rows.values():
        if row.record.closed or row.unknown:
            continue
        for ref in row.waits:
            after.setdefault(ref, []).append(row.ref)
            needed = board.rows[ref]
            if needed.role == row.role or needed.unknown:
                continue
            since = _find_waiting_since(board, row, needed, days)
            known = found.get((row.role, ref))
            if known is None:
                found[row.role, ref] = _make_item_handoff(row, needed, since)
            else:
                earliest = min((d for d in (known.since, since) if d), default=None)
                blocks = (*known.blocks, row.ref)
                found[row.role, ref] = replace(known, since=earliest, blocks=blocks)
    for (_, ref), one in found.items():
        near = _is_near(board, board.rows[ref], reach)
        yield replace(one, behind=len(_collect_dependents(ref, after)), near=near)


def _is_near(board: Board, row: Row, reach: Container[str]) -> bool:
    soon = row.due is not None and (row.due - board.today).days <= SOON_DAYS
    return soon or row.record.status in ("doing", "blocked") or row.phase in reach


def _make_item_handoff(row: Row, needed: Row, since: date | None) -> Handoff:
    return Handoff(
        waits=row.role,
        on=needed.role,
        what="item",
        ref=needed.ref,
        title=needed.item.title,
        owner=needed.responsible,
        status=needed.record.status,
        since=since,
        due=needed.due,
        overdue=needed.overdue,
        blocks=(row.ref,),
        stuck=needed.waits,
    )


def _collect_dependents(ref: str, after: Mapping[str, list[str]]) -> set[str]:
    """Return every open item that comes after another one, however many stand between."""
    found: set[str] = set()
    todo = list(after.get(ref, ()))
    while todo:
        one = todo.pop()
        if one not in found and one != ref:
            found.add(one)
            todo += after.get(one, ())
    return found


def _find_waiting_since(
    board: Board, row: Row, needed: Row, days: Mapping[str, date]
) -> date | None:
    """Return since when an item waits for another one.

    Since work on it began or it was blocked; else since everything else that it needs was there;
    since the needed item is overdue, where that is earlier. None where none of that is known.
    """
    told = [needed.due] if needed.overdue else []
    if row.record.status in ("doing", "blocked"):
        told.append(days.get(row.ref))
    elif row.waits == (needed.ref,) and not row.later:
        others = [board.project.record(ref).done for ref in row.item.needs if ref != needed.ref]
        others.append(board.dates.get(row.item.after))
        came = [day for day in others if day and day <= board.today]
        told.append(max(came, default=None))
    return min((day for day in told if day), default=None)


def _request_handoffs(
    board: Board, request: Request, days: Mapping[str, date]
) -> Iterator[Handoff]:
    """Yield what is waited for on a request between two roles."""
    project = board.project
    asker, answerer = find_role(project, request.by), find_answering_role(project, request)
    if asker == answerer or request.state == "accepted":
        return
    answered = request.state == "answered"
    waits, on = (answerer, asker) if answered else (asker, answerer)
    who = request.by if answered else request.to
    yield Handoff(
        waits=waits,
        on=on,
        what="acceptance" if answered else "answer",
        ref=f"requests:{request.id}",
        title=request.title,
        owner="" if who in project.process.roles else who,
        status="returned" if request.returned else request.state,
        since=request.answered if answered else find_request_since(request, days),
        due=request.due,
        overdue=is_overdue(request, board.today),
        blocks=tuple(ref for ref in request.items if _is_open_in_role(board, ref, waits)),
    )


def _is_open_in_role(board: Board, ref: str, role: str) -> bool:
    row = board.rows.get(ref)
    return row is not None and row.role == role and not row.record.closed


def _retest_handoffs(board: Board, finding: Finding) -> Iterator[Handoff]:
    """Yield the retest of a finding whose remediation has its proof: the assessor has to look."""
    role = find_remediating_role(board.project, finding)
    assessor = board.project.process.assessor
    if assessor in ("", role) or finding.state != "open" or finding.retest or not finding.evidence:
        return
    yield Handoff(
        waits=role,
        on=assessor,
        what="retest",
        ref=f"findings:{finding.id}",
        title=finding.title,
        owner="",
        status="evidence is there",
        since=max((one.collected for one in finding.evidence if one.collected), default=None),
        due=finding.due,
        overdue=is_overdue(finding, board.today),
    )
