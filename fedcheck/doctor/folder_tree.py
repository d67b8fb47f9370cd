"""Everything that is in a workspace folder, looked at once and never through a symlink."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fedcheck.storage.paths import (
    HANDOVERS_FOLDER,
    LOCAL_STATE,
    PRIVATE_FOLDER,
    WORKSPACE_FILE,
)

PLACES = (
    WORKSPACE_FILE, "requests.toml", "findings.toml", "imports.toml", "glossary.toml",
    "controls.toml", "checklists", "progress", "history", "evidence", "reports",
    HANDOVERS_FOLDER, PRIVATE_FOLDER, LOCAL_STATE,
)  # fmt: skip
"""What of a workspace folder is fedcheck's to guard; what else is there is not ours."""

MAX_DEPTH = 64
"""How many folders deep is looked; nobody keeps evidence deeper, and a path has its limits."""

MAX_FOLDERS = 20
"""Up to so many folders are listed one by one."""

OTHERS_EXECUTE = 0o011
"""The bits of a folder that let its group and others pass."""


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file, folder or link of the workspace.

    Attributes:
        status: of the entry itself, not of what a link leads to.
        reach: whom the folders above it let pass: 0o010 the group, 0o001 others.
    """

    path: Path
    status: os.stat_result
    reach: int

    @property
    def is_file(self) -> bool:
        """Return whether it is a regular file."""
        return stat.S_ISREG(self.status.st_mode)

    @property
    def is_folder(self) -> bool:
        """Return whether it is a folder."""
        return stat.S_ISDIR(self.status.st_mode)


@dataclass(slots=True)
class FolderTree:
    """What is in a workspace, the root first; `closed` names what could not be looked into."""

    root: Path
    entries: list[TreeEntry] = field(default_factory=list)
    closed: list[tuple[Path, str]] = field(default_factory=list)

    def under(self, *names: str) -> Iterator[TreeEntry]:
        """Yield the entries of the root with these names, and everything in them."""
        for entry in self.entries:
            if self.place(entry.path) in names:
                yield entry

    def place(self, path: Path) -> str:
        """Return the name of the entry of the root that a path is or is in; empty for the root.

        The path is one of this tree.
        """
        depth = len(self.root.parts)
        return path.parts[depth] if len(path.parts) > depth else ""

    def by_folder(self, entries: Sequence[TreeEntry]) -> dict[Path, list[TreeEntry]]:
        """Return entries by the folder that they are in, or by the place where that is too many."""
        by_parent: dict[Path, list[TreeEntry]] = {}
        by_place: dict[Path, list[TreeEntry]] = {}
        for one in entries:
            by_parent.setdefault(one.path.parent, []).append(one)
            by_place.setdefault(self.root / self.place(one.path), []).append(one)
        return by_parent if len(by_parent) <= MAX_FOLDERS else by_place


def scan_folder(root: Path) -> FolderTree:
    """Look at a workspace folder. Raises nothing: what is closed to us is noted.

    Folders called `.git` are left out: they are git's own.
    """
    tree = FolderTree(root)
    try:
        status = root.stat()
    except OSError as error:
        tree.closed.append((root, _explain_error(error)))
        return tree
    tree.entries.append(TreeEntry(root, status, OTHERS_EXECUTE))
    work = [(root, 0, status.st_mode & OTHERS_EXECUTE)]
    while work:
        folder, depth, reach = work.pop()
        for entry in _scan_content(folder, reach, tree):
            tree.entries.append(entry)
            if not entry.is_folder or entry.path.name == ".git":
                continue
            if depth == MAX_DEPTH:
                tree.closed.append((entry.path, f"more than {MAX_DEPTH} folders deep"))
            else:
                work.append((entry.path, depth + 1, reach & entry.status.st_mode))
    return tree


def _scan_content(folder: Path, reach: int, tree: FolderTree) -> Iterator[TreeEntry]:
    try:
        with os.scandir(folder) as listing:
            found = sorted(listing, key=lambda one: one.name)
    except OSError as error:
        tree.closed.append((folder, _explain_error(error)))
        return
    for one in found:
        try:
            yield TreeEntry(folder / one.name, one.stat(follow_symlinks=False), reach)
        except OSError as error:
            tree.closed.append((folder / one.name, _explain_error(error)))


def _explain_error(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
