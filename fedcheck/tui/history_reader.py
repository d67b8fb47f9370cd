"""The history as the screens show it, read in the writer's thread."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from threading import Lock
from zoneinfo import ZoneInfo

from msgspec import Struct

from fedcheck.analysis.activity import HistoryRow, story
from fedcheck.domain.change import IMPORTS, HistoryLine
from fedcheck.domain.reference import split_ref
from fedcheck.session import Session
from fedcheck.storage import atomic_files, history, history_lines
from fedcheck.storage.paths import private_home

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
    zone = ZoneInfo(session.project.config.timezone)
    if not ref:
        return Past(newest_first(story(session.history(), zone)))
    entered = session.history(ref)
    inside = split_ref(ref)[0] in session.project.private_lists
    home = private_home(session.root) if inside else session.root
    names = {one.change.ref for one in entered}
    own = [one for one in history.read_all(home) if one.change.ref in names]
    return Past(newest_first(story(entered, zone)), tuple(own))


def newest_first(deeds: Iterable[HistoryRow]) -> tuple[HistoryRow, ...]:
    """Return deeds with the newest action first; within an action their order holds."""
    actions: dict[str, list[HistoryRow]] = {}
    for deed in deeds:
        actions.setdefault(deed.tx, []).append(deed)
    return tuple(deed for of in reversed(list(actions.values())) for deed in of)


class Recall:
    """The lines of each item's history; of a file that grew only the new lines are read.

    The writer's thread asks for what the details show, the UI thread for whose work a key replaces.
    """

    def __init__(self) -> None:
        self._root: Path | None = None
        self._read: dict[Path, int] = {}
        self._by_ref: dict[str, list[HistoryLine]] = {}
        self._lock = Lock()

    def last(self, session: Session, ref: str, count: int = LAST) -> tuple[HistoryRow, ...]:
        """Return what was done to an item last, the newest first. Raises FedcheckError."""
        entered = self.lines(session, [ref])
        zone = ZoneInfo(session.project.config.timezone)
        return newest_first(story(entered, zone))[:count]

    def lines(self, session: Session, refs: Iterable[str]) -> list[HistoryLine]:
        """Return the lines of items, also under earlier ids, the oldest first.

        Raises FedcheckError.
        """
        wanted: list[str] = []
        for ref in refs:
            owner, name = split_ref(ref)
            found = session.project.checklists.get(owner)
            earlier = [old for old, new in found.renamed.items() if new == name] if found else []
            wanted += [ref, *(f"{owner}:{old}" for old in earlier)]
        with self._lock:
            self._catch_up_all(session)
            return sorted((e for one in wanted for e in self._by_ref.get(one, [])), key=_moment)

    def import_lines(self, session: Session) -> list[HistoryLine]:
        """Return the lines of imports. Raises FedcheckError."""
        with self._lock:
            self._catch_up_all(session)
            named = [ref for ref in self._by_ref if split_ref(ref)[0] == IMPORTS]
            return [line for ref in named for line in self._by_ref[ref]]

    def _catch_up_all(self, session: Session) -> None:
        if session.root != self._root:
            self._forget(session.root)
        for home in (session.root, private_home(session.root)):
            for path in history.list_history_files(home):
                try:
                    self._catch_up(path)
                except OSError as error:
                    raise atomic_files.disk_error("read", path, error) from error

    def _forget(self, root: Path) -> None:
        self._root = root
        self._read.clear()
        self._by_ref.clear()

    def _catch_up(self, path: Path) -> None:
        """Read the lines that a file has more than before; all of them where it was rewritten."""
        size = path.stat().st_size
        known = self._read.get(path, 0)
        if size == known:
            return
        if size < known and self._root is not None:
            self._forget(self._root)
            known = 0
        with path.open("rb") as file:
            file.seek(known)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._read[path] = known + len(whole)
        for one in history_lines.parse_lines(history_lines.split_lines(whole)):
            self._by_ref.setdefault(one.change.ref, []).append(one)


def _moment(one: HistoryLine) -> datetime:
    return one.at
