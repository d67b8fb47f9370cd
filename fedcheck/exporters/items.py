"""The export of items as a table: CSV, Excel, JSON; each column by its name.

The functions on rows take a board without private items (`Board.shared`): what they return leaves.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from fedcheck.analysis.board import Board
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.field import Kind
from fedcheck.domain.fields import FIELDS
from fedcheck.domain.item_language import build_item_language
from fedcheck.domain.record import Record
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.row import Row
from fedcheck.domain.text import clean_for_file
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.exporters.registry import Export
from fedcheck.importers.evidence_cells import KEPT_INSIDE, EvidenceForm, is_private, write_line
from fedcheck.importers.option import Values
from fedcheck.session import Session
from fedcheck.spreadsheets import xlsx_writer
from fedcheck.spreadsheets.xlsx_reader import Cell, Sheet

Column = Callable[[Board, Row], Any]
"""Returns what a column states about an item: a cell, or a list of texts."""


def _of_item(name: str) -> Column:
    return lambda _, row: getattr(row.item, name)


def _of_record(name: str) -> Column:
    return lambda _, row: getattr(row.record, name)


def _of_records(*names: str) -> dict[str, Column]:
    """Return the columns of fields of a record, called as the table of fields states."""
    rows = {row.name: row for row in FIELDS[Record]}
    return {rows[name].column or name: _of_record(name) for name in names}


def _of_entry(name: str) -> Column:
    return lambda _, row: getattr(row, name)


_FIRST = ("status", "result", "owner", "tester")
_NEXT = ("note", "reason", "observation", "tested", "methods", "sample", "differential")
_REST = [
    row.name
    for row in FIELDS[Record]
    if row.name not in (*_FIRST, *_NEXT, "due", "done")
    and row.kind not in (Kind.EVIDENCE, Kind.HASH)
]
"""The other fields of a record, in the order of the table."""


def _source(board: Board, row: Row) -> str:
    source, where = board.project.checklists[row.checklist].source_of(row.item)
    return ", ".join(filter(None, (source.title, where))) if source else ""


COLUMNS: Mapping[str, Column] = {
    "ref": _of_entry("ref"),
    "code": _of_item("code"),
    "title": _of_item("title"),
    "phase": _of_entry("phase"),
    "role": _of_entry("role"),
    "checklist": _of_entry("checklist"),
    "section": lambda _, entry: entry.section.title,
    "kind": _of_item("kind"),
    "level": _of_item("level"),
    "controls": _of_item("controls"),
    "methods": _of_item("methods"),
    **_of_records(*_FIRST),
    "due": _of_entry("due"),
    "overdue": _of_entry("overdue"),
    **_of_records("done"),
    "evidence": lambda _, entry: len(entry.record.evidence),
    "evidence_state": lambda _, entry: [s for s in dict.fromkeys(entry.evidence) if s != "ok"],
    "links": lambda _, entry: [_link_text(one) for one in entry.record.evidence],
    **_of_records(*_NEXT),
    **_of_records(*_REST),
    "changed": _of_entry("changed"),
    "deliverable": _of_item("deliverable"),
    "expects": _of_item("expects"),
    "source": _source,
    "id": _of_item("id"),
    "statement": _of_item("statement"),
    "guidance": _of_item("full_guidance"),
}
"""Every column by its name, in the order in which they stand."""

LONG = ("id", "statement", "guidance")
"""Columns that a table only has when they are asked for."""

USUAL = tuple(name for name in COLUMNS if name not in LONG)
SEPARATORS = {"links": "\n", "expects": "; "}
"""The separators of lists in cells; a comma and a blank in other columns."""


def parse_columns(text: str, more: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the columns that a text names: `ref,title,status`; the usual ones for none.

    `more` are names that are known next to those of the columns. Raises FedcheckError
    for a name that no column has.
    """
    known = (*COLUMNS, *more)
    names = [name.strip().casefold().replace("-", "_") for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or "columns: " + ", ".join(known)
            raise FedcheckError(f'no column is named "{name[:60]}"', hint, ErrorKind.USAGE)
    return tuple(dict.fromkeys(names)) or USUAL


def build_rows(board: Board, rows: Iterable[Row], names: Sequence[str]) -> list[tuple[Cell, ...]]:
    """Return a header and a row for each item."""
    found: list[tuple[Cell, ...]] = [tuple(names)]
    found += [tuple(_cell(name, COLUMNS[name](board, one)) for name in names) for one in rows]
    return found


def build_sheet(board: Board, entries: Iterable[Row], names: Sequence[str]) -> Sheet:
    """Return a sheet with a header and a row for each item."""
    return Sheet("Items", tuple(build_rows(board, entries, names)))


ONLY_JSON = ("stale", "waits", "private", "internal")
"""Keys of the rows of `list --json` that no column has."""


def build_document(board: Board, row: Row) -> dict[str, Any]:
    """Return an item as JSON data: all columns, and what a row of `list --json` has.

    `section` is an id as there, and `links` are objects.
    """
    values = {name: COLUMNS[name](board, row) for name in COLUMNS}
    states = zip(row.record.evidence, row.evidence, strict=True)
    links = [_link_document(evidence_item, state) for evidence_item, state in states]
    lists = {name: list(value) for name, value in values.items() if isinstance(value, tuple)}
    return {
        **values,
        **lists,
        "links": links,
        "section": row.section.id,
        "stale": row.stale,
        "waits": list(row.waits),
        "private": row.private,
        "internal": row.internal,
    }


def _link_document(evidence_item: Evidence, state: str) -> dict[str, Any]:
    inside = is_private(evidence_item.link)
    return {
        "id": evidence_item.id,
        "state": state,
        "link": KEPT_INSIDE if inside else evidence_item.link,
        "label": "" if inside else evidence_item.label,
        "kind": evidence_item.kind,
        "collected": evidence_item.collected,
        "expires": evidence_item.expires,
        "sha256": "" if inside else evidence_item.sha256,
    }


def _link_text(evidence: Evidence) -> str:
    return write_line(evidence, EvidenceForm.COLON)


def _cell(name: str, value: Any) -> Cell:
    if isinstance(value, tuple | list):
        value = SEPARATORS.get(name, ", ").join(str(one) for one in value)
    if isinstance(value, str):
        return clean_for_file(value)
    found: Cell = value
    return found


def write_csv(session: Session, values: Values) -> Export:
    """Return the items of a query as CSV. Raises FedcheckError for a wrong column."""
    names = parse_columns(values["columns"])
    return Export(xlsx_writer.write_csv(build_rows(*_select(session, values), names)))


def write_xlsx(session: Session, values: Values) -> Export:
    """Return the items of a query as a workbook. Raises FedcheckError for a wrong column."""
    names = parse_columns(values["columns"])
    return Export(xlsx_writer.write_xlsx([build_sheet(*_select(session, values), names)]))


def write_json(session: Session, values: Values) -> Export:
    """Return the items of a query as JSON in ASCII. Raises FedcheckError for a wrong column."""
    columns = values["columns"]
    names = parse_columns(columns, ONLY_JSON) if columns.strip() else ()
    board, chosen = _select(session, values)
    rows = [build_document(board, one) for one in chosen]
    if names:
        rows = [{name: row[name] for name in names} for row in rows]
    return Export(f"{json.dumps(rows, indent=2, default=date.isoformat)}\n".encode("ascii"))


def _select(session: Session, values: Values) -> tuple[Board, Iterable[Row]]:
    """Return what may leave the company, and the items of it that the query selects."""
    board = session.board().shared()
    query = build_item_language(board.project).parse(values["query"])
    return board, query.select(board.rows.values(), board.today)
