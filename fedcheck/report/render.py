"""Render a report: the one function that the command line and the app call, and its file."""

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError

from fedcheck.insight.entries import Board
from fedcheck.insight.since import status_days
from fedcheck.model.text import clean, one_line
from fedcheck.report import fingerprint, view
from fedcheck.report.context import context
from fedcheck.report.fingerprint import Fingerprint
from fedcheck.report.markdown import escaped, marked, plain
from fedcheck.report.sandbox import MeteredLoader, Room
from fedcheck.report.templates import (
    ENDING,
    TemplateInfo,
    find_template,
    list_templates,
    read_template,
    shipped_template,
)
from fedcheck.store import files, history
from fedcheck.store.paths import UserFolders
from fedcheck.store.problems import FedcheckError
from fedcheck.store.workspaces import known_milestone

__all__ = ["DEFAULT", "default_path", "list_templates", "markdown", "write"]

DEFAULT = "pmo-status"
"""The template that is taken when none is named."""

_WRITTEN_FOR = re.compile(r"\{#-?\s*fedcheck context (\d+)")
_SHIPPED = "shipped/"


def markdown(
    board: Board,
    *,
    root: Path,
    folders: UserFolders,
    template: str = DEFAULT,
    milestone: str | None = None,
) -> str:
    """Return a report as Markdown: the same state and date give the same bytes.

    The marking of the workspace stands at the top and at the end, and the fingerprint of the
    history after it, whatever the template does.

    Args:
        board: the project on the day of the report.
        root: the workspace.
        folders: the user's folders, for templates of their own.
        template: name of the template.
        milestone: id of the milestone that the report is for; the next one without it.

    Raises:
        FedcheckError: status 2 for an unknown template or milestone; 3, with file and line, for a
            template that cannot be rendered.
    """
    board = board.shared()
    project = board.project
    stone = known_milestone(project.process, milestone) if milestone else board.next_milestone
    chosen = find_template(root, folders, template)
    zone = ZoneInfo(project.config.timezone)
    since = status_days(project, history.read_all(root), zone)
    body = _rendered(chosen, root, folders, context(board, stone, since))
    marking = marked(project.config.marking)
    parts = [f"**{marking}**" if marking else "", body, f"**{marking}**" if marking else ""]
    # A template may hold control characters, and may make some: the last word is ours.
    text = clean(escaped("\n\n".join(part.strip("\n") for part in parts if part.strip())))
    seen = Fingerprint(board.today, f"{chosen.name} {chosen.origin}", stone, fingerprint.take(root))
    return re.sub(r"\n{3,}", "\n\n", text) + "\n\n" + fingerprint.comment(seen)


def default_path(
    root: Path, board: Board, template: str = DEFAULT, milestone: str | None = None
) -> Path:
    """Return where a report goes when nobody says otherwise."""
    parts = [board.today.isoformat(), template, milestone or board.next_milestone]
    return root / "reports" / ("-".join(part for part in parts if part) + ".md")


def write(path: Path, text: str) -> None:
    """Write a report to a file, whole; an earlier report is replaced, and nothing else is.

    Raises:
        FedcheckError: status 2 where something else stands there; 3 where the disk refuses.
    """
    hint = "name another file with -o, or move that one away"
    if path.is_symlink() and not path.exists():
        raise FedcheckError(f"{path}: is a link to nowhere", hint, 2)
    if path.is_dir():
        raise FedcheckError(f"{path}: is a folder", "name a file in it", 2)
    if path.exists() and not path.is_file():
        raise FedcheckError(f"{path}: is no ordinary file", "say -o - for the screen", 2)
    if path.exists():
        try:
            before = path.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            raise files.cannot("read", path, error) from error
        if before.strip() and fingerprint.find(before) is None:
            raise FedcheckError(f"{path}: is no report of fedcheck", hint, 2)
    files.write_whole(path, text.encode("utf-8"))


def _rendered(chosen: TemplateInfo, root: Path, folders: UserFolders, data: view.ReportView) -> str:
    opened: set[str] = set()

    def read(asked: str) -> tuple[str, str]:
        name = asked.removesuffix(ENDING)
        if name.startswith(_SHIPPED):
            found = shipped_template(name.removeprefix(_SHIPPED))
        elif name == chosen.name:
            found = chosen
        else:
            known = {one.name: one for one in list_templates(root, folders)}
            found = known.get(name)
        if found is None:
            raise TemplateNotFound(asked)
        source = read_template(found, root)
        _check_version(found.path, source)
        opened.add(str(found.path))
        return source, str(found.path)

    room = Room(MeteredLoader(read))
    try:
        names = {name: getattr(data, name) for name in data.__dataclass_fields__}
        return room.get_template(chosen.name).render(names)
    except FedcheckError:
        raise
    except Exception as error:  # a template can fail in every way that Python has
        raise _failure(error, chosen, opened) from None


def _check_version(path: Path, source: str) -> None:
    found = _WRITTEN_FOR.search(source[:2000])
    if found and int(found[1]) > view.FORMAT:
        text = f"{path}:1: is written for version {found[1]} of the report context"
        raise FedcheckError(text, f"this fedcheck gives version {view.FORMAT}; install a newer one")


def _failure(error: Exception, chosen: TemplateInfo, opened: set[str]) -> FedcheckError:
    """Return what went wrong in a template, with the file and the line."""
    place = str(chosen.path)
    if isinstance(error, TemplateSyntaxError):
        place = f"{error.filename or place}:{error.lineno}"
    else:
        lines = _lines(error, opened)
        place = f"{lines[-1][0]}:{lines[-1][1]}" if lines else place
    return FedcheckError(f"{place}: {_words(error)}", "see docs/report.md for what a template sees")


def _lines(error: Exception, opened: set[str]) -> list[tuple[str, int]]:
    found = []
    step: Any = error.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if file in opened:
            found.append((file, step.tb_lineno))
        step = step.tb_next
    return found


def _words(error: Exception) -> str:
    match error:
        case TemplateNotFound():
            return f'no template "{one_line(str(error.name), 60)}"'
        case RecursionError():
            return "calls itself without end"
        case MemoryError():
            return "needs more memory than there is"
        case TemplateError():
            said = error.message or "cannot be rendered"
        case _:
            said = str(error) or type(error).__name__
    return one_line(plain(said.replace("fedcheck.report.view.", "")), 300)
