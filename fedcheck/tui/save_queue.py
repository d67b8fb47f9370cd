"""The queue of changes to be saved: in the order of the keys, off the UI thread, never lost."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from msgspec import Struct

from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError, InvalidFileError, WorkspaceGoneError
from fedcheck.session import Transaction
from fedcheck.storage.guards import ConflictError
from fedcheck.tui.app_protocol import ProjectApp

RETRY_SECONDS = 3.0
"""How often the app tries again to save what the disk refused."""


class Job(Struct, frozen=True):
    """A change to be saved; `conflict` hears of it where another got there first."""

    run: Callable[[], Transaction]
    say: bool = True
    conflict: Callable[[ConflictError], object] | None = None


class SaveQueue:
    """Changes one after the other. Nothing leaves the queue but what is on disk, or what is wrong.

    Attributes:
        jobs: what is not saved yet, in the order in which a person acted.
        refusal: why the first job could not be saved, while it waits to be tried again.
        held: why nothing is tried at all, while the workspace is gone.
        lost: why changes could not be saved before the app ended.
    """

    def __init__(
        self,
        app: ProjectApp,
        saved: Callable[[Transaction], object],
        gone: Callable[[WorkspaceGoneError], object],
    ) -> None:
        self._app = app
        self._on_saved = saved
        self._on_gone = gone
        self.jobs: deque[Job] = deque()
        self.refusal = ""
        self.held = ""
        self.lost: list[str] = []
        self._running: Future[Transaction] | None = None
        self._told = ""
        self._leaving = False

    @property
    def is_saving(self) -> bool:
        """Return whether a change is being saved, or is on disk and the others do not know it."""
        return self._running is not None

    @property
    def idle(self) -> bool:
        """Return whether everything is saved, and nothing is being read."""
        return not self.jobs and not self._app.writer.waiting

    def add(self, job: Job) -> None:
        """Queue a change; it is shown when it is on disk."""
        self.jobs.append(job)
        self._run_next()
        if self._stuck:
            self._app.changed()

    def try_again(self) -> None:
        """Try once more to save what the disk refused; not while the workspace is gone."""
        if self.refusal and not self.held:
            self.refusal = ""
            self._run_next()

    def hold(self, why: str) -> None:
        """Save nothing until `release`: the workspace is gone."""
        self.held = why
        self.refusal = ""
        self._leaving = False

    def release(self) -> None:
        """Save what waited for the workspace to come back."""
        self.held = self.refusal = ""
        self._run_next()

    def warn_of_waiting(self) -> bool:
        """Return whether changes wait that only this workspace can take, and say so if they do."""
        if self._stuck:
            count = pluralize(len(self.jobs), "change")
            hint = self._app.hint("app.undo", "discards the last one")
            self._app.tell(f"{count} of this workspace not saved yet", hint, "warning")
        return self._stuck

    @property
    def _stuck(self) -> bool:
        """Return whether changes wait for something outside the app."""
        return bool(self.jobs and (self.refusal or self.held) and self._running is None)

    def drop_last(self) -> bool:
        """Forget the last change of a queue that is held up; return whether there was one."""
        if not self._stuck:
            return False
        self.jobs.pop()
        if not self.jobs:
            self.refusal = self._told = ""
        return True

    def alert(self) -> str:
        """State what is not saved, and why; nothing while all goes well."""
        if self.held and not self.jobs:
            return f"{self.held}: changes will wait"
        if self.held:
            return f"{self.held}: {pluralize(len(self.jobs), 'change')} not saved"
        if not self.refusal:
            return ""
        return f"{pluralize(len(self.jobs), 'change')} not saved, retrying: {self.refusal}"

    def leave(self) -> None:
        """Leave the app once what is queued is saved; ask about what cannot be saved."""
        if self._stuck:
            self._app.start(self._ask_to_leave())
        elif self.idle:
            self._app.exit(0)
        else:
            self._leaving = True
            self._app.tell("Saving, then quitting")

    def go_on_leaving(self, failed: bool = False) -> None:
        """Leave, if that is wanted, once everything is saved; stay where something could not be."""
        if failed:
            self._leaving = False
        elif self._leaving and self.idle:
            self._app.exit(0)

    def finish(self) -> None:
        """Save what is left, now and here; keep in `lost` why what remains could not be saved.

        For the end of the program, after the writer has stopped.
        """
        if self._running is not None and _is_saved(self._running):
            self.jobs.popleft()
        self._running = None
        for job in self.jobs:
            try:
                job.run()
            except FedcheckError as error:
                self.lost.append(str(error))
        self.jobs.clear()

    def _run_next(self) -> None:
        if not self.jobs or self._running is not None or self.refusal or self.held:
            return
        app = self._app
        self._running = app.writer.submit(
            self.jobs[0].run, lambda future: app.call_later(self._ended, future)
        )

    def _ended(self, future: Future[Transaction]) -> None:
        """State that a change is on disk, or why it is not."""
        self._running = None
        error = future.exception()
        if error is not None and can_wait(error):
            self._refused(error)
            return
        job, was_refused = self.jobs.popleft(), bool(self._told)
        if isinstance(error, ConflictError) and job.conflict:
            job.conflict(error)
        elif isinstance(error, FedcheckError):
            gentle = error.kind is ErrorKind.REFUSED
            words = str(error).capitalize() if gentle else f"Not saved: {error}"
            self._app.tell(words, error.hint, "warning" if gentle else "error")
        elif error is not None:
            raise error
        else:
            self._saved(future.result(), job.say, was_refused)
        self._run_next()
        if not self.jobs:
            self._told = ""
        self.go_on_leaving(failed=error is not None)

    def _saved(self, transaction: Transaction, say: bool, was_refused: bool) -> None:
        self._on_saved(transaction)
        self._app.changed()
        if say and (transaction.changes or was_refused):
            undone = bool(transaction.undoes) and "Undone" in transaction.label
            hint = self._app.hint("app.undo", "undoes it")
            if undone:
                hint = self._app.hint("app.redo", "redoes it")
            label = transaction.label
            self._app.tell(label if transaction.undoes else f"Saved: {label}", hint)

    def _refused(self, error: BaseException) -> None:
        """Keep what the disk refused, say so on every screen, and try again."""
        if isinstance(error, WorkspaceGoneError):
            self._on_gone(error)
            self._app.changed()
            self.go_on_leaving(failed=True)
            return
        hint = getattr(error, "hint", "")
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        self.refusal = one_line(words, 200)
        if self._told != words:
            self._told = words
            kept = "your change is kept and retried"
            self._app.tell(f"Not saved: {words}", f"{hint}; {kept}" if hint else kept, "error")
        self._app.changed()
        self.go_on_leaving(failed=True)

    async def _ask_to_leave(self) -> None:
        count = pluralize(len(self.jobs), "change")
        from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt

        choices = [
            Choice("stay", "Stay and keep trying to save", "s"),
            Choice("leave", f"Quit without {count}", "l"),
        ]
        if await self._app.ask(ChoicePrompt(f"{count} not saved", choices, "stay")) == "leave":
            self.jobs.clear()
            self.refusal = ""
            self._app.exit(0)


def _is_saved(future: "Future[Transaction]") -> bool:
    return future.done() and future.exception() is None


def can_wait(error: BaseException) -> bool:
    """Return whether a save may succeed later: the disk or the lock refused it.

    A broken file is no such case: a person has to mend it, and other lists must not wait for that.
    """
    if isinstance(error, ConflictError | InvalidFileError):
        return False
    return isinstance(error, OSError) or (
        isinstance(error, FedcheckError) and error.kind in (ErrorKind.UNREADABLE, ErrorKind.LOCKED)
    )
