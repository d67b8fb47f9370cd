"""The line on top: where am I, and what counts here."""

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from fedcheck.domain.text import one_line


class TopLine(Static):
    """One line: a bright left part, a normal middle, a right part; the middle gives way first.

    What is not saved or cannot be read stands here instead, on every screen.
    """

    def __init__(self) -> None:
        super().__init__("", classes="top-line")
        self.parts: tuple[str, str, str] = ("", "", "")
        self.brief = ""

    def show(self, left: str, middle: str = "", right: str = "", brief: str = "") -> None:
        """Show three parts; `brief` stands for the right one where the left would be cut."""
        self.parts = (one_line(left), one_line(middle), one_line(right))
        self.brief = one_line(brief)
        self._draw()

    def on_resize(self) -> None:
        """Use the new width."""
        self._draw()

    def _draw(self) -> None:
        left, middle, right = self.parts
        width = max(self.size.width, 20)
        alert = one_line(getattr(self.app, "alert", ""))
        if alert:
            left = one_line(left, max(width // 3, 8))
            text = one_line(f"! {alert}", width - cell_len(left) - 3)
            self.update(Content.assemble((left, "bold"), "   ", (text, "bold $text-error")))
            return
        if self.brief and cell_len(left) + cell_len(right) + 2 > width:
            right = self.brief
        room = width - cell_len(left) - cell_len(right) - 5
        if middle and room < cell_len(middle):
            middle = one_line(middle, max(room, 1)) if room > 8 else ""
        left = one_line(left, max(width - cell_len(right) - 2, 8))
        used = cell_len(left) + cell_len(right) + (cell_len(middle) + 3 if middle else 0)
        gap = " " * max(width - used, 1)
        between = f"   {middle}" if middle else ""
        self.update(
            Content.assemble(
                (left, "bold"), (between, "$foreground-muted"), gap, (right, "$foreground-muted")
            )
        )
