"""What a workspace keeps for this machine only, in `.fedcheck/`: lock, hashes, names."""

import json
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import atomic_files
from fedcheck.storage.history import FOLDER as HISTORY
from fedcheck.storage.history import file_name
from fedcheck.storage.paths import MACHINE

LOCK_WAIT = 10.0
"""How long to wait for another process, in seconds."""


_NOT_THERE = (FileNotFoundError, NotADirectoryError, atomic_files.NotPlainError)


@contextmanager
def locked(root: Path, wait: float | None = None) -> Iterator[None]:
    """Hold the workspace's lock. Raises FedcheckError (status 3) where another keeps it.

    Waits LOCK_WAIT seconds, or as long as it is told.

    The system frees the lock of a process that dies, so nothing ever has to be removed by hand.
    """
    import filelock  # loaded here: only commands that write pay for it

    wait = LOCK_WAIT if wait is None else wait
    atomic_files.make_folder(root / MACHINE)
    lock = filelock.FileLock(root / MACHINE / "lock", timeout=wait, mode=atomic_files.FILE_MODE)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise FedcheckError(
            f"{root}: locked by another fedcheck for more than {wait:.0f} s",
            "wait for it to finish, then try again; nothing was changed",
            ErrorKind.LOCKED,
        ) from None
    except OSError as error:
        raise atomic_files.cannot("lock", root, error) from error
    try:
        yield
    finally:
        with suppress(OSError):  # the change is saved, and the lock goes with the process
            lock.release()


def seen_hashes(root: Path) -> dict[str, str]:
    """Return the hash of each file as fedcheck last wrote or reconciled it on this machine."""
    data = _json(root / MACHINE / "seen.json")
    return {k: v for k, v in data.items() if isinstance(v, str)}


def note_hashes(root: Path, seen: dict[str, str]) -> None:
    """Remember the hashes of files."""
    _write_json(root / MACHINE / "seen.json", seen)


def verified(root: Path) -> dict[str, Any]:
    """Return what `evidence verify` found last: size, mtime and hash by link."""
    try:
        return _json(root / MACHINE / "verified.json")
    except FedcheckError:
        return {}  # what is not known of evidence keeps no other answer back


def note_verified(root: Path, found: dict[str, Any]) -> None:
    """Remember what `evidence verify` found."""
    _write_json(root / MACHINE / "verified.json", found)


def allowed_outside(root: Path) -> frozenset[str]:
    """Return the files outside the workspace that a person at this machine linked as evidence."""
    try:
        return frozenset(_json(root / MACHINE / "outside.json"))
    except FedcheckError:
        return frozenset()


def allow_outside(root: Path, links: Iterable[str]) -> None:
    """Remember a person's word that files outside the workspace may be looked at."""
    known = _json(root / MACHINE / "outside.json")
    wanted = {link: True for link in links if link not in known}
    if wanted:
        _write_json(root / MACHINE / "outside.json", {**known, **wanted})


def own_history(root: Path, who: str) -> Path | None:
    """Return the history file of a person in this clone, if there is one.

    A name that leads elsewhere (a workspace may come from a stranger) counts as none.
    """
    name = _json(root / MACHINE / "writers.json").get(who)
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9-]+\.jsonl", name):
        return None
    path = root / HISTORY / name
    return None if path.is_symlink() else path


def history_for(root: Path, who: str) -> Path:
    """Return the history file of a person in this clone, choosing its name the first time."""
    own = own_history(root, who)
    if own is not None:
        return own
    return name_history(root, who, secrets.token_hex(4))


def name_history(root: Path, who: str, token: str) -> Path:
    """Choose the name of a person's history file in this clone."""
    names = _json(root / MACHINE / "writers.json")
    names[who] = file_name(who, token)
    _write_json(root / MACHINE / "writers.json", names)
    return root / HISTORY / str(names[who])


def _json(path: Path) -> dict[str, Any]:
    """Read a small JSON file; one that is missing or damaged counts as empty.

    Raises FedcheckError where the disk refuses to tell.
    """
    try:
        data = json.loads(atomic_files.read_plain(path))
    except (*_NOT_THERE, ValueError, RecursionError):
        return {}
    except OSError as error:
        raise atomic_files.cannot("read", path, error) from error
    return data if isinstance(data, dict) else {}


def _write_json(path: Path, data: dict[str, Any]) -> None:
    if path.is_symlink() or path.parent.is_symlink():
        raise FedcheckError(f"{path}: is a link; fedcheck writes no files through it", "remove it")
    text = json.dumps(data, indent=1, sort_keys=True)
    atomic_files.write_whole(path, text.encode() + b"\n")
