"""Share a workspace through git in one step: commit what is ours, fetch, merge, push.

Never a question by git, never a forced push, never a file that is not fedcheck's; what cannot be
merged leaves the clone as it was before the merge.
"""

import os
import re
from collections.abc import Callable, Sequence
from threading import Event

from msgspec.structs import replace

from fedcheck.domain.change import HistoryLine
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.session import Session
from fedcheck.sharing.clone_state import (
    Upstream,
    find_commit,
    find_upstream,
    read_blob,
    refuse_unfinished,
)
from fedcheck.sharing.commit_words import (
    Arrival,
    describe_lines,
    list_new_lines,
    write_message,
)
from fedcheck.sharing.git_steps import Git, StoppedError
from fedcheck.sharing.git_trust import Trust, check_clone, describe_remotes, find_top, note_merging
from fedcheck.sharing.own_files import (
    LARGE,
    OwnChanges,
    find_prefix,
    list_own_changes,
)
from fedcheck.sharing.settling import describe_settled, settle
from fedcheck.sharing.sync_problems import (
    LargeEvidenceError,
    OfflineError,
    explain_commit,
    explain_remote,
    refuse_private,
)
from fedcheck.sharing.sync_result import SyncResult
from fedcheck.sharing.upstream_merge import (
    DIFF,
    LocalChangesError,
    abort_merge,
    merge_commit,
    put_back,
)
from fedcheck.storage import atomic_files, local_state
from fedcheck.storage.paths import PRIVATE_FOLDER

TRIES = 3
"""How often it fetches and pushes where somebody else pushes in between."""

Step = Callable[[str, str], object]
"""Hears of each step that ended: `commit`, `fetch`, `merge` or `push`, and what it did."""

AskLarge = Callable[[int, int], bool]
"""Asks whether so many evidence files, of so many bytes together, are to be committed."""

_HISTORY = re.compile(r"(?:private/)?history/[^/]+\.jsonl")
_RACE = re.compile(
    r"\[rejected\]|\(fetch first\)|non-fast-forward|cannot lock ref|failed to update ref"
)


def sync_workspace(
    session: Session,
    *,
    ask_large: AskLarge,
    step: Step = lambda name, words: None,
    stop: Event | None = None,
) -> SyncResult:
    """Commit, fetch, merge and push; return what was done, also where it ended early.

    Args:
        session: the open workspace; it is read again where files changed.
        ask_large: asks about evidence of more than LARGE bytes together.
        step: hears of each step.
        stop: a person sets it to end it; the step that runs is put back.

    Raises:
        FedcheckError: status 2 where it may not begin: no setup in this clone, a merge or rebase of
            a person's own, no branch or no upstream; nothing was changed then.
    """
    return _Sync(session, Git(session.root, stop), ask_large, step).run()


class _Sync:
    """One run: what is known of the clone, and what was done so far."""

    def __init__(self, session: Session, git: Git, ask_large: AskLarge, step: Step) -> None:
        self.session = session
        self.git = git
        self.ask_large = ask_large
        self.step = step
        self.upstream = Upstream("")
        self.trust = Trust()
        self.changes = OwnChanges()
        self.result = SyncResult()

    @property
    def with_private(self) -> bool:
        return bool(self.trust.private_to)

    def run(self) -> SyncResult:
        git, session = self.git, self.session
        find_top(git)
        self.trust = check_clone(git)
        self.trust, notes = put_back(
            git, self.trust, session.clock(), self._reconcile, with_private=self.with_private
        )
        refuse_unfinished(git)
        self.upstream = find_upstream(git)
        remote = describe_remotes([self.upstream.fetch_url]) if self.upstream.remote else ""
        self.result = replace(self.result, notes=tuple(notes), remote=remote)
        self._reconcile()
        self._commit()
        try:
            if self.upstream.remote:
                self._share()
        except OfflineError as error:
            self.result = replace(self.result, offline=str(error))
        except FedcheckError as error:
            problem = "stopped" if isinstance(error, StoppedError) else str(error)
            self.result = replace(self.result, problem=problem, hint=error.hint)
        return self.result

    def _reconcile(self) -> None:
        """Let the history explain what is on the disk, before it is committed.

        What a merge kept of both sides is settled first, so that the merge commit has the outcome.
        """
        self.session.refresh()
        found = settle(self.session, in_between=True)
        lines = [one.strip() for one in describe_settled(self.session, found)[1:]]
        self.result = replace(self.result, settled=(*self.result.settled, *lines))
        self.session.reconcile(amid_merge=True)

    def _note(self, *notes: str) -> None:
        known = self.result.notes
        self.result = replace(
            self.result, notes=(*known, *(one for one in notes if one not in known))
        )

    def _commit(self) -> None:
        """Commit what changed of ours; whatever else is staged or changed stays as it is."""
        git = self.git
        changes = list_own_changes(git, self.session.project, with_private=self.with_private)
        if changes.size > LARGE and not self.ask_large(len(changes.evidence), changes.size):
            raise LargeEvidenceError(len(changes.evidence), changes.size)
        self.changes = changes
        self._note(
            *(
                f"{one_line(one, 100)} was deleted from the disk and stays in git"
                for one in changes.missing
            )
        )
        if changes.staged_others:
            self._note(
                f"staged by you and left alone: {pluralize(len(changes.staged_others), 'file')}"
            )
        if not changes.paths:
            self.step("commit", "nothing to commit")
            return
        arrivals = describe_lines(self._read_new_lines(), self.session.project)
        message = write_message(arrivals, changes.paths, changes.evidence)
        before = find_commit(git, "HEAD")
        with local_state.lock_workspace(session_root := self.session.root):
            assert session_root == git.root
            if changes.untracked:
                git.ask("add", *_GIVEN, given=_join(changes.untracked))
            done = git.run(
                "commit", "-q", "--no-verify", "--only", "-m", message, *_GIVEN,
                given=_join(changes.paths),
            )  # fmt: skip
        commit = find_commit(git, "HEAD")
        if commit == before:
            if done.code and "nothing" not in done.out.decode("utf-8", "replace"):
                raise explain_commit(done)
            self.step("commit", "nothing to commit")
            return
        count = len(changes.paths)
        if self.result.message:
            message, count = f"{self.result.message}; {message}", count + self.result.files
        self.result = replace(self.result, commit=commit[:12], message=message, files=count)
        self.step("commit", message.partition("\n")[0])

    def _read_new_lines(self) -> list[HistoryLine]:
        """Return the history lines that the last commit does not have."""
        prefix = find_prefix(self.git)
        found: list[HistoryLine] = []
        for path in self.changes.paths:
            # What private histories say is nobody's business who reads messages of commits.
            if _HISTORY.fullmatch(path) and not path.startswith(f"{PRIVATE_FOLDER}/"):
                held = atomic_files.read_confined(self.git.root / path, under=self.git.root)
                before = read_blob(self.git, "HEAD", f"{prefix}{path}") or b""
                found += list_new_lines(before, held)
        return found

    def _share(self) -> None:
        """Fetch, merge and push, again where somebody else was quicker."""
        for left in reversed(range(TRIES)):
            self._fetch()
            self._merge()
            if self._push(is_last=not left):
                return

    def _fetch(self) -> None:
        up = self.upstream
        answer = self.git.reach(
            up.fetch_url, "fetch", "-q", "--no-tags", "--no-prune", "--no-recurse-submodules",
            "--refmap=", "--no-write-fetch-head", up.remote, f"+{up.there}:{up.tracking}",
        )  # fmt: skip
        if answer.code and "couldn't find remote ref" not in answer.err.lower():
            raise explain_remote(answer, "fetched")
        self.step("fetch", self.result.remote)

    def _merge(self) -> None:
        """Merge what was fetched, and commit the merge."""
        git = self.git
        theirs = find_commit(git, self.upstream.tracking)
        if not theirs:
            return
        for left in reversed(range(TRIES)):
            before = find_commit(git, "HEAD")
            try:
                settled = merge_commit(
                    git,
                    self.trust,
                    theirs,
                    now=self.session.clock(),
                    note=self._reconcile,
                    staged_others=self.changes.staged_others,
                    with_private=self.with_private,
                )
                break
            except LocalChangesError:
                if not left:
                    raise
                self._reconcile()
                self._commit()
        arrivals = self._read_arrivals(before, theirs)
        if settled is not None:
            name = f"{self.upstream.remote}/{self.upstream.there.removeprefix('refs/heads/')}"
            self._commit_merge(theirs, f"Merge {one_line(name, 60)}", arrivals)
            self.result = replace(self.result, settled=(*self.result.settled, *settled.remarks))
        if find_commit(git, "HEAD") != before:
            self.result = replace(self.result, arrived=(*self.result.arrived, *arrivals))
            self.session.refresh()
        people = ", ".join(one.by for one in arrivals)
        self.step("merge", f"changes by {people}" if people else "nothing new")

    def _commit_merge(self, theirs: str, title: str, arrivals: Sequence[Arrival]) -> None:
        message = title + (f"\n\n{_list_people(arrivals)}" if arrivals else "")
        try:
            done = self.git.run("commit", "-q", "--no-verify", "-m", message)
            if done.code:
                raise explain_commit(done)
        except BaseException:
            abort_merge(self.git, self.trust, theirs, with_private=self.with_private)
            raise
        note_merging(self.git, self.trust)

    def _read_arrivals(self, before: str, theirs: str) -> list[Arrival]:
        """Return what came with a commit of the remote, by person."""
        git = self.git
        base = git.find("merge-base", before, theirs) if before else ""
        if base == theirs or before == theirs:
            return []
        prefix = find_prefix(git)
        if base:
            paths = git.ask(*DIFF, base, theirs).paths
        else:
            paths = git.ask("ls-tree", "-r", "-z", "--name-only", "--full-tree", theirs).paths
        lines: list[HistoryLine] = []
        for path in paths:
            name = path.removeprefix(prefix)
            if path.startswith(prefix) and _HISTORY.fullmatch(name):
                held = read_blob(git, theirs, path) or b""
                lines += list_new_lines(read_blob(git, before, path) or b"", held)
        self.session.refresh()  # what is named may have come with it
        return describe_lines(lines, self.session.project)

    def _push(self, *, is_last: bool) -> bool:
        """Push; return False where somebody else was quicker."""
        git, up = self.git, self.upstream
        known = find_commit(git, up.tracking)
        count = self._count_to_push(known)
        if not count:
            self.step("push", "nothing to push")
            return True
        if not self.with_private:
            refuse_private(git, known)
        answer = git.reach(
            up.push_url, "push", "--porcelain", "--no-verify", "--no-signed",
            "--recurse-submodules=no", up.remote, f"HEAD:{up.there}",
        )  # fmt: skip
        said = f"{answer.out.decode('utf-8', 'replace')}\n{answer.err}"
        if not answer.code:
            self.result = replace(self.result, pushed=count)
            self.step("push", pluralize(count, "commit"))
            return True
        if _RACE.search(said) and not is_last:
            return False
        if "[remote rejected]" in said or _RACE.search(said):
            reason = next((one for one in said.splitlines() if "rejected]" in one), answer.reason)
            raise FedcheckError(
                f"not pushed: {one_line(reason.replace(chr(9), ' ').strip(' !'), 200)}",
                "your commits are kept here; ask the owner of the remote, or run sync again later",
                ErrorKind.REFUSED,
            )
        raise explain_remote(answer, "pushed")

    def _count_to_push(self, known: str) -> int:
        if not find_commit(self.git, "HEAD"):
            return 0
        span = f"{known}..HEAD" if known else "HEAD"
        return int(self.git.ask("rev-list", "--count", span).text or 0)


def _list_people(arrivals: Sequence[Arrival]) -> str:
    return "\n".join(f"{one.by}: {one.words}" for one in arrivals)


_GIVEN = ("--pathspec-from-file=-", "--pathspec-file-nul")


def _join(paths: Sequence[str]) -> bytes:
    return b"".join(os.fsencode(path) + b"\0" for path in paths)
