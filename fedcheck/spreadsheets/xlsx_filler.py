"""Fill a workbook of others: the named cells change, and not a byte of anything else.

A workbook is not read and written again, which loses what the library does not know; the new cells
are put into the bytes of the sheet. Formats, merged cells, drop-down lists, conditional formats,
other sheets, drawings and names therefore stay as they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from fedcheck.domain.text import make_storable, one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.spreadsheets.cells import to_serial
from fedcheck.spreadsheets.xlsx_outline import SheetPart, WorkbookOutline, read_outline
from fedcheck.spreadsheets.xlsx_package import AS_XLSX, Package, open_package
from fedcheck.spreadsheets.xlsx_places import (
    REFERENCE,
    ByteEdit,
    CellPlace,
    DateStyles,
    Element,
    RowPlace,
    SheetPlaces,
    convert_to_utf8,
    find_elements,
    find_formulas,
    find_places,
    find_tag_end,
    read_tag_name,
    set_attributes,
    splice,
)
from fedcheck.spreadsheets.xlsx_reader import EMPTY_CELL, Cell, column_letters, column_number
from fedcheck.spreadsheets.xlsx_writer import MAX_CELL_TEXT
from fedcheck.spreadsheets.xml_parts import escape, parse


@dataclass(frozen=True, slots=True)
class ComputedValue:
    """What a formula of the template will come to.

    The formula stays, and shows this until it is computed again; a cell without one is left alone.
    """

    value: Cell


def fill_cells(template: Path, cells: Mapping[str, Mapping[str, Cell | ComputedValue]]) -> bytes:
    """Return a workbook with the named cells set: by title of the sheet, then by place (`J12`).

    An empty text or None empties a cell; its format stays. A value takes the place of a formula,
    but for `ComputedValue`. Spreadsheet programs compute all formulas again when they open it.
    The same template and cells give the same bytes.

    Raises FedcheckError: no safe workbook, one with macros, a sheet that it does not
    have, a text longer than a cell allows, a value over a formula that others share.
    """
    package = open_package(template)
    if any(name.casefold().endswith("vbaproject.bin") for name in package.names):
        raise FedcheckError(f"{template}: a workbook with macros", AS_XLSX)
    outline = read_outline(package)
    styles = DateStyles(package, outline)
    by_title = {sheet.title: sheet for sheet in outline.sheets}
    changed: dict[str, bytes | None] = {}
    lost_formula = False
    for title, wanted in cells.items():
        sheet = by_title.get(one_line(title))
        if sheet is None:
            titles = ", ".join(by_title)
            hint = f"it has {one_line(titles, 200)}"
            raise FedcheckError(f'{template}: no sheet "{one_line(title, 40)}"', hint)
        if wanted:
            work = _SheetFiller(package, outline, sheet, styles)
            changed[sheet.part] = work.filled(wanted)
            lost_formula = lost_formula or work.lost_formula
    if changed:
        changed |= styles.changed()
        changed[outline.part] = _request_recalculation(package, outline)
        if lost_formula:
            changed |= _drop_calculation_chain(package, outline)
    return package.rewritten(changed)


def list_formula_cells(template: Path) -> dict[str, dict[str, bool]]:
    """Return the places of the cells that hold a formula, by title of their sheet.

    Each shows whether other cells are based on it: no value can take the place of such a formula.
    Raises FedcheckError.
    """
    package = open_package(template)
    found: dict[str, dict[str, bool]] = {}
    for sheet in read_outline(package).sheets:
        data = package.read(sheet.part)
        if b"<!" not in data:
            data = EMPTY_CELL.sub(b"", data)
        found[sheet.title] = find_formulas(template, sheet.part, data)
    return found


@dataclass(slots=True)
class _SheetFiller:
    """The filling of one sheet."""

    package: Package
    outline: WorkbookOutline
    sheet: SheetPart
    styles: DateStyles
    lost_formula: bool = False
    data: bytes = b""
    edits: list[ByteEdit] = field(default_factory=list)

    def filled(self, wanted: Mapping[str, Cell | ComputedValue]) -> bytes:
        """Return the sheet's part with the cells in it."""
        rows: dict[int, dict[int, Cell | ComputedValue]] = {}
        for reference, value in wanted.items():
            found = REFERENCE.fullmatch(reference)
            if found is None:
                raise FedcheckError(
                    f"{reference!r} is not a cell reference", "such as J12", ErrorKind.USAGE
                )
            rows.setdefault(int(found[2]), {})[column_number(found[1])] = value
        self.data = convert_to_utf8(self.package.read(self.sheet.part))
        places = find_places(self.package.path, self.sheet.part, self.data, rows)
        new: dict[int, bytes] = {}
        for number, cells in sorted(rows.items()):
            place = places.rows.get(number)
            if place is not None:
                self._in_row(places.prefix, number, place, cells)
            elif made := self._cells(places.prefix, number, cells):
                tag = f"{places.prefix}row"
                new[number] = f'<{tag} r="{number}">'.encode() + made + f"</{tag}>".encode()
        if new:
            self._new_rows(places, new)
        self._widen(places, rows)
        made = splice(self.data, self.edits)
        parse(self.package.path, self.sheet.part, made)  # never hand on what cannot be read
        return made

    def _in_row(
        self, prefix: str, number: int, row: RowPlace, cells: Mapping[int, Cell | ComputedValue]
    ) -> None:
        """Set cells of a row that is there: in place, or before the next one."""
        added: dict[int, bytes] = {}
        for column, value in sorted(cells.items()):
            old = row.cells.get(column)
            made = self._cell(prefix, number, column, value, old)
            if old is not None:
                self.edits.append(ByteEdit(*old.span(self.data), made))
            elif made:
                added[column] = made
        for column, old in row.cells.items():
            if "r" not in old.attributes and column not in cells and added:
                at = old.start + 1 + len(read_tag_name(self.data, old))
                reference = f' r="{column_letters(column)}{number}"'
                self.edits.append(ByteEdit(at, at, reference.encode()))
        if not added:
            return
        tag = self.data[row.start : find_tag_end(self.data, row.start)]
        wider = _spans(tag, row.attributes.get("spans", ""), added)
        if row.empty:
            body = wider[:-2].rstrip() + b">" + b"".join(added.values())
            self.edits.append(
                ByteEdit(row.start, row.start + len(tag), body + f"</{prefix}row>".encode())
            )
            return
        if wider != tag:
            self.edits.append(ByteEdit(row.start, row.start + len(tag), wider))
        for column, made in added.items():
            after = [place.start for at, place in row.cells.items() if at > column]
            at = min(after, default=row.last)
            self.edits.append(ByteEdit(at, at, made))

    def _cells(self, prefix: str, row: int, cells: Mapping[int, Cell | ComputedValue]) -> bytes:
        return b"".join(
            self._cell(prefix, row, column, value, None) for column, value in sorted(cells.items())
        )

    def _cell(
        self,
        prefix: str,
        row: int,
        column: int,
        wanted: Cell | ComputedValue,
        old: CellPlace | None,
    ) -> bytes:
        """Return a cell as XML; nothing for an empty one that was not there."""
        reference = f"{column_letters(column)}{row}"
        style = old.attributes.get("s", "") if old else ""
        formula = b""
        if isinstance(wanted, ComputedValue):
            value = wanted.value
            if old is None or old.formula is None:
                return old.raw(self.data) if old is not None else b""
            formula = old.formula.raw(self.data)
        else:
            value = wanted
            if old is not None and old.formula is not None:
                self._lose(old.formula, reference)
        if isinstance(value, date):
            style = self.styles.make_date_style(style, isinstance(value, datetime))
            value = to_serial(value, self.outline.from_1904) if style else value.isoformat()
        head = f'<{prefix}c r="{reference}"' + (f' s="{style}"' if style else "")
        if formula and old is not None and old.attributes.get("cm", "").isdigit():
            head += f' cm="{old.attributes["cm"]}"'  # a formula that spills into other cells
        inside, kind = self._inside(prefix, reference, value, formula)
        if not inside:
            return f"{head}/>".encode() if old is not None else b""
        kind = f' t="{kind}"' if kind else ""
        return f"{head}{kind}>".encode() + inside + f"</{prefix}c>".encode()

    def _inside(
        self, prefix: str, reference: str, value: Cell, formula: bytes
    ) -> tuple[bytes, str]:
        """Return what is in a cell's tag, and its kind."""
        if isinstance(value, bool):
            shown, kind = str(int(value)), "b"
        elif isinstance(value, int | float):
            shown, kind = repr(value), ""
        else:
            text = make_storable(str(value or ""))
            if len(text.encode("utf-16-le")) > 2 * MAX_CELL_TEXT:
                raise FedcheckError(
                    f"{self.sheet.title}!{reference}: a text longer than a cell allows",
                    f"Excel allows {MAX_CELL_TEXT:,} characters",
                )
            if not formula:
                made = f'<{prefix}is><{prefix}t xml:space="preserve">{escape(text)}'
                return f"{made}</{prefix}t></{prefix}is>".encode() if text else b"", "inlineStr"
            shown, kind = escape(text), "str"
        return formula + f"<{prefix}v>{shown}</{prefix}v>".encode(), kind

    def _lose(self, formula: Element, reference: str) -> None:
        shared = formula.attributes.get("t", "normal") in ("array", "dataTable")
        if shared or "ref" in formula.attributes:
            raise FedcheckError(
                f"{self.package.path}: {self.sheet.title}!{reference} contains a formula shared "
                "with other cells",
                "replace it with its value in the template",
            )
        self.lost_formula = True

    def _new_rows(self, places: SheetPlaces, new: Mapping[int, bytes]) -> None:
        body = places.body
        if body is None:
            raise FedcheckError(f"{self.package.path}: a sheet without rows", AS_XLSX)
        if body.empty:
            tag = self.data[slice(*body.span(self.data))]
            rows = tag[:-2].rstrip() + b">" + b"".join(new.values())
            end = f"</{places.prefix}sheetData>".encode()
            self.edits.append(ByteEdit(*body.span(self.data), rows + end))
            return
        for number, row in places.rows.items():
            if "r" not in row.attributes and not any(e.start == row.start for e in self.edits):
                at = row.start + 1 + len(read_tag_name(self.data, row))
                self.edits.append(ByteEdit(at, at, f' r="{number}"'.encode()))
        for number, made in new.items():
            at = min((r.start for n, r in places.rows.items() if n > number), default=body.last)
            self.edits.append(ByteEdit(at, at, made))

    def _widen(self, places: SheetPlaces, rows: Mapping[int, Mapping[int, object]]) -> None:
        """Widen the dimension of the sheet to its new cells: some programs rely on it."""
        if places.dimension is None:
            return
        first, _, last = places.dimension.attributes.get("ref", "").partition(":")
        ends = [REFERENCE.fullmatch(first), REFERENCE.fullmatch(last or first)]
        corners = [(int(end[2]), column_number(end[1])) for end in ends if end is not None]
        if len(corners) < 2:
            return
        corners += [(row, column) for row, cells in rows.items() for column in cells]
        (top, bottom), (left, right) = (
            (min(numbers), max(numbers)) for numbers in zip(*corners, strict=True)
        )
        ref = f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
        start, end = places.dimension.span(self.data)
        tag = self.data[start:end]
        if corners[0] != (top, left) or corners[1] != (bottom, right):
            self.edits.append(ByteEdit(start, end, set_attributes(tag, {"ref": ref})))


def _spans(tag: bytes, spans: str, added: Mapping[int, object]) -> bytes:
    first, _, last = spans.partition(":")
    if not (first.isdigit() and last.isdigit()):
        return tag
    low, high = min(int(first), *added), max(int(last), *added)
    if (low, high) == (int(first), int(last)):
        return tag
    return set_attributes(tag, {"spans": f"{low}:{high}"})


_BEFORE_CALC = (
    "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames",
)  # fmt: skip
"""What is before the settings of the calculation (ECMA-376, part 1, section 18.2.27)."""


def _request_recalculation(package: Package, outline: WorkbookOutline) -> bytes:
    """Return the workbook's own part, which now requires all formulas to be computed again."""
    data = convert_to_utf8(package.read(outline.part))
    settings, *before = find_elements(package.path, outline.part, data, ("calcPr", *_BEFORE_CALC))
    if settings:
        end = find_tag_end(data, settings[0].start)
        tag = set_attributes(data[settings[0].start : end], {"fullCalcOnLoad": "1"})
        return splice(data, [ByteEdit(settings[0].start, end, tag)])
    last = max((e for group in before for e in group[:1]), key=lambda element: element.last)
    prefix = read_tag_name(data, last).rpartition(b":")[0]
    name = prefix + b":calcPr" if prefix else b"calcPr"
    at = last.span(data)[1]
    return splice(data, [ByteEdit(at, at, b"<" + name + b' fullCalcOnLoad="1"/>')])


def _drop_calculation_chain(package: Package, outline: WorkbookOutline) -> dict[str, bytes | None]:
    """Return what changes where the order of calculation goes, which programs then make again."""
    chain = outline.related.get("calcChain", "")
    if not package.has(chain):
        return {}
    folder, _, base = outline.part.rpartition("/")
    changed: dict[str, bytes | None] = {chain: None}
    for part, tag, key, value in (
        (f"{folder}/_rels/{base}.rels", "Relationship", "Type", "/calcChain"),
        ("[Content_Types].xml", "Override", "PartName", f"/{chain}"),
    ):
        data = convert_to_utf8(package.read(part))
        (listed,) = find_elements(package.path, part, data, (tag,))
        gone = [e for e in listed if e.attributes.get(key, "").endswith(value)]
        changed[part] = splice(data, [ByteEdit(*e.span(data), b"") for e in gone])
    return changed
