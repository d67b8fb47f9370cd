"""Read CSV or a workbook as rows under a header, with places that a person finds."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fedcheck.domain.text import make_storable
from fedcheck.errors import FedcheckError
from fedcheck.spreadsheets.cells import is_active
from fedcheck.spreadsheets.csv_reader import read_delimited
from fedcheck.spreadsheets.headings import find_header
from fedcheck.storage import atomic_files

if TYPE_CHECKING:
    from fedcheck.spreadsheets.xlsx_reader import Sheet as BookSheet

Cell = str | int | float | bool | date | datetime | None

WORKBOOKS = (".xlsx", ".xlsm")
MAX_HEADER_ROW = 25
"""How many rows are searched for the header; titles and markings are above it."""

COMPARED = 100
"""How many rows below a row are compared with it, to find out whether it is one of them."""

ERROR = re.compile(
    r"#(?:REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!)", re.I
)
"""What a spreadsheet shows where a formula failed; it is no value."""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row: its number as a spreadsheet shows it, and its cells."""

    number: int
    cells: tuple[Cell, ...]

    def text(self, column: int) -> str:
        """Return a cell as text; nothing where there is none."""
        return format_cell(self.cells[column]) if 0 <= column < len(self.cells) else ""

    def cell(self, column: int) -> Cell:
        """Return a cell as it is; None where there is none."""
        return self.cells[column] if 0 <= column < len(self.cells) else None

    @property
    def filled(self) -> int:
        """Return how many cells hold something."""
        return sum(bool(format_cell(cell)) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one sheet; its title is empty for CSV."""

    title: str
    lines: tuple[GridRow, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows under a header.

    Attributes:
        sheet: title of the sheet; empty for CSV.
        header: the names of the columns; an unnamed one is an empty text.
        lines: the rows below that are not empty.
    """

    sheet: str
    header: tuple[str, ...]
    lines: tuple[GridRow, ...]

    def place(self, line: GridRow) -> str:
        """Return where a row is: `row 12`, `Tracker, row 12`."""
        return f"{self.sheet}, row {line.number}" if self.sheet else f"row {line.number}"


def name_cell(line: GridRow, column: int) -> str:
    """Return the name of a cell as a spreadsheet shows it: `E12`."""
    from fedcheck.spreadsheets.xlsx_reader import column_letters

    return f"{column_letters(column + 1)}{line.number}"


def format_cell(cell: Cell) -> str:
    """Return a cell as text: lines end in LF, days are ISO, whole numbers without a point.

    The apostrophe that keeps a text from being a formula is left out.
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else str(cell)
    return normalize_cell(str(cell))


def normalize_cell(text: str) -> str:
    """Return a text as it is compared: LF, no blanks at the ends of lines, no apostrophe."""
    text = _trim(make_storable(text).replace("\r", "\n").replace("\xa0", " "))
    return _trim(text[1:]) if text.startswith("'") and is_active(text[1:]) else text


def _trim(text: str) -> str:
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
    return text.strip() if "\n" not in text else text


def read_sheets(path: Path) -> list[Sheet]:
    """Return the sheets of a file that are not hidden. Raises FedcheckError."""
    if is_workbook(path):
        from fedcheck.spreadsheets.xlsx_reader import read_workbook

        return select_shown(read_workbook(path))
    records = read_delimited(path)
    return [Sheet("", tuple(GridRow(number, cells) for number, cells in records))]


def select_shown(book: "Iterable[BookSheet]") -> list[Sheet]:
    """Return the sheets of a workbook that are not hidden."""
    return [
        Sheet(sheet.title, tuple(GridRow(i, row) for i, row in enumerate(_unmerge(sheet), 1)))
        for sheet in book
        if not sheet.hidden
    ]


def _unmerge(sheet: "BookSheet") -> Sequence[tuple[Cell, ...]]:
    """Return the rows of a sheet; cells merged downwards all hold what the first one shows.

    An area that also goes sideways is a title, and is left as it is.
    """
    down = [one for one in sheet.merged if one.left == one.right and one.bottom > one.top]
    if not down:
        return sheet.rows
    rows = [list(row) for row in sheet.rows]
    for area in down:
        within = rows[area.top : area.bottom + 1]
        value = within[0][area.left] if within and area.left < len(within[0]) else None
        for row in within[1:] if value is not None else ():
            row += [None] * (area.left + 1 - len(row))
            row[area.left] = value
    return [tuple(row) for row in rows]


def is_workbook(path: Path) -> bool:
    """Return whether a file is a workbook, by its suffix or its first bytes."""
    if path.suffix.lower() in WORKBOOKS:
        return True
    try:
        return atomic_files.read_prefix(path, 4) == b"PK\x03\x04"
    except OSError:
        return False


def find_grid(sheet: Sheet, score: Callable[[Sequence[str]], int]) -> Grid | None:
    """Return the rows of a sheet under the header that scores best; None where none scores.

    Args:
        sheet: what was read.
        score: states how much the texts of a row look like a header; 0 for not at all.
    """
    within = sheet.lines[:MAX_HEADER_ROW]
    texts = [
        [format_cell(cell) for cell in line.cells]
        for line in sheet.lines[: MAX_HEADER_ROW + COMPARED]
    ]
    at = find_header(
        0 if _is_one_of(texts[place], texts[place + 1 : place + COMPARED]) else score(texts[place])
        for place in range(len(within))
    )
    if at < 0:
        return None
    header = tuple(" ".join(text.split()) for text in texts[at])
    # Long lists repeat their header at each page.
    again = sheet.lines[at].cells
    rest = tuple(line for line in sheet.lines[at + 1 :] if line.cells != again and line.filled)
    return Grid(sheet.title, header, rest)


def _is_one_of(row: Sequence[str], below: Iterable[Sequence[str]]) -> bool:
    """Return whether a row is like those below it: a cell of it comes again in its column.

    The same row once more is a header that is repeated.
    """
    for other in below:
        if other != row and any(a and a == b for a, b in zip(row, other, strict=False)):
            return True
    return False


def drop_errors(grid: Grid) -> tuple[Grid, list[str]]:
    """Return the grid with empty cells where formulas failed, and these cells: `E2 (#N/A)`."""
    found: list[str] = []
    lines = []
    for line in grid.lines:
        wrong = [
            place
            for place, cell in enumerate(line.cells)
            if isinstance(cell, str) and cell[:1] == "#" and ERROR.fullmatch(cell.strip())
        ]
        for place in wrong:
            found.append(f"{name_cell(line, place)} ({line.text(place).strip()})")
        if wrong:
            cells = (None if place in wrong else cell for place, cell in enumerate(line.cells))
            line = GridRow(line.number, tuple(cells))
        if not wrong or line.filled:
            lines.append(line)
    return (Grid(grid.sheet, grid.header, tuple(lines)) if found else grid), found


def find_best_grid(
    path: Path, sheets: Iterable[Sheet], score: Callable[[Sequence[str]], int], wanted: str
) -> Grid:
    """Return the grid whose header scores best of all sheets, the first of equals.

    Raises FedcheckError where no row looks like the header that is wanted.
    """
    grids = [grid for sheet in sheets if (grid := find_grid(sheet, score)) is not None]
    if not grids:
        raise FedcheckError(f"{path}: no row names the columns", wanted)
    return max(grids, key=lambda grid: score(grid.header))
