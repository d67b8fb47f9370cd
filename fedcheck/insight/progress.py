"""How far things are: counts by checklist, by phase and role, by section."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fedcheck.insight.entries import Board
from fedcheck.model.entry import Entry
from fedcheck.model.record import STATUSES


@dataclass(slots=True)
class Count:
    """How many items have which status; items that do not apply are in no total."""

    by_status: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATUSES, 0))

    @property
    def total(self) -> int:
        """Return the number of items."""
        return sum(self.by_status.values())

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
        """Return the count behind the percentage: `31/42`."""
        return f"{self.done}/{self.countable}"

    def add(self, status: str) -> None:
        """Count one item."""
        self.by_status[status] += 1


def count(entries: Iterable[Entry]) -> Count:
    """Count entries."""
    total = Count()
    for entry in entries:
        total.add(entry.record.status)
    return total


def by_checklist(board: Board) -> dict[str, Count]:
    """Count by checklist id, lists without an applying item included."""
    counts = {checklist: Count() for checklist in board.project.checklists}
    for entry in board.entries.values():
        counts[entry.checklist].add(entry.record.status)
    return counts


def by_phase_and_role(board: Board) -> dict[tuple[str, str], Count]:
    """Count by phase and role."""
    counts: dict[tuple[str, str], Count] = {}
    for entry in board.entries.values():
        counts.setdefault((entry.phase, entry.role), Count()).add(entry.record.status)
    return counts


def by_section(entries: Iterable[Entry]) -> dict[tuple[str, str], Count]:
    """Count by checklist and section id."""
    counts: dict[tuple[str, str], Count] = {}
    for entry in entries:
        place = (entry.checklist, entry.section.id)
        counts.setdefault(place, Count()).add(entry.record.status)
    return counts
