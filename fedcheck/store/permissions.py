"""Who else can write in a workspace: a record that anybody can change proves nothing."""

import os
from pathlib import Path

from fedcheck.errors import Problem
from fedcheck.store.paths import HEAD, MACHINE

GUARDED = ("", HEAD, "progress", "history", "checklists", "private", MACHINE)
"""The places of a workspace where a foreign hand would do the most harm."""

OTHERS_WRITE = 0o002


def writable_by_others(root: Path) -> list[Problem]:
    """Return a warning where everybody at this machine can write; POSIX only."""
    if os.name != "posix":
        return []
    for name in GUARDED:
        path = root / name
        try:
            mode = path.lstat().st_mode
        except OSError:
            continue
        if mode & OTHERS_WRITE and not path.is_symlink():
            text = f"everybody at this machine can write here (mode {mode & 0o777:o})"
            return [Problem(path, 0, text, "close it with: fedcheck doctor --fix", "warning")]
    return []
