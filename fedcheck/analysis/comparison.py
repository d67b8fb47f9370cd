"""What changed between two states of a project, and what of that got worse.

Whatever got worse is named, one by one: what moved back, what was lost, what slipped, what a gate
lacks that it did not lack before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeVar

from fedcheck.analysis.board import Board
from fedcheck.analysis.difference import (
    GROUPS,
    Comparison,
    Difference,
    GateDifference,
    Trend,
    as_iso,
    later,
)
from fedcheck.analysis.gates import NO_DAYS, Gate, gates
from fedcheck.analysis.issue_differences import finding_deltas, request_deltas
from fedcheck.analysis.item_differences import gone, item_deltas
from fedcheck.domain.finding import Finding
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import BrokenFile

IssueT = TypeVar("IssueT", Request, Finding)


def compare_boards(old: Board, new: Board, days: Mapping[str, date] = NO_DAYS) -> Comparison:
    """Return what is different in the later of two states.

    Args:
        old: the earlier state, on its day.
        new: the later state, on its day.
        days: since when things have their status (`find_status_dates`), for what gates lack.
    """
    before, after = gates(old), gates(new, days)
    moved = _describe_moved_milestones(old, new)
    found = [
        *_compare_milestones(old, new, after),
        *_compare_items(old, new, moved),
        *_compare_issues(old, new),
        *_compare_files(old, new),
    ]
    order = list(GROUPS)
    found.sort(key=lambda one: (order.index(one.group), not one.worse))
    return Comparison(
        old.today, new.today, tuple(found), tuple(_compare_gates(old, new, before, after))
    )


def _describe_moved_milestones(old: Board, new: Board) -> dict[str, str]:
    """Return the milestones whose date is another one, with both dates."""
    return {
        milestone.id: f"{as_iso(was) or 'no date'} -> {as_iso(now) or 'no date'}"
        for milestone in new.project.process.milestones
        if (was := old.dates.get(milestone.id)) != (now := new.dates.get(milestone.id))
    }


def _compare_milestones(old: Board, new: Board, judged: Sequence[Gate]) -> Iterator[Difference]:
    for gate in judged:
        milestone = gate.milestone
        was, now = old.dates.get(milestone.id), new.dates.get(milestone.id)

        def make(kind: str, worse: bool, was: str = "", now: str = "", why: str = "") -> Difference:
            trend: Trend = "worse" if worse else "other"
            about = gate.milestone  # noqa: B023 - called within this turn of the loop
            return Difference(kind, trend, "milestone", about.id, about.title, was, now, why)

        match later(was, now):
            case "later":
                yield make("milestone-later", True, as_iso(was), as_iso(now))
            case "none":
                yield make("milestone-undated", True, as_iso(was))
            case "earlier":
                yield make("milestone-earlier", False, as_iso(was), as_iso(now))
            case "set":
                yield make("milestone-dated", False, "", as_iso(now))
        if now and now < new.today and not (was and was < old.today):
            short = len(gate.missing)
            kind = "milestone-passed" if short else "milestone-held"
            yield make(kind, bool(short), "", as_iso(now), f"{short} outstanding" if short else "")


def _compare_items(old: Board, new: Board, moved: Mapping[str, str]) -> Iterator[Difference]:
    then = {_current_ref(new, ref): row for ref, row in old.rows.items()}
    for ref, row in new.rows.items():
        yield from item_deltas(then.get(ref), row, moved)
    for ref, row in then.items():
        if ref not in new.rows:
            yield gone(row)


def _current_ref(new: Board, ref: str) -> str:
    """Return the reference by which an item is known today."""
    checklist, item = split_ref(ref)
    found = new.project.checklists.get(checklist)
    return f"{checklist}:{found.renamed.get(item, item)}" if found else ref


def _compare_issues(old: Board, new: Board) -> Iterator[Difference]:
    days = (old.today, new.today)
    for was, now in _pair_by_id(old.project.requests, new.project.requests):
        yield from request_deltas(new.project, was, now, days)
    for before, after in _pair_by_id(old.project.findings, new.project.findings):
        yield from finding_deltas(new.project, before, after, days)


def _pair_by_id(
    old: Iterable[IssueT], new: Iterable[IssueT]
) -> Iterator[tuple[IssueT | None, IssueT | None]]:
    then = {one.id: one for one in old}
    for one in new:
        yield then.pop(one.id, None), one
    for gone_ in then.values():
        yield gone_, None


def _compare_files(old: Board, new: Board) -> Iterator[Difference]:
    """Yield what cannot be read: it hides what changed, also where it could not be read before."""
    before, after = (
        {_workspace_path(board, one): one for one in board.project.broken} for board in (old, new)
    )
    for path, broken in after.items():
        yield _file_difference("unreadable", path, broken)
    for path, broken in before.items():
        if path not in after:
            yield _file_difference("readable", path, broken)


def _file_difference(kind: str, path: str, broken: BrokenFile) -> Difference:
    bad = kind == "unreadable"
    return Difference(
        kind,
        "worse" if bad else "better",
        "file",
        path,
        path,
        why=broken.message if bad else "",
        private=broken.private,
    )


def _workspace_path(board: Board, broken: BrokenFile) -> str:
    """Return the path of a file in the workspace; its name where it lies elsewhere."""
    path = broken.path.replace("\\", "/")
    root = board.project.root.replace("\\", "/").rstrip("/") + "/"
    return path.removeprefix(root) if path.startswith(root) else path.rpartition("/")[2]


def _compare_gates(
    old: Board, new: Board, before: Sequence[Gate], after: Sequence[Gate]
) -> Iterator[GateDifference]:
    known = {gate.milestone.id: gate for gate in before}
    for gate in after:
        was = known.get(gate.milestone.id)
        lacked = (
            {_outstanding_key(old, new, one.kind, one.ref) for one in was.missing} if was else set()
        )
        lacks = [(_outstanding_key(new, new, one.kind, one.ref), one) for one in gate.missing]
        came = tuple(one for key, one in lacks if key not in lacked)
        then = len(was.missing) if was else 0
        if came or then != len(gate.missing):
            milestone = gate.milestone
            yield GateDifference(milestone.id, milestone.title, then, len(gate.missing), came)


def _outstanding_key(board: Board, new: Board, kind: str, ref: str) -> tuple[str, str]:
    """Return what distinguishes a lack from others in both states."""
    if kind == "file":
        return kind, _workspace_path(board, BrokenFile(ref, ""))
    return kind, _current_ref(new, ref)
