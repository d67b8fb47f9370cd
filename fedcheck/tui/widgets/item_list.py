"""The list of items, drawn line by line: only what is visible costs anything."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fedcheck.model.dates import distance
from fedcheck.model.entry import Entry
from fedcheck.model.record import STATUS_WORDS
from fedcheck.model.text import one_line
from fedcheck.tui.bindings import bindings
from fedcheck.tui.signs import UNICODE, Signs


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns there is room for, and how wide they are (0: left out)."""

    status: int
    level: int
    due: int
    away: int
    evidence: int
    owner: int

    @property
    def fixed(self) -> int:
        """Return the width of everything but the title."""
        wide = (self.status, self.level, self.due, self.away, self.evidence, self.owner)
        return sum(wide) + sum(1 for width in wide if width) * 2


def layout(width: int) -> Layout:
    """Return the columns for a width in cells."""
    if width >= 120:
        return Layout(status=7, level=10, due=10, away=8, evidence=11, owner=10)
    if width >= 96:
        return Layout(status=0, level=0, due=10, away=0, evidence=4, owner=10)
    if width >= 64:
        return Layout(status=0, level=0, due=5, away=0, evidence=4, owner=8)
    return Layout(status=0, level=0, due=5, away=0, evidence=0, owner=0)


class ItemList(ScrollView, can_focus=True):
    """Items under the headings of their sections, with a cursor that skips the headings."""

    BINDINGS = bindings("rows")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "item-list--heading",
        "item-list--cursor",
        "item-list--dim",
        "item-list--todo",
        "item-list--doing",
        "item-list--blocked",
        "item-list--done",
        "item-list--na",
        "item-list--other",
        "item-list--unknown",
        "item-list--warn",
    }

    cursor: reactive[int] = reactive(-1, init=False)

    class Highlighted(Message):
        """The cursor stands on another item (or on none)."""

        def __init__(self, entry: Entry | None) -> None:
            self.entry = entry
            super().__init__()

    class Opened(Message):
        """A person wants to see the whole item."""

        def __init__(self, entry: Entry) -> None:
            self.entry = entry
            super().__init__()

    def __init__(self, signs: Signs = UNICODE, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.signs = signs
        self.rows: list[Entry | str] = []
        self.today = date.min
        self.empty_text = ""

    def show(self, entries: Iterable[Entry], today: date, empty_text: str = "") -> None:
        """Show entries; the cursor stays on its item, or near its place if that is gone."""
        before = self.entry
        place = self.cursor
        self.today = today
        self.empty_text = empty_text
        self.rows = _with_headings(entries)
        self.virtual_size = Size(self.size.width, max(len(self.rows), 1))
        wanted = self._row_of(before.ref) if before else -1
        if wanted < 0:
            wanted = self._nearest(min(max(place, 0), len(self.rows) - 1), 1)
        self.set_reactive(ItemList.cursor, wanted)
        self._keep_visible()
        self.refresh()
        self.post_message(self.Highlighted(self.entry))

    @property
    def entry(self) -> Entry | None:
        """Return the entry under the cursor."""
        if 0 <= self.cursor < len(self.rows):
            row = self.rows[self.cursor]
            return row if isinstance(row, Entry) else None
        return None

    def go_to(self, ref: str) -> bool:
        """Put the cursor on an item; tell whether it is in the list."""
        row = self._row_of(ref)
        if row >= 0:
            self.cursor = row
        return row >= 0

    def watch_cursor(self, before: int, now: int) -> None:
        """Redraw the two rows concerned and tell who listens."""
        for row in (before, now):
            self.refresh_line(row)
        self._keep_visible()
        self.post_message(self.Highlighted(self.entry))

    def on_resize(self, event: events.Resize) -> None:
        """Use the new width."""
        self.virtual_size = Size(event.size.width, max(len(self.rows), 1))
        self._keep_visible()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one visible line."""
        number = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        base = self.rich_style
        if not self.rows:
            text = self.empty_text if number == 1 else ""
            dim = self.get_component_rich_style("item-list--dim")
            return Strip([Segment(set_cell_size("  " + text, width), dim)])
        if number >= len(self.rows):
            return Strip.blank(width, base)
        row = self.rows[number]
        if isinstance(row, str):
            style = self.get_component_rich_style("item-list--heading")
            return Strip([Segment(set_cell_size(f"  {row}", width), style)])
        return self._draw(row, width, number == self.cursor)

    def _draw(self, entry: Entry, width: int, at_cursor: bool) -> Strip:
        columns = layout(width)
        record, signs = entry.record, self.signs
        style = {
            name: self.get_component_rich_style(f"item-list--{name}")
            for name in ("dim", "warn", entry.state)
        }
        plain = self.rich_style
        sign = signs.status[entry.state]
        room = max(width - 5 - len(sign) - columns.fixed, 8)
        title = plain if not record.closed else style["dim"]
        if entry.waiting and not at_cursor:
            title = style["dim"]
        parts = [
            ("▌" if at_cursor and not signs.ascii_only else (">" if at_cursor else " "), plain),
            (signs.mark(entry), style["warn"]),
            (" ", plain),
            (sign, style[entry.state]),
            (" ", plain),
        ]
        if columns.status:
            parts.append((_cell(STATUS_WORDS[entry.state], columns.status), style[entry.state]))
        level = "" if entry.item.level == "must" else entry.item.level
        short = f"{entry.item.title} ({level})" if level else entry.item.title
        parts.append((_cell(entry.item.title if columns.level else short, room), title))
        if columns.level:
            parts.append((_cell(level, columns.level), style["dim"]))
        due_style = style["warn"] if entry.overdue else style["dim"]
        if columns.due:
            parts.append((_cell(self._due(entry, columns.due), columns.due), due_style))
        if columns.away:
            away = distance(entry.due, self.today) if entry.due and not record.closed else ""
            parts.append((_right(away, columns.away), due_style))
        if columns.evidence:
            bad = style["warn"] if entry.unsound else style["dim"]
            parts.append((_cell(_evidence(entry, columns.evidence), columns.evidence), bad))
        if columns.owner:
            parts.append((_cell(record.owner, columns.owner), plain))
        if at_cursor:
            cursor = self.get_component_rich_style("item-list--cursor", partial=True)
            parts = [(text, found + cursor) for text, found in parts]
        segments = [Segment(text, found) for text, found in parts]
        return Strip(segments).adjust_cell_length(width, parts[-1][1])

    def _due(self, entry: Entry, width: int) -> str:
        if entry.waiting and not entry.due:
            return "waits" if entry.waits else "later"
        if entry.due is None:
            return ""
        text = entry.due.isoformat()
        return text if width >= 10 else text[5:]

    def action_rows_down(self) -> None:
        """Go to the next item."""
        self._step(1)

    def action_rows_up(self) -> None:
        """Go to the item before."""
        self._step(-1)

    def action_rows_page_down(self) -> None:
        """Go a page down."""
        self._jump(self.cursor + max(self.size.height - 1, 1), 1)

    def action_rows_page_up(self) -> None:
        """Go a page up."""
        self._jump(self.cursor - max(self.size.height - 1, 1), -1)

    def action_rows_first(self) -> None:
        """Go to the first item."""
        self._jump(0, 1)

    def action_rows_last(self) -> None:
        """Go to the last item."""
        self._jump(len(self.rows) - 1, -1)

    def action_rows_open(self) -> None:
        """Open the item under the cursor."""
        if self.entry:
            self.post_message(self.Opened(self.entry))

    def on_click(self, event: events.Click) -> None:
        """Go to the clicked item; a second click opens it."""
        row = event.y + self.scroll_offset.y
        if 0 <= row < len(self.rows) and isinstance(self.rows[row], Entry):
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
        """Return the nearest row with an item, first looking one way, then the other."""
        for step in (way, -way):
            found = row
            while 0 <= found < len(self.rows):
                if isinstance(self.rows[found], Entry):
                    return found
                found += step
        return -1

    def _row_of(self, ref: str) -> int:
        for number, row in enumerate(self.rows):
            if isinstance(row, Entry) and row.ref == ref:
                return number
        return -1

    def _keep_visible(self) -> None:
        if self.cursor < 0:
            return
        top = (
            self.cursor - 1
            if self.cursor and isinstance(self.rows[self.cursor - 1], str)
            else self.cursor
        )
        self.scroll_to_region(Region(0, top, 1, self.cursor - top + 1), animate=False, force=True)


def _with_headings(entries: Iterable[Entry]) -> list[Entry | str]:
    """Put a heading before the items of each section."""
    rows: list[Entry | str] = []
    place = None
    for entry in entries:
        here = (entry.checklist, entry.section.id)
        if here != place:
            rows.append(one_line(entry.section.title))
            place = here
        rows.append(entry)
    return rows


def _evidence(entry: Entry, width: int) -> str:
    count = len(entry.record.evidence)
    if not count:
        return "-" if entry.item.expects and not entry.record.closed else ""
    return f"{count} evidence" if width >= 10 else f"{count} ev"


def _cell(text: str, width: int) -> str:
    """Return text cut or filled to a width in cells, two blanks after it."""
    text = one_line(text)
    if cell_len(text) > width:
        text = set_cell_size(text, max(width - 1, 0)).rstrip() + "…"
    return set_cell_size(text, width) + "  "


def _right(text: str, width: int) -> str:
    return " " * max(width - cell_len(text), 0) + text + "  "
