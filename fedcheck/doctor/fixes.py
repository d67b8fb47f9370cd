"""What --fix does; and moving records to other items, after a copy."""

import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from fedcheck.doctor.defect import (
    AppendLines,
    Defect,
    MoveRecord,
    RemoveFile,
    RestoreLosses,
    RestrictAccess,
)
from fedcheck.doctor.files import Places, is_stray_name
from fedcheck.doctor.losses import restore
from fedcheck.doctor.records import list_orphans
from fedcheck.domain.change import AnyRecord, Change, diff_records
from fedcheck.domain.change_text import describe_field
from fedcheck.domain.field_values import field_value
from fedcheck.domain.record import EMPTY_RECORD
from fedcheck.domain.reference import find_candidates, find_nearest, split_ref
from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.session import Session
from fedcheck.storage import atomic_files
from fedcheck.storage.file_access import take_mode_bits
from fedcheck.storage.losses import Loss
from fedcheck.storage.paths import LOCAL_STATE
from fedcheck.storage.raw_files import read_bytes

BACKUP = "backup"


@dataclass(slots=True)
class MoveResult:
    """What was moved, what could not be, and where the copies of the files are."""

    copies: tuple[Path, ...]
    done: list[MoveRecord] = field(default_factory=list)
    failed: list[FedcheckError] = field(default_factory=list)


def parse_move(session: Session, text: str) -> MoveRecord:
    """Return the move that `OLD=NEW` means: an orphaned record and an item without one.

    Raises FedcheckError where that is in doubt or not so.
    """
    old_tail, equals, new_tail = text.rpartition("=")
    if not equals or not old_tail.strip() or not new_tail.strip():
        raise FedcheckError(
            f"{one_line(text, 80)}: not OLD=NEW", "as in: --move old-item=new-item", ErrorKind.USAGE
        )
    old = _resolve_orphan(session, old_tail.strip())
    new = session.resolve(new_tail.strip())
    if not session.project.record(new).untouched:
        hint = "compare the two, and copy what is missing by hand"
        raise FedcheckError(f"{new}: already has a record", hint, ErrorKind.USAGE)
    return MoveRecord(old, new)


def _resolve_orphan(session: Session, tail: str) -> str:
    lost = [one.ref for one in list_orphans(session) if one.is_movable]
    found = find_candidates(tail, lost)
    if len(found) == 1:
        return found[0]
    shown = one_line(tail, 80)
    if found:
        listed = "\n  ".join(one_line(ref, 120) for ref in found[:20])
        raise FedcheckError(
            f"{shown}: matches several records\n  {listed}",
            "write more of the reference",
            ErrorKind.USAGE,
        )
    if find_candidates(tail, session.project.refs):
        hint = "only a record without an item can be moved"
        raise FedcheckError(f"{shown}: is an item of its checklist", hint, ErrorKind.USAGE)
    near = find_nearest(tail, [*lost, *(split_ref(ref)[1] for ref in lost)])
    hint = f"did you mean {near[0]}?" if near else "see which there are with: fedcheck doctor"
    raise FedcheckError(f"{shown}: no record without an item has this name", hint, ErrorKind.USAGE)


def move_records(session: Session, wanted: Sequence[MoveRecord]) -> MoveResult:
    """Move records, each as one action, which undo takes back; copy their files first.

    A record that was changed since it was read stays where it is. Raises FedcheckError where a
    file cannot be copied; then nothing was moved.
    """
    moved = MoveResult(
        _back_up_files(session, [ref for one in wanted for ref in (one.old, one.new)])
    )
    for one in wanted:
        try:
            _move(session, one)
        except FedcheckError as error:
            moved.failed.append(error)
        else:
            moved.done.append(one)
    return moved


def _move(session: Session, wanted: MoveRecord) -> None:
    old, new = wanted.old, wanted.new
    record = session.project.record(old)
    changes = [*diff_records(old, record, EMPTY_RECORD), *diff_records(new, EMPTY_RECORD, record)]
    before = {(change.ref, change.field): change.old for change in changes}

    def unchanged(change: Change, found: AnyRecord) -> None:
        _refuse_if_changed(before, change, found)

    session.apply_changes(
        changes, f"{split_ref(old)[1]}: moved to {split_ref(new)[1]}", guard=unchanged
    )


def _refuse_if_changed(
    before: Mapping[tuple[str, str], object], change: Change, found: AnyRecord
) -> None:
    expected = before.get((change.ref, change.field))
    if field_value(found, change.field) != expected:
        raise FedcheckError(
            f"{change.ref}: was changed in the meantime",
            "run again: fedcheck doctor",
            ErrorKind.REFUSED,
        )


def _back_up_files(session: Session, refs: Sequence[str]) -> tuple[Path, ...]:
    """Copy the progress files that hold these references; return the copies."""
    places = Places(session.project)
    stamp = session.clock().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    copies: list[Path] = []
    folders: dict[Path, Path] = {}
    for checklist in dict.fromkeys(split_ref(ref)[0] for ref in refs):
        source = places.progress_file(checklist)
        if not source.exists():
            continue
        folder = places.home(checklist) / LOCAL_STATE / BACKUP
        place = folders.setdefault(folder, _find_free_folder(folder, stamp))
        copy = place / "progress" / source.name
        data = read_bytes(source, session.root)
        atomic_files.replace_file(copy, data, under=session.root)
        copies.append(copy)
    return tuple(copies)


def _find_free_folder(folder: Path, stamp: str) -> Path:
    """Return a folder of this name that is not there yet: no copy replaces another."""
    number, place = 2, folder / stamp
    while place.exists() or place.is_symlink():
        place = folder / f"{stamp}-{number}"
        number += 1
    return place


@dataclass(slots=True)
class FixResult:
    """What was done, and what could not be, each as text."""

    done: list[str] = field(default_factory=list)
    failed: list[FedcheckError] = field(default_factory=list)


def apply_fixes(defects: Iterable[Defect], root: Path, session: Session | None) -> FixResult:
    """Do what --fix does about each defect of a workspace; what fails does not stop the rest.

    Records are only moved with an open session.
    """
    mended = FixResult()
    moves = []
    lost: list[Loss] = []
    for defect in defects:
        if isinstance(defect.fix, RestrictAccess):
            _restrict_access(defect, defect.fix, root, mended)
        elif isinstance(defect.fix, RemoveFile):
            _remove_file(defect.fix.path, root, mended)
        elif isinstance(defect.fix, AppendLines):
            _append_lines(defect.fix, root, mended)
        elif isinstance(defect.fix, MoveRecord):
            moves.append(defect.fix)
        elif isinstance(defect.fix, RestoreLosses):
            lost += defect.fix.losses
    if moves and session is not None:
        _move_records(session, moves, mended)
    if lost and session is not None:
        _restore_losses(session, lost, mended)
    return mended


def _restore_losses(session: Session, lost: Sequence[Loss], mended: FixResult) -> None:
    try:
        made = restore(session, lost).changes
    except FedcheckError as error:
        mended.failed.append(error)
        return
    for change in made:
        mended.done.append(f"restored {change.ref}: {describe_field(change)}")


def _restrict_access(defect: Defect, wanted: RestrictAccess, root: Path, mended: FixResult) -> None:
    closed = 0
    for path in wanted.paths:
        try:
            closed += take_mode_bits(path, wanted.bits, under=root)
        except FileNotFoundError:
            continue  # it was temporary
        except FedcheckError as error:
            mended.failed.append(error)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            hint = "its owner can close it: chmod go-rwx"
            mended.failed.append(FedcheckError(f"{path}: cannot be closed: {reason}", hint))
    if closed:
        count = "" if len(wanted.paths) == 1 else f": {closed} of its files and folders"
        mended.done.append(f"closed   {defect.file}{count}")


def _remove_file(path: Path, root: Path, mended: FixResult) -> None:
    try:
        if stat.S_ISREG(path.lstat().st_mode) and is_stray_name(path.name):
            atomic_files.remove_file(path, under=root)
            mended.done.append(f"removed  {path}")
    except FileNotFoundError:
        return  # whoever made it has ended
    except FedcheckError as error:
        mended.failed.append(error)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        mended.failed.append(FedcheckError(f"{path}: cannot be removed: {reason}"))


def _append_lines(wanted: AppendLines, root: Path, mended: FixResult) -> None:
    """Add lines to a file and keep what is there; several fixes may be about the same file."""
    path = wanted.path
    try:
        held = read_bytes(path, root) if os.path.lexists(path) else b""
        gap = b"" if not held or held.endswith(b"\n") else b"\n"
        data = held + gap + "".join(f"{x}\n" for x in wanted.lines).encode()
        atomic_files.replace_file(path, data, under=root)
    except FedcheckError as error:
        mended.failed.append(error)
    else:
        mended.done += [f"added    {line} to {path}" for line in wanted.lines]


def _move_records(session: Session, moves: Sequence[MoveRecord], mended: FixResult) -> None:
    try:
        moved = move_records(session, moves)
    except FedcheckError as error:
        mended.failed.append(error)
        return
    mended.failed += moved.failed
    mended.done += describe_moves(moved)


def describe_moves(moved: MoveResult) -> list[str]:
    """State what was moved and where the copies are."""
    lines = [f"copied   to {copy}" for copy in moved.copies]
    return lines + [f"moved    {one_line(one.old)} -> {one.new}" for one in moved.done]
