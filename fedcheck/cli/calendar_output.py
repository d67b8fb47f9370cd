"""The calendar on the command line: deadlines by week and month, and those without a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from fedcheck.analysis import deadlines
from fedcheck.analysis.board import Board
from fedcheck.analysis.deadlines import Deadline
from fedcheck.analysis.progress import WORDS, group_deadlines
from fedcheck.cli import output
from fedcheck.cli.options import print_json, print_line, style_text
from fedcheck.domain.dates import Span, format_distance, shift_clamped
from fedcheck.domain.text import one_line

HORIZON = Span(90, "d")
"""How far ahead the calendar looks when nobody states otherwise."""

MAX_ALIKE = 3
"""How many deadlines without a day that wait for the same are listed; more are counted."""


def print_calendar(
    board: Board, role: str, query: str, until: date | None, as_json: bool, each: bool = False
) -> None:
    """Print the deadlines of a role, or of all; the horizon is meant for those with a day.

    Those without a day are counted by what they wait for, unless each of them is asked for.
    """
    found = deadlines.list_deadlines(board, role, query)
    until = until or shift_clamped(board.today, HORIZON)
    dated, undated = deadlines.select_until(found, until), deadlines.select_undated(found)
    if as_json:
        print_json([_deadline_row(one, board.today) for one in (*dated, *undated)])
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


def _count_undated(board: Board, undated: Sequence[Deadline]) -> list[list[str]]:
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


def _cells(board: Board, one: Deadline) -> list[str]:
    """Return a deadline as cells: day, distance, what, who, why."""
    day = one.day.isoformat() if one.day else "-"
    away = format_distance(one.day, board.today) if one.day else ""
    who = f"{one.owner} ({one.role})" if one.owner and one.role else one.owner or one.role
    why = f"waits for {one.waits}" if one.waits else one.why
    if output.is_narrow(output.terminal_width()):
        return [day, away, WORDS[one.kind], one.what, one_line(why, 24) if one.waits else who]
    if output.terminal_width():
        why = one_line(why, output.MAX_REASON)
    return [day, away, WORDS[one.kind], one.what, who, why]


def _deadline_row(one: Deadline, today: date) -> dict[str, Any]:
    """Return a deadline as JSON shows it."""
    names = ("kind", "what", "ref", "owner", "role", "why", "source", "waits", "late")
    return {
        "day": one.day,
        "days": (one.day - today).days if one.day else None,
        **{name: getattr(one, name) for name in names},
        "rulesets": list(one.rulesets),
    }
