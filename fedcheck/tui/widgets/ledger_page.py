"""The details of a request or a finding, on the whole screen."""

from textual.containers import VerticalScroll
from textual.message import Message

from fedcheck.tui.bindings import bindings


class Page(VerticalScroll, can_focus=True):
    """The details, opened: keys scroll them, and lead on to an item."""

    BINDINGS = bindings("ledger-page")

    class Left(Message):
        """A person goes on to an item that is linked."""

    class Resized(Message):
        """There is another width now to wrap lines to."""

    def on_resize(self) -> None:
        """Have the lines wrapped anew."""
        self.post_message(self.Resized())

    def action_page_item(self) -> None:
        """Go to an item that is linked."""
        self.post_message(self.Left())

    def action_page_down(self) -> None:
        """Scroll down."""
        self.scroll_down(animate=False)

    def action_page_up(self) -> None:
        """Scroll up."""
        self.scroll_up(animate=False)
