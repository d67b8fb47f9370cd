"""Completion in real shells: what a stranger's workspace says never becomes a command."""

import os
import pty
import select
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.shell_completion import get_completion_class
from conftest import MakeWorkspace, OpenWorkspace

from fedcheck.cli.completion import is_plain_word
from fedcheck.cli.main import cli
from fedcheck.domain.item_rules import ItemEdit

HOSTILE = (
    "$(touch${IFS}X)", "`touch${IFS}X`", ";touch X;", "a;touch X", "a|touch X", "a&touch X", "\n",
    "a\ntouch X\n", "a\x1b]0;pwned\x07", "a\x9b31mpwned", "-o", "--force", "~root", "*", "a?",
    "[a]", "{a,b}", "a<X", "a>X", "(touch X)", "a\\", "a'", 'a"b', "a b", "#a", "!!", "=ls", "%1",
    "a,b", "\u202epwned", "plain,$(touch${IFS}X)", "",
)  # fmt: skip
"""What a shell would take for more, or other, than one word."""

ROOT = Path(__file__).parents[1]

# Stands for fedcheck: answers completions with the real one, and notes what it is called with.
STAND_IN = """#!/bin/sh
if [ -n "$_FEDCHECK_COMPLETE" ]; then
    PYTHON -m fedcheck "$@"
    echo done >> "$ASKED"
else
    for word in "$@"; do printf '<%s>' "$word" >> "$CALLED"; done
    echo >> "$CALLED"
fi
"""

STARTS = {
    "bash": (["--norc", "--noprofile", "-i"], ""),
    "zsh": (["-f", "-i"], "autoload -U compinit; compinit -u -D; "),
    "fish": (["--no-config", "-i"], ""),
}
"""The arguments of each shell, and what it needs before it can complete."""


@pytest.mark.parametrize("text", HOSTILE)
def test_only_plain_words_are_offered(text: str) -> None:
    assert not is_plain_word(text)


@pytest.mark.parametrize(
    "text",
    ["dana", "rev5.readiness.csp:dia-gram_1", "owner:dana", "https://x.example/a", "José", ".x"],
)
def test_usual_words_are_plain(text: str) -> None:
    assert is_plain_word(text)


class Shell:
    """An interactive shell on a terminal of its own, in which a test types."""

    def __init__(self, name: str, folder: Path) -> None:
        place = shutil.which(name)
        if place is None:
            pytest.skip(f"{name} is not installed")
        self.folder = folder
        bin_folder = folder / "bin"
        bin_folder.mkdir()
        self.asked, self.called = folder / "asked", folder / "called"
        self.seen = b""
        for file in (self.asked, self.called):
            file.touch()
        stand_in = bin_folder / "fedcheck"
        stand_in.write_text(STAND_IN.replace("PYTHON", sys.executable))
        stand_in.chmod(0o755)
        options, before = STARTS[name]
        script = folder / "script"
        made = get_completion_class(name)
        assert made is not None
        script.write_text(made(cli, {}, "fedcheck", "_FEDCHECK_COMPLETE").source())
        environ = {
            **os.environ,
            "PATH": f"{bin_folder}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm",
            "ASKED": str(self.asked),
            "CALLED": str(self.called),
            "LC_ALL": "C.UTF-8",
        }
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execve(place, [name, *options], environ)
        self.read(1.0)
        self.type(f"{before}source {script}\r")
        self.read(0.5)
        self.call("ready")

    def type(self, text: str) -> None:
        """Type a text."""
        os.write(self.terminal, text.encode())

    def read(self, seconds: float) -> None:
        """Read what is shown for some time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.terminal], [], [], left)[0]:
                try:
                    self.seen += os.read(self.terminal, 65536)
                except OSError:
                    return

    def _wait(self, file: Path, before: int) -> None:
        for _ in range(300):
            self.read(0.05)
            if file.stat().st_size > before:
                self.read(0.15)
                return
        raise AssertionError(f"{file.name}: nothing happened; seen: {self.seen[-2000:]!r}")

    def call(self, line: str) -> str:
        """Run a line of fedcheck; return what it was called with."""
        before = self.called.stat().st_size
        self.type(f"fedcheck {line}\r")
        self._wait(self.called, before)
        return self.called.read_text().splitlines()[-1]

    def complete(self, line: str) -> str:
        """Type a line of fedcheck, TAB and Enter; return what it was called with."""
        before, asked = self.called.stat().st_size, self.asked.stat().st_size
        self.type(f"fedcheck {line}\t")
        self._wait(self.asked, asked)
        self.type("\r")
        self._wait(self.called, before)
        return self.called.read_text().splitlines()[-1]

    def close(self) -> None:
        """End the shell."""
        os.kill(self.pid, signal.SIGKILL)
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


@pytest.fixture(scope="module")
def shells() -> Iterator[dict[str, Shell]]:
    """Return the shells that are open by their names; they are closed in the end."""
    opened: dict[str, Shell] = {}
    yield opened
    for shell in opened.values():
        shell.close()


@pytest.fixture(params=list(STARTS))
def shell(request: pytest.FixtureRequest, tmp_path: Path, shells: dict[str, Shell]) -> Shell:
    """Return a shell that completes fedcheck, in an empty folder.

    The tests share it, as it takes seconds to open: each ends at an empty prompt.
    """
    name: str = request.param
    if name not in shells:
        folder = tmp_path / "shell"
        folder.mkdir()
        shells[name] = Shell(name, folder)
    shells[name].seen = b""
    return shells[name]


def made_by_hostile_words(shell: Shell, root: Path) -> list[Path]:
    """Return the files that a command in a word would have made."""
    return [*root.parent.rglob("X"), *shell.folder.rglob("X")]


def _quoted(text: str) -> str:
    """Return a text as a basic string of TOML."""
    signs = {'"': '\\"', "\\": "\\\\"}
    inside = "".join(
        signs.get(char, f"\\u{ord(char):04x}" if ord(char) < 32 or 127 <= ord(char) < 160 else char)
        for char in text
    )
    return f'"{inside}"'


def fill(root: Path, words: Sequence[str]) -> None:
    """Write hostile words to every place of a workspace that completion reads."""
    with (root / "fedcheck.toml").open("a", encoding="utf-8") as file:
        for word in words:
            file.write(f'[people.{_quoted(word)}]\nname = "N"\nrole = "csp"\n')
    asked, gaps = ["format = 1\n"], ["format = 1\n"]
    for word in words:
        told = f"id = {_quoted(word)}\ntitle = {_quoted('t' + word)}\nround = {_quoted(word)}\n"
        asked.append(f"[[request]]\n{told}")
        gaps.append(f"[[finding]]\n{told.rpartition('round')[0]}owner = {_quoted(word)}\n")
    (root / "requests.toml").write_text("".join(asked), encoding="utf-8")
    (root / "findings.toml").write_text("".join(gaps), encoding="utf-8")
    templates = root / "templates"
    templates.mkdir(exist_ok=True)
    for word in words:
        if word and "/" not in word:
            (templates / f"{word}.md").write_text("x")


LINES = (
    "digest ", "set diagram --owner ", "request show ", "finding show ", "report ", "show re",
    "list owner:", "request list round:", "gate ", "report --for ",
)  # fmt: skip


def test_a_hostile_workspace_runs_nothing_at_tab_and_enter(
    shell: Shell, make_workspace: MakeWorkspace
) -> None:
    root = make_workspace()
    fill(root, [word for word in HOSTILE if word and word != "a\ntouch X\n"])
    for line in LINES:
        words = shell.complete(f"-w {root} {line}")
        assert not any(f"<{word}>" in words for word in HOSTILE), words
    assert b"pwned" not in shell.seen
    assert not made_by_hostile_words(shell, root)


@pytest.mark.parametrize(
    "word", ["$(touch${IFS}X)", "`touch${IFS}X`", ";touch X;", "-o", "\n$(touch X)"]
)
def test_one_hostile_person_alone_is_not_offered(
    shell: Shell, make_workspace: MakeWorkspace, word: str
) -> None:
    root = make_workspace()
    fill(root, [word])
    assert shell.complete(f"-w {root} digest ") == f"<-w><{root}><digest>"
    assert not made_by_hostile_words(shell, root)


def test_a_plain_name_is_completed_beside_hostile_ones(
    shell: Shell, make_workspace: MakeWorkspace, open_workspace: OpenWorkspace
) -> None:
    root = make_workspace()
    open_workspace(root).apply(["rev5.readiness.csp:diagram"], ItemEdit(owner="dana.k"))
    fill(root, [word for word in HOSTILE if word])
    assert shell.complete(f"-w {root} digest da") == f"<-w><{root}><digest><dana.k>"
