"""What a workspace keeps for this machine only, in `.fedcheck/`: lock, hashes, names."""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import atomic_files
from fedcheck.storage.history import FOLDER as HISTORY
from fedcheck.storage.history import format_file_name
from fedcheck.storage.paths import LOCAL_STATE
from fedcheck.storage.presence import check_present

LOCK_WAIT = 10.0
"""How long to wait for another process, in seconds."""

POLL = 0.05
"""How long to sleep between two tries, in seconds."""

_MISSING_ERRORS = (FileNotFoundError, NotADirectoryError, atomic_files.NotPlainError)


@contextmanager
def lock_workspace(root: Path, wait: float | None = None) -> Iterator[None]:
    """Hold the workspace's lock. Raises FedcheckError where another keeps it.

    Raises WorkspaceGoneError where there is no workspace any more: a folder that went away is not
    made again, neither for the lock nor for what is written under it.

    Waits LOCK_WAIT seconds, or as long as it is told.

    The system frees the lock of a process that dies, so nothing ever has to be removed by hand.
    """
    wait = LOCK_WAIT if wait is None else wait
    check_present(root)
    atomic_files.make_folder(root / LOCAL_STATE)
    try:
        release = _acquire(root / LOCAL_STATE / "lock", wait)
    except OSError as error:
        raise atomic_files.disk_error("lock", root, error) from error
    if release is None:
        raise FedcheckError(
            f"{root}: locked by another fedcheck for more than {wait:.0f} s",
            "wait for it to finish, then try again; nothing was changed",
            ErrorKind.LOCKED,
        )
    try:
        check_present(root)  # it may have gone while another process held the lock
        yield
    finally:
        with suppress(OSError):  # the change is saved, and the lock goes with the process
            release()


def _acquire(path: Path, wait: float) -> Callable[[], None] | None:
    """Take a lock and return what gives it back; none where another keeps it for too long.

    Raises OSError where there can be no lock at all.
    """
    if sys.platform == "win32":
        import filelock  # Windows has no flock

        lock = filelock.FileLock(path, timeout=wait, mode=atomic_files.FILE_MODE)
        try:
            lock.acquire()
        except filelock.Timeout:
            return None
        return lock.release
    end = time.monotonic() + wait
    while (handle := _try_to_lock(path)) is None:
        if time.monotonic() >= end:
            return None
        time.sleep(POLL)
    return partial(os.close, handle)


def _try_to_lock(path: Path) -> int | None:
    """Return an open file that holds the lock (flock(2)); none where another holds it."""
    import fcntl  # loaded here: Windows has none

    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
    handle = os.open(path, flags, atomic_files.FILE_MODE)
    held = False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Where somebody has just removed the file, the next process locks another of that name.
        held = os.fstat(handle).st_nlink > 0
    except BlockingIOError:
        pass
    finally:
        if not held:
            os.close(handle)
    return handle if held else None


def load_seen_hashes(root: Path) -> dict[str, str]:
    """Return the hash of each file as fedcheck last wrote or reconciled it on this machine."""
    data = _read_json(root / LOCAL_STATE / "seen.json")
    return {k: v for k, v in data.items() if isinstance(v, str)}


def note_hashes(root: Path, seen: dict[str, str]) -> None:
    """Remember the hashes of files."""
    _write_json(root / LOCAL_STATE / "seen.json", seen)


def load_verified(root: Path) -> dict[str, Any]:
    """Return what `evidence verify` found last: size, mtime and hash by link."""
    try:
        return _read_json(root / LOCAL_STATE / "verified.json")
    except FedcheckError:
        return {}  # what is not known of evidence keeps no other answer back


def note_verified(root: Path, found: dict[str, Any]) -> None:
    """Remember what `evidence verify` found."""
    _write_json(root / LOCAL_STATE / "verified.json", found)


def load_allowed_outside(root: Path) -> frozenset[str]:
    """Return the files outside the workspace that a person at this machine linked as evidence."""
    try:
        return frozenset(_read_json(root / LOCAL_STATE / "outside.json"))
    except FedcheckError:
        return frozenset()


def allow_outside(root: Path, links: Iterable[str]) -> None:
    """Remember a person's word that files outside the workspace may be looked at."""
    known = _read_json(root / LOCAL_STATE / "outside.json")
    wanted = {link: True for link in links if link not in known}
    if wanted:
        _write_json(root / LOCAL_STATE / "outside.json", {**known, **wanted})


def find_own_history(root: Path, who: str) -> Path | None:
    """Return the history file of a person in this clone, if there is one.

    A name that leads elsewhere (a workspace may come from a stranger) counts as none.
    """
    name = _read_json(root / LOCAL_STATE / "writers.json").get(who)
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9-]+\.jsonl", name):
        return None
    path = root / HISTORY / name
    return None if path.is_symlink() else path


def resolve_history_file(root: Path, who: str) -> Path:
    """Return the history file of a person in this clone, choosing its name the first time."""
    own = find_own_history(root, who)
    if own is not None:
        return own
    return name_history(root, who, os.urandom(4).hex())


def name_history(root: Path, who: str, token: str) -> Path:
    """Choose the name of a person's history file in this clone."""
    names = _read_json(root / LOCAL_STATE / "writers.json")
    names[who] = format_file_name(who, token)
    _write_json(root / LOCAL_STATE / "writers.json", names)
    return root / HISTORY / str(names[who])


def _read_json(path: Path) -> dict[str, Any]:
    """Read a small JSON file; one that is missing or damaged counts as empty.

    Raises FedcheckError where the disk refuses to tell.
    """
    try:
        data = json.loads(atomic_files.read_plain(path))
    except (*_MISSING_ERRORS, ValueError, RecursionError):
        return {}
    except OSError as error:
        raise atomic_files.disk_error("read", path, error) from error
    return data if isinstance(data, dict) else {}


def _write_json(path: Path, data: dict[str, Any]) -> None:
    if path.is_symlink() or path.parent.is_symlink():
        raise FedcheckError(f"{path}: is a link; fedcheck writes no files through it", "remove it")
    text = json.dumps(data, indent=1, sort_keys=True)
    atomic_files.replace_file(path, text.encode() + b"\n")
