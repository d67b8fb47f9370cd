"""A short list of lines, each a door to what it speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option


@dataclass(frozen=True, slots=True)
class Door:
    """A line and what is behind it: `item:REF`, `query:TEXT`, `gate:ID`, or nothing."""

    line: Content
    target: str = ""


class Doors(OptionList):
    """Lines that open what they count."""

    BINDINGS = [  # noqa: RUF012 - Textual reads it from the class
        Binding("j", "cursor_down", "down", show=False),
        Binding("k", "cursor_up", "up", show=False),
        Binding("enter", "select", "open", key_display="⏎"),
    ]

    class Opened(Message):
        """A person went through a door."""

        def __init__(self, target: str) -> None:
            self.target = target
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, markup=False)
        self.doors: list[Door] = []

    def show(self, doors: Sequence[Door]) -> None:
        """Show doors; the highlight stays at its place."""
        place = self.highlighted
        self.doors = list(doors)
        self.set_options([Option(door.line, disabled=not door.target) for door in doors])
        if place is not None and place < len(self.doors):
            self.highlighted = place

    def on_focus(self) -> None:
        """Stand on the first door: enter shall open what the eye is on."""
        if self.highlighted is None:
            self.action_first()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open the door."""
        event.stop()
        target = self.doors[event.option_index].target
        if target:
            self.post_message(self.Opened(target))
