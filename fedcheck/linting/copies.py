"""Runs of words that our texts share with official ones, which are read from a folder."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

LENGTH = 8
"""Words in a row that count as copied."""

KINDS = (".txt", ".md", ".json")
"""The files that are read as official texts."""

_WORD = re.compile(r"[a-z0-9']+")

Run = tuple[str, ...]


class Copied(Struct, frozen=True):
    """A run of words of one of our texts that is in an official text too.

    Attributes:
        place: the key of our text.
        words: the whole run, as long as it goes on.
        document: name of the file that has it.
    """

    place: object
    words: str
    count: int
    document: str


def split_words(text: str) -> list[str]:
    """Return the words of a text as runs compare them: lower case, without punctuation."""
    return _WORD.findall(text.lower().replace("\u2019", "'"))


def list_runs(text: str, length: int = LENGTH) -> Iterator[Run]:
    """Yield each run of so many words in a row."""
    words = split_words(text)
    return zip(*(words[start:] for start in range(length)), strict=False)


def list_strings(value: object) -> Iterator[str]:
    """Yield every text of a JSON value, its lists of terms excepted: they are names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from list_strings(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key != "terms":
                yield from list_strings(one)


def find_official_texts(near: Path) -> list[Path]:
    """Return the folders with official texts next to a checkout; a clone has none.

    Args:
        near: a folder inside of the checkout.
    """
    for place in list(near.resolve().parents)[1:4]:
        texts, rules = place / "shared/reference/official", place / "shared/data/rules"
        if texts.is_dir():
            releases = (
                sorted(one for one in rules.iterdir() if one.is_dir()) if rules.is_dir() else []
            )
            return [texts, *releases[-1:]]
    return []


def read_official_texts(folders: Iterable[Path]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield name and texts of each file in folders of official texts; what is unreadable is not."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() not in KINDS or not path.is_file():
                continue
            text = path.read_text(encoding="utf-8", errors="replace")
            if path.suffix.lower() == ".json":
                if "schema" in path.name:
                    continue
                try:
                    yield path.name, list(list_strings(json.loads(text)))
                except ValueError:
                    continue
            else:
                yield path.name, [text]


def find_copies(
    texts: Mapping[object, str],
    official: Iterable[tuple[str, Sequence[str]]],
    names: Collection[str] = (),
) -> list[Copied]:
    """Return the runs of eight words or more that our texts share with official ones.

    A run that is part of the title of a document is none, nor one that is mostly numbers.

    Args:
        texts: our texts, by a key of the caller's.
        official: name and texts of each official document.
        names: titles that may be quoted whole.
    """
    wanted: dict[Run, str] = {run: "" for text in texts.values() for run in list_runs(text)}
    quoted = {run for name in names for run in list_runs(name)}
    for document, parts in official:
        for part in parts:
            for run in list_runs(part):
                if wanted.get(run) == "":
                    wanted[run] = document
    found: list[Copied] = []
    for place, text in texts.items():
        words = split_words(text)
        hits = [
            bool(wanted[run]) and run not in quoted and not _is_mostly_numbers(run)
            for run in list_runs(text)
        ]
        start = 0
        while start < len(hits):
            if not hits[start]:
                start += 1
                continue
            end = start
            while end < len(hits) and hits[end]:
                end += 1
            whole = words[start : end + LENGTH - 1]
            document = wanted[tuple(words[start : start + LENGTH])]
            found.append(Copied(place, " ".join(whole), len(whole), document))
            start = end
    return found


def _is_mostly_numbers(run: Run) -> bool:
    return 2 * sum(any(c.isdigit() for c in word) or len(word) < 3 for word in run) >= len(run) + 2
