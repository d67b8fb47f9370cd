"""Read the test steps of a test case workbook; note what could not be used, with its place."""

import dataclasses
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fedcheck.domain.control_ids import find_controls, find_procedure_control
from fedcheck.domain.text import one_line, pluralize
from fedcheck.importers.plan import Note
from fedcheck.importers.srtm.columns import (
    FILLED,
    LONGEST,
    METHODS,
    TABLE,
    cell_text,
    find_columns,
    find_field,
    find_test_header,
    is_crossed,
    names_objects,
    normalize_words,
    parse_methods,
)
from fedcheck.spreadsheets.xlsx_package import too_big_error
from fedcheck.spreadsheets.xlsx_reader import Cell, Sheet, column_letters

MAX_PLACES = 1_000_000
"""The most merged places of a table that are looked at; without overlaps there cannot be more."""

Place = tuple[int, int]
"""Row and column, counted from 0."""


@dataclass(frozen=True, slots=True)
class Firsts:
    """The first cell of each merged area, by every place in it.

    Attributes:
        overlap: whether there are more than can be without overlaps.
    """

    of: Mapping[Place, Place]
    overlap: bool = False


def find_merged_firsts(sheet: Sheet, columns: Collection[int], header: int) -> Firsts:
    """Return the first cells of the merged areas below a header, in some columns.

    An area that begins in the header or above is a heading over several rows, and no value.
    """
    found: dict[Place, Place] = {}
    for area in sheet.merged:
        if area.top <= header or area.top >= len(sheet.rows):
            continue
        rows = range(area.top, min(area.bottom + 1, len(sheet.rows)))
        for column in columns:
            if area.left <= column <= area.right and len(rows) * (area.right - area.left + 1) > 1:
                if len(found) + len(rows) > MAX_PLACES:
                    return Firsts({}, overlap=True)
                found |= dict.fromkeys(((row, column) for row in rows), (area.top, area.left))
    return Firsts(found)


def spread_merged(
    sheet: Sheet, number: int, columns: Mapping[str, int], merged: Mapping[Place, Place]
) -> tuple[dict[str, Cell], dict[str, str]]:
    """Return what a row has from cells that begin above it, and where its merged cells begin.

    Args:
        sheet: the sheet of the row.
        number: the row, counted from 0.
        columns: the columns of the table by field.
        merged: as `firsts` gives it.

    Returns:
        Values by field, and the names of first cells (`J12`) by field, that of the row itself too.
    """
    values: dict[str, Cell] = {}
    begins: dict[str, str] = {}
    for name, column in columns.items():
        first = merged.get((number, column))
        if first is None:
            continue
        row, left = first
        begins[name] = f"{column_letters(left + 1)}{row + 1}"
        if left == column and row != number:
            values[name] = _cell(sheet.rows[row], column)
    return values, begins


def _cell(row: Sequence[Cell], column: int) -> Cell:
    return row[column] if column < len(row) else None


MAX_STEPS = 20_000
"""The most tests of a workbook; the official ones have below 2,000."""

MAX_ROWS = 100_000
"""The most rows below the headers that hold something, with headings and remarks."""


@dataclass(frozen=True, slots=True)
class Step:
    """One assessment procedure of a workbook.

    Attributes:
        sheet: title of its sheet.
        row: its row, as a spreadsheet numbers it.
        code: official id of the procedure; empty where the workbook gives none.
        controls: its controls as NIST writes them.
        occurrence: 1, or more where the workbook has the same procedure several times.
        cells: what is filled in, by field; columns that the sheet lacks are not in it.
        columns: the columns of its sheet, counted from 0.
        looked_at: what a method is done on, where its column states it, by method.
        merged: where the merged cells begin that some of its cells belong to (`J12`), by field.
    """

    sheet: str
    row: int
    code: str
    controls: tuple[str, ...]
    name: str
    objective: str
    parameter: str
    requirement: str
    methods: tuple[str, ...]
    cells: Mapping[str, str]
    raw: Mapping[str, Cell]
    columns: Mapping[str, int]
    occurrence: int = 1
    merged: Mapping[str, str] = field(default_factory=dict)
    looked_at: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, tuple[str, ...], int]:
        """Return what names it in every edition of its workbook."""
        return code_key(self.code or self.objective), self.controls[:1], self.occurrence

    def place(self, column: str = "") -> str:
        """Return where it is: `AC, row 12`, or one of its cells: `AC, row 12, column J`."""
        where = f"{self.sheet}, row {self.row}"
        if column not in self.columns:
            return where
        return f"{where}, column {column_letters(self.columns[column] + 1)}"

    def cell(self, column: str) -> str:
        """Return the name of one of its cells: `J12`."""
        return f"{column_letters(self.columns[column] + 1)}{self.row}"

    def hidden(self, column: str) -> bool:
        """Return whether one of its cells is hidden by the merged cell that it belongs to."""
        return self.merged.get(column, self.cell(column)) != self.cell(column)

    def spans_rows(self, column: str) -> bool:
        """Return whether a merged cell spans several rows of its own column."""
        begin, own = (
            name.rstrip("0123456789") for name in (self.merged[column], self.cell(column))
        )
        return begin == own


@dataclass(slots=True)
class Steps:
    """What a workbook holds.

    Attributes:
        read: rows below the headers that hold something.
        skipped: why rows were not used, and how many of each.
        sheets: titles of the sheets with steps.
    """

    steps: list[Step] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    read: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    sheets: list[str] = field(default_factory=list)


def code_key(code: str) -> str:
    """Return an official id as it is compared: case and blanks make no difference."""
    return "".join(code.casefold().split())


def read_steps(sheets: Sequence[Sheet], path: Path) -> Steps:
    """Return the steps of all sheets whose header is that of tests.

    Raises FedcheckError where there are more than anybody can test.
    """
    found = Steps()
    for sheet in sheets:
        at, columns = find_test_header(sheet.rows)
        if at < 0:
            continue
        before = len(found.steps)
        _read_sheet(found, sheet, at, columns)
        if len(found.steps) > MAX_STEPS:
            raise too_big_error(
                path, f"more than {MAX_STEPS:,} tests, up to {found.steps[-1].place()}"
            )
        if found.read > MAX_ROWS:
            raise too_big_error(path, f"more than {MAX_ROWS:,} rows below the header of a sheet")
        if len(found.steps) > before:
            found.sheets.append(sheet.title)
            if sheet.hidden:
                found.notes.append(Note(sheet.title, "a hidden sheet; its tests are imported"))
    _number_repeated(found)
    return found


def _read_sheet(found: Steps, sheet: Sheet, at: int, columns: dict[str, int]) -> None:
    control = name = ""
    _note_missing(found, sheet, at, columns)
    unused: Counter[int] = Counter()
    headings = _headings(sheet.rows, at)
    merged = _merged(found, sheet, at, columns)
    for number, row in enumerate(sheet.rows[at + 1 :], at + 2):
        texts = [cell_text(cell) for cell in row]
        if not any(texts):
            continue
        found.read += 1
        if found.read > MAX_ROWS:
            break
        if again := _find_repeated_header(row, columns):
            columns = again
            merged = _merged(found, sheet, number - 1, columns)
            found.skipped["a header"] += 1
            continue
        own = _text(texts, columns, "control")
        if own and own != control:
            control, name = own, ""
        name = _text(texts, columns, "name") or name
        step = _read_step(sheet, number, row, texts, columns, own or control, name, merged)
        if step is None:
            _skip(found, sheet, number, texts, columns)
            continue
        if not step.controls:
            note = "no control in this row or above it"
            found.notes.append(Note(step.place(), note, "its item goes into a separate section"))
        elif own and (said := find_procedure_control(step.code)) and said not in step.controls:
            what = f"the control is {step.controls[0]}, but the procedure belongs to {said}"
            found.notes.append(Note(step.place("control"), what, "the control column is used"))
        found.steps.append(step)
        if len(found.steps) > MAX_STEPS:
            break
        taken = set(columns.values())
        unused.update(i for i, text in enumerate(texts) if text and i not in taken)
    _note_uncomputed(found, sheet, at, columns)
    for place, count in sorted(unused.items()):
        heading = headings.get(place) or "without a heading"
        where = f"{sheet.title}, column {column_letters(place + 1)}"
        what = f'the column "{one_line(heading, 60)}" is not imported: {pluralize(count, "cell")}'
        found.notes.append(Note(where, what, "it remains in the workbook"))


def _merged(
    found: Steps, sheet: Sheet, header: int, columns: Mapping[str, int]
) -> Mapping[Place, Place]:
    areas = find_merged_firsts(sheet, columns.values(), header)
    if areas.overlap:
        what = "its merged cells overlap, which no spreadsheet program allows"
        found.notes.append(Note(sheet.title, what, "only the first cell of each is read"))
    return areas.of


def _headings(rows: Sequence[Sequence[Cell]], at: int) -> dict[int, str]:
    return {place: cell_text(cell) for place, cell in enumerate(rows[at]) if cell is not None}


def _note_missing(found: Steps, sheet: Sheet, at: int, columns: Mapping[str, int]) -> None:
    """Note which of the usual columns are missing."""
    wanted = ("control", "observation", "result")
    missing = [name for name in wanted if name not in columns]
    if missing:
        where = f"{sheet.title}, row {at + 1}"
        what = "no column for " + " and ".join(missing)
        found.notes.append(Note(where, what, "use the heading of the official workbook"))


def _note_uncomputed(found: Steps, sheet: Sheet, at: int, columns: Mapping[str, int]) -> None:
    """Note the cells with a formula that was never computed, but for the exposure."""
    asked = {place for name, place in columns.items() if name != "exposure"}
    cells = sorted(cell for cell in sheet.uncomputed if cell[0] > at and cell[1] in asked)
    if cells:
        shown = ", ".join(f"{column_letters(column + 1)}{row + 1}" for row, column in cells[:5])
        what = f"{pluralize(len(cells), 'cell')} with a formula that was never calculated: {shown}"
        remedy = "open it in a spreadsheet program, save it, and import it again"
        found.notes.append(Note(sheet.title, what, remedy))


def _find_repeated_header(row: Sequence[Cell], columns: Mapping[str, int]) -> dict[str, int]:
    """Return the columns of a header that is repeated among the rows; nothing for a test."""
    key = columns.get("procedure", columns.get("objective", 0))
    if key < len(row) and find_field(row[key]) in ("procedure", "objective", "either"):
        return find_columns(row)
    if any(isinstance(cell, str) and len(cell) > LONGEST for cell in row):
        return {}
    return find_columns(row) if sum(bool(find_field(cell)) for cell in row) > 5 else {}


def _text(texts: Sequence[str], columns: Mapping[str, int], name: str) -> str:
    place = columns.get(name, -1)
    return texts[place] if 0 <= place < len(texts) else ""


def _read_step(
    sheet: Sheet,
    number: int,
    row: Sequence[Cell],
    texts: Sequence[str],
    columns: Mapping[str, int],
    control: str,
    name: str,
    merged: Mapping[Place, Place],
) -> Step | None:
    if not _text(texts, columns, "procedure") and not _text(texts, columns, "objective"):
        return None
    shared, begins = spread_merged(sheet, number - 1, columns, merged)
    if shared:
        row, texts = list(row), list(texts)
        for field_name, value in shared.items():
            place = columns[field_name]
            missing = place + 1 - len(row)
            row += [None] * missing
            texts += [""] * missing
            row[place], texts[place] = value, cell_text(value)
    code = one_line(_text(texts, columns, "procedure"))
    objective = _text(texts, columns, "objective")
    if len(code) > 80 and not objective:  # the text itself stands in the column of the ids
        code, objective = "", _text(texts, columns, "procedure")
    controls = find_controls(_text(texts, columns, "control"))
    if not controls:
        derived = find_procedure_control(code)
        controls = (derived,) if derived else find_controls(control)
    methods = parse_methods(_text(texts, columns, "methods")) or tuple(
        method for method in METHODS if is_crossed(_text(texts, columns, method), method)
    )
    return Step(
        sheet=sheet.title,
        row=number,
        code=code,
        controls=controls,
        name=one_line(name),
        objective=objective,
        parameter=_text(texts, columns, "parameter"),
        requirement=_text(texts, columns, "requirement"),
        methods=methods,
        cells={name: _text(texts, columns, name) for name in FILLED if name in columns},
        raw={
            name: row[place]
            for name, place in columns.items()
            if name in FILLED and place < len(row)
        },
        columns=columns,
        merged=begins,
        looked_at={
            method: text
            for method in METHODS
            if (text := _text(texts, columns, method)) and names_objects(text)
        },
    )


def _skip(
    found: Steps, sheet: Sheet, number: int, texts: Sequence[str], columns: Mapping[str, int]
) -> None:
    """Count a row that is no test, and note what it contains."""
    filled = [name for name in FILLED if name != "exposure" and _text(texts, columns, name)]
    known = {TABLE.normalize(text) for text in texts if text}
    if filled and len(known) > 1:
        what = "no assessment procedure in this row; filled: " + ", ".join(filled)
        remedy = "add the id of its procedure"
        found.notes.append(Note(f"{sheet.title}, row {number}", what, remedy))
        found.skipped["no assessment procedure"] += 1
        return
    shown = one_line(next(text for text in texts if text), 60)
    found.notes.append(Note(f"{sheet.title}, row {number}", f'not a test: "{shown}"'))
    found.skipped["a heading or remark"] += 1


def _number_repeated(found: Steps) -> None:
    """Number the steps that have the same id and control, and note where they are."""
    places: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for place, step in enumerate(found.steps):
        places.setdefault((step.key[0], step.key[1]), []).append(place)
    for same in places.values():
        if len(same) < 2:
            continue
        for occurrence, place in enumerate(same, 1):
            found.steps[place] = dataclasses.replace(found.steps[place], occurrence=occurrence)
        first, *others = (found.steps[place] for place in same)
        shown = one_line(first.code or normalize_words(first.objective), 40)
        what = f'the procedure "{shown}" appears {pluralize(len(same), "time")}'
        remedy = "each row becomes a separate test, numbered in order"
        listed = ", ".join(other.place() for other in others)
        found.notes.append(Note(first.place(), f"{what}, again in {listed}", remedy))
