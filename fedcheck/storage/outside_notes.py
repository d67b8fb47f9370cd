"""History lines: those of a transaction, and those for what was done outside fedcheck."""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.change import (
    ALL_ITEMS,
    OUTSIDE,
    SHORT,
    TAKEN_OVER,
    Change,
    HistoryLine,
)
from fedcheck.domain.reference import split_ref
from fedcheck.errors import FedcheckError, WorkspaceGoneError
from fedcheck.storage import history, local_state
from fedcheck.storage.local_state import LocalNotes
from fedcheck.storage.presence import check_present
from fedcheck.storage.reconcile import (
    Known,
    Tips,
    is_git_at_work,
    list_all_outside_changes,
    note_tips,
)
from fedcheck.storage.record_file import PROGRESS_FOLDER
from fedcheck.storage.unexplained import OutsideChange


class TransactionHead(Struct, frozen=True):
    """Who makes changes, when, as what action.

    Attributes:
        undoes: the action that it takes back.
        imported: what an import brought, for the history; empty for any other action.
        day: the day that a person gave as today, where that is not the day of the clock.
        signed: the name in the lines, where the changes were made elsewhere by somebody else than
            the one who saves them.
    """

    by: str
    at: datetime
    tx: str
    undoes: str = ""
    imported: str = ""
    day: date | None = None
    signed: str = ""


class HistoryRefusedError(FedcheckError):
    """Changes are on the disk, but their history lines were refused; contains those lines.

    Attributes:
        home: the place whose history it is.
    """

    def __init__(self, message: str, hint: str, lines: Sequence[HistoryLine], home: Path) -> None:
        super().__init__(message, hint)
        self.lines = tuple(lines)
        self.home = home


TAKEN_OVER_FROM = 20
"""From so many values of a list on, one line contains them all where there is no history yet."""


def outside_lines(
    found: Iterable[OutsideChange], head: TransactionHead, *, is_first: bool = False
) -> list[HistoryLine]:
    """Return the lines for what was done outside fedcheck and is noted by a transaction.

    `is_first`: there is no history yet, so that a list that was taken over is one line.
    """
    by_list: dict[str, list[OutsideChange]] = {}
    for one in found:
        by_list.setdefault(split_ref(one.change.ref)[0], []).append(one)
    tx = f"{head.tx}-outside"
    lines = []
    for name, some in by_list.items():
        if is_first and len(some) >= TAKEN_OVER_FROM:
            lines.append(HistoryLine(_take_over(name, some), head.at, OUTSIDE, tx))
            continue
        lines += [
            HistoryLine(one.change, head.at, OUTSIDE, tx, lost=one.lost, merged=one.merged)
            for one in some
        ]
    return lines


def _take_over(name: str, found: Iterable[OutsideChange]) -> Change:
    """Return one change that contains the values of a list."""
    values: dict[str, dict[str, Any]] = {}
    for one in found:
        values.setdefault(split_ref(one.change.ref)[1], {})[one.change.field] = one.change.new
    return Change(f"{name}:{ALL_ITEMS}", TAKEN_OVER, None, values)


def append_lines(
    home: Path,
    by: str,
    lines: Sequence[HistoryLine],
    notes: LocalNotes,
    tips: Tips | None = None,
) -> LocalNotes:
    """Append lines to a person's history file here; return the notes with what it ends in now.

    Call it under the lock; `tips` is how the history files end, where it was read under that lock.
    Raises HistoryRefusedError where the disk refuses.
    """
    try:
        tips = history.read_tips(home) if tips is None else tips
        notes = _note_begin(home, tips, notes)
        if not lines:
            return note_tips(notes, tips)
        log = local_state.resolve_history_file(home, by)
        unseen = history.list_unseen(tips, _seen_by(log.name, notes), log.name)
        check_present(home)
        last = history.append(log, lines, unseen)
    except FedcheckError as error:
        said = f"{home}: {error.brief}" if isinstance(error, WorkspaceGoneError) else str(error)
        message = f"{said}; the change itself is saved"
        raise HistoryRefusedError(message, error.hint, lines, home) from error
    tips = {**tips, log.name: (last[:SHORT],)}
    seen = {f"{log.name} {name}": newest[0] for name, newest in tips.items() if newest}
    return note_tips(replace(notes, saw={**notes.saw, **seen}), tips)


def _note_begin(home: Path, tips: Tips, notes: LocalNotes) -> LocalNotes:
    """Note which history files came to a clone from elsewhere, and how far they went then."""
    came = [name for name, tip in tips.items() if tip and came_from_elsewhere(home, name, notes)]
    begun = {begin_key(name): tips[name][0] for name in came if begin_key(name) not in notes.saw}
    return replace(notes, saw={**notes.saw, **begun})


def came_from_elsewhere(home: Path, log: str, notes: LocalNotes) -> bool:
    """Return whether a history file came with a clone or a pull: it was begun in another clone.

    A folder that was moved or copied brings its local state along; that is not believed, but shows
    that it is no clone: there what is before was made in the same place.
    """
    if begin_key(log) in notes.saw or not local_state.has_state(home):
        return True
    return f"{history.FOLDER}/{log}" not in notes.files and local_state.is_known(home)


def begin_key(log: str) -> str:
    """Return the name of the note that a clone has a history file of another one."""
    return f"{log} begins"


def _seen_by(log: str, notes: LocalNotes) -> dict[str, str]:
    """Return for each history file its last line as the writer of one of them saw it."""
    start = f"{log} "
    return {key.removeprefix(start): tip for key, tip in notes.saw.items() if key.startswith(start)}


def append_refused_lines(home: Path, by: str, lines: Sequence[HistoryLine]) -> None:
    """Write history lines that a full disk refused when their changes were saved.

    Raises FedcheckError where it still refuses.
    """
    with local_state.lock_workspace(home):
        notes = append_lines(home, by, lines, local_state.load_notes(home))
        for tx in dict.fromkeys(line.tx for line in lines if line.by == by):
            notes = notes.with_transaction(by, tx)
        local_state.note_saved(home, notes)


def _list_file_facts(home: Path) -> set[tuple[str, int, int, int]]:
    """Return what shows whether a history or a record file was written since."""
    found = set()
    for name in ("", PROGRESS_FOLDER, history.FOLDER):
        try:
            with os.scandir(home / name) as entries:
                for entry in entries:
                    if entry.name.endswith((".toml", ".jsonl")):
                        facts = entry.stat()
                        moment, size = facts.st_mtime_ns, facts.st_size
                        found.add((f"{name}/{entry.name}", moment, size, entry.inode()))
        except OSError:
            continue  # a folder, or a file in it, is not there at this moment
    return found


def record_outside_changes(
    home: Path,
    head: TransactionHead,
    renamed: Mapping[str, Mapping[str, str]],
    known: Known | None = None,
    *,
    amid_merge: bool = False,
) -> list[Change]:
    """Add to the history what was done outside fedcheck; return it. Changes no progress file.

    While git is at work nothing is noted: what is there then is neither side of what it does.
    `known`: the record files as they were read before. `amid_merge`: a person has just settled what
    git left, and that is to be a part of the merge. Raises FedcheckError where the workspace is
    locked or cannot be written.
    """
    notes = local_state.load_notes(home)
    state = list_all_outside_changes(home, renamed, notes, known=known)
    if not state.is_news or not (state.found or local_state.is_known(home)):
        return []  # nothing is new, or nothing was ever saved here by fedcheck
    if not amid_merge and is_git_at_work(home, head.at):
        return []
    with local_state.lock_workspace(home):
        notes = local_state.load_notes(home)
        before = _list_file_facts(home)
        tips = history.read_tips(home)
        state = list_all_outside_changes(home, renamed, notes, tips, known)
        if not amid_merge and is_git_at_work(home, head.at):
            return []
        if _list_file_facts(home) != before:
            return []  # git was quick: what was read is of two states
        notes = replace(notes, files={**notes.files, **state.files})
        lines = outside_lines(state.found, head, is_first=state.is_first)
        notes = append_lines(home, head.by, lines, notes, tips)
        local_state.note_saved(home, notes)
    return state.changes
