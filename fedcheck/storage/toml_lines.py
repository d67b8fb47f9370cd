"""Find the line of a key in a TOML text, as the parser does not show it."""

import re

from msgspec import Struct

KeyPath = tuple[str | int, ...]

# Patterns stay texts here: `re` compiles them when a file is broken, and no other command pays.
_HEADER = r"\s*(\[\[?)"
_KEY_PART = r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(\.|=|\]|$)"""
MARK = r"(?:<{7}|\|{7}|={7}|>{7})(?: .*)?"
"""A line that git leaves around a conflict."""

_TRIPLE = ('"""', "'''")


class Statement(Struct, frozen=True):
    """A statement of a TOML text: a header, a key with its value, or what is neither.

    Attributes:
        line: its first line, from 1.
        kind: `table` for [x], `array` for [[x]], `key`, `mark` for a conflict marker, or `other`.
        path: the parts of its name.
        text: its lines, with the comments above them.
    """

    line: int
    kind: str
    path: tuple[str, ...]
    text: str


def list_statements(text: str) -> list[Statement]:
    """Cut a TOML text, which need not be valid, into statements; comments at its end are `other`.

    Conflict markers inside of a text in triple quotes are a part of it.
    """
    lines = [f"{line}\n" for line in text.removesuffix("\n").split("\n")]
    found: list[Statement] = []
    above: list[str] = []
    number = 0
    while number < len(lines):
        line, here = lines[number].rstrip("\r\n"), number
        number += 1
        if not line.strip() or line.lstrip().startswith("#"):
            above.append(lines[here])
            continue
        header, (keys, rest) = re.match(_HEADER, line), _keys(line)
        kind = "other"
        path: tuple[str, ...] = ()
        if re.fullmatch(MARK, line):
            kind = "mark"
        elif header:
            kind = "array" if header[1] == "[[" else "table"
            path = tuple(_dotted(line, header.end()))
        elif keys and rest is not None:
            kind, path = "key", tuple(str(part) for part in keys)
            depth, closing = _scan(rest, 0, "")
            while (depth > 0 or closing) and number < len(lines):
                depth, closing = _scan(lines[number].rstrip("\r\n"), depth, closing)
                number += 1
        shown = "" if kind == "mark" else "".join([*above, *lines[here:number]])
        found.append(Statement(here + 1, kind, path, shown))
        above = above if kind == "mark" else []
    if any(one.strip() for one in above):
        found.append(Statement(len(lines), "other", (), "".join(above)))
    return found


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
            header = re.match(_HEADER, line)
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
    while found := re.compile(_KEY_PART).match(line, place):
        keys.append(_part(found))
        place = found.end()
        if found[4] == "=":
            return tuple(keys), line[place:]
        if found[4] != ".":
            break
    return (), None


def _dotted(line: str, place: int) -> list[str]:
    """Return the parts of the dotted key that is at a place in a header."""
    parts = []
    while found := re.compile(_KEY_PART).match(line, place):
        parts.append(_part(found))
        place = found.end()
        if found[4] != ".":
            break
    return parts


def _part(found: re.Match[str]) -> str:
    part = next(group for group in found.groups()[:3] if group is not None)
    if found[1] is None or "\\" not in part:
        return part
    import tomli  # loaded here: no key of ours has such an escape

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
