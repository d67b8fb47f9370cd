"""A list of rows in columns, drawn line by line under headings: only what is visible costs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar, Generic, Self, TypeVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fedcheck.domain.text import one_line
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.signs import UNICODE, Signs

Row = TypeVar("Row")
Cell = tuple[str, str]
"""A text and the name of its style: one of `STYLES`, or nothing for that of plain text."""

LINES_KEPT = 500
"""So many lines are kept as they were drawn: a key that scrolls makes one, and not all of them."""

STYLES = ("heading", "dim", "accent", "good", "warn", "error", "mark")


@dataclass(frozen=True, slots=True)
class Look:
    """What a column may need to know, besides the row, to draw a cell.

    Attributes:
        widths: the columns that are shown, and their widths in cells.
    """

    signs: Signs = UNICODE
    today: date = date.min
    at_cursor: bool = False
    widths: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column of a list.

    Attributes:
        id: its name.
        draw: gives the cell of a row.
        widths: how many cells wide it is in a list of at least so many cells; in a narrower list
            it is left out, and so it is where that states 0. The column without widths takes what
            the others leave.
        right: whether its text is at the right end.
        yields: whether the column before it, the one that takes what is left, goes on over this
            one in rows that have nothing here.
    """

    id: str
    draw: Callable[[Row, Look], Cell]
    widths: Mapping[int, int] = field(default_factory=dict)
    right: bool = False
    yields: bool = False

    def width(self, room: int) -> int:
        """Return how wide it is in a list of so many cells; 0 where it is left out."""
        return self.widths.get(max((n for n in self.widths if n <= room), default=-1), 0)


class RowList(ScrollView, Generic[Row], can_focus=True):
    """Rows under headings, with a cursor that skips the headings.

    A heading is a plain text among the rows. Who inherits states by what name a row is found again
    when the rows are shown again, and which columns it has.
    """

    BINDINGS = bindings("rows")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-list--cursor", "row-list--marked", *(f"row-list--{name}" for name in STYLES)
    }  # fmt: skip
    COLUMNS: ClassVar[Sequence[Column[Any]]] = ()
    NARROWEST: ClassVar[int] = 8
    """The least width of the column that takes what is left."""
    CUT: ClassVar[int] = 0
    """How many of the two blanks after the last column may be cut off."""

    cursor: reactive[int] = reactive(-1, init=False, repaint=False)

    class Highlighted(Message):
        """The cursor is on another row (or on none)."""

    class Opened(Message):
        """A person wants to see the whole of a row."""

    def __init__(self, signs: Signs = UNICODE, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.signs = signs
        self.today = date.min
        self.rows: Sequence[Row | str] = []
        self.empty_text = ""
        self._lines: dict[tuple[int, int, bool, bool], Strip] = {}
        self._styles_used: dict[str, Style] = {}

    def key_of(self, row: Row) -> object:
        """Return the name by which a row is found again."""
        raise NotImplementedError

    def columns(self, row: Row) -> Sequence[Column[Row]]:
        """Return the columns of a row."""
        return self.COLUMNS

    def widths(self, row: Row, room: int) -> dict[str, int]:
        """Return the columns that are shown in a list of so many cells, with their widths.

        That of the column that takes what is left is 0.
        """
        found = ((one, one.width(room)) for one in self.columns(row))
        return {one.id: wide for one, wide in found if wide or not one.widths}

    def lead(self, row: Row, look: Look) -> list[Cell]:
        """Return what is before the columns: the pointer, and signs."""
        return [(f"{self.signs.pointer if look.at_cursor else ' '} ", "")]

    def is_marked(self, row: Row) -> bool:
        """Return whether a row is marked."""
        return False

    def style(self, name: str) -> Style:
        """Return the style of a part by its name."""
        found = self._styles_used.get(name)
        if found is None:
            found = self.get_component_rich_style(f"row-list--{name}") if name else self.rich_style
            self._styles_used[name] = found
        return found

    def refresh(self, *regions: Region, **named: bool) -> Self:
        """Draw again: some lines, or all of them, which are then made again too."""
        if not regions:
            self._lines.clear()
        return super().refresh(*regions, **named)

    def notify_style_update(self) -> None:
        """Forget what was drawn with other styles."""
        self._lines.clear()
        self._styles_used.clear()
        super().notify_style_update()

    def draw(self, row: Row, width: int, at_cursor: bool) -> Strip:
        """Draw a row."""
        look = Look(self.signs, self.today, at_cursor)
        cells = self.lead(row, look)
        look = replace(look, widths=self.widths(row, width))
        cells += self._cells(row, look, width - sum(cell_len(text) for text, _ in cells))
        over = Style()
        for name, wanted in (("marked", self.is_marked(row)), ("cursor", at_cursor)):
            if wanted:
                over += self.get_component_rich_style(f"row-list--{name}", partial=True)
        segments = [Segment(text, self.style(name) + over) for text, name in cells]
        return Strip(segments).adjust_cell_length(width, segments[-1].style)

    def _cells(self, row: Row, look: Look, room: int) -> list[Cell]:
        """Return the cells of a row, filled up to the widths of their columns."""
        columns = [one for one in self.columns(row) if one.id in look.widths]
        drawn = [one.draw(row, look) for one in columns]
        rest = room + self.CUT - 2 - sum(wide + 2 for wide in look.widths.values() if wide)
        rest = max(rest, self.NARROWEST)
        taken = next((n for n, one in enumerate(columns) if not one.widths), len(columns))
        gone = taken + 1
        while gone < len(columns) and columns[gone].yields and not drawn[gone][0].strip():
            rest += look.widths[columns[gone].id] + 2
            gone += 1
        found = []
        for number, (column, (text, style)) in enumerate(zip(columns, drawn, strict=True)):
            if not taken < number < gone:
                put = right if column.right else cell
                found.append((put(text, look.widths[column.id] or rest), style))
        return found

    def put(self, rows: Sequence[Row | str], empty_text: str = "") -> None:
        """Show rows; the cursor stays on its own, or near its place if that is gone."""
        before, place = self.current, self.cursor
        self.rows = rows
        self.empty_text = empty_text
        self.virtual_size = Size(self.size.width, max(len(rows), 1))
        wanted = self.row_of(self.key_of(before)) if before is not None else -1
        if wanted < 0:
            wanted = self._nearest(min(max(place, 0), len(rows) - 1), 1)
        self.set_reactive(RowList.cursor, wanted)
        self._keep_visible()
        self.refresh()
        self.post_message(self.Highlighted())

    @property
    def current(self) -> Row | None:
        """Return the row under the cursor."""
        if 0 <= self.cursor < len(self.rows):
            row = self.rows[self.cursor]
            return None if isinstance(row, str) else row
        return None

    def row_of(self, key: object) -> int:
        """Return the number of a row; -1 where it is not in the list."""
        for number, row in enumerate(self.rows):
            if not isinstance(row, str) and self.key_of(row) == key:
                return number
        return -1

    def move_to(self, key: object) -> bool:
        """Put the cursor on a row; return whether it is in the list."""
        row = self.row_of(key)
        if row >= 0:
            self.cursor = row
        return row >= 0

    def watch_cursor(self, before: int, now: int) -> None:
        """Redraw the two rows concerned and show who listens."""
        self._keep_visible()
        for row in (before, now):
            self.refresh_line(row)
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
            return Strip([Segment(set_cell_size("  " + text, width), self.style("dim"))])
        if number >= len(self.rows):
            return Strip.blank(width, self.rich_style)
        row, at_cursor = self.rows[number], number == self.cursor
        key = number, width, at_cursor, not isinstance(row, str) and self.is_marked(row)
        line = self._lines.get(key)
        if line is None:
            if len(self._lines) >= LINES_KEPT:
                self._lines.clear()
            if isinstance(row, str):
                line = self._heading(row, width)
            else:
                line = self.draw(row, width, at_cursor)
            self._lines[key] = line
        return line

    def _heading(self, words: str, width: int) -> Strip:
        text = f"  {words}"
        if cell_len(text) > width:
            text = set_cell_size(text, width - 1).rstrip() + "…"
        return Strip([Segment(set_cell_size(text, width), self.style("heading"))])

    def action_rows_down(self) -> None:
        """Go to the next row."""
        self._step(1)

    def action_rows_up(self) -> None:
        """Go to the row before."""
        self._step(-1)

    def action_rows_page_down(self) -> None:
        """Go a page down."""
        self._jump(self.cursor + max(self.size.height - 1, 1), 1)

    def action_rows_page_up(self) -> None:
        """Go a page up."""
        self._jump(self.cursor - max(self.size.height - 1, 1), -1)

    def action_rows_first(self) -> None:
        """Go to the first row."""
        self._jump(0, 1)

    def action_rows_last(self) -> None:
        """Go to the last row."""
        self._jump(len(self.rows) - 1, -1)

    def action_rows_open(self) -> None:
        """Open the row under the cursor."""
        if self.current is not None:
            self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        """Go to the clicked row; a second click opens it."""
        row = event.y + self.scroll_offset.y
        if 0 <= row < len(self.rows) and not isinstance(self.rows[row], str):
            if row == self.cursor and event.chain > 1:
                self.action_rows_open()
            self.cursor = row

    def _step(self, way: int) -> None:
        self._jump(self.cursor + way, way)

    def _jump(self, row: int, way: int) -> None:
        wanted = self._nearest(min(max(row, 0), len(self.rows) - 1), way)
        if wanted >= 0:
            self.cursor = wanted

    def _nearest(self, row: int, way: int) -> int:
        """Return the nearest row that is no heading, first looking one way, then the other."""
        for step in (way, -way):
            found = row
            while 0 <= found < len(self.rows):
                if not isinstance(self.rows[found], str):
                    return found
                found += step
        return -1

    def _keep_visible(self) -> None:
        if self.cursor < 0:
            return
        above = self.cursor and isinstance(self.rows[self.cursor - 1], str)
        top = self.cursor - 1 if above else self.cursor
        self.scroll_to_region(Region(0, top, 1, self.cursor - top + 1), animate=False, force=True)


def under_headings(groups: Iterable[tuple[str, Iterable[Row]]]) -> list[Row | str]:
    """Return the rows of groups, each under its heading, a line that is safe to show."""
    rows: list[Row | str] = []
    for title, members in groups:
        rows.append(title)
        rows += members
    return rows


def cell(text: str, width: int) -> str:
    """Return text cut or filled to a width in cells, two blanks after it."""
    text = one_line(text)
    if cell_len(text) > width:
        text = set_cell_size(text, max(width - 1, 0)).rstrip() + "…"
    return set_cell_size(text, width) + "  "


def right(text: str, width: int) -> str:
    """Return text at the right end of a width in cells, two blanks after it."""
    return " " * max(width - cell_len(text), 0) + text + "  "
