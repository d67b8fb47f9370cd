"""One item opened: its whole guidance, and the items it needs or that need it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Markdown, Static

from fedcheck.analysis.activity import HistoryRow
from fedcheck.analysis.board import Board
from fedcheck.analysis.issues import Thing, naming, state_of
from fedcheck.domain.glossary import STATUS_WORDS
from fedcheck.domain.request import Request
from fedcheck.domain.row import Row
from fedcheck.domain.text import clean, one_line
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.screens.test_actions import FieldworkScreen
from fedcheck.tui.signs import Signs
from fedcheck.tui.widgets.issue_columns import SIGNS
from fedcheck.tui.widgets.item_details import head, lists
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from fedcheck.tui.app import FedcheckApp

WIDEST = 110
"""The widest text, in cells; the stylesheet says the same."""


class ItemScreen(FieldworkScreen):
    """One item on the whole screen."""

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
                clean(row.item.guidance) if row else "", id="item-guidance", open_links=False
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
        self.query_one("#item-head", Static).update(head(board, row, signs, self.fedcheck.keymap))
        self._list(row, ())
        self.recall(row.ref)

    def _list(self, row: Row, past: Sequence[HistoryRow]) -> None:
        board, signs = self.fedcheck.board, self.fedcheck.signs
        width = min(self.query_one("#item-page").scrollable_content_region.width, WIDEST)
        text = lists(board, row, signs, self.fedcheck.keymap, width, past)
        self.query_one("#item-lists", Static).update(text)

    def on_resize(self) -> None:
        """Use the new width."""
        if self.row is not None and self.is_mounted:
            self.call_after_refresh(self.show)

    @on(FieldworkScreen.Recalled)
    def _recalled(self, event: FieldworkScreen.Recalled) -> None:
        if self.row is not None and event.future.exception() is None:
            self._list(self.row, event.future.result())

    def action_item_close(self) -> None:
        """Go back, once: the item may have gone in the same moment in which a key was pressed."""
        if self.is_current and not self.closing:
            self.closing = True
            self.dismiss(None)


MOST = 20
"""The most items offered."""


def needing(board: Board, ref: str) -> list[Row]:
    """Return the items that need an item."""
    return [row for row in board.rows.values() if ref in row.item.needs]


def ask_linked(app: "FedcheckApp", row: Row) -> None:
    """Open the item that is linked; where there are several, ask which one."""
    board, signs = app.board, app.signs
    needs = [board.rows[need] for need in row.item.needs if need in board.rows]
    found = [("needs", one) for one in needs]
    found += [("needed by", one) for one in needing(board, row.ref)]
    named = [*naming(board.project.findings, row.ref), *naming(board.project.requests, row.ref)]

    def go(ref: str | None) -> None:
        book = ref.partition(":")[0] if ref else ""
        if book in ("requests", "findings"):
            app.show_ledger(book, ref=ref or "")
        elif ref:
            app.push_screen(ItemScreen(ref))

    if not found and not named:
        app.tell("This item needs no other, and none needs it", "no request or finding names it")
        return
    if len(found) == 1 and not named:
        go(found[0][1].ref)
        return
    choices = [
        Choice(
            one.ref,
            f"{word:<10} {signs.status[one.state]} {one_line(one.item.title, 38)}"
            f"  {STATUS_WORDS[one.state]}",
            str(number) if number < 10 else "",
        )
        for number, (word, one) in enumerate(found[:MOST], 1)
    ]
    choices += [_to_ledger(thing, signs) for thing in named[:MOST]]
    if len(choices) == 1:
        go(choices[0].value)
        return
    app.push_screen(ChoicePrompt("Go to a linked item", choices), go)


def _to_ledger(thing: Thing, signs: Signs) -> Choice:
    """Return the way to a request or a finding that names an item."""
    book = "requests" if isinstance(thing, Request) else "findings"
    state = state_of(thing)
    text = f"{book[:-1]:<10} {signs.status[SIGNS[state][0]]} {one_line(thing.title, 38)}  {state}"
    return Choice(f"{book}:{thing.id}", text)
