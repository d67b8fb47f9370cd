"""One item opened: its whole guidance, and the items it needs or that need it."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.events import Resize
from textual.widgets import Markdown, Static

from fedcheck.analysis.activity import HistoryRow
from fedcheck.domain.row import Row
from fedcheck.domain.text import clean
from fedcheck.tui.app_protocol import HistoryRecalled
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.screens.item_keys import ItemKeysScreen
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.term_reader import read_terms
from fedcheck.tui.widgets.item_details import head, lists
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.top_line import TopLine

WIDEST = 110
"""The widest text, in cells; the stylesheet states the same."""


class ItemScreen(ItemKeysScreen):
    """One item on the whole screen."""

    CSS_PATH = sheets("checklist")
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("item"),
        *bindings("edit"),
        *bindings("test"),
    ]
    PLACES: ClassVar[tuple[str, ...]] = ("item", "edit", "test", "everywhere")

    def __init__(self, ref: str) -> None:
        super().__init__()
        self.ref = ref
        self.closing = False

    @property
    def row(self) -> Row | None:
        """Return the item."""
        return self.fedcheck.board.rows.get(self.ref)

    def compose(self) -> ComposeResult:
        """Lay out head, guidance and lists."""
        row = self.row
        yield TopLine()
        with VerticalScroll(id="item-page"):
            yield Static(id="item-head")
            yield Markdown(
                clean(row.item.full_guidance) if row else "", id="item-guidance", open_links=False
            )
            yield Static(id="item-lists")
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the item."""
        self.show()
        self.query_one("#item-page").focus()

    def show(self) -> None:
        """Show what may change: head and lists."""
        board, signs = self.fedcheck.board, self.fedcheck.signs
        row = self.row
        if row is None:
            self.action_item_close()
            return
        self.query_one(TopLine).show(row.section.title, "", row.ref)
        lexicon = read_terms(self.fedcheck.session).lexicon
        above = head(board, row, signs, self.fedcheck.keymap, lexicon)
        self.query_one("#item-head", Static).update(above)
        self._list(row, ())
        self.item_actions.recall(row.ref)

    def _list(self, row: Row, past: Sequence[HistoryRow]) -> None:
        board, signs = self.fedcheck.board, self.fedcheck.signs
        width = min(self.query_one("#item-page").scrollable_content_region.width, WIDEST)
        lexicon = read_terms(self.fedcheck.session).lexicon
        text = lists(board, row, signs, self.fedcheck.keymap, width, past, lexicon)
        self.query_one("#item-lists", Static).update(text)

    def on_resize(self, event: Resize) -> None:
        """Use the new width."""
        if self.row is not None and self.is_mounted:
            self.call_after_refresh(self.show)

    @on(HistoryRecalled)
    def _recalled(self, event: HistoryRecalled) -> None:
        if self.row is not None and event.future.exception() is None:
            self._list(self.row, event.future.result())

    def action_item_close(self) -> None:
        """Go back, once: the item may have gone in the same moment in which a key was pressed."""
        if self.is_current and not self.closing:
            self.closing = True
            self.dismiss(None)
