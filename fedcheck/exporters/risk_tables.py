"""Fill a copy of the official POA&M or of the Risk Exposure Table with the findings."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from fedcheck.domain.change import Change, diff_records
from fedcheck.domain.finding import Finding
from fedcheck.domain.text import one_line, pluralize
from fedcheck.exporters.registry import Export
from fedcheck.exporters.risk_columns import (
    COLUMNS,
    HEAD,
    HEAD_HEADINGS,
    HEAD_KEYS,
    MAY_BE_EMPTY,
    NAME,
    RiskRow,
    has_computed_due,
    list_without_column,
)
from fedcheck.exporters.risk_layout import RiskTable, find_table, no_table_error, place_of
from fedcheck.importers.option import Values
from fedcheck.importers.plan import Note
from fedcheck.session import Session
from fedcheck.spreadsheets.xlsx_filler import ComputedValue, fill_cells, list_formula_cells
from fedcheck.spreadsheets.xlsx_reader import Cell, read_workbook
from fedcheck.spreadsheets.xlsx_writer import cut_text
from fedcheck.storage.record_file import FINDINGS
from fedcheck.storage.time_zones import find_zone

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
        label="Official numbers assigned",
        recorded="The numbers were recorded with the findings",
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
    staying: Counter[str] = Counter()
    unnamed: dict[str, None] = {}
    for table, belongs in tables:
        here = [rows[f.id] for f in wanted if belongs(f)]
        gone = [rows[f.id] for f in wanted if not belongs(f)]
        left = _empty_rows(table, gone, found)
        cells[table.sheet.title] = {
            **_fill_head(session, table, found, unnamed),
            **left,
            **_empty_examples(table, found),
            **_fill_rows(table, here, found, {row.number for row in gone}),
        }
        for row in here:
            staying.update(list_without_column(row, table.columns))
    _tell_what_stays(staying, wanted, unnamed, found)
    found.data = fill_cells(template, cells)
    return found


def _tell_what_stays(
    staying: Mapping[str, int], wanted: Sequence[Finding], unnamed: Iterable[str], found: Filled
) -> None:
    """State what was recorded and is not in the workbook, and what its head lacks."""
    if staying:
        listed = ", ".join(f"{words} ({count})" for words, count in staying.items())
        found.facts.append(f"not exported, because the workbook has no column: {listed}")
    waiting = [
        one.id
        for one in wanted
        if one.adjusted and (one.deviation, one.deviation_state) != ("risk-adjustment", "approved")
    ]
    if waiting:
        what = f"{pluralize(len(waiting), 'adjusted rating')} not approved"
        listed = ", ".join(waiting[:5]) + (", ..." if len(waiting) > 5 else "")
        found.facts.append(f"{what}: the workbook has only the original risk ({listed})")
    if unnamed:
        found.facts.append(f"left unchanged at the top of the sheet: {', '.join(unnamed)}")


def _note_shared_numbers(wanted: Sequence[Finding], found: Filled) -> None:
    """Note the official numbers that several findings share; each finding has a row."""
    for number, count in Counter(f.number for f in wanted if f.number).items():
        if count > 1:
            what = f"is the number of {count} findings; each has a row"
            remedy = "give all but one a different number: fedcheck finding update --number"
            found.notes.append(Note(one_line(number, 30), what, remedy))


def _find_tables(
    template: Path, kind: str, findings: Sequence[Finding], found: Filled
) -> list[tuple[RiskTable, Belongs]]:
    """Return the tables of a workbook, and which findings belong in each.

    An edition without a sheet for configuration findings has them among the open ones.
    """
    sheets, formulas = read_workbook(template), list_formula_cells(template)
    tables = []
    lacks = []
    for words, belongs in WORKBOOKS[kind].items():
        called = [sheet for sheet in sheets if words in one_line(sheet.title).casefold()]
        for sheet in called:
            table = find_table(sheet, formulas.get(sheet.title, {}))
            if table is not None:
                tables.append((table, belongs))
                break
        else:
            if words in OPTIONAL:
                lacks.append(words)
                continue
            raise no_table_error(template, kind, words, called or sheets, bool(called))
    for words in lacks:
        count = sum(WORKBOOKS[kind][words](f) for f in findings)
        if words == "configuration":
            tables = [(table, _is_open if of is POAM["open"] else of) for table, of in tables]
        if count:
            where = "they are listed with the open findings"
            remedy = where if words == "configuration" else "use this year's template"
            what = f"has no sheet for {words} findings: {count}"
            found.notes.append(Note("the workbook", what, remedy))
    return tables


def _is_open(finding: Finding) -> bool:
    return finding.state == "open"


def _assign_numbers(
    session: Session, wanted: Sequence[Finding], tables: Iterable[RiskTable], found: Filled
) -> dict[str, str]:
    """Return the official number of each finding, new ones where they have none yet."""
    taken = {f.number for f in session.project.findings if f.number}
    taken |= {number for table in tables for number in table.numbers}
    prefix, last, width = _find_pattern(taken)
    numbers = {}
    for finding in wanted:
        number = finding.number
        if not number:
            last += 1
            number = f"{prefix}{last:0{width}}"
            numbered = replace(finding, number=number)
            found.changes += diff_records(f"findings:{finding.id}", finding, numbered)
        numbers[finding.id] = number
    if found.changes:
        found.facts.append(f"{pluralize(len(found.changes), 'finding')} got a number")
    return numbers


def _find_pattern(taken: Iterable[str]) -> tuple[str, int, int]:
    """Return how numbers go on: the usual prefix, the last number, and its digits if padded."""
    counted = [(m[1], m[2]) for number in taken if (m := _NUMBER.match(number))]
    usual = Counter(prefix for prefix, _ in counted)
    prefix = max(usual, key=lambda one: (usual[one], one), default="V-")
    digits = [text for own, text in counted if own == prefix]
    padded = [len(text) for text in digits if text.startswith("0")]
    return prefix, max(map(int, digits), default=0), max(padded, default=1)


def _find_last_changes(session: Session) -> dict[str, date]:
    """Return the day on which each finding was last changed."""
    zone = find_zone(session.project.config.timezone)
    return {
        one.change.ref: one.counts_on(zone)
        for one in session.store.history_in((FINDINGS,))
        if one.change.field != "number"
    }


def _fill_head(
    session: Session, table: RiskTable, found: Filled, unnamed: dict[str, None]
) -> dict[str, Cell]:
    """Return the head of a sheet: what the template has not filled yet, and the date always.

    A value is written below its name, below the guidance if there is any. What neither the template
    nor the workspace states is added to `unnamed`.
    """
    cells: dict[str, Cell] = {}
    left = []
    for number, row in enumerate(table.sheet.rows[: table.header]):
        for column, cell in enumerate(row):
            name = HEAD_HEADINGS.find_field(cell)
            value = HEAD.get(name)
            if value is None:
                continue
            wanted = value(session.project, session.today())
            below = range(number + 1, table.header)
            place = next((one for one in below if not table.is_guidance(one)), None)
            if not wanted:
                stands = table.text(place, column).strip() if place is not None else ""
                if stands.casefold() in PLACEHOLDERS:
                    unnamed[HEAD_KEYS[name]] = None
                continue
            if place is None:
                left.append(one_line(str(cell), 40))
                continue
            now = table.text(place, column).strip().casefold()
            if isinstance(wanted, date) or now in PLACEHOLDERS:
                cells[place_of(place, column)] = wanted
    if left:
        what = f"no room below {', '.join(left)}; left as it is"
        found.notes.append(Note(one_line(table.sheet.title), what, "enter it by hand"))
    return cells


def _empty_rows(
    table: RiskTable, gone: Iterable[RiskRow], found: Filled
) -> dict[str, Cell | ComputedValue]:
    """Return the cells to clear for findings that moved to another sheet.

    Formulas stay: they show nothing in an empty row.
    """
    cells: dict[str, Cell | ComputedValue] = {}
    known = table.numbers
    for row in gone:
        for place in known.get(row.number, ()):
            cells |= _empty_row(table, place)
            where = f"{one_line(table.sheet.title)}, row {place + 1}"
            found.notes.append(
                Note(where, f"{row.number} no longer belongs on this sheet; its row was cleared")
            )
    return cells


def _empty_row(table: RiskTable, row: int) -> dict[str, Cell | ComputedValue]:
    emptied = {place_of(row, column) for column in table.columns.values()}
    cells: dict[str, Cell | ComputedValue] = dict.fromkeys(emptied - table.formulas.keys())
    return cells | {one: ComputedValue("") for one in emptied & table.formulas.keys()}


def _empty_examples(table: RiskTable, found: Filled) -> dict[str, Cell | ComputedValue]:
    """Return the cells to clear of the example that a template came with."""
    cells: dict[str, Cell | ComputedValue] = {}
    for row in table.examples:
        cells |= _empty_row(table, row)
        found.facts.append(
            f"{one_line(table.sheet.title)}: the example in row {row + 1} was removed"
        )
    return cells


def _fill_rows(
    table: RiskTable, rows: Sequence[RiskRow], found: Filled, gone: Collection[str]
) -> dict[str, Cell | ComputedValue]:
    cells: dict[str, Cell | ComputedValue] = {}
    known, free = table.numbers, table.free
    blank: dict[str, int] = {}
    for row in rows:
        own = known.get(row.number, [])
        place = own.pop(0) if own else None
        if place is None:
            while table.fixed(free) and not has_computed_due(row.finding):
                free += 1  # the template computes another date there than is planned
            place, free = free, free + 1
        for name, column in table.columns.items():
            value = COLUMNS[name](row)
            where = place_of(place, column)
            if value in ("", None):
                now = "" if table.is_example(place) else table.text(place, column).strip()
                blank[name] = blank.get(name, 0) + (not now and name not in MAY_BE_EMPTY)
            elif table.formulas.get(where) or (
                where in table.formulas and has_computed_due(row.finding)
            ):
                cells[where] = ComputedValue(value)
            else:
                text = cut_text(value) if isinstance(value, str) else value
                if text != value:
                    what = f"{row.number}: a text longer than a cell allows was cut"
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
        found.notes.append(Note(title, f"empty cells, with the number of rows: {', '.join(empty)}"))
    if rows and table.unknown:
        listed = ", ".join(f'"{one_line(heading, 40)}"' for heading in table.unknown[:10])
        found.notes.append(Note(title, f"columns left unchanged: {listed}"))
    named = table.columns[NAME]
    others = [
        number
        for number, places in known.items()
        for place in places
        if number not in gone and _is_number(number) and table.text(place, named).strip()
    ]
    if others:
        listed = ", ".join(one_line(number, 30) for number in others[:5])
        what = f"{pluralize(len(others), 'row')} with no finding here, left unchanged: {listed}"
        found.notes.append(Note(title, what))
    return cells


def _is_number(text: str) -> bool:
    """Return whether a text is an official number, not a template's explanation."""
    return " " not in text and any(char.isdigit() for char in text)
