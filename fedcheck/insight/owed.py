"""What a role owes besides its items: answers to requests, and work on findings.

Rows of the agenda: they sort in among the steps on items.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from fedcheck.errors import QueryError
from fedcheck.insight.agenda import SOON, Rank, Step, rank
from fedcheck.insight.entries import Board
from fedcheck.insight.ledger_query import finding_language, request_language
from fedcheck.insight.parties import answering, remediating, role_of
from fedcheck.model.finding import Finding
from fedcheck.model.request import Request

ASSESSOR = "3pao"
"""The role that looks at evidence of a remediation."""


@dataclass(frozen=True, slots=True)
class Owed:
    """Something to do about a request or a finding, and why it stands where it stands.

    Attributes:
        ref: `requests:q7wd` or `findings:f3k9`.
        kind: request or finding.
        task: what to do, in words, with the title.
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


def owed(board: Board, role: str, query: str = "") -> list[Owed]:
    """Return what a role and its people owe on requests and findings, the most pressing first.

    A query narrows as in the lists of requests and of findings; one that asks for what only items
    have leaves nothing.
    """
    project, today = board.project, board.today
    found: list[Owed] = []
    try:
        asked = request_language(project).parse(query).select(project.requests, today)
        found += (one for r in asked for one in _of_request(board, r, role))
    except QueryError:
        pass
    try:
        gaps = finding_language(project).parse(query).select(project.findings, today)
        found += (one for f in gaps for one in _of_finding(board, f, role))
    except QueryError:
        pass
    return sorted(found, key=lambda one: one.rank)


def merged(board: Board, steps: Iterable[Step], more: Iterable[Owed]) -> list[Step | Owed]:
    """Return steps on items and what is owed otherwise as one agenda."""
    ranked: list[tuple[Rank, Step | Owed]] = [(rank(board, step.entry), step) for step in steps]
    ranked += [(one.rank, one) for one in more]
    return [one for _, one in sorted(ranked, key=lambda pair: pair[0])]


def _of_request(board: Board, request: Request, role: str) -> Iterator[Owed]:
    """An open request is owed by the one who answers, an answer by the one who asked."""
    if request.state == "open" and answering(board.project, request) == role:
        what = "Answer" if request.kind == "question" else "Provide evidence"
        again = " again" if request.returned else ""
        by = f" ({request.by})" if request.by else ""
        since = "returned" if request.returned else "asked"
        task = f"{what}{again}{by}: {request.title}"
        yield _row(board, request, task, request.to, request.due, since)
    elif request.state == "answered" and role_of(board.project, request.by) == role:
        day = f" {request.answered.isoformat()}" if request.answered else ""
        to = f" ({request.to})" if request.to else ""
        task = f"Accept or return{to}: {request.title}"
        yield _row(board, request, task, request.by, None, f"answered{day}")


def _of_finding(board: Board, finding: Finding, role: str) -> Iterator[Owed]:
    """An open finding is owed by its owner, and by the assessor once there is proof to look at."""
    if finding.state != "open":
        return
    proven = bool(finding.evidence) and not finding.retest
    if proven and ASSESSOR in board.project.process.roles:
        if role == ASSESSOR:
            task = f"Retest ({finding.risk}): {finding.title}"
            yield _row(board, finding, task, "", finding.due, "evidence is there")
        return
    pressing = finding.due is not None and (finding.due - board.today).days <= SOON
    if remediating(board.project, finding) != role or (finding.planned and not pressing):
        return
    what = "Remediate" if finding.plan else "Plan"
    task = f"{what} ({finding.risk}): {finding.title}"
    yield _row(board, finding, task, finding.owner, finding.due, finding.lacks)


def _row(
    board: Board, thing: Request | Finding, task: str, owner: str, due: date | None, otherwise: str
) -> Owed:
    """Return a row; `otherwise` is why, where it is neither overdue nor due soon."""
    kind = "request" if isinstance(thing, Request) else "finding"
    days = (due - board.today).days if due else SOON + 1
    if days < 0:
        pressing, why = 0, f"overdue {-days} d"
    elif days <= SOON:
        pressing, why = 1, "due today" if days == 0 else f"due in {days} d"
    else:
        pressing, why = 3, otherwise
    day = due if due and pressing < 3 else date.max
    place: Rank = (pressing, day, -1, 0)
    named = "" if owner in board.project.process.roles else owner
    return Owed(f"{kind}s:{thing.id}", kind, task, why, named, due, thing, place)
