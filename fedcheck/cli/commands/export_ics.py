"""The export of deadlines to the calendars of others."""

from datetime import date

import click

from fedcheck.cli import completion
from fedcheck.cli import output as words
from fedcheck.cli.commands.exports import deliver
from fedcheck.cli.options import Day, as_of_option, complain, open_workspace, workspace_option
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import plural
from fedcheck.errors import ErrorKind, FedcheckError


@click.command()
@click.argument("query", nargs=-1, shell_complete=completion.query_words)
@click.option("-o", "--output", metavar="FILE", help="File to write; the screen without it.")
@click.option("--force", is_flag=True, help="Replace the file where there is one.")
@click.option("--role", help="Only what this role has, and the milestones.")
@click.option("--until", type=Day(), help="Last day; all of them without it.")
@click.option(
    "--remind", type=click.IntRange(0, 365), metavar="DAYS", help="Remind so many days before."
)
@workspace_option
@as_of_option
def ics(
    query: tuple[str, ...],
    output: str | None,
    force: bool,
    role: str | None,
    until: date | None,
    remind: int | None,
    workspace: str | None,
    as_of: date | None,
) -> None:
    """Write the deadlines as a calendar file (.ics) that other calendars import.

    Each deadline is an all-day event that keeps its identity: a newer export replaces it, where
    the calendar knows how. What has no day yet and what stands under private/ is left out.

    \b
    Example:
      fedcheck export ics -o deadlines.ics
      fedcheck export ics owner:alice --remind 7 -o alice.ics
    """
    from fedcheck.analysis import deadlines
    from fedcheck.exporters.ics import calendar_text

    session = open_workspace(workspace, as_of)
    board = session.board().shared()
    project = board.project
    roles = project.process.roles
    if role and role not in roles:
        hint = did_you_mean(role, roles) or "known: " + ", ".join(roles)
        raise FedcheckError(f'unknown role "{role[:60]}"', hint, ErrorKind.USAGE)
    found = deadlines.deadlines(board, role or "", words.query_text(query))
    text = calendar_text(
        deadlines.within(found, until),
        name=project.config.name,
        stamp=board.today,
        marking=project.config.marking,
        remind=remind,
    )
    deliver(text.encode(), output, force)
    undated = len(deadlines.without_day(found))
    if undated and output not in (None, "-"):
        complain(f"{plural(undated, 'deadline')} without a day left out: fedcheck next --calendar")
