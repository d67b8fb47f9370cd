"""What to do now (`next`), and the deadlines ahead."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from fedcheck.analysis import agenda, deadlines, obligations
from fedcheck.analysis.progress import WORDS, group_deadlines
from fedcheck.cli import completion, output
from fedcheck.cli.options import (
    DateType,
    as_of_option,
    json_option,
    open_workspace,
    print_json,
    print_line,
    print_lines,
    style_text,
    workspace_option,
)
from fedcheck.domain.dates import Span, format_distance, shift_clamped
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.analysis.deadlines import Deadline

ALL_ROLES = "all"
"""Stands for every role."""

HORIZON = Span(90, "d")
"""How far ahead the calendar looks when nobody states otherwise."""

MAX_REASON = 60
"""The widest reason on a terminal, in cells."""


MAX_ALIKE = 3
"""How many deadlines without a day that wait for the same are listed; more are counted."""


def print_calendar(
    board: "Board", role: str, query: str, until: date | None, as_json: bool, each: bool = False
) -> None:
    """Print the deadlines of a role, or of all; the horizon is meant for those with a day.

    Those without a day are counted by what they wait for, unless each of them is asked for.
    """
    found = deadlines.list_deadlines(board, role, query)
    until = until or shift_clamped(board.today, HORIZON)
    dated, undated = deadlines.select_until(found, until), deadlines.select_undated(found)
    if as_json:
        print_json([deadline_row(one, board.today) for one in (*dated, *undated)])
        return
    later = len(found) - len(dated) - len(undated)
    groups = group_deadlines(dated, board.today)
    cells = {head: [_cells(board, one) for one in ones] for head, ones in groups}
    shown = [_cells(board, one) for one in undated] if each else _count_undated(board, undated)
    cells["No date yet"] = shown
    lines = iter(
        output.format_table(
            [row for rows in cells.values() for row in rows], right=(1,), flexible=3
        )
    )
    for head, rows in cells.items():
        if rows:
            count = len(undated) if head == "No date yet" else len(rows)
            print_line(f"{style_text(head, bold=True)}  {count}")
            for _ in rows:
                print_line("  " + next(lines))
            print_line()
    if not found:
        print_line("No deadlines: nothing has a date or waits for one.")
    elif later:
        last = max(one.day for one in found if one.day)
        print_line(f"and {later} more after {until}: --until {last}")


def _count_undated(board: "Board", undated: "Sequence[Deadline]") -> list[list[str]]:
    """Return deadlines without a day as cells; many that wait for the same are one line."""
    groups: dict[tuple[str, str, str], list[Deadline]] = {}
    for one in undated:
        groups.setdefault((one.kind, one.waits, one.role), []).append(one)
    rows = []
    for (kind, waits, role), members in groups.items():
        if len(members) <= MAX_ALIKE:
            rows += [_cells(board, one) for one in members]
            continue
        phases = {row.phase for one in members if (row := board.rows.get(one.ref))}
        titles = [p.title for p in board.project.process.phases if p.id in phases]
        of = f" of {', '.join(titles)}" if titles else ""
        what = f"{len(members)} items{of}; each: --undated"
        rows.append(["-", "", WORDS[kind], what, role, f"waiting for {waits}"])
    return rows


def _cells(board: "Board", one: "Deadline") -> list[str]:
    """Return a deadline as cells: day, distance, what, who, why."""
    day = one.day.isoformat() if one.day else "-"
    away = format_distance(one.day, board.today) if one.day else ""
    who = f"{one.owner} ({one.role})" if one.owner and one.role else one.owner or one.role
    why = f"waits for {one.waits}" if one.waits else one.why
    if output.is_narrow(output.terminal_width()):
        return [day, away, WORDS[one.kind], one.what, one_line(why, 24) if one.waits else who]
    if output.terminal_width():
        why = one_line(why, MAX_REASON)
    return [day, away, WORDS[one.kind], one.what, who, why]


def deadline_row(one: "Deadline", today: date) -> dict[str, Any]:
    """Return a deadline as JSON shows it."""
    names = ("kind", "what", "ref", "owner", "role", "why", "source", "waits", "late")
    return {
        "day": one.day,
        "days": (one.day - today).days if one.day else None,
        **{name: getattr(one, name) for name in names},
        "rulesets": list(one.rulesets),
    }


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
