"""Saves off the UI thread: one thread, so in the order in which a person acted."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

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
