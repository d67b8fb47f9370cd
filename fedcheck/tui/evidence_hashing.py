"""Hash evidence files off the UI thread, with progress and cancel."""

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from textual.worker import Worker, get_current_worker

from fedcheck.storage.evidence_states import Verdict
from fedcheck.storage.file_looks import Cancelled, Step

T = TypeVar("T")

AT_ONCE = 4 << 20
"""Files up to so many bytes are read at once: nobody sees that."""


class Runner(Protocol):
    """What runs it: the app, or a dialog."""

    def run_worker(
        self, work: Callable[[], None], *, thread: bool = False, exit_on_error: bool = True
    ) -> object:
        """Run something next to the app."""

    def call_later(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """Call something in the UI thread, from any thread."""


class Hashing(Generic[T]):
    """One run over files, in a thread of its own; `ended` hears of its outcome in the UI thread.

    Attributes:
        total: how many bytes are to be read.
        done: how many were read.
        stopped: whether a person has ended it.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.stopped = False
        self._worker: Worker[None] | None = None

    def stop(self) -> None:
        """End it with the next megabyte."""
        self.stopped = True

    def step(self, count: int) -> None:
        """Count bytes that were read. Raises Stopped once nobody waits for more."""
        self.done += count
        if self.stopped or (self._worker is not None and self._worker.is_cancelled):
            raise Cancelled

    def start(
        self,
        node: Runner,
        work: Callable[[Step], T],
        ended: Callable[[T | Exception], object],
    ) -> None:
        """Begin; it ends early where the node goes, or the app."""

        def body() -> None:
            self._worker = get_current_worker()
            outcome: T | Exception
            try:
                outcome = work(self.step)
            except Exception as error:
                outcome = error
            node.call_later(ended, outcome)

        node.run_worker(body, thread=True, exit_on_error=False)

    def words(self, ascii_only: bool, cells: int = 24) -> str:
        """Return a bar with the bytes read."""
        share = min(self.done / self.total, 1.0) if self.total else 1.0
        full = int(share * cells)
        bar = ("#" * full).ljust(cells, ".") if ascii_only else ("█" * full).ljust(cells, "░")
        return f"{bar}  {size_text(self.done)} of {size_text(self.total)}"


def size_text(count: int) -> str:
    """Return a number of bytes for people: `12 KB`, `3.4 GB`."""
    size = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if size >= 10 or unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


Verifying = Hashing[list[Verdict]]
