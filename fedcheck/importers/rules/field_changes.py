"""What a comparison of two releases is made of: fields that changed, and what a log mentions."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from fedcheck.importers.rules.document import Release

SUBSTANCE = frozenset(("applies", "force", "statement", "points", "pain timeframes", "controls"))
"""The fields whose change flags a record for review."""

MOSTLY = 0.5
"""A log entry that more than this part of all items contain states nothing about one of them."""


_ID = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)+")


class FieldChange(Struct, frozen=True):
    """One field of an item that changed.

    Attributes:
        classes: the classes that it changed for; none where it is the same for all.
        old, new: its values as text; empty where there was or is none.
    """

    field: str
    old: str
    new: str
    classes: tuple[str, ...] = ()


class Changed(Struct, frozen=True):
    """An item, a subset or a ruleset that changed.

    Attributes:
        kind: rule, indicator, subset, ruleset, definition or control.
        was: its earlier id, where that was another one.
        fields: what changed, force and dates first.
        affects: for a subset or a ruleset, the items that it hits.
        mentioned: whether FedRAMP's own change log has an entry for it.
    """

    id: str
    name: str
    kind: str
    fields: tuple[FieldChange, ...]
    was: str = ""
    affects: tuple[str, ...] = ()
    mentioned: bool = False

    @property
    def is_substantial(self) -> bool:
        """Return whether a record of the item has to be reviewed."""
        return any(one.field in SUBSTANCE for one in self.fields)


class ChangeLog:
    """What the change logs of the newer release state that those of the older one do not."""

    def __init__(self, old: Release, new: Release) -> None:
        known = {name: set(one.log) for name, one in old.entries.items()}
        fresh = {
            name: [entry for entry in one.log if entry not in known.get(name, set())]
            for name, one in new.entries.items()
        }
        common = Counter(entry for entries in fresh.values() for entry in set(entries))
        most = MOSTLY * max(len(fresh), 1)
        self._fresh = {
            name: [entry for entry in entries if common[entry] <= most]
            for name, entries in fresh.items()
        }
        comments = [entry.comment for entries in self._fresh.values() for entry in entries]
        self._named = frozenset(_ID.findall("\n".join(comments)))

    def has_entry(self, name: str) -> bool:
        """Return whether an item has an entry of its own."""
        return bool(self._fresh.get(name))

    def names(self, name: str) -> bool:
        """Return whether any entry names an id."""
        return name in self._named


def compare_values(field: str, old: str, new: str) -> Iterator[FieldChange]:
    """Yield a field whose values differ."""
    if old != new:
        yield FieldChange(field, old, new)


def compare_by_class(
    field: str, pairs: Mapping[str, tuple[Any, Any]], words: Callable[[Any], str]
) -> Iterator[FieldChange]:
    """Yield a field once for all classes for which it changed in the same way."""
    found: dict[tuple[str, str], list[str]] = {}
    for key, (one, other) in pairs.items():
        texts = words(one), words(other)
        if texts[0] != texts[1]:
            found.setdefault(texts, []).append(key)
    for (old, new), keys in found.items():
        yield FieldChange(field, old, new, tuple(key for key in keys if key))


def plain_text(text: str) -> str:
    """Return a statement for comparison: one line, without the marks of terms in older files."""
    return " ".join(text.replace("_", "").split())


def join_lines(texts: Iterable[str]) -> str:
    """Return texts for comparison, a line each."""
    return "\n".join(plain_text(text) for text in texts)


def class_words(classes: Iterable[str]) -> str:
    """Return classes as they are spoken of: A, B."""
    return ", ".join(one.upper() for one in classes)
