"""What `fedcheck show ITEM --diff` prints: the official statement then and now, word by word."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from fedcheck.analysis.statement_changes import StatementChange, list_statement_changes
from fedcheck.analysis.word_difference import MARKS, Piece
from fedcheck.cli import output
from fedcheck.cli.options import print_line, style_text
from fedcheck.domain.text import clean, count_cells, one_line

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.domain.row import Row

_COLORS = {"removed": "red", "added": "green"}


def print_difference(board: "Board", row: "Row") -> bool:
    """Print what changed; returns False where the item changed and nobody knows from what."""
    changes = list_statement_changes(row)
    name = one_line(row.item.code or row.ref)
    if not changes:
        for line in _describe_unknown(board, row, name):
            print_line(line)
        return not row.changed
    print_line(style_text(one_line(row.item.title), bold=True))
    print_line(style_text(row.ref, dim=True) + f"   {name}")
    for change in changes:
        print_line()
        _print_change(change)
    print_line()
    print_line(
        f"After the review: fedcheck set {name} --confirm"
        if row.changed
        else "Nothing is recorded for it yet, so there is nothing to review."
    )
    return True


def _print_change(change: StatementChange) -> None:
    code = f" ({one_line(change.former.code)} then)" if change.former.code else ""
    print_line(f"Since release {one_line(change.former.release)}{code}:")
    if change.is_other_level:
        print_line(f"level: {change.former.level} -> {change.level}")
    if not change.is_reworded:
        print_line("The statement is the same. Its level, times or listed controls changed.")
        return
    room = min(output.terminal_width() or 100, 100)
    for line in change.lines:
        for text in _wrap(line, room):
            print_line(text)


def _wrap(line: Sequence[Piece], room: int) -> Iterator[str]:
    """Yield a line with its marks and colors, in lines that fit."""
    words: list[str] = []
    used = 0
    for word, kind in _mark_words(line):
        cells = count_cells(word) + 1
        if words and used + cells > room + 1:
            yield " ".join(words)
            words, used = [], 0
        words.append(style_text(word, fg=_COLORS[kind]) if kind in _COLORS else word)
        used += cells
    if words:
        yield " ".join(words)


def _mark_words(line: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    for piece in line:
        before, after = MARKS[piece.kind]
        for word in f"{before}{clean(piece.text)}{after}".split():
            yield word, piece.kind


def _describe_unknown(board: "Board", row: "Row", name: str) -> Iterator[str]:
    checklist = board.project.checklists[row.checklist]
    source, where = checklist.source_of(row.item)
    if row.changed:
        yield f"{name}: changed since it was recorded; the earlier statement is not kept here."
    elif row.record.basis:
        yield f"{name}: nothing changed since it was recorded."
        return
    elif row.item.statement:
        yield f"{name}: no change to its official statement is known."
        return
    else:
        yield f"{name}: no change is known; this checklist has no official text."
    if source is not None:
        place = ", ".join(one_line(text) for text in (source.title, where, source.url) if text)
        yield f"Its source: {place}"
    if checklist.guidance or "rules" in (source.id if source else ""):
        yield "Compare two releases: fedcheck rules diff OLD NEW"
