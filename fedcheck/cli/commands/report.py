"""The command that writes the report."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fedcheck.cli import completion
from fedcheck.cli import output as words
from fedcheck.cli.options import (
    as_of_option,
    json_option,
    open_workspace,
    print_json,
    print_line,
    print_lines,
    workspace_option,
)
from fedcheck.domain.text import clean, one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import paths
from fedcheck.storage.record_file import SENT

if TYPE_CHECKING:
    from fedcheck.reports.render import Format
    from fedcheck.session import Session

DEFAULT = "pmo-status"


@click.command()
@click.argument(
    "template", required=False, metavar="[TEMPLATE]", shell_complete=completion.complete_templates
)
@click.option("-o", "--output", metavar="FILE", help="File to write; - for the screen.")
@click.option(
    "--milestone",
    shell_complete=completion.complete_milestones,
    help="Default: the template's milestone, or the next one.",
)
@click.option(
    "--role",
    shell_complete=completion.complete_roles,
    help="Role for the briefing, next steps and requests.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["md", "html"]),
    help="Markdown or a printable HTML file; default: by the extension of FILE.",
)
@click.option(
    "--redact",
    metavar="WORDS",
    default="",
    help="Leave out owners, notes or links (comma-separated).",
)
@click.option(
    "--since",
    metavar="SINCE",
    help="Show what changed since a date, a git revision or an earlier report.",
)
@click.option(
    "--full", is_flag=True, help="List everything; by default long lists are grouped or shortened."
)
@click.option(
    "--query",
    default="",
    metavar="QUERY",
    shell_complete=completion.complete_item_query,
    help="Count only these tests (test-status); default: those of the SRTM.",
)
@click.option("--record", metavar="WHOM", help="Record to whom it is sent.")
@click.option("--sent", "list_sent", is_flag=True, help="List what was sent to whom.")
@click.option("--list", "list_templates", is_flag=True, help="List the templates.")
@click.option(
    "--init",
    "begin",
    metavar="NAME",
    shell_complete=completion.complete_templates,
    help="Copy a template to edit, to the file named instead of TEMPLATE or to templates/.",
)
@click.option(
    "--force", is_flag=True, help="Replace the target of a link; with --init, an existing file."
)
@click.option(
    "--trust",
    "trusted",
    metavar="NAME",
    shell_complete=completion.complete_templates,
    help="Trust this template of the workspace as it is now, and run it without asking.",
)
@workspace_option
@as_of_option
@json_option
def report(
    template: str | None,
    output: str | None,
    milestone: str | None,
    role: str | None,
    form: "Format | None",
    redact: str,
    since: str | None,
    full: bool,
    query: str,
    record: str | None,
    list_sent: bool,
    list_templates: bool,
    begin: str | None,
    force: bool,
    trusted: str | None,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Write a report as Markdown or HTML; by default the status for the next milestone.

    Without -o it goes to the workspace's reports folder; the same state and date give the same
    bytes. TEMPLATE is one of fedcheck's (pmo-status, briefing, weekly, executive, requests,
    evidence, responsibilities, test-status) or one of yours (see fedcheck docs report).

    A template of the workspace runs only after you trust it: confirm on a terminal, or name it with
    --trust. After any change to its files, confirm again.

    \b
    Example:
      fedcheck report -o status.md
      fedcheck report --full -o annex.md
      fedcheck report briefing --role 3pao --milestone kick-off -o briefing.html
      fedcheck report executive --redact owners,notes --record pmo
      fedcheck report --since 2027-01-04
      fedcheck report test-status --query family:AC -o -
      fedcheck report --init weekly
      fedcheck report board --trust board -o board.md
    """
    from fedcheck.reports import render, template_files
    from fedcheck.reports.past_state import load_past_state
    from fedcheck.reports.redact import parse_redactions

    session = open_workspace(workspace, as_of)
    folders = paths.find_user_folders()
    if list_templates:
        _print_templates(session.root, folders, as_json)
        return
    if list_sent:
        _print_sent(session, as_json)
        return
    if begin:
        _copy_template(session.root, folders, begin, template, force, as_json)
        return
    form = form or ("html" if output and output.endswith((".html", ".htm")) else "md")
    chosen = template or trusted or DEFAULT
    if trusted and trusted != chosen:
        text = f'--trust {one_line(trusted, 60)}: the report is made with "{one_line(chosen, 60)}"'
        raise FedcheckError(
            text, "name the same template twice, or leave TEMPLATE out", ErrorKind.USAGE
        )
    _confirm_trust(session.root, folders, chosen, trusted is not None)
    board = session.board()
    name = render.choose_milestone(board, session.root, folders, chosen, milestone)
    since = since or template_files.find_comparison_date(session.root, folders, chosen, board.today)
    then = load_past_state(session, since, Path.cwd()) if since else None
    text = render.render_report(
        board,
        root=session.root,
        folders=folders,
        template=chosen,
        milestone=name,
        role=role,
        redact=parse_redactions(redact),
        form=form,
        earlier=then,
        full=full,
        query=query,
    )
    if output == "-" and record is not None:
        raise FedcheckError(
            "a report that is sent must be written to a file",
            "name it with -o FILE",
            ErrorKind.USAGE,
        )
    if output == "-":
        click.echo(text, nl=False)
        return
    path = (
        Path(output)
        if output
        else render.default_path(session.root, board, chosen, name, role, form)
    )
    if then and then.file and path.exists() and path.samefile(then.file):
        text = f"{path}: would be replaced, but it is the report to compare with"
        raise FedcheckError(text, "name another file with -o FILE", ErrorKind.USAGE)
    render.write_file(path, text, under=None if output else session.root, force=force)
    if record is not None:
        from fedcheck.reports.fingerprint import record_sent

        record_sent(session, path, text, chosen, name or board.next_milestone, record)
    if as_json:
        about = {"template": chosen, "milestone": name or board.next_milestone, "format": form}
        found = {"schema": "fedcheck/report@1", "path": str(path), "to": record or "", **about}
        print_json(found)
        return
    print_line(f"written  {path}")
    if record is not None:
        print_line(f"recorded sent to {one_line(record, 60)}")


def _confirm_trust(root: Path, folders: paths.UserFolders, name: str, given: bool) -> None:
    """Keep the person's trust in a template of the workspace, given on the command line or now.

    Raises FedcheckError where the person does not trust it, or cannot be asked.
    """
    from fedcheck.reports import trust

    bundle = trust.find_untrusted(name, root, folders)
    if bundle is None:
        return
    if not given:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise trust.UntrustedError(bundle)
        click.echo(clean(f'The report template "{name}" comes with this workspace:'), err=True)
        for path in bundle.files:
            click.echo(clean(f"  {path}"), err=True)
        click.echo("A template is a program. Trust it only if you know who wrote it.", err=True)
        if not click.confirm("Trust it as it is now, and run it?", default=False, err=True):
            raise trust.UntrustedError(bundle)
    trust.trust(bundle, folders)


def _print_templates(root: Path, folders: paths.UserFolders, as_json: bool) -> None:
    """List the templates: which there are, where from, and what each is for."""
    from fedcheck.reports import render, template_files

    found = template_files.list_templates(root, folders)
    if as_json:
        keys = ("name", "origin", "summary")
        about = {"formats": list(render.FORMATS)}
        print_json(
            [{k: getattr(t, k) for k in keys} | about | {"path": str(t.path)} for t in found]
        )
        return
    forms = ", ".join(render.FORMATS)
    rows = [[t.name, t.origin, forms, t.summary or str(t.path)] for t in found]
    print_lines(words.format_table(rows, flexible=3))


def _copy_template(
    root: Path,
    folders: paths.UserFolders,
    name: str,
    target: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Copy a template to a file that a person edits."""
    from fedcheck.reports import template_files

    found = template_files.find_template(root, folders, name)
    path = template_files.copy_template(
        found, root, paths.expand_path(target) if target else None, force
    )
    if as_json:
        print_json({"schema": "fedcheck/template@1", "name": found.name, "path": str(path)})
        return
    print_line(f"written  {path}")
    print_line("Everything it can name: fedcheck docs report")


def _print_sent(session: "Session", as_json: bool) -> None:
    reports = session.store.books[SENT].records if SENT in session.store.books else {}
    if as_json:
        keys = ("id", "title", "to", "on", "file", "sha256")
        print_json([{key: getattr(one, key) for key in keys} for one in reports.values()])
        return
    rows = [[str(one.on or ""), one.to, one.title, one.file] for one in reports.values()]
    print_lines(words.format_table(rows, flexible=3))
    if not rows:
        print_line("No report was sent yet; record one with: fedcheck report --record WHOM")


def write_default(root: str, as_of: date | None) -> Path:
    """Write the default report of a workspace to its own place and return that."""
    from fedcheck.reports import render

    session = open_workspace(root, as_of)
    board = session.board()
    folders = paths.find_user_folders()
    text = render.render_report(board, root=session.root, folders=folders, template=DEFAULT)
    path = render.default_path(session.root, board, DEFAULT, None)
    render.write_file(path, text, under=session.root)
    return path
