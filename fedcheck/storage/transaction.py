"""The one way a change reaches the disk (design, section 6).

Under the lock: read the file again if it is not as last seen, apply the change to what is there,
replace the file as a whole, append the history, note the hash. A crash at any point leaves the
old state or the new one; a difference that the history does not explain is added to it as done
outside fedcheck at the next save.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.change import (
    OUTSIDE,
    AnyRecord,
    Change,
    HistoryLine,
    diff_records,
    imported,
)
from fedcheck.domain.checklist import Item
from fedcheck.domain.edits import Edit, LookUp, plan_edits
from fedcheck.domain.field_values import field_value, with_known_fields
from fedcheck.domain.finding import Finding
from fedcheck.domain.item_rules import clear_outcome_if_open
from fedcheck.domain.key import is_id
from fedcheck.domain.record import Record
from fedcheck.domain.reference import split_ref
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
from fedcheck.storage.paths import LOCAL_STATE
from fedcheck.storage.reconcile import list_all_outside_changes, list_outside_changes
from fedcheck.storage.record_file import RecordFile
from fedcheck.storage.toml_io import read_bytes

Guard = Callable[[Change, AnyRecord], None]
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


class CommitResult(Struct, frozen=True):
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


class HistoryRefusedError(FedcheckError):
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


def guard_unchanged(name: str, seen: str) -> Guard:
    """Return a guard that refuses to write over a text that is no longer what a person saw."""

    def guard(change: Change, record: AnyRecord) -> None:
        now = field_value(record, change.field) or ""
        if change.field == name and now not in (seen, change.new or ""):
            raise ConflictError(change, now)

    return guard


def unless_changed_since(change: Change, record: AnyRecord) -> None:
    """Refuse to take back a value that somebody has changed since."""
    if field_value(record, change.field) not in (change.old, change.new):
        raise FedcheckError(
            f"{change.ref}: {change.field.partition('.')[0]} was changed since by somebody else",
            "look at it with fedcheck history, then set it by hand",
            ErrorKind.REFUSED,
        )


Plan = Callable[[LookUp], Iterable[Change]]
"""Works out changes from what is on disk."""


def plan_of(
    edits: Sequence[tuple[str, Edit]], items: Mapping[str, Item | None], today: date, by: str
) -> Plan:
    """Return the plan that makes edits of the records that are on disk then."""
    return lambda look: plan_edits(edits, look, items, today, by)


def plan_changes(changes: Sequence[Change]) -> Plan:
    """Return the plan that makes changes as they were worked out before."""
    return lambda _: changes


def allow_all(change: Change, record: AnyRecord) -> None:
    """Let every change pass: the later of two writers stands."""


def commit(
    root: Path,
    known: Mapping[str, RecordFile],
    orders: Mapping[str, Sequence[str]],
    changes: Iterable[Change],
    deed: TransactionHead,
    guard: Guard = allow_all,
    renamed: Mapping[str, Mapping[str, str]] | None = None,
) -> CommitResult:
    """Save changes; their `old` is replaced by what the disk holds. See `commit_planned`."""
    return commit_planned(root, known, orders, lambda _: changes, deed, guard, renamed)


def commit_planned(
    root: Path,
    known: Mapping[str, RecordFile],
    orders: Mapping[str, Sequence[str]],
    plan: Plan,
    deed: TransactionHead,
    guard: Guard = allow_all,
    renamed: Mapping[str, Mapping[str, str]] | None = None,
    rewritten: Sequence[checklist_writer.Rewritten] = (),
) -> CommitResult:
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

    Raises FedcheckError where the workspace is locked, a file cannot be parsed, a
    change makes no sense, or the disk refuses. Nothing of a refused file is changed.
    """
    names = renamed or {}
    current: dict[str, RecordFile] = {}

    def record(ref: str) -> AnyRecord:
        owner, item = split_ref(ref)
        if owner not in current:
            found = _read_current(root, owner, known.get(owner))
            current[owner] = found.renamed(names.get(owner, {}))
        return current[owner].get(item)

    with local_state.lock_workspace(root):
        _remove_stray_files(root)
        by_list = _group_by_checklist(plan(record), names)
        seen = local_state.load_seen_hashes(root)
        ready = {}
        outside: list[Change] = []
        made: list[Change] = []
        for checklist, wanted in by_list.items():
            today = names.get(checklist, {})
            found = _read_current(root, checklist, known.get(checklist))
            if found.sha256 != seen.get(record_files.file_name(checklist), ""):
                outside += list_outside_changes(root, found, today)
            updated, actual = _apply(found.renamed(today), wanted, guard, bool(deed.undoes))
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
        log = local_state.resolve_history_file(root, deed.by) if outside or made else None
        checklist_writer.write(root, rewritten)
        atomic_files.replace_files(
            {record_files.path_of(root, name): raw for name, raw in raws.items()}
        )
        checklist_writer.take_away(root, rewritten)
        lines = [HistoryLine(c, deed.at, OUTSIDE, f"{deed.tx}-outside") for c in outside]
        named = [imported(deed.tx, deed.imported)] if made and deed.imported else []
        lines += [HistoryLine(c, deed.at, deed.by, deed.tx, deed.undoes) for c in [*named, *made]]
        _append_lines(log, lines)
        local_state.note_hashes(root, seen)
    return CommitResult(written, tuple(made))


def append_refused_lines(root: Path, by: str, lines: Sequence[HistoryLine]) -> None:
    """Write history lines that a full disk refused when their changes were saved.

    Raises FedcheckError where it still refuses.
    """
    with local_state.lock_workspace(root):
        _append_lines(local_state.resolve_history_file(root, by), lines)


def record_outside_changes(
    root: Path, deed: TransactionHead, renamed: Mapping[str, Mapping[str, str]]
) -> list[Change]:
    """Add to the history what was done outside fedcheck; return it. Changes no progress file.

    Raises FedcheckError where the workspace is locked or cannot be written.
    """
    changes, hashes = list_all_outside_changes(root, renamed)
    if not hashes or not (changes or (root / LOCAL_STATE).exists()):
        return []  # nothing is new, or nothing was ever saved here by fedcheck
    with local_state.lock_workspace(root):
        changes, hashes = list_all_outside_changes(root, renamed)
        lines = [HistoryLine(change, deed.at, OUTSIDE, deed.tx) for change in changes]
        _append_lines(local_state.resolve_history_file(root, deed.by) if lines else None, lines)
        local_state.note_hashes(root, {**local_state.load_seen_hashes(root), **hashes})
    return changes


def _append_lines(log: Path | None, lines: Sequence[HistoryLine]) -> None:
    """Append lines to a history file. Raises UnnotedError where the disk refuses."""
    if log is None:
        return
    try:
        history.append(log, lines)
    except FedcheckError as error:
        raise HistoryRefusedError(
            f"{error}; the change itself is saved", error.hint, lines
        ) from error


def _remove_stray_files(root: Path) -> None:
    """Remove what killed processes left where saves are made."""
    for folder in ("", progress_files.FOLDER, history.FOLDER, LOCAL_STATE):
        atomic_files.remove_stray_files(root / folder)


def _read_current(root: Path, checklist: str, known: RecordFile | None) -> RecordFile:
    """Return the progress file as it is on disk, parsed again only if it is not the known one."""
    path = record_files.path_of(root, checklist)
    if not os.path.lexists(path):
        return RecordFile(checklist)
    raw = read_bytes(path)
    if known is not None and known.sha256 == hashlib.sha256(raw).hexdigest():
        return known
    return record_files.parse(path, raw, checklist)


def _group_by_checklist(
    changes: Iterable[Change], names: Mapping[str, Mapping[str, str]]
) -> dict[str, list[Change]]:
    """Return the changes by checklist, under today's ids of items that were renamed."""
    by_list: dict[str, list[Change]] = {}
    for change in changes:
        checklist, item = split_ref(change.ref)
        if not is_id(checklist):
            raise FedcheckError(f"{change.ref!r} is no reference of an item", "", ErrorKind.USAGE)
        ref = f"{checklist}:{names.get(checklist, {}).get(item, item)}"
        by_list.setdefault(checklist, []).append(replace(change, ref=ref))
    return by_list


def _apply(
    found: RecordFile, wanted: list[Change], guard: Guard, keep_all: bool
) -> tuple[RecordFile, list[Change]]:
    """Apply changes to what is on disk; those that would change nothing are left out.

    They stay in when an action is taken back (`keep_all`): history has to say that it was, or the
    next undo would meet it again.
    """
    actual = []
    records: dict[str, AnyRecord] = {}
    pending: dict[str, dict[str, Any]] = {}
    for change in wanted:
        item = split_ref(change.ref)[1]
        set_before = pending.setdefault(item, {})
        if change.field in set_before:  # the second change of a field meets the first
            records[item] = _with_values(change.ref, records[item], pending.pop(item))
            set_before = pending.setdefault(item, {})
        record = records.setdefault(item, found.get(item))
        try:
            guard(change, record)
            before = field_value(record, change.field)
        except (AttributeError, KeyError, ValueError) as error:
            raise _unchangeable(change.ref, change.field, error) from None
        if before != change.new or keep_all:
            actual.append(Change(change.ref, change.field, before, change.new))
        set_before[change.field] = change.new
    for item, values in pending.items():
        records[item] = _with_values(f"{found.name}:{item}", records[item], values)
    for ref in dict.fromkeys(change.ref for change in wanted if change.field == "status"):
        record = records[split_ref(ref)[1]]
        if isinstance(record, Record):
            actual += diff_records(ref, record, clear_outcome_if_open(record))
            records[split_ref(ref)[1]] = clear_outcome_if_open(record)
    changed = {item: record for item, record in records.items() if record != found.get(item)}
    return (found.with_records(changed) if changed else found), actual


def _with_values(ref: str, record: AnyRecord, values: Mapping[str, Any]) -> AnyRecord:
    """Return a record with fields set, all at once: one by one takes long for much evidence."""
    try:
        return with_known_fields(record, values)
    except (AttributeError, KeyError, ValueError):
        pass  # which of them it is shows one by one
    for name, value in values.items():
        try:
            record = with_known_fields(record, {name: value})
        except (AttributeError, KeyError, ValueError) as error:
            raise _unchangeable(ref, name, error) from None
    return record


def _unchangeable(ref: str, field: str, error: Exception) -> FedcheckError:
    text = f"{ref}: {field} cannot be changed: {error}"
    return FedcheckError(text, "look at it with fedcheck history")
