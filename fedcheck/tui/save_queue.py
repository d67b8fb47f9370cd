"""Save off the UI thread, in the order in which a person acted."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from fedcheck.domain.text import plural
from fedcheck.errors import ErrorKind, FedcheckError, InvalidFileError
from fedcheck.session import Transaction
from fedcheck.storage.transaction import ConflictError

T = TypeVar("T")


class Writer:
    """Runs jobs one after the other in a thread of their own."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fedcheck-writer")
        self.waiting = 0

    def submit(self, job: Callable[[], T], done: Callable[["Future[T]"], object]) -> "Future[T]":
        """Queue a job and return its future; `done` is called when it has ended.

        That is in the writer's thread. It must not wait for the UI thread, which may be waiting
        in `close` for this one.
        """
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(job())
            except Exception as error:
                future.set_exception(error)
            self.waiting -= 1
            done(future)

        self.waiting += 1
        self._pool.submit(run)
        return future

    def close(self) -> None:
        """Wait until everything queued is done."""
        self._pool.shutdown(wait=True)


@dataclass(frozen=True, slots=True)
class Job:
    """A change to be saved; `conflict` hears of it where another got there first."""

    run: Callable[[], Transaction]
    say: bool = True
    conflict: Callable[[ConflictError], object] | None = None


class SaveLine:
    """Jobs one after the other. Nothing leaves the line but what is on disk, or what is wrong.

    Attributes:
        refusal: why the first job could not be saved, while it waits to be tried again.
    """

    def __init__(self) -> None:
        self.jobs: deque[Job] = deque()
        self.refusal = ""
        self._running: Future[Transaction] | None = None

    def add(self, job: Job) -> None:
        """Queue a job."""
        self.jobs.append(job)

    def next_job(self) -> Job | None:
        """Return the job to run now; none while one runs, or while the disk refuses."""
        if not self.jobs or self._running is not None or self.refusal:
            return None
        return self.jobs[0]

    def started(self, future: "Future[Transaction]") -> None:
        """Note that the first job runs."""
        self._running = future

    def ended(self) -> Job:
        """Take the job out that ended, well or for good."""
        self._running = None
        return self.jobs.popleft()

    def refused(self, reason: str) -> None:
        """Keep the job that ran: it can be saved later."""
        self._running = None
        self.refusal = reason

    def try_again(self) -> None:
        """Let the first job run once more."""
        self.refusal = ""

    def drop_last(self) -> bool:
        """Forget the last job of a line that is held up; tell whether there was one."""
        if not self.refusal or not self.jobs:
            return False
        self.jobs.pop()
        if not self.jobs:
            self.refusal = ""
        return True

    def drop_all(self) -> None:
        """Forget what is not saved."""
        self.jobs.clear()
        self.refusal = ""

    def alert(self) -> str:
        """Say what is not saved, and why; nothing while all goes well."""
        if not self.refusal:
            return ""
        return f"{plural(len(self.jobs), 'change')} not saved, trying again: {self.refusal}"

    def finish(self) -> list[str]:
        """Save what is left, now and here; return why what remains could not be saved.

        For the end of the program, after the writer has stopped.
        """
        if self._running is not None and _is_saved(self._running):
            self.jobs.popleft()
        self._running = None
        reasons = []
        for job in self.jobs:
            try:
                job.run()
            except FedcheckError as error:
                reasons.append(str(error))
        self.jobs.clear()
        return reasons


def _is_saved(future: "Future[Transaction]") -> bool:
    return future.done() and future.exception() is None


def can_wait(error: BaseException) -> bool:
    """Tell whether a save may succeed later: the disk or the lock refused it.

    A broken file is no such case: a person has to mend it, and other lists must not wait for that.
    """
    if isinstance(error, ConflictError | InvalidFileError):
        return False
    return isinstance(error, OSError) or (
        isinstance(error, FedcheckError) and error.kind in (ErrorKind.UNREADABLE, ErrorKind.LOCKED)
    )
