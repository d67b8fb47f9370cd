"""The one way a change reaches the disk (design, section 6).

Under the lock: read the file again if it is not as last seen, apply the change to what is there,
replace the file as a whole, append the history, note the hash. A crash at any point leaves the
old state or the new one; a difference that the history does not explain is added to it as done
outside fedcheck at the next save.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.alternatives import list_unsettled_fields, without_tables_of
from fedcheck.domain.change import AnyRecord, Change, HistoryLine, diff_records, imported
from fedcheck.domain.checklist import Item
from fedcheck.domain.edits import Edit, LookUp, plan_edits
from fedcheck.domain.field_values import (
    EVIDENCE_PREFIX,
    PLACE,
    field_value,
    list_places,
    unplaced,
    with_known_fields,
)
from fedcheck.domain.finding import Finding
from fedcheck.domain.item_rules import clear_outcome_if_open, drop_outdated_agreement
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
    record_files,
)
from fedcheck.storage.cache import NO_CACHE, Cache
from fedcheck.storage.guards import Guard, allow_all
from fedcheck.storage.local_state import LocalNotes
from fedcheck.storage.outside_notes import (
    HistoryRefusedError,
    TransactionHead,
    append_lines,
    outside_lines,
)
from fedcheck.storage.paths import LOCAL_STATE, workspace_of
from fedcheck.storage.presence import Identity
from fedcheck.storage.raw_files import read_bytes
from fedcheck.storage.reconcile import (
    OutsideState,
    Tips,
    has_news,
    is_git_at_work,
    list_all_outside_changes,
)
from fedcheck.storage.record_file import PROGRESS_FOLDER, RecordFile
from fedcheck.storage.saved_file import SavedFile, refuse_unreadable, replace_saved_files


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


class Part(Struct, frozen=True):
    """What a transaction does in one place: the workspace, or its private folder.

    Attributes:
        home: the place.
        known: the records there as last read, so that unchanged files are not parsed again.
        orders: the item ids of each checklist in its order.
        plan: works out the changes, under the lock, from the records as they are on disk.
        rewritten: the workspace's own lists that come, change or go with it. What comes is
            written first and what goes is removed last: no record is ever without its list.
        cache: where parsed files are kept.
    """

    home: Path
    known: Mapping[str, RecordFile]
    orders: Mapping[str, Sequence[str]]
    plan: Plan
    rewritten: Sequence[checklist_writer.Rewritten] = ()
    cache: Cache = NO_CACHE


class _Prepared(Struct, frozen=True):
    """A part that was worked out and not written yet.

    Attributes:
        tips: how the history files end.
        lists: the changes of lists of the workspace's own.
        outside: what the history does not explain of what was there before.
        is_waiting: whether that is noted later, once git has finished what it is at.
    """

    part: Part
    notes: LocalNotes
    tips: Tips
    files: dict[str, SavedFile]
    lists: list[Change]
    outside: OutsideState
    is_waiting: bool = False

    @property
    def made(self) -> list[Change]:
        """Return the changes of this part."""
        return [*self.lists, *(change for file in self.files.values() for change in file.changes)]


def commit(
    identity: Identity,
    parts: Sequence[Part],
    head: TransactionHead,
    guard: Guard = allow_all,
    renamed: Mapping[str, Mapping[str, str]] | None = None,
) -> list[CommitResult]:
    """Work out changes from what is on disk, and save them; on return they are there, whole.

    All parts are worked out before the first is written: a transaction is made as a whole or not
    at all. Their `old` is replaced by what the disk holds.

    Args:
        identity: the workspace that is meant: nothing is written where it is gone, or another is
            in its place.
        parts: what is to be done, for each place at most one.
        head: who, when, and as part of what.
        guard: may refuse a change after a look at the record on disk; then nothing is saved.
        renamed: today's item ids by earlier ones, for each checklist that has renamed any.

    Raises FedcheckError where the workspace is locked, a file cannot be parsed, a change makes no
    sense, or the disk refuses. Nothing of a refused file is changed.
    """
    names, root = renamed or {}, identity.root
    with ExitStack() as locks:
        for home in dict.fromkeys((root, *(part.home for part in parts))):
            locks.enter_context(local_state.lock_workspace(home))
            _remove_stray_files(home)
        identity.check()
        prepared = [_prepare(part, head, guard, names) for part in parts]
        files = [file for one in prepared for file in one.files.values()]
        for one in prepared:
            checklist_writer.write(one.part.home, one.part.rewritten)
        identity.check()  # as late as can be: what goes away now is not made anew
        replace_saved_files(root, files)
        refused: list[HistoryRefusedError] = []
        # Noted in one place, also for what is private, so that the order of all is known.
        is_made = any(one.made for one in prepared)
        for one in prepared:
            checklist_writer.take_away(one.part.home, one.part.rewritten)
            try:
                _note(one, head, is_made=is_made and one.part.home == root)
            except HistoryRefusedError as error:
                refused.append(error)
        if is_made and root not in [part.home for part in parts]:
            notes = local_state.load_notes(root)
            local_state.note_saved(root, notes.with_transaction(head.by, head.tx))
        if refused:
            raise refused[0]
        refuse_unreadable(files)
    return [
        CommitResult({n: file.updated for n, file in one.files.items()}, tuple(one.made))
        for one in prepared
    ]


def _prepare(
    part: Part, head: TransactionHead, guard: Guard, names: Mapping[str, Mapping[str, str]]
) -> _Prepared:
    """Work out what a part does, and what the history does not explain of what is there."""
    home = part.home
    current: dict[str, RecordFile] = {}

    def read(checklist: str) -> RecordFile:
        if checklist not in current:
            known = part.known.get(checklist)
            current[checklist] = _read_current(home, checklist, known, part.cache)
        return current[checklist]

    def record(ref: str) -> AnyRecord:
        owner, item = split_ref(ref)
        return read(owner).renamed(names.get(owner, {})).get(item)

    by_list = _group_by_checklist(part.plan(record), names)
    notes = local_state.load_notes(home)
    files: dict[str, SavedFile] = {}
    tips = history.read_tips(home)
    is_stale = has_news(tips, notes) or not notes.files  # the first save notes all files
    for checklist, wanted in by_list.items():
        found, today = read(checklist), names.get(checklist, {})
        is_stale |= found.sha256 != notes.files.get(record_files.file_name(checklist), "")
        before = found.renamed(today)
        updated, made = _apply(before, wanted, guard, bool(head.undoes))
        order = part.orders.get(checklist, ())
        is_new = any(change.old != change.new for change in made) or updated is not before
        files[checklist] = SavedFile(home, found, updated, made, order, today, is_new)
    lists = checklist_writer.changes_of(home, part.rewritten)
    outside = OutsideState()
    if is_stale:
        known = {**part.known, **current}
        outside = list_all_outside_changes(home, names, notes, tips, known)
    is_waiting = is_stale and is_git_at_work(home, head.at)
    outside = OutsideState() if is_waiting else outside
    one = _Prepared(part, notes, tips, files, lists, outside, is_waiting)
    if one.made or outside.found:
        local_state.resolve_history_file(home, head.by)  # refused before anything is written
    return one


def _note(one: _Prepared, head: TransactionHead, *, is_made: bool) -> None:
    """Append the history lines of a part that was written, and note what is there now.

    `is_made`: note too that the person made this transaction here.
    """
    home = one.part.home
    late = [change for file in one.files.values() for change in file.by_hand]
    named = [imported(head.tx, head.imported)] if one.made and head.imported else []
    mine = [*named, *one.made]
    outside = one.outside
    lines = outside_lines([*outside.found, *late], head, is_first=outside.is_first)
    by = head.signed or head.by
    lines += [HistoryLine(c, head.at, by, head.tx, head.undoes, head.day) for c in mine]
    hashes = {record_files.file_name(name): file.sha256 for name, file in one.files.items()}
    notes = replace(one.notes, files={**one.notes.files, **outside.files, **hashes})
    notes = notes.with_transaction(head.by, head.tx) if is_made else notes
    notes = append_lines(home, head.by, lines, notes, one.tips)
    if one.is_waiting:  # what is not as it was noted stays so, to be looked at then
        notes = replace(notes, files=one.notes.files)
    local_state.note_saved(home, notes)


def _remove_stray_files(root: Path) -> None:
    """Remove what killed processes left where saves are made."""
    for folder in ("", PROGRESS_FOLDER, history.FOLDER, LOCAL_STATE):
        atomic_files.remove_stray_files(root / folder, under=workspace_of(root))


def _read_current(root: Path, checklist: str, known: RecordFile | None, cache: Cache) -> RecordFile:
    """Return the progress file as it is on disk, parsed again only if it is not the known one."""
    path = record_files.path_of(root, checklist)
    if not os.path.lexists(path):
        return RecordFile(checklist)
    raw = read_bytes(path, workspace_of(root))
    return record_files.with_texts(record_files.recall(path, raw, checklist, cache, known), cache)


def _group_by_checklist(
    changes: Iterable[Change], names: Mapping[str, Mapping[str, str]]
) -> dict[str, list[Change]]:
    """Return the changes by checklist, under today's ids of items that were renamed."""
    by_list: dict[str, list[Change]] = {}
    for change in changes:
        checklist, item = split_ref(change.ref)
        if not is_id(checklist):
            raise FedcheckError(
                f"{change.ref!r} is not the reference of an item", "", ErrorKind.USAGE
            )
        ref = f"{checklist}:{names.get(checklist, {}).get(item, item)}"
        by_list.setdefault(checklist, []).append(replace(change, ref=ref))
    return by_list


def _apply(
    found: RecordFile, wanted: list[Change], guard: Guard, keep_all: bool
) -> tuple[RecordFile, list[Change]]:
    """Apply changes to what is on disk; those that would change nothing are left out.

    They stay in when an action is taken back (`keep_all`): history has to state that it was, or the
    next undo would meet it again.
    """
    actual = []
    records: dict[str, AnyRecord] = {}
    pending: dict[str, dict[str, Any]] = {}
    places: dict[str, tuple[AnyRecord, dict[str, int]]] = {}
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
        new = unplaced(change.new)
        if before != new or keep_all or change.field in list_unsettled_fields(record):
            if new is None and change.field.startswith(EVIDENCE_PREFIX) and before:
                if item not in places or places[item][0] is not record:
                    places[item] = record, list_places(record)
                before = {**before, PLACE: places[item][1][change.field]}
            actual.append(Change(change.ref, change.field, before, new))
        set_before[change.field] = change.new
    for item, values in pending.items():
        records[item] = _with_values(f"{found.name}:{item}", records[item], values)
    for ref in dict.fromkeys(change.ref for change in wanted if change.field == "status"):
        record = records[split_ref(ref)[1]]
        if isinstance(record, Record):
            actual += diff_records(ref, record, clear_outcome_if_open(record))
            records[split_ref(ref)[1]] = clear_outcome_if_open(record)
    if keep_all:  # an edit follows the rules as it is planned; what takes one back does not
        actual += _drop_agreements(found, records)
    for change in actual:
        item = split_ref(change.ref)[1]
        records[item] = without_tables_of(records[item], [change.field])
    changed = {item: record for item, record in records.items() if record != found.get(item)}
    return (found.with_records(changed) if changed else found), actual


def _drop_agreements(found: RecordFile, records: dict[str, AnyRecord]) -> list[Change]:
    """Take "agreed" off records whose result or observation goes back to what it was before."""
    made: list[Change] = []
    for item, record in records.items():
        before = found.get(item)
        if isinstance(before, Record) and isinstance(record, Record):
            records[item] = drop_outdated_agreement(before, record)
            made += diff_records(f"{found.name}:{item}", record, records[item])
    return made


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
    return FedcheckError(text, "check fedcheck history")
