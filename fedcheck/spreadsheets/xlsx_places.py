"""Find rows, cells and cell formats in a sheet's bytes, so that few bytes change."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fedcheck.spreadsheets.xlsx_outline import WorkbookOutline, read_day_styles
from fedcheck.spreadsheets.xlsx_package import Package
from fedcheck.spreadsheets.xlsx_reader import column_number
from fedcheck.spreadsheets.xml_parts import Attributes, local_name, make_parser, run_parser

REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")

_TAG = re.compile(rb"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_DECLARED = re.compile(rb"^\xef\xbb\xbf|<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)[\"'][^>]*\?>")


@dataclass(frozen=True, slots=True)
class ByteEdit:
    """Bytes that are in the place of others: those from `start` up to `end`."""

    start: int
    end: int
    new: bytes


@dataclass(slots=True)
class Element:
    """Where an element stands: its start tag, and its end tag (the same one where it is empty)."""

    start: int
    last: int = -1
    attributes: Attributes = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Return whether it is a single tag: `<c r="A1"/>`."""
        return self.last <= self.start

    def span(self, data: bytes) -> tuple[int, int]:
        """Return where it begins, and where it ends."""
        return self.start, find_tag_end(data, max(self.start, self.last))

    def raw(self, data: bytes) -> bytes:
        """Return its bytes."""
        start, end = self.span(data)
        return data[start:end]


@dataclass(slots=True)
class CellPlace(Element):
    """Where a cell stands, and the formula in it."""

    formula: Element | None = None


@dataclass(slots=True)
class RowPlace(Element):
    """Where a row stands, and its cells by column number, where they were asked for."""

    cells: dict[int, CellPlace] = field(default_factory=dict)


@dataclass(slots=True)
class SheetPlaces:
    """Where the rows of a sheet stand.

    Attributes:
        prefix: what is before the names of its tags: nothing, or `x:`.
        rows: all rows by number, in the order of the file.
    """

    prefix: str = ""
    body: Element | None = None
    dimension: Element | None = None
    rows: dict[int, RowPlace] = field(default_factory=dict)


def find_places(path: Path, part: str, data: bytes, wanted: Iterable[int]) -> SheetPlaces:
    """Return where the rows of a sheet stand, and the cells of the wanted ones.

    Raises FedcheckError.
    """
    found, asked = SheetPlaces(), frozenset(wanted)
    row: RowPlace | None = None
    cell: CellPlace | None = None
    number = column = 0

    def here(element: Element) -> int:
        """Return where the tag that closes an element stands."""
        return find_closing(data, element.start, parser.CurrentByteIndex)

    def start(name: str, attributes: Attributes) -> None:
        nonlocal row, cell, number, column
        if row is None and name == "c":
            return
        tag = local_name(name)
        if tag == "c":
            if row is None:
                return
            reference = REFERENCE.fullmatch(attributes.get("r", ""))
            column = column_number(reference[1]) if reference else column + 1
            cell = CellPlace(parser.CurrentByteIndex, attributes=attributes)
            row.cells[column] = cell
        elif tag == "row":
            given = attributes.get("r", "")
            number = int(given) if given.isdigit() and len(given) < 8 else number + 1
            column, place = 0, RowPlace(parser.CurrentByteIndex, attributes=attributes)
            found.rows[number] = place
            row = place if number in asked else None
            latest.append(place)
        elif tag == "f" and cell is not None:
            cell.formula = Element(parser.CurrentByteIndex, attributes=attributes)
        elif tag == "sheetData":
            found.body = Element(parser.CurrentByteIndex, attributes=attributes)
            found.prefix = name[: -len(tag)]
        elif tag == "dimension":
            found.dimension = Element(parser.CurrentByteIndex, attributes=attributes)

    def end(name: str) -> None:
        nonlocal row, cell
        if cell is None and name == "c":
            return
        tag = local_name(name)
        if tag == "c":
            if cell is not None:
                cell.last = here(cell)
            cell = None
        elif tag == "row":
            place = latest.pop()
            place.last = here(place)
            row = None
        elif tag == "f" and cell is not None and cell.formula is not None:
            cell.formula.last = here(cell.formula)
        elif tag == "sheetData" and found.body is not None:
            found.body.last = here(found.body)
        elif tag == "dimension" and found.dimension is not None:
            found.dimension.last = here(found.dimension)

    latest: list[RowPlace] = []
    parser = make_parser(path, part, start, end)
    run_parser(parser, path, part, data)
    return found


def find_formulas(path: Path, part: str, data: bytes) -> dict[str, bool]:
    """Return the places of the cells that hold a formula, and whether other cells are based on it.

    Raises FedcheckError.
    """
    found: dict[str, bool] = {}
    latest = ""

    def start(name: str, attributes: Attributes) -> None:
        nonlocal latest
        tag = local_name(name)
        if tag == "c":
            latest = attributes.get("r", "")
        elif tag == "f" and latest:
            found[latest] = "ref" in attributes

    run_parser(make_parser(path, part, start), path, part, data)
    return found


def find_elements(path: Path, part: str, data: bytes, wanted: Iterable[str]) -> list[list[Element]]:
    """Return where the elements with each of the wanted names stand, in the order of the file.

    Raises FedcheckError.
    """
    found: dict[str, list[Element]] = {name: [] for name in wanted}
    stack: list[Element] = []

    def start(name: str, attributes: Attributes) -> None:
        element = Element(parser.CurrentByteIndex, attributes=attributes)
        stack.append(element)
        if local_name(name) in found:
            found[local_name(name)].append(element)

    def end(_: str) -> None:
        element = stack.pop()
        element.last = find_closing(data, element.start, parser.CurrentByteIndex)

    parser = make_parser(path, part, start, end)
    run_parser(parser, path, part, data)
    return list(found.values())


def find_closing(data: bytes, start: int, at: int) -> int:
    """Return where the tag that closes an element stands; an empty one is closed by its own tag.

    Of an empty element the parser states that its end is behind its tag.
    """
    if data[at - 2 : at] == b"/>" and find_tag_end(data, start) == at:
        return start
    return at


def find_tag_end(data: bytes, start: int) -> int:
    """Return where the tag that begins at a place ends."""
    found = _TAG.match(data, start)
    return found.end() if found else start


def read_tag_name(data: bytes, element: Element) -> bytes:
    """Return the name of an element as its tag gives it, with its prefix."""
    return re.split(
        rb"[\s/>]", data[element.start + 1 : find_tag_end(data, element.start)], maxsplit=1
    )[0]


def set_attributes(tag: bytes, wanted: Mapping[str, str]) -> bytes:
    """Return a start tag with attributes set; the others, and their order, stay."""
    for name, value in wanted.items():
        new = f'{name}="{value}"'.encode()
        pattern = rb"(?<=\s)" + name.encode() + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')"
        found = re.search(pattern, tag)
        if found:
            tag = tag[: found.start()] + new + tag[found.end() :]
        else:
            cut = -2 if tag.endswith(b"/>") else -1
            tag = tag[:cut].rstrip() + b" " + new + tag[cut:]
    return tag


def splice(data: bytes, edits: Iterable[ByteEdit]) -> bytes:
    """Return bytes after edits that do not overlap.

    What is put before a place goes before what replaces it; otherwise those at one place keep
    their order.
    """
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        pieces += [data[at : edit.start], edit.new]
        at = edit.end
    return b"".join([*pieces, data[at:]])


def convert_to_utf8(data: bytes) -> bytes:
    """Return XML in UTF-8, so that what is put into it can be; nearly all of it is already."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
        return re.sub(r"(<\?xml[^>]*encoding=[\"'])[^\"']+", r"\1UTF-8", text, count=1).encode()
    declared = _DECLARED.match(data)
    name = declared[1].decode() if declared and declared[1] else "utf-8"
    if name.lower() in ("utf-8", "utf8", "us-ascii", "ascii"):
        return data
    text = data.decode(name, "replace")
    return text.replace(name, "UTF-8", 1).encode()


_DAY, _MOMENT = "14", "22"
"""Built-in number formats: a day, and a day with its time, as the reader's system shows them."""


@dataclass(slots=True)
class DateStyles:
    """The formats of a workbook, and those that were added for days."""

    package: Package
    outline: WorkbookOutline
    _added: dict[tuple[int, str], int] = field(default_factory=dict)
    _data: bytes = b""
    _days: frozenset[int] = frozenset()
    _formats: list[Element] = field(default_factory=list)
    _group: Element | None = None

    def make_date_style(self, style: str, moment: bool) -> str:
        """Return a format that shows a day (or a moment) and else is like the one given.

        Empty where the workbook has no formats at all.
        """
        self._load()
        if self._group is None:
            return ""
        base = int(style) if style.isdigit() and int(style) < len(self._formats) else 0
        if style and base in self._days:
            return style
        wanted = (base, _MOMENT if moment else _DAY)
        if wanted not in self._added:
            self._added[wanted] = len(self._formats) + len(self._added)
        return str(self._added[wanted])

    def changed(self) -> dict[str, bytes | None]:
        """Return the part with the formats that were added; nothing where none was."""
        if not self._added or self._group is None:
            return {}
        new = []
        for base, number in self._added:
            raw = self._formats[base].raw(self._data)
            head = find_tag_end(raw, 0)
            tag = set_attributes(raw[:head], {"numFmtId": number, "applyNumberFormat": "1"})
            new.append(tag + raw[head:])
        group = self._group
        end = find_tag_end(self._data, group.start)
        count = str(len(self._formats) + len(new))
        tag = set_attributes(self._data[group.start : end], {"count": count})
        edits = [ByteEdit(group.start, end, tag), ByteEdit(group.last, group.last, b"".join(new))]
        return {self.outline.related["styles"]: splice(self._data, edits)}

    def _load(self) -> None:
        part = self.outline.related.get("styles", "")
        if self._data or not self.package.has(part):
            return
        self._data = convert_to_utf8(self.package.read(part))
        self._days = read_day_styles(self.package, self.outline)
        groups, formats = find_elements(self.package.path, part, self._data, ("cellXfs", "xf"))
        if not groups or groups[0].empty:
            return
        within = range(groups[0].start, groups[0].last)
        self._formats = [one for one in formats if one.start in within]
        self._group = groups[0] if self._formats else None
