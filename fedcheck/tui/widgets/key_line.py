"""The line of keys at the bottom: as many as fit, and always the one that shows the others."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from msgspec import Struct
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Leave, MouseDown, MouseMove
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

KEPT = ("app_help", "app.app_help")
"""The action whose key is never left out."""


class ShownKey(Struct, frozen=True):
    """A key as it is in the line.

    Attributes:
        key: what Textual calls it.
        name: what stands there for it.
        label: what it does.
        action: the action that it runs.
        help: what it does, in a sentence.
    """

    key: str
    name: str
    label: str
    action: str
    help: str

    @property
    def width(self) -> int:
        """Return how many cells it takes, with the gap behind it."""
        return cell_len(self.name) + cell_len(self.label) + (2 if self.label else 1)


class KeyLine(Widget):
    """A line of keys that never cuts a key in half nor wraps; a click presses one.

    It changes with each move of the focus, so it is drawn as one, and not made of a widget for
    each key.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-line--key", "key-line--label", "key-line--hover"}

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[ShownKey] | None = None
        self._under_mouse = -1

    @property
    def keys(self) -> list[ShownKey]:
        """Return the keys that fit; what does not is behind `?`."""
        if self._keys is None:
            keys = list(self._offered())
            room = self.size.width - sum(key.width for key in keys if key.action in KEPT)
            self._keys = list(fitting(keys, room))
        return self._keys

    def _offered(self) -> Iterator[ShownKey]:
        """Return what can be pressed now, once for each action, as far as its screen offers it."""
        told = set()
        offers = getattr(self.screen, "offers", None)
        for _, binding, enabled, tooltip in self.screen.active_bindings.values():
            if binding.show and enabled and binding.action not in told:
                if offers is not None and not offers(binding.action):
                    continue
                told.add(binding.action)
                name = self.app.get_key_display(binding)
                yield ShownKey(binding.key, name, binding.description, binding.action, tooltip)

    def on_mount(self) -> None:
        """Follow what can be pressed."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)

    def _follow(self, screen: Screen[object]) -> None:
        if screen.app.app_focus and screen is self.screen:
            self.show_anew()

    def on_resize(self) -> None:
        """Use the new width."""
        self.show_anew()

    def show_anew(self) -> None:
        """Look again what can be pressed, and draw that."""
        self._keys = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        gap, plain = Style(bgcolor=self.rich_style.bgcolor), Style()
        hover = Style(bgcolor=self.get_component_rich_style("key-line--hover").bgcolor)
        key_style = self.get_component_rich_style("key-line--key")
        label_style = self.get_component_rich_style("key-line--label")
        segments: list[Segment] = []
        for number, key in enumerate(self.keys):
            over = hover if number == self._under_mouse else plain
            if number:
                segments.append(Segment(" ", gap))
            segments.append(Segment(key.name, key_style + over))
            if key.label:
                segments.append(Segment(f" {key.label}", label_style + over))
        return Strip(segments).adjust_cell_length(self.size.width, gap)

    def _at(self, x: int) -> int:
        """Return the number of the key at a column; -1 where there is none."""
        for number, key in enumerate(self.keys):
            if 0 <= x < key.width - 1:
                return number
            x -= key.width
        return -1

    def on_mouse_down(self, event: MouseDown) -> None:
        """Press the key that was clicked."""
        number = self._at(event.x)
        if number >= 0:
            self.app.simulate_key(self.keys[number].key)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Mark the key under the mouse, and show what it does."""
        self._mark(self._at(event.x))

    def on_leave(self, event: Leave) -> None:
        """Mark none."""
        self._mark(-1)

    def _mark(self, number: int) -> None:
        if number != self._under_mouse:
            self._under_mouse = number
            self.tooltip = self.keys[number].help if number >= 0 else None
            self.refresh()


def fitting(keys: Iterable[ShownKey], room: int) -> Iterator[ShownKey]:
    """Return the keys that fit into a room, in their order; those that are kept cost none."""
    for key in keys:
        if key.action in KEPT:
            yield key
        elif room >= key.width:
            room -= key.width
            yield key
        else:
            room = 0
