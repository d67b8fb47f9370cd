"""JSON of plain data as Python's module writes it, by msgspec, which every command has loaded.

Most of what a save writes is plain: ids, names, hashes and short texts in printable ASCII. Python's
module takes a command 2 ms to load, and writes the rest.
"""

from typing import Any

import msgspec

_MOST = 1 << 53
"""Below this a whole number is the same in every JSON."""


def encode_json(data: Any) -> bytes:
    """Return data as JSON in ASCII, without blanks."""
    if _is_plain(data):
        return msgspec.json.encode(data)
    import json

    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def format_json(data: Any) -> bytes:
    """Return data as JSON in ASCII for people: sorted, indented by one."""
    if _is_plain(data):
        return msgspec.json.format(msgspec.json.encode(data, order="sorted"), indent=1)
    import json

    return json.dumps(data, indent=1, sort_keys=True).encode("ascii")


def quote_json(text: str, *, ascii_only: bool = True) -> str:
    """Return a text as a JSON string."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    import json

    return json.dumps(text, ensure_ascii=ascii_only)


def _is_plain(value: Any) -> bool:
    """Return whether msgspec writes a value as Python's module does."""
    kind = type(value)
    if kind is str:
        return bool(value.isascii() and value.isprintable())
    if kind is dict:
        return all(type(key) is str and _is_plain(key) for key in value) and all(
            map(_is_plain, value.values())
        )
    if kind is list or kind is tuple:
        return all(map(_is_plain, value))
    return value is None or kind is bool or (kind is int and -_MOST < value < _MOST)
