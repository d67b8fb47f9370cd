"""Watch for what others change while the app is open, in words; record their hand edits."""

import contextlib
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, date, datetime
from pathlib import Path

from fedcheck.domain.change import OUTSIDE, HistoryLine
from fedcheck.domain.change_text import changes_label
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import FedcheckError, Problem, WorkspaceGoneError
from fedcheck.session import Session, Transaction
from fedcheck.sharing.settling import describe_settled, settle
from fedcheck.storage.settling import SettledField
from fedcheck.storage.workspace_files import compute_fingerprint
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.save_queue import SaveQueue

POLL_SECONDS = 1.0
"""How often the app looks whether files changed on disk."""

FILES_EVERY = 5
"""Evidence files are looked at less often than the records: there may be thousands."""


class ExternalChanges:
    """Knows which transactions the person at this screen has heard of, and tells the others.

    Attributes:
        gone: why the open workspace cannot be used now; nothing while it is at its path.
        since_last_look: what others did since somebody last looked.
        looked_before: when this person had the workspace open before this start, if ever.
        day: the day that the screens show.
    """

    def __init__(self, app: ProjectApp, saves: SaveQueue) -> None:
        self._app = app
        self._saves = saves
        self.gone: WorkspaceGoneError | None = None
        self._mark_on_return = ""
        self._known: set[str] = set()
        self._looks = 0
        self._settled: list[str] = []
        self._open_fields: set[SettledField] = set()
        self._problems: list[Problem] = []
        self.day = date.min
        self.since_last_look: list[HistoryLine] = []
        self.looked_before: datetime | None = None

    def attend(self, session: Session) -> None:
        """Tell of what is wrong with a workspace that was opened, and hear what others do."""
        app = self._app
        self.gone = None
        self._saves.release()
        self._problems = session.problems
        self.day = session.today()
        self.since_last_look = []
        since = self.looked_before = self._last_look(session)
        app.writer.submit(
            lambda: self._begin(session, since),
            lambda future: app.call_later(self._begun, future, session),
        )
        if session.problems:
            more = len(session.problems) - 1
            count = f"and {pluralize(more, 'more problem')}; " if more else ""
            hint = f"{count}fedcheck doctor tells more"
            app.tell(str(session.problems[0]), hint, "warning")

    def know(self, transaction: Transaction) -> None:
        """Note what was done here: it is no news."""
        self._known.add(transaction.tx)

    def note_gone(self, error: WorkspaceGoneError) -> None:
        """Say on every screen that the workspace is gone; changes wait until it is back."""
        is_news = self.gone is None or self.gone.brief != error.brief
        self.gone = error
        self._saves.hold(error.brief)
        if is_news:
            self._app.tell(str(error), "changes wait here and are saved once it is back", "error")
            self._app.changed()

    def alert(self) -> str:
        """Say what cannot be read; nothing while all can."""
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
        if session is None or app.writer.waiting:
            return
        if session.today() != self.day:
            self.day = session.today()
            app.changed()
        app.writer.submit(
            lambda: self._read(session),
            lambda future: app.call_later(self._looked, future, session),
        )

    def _last_look(self, session: Session) -> datetime | None:
        """Return when this person last had the workspace open; note that it is so now."""
        memory, name = self._app.memory, f"looked:{session.root}"
        said = memory.text(name)
        memory.put(name, self._app.clock().astimezone(UTC).isoformat())
        try:
            moment = datetime.fromisoformat(said)
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
            lines = session.history()
            self._known = {one.tx for one in lines}
        return [one for one in lines if since and one.at > since and one.by != session.who]

    def _settle(self, session: Session) -> None:
        """Settle what a merge kept of both sides. Runs in the writer's thread."""
        if session.store.has_unsettled():
            found = [one for one in settle(session) if one not in self._open_fields]
            self._open_fields |= {one for one in found if one.outcome == "open"}
            self._settled += describe_settled(session, found)

    def _tell_settled(self) -> None:
        """Say which fields were set on both sides of a merge, and what became of them."""
        lines, self._settled = self._settled, []
        if lines:
            self._app.tell(lines[0], "; ".join(line.strip() for line in lines[1:]), "warning")
            self._app.changed()

    def _begun(self, future: Future[list[HistoryLine]], session: Session) -> None:
        """Show what others did while nobody looked."""
        if session is self._app.open_session and future.exception() is None:
            self._tell_settled()
            self.since_last_look = future.result()
            if self.since_last_look:
                self._app.changed()

    def _read(self, session: Session) -> str | None:
        """Read what others changed; say what, nothing if not worth a word, None if nothing did.

        Runs in the writer's thread. Raises WorkspaceGoneError where the workspace is not there;
        the last good state stays.
        """
        self._looks += 1
        try:
            session.store.identity.check()
        except WorkspaceGoneError:
            self._mark_on_return = ""
            raise
        if self.gone is not None and not self._is_settled(session):
            raise self.gone
        if not session.refresh():
            due = self.gone is not None or self._looks % FILES_EVERY == 0
            return "" if due and session.refresh_files() else None
        try:
            self._settle(session)
            session.reconcile()
            fresh = [one for one in session.history() if one.tx not in self._known]
        except FedcheckError:
            return ""
        self._known |= {one.tx for one in fresh}
        return _words(fresh)

    def _is_settled(self, session: Session) -> bool:
        """Tell whether nothing moved since the look before in a workspace that came back.

        `git checkout` writes one file after the other: a save in between would be in its way.
        """
        before, self._mark_on_return = self._mark_on_return, compute_fingerprint(session.root)
        return before == self._mark_on_return

    def _returned(self) -> None:
        """Go on with a workspace that is back: save what waited for it."""
        self.gone = None
        self._mark_on_return = ""
        self._app.tell("The workspace is back", "changes are saved again")
        self._saves.release()
        self._app.changed()

    def _looked(self, future: Future[str | None], session: Session) -> None:
        """Show what others changed, and say what that was."""
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
            app.tell(words, "it is shown now")
        if session.problems != self._problems:
            self._problems = session.problems
            app.changed()
            for problem in session.problems[:2]:
                app.tell(str(problem), "", "warning")


def _words(fresh: Sequence[HistoryLine]) -> str:
    """Say who changed what: one transaction in full, several by who and how many."""
    people = list(dict.fromkeys(one.by for one in fresh))
    refs = {one.change.ref for one in fresh}
    if not fresh:
        return ""
    if len({one.tx for one in fresh}) == 1:
        who = "Changed outside fedcheck" if people == [OUTSIDE] else one_line(people[0], 40)
        return f"{who}: {changes_label([one.change for one in fresh])}"
    who = " and ".join(one_line(name, 40) for name in people[:3])
    return f"{who} changed {pluralize(len(refs), 'item')}"
