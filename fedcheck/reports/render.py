"""Render a report: the functions that the command line and the app call, and its file."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from fedcheck.analysis.board import Board
from fedcheck.domain.process_names import resolve_milestone
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import clean, one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.reports import charts, fingerprint, trust
from fedcheck.reports.context import gather_context
from fedcheck.reports.fingerprint import Fingerprint
from fedcheck.reports.markdown import escape_document, mark_text
from fedcheck.reports.past_state import PastState
from fedcheck.reports.redact import Veil
from fedcheck.reports.template_files import TemplateInfo, find_template, list_templates
from fedcheck.reports.template_runner import collect_sources, run_template
from fedcheck.storage import atomic_files
from fedcheck.storage.confined import LinkError
from fedcheck.storage.names import parse_file_name
from fedcheck.storage.paths import UserFolders
from fedcheck.storage.presence import check_present
from fedcheck.storage.typed_files import replace_typed_file, typed_link_error

__all__ = [
    "DEFAULT",
    "FORMATS",
    "Format",
    "default_path",
    "list_templates",
    "render_report",
    "write_file",
]

DEFAULT = "pmo-status"
"""The template that is taken when none is named."""

Format = Literal["md", "html"]
FORMATS: tuple[Format, ...] = ("md", "html")
"""What a report can be written as; also the ending of its file."""


def render_report(
    board: Board,
    *,
    root: Path,
    folders: UserFolders,
    template: str = DEFAULT,
    milestone: str | None = None,
    role: str | None = None,
    redact: frozenset[str] = frozenset(),
    form: Format = "md",
    earlier: PastState | None = None,
    full: bool = False,
    query: str = "",
) -> str:
    """Return a report: the same state and date give the same bytes.

    The marking of the workspace is at the top and at the end (in HTML on every printed page),
    what was left out is stated, and the fingerprint of the history ends it, whatever the template
    does.

    Args:
        board: the project on the day of the report.
        root: the workspace.
        folders: the user's folders, for templates of their own.
        template: name of the template.
        milestone: id of the milestone that the report is for; without it, the one that the
            template names, or else the next one.
        role: the role that the report is shown for.
        redact: what is left out, some of redact.REDACTIONS.
        form: Markdown, or one HTML file.
        earlier: the state that the report is to show the changes since.
        full: whether every list is shown to its end.
        query: which tests are counted, in the query language of items; empty for the usual ones.

    Raises:
        UntrustedError: status 2, for a template of the workspace that nobody trusted yet.
        FedcheckError: status 2 for an unknown template, milestone or role; 3, with file and line,
            for a template that cannot be rendered.
    """
    shared = board.shared()
    found = _build_document(
        shared, root, folders, template, milestone, role, redact, earlier, full, query
    )
    if form == "html":
        from fedcheck.reports import html

        return html.render_page(found.body, found.marking, found.withheld) + found.comment
    marking = mark_text(found.marking)
    said = f"*Left out of this copy: {mark_text(found.withheld)}.*" if found.withheld else ""
    line = f"**{marking}**" if marking else ""
    # A template may hold control characters, and may make some: the last word is ours.
    text = clean(escape_document(_join_parts([line, charts.as_text(found.body), said, line])))
    return re.sub(r"\n{3,}", "\n\n", text) + "\n\n" + found.comment


class _Document(Struct, frozen=True):
    """A report before it has a form: its body is Markdown whose texts are still marked."""

    body: str
    marking: str
    withheld: str
    comment: str


def _build_document(
    shared: Board,
    root: Path,
    folders: UserFolders,
    template: str,
    milestone: str | None,
    role: str | None,
    redact: frozenset[str],
    earlier: PastState | None,
    full: bool,
    query: str = "",
) -> _Document:
    veil = Veil(shared.project, redact)
    project = shared.project
    chosen = find_template(root, folders, template)
    stone = _choose_milestone(shared, chosen, milestone) or shared.next_milestone
    told = resolve_role(shared, role) if role else ""
    sources = collect_sources(chosen, root, folders)
    bundle = trust.build_bundle(chosen.name, root, sources)
    if bundle is None:
        data = gather_context(shared, root, stone, told, redact, earlier, full, query)
        body = "".join(run_template(chosen, root, folders, data, sources))
    else:
        from fedcheck.reports import child

        trust.require(bundle, folders)
        order = child.RenderJob(
            root=root,
            folders=folders,
            template=chosen.name,
            sources=sources,
            as_of=shared.today,
            milestone=stone,
            role=told,
            redact=redact,
            earlier=earlier.asked if earlier else None,
            full=full,
            query=query,
        )
        body = child.render(order)
    hashes = {veil.history_file(name): line for name, line in fingerprint.take(root).items()}
    print_ = Fingerprint(shared.today, f"{chosen.name} {chosen.origin}", stone, hashes)
    return _Document(body, project.config.marking, veil.words, fingerprint.format_comment(print_))


def choose_milestone(
    board: Board, root: Path, folders: UserFolders, template: str, milestone: str | None = None
) -> str | None:
    """Return the id of the named milestone, else of the template's own; None for the next one.

    Raises FedcheckError (usage) for an unknown template or milestone.
    """
    return _choose_milestone(board, find_template(root, folders, template), milestone)


def _choose_milestone(board: Board, chosen: TemplateInfo, milestone: str | None) -> str | None:
    process = board.project.process
    if milestone:
        return resolve_milestone(process, milestone)
    usual = chosen.milestone
    return usual if usual and process.milestone(usual) else None


def resolve_role(board: Board, role: str) -> str:
    """Return the id of a role of the process. Raises FedcheckError for another one."""
    known = board.project.process.roles
    word = role.casefold()
    if word not in known:
        hint = did_you_mean(word, known) or "known: " + ", ".join(known)
        raise FedcheckError(
            f'this process has no role "{one_line(role, 40)}"', hint, ErrorKind.USAGE
        )
    return word


def _join_parts(parts: Sequence[str]) -> str:
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def default_path(
    root: Path,
    board: Board,
    template: str = DEFAULT,
    milestone: str | None = None,
    role: str | None = None,
    form: Format = "md",
) -> Path:
    """Return where a report goes when nobody states otherwise."""
    day = board.today.isoformat()
    parts = [day, template, milestone or board.next_milestone, role or ""]
    name = parse_file_name("-".join(part for part in parts if part) + f".{form}")
    return root / "reports" / name


def write_file(path: Path, text: str, *, under: Path | None = None, force: bool = False) -> None:
    """Write a report to a file, whole; an earlier report is replaced, and nothing else is.

    Args:
        path: the file.
        text: the report.
        under: the workspace, where the file goes to its own place in it; None where a person typed
            the path. Nothing is written where that workspace is gone.
        force: whether a typed path may be a link to the report that is to be replaced.

    Raises:
        FedcheckError: status 2 where something else is there; 3 where the disk refuses.
    """
    if under is not None:
        check_present(under)
    hint = "name another file with -o, or move this one elsewhere"
    if path.is_symlink() and (under is not None or not force):
        raise LinkError(path) if under is not None else typed_link_error(path)
    if path.is_dir():
        raise FedcheckError(f"{path}: is a folder", "name a file in it", ErrorKind.USAGE)
    if path.exists() and not path.is_file():
        raise FedcheckError(
            f"{path}: is not a regular file", "use -o - for the screen", ErrorKind.USAGE
        )
    if path.exists():
        try:
            before = path.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            raise atomic_files.disk_error("read", path, error) from error
        if before.strip() and fingerprint.find(before) is None:
            raise FedcheckError(f"{path}: is not a fedcheck report", hint, ErrorKind.USAGE)
    if under is not None:
        atomic_files.replace_file(path, text.encode("utf-8"), under=under)
    else:
        replace_typed_file(path, text.encode("utf-8"), force=force)
