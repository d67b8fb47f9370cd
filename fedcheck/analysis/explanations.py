"""What terms and controls have to do with the items of a board."""

from collections.abc import Iterator

from fedcheck.analysis.board import Board
from fedcheck.domain.checklist import Item
from fedcheck.domain.control_ids import normalize_code
from fedcheck.domain.row import Row
from fedcheck.domain.terms import Lexicon, Term, list_terms, uses_term


def text_of(item: Item) -> str:
    """Return the text of an item whose terms count: the official statement, else our guidance."""
    return item.statement.strip() or item.guidance


def list_item_terms(lexicon: Lexicon, item: Item) -> tuple[Term, ...]:
    """Return the terms that an item's text uses, each once, in the order of their use."""
    return list_terms(lexicon, text_of(item)) if lexicon.terms else ()


def list_uses(board: Board, lexicon: Lexicon, term: Term) -> list[Row]:
    """Return the items whose text uses a term, in the order of the board."""
    return [row for row in board.rows.values() if uses_term(lexicon, term, text_of(row.item))]


def list_items_of_control(board: Board, control: str) -> list[Row]:
    """Return the items that name a control, in any spelling, in the order of the board."""
    wanted = normalize_code(control)
    return [row for row in board.rows.values() if wanted in _codes(row.item)]


def _codes(item: Item) -> Iterator[str]:
    for one in item.controls:
        yield normalize_code(one)
