"""From an item to those that it needs, and to those that need it."""

from typing import TYPE_CHECKING

from fedcheck.insight.entries import Board
from fedcheck.insight.ledgers import Thing, naming, state_of
from fedcheck.model.entry import Entry
from fedcheck.model.record import STATUS_WORDS
from fedcheck.model.request import Request
from fedcheck.model.text import one_line
from fedcheck.tui.prompts import Choice, ChoicePrompt
from fedcheck.tui.signs import Signs
from fedcheck.tui.widgets.ledger_rows import SIGNS

if TYPE_CHECKING:
    from fedcheck.tui.app import FedcheckApp

MOST = 20
"""The most items offered."""


def needing(board: Board, ref: str) -> list[Entry]:
    """Return the items that need an item."""
    return [entry for entry in board.entries.values() if ref in entry.item.needs]


def ask_linked(app: "FedcheckApp", entry: Entry) -> None:
    """Open the item that is linked; where there are several, ask which one."""
    board, signs = app.board, app.signs
    needs = [board.entries[need] for need in entry.item.needs if need in board.entries]
    found = [("needs", one) for one in needs]
    found += [("needed by", one) for one in needing(board, entry.ref)]
    named = [*naming(board.project.findings, entry.ref), *naming(board.project.requests, entry.ref)]

    def go(ref: str | None) -> None:
        book = ref.partition(":")[0] if ref else ""
        if book in ("requests", "findings"):
            app.show_ledger(book, ref=ref or "")
        elif ref:
            from fedcheck.tui.screens.item import ItemScreen

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
