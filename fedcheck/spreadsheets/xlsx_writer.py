"""Write new tables: Excel workbooks and CSV whose texts no program takes for formulas."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from fedcheck.domain.text import make_storable, one_line
from fedcheck.spreadsheets.cells import is_active, to_serial
from fedcheck.spreadsheets.xlsx_package import pack
from fedcheck.spreadsheets.xlsx_reader import Cell, Sheet, column_letters
from fedcheck.spreadsheets.xml_parts import escape

MAX_CELL_TEXT = 32_767
"""The most characters of a cell of Excel, in UTF-16 units; a longer one is called damage."""

MAX_COLUMN_WIDTH = 60
"""The widest column of a new sheet, in characters."""

_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PLAIN, _BOLD, _DAY, _MOMENT, _PLAIN_QUOTED, _BOLD_QUOTED = range(6)


def write_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return rows as CSV (RFC 4180): UTF-8, lines that end in CRLF.

    A text that a spreadsheet would take for a formula gets an apostrophe before it. Where a text is
    not plain ASCII the file begins with a byte order mark, without which Excel misreads it.
    """
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
    text = made.getvalue()
    return text.encode("ascii" if text.isascii() else "utf-8-sig")


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float):
        return str(cell)
    text = make_storable(cell).replace("\x00", "")
    return f"'{text}" if is_active(text) else text


def write_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """Return a new Excel workbook: the same sheets give the same bytes.

    The first row of a sheet is its header: bold, in view, with a filter. Texts are texts whatever
    they begin with, and stay so when a person edits the cell. What is too long for a cell is cut
    and ends in an ellipsis.
    """
    titles = _unique_titles(sheet.title for sheet in sheets)
    numbered = list(enumerate(zip(titles, sheets, strict=True), 1))
    parts = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(
            [
                (title, sheet.hidden, _filter_range(sheet))
                for title, sheet in zip(titles, sheets, strict=True)
            ]
        ),
        "xl/_rels/workbook.xml.rels": _relations(
            [("worksheet", f"worksheets/sheet{i}.xml") for i, _ in numbered]
            + [("styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
    }
    for i, (_, sheet) in numbered:
        parts[f"xl/worksheets/sheet{i}.xml"] = _sheet(sheet)
    return pack({name: (_HEAD + text).encode() for name, text in parts.items()})


def format_text_cell(reference: str, style: str, text: str) -> str:
    """Return a cell that holds text, as XML; `style` is its attribute, or empty."""
    return (
        f'<c r="{reference}"{style} t="inlineStr">'
        f'<is><t xml:space="preserve">{escape(text)}</t></is></c>'
    )


def cut_text(text: str) -> str:
    """Return text that fits into a cell of Excel."""
    text = make_storable(text)
    if len(text.encode("utf-16-le")) <= 2 * MAX_CELL_TEXT:
        return text
    return text.encode("utf-16-le")[: 2 * (MAX_CELL_TEXT - 1)].decode("utf-16-le", "ignore") + "…"


def _unique_titles(wanted: Iterable[str]) -> list[str]:
    """Return titles as Excel takes them: 31 characters, unlike each other, without some signs."""
    taken: list[str] = []
    for title in wanted:
        plain = one_line(title).translate(_IN_TITLES)[:31] or "Sheet"
        name, count = plain, 1
        while name.casefold() in (one.casefold() for one in taken):
            count += 1
            name = f"{plain[: 28 - len(str(count))]} ({count})"
        taken.append(name)
    return taken


def _filter_range(sheet: Sheet) -> str:
    """Return the range that gets a filter; empty where there is no header with rows below."""
    if len(sheet.rows) < 2 or not sheet.rows[0]:
        return ""
    return f"A1:{column_letters(len(sheet.rows[0]))}{len(sheet.rows)}"


def _sheet(sheet: Sheet) -> str:
    widths: dict[int, int] = {}
    lines = []
    for i, row in enumerate(sheet.rows, 1):
        cells = []
        for column, value in enumerate(row, 1):
            if value is None or value == "":
                continue
            cells.append(_cell(f"{column_letters(column)}{i}", value, bold=i == 1))
            longest = max((len(line) for line in str(value).split("\n")), default=0)
            widths[column] = min(max(widths.get(column, 8), longest + 2), MAX_COLUMN_WIDTH)
        lines.append(f'<row r="{i}">{"".join(cells)}</row>')
    columns = "".join(
        f'<col min="{column}" max="{column}" width="{width}" customWidth="1"/>'
        for column, width in sorted(widths.items())
    )
    area = _filter_range(sheet)
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        f"{pane if area else ''}</sheetView></sheetViews>"
        + (f"<cols>{columns}</cols>" if columns else "")
        + f"<sheetData>{''.join(lines)}</sheetData>"
        + (f'<autoFilter ref="{area}"/>' if area else "")
        + "</worksheet>"
    )


def _cell(reference: str, value: Cell, bold: bool) -> str:
    style = _BOLD if bold else _PLAIN
    if isinstance(value, bool):
        return f'<c r="{reference}" s="{style}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, date):
        style = _MOMENT if isinstance(value, datetime) else _DAY
        return f'<c r="{reference}" s="{style}"><v>{to_serial(value, False)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{reference}" s="{style}"><v>{value!r}</v></c>'
    text = cut_text(value or "")
    if is_active(text):
        style = _BOLD_QUOTED if bold else _PLAIN_QUOTED
    return format_text_cell(reference, f' s="{style}"', text)


def _workbook(sheets: Sequence[tuple[str, bool, str]]) -> str:
    listed, filters = [], []
    for i, (title, hidden, area) in enumerate(sheets, 1):
        state = ' state="hidden"' if hidden else ""
        listed.append(f'<sheet name="{escape(title)}" sheetId="{i}"{state} r:id="rId{i}"/>')
        if area:
            last = area.partition(":")[2]
            letters, row = last.rstrip("0123456789"), last.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            filters.append(
                f'<definedName name="_xlnm._FilterDatabase" localSheetId="{i - 1}" hidden="1">'
                f"'{escape(title)}'!$A$1:${letters}${row}</definedName>"
            )
    names = f"<definedNames>{''.join(filters)}</definedNames>" if filters else ""
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{"".join(listed)}</sheets>'
        f"{names}</workbook>"
    )


def _relations(wanted: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(wanted, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _content_types(sheets: int) -> str:
    listed = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for i in range(1, sheets + 1)
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{listed}</Types>'
    )


_WRAP = '<alignment vertical="top" wrapText="1"/>'
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    "<borders count='1'><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="6">'
    + "".join(
        f'<xf numFmtId="{number}" fontId="{font}" fillId="0" borderId="0" xfId="0"'
        f'{quoted} applyNumberFormat="1" applyFont="1" applyAlignment="1">{_WRAP}</xf>'
        for number, font, quoted in (
            (0, 0, ""),
            (0, 1, ""),
            (164, 0, ""),
            (165, 0, ""),
            (0, 0, ' quotePrefix="1"'),
            (0, 1, ' quotePrefix="1"'),
        )
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
    "</cellStyles></styleSheet>"
)
