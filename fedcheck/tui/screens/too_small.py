"""What is shown where the terminal is too small, until it grows."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Static

SMALLEST = (60, 20)
"""The size in cells below which the app asks for more room."""


def fits(width: int, height: int) -> bool:
    """Return whether the screens fit into a terminal of a size."""
    return width >= SMALLEST[0] and height >= SMALLEST[1]


class TooSmallScreen(ModalScreen[None]):
    """A kind word; it goes by itself when there is room."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,ctrl+q", "leave", "quit", show=False)]

    def compose(self) -> ComposeResult:
        """Lay out the words."""
        yield Static(id="small")

    def on_resize(self, event: Resize) -> None:
        """Go when there is room; else state how much is there."""
        self._look(event.size.width, event.size.height)

    def on_screen_resume(self) -> None:
        """Go when there was room meanwhile, behind a dialog."""
        self._look(*self.app.size)

    def _look(self, width: int, height: int) -> None:
        if fits(width, height):
            if self.is_current:
                self.dismiss(None)
            return
        need = f"{SMALLEST[0]}x{SMALLEST[1]}"
        text = f"Terminal too small: {width}x{height}. fedcheck needs at least {need}."
        self.query_one("#small", Static).update(Content(text))

    def action_leave(self) -> None:
        """Leave the app, as everywhere."""
        self.app.exit(0)
