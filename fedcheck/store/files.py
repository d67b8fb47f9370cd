"""Writing so that a crash leaves the old state or the new one, for the owner's eyes only."""

import os
import tempfile
from pathlib import Path

from fedcheck.store.problems import FedcheckError

FILE_MODE = 0o600
DIR_MODE = 0o700


def make_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, for their owner only."""
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a folder is closed to us
        return
    make_folder(path.parent)
    try:
        path.mkdir(mode=DIR_MODE, exist_ok=True)
    except OSError as error:
        raise cannot("make the folder", path, error) from error


def toml_files(folder: Path) -> list[Path]:
    """Return the TOML files of a folder in the order of their names.

    Hidden ones are left out: editors keep locks and copies of what is open under such names.
    """
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.glob("*.toml") if not path.name.startswith("."))


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file as a whole: temporary file, flush, fsync, replace, fsync of the folder.

    A new file is its owner's only; the mode of an existing one is kept. Raises FedcheckError
    where the disk refuses; the old file then stands as it was.
    """
    make_folder(path.parent)
    target = Path(os.path.realpath(path))
    temporary = ""
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else FILE_MODE
        handle, temporary = tempfile.mkstemp(prefix=".fedcheck-", suffix=".tmp", dir=target.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        if os.name == "posix":
            Path(temporary).chmod(mode)
        Path(temporary).replace(target)
        temporary = ""
        sync_folder(target.parent)
    except OSError as error:
        raise cannot("save", path, error) from error
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def append(path: Path, data: bytes) -> None:
    """Append to a file and fsync it; a new file is its owner's only. Raises FedcheckError."""
    make_folder(path.parent)
    try:
        is_new = not path.exists()
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            sync_folder(path.parent)
    except OSError as error:
        raise cannot("append to", path, error) from error


def sync_folder(path: Path) -> None:
    """Make a replaced or new name durable (POSIX; elsewhere the system does what it does)."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def cannot(what: str, path: Path, error: OSError) -> FedcheckError:
    """Return the error for a disk that refuses, in words."""
    reason = (error.strerror or str(error)).lower()
    return FedcheckError(
        f"{path}: cannot {what}: {reason}", "check free space and permissions, then try again"
    )
