"""Read our own guidance on FedRAMP's rules: a table for each official id, in TOML files.

A table has `phase`, `section`, `title`, `summary`, `guidance`, `expects` and `carries-from`. The
files are one for each ruleset, and one or more for the indicators; their names mean nothing.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from fedcheck.domain.guidance import Words
from fedcheck.domain.key import is_id
from fedcheck.domain.text import one_line
from fedcheck.errors import InvalidFileError, Problem
from fedcheck.storage.atomic_files import toml_files
from fedcheck.storage.problems import Collector
from fedcheck.storage.toml_io import read

GUIDANCE = "guidance"
"""The folder of our guidance next to the lists of a process."""

LONGEST_TITLE = 60

_TEXTS = ("phase", "section", "title", "summary", "guidance")
_LISTS = ("expects", "carries-from")
_REQUIRED = ("phase", "section", "title", "summary")


class Guidance(Struct, frozen=True):
    """What we state about a rule or an indicator.

    Attributes:
        title: a fact that can be ticked.
        expects: the evidence to keep, a short phrase each.
        carries_from: items of other processes whose records a conversion proposes.
    """

    phase: str
    section: str
    title: str
    summary: str
    guidance: str = ""
    expects: tuple[str, ...] = ()
    carries_from: tuple[str, ...] = ()

    @property
    def words(self) -> Words:
        """Return what an item of a list states about it."""
        guidance = "\n\n".join(text for text in (self.summary, self.guidance) if text)
        return Words(self.title, guidance, self.expects)


def read_guidance(folder: Path) -> Mapping[str, Guidance]:
    """Return the guidance of all files of a folder, by official id.

    Raises InvalidFileError with every problem of the files.
    """
    found: dict[str, Guidance] = {}
    problems: list[Problem] = []
    for path in toml_files(folder):
        document = read(path)
        collector = document.collector()
        for name, one in _tables(document.data, collector):
            if name in found:
                collector.add((name,), f"{name} also has guidance in another file", "keep one")
            found.setdefault(name, one)
        problems += collector.problems()
    if problems:
        raise InvalidFileError(problems)
    return found


def _tables(data: Mapping[str, Any], problems: Collector) -> Iterator[tuple[str, Guidance]]:
    for name, table in data.items():
        if not isinstance(table, dict):
            problems.add((name,), "expected a table named after an official id", "remove the key")
            continue
        texts = {key: table.get(key, "") for key in _TEXTS}
        lists = {key: table.get(key, []) for key in _LISTS}
        wrong = [key for key, value in texts.items() if not isinstance(value, str)]
        wrong += [
            key
            for key, value in lists.items()
            if not isinstance(value, list) or any(not isinstance(one, str) for one in value)
        ]
        for key in wrong:
            problems.add((name, key), f"{key} is of the wrong type", "see the other tables")
        for key in table:
            if key not in (*_TEXTS, *_LISTS):
                text = f'unknown key "{one_line(key, 40)}"'
                problems.add((name, key), text, "known: " + ", ".join((*_TEXTS, *_LISTS)))
        if wrong:
            continue
        _check(name, texts, problems)
        texts = {key: value.strip() for key, value in texts.items()}
        expects, carries_from = (tuple(value) for value in lists.values())
        yield name, Guidance(**texts, expects=expects, carries_from=carries_from)


def _check(name: str, texts: Mapping[str, str], problems: Collector) -> None:
    for key in _REQUIRED:
        if not texts[key].strip():
            problems.add((name, key), f"{key} is missing", "write it")
    for key in ("phase", "section"):
        if texts[key] and not is_id(texts[key]):
            problems.add((name, key), f"{key} is not an id", "use lower-case letters and hyphens")
    if len(texts["title"]) > LONGEST_TITLE:
        text = f"the title has {len(texts['title'])} characters"
        problems.add((name, "title"), text, f"at most {LONGEST_TITLE}")
