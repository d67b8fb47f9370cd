"""The line on top: where am I, and what counts here."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from fedcheck.domain.text import one_line


class TopLine(Static):
    """One line: a bright left part, a normal middle, a right part; the middle gives way first.

    What is not saved or cannot be read is here instead, on every screen.
    """

    def __init__(self) -> None:
        super().__init__("", classes="top-line")
        self.left = self.right = self.brief = ""
        self.middles: tuple[str, ...] = ("",)

    def show(
        self, left: str, middle: str | Sequence[str] = "", right: str = "", brief: str = ""
    ) -> None:
        """Show three parts.

        Args:
            left: what is always shown.
            middle: a text, or several of which the first that has room is shown.
            right: what is shown at the end of the line.
            brief: stands for the right part where left or middle would be cut.
        """
        self.left, self.right, self.brief = one_line(left), one_line(right), one_line(brief)
        given = (middle,) if isinstance(middle, str) else middle
        self.middles = tuple(one_line(one) for one in given)
        self._draw()

    def on_resize(self) -> None:
        """Use the new width."""
        self._draw()

    def _draw(self) -> None:
        left, right = self.left, self.right
        width = max(self.size.width, 20)
        alert = one_line(getattr(self.app, "alert", ""))
        if alert:
            left = one_line(left, max(width // 3, 8))
            text = one_line(f"! {alert}", width - cell_len(left) - 3)
            self._put(Content.assemble((left, "bold"), "   ", (text, "bold $text-error")))
            return
        if self.brief and cell_len(left) + cell_len(right) + 2 > width:
            right = self.brief
        middle = self._choose_middle(width - cell_len(left) - cell_len(right) - 5)
        if not middle and self.brief:
            right = self.brief
        room = width - cell_len(left) - cell_len(right) - 5
        middle = middle or self._choose_middle(room) or self.middles[-1]
        if middle and room < cell_len(middle):
            middle = one_line(middle, max(room, 1)) if room > 8 else ""
        left = one_line(left, max(width - cell_len(right) - 2, 8))
        used = cell_len(left) + cell_len(right) + (cell_len(middle) + 3 if middle else 0)
        gap = " " * max(width - used, 1)
        between = f"   {middle}" if middle else ""
        self._put(
            Content.assemble(
                (left, "bold"), (between, "$foreground-muted"), gap, (right, "$foreground-muted")
            )
        )

    def _put(self, line: Content) -> None:
        self.update(line, layout=False)  # it is one line, whatever it says

    def _choose_middle(self, room: int) -> str:
        """Return the first text for the middle that there is room for; empty where none fits."""
        return next((one for one in self.middles if cell_len(one) <= room), "")
