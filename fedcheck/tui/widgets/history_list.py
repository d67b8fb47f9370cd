"""The history as a list: a line for what an action did to an item, under the day."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from fedcheck.analysis.activity import HistoryRow
from fedcheck.domain.dates import distance
from fedcheck.tui.widgets.row_list import RowList, cell, under_headings

Named = Callable[[str], str]
"""Returns what an item is called."""


class HistoryList(RowList[HistoryRow]):
    """Deeds under their days, the newest first."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "history-list--heading",
        "history-list--cursor",
        "history-list--dim",
    }

    def __init__(
        self,
        named: Named | None,
        pointer: str,
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self.named = named
        self.pointer = pointer
        self.who = 8

    def show(self, deeds: Sequence[HistoryRow], today: date, empty_text: str) -> None:
        """Show deeds under their days."""
        days: dict[date, list[HistoryRow]] = {}
        for deed in deeds:
            days.setdefault(deed.at.date(), []).append(deed)
        self.who = min(max((cell_len(deed.by) for deed in deeds), default=8), 16)
        ordered = sorted(days.items(), reverse=True)
        titles = ((f"{d.isoformat()} {d:%a}  {distance(d, today)}", of) for d, of in ordered)
        self.put(under_headings(titles), empty_text)

    def key_of(self, row: HistoryRow) -> tuple[str, str]:
        """Return action and item."""
        return row.tx, row.ref

    def part_style(self, name: str) -> Style:
        """Return the style of a part."""
        return self.get_component_rich_style(f"history-list--{name}")

    def draw(self, row: HistoryRow, width: int, at_cursor: bool) -> Strip:
        """Draw a deed: when, who, which item, what."""
        plain, dim = self.rich_style, self.part_style("dim")
        room = max(width - 11 - self.who, 16)
        parts = [
            (self.pointer if at_cursor else " ", plain),
            (f" {row.at:%H:%M}  ", dim),
            (cell(row.by, self.who), dim),
        ]
        if self.named is None:
            parts.append((cell(row.what, room), plain))
        else:
            title = min(room * 2 // 5, 48)
            name = self.named(row.ref) if row.ref else ""
            parts.append((cell(name, title), plain))
            parts.append((cell(row.what, room - title - 2), dim))
        if at_cursor:
            over = self.get_component_rich_style("history-list--cursor", partial=True)
            parts = [(text, found + over) for text, found in parts]
        segments = [Segment(text, found) for text, found in parts]
        return Strip(segments).adjust_cell_length(width, parts[-1][1])
