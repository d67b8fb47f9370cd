"""Who else may read and write files of a workspace, and closing them."""

import os
import stat
from pathlib import Path

from fedcheck.errors import Problem
from fedcheck.storage.confined import open_folder
from fedcheck.storage.paths import LOCAL_STATE, WORKSPACE_FILE

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
            text = f"every user of this machine can write here (mode {mode & 0o777:o})"
            return [Problem(path, 0, text, "close it with: fedcheck doctor --fix", "warning")]
    return []


def take_mode_bits(path: Path, bits: int, *, under: Path) -> bool:
    """Take permission bits from a file or folder of this user; return whether it had any (POSIX).

    The open file is asked and changed, not its name: whoever could write in the folder might have
    put a link there since. Raises OSError; LinkError where the name is a link.
    """
    if path == under:
        handle = os.open(os.path.realpath(path), os.O_RDONLY)
        try:
            return _take_bits(handle, bits)
        finally:
            os.close(handle)
    with open_folder(path.parent, under) as folder:
        try:
            handle = folder.open_file(path.name, os.O_RDONLY)
        except PermissionError:  # its owner may not even read it
            found = folder.refuse_link(path.name)
            if found is None or found.st_uid != os.geteuid():
                return False
            mode = stat.S_IMODE(found.st_mode) & ~bits
            os.chmod(path.name, mode, dir_fd=folder.handle)
            return True
        try:
            return _take_bits(handle, bits)
        finally:
            os.close(handle)


def _take_bits(handle: int, bits: int) -> bool:
    found = os.fstat(handle)
    if found.st_uid != os.geteuid() or not found.st_mode & bits:
        return False
    os.fchmod(handle, stat.S_IMODE(found.st_mode) & ~bits)
    return True
