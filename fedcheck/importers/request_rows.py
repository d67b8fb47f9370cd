"""Requests as rows of a table that others fill in: columns, cells, and the mark of each row.

The mark contains a short fingerprint of each field that may come back changed. With it, an import
finds out which side changed a field since the export, and overwrites nothing.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fedcheck.analysis.issues import state_of
from fedcheck.analysis.waiting_since import find_answering_role
from fedcheck.domain.request import Request
from fedcheck.domain.text import clean_for_file
from fedcheck.domain.workspace import Project
from fedcheck.importers.evidence_cells import EvidenceForm, write_line
from fedcheck.spreadsheets.grid import Cell, normalize_cell
from fedcheck.spreadsheets.headings import HeadingTable, normalize
from fedcheck.spreadsheets.xlsx_reader import Sheet

COLUMNS: Mapping[str, str] = {
    "id": "ID",
    "kind": "Kind",
    "round": "Round",
    "by": "Reviewer",
    "to": "To",
    "document": "Document",
    "section": "Section",
    "title": "Comment or request",
    "text": "In full",
    "controls": "Controls",
    "items": "Items",
    "asked": "Asked on",
    "due": "Due",
    "state": "State",
    "answer": "Answer",
    "evidence": "Evidence",
    "answered": "Answered on",
    "decision": "Decision",
    "comment": "Reviewer's comment",
    "mark": "Row mark, leave as it is",
}
"""The fields of a row, and the headings of their columns."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("request id", "comment id", "ref", "reference", "no", "number", "item no"),
    "kind": ("type",),
    "round": ("review round",),
    "by": ("asked by", "requester", "requested by", "commenter", "from"),
    "to": ("assigned to", "responsible", "owner", "owed by"),
    "document": ("doc", "artifact"),
    "section": ("page", "location", "section page", "ssp section", "section number", "paragraph"),
    "title": ("comment", "request", "question", "evidence requested", "comment request"),
    "text": ("details", "description", "comment in full"),
    "controls": ("control", "control id"),
    "items": ("item",),
    "asked": ("asked", "date asked", "date requested", "requested on"),
    "due": ("due date", "due on", "needed by"),
    "state": ("status", "resolved", "closed", "comment status"),
    "answer": ("response", "csp response", "reply", "resolution", "vendor response"),
    "evidence": ("evidence link", "evidence links", "evidence provided", "artifacts", "links"),
    "answered": ("date answered", "response date"),
    "decision": (
        "reviewer s decision",
        "disposition",
        "accepted",
        "accept or return",
        "adjudication",
    ),
    "comment": ("reviewer comment", "reviewers comment", "decision comment", "reason"),
    "mark": ("row mark", "fedcheck"),
}  # fmt: skip
"""Other headings that a column may have, as `normalize` gives them."""

FIELDS = ("answer", "evidence", "decision", "comment", "due")
"""The fields that others may change."""

REST = ("kind", "round", "by", "to", "document", "section", "title", "text", "items")
"""The fields whose changes in the file are listed and not imported."""

MARKED = (*FIELDS, "state", "base", "rest")
"""The values of which the mark of a row contains fingerprints."""

LONGEST = 32_000
"""The longest text of a cell; a spreadsheet holds 32,767 characters."""

MARK = re.compile(r"1:[0-9a-f]{6}(?:\.[0-9a-f]{6}){7}")

_NUMBER_LIKE = re.compile(r"[0-9]+(?:e[0-9]+)?")
TABLE = HeadingTable(
    {field: (normalize(title), *ALIASES[field]) for field, title in COLUMNS.items()}
)
"""The headings of each field: that of our export, then the usual other ones."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a row held when it was exported, as fingerprints of its fields."""

    prints: tuple[str, ...]

    def same(self, field: str, value: str) -> bool:
        """Return whether a value is the one that was exported."""
        return self.prints[MARKED.index(field)] == fingerprint(value)

    def same_rest(self, row: Mapping[str, str]) -> bool:
        """Return whether the other columns are as they were exported."""
        return self.prints[-1] == _fingerprint_rest(row)


def parse_mark(text: str) -> Mark | None:
    """Return a mark from its text; None where it is none of ours."""
    text = text.strip()
    return Mark(tuple(text[2:].split("."))) if MARK.fullmatch(text) else None


def score_header(cells: Sequence[str]) -> int:
    """Return how many fields a row names; 0 where neither an id nor a title is among them."""
    found = find_columns(cells)
    return len(found) if "title" in found or ("id" in found and len(found) > 1) else 0


def find_columns(cells: Sequence[object]) -> dict[str, int]:
    """Return the column of each field.

    In a matrix that others made, the reviewer's comment is what is asked, not why an answer of ours
    was returned.
    """
    found = TABLE.find_columns(cells)
    if "title" not in found and "mark" not in found and "comment" in found:
        found["title"] = found.pop("comment")
    return found


def write_cells(project: Project, request: Request) -> dict[str, str]:
    """Return the cells of a request by field, without the mark; nothing private is in them.

    The project must be what may leave (`Project.shared`).
    """
    items = [ref for ref in request.items if project.item(ref) is not None]
    listed = [item.controls for ref in items if (item := project.item(ref)) is not None]
    found = {
        "id": _safe_id(request.id),
        "kind": request.kind,
        "round": request.round,
        "by": request.by,
        "to": request.to,
        "document": request.document,
        "section": request.section,
        "title": request.title,
        "text": request.text,
        "controls": ", ".join(dict.fromkeys(control for one in listed for control in one)),
        "items": "\n".join(items),
        "asked": request.asked.isoformat() if request.asked else "",
        "due": request.due.isoformat() if request.due else "",
        "state": state_of(request),
        "answer": request.answer,
        "evidence": "\n".join(
            dict.fromkeys(write_line(one, EvidenceForm.ANGLES) for one in request.evidence)
        ),
        "answered": request.answered.isoformat() if request.answered else "",
        "decision": standing_decision(request),
        "comment": request.comment,
    }
    return {field: cell_text(text) for field, text in found.items()}


def cell_text(text: str) -> str:
    """Return a text as a cell contains it, and as it is compared on import."""
    text = normalize_cell(clean_for_file(normalize_cell(text)))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def standing_decision(request: Request) -> str:
    """Return the present decision: accepted, returned, or none yet."""
    state = state_of(request)
    return state if state in ("accepted", "returned") else ""


def write_mark(cells: Mapping[str, str], request: Request) -> str:
    """Return the mark of a row: fingerprints of what may change, then one of the rest."""
    values = {**cells, "base": decision_base(request)}
    return "1:" + ".".join(
        [*(fingerprint(values[name]) for name in MARKED[:-1]), _fingerprint_rest(cells)]
    )


def decision_base(request: Request) -> str:
    """Return what a decision is about: the state, and the day of the answer it judges."""
    day = request.answered.isoformat() if request.answered else ""
    return f"{state_of(request)} {day}"


def fingerprint(text: str) -> str:
    """Return six hex digits that change when a text does."""
    return hashlib.sha256(cell_text(text).encode("utf-8", "replace")).hexdigest()[:6]


def _fingerprint_rest(cells: Mapping[str, str]) -> str:
    return fingerprint("\x1f".join(normalize_cell(cells.get(field, "")) for field in REST))


def _safe_id(request_id: str) -> str:
    """Return an id that no spreadsheet takes for a number: 12e456 would become infinite."""
    return f"requests:{request_id}" if _NUMBER_LIKE.fullmatch(request_id) else request_id


def select_requests(
    project: Project, requests: Iterable[Request], to: str = "", kind: str = ""
) -> list[Request]:
    """Return the requests to a person or a role (everybody in it), and of a kind.

    A request without a `to` is for the provider.
    """
    found = []
    for request in requests:
        if kind and request.kind != kind:
            continue
        word = to.casefold()
        role = (
            to and word in project.process.roles and find_answering_role(project, request) == word
        )
        if not to or role or request.to.casefold() == word:
            found.append(request)
    return found


def build_rows(project: Project, requests: Iterable[Request]) -> list[list[str]]:
    """Return the table of requests: the headings, then a row for each."""
    rows = [list(COLUMNS.values())]
    for request in requests:
        cells = write_cells(project, request)
        cells["mark"] = write_mark(cells, request)
        rows.append([cells[field] for field in COLUMNS])
    return rows


def build_sheet(project: Project, requests: Iterable[Request]) -> Sheet:
    """Return the table of requests as a sheet of a workbook, in which days are days."""
    head, *rows = build_rows(project, requests)
    days = [place for place, name in enumerate(COLUMNS) if name in ("asked", "due", "answered")]
    whole: list[tuple[Cell, ...]] = [tuple(head)]
    for row in rows:
        cells: list[Cell] = [*row]
        for place in days:
            cells[place] = date.fromisoformat(row[place]) if row[place] else None
        whole.append(tuple(cells))
    return Sheet("Requests", tuple(whole))
