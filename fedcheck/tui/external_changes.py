"""Watch for what others change while the app is open, as text; record their hand edits."""

import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, date, datetime
from pathlib import Path

from fedcheck.doctor.losses import count_losses, find_losses
from fedcheck.domain.change import OUTSIDE, Change, HistoryLine, is_outside
from fedcheck.domain.change_text import changes_label
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import FedcheckError, Problem, WorkspaceGoneError
from fedcheck.session import Session, Transaction
from fedcheck.sharing.settling import describe_settled, settle
from fedcheck.storage.history_news import HistoryNews
from fedcheck.storage.losses import Loss
from fedcheck.storage.reconcile import is_git_at_work, is_git_writing
from fedcheck.storage.settling import SettledField
from fedcheck.storage.workspace_files import compute_fingerprint
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.save_queue import SaveQueue

POLL_SECONDS = 0.5
"""How often the app looks whether files changed on disk."""

NEWS_SECONDS = 1.0
"""When it looks what others did since somebody last looked: home is there by then."""

MAX_PEOPLE = 3
"""How many people a message on changes names."""

FILES_EVERY = 10
"""Evidence files are looked at less often than the records: there may be thousands."""


class ExternalChanges:
    """Knows which transactions the person at this screen has heard of, and shows the others.

    Attributes:
        gone: why the open workspace cannot be used now; nothing while it is at its path.
        since_last_look: what others did since somebody last looked.
        looked_before: when this person had the workspace open before this start, if ever.
        losses: what people set and what is not in the files.
        day: the day that the screens show.
    """

    def __init__(self, app: ProjectApp, saves: SaveQueue) -> None:
        self._app = app
        self._saves = saves
        self.gone: WorkspaceGoneError | None = None
        self._mark_on_return = ""
        self._mark_amid_merge = ""
        self._known: set[str] = set()
        self._news = HistoryNews(())
        self._looks = 0
        self._settled: list[str] = []
        self._open_fields: set[SettledField] = set()
        self._problems: list[Problem] = []
        self.day = date.min
        self.since_last_look: list[HistoryLine] = []
        self.looked_before: datetime | None = None
        self.losses: list[Loss] = []

    def attend(self, session: Session) -> None:
        """Report what is wrong with a workspace that was opened, and hear what others do."""
        app = self._app
        self.gone = None
        self._saves.release()
        self._problems = session.problems
        self.day = session.today()
        self.since_last_look = []
        self.losses = []
        since = self.looked_before = self._last_look(session)
        opened = app.clock().astimezone(UTC).isoformat()
        app.writer.put_off(
            lambda: self._begin(session, since),
            lambda future: app.call_later(self._begun, future, session, opened),
        )
        app.set_timer(NEWS_SECONDS, app.writer.catch_up)
        if session.problems:
            more = len(session.problems) - 1
            count = f"and {pluralize(more, 'more problem')}; " if more else ""
            hint = f"{count}see fedcheck doctor"
            app.tell(str(session.problems[0]), hint, "warning")

    def know(self, transaction: Transaction) -> None:
        """Note what was done here: it is no news."""
        self._known.add(transaction.tx)

    def settle(self, run: Callable[[], Transaction]) -> None:
        """Restore or accept what is lost, and look again at what is."""
        session = self._app.session

        def settled() -> Transaction:
            done = run()
            self._find_losses(session)
            return done

        self._app.change(settled)

    def note_gone(self, error: WorkspaceGoneError) -> None:
        """Show on every screen that the workspace is gone; changes wait until it is back."""
        is_news = self.gone is None or self.gone.brief != error.brief
        self.gone = error
        self._saves.hold(error.brief)
        if is_news:
            self._app.tell(str(error), "changes are kept here and saved once it is back", "error")
            self._app.changed()

    def alert(self) -> str:
        """State what cannot be read; nothing while all can."""
        session = self._app.open_session
        broken = session.project.broken if session else ()
        if not broken:
            return ""
        place = f"{Path(broken[0].path).name}" + (f":{broken[0].line}" if broken[0].line else "")
        more = f" and {len(broken) - 1} more" if len(broken) > 1 else ""
        return f"cannot read {place}{more}"

    def look(self) -> None:
        """Take over what another process or person changed, and the new day after midnight.

        While something is saved or read, it does not look.
        """
        app, session = self._app, self._app.open_session
        if session is None or app.writer.waiting or app.writer.is_behind:
            return
        if session.today() != self.day:
            self.day = session.today()
            app.changed()
        app.writer.submit(
            lambda: self._read(session),
            lambda future: app.call_later(self._looked, future, session),
        )

    def _last_look(self, session: Session) -> datetime | None:
        """Return when this person last had the workspace open."""
        try:
            moment = datetime.fromisoformat(self._app.memory.text(f"looked:{session.root}"))
        except ValueError:
            return None
        return moment if moment.tzinfo else None

    def _begin(self, session: Session, since: datetime | None) -> list[HistoryLine]:
        """Note what was done before; return what others did since somebody last looked.

        Without such a moment, which is the first time, that is nothing. Runs in the writer's
        thread.
        """
        lines: list[HistoryLine] = []
        with contextlib.suppress(FedcheckError):
            self._settle(session)
            session.reconcile()
            self._news = HistoryNews(session.store.homes)
            self._news.see()
            lines = session.store.history_since(since) if since else []
            self._find_losses(session)
        others = (one for one in lines if since and one.at > since and one.by != session.who)
        return [one for one in others if not (is_outside(one) and (one.lost or one.merged))]

    def _settle(self, session: Session) -> None:
        """Settle what a merge kept of both sides. Runs in the writer's thread."""
        if session.store.has_unsettled():
            found = [one for one in settle(session) if one not in self._open_fields]
            self._open_fields |= {one for one in found if one.outcome == "open"}
            self._settled += describe_settled(session, found)

    def _tell_settled(self) -> None:
        """State which fields were set on both sides of a merge, and what became of them."""
        lines, self._settled = self._settled, []
        if lines:
            self._app.tell(lines[0], "; ".join(line.strip() for line in lines[1:]), "warning")
            self._app.changed()

    def _begun(self, future: Future[list[HistoryLine]], session: Session, opened: str) -> None:
        """Show what others did while nobody looked, and note when that was."""
        if session is self._app.open_session and future.exception() is None:
            self._app.memory.put(f"looked:{session.root}", opened)
            self._tell_settled()
            self.since_last_look = future.result()
            if self.since_last_look or self.losses:
                self._app.changed()

    def _find_losses(self, session: Session) -> None:
        """Find what people set and what is not in the files. Runs in the writer's thread."""
        found = find_losses(session, only_noted=True)
        if session is self._app.open_session:
            self.losses = found

    def _read(self, session: Session) -> str | None:
        """Read what others changed; state what, nothing if not worth a word, None if nothing did.

        Runs in the writer's thread. Raises WorkspaceGoneError where the workspace is not there;
        the last good state stays.
        """
        self._looks += 1
        if is_git_writing(session.root, session.clock()):
            return None
        try:
            session.store.identity.check()
        except WorkspaceGoneError:
            if is_git_writing(session.root, session.clock()):
                return None
            self._mark_on_return = ""
            raise
        if self.gone is not None and not self._is_settled(session):
            raise self.gone
        if self._is_under_way(session):
            return None
        if not self._refresh(session):
            due = self.gone is not None or self._looks % FILES_EVERY == 0
            return "" if due and session.refresh_files() else None
        known = {one.name for one in self.losses}
        try:
            self._settle(session)
            session.reconcile()
            fresh = [one for one in self._news.look() if one.tx not in self._known]
            self._find_losses(session)
        except FedcheckError:
            return ""
        lost = [one for one in self.losses if one.name not in known]
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
        before, self._mark_on_return = self._mark_on_return, compute_fingerprint(session.root)
        return before == self._mark_on_return

    def _returned(self) -> None:
        """Go on with a workspace that is back: save what waited for it."""
        self.gone = None
        self._mark_on_return = ""
        self._app.tell("The workspace is back", "saving resumed")
        self._saves.release()
        self._app.changed()

    def _looked(self, future: Future[str | None], session: Session) -> None:
        """Show what others changed, and state what that was."""
        app = self._app
        self._saves.go_on_leaving()
        if session is not app.open_session:
            return
        error = future.exception()
        if isinstance(error, WorkspaceGoneError):
            self.note_gone(error)
            return
        if self.gone is not None and error is None:
            self._returned()
        if error is not None:
            raise error
        words = future.result()
        self._tell_settled()
        if words is not None:
            app.changed()
        if words:
            app.tell(words, "now shown")
        if session.problems != self._problems:
            self._problems = session.problems
            app.changed()
            for problem in session.problems[:2]:
                app.tell(str(problem), "", "warning")


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
