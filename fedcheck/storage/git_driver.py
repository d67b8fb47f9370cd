"""Whether a clone knows our merge driver, read from its configuration without running git."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from fedcheck.errors import InvalidFileError
from fedcheck.storage.atomic_files import read_prefix
from fedcheck.storage.raw_files import read_bytes

NAME_KEY = "merge.fedcheck.name"
DRIVER_KEY = "merge.fedcheck.driver"

_SECTION = re.compile(r'\[\s*merge\s+"fedcheck"\s*\]\s*(?:[#;].*)?$', re.IGNORECASE)
_DRIVER = re.compile(r"driver\s*=\s*\S", re.IGNORECASE)


def is_registered(top: Path) -> bool | None:
    """Return whether the clone with this top folder has the driver; None where that is not known.

    A worktree and a submodule keep their configuration elsewhere and state where. What the user
    configured for all repositories is not looked at.
    """
    files = [path for path in _config_files(top / ".git") if path.is_file()]
    try:
        return (
            any(_has_driver(read_bytes(path).decode("utf-8", "replace")) for path in files)
            if (files)
            else None
        )
    except InvalidFileError:
        return None


def _config_files(git: Path) -> Iterator[Path]:
    try:
        if not git.is_dir():
            said = read_prefix(git, 4096).decode("utf-8", "replace").partition("\n")[0]
            git = git.parent / said.removeprefix("gitdir:").strip()
        common = git / "commondir"
        if os.path.lexists(common):
            git = git / read_prefix(common, 4096).decode("utf-8", "replace").strip()
    except (OSError, ValueError):
        return
    yield git / "config"


def _has_driver(text: str) -> bool:
    inside = False
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("["):
            inside = _SECTION.match(stripped) is not None
        elif inside and _DRIVER.match(stripped):
            return True
    return False
