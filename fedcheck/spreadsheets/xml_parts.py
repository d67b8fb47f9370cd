"""Parse XML from others with expat, and refuse what attacks are made of.

No document type is accepted, and so no entity of its own: none that grows, none that names a file
or an address.
"""

import re
from collections.abc import Callable
from pathlib import Path
from xml.parsers import expat

from fedcheck.domain.text import make_storable
from fedcheck.spreadsheets.xlsx_package import damaged_error

MAX_DEPTH = 200
"""How deep tags may be in each other; those of a sheet do seven deep."""

_LONG_TEXT = re.compile(rb"<[^<]{1048576}")
"""No tag, with the text behind it, has a megabyte: the text of a cell ends at 32,767 characters."""

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NOT_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def parse(
    path: Path,
    part: str,
    data: bytes,
    start: Start | None = None,
    end: End | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Parse a part of a workbook, and call functions for its tags and texts.

    Raises FedcheckError where it is no good XML, or none that is safe.
    """
    run_parser(make_parser(path, part, start, end, text), path, part, data)


def make_parser(
    path: Path,
    part: str,
    start: Start | None = None,
    end: End | None = None,
    text: Callable[[str], None] | None = None,
) -> expat.XMLParserType:
    """Return a parser that refuses what `parse` refuses; its position shows where a tag is."""

    def refuse(*_: object) -> None:
        raise damaged_error(
            path, f"the part {part} declares a document type, which no workbook does"
        )

    depth = 0

    def opened(name: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise damaged_error(path, f"the part {part} is nested more than {MAX_DEPTH} deep")
        if start is not None:
            start(name, attributes)

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(name)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = text
    return parser


def run_parser(parser: expat.XMLParserType, path: Path, part: str, data: bytes) -> None:
    """Parse a whole part. Raises FedcheckError."""
    if _LONG_TEXT.search(data):
        raise damaged_error(path, f"the part {part} has a tag or a text that is too long")
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", 0)
        raise damaged_error(path, f"the part {part} is damaged, at its line {line}") from error


def local_name(name: str) -> str:
    """Return the name of a tag or an attribute without its prefix."""
    return name.rpartition(":")[2] if ":" in name else name


def unescape(text: str) -> str:
    """Return what a spreadsheet's text means: `_x000D_` stands for a character."""
    if "_x" not in text:
        return text
    return make_storable(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))


def escape(text: str) -> str:
    """Return text for the inside of a tag or an attribute of a workbook's XML.

    What XML cannot hold is written as spreadsheets write it: `_x0001_`.
    """
    text = _NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", make_storable(text))
    for char, stands_for in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(char, stands_for)
    return text
