"""How the deadlines of a workspace are told: overdue on top, then by week and by month."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from fedcheck.cli import words
from fedcheck.cli.context import paint, print_json, say
from fedcheck.insight import clocks
from fedcheck.insight.weeks import WORDS, grouped
from fedcheck.model.dates import distance
from fedcheck.model.text import one_line

if TYPE_CHECKING:
    from fedcheck.insight.clocks import Deadline
    from fedcheck.insight.entries import Board

ALL = "all"
"""Stands for every role."""

AHEAD = timedelta(days=90)
"""How far ahead the calendar looks when nobody says otherwise."""

REASON = 60
"""The widest reason on a terminal, in cells."""


def print_calendar(
    board: "Board", role: str, query: str, until: date | None, as_json: bool
) -> None:
    """Print the deadlines of a role, or of all; the horizon is meant for those with a day."""
    found = clocks.deadlines(board, role, query)
    until = until or min(board.today, date.max - AHEAD) + AHEAD
    dated, undated = clocks.within(found, until), clocks.without_day(found)
    if as_json:
        print_json([deadline_row(one, board.today) for one in (*dated, *undated)])
        return
    later = len(found) - len(dated) - len(undated)
    groups = grouped(dated, board.today)
    cells = {head: [_cells(board, one) for one in ones] for head, ones in groups}
    cells["No day yet"] = [_cells(board, one) for one in undated]
    lines = iter(
        words.table([row for rows in cells.values() for row in rows], right=(1,), flexible=3)
    )
    for head, rows in cells.items():
        if rows:
            say(f"{paint(head, bold=True)}  {len(rows)}")
            for _ in rows:
                say("  " + next(lines))
            say()
    if not found:
        say("No deadline: nothing has a date, and nothing waits for one.")
    elif later:
        last = max(one.day for one in found if one.day)
        say(f"and {later} more after {until}: --until {last}")


def _cells(board: "Board", one: "Deadline") -> list[str]:
    """Return a deadline as cells: day, distance, what, who, why."""
    day = one.day.isoformat() if one.day else "-"
    away = distance(one.day, board.today) if one.day else ""
    who = f"{one.owner} ({one.role})" if one.owner and one.role else one.owner or one.role
    why = f"waits for {one.waits}" if one.waits else one.why
    if words.narrow():
        return [day, away, WORDS[one.kind], one.what, one_line(why, 24) if one.waits else who]
    if words.width():
        why = one_line(why, REASON)
    return [day, away, WORDS[one.kind], one.what, who, why]


def deadline_row(one: "Deadline", today: date) -> dict[str, Any]:
    """Return a deadline as JSON tells it."""
    names = ("kind", "what", "ref", "owner", "role", "why", "source", "waits", "late")
    return {
        "day": one.day,
        "days": (one.day - today).days if one.day else None,
        **{name: getattr(one, name) for name in names},
    }
