"""Merge what was fetched: all of it or nothing, also where the process is killed in between.

Before git changes a file, the two commits are noted outside of the clone. The next `sync` finds the
note and puts back what it began, and only that: a merge of a person's own has other commits.
"""

import os
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError, InvalidFileError
from fedcheck.sharing.clone_state import find_commit, find_git_folder, is_ancestor, read_blob
from fedcheck.sharing.conflicts import settle_conflicts
from fedcheck.sharing.git_steps import Git
from fedcheck.sharing.git_trust import Trust, find_top, note_merging
from fedcheck.sharing.own_files import find_prefix, is_own_file, list_foreign
from fedcheck.storage import atomic_files, local_state
from fedcheck.storage.history_lines import split_lines
from fedcheck.storage.paths import LOCAL_STATE
from fedcheck.storage.toml_io import parse

SHOWN = 5
"""How many files a message names."""

DIFF = ("diff", "--name-only", "-z", "--no-relative", "--no-renames", "--no-ext-diff")
"""Lists files from the top of the work tree, in whatever folder git runs."""


class LocalChangesError(FedcheckError):
    """Files changed between the commit and the merge; the commit has to be made again."""


class Settling(Struct, frozen=True):
    """What was decided before the merge commit.

    Attributes:
        remarks: what is listed, a line each.
        left: the files that have no one answer.
    """

    remarks: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def _settle(root: Path, now: datetime) -> Settling:
    """Settle what two people set to different values, before the merge is committed.

    The one place where conflicts of our files are decided: by the histories, which are merged by
    then.
    """
    remarks: list[str] = []
    left: list[str] = []
    for one in settle_conflicts(root, now):
        name = os.path.relpath(one.path, root)
        remarks += [f"{name}: {remark}" for remark in one.remarks]
        if one.copy is None:
            left.append(f"{name}: {one.problem}" if one.problem else name)
    return Settling(tuple(remarks), tuple(left))


def merge_commit(
    git: Git,
    trust: Trust,
    theirs: str,
    *,
    now: datetime,
    note: Callable[[], object],
    staged_others: Sequence[str],
    with_private: bool,
) -> Settling | None:
    """Bring a commit of the remote into the branch.

    Args:
        git: git in the clone.
        trust: what was set up in the clone.
        theirs: the commit.
        now: the time, for copies of what is settled.
        note: writes history lines for what was settled, so that every clone sees it explained.
        staged_others: files that are not ours and are staged.
        with_private: whether files under `private/` are shared.

    Returns what was settled where files are merged and a commit has to follow, None where nothing
    is left to do (it was there already, or the branch just moved on).

    Raises:
        LocalChangesError: where one of our files changed since it was committed.
        FedcheckError: where it cannot be merged; everything is as it was before.
    """
    head = find_commit(git, "HEAD")
    if head and is_ancestor(git, theirs, head):
        return None
    is_ahead = not head or is_ancestor(git, head, theirs)
    if staged_others and not is_ahead:
        raise FedcheckError(
            f"not merged: you have staged {pluralize(len(staged_others), 'file')} that"
            f" {'is' if len(staged_others) == 1 else 'are'} not fedcheck's"
            f" ({_name_some(staged_others)})",
            "commit or unstage them (git restore --staged FILE), then run sync again",
            ErrorKind.REFUSED,
        )
    note_merging(git, trust, head, theirs)
    how = ["--ff-only"] if is_ahead else ["--no-commit", "--no-ff"]
    try:
        with local_state.lock_workspace(git.root):
            answer = git.run(
                "merge", *how, "--no-edit", "--no-stat", "-q", theirs,
                started=lambda pid: note_merging(git, trust, head, theirs, str(pid)),
            )  # fmt: skip
        if not answer.code and is_ahead:
            note_merging(git, trust)
            return None
        if answer.code and not _is_merging(git, theirs):
            note_merging(git, trust)
            raise _explain_refusal(git, answer.err, answer.reason, with_private=with_private)
        return _settle_all(git, now, note, with_private=with_private)
    except BaseException:
        abort_merge(git, trust, theirs, with_private=with_private)
        raise


def _settle_all(
    git: Git, now: datetime, note: Callable[[], object], *, with_private: bool
) -> Settling:
    """Settle conflicts in our files. Raises FedcheckError where one is left, or not ours."""
    unmerged = _list_unmerged(git)
    foreign = list_foreign(git, unmerged, with_private=with_private)
    if foreign:
        raise FedcheckError(
            f"not merged: both sides changed {_name_some(foreign)}, which is not a file of"
            " fedcheck's",
            "merge it by hand (git pull, git add, git commit), then run sync again",
            ErrorKind.REFUSED,
        )
    settled = _settle(git.root, now)
    prefix = find_prefix(git)
    named = {one.partition(":")[0] for one in settled.left}
    left = list(settled.left)
    for path in unmerged:  # such as a checklist: the histories do not know what it held
        name = path.removeprefix(prefix)
        if name not in named and _has_marks(git.root / name):
            left.append(name)
    if left:
        raise FedcheckError(
            f"not merged: the histories cannot settle {_name_some(left)}",
            "run git pull, then fedcheck doctor --fix; edit what it lists, git add and git commit",
            ErrorKind.REFUSED,
        )
    note()
    stage_own(git, with_private=with_private)
    return settled


def stage_own(git: Git, *, with_private: bool) -> None:
    """Stage our files as they are on the disk, during a merge of ours."""
    changed = git.ask(*DIFF).paths
    new = git.ask(
        "ls-files", "-o", "-z", "--exclude-standard", "--full-name", "--", "history"
    ).paths
    prefix = find_prefix(git)
    paths = [
        one.removeprefix(prefix)
        for one in dict.fromkeys([*changed, *new])
        if one.startswith(prefix)
        and is_own_file(one.removeprefix(prefix), with_private=with_private)
    ]
    if paths:
        git.ask("add", "-A", "--pathspec-from-file=-", "--pathspec-file-nul", given=_join(paths))


def abort_merge(git: Git, trust: Trust, theirs: str, *, with_private: bool) -> None:
    """Put everything back as it was before a merge that we began. Raises FedcheckError."""
    git.stop.clear()  # what a person stopped must still be put back
    if _is_merging(git, theirs):
        # What was settled differs from git's index, and would keep it from being put back.
        stage_own(git, with_private=with_private)
        git.ask("merge", "--abort")
    note_merging(git, trust)


def put_back(
    git: Git, trust: Trust, now: datetime, note: Callable[[], object], *, with_private: bool
) -> tuple[Trust, list[str]]:
    """Put back what an interrupted sync began; return what to list.

    Where somebody changed merged files since, they would be lost: that merge is ended instead.

    Raises FedcheckError where git still works on it, or it can neither be put back nor ended.
    """
    if not trust.merging:
        return trust, []
    before, theirs = trust.merging[:2]
    _clear_lock(git, trust.merging[2:])
    _remove_temporary_files(git)
    notes: list[str] = []
    if find_commit(git, "HEAD") == before:
        if _is_merging(git, theirs):
            notes.append("put back: a merge that an interrupted sync had begun")
            if git.run("merge", "--abort").code:
                _end_merge(git, now, note, with_private=with_private)
                notes = ["completed: a merge that an interrupted sync had begun"]
        else:
            notes += _put_files_back(git, before, theirs)
    return note_merging(git, trust), notes


def _end_merge(git: Git, now: datetime, note: Callable[[], object], *, with_private: bool) -> None:
    try:
        _settle_all(git, now, note, with_private=with_private)
    except FedcheckError as error:
        raise FedcheckError(
            f"an interrupted sync left a merge, and files changed since: {error}",
            "settle it, then git add and git commit; or give it up: git merge --abort",
            ErrorKind.USAGE,
        ) from None
    git.ask("commit", "-q", "--no-verify", "-m", "Merge that an interrupted sync had begun")


def _clear_lock(git: Git, pids: Sequence[str]) -> None:
    """Remove the lock of a git of ours that was killed. Raises FedcheckError while it runs."""
    lock = find_git_folder(git) / "index.lock"
    if not os.path.lexists(lock):
        return
    pid = int(pids[0]) if pids and pids[0].isdigit() else 0
    if not pid or _is_alive(pid):
        raise FedcheckError(
            "git is at work in this clone",
            f"wait until it has ended; if no git runs any more, remove {lock}",
            ErrorKind.LOCKED,
        )
    atomic_files.remove_file(lock, under=lock.parent)


def _remove_temporary_files(git: Git) -> None:
    """Remove the versions of a file that a killed git had written for the merge driver."""
    top = find_top(git)
    for path in top.glob(".merge_file_*"):
        if _TEMPORARY.fullmatch(path.name) and path.is_file() and not path.is_symlink():
            atomic_files.remove_file(path, under=top)


_TEMPORARY = re.compile(r"\.merge_file_[A-Za-z0-9]{6}")


def _is_alive(pid: int) -> bool:
    """Return whether a git with a process id runs; a dead one that nobody waited for does not."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():  # proc(5): the id, the name, the state
        try:
            name, _, rest = stat.read_text(errors="replace").rpartition(")")
        except OSError:
            return False
        return "git" in name and rest.split()[0] not in "ZX"
    if os.name == "nt":
        return True  # os.kill would end it there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _put_files_back(git: Git, before: str, theirs: str) -> list[str]:
    """Put back the files that git had changed when it was killed, before it noted that it merges.

    What a person changed since stays: it is neither a part of what came nor broken.
    """
    prefix = find_prefix(git)
    restored: list[str] = []
    removed: list[str] = []
    copied = 0
    for path in git.ask(*DIFF, before, theirs).paths if before else ():
        if not path.startswith(prefix):
            continue
        name = path.removeprefix(prefix)
        try:
            held = atomic_files.read_confined(git.root / name, under=git.root)
        except OSError:
            held = b""
        old, new = read_blob(git, before, path), read_blob(git, theirs, path)
        if held == (old or b""):
            continue
        if not (new or b"").startswith(held):
            if not _is_broken(Path(name), held, old or b""):
                continue
            copy = git.root / LOCAL_STATE / "backup" / "sync" / Path(name).name
            atomic_files.replace_file(copy, held, under=git.root)
            copied += 1
        (removed if old is None else restored).append(name)
    if restored:
        git.ask("checkout-index", "-f", "-z", "--stdin", given=_join(restored))
    for name in removed:
        atomic_files.remove_file(git.root / name, under=git.root)
    count = len(restored) + len(removed)
    kept = f"; {copied} as found in {LOCAL_STATE}/backup/sync" if copied else ""
    said = f"put back: {pluralize(count, 'file')} that an interrupted sync had changed{kept}"
    return [said] if count else []


def _is_broken(path: Path, held: bytes, old: bytes) -> bool:
    """Return whether a file is half written: unreadable TOML, or a history that lost lines."""
    if path.suffix == ".jsonl":
        return not set(split_lines(old)) <= set(split_lines(held))
    if path.suffix != ".toml":
        return False
    try:
        parse(path, held)
    except InvalidFileError:
        return True
    return False


def _is_merging(git: Git, theirs: str) -> bool:
    return find_commit(git, "MERGE_HEAD") == theirs


def _list_unmerged(git: Git) -> list[str]:
    """Return the files with conflicts, from the top of the work tree."""
    return list(dict.fromkeys(git.ask(*DIFF, "--diff-filter=U").paths))


def _has_marks(path: Path) -> bool:
    try:
        raw = atomic_files.read_plain(path)
    except OSError:
        return False
    return any(line.startswith(b"<<<<<<< ") for line in raw.splitlines())


def _explain_refusal(git: Git, said: str, reason: str, *, with_private: bool) -> FedcheckError:
    """Return why git did not even begin to merge."""
    if "would be overwritten" in said:
        named = [line.strip() for line in said.splitlines() if line.startswith("\t")]
        foreign = list_foreign(git, named, with_private=with_private)
        if not foreign and "untracked" not in said:
            return LocalChangesError("files changed while sync ran", "", ErrorKind.REFUSED)
        return FedcheckError(
            f"not merged: what came would overwrite your changes in {_name_some(foreign or named)}",
            "commit or move them, then run sync again",
            ErrorKind.REFUSED,
        )
    if "unrelated histories" in said:
        return FedcheckError(
            "not merged: the remote's branch began apart from this one",
            "clone the remote, and move your work there",
            ErrorKind.REFUSED,
        )
    return FedcheckError(f"not merged: {reason}", "", ErrorKind.REFUSED)


def _name_some(paths: Sequence[str]) -> str:
    named = ", ".join(one_line(path, 80) for path in paths[:SHOWN])
    return named + (f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else "")


def _join(paths: Sequence[str]) -> bytes:
    return b"".join(os.fsencode(path) + b"\0" for path in paths)
