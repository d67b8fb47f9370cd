"""The history as a list: a line for what a transaction did to an item, under the day."""

from collections.abc import Callable, Sequence
from datetime import date

from rich.cells import cell_len

from fedcheck.analysis.activity import HistoryRow
from fedcheck.domain.dates import format_distance
from fedcheck.tui.signs import Signs
from fedcheck.tui.widgets.row_list import Cell, Column, Look, RowList, under_headings

Named = Callable[[str], str]
"""Returns what an item is called."""

WIDEST_TITLE = 48


class HistoryList(RowList[HistoryRow]):
    """What was done, under its days, the newest first; `named` reports which item."""

    NARROWEST = 16
    CUT = 2

    def __init__(
        self,
        named: Named | None,
        signs: Signs,
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(signs, id=id)
        self.named = named
        self.who = 8

    def show(self, lines: Sequence[HistoryRow], today: date, empty_text: str) -> None:
        """Show lines under their days."""
        days: dict[date, list[HistoryRow]] = {}
        for line in lines:
            days.setdefault(line.at.date(), []).append(line)
        self.who = min(max((cell_len(line.by) for line in lines), default=8), 16)
        ordered = sorted(days.items(), reverse=True)
        titles = ((f"{d.isoformat()} {d:%a}  {format_distance(d, today)}", of) for d, of in ordered)
        self.put(under_headings(titles), empty_text)

    def key_of(self, row: HistoryRow) -> tuple[str, str]:
        """Return transaction and item."""
        return row.tx, row.ref

    def columns(self, row: HistoryRow) -> Sequence[Column[HistoryRow]]:
        """Return who did it, to which item where that is not the same for all, and what."""
        who: Column[HistoryRow] = Column("who", lambda row, _: (row.by, "dim"), {0: self.who})
        if self.named is None:
            return who, Column("what", lambda row, _: (row.what, ""))
        room = max(self.scrollable_content_region.width - 11 - self.who, self.NARROWEST)
        title = {0: min(room * 2 // 5, WIDEST_TITLE)}
        return (
            who,
            Column("item", lambda row, _: (self._title_of(row.ref), ""), title),
            Column("what", lambda row, _: (row.what, "dim")),
        )

    def _title_of(self, ref: str) -> str:
        return self.named(ref) if ref and self.named is not None else ""

    def lead(self, row: HistoryRow, look: Look) -> list[Cell]:
        """Return pointer and time of day."""
        pointer = self.signs.pointer if look.at_cursor else " "
        return [(pointer, ""), (f" {row.at:%H:%M}  ", "dim")]
