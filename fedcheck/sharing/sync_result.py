"""What a sync did: as data, and in lines for the terminal and the app."""

from msgspec import Struct

from fedcheck.domain.text import one_line, pluralize
from fedcheck.sharing.commit_words import Arrival

SHOWN = 12
"""So many decisions of a merge are listed."""


class SyncResult(Struct, frozen=True):
    """What a sync did.

    Attributes:
        remote: the address; empty where the repository has no remote.
        commit: the commit with what changed here; empty where nothing had.
        message: its message.
        files: how many files it has.
        arrived: what others did, by person.
        settled: what the merge decided, a line each.
        pushed: how many commits were pushed.
        offline: why the remote was not reached; empty where it was.
        notes: what else is to be listed.
        problem: why it ended early; `hint` is what to do about it.
    """

    remote: str = ""
    commit: str = ""
    message: str = ""
    files: int = 0
    arrived: tuple[Arrival, ...] = ()
    settled: tuple[str, ...] = ()
    pushed: int = 0
    offline: str = ""
    notes: tuple[str, ...] = ()
    problem: str = ""
    hint: str = ""


def describe_result(result: SyncResult) -> list[tuple[str, str]]:
    """Return what was done, a line each: one word, and what it is about."""
    lines = []
    if result.commit:
        subject = result.message.partition("\n")[0]
        lines.append(("committed", f"{subject} ({pluralize(result.files, 'file')})"))
    else:
        lines.append(("committed", "nothing: no file of fedcheck changed"))
    lines += [("arrived", f"{one.by}: {one.words}") for one in result.arrived]
    if not result.remote:
        lines.append(("remote", "none: nothing to fetch or push"))
    elif result.offline:
        lines.append(("offline", f"not fetched, not pushed: {result.offline}"))
        lines.append(("", "your work is committed here; run sync again later"))
    elif not result.problem:
        if not result.arrived:
            lines.append(("arrived", "nothing new"))
        count = result.pushed
        lines.append(
            (
                "pushed",
                f"{pluralize(count, 'commit')} to {result.remote}"
                if count
                else "nothing: the remote has everything",
            )
        )
    if result.settled:
        lines.append(("settled", f"{pluralize(len(result.settled), 'place')} set on both sides:"))
        lines += [("", one_line(one, 200)) for one in result.settled[:SHOWN]]
        if len(result.settled) > SHOWN:
            lines.append(("", f"and {len(result.settled) - SHOWN} more"))
    lines += [("note", one_line(one, 200)) for one in result.notes]
    return lines
