"""Sharing by git: what must stay on this machine, and how histories of two clones merge.

git itself is not run: only its small text files are read.
"""

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from fedcheck.doctor.defect import Defect
from fedcheck.errors import InvalidFileError
from fedcheck.store.paths import MACHINE
from fedcheck.store.toml import read_bytes
from fedcheck.store.workspaces import GITATTRIBUTES, GITIGNORE


def git(root: Path) -> list[Defect]:
    """Return what is amiss where a workspace lies in a git work tree; nothing elsewhere."""
    top = next((one for one in (root, *root.parents) if os.path.lexists(one / ".git")), None)
    if top is None:
        return []
    found = []
    if not _is_ignored(root, top):
        found.append(
            Defect(
                "git",
                "warning",
                f"git is not told to leave {MACHINE}/ out: locks and copies would be shared",
                f"add the line {GITIGNORE.strip()} to this file",
                root / ".gitignore",
            )
        )
    if not _merges_histories(root, top):
        found.append(
            Defect(
                "git",
                "note",
                "git is not told to keep both sides when it merges history files",
                f"add the line {GITATTRIBUTES.strip()} to this file",
                root / ".gitattributes",
            )
        )
    return found


def _is_ignored(root: Path, top: Path) -> bool:
    """Tell whether .gitignore of the workspace, or one above it, leaves our folder out."""
    ignored = False
    for folder in _from_top(root, top):
        below = (root / MACHINE).relative_to(folder).as_posix()
        for line in _lines(folder / ".gitignore"):
            pattern = line.removeprefix("!").removeprefix("**/")
            bare = pattern.rstrip("/").removesuffix("/**").removesuffix("/*")
            if fnmatch(below if "/" in bare else MACHINE, bare.removeprefix("/")):
                ignored = not line.startswith("!")
    return ignored


def _merges_histories(root: Path, top: Path) -> bool:
    name = "history/x.jsonl"
    for folder in _from_top(root, top):
        below = (root / name).relative_to(folder).as_posix()
        for line in _lines(folder / ".gitattributes"):
            pattern, *attributes = line.split()
            if "merge=union" in attributes:
                plain = pattern.removeprefix("/")
                if fnmatch(below if "/" in pattern else "x.jsonl", plain):
                    return True
    return False


def _from_top(root: Path, top: Path) -> Iterator[Path]:
    """Yield the folders from the top of the work tree down to the workspace."""
    folders = [root, *root.parents]
    yield from reversed(folders[: folders.index(top) + 1])


def _lines(path: Path) -> list[str]:
    """Return the lines of a small text file that say something; none where it cannot be read."""
    try:
        text = read_bytes(path).decode("utf-8", "replace")
    except InvalidFileError:
        return []
    stripped = (line.strip() for line in text.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]
