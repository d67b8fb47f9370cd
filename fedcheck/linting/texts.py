"""The texts of a TOML file that people read, each with its place and its sort."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from fedcheck.storage.toml_lines import KeyPath, Lines


class Sort(StrEnum):
    """What a text is, and so which rules are for it."""

    ITEM_TITLE = "item title"
    HEADING = "heading"
    PROSE = "prose"
    PHRASE = "phrase"


SORTS: Mapping[str, Sort] = {
    "title": Sort.HEADING,
    "titles": Sort.HEADING,
    "guidance": Sort.PROSE,
    "summary": Sort.PROSE,
    "purpose": Sort.PROSE,
    "note": Sort.PROSE,
    "followed-by": Sort.PROSE,
    "decision": Sort.PHRASE,
    "definition": Sort.PHRASE,
    "expects": Sort.PHRASE,
}
"""The keys with our own words. Statements, remarks and names of sources are somebody else's."""

SKIPPED = ("source", "former", "decision-source", "statement", "alts", "ruleset")
"""Keys below which nothing is ours; rulesets have the names and the status of a release."""


class Text(Struct, frozen=True):
    """A text of a file: the keys and indices that lead to it, its sort, and whose it is."""

    path: KeyPath
    sort: Sort
    text: str
    item: str


def list_texts(
    data: Mapping[str, Any], by_id: bool = False, skip_items: bool = False
) -> Iterator[Text]:
    """Yield the texts of a file.

    Args:
        data: the file as parsed.
        by_id: whether the tables at its top are items, each under its official id.
        skip_items: whether items with a basis are left out, as their words come from elsewhere.
    """
    yield from _walk(data, (), "", by_id, skip_items)


def _walk(
    value: Mapping[str, Any], path: KeyPath, owner: str, by_id: bool, skip_items: bool
) -> Iterator[Text]:
    own = value.get("id")
    owner = own if isinstance(own, str) and path else owner
    is_item = _is_item(path) or (by_id and len(path) == 1)
    if is_item and skip_items and "basis" in value:
        return
    for key, inner in value.items():
        at: KeyPath = (*path, key)
        if key in SKIPPED:
            continue
        if isinstance(inner, str) and key in SORTS:
            sort = Sort.ITEM_TITLE if key == "title" and is_item else SORTS[key]
            yield Text(at, sort, inner, owner)
        elif isinstance(inner, dict) and key == "titles":
            for name, text in inner.items():
                if isinstance(text, str):
                    yield Text((*at, name), Sort.HEADING, text, owner)
        elif isinstance(inner, dict):
            yield from _walk(inner, at, key if by_id and not path else owner, by_id, skip_items)
        elif isinstance(inner, list):
            for index, one in enumerate(inner):
                if isinstance(one, dict):
                    yield from _walk(one, (*at, index), owner, by_id, skip_items)
                elif isinstance(one, str) and key in SORTS:
                    yield Text((*at, index), SORTS[key], one, owner)


def _is_item(path: KeyPath) -> bool:
    return len(path) == 4 and path[0] == "section" and path[2] == "item"


class Places:
    """Finds the line of words in a text of a file, not only that of its key."""

    def __init__(self, text: str) -> None:
        self._lines = Lines(text)
        self._rows = [" ".join(row.split()).casefold() for row in text.split("\n")]

    def line_of(self, path: KeyPath, words: str = "") -> int:
        """Return the line on which words of the text at a path begin; that of its key else."""
        start = self._lines.of(path)
        wanted = " ".join(words.split()).casefold()
        if not wanted:
            return start
        first = wanted[:24]
        for number in range(start - 1, min(start + 60, len(self._rows))):
            here = self._rows[number]
            joined = " ".join(self._rows[number : number + 2])
            found = joined.find(first)
            if 0 <= found <= len(here):
                return number + 1
        return start
