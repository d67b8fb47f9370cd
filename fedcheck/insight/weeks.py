"""Deadlines by week while they are near, by month after that."""

from collections.abc import Iterable
from datetime import date, timedelta

from fedcheck.insight.clocks import Deadline

WEEKS = 5
"""How many weeks are told of one by one, the current one included; then months."""

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

WORDS = {
    "milestone": "milestone",
    "item": "due",
    "turn": "recurring",
    "evidence": "evidence",
    "request": "answer",
    "finding": "remediate",
}
"""What happens on the day, by the kind of a deadline, in a word."""


def grouped(found: Iterable[Deadline], today: date) -> list[tuple[str, list[Deadline]]]:
    """Return deadlines with a day under headings: overdue, weeks while they are near, then months.

    Weeks begin on Monday.
    """
    monday = today - timedelta(days=today.weekday())
    groups: dict[str, list[Deadline]] = {}
    for one in found:
        if one.day is not None:
            groups.setdefault(_heading(one.day, today, monday), []).append(one)
    return list(groups.items())


def _heading(day: date, today: date, monday: date) -> str:
    if day < today:
        return "Overdue"
    weeks = (day - monday).days // 7
    if weeks < 2:
        return ("This week", "Next week")[weeks]
    if weeks < WEEKS:
        return f"Week of {monday + timedelta(weeks=weeks)}"
    return f"{MONTHS[day.month - 1]} {day.year}"
