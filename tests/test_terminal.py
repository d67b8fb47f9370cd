"""The app in a real terminal: starts, leaves, and gives the terminal back however it ends."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")

LEFT_ALTERNATE_SCREEN = b"\x1b[?1049l"


class Terminal:
    """A process in a pseudo-terminal of 100 by 30 cells."""

    def __init__(self, argv: list[str], cwd: Path, **env: str) -> None:
        import fcntl
        import struct
        import termios

        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.process = subprocess.Popen(
            argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env={**os.environ, "TERM": "xterm-256color", **env},
            start_new_session=True,
        )
        os.close(slave)
        self.seen = b""

    def wait_for(self, text: bytes, seconds: float = 20) -> bool:
        """Read until a text was seen; tell whether it was."""
        end = time.monotonic() + seconds
        while text not in self.seen and time.monotonic() < end:
            if not self._read(0.1) and self.process.poll() is not None:
                break
        return text in self.seen

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.seen += data
        return bool(data)

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def end(self) -> int:
        """Wait for the end of the process, reading on; return its exit status."""
        end = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < end:
            self._read(0.1)
        while self._read(0.1):
            pass
        if self.process.poll() is None:
            self.process.kill()
        os.close(self.master)
        return self.process.wait()


def progress(workspace: Path) -> str:
    """Return all progress on disk; a process of its own sees the shipped lists too."""
    return "".join(path.read_text() for path in (workspace / "progress").glob("*.toml"))


APP = [sys.executable, "-m", "fedcheck"]


@pytest.fixture
def start() -> Iterator[Callable[..., Terminal]]:
    """Return what starts a process in a terminal; none outlives its test."""
    started: list[Terminal] = []

    def begin(argv: list[str], cwd: Path, **env: str) -> Terminal:
        started.append(Terminal(argv, cwd, **env))
        return started[-1]

    yield begin
    for terminal in started:
        if terminal.process.poll() is None:
            terminal.process.kill()
            terminal.process.wait()


def test_it_starts_and_leaves_with_q(start, workspace):
    terminal = start(APP, workspace)
    assert terminal.wait_for(b"Meridian Ledger")
    terminal.type(b"q")
    assert terminal.end() == 0
    assert LEFT_ALTERNATE_SCREEN in terminal.seen


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_and_gives_the_terminal_back(start, workspace, number):
    terminal = start(APP, workspace)
    assert terminal.wait_for(b"Meridian Ledger")
    terminal.type(b"2")
    assert terminal.wait_for(b" done")
    terminal.type(b" ")
    assert terminal.wait_for(b"Saved")
    terminal.process.send_signal(number)
    assert terminal.end() == 0
    assert LEFT_ALTERNATE_SCREEN in terminal.seen
    assert 'status = "done"' in progress(workspace)


def test_kill_right_after_saved_keeps_the_change(start, workspace):
    terminal = start(APP, workspace)
    assert terminal.wait_for(b"Meridian Ledger")
    terminal.type(b"2")
    assert terminal.wait_for(b" done")
    terminal.type(b" ")
    assert terminal.wait_for(b"Saved")
    terminal.process.kill()
    terminal.end()
    assert 'status = "done"' in progress(workspace)


def test_a_crash_shows_no_data_and_exits_70(start, workspace, home):
    script = (
        "import sys\n"
        "from fedcheck.tui.screens.home import HomeScreen\n"
        "def broken(self):\n"
        "    secret = 'the vault key'\n"
        "    raise RuntimeError(secret)\n"
        "HomeScreen.on_mount = broken\n"
        "from fedcheck.cli.main import run\n"
        "sys.exit(run([]))\n"
    )
    terminal = start([sys.executable, "-c", script], workspace)
    assert terminal.end() == 70
    assert b"the vault key" not in terminal.seen
    assert b"a report without your data" in terminal.seen
    (report,) = (home / ".local" / "state" / "fedcheck" / "crashes").iterdir()
    assert "vault" not in report.read_text()
    assert "RuntimeError" in report.read_text()


def test_no_colour_means_no_colour(start, workspace):
    terminal = start(APP, workspace, NO_COLOR="1")
    assert terminal.wait_for(b"Meridian Ledger")
    terminal.type(b"q")
    assert terminal.end() == 0
    for colour in (b"\x1b[38;", b"\x1b[48;", b";38;5;", b";48;2;"):
        assert colour not in terminal.seen


def test_the_hook_for_crashes_is_still_there():
    from textual.app import App

    assert hasattr(App, "_handle_exception")
    assert hasattr(App, "_close_messages_no_wait")
