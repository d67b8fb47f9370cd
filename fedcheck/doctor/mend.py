"""What --fix does: close what is open, remove strays, move records to their renamed items."""

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fedcheck.doctor.defect import Close, Defect, Move, Remove
from fedcheck.doctor.move import Moved, move_records
from fedcheck.doctor.strays import is_stray_name
from fedcheck.errors import FedcheckError
from fedcheck.model.text import one_line
from fedcheck.session import Session


@dataclass(slots=True)
class Mended:
    """What was done, and what could not be, each in words."""

    done: list[str] = field(default_factory=list)
    failed: list[FedcheckError] = field(default_factory=list)


def mend(defects: Iterable[Defect], session: Session | None) -> Mended:
    """Do what --fix does about each defect; what fails does not stop the rest.

    Records are only moved with an open session.
    """
    mended = Mended()
    moves = []
    for defect in defects:
        if isinstance(defect.mend, Close):
            _close(defect, defect.mend, mended)
        elif isinstance(defect.mend, Remove):
            _remove(defect.mend.path, mended)
        elif isinstance(defect.mend, Move):
            moves.append(defect.mend)
    if moves and session is not None:
        _move(session, moves, mended)
    return mended


def _close(defect: Defect, wanted: Close, mended: Mended) -> None:
    closed = 0
    for path in wanted.paths:
        try:
            closed += _take_bits(path, wanted.bits)
        except FileNotFoundError:
            continue  # it was temporary
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            hint = "its owner can close it: chmod go-rwx"
            mended.failed.append(FedcheckError(f"{path}: cannot be closed: {reason}", hint))
    if closed:
        count = "" if len(wanted.paths) == 1 else f": {closed} of its files and folders"
        mended.done.append(f"closed   {defect.file}{count}")


def _take_bits(path: Path, bits: int) -> bool:
    """Take permission bits from a file or folder of ours, never through a link.

    The open file is asked and changed, not its name: whoever could write in the folder might have
    put a link there since.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except PermissionError:
        return _take_bits_by_name(path, bits)
    try:
        status = os.fstat(handle)
        if status.st_uid != os.geteuid() or not status.st_mode & bits:
            return False
        os.fchmod(handle, stat.S_IMODE(status.st_mode) & ~bits)
        return True
    finally:
        os.close(handle)


def _take_bits_by_name(path: Path, bits: int) -> bool:
    """Take bits from a file that its owner may not even read."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode) or status.st_uid != os.geteuid():
        return False
    path.chmod(stat.S_IMODE(status.st_mode) & ~bits)
    return True


def _remove(path: Path, mended: Mended) -> None:
    try:
        if stat.S_ISREG(path.lstat().st_mode) and is_stray_name(path.name):
            path.unlink()
            mended.done.append(f"removed  {path}")
    except FileNotFoundError:
        return  # whoever made it has ended
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        mended.failed.append(FedcheckError(f"{path}: cannot be removed: {reason}"))


def _move(session: Session, moves: Sequence[Move], mended: Mended) -> None:
    try:
        moved = move_records(session, moves)
    except FedcheckError as error:
        mended.failed.append(error)
        return
    mended.failed += moved.failed
    mended.done += told(moved)


def told(moved: Moved) -> list[str]:
    """Say what was moved and where the copies are."""
    lines = [f"copied   to {copy}" for copy in moved.copies]
    return lines + [f"moved    {one_line(one.old)} -> {one.new}" for one in moved.done]
