"""Why a sync ends early, and what to do about it."""

from fedcheck.domain.text import pluralize
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.sharing.git_steps import DENIED, OFFLINE, Answer, Git
from fedcheck.sharing.own_files import list_tracked_private
from fedcheck.storage.paths import PRIVATE_FOLDER


class OfflineError(Exception):
    """The remote cannot be reached now."""


class LargeEvidenceError(FedcheckError):
    """Evidence of more than LARGE bytes would be committed, and nobody confirmed it."""

    def __init__(self, count: int, size: int) -> None:
        self.what = f"{pluralize(count, 'new evidence file')}, {format_size(size)} together"
        super().__init__(
            f"{self.what}: nothing was committed",
            "everyone with access to the repository gets them permanently; to commit them, add "
            "--yes",
            ErrorKind.USAGE,
        )


def explain_remote(answer: Answer, what: str) -> Exception:
    """Return why the remote took or gave nothing: OfflineError where it is not reached now."""
    if answer.says(OFFLINE) and not answer.says(DENIED):
        return OfflineError(answer.reason)
    hint = "try it by hand: git fetch"
    if answer.says(DENIED):
        hint = "log in to the remote (ssh-add, or a credential helper), then run sync again"
    return FedcheckError(f"not {what}: {answer.reason}", hint, ErrorKind.REFUSED)


def explain_commit(answer: Answer) -> FedcheckError:
    """Return why git made no commit."""
    if "who you are" in answer.err or "ident name" in answer.err:
        return FedcheckError(
            "git does not know who you are: nothing was committed",
            'set both once: git config --global user.name "Your Name", and user.email',
            ErrorKind.USAGE,
        )
    return FedcheckError(f"not committed: {answer.reason}", "", ErrorKind.REFUSED)


def refuse_private(git: Git, known: str) -> None:
    """Raise FedcheckError where files under `private/` would go to the remote.

    Args:
        git: git in the clone.
        known: the commit that the remote has; empty for none.
    """
    tracked = set(list_tracked_private(git))
    span = f"{known}..HEAD" if known else "HEAD"
    # All of the history: a branch that took the files out again would still carry them.
    found = git.ask("rev-list", "--full-history", "-1", span, "--", PRIVATE_FOLDER).text
    in_commits = found[:9]
    if not tracked and not in_commits:
        return
    what = (
        f"git tracks {pluralize(len(tracked), 'file')} of {PRIVATE_FOLDER}/"
        if tracked
        else f"commit {in_commits}, not pushed yet, has files of {PRIVATE_FOLDER}/"
    )
    raise FedcheckError(
        f"not pushed: {what}",
        f"remove them (git rm -r --cached {PRIVATE_FOLDER}, and rewrite commits that are not"
        " pushed), or, if only your company can read the remote, run: fedcheck sync --setup"
        " --with-private",
        ErrorKind.REFUSED,
    )


def format_size(size: int) -> str:
    """Return a size in megabytes, as people write it."""
    return f"{size / 1024 / 1024:.0f} MB"
