"""What others changed in the open workspace, read in the writer's thread.

Home does not need it: it is imported when `external_changes` looks for news first, which is when
home is there.
"""

import contextlib
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from fedcheck.doctor.losses import count_losses, find_losses
from fedcheck.domain.change import OUTSIDE, Change, HistoryLine, is_outside
from fedcheck.domain.change_text import changes_label
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import FedcheckError, WorkspaceGoneError
from fedcheck.session import Session
from fedcheck.sharing.settling import describe_settled, settle
from fedcheck.storage.history_news import HistoryNews
from fedcheck.storage.losses import Loss
from fedcheck.storage.reconcile import is_git_at_work, is_git_writing
from fedcheck.storage.settling import SettledField
from fedcheck.storage.workspace_files import compute_fingerprint
from fedcheck.tui.app_protocol import News, ProjectApp

MAX_PEOPLE = 3
"""How many people a message on changes names."""

FILES_EVERY = 10
"""Evidence files are looked at less often than the records: there may be thousands."""


class OutsideReader:
    """Reads what others changed. All of this runs in the writer's thread.

    Attributes:
        settled: what became of fields that were set on both sides of a merge, until it is shown.
        mark_on_return: the files of a workspace that came back, as they were at the last look.
    """

    def __init__(self, app: ProjectApp, heard: News) -> None:
        self._app = app
        self._heard = heard
        self.settled: list[str] = []
        self._open_fields: set[SettledField] = set()
        self._news = HistoryNews(())
        self._looks = 0
        self.mark_on_return = ""
        self._mark_amid_merge = ""

    def begin(self, session: Session, since: datetime | None) -> list[HistoryLine]:
        """Note what was done before; return what others did since somebody last looked.

        Without such a moment, which is the first time, that is nothing.
        """
        lines: list[HistoryLine] = []
        with contextlib.suppress(FedcheckError):
            self._settle(session)
            session.reconcile()
            self._news = HistoryNews(session.store.homes)
            self._news.see()
            lines = session.store.history_since(since) if since else []
            self.find_losses(session)
        others = (one for one in lines if since and one.at > since and one.by != session.who)
        return [one for one in others if not (is_outside(one) and (one.lost or one.merged))]

    def _settle(self, session: Session) -> None:
        """Settle what a merge kept of both sides."""
        if session.store.has_unsettled():
            found = [one for one in settle(session) if one not in self._open_fields]
            self._open_fields |= {one for one in found if one.outcome == "open"}
            self.settled += describe_settled(session, found)

    def find_losses(self, session: Session) -> None:
        """Find what people set and what is not in the files."""
        found = find_losses(session, only_noted=True)
        if session is self._app.open_session:
            self._heard.losses = found

    def read(
        self, session: Session, gone: WorkspaceGoneError | None, known: Collection[str]
    ) -> str | None:
        """Read what others changed; state what, nothing if not worth a word, None if nothing did.

        Raises WorkspaceGoneError where the workspace is not there; the last good state stays.

        Args:
            session: the open workspace.
            gone: why it could not be used at the last look, if so.
            known: the transactions that the person at this screen has heard of.
        """
        self._looks += 1
        if is_git_writing(session.root, session.clock()):
            return None
        try:
            session.store.identity.check()
        except WorkspaceGoneError:
            if is_git_writing(session.root, session.clock()):
                return None
            self.mark_on_return = ""
            raise
        if gone is not None and not self._is_settled(session):
            raise gone
        if self._is_under_way(session):
            return None
        if not self._refresh(session):
            due = gone is not None or self._looks % FILES_EVERY == 0
            return "" if due and session.refresh_files() else None
        lost_before = {one.name for one in self._heard.losses}
        try:
            self._settle(session)
            session.reconcile()
            fresh = [one for one in self._news.look() if one.tx not in known]
            self.find_losses(session)
        except FedcheckError:
            return ""
        lost = [one for one in self._heard.losses if one.name not in lost_before]
        return _words(fresh, lost, lambda ref: getattr(session.project.thing(ref), "title", ""))

    def _is_under_way(self, session: Session) -> bool:
        """Return whether files still move while a merge or a rebase is not finished.

        A rebase goes back first and makes one commit after the other: none of that is news.
        """
        if not is_git_at_work(session.root, session.clock()):
            return False
        before, self._mark_amid_merge = self._mark_amid_merge, compute_fingerprint(session.root)
        return before != self._mark_amid_merge

    def _refresh(self, session: Session) -> bool:
        """Read what is on disk; return whether anything changed.

        Where files moved meanwhile, what was there before stays, and the next look reads again.
        """
        store, mark = session.store, session.mark
        held = session.project, session.catalog, session.problems, store.books, store.private
        is_changed = session.refresh()
        if session.mark != mark and (
            is_git_writing(session.root, session.clock())
            or compute_fingerprint(session.root) != session.mark
        ):
            session.project, session.catalog, session.problems, store.books, store.private = held
            session.mark = ""
            return False
        return is_changed

    def _is_settled(self, session: Session) -> bool:
        """Return whether nothing moved since the look before in a workspace that came back.

        `git checkout` writes one file after the other: a save in between would be in its way.
        """
        before, self.mark_on_return = self.mark_on_return, compute_fingerprint(session.root)
        return before == self.mark_on_return


def _words(
    fresh: Sequence[HistoryLine], lost: Sequence[Loss], title_of: Callable[[str], str]
) -> str:
    """State who changed what, and what of it is not in the files: `ben: AC-01b: satisfied, 2 more`.

    What was done outside fedcheck is stated only where no person's lines came along.
    """
    gone = {value.line.hash for loss in lost for value in loss.values}
    by_person: dict[str, list[HistoryLine]] = {}
    for one in fresh:
        if one.hash not in gone:
            by_person.setdefault(one.by, []).append(one)
    outside = by_person.pop(OUTSIDE, [])
    said = [f"{one_line(who, 40)}: {_label(lines, title_of)}" for who, lines in by_person.items()]
    if len(said) > MAX_PEOPLE:
        said[MAX_PEOPLE:] = [pluralize(len(said) - MAX_PEOPLE, "more person", "more people")]
    noted = [one for one in outside if not (one.lost or one.merged)]
    if noted and not said:
        said = [f"Changed outside fedcheck: {_label(noted, title_of)}"]
    said += [count_losses(lost)] if lost else []
    return "; ".join(said)


def _label(lines: Sequence[HistoryLine], title_of: Callable[[str], str]) -> str:
    """Return one transaction in full; of several the record with the weightiest change."""
    if len({one.tx for one in lines}) == 1:
        return changes_label([one.change for one in lines], title_of)
    by_ref: dict[str, list[Change]] = {}
    for one in lines:
        by_ref.setdefault(one.change.ref, []).append(one.change)
    first = max(by_ref.values(), key=lambda changes: any(one.field == "result" for one in changes))
    more = f", {len(by_ref) - 1} more" if len(by_ref) > 1 else ""
    return f"{changes_label(first, title_of)}{more}"
