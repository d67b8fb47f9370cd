"""What changed in the official statement of an item since its record was made."""

from msgspec import Struct

from fedcheck.analysis.word_difference import Piece, compare_lines
from fedcheck.domain.checklist import Former
from fedcheck.domain.glossary import Level
from fedcheck.domain.row import Row


class StatementChange(Struct, frozen=True):
    """An earlier statement of an item against today's.

    Attributes:
        former: what it stated, and in which release.
        level: how binding it is now.
        lines: today's lines with the words that came and went.
    """

    former: Former
    level: Level
    lines: tuple[tuple[Piece, ...], ...]

    @property
    def version(self) -> str:
        """Return the version of the earlier release, without its hash."""
        return self.former.release.partition(", ")[0]

    @property
    def is_reworded(self) -> bool:
        """Return whether any word of the statement changed."""
        return any(piece.kind != "same" for line in self.lines for piece in line)

    @property
    def is_other_level(self) -> bool:
        """Return whether it was more or less binding."""
        return self.former.level != self.level


def list_statement_changes(row: Row) -> list[StatementChange]:
    """Return what is to be reviewed of an item, one entry for each earlier item that it was.

    Of an item that nobody recorded anything about, what the newest import changed. Once a review
    is confirmed there is nothing.
    """
    basis = row.record.basis
    if basis and not row.changed:
        return []
    return [
        StatementChange(one, row.item.level, compare_lines(one.statement, row.item.statement))
        for one in row.item.former
        if one.code or basis in ("", one.basis)
    ]
