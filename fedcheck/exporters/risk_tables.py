"""Fill a copy of the official POA&M or of the Risk Exposure Table with the findings."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from fedcheck.domain.change import Change, diff_records
from fedcheck.domain.finding import Finding, compute_remediation_due
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import FedcheckError
from fedcheck.exporters.registry import Export
from fedcheck.exporters.risk_columns import (
    COLUMN_HEADINGS,
    COLUMNS,
    HEAD,
    HEAD_HEADINGS,
    NAME,
    NUMBER,
    RiskRow,
)
from fedcheck.importers.option import Values
from fedcheck.importers.plan import Note
from fedcheck.session import Session
from fedcheck.spreadsheets.xlsx_filler import ComputedValue, fill_cells, list_formula_cells
from fedcheck.spreadsheets.xlsx_reader import Cell, Sheet, column_letters, read_workbook
from fedcheck.spreadsheets.xlsx_writer import cut_text

Belongs = Callable[[Finding], bool]

POAM: Mapping[str, Belongs] = {
    "open": lambda f: f.state == "open" and f.configuration != "yes",
    "closed": lambda f: f.state == "closed" and not f.corrected,
    "configuration": lambda f: f.state == "open" and f.configuration == "yes",
}
RET: Mapping[str, Belongs] = {
    "corrected": lambda f: f.state == "closed" and f.corrected is not None,
    "risk exposure": lambda f: f.state == "open",
}
"""The sheets of each workbook by words of their titles, and which findings belong there."""

WORKBOOKS: Mapping[str, Mapping[str, Belongs]] = {"poam": POAM, "ret": RET}
TITLES = {"poam": "POA&M", "ret": "Risk Exposure Table"}
PLACEHOLDERS = {"", "text", "date", "low"}
"""What the head of an empty template contains."""

OPTIONAL = ("closed", "configuration", "corrected")
"""Sheets that older editions of a workbook lack."""

_NUMBER = re.compile(r"^(.*?)(\d{1,9})$", re.A)


@dataclass(slots=True)
class Filled:
    """A workbook with the findings in it.

    Attributes:
        data: its bytes.
        facts: what was written where, for people.
        notes: what is missing, or in the way.
        changes: the numbers that findings were given by it.
    """

    data: bytes = b""
    facts: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Table:
    """A sheet with its header: columns by heading, rows by official number.

    Attributes:
        formulas: the places of formulas, and whether other cells rest on each.
    """

    sheet: Sheet
    header: int
    columns: Mapping[str, int]
    formulas: Mapping[str, bool]

    def fixed(self, row: int) -> bool:
        """Return whether a row contains a formula that must not be replaced."""
        return any(self.formulas.get(_place(row, column)) for column in self.columns.values())

    def text(self, row: int, column: int) -> str:
        cells = self.sheet.rows[row] if row < len(self.sheet.rows) else ()
        return str(cells[column] if column < len(cells) and cells[column] is not None else "")

    @property
    def numbers(self) -> dict[str, list[int]]:
        """Return the rows below the header by their official number."""
        column = self.columns[NUMBER]
        found: dict[str, list[int]] = {}
        for row in range(self.header + 1, len(self.sheet.rows)):
            if number := self.text(row, column).strip():
                found.setdefault(number, []).append(row)
        return found

    @property
    def free(self) -> int:
        """Return the first row after all that hold a number, a name or a description."""
        told = [self.columns[name] for name in (NUMBER, NAME) if name in self.columns]
        rows = range(self.header + 1, len(self.sheet.rows))
        used = [row for row in rows if any(self.text(row, column).strip() for column in told)]
        return max(used, default=self.header) + 1


def write_poam(session: Session, values: Values) -> Export:
    """Return a copy of the POA&M with the findings in it; see `filled`."""
    return _export(fill_workbook(session, values["template"], "poam"))


def write_ret(session: Session, values: Values) -> Export:
    """Return a copy of the Risk Exposure Table with the findings in it; see `filled`."""
    return _export(fill_workbook(session, values["template"], "ret"))


def _export(found: Filled) -> Export:
    return Export(
        found.data,
        found.facts,
        found.notes,
        found.changes,
        label="Official numbers given",
        recorded="The numbers are noted with the findings",
    )


def fill_workbook(session: Session, template: Path, kind: str) -> Filled:
    """Return a copy of an official workbook with the findings in it; `kind` is `poam` or `ret`.

    A finding keeps the row that has its number; others come after the last row. A finding that
    left a sheet leaves an empty row there. What we know nothing of stays as it was. Raises
    FedcheckError where this is not such a workbook.
    """
    found = Filled()
    findings = sorted(session.project.findings, key=lambda f: f.found or date.max)
    tables = _find_tables(template, kind, findings, found)
    wanted = [f for f in findings if any(belongs(f) for _, belongs in tables)]
    _note_shared_numbers(wanted, found)
    numbers = _assign_numbers(session, wanted, [table for table, _ in tables], found)
    days = _find_last_changes(session)
    rows = {
        f.id: RiskRow(session.project.shared(), f, numbers[f.id], days.get(f"findings:{f.id}"))
        for f in wanted
    }
    cells: dict[str, dict[str, Cell | ComputedValue]] = {}
    for table, belongs in tables:
        here = [rows[f.id] for f in wanted if belongs(f)]
        gone = [rows[f.id] for f in wanted if not belongs(f)]
        left = _empty_rows(table, gone, found)
        cells[table.sheet.title] = {
            **_fill_head(session, table),
            **left,
            **_fill_rows(table, here, found, {row.number for row in gone}),
        }
    found.data = fill_cells(template, cells)
    return found


def _note_shared_numbers(wanted: Sequence[Finding], found: Filled) -> None:
    """Note the official numbers that several findings share; each finding has a row."""
    for number, count in Counter(f.number for f in wanted if f.number).items():
        if count > 1:
            what = f"is the number of {count} findings; each has a row"
            remedy = "give all but one another: fedcheck finding update --number"
            found.notes.append(Note(one_line(number, 30), what, remedy))


def _find_tables(
    template: Path, kind: str, findings: Sequence[Finding], found: Filled
) -> list[tuple[_Table, Belongs]]:
    """Return the tables of a workbook, and which findings belong in each.

    An edition without a sheet for configuration findings has them among the open ones.
    """
    sheets, formulas = read_workbook(template), list_formula_cells(template)
    tables = []
    lacks = []
    for words, belongs in WORKBOOKS[kind].items():
        for sheet in sheets:
            if words in one_line(sheet.title).casefold():
                table = _find_table(sheet, formulas.get(sheet.title, {}))
                if table is not None:
                    tables.append((table, belongs))
                    break
        else:
            if words in OPTIONAL:
                lacks.append(words)
                continue
            has = ", ".join(one_line(sheet.title, 40) for sheet in sheets)
            raise FedcheckError(
                f"{template}: no {TITLES[kind]} workbook: no table on a sheet named {words!r}",
                f"use the official template; this one has: {one_line(has, 160)}",
            )
    for words in lacks:
        count = sum(WORKBOOKS[kind][words](f) for f in findings)
        if words == "configuration":
            tables = [(table, _is_open if of is POAM["open"] else of) for table, of in tables]
        if count:
            where = "they stand among the open ones"
            remedy = where if words == "configuration" else "take the template of this year"
            what = f"has no sheet for {words} findings: {count}"
            found.notes.append(Note("the workbook", what, remedy))
    return tables


def _is_open(finding: Finding) -> bool:
    return finding.state == "open"


def _find_table(sheet: Sheet, formulas: Mapping[str, bool]) -> _Table | None:
    """Return the table of a sheet; its header is the first row with a number and a name."""
    for number, cells in enumerate(sheet.rows):
        columns = COLUMN_HEADINGS.find_columns(cells)
        if NUMBER in columns and NAME in columns:
            return _Table(sheet, number, columns, formulas)
    return None


def _assign_numbers(
    session: Session, wanted: Sequence[Finding], tables: Iterable[_Table], found: Filled
) -> dict[str, str]:
    """Return the official number of each finding, new ones where they have none yet."""
    taken = {f.number for f in session.project.findings if f.number}
    taken |= {number for table in tables for number in table.numbers}
    counted = [(m[1], int(m[2])) for number in taken if (m := _NUMBER.match(number))]
    prefix, last = max(
        ((p, max(n for q, n in counted if q == p)) for p in {p for p, _ in counted}),
        key=lambda pair: (sum(p == pair[0] for p, _ in counted), pair),
        default=("V-", 0),
    )
    numbers = {}
    for finding in wanted:
        number = finding.number
        if not number:
            last += 1
            number = f"{prefix}{last}"
            numbered = replace(finding, number=number)
            found.changes += diff_records(f"findings:{finding.id}", finding, numbered)
        numbers[finding.id] = number
    if found.changes:
        found.facts.append(f"{pluralize(len(found.changes), 'finding')} got a number")
    return numbers


def _find_last_changes(session: Session) -> dict[str, date]:
    """Return the day on which each finding was last changed."""
    zone = ZoneInfo(session.project.config.timezone)
    entered = session.history()
    return {
        one.change.ref: one.counts_on(zone)
        for one in entered
        if one.change.ref.startswith("findings:") and one.change.field != "number"
    }


def _fill_head(session: Session, table: _Table) -> dict[str, Cell]:
    """Return the head of a sheet: what the template has not filled yet, and the date always."""
    cells: dict[str, Cell] = {}
    for number, row in enumerate(table.sheet.rows[: table.header]):
        for column, cell in enumerate(row):
            value = HEAD.get(HEAD_HEADINGS.find_field(cell))
            if value is None or number + 1 >= table.header:
                continue
            wanted = value(session.project, session.today())
            now = table.text(number + 1, column).strip().casefold()
            if wanted and (isinstance(wanted, date) or now in PLACEHOLDERS):
                cells[_place(number + 1, column)] = wanted
    return cells


def _empty_rows(
    table: _Table, gone: Iterable[RiskRow], found: Filled
) -> dict[str, Cell | ComputedValue]:
    """Return the cells to clear for findings that moved to another sheet.

    Formulas stay: they show nothing in an empty row.
    """
    cells: dict[str, Cell | ComputedValue] = {}
    known = table.numbers
    for row in gone:
        for place in known.get(row.number, ()):
            emptied = {_place(place, column) for column in table.columns.values()}
            cells |= dict.fromkeys(emptied - table.formulas.keys())
            cells |= {one: ComputedValue("") for one in emptied & table.formulas.keys()}
            where = f"{one_line(table.sheet.title)}, row {place + 1}"
            found.notes.append(Note(where, f"{row.number} is no longer of this sheet; emptied"))
    return cells


def _fill_rows(
    table: _Table, rows: Sequence[RiskRow], found: Filled, gone: Collection[str]
) -> dict[str, Cell | ComputedValue]:
    cells: dict[str, Cell | ComputedValue] = {}
    known, free = table.numbers, table.free
    blank: dict[str, int] = {}
    for row in rows:
        own = known.get(row.number, [])
        place = own.pop(0) if own else None
        if place is None:
            while table.fixed(free) and not _has_computed_due(row.finding):
                free += 1  # the template computes another date there than is planned
            place, free = free, free + 1
        for name, column in table.columns.items():
            value = COLUMNS[name](row)
            where = _place(place, column)
            if value in ("", None):
                blank[name] = blank.get(name, 0) + (not table.text(place, column).strip())
            elif table.formulas.get(where) or (
                where in table.formulas and _has_computed_due(row.finding)
            ):
                cells[where] = ComputedValue(value)
            else:
                text = cut_text(value) if isinstance(value, str) else value
                if text != value:
                    what = f"{row.number}: a text longer than a cell may be was cut"
                    found.notes.append(Note(f"{one_line(table.sheet.title)}, {where}", what))
                cells[where] = text
    title = one_line(table.sheet.title)
    found.facts.append(f"{title}: {pluralize(len(rows), 'finding')}")
    empty = [
        f"{one_line(table.text(table.header, table.columns[name]), 40)} ({count})"
        for name, count in blank.items()
        if count
    ]
    if empty:
        found.notes.append(Note(title, f"empty in so many rows: {', '.join(empty)}"))
    named = table.columns[NAME]
    others = [
        number
        for number, places in known.items()
        for place in places
        if number not in gone and _is_number(number) and table.text(place, named).strip()
    ]
    if others:
        listed = ", ".join(one_line(number, 30) for number in others[:5])
        what = f"{pluralize(len(others), 'row')} of no finding here, left alone: {listed}"
        found.notes.append(Note(title, what))
    return cells


def _is_number(text: str) -> bool:
    """Return whether a text is an official number, not a template's explanation."""
    return " " not in text and any(char.isdigit() for char in text)


def _has_computed_due(finding: Finding) -> bool:
    """Return whether the due date is the one that the template's formula gives."""
    return finding.found is not None and finding.due == compute_remediation_due(
        finding.risk, finding.found
    )


def _place(row: int, column: int) -> str:
    return f"{column_letters(column + 1)}{row + 1}"
