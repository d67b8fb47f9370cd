"""What a role and its people owe on requests and findings, as part of the agenda."""

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from fedcheck.analysis.agenda import SOON_DAYS, Rank, Step
from fedcheck.analysis.board import Board
from fedcheck.analysis.waiting_since import find_answering_role, find_remediating_role, find_role
from fedcheck.domain.finding import Finding
from fedcheck.domain.request import Request


class Obligation(Struct, frozen=True):
    """Something to do about a request or a finding, and why it stands where it stands.

    Attributes:
        ref: `requests:q7wd` or `findings:f3k9`.
        kind: request or finding.
        task: what to do, as text, with the title.
        owner: who is named for it; empty where only the role is known.
    """

    ref: str
    kind: str
    task: str
    why: str
    owner: str
    due: date | None
    thing: Request | Finding
    rank: Rank


def list_obligations(board: Board, role: str, query: str = "") -> list[Obligation]:
    """Return what a role and its people owe on requests and findings, the most pressing first.

    A query narrows as in the lists of requests and of findings; one that asks for what only items
    have leaves nothing.
    """
    requests, findings = _select_by_query(board, query)
    found = [one for r in requests for one in _request_obligations(board, r, role)]
    found += (one for f in findings for one in _finding_obligations(board, f, role))
    return sorted(found, key=lambda one: one.rank)


def _select_by_query(board: Board, query: str) -> tuple[Iterable[Request], Iterable[Finding]]:
    """Return what a query means in both languages; nothing where it means nothing."""
    if not query.strip():
        return board.project.requests, board.project.findings
    from fedcheck.analysis.issue_queries import select_issues

    requests, findings = select_issues(board.project, query, board.today)
    return requests or (), findings or ()


def merge_agenda(steps: Iterable[Step], more: Iterable[Obligation]) -> list[Step | Obligation]:
    """Return steps on items and what is owed otherwise as one agenda."""
    return sorted([*steps, *more], key=lambda one: one.rank)


def _request_obligations(board: Board, request: Request, role: str) -> Iterator[Obligation]:
    """An open request is owed by the one who answers, an answer by the one who asked."""
    if request.state == "open" and find_answering_role(board.project, request) == role:
        what = "Answer" if request.kind == "question" else "Provide evidence"
        again = " again" if request.returned else ""
        by = f" ({request.by})" if request.by else ""
        since = "returned" if request.returned else "asked"
        task = f"{what}{again}{by}: {request.title}"
        yield _build_obligation(board, request, task, request.to, request.due, since)
    elif request.state == "answered" and find_role(board.project, request.by) == role:
        day = f" {request.answered.isoformat()}" if request.answered else ""
        to = f" ({request.to})" if request.to else ""
        task = f"Accept or return{to}: {request.title}"
        yield _build_obligation(board, request, task, request.by, None, f"answered{day}")


def _finding_obligations(board: Board, finding: Finding, role: str) -> Iterator[Obligation]:
    """An open finding is owed by its owner, and by the assessor once there is proof to look at."""
    if finding.state != "open":
        return
    proven = bool(finding.evidence) and not finding.retest
    assessor = board.project.process.assessor
    if proven and assessor:
        if role == assessor:
            task = f"Retest ({finding.risk}): {finding.title}"
            yield _build_obligation(board, finding, task, "", finding.due, "evidence is there")
        return
    pressing = finding.due is not None and (finding.due - board.today).days <= SOON_DAYS
    if find_remediating_role(board.project, finding) != role or (finding.planned and not pressing):
        return
    what = "Remediate" if finding.plan else "Plan"
    task = f"{what} ({finding.risk}): {finding.title}"
    yield _build_obligation(board, finding, task, finding.owner, finding.due, finding.lacks)


def _build_obligation(
    board: Board, thing: Request | Finding, task: str, owner: str, due: date | None, otherwise: str
) -> Obligation:
    """Return a row; `otherwise` is why, where it is neither overdue nor due soon."""
    kind = "request" if isinstance(thing, Request) else "finding"
    days = (due - board.today).days if due else SOON_DAYS + 1
    if days < 0:
        pressing, why = 0, f"overdue {-days} d"
    elif days <= SOON_DAYS:
        pressing, why = 1, "due today" if days == 0 else f"due in {days} d"
    else:
        pressing, why = 3, otherwise
    day = due if due and pressing < 3 else date.max
    place: Rank = (pressing, day, -1, 0)
    named = "" if owner in board.project.process.roles else owner
    return Obligation(f"{kind}s:{thing.id}", kind, task, why, named, due, thing, place)
