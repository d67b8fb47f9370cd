"""Workbooks in the shape that spreadsheet programs write, which openpyxl does not.

Texts are in a table of shared strings, plain or as runs of rich text. Cells without a value have a
format, days are numbers with a format, and parts that fedcheck does not read are there to be kept:
pictures, printer settings, comments, the calculation chain, extensions. `write` makes the same
workbook as each of four programs does: `excel`, `libreoffice`, `google` (Google Sheets) and `sdk`
(programs that use Microsoft's Open XML SDK: tags with a prefix, absolute part names).
"""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import excel_parts as parts
from excel_parts import (
    BLANK,
    DAY,
    DECIMAL,
    HEADING,
    MAIN,
    MICROSOFT,
    MOMENT,
    OWN_DAY,
    RELATIONS,
    SCHEMAS,
    SHEETML,
    TEXT,
)

PROGRAMS = ("excel", "libreoffice", "google", "sdk")


@dataclass(frozen=True)
class Rich:
    """A text in several fonts: every second run is italic. `read_aloud` is its phonetic guide."""

    runs: tuple[str, ...]
    read_aloud: str = ""

    @property
    def text(self) -> str:
        return "".join(self.runs)


@dataclass(frozen=True)
class Formula:
    """A formula with its last result; `""` is a formula that gives an empty text.

    Attributes:
        over: the cells that share it, where this is the first of them ("L9:L20").
        group: the number of the shared formula; its later cells have the number alone.
    """

    text: str
    value: "Value" = ""
    over: str = ""
    group: int | None = None


Value = None | str | bool | int | float | date | datetime | Rich | Formula


@dataclass(frozen=True)
class Tab:
    """A sheet.

    Attributes:
        choices: words of a drop-down by the cells that have it.
        padding: how many empty columns and rows have a format, as in the official templates.
        extras: a picture, printer settings, a comment and a drop-down in an extension.
    """

    title: str
    rows: Sequence[Sequence[Value]]
    merged: Sequence[str] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    filtered: str = ""
    hidden: bool = False
    padding: int = 4
    extras: bool = False


def write(path: Path, tabs: Sequence[Tab], program: str = "excel") -> Path:
    """Write a workbook as a program does; the same tabs give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in _Book(tabs, program).all_parts().items():
            out.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return path


class _Book:
    """Gathers the parts of a workbook."""

    def __init__(self, tabs: Sequence[Tab], program: str) -> None:
        assert program in PROGRAMS
        self.tabs = tabs
        self.program = program
        self.texts: dict[str | Rich, int] = {}
        self.uses = 0
        self.chain: list[str] = []
        self.types: dict[str, str] = {}
        self.made: dict[str, bytes] = {}

    def all_parts(self) -> dict[str, bytes]:
        """Return all parts; the sheets come first, as they fill the table of texts."""
        for number, tab in enumerate(self.tabs, 1):
            self._put(f"xl/worksheets/sheet{number}.xml", self._sheet(tab, number), "worksheet")
            if tab.extras and self.program == "excel":
                self.made |= parts.extras(number)
                self.types |= parts.extra_types(number)
        related = [("worksheet", f"worksheets/sheet{n}.xml") for n, _ in enumerate(self.tabs, 1)]
        self._put("xl/styles.xml", parts.styles(self.program), "styles")
        self._put("xl/sharedStrings.xml", self._shared_strings(), "sharedStrings")
        related += [("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")]
        if self.program == "excel" and self.chain:
            self._put("xl/calcChain.xml", self._chain(), "calcChain")
            related.append(("calcChain", "calcChain.xml"))
        self._put("xl/workbook.xml", self._workbook(), "sheet.main")
        absolute = "/xl/" if self.program == "sdk" else ""
        targets = [(kind, absolute + target) for kind, target in related]
        self.made["xl/_rels/workbook.xml.rels"] = parts.relations(targets)
        about = [("officeDocument", f"{'/' if absolute else ''}xl/workbook.xml")]
        if self.program in ("excel", "libreoffice"):
            self.made["docProps/app.xml"] = parts.xml(
                f'<Properties xmlns="{SCHEMAS}/officeDocument/2006/extended-properties"/>'
            )
            about.append(("extended-properties", "docProps/app.xml"))
        self.made["_rels/.rels"] = parts.relations(about)
        return {"[Content_Types].xml": parts.content_types(self.types), **self.made}

    def _put(self, name: str, xml: str, kind: str) -> None:
        if self.program == "sdk":
            xml = re.sub(r"<(/?)(?=[A-Za-z0-9]+[ />])", r"<\1x:", xml)
            xml = xml.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
        self.made[name] = parts.xml(xml)
        self.types[name] = f"{SHEETML}.{kind}+xml"

    def _workbook(self) -> str:
        sheets = []
        for number, tab in enumerate(self.tabs, 1):
            state = ' state="hidden"' if tab.hidden else ""
            if self.program in ("google", "libreoffice") and not tab.hidden:
                state = ' state="visible"'
            sheets.append(
                f'<sheet name={quoteattr(tab.title)} sheetId="{number + 3}"{state}'
                f' r:id="rId{number}"/>'
            )
        names = "".join(
            f'<definedName name="_xlnm._FilterDatabase" localSheetId="{n}" hidden="1">'
            f"{escape(_quoted(tab.title))}!{_fixed(tab.filtered)}</definedName>"
            for n, tab in enumerate(self.tabs)
            if tab.filtered
        )
        head, tail = parts.WORKBOOK[self.program]
        defined = f"<definedNames>{names}</definedNames>" if names else ""
        return (
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}" '
            f'xmlns:mc="{SCHEMAS}/markup-compatibility/2006" mc:Ignorable="x15" '
            f'xmlns:x15="{MICROSOFT}/spreadsheetml/2010/11/main">'
            f"{head}<sheets>{''.join(sheets)}</sheets>{defined}{tail}</workbook>"
        )

    def _sheet(self, tab: Tab, number: int) -> str:
        width = max(map(len, tab.rows), default=0) + tab.padding
        height = len(tab.rows) + tab.padding
        rows = []
        for at in range(height):
            row = [*(tab.rows[at] if at < len(tab.rows) else ())]
            cells = [
                self._cell(f"{_letters(column)}{at + 1}", value, number)
                for column, value in enumerate(row + [None] * (width - len(row)))
            ]
            rows.append(f'<row r="{at + 1}"{self._row_says(width)}>{"".join(cells)}</row>')
        merged = "".join(f'<mergeCell ref="{area}"/>' for area in tab.merged)
        says = {
            "filter": f'<autoFilter ref="{tab.filtered}"/>' if tab.filtered else "",
            "merged": f'<mergeCells count="{len(tab.merged)}">{merged}</mergeCells>',
            "choices": self._choices(tab.choices),
            "extras": parts.extensions() if tab.extras and self.program == "excel" else "",
        }
        return (
            f'<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}" '
            f'xmlns:mc="{SCHEMAS}/markup-compatibility/2006" mc:Ignorable="x14ac" '
            f'xmlns:x14ac="{MICROSOFT}/spreadsheetml/2009/9/ac">'
            f'<dimension ref="A1:{_letters(width - 1)}{height}"/>'
            '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
            'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            f'<sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="{width}" width="20.5" '
            f'customWidth="1"/></cols><sheetData>{"".join(rows)}</sheetData>{says["filter"]}'
            f"{says['merged'] if tab.merged else ''}{says['choices']}"
            '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0" footer="0"/>'
            f"{says['extras']}</worksheet>"
        )

    def _row_says(self, width: int) -> str:
        return {
            "excel": f' spans="1:{width}" ht="12.75" customHeight="1" x14ac:dyDescent="0.15"',
            "libreoffice": ' customFormat="false" ht="15" hidden="false" customHeight="false" '
            'outlineLevel="0" collapsed="false"',
        }.get(self.program, "")

    def _cell(self, place: str, value: Value, sheet: int) -> str:
        calc = self.program == "libreoffice"
        number = ' t="n"' if calc else ""
        match value:
            case None:
                return f'<c r="{place}" s="{BLANK}"/>'
            case str() | Rich():
                self.uses += 1
                at = self.texts.setdefault(value, len(self.texts))
                style = HEADING if place.endswith("1") and place[-2].isalpha() else TEXT
                return f'<c r="{place}" s="{style}" t="s"><v>{at}</v></c>'
            case bool():
                return f'<c r="{place}" s="{BLANK}" t="b"><v>{int(value)}</v></c>'
            case datetime():
                style = MOMENT
            case date():
                style = OWN_DAY if calc else DAY
            case float():
                style = DECIMAL
            case int():
                style = BLANK
            case Formula():
                return self._formula(place, value, sheet)
        return f'<c r="{place}" s="{style}"{number}><v>{_plain(value)}</v></c>'

    def _formula(self, place: str, formula: Formula, sheet: int) -> str:
        self.chain.append(f'<c r="{place}" i="{sheet + 3}"/>')
        says = ' aca="false"' if self.program == "libreoffice" else ""
        text = escape(formula.text)
        if formula.group is not None:
            over = f' ref="{formula.over}"' if formula.over else ""
            says += f' t="shared"{over} si="{formula.group}"'
            text = text if formula.over else ""
        held = "" if formula.value == "" else escape(_plain(formula.value))
        kind = ' t="str"' if isinstance(formula.value, str) else ""
        style = DAY if isinstance(formula.value, date) else BLANK
        return f'<c r="{place}" s="{style}"{kind}><f{says}>{text}</f><v>{held}</v></c>'

    def _choices(self, choices: Mapping[str, str]) -> str:
        if not choices:
            return ""
        says = 'allowBlank="1" showErrorMessage="1"'
        if self.program == "libreoffice":
            says = 'allowBlank="true" errorStyle="stop" showErrorMessage="true"'
        listed = "".join(
            f'<dataValidation type="list" {says} sqref="{cells}">'
            f"<formula1>{escape(chr(34) + words + chr(34))}</formula1></dataValidation>"
            for cells, words in choices.items()
        )
        return f'<dataValidations count="{len(choices)}">{listed}</dataValidations>'

    def _shared_strings(self) -> str:
        listed = "".join(f"<si>{self._shared(text)}</si>" for text in self.texts)
        counts = f'count="{self.uses}" uniqueCount="{len(self.texts)}"'
        return f'<sst xmlns="{MAIN}" {counts}>{listed}</sst>'

    def _shared(self, text: str | Rich) -> str:
        if isinstance(text, str):
            return self._text(text)
        runs = []
        for place, run in enumerate(text.runs):
            font = f'<rPr>{"<i/>" if place % 2 else ""}<sz val="10"/><rFont val="Arial"/></rPr>'
            runs.append(f"<r>{font if place else ''}{self._text(run)}</r>")
        if text.read_aloud:
            runs.append(f'<rPh sb="0" eb="1">{self._text(text.read_aloud)}</rPh>')
            runs.append('<phoneticPr fontId="1"/>')
        return "".join(runs)

    def _text(self, text: str) -> str:
        keep = text != text.strip() or self.program == "libreoffice"
        return f"<t{' xml:space=' + quoteattr('preserve') if keep else ''}>{_escaped(text)}</t>"

    def _chain(self) -> str:
        return f'<calcChain xmlns="{MAIN}">{"".join(self.chain)}</calcChain>'


def _letters(column: int) -> str:
    above = _letters(column // 26 - 1) if column > 25 else ""
    return above + chr(65 + column % 26)


def _quoted(title: str) -> str:
    return title if title.isalnum() else f"'{title}'"


def _fixed(area: str) -> str:
    return re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", area)


def _plain(value: Value) -> str:
    """Return the stored form of a value; a day is the number of days since 1899-12-30."""
    if isinstance(value, datetime):
        past = value - datetime(1899, 12, 30)
        return str(past.days + past.seconds / 86_400)
    if isinstance(value, date):
        return str((value - date(1899, 12, 30)).days)
    return str(int(value)) if isinstance(value, bool) else str(value)


def _escaped(text: str) -> str:
    r"""Return text as programs store it: `_x000D_` is a carriage return."""
    return escape(re.sub(r"_(?=x[0-9A-F]{4}_)", "_x005F_", text).replace("\r", "_x000D_"))
