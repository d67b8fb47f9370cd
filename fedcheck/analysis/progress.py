"""Counts, percentages, weeks and pace."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct, field

from fedcheck.analysis.board import Board
from fedcheck.domain.checklist import Checklist
from fedcheck.domain.glossary import STATUSES
from fedcheck.domain.process import Phase
from fedcheck.domain.record import UNKNOWN_RECORD
from fedcheck.domain.row import Row

if TYPE_CHECKING:
    from fedcheck.analysis.deadlines import Deadline


class Count(Struct):
    """How many items have which status; items that do not apply or are optional are in no total.

    Attributes:
        by_status: the required items: those of every level but `may`.
        unknown: items whose file cannot be read; they count as neither done nor open.
        optional: `may` items, whatever their status.
    """

    by_status: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATUSES, 0))
    unknown: int = 0
    optional: int = 0

    @property
    def total(self) -> int:
        """Return the number of required items."""
        return sum(self.by_status.values()) + self.unknown

    @property
    def done(self) -> int:
        """Return the number of items done."""
        return self.by_status["done"]

    @property
    def countable(self) -> int:
        """Return the number of items that can be done: all but those not applicable."""
        return self.total - self.by_status["na"]

    @property
    def percent(self) -> int:
        """Return the percentage done, rounded down; 100 when nothing is left to count."""
        return 100 * self.done // self.countable if self.countable else 100

    @property
    def text(self) -> str:
        """Return the count behind the percentage: `31/42`, `?/42` where nothing is known."""
        if self.unknown and self.unknown == self.total:
            return f"?/{self.countable}"
        return f"{self.done}/{self.countable}" + ("?" if self.unknown else "")

    @property
    def words(self) -> str:
        """Return the count with what is optional next to it: `31/42 +3 optional`."""
        return self.text + (f" +{self.optional} optional" if self.optional else "")

    @property
    def share(self) -> str:
        """Return the percentage as text, `?` where not all is known: `73%`."""
        return "?" if self.unknown else f"{self.percent}%"


def count_items(rows: Iterable[Row], total: Count | None = None) -> Count:
    """Count entries, in addition to what a total has already."""
    total = Count() if total is None else total
    by_status = total.by_status
    for row in rows:
        record = row.record
        if row.item.level == "may":
            total.optional += 1
        elif record is UNKNOWN_RECORD:
            total.unknown += 1
        else:
            by_status[record.status] += 1
    return total


def count_by_checklist(board: Board) -> dict[str, Count]:
    """Count by checklist id, lists without an applying item included."""
    rows = board.rows_by_list
    return {name: count_items(rows.get(name, ())) for name in board.project.checklists}


def count_internal(board: Board) -> list[tuple[Checklist, Count, int]]:
    """Return the internal checklists that have items, with their count and how many are overdue."""
    found = []
    for name, checklist in board.project.checklists.items():
        rows = board.rows_by_list.get(name, [])
        if rows and rows[0].internal:
            found.append((checklist, count_items(rows), sum(row.overdue for row in rows)))
    return found


MANY_PHASES = 8
"""The most phases of a process that are always shown one by one."""


def split_phases(board: Board, role: str) -> tuple[list[Phase], list[Phase]]:
    """Return the phases that concern a role, and those of others, each in order.

    A role is concerned by the phases in which it owes something, and by those that the next
    milestone closes where that asks something of the role. Where the process has few phases, or
    none is the role's own, all concern it.
    """
    process = board.project.process
    near = {rows[0].phase for rows in board.rows_by_list.values() if rows[0].role == role}
    milestone = process.milestone(board.next_milestone)
    if near and milestone and role in (milestone.roles or (role,)):
        near |= set(milestone.closes)
    others = [phase for phase in process.phases if phase.id not in near]
    if len(process.phases) <= MANY_PHASES or not near or len(others) < 2:
        return list(process.phases), []
    return [phase for phase in process.phases if phase.id in near], others


def count_by_phase_and_role(board: Board) -> dict[tuple[str, str], Count]:
    """Count by phase and role, without private lists: every report counts the same."""
    counts: dict[tuple[str, str], Count] = {}
    for rows in board.rows_by_list.values():
        first = rows[0]
        if not first.private:
            count_items(rows, counts.setdefault((first.phase, first.role), Count()))
    return counts


def count_evidence_states(rows: Iterable[Row]) -> Counter[str]:
    """Count pieces of evidence by their state, good ones included."""
    found: Counter[str] = Counter()
    for states, items in Counter(row.evidence for row in rows).items():
        for state in states:
            found[state] += items
    return found


def count_by_section(rows: Iterable[Row]) -> dict[tuple[str, str], Count]:
    """Count by checklist and section id."""
    counts: dict[tuple[str, str], Count] = {}
    for row in rows:
        place = (row.checklist, row.section.id)
        count_items((row,), counts.setdefault(place, Count()))
    return counts


SHOWN_WEEKS = 5
"""How many weeks are listed one by one, the current one included; then months."""

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

WORDS = {
    "milestone": "milestone",
    "ruleset": "rules",
    "item": "due",
    "turn": "recurring",
    "evidence": "evidence",
    "request": "answer",
    "finding": "remediate",
}
"""What happens on the day, by the kind of a deadline, in a word."""


def group_deadlines(found: Iterable["Deadline"], today: date) -> list[tuple[str, list["Deadline"]]]:
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
    if weeks < SHOWN_WEEKS:
        return f"Week of {monday + timedelta(weeks=weeks)}"
    return f"{MONTHS[day.month - 1]} {day.year}"


WEEKS = 12
"""How many weeks back the pace is looked at, the current one included."""

RECENT_WEEKS = 4
"""How many full weeks the present pace is the average of."""


class Pace(Struct, frozen=True):
    """The pace toward a milestone.

    Attributes:
        weeks: items done in each of the last weeks, the current one last.
        done: items done of those that the milestone is based on.
        total: required items that it is based on, without those not applicable.
        made: items done per week, the average of the last full weeks; of this one before.
        needed: items to be done per week until the milestone; None without a date ahead.
    """

    milestone: str
    weeks: tuple[int, ...]
    done: int
    total: int
    made: float
    needed: float | None

    @property
    def words(self) -> str:
        """Format it: `77 of 125 required items done, 4.1/week needed, 5.0/week achieved`."""
        return f"{self.done} of {self.total} required items done{self._rate}"

    @property
    def short_words(self) -> str:
        """Format it for a narrow place: `77/125 done, 4.1/week needed, 5.0/week achieved`."""
        return f"{self.done}/{self.total} done{self._rate}"

    @property
    def _rate(self) -> str:
        if self.done >= self.total:
            return ""
        needed = "" if self.needed is None else f", {self.needed:.1f}/week needed"
        return f"{needed}, {self.made:.1f}/week achieved"

    @property
    def late(self) -> bool:
        """Return whether the present pace does not reach the milestone."""
        return self.needed is not None and self.made < self.needed


def compute_pace(board: Board, milestone: str) -> Pace:
    """Return the pace of the items that a milestone is based on.

    Done counts on the day that a record states; an item that was reopened counts when it is done
    again.
    """
    stone = board.project.process.milestone(milestone)
    rows = [
        row
        for row in board.rows.values()
        if (not (stone and stone.closes) or stone.asks_for(row.phase, row.role))
        and not row.private
        and not row.unknown
        and not row.optional
        and row.record.status != "na"
    ]
    weeks = _count_per_week(rows, board.today)
    full = weeks[-1 - RECENT_WEEKS : -1]
    done = sum(row.record.status == "done" for row in rows)
    return Pace(
        milestone=milestone,
        weeks=weeks,
        done=done,
        total=len(rows),
        # Who began this week has no full week yet: this week is all that says anything.
        made=sum(full) / len(full) if any(full) else float(weeks[-1]),
        needed=_needed_per_week(len(rows) - done, board.dates.get(milestone), board.today),
    )


def _count_per_week(rows: Iterable[Row], today: date) -> tuple[int, ...]:
    monday = today - timedelta(days=today.weekday())
    counts = [0] * WEEKS
    for row in rows:
        day = row.record.done
        if day is None or day > today:
            continue
        back = (monday - (day - timedelta(days=day.weekday()))).days // 7
        if back < WEEKS:
            counts[WEEKS - 1 - back] += 1
    return tuple(counts)


def _needed_per_week(left: int, day: date | None, today: date) -> float | None:
    if day is None or day < today:
        return None
    return left / max((day - today).days / 7, 1 / 7)
