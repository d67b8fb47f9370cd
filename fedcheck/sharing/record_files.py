"""Progress, requests, findings and sent reports merged record by record, from the bytes of three.

Nothing but the three texts is looked at, with one exception: the checklist of a progress file
states in which order its items are listed and which of them were renamed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.set_twice import SET_TWICE
from fedcheck.errors import InvalidFileError
from fedcheck.sharing.records import Choose, Merger
from fedcheck.sharing.remark import Remark
from fedcheck.storage import record_files
from fedcheck.storage.record_file import RecordFile, make_empty


class Texts(Struct, frozen=True):
    """What git hands over of a file: both sides, and the common ancestor (empty without one)."""

    base: bytes
    ours: bytes
    theirs: bytes


class Merged(Struct, frozen=True):
    """A merged file: its text, and what is to be listed."""

    data: bytes
    remarks: Sequence[Remark] = ()


def merge_record_files(
    path: Path,
    book: str,
    texts: Texts,
    order: Sequence[str] = (),
    renamed: Mapping[str, str] | None = None,
    choose: Choose | None = None,
    refs: Mapping[str, str] | None = None,
) -> Merged:
    """Return a record file merged three ways.

    An ancestor that cannot be read, as one that git made of two with a conflict, counts as none.

    Args:
        path: the file, for messages.
        book: its name as a book.
        texts: the three texts.
        order: the item ids of its checklist, if that is known.
        renamed: today's item ids by earlier ones.
        choose: decides where the sides differ, before the common ancestor does.
        refs: today's references of items by earlier ones, for requests and findings.

    Raises:
        InvalidFileError: where a side is broken, or of a newer format.
    """
    ours, theirs = (record_files.parse(path, raw, book) for raw in (texts.ours, texts.theirs))
    try:
        base = record_files.parse(path, texts.base, book) if texts.base else RecordFile(book)
    except InvalidFileError:
        base = RecordFile(book)
    sides = [
        _with_current_refs(one.renamed(renamed or {}), refs or {}) for one in (base, ours, theirs)
    ]
    merged, remarks = _merge(Merger(choose), *sides)
    return Merged(record_files.dump(merged, _complete_order(order, merged))[0], remarks)


def list_named_items(path: Path, book: str, raw: bytes) -> set[str]:
    """Return the references of items that the records of a file name; none where it is broken."""
    try:
        found = record_files.parse(path, raw, book) if raw else RecordFile(book)
    except InvalidFileError:
        return set()
    return {ref for one in found.records.values() for ref in getattr(one, "items", ())}


def _with_current_refs(found: RecordFile, refs: Mapping[str, str]) -> RecordFile:
    """Return a file whose requests and findings name items by today's references."""
    moved = {
        name: replace(one, items=tuple(dict.fromkeys(refs.get(ref, ref) for ref in one.items)))
        for name, one in found.records.items()
        if any(ref in refs for ref in getattr(one, "items", ()))
    }
    return found.with_records(moved) if moved else found


def _merge(
    merger: Merger, base: RecordFile, ours: RecordFile, theirs: RecordFile
) -> tuple[RecordFile, list[Remark]]:
    records = merger.merge_by_id(
        base.records, ours.records, theirs.records, lambda item: make_empty(base.name, item), ""
    )
    kept = {name: one for name, one in records.items() if one != make_empty(base.name, name)}
    extras = [
        {k: v for k, v in one.extra.items() if k != SET_TWICE} for one in (base, ours, theirs)
    ]
    extra, tables = merger.merge_keys(extras[0], extras[1], extras[2], "")
    found = replace(base, records=kept, extra=extra, texts={}, warnings=())
    return merger.keep_in_file(found, base, ours, theirs, tables), merger.remarks


def _complete_order(order: Sequence[str], merged: RecordFile) -> Sequence[str]:
    """Return the order of the checklist, with items that it does not have where they stand now."""
    if not order:
        return tuple(merged.records)
    known = dict.fromkeys(order)
    return (*known, *(name for name in merged.records if name not in known))
