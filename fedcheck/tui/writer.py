"""One thread in which everything that touches the disk runs, in the order in which it was asked."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

T = TypeVar("T")


class Writer:
    """Runs jobs one after the other in a thread of their own."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fedcheck-writer")
        self._lock = Lock()
        self._waiting = 0
        self._put_off: Callable[[], object] | None = None

    @property
    def waiting(self) -> int:
        """Return how many jobs have not ended."""
        return self._waiting

    @property
    def is_behind(self) -> bool:
        """Return whether a job was put off and has not been queued since."""
        return self._put_off is not None

    def put_off(self, job: Callable[[], T], done: Callable[["Future[T]"], object]) -> None:
        """Keep a job for `catch_up`: it is queued then, or before the next job; never by `close`.

        Of two that were put off only the second is left. See `submit`.
        """
        self._put_off = lambda: self._queue(job, done)

    def catch_up(self) -> None:
        """Queue the job that was put off, if there is one."""
        queue, self._put_off = self._put_off, None
        if queue is not None:
            queue()

    def submit(self, job: Callable[[], T], done: Callable[["Future[T]"], object]) -> "Future[T]":
        """Queue a job and return its future; `done` is called when it has ended.

        That is in the writer's thread. It must not wait for the UI thread, which may be waiting
        in `close` for this one.
        """
        self.catch_up()
        return self._queue(job, done)

    def _queue(self, job: Callable[[], T], done: Callable[["Future[T]"], object]) -> "Future[T]":
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(job())
            except Exception as error:
                future.set_exception(error)
            self._count(-1)
            done(future)

        self._count(1)
        self._pool.submit(run)
        return future

    def close(self) -> None:
        """Wait until everything queued is done."""
        self._pool.shutdown(wait=True)

    def _count(self, step: int) -> None:
        # Both threads count: `+=` reads, adds and writes, and a step in between would be lost.
        with self._lock:
            self._waiting += step
