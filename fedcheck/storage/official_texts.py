"""Read and write `glossary.toml` and `controls.toml`: definitions, and what is added to controls.

An import of FedRAMP's rules writes them into the workspace. A process may ship a `glossary.toml`
with short definitions of our own. They are read when somebody asks for a term, and not before.
"""

import os
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.control_texts import ControlText, ControlTexts
from fedcheck.domain.terms import Glossary, Term
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import InvalidFileError, Problem
from fedcheck.storage.names import TEXT_NAMES
from fedcheck.storage.paths import find_shipped_checklists
from fedcheck.storage.problems import Collector
from fedcheck.storage.raw_files import read_bytes

GLOSSARY, CONTROLS = TEXT_NAMES

MOST_BYTES = 4 * 1024 * 1024
"""The largest file that is read; that of an official release is below 100 KB."""

MOST_ENTRIES = 2000
"""The most terms or controls of a file that are used; an official release has below 100."""

T = TypeVar("T", Glossary, ControlTexts)
E = TypeVar("E", Term, ControlText)

HEAD = "# Official text, written by fedcheck import rules. The next import replaces this file.\n"


class Terminology(Struct, frozen=True):
    """What is known of the terms of a workspace.

    Attributes:
        official: the definitions of the release that was imported; None without an import.
        own: our short definitions; None where the process has none.
        problems: what of the workspace's file cannot be used, as warnings.
    """

    official: Glossary | None = None
    own: Glossary | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """Return the official terms where there are any, else ours."""
        found = self.official or self.own
        return found.terms if found else ()


def text_path(root: Path, name: str) -> Path:
    """Return the file of the texts with a name."""
    return root / f"{name}.toml"


def load_terminology(root: Path, process: str) -> Terminology:
    """Return the terms of a workspace.

    Args:
        root: the workspace.
        process: the id of its process.

    Raises InvalidFileError where its glossary cannot be used at all.
    """
    official, problems = load_glossary(root)
    return Terminology(official, load_own_glossary(process), tuple(problems))


def load_glossary(root: Path) -> tuple[Glossary | None, list[Problem]]:
    """Return the definitions of the release that was imported, and what is wrong with the file.

    None without a file. Raises InvalidFileError where it cannot be used at all.
    """
    return _load(text_path(root, GLOSSARY), Glossary, root)


def load_own_glossary(process: str) -> Glossary | None:
    """Return our definitions for a process; None where it has none. Raises InvalidFileError."""
    return _load(text_path(find_shipped_checklists() / process, GLOSSARY), Glossary, None)[0]


def load_controls(root: Path) -> tuple[ControlTexts | None, list[Problem]]:
    """Return what the release that was imported adds to controls; see `load_glossary`."""
    return _load(text_path(root, CONTROLS), ControlTexts, root)


def list_text_problems(root: Path) -> list[Problem]:
    """Return everything that is wrong with the texts of a workspace, with lines; raises nothing."""
    return [one for name in TEXT_NAMES for one in check_text_file(text_path(root, name), root)]


def check_text_file(path: Path, under: Path | None = None) -> list[Problem]:
    """Return everything that is wrong with a file of texts, with lines; raises nothing.

    Args:
        path: the file; its name states which of the two it is.
        under: the workspace that it belongs to, if it does.
    """
    try:
        if path.name == text_path(path.parent, CONTROLS).name:
            return _load(path, ControlTexts, under)[1]
        return _load(path, Glossary, under)[1]
    except InvalidFileError as error:
        return error.problems


def _load(path: Path, cls: type[T], under: Path | None) -> tuple[T | None, list[Problem]]:
    if not os.path.lexists(path):
        return None, []
    raw = read_bytes(path, under)
    if len(raw) > MOST_BYTES:
        text = f"larger than {MOST_BYTES // (1024 * 1024)} MB"
        raise InvalidFileError([Problem(path, 0, text, "import the rules again")])
    from fedcheck.storage.decoder import decode  # loaded here: many workspaces have no such file
    from fedcheck.storage.toml_io import parse

    document = parse(path, raw)
    problems = document.collector()
    found = decode(cls, document.data, (), problems)
    if found is None:
        raise InvalidFileError(problems.problems())
    if isinstance(found, Glossary):
        found = replace(found, terms=_bounded("term", found.terms, problems))
    else:
        found = replace(found, controls=_bounded("control", found.controls, problems))
    for one in problems.found:
        one.severity = "warning"
    return found, problems.problems()


def _bounded(name: str, entries: tuple[E, ...], problems: Collector) -> tuple[E, ...]:
    """Return a bounded number of entries, each id once; note what is left out."""
    seen: dict[str, E] = {}
    for index, one in enumerate(entries[:MOST_ENTRIES]):
        if one.id in seen:
            text = f"{one_line(one.id, 60)} appears twice; the first one counts"
            problems.add((name, index, "id"), text, "remove one")
        seen.setdefault(one.id, one)
    if len(entries) > MOST_ENTRIES:
        text = f"{pluralize(len(entries), name)}; the first {MOST_ENTRIES} are used"
        problems.add((name, MOST_ENTRIES), text, "import the rules again")
    return tuple(seen.values())


def dump(texts: Glossary | ControlTexts) -> bytes:
    """Return texts as the bytes of their file: stable order, no key for a default."""
    from fedcheck.storage.toml_io import dumps, format_table

    values = _tables(texts)
    name = "term" if isinstance(texts, Glossary) else "control"
    tables = values.pop(name, [])
    parts = [HEAD + dumps(values)]
    parts += [format_table(f"[[{name}]]", name, one) for one in tables]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts).encode("utf-8", "replace")


def _tables(thing: Any) -> dict[str, Any]:
    """Return the TOML values of a data class, with those of the data classes in it."""
    from fedcheck.storage.toml_io import collect_toml_values

    values = collect_toml_values(thing)
    for name, value in values.items():
        if isinstance(value, list) and any(isinstance(one, Struct) for one in value):
            values[name] = [_tables(one) for one in value]
    return values
