"""`sync --setup`, run once in each clone, on each machine."""

import os
from pathlib import Path

from msgspec import Struct

from fedcheck.domain.text import one_line
from fedcheck.sharing.clone_state import find_git_folder, find_only_upstream
from fedcheck.sharing.git_steps import Git
from fedcheck.sharing.git_trust import (
    describe_remotes,
    find_top,
    note_setup,
    read_clone_config,
    refuse_programs,
)
from fedcheck.sharing.setup import ignore_in_git, register_driver
from fedcheck.storage.workspace_creation import IGNORED


class SyncSetup(Struct, frozen=True):
    """What was set up.

    Attributes:
        added: the lines that `.gitattributes` did not have yet.
        ignored: the lines that `.gitignore` did not have yet.
        remotes: the addresses that sync may reach.
        hooks: hooks of the clone; sync does not run them.
        upstream: the branch of the remote that was noted as upstream; empty where none was.
    """

    added: tuple[str, ...]
    ignored: tuple[str, ...]
    remotes: tuple[str, ...]
    hooks: tuple[str, ...] = ()
    upstream: str = ""


def set_up_sync(root: Path, *, with_private: bool = False) -> SyncSetup:
    """Check a clone, register the driver, and note that sync may run git in it.

    A remote that was added and never used becomes the upstream of the branch.

    Raises FedcheckError, status 2, where there is no repository, or where the clone's configuration
    may run programs: nothing is changed then.
    """
    git = Git(root)
    find_top(git)
    refuse_programs(read_clone_config(git))
    registered = register_driver(root)
    # Where private/ may go to the remote, what ignores it is for a person to take out.
    wanted = [one for one in IGNORED if not (with_private and one.startswith("private"))]
    ignored = ignore_in_git(root, wanted)
    found = note_setup(git, with_private)
    remotes = tuple(describe_remotes([one]) for one in found.remotes)
    upstream = _note_upstream(git)
    return SyncSetup(registered.added, ignored, remotes, _list_hooks(git), upstream)


def _note_upstream(git: Git) -> str:
    """Let the branch be shared under its own name where there is only one way to share it."""
    branch, remote = find_only_upstream(git)
    if not remote:
        return ""
    git.ask("config", f"branch.{branch}.remote", remote)
    git.ask("config", f"branch.{branch}.merge", f"refs/heads/{branch}")
    return one_line(f"{remote}/{branch}", 100)


def _list_hooks(git: Git) -> tuple[str, ...]:
    """Return the hooks of a clone that git would run by itself."""
    folder = find_git_folder(git) / "hooks"
    try:
        names = sorted(one.name for one in os.scandir(folder) if one.is_file())
    except OSError:
        return ()
    return tuple(
        one_line(name, 40)
        for name in names
        if "." not in name and os.access(folder / name, os.X_OK)
    )
