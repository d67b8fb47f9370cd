"""Run a template in the sandbox; report what is wrong in it with file and line."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError, nodes
from msgspec import Struct

from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError
from fedcheck.reports import views
from fedcheck.reports.markdown import unmark_text
from fedcheck.reports.report_view import ReportView
from fedcheck.reports.sandbox import CachingLoader, LazyName, Sandbox
from fedcheck.reports.template_compiler import find_compiled
from fedcheck.reports.template_files import (
    SUFFIX,
    TemplateInfo,
    list_templates,
    parse_context_version,
    read_template,
    shipped_template,
)
from fedcheck.reports.view import BuildError
from fedcheck.storage.paths import UserFolders

_SHIPPED = "shipped/"
_VIEWS = re.compile(r"fedcheck\.reports\.\w+\.")


MAX_SOURCES = 100
MAX_TEXT = 1024 * 1024
"""How many templates, and characters in them, one template is made of at most.

They are parsed before anybody trusts them, in this process.
"""

_LOADING = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)


class Source(Struct, frozen=True):
    """A template that was read: where it comes from, and its text."""

    info: TemplateInfo
    text: str


def collect_sources(chosen: TemplateInfo, root: Path, folders: UserFolders) -> dict[str, Source]:
    """Return a template and every template that it names, directly or not, by name.

    Nothing of them runs. A name that leads to no template is left out: rendering reports it, if it
    gets there. So is a shipped template, with all that it names: those name shipped ones alone.

    Raises FedcheckError with file and line for a template that cannot be read or parsed.
    """
    sources: dict[str, Source] = {}
    if chosen.origin == "shipped":
        return sources
    known = {one.name: one for one in list_templates(root, folders)}
    parser = Sandbox()
    waiting = [chosen.name]
    while waiting:
        name = waiting.pop()
        found = _find(name, known)
        if name in sources or found is None:
            continue
        try:
            text = _read(found, root)
            waiting += _named_templates(parser.parse(text, name, str(found.path)))
        except FedcheckError:
            raise
        except Exception as error:  # a circle of links, a depth or a number that Python refuses
            raise _failure(error, found, {str(found.path)}) from None
        sources[name] = Source(found, text)
        if len(sources) > MAX_SOURCES or sum(len(one.text) for one in sources.values()) > MAX_TEXT:
            text = f"{chosen.path}: includes more than {MAX_SOURCES} templates or {MAX_TEXT:,}"
            raise FedcheckError(f"{text} characters", "make it smaller")
    return sources


def run_template(
    chosen: TemplateInfo,
    root: Path,
    folders: UserFolders,
    data: ReportView,
    sources: Mapping[str, Source],
) -> Iterator[str]:
    """Yield what a template makes of the context, part by part, with its texts still marked.

    Templates come from `sources`. Others may be loaded under a name that is computed, but none of
    the workspace: nobody could have read and trusted it before.

    Raises FedcheckError with file and line for a template that cannot be rendered.
    """
    opened: set[str] = set()

    def read(asked: str) -> tuple[str, str]:
        name = asked.removesuffix(SUFFIX)
        source = sources.get(name)
        if source is None:
            found = _find(name, {one.name: one for one in list_templates(root, folders)})
            if found is None:
                raise TemplateNotFound(asked)
            if found.origin == "workspace":
                text = f"{found.path}: is loaded under a computed name"
                raise FedcheckError(text, "name a template of a workspace in quotes")
            source = Source(found, _read(found, root))
        path = str(source.info.path)
        opened.add(path)
        return source.text, path

    sandbox = Sandbox(CachingLoader(read, find_compiled))
    try:
        names = {name: LazyName(data, name) for name in data.FIELDS}
        yield from sandbox.get_template(chosen.name).generate(names)
    except FedcheckError:
        raise
    except BuildError as error:
        raise (error.__cause__ or error) from None
    except Exception as error:  # a template can fail in every way that Python has
        raise _failure(error, chosen, opened) from None


def _find(name: str, known: Mapping[str, TemplateInfo]) -> TemplateInfo | None:
    if name.startswith(_SHIPPED):
        return shipped_template(name.removeprefix(_SHIPPED))
    return known.get(name)


def _read(found: TemplateInfo, root: Path) -> str:
    text = read_template(found, root)
    _check_version(found.path, text)
    return text


def _named_templates(tree: nodes.Template) -> list[str]:
    """Return every name in quotes that a template may load: also those of a condition or a list."""
    expressions: list[Any] = [node.template for node in tree.find_all(_LOADING)]  # type: ignore[attr-defined]
    named = [
        text.value
        for expression in expressions
        for text in (expression, *expression.find_all(nodes.Const))
        if isinstance(text, nodes.Const) and isinstance(text.value, str)
    ]
    return [name.removesuffix(SUFFIX) for name in named]


def _check_version(path: Path, source: str) -> None:
    version = parse_context_version(source)
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
        lines = _error_lines(error, opened)
        place = f"{lines[-1][0]}:{lines[-1][1]}" if lines else place
    return FedcheckError(
        f"{place}: {_describe_error(error)}", "see fedcheck docs report for what a template can use"
    )


def _error_lines(error: Exception, opened: set[str]) -> list[tuple[str, int]]:
    found = []
    step: Any = error.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if file in opened:
            found.append((file, step.tb_lineno))
        step = step.tb_next
    return found


def _describe_error(error: Exception) -> str:
    match error:
        case TemplateNotFound():
            return f'no template "{one_line(str(error.name), 60)}"'
        case RecursionError():
            return "calls itself without end"
        case MemoryError():
            return "needs more memory than allowed"
        case TemplateError():
            said = error.message or "cannot be rendered"
        case _:
            said = str(error) or type(error).__name__
    return one_line(unmark_text(_VIEWS.sub("", said)), 300)
