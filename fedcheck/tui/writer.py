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

    @property
    def waiting(self) -> int:
        """Return how many jobs have not ended."""
        return self._waiting

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
