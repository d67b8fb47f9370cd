"""The rows of who waits for whom, and of who does what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from fedcheck.analysis.handoffs import Handoff
from fedcheck.analysis.responsibilities import Duty, PhaseDuties
from fedcheck.domain.glossary import STATUS_WORDS
from fedcheck.domain.process import role_label
from fedcheck.domain.text import plural
from fedcheck.tui.signs import UNICODE, Signs
from fedcheck.tui.widgets.row_list import RowList, cell, right


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A deliverable in its phase."""

    duty: Duty
    phase: PhaseDuties


Line = Handoff | DutyRow


def roles_text(roles: Sequence[str]) -> str:
    """Return roles as they are spoken of, or a dash."""
    return ", ".join(map(role_label, roles)) or "-"


class PartsList(RowList[Line]):
    """Hand-offs and duties, under headings."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"parts-list--{name}" for name in ("heading", "cursor", "dim", "good", "warn", "error")
    }

    def __init__(self, signs: Signs = UNICODE, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.signs = signs
        self.today = date.min

    def key_of(self, row: Line) -> object:
        """Return what tells a row from others."""
        if isinstance(row, Handoff):
            return row.waits, row.on, row.what, row.ref
        return row.phase.phase.id, row.duty.deliverable.id

    def part_style(self, name: str) -> Style:
        """Return a style of this list."""
        return self.get_component_rich_style(f"parts-list--{name}")

    def draw(self, row: Line, width: int, at_cursor: bool) -> Strip:
        """Draw a row."""
        pointer = self.signs.pointer if at_cursor else " "
        parts = [(f"{pointer} ", self.rich_style)]
        if isinstance(row, Handoff):
            parts += self._handoff(row, width - 2)
        else:
            parts += self._duty(row, width - 2)
        if at_cursor:
            over = self.get_component_rich_style("parts-list--cursor", partial=True)
            parts = [(text, style + over) for text, style in parts]
        segments = [Segment(text, style) for text, style in parts]
        return Strip(segments).adjust_cell_length(width, parts[-1][1])

    def _handoff(self, row: Handoff, width: int) -> list[tuple[str, Style]]:
        plain, dim = self.rich_style, self.part_style("dim")
        wide = width >= 98
        owner, due, held = (14, 10, 15) if wide else (0, 10, 0)
        fixed = 6 + 2 + 11 + 2 + sum(w + 2 for w in (owner, due, held) if w)
        tone = self.part_style("error" if row.overdue else "warn" if row.stuck else "dim")
        age = row.age(self.today)
        late = "! overdue" if row.overdue else _status(row.status, self.signs)
        parts = [
            (right("" if age is None else f"{age} d", 6), dim),
            (cell(row.title, max(width - fixed - 2, 10)), plain),
            (cell(late, 11), tone if row.overdue else dim),
        ]
        if owner:
            parts.append((cell(row.owner or "nobody named", owner), dim))
        parts.append((cell(str(row.due or ""), due), tone if row.overdue else dim))
        if held:
            count = max(len(row.blocks), row.behind)
            parts.append((cell(f"before {plural(count, 'item')}" if count else "", held), dim))
        return parts

    def _duty(self, row: DutyRow, width: int) -> list[tuple[str, Style]]:
        plain, dim, duty = self.rich_style, self.part_style("dim"), row.duty
        wide = width >= 98
        prepares, reviews, decides, due = (8, 18, 8, 10) if wide else (6, 14, 6, 0)
        reviews = reviews if width >= 70 else 0  # the details tell it
        fixed = 11 + 2 + sum(w + 2 for w in (prepares, reviews, decides, due) if w)
        open_ = duty.row is not None and not duty.row.record.closed
        state = _status(duty.state, self.signs) if duty.state else "-"
        parts = [
            (cell(duty.deliverable.title, max(width - fixed - 2, 10)), plain),
            (cell(role_label(duty.prepares), prepares), plain),
        ]
        if reviews:
            parts.append((cell(roles_text(duty.reviews), reviews), dim))
        parts += [
            (cell(roles_text(row.phase.decides), decides), dim),
            (cell(state, 11), self.part_style("dim" if open_ or not duty.state else "good")),
        ]
        if due:
            parts.append((cell(str(duty.due or "") if open_ else "", due), dim))
        return parts


def _status(status: str, signs: Signs) -> str:
    sign = signs.status.get(status, "")
    return f"{sign} {STATUS_WORDS.get(status, status)}".strip()
