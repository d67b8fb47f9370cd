"""Short lists of lines that lead somewhere."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual


class Door(Struct, frozen=True):
    """Text, and what is behind it: `item:REF`, `query:TEXT`, `gate:ID`, or nothing.

    A line break in the text makes it take another line; each line is cut where it is too long.
    """

    line: Content
    target: str = ""


class Doors(ScrollView, can_focus=True):
    """Lines that open what they count.

    Home has six of these. Textual's list of options learns how long it is when it is drawn, and
    has the whole screen laid out and drawn again for that; this one knows it before.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_down", "down", show=False),
        Binding("up,k", "cursor_up", "up", show=False),
        Binding("home", "first", "first", show=False),
        Binding("end", "last", "last", show=False),
        Binding("pageup", "page_up", "page up", show=False),
        Binding("pagedown", "page_down", "page down", show=False),
        Binding("enter", "select", "open", key_display="⏎"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"doors--highlighted", "doors--hover"}

    highlighted: reactive[int | None] = reactive(None)
    """The door that enter opens; none before the list had the focus."""

    _under_mouse: reactive[int | None] = reactive(None)

    class Opened(Message):
        """A person went through a door."""

        def __init__(self, target: str) -> None:
            self.target = target
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.doors: list[Door] = []
        self._lines: list[int] = []
        """The door that each line belongs to."""
        self._drawn: dict[tuple[int, Style], list[Strip]] = {}

    def show(self, doors: Sequence[Door]) -> None:
        """Show doors; the highlight stays on what it is on, or else at its place."""
        if doors == self.doors:
            return
        place = self.highlighted
        target = self.doors[place].target if place is not None else ""
        self.highlighted, self.scroll_y = None, 0
        self.doors = list(doors)
        self._lines = [n for n, one in enumerate(doors) for _ in one.line.plain.split("\n")]
        self._drawn.clear()
        self.virtual_size = Size(1, len(self._lines))  # no wider than it is, so never sideways
        self.refresh()
        if place is not None and self.doors:
            places = [n for n, door in enumerate(self.doors) if target and door.target == target]
            at = min(places, key=lambda n: abs(n - place), default=min(place, len(doors) - 1))
            self.highlighted = at

    def validate_highlighted(self, place: int | None) -> int | None:
        """Stay among the doors."""
        return None if place is None or not self.doors else min(max(place, 0), len(self.doors) - 1)

    def watch_highlighted(self) -> None:
        """Bring the highlight into sight."""
        self._keep_visible()

    def on_focus(self) -> None:
        """Stand on the first door: enter shall open what the eye is on."""
        if self.highlighted is None:
            self.action_first()

    def on_resize(self) -> None:
        """Use the new width."""
        self._drawn.clear()
        self.refresh()

    def on_show(self) -> None:
        """Bring the highlight into sight where it was set before there was something to see."""
        self._keep_visible()

    def notify_style_update(self) -> None:
        """Use the new styles."""
        self._drawn.clear()
        self.refresh()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """Draw one visible line."""
        line = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        if line >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        place = self._lines[line]
        style = self._choose_style(place)
        drawn = self._drawn.get((place, style))
        if drawn is None:
            strips = Visual.to_strips(self, self.doors[place].line, width, None, style)
            drawn = [strip.extend_cell_length(width, style.rich_style) for strip in strips]
            self._drawn[place, style] = drawn
        return drawn[line - self._lines.index(place)]

    def _choose_style(self, place: int) -> Style:
        if self.doors[place].target and place == self.highlighted:
            return self.get_visual_style("doors--highlighted")
        if self.doors[place].target and place == self._under_mouse:
            return self.get_visual_style("doors--hover")
        return self.get_visual_style()

    def on_click(self, event: events.Click) -> None:
        """Open the clicked door."""
        place = self._find_at(event)
        if place is not None and self.doors[place].target:
            self.highlighted = place
            self.action_select()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Mark the door under the mouse."""
        self._under_mouse = self._find_at(event)

    def on_leave(self) -> None:
        """Mark none."""
        self._under_mouse = None

    def _find_at(self, event: events.MouseEvent) -> int | None:
        """Return the door under the mouse."""
        line = event.y + self.scroll_offset.y
        return self._lines[line] if 0 <= line < len(self._lines) else None

    def action_cursor_down(self) -> None:
        """Go to the next door; from the last one to the first."""
        self._step(1)

    def action_cursor_up(self) -> None:
        """Go to the door before; from the first one to the last."""
        self._step(-1)

    def action_first(self) -> None:
        """Go to the first door."""
        self.highlighted = next(iter(self._list_enabled()), None)

    def action_last(self) -> None:
        """Go to the last door."""
        self.highlighted = next(reversed(self._list_enabled()), None)

    def action_page_down(self) -> None:
        """Go a page down."""
        self._turn_page(1)

    def action_page_up(self) -> None:
        """Go a page up."""
        self._turn_page(-1)

    def action_select(self) -> None:
        """Go through the highlighted door."""
        if self.highlighted is not None and (target := self.doors[self.highlighted].target):
            self.post_message(self.Opened(target))

    def _list_enabled(self) -> list[int]:
        """Return the places of the lines that lead somewhere."""
        return [place for place, door in enumerate(self.doors) if door.target]

    def _step(self, way: int) -> None:
        ways = self._list_enabled()[::way]
        at = self.highlighted
        ahead = ways if at is None else [one for one in ways if (one - at) * way > 0]
        self.highlighted = next(iter(ahead or ways), at)

    def _turn_page(self, way: int) -> None:
        if self.highlighted is None or not self._lines:
            self.action_first() if way < 0 else self.action_last()
            return
        line = self._lines.index(self.highlighted) + way * self.scrollable_content_region.height
        at = self._lines[min(max(line, 0), len(self._lines) - 1)]
        ways = self._list_enabled()[::way]
        self.highlighted = next((one for one in ways if (one - at) * way >= 0), self.highlighted)

    def _keep_visible(self) -> None:
        seen = self.scrollable_content_region
        if self.highlighted is None or not seen:
            return  # not laid out yet
        top, height = self._lines.index(self.highlighted), self._lines.count(self.highlighted)
        region = Region(0, top, seen.width, height)
        self.scroll_to_region(region, force=True, animate=False, immediate=True)
