"""A workspace as it was at a revision of git: its own files, taken out into a folder.

Only what git keeps is read, by three of its plumbing commands. They run no hook, no filter, no
pager and no signature program, and nothing is fetched over a network.
"""

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage.paths import WORKSPACE_FILE
from fedcheck.storage.typed_files import write_scratch_files

if TYPE_CHECKING:
    from subprocess import CompletedProcess

TIMEOUT_SECONDS = 60
"""How long git may take for one answer."""

MAX_BYTES = 256 * 1024 * 1024
"""The most that is taken out, in bytes."""

_OURS = re.compile(
    rb"(?:private/)?(?:fedcheck\.toml|requests\.toml|findings\.toml|sent\.toml"
    rb"|progress/[^/]+\.toml|checklists/[^/]+\.toml)"
)
_BLOB = re.compile(rb"(100644|100755) blob ([0-9a-f]{40,64})\t(.+)", re.DOTALL)
_COMMITTED = re.compile(rb"^committer .*> (\d{1,12}) [+-]\d{4}$", re.MULTILINE)
_SAFE = ("core.fsmonitor=false", "core.hooksPath=/dev/null", "protocol.allow=never")


class Revision(Struct, frozen=True):
    """A commit.

    Attributes:
        name: as it was typed.
        commit: its hash.
        committed: when it was made.
    """

    name: str
    commit: str
    committed: datetime

    @property
    def short(self) -> str:
        """Return the beginning of its hash."""
        return self.commit[:9]


def find_revision(root: Path, name: str) -> Revision:
    """Return the commit that a revision names in the repository around a workspace.

    Raises FedcheckError, status 2, where git is not installed, the folder is in no repository,
    or git knows no such revision.
    """
    shown = one_line(name, 60)
    if not name.strip() or name.startswith("-") or not name.isprintable():
        raise FedcheckError(
            f'"{shown}" is not a revision', "name a branch, a tag or a commit", ErrorKind.USAGE
        )
    inside = run_git(root, "rev-parse", "--is-inside-work-tree")
    if inside.returncode:
        if b"dubious ownership" in inside.stderr:
            hint = "it belongs to another user; see git's safe.directory"
            raise FedcheckError(
                f"{root}: git does not trust this repository", hint, ErrorKind.USAGE
            )
        hint = "name a date or an earlier report instead"
        raise FedcheckError(f"{root}: is not in a git repository", hint, ErrorKind.USAGE)
    found = run_git(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    commit = found.stdout.decode("ascii", "replace").strip()
    if found.returncode or not re.fullmatch(r"[0-9a-f]{40,64}", commit):
        raise FedcheckError(
            f'git has no revision "{shown}" here',
            "see: git log, git tag, git branch",
            ErrorKind.USAGE,
        )
    return Revision(name, commit, _commit_time(root, commit))


def is_revision(root: Path, name: str) -> bool:
    """Return whether a name is a revision here; also where git is missing, that is a no."""
    try:
        find_revision(root, name)
    except FedcheckError:
        return False
    return True


def extract_files(root: Path, revision: Revision, folder: Path) -> bool:
    """Write the files of a workspace as they were into an empty folder.

    Links and whatever is no file of fedcheck's own are left out, and so is the history.

    Args:
        root: the workspace as it is in the repository.
        revision: the commit.
        folder: where the files go.

    Returns:
        Whether anything under `private/` was among them.

    Raises:
        FedcheckError: status 2 where there was no workspace yet; 3 where it cannot be read.
    """
    prefix = _git_output(root, "rev-parse", "--show-prefix").rstrip(b"\n")
    listed = _git_output(
        root, "ls-tree", "-r", "-z", "--full-tree", revision.commit, *_pathspec(prefix)
    )
    wanted: list[tuple[bytes, bytes]] = []
    for line in listed.split(b"\0"):
        blob = _BLOB.fullmatch(line)
        path = blob[3].removeprefix(prefix) if blob else b""
        if blob and _OURS.fullmatch(path):
            wanted.append((blob[2], path))
    if WORKSPACE_FILE.encode() not in [path for _, path in wanted]:
        shown = one_line(revision.name, 60)
        text = f"at {shown} ({revision.short}) there was no workspace here"
        raise FedcheckError(text, f"{WORKSPACE_FILE} was not committed yet", ErrorKind.USAGE)
    contents = read_blobs(root, [blob for blob, _ in wanted])
    names = (os.fsdecode(path) for _, path in wanted)
    write_scratch_files(folder, dict(zip(names, contents, strict=True)))
    return any(path.startswith(b"private/") for _, path in wanted)


def _pathspec(prefix: bytes) -> list[str]:
    """Return the arguments that narrow a listing to the workspace."""
    return ["--", os.fsdecode(prefix)] if prefix else []


def _commit_time(root: Path, commit: str) -> datetime:
    raw = _git_output(root, "cat-file", "commit", commit)
    found = _COMMITTED.search(raw.partition(b"\n\n")[0])
    try:
        return datetime.fromtimestamp(int(found[1]) if found else 0, UTC)
    except (ValueError, OverflowError, OSError):
        raise FedcheckError(f"{commit[:9]}: its date cannot be read", "") from None


def read_blobs(root: Path, blobs: Sequence[bytes]) -> list[bytes]:
    """Return what blobs hold, in their order. Raises FedcheckError where one is not there."""
    raw = _git_output(root, "cat-file", "--batch", given=b"".join(blob + b"\n" for blob in blobs))
    found, place = [], 0
    for _ in blobs:
        end = raw.find(b"\n", place)
        parts = raw[place:end].split(b" ")
        if end < 0 or len(parts) != 3 or not parts[2].isdigit():
            raise FedcheckError(
                "git does not have every file of that revision on this machine",
                "fetch the full repository first",
            )
        size = int(parts[2])
        found.append(raw[end + 1 : end + 1 + size])
        place = end + 1 + size + 1
    return found


def _git_output(root: Path, *words: str, given: bytes = b"") -> bytes:
    """Return what git answers. Raises FedcheckError where it fails."""
    done = run_git(root, *words, given=given)
    if done.returncode or len(done.stdout) > MAX_BYTES:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["too much to read"]
        raise FedcheckError(f"git cannot read the repository: {one_line(lines[0], 200)}", "")
    return done.stdout


def run_git(root: Path, *words: str, given: bytes = b"") -> "CompletedProcess[bytes]":
    """Run git where it runs no other program and reaches nobody.

    Raises FedcheckError where git is not installed, or takes too long.
    """
    import shutil  # loaded here: most reports are of now, and need no git
    import subprocess

    program = shutil.which("git")
    if program is None:
        hint = "install git, or name a date or an earlier report"
        raise FedcheckError(
            "git is not installed, so no revision can be read", hint, ErrorKind.USAGE
        )
    settings = [part for setting in _SAFE for part in ("-c", setting)]
    start = [program, "--no-pager", "--no-replace-objects", "--literal-pathspecs", *settings]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    quiet = {
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
    try:
        return subprocess.run(
            [*start, *words],
            cwd=root,
            env={**kept, **quiet},
            input=given,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FedcheckError(
            f"git did not answer within {TIMEOUT_SECONDS} seconds", "try again"
        ) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FedcheckError(f"git cannot be started: {reason}", "") from None
