"""Fill a copy of FedRAMP's Initial Authorization Package Checklist from the state of documents."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from fedcheck.analysis.board import Board
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import EvidenceKind, Status
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import FedcheckError
from fedcheck.exporters.package_documents import DOCUMENTS, UPLOADS, WITHOUT_ITEM, Document
from fedcheck.exporters.registry import Export
from fedcheck.importers.evidence_cells import is_private
from fedcheck.importers.option import Values
from fedcheck.importers.plan import Note
from fedcheck.importers.wbs.reader import require_agency
from fedcheck.session import Session
from fedcheck.spreadsheets.cells import parse_day
from fedcheck.spreadsheets.grid import format_cell
from fedcheck.spreadsheets.headings import HeadingTable, normalize
from fedcheck.spreadsheets.xlsx_filler import ComputedValue, fill_cells, list_formula_cells
from fedcheck.spreadsheets.xlsx_reader import Cell, Sheet, column_letters, read_workbook
from fedcheck.spreadsheets.xlsx_writer import cut_text

HEADINGS = HeadingTable({
    "uploaded": ("file uploaded to max y n", "file uploaded", "uploaded", "file uploaded y n"),
    "name": ("document filename", "document file name", "filename", "file name"),
    "date": ("document date", "date"),
    "version": ("document version no", "document version number", "document version", "version"),
})  # fmt: skip
"""The headings of the columns that are filled."""

WITHIN = 40
"""How many rows are searched for the header."""

MAX_ROWS = 2_000
"""How many rows below the header are read; the official sheet has fewer than 50."""

MAX_NAMES = 20
"""How many file names a cell lists."""

_VERSION = re.compile(r"\bv(?:ersion)?[ ._-]?([0-9]{1,3}(?:\.[0-9]{1,3}){0,3})(?![0-9])", re.I)
_NOT_APPLICABLE = ("n a", "na", "not applicable")

_HEAD: Mapping[str, str] = {
    "csp": "provider",
    "cso": "name",
    "package id": "[package] fedramp-id",
    "submission date": "milestone package-complete",
}
"""The lines above the table, by their label, and what fills each."""

_PLACEHOLDER = re.compile(r"enter\b.*|mm/dd/yy(?:yy)?", re.I)


@dataclass(slots=True)
class _Filling:
    """What is gathered while the sheet is filled."""

    board: Board
    sheet: Sheet
    columns: Mapping[str, int]
    formulas: Mapping[str, bool]
    cells: dict[str, Cell | ComputedValue] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    rows: int = 0
    answered: int = 0
    uploaded: int = 0
    inside: int = 0
    replaced: int = 0
    unnamed: list[str] = field(default_factory=list)
    unversioned: int = 0

    def text(self, row: int, column: int) -> str:
        cells = self.sheet.rows[row] if row < len(self.sheet.rows) else ()
        return format_cell(cells[column]) if column < len(cells) else ""

    def put(self, row: int, column: int, value: str | date) -> None:
        """Set a cell where its value differs."""
        cells = self.sheet.rows[row]
        now = cells[column] if column < len(cells) else None
        if isinstance(value, str):
            value = cut_text(value)
            same = format_cell(now) == value
        else:
            same = _parse(now) == value
        place = f"{column_letters(column + 1)}{row + 1}"
        if not same and not self.formulas.get(place):
            self.cells[place] = value
            self.replaced += bool(format_cell(now)) and column > 0


def write(session: Session, values: Values) -> Export:
    """Return a copy of the package checklist with the documents in it; see `fill_workbook`."""
    return fill_workbook(session.board().shared(), values["template"])


def fill_workbook(board: Board, template: Path) -> Export:
    """Return a copy of the package checklist, filled from the state of the documents.

    Args:
        board: what may leave: without what is private or internal.
        template: the workbook; it is not changed.

    Raises:
        FedcheckError: status 2 in a workspace of another process; 3 where the workbook cannot be
            read or is no package checklist.
    """
    require_agency(board)
    sheet, header, columns = _find_table(read_workbook(template), template)
    formulas = list_formula_cells(template).get(sheet.title, {})
    filling = _Filling(board, sheet, columns, formulas)
    left = _fill_head(filling, header)
    for row in range(header + 1, min(len(sheet.rows), header + 1 + MAX_ROWS)):
        label = normalize(filling.text(row, 0))
        if not label or label.startswith(WITHOUT_ITEM):
            continue
        found = next((one for start, one in DOCUMENTS.items() if _begins(label, start)), None)
        if found is not None:
            _fill_row(filling, row, found)
        elif any(filling.text(row, column) for column in columns.values()):
            where = f"{one_line(sheet.title, 40)}, row {row + 1}"
            what = f'"{one_line(filling.text(row, 0), 60)}" is not in the official checklist'
            filling.notes.append(Note(where, what, "left as it is"))
    facts = _list_facts(filling, left)
    return Export(
        fill_cells(template, {sheet.title: filling.cells}), tuple(facts), tuple(filling.notes)
    )


def _begins(label: str, start: str) -> bool:
    return label == start or label.startswith(f"{start} ")


def _find_table(sheets: Sequence[Sheet], template: Path) -> tuple[Sheet, int, dict[str, int]]:
    for sheet in sheets:
        for at, row in enumerate(sheet.rows[:WITHIN]):
            columns = HEADINGS.find_columns(row)
            if {"uploaded", "name"} <= columns.keys() and not sheet.hidden:
                return sheet, at, columns
    hint = "it needs a sheet with the columns File Uploaded to MAX (Y/N)? and Document Filename"
    raise FedcheckError(f"{template}: no package checklist", hint)


def _fill_head(filling: _Filling, header: int) -> list[str]:
    """Fill the lines above the table that still have their placeholder; return what is unknown."""
    config = filling.board.project.config
    package: Mapping[str, Any] = config.package or {}
    day = filling.board.dates.get("package-complete")
    values = {
        "csp": config.provider,
        "cso": config.name,
        "package id": str(package.get("fedramp-id") or ""),
        "submission date": f"{day:%m/%d/%y}" if day else "",
    }
    left = []
    for row in range(header):
        label, colon, value = filling.text(row, 0).partition(":")
        name = normalize(label)
        if not colon or name not in values or not _PLACEHOLDER.fullmatch(value.strip()):
            continue
        if values[name]:
            filling.put(row, 0, f"{label.strip()}: {one_line(values[name], 200)}")
        else:
            left.append(f"{label.strip()} ({_HEAD[name]})")
    return left


def _fill_row(filling: _Filling, row: int, document: Document) -> None:
    """Fill the row of a document; what the template answers itself, such as N/A, stays."""
    columns = filling.columns
    if normalize(filling.text(row, columns["uploaded"])) in _NOT_APPLICABLE:
        filling.answered += 1
        return
    items = [one for ref in document.items if (one := filling.board.rows.get(ref))]
    if not items:
        title = one_line(filling.text(row, 0), 60)
        where = f"{one_line(filling.sheet.title, 40)}, row {row + 1}"
        filling.notes.append(Note(where, f'no item here stands for "{title}"', "fill it by hand"))
        return
    filling.rows += 1
    if all(one.record.status == Status.NA for one in items):
        for column in columns.values():
            filling.put(row, column, "N/A")
        return
    done = items[0].record.status == Status.DONE and _is_uploaded(filling.board, document.party)
    filling.uploaded += done
    filling.put(row, columns["uploaded"], "Y" if done else "N")
    evidence = _choose_evidence(filling, items)
    if not evidence:
        if done:
            filling.unnamed.append(one_line(filling.text(row, 0).partition("\n")[0], 40))
        return
    names = [_name_file(one) for one in evidence[:MAX_NAMES]]
    if rest := len(evidence) - MAX_NAMES:
        names += [f"and {rest} more"] if rest > 0 else []
    filling.put(row, columns["name"], "\n".join(dict.fromkeys(names)))
    day = max((one.collected for one in evidence if one.collected), default=None)
    if day and "date" in columns:
        filling.put(row, columns["date"], day)
    versions = [found for one in evidence if (found := _find_version(one))]
    if len(set(versions)) == 1 and "version" in columns:
        filling.put(row, columns["version"], versions[0])
    elif "version" in columns and not filling.text(row, columns["version"]):
        filling.unversioned += 1


def _is_uploaded(board: Board, party: str) -> bool:
    """Return whether a party has uploaded its part: the first of its items that applies counts."""
    found = [board.rows[ref] for ref in UPLOADS[party] if ref in board.rows]
    return bool(found) and found[0].record.status == Status.DONE


def _choose_evidence(filling: _Filling, items: Sequence[Row]) -> list[Evidence]:
    """Return the evidence of the first item that has any that may be named."""
    for one in items:
        shared = [evidence for evidence in one.record.evidence if not is_private(evidence.link)]
        filling.inside += len(one.record.evidence) - len(shared)
        if shared:
            return shared
    return []


def _name_file(evidence: Evidence) -> str:
    """Return the file name of a document: that of a file or a web address, else label or link."""
    if evidence.kind == EvidenceKind.URL:
        name = unquote(PurePosixPath(_path_of(evidence.link)).name)
        return one_line(name if "." in name else evidence.label or evidence.link, 300)
    if evidence.kind == EvidenceKind.FILE:
        return one_line(PurePosixPath(evidence.link.replace("\\", "/")).name, 300)
    return one_line(evidence.label or evidence.link, 300)


def _path_of(link: str) -> str:
    """Return the path of a web address; nothing of one that is none."""
    try:
        return urlsplit(link).path
    except ValueError:
        return ""


def _find_version(evidence: Evidence) -> str:
    """Return the version that a label or a file name states: `2.1` of `SSP v2.1.docx`."""
    for text in (evidence.label, _name_file(evidence).replace("_", " ")):
        if found := _VERSION.search(text):
            return found[1]
    return ""


def _parse(cell: Cell) -> date | None:
    try:
        return parse_day(cell, "mdy")
    except ValueError:
        return None


def _list_facts(filling: _Filling, left: Sequence[str]) -> list[str]:
    facts = [
        f"{pluralize(filling.rows, 'document')} filled, {filling.uploaded} of them uploaded,"
        f" {pluralize(len(filling.cells), 'cell')} written"
    ]
    if filling.answered:
        facts.append(f"{pluralize(filling.answered, 'row')} that the template answers with N/A")
    if filling.replaced:
        facts.append(f"{pluralize(filling.replaced, 'cell')} had another value and were replaced")
    if filling.unnamed:
        listed = ", ".join(filling.unnamed[:5]) + (", ..." if len(filling.unnamed) > 5 else "")
        facts.append(f"uploaded without a file name, because no evidence names one: {listed}")
    if filling.unversioned:
        what = pluralize(filling.unversioned, "document")
        facts.append(f"{what} without a version: write it into the label, such as SSP v1.2")
    if filling.inside:
        facts.append(f"{pluralize(filling.inside, 'evidence item')} under private/ not named")
    if left:
        facts.append(f"left as it was in the head: {', '.join(left)}")
    return facts
