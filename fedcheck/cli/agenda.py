"""The command that says what to do now: items, requests and findings as one agenda."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from fedcheck.cli import complete, documents, words
from fedcheck.cli.calendar import ALL, print_calendar
from fedcheck.cli.context import (
    Day,
    as_of_option,
    json_option,
    open_workspace,
    print_json,
    say,
    workspace_option,
)
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.insight import agenda, owed
from fedcheck.model.reference import did_you_mean
from fedcheck.model.vocabulary import item_language


@click.command("next")
@click.argument("query", nargs=-1, shell_complete=complete.query_words)
@click.option("--role", help="Role to look for; the workspace's own role otherwise.")
@click.option(
    "-n", "count", type=click.IntRange(1), default=10, show_default=True, help="How many."
)
@click.option("--calendar", is_flag=True, help="Tell every deadline instead, by week and month.")
@click.option(
    "--until", type=Day(), help="Last day of the calendar; 90 days from today without it."
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
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Show what to do now, the most pressing first, and why.

    Items that are blocked, wait for others or lie behind a milestone are left out. Requests to
    answer or to judge and findings to plan, remediate or retest stand among them. With --calendar:
    milestones, due dates, turns of what recurs, evidence that stops to count, answers and
    remediations, and what has no day yet; --role all for everybody's.

    \b
    Example:
      fedcheck next owner:alice -n 5
      fedcheck next --calendar --until 2027-06-30
    """
    if until and not calendar:
        raise click.UsageError("--until goes with --calendar")
    session = open_workspace(workspace, as_of)
    board = session.board()
    roles = board.project.process.roles
    if role and role not in roles and not (calendar and role == ALL):
        hint = did_you_mean(role, roles) or "known: " + ", ".join(roles)
        raise FedcheckError(f'unknown role "{role[:60]}"', hint, ErrorKind.USAGE)
    role = role or board.project.config.role
    if calendar:
        print_calendar(board, "" if role == ALL else role, words.query_text(query), until, as_json)
        return
    parsed = item_language(board.project).parse(words.query_text(query))
    more = owed.owed(board, role, words.query_text(query))
    steps = owed.merged(board, agenda.mine(board, role, parsed), more)
    if as_json:
        print_json([_step_row(step, board.today) for step in steps[:count]])
        return
    names = words.short_names(board.project.refs)
    rows = [[str(i), *_step_cells(step, names)] for i, step in enumerate(steps[:count], 1)]
    for line in words.table(rows, right=(0,), flexible=3):
        say(line)
    if not steps:
        say("Nothing to do now. What waits for others: fedcheck list is:waiting")
    elif len(steps) > count:
        say(f"and {len(steps) - count} more: fedcheck next -n {len(steps)}")


def _step_row(step: "agenda.Step | owed.Owed", today: date) -> dict[str, Any]:
    if isinstance(step, owed.Owed):
        return documents.owed_row(step, today)
    return {**documents.list_row(step.entry), "why": step.why}


def _step_cells(step: "agenda.Step | owed.Owed", names: Mapping[str, str]) -> list[str]:
    if isinstance(step, owed.Owed):
        return [step.why, step.ref, step.task, step.owner]
    entry = step.entry
    return [step.why, names.get(entry.ref, entry.ref), entry.item.title, entry.record.owner]
