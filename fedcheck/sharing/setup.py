"""Register the merge driver in one clone: git's configuration there, and `.gitattributes`."""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from fedcheck.errors import ErrorKind, FedcheckError, InvalidFileError
from fedcheck.storage import atomic_files
from fedcheck.storage.git_driver import DRIVER_KEY, NAME_KEY
from fedcheck.storage.git_snapshot import run_git
from fedcheck.storage.raw_files import read_bytes
from fedcheck.storage.workspace_creation import ATTRIBUTES, IGNORED, MERGED

TITLE = "fedcheck: records merge one by one"


class Registered(Struct, frozen=True):
    """What was set up.

    Attributes:
        driver: the command that git runs in this clone.
        added: the lines that `.gitattributes` did not have yet.
    """

    driver: str
    added: tuple[str, ...]


def keep_in_git(root: Path) -> Registered:
    """Make a repository for a workspace, unless it is in one, and register the driver.

    Raises FedcheckError where git is not installed, or refuses.
    """
    if run_git(root, "rev-parse", "--is-inside-work-tree").returncode:
        done = run_git(root, "init", "-q")
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise FedcheckError(f"{root}: git cannot create a repository: {said[:200]}", "")
    return register_driver(root)


def register_driver(root: Path) -> Registered:
    """Register the driver in the clone around a workspace; once more, it does no harm.

    Raises FedcheckError where there is no git or no repository, or the disk refuses.
    """
    inside = run_git(root, "rev-parse", "--is-inside-work-tree")
    if inside.returncode or inside.stdout.strip() != b"true":
        raise FedcheckError(
            f"{root}: is not in a git repository that git trusts",
            "run git init there, or clone the repository, then try again",
            ErrorKind.USAGE,
        )
    driver = make_driver_command()
    for key, value in ((NAME_KEY, TITLE), (DRIVER_KEY, driver)):
        done = run_git(root, "config", "--local", "--replace-all", key, value)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise FedcheckError(
                f"git cannot change its configuration: {said[:200]}", "check its permissions"
            )
    return Registered(driver, _add_lines(root, ".gitattributes", (*ATTRIBUTES, *MERGED)))


def make_driver_command() -> str:
    """Return the command line of the driver, for the shell that git runs it with.

    Where this fedcheck was removed since, git merges lines itself: one side must never are there
    as if it were both.
    """
    program = find_program()
    start = " ".join(_quote(word) for word in program)
    return (
        f"if test -x {_quote(program[0])}; then {start} merge-file %O %A %B %P;"
        " else git merge-file %A %O %B; fi"
    )


def find_program() -> list[str]:
    """Return the words that start this fedcheck from anywhere."""
    typed = Path(sys.argv[0])
    if typed.name == "fedcheck" and typed.is_file() and os.access(typed, os.X_OK):
        return [str(typed.absolute())]
    return [sys.executable, "-P", "-m", "fedcheck"]  # -P: nothing of the repository is run


def _quote(word: str) -> str:
    """Return a word for the shell, in a line in which git replaces what follows a percent sign."""
    return shlex.quote(word).replace("%", "%%")


def ignore_in_git(root: Path, lines: Sequence[str] = IGNORED) -> tuple[str, ...]:
    """Let git leave out what stays on this machine; return the lines that `.gitignore` lacked."""
    return _add_lines(root, ".gitignore", lines)


def _add_lines(root: Path, name: str, wanted: Sequence[str]) -> tuple[str, ...]:
    path = root / name
    try:
        held = read_bytes(path, root) if os.path.lexists(path) else b""
    except InvalidFileError as error:
        raise FedcheckError(str(error.problems[0]), "", ErrorKind.REFUSED) from None
    known = {line.strip() for line in held.decode("utf-8", "replace").splitlines()}
    added = tuple(line for line in wanted if line not in known)
    if added:
        gap = b"" if not held or held.endswith(b"\n") else b"\n"
        text = "".join(f"{line}\n" for line in added)
        atomic_files.replace_file(path, held + gap + text.encode(), under=root)
    return added
