"""The app in a real terminal: starts, leaves, and gives the terminal back however it ends."""

import os
import pty
import re
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
ASKS_FOR_THE_MOUSE = b"\x1b[?1000h"


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

    def read_for(self, seconds: float) -> None:
        """Read what comes within some time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._read(0.05)

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
    assert ASKS_FOR_THE_MOUSE in terminal.seen


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_and_gives_the_terminal_back(start, workspace, number):
    terminal = start(APP, workspace)
    assert terminal.wait_for(b"Meridian Ledger")
    terminal.type(b"2")
    assert terminal.wait_for(b" done")
    terminal.read_for(0.4)  # the words are there before the list has the focus
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
    terminal.read_for(0.4)  # the words are there before the list has the focus
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
    assert b"an error report without your data" in terminal.seen
    (report,) = (home / ".local" / "state" / "fedcheck" / "crashes").iterdir()
    assert "vault" not in report.read_text()
    assert "RuntimeError" in report.read_text()


SGR = re.compile(rb"\x1b\[([0-9;:]*)m")
WITHOUT_COLOUR = {0, 1, 2, 3, 4, 7, 22, 23, 24, 27}
"""Of the attributes of text: reset, bold, dim, italic, underline, reverse, and their ends."""


def attributes(seen: bytes) -> set[int]:
    """Return every attribute of text that was asked for."""
    return {int(one or b"0") for found in SGR.findall(seen) for one in re.split(b"[;:]", found)}


def walk(terminal: Terminal) -> None:
    """See home, a checklist, a dialog, the report and the palette, and leave."""
    steps = (
        (b"2", b" done"),
        (b"s", b"chooses"),
        (b"\x1b", b""),
        (b"r", b"PMO"),
        (b"\x10", b"every"),
    )
    assert terminal.wait_for(b"Next for csp")
    for keys, text in steps:
        terminal.type(keys)
        terminal.read_for(0.3)
        assert terminal.wait_for(text)
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.end() == 0


def test_no_colour_means_no_colour(start, workspace):
    """Whatever the terminal can do: bold, dim, underline and reverse, and nothing else."""
    terminal = start(APP, workspace, NO_COLOR="1", COLORTERM="truecolor")
    walk(terminal)
    assert attributes(terminal.seen) <= WITHOUT_COLOUR
    assert attributes(terminal.seen) & {1, 7}, "something is marked"


def test_an_empty_no_color_is_none(start, workspace):
    terminal = start(APP, workspace, NO_COLOR="", COLORTERM="truecolor")
    assert terminal.wait_for(b"Meridian Ledger")
    terminal.read_for(0.3)
    assert b"38;2;95;175;215" in terminal.seen, "the accent of the theme"
    terminal.type(b"q")
    assert terminal.end() == 0


@pytest.mark.parametrize(
    ("term", "allowed"),
    [("xterm", 16), ("tmux-256color", 256)],
)
def test_it_starts_with_as_many_colours_as_the_terminal_has(start, workspace, term, allowed):
    terminal = start(APP, workspace, TERM=term, COLORTERM="")
    assert terminal.wait_for(b"Next for csp")
    terminal.read_for(0.3)
    terminal.type(b"q")
    assert terminal.end() == 0
    assert b";2;" not in b"".join(SGR.findall(terminal.seen)), "no true colour"
    if allowed == 16:
        assert b"38;5;" not in terminal.seen
        assert attributes(terminal.seen) & set(range(30, 38)), "the colours of the terminal"


def test_a_dumb_terminal_is_refused_in_words(start, workspace):
    terminal = start(APP, workspace, TERM="dumb")
    assert terminal.end() == 2
    assert b"the app needs a terminal" in terminal.seen
    assert b"fedcheck status" in terminal.seen


def test_the_mouse_can_be_turned_off(start, workspace, home):
    folder = home / ".config" / "fedcheck"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("mouse = false\n")
    terminal = start(APP, workspace)
    assert terminal.wait_for(b"Next for csp")
    terminal.type(b"q")
    assert terminal.end() == 0
    assert ASKS_FOR_THE_MOUSE not in terminal.seen


def test_the_hook_for_crashes_is_still_there():
    from textual.app import App

    assert hasattr(App, "_handle_exception")
    assert hasattr(App, "_close_messages_no_wait")
