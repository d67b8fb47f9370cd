"""Write files so that a crash leaves the old state or the new one; check who may write."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from fedcheck.errors import FedcheckError, Problem
from fedcheck.storage.paths import LOCAL_STATE, WORKSPACE_FILE

FILE_MODE = 0o600
DIR_MODE = 0o700
STRAY = (".fedcheck-", ".tmp")
"""How the name of a temporary file begins and ends."""


def make_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, for their owner only."""
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a folder is closed to us
        return
    make_folder(path.parent)
    try:
        path.mkdir(mode=DIR_MODE, exist_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise disk_error("make the folder", path, error) from error


def toml_files(folder: Path) -> list[Path]:
    """Return the TOML files of a folder in the order of their names.

    Hidden ones are left out: editors keep locks and copies of what is open under such names.
    """
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises where one is closed to us
        return []
    return sorted(path for path in folder.glob("*.toml") if not path.name.startswith("."))


class NotPlainError(OSError):
    """Something else stands in the place of a file: a folder, a pipe, a link to itself."""


def read_plain(path: Path) -> bytes:
    """Return what an ordinary file holds. Raises OSError; NotPlainError for all else.

    Reading a pipe or a device could wait, or go on, for ever.
    """
    _require_plain(path)
    return path.read_bytes()


def read_prefix(path: Path, size: int) -> bytes:
    """Return the first bytes of an ordinary file, at most `size`. Raises as `read_plain`."""
    _require_plain(path)
    with path.open("rb") as file:
        return file.read(size)


def _require_plain(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise NotPlainError(errno.ELOOP, "a link to itself", str(path)) from None
    if stat.S_ISDIR(mode):
        raise NotPlainError(errno.EISDIR, "a folder, not a file", str(path))
    if not stat.S_ISREG(mode):
        raise NotPlainError(errno.EINVAL, "a device or a pipe, not a file", str(path))


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file as a whole: temporary file, flush, fsync, replace, fsync of the folder.

    A new file is its owner's only; the mode of an existing one is kept. Raises FedcheckError
    where the disk refuses; the old file then stands as it was.
    """
    replace_files({path: data})


def replace_files(wanted: Mapping[Path, bytes]) -> None:
    """Replace several files, each as a whole, and none before all of them are on the disk.

    What most often fails (a full disk) fails before the first file is replaced. Raises
    FedcheckError where the disk refuses.
    """
    staged: list[tuple[Path, Path, Path]] = []
    try:
        for path, data in wanted.items():
            make_folder(path.parent)
            target = Path(os.path.realpath(path))
            with _wrap_disk_errors("save", path):
                staged.append((path, _stage(target, data), target))
        while staged:
            path, temporary, target = staged[0]
            with _wrap_disk_errors("save", path):
                temporary.replace(target)
                staged.pop(0)
                sync_folder(target.parent)
    finally:
        for _, temporary, _ in staged:
            _remove(temporary)


def _stage(target: Path, data: bytes) -> Path:
    """Write what a file is to hold beside it, durably; return where."""
    mode = target.stat().st_mode & 0o777 if target.exists() else FILE_MODE
    handle, temporary = open_beside(target)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        if os.name == "posix":
            temporary.chmod(mode)
    except OSError:
        _remove(temporary)
        raise
    return temporary


def open_beside(target: Path) -> tuple[int, Path]:
    """Make an empty temporary file beside a file, its owner's only; return it open, and its path.

    `tempfile.mkstemp` does the same, but loading it takes longer than a save.
    """
    name = f"{STRAY[0]}{os.urandom(8).hex()}{STRAY[1]}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(target.parent / name, flags, FILE_MODE), target.parent / name


def remove_stray_files(folder: Path) -> None:
    """Remove what killed processes left of their saves in a folder; call it under the lock."""
    with contextlib.suppress(OSError):
        for row in os.scandir(folder):
            if row.name.startswith(STRAY[0]) and row.name.endswith(STRAY[1]):
                _remove(Path(row.path))


def remove_file(path: Path) -> None:
    """Take a file away, durably; one that is not there is no matter. Raises FedcheckError."""
    with _wrap_disk_errors("remove", path):
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            sync_folder(path.parent)


def _remove(path: Path) -> None:
    """Remove a file; one that stays is swept at the next save."""
    with contextlib.suppress(OSError):
        path.unlink()


def append(path: Path, data: bytes) -> None:
    """Append to a file and fsync it; a new file is its owner's only.

    Raises FedcheckError where the disk refuses; what it took of the data is cut off again.
    """
    make_folder(path.parent)
    with _wrap_disk_errors("append to", path):
        is_new = not path.exists()
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE)
        try:
            size = os.fstat(handle).st_size
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(handle, view) :]
                os.fsync(handle)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(handle, size)
                raise
        finally:
            os.close(handle)
        if is_new:
            sync_folder(path.parent)


def truncate_file(path: Path, size: int) -> None:
    """Cut a file off after so many bytes, durably. Raises FedcheckError."""
    with _wrap_disk_errors("mend", path):
        handle = os.open(path, os.O_WRONLY)
        try:
            os.ftruncate(handle, size)
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _wrap_disk_errors(what: str, path: Path) -> Iterator[None]:
    """Turn a disk that refuses into a FedcheckError."""
    try:
        yield
    except OSError as error:
        raise disk_error(what, path, error) from error


def sync_folder(path: Path) -> None:
    """Make a replaced or new name durable (POSIX; elsewhere the system does what it does)."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def disk_error(what: str, path: Path, error: OSError) -> FedcheckError:
    """Return the error for a disk that refuses, in words."""
    reason = (error.strerror or str(error)).lower()
    return FedcheckError(
        f"{path}: cannot {what}: {reason}", "check free space and permissions, then try again"
    )


GUARDED_NAMES = ("", WORKSPACE_FILE, "progress", "history", "checklists", "private", LOCAL_STATE)
"""The places of a workspace where a foreign hand would do the most harm."""

OTHERS_WRITE = 0o002


def check_writable_by_others(root: Path) -> list[Problem]:
    """Return a warning where everybody at this machine can write; POSIX only."""
    if os.name != "posix":
        return []
    for name in GUARDED_NAMES:
        path = root / name
        try:
            mode = path.lstat().st_mode
        except OSError:
            continue
        if mode & OTHERS_WRITE and not path.is_symlink():
            text = f"everybody at this machine can write here (mode {mode & 0o777:o})"
            return [Problem(path, 0, text, "close it with: fedcheck doctor --fix", "warning")]
    return []
