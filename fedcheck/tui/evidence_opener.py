"""Open evidence: a URL in the browser, a file with the system's program once a person agreed.

A workspace may come from a stranger: nothing in it may choose what runs, and a file that the system
would run instead of showing it is not opened.
"""

import os
import shutil
import subprocess
import sys
import webbrowser
from pathlib import Path

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.text import clean, one_line
from fedcheck.reports.markdown import safe_url
from fedcheck.storage.evidence_paths import EvidenceFinder, resolve_path
from fedcheck.storage.local_state import load_allowed_outside
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt

RUN = frozenset((
    ".app", ".appimage", ".applescript", ".bash", ".bat", ".cmd", ".com", ".command", ".cpl",
    ".deb", ".desktop", ".dmg", ".exe", ".hta", ".jar", ".js", ".jse", ".lnk", ".msi", ".pkg",
    ".pl", ".ps1", ".py", ".pyw", ".rb", ".reg", ".rpm", ".run", ".scpt", ".scr", ".sh",
    ".terminal", ".tool", ".url", ".vbe", ".vbs", ".webloc", ".workflow", ".wsf", ".wsh", ".zsh",
))  # fmt: skip
"""Endings of files that a system may run, or that name something else to open."""

BEGINS = (b"#!", b"\x7fELF", b"MZ", b"[Desktop Entry]", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
"""How programs begin, whatever they are called."""


def find_opener(root: Path) -> str:
    """Return the path of the system's program that opens files; nothing where there is none.

    It is looked for on the PATH, in absolute folders outside of the workspace alone.
    """
    if sys.platform == "win32":
        return ""  # what opens a file there also runs one
    if sys.platform != "darwin" and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY"))):
        return ""
    name = "open" if sys.platform == "darwin" else "xdg-open"
    top = root.resolve()
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        found = shutil.which(name, path=folder) if os.path.isabs(folder) else None  # noqa: PTH117
        if found and not Path(found).resolve().is_relative_to(top):
            return found
    return ""


def may_run(path: Path) -> bool:
    """Return whether a system may run a file instead of showing it, by its name or its start."""
    if any(suffix.casefold() in RUN for suffix in (path.suffix, path.resolve().suffix)):
        return True
    try:
        with path.open("rb") as file:
            return file.read(16).lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(BEGINS)
    except OSError:
        return True


def open_evidence(app: ProjectApp, evidence_item: Evidence) -> None:
    """Open a URL in the browser, a file with the system's program; copy anything else."""
    link = clean(evidence_item.link)
    url = safe_url(evidence_item.link) if evidence_item.kind == "url" else ""
    if url:
        app.copy_to_clipboard(link)
        if browser_is_near() and webbrowser.open(url):
            app.tell(f"Opened in the browser: {link}", "URL also copied")
        else:
            app.tell(f"No browser here: {link}", "URL copied")
        return
    if evidence_item.kind == "file":
        open_file(app, evidence_item)
        return
    app.copy_to_clipboard(link)
    app.tell(f"Copied: {link}")


def browser_is_near() -> bool:
    """Return whether there is a browser with a window; a terminal one would take the screen."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in named)


def open_file(app: ProjectApp, evidence_item: Evidence) -> None:
    """Ask whether to open an evidence file, showing what will run; else copy its path."""
    root = app.session.root
    found = EvidenceFinder(root, load_allowed_outside(root)).stat_file(evidence_item.link)
    if found is None:
        _copy(app, resolve_path(root, evidence_item.link), "no such file")
        return
    path, opener = found[0].absolute(), find_opener(root)
    if not opener:
        _copy(app, path)
    elif may_run(path):
        _copy(app, path, "programs are not opened from here")
    else:
        app.start(_ask(app, opener, path))


async def _ask(app: ProjectApp, opener: str, path: Path) -> None:
    choices = [
        Choice("open", f"Run: {one_line(opener)} {one_line(path.as_posix(), 400)}", "o"),
        Choice("copy", "Copy the path", "c"),
    ]
    title = f"Open {one_line(path.name, 50)}?"
    match await app.ask(ChoicePrompt(title, choices, "open")):
        case "open":
            _run(app, opener, path)
        case "copy":
            _copy(app, path)


def _run(app: ProjectApp, opener: str, path: Path) -> None:
    """Start the opener; it is in the root folder, so that no name there means the workspace."""
    nothing = subprocess.DEVNULL
    try:
        subprocess.Popen(
            [opener, os.fspath(path)],
            cwd="/",
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            start_new_session=True,
        )
    except OSError as error:
        app.tell(f"Not opened: {error.strerror}", "path copied", "error")
        app.copy_to_clipboard(clean(os.fspath(path)))
        return
    app.tell(f"Opened: {one_line(path.name, 60)}")


def _copy(app: ProjectApp, path: Path, why: str = "") -> None:
    text = clean(os.fspath(path))
    app.copy_to_clipboard(text)
    app.tell(f"Copied: {text}", why)
