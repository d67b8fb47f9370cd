"""A list of requests or findings in columns, drawn line by line under the headings of groups."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fedcheck.domain.text import one_line
from fedcheck.tui.key_bindings import bindings

Columns = Sequence[tuple[str, int]]
"""Names of columns and their widths in cells; the one of width 0 takes what is left."""


@dataclass(frozen=True, slots=True)
class IssueRow:
    """A line of the list.

    Attributes:
        cells: text and style of each column by name; a style is a name of `IssueList`'s.
    """

    ref: str
    mark: str
    sign: str
    sign_style: str
    cells: Mapping[str, tuple[str, str]]


class IssueList(ScrollView, can_focus=True):
    """Rows under headings, with a cursor that skips the headings."""

    BINDINGS = bindings("ledger-rows")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "issue-list--heading",
        "issue-list--cursor",
        "issue-list--dim",
        "issue-list--accent",
        "issue-list--error",
        "issue-list--good",
        "issue-list--warn",
    }

    cursor: reactive[int] = reactive(-1, init=False)

    class Highlighted(Message):
        """The cursor stands on another row (or on none)."""

    class Opened(Message):
        """A person wants to see the whole of it."""

    def __init__(
        self,
        columns: Callable[[int], Columns],
        ascii_only: bool = False,
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self.columns = columns
        self.pointer = ">" if ascii_only else "▌"
        self.rows: list[IssueRow | str] = []
        self.empty_text = ""

    def show(self, rows: Sequence[IssueRow | str], empty_text: str = "") -> None:
        """Show rows; the cursor stays on its own, or near its place if that is gone."""
        before, place = self.ref, self.cursor
        self.rows = list(rows)
        self.empty_text = empty_text
        self.virtual_size = Size(self.size.width, max(len(self.rows), 1))
        wanted = self._row_of(before) if before else -1
        if wanted < 0:
            wanted = self._nearest(min(max(place, 0), len(self.rows) - 1), 1)
        self.set_reactive(IssueList.cursor, wanted)
        self._keep_visible()
        self.refresh()
        self.post_message(self.Highlighted())

    @property
    def ref(self) -> str:
        """Return the reference of the row under the cursor, or an empty one."""
        if 0 <= self.cursor < len(self.rows):
            row = self.rows[self.cursor]
            return row.ref if isinstance(row, IssueRow) else ""
        return ""

    def go_to(self, ref: str) -> bool:
        """Put the cursor on a row; tell whether it is in the list."""
        found = self._row_of(ref)
        if found >= 0:
            self.cursor = found
        return found >= 0

    def watch_cursor(self, before: int, now: int) -> None:
        """Redraw the two rows concerned and tell who listens."""
        for row in (before, now):
            self.refresh_line(row)
        self._keep_visible()
        self.post_message(self.Highlighted())

    def on_resize(self, event: events.Resize) -> None:
        """Use the new width."""
        self.virtual_size = Size(event.size.width, max(len(self.rows), 1))
        self._keep_visible()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one visible line."""
        number = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if not self.rows:
            lines = self.empty_text.split("\n")
            text = lines[number - 1] if 0 < number <= len(lines) else ""
            return Strip([Segment(set_cell_size("  " + text, width), self._style("dim"))])
        if number >= len(self.rows):
            return Strip.blank(width, self.rich_style)
        row = self.rows[number]
        if isinstance(row, str):
            text = set_cell_size(f"  {one_line(row, max(width - 2, 1))}", width)
            return Strip([Segment(text, self._style("heading"))])
        return self._draw(row, width, number == self.cursor)

    def _draw(self, row: IssueRow, width: int, at_cursor: bool) -> Strip:
        columns = self.columns(width)
        fixed = sum(wide + 2 for _, wide in columns if wide)
        room = max(width - 5 - cell_len(row.sign) - fixed, 8)
        parts = [
            (self.pointer if at_cursor else " ", self.rich_style),
            (row.mark, self._style("warn")),
            (" ", self.rich_style),
            (row.sign, self._style(row.sign_style)),
            (" ", self.rich_style),
        ]
        for name, wide in columns:
            text, style = row.cells[name]
            draw = _right if name == "away" else _cell
            parts.append((draw(text, wide or room), self._style(style)))
        if at_cursor:
            cursor = self.get_component_rich_style("issue-list--cursor", partial=True)
            parts = [(text, found + cursor) for text, found in parts]
        segments = [Segment(text, found) for text, found in parts]
        return Strip(segments).adjust_cell_length(width, parts[-1][1])

    def _style(self, name: str):  # type: ignore[no-untyped-def]
        return self.get_component_rich_style(f"issue-list--{name}") if name else self.rich_style

    def action_ledger_down(self) -> None:
        """Go to the next row."""
        self._jump(self.cursor + 1, 1)

    def action_ledger_up(self) -> None:
        """Go to the row before."""
        self._jump(self.cursor - 1, -1)

    def action_ledger_page_down(self) -> None:
        """Go a page down."""
        self._jump(self.cursor + max(self.size.height - 1, 1), 1)

    def action_ledger_page_up(self) -> None:
        """Go a page up."""
        self._jump(self.cursor - max(self.size.height - 1, 1), -1)

    def action_ledger_first(self) -> None:
        """Go to the first row."""
        self._jump(0, 1)

    def action_ledger_last(self) -> None:
        """Go to the last row."""
        self._jump(len(self.rows) - 1, -1)

    def action_ledger_open(self) -> None:
        """Open the row under the cursor."""
        if self.ref:
            self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        """Go to the clicked row; a second click opens it."""
        row = event.y + self.scroll_offset.y
        if 0 <= row < len(self.rows) and isinstance(self.rows[row], IssueRow):
            if row == self.cursor and event.chain > 1:
                self.action_ledger_open()
            self.cursor = row

    def _jump(self, row: int, way: int) -> None:
        wanted = self._nearest(min(max(row, 0), len(self.rows) - 1), way)
        if wanted >= 0:
            self.cursor = wanted

    def _nearest(self, row: int, way: int) -> int:
        """Return the nearest row with something on it, first looking one way, then the other."""
        for step in (way, -way):
            found = row
            while 0 <= found < len(self.rows):
                if isinstance(self.rows[found], IssueRow):
                    return found
                found += step
        return -1

    def _row_of(self, ref: str) -> int:
        for number, row in enumerate(self.rows):
            if isinstance(row, IssueRow) and row.ref == ref:
                return number
        return -1

    def _keep_visible(self) -> None:
        if self.cursor < 0:
            return
        headed = self.cursor > 0 and isinstance(self.rows[self.cursor - 1], str)
        top = self.cursor - 1 if headed else self.cursor
        self.scroll_to_region(Region(0, top, 1, self.cursor - top + 1), animate=False, force=True)


def _cell(text: str, width: int) -> str:
    """Return text cut or filled to a width in cells, two blanks after it."""
    text = one_line(text)
    if cell_len(text) > width:
        text = set_cell_size(text, max(width - 1, 0)).rstrip() + "…"
    return set_cell_size(text, width) + "  "


def _right(text: str, width: int) -> str:
    return " " * max(width - cell_len(text), 0) + text + "  "
