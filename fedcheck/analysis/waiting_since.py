"""Since when each party waits, and for whom."""

from collections.abc import Iterable, Mapping
from datetime import date, tzinfo

from fedcheck.analysis.board import Board
from fedcheck.analysis.evidence import find_age_limit_date
from fedcheck.domain.change import HistoryLine
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import EvidenceState
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.row import Row
from fedcheck.domain.workspace import Project

STATUS_FIELDS = ("status", "state")
"""The fields that hold the status of an item, and the state of a request or a finding."""

REQUESTS = "requests"
"""The book whose records are requests."""


def find_status_dates(
    project: Project, entered: Iterable[HistoryLine], zone: tzinfo | None
) -> Mapping[str, date]:
    """Return by reference the day on which an item took its status, a request its state.

    One whose status is not the one that the history saw last has no such date.

    Args:
        project: the state.
        entered: the history, the oldest change first; at least that of STATUS_FIELDS.
        zone: the time zone that decides what day it was.
    """
    last = {one.change.ref: one for one in entered if one.change.field in STATUS_FIELDS}
    return {
        ref: one.counts_on(zone)
        for ref, one in last.items()
        if _current_status(project, ref) == one.change.new
    }


def needs_history(project: Project) -> bool:
    """Return whether a date of a gate depends on the history, which is read only then.

    It does where something is blocked, or not applicable without a reason, and where an answer came
    back.
    """
    return any(request.returned for request in project.requests) or any(
        record.status == "blocked" or (record.status == "na" and not record.reason)
        for records in project.records.values()
        for record in records.values()
    )


def _current_status(project: Project, ref: str) -> str:
    book, name = split_ref(ref)
    if book == REQUESTS:
        request = project.request(name)
        return request.state if request else ""
    return project.record(ref).status


def find_outstanding_since(
    board: Board, row: Row, kind: str, days: Mapping[str, date]
) -> date | None:
    """Return since when an item owes what a gate lacks of it.

    Args:
        board: what the entry belongs to.
        row: the item with its record.
        kind: the kind of what is missing (`Outstanding`).
        days: since when items have their status, as far as the history knows.
    """
    match kind:
        case "open" | "declined":
            return _find_open_since(board, row, days)
        case "reason":
            return days.get(row.ref)
        case "evidence" | "needs" | "result":
            return row.record.done
        case "finding":
            raised = [one.found for one in board.project.findings_of(row.ref) if one.found]
            return min(raised, default=row.record.done)
        case "stale":
            return _find_stale_since(board, row)
    return None


def find_request_since(request: Request, days: Mapping[str, date]) -> date | None:
    """Return since when an open request is owed: it was asked, or its answer came back."""
    if request.returned:
        return days.get(f"{REQUESTS}:{request.id}") or request.answered
    return request.asked


def _find_open_since(board: Board, row: Row, days: Mapping[str, date]) -> date | None:
    """Return since when an open item is owed.

    Overdue: its due date. Blocked: the day on which it was. Else the day on which the last thing
    that it had to wait for came true, if it had to wait for anything.
    """
    if row.overdue:
        return row.due
    if row.record.status == "blocked":
        return days.get(row.ref)
    if row.waits or row.later or not (row.item.needs or row.item.after):
        return None
    came = [board.project.record(need).done for need in row.item.needs if need in board.rows]
    came.append(board.dates.get(row.item.after))
    return max((day for day in came if day and day <= board.today), default=None)


def _find_stale_since(board: Board, row: Row) -> date | None:
    """Return the day on which the first piece became too old.

    None where that day is still to come: what will be too old at a milestone is owed now, and
    nothing states since when that milestone has its date.
    """
    day = find_stale_day(row)
    return day if day and day <= board.today else None


def find_stale_day(row: Row) -> date | None:
    """Return the first day on which a stale piece of an item is past its limit; None: unknown.

    It may lie ahead: evidence that will be too old at its milestone counts as stale now.
    """
    pieces = zip(row.record.evidence, row.evidence, strict=True)
    turned = [
        find_age_limit_date(row.item, row.record, piece)
        for piece, state in pieces
        if state == "stale"
    ]
    return min((day for day in turned if day), default=None)


def list_stale_later(board: Board) -> list[tuple[Row, Evidence]]:
    """Return the evidence that counts as stale for its milestone, and is not too old today."""
    found = []
    for row in board.rows.values():
        if EvidenceState.STALE not in row.evidence:
            continue
        for piece, state in zip(row.record.evidence, row.evidence, strict=True):
            if state == EvidenceState.STALE:
                day = find_age_limit_date(row.item, row.record, piece)
                if day and day > board.today:
                    found.append((row, piece))
    return found


def find_role(project: Project, who: str) -> str:
    """Return the role of a person, or the role that is named itself; empty where it is neither."""
    word = who.casefold()
    if word in project.person_roles:
        return project.person_roles[word]
    return word if word in project.process.roles else ""


def find_answering_role(project: Project, request: Request) -> str:
    """Return the role that owes the answer; empty where that cannot be known.

    Somebody whom `fedcheck.toml` does not know is taken for the provider's, unless it was the
    provider who asked.
    """
    role = find_role(project, request.to)
    if role:
        return role
    provider = project.process.provider
    return "" if request.to and find_role(project, request.by) == provider else provider


def find_remediating_role(project: Project, finding: Finding) -> str:
    """Return the role that owes the remediation of a finding."""
    return find_role(project, finding.owner) or project.process.provider
