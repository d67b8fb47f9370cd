"""Look into evidence files: hash one without waiting for a pipe, and show whether it is the same.

A hash is remembered with the size, times and inode of its file. While those are the same, and the
file was at rest when it was read, the hash still holds and the file is not read again.
"""

import errno
import hashlib
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.storage.atomic_files import NotPlainError

Step = Callable[[int], None]
"""Hears how many bytes were read; raises Cancelled to end it."""

REST = 2_000_000_000
"""How long a file must have been at rest before a look at it is believed, in nanoseconds.

A file that is written twice within one tick of its file system's clock (2 s on FAT) can have the
same size and times with other bytes.
"""

MAX_SIZES = 8
"""How many hashes of one file are remembered with the size that went with each."""

# A pipe or a device is opened without waiting for its other end, and left alone.
_FLAGS = os.O_RDONLY | sum(getattr(os, n, 0) for n in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
_BLOCK = 1 << 20


class Cancelled(Exception):  # noqa: N818 - nothing is wrong: a person has seen enough
    """Raised by a step: the reading of files ends here."""


class FileLook(Struct, frozen=True):
    """What one look into a file found.

    Attributes:
        sha256: the hash of its bytes.
        size: how many bytes were read.
        mtime: when the bytes changed last, in nanoseconds.
        ctime: when the file's facts changed last, in nanoseconds; 0 where the system has no such
            time. Unlike `mtime` nobody can set it back.
        inode: which file it was.
        at: when reading began, in nanoseconds.
        sizes: the size that went with each other hash that this file is known to have had.
    """

    sha256: str
    size: int
    mtime: int
    ctime: int
    inode: int
    at: int
    sizes: Mapping[str, int] = field(default_factory=dict)

    def fits(self, stat: os.stat_result) -> bool:
        """Return whether a file has the facts that it had at this look."""
        return (self.size, self.mtime, self.ctime, self.inode) == _list_facts(stat)

    def has(self, sha256: str) -> bool:
        """Return whether a hash is that of the bytes; a person may have written it in capitals."""
        return sha256.lower() == self.sha256

    def may_be(self, sha256: str, size: int) -> bool:
        """Return whether a file of a size can have a hash; not where it went with another size."""
        known = self.size if self.has(sha256) else self.sizes.get(sha256.lower(), size)
        return known == size

    @property
    def settled(self) -> bool:
        """Return whether the file was at rest: no later write can hide in the same tick.

        A time far ahead is no recent write, but was set by a person or an archive.
        """
        return abs(self.at - self.mtime) >= REST and self.at - self.ctime >= REST


def look_into(path: Path, step: Step | None = None, most: int | None = None) -> FileLook:
    """Hash an ordinary file and return what was seen; `step` hears of every megabyte read.

    Raises OSError where it cannot be read, is no ordinary file, changes while it is read, or has
    more bytes than `most`.
    """
    at = time.time_ns()
    with open_regular(path) as file:
        before = os.fstat(file.fileno())
        digest, size = hashlib.sha256(), 0
        while block := file.read(_BLOCK):
            size += len(block)
            if most is not None and size > most:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
            digest.update(block)
            if step:
                step(len(block))
        after = os.fstat(file.fileno())
    # Written while it was read: the hash is of bytes that nobody will find again.
    at = at if _list_facts(before) == _list_facts(after) and size == after.st_size else 0
    return FileLook(digest.hexdigest(), size, *_list_facts(after)[1:], at)


def open_regular(path: Path) -> Any:
    """Open an ordinary file for reading, without ever waiting for what is none.

    What is there is looked at once it is open: it may have been replaced since any earlier
    look. Raises OSError; NotPlainError for a folder, a pipe or a device.
    """
    handle = os.open(path, _FLAGS)
    try:
        mode = os.fstat(handle).st_mode
        if S_ISDIR(mode):
            raise NotPlainError(errno.EISDIR, "a folder, not a file", str(path))
        if not S_ISREG(mode):
            raise NotPlainError(errno.EINVAL, "a device or a pipe, not a file", str(path))
        return os.fdopen(handle, "rb", buffering=0)
    except BaseException:
        os.close(handle)
        raise


def hash_file(path: Path, step: Step | None = None) -> str:
    """Return the SHA-256 of an ordinary file. Raises as `look_into`."""
    return look_into(path, step).sha256


def parse_look(data: Any) -> FileLook | None:
    """Return a look as it was remembered; None for what is none."""
    try:
        return msgspec.convert(data, FileLook)
    except msgspec.ValidationError:
        return None


def with_sizes(look: FileLook, earlier: FileLook | None) -> FileLook:
    """Return a look that also knows the sizes which an earlier one knew."""
    if earlier is None:
        return look
    known = {**earlier.sizes, earlier.sha256: earlier.size}
    known.pop(look.sha256, None)
    return replace(look, sizes=dict([*known.items()][-MAX_SIZES:]))


def _list_facts(stat: os.stat_result) -> tuple[int, int, int, int]:
    ctime = 0 if sys.platform == "win32" else stat.st_ctime_ns  # there: when it was created
    return stat.st_size, stat.st_mtime_ns, ctime, stat.st_ino
