"""The history as the screens show it, read in the writer's thread."""

from collections.abc import Iterable

from msgspec import Struct

from fedcheck.analysis.activity import HistoryRow, story
from fedcheck.domain.change import HistoryLine
from fedcheck.domain.reference import split_ref
from fedcheck.session import Session
from fedcheck.storage.history_search import HistorySearch
from fedcheck.storage.paths import private_home
from fedcheck.storage.time_zones import find_zone

LAST = 4
"""How many lines of its history the details of an item show."""


class Past(Struct, frozen=True):
    """What was done, as text, the newest first; and the changes of the record behind it.

    Attributes:
        entered: for one item, the changes of its own record, the oldest first. What is under
            `private/` about an item of a shared list is none of them: it must not get there.
    """

    deeds: tuple[HistoryRow, ...]
    entered: tuple[HistoryLine, ...] = ()


def read_past(session: Session, ref: str = "") -> Past:
    """Read the history of the workspace, or of one item. Raises FedcheckError."""
    zone = find_zone(session.project.config.timezone)
    if not ref:
        return Past(newest_first(story(session.history(), zone)))
    entered = session.history(ref)
    inside = split_ref(ref)[0] in session.project.private_lists
    home = private_home(session.root) if inside else session.root
    names = {one.change.ref for one in entered}
    own = HistorySearch(home, [home]).list_lines_of(names)
    return Past(newest_first(story(entered, zone)), tuple(own))


def newest_first(deeds: Iterable[HistoryRow]) -> tuple[HistoryRow, ...]:
    """Return deeds with the newest action first; within an action their order holds."""
    actions: dict[str, list[HistoryRow]] = {}
    for deed in deeds:
        actions.setdefault(deed.tx, []).append(deed)
    return tuple(deed for of in reversed(list(actions.values())) for deed in of)


def read_last(session: Session, ref: str, count: int = LAST) -> tuple[HistoryRow, ...]:
    """Return what was done to an item last, the newest first. Raises FedcheckError."""
    entered = sorted(session.history(ref), key=lambda line: line.at)
    zone = find_zone(session.project.config.timezone)
    return newest_first(story(entered, zone))[:count]
