"""Watch for what others change while the app is open, as text; record their hand edits."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fedcheck.domain.change import HistoryLine
from fedcheck.domain.text import pluralize
from fedcheck.errors import Problem, WorkspaceGoneError
from fedcheck.session import Session, Transaction
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.save_queue import SaveQueue

if TYPE_CHECKING:
    from fedcheck.storage.losses import Loss
    from fedcheck.tui.outside_reader import OutsideReader

POLL_SECONDS = 0.5
"""How often the app looks whether files changed on disk."""

NEWS_SECONDS = 1.0
"""When it looks what others did since somebody last looked: home is there by then."""


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
        self._known: set[str] = set()
        self._problems: list[Problem] = []
        self.day = date.min
        self.since_last_look: list[HistoryLine] = []
        self.looked_before: datetime | None = None
        self.losses: list[Loss] = []

    @cached_property
    def _reader(self) -> "OutsideReader":
        """What reads in the writer's thread, which asks for it first."""
        from fedcheck.tui.outside_reader import OutsideReader

        return OutsideReader(self._app, self)

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
            lambda: self._reader.begin(session, since),
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
            self._reader.find_losses(session)
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

        While something is saved or read, it does not look: a change of one's own is no news.
        """
        app, session = self._app, self._app.open_session
        is_busy = app.writer.waiting or app.writer.is_behind or self._saves.is_saving
        if session is None or is_busy:
            return
        if session.today() != self.day:
            self.day = session.today()
            app.changed()
        app.writer.submit(
            lambda: self._reader.read(session, self.gone, self._known),
            lambda future: app.call_later(self._looked, future, session),
        )

    def _last_look(self, session: Session) -> datetime | None:
        """Return when this person last had the workspace open."""
        try:
            moment = datetime.fromisoformat(self._app.memory.text(f"looked:{session.root}"))
        except ValueError:
            return None
        return moment if moment.tzinfo else None

    def _tell_settled(self) -> None:
        """State which fields were set on both sides of a merge, and what became of them."""
        lines, self._reader.settled = self._reader.settled, []
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

    def _returned(self) -> None:
        """Go on with a workspace that is back: save what waited for it."""
        self.gone = None
        self._reader.mark_on_return = ""
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
