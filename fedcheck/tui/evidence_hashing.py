"""Hash evidence files off the UI thread, with progress and cancel."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from textual.dom import DOMNode
from textual.worker import Worker, get_current_worker

from fedcheck.analysis.evidence_register import EvidenceRow
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.text import plural
from fedcheck.storage.evidence_files import Step, Stopped, Verdict, size_of, verify

if TYPE_CHECKING:
    from fedcheck.tui.app import FedcheckApp

T = TypeVar("T")

AT_ONCE = 4 << 20
"""Files up to so many bytes are read at once: nobody sees that."""


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
            raise Stopped

    def start(
        self,
        node: DOMNode,
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


def verify_rows(app: "FedcheckApp", rows: Sequence[EvidenceRow]) -> Verifying | None:
    """Verify the files of rows, and go on working; returns how far it is, or nothing to do."""
    session = app.session
    wanted: list[tuple[str, Evidence]] = [
        (use.row.ref, use.proof)
        for row in rows
        for use in row.uses
        if use.proof is not None and use.proof.kind == "file"
    ]
    links = {proof.link for _, proof in wanted}
    if not links:
        app.tell("No files here: only files have a hash to verify")
        return None
    run: Verifying = Hashing(sum(size_of(session.root, link) for link in links))

    def work(step: Step) -> list[Verdict]:
        return verify(session.root, wanted, step)

    def ended(outcome: list[Verdict] | Exception) -> None:
        if isinstance(outcome, Exception):
            app.verifying = None
            raise outcome
        words = outcome_text(outcome, run.stopped)
        app.writer.submit(session.refresh_files, lambda _: app.call_later(shown, words))

    def shown(words: str) -> None:
        app.verifying = None
        app.changed()
        app.tell(words, "" if run.stopped else "the outcome is remembered on this machine")

    app.verifying = run
    run.start(app, work, ended)
    return run


def outcome_text(verdicts: Sequence[Verdict], stopped: bool) -> str:
    """Say how many files were checked, and what is wrong."""
    states = {verdict.proof.link: verdict.state for verdict in verdicts}
    count = list(states.values()).count
    parts = [f"{count(name)} {name}" for name in ("changed", "missing", "unreadable")]
    head = f"{'Stopped: ' if stopped else ''}{plural(len(states), 'file')} checked"
    bad = [part for part in parts if not part.startswith("0 ")]
    return f"{head}, {', '.join(bad)}" if bad else f"{head}, all as they were"
