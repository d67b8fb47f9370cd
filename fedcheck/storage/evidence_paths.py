"""Where evidence files are: names in either form of Unicode, and nothing outside the workspace."""

import os
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from stat import S_ISLNK, S_ISREG

from fedcheck.domain.evidence import normalize_link
from fedcheck.storage.paths import HANDOVERS_FOLDER, LOCAL_STATE, WORKSPACE_FILE

OWN_FILES = (
    WORKSPACE_FILE, "requests.toml", "findings.toml", "imports.toml", "glossary.toml",
    "controls.toml",
)  # fmt: skip
OWN_FOLDERS = ("progress", "history", "checklists", HANDOVERS_FOLDER, LOCAL_STATE)


class EvidenceFinder:
    """Finds the evidence files of one workspace; each folder is resolved and listed once.

    Made again for each command: it does not see what changes on the disk meanwhile.
    """

    def __init__(self, root: Path, allowed: Collection[str] = ()) -> None:
        self.root = root
        self.allowed = allowed
        self._top = os.path.realpath(root)
        self._inside: dict[str, bool] = {}
        self._names: dict[str, dict[str, str]] = {}

    def resolve(self, link: str) -> Path:
        """Return the path of a link; a name on disk in another form of Unicode counts as it.

        macOS keeps names decomposed (NFD), most other systems and people write them composed (NFC).
        The exact name goes first. Where there is no such file, the plain path is returned.
        """
        path = self.root / link
        if link.isascii() or "\x00" in link or os.path.lexists(path):
            return path
        found = Path(path.anchor)
        for part in path.parts[1:] if path.anchor else path.parts:
            if part != ".." and not part.isascii() and not os.path.lexists(found / part):
                name = self._list_names(str(found)).get(normalize_link(part))
                if name is None:
                    return path
                part = name
            found /= part
        return found

    def stat_file(self, link: str) -> tuple[Path, os.stat_result] | None:
        """Return path and facts of an evidence file.

        None where there is no ordinary file, or the link leads out of the workspace unallowed.
        """
        try:
            path = self.resolve(link)
            if Path(link).is_absolute():
                if link not in self.allowed:
                    return None
                stat = path.stat()
            else:
                # One lstat says what most files are; only links need to be followed.
                stat = path.lstat()
                if S_ISLNK(stat.st_mode):
                    if self._leaves(path):
                        return None
                    stat = path.stat()
                elif not self._has_inside(path.parent) and self._leaves(path):
                    return None
        except (OSError, ValueError, RuntimeError):
            return None
        return (path, stat) if S_ISREG(stat.st_mode) else None

    def leaves_workspace(self, link: str) -> bool:
        """Return whether a link leads out of the workspace: by `..`, a symlink, or from the root.

        An absolute one may where a person at this machine allowed it (`--outside`). One that came
        with the workspace is nobody's word: it may name any file of this machine.
        """
        if Path(link).is_absolute():
            return link not in self.allowed
        try:
            return self._leaves(self.resolve(link))
        except (OSError, ValueError, RuntimeError):  # a NUL in the name, a circle of symlinks
            return True

    def _leaves(self, path: Path) -> bool:
        return not path.resolve().is_relative_to(self._top)

    def _has_inside(self, folder: Path) -> bool:
        key = str(folder)
        if key not in self._inside:
            self._inside[key] = Path(os.path.realpath(folder)).is_relative_to(self._top)
        return self._inside[key]

    def _list_names(self, folder: str) -> dict[str, str]:
        """Return the names in a folder that are not plain ASCII, by their composed form."""
        if folder not in self._names:
            try:
                with os.scandir(folder) as entries:
                    names = sorted(one.name for one in entries if not one.name.isascii())
            except OSError:
                names = []
            self._names[folder] = {normalize_link(name): name for name in names}
        return self._names[folder]


def resolve_path(root: Path, link: str) -> Path:
    """Return the path of an evidence file; see `EvidenceFinder.resolve`."""
    return EvidenceFinder(root).resolve(link)


def leaves_workspace(root: Path, link: str, allowed: Collection[str] = ()) -> bool:
    """Return whether a link leads out of the workspace; see `EvidenceFinder.leaves_workspace`."""
    return EvidenceFinder(root, allowed).leaves_workspace(link)


def is_fedcheck_file(link: str) -> bool:
    """Return whether a link names a file that fedcheck itself keeps in the workspace."""
    link = normalize_link(link)
    first = PurePosixPath(link).parts[:1]
    return link in OWN_FILES or first in [(name,) for name in OWN_FOLDERS]


def resolve_inside(root: Path, link: str) -> str:
    """Return where a link leads to in the workspace; empty where that is outside."""
    real, top = resolve_path(root, link).resolve(), root.resolve()
    return real.relative_to(top).as_posix() if real.is_relative_to(top) else ""
