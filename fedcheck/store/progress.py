"""Progress files: the records of one checklist, as TOML that people read, edit and diff.

One table per item in the order of the checklist, evidence as tables of its own, no key for a
default, unknown keys kept.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import tomli_w

from fedcheck.model.checklist import FORMAT
from fedcheck.model.dates import parse_date
from fedcheck.model.record import EMPTY, Evidence, Record
from fedcheck.store.decode import decode, keys_of
from fedcheck.store.problems import Collector, InvalidFileError, Problem
from fedcheck.store.toml import Document, parse

FOLDER = "progress"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a progress file holds.

    Attributes:
        extra: unknown keys at the top of the file.
        sha256: hash of the bytes that it was read from; empty for a file not there yet.
        texts: the text of records, kept so that a save only writes anew what changed.
    """

    checklist: str
    records: Mapping[str, Record] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)

    def with_record(self, item: str, record: Record) -> "Progress":
        """Return the progress with one record replaced; an empty record is left out."""
        records = {**self.records, item: record}
        if record == EMPTY and not record.extra:
            del records[item]
        texts = {name: text for name, text in self.texts.items() if name != item}
        return replace(self, records=records, texts=texts)


def path_of(root: Path, checklist: str) -> Path:
    """Return the progress file of a checklist."""
    return root / FOLDER / f"{checklist}.toml"


def load(path: Path, raw: bytes) -> tuple[Progress, list[Problem]]:
    """Read a progress file from its bytes, with everything that is wrong with it.

    Raises InvalidFileError where it is no TOML, or where a value is wrong: a record that cannot
    be read as a whole must not be saved over.
    """
    document = parse(path, raw)
    problems = document.collector()
    found = _from(document, problems)
    listed = problems.problems()
    if listed:
        raise InvalidFileError(listed)
    return found, listed


def _from(document: Document, problems: Collector) -> Progress:
    data = dict(document.data)
    checklist = data.pop("checklist", document.path.stem)
    if not isinstance(checklist, str):
        problems.add(("checklist",), "expected text in quotes")
        checklist = document.path.stem
    if "format" not in data:
        problems.add((), 'the key "format" is missing', "write format = 1 on the first line")
    data.pop("format", None)
    tables = data.pop("item", {})
    records: dict[str, Record] = {}
    if not isinstance(tables, dict):
        problems.add(("item",), 'expected tables such as [item."abc"]')
        tables = {}
    for name, table in tables.items():
        record = decode(Record, table, ("item", name), problems)
        if record is not None:
            records[name] = record
    return Progress(checklist, records, data, document.sha256)


def dump(progress: Progress, order: Iterable[str]) -> tuple[bytes, Progress]:
    """Return the file's bytes, and the progress with the texts it now knows.

    Items stand in the given order; records of items that the checklist no longer has come last.
    """
    known = dict.fromkeys(order)
    names = [name for name in known if name in progress.records]
    names += [name for name in progress.records if name not in known]
    texts = {
        name: progress.texts.get(name) or _record_text(name, progress.records[name])
        for name in names
    }
    head = {"format": FORMAT, "checklist": progress.checklist}
    plain = {k: v for k, v in progress.extra.items() if not isinstance(v, dict)}
    tables = {k: v for k, v in progress.extra.items() if isinstance(v, dict)}
    parts = [tomli_w.dumps({**head, **plain}), *texts.values()]
    if tables:
        parts.append(tomli_w.dumps(tables))
    return "\n".join(parts).encode("utf-8", "replace"), replace(progress, texts=texts)


def _record_text(name: str, record: Record) -> str:
    head = f"item.{_quoted(name)}"
    data = {k: v for k, v in _plain(record).items() if k != "evidence"}
    text = _table(f"[{head}]", head, {**data, **record.extra})
    for proof in record.evidence:
        inner = f"{head}.evidence"
        text += "\n" + _table(f"[[{inner}]]", inner, {**_plain(proof), **proof.extra})
    return text


def _plain(thing: Record | Evidence) -> dict[str, Any]:
    """Return the fields that differ from their defaults, in the order of the data class."""
    specs = keys_of(type(thing))
    data: dict[str, Any] = {}
    for name, spec in specs.items():
        value = getattr(thing, spec.field)
        if spec.required or value != _default(type(thing), spec.field):
            data[name] = _as_date(value) if name == "due" else value
    return data


def _default(cls: type, name: str) -> Any:
    return cls.__dataclass_fields__[name].default  # type: ignore[attr-defined]


def _as_date(text: str) -> date | str:
    try:
        return parse_date(text)
    except ValueError:
        return text


def _table(header: str, path: str, data: Mapping[str, Any]) -> str:
    """Write a table; tables inside it follow with headers of their own, never inline."""
    lines = [header + "\n"]
    inner: list[str] = []
    for key, value in data.items():
        under = f"{path}.{_quoted(key)}"
        if isinstance(value, dict):
            inner.append("\n" + _table(f"[{under}]", under, value))
        elif isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            inner += ["\n" + _table(f"[[{under}]]", under, v) for v in value]
        else:
            multiline = isinstance(value, str) and "\r" not in value
            lines.append(tomli_w.dumps({key: value}, multiline_strings=multiline))
    return "".join(lines + inner)


def _quoted(name: str) -> str:
    """Return a key in quotes, always: ids have dots, and one form makes small diffs."""
    return json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007F")
