"""The command that shows and sets the dates of milestones."""

from datetime import date

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
from fedcheck.cli.item import report_action
from fedcheck.model.dates import typed_day
from fedcheck.model.text import one_line
from fedcheck.store.problems import FedcheckError
from fedcheck.store.workspaces import known_milestone


@click.command()
@click.argument("milestone", required=False, shell_complete=complete.milestones)
@click.argument("day", required=False, metavar="[DATE]")
@workspace_option
@as_of_option
@json_option
def milestone(
    milestone: str | None,
    day: str | None,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Show the dates of milestones, or set the DATE of one; "" lets it follow from the process.

    The date is written into fedcheck.toml; comments and all else in it stay.

    \b
    Example:
      fedcheck milestone kick-off 2027-02-01
      fedcheck milestone kick-off +12w
    """
    session = open_workspace(workspace, as_of)
    process = session.project.process
    if milestone is not None and day is not None:
        name = known_milestone(process, milestone)
        try:
            wanted = typed_day(day, session.today())
        except ValueError as error:
            raise FedcheckError(str(error), "write 2027-02-01, +12w or fri", 2) from None
        report_action(session, session.schedule(name, wanted), as_json)
        return
    board = session.board()
    own = session.project.config.milestones or {}
    stones = [s for s in process.milestones if milestone in (None, s.id)]
    if milestone is not None and not stones:
        known_milestone(process, milestone)
    if as_json:
        print_json(
            [
                {"id": s.id, "title": s.title, "date": board.dates.get(s.id), "own": s.id in own}
                for s in stones
            ]
        )
        return
    rows = [
        [
            stone.id,
            stone.title,
            words.due_text(board.dates.get(stone.id), board.today) or "no date yet",
            "set here" if stone.id in own else one_line(stone.default),
        ]
        for stone in stones
    ]
    for line in words.table(rows, flexible=1):
        say(line)
