"""Read and write TOML: errors with their line, tables as people write them."""

import hashlib
import json
import re
import stat
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import tomli
import tomli_w
from msgspec import Struct

from fedcheck.domain.checklist import FORMAT
from fedcheck.domain.dates import parse_date
from fedcheck.domain.text import one_line
from fedcheck.errors import InvalidFileError, Problem
from fedcheck.storage.problems import Collector
from fedcheck.storage.toml_keys import KeySpec, keys_of

KeyPath = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)")
_KEY_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(\.|=|\]|$)""")
_TRIPLE = ('"""', "'''")


class Lines:
    """The lines of a TOML text by path."""

    def __init__(self, text: str) -> None:
        self.known: dict[KeyPath, int] = {(): 1}
        self._sizes: dict[KeyPath, int] = {}
        self._read(text.split("\n"))  # as TOML counts lines; splitlines knows other ends

    def of(self, path: KeyPath) -> int:
        """Return the line of a path, or that of the nearest place above it."""
        while path not in self.known:
            path = path[:-1]
        return self.known[path]

    def _read(self, lines: list[str]) -> None:
        table: KeyPath = ()
        number = 0
        while number < len(lines):
            line = lines[number]
            here = number + 1
            header = _HEADER.match(line)
            if header:
                table = self._header(header[1] == "[[", _dotted(line, header.end()), here)
                number += 1
                continue
            keys, rest = _keys(line)
            if keys and rest is not None:
                path = table + keys
                for end in range(len(table) + 1, len(path) + 1):
                    self.known.setdefault(path[:end], here)
                number = self._value_end(lines, number, rest)
            number += 1

    def _header(self, is_array: bool, parts: list[str], here: int) -> KeyPath:
        path: KeyPath = ()
        for i, part in enumerate(parts):
            path = (*path, part)
            last = i == len(parts) - 1
            if last and is_array:
                size = self._sizes.get(path, 0)
                self._sizes[path] = size + 1
                self.known.setdefault(path, here)
                path = (*path, size)
            elif path in self._sizes:
                path = (*path, self._sizes[path] - 1)
            self.known.setdefault(path, here)
        return path

    def _value_end(self, lines: list[str], number: int, rest: str) -> int:
        """Return the index of the last line of a value that begins in `rest`."""
        depth, closing = _scan(rest, 0, "")
        while (depth > 0 or closing) and number + 1 < len(lines):
            number += 1
            depth, closing = _scan(lines[number], depth, closing)
        return number


def _keys(line: str) -> tuple[KeyPath, str | None]:
    """Return the dotted key that a line begins with and what follows its equals sign."""
    place, keys = 0, []
    while found := _KEY_PART.match(line, place):
        keys.append(_part(found))
        place = found.end()
        if found[4] == "=":
            return tuple(keys), line[place:]
        if found[4] != ".":
            break
    return (), None


def _dotted(line: str, place: int) -> list[str]:
    """Return the parts of the dotted key that stands at a place in a header."""
    parts = []
    while found := _KEY_PART.match(line, place):
        parts.append(_part(found))
        place = found.end()
        if found[4] != ".":
            break
    return parts


def _part(found: re.Match[str]) -> str:
    part = next(group for group in found.groups()[:3] if group is not None)
    if found[1] is None or "\\" not in part:
        return part
    return str(tomli.loads(f'key = "{part}"')["key"])


def _scan(line: str, depth: int, closing: str) -> tuple[int, str]:
    """Read a line of a value: how deep its brackets are open, which triple quote is open."""
    place = 0
    while place < len(line):
        if closing:
            end = line.find(closing, place)
            while closing == '"""' and end > 0 and _escaped(line, end):
                end = line.find(closing, end + 1)
            if end < 0:
                return depth, closing
            place, closing = end + 3, ""
            continue
        char = line[place]
        if line.startswith(_TRIPLE, place):
            closing = line[place : place + 3]
            place += 3
        elif char in "\"'":
            place = _string_end(line, place)
        elif char == "#":
            break
        else:
            depth += (char in "[{") - (char in "]}")
            place += 1
    return depth, closing


def _escaped(line: str, place: int) -> bool:
    slashes = 0
    while place - slashes > 0 and line[place - slashes - 1] == "\\":
        slashes += 1
    return slashes % 2 == 1


def _string_end(line: str, place: int) -> int:
    quote, place = line[place], place + 1
    while place < len(line) and line[place] != quote:
        place += 2 if line[place] == "\\" and quote == '"' else 1
    return place + 1


MAX_BYTES = 32 * 1024 * 1024
"""The largest file that is read; the largest real checklist is below one megabyte."""

_CONFLICT = re.compile(r"^(<{7}|>{7})(\s|$)", re.MULTILINE)
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


class Document(Struct, frozen=True):
    """A parsed file with its text, for messages, and its hash, for saving."""

    path: Path
    text: str
    data: dict[str, Any]
    sha256: str

    def collector(self) -> Collector:
        """Return a collector for the problems of this file."""
        return Collector(self.path, self.text)


def read(path: Path) -> Document:
    """Read and parse a file. Raises InvalidFileError with line and remedy where that fails."""
    return parse(path, read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """Read a file. Raises InvalidFileError where it is no readable file of a sane size."""
    try:
        found = path.stat()
        if stat.S_ISREG(found.st_mode) and found.st_size > MAX_BYTES:
            raise _failed(path, 0, "larger than 32 MB", "this is no file of fedcheck's")
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
            raise _failed(path, 0, "a device or a pipe, not a file", "move it away")
        return path.read_bytes()
    except IsADirectoryError:
        raise _failed(path, 0, "a folder, not a file", "move it away") from None
    except FileNotFoundError:
        where = "a link to a file that is gone" if path.is_symlink() else "no such file"
        raise _failed(path, 0, where, "check the name") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise _failed(path, 0, f"cannot be read: {reason}", "check its permissions") from None


def parse(path: Path, raw: bytes) -> Document:
    """Parse the bytes of a file. Raises InvalidFileError where they are not TOML of ours."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _failed(path, line, "not UTF-8 text", "save the file as UTF-8") from None
    if text.startswith("\ufeff"):
        text = text[1:]
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise _failed(path, line, "a binary file, not TOML", "restore it from a copy")
    try:
        data = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise _syntax(path, text, error) from None
    except RecursionError:
        raise _failed(path, 0, "nested too deeply", "this is no file of fedcheck's") from None
    except ValueError as error:
        raise _failed(path, 0, f"not TOML: {one_line(str(error), 120)}", "mend the value") from None
    _check_format(path, text, data)
    return Document(path, text, data, hashlib.sha256(raw).hexdigest())


def _syntax(path: Path, text: str, error: tomli.TOMLDecodeError) -> InvalidFileError:
    conflict = _CONFLICT.search(text)
    if conflict:
        line = text[: conflict.start()].count("\n") + 1
        hint = "settle the merge: keep one side and delete the markers"
        return _failed(path, line, "unsettled merge conflict", hint)
    place = _PLACE.search(str(error))
    line = int(place[1]) if place and place[1] else text.count("\n") + 1
    message = _PLACE.sub("", str(error))
    return _failed(path, line, f"not valid TOML: {one_line(message, 160)}", _syntax_hint(message))


def _syntax_hint(message: str) -> str:
    if "overwrite" in message or "twice" in message:
        return "this key or table stands twice; keep one of them"
    if "end of document" in message or "Unterminated" in message or "Expected" in message:
        return "a quote or bracket may be missing here or on the line above"
    return "text needs quotes; true, false, numbers and dates do not"


def _check_format(path: Path, text: str, data: dict[str, Any]) -> None:
    found = data.get("format")
    if not isinstance(found, int) or isinstance(found, bool) or 1 <= found <= FORMAT:
        return
    collector = Collector(path, text)
    if found < 1:
        collector.add(("format",), f"there is no format {found}", f"write format = {FORMAT}")
    else:
        collector.add(
            ("format",),
            f"format {found} is newer than this fedcheck, which knows format {FORMAT}",
            "upgrade fedcheck; nothing was changed",
        )
    raise InvalidFileError(collector.problems())


def _failed(path: Path, line: int, message: str, hint: str) -> InvalidFileError:
    return InvalidFileError([Problem(path, line, message, hint)])


def plain_fields(thing: Any) -> dict[str, Any]:
    """Return the TOML values of a data class that differ from their defaults, in its order."""
    specs = keys_of(type(thing))
    data: dict[str, Any] = {}
    for name, spec in specs.items():
        value = getattr(thing, spec.field)
        if spec.required or value != spec.default:
            data[name] = _as_toml(spec, value)
    return data


def _as_toml(spec: KeySpec, value: Any) -> Any:
    if spec.key.check == "due":
        return _as_date(value)
    return list(value) if isinstance(value, tuple) else value


def _as_date(text: str) -> date | str:
    try:
        return parse_date(text)
    except ValueError:
        return text


def table(header: str, path: str, data: Mapping[str, Any]) -> str:
    """Write a table; tables inside it follow with headers of their own, never inline."""
    lines = [header + "\n"]
    inner: list[str] = []
    for key, value in data.items():
        under = f"{path}.{quoted(key)}"
        if isinstance(value, dict):
            inner.append("\n" + table(f"[{under}]", under, value))
        elif isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            inner += ["\n" + table(f"[[{under}]]", under, v) for v in value]
        else:
            multiline = isinstance(value, str) and "\r" not in value
            lines.append(tomli_w.dumps({key: value}, multiline_strings=multiline))
    return "".join(lines + inner)


def quoted(name: str) -> str:
    """Return a key in quotes, always: ids have dots, and one form makes small diffs."""
    return json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007F")
