"""The one way a change reaches the disk (design, section 6).

Under the lock: read the file again if it is not as last seen, apply the change to what is there,
replace the file as a whole, append the history, note the hash. A crash at any point leaves the
old state or the new one; a difference that the history does not explain is added to it as done
outside fedcheck at the next save.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.change import (
    OUTSIDE,
    Change,
    HistoryLine,
    Thing,
    differences,
    imported,
)
from fedcheck.domain.edits import LookUp
from fedcheck.domain.field_values import field_value, with_field
from fedcheck.domain.finding import Finding
from fedcheck.domain.item_rules import clear_outcome_if_open
from fedcheck.domain.key import is_id
from fedcheck.domain.record import Record
from fedcheck.domain.reference import split
from fedcheck.domain.request import Request
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import (
    atomic_files,
    checklist_writer,
    history,
    local_state,
    progress_files,
    record_files,
)
from fedcheck.storage.paths import MACHINE
from fedcheck.storage.reconcile import all_outside_changes, outside_changes
from fedcheck.storage.record_file import RecordFile
from fedcheck.storage.toml_io import read_bytes

Guard = Callable[[Change, Thing], None]
"""Looks at a change and the record that it meets on disk; raises where it must not be made."""


class TransactionHead(Struct, frozen=True):
    """Who makes changes, when, as what action.

    Attributes:
        undoes: the action that it takes back.
        imported: what an import brought, for the history; empty for any other action.
    """

    by: str
    at: datetime
    tx: str
    undoes: str = ""
    imported: str = ""


class Saved(Struct, frozen=True):
    """What was saved: the books as they are now, and the changes as they were made."""

    books: Mapping[str, RecordFile]
    changes: tuple[Change, ...]

    @property
    def provable(self) -> Iterator[Record | Request | Finding]:
        """Yield the records that can have evidence."""
        for book in self.books.values():
            for record in book.records.values():
                if isinstance(record, Record | Request | Finding):
                    yield record


class UnnotedError(FedcheckError):
    """Changes are on the disk, but their history lines were refused; carries those lines."""

    def __init__(self, message: str, hint: str, lines: Sequence[HistoryLine]) -> None:
        super().__init__(message, hint)
        self.lines = tuple(lines)


class ConflictError(FedcheckError):
    """Another person changed a field since it was looked at; carries what it holds now."""

    def __init__(self, change: Change, now: str) -> None:
        super().__init__(
            f"{change.ref}: the {change.field} was changed meanwhile", "", ErrorKind.REFUSED
        )
        self.change = change
        self.now = now


def unless_changed(name: str, seen: str) -> Guard:
    """Return a guard that refuses to write over a text that is no longer what a person saw."""

    def guard(change: Change, record: Thing) -> None:
        now = field_value(record, change.field) or ""
        if change.field == name and now not in (seen, change.new or ""):
            raise ConflictError(change, now)

    return guard


def unless_changed_since(change: Change, record: Thing) -> None:
    """Refuse to take back a value that somebody has changed since."""
    if field_value(record, change.field) not in (change.old, change.new):
        raise FedcheckError(
            f"{change.ref}: {change.field.partition('.')[0]} was changed since by somebody else",
            "look at it with fedcheck history, then set it by hand",
            ErrorKind.REFUSED,
        )


Plan = Callable[[LookUp], Iterable[Change]]
"""Works out changes from what is on disk."""


def allow(change: Change, record: Thing) -> None:
    """Let every change pass: the later of two writers stands."""


def commit(
    root: Path,
    known: Mapping[str, RecordFile],
    orders: Mapping[str, Sequence[str]],
    changes: Iterable[Change],
    deed: TransactionHead,
    guard: Guard = allow,
    renamed: Mapping[str, Mapping[str, str]] | None = None,
) -> Saved:
    """Save changes; their `old` is replaced by what the disk holds. See `commit_planned`."""
    return commit_planned(root, known, orders, lambda _: changes, deed, guard, renamed)


def commit_planned(
    root: Path,
    known: Mapping[str, RecordFile],
    orders: Mapping[str, Sequence[str]],
    plan: Plan,
    deed: TransactionHead,
    guard: Guard = allow,
    renamed: Mapping[str, Mapping[str, str]] | None = None,
    rewritten: Sequence[checklist_writer.Rewritten] = (),
) -> Saved:
    """Work out changes from what is on disk, and save them; on return they are there, whole.

    Args:
        root: the workspace.
        known: the books as last read, so that unchanged ones are not parsed again.
        orders: the item ids of each checklist in its order.
        plan: works out the changes, under the lock, from the records as they are on disk.
        deed: who, when, and as part of what.
        guard: may refuse a change after a look at the record on disk; then nothing is saved.
        renamed: today's item ids by earlier ones, for each checklist that has renamed any.
        rewritten: the workspace's own lists that come, change or go with it. What comes is
            written first and what goes is removed last: no record is ever without its list.

    Raises FedcheckError (status 3) where the workspace is locked, a file cannot be parsed, a
    change makes no sense, or the disk refuses. Nothing of a refused file is changed.
    """
    names = renamed or {}
    current: dict[str, RecordFile] = {}

    def record(ref: str) -> Thing:
        owner, item = split(ref)
        if owner not in current:
            found = _current(root, owner, known.get(owner))
            current[owner] = found.renamed(names.get(owner, {}))
        return current[owner].get(item)

    with local_state.locked(root):
        _tidy(root)
        by_list = _by_list(plan(record), names)
        seen = local_state.seen_hashes(root)
        ready = {}
        outside: list[Change] = []
        made: list[Change] = []
        for checklist, wanted in by_list.items():
            today = names.get(checklist, {})
            found = _current(root, checklist, known.get(checklist))
            if found.sha256 != seen.get(record_files.file_name(checklist), ""):
                outside += outside_changes(root, found, today)
            updated, actual = _applied(found.renamed(today), wanted, guard, bool(deed.undoes))
            made += actual
            ready[checklist] = updated, any(change.old != change.new for change in actual)
        raws: dict[str, bytes] = {}
        written = {}
        for checklist, (updated, is_new) in ready.items():
            if is_new:
                raws[checklist], updated = record_files.dump(updated, orders.get(checklist, ()))
                updated = replace(updated, sha256=hashlib.sha256(raws[checklist]).hexdigest())
            seen[record_files.file_name(checklist)] = updated.sha256
            written[checklist] = updated
        made = [*checklist_writer.changes_of(root, rewritten), *made]
        log = local_state.history_for(root, deed.by) if outside or made else None
        checklist_writer.write(root, rewritten)
        atomic_files.write_all(
            {record_files.path_of(root, name): raw for name, raw in raws.items()}
        )
        checklist_writer.take_away(root, rewritten)
        lines = [HistoryLine(c, deed.at, OUTSIDE, f"{deed.tx}-outside") for c in outside]
        named = [imported(deed.tx, deed.imported)] if made and deed.imported else []
        lines += [HistoryLine(c, deed.at, deed.by, deed.tx, deed.undoes) for c in [*named, *made]]
        _note(log, lines)
        local_state.note_hashes(root, seen)
    return Saved(written, tuple(made))


def note_owed(root: Path, by: str, lines: Sequence[HistoryLine]) -> None:
    """Write history lines that a full disk refused when their changes were saved.

    Raises FedcheckError where it still refuses.
    """
    with local_state.locked(root):
        _note(local_state.history_for(root, by), lines)


def note_outside(
    root: Path, deed: TransactionHead, renamed: Mapping[str, Mapping[str, str]]
) -> list[Change]:
    """Add to the history what was done outside fedcheck; return it. Changes no progress file.

    Raises FedcheckError (status 3) where the workspace is locked or cannot be written.
    """
    changes, hashes = all_outside_changes(root, renamed)
    if not hashes or not (changes or (root / MACHINE).exists()):
        return []  # nothing is new, or nothing was ever saved here by fedcheck
    with local_state.locked(root):
        changes, hashes = all_outside_changes(root, renamed)
        lines = [HistoryLine(change, deed.at, OUTSIDE, deed.tx) for change in changes]
        _note(local_state.history_for(root, deed.by) if lines else None, lines)
        local_state.note_hashes(root, {**local_state.seen_hashes(root), **hashes})
    return changes


def _note(log: Path | None, lines: Sequence[HistoryLine]) -> None:
    """Append lines to a history file. Raises UnnotedError where the disk refuses."""
    if log is None:
        return
    try:
        history.append(log, lines)
    except FedcheckError as error:
        raise UnnotedError(f"{error}; the change itself is saved", error.hint, lines) from error


def _tidy(root: Path) -> None:
    """Remove what killed processes left where saves are made."""
    for folder in ("", progress_files.FOLDER, history.FOLDER, MACHINE):
        atomic_files.sweep(root / folder)


def _current(root: Path, checklist: str, known: RecordFile | None) -> RecordFile:
    """Return the progress file as it is on disk, parsed again only if it is not the known one."""
    path = record_files.path_of(root, checklist)
    if not os.path.lexists(path):
        return RecordFile(checklist)
    raw = read_bytes(path)
    if known is not None and known.sha256 == hashlib.sha256(raw).hexdigest():
        return known
    return record_files.parse(path, raw, checklist)


def _by_list(
    changes: Iterable[Change], names: Mapping[str, Mapping[str, str]]
) -> dict[str, list[Change]]:
    """Return the changes by checklist, under today's ids of items that were renamed."""
    by_list: dict[str, list[Change]] = {}
    for change in changes:
        checklist, item = split(change.ref)
        if not is_id(checklist):
            raise FedcheckError(f"{change.ref!r} is no reference of an item", "", ErrorKind.USAGE)
        ref = f"{checklist}:{names.get(checklist, {}).get(item, item)}"
        by_list.setdefault(checklist, []).append(replace(change, ref=ref))
    return by_list


def _applied(
    found: RecordFile, wanted: list[Change], guard: Guard, keep_all: bool
) -> tuple[RecordFile, list[Change]]:
    """Apply changes to what is on disk; those that would change nothing are left out.

    They stay in when an action is taken back (`keep_all`): history has to say that it was, or the
    next undo would meet it again.
    """
    actual = []
    for change in wanted:
        item = split(change.ref)[1]
        record = found.get(item)
        try:
            guard(change, record)
            before = field_value(record, change.field)
            updated = with_field(record, change.field, change.new)
        except (AttributeError, KeyError, ValueError) as error:
            text = f"{change.ref}: {change.field} cannot be changed: {error}"
            raise FedcheckError(text, "look at it with fedcheck history") from None
        if before != change.new or keep_all:
            actual.append(Change(change.ref, change.field, before, change.new))
        if before != change.new:
            found = found.with_record(item, updated)
    for ref in dict.fromkeys(change.ref for change in wanted if change.field == "status"):
        record = found.get(split(ref)[1])
        if isinstance(record, Record):
            actual += differences(ref, record, clear_outcome_if_open(record))
            found = found.with_record(split(ref)[1], clear_outcome_if_open(record))
    return found, actual
