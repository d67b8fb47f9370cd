"""Read Excel workbooks as sheets of values; a formula gives its last result.

Columns and rows are as wide as what they hold: the thousand formatted, empty rows of an official
template cost nothing.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from fedcheck.domain.text import one_line
from fedcheck.spreadsheets.cells import from_serial
from fedcheck.spreadsheets.xlsx_outline import (
    SheetPart,
    WorkbookOutline,
    read_day_styles,
    read_outline,
)
from fedcheck.spreadsheets.xlsx_package import Package, open_package, too_big_error
from fedcheck.spreadsheets.xml_parts import Attributes, local_name, parse, unescape

Cell = str | int | float | bool | date | datetime | None

MAX_PLACES = 4_000_000
"""The most places of all sheets together: rows, and cells up to the last filled one of each."""

MAX_TEXT = 100_000_000
"""The most characters that the cells of all sheets may hold together."""

MAX_MERGED = 100_000
"""The most merged areas of a sheet."""

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
"""The last row and column of Excel."""

EMPTY_CELL = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,6}")?\s?/>')
"""Cells that have a format at most; nine of ten cells of an official template are such."""

_UNPLACED = re.compile(rb'<c(?! r="[A-Z])[\s/>]')
"""The cells that may follow without a place of their own."""

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class MergedArea:
    """Cells that are merged into one, which has what its first cell holds.

    Rows and columns are counted from 0, the last ones belong to it.
    """

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows from the first on, each up to its last filled cell.

    Attributes:
        uncomputed: rows and columns, counted from 0, of formulas that no program has computed.
    """

    title: str
    rows: tuple[tuple[Cell, ...], ...]
    hidden: bool = False
    merged: tuple[MergedArea, ...] = ()
    uncomputed: frozenset[tuple[int, int]] = frozenset()


def read_workbook(path: Path) -> list[Sheet]:
    """Return the sheets of a workbook, hidden ones too.

    Raises FedcheckError as text, with a remedy, for all that is no workbook, damaged
    or larger than is safe.
    """
    package = open_package(path)
    outline = read_outline(package)
    texts = _shared_texts(package, outline)
    days = read_day_styles(package, outline)
    spent = _Budget(path)
    return [_sheet(package, one, outline, texts, days, spent) for one in outline.sheets]


def _shared_texts(package: Package, outline: WorkbookOutline) -> list[str]:
    part = outline.related.get("sharedStrings", "")
    if not part or not package.has(part):
        return []
    texts: list[str] = []
    pieces: list[str] = []
    inside = aside = 0

    def start(name: str, _: Attributes) -> None:
        nonlocal inside, aside
        match local_name(name):
            case "si":
                pieces.clear()
            case "t":
                inside = 1
            case "rPh":  # how it is read aloud
                aside = 1

    def end(name: str) -> None:
        nonlocal inside, aside
        match local_name(name):
            case "si":
                texts.append(unescape("".join(pieces)))
            case "t":
                inside = 0
            case "rPh":
                aside = 0

    def text(found: str) -> None:
        if inside and not aside:
            pieces.append(found)

    parse(package.path, part, package.read(part), start, end, text)
    return texts


@dataclass(slots=True)
class _Budget:
    """What the cells of a workbook have cost so far. Raises FedcheckError at the bounds."""

    path: Path
    cells: int = 0
    places: int = 0
    text: int = 0

    def cell(self, value: Cell) -> None:
        """Count a filled cell."""
        self.cells += 1
        if self.cells > MAX_PLACES:
            raise too_big_error(self.path, f"more than {MAX_PLACES:,} filled cells")
        if isinstance(value, str):
            self.text += len(value)
            if self.text > MAX_TEXT:
                raise too_big_error(self.path, f"more than {MAX_TEXT:,} characters in its cells")

    def row(self, title: str, places: int) -> None:
        """Count rows and places."""
        self.places += places
        if self.places > MAX_PLACES:
            raise too_big_error(
                self.path,
                f'there is content far below or next to the tables (sheet "{one_line(title, 40)}")',
            )


@dataclass(slots=True)
class _Reader:
    """Gathers the cells of a sheet while it is parsed."""

    texts: list[str]
    days: frozenset[int]
    from_1904: bool
    spent: _Budget
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    row: int = 0
    column: int = 0
    kind: str = ""
    style: str = ""
    within: str = ""
    aside: bool = False
    pieces: list[str] = field(default_factory=list)
    merged: list[MergedArea] = field(default_factory=list)
    formula: bool = False
    uncomputed: set[tuple[int, int]] = field(default_factory=set)

    def start(self, name: str, attributes: Attributes) -> None:
        """Hear of a tag that opens."""
        if name == "c" or local_name(name) == "c":
            self._place(attributes.get("r", ""))
            self.kind = attributes.get("t", "n")
            self.style = attributes.get("s", "")
            self.formula = False
            self.pieces.clear()
            return
        match local_name(name):
            case "row":
                number = attributes.get("r", "")
                self.row = int(number) if _is_number(number) else self.row + 1
                self.column = 0
            case "v" | "t" as tag:
                self.within = tag
            case "rPh":
                self.aside = True
            case "f":
                self.formula = True
            case "mergeCell":
                self._merge(attributes.get("ref", ""))

    def _merge(self, area: str) -> None:
        ends = [_REFERENCE.fullmatch(end) for end in area.split(":")]
        if len(ends) != 2 or ends[0] is None or ends[1] is None:
            return
        top, left = int(ends[0][2]), column_number(ends[0][1])
        bottom, right = int(ends[1][2]), column_number(ends[1][1])
        if 0 < top <= bottom <= MAX_ROW and left <= right <= MAX_COLUMN:
            if len(self.merged) >= MAX_MERGED:
                raise too_big_error(self.spent.path, f"more than {MAX_MERGED:,} merged areas")
            self.merged.append(MergedArea(top - 1, left - 1, bottom - 1, right - 1))

    def _place(self, reference: str) -> None:
        found = _REFERENCE.fullmatch(reference)
        if found:
            self.row, self.column = int(found[2]), column_number(found[1])
        else:
            self.column += 1

    def end(self, name: str) -> None:
        """Hear of a tag that closes."""
        if name == "c" or local_name(name) == "c":
            if self.pieces:
                self._keep(self._value("".join(self.pieces)))
            elif self.formula and self.kind != "str":  # one that gives no text says "str"
                self.spent.cell(None)
                self.uncomputed.add((self.row - 1, self.column - 1))
            return
        match local_name(name):
            case "v" | "t":
                self.within = ""
            case "rPh":
                self.aside = False

    def text(self, found: str) -> None:
        """Hear of text."""
        if self.within and not self.aside:
            self.pieces.append(found)

    def _keep(self, value: Cell) -> None:
        if value is None or value == "" or not (1 <= self.row <= MAX_ROW):
            return
        if self.column > MAX_COLUMN:
            return
        self.spent.cell(value)
        self.rows.setdefault(self.row, {})[self.column] = value

    def _value(self, text: str) -> Cell:
        match self.kind:
            case "s":
                place = int(text) if _is_number(text.strip()) else -1
                return self.texts[place] if 0 <= place < len(self.texts) else None
            case "inlineStr" | "str":
                return unescape(text)
            case "b":
                return text.strip() in ("1", "true")
            case "e":
                return text.strip()
            case "d":
                return _iso(text.strip())
        number = _number(text.strip())
        if (
            isinstance(number, int | float)
            and _is_number(self.style)
            and int(self.style) in self.days
        ):
            return from_serial(number, self.from_1904)
        return number


def _sheet(
    package: Package,
    one: SheetPart,
    outline: WorkbookOutline,
    texts: list[str],
    days: frozenset[int],
    spent: _Budget,
) -> Sheet:
    data = package.read(one.part)
    if b"<!" not in data and not _UNPLACED.search(data):
        data = EMPTY_CELL.sub(b"", data)  # no comment or CDATA in which that could be text
    reader = _Reader(texts, days, outline.from_1904, spent)
    parse(package.path, one.part, data, reader.start, reader.end, reader.text)
    last = max(reader.rows, default=0)
    spent.row(one.title, last)
    rows: list[tuple[Cell, ...]] = [()] * last
    for number, cells in reader.rows.items():
        width = max(cells)
        spent.row(one.title, width)
        rows[number - 1] = tuple(cells.get(column) for column in range(1, width + 1))
    uncomputed = frozenset(reader.uncomputed)
    return Sheet(one.title, tuple(rows), one.hidden, tuple(reader.merged), uncomputed)


def column_number(letters: str) -> int:
    """Return the number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """Return the letters of a column: A for 1, AA for 27."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 8


def _number(text: str) -> Cell:
    if text.lstrip("+-").isascii() and text.lstrip("+-").isdigit() and len(text) < 20:
        return int(text)
    try:
        value = float(text)
    except ValueError:
        return text
    return value if abs(value) < 1e308 else text


def _iso(text: str) -> Cell:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.date() if len(text) <= 10 else moment
