"""How fast the work goes: items done per week, against what the next milestone needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from fedcheck.insight.entries import Board
from fedcheck.model.entry import Entry

WEEKS = 12
"""How many weeks back the pace is looked at, the current one included."""

RECENT = 4
"""How many full weeks the present pace is the average of."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace towards a milestone.

    Attributes:
        weeks: items done in each of the last weeks, the current one last.
        done: items done of those that the milestone rests on.
        total: items that it rests on, without those not applicable.
        made: items done per week, the average of the last full weeks.
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
        """Say it in words: `77 of 125 done, 4.1 a week needed, 5.0 made`."""
        text = f"{self.done} of {self.total} done"
        if self.done >= self.total:
            return text
        made = f"{self.made:.1f} a week made"
        if self.needed is None:
            return f"{text}, {made}"
        return f"{text}, {self.needed:.1f} a week needed, {self.made:.1f} made"

    @property
    def late(self) -> bool:
        """Tell whether the present pace does not reach the milestone."""
        return self.needed is not None and self.made < self.needed


def pace(board: Board, milestone: str) -> Pace:
    """Return the pace of the items that a milestone rests on.

    Done counts on the day that a record says; an item that was reopened counts when it is done
    again.
    """
    stone = board.project.process.milestone(milestone)
    phases = stone.closes if stone else ()
    entries = [
        entry
        for entry in board.entries.values()
        if (not phases or entry.phase in phases)
        and not entry.private
        and not entry.unknown
        and entry.record.status != "na"
    ]
    weeks = _per_week(entries, board.today)
    full = weeks[-1 - RECENT : -1]
    done = sum(entry.record.status == "done" for entry in entries)
    return Pace(
        milestone=milestone,
        weeks=weeks,
        done=done,
        total=len(entries),
        made=sum(full) / len(full),
        needed=_needed(len(entries) - done, board.dates.get(milestone), board.today),
    )


def _per_week(entries: Iterable[Entry], today: date) -> tuple[int, ...]:
    monday = today - timedelta(days=today.weekday())
    counts = [0] * WEEKS
    for entry in entries:
        day = entry.record.done
        if day is None or day > today:
            continue
        back = (monday - (day - timedelta(days=day.weekday()))).days // 7
        if back < WEEKS:
            counts[WEEKS - 1 - back] += 1
    return tuple(counts)


def _needed(left: int, day: date | None, today: date) -> float | None:
    if day is None or day < today:
        return None
    return left / max((day - today).days / 7, 1 / 7)
