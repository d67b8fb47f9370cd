"""How far things are: counts by checklist, by phase and role, by section."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fedcheck.insight.entries import Board
from fedcheck.model.entry import Entry
from fedcheck.model.record import STATUSES


@dataclass(slots=True)
class Count:
    """How many items have which status; items that do not apply are in no total.

    Attributes:
        unknown: items whose file cannot be read; they count as neither done nor open.
    """

    by_status: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATUSES, 0))
    unknown: int = 0

    @property
    def total(self) -> int:
        """Return the number of items."""
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
    def share(self) -> str:
        """Return the percentage in words, `?` where not all is known: `73%`."""
        return "?" if self.unknown else f"{self.percent}%"

    def add(self, entry: Entry) -> None:
        """Count one item."""
        if entry.unknown:
            self.unknown += 1
        else:
            self.by_status[entry.record.status] += 1


def count(entries: Iterable[Entry]) -> Count:
    """Count entries."""
    total = Count()
    for entry in entries:
        total.add(entry)
    return total


def by_checklist(board: Board) -> dict[str, Count]:
    """Count by checklist id, lists without an applying item included."""
    counts = {checklist: Count() for checklist in board.project.checklists}
    for entry in board.entries.values():
        counts[entry.checklist].add(entry)
    return counts


def by_phase_and_role(board: Board) -> dict[tuple[str, str], Count]:
    """Count by phase and role, without private lists: every report counts the same."""
    counts: dict[tuple[str, str], Count] = {}
    for entry in board.entries.values():
        if not entry.private:
            counts.setdefault((entry.phase, entry.role), Count()).add(entry)
    return counts


def by_section(entries: Iterable[Entry]) -> dict[tuple[str, str], Count]:
    """Count by checklist and section id."""
    counts: dict[tuple[str, str], Count] = {}
    for entry in entries:
        place = (entry.checklist, entry.section.id)
        counts.setdefault(place, Count()).add(entry)
    return counts
