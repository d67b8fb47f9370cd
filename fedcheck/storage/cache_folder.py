"""The folder of the cache: files that may be lost, and that only this user can have written.

A file holds a checksum and what it is for. Anything odd (a link, another owner, a folder or a file
that others may write, a wrong checksum) means that nothing is there; nothing is ever repaired.
"""

import hashlib
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from fedcheck.storage.confined import DIR_MODE, FILE_MODE, NO_FOLLOW, OpenFolder

MOST_BYTES = 200 << 20
"""The oldest files are removed once all of them take more: 200 MiB."""

_CHECKSUM = hashlib.sha256().digest_size
_LARGEST = 64 << 20
_OTHERS_WRITE = 0o022


class CacheFolder(Struct, frozen=True):
    """A folder of cache files. It is made at the first write."""

    path: Path

    def read(self, name: str) -> memoryview | None:
        """Return what a file holds; None where it is not there, or not as we wrote it."""
        folder = self._open(make=False)
        if folder is None:
            return None
        try:
            handle = folder.open_file(name, os.O_RDONLY)
        except Exception:  # no file, or a link
            return None
        finally:
            folder.close()
        try:
            found = os.fstat(handle)
            if not _is_ours(found, stat.S_ISREG) or not _CHECKSUM < found.st_size <= _LARGEST:
                return None
            data = os.read(handle, found.st_size)
        except OSError:
            return None
        finally:
            os.close(handle)
        held = memoryview(data)[_CHECKSUM:]
        return held if hashlib.sha256(held).digest() == data[:_CHECKSUM] else None

    def has(self, name: str) -> bool:
        """Return whether a file is there."""
        folder = self._open(make=False)
        if folder is None:
            return False
        try:
            return folder.look_at(name) is not None
        except OSError:
            return False
        finally:
            folder.close()

    def write(self, name: str, held: bytes) -> None:
        """Write a file whole, by rename; where that fails, there is none. It is not synced."""
        folder = self._open(make=True)
        if folder is None:
            return
        try:
            if len(held) + _CHECKSUM <= _LARGEST:
                _write(folder, name, hashlib.sha256(held).digest() + held)
        finally:
            folder.close()

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is no matter."""
        folder = self._open(make=False)
        if folder is not None:
            with suppress(OSError):
                folder.remove(name)
            folder.close()

    def prune(self, most: int = MOST_BYTES) -> None:
        """Remove the oldest files until the rest takes no more than so many bytes."""
        folder = self._open(make=False)
        if folder is None:
            return
        found = []
        for name in folder.list_names():
            with suppress(OSError):
                at = folder.look_at(name)
                if at is not None:
                    found.append((at.st_mtime_ns, name, at.st_size))
        size = sum(one[2] for one in found)
        for _, name, taken in sorted(found):
            if size <= most:
                break
            with suppress(OSError):
                folder.remove(name)
            size -= taken
        folder.close()

    def _open(self, *, make: bool) -> OpenFolder | None:
        """Return the open folder; None where it is missing, not ours, a link, or open to others."""
        try:
            if make:
                self.path.mkdir(mode=DIR_MODE, parents=True, exist_ok=True)
            if os.open not in os.supports_dir_fd:
                is_ours = _is_ours(os.lstat(self.path), stat.S_ISDIR)
                return OpenFolder(self.path, None) if is_ours else None
            handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | NO_FOLLOW)
        except OSError:
            return None
        if _is_ours(os.fstat(handle), stat.S_ISDIR):
            return OpenFolder(self.path, handle)
        os.close(handle)
        return None


def _write(folder: OpenFolder, name: str, data: bytes) -> None:
    temporary = f"{name}.{os.urandom(6).hex()}.tmp"
    try:
        handle = folder.open_file(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    except Exception:  # a full disk, a folder that may not be written
        return
    try:
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
        finally:
            os.close(handle)
        folder.replace(temporary, name)
    except OSError:  # a full disk; a folder of that name
        with suppress(OSError):
            folder.remove(temporary)


def _is_ours(found: os.stat_result, is_kind: Callable[[int], bool]) -> bool:
    """Return whether it is of that kind, this user's, and closed to the hands of others (POSIX)."""
    if not is_kind(found.st_mode):
        return False
    if os.name != "posix":
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & _OTHERS_WRITE
