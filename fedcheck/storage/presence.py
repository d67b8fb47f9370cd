"""Whether a workspace is still at its path: without it nothing is written, and no folder is made.

Its folder may be renamed, unmounted or removed, `git checkout` may go to a branch without it, and
another workspace may take its place, all while an app or a long command has it open.
"""

import os
from pathlib import Path

from msgspec import Struct

from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError, WorkspaceGoneError
from fedcheck.storage.paths import WORKSPACE_FILE, is_workspace, workspace_of

BACK_HINT = "restore the folder (rename, mount or git checkout), then try again"


def check_present(home: Path) -> None:
    """Raise WorkspaceGoneError where a folder no longer holds a workspace.

    `home` is the root of a workspace, or its private folder, which goes with the workspace.
    """
    root = workspace_of(home)
    try:
        present = is_workspace(root)
    except FedcheckError as error:
        brief = "the workspace's folder cannot be reached"
        raise WorkspaceGoneError(f"{error}; nothing was written", error.hint, brief) from error
    if present:
        return
    if os.path.isdir(root):  # noqa: PTH112 - Path.is_dir raises where a folder is closed to us
        text = f"no longer contains a workspace ({WORKSPACE_FILE} is missing)"
        brief = "the folder no longer contains the workspace"
    else:
        text, brief = "the folder of the workspace is missing", "the workspace's folder is missing"
    raise WorkspaceGoneError(f"{root}: {text}; nothing was written", BACK_HINT, brief)


class Identity(Struct):
    """What distinguishes the workspace that was opened from another one at the same path.

    The same folder is the same workspace, whatever was changed in it. Another folder is the same
    workspace come back (`git checkout`, a copy, a new mount) where it bears the same name.

    Attributes:
        name: the name in its head file when it was read last.
        folder: device and inode of the root; none where there was no folder.
    """

    root: Path
    name: str
    folder: tuple[int, int] | None

    def check(self) -> None:
        """Raise WorkspaceGoneError where the workspace is gone, or another is in its place."""
        check_present(self.root)
        now = _identify_folder(self.root)
        if now == self.folder:
            return
        from fedcheck.storage.toml_io import read  # a folder that stays needs no parser

        try:
            name = read(self.root / WORKSPACE_FILE).data.get("name")
        except FedcheckError as error:
            brief = "the workspace's folder was replaced, and its fedcheck.toml cannot be read"
            raise WorkspaceGoneError(f"{error}; nothing was written", error.hint, brief) from error
        if name != self.name:
            raise WorkspaceGoneError(
                f'{self.root}: another workspace, "{one_line(str(name), 60)}", is in the place of '
                f'"{one_line(self.name, 60)}"; nothing was written',
                "restore the workspace you opened, or open this one",
                "another workspace is in its place",
            )
        self.folder = now


def identify(root: Path, name: str) -> Identity:
    """Return what shows a workspace, of this name now, from another one at its path later."""
    return Identity(root, name, _identify_folder(root))


def _identify_folder(root: Path) -> tuple[int, int] | None:
    try:
        found = root.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
