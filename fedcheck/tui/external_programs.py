"""Editor and pager: other programs that the app starts, and the shell that it came from."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from textual.app import App, SuspendNotSupported

from fedcheck.storage.typed_files import temporary_folder, write_scratch_files
from fedcheck.tui.app_protocol import ProjectApp

EDITORS = ("VISUAL", "EDITOR")
FALLBACKS = {"editor": ("nano", "vi"), "pager": ("less", "more")}


class NoProgramError(Exception):
    """There is no such program, or it cannot run here; states what to do."""


def edited(app: App[int], text: str) -> str:
    """Let the person edit a text in their editor and return it. Raises NoProgramError.

    The text is in a file of the person's own meanwhile, which is removed after that.
    """
    command = _command("editor", EDITORS)
    with temporary_folder() as folder:
        path = folder / "note.md"
        try:
            write_scratch_files(folder, {path.name: text.encode()})
            _run(app, [*command, str(path)])
            return path.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise NoProgramError(f"the text cannot be read back: {error.strerror}") from error


def opened(app: App[int], path: Path) -> None:
    """Open a file in the person's editor. Raises NoProgramError."""
    _run(app, [*_command("editor", EDITORS), str(path)])


def paged(app: App[int], text: str) -> None:
    """Show a text in the person's pager. Raises NoProgramError."""
    _run(app, _command("pager", ("PAGER",)), text)


def suspend(app: ProjectApp) -> None:
    """Put the app into the background of the shell.

    What is being written is written first: a process that sleeps may hold no lock.
    """
    if app.writer.waiting:
        app.set_timer(0.05, lambda: suspend(app))
    else:
        app.action_suspend_process()


def _command(what: str, variables: tuple[str, ...]) -> list[str]:
    """Return the program that the environment names, else one that is there."""
    for name in variables:
        try:
            words = shlex.split(os.environ.get(name, ""))
        except ValueError:
            words = []
        if words and shutil.which(words[0]):
            return words
        if words:
            raise NoProgramError(f"{name} is {words[0]}, which was not found")
    for name in FALLBACKS[what]:
        if shutil.which(name):
            return [name]
    raise NoProgramError(f"no {what} found; set {variables[-1]} in your shell")


def _run(app: App[int], command: list[str], text: str | None = None) -> None:
    try:
        with app.suspend():
            subprocess.run(command, input=text, text=True, check=False)
    except SuspendNotSupported:
        raise NoProgramError("other programs cannot be opened in this terminal") from None
    except OSError as error:
        raise NoProgramError(f"{command[0]}: {error.strerror}") from error
    app.refresh(layout=True)
