"""The commands that fill a copy of the official POA&M and of the Risk Exposure Table."""

from collections.abc import Callable
from datetime import date

import click

from fedcheck.cli.context import as_of_option, open_workspace, say, workspace_option
from fedcheck.cli.exports import deliver
from fedcheck.cli.imports import existing_file
from fedcheck.model.text import one_line
from fedcheck.store.problems import FedcheckError

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
) -> None:
    from fedcheck.exchange.risk_tables import filled

    session = open_workspace(workspace, as_of)
    path = existing_file(template)
    if output == "-":
        raise FedcheckError("a workbook is no text for the screen", "name a file: -o FILE", 2)
    found = filled(session, path, kind)
    for fact in found.facts:
        say(one_line(fact, 200))
    for note in found.notes:
        say(f"  {one_line(note.where, 60)}: {one_line(note.what, 200)}")
    if dry_run:
        say("Nothing was written.")
        return
    deliver(found.data, output, force)
    if found.changes:
        session.apply(found.changes, "Official numbers given")
        say("The numbers are noted with the findings; fedcheck undo takes that back.")


@click.command()
@options
@workspace_option
@as_of_option
def poam(
    template: str,
    output: str,
    force: bool,
    dry_run: bool,
    workspace: str | None,
    as_of: date | None,
) -> None:
    """Fill a copy of the official POA&M with the findings: open, closed, configuration.

    A finding keeps the row that has its number; new ones come after the last row, and get a
    number. Everything else in the workbook stays as it is.

    \b
    Example:
      fedcheck export poam --template FedRAMP-POAM-Template.xlsx -o poam.xlsx
    """
    _export("poam", template, output, force, dry_run, workspace, as_of)


@click.command()
@options
@workspace_option
@as_of_option
def ret(
    template: str,
    output: str,
    force: bool,
    dry_run: bool,
    workspace: str | None,
    as_of: date | None,
) -> None:
    """Fill a copy of the official Risk Exposure Table, and the risks corrected during testing.

    Numbers are those of the POA&M: every row of the one has its row in the other.

    \b
    Example:
      fedcheck export ret --template RET.xlsx -o ret.xlsx
    """
    _export("ret", template, output, force, dry_run, workspace, as_of)
