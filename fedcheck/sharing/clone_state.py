"""What state a clone is in before `sync` touches it: branch, upstream, an unfinished step."""

import os
from pathlib import Path

from msgspec import Struct

from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.sharing.git_steps import Git

UNFINISHED = {
    "rebase-merge": ("a rebase", "git rebase --continue", "git rebase --abort"),
    "rebase-apply": ("a rebase", "git rebase --continue", "git rebase --abort"),
    "MERGE_HEAD": ("a merge", "git commit", "git merge --abort"),
    "CHERRY_PICK_HEAD": ("a cherry-pick", "git cherry-pick --continue", "git cherry-pick --abort"),
    "REVERT_HEAD": ("a revert", "git revert --continue", "git revert --abort"),
    "BISECT_LOG": ("a bisect", "git bisect reset", "git bisect reset"),
}
"""What git's folder contains during a step of a person's own: its name, and how to end it."""


class Upstream(Struct, frozen=True):
    """Where a branch is fetched from and pushed to.

    Attributes:
        branch: the branch that is checked out.
        remote: the name of the remote; empty where the repository has none.
        there: the full name of the branch at the remote.
        tracking: the full name of the reference that keeps what was fetched.
        fetch_url: the address to fetch from.
        push_url: the address to push to.
    """

    branch: str
    remote: str = ""
    there: str = ""
    tracking: str = ""
    fetch_url: str = ""
    push_url: str = ""


def find_git_folder(git: Git) -> Path:
    """Return the folder in which git keeps the state of this work tree."""
    return Path(os.fsdecode(git.ask("rev-parse", "--absolute-git-dir").out.rstrip(b"\n")))


def refuse_unfinished(git: Git) -> None:
    """Raise FedcheckError, status 2, during a merge or rebase of a person's own."""
    folder = find_git_folder(git)
    for name, (what, go_on, give_up) in UNFINISHED.items():
        if os.path.lexists(folder / name):
            ends = f"end it first: {go_on}"
            ends += f", or {give_up}" if give_up != go_on else ""
            raise FedcheckError(f"{what} is in progress here", ends, ErrorKind.USAGE)
    if git.ask("diff", "--name-only", "-z", "--no-ext-diff", "--diff-filter=U").out:
        raise FedcheckError(
            "git lists files with conflicts here",
            "resolve them (fedcheck doctor --fix), then git add and commit them",
            ErrorKind.USAGE,
        )


def find_upstream(git: Git) -> Upstream:
    """Return where the branch is shared; without a remote where there is none at all.

    Raises FedcheckError, status 2, for a detached HEAD, and for a branch without an upstream.
    """
    ref = git.find("symbolic-ref", "-q", "HEAD")
    if not ref.startswith("refs/heads/"):
        raise FedcheckError(
            "no branch is checked out (detached HEAD)",
            "check out a branch first: git switch main",
            ErrorKind.USAGE,
        )
    branch = ref.removeprefix("refs/heads/")
    remotes = git.ask("remote").text.split()
    if not remotes:
        return Upstream(branch)
    remote = git.find("config", "--get", f"branch.{branch}.remote")
    there = git.find("config", "--get", f"branch.{branch}.merge")
    if remote not in remotes or not there.startswith("refs/heads/"):
        name = one_line(branch, 60)
        raise FedcheckError(
            f"branch {name} has no upstream at a remote",
            f"to share it, set one once: git push -u {one_line(remotes[0], 40)} {name}",
            ErrorKind.USAGE,
        )
    tracking = git.find("for-each-ref", "--format=%(upstream)", ref)
    if not tracking.startswith("refs/remotes/"):
        tracking = f"refs/remotes/{remote}/{there.removeprefix('refs/heads/')}"
    return Upstream(
        branch, remote, there, tracking, _find_url(git, remote), _find_url(git, remote, "--push")
    )


def find_only_upstream(git: Git) -> tuple[str, str]:
    """Return a branch without an upstream and the only remote, while nothing is shared yet.

    Both are empty where there is any choice: a branch that a person made next to a shared one may
    not be meant for the others.
    """
    ref = git.find("symbolic-ref", "-q", "HEAD")
    remotes = git.ask("remote").text.split()
    branch = ref.removeprefix("refs/heads/")
    if branch == ref or len(remotes) != 1:
        return "", ""
    is_set = git.find("config", "--get", f"branch.{branch}.remote")
    is_used = git.ask("for-each-ref", "--count=1", f"refs/remotes/{remotes[0]}").text.strip()
    others = git.ask("for-each-ref", "--format=%(refname)", "refs/heads").text.split()
    if is_set or is_used or set(others) - {ref}:
        return "", ""
    return branch, remotes[0]


def _find_url(git: Git, remote: str, *more: str) -> str:
    urls = git.ask("remote", "get-url", "--all", *more, remote).text.splitlines()
    if len(urls) != 1:
        raise FedcheckError(
            f"remote {one_line(remote, 40)} has {len(urls)} addresses",
            "sync needs exactly one; see: git remote -v",
            ErrorKind.USAGE,
        )
    return urls[0]


def find_commit(git: Git, name: str) -> str:
    """Return the hash of a commit; empty where there is none of that name."""
    return git.find("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")


def is_ancestor(git: Git, old: str, new: str) -> bool:
    """Return whether a commit has another one before it."""
    return git.run("merge-base", "--is-ancestor", old, new).code == 0


def read_blob(git: Git, commit: str, path: str) -> bytes | None:
    """Return what a file held in a commit, by its path from the top; None if it was not there."""
    if not commit:
        return None
    answer = git.run("cat-file", "blob", f"{commit}:{path}")
    return None if answer.code else answer.out
