"""The keys of the place one is in."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from fedcheck.actions import PLACES, key_text, of_place


class KeysScreen(ModalScreen[None]):
    """A panel with the keys of some places."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,q,enter", "close", "close"),
    ]

    def __init__(self, places: tuple[str, ...]) -> None:
        super().__init__(classes="prompt")
        self.places = places

    def compose(self) -> ComposeResult:
        """Lay out the keys."""
        with Vertical(classes="dialog -wide -tall"):
            yield Static("Keys", classes="dialog-title")
            with VerticalScroll():
                yield Static(keys_text(self.places))
            hint = "ctrl+p finds everything by name; tab goes to the next part; esc closes this"
            yield Static(Content(hint), classes="dialog-hint")

    def action_close(self) -> None:
        """Close the panel."""
        self.dismiss(None)


def keys_text(places: tuple[str, ...]) -> Content:
    """Return the keys of places, one action a line."""
    parts: list[str | tuple[str, str]] = []
    for place in places:
        parts.append((f"{PLACES[place]}\n", "bold"))
        for action in of_place(place):
            keys = " ".join(key_text(key) for key in action.keys)
            parts += [(f"  {keys:<14}", "$accent"), f"{action.help}\n"]
        parts.append("\n")
    return Content.assemble(*parts)
