"""Whose a file is after somebody else has saved it: owner and group stay, where that is allowed."""

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from fedcheck.errors import ErrorKind, FedcheckError

READ_WRITE = 0o6


def keep_owner(path: Path, handle: int, old: os.stat_result) -> None:
    """Give a new file the owner and group of the one that it replaces (POSIX).

    Args:
        path: the file, for the message.
        handle: the new file, open; it has its mode already.
        old: the status of the file that it is to replace.

    Raises:
        FedcheckError: where this user may not, and the owner could then no longer read or write it.
    """
    if sys.platform == "win32":
        return
    new = os.fstat(handle)
    if (new.st_uid, new.st_gid) == (old.st_uid, old.st_gid):
        return
    try:
        os.fchown(handle, old.st_uid, old.st_gid)
    except OSError:
        with suppress(OSError):
            os.fchown(handle, -1, old.st_gid)
        new = os.fstat(handle)
        if new.st_uid != old.st_uid and not _may_read_and_write(old.st_uid, new):
            owner = _name_user(old.st_uid)
            raise FedcheckError(
                f"{path}: belongs to {owner}, who could not read or write it after this save",
                f"save as {owner}, or let the group of {owner} read and write it: chmod g+rw",
                ErrorKind.REFUSED,
            ) from None


def give_to_owner_of_folder(handle: int, folder: os.stat_result) -> None:
    """Give what root makes in another user's folder to that user (POSIX).

    Else the first command that root runs there would lock the owner out of the local state. A file
    with a second name is left: it may be one of root's that the user has linked there.
    """
    if sys.platform != "win32" and os.geteuid() == 0 and folder.st_uid != 0:
        found = os.fstat(handle)
        if stat.S_ISREG(found.st_mode) and found.st_nlink > 1:
            return
        with suppress(OSError):  # some file systems keep no owners
            os.fchown(handle, folder.st_uid, folder.st_gid)


def _may_read_and_write(user: int, found: os.stat_result) -> bool:
    """Return whether a user who does not own a file can read and write it."""
    if found.st_mode & READ_WRITE == READ_WRITE:
        return True
    is_open_to_group = (found.st_mode >> 3) & READ_WRITE == READ_WRITE
    return is_open_to_group and found.st_gid in _list_groups(user)


def _list_groups(user: int) -> list[int]:
    """Return the groups of a user; none where the system does not know the user."""
    if sys.platform == "win32":
        return []
    import pwd  # loaded here: Windows has none

    try:
        known = pwd.getpwuid(user)
    except KeyError:
        return []
    return os.getgrouplist(known.pw_name, known.pw_gid)


def _name_user(user: int) -> str:
    if sys.platform != "win32":
        import pwd  # loaded here: Windows has none

        with suppress(KeyError):
            return pwd.getpwuid(user).pw_name
    return f"user {user}"
