"""Progress, requests, findings and sent reports merged record by record, from the bytes of three.

Nothing but the three texts is looked at, with one exception: the checklist of a progress file says
in which order its items are listed and which of them were renamed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

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
    """A merged file.

    Attributes:
        ours: its text; where there are conflicts, with our values in them.
        theirs: with their values.
        remarks: what is to be listed.
    """

    ours: bytes
    theirs: bytes
    remarks: Sequence[Remark] = ()

    @property
    def has_conflicts(self) -> bool:
        """Tell whether two sides set different values somewhere."""
        return any(one.is_conflict for one in self.remarks)


def merge_record_files(
    path: Path,
    book: str,
    texts: Texts,
    order: Sequence[str] = (),
    renamed: Mapping[str, str] | None = None,
    choose: Choose | None = None,
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

    Raises:
        InvalidFileError: where a side is broken, or of a newer format.
    """
    ours, theirs = (record_files.parse(path, raw, book) for raw in (texts.ours, texts.theirs))
    try:
        base = record_files.parse(path, texts.base, book) if texts.base else RecordFile(book)
    except InvalidFileError:
        base = RecordFile(book)
    sides = [one.renamed(renamed or {}) for one in (base, ours, theirs)]
    first, remarks = _merge(Merger("ours", choose), *sides)
    second = first
    if any(one.is_conflict for one in remarks):
        second, _ = _merge(Merger("theirs", choose), *sides)
    known = _complete_order(order, first)
    mine, other = (record_files.dump(one, known)[0] for one in (first, second))
    return Merged(mine, other, remarks)


def _merge(
    merger: Merger, base: RecordFile, ours: RecordFile, theirs: RecordFile
) -> tuple[RecordFile, list[Remark]]:
    records = merger.merge_by_id(
        base.records, ours.records, theirs.records, lambda item: make_empty(base.name, item), ""
    )
    kept = {name: one for name, one in records.items() if one != make_empty(base.name, name)}
    extra = merger.merge_keys(base.extra, ours.extra, theirs.extra, "")
    found = replace(base, records=kept, extra=extra, texts={}, warnings=())
    return found, merger.remarks


def _complete_order(order: Sequence[str], merged: RecordFile) -> Sequence[str]:
    """Return the order of the checklist, with items that it does not have where they stand now."""
    if not order:
        return tuple(merged.records)
    known = dict.fromkeys(order)
    return (*known, *(name for name in merged.records if name not in known))
