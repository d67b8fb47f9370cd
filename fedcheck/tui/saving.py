"""The part of the app that saves, and that sees what others changed."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import date, datetime
from pathlib import Path

from textual.app import App
from textual.message import Message

from fedcheck.domain.change import HistoryLine
from fedcheck.domain.text import one_line, plural
from fedcheck.errors import ErrorKind, FedcheckError, Problem
from fedcheck.keys.keymap import KeyMap
from fedcheck.session import Session, Transaction
from fedcheck.storage.transaction import ConflictError
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt
from fedcheck.tui.external_changes import News
from fedcheck.tui.save_queue import Job, SaveLine, Writer, can_wait

POLL_SECONDS = 1.0
"""How often the app looks whether files changed on disk."""

RETRY_SECONDS = 3.0
"""How often it tries again to save what the disk refused."""


class SavingApp(App[int]):
    """An app over a session: all changes go through `change`, and reading never blocks a key.

    Attributes:
        keymap: the keys in force.
        open_session: the open workspace, once there is one.
        lately: what others did since somebody last looked.
        looked_before: when this person had the workspace open before this start, if ever.
        lost: why changes could not be saved before the app ended.
    """

    class Changed(Message):
        """The project changed; screens redraw what they show of it."""

    class Saved(Message):
        """A change was saved, or could not be."""

        def __init__(self, future: Future[Transaction]) -> None:
            self.future = future
            super().__init__()

    class CaughtUp(Message):
        """What others did since somebody last looked is known."""

        def __init__(self, future: Future[list[HistoryLine]], session: Session) -> None:
            self.future = future
            self.session = session
            super().__init__()

    class Looked(Message):
        """The files on disk were looked at."""

        def __init__(self, future: Future[str | None], session: Session) -> None:
            self.future = future
            self.session = session
            super().__init__()

    def __init__(self, ansi_color: bool | None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.writer = Writer()
        self.line = SaveLine()
        self.news = News()
        self.keymap = KeyMap()
        self.open_session: Session | None = None
        self.told: list[Problem] = []
        self.lost: list[str] = []
        self.lately: list[HistoryLine] = []
        self.leaving = False
        self.alerted = ""
        self.day = date.min
        self.looked_before: datetime | None = None

    def key(self, action: str) -> str:
        """Return the key of an action for a hint, such as `u`; nothing where it has none."""
        return self.keymap.text(action)

    def hint(self, action: str, words: str, before: str = "") -> str:
        """Return what a key does, for a text: `e adds some`; nothing where it has no key."""
        return self.keymap.hint(action, words, before)

    @property
    def session(self) -> Session:
        """Return the open workspace."""
        assert self.open_session is not None, "no workspace is open"
        return self.open_session

    @property
    def busy(self) -> bool:
        """Tell whether anything is still being saved or read."""
        return bool(self.writer.waiting or self.line.next_job())

    @property
    def alert(self) -> str:
        """Return what a person must know wherever they look: what is not saved or not readable."""
        broken = self.open_session.project.broken if self.open_session else ()
        if self.line.refusal or not broken:
            return self.line.alert()
        place = f"{Path(broken[0].path).name}" + (f":{broken[0].line}" if broken[0].line else "")
        more = f" and {len(broken) - 1} more" if len(broken) > 1 else ""
        return f"cannot read {place}{more}"

    def keep_watch(self) -> None:
        """Look at the disk from now on, and try again what it refused."""
        self.set_interval(POLL_SECONDS, self.look_at_disk)
        self.set_interval(RETRY_SECONDS, self.try_again)

    def attend(self, session: Session) -> None:
        """Tell of what is wrong with a workspace that was opened, and hear what others do."""
        self.told = session.problems
        self.day = session.today()
        self.lately = []
        since = self.looked_before = self.last_look(session)
        self.writer.submit(
            lambda: self.news.begin(session, since),
            lambda future: self.post_message(self.CaughtUp(future, session)),
        )
        if session.problems:
            more = len(session.problems) - 1
            count = f"and {plural(more, 'more problem')}; " if more else ""
            hint = f"{count}fedcheck doctor tells more"
            self.tell(str(session.problems[0]), hint, "warning")

    def last_look(self, session: Session) -> datetime | None:
        """Return when this person last had the workspace open; note that it is so now."""
        raise NotImplementedError

    def on_saving_app_caught_up(self, event: CaughtUp) -> None:
        """Show what others did while nobody looked."""
        if event.session is self.open_session and event.future.exception() is None:
            self.lately = event.future.result()
            if self.lately:
                self.changed()

    def change(
        self,
        run: Callable[[], Transaction],
        say: bool = True,
        conflict: Callable[[ConflictError], object] | None = None,
    ) -> None:
        """Save a change off the UI thread, after those before it; says so when it is on disk."""
        self.line.add(Job(run, say, conflict))
        self._save_next()
        if self.line.refusal:
            self.changed()

    def _save_next(self) -> None:
        job = self.line.next_job()
        if job is not None:
            future = self.writer.submit(job.run, lambda done: self.post_message(self.Saved(done)))
            self.line.started(future)

    def try_again(self) -> None:
        """Try once more to save what the disk refused."""
        if self.line.refusal:
            self.line.try_again()
            self._save_next()

    def on_saving_app_saved(self, event: Saved) -> None:
        """Say that a change is on disk, or why it is not."""
        error = event.future.exception()
        if error is not None and can_wait(error):
            self._refused(error)
            return
        was_refused = bool(self.alerted)
        job = self.line.ended()
        if isinstance(error, ConflictError) and job.conflict:
            job.conflict(error)
        elif isinstance(error, FedcheckError):
            gentle = error.kind is ErrorKind.REFUSED
            words = str(error).capitalize() if gentle else f"Not saved: {error}"
            self.tell(words, error.hint, "warning" if gentle else "error")
        elif error is not None:
            raise error
        else:
            self._saved(event.future.result(), job.say, was_refused)
        self._save_next()
        if not self.line.jobs:
            self.alerted = ""
        self._leave_when_saved(failed=error is not None)

    def _saved(self, action: Transaction, say: bool, was_refused: bool) -> None:
        self.news.mine(action)
        self.changed()
        if say and (action.changes or was_refused):
            undone = bool(action.undoes) and "Undone" in action.label
            hint = self.hint("app.undo", "takes it back")
            if undone:
                hint = self.hint("app.redo", "makes it again")
            self.tell(action.label if action.undoes else f"Saved: {action.label}", hint)

    def _refused(self, error: BaseException) -> None:
        """Keep what the disk refused, say so on every screen, and try again."""
        hint = getattr(error, "hint", "")
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        self.line.refused(one_line(words, 200))
        if self.alerted != words:
            self.alerted = words
            kept = "your change is kept here and tried again"
            self.tell(f"Not saved: {words}", f"{hint}; {kept}" if hint else kept, "error")
        self.changed()
        self._leave_when_saved(failed=True)

    def changed(self) -> None:
        """Tell the screens that show the project that it changed."""
        for screen in self.screen_stack:
            screen.post_message(self.Changed())

    def look_at_disk(self) -> None:
        """Take over what another process or person changed, and the new day after midnight."""
        session = self.open_session
        if session is None or self.writer.waiting:
            return
        if session.today() != self.day:
            self.day = session.today()
            self.changed()
        self.writer.submit(
            lambda: self.news.look(session),
            lambda future: self.post_message(self.Looked(future, session)),
        )

    def on_saving_app_looked(self, event: Looked) -> None:
        """Show what others changed, and say what that was."""
        future, session = event.future, event.session
        self._leave_when_saved()
        if session is not self.open_session:
            return
        error = future.exception()
        if error is not None:
            raise error
        words = future.result()
        if words is not None:
            self.changed()
        if words:
            self.tell(words, "it is shown now")
        if session.problems != self.told:
            self.told = session.problems
            self.changed()
            for problem in session.problems[:2]:
                self.tell(str(problem), "", "warning")

    def tell(self, text: str, hint: str = "", severity: str = "information") -> None:
        """Show a toast; its text is never markup."""
        words = one_line(text, 300) + (f"\n{one_line(hint, 200)}" if hint else "")
        seconds = 4.0 if severity == "information" else 8.0
        self.notify(words, severity=severity, timeout=seconds, markup=False)  # type: ignore[arg-type]

    def action_app_undo(self) -> None:
        """Take the last change back; one that is not saved yet is dropped."""
        if self.line.drop_last():
            self.alerted = self.alerted if self.line.jobs else ""
            self.tell("Dropped: the last change, which was not saved")
            self.changed()
            return
        self.change(self.session.undo)

    def action_app_redo(self) -> None:
        """Make again what was undone."""
        self.change(self.session.redo)

    def action_app_quit(self) -> None:
        """Leave; what is queued is saved first, and what cannot be saved is asked about."""
        if self.line.refusal:
            self._ask_to_leave()
        elif self.busy or self.line.jobs:
            self.leaving = True
            self.tell("Saving, then leaving")
        else:
            self.exit(0)

    def _ask_to_leave(self) -> None:
        count = plural(len(self.line.jobs), "change")
        choices = [
            Choice("stay", "Stay; go on trying to save", "s"),
            Choice("leave", f"Leave without {count}", "l"),
        ]

        def chosen(answer: str | None) -> None:
            if answer == "leave":
                self.line.drop_all()
                self.exit(0)

        self.push_screen(ChoicePrompt(f"{count} not saved", choices, "stay"), chosen)

    def _leave_when_saved(self, failed: bool = False) -> None:
        """Go on leaving once everything is saved; stay where something could not be."""
        if failed:
            self.leaving = False
        elif self.leaving and not self.busy and not self.line.jobs:
            self.exit(0)

    def on_unmount(self) -> None:
        """Save what is queued before the process ends."""
        self.writer.close()
        self.lost = self.line.finish()
