"""The real app in a terminal, while the disk refuses: it stays, says so, and saves later."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tracing
from checks import lines, state_of
from test_terminal import APP, Terminal

pytestmark = pytest.mark.skipif(bool(tracing.why_not()), reason=tracing.why_not() or "none")

PATIENCE = 15
"""Seconds in which a change that was refused once has to be on the disk."""

TOAST = 4.5
"""Seconds after which the words of the first save are gone from the screen."""

ITEM_DONE = 'status = "done"'
FULL = os.environ.get("FEDCHECK_FAULTS") == "full"

FAULTS = [
    ("write", "2"),  # the history
    ("renameat", "1..3"),  # the disk stays full while it is tried again
]
MORE = [
    ("write", "1"),
    ("fsync", "1"),
    ("renameat", "1"),
    ("fsync", "2"),
    ("fsync", "3"),
    ("fsync", "4"),
    ("renameat", "2"),
]
"""A call of the thread that saves, and which of these calls fail."""


DONE, UNDONE = ("alice", "done"), ("alice", "todo")
BY_NOBODY = ("outside fedcheck", "todo")
"""Where the file was refused after it had taken its place: nothing tells whose change it was."""


def told(root: Path) -> list[tuple[str, str]]:
    """Return what the history tells of statuses, and who changed them."""
    found = lines(state_of(root))
    return [(one["by"], one["new"]) for one in found if one["field"] == "status"]


class App:
    """The app on a workspace, in a terminal, with its checklist open."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.terminal = Terminal(APP, root)
        assert self.terminal.wait_for(b"Meridian Ledger")
        self.terminal.type(b"2")
        assert self.terminal.wait_for(b" done")

    def text(self) -> str:
        return "".join(path.read_text() for path in (self.root / "progress").glob("*.toml"))

    def until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Read on from the terminal until something holds; tell whether it came to that."""
        end = time.monotonic() + seconds
        while not true() and time.monotonic() < end:
            self.terminal.wait_for(b"\0 never", 0.1)
        return true()

    def thread_that_saves(self, log: Path) -> int:
        """Make a change and return the thread that saved it."""
        process = self.terminal.process.pid
        watched = tracing.attached(log, process, ["-f", "-e", "trace=?rename,?renameat,?renameat2"])
        self.terminal.type(b" ")
        assert self.terminal.wait_for(b"Saved")
        tracing.detach(watched)
        found = [call for call in tracing.parse(log) if call.concerns(self.root)]
        assert found
        # strace names no thread where there is but one
        return found[0].thread or process


@pytest.fixture
def app(workspace: Path) -> Iterator[App]:
    started = App(workspace)
    yield started
    if started.terminal.process.poll() is None:
        started.terminal.process.kill()
        started.terminal.process.wait()


@pytest.mark.parametrize(("call", "when"), FAULTS + (MORE if FULL else []))
def test_the_app_keeps_what_the_disk_refused_and_saves_it_later(
    app: App, tmp_path: Path, call: str, when: str
) -> None:
    try:
        thread = app.thread_that_saves(tmp_path / "first.log")
    except PermissionError as error:
        pytest.skip(f"strace may not attach to a running process: {error}")
    assert ITEM_DONE in app.text()
    assert told(app.root) == [DONE]
    log = tmp_path / "second.log"
    inject = [f"trace={call}", "-e", f"inject={call}:error=ENOSPC:when={when}"]
    app.until(lambda: False, TOAST)  # nor does the app note what it saw, which saves too
    watched = tracing.attached(log, thread, ["-e", *inject])
    app.terminal.seen = b""
    app.terminal.type(b" ")
    began = time.monotonic()
    assert app.terminal.wait_for(b"Not saved", PATIENCE), app.terminal.seen[-2000:]
    assert app.terminal.wait_for(b"Saved: ", PATIENCE), app.terminal.seen[-2000:]
    seconds = time.monotonic() - began
    tracing.detach(watched)
    assert ITEM_DONE not in app.text()
    hit = [one for one in tracing.parse(log) if one.injected]
    assert hit
    assert all(one.concerns(app.root) for one in hit)
    assert seconds < PATIENCE
    owed = "/history/" in hit[0].text or "/.fedcheck/" in hit[0].text
    assert told(app.root) in ([DONE, UNDONE], *([] if owed else [[DONE, BY_NOBODY]]))
    assert app.terminal.process.poll() is None
    state = state_of(app.root)
    assert not [name for name in state.files if name.endswith(".tmp")]
    assert not state.broken
    app.terminal.type(b"q")
    assert app.terminal.end() == 0
