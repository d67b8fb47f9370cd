"""The commands that fill a copy of the official POA&M and of the Risk Exposure Table."""

from collections.abc import Callable
from datetime import date

import click

from fedcheck.cli.commands.exports import deliver, print_told, tell
from fedcheck.cli.commands.imports import existing_file
from fedcheck.cli.options import as_of_option, json_option, open_workspace, say, workspace_option
from fedcheck.errors import ErrorKind, FedcheckError

Command = Callable[..., None]


def options(command: Command) -> Command:
    """Add the options of both."""
    for option in (
        click.option("--dry-run", is_flag=True, help="Only tell what would be written."),
        click.option("--force", is_flag=True, help="Replace FILE."),
        click.option("-o", "--output", required=True, metavar="FILE", help="Where to write it."),
        click.option("--template", required=True, metavar="FILE", help="Your copy of it."),
    ):
        command = option(command)
    return command


def _export(
    kind: str,
    template: str,
    output: str,
    force: bool,
    dry_run: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    from fedcheck.exporters.risk_tables import filled

    session = open_workspace(workspace, as_of)
    path = existing_file(template)
    if output == "-":
        raise FedcheckError(
            "a workbook is no text for the screen", "name a file: -o FILE", ErrorKind.USAGE
        )
    found = filled(session, path, kind)
    if not as_json:
        tell(found.facts, found.notes)
    if not dry_run:
        deliver(found.data, output, force, quiet=as_json)
        if found.changes:
            session.apply_changes(found.changes, "Official numbers given")
    if as_json:
        print_told(None if dry_run else output, found.facts, found.notes, found.changes)
    elif dry_run:
        say("Nothing was written.")
    elif found.changes:
        say("The numbers are noted with the findings; fedcheck undo takes that back.")


@click.command()
@options
@workspace_option
@as_of_option
@json_option
def poam(
    template: str,
    output: str,
    force: bool,
    dry_run: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Fill a copy of the official POA&M with the findings: open, closed, configuration.

    A finding keeps the row that has its number; new ones come after the last row, and get a
    number. Everything else in the workbook stays as it is.

    \b
    Example:
      fedcheck export poam --template FedRAMP-POAM-Template.xlsx -o poam.xlsx
    """
    _export("poam", template, output, force, dry_run, workspace, as_of, as_json)


@click.command()
@options
@workspace_option
@as_of_option
@json_option
def ret(
    template: str,
    output: str,
    force: bool,
    dry_run: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Fill a copy of the official Risk Exposure Table, and the risks corrected during testing.

    Numbers are those of the POA&M: every row of the one has its row in the other.

    \b
    Example:
      fedcheck export ret --template RET.xlsx -o ret.xlsx
    """
    _export("ret", template, output, force, dry_run, workspace, as_of, as_json)
