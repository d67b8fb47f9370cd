"""The command that writes the report."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fedcheck.cli import complete, words
from fedcheck.cli.context import (
    as_of_option,
    json_option,
    open_workspace,
    print_json,
    say,
    workspace_option,
)
from fedcheck.model.text import one_line
from fedcheck.store import paths
from fedcheck.store.book import SENT
from fedcheck.store.problems import FedcheckError
from fedcheck.store.workspaces import known_milestone

if TYPE_CHECKING:
    from fedcheck.session import Session

DEFAULT = "pmo-status"


@click.command()
@click.argument("template", required=False, default=DEFAULT)
@click.option("-o", "--output", metavar="FILE", help="File to write; - for the screen.")
@click.option("--milestone", shell_complete=complete.milestones, help="Else the next one.")
@click.option("--record", metavar="WHOM", help="Enter into the register to whom it is sent.")
@click.option("--sent", "list_sent", is_flag=True, help="List what was sent to whom.")
@click.option("--list", "list_templates", is_flag=True, help="List the templates.")
@workspace_option
@as_of_option
@json_option
def report(
    template: str,
    output: str | None,
    milestone: str | None,
    record: str | None,
    list_sent: bool,
    list_templates: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Write the Markdown status report for the next milestone.

    Without -o it goes to the reports folder of the workspace; the same state and date give the
    same bytes. TEMPLATE is the name of a shipped one or of one of yours (docs/report.md).

    \b
    Example:
      fedcheck report -o status.md
      fedcheck report --milestone kick-off --as-of 2027-02-01 -o -
      fedcheck report --record pmo
    """
    from fedcheck.report import render, templates

    session = open_workspace(workspace, as_of)
    folders = paths.user_folders()
    if list_templates:
        found = templates.list_templates(session.root, folders)
        if as_json:
            print_json([{"name": t.name, "origin": t.origin, "path": str(t.path)} for t in found])
            return
        for line in words.table([[t.name, t.origin, str(t.path)] for t in found]):
            say(line)
        return
    if list_sent:
        _print_sent(session, as_json)
        return
    board = session.board()
    name = known_milestone(board.project.process, milestone) if milestone else None
    text = render.markdown(
        board, root=session.root, folders=folders, template=template, milestone=name
    )
    if output == "-" and record is not None:
        raise FedcheckError("what is sent is written to a file", "name it with -o FILE", 2)
    if output == "-":
        click.echo(text, nl=False)
        return
    path = Path(output) if output else render.default_path(session.root, board, template, name)
    render.write(path, text)
    if record is not None:
        from fedcheck.report.sent import sent

        sent(session, path, text, template, name or board.next_milestone, record)
    if as_json:
        print_json({"schema": "fedcheck/report@1", "path": str(path), "to": record or ""})
        return
    say(f"written  {path}")
    if record is not None:
        say(f"noted    sent to {one_line(record, 60)}")


def _print_sent(session: "Session", as_json: bool) -> None:
    reports = session.shelf.books[SENT].records if SENT in session.shelf.books else {}
    if as_json:
        keys = ("id", "title", "to", "on", "file", "sha256")
        print_json([{key: getattr(one, key) for key in keys} for one in reports.values()])
        return
    rows = [[str(one.on or ""), one.to, one.title, one.file] for one in reports.values()]
    for line in words.table(rows, flexible=3):
        say(line)
    if not rows:
        say("Nothing was sent yet: fedcheck report --record WHOM")


def write_default(root: str, as_of: date | None) -> Path:
    """Write the default report of a workspace to its own place and return that."""
    from fedcheck.report import render

    session = open_workspace(root, as_of)
    board = session.board()
    folders = paths.user_folders()
    text = render.markdown(board, root=session.root, folders=folders, template=DEFAULT)
    path = render.default_path(session.root, board, DEFAULT, None)
    render.write(path, text)
    return path
