"""Progress files: the records of one checklist, as TOML that people read, edit and diff.

One table per item in the order of the checklist, evidence as tables of its own, no key for a
default, unknown keys kept.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from fedcheck.domain.checklist import FORMAT
from fedcheck.domain.record import Record
from fedcheck.domain.text import one_line
from fedcheck.storage.problems import Collector, list_warnings
from fedcheck.storage.record_file import RecordFile
from fedcheck.storage.toml_io import (
    Document,
    collect_toml_values,
    dumps,
    format_table,
    parse,
    quote_key,
)

MAX_DEPTH = 40
"""How deep unknown keys may nest; we write them back, and nobody writes such a file by hand."""


def load(path: Path, raw: bytes) -> RecordFile:
    """Read a progress file from its bytes.

    Raises InvalidFileError, with all its problems, where it is no TOML, where a value is wrong, or
    where it is the file of another checklist: a record that cannot be read as a whole must not be
    saved over. Warnings stay with what was read.
    """
    document = parse(path, raw)
    problems = document.collector()
    found = _build_record_file(document, problems)
    return replace(found, warnings=list_warnings(problems))


def _build_record_file(document: Document, problems: Collector) -> RecordFile:
    # Loaded here: what is in the cache needs neither.
    from fedcheck.storage.decoder import decode
    from fedcheck.storage.quick_decoder import decode_all_quickly

    data = dict(document.data)
    checklist = data.pop("checklist", document.path.stem)
    if not isinstance(checklist, str):
        problems.add(("checklist",), "expected text in quotes")
        checklist = document.path.stem
    elif checklist != document.path.stem:
        text = f'this is the progress of "{one_line(checklist, 60)}"'
        hint = f'correct the key checklist, or name the file "{one_line(checklist, 60)}.toml"'
        problems.add(("checklist",), text, hint)
    if "format" not in data:
        problems.add((), 'the key "format" is missing', "write format = 1 on the first line")
    elif type(data["format"]) is not int:
        problems.add(("format",), "expected a whole number", "write format = 1")
    data.pop("format", None)
    tables = data.pop("item", {})
    if not isinstance(tables, dict):
        problems.add(("item",), 'expected tables such as [item."abc"]')
        tables = {}
    records: dict[str, Record] = {}
    decoded = decode_all_quickly(Record, list(tables.values()))
    for place, (name, fields) in enumerate(tables.items()):
        record = decoded[place] if decoded else decode(Record, fields, ("item", name), problems)
        if record is not None:
            records[name] = record
            if problems.found or not _is_plain(record):
                _check_record(name, fields, record, problems)
    if _is_too_deep(data):
        problems.add((), "unknown keys are nested too deeply", "this is not a fedcheck file")
    return RecordFile(checklist, records, data, document.sha256)


def _is_plain(record: Record) -> bool:
    """Return whether a record that was read whole has no evidence id twice and no unknown key."""
    seen: set[str] = set()
    for one in record.evidence:
        if one.extra or one.id in seen:
            return False
        seen.add(one.id)
    return not record.extra


def _check_record(
    name: str, fields: Mapping[str, Any], record: Record, problems: Collector
) -> None:
    ids: set[str] = set()
    evidence_items = fields.get("evidence")
    for index, evidence_item in enumerate(
        evidence_items if isinstance(evidence_items, list) else ()
    ):
        found = evidence_item.get("id") if isinstance(evidence_item, dict) else None
        if not isinstance(found, str):
            continue
        if found in ids:
            where = ("item", name, "evidence", index, "id")
            shown = one_line(found, 60)
            problems.add(where, f'the evidence id "{shown}" appears twice', "give one a new id")
        ids.add(found)
    if any(_is_too_deep(extra) for extra in (record.extra, *(p.extra for p in record.evidence))):
        problems.add(("item", name), "unknown keys are nested too deeply", "remove them")


def _is_too_deep(data: Any) -> bool:
    """Return whether tables and lists nest deeper than we write back; without recursion."""
    level: list[Any] = [data]
    for _ in range(MAX_DEPTH):
        inside = (one.values() if isinstance(one, dict) else one for one in level)
        level = [value for values in inside for value in values if isinstance(value, dict | list)]
        if not level:
            return False
    return True


def dump(book: RecordFile, order: Iterable[str]) -> tuple[bytes, RecordFile]:
    """Return the file's bytes, and the book with the texts it now knows.

    Items are in the given order; records of items that the checklist no longer has come last.
    """
    known = dict.fromkeys(order)
    names = [name for name in known if name in book.records]
    names += [name for name in book.records if name not in known]
    texts = {
        name: book.texts.get(name) or _format_record(name, book.records[name]) for name in names
    }
    head = {"format": FORMAT, "checklist": book.name}
    plain = {k: v for k, v in book.extra.items() if not isinstance(v, dict)}
    tables = {k: v for k, v in book.extra.items() if isinstance(v, dict)}
    parts = [dumps({**head, **plain}), *texts.values()]
    if tables:
        parts.append(dumps(tables))
    return "\n".join(parts).encode("utf-8", "replace"), replace(book, texts=texts)


def _format_record(name: str, record: Record) -> str:
    head = f"item.{quote_key(name)}"
    data = {k: v for k, v in collect_toml_values(record).items() if k != "evidence"}
    text = format_table(f"[{head}]", head, data)
    for evidence_item in record.evidence:
        inner = f"{head}.evidence"
        text += "\n" + format_table(f"[[{inner}]]", inner, collect_toml_values(evidence_item))
    return text
