"""Run a template in its room, and say in words, with file and line, what went wrong in it."""

import re
from pathlib import Path
from typing import Any

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError

from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError
from fedcheck.reports import views
from fedcheck.reports.markdown import plain
from fedcheck.reports.sandbox import MeteredLoader, Room
from fedcheck.reports.template_files import (
    ENDING,
    TemplateInfo,
    list_templates,
    read_template,
    shipped_template,
    version_of,
)
from fedcheck.storage.paths import UserFolders

_SHIPPED = "shipped/"
_VIEWS = re.compile(r"fedcheck\.report\.view\w*\.")


def run(chosen: TemplateInfo, root: Path, folders: UserFolders, data: views.ReportView) -> str:
    """Return what a template makes of the context, with its texts still marked.

    Raises FedcheckError (status 3) with file and line for a template that cannot be rendered.
    """
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
    version = version_of(source)
    if version > views.FORMAT:
        text = f"{path}:1: is written for version {version} of the report context"
        raise FedcheckError(
            text, f"this fedcheck gives version {views.FORMAT}; install a newer one"
        )


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
    return one_line(plain(_VIEWS.sub("", said)), 300)
