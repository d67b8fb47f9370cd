"""Read the objects of a JSON file key by key, and note what is not known or of the wrong type."""

import math
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from fedcheck.domain.dates import parse_date
from fedcheck.domain.text import make_storable, one_line
from fedcheck.importers.rules.document import ReadingNote, UnknownKey

MANY = 200
"""The most notes on one file; what comes after is counted."""

LONGEST_TEXT = 20_000
"""The most characters of one text; official ones stay below 4,000."""

_NUMBER = re.compile(r"\d{0,6}(\.\d{1,3})?")


class Findings:
    """What reading a file found next to its content: unknown keys and unusable values."""

    def __init__(self) -> None:
        self._unknown: dict[str, tuple[str, int]] = {}
        self._notes: list[ReadingNote] = []
        self._more = 0

    def note(self, path: str, what: str) -> None:
        """Note something that could not be used."""
        if len(self._notes) < MANY:
            self._notes.append(ReadingNote(path, what))
        else:
            self._more += 1

    def note_unknown(self, path: str, pattern: str) -> None:
        """Note a key that is not known; the same key in other items is counted."""
        first, count = self._unknown.get(pattern, (path, 0))
        self._unknown[pattern] = (first, count + 1)

    def unknown(self) -> tuple[UnknownKey, ...]:
        """Return the unknown keys in the order in which they were found."""
        return tuple(UnknownKey(path, count) for path, count in self._unknown.values())

    def notes(self) -> tuple[ReadingNote, ...]:
        """Return the notes in the order of the file."""
        if not self._more:
            return tuple(self._notes)
        return (*self._notes, ReadingNote("", f"{self._more} more values could not be used"))


def kind_of(value: Any) -> str:
    """Return the type of a value as text of JSON."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"


class Box:
    """One object of the file. Every key that is read or ignored on purpose counts as known.

    Each reader takes several names where the structures spell a key differently; the first that is
    there counts, and all are known.
    """

    def __init__(
        self, data: dict[str, Any], findings: Findings, path: str = "", pattern: str = ""
    ) -> None:
        self.data = data
        self.findings = findings
        self.path = path
        self._pattern = pattern
        self._known: set[str] = set()

    def place(self, name: str) -> str:
        """Return the path of a key of this object."""
        return _joined(self.path, name)

    def has(self, *names: str) -> bool:
        """Return whether the object has one of the keys."""
        return any(name in self.data for name in names)

    def ignore(self, *names: str) -> None:
        """Count keys as known that are not needed."""
        self._known.update(names)

    def text(self, *names: str) -> str:
        """Return a text; empty where there is none."""
        for name, value in self._values(names):
            if isinstance(value, str):
                return _cut(value)
            self._wrong(name, value, "a text")
        return ""

    def texts(self, *names: str) -> tuple[str, ...]:
        """Return the texts of all the keys, each a list or a single text."""
        found: list[str] = []
        for name, value in self._values(names):
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, str):
                    found.append(_cut(one))
                else:
                    self._wrong(name, one, "a text")
        return tuple(found)

    def flag(self, name: str) -> bool:
        """Return whether a key is true; false where it is missing."""
        for _, value in self._values((name,)):
            if isinstance(value, bool):
                return value
            self._wrong(name, value, "true or false")
        return False

    def number(self, *names: str) -> float | None:
        """Return a number that is not negative, also one that is written as text."""
        for name, value in self._values(names):
            if isinstance(value, str) and value and _NUMBER.fullmatch(value):
                value = float(value)
            if isinstance(value, int | float) and not isinstance(value, bool):
                number = float(value) if abs(value) < 1e6 else math.inf
                if 0 <= number < math.inf:
                    return number
            self._wrong(name, value, "a plausible number")
        return None

    def day(self, *names: str) -> date | None:
        """Return a date."""
        for name, value in self._values(names):
            if isinstance(value, str):
                try:
                    return parse_date(value)
                except ValueError as error:
                    self.findings.note(self.place(name), one_line(str(error), 120))
            else:
                self._wrong(name, value, "a date")
        return None

    def box(self, *names: str) -> "Box | None":
        """Return an object under one of the names."""
        for name, value in self._values(names):
            if isinstance(value, dict):
                return self._inner(name, value, name)
            self._wrong(name, value, "an object")
        return None

    def boxes(self, *names: str) -> "list[Box]":
        """Return the objects of a list under one of the names; a single object counts as a list."""
        found = []
        for name, value in self._values(names):
            values = value if isinstance(value, list) else [value]
            for index, one in enumerate(values):
                if isinstance(one, dict):
                    found.append(self._inner(f"{name}[{index}]", one, f"{name}[]"))
                else:
                    self._wrong(name, one, "an object")
        return found

    def children(self) -> "Iterator[tuple[str, Box]]":
        """Yield every object of this one by its key; each key counts as known."""
        for name, value in self.data.items():
            self._known.add(name)
            if isinstance(value, dict):
                yield name, self._inner(name, value, "*")
            else:
                self._wrong(name, value, "an object")

    def close(self) -> None:
        """Note the keys that nobody asked for."""
        for name in self.data:
            if name not in self._known:
                path, pattern = self.place(name), _joined(self._pattern, name)
                self.findings.note_unknown(path, pattern)

    def _inner(self, name: str, value: dict[str, Any], pattern: str) -> "Box":
        return Box(value, self.findings, self.place(name), _joined(self._pattern, pattern))

    def _values(self, names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        """Yield the keys that are there with their values; null counts as missing."""
        self._known.update(names)
        for name in names:
            value = self.data.get(name)
            if value is not None:
                yield name, value

    def _wrong(self, name: str, value: Any, wanted: str) -> None:
        self.findings.note(self.place(name), f"is {kind_of(value)}, not {wanted}; left out")


def _joined(path: str, name: str) -> str:
    shown = one_line(name, 80)
    return f"{path}.{shown}" if path else shown


def _cut(text: str) -> str:
    return make_storable(text[:LONGEST_TEXT]).strip()
