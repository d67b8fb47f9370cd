"""Go to any item: type part of its name, id, control or reference."""

from collections.abc import Callable
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from fedcheck.domain.control_ids import is_part_of_code, normalize_code
from fedcheck.domain.query import split_words
from fedcheck.domain.query_fields import spell_word
from fedcheck.domain.row import Row
from fedcheck.domain.text import count_cells, one_line
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.style_sheets import sheets

MOST = 100
"""The most results shown: nobody reads further."""


class GotoScreen(ModalScreen[str | None]):
    """A field and the items that match it: the one that is named, then one's own role's."""

    CSS_PATH = sheets("dialogs")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel"),
        Binding("down", "move(1)", "down", show=False),
        Binding("up", "move(-1)", "up", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(classes="prompt")
        self.found: list[Row] = []

    def compose(self) -> ComposeResult:
        """Lay out field and results."""
        with Vertical(classes="dialog -wide -tall"):
            yield Static("Go to an item", classes="dialog-title")
            yield Input(placeholder="part of a title, an id, a control")
            yield OptionList(markup=False)

    def on_mount(self) -> None:
        """Show the first items."""
        self.query_one(OptionList).can_focus = False
        self._search("")

    def on_resize(self) -> None:
        """Use the new width."""
        self.call_after_refresh(lambda: self._search(self.query_one(Input).value))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._search(event.value)

    def _search(self, text: str) -> None:
        app = cast(ProjectApp, self.app)
        words = [spell_word(word.casefold()) for word in split_words(text)]
        code = normalize_code(text)
        scored = []
        for number, row in enumerate(app.board.rows.values()):
            item = row.item
            folded = " ".join((item.title, row.ref, item.code, *item.controls)).casefold()
            own = normalize_code(item.code)
            named = bool(code) and (code in (item.id, own) or is_part_of_code(code, own))
            if named or all(any(one in folded for one in spelled) for spelled in words):
                starts = bool(words) and item.title.casefold().startswith(words[0][0])
                rank = (not named, row.role != app.view_role, not starts, number)
                scored.append((rank, row))
        scored.sort(key=lambda one: one[0])
        self.found = [row for _, row in scored[:MOST]]
        options = self.query_one(OptionList)
        signs = app.signs
        room = max(options.scrollable_content_region.width, 40) - 1
        options.set_options(
            [Option(_line(row, signs.status[row.state], room)) for row in self.found]
        )
        if self.found:
            options.highlighted = 0

    def action_move(self, way: int) -> None:
        """Move through the results while typing."""
        options = self.query_one(OptionList)
        if way > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    @on(Input.Submitted)
    def _entered(self) -> None:
        place = self.query_one(OptionList).highlighted
        if place is not None and place < len(self.found):
            self.dismiss(self.found[place].ref)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.found[event.option_index].ref)

    def action_cancel(self) -> None:
        """Leave."""
        self.dismiss(None)


async def ask_item(app: ProjectApp, go: Callable[[str], object]) -> None:
    """Ask for an item by its name, and go there."""
    ref = await app.ask(GotoScreen())
    if ref:
        go(ref)


def _line(row: Row, sign: str, room: int) -> Content:
    """Return an item on one line: what it is called, and its reference or id."""
    room -= count_cells(sign) + 1
    name = one_line(row.item.id if room < 70 else row.ref, room // 2)
    title = one_line(row.item.title, room - count_cells(name) - 2)
    gap = " " * (room - count_cells(title) - count_cells(name))
    return Content.assemble(f"{sign} {title}{gap}", (name, "$foreground-muted"))
