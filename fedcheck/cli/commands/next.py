"""The command that shows what to do now, or the deadlines ahead."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from fedcheck.analysis import agenda, obligations
from fedcheck.cli import completion, output
from fedcheck.cli.options import (
    DateType,
    as_of_option,
    json_option,
    open_workspace,
    print_json,
    print_line,
    print_lines,
    workspace_option,
)
from fedcheck.domain.reference import did_you_mean
from fedcheck.errors import ErrorKind, FedcheckError

ALL_ROLES = "all"
"""Stands for every role."""


@click.command("next")
@click.argument("query", nargs=-1, shell_complete=completion.complete_item_query)
@click.option("--role", help="Role to show; the workspace's role by default.")
@click.option(
    "-n", "count", type=click.IntRange(1), default=10, show_default=True, help="How many items."
)
@click.option("--calendar", is_flag=True, help="Show every deadline instead, by week and month.")
@click.option(
    "--until",
    type=DateType("future"),
    help="Last day of the calendar; default: 90 days from today.",
)
@click.option(
    "--undated", is_flag=True, help="In the calendar, list each deadline that has no date yet."
)
@workspace_option
@as_of_option
@json_option
def next_(
    query: tuple[str, ...],
    role: str | None,
    count: int,
    calendar: bool,
    until: date | None,
    undated: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Show what to do now, most urgent first, and why.

    Items that are blocked, wait for others or come after a later milestone are left out. The list
    includes requests to answer or accept, and findings to plan, remediate or retest. With
    --calendar: milestones, ruleset dates, due dates, recurrences, evidence that goes stale, answers
    and remediations, and how many deadlines have no date yet and why (--undated lists them); --role
    all shows everyone's.

    \b
    Example:
      fedcheck next owner:alice -n 5
      fedcheck next --calendar --until 2027-06-30
    """
    if until and not calendar:
        raise click.UsageError("--until goes with --calendar")
    if undated and not calendar:
        raise click.UsageError("--undated goes with --calendar")
    session = open_workspace(workspace, as_of)
    board = session.board()
    roles = board.project.process.roles
    if role and role not in roles and not (calendar and role == ALL_ROLES):
        hint = did_you_mean(role, roles) or "known: " + ", ".join(roles)
        raise FedcheckError(f'unknown role "{role[:60]}"', hint, ErrorKind.USAGE)
    role = role or board.project.config.role
    if calendar:
        from fedcheck.cli.calendar_output import print_calendar  # loaded here: few ask for it

        print_calendar(
            board,
            "" if role == ALL_ROLES else role,
            output.join_query(query),
            until,
            as_json,
            undated,
        )
        return
    parsed = output.parse_items_query(board.project, query)
    more = obligations.list_obligations(board, role, output.join_query(query))
    steps = obligations.merge_agenda(agenda.list_steps_of_role(board, role, parsed), more)
    if as_json:
        print_json([_step_row(step, board.today) for step in steps[:count]])
        return
    names = output.shorten_refs(board.rows)
    rows = [[str(i), *_step_cells(step, names)] for i, step in enumerate(steps[:count], 1)]
    print_lines(output.format_table(rows, right=(0,), flexible=3))
    if not steps:
        print_line("Nothing to do now. To see what waits for others: fedcheck list is:waiting")
    elif len(steps) > count:
        print_line(f"and {len(steps) - count} more: fedcheck next -n {len(steps)}")


def _step_row(step: "agenda.Step | obligations.Obligation", today: date) -> dict[str, Any]:
    from fedcheck.cli import json_documents  # loaded here: words do not need it

    if isinstance(step, obligations.Obligation):
        return json_documents.owed_row(step, today)
    return {**json_documents.list_row(step.row), "why": step.why}


def _step_cells(
    step: "agenda.Step | obligations.Obligation", names: Mapping[str, str]
) -> list[str]:
    if isinstance(step, obligations.Obligation):
        return [step.why, step.ref, step.task, step.owner]
    row = step.row
    return [step.why, names.get(row.ref, row.ref), row.item.title, row.record.owner]
