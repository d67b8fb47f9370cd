"""Walk down from a trusted folder without following a link, and act on names in open folders.

A workspace may come from a stranger: a link in it must not lead a save to another place. Where the
system can act relative to an open folder, nobody can swap a folder for a link behind our back;
elsewhere every name on the way is looked at first.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fedcheck.errors import FedcheckError
from fedcheck.storage.ownership import give_to_owner_of_folder
from fedcheck.storage.paths import PRIVATE_FOLDER

FILE_MODE = 0o600
DIR_MODE = 0o700

CAN_WALK = (
    {os.open, os.mkdir, os.stat, os.unlink, os.rename, os.link} <= os.supports_dir_fd
    and os.scandir in os.supports_fd
    and hasattr(os, "O_NOFOLLOW")
    and hasattr(os, "O_DIRECTORY")
)
"""Whether names can be opened, made, replaced and removed relative to an open folder."""

NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
NO_WAIT = getattr(os, "O_NONBLOCK", 0)
"""Opening a pipe must not wait for its other end."""

_BINARY = getattr(os, "O_BINARY", 0)
_FOLDER = NO_FOLLOW | getattr(os, "O_DIRECTORY", 0)
_PASS = getattr(os, "O_PATH", os.O_RDONLY)
"""How a folder is opened that is only walked through: we may pass it, but perhaps not list it."""

_MOUNT_POINT = 0xA0000003
"""The reparse tag of a junction, a link of Windows that `S_ISLNK` does not count as one."""


OUTSIDE_LINK = "is a link that leads outside the workspace or into private/"
"""What is wrong with a file that is not read, for its text would land in a report."""


class LinkError(FedcheckError):
    """A link is on the way to what was to be written."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: is a link; fedcheck writes nothing through it",
            "remove the link, or replace it with the file or folder itself",
        )
        self.path = path


class OpenFolder:
    """A folder that was reached without following a link.

    Attributes:
        path: what it is called in messages.
        handle: the open folder; None where the system cannot act relative to one.
    """

    __slots__ = ("handle", "path")

    def __init__(self, path: Path, handle: int | None) -> None:
        self.path = path
        self.handle = handle

    def _at(self, name: str) -> str:
        return name if self.handle is not None else str(self.path / name)

    def look_at(self, name: str) -> os.stat_result | None:
        """Return the status of a name itself, not of what it leads to; None where nothing is."""
        try:
            return os.stat(self._at(name), dir_fd=self.handle, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def refuse_link(self, name: str) -> os.stat_result | None:
        """Return the status of a name as `look_at`. Raises LinkError where it is a link."""
        found = self.look_at(name)
        if found is not None and is_link(found):
            raise LinkError(self.path / name)
        return found

    def open_file(self, name: str, flags: int, mode: int = FILE_MODE) -> int:
        """Open a file. Raises OSError; LinkError where the name is a link."""
        if self.handle is None:
            self.refuse_link(name)
        try:
            return os.open(
                self._at(name), flags | NO_FOLLOW | NO_WAIT | _BINARY, mode, dir_fd=self.handle
            )
        except OSError:
            self.refuse_link(name)
            raise

    def open_folder(self, name: str, flags: int) -> "OpenFolder":
        """Open a folder in this one. Raises OSError; LinkError where the name is a link."""
        if self.handle is None:
            found = self.refuse_link(name)
            if found is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
            if not stat.S_ISDIR(found.st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), name)
            return OpenFolder(self.path / name, None)
        try:
            handle = os.open(name, flags | _FOLDER, dir_fd=self.handle)
        except OSError:
            self.refuse_link(name)
            raise
        return OpenFolder(self.path / name, handle)

    def make_folder(self, name: str) -> None:
        """Make a folder, its owner's only, durably; one that is there is no matter."""
        try:
            os.mkdir(self._at(name), DIR_MODE, dir_fd=self.handle)
        except FileExistsError:
            return
        self.sync()

    def replace(self, old: str, new: str) -> None:
        """Give a file another name of this folder, in the place of what has that name."""
        os.replace(self._at(old), self._at(new), src_dir_fd=self.handle, dst_dir_fd=self.handle)

    def remove(self, name: str) -> None:
        """Remove a file; a link is removed itself."""
        os.unlink(self._at(name), dir_fd=self.handle)

    def link(self, name: str, target: "OpenFolder", new: str) -> None:
        """Give a file of this folder a second name in another one."""
        source, name_there = self._at(name), target._at(new)
        if self.handle is None:
            os.link(source, name_there)
            return
        os.link(
            source,
            name_there,
            src_dir_fd=self.handle,
            dst_dir_fd=target.handle,
            follow_symlinks=False,
        )

    def list_names(self) -> list[str]:
        """Return the names in this folder."""
        with os.scandir(self.path if self.handle is None else self.handle) as listing:
            return [one.name for one in listing]

    def sync(self) -> None:
        """Make a replaced or new name durable (POSIX; elsewhere the system does what it does)."""
        if self.handle is not None:
            os.fsync(self.handle)

    def close(self) -> None:
        """Close the folder; what was done in it is on the disk by `sync`, not by closing it."""
        handle, self.handle = self.handle, None
        if handle is not None:
            with suppress(OSError):
                os.close(handle)


def is_link(found: os.stat_result) -> bool:
    """Return whether a status is that of a symbolic link, or of a junction."""
    return stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _MOUNT_POINT


@contextmanager
def open_folder(folder: Path, under: Path, *, make: bool = False) -> Iterator[OpenFolder]:
    """Open a folder that is, or is in, a trusted one; no link on the way down is followed.

    Args:
        folder: the folder.
        under: the trusted folder. Where it is a link itself, it is resolved once.
        make: whether folders below the trusted one that are missing are made.

    Raises:
        FedcheckError: where a link is on the way, the trusted folder is gone, or the folder does
            not are in it.
        OSError: where the disk refuses.
    """
    parts = _split_below(folder, under)
    at = _open_trusted(under, os.O_RDONLY if not parts or make else _PASS)
    try:
        for number, name in enumerate(parts, start=1):
            flags = os.O_RDONLY if number == len(parts) or make else _PASS
            try:
                inner = at.open_folder(name, flags)
            except FileNotFoundError:
                if not make:
                    raise
                at.make_folder(name)
                inner = at.open_folder(name, flags)
                if at.handle is not None and inner.handle is not None:
                    give_to_owner_of_folder(inner.handle, os.fstat(at.handle))
            at.close()
            at = inner
        yield at
    finally:
        at.close()


def _open_trusted(under: Path, flags: int) -> OpenFolder:
    real = os.path.realpath(under)
    try:
        if CAN_WALK:
            return OpenFolder(under, os.open(real, flags | _FOLDER))
        if not stat.S_ISDIR(Path(real).stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), real)
    except FileNotFoundError:
        raise FedcheckError(
            f"{under}: this folder is missing", "restore it, then try again; nothing was written"
        ) from None
    return OpenFolder(under, None)


def _split_below(folder: Path, under: Path) -> tuple[str, ...]:
    """Return the names from a trusted folder down to another one.

    Raises FedcheckError where the way leads up, or elsewhere.
    """
    parts: tuple[str, ...] | None = None
    for path, top in ((folder, under), (folder.absolute(), under.absolute())):
        if path.is_relative_to(top):
            parts = path.relative_to(top).parts
            break
    if parts is None or ".." in parts:
        raise FedcheckError(
            f"{folder}: is not inside {under}; fedcheck writes nothing there", "check the name"
        )
    return parts


def leads_outside(path: Path, under: Path) -> bool:
    """Return whether a path leads out of a workspace once every link in it is followed.

    So does one that leads into its private folder without naming it: what is there must not reach
    a report by a link that somebody else has put among the shared files.
    """
    if _has_no_link(str(path), str(under)):
        return False
    real, home = os.path.realpath(path), os.path.realpath(under)
    if not _lies_in(real, home):
        return True
    inside = os.path.realpath(under / PRIVATE_FOLDER)
    if inside == home or not _lies_in(real, inside):
        return False
    return not _lies_in(str(path.absolute()), str(under.absolute() / PRIVATE_FOLDER))


def _has_no_link(path: str, under: str) -> bool:
    """Return whether no name below a workspace on the way to a path is a link; False in doubt.

    The private folder must be none either. Then the path leads where it says: the usual case, at
    a tenth of the price of following it.
    """
    top = under.rstrip(os.sep) + os.sep
    names = path[len(top) :].split(os.sep) if path.startswith(top) else [os.pardir]  # noqa: PTH206
    if os.pardir in names:
        return False
    try:
        at = top.rstrip(os.sep)
        for name in names:
            at = f"{at}{os.sep}{name}"
            if is_link(os.lstat(at)):
                return False
        return not is_link(os.lstat(top + PRIVATE_FOLDER))
    except FileNotFoundError:
        return at == path  # all names were looked at: it, or the private folder, is missing
    except (OSError, ValueError):
        return False


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
