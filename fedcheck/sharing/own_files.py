"""What changed in a workspace since the last commit, and which of it is fedcheck's to commit."""

import os
import re
from collections.abc import Collection, Iterable, Sequence
from stat import S_ISREG

from msgspec import Struct

from fedcheck.domain.evidence import normalize_link
from fedcheck.domain.glossary import EvidenceKind
from fedcheck.domain.workspace import Project
from fedcheck.sharing.git_steps import Git
from fedcheck.storage.evidence_paths import is_fedcheck_file
from fedcheck.storage.paths import PRIVATE_FOLDER

_OURS = re.compile(
    r"""
    fedcheck\.toml | requests\.toml | findings\.toml | sent\.toml | imports\.toml | glossary\.toml
    | controls\.toml | \.gitattributes | \.gitignore
    | progress/[^/]+\.toml | history/[^/]+\.jsonl | checklists/(?:.+/)?[^/]+\.toml
    | handovers/.+
    """,
    re.VERBOSE,
)

LARGE = 50 * 1024 * 1024
"""Evidence that is new in a commit is asked about from so many bytes on, all of it together."""


class OwnChanges(Struct, frozen=True):
    """What `sync` commits.

    Attributes:
        paths: the files, from the workspace, with slashes.
        untracked: those of them that git does not know yet.
        evidence: those of them that are evidence.
        size: how many bytes the evidence has.
        missing: files of ours that are gone from the disk and stay in git.
        staged_others: files that are not ours and that a person staged.
    """

    paths: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    size: int = 0
    missing: tuple[str, ...] = ()
    staged_others: tuple[str, ...] = ()


def list_own_changes(git: Git, project: Project, *, with_private: bool) -> OwnChanges:
    """Return what changed of ours. Raises FedcheckError where git cannot tell."""
    # What only a list under private/ links is as private as the list.
    shared = project if with_private else project.shared(with_internal=True)
    linked = frozenset(_list_linked(shared))
    paths: list[str] = []
    untracked: list[str] = []
    evidence: list[str] = []
    missing: list[str] = []
    others: list[str] = []
    size = 0
    for mark, path in _list_changed(git):
        is_evidence = normalize_link(path) in linked and not is_fedcheck_file(path)
        is_removed = not os.path.lexists(git.root / path)
        is_dropped = is_removed and path.startswith("evidence/") and not is_evidence
        if not (is_evidence or is_dropped or is_own_file(path, with_private=with_private)):
            if mark[0] not in " ?":
                others.append(path)
            continue
        if is_removed:
            if is_evidence or "/history/" in f"/{path}":
                missing.append(path)  # a file that went by accident must not go everywhere
            elif mark[0] != "A":
                paths.append(path)
            continue
        found = (git.root / path).lstat()
        if not S_ISREG(found.st_mode):
            continue  # a link leads to what is nobody's word
        paths.append(path)
        if mark == "??":
            untracked.append(path)
        if is_evidence:
            evidence.append(path)
            size += found.st_size
    others += _list_staged_elsewhere(git)
    return OwnChanges(
        tuple(sorted(paths)), tuple(untracked), tuple(evidence), size, tuple(missing), tuple(others)
    )


def is_own_file(path: str, *, with_private: bool) -> bool:
    """Return whether a file is one that fedcheck keeps, by its path from the workspace."""
    first, _, below = path.partition("/")
    if first == PRIVATE_FOLDER:
        return with_private and _OURS.fullmatch(below) is not None
    return _OURS.fullmatch(path) is not None


def is_private(path: str) -> bool:
    """Return whether a path is under `private/`."""
    return path.partition("/")[0] == PRIVATE_FOLDER


def _list_linked(project: Project) -> Iterable[str]:
    """Yield the files that records link, but for those that leave the workspace."""
    for holder in project.list_evidence_holders():
        for one in holder.evidence:
            if one.kind != EvidenceKind.FILE or not one.link or one.link.startswith("/"):
                continue
            link = os.path.normpath(normalize_link(one.link)).replace(os.sep, "/")
            if not link.startswith("../") and not is_private(link):
                yield link


def _list_changed(git: Git) -> Iterable[tuple[str, str]]:
    """Yield the mark of `git status` and the path, from the workspace, of each changed file."""
    prefix = find_prefix(git)
    raw = git.ask(
        "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames",
        "--ignore-submodules=all", "--", ".",
    ).paths  # fmt: skip
    for entry in raw:
        mark, path = entry[:2], entry[3:]
        if path.startswith(prefix):
            yield mark, path.removeprefix(prefix)


def _list_staged_elsewhere(git: Git) -> Sequence[str]:
    """Return what is staged outside of the workspace, in the same repository."""
    prefix = find_prefix(git)
    if not prefix or git.run("rev-parse", "--verify", "--quiet", "HEAD").code:
        return ()
    raw = git.ask(
        "diff-index", "--cached", "--name-only", "-z", "--ignore-submodules", "HEAD"
    ).paths
    return [path for path in raw if not path.startswith(prefix)]


def find_prefix(git: Git) -> str:
    """Return the path of the workspace from the top of the work tree, with a slash at its end."""
    return os.fsdecode(git.ask("rev-parse", "--show-prefix").out.rstrip(b"\n"))


def list_tracked_private(git: Git) -> Sequence[str]:
    """Return the files under `private/` that git has, in its index or in the last commit."""
    listed = git.ask("ls-files", "-z", "--", PRIVATE_FOLDER).paths
    committed = git.run("ls-tree", "-r", "-z", "--name-only", "HEAD", "--", f"{PRIVATE_FOLDER}/")
    return [*listed, *(committed.paths if not committed.code else ())]


def list_foreign(git: Git, paths: Collection[str], *, with_private: bool) -> list[str]:
    """Return those paths, from the top of the work tree, that are not files of fedcheck."""
    prefix = find_prefix(git)
    return [
        path
        for path in paths
        if not path.startswith(prefix)
        or not is_own_file(path.removeprefix(prefix), with_private=with_private)
    ]
