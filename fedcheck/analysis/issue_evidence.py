"""The evidence of requests and findings: the same questions as those of items, asked in one way."""

from collections.abc import Iterator
from datetime import date

from fedcheck.analysis import evidence
from fedcheck.analysis.board import Board
from fedcheck.analysis.issues import Issue
from fedcheck.domain.checklist import Item, Section
from fedcheck.domain.glossary import Status
from fedcheck.domain.record import Record
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.row import Row

ISSUE_FILES = ("requests", "findings")
"""What else than a checklist can have evidence; the first part of a reference."""

SECTIONS = {
    "requests": Section("requests", "Requests"),
    "findings": Section("findings", "Findings"),
}


def is_issue_ref(ref: str) -> bool:
    """Return whether a reference is that of a request or a finding."""
    return split_ref(ref)[0] in ISSUE_FILES


def list_issue_rows(board: Board) -> list[Row]:
    """Return an entry for each request and finding with evidence, as if it were an item.

    For lists of evidence only: no gate, no count and no report asks for them.
    """
    return list(_issue_rows(board))


def _issue_rows(board: Board) -> Iterator[Row]:
    project = board.project
    for request in project.requests:
        if request.evidence:
            yield _build_row(board, "requests", request, request.to, request.answered)
    for finding in project.findings:
        if finding.evidence:
            yield _build_row(board, "findings", finding, finding.owner, finding.closed)


def _build_row(board: Board, book: str, thing: Issue, owner: str, ended: date | None) -> Row:
    status = _item_status(thing)
    day = ended if status == "done" and ended else board.today
    item = Item(thing.id, thing.title)
    record = Record(status=status, owner=owner, evidence=thing.evidence)
    rules = evidence.EvidenceRules(board.calendar, day, board.project.file_states or {})
    return Row(
        ref=f"{book}:{thing.id}",
        checklist=book,
        phase="",
        role=owner if owner in board.project.process.roles else "",
        section=SECTIONS[book],
        item=item,
        record=record,
        due=thing.due,
        evidence=evidence.list_evidence_states(item, record, rules, None),
    )


def _item_status(thing: Issue) -> Status:
    """Return how it is in the words of items; evidence of what is over does not go stale."""
    if thing.state in ("accepted", "closed"):
        return Status.DONE
    answered = isinstance(thing, Request) and thing.state == "answered"
    return Status.DOING if answered else Status.TODO
