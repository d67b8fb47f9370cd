"""Read the outline of a workbook: its sheets, the places of its parts, its date formats."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError
from fedcheck.spreadsheets.cells import is_date_format
from fedcheck.spreadsheets.xlsx_package import AS_XLSX, Package, damaged_error
from fedcheck.spreadsheets.xml_parts import Attributes, local_name, parse, unescape


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet as the workbook lists it.

    Attributes:
        number: `sheetId`, by which the calculation chain names it.
        part: name of its part of the package.
    """

    title: str
    number: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class WorkbookOutline:
    """What a workbook states about itself.

    Attributes:
        part: name of the workbook's own part.
        related: its related parts by the last word of their type (`styles`, `calcChain`).
        from_1904: whether days are counted from 1904 on.
    """

    part: str
    sheets: tuple[SheetPart, ...]
    related: Mapping[str, str]
    from_1904: bool


def read_outline(package: Package) -> WorkbookOutline:
    """Return the sheets of a workbook, and where its parts are."""
    _, by_type = _relations(package, "")
    part = by_type.get("officeDocument", "xl/workbook.xml")
    by_id, related = _relations(package, part)
    listed: list[SheetPart] = []
    from_1904 = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal from_1904
        match local_name(name):
            case "workbookPr":
                from_1904 = attributes.get("date1904") in ("1", "true")
            case "sheet":
                kind, target = by_id.get(_relation_id(attributes), ("", ""))
                if kind == "worksheet":
                    hidden = attributes.get("state", "visible") != "visible"
                    title = one_line(unescape(attributes.get("name", "")))
                    listed.append(SheetPart(title, attributes.get("sheetId", ""), target, hidden))

    parse(package.path, part, package.read(part), start)
    if len({sheet.part for sheet in listed}) < len(listed):
        raise damaged_error(package.path, "two of its sheets are the same part")
    if not listed:
        raise FedcheckError(f"{package.path}: a workbook without a sheet", AS_XLSX)
    return WorkbookOutline(part, tuple(listed), related, from_1904)


def _relation_id(attributes: Attributes) -> str:
    return next((value for name, value in attributes.items() if name.endswith(":id")), "")


def _relations(package: Package, part: str) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Return what a part is related to: type and part by id, and part by type."""
    folder, _, base = part.rpartition("/")
    name = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
    by_id: dict[str, tuple[str, str]] = {}
    by_type: dict[str, str] = {}
    if not package.has(name):
        return by_id, by_type

    def start(tag: str, attributes: Attributes) -> None:
        if local_name(tag) != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
        kind = attributes.get("Type", "").rpartition("/")[2]
        by_id[attributes.get("Id", "")] = (kind, target.lstrip("/"))
        by_type.setdefault(kind, target.lstrip("/"))

    parse(package.path, name, package.read(name), start)
    return by_id, by_type


def read_day_styles(package: Package, outline: WorkbookOutline) -> frozenset[int]:
    """Return the numbers of the cell formats that show a number as a day."""
    part = outline.related.get("styles", "")
    if not part or not package.has(part):
        return frozenset()
    codes: dict[str, str] = {}
    used: list[str] = []
    within = ""

    def start(name: str, attributes: Attributes) -> None:
        nonlocal within
        match local_name(name):
            case "numFmt":
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            case "cellXfs" | "cellStyleXfs" | "dxfs" as group:
                within = group
            case "xf" if within == "cellXfs":
                used.append(attributes.get("numFmtId", "0"))

    parse(package.path, part, package.read(part), start)
    return frozenset(i for i, name in enumerate(used) if is_date_format(name, codes.get(name, "")))
