"""The quick way to read TOML that is written as our files are: plain keys, texts, lists and dates.

One pattern cuts a text into statements. Anything else that TOML knows, and whatever is or may be
wrong, ends the reading: the text is then read by `tomli`, which knows all of it and states what is
wrong. Both give the same where this one answers (tests/test_quick_toml.py).
"""

import re
from datetime import date
from typing import Any

_WS = r"[ \t]*+"
_GAP = r"[ \t\n]*+"
_COMMENT = r"(?:#[^\x00-\x08\x0a-\x1f\x7f]*+|)"
_KEY = r"[A-Za-z0-9_-]++"
_CHARS = r'[^"\\\x00-\x08\x0a-\x1f\x7f]*+'
_LINES = r'[^"\\\x00-\x08\x0b-\x1f\x7f]*+'
_TEXT = f'"{_CHARS}"'
_LONG = rf'{_LINES}(?:"{{1,2}}+(?!"){_LINES})*'
_ESCAPED = rf'"{_CHARS}(?:\\[^\x00-\x1f\x7f]{_CHARS})*"'
_LONG_ESCAPED = rf'"""{_LINES}(?:(?:\\[^\x00-\x08\x0b-\x1f\x7f]|"{{1,2}}+(?!")){_LINES})*"""'
_LIST = rf"\[{_GAP}(?:{_TEXT}{_GAP}(?:,{_GAP}{_TEXT}{_GAP})*,?+{_GAP}|)\]"
_PAIR = f"{_KEY}{_WS}={_WS}(?:{_TEXT}|{_LIST})"
_TABLE = rf"\{{{_WS}(?:{_PAIR}{_WS}(?:,{_WS}{_PAIR}{_WS})*|)\}}"
_PLAIN = "true|false|[0-9]{4}-[0-9]{2}-[0-9]{2}|0|[1-9][0-9]{0,17}+"
_OTHER = f"{_PLAIN}|{_LIST}|{_TABLE}|{_LONG_ESCAPED}|{_ESCAPED}"
_PATH = rf"(?:{_KEY}|{_TEXT})(?:\.(?:{_KEY}|{_TEXT})){{0,7}}"

_find_statements = re.compile(
    rf'{_GAP}(?:({_KEY}){_WS}={_WS}(?:"({_CHARS})"(?!")|"""\n?+({_LONG})"""|({_OTHER}))'
    rf"|(\[(?:{_PATH}|\[{_PATH}\])\])|){_WS}{_COMMENT}(?:\n|\Z)|([\s\S]++)"
).findall
"""Yields key, short text, long text, other value, header, and all the rest where it is odd."""

_find_texts = re.compile(f'"({_CHARS})"').findall
_find_pairs = re.compile(rf'({_KEY}){_WS}={_WS}(?:"({_CHARS})"|({_LIST}))').findall


def read_quickly(text: str) -> dict[str, Any] | None:
    """Return what a TOML text holds, as `tomli.loads` does; None where that has to read it."""
    root: dict[str, Any] = {}
    table: dict[str, Any] = root
    place: dict[str, Any] | list[Any] | None = None
    last = ""
    inline: set[int] = set()
    for key, short, long, other, header, odd in _find_statements(text.replace("\r\n", "\n")):
        if key:
            if key in table:
                return None
            if not other:
                table[key] = short or long
                continue
            value = table[key] = _read_value(other)
            if value is None:
                return None
            inline.add(id(value))
        elif header:
            if header != last or not isinstance(place, list):  # else one more table of that array
                place, last = _find_place(root, header, inline), header
            if place is None:
                return None
            if isinstance(place, list):
                table = {}
                place.append(table)
            else:
                table = place
        elif odd:
            return None
    return root


def _find_place(
    root: dict[str, Any], header: str, inline: set[int]
) -> dict[str, Any] | list[Any] | None:
    """Return the new table of a header, or the array that it adds one to; None for neither.

    Args:
        root: the document.
        header: `[path]`, or `[[path]]` for one more table of an array.
        inline: ids of the values that keys have: a header adds nothing to those.
    """
    path = header.strip("[]")
    *above, last = path.split(".") if '"' not in path else _split_path(path)
    here = root
    for name in above:
        inner = here.get(name)
        if inner is None:
            inner = here[name] = {}
        elif id(inner) in inline:
            return None
        here = inner[-1] if type(inner) is list else inner
        if type(here) is not dict:
            return None
    known = here.get(last)
    if known is None:
        new: dict[str, Any] | list[Any] = [] if header.startswith("[[") else {}
        here[last] = new
        return new
    is_array = header.startswith("[[") and type(known) is list and id(known) not in inline
    return known if is_array else None


def _split_path(path: str) -> list[str]:
    """Return the names in the path of a header: every second quote ends one that is quoted."""
    names: list[str] = []
    for place, piece in enumerate(path.split('"')):
        if place % 2:
            names.append(piece)
        elif plain := piece.strip("."):
            names += plain.split(".")
    return names


def _read_value(text: str) -> Any:
    """Return a value that the pattern let pass; None where it is none for all that."""
    first = text[0]
    if first == "[":
        return _find_texts(text)
    if first == "{":
        pairs = _find_pairs(text)
        table = {key: _find_texts(many) if many else short for key, short, many in pairs}
        return table if len(table) == len(pairs) else None
    if first == '"':
        import tomli  # few files need it

        try:
            return tomli.loads(f"x = {text}")["x"]
        except tomli.TOMLDecodeError:
            return None
    if first in "tf":
        return text == "true"
    try:
        return date.fromisoformat(text) if "-" in text else int(text)
    except ValueError:
        return None
