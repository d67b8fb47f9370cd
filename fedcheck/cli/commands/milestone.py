"""The command that shows and sets the dates of milestones."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from fedcheck.analysis import rescheduling
from fedcheck.cli import completion, output
from fedcheck.cli.change_output import print_transaction
from fedcheck.cli.options import (
    as_of_option,
    json_option,
    open_workspace,
    print_json,
    print_line,
    print_lines,
    print_reading,
    style_text,
    workspace_option,
)
from fedcheck.domain.edits import MilestoneEdit
from fedcheck.domain.process_names import resolve_milestone
from fedcheck.domain.text import one_line
from fedcheck.domain.typed_dates import read_typed_date
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage.record_file import MILESTONES

if TYPE_CHECKING:
    from fedcheck.analysis.rescheduling import DeadlineMove, RescheduleImpact
    from fedcheck.domain.row import Row


@click.command()
@click.argument("milestone", required=False, shell_complete=completion.complete_milestones)
@click.argument("day", required=False, metavar="[DATE]")
@click.option("--dry-run", is_flag=True, help="Show what the date would move; change nothing.")
@workspace_option
@as_of_option
@json_option
def milestone(
    milestone: str | None,
    day: str | None,
    dry_run: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Show the dates of milestones, or set the DATE of one; "" restores the process's default.

    The date is written to fedcheck.toml; comments and everything else there stay. Dates that depend
    on it move too; --dry-run lists them, and what would go stale or become overdue.

    \b
    Example:
      fedcheck milestone kick-off 2027-02-01
      fedcheck milestone kick-off +12w --dry-run
    """
    session = open_workspace(workspace, as_of)
    process = session.project.process
    if milestone is not None and day is not None:
        name = resolve_milestone(process, milestone)
        try:
            wanted, note = read_typed_date(day, session.today(), session.date_order)
        except ValueError as error:
            raise FedcheckError(
                str(error), "write 2027-02-01, +12w or fri", ErrorKind.USAGE
            ) from None
        print_reading(note)
        now = session.board()
        change = rescheduling.measure_impact(
            now, rescheduling.reschedule_milestone(now, name, wanted)
        )
        if dry_run:
            _print_impact(name, change, as_json)
            return
        print_transaction(
            session, session.apply([f"{MILESTONES}:{name}"], MilestoneEdit(wanted)), as_json
        )
        moved = rescheduling.describe_impact(change)
        if moved and not as_json:
            print_line(f"With this date: {moved}.")
        return
    if dry_run:
        raise click.UsageError("--dry-run needs a milestone and a date")
    board = session.board()
    own = session.project.config.milestones or {}
    milestones = [s for s in process.milestones if milestone in (None, s.id)]
    if milestone is not None and not milestones:
        resolve_milestone(process, milestone)
    if as_json:
        print_json(
            [
                {"id": s.id, "title": s.title, "date": board.dates.get(s.id), "own": s.id in own}
                for s in milestones
            ]
        )
        return
    rows = [
        [
            stone.id,
            stone.title,
            output.format_due(board.dates.get(stone.id), board.today) or "no date yet",
            "set here" if stone.id in own else one_line(stone.default),
        ]
        for stone in milestones
    ]
    print_lines(output.format_table(rows, flexible=1))


def _print_impact(name: str, change: "RescheduleImpact", as_json: bool) -> None:
    """Show what a date would change."""
    if as_json:
        print_json(_shift_document(name, change))
        return
    moves = (*change.milestones, *change.moves)
    if not moves:
        print_line("Nothing moves: the milestone already has this date.")
        return
    names = output.shorten_refs([move.deadline.ref for move in change.moves])
    for heading, some in (("Milestones that move", change.milestones), ("Moves", change.moves)):
        _print_table(heading, [_cells(move, names) for move in some])
    rows = (
        ("Newly overdue", change.overdue),
        ("Evidence that would be too old", change.stale),
        ("Evidence that would count again", change.fresh),
    )
    for heading, found in rows:
        _print_table(heading, [[e.ref, e.item.title, e.record.owner or e.role] for e in found])
    print_line("Nothing was changed.")


def _print_table(heading: str, rows: list[list[str]]) -> None:
    if not rows:
        return
    print_line(f"{style_text(heading, bold=True)}  {len(rows)}")
    for line in output.format_table(rows, flexible=len(rows[0]) - 2):
        print_line(f"  {line}")
    print_line()


def _cells(move: "DeadlineMove", names: Mapping[str, str]) -> list[str]:
    """Return a move as cells; the title is the last but one."""
    one = move.deadline
    days = [_day(move.old), "->", _day(move.new), _describe_move(move)]
    return [*days, names.get(one.ref, one.ref), one.what, one.owner or one.role]


def _day(day: date | None) -> str:
    return day.isoformat() if day else "no date"


def _describe_move(move: "DeadlineMove") -> str:
    return f"{(move.new - move.old).days:+d} d" if move.old and move.new else ""


def _shift_document(name: str, change: "RescheduleImpact") -> dict[str, Any]:
    """Return `fedcheck/shift@1`."""
    return {
        "schema": "fedcheck/shift@1",
        "milestone": name,
        "moves": [
            {
                "kind": move.deadline.kind,
                "ref": move.deadline.ref,
                "what": move.deadline.what,
                "old": move.old,
                "new": move.new,
            }
            for move in (*change.milestones, *change.moves)
        ],
        "overdue": _refs(change.overdue),
        "stale": _refs(change.stale),
        "fresh": _refs(change.fresh),
    }


def _refs(rows: Iterable["Row"]) -> list[str]:
    return [row.ref for row in rows]
