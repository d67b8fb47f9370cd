"""The command that takes a filled table of requests back."""

from datetime import date

import click

from fedcheck.cli.commands.imports import existing_file, finish
from fedcheck.cli.options import as_of_option, json_option, open_workspace, workspace_option


@click.command()
@click.argument("file", type=click.Path())
@click.option("--theirs", is_flag=True, help="Where both sides changed a field, take the file's.")
@click.option(
    "--dates", type=click.Choice(["mdy", "dmy"]), help="What 2/1/2027 means: month or day first."
)
@click.option("--dry-run", is_flag=True, help="Say what it would do, and do nothing.")
@workspace_option
@as_of_option
@json_option
def requests(
    file: str,
    theirs: bool,
    dates: str | None,
    dry_run: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Bring a filled table of requests back: CSV or .xlsx, as fedcheck export requests writes it.

    Rows are matched by their id; a row without one is a new request. Answers, evidence, decisions,
    comments and due dates are taken over where the file changed them. What was changed on both
    sides since the export is told, and ours is kept. Look at it with --dry-run first.

    \b
    Example:
      fedcheck import requests matrix-filled.xlsx --dry-run
    """
    from fedcheck.importers import requests as request_sheet

    path = existing_file(file)
    session = open_workspace(workspace, as_of)
    found = request_sheet.plan(session, path, theirs=theirs, dates=dates or "")  # type: ignore[arg-type]
    finish(session, found, dry_run, as_json)
