"""What a workspace keeps for this machine only, in `.fedcheck/`: lock, hashes, names.

All of it but the lock is sealed for this user and this place (`local_binding`): what came with a
copy, a clone or a zip counts as not there, and is replaced at the next save.
"""

import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.change import OUTSIDE
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import atomic_files, local_binding
from fedcheck.storage.history import FOLDER as HISTORY
from fedcheck.storage.history import format_file_name, list_history_files, read
from fedcheck.storage.json_text import format_json
from fedcheck.storage.names import parse_history_file_name
from fedcheck.storage.paths import LOCAL_STATE, workspace_of
from fedcheck.storage.presence import check_present

LOCK_WAIT = 10.0
"""How long to wait for another process, in seconds."""

POLL = 0.05
"""How long to sleep between two tries, in seconds."""

MADE = 1000
"""So many transactions of a person are remembered, for undo."""

SEEN = "seen.json"

_MISSING_ERRORS = (FileNotFoundError, NotADirectoryError, atomic_files.NotPlainError)


@contextmanager
def lock_workspace(root: Path, wait: float | None = None) -> Iterator[None]:
    """Hold the workspace's lock. Raises FedcheckError where another keeps it.

    Raises WorkspaceGoneError where there is no workspace any more: a folder that went away is not
    made again, neither for the lock nor for what is written under it.

    Waits LOCK_WAIT seconds, or as long as given.

    The system frees the lock of a process that dies, so nothing ever has to be removed by hand.
    """
    wait = LOCK_WAIT if wait is None else wait
    check_present(root)
    atomic_files.make_folder(root / LOCAL_STATE, under=workspace_of(root))
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

    handle = atomic_files.open_lock_file(path, under=workspace_of(path.parent.parent))
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


class LocalNotes(Struct, frozen=True):
    """What this clone knows of itself, written as one file at each save.

    Attributes:
        files: the hash of each file as fedcheck last wrote or reconciled it here.
        made: the transactions that each person made in this clone, the newest last.
        saw: what else a writer has to remember until the next save, by a name of its own.
    """

    files: Mapping[str, str] = {}
    made: Mapping[str, tuple[str, ...]] = {}
    saw: Mapping[str, str] = {}

    def with_transaction(self, who: str, tx: str) -> "LocalNotes":
        """Return the notes with one more transaction of a person; the oldest beyond MADE go."""
        known = [one for one in self.made.get(who, ()) if one != tx]
        return replace(self, made={**self.made, who: (*known, tx)[-MADE:]})


def load_notes(root: Path) -> LocalNotes:
    """Return what was noted at the last save here; nothing where the state is not ours.

    Raises FedcheckError where the disk refuses to answer.
    """
    data = _read_json(root, SEEN)
    made = data.get("made")
    return LocalNotes(
        _texts(data.get("files")),
        {
            who: tuple(one for one in txs if isinstance(one, str))
            for who, txs in (made.items() if isinstance(made, dict) else ())
            if isinstance(txs, list)
        },
        _texts(data.get("saw")),
    )


def note_saved(root: Path, notes: LocalNotes) -> None:
    """Remember what was saved: hashes, own transactions and what was seen, in one write."""
    made = {who: list(txs) for who, txs in notes.made.items()}
    _write_json(root, SEEN, {"files": dict(notes.files), "made": made, "saw": dict(notes.saw)})


def has_state(root: Path) -> bool:
    """Return whether notes of a save are at this place, ours or not: no clone of git has any."""
    return os.path.lexists(root / LOCAL_STATE / SEEN)


def is_known(root: Path) -> bool:
    """Return whether this user has ever saved at this place: the local state there is ours."""
    return bool(_read_json(root, SEEN))


def _texts(data: object) -> dict[str, str]:
    found = data.items() if isinstance(data, dict) else ()
    return {key: value for key, value in found if isinstance(value, str)}


def load_verified(root: Path) -> dict[str, Any]:
    """Return what `evidence verify` found last: size, mtime and hash by link."""
    try:
        return _read_json(root, "verified.json")
    except FedcheckError:
        return {}  # what is not known of evidence keeps no other answer back


def note_verified(root: Path, found: dict[str, Any]) -> None:
    """Remember what `evidence verify` found."""
    _write_json(root, "verified.json", found)


def load_history_index(root: Path, name: str) -> bytes:
    """Return the index of histories that was kept last; empty where there is none of ours."""
    path = root / LOCAL_STATE / name
    try:
        raw = atomic_files.read_confined(path, under=workspace_of(root))
    except OSError:
        return b""
    proof, _, data = raw.partition(b"\n")
    known = local_binding.is_sealed(root, name, data, proof.decode("ascii", "replace"))
    return data if known else b""


def keep_history_index(root: Path, name: str, data: bytes) -> None:
    """Keep an index of the histories; where this user never saved, or cannot, there is none."""
    with suppress(FedcheckError), _lock_own(root):
        proof = local_binding.seal(root, name, data).encode()
        path = root / LOCAL_STATE / name
        atomic_files.replace_file(path, proof + b"\n" + data, under=workspace_of(root))


@contextmanager
def _lock_own(root: Path) -> Iterator[None]:
    """Hold the lock of a place where this user saved before; raises FedcheckError elsewhere.

    Where a workspace was only ever read, nothing shows that.
    """
    if not is_known(root):
        raise FedcheckError(f"{root}: nothing was saved here")
    with lock_workspace(root, wait=0):
        yield


def load_explained(root: Path) -> str:
    """Return the mark of the files that were last found to be explained; see `explained`."""
    try:
        mark = _read_json(root, "explained.json").get("mark")
    except FedcheckError:
        return ""
    return mark if isinstance(mark, str) else ""


def note_explained(root: Path, mark: str) -> None:
    """Remember the mark of files that are explained; where as `keep_history_index`."""
    with suppress(FedcheckError), _lock_own(root):
        _write_json(root, "explained.json", {"mark": mark})


def load_allowed_outside(root: Path) -> frozenset[str]:
    """Return the files outside the workspace that a person at this machine linked as evidence."""
    try:
        return frozenset(_read_json(root, "outside.json"))
    except FedcheckError:
        return frozenset()


def allow_outside(root: Path, links: Iterable[str]) -> None:
    """Remember a person's word that files outside the workspace may be looked at."""
    known = _read_json(root, "outside.json")
    wanted = {link: True for link in links if link not in known}
    if wanted:
        _write_json(root, "outside.json", {**known, **wanted})


def find_own_history(root: Path, who: str) -> Path | None:
    """Return the history file of a person in this clone, if there is one.

    A name that leads elsewhere (a workspace may come from a stranger) counts as none.
    """
    name = parse_history_file_name(_read_json(root, "writers.json").get(who))
    if name is None:
        return None
    path = root / HISTORY / name
    return None if path.is_symlink() else path


def resolve_history_file(root: Path, who: str) -> Path:
    """Return the history file of a person in this clone, choosing it the first time.

    Where this machine knows of none, an older one of the same person is continued, or a container
    with a home that is made for each run would begin one each time. Else it gets a new name.
    """
    own = find_own_history(root, who)
    if own is not None:
        return own
    old = find_older_history(root, who)
    if old is None:
        return name_history(root, who, os.urandom(4).hex())
    _note_writer(root, who, old.name)
    return old


def name_history(root: Path, who: str, token: str) -> Path:
    """Choose the name of a person's history file in this clone."""
    name = format_file_name(who, token)
    _note_writer(root, who, name)
    return root / HISTORY / name


def find_older_history(root: Path, who: str) -> Path | None:
    """Return the history file that only this person wrote, the one with the newest last line.

    Two names may give the same file name (`ann b`, `ann-b`): the lines state whose it is.
    """
    found: list[tuple[bool, datetime, Path]] = []
    for path in list_history_files(root):
        token = path.stem.rpartition("-")[2]
        if path.name != format_file_name(who, token) or not _is_plain(path):
            continue
        lines = read(path)
        authors = {line.by for line in lines}
        if lines and authors <= {who, OUTSIDE}:
            found.append((who in authors, lines[-1].at, path))
    return max(found)[2] if found else None


def _is_plain(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _note_writer(root: Path, who: str, name: str) -> None:
    _write_json(root, "writers.json", {**_read_json(root, "writers.json"), who: name})


_SEAL, _STATE, _END = b'{"seal": "', b'",\n"state": ', b"}\n"
"""What is before, between and behind the seal and the state that it is for."""


def _read_json(root: Path, name: str) -> dict[str, Any]:
    """Read a small JSON file of the local state.

    One that is missing, damaged or not sealed by this user for this place counts as empty. Raises
    FedcheckError where the disk refuses to answer.
    """
    path = root / LOCAL_STATE / name
    try:
        raw = atomic_files.read_confined(path, under=workspace_of(root))
    except _MISSING_ERRORS:
        return {}
    except OSError as error:
        raise atomic_files.disk_error("read", path, error) from error
    seal, _, text = raw.removeprefix(_SEAL).removesuffix(_END).partition(_STATE)
    if _seal(seal, text) != raw:
        return {}
    if not local_binding.is_sealed(root, name, text, seal.decode("ascii", "replace")):
        return {}
    data = _parse(text)
    return data if isinstance(data, dict) else {}


def _parse(text: bytes) -> Any:
    """Return what a JSON text that we wrote states."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:  # half of a surrogate pair, as in the name of a file
        import json

        return json.loads(text)


def _write_json(root: Path, name: str, data: dict[str, Any]) -> None:
    text = format_json(data)
    sealed = _seal(local_binding.seal(root, name, text).encode(), text)
    atomic_files.replace_file(root / LOCAL_STATE / name, sealed, under=workspace_of(root))


def _seal(seal: bytes, text: bytes) -> bytes:
    """Return the content of a file of the local state."""
    return _SEAL + seal + _STATE + text + _END
