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
from fedcheck.model.text import one_line
from fedcheck.store.decode import decode, keys_of
from fedcheck.store.problems import Collector, InvalidFileError, Problem
from fedcheck.store.toml import Document, parse

FOLDER = "progress"
DEEPEST = 40
"""How deep unknown keys may nest; we write them back, and nobody writes such a file by hand."""


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

    def renamed(self, names: Mapping[str, str]) -> "Progress":
        """Return the progress with records under today's ids (`names`: today's by earlier id).

        Where an item has a record under both, today's stands and the other one stays as it was.
        """
        moved = {
            old: new
            for old, new in names.items()
            if old in self.records and new not in self.records
        }
        if not moved:
            return self
        records = {moved.get(name, name): record for name, record in self.records.items()}
        texts = {name: text for name, text in self.texts.items() if name not in moved}
        return replace(self, records=records, texts=texts)


def path_of(root: Path, checklist: str) -> Path:
    """Return the progress file of a checklist."""
    return root / FOLDER / f"{checklist}.toml"


def load(path: Path, raw: bytes) -> tuple[Progress, list[Problem]]:
    """Read a progress file from its bytes, with everything that is wrong with it.

    Raises InvalidFileError where it is no TOML, where a value is wrong, or where it is the file
    of another checklist: a record that cannot be read as a whole must not be saved over.
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
    elif checklist != document.path.stem:
        text = f'this is the progress of "{one_line(checklist, 60)}"'
        hint = f'mend the key checklist, or name the file "{one_line(checklist, 60)}.toml"'
        problems.add(("checklist",), text, hint)
    if "format" not in data:
        problems.add((), 'the key "format" is missing', "write format = 1 on the first line")
    elif type(data["format"]) is not int:
        problems.add(("format",), "expected a whole number", "write format = 1")
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
            _check_record(name, record, problems)
    if _too_deep(data):
        problems.add((), "unknown keys are nested too deeply", "this is no file of fedcheck's")
    return Progress(checklist, records, data, document.sha256)


def _check_record(name: str, record: Record, problems: Collector) -> None:
    ids: set[str] = set()
    for index, proof in enumerate(record.evidence):
        if proof.id in ids:
            where = ("item", name, "evidence", index, "id")
            shown = one_line(proof.id, 60)
            problems.add(where, f'the evidence id "{shown}" stands twice', "give one a new id")
        ids.add(proof.id)
    if any(_too_deep(extra) for extra in (record.extra, *(p.extra for p in record.evidence))):
        problems.add(("item", name), "unknown keys are nested too deeply", "remove them")


def _too_deep(data: Any) -> bool:
    """Tell whether tables and lists nest deeper than we write back; without recursion."""
    level: list[Any] = [data]
    for _ in range(DEEPEST):
        inside = (one.values() if isinstance(one, dict) else one for one in level)
        level = [value for values in inside for value in values if isinstance(value, dict | list)]
        if not level:
            return False
    return True


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
