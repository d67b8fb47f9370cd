"""A text to read in a dialog: what a line had no room for."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from fedcheck.model.text import clean, one_line


class ReadingScreen(ModalScreen[None]):
    """A title and a text; it can be scrolled, and closed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "close", "close")]

    def __init__(self, title: str, text: str) -> None:
        super().__init__(classes="prompt")
        self.title_text = title
        self.text = text

    def compose(self) -> ComposeResult:
        """Lay out title and text."""
        with Vertical(classes="dialog -wide -tall"):
            yield Static(Content(one_line(self.title_text)), classes="dialog-title")
            with VerticalScroll():
                yield Static(Content(clean(self.text)))
            yield Static("esc closes this", classes="dialog-hint")

    def action_close(self) -> None:
        """Close it."""
        if self.is_current:
            self.dismiss(None)
