"""Requirements: how many rules and indicators are addressed, declined or outstanding, by force.

The process states what counts as a requirement (`[[requirement-kind]]`); a process without any has
none.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from msgspec import Struct

from fedcheck.analysis.board import Board
from fedcheck.domain.glossary import ADVISED, DEMANDED, Level, Status
from fedcheck.domain.process import RequirementKind
from fedcheck.domain.row import Row

FORCES: tuple[tuple[Level, ...], ...] = (DEMANDED, ADVISED, (Level.MAY,))
"""The groups that are counted apart: what is required, recommended, optional."""


class RequirementCount(Struct, frozen=True):
    """The requirements of one kind and force that apply.

    Attributes:
        levels: the levels of the group that any of them has.
        addressed: those that are done.
        declined: those that are not applicable, with a reason.
    """

    kind: RequirementKind
    levels: tuple[Level, ...]
    total: int
    addressed: int
    declined: int

    @property
    def outstanding(self) -> int:
        """Return how many nobody has addressed or declined with a reason."""
        return self.total - self.addressed - self.declined

    @property
    def optional(self) -> bool:
        """Return whether nothing is owed by them."""
        return self.levels == (Level.MAY,)


def count_requirements(board: Board, role: str) -> list[RequirementCount]:
    """Count the requirements of a role that apply: required, then recommended, then optional."""
    kinds = board.project.process.requirement_kinds
    found: dict[tuple[str, int], list[Row]] = {}
    for row in board.rows.values():
        kind = find_kind(kinds, row)
        if kind and row.role == role and not row.private:
            force = next(i for i, levels in enumerate(FORCES) if row.item.level in levels)
            found.setdefault((kind.id, force), []).append(row)
    return [
        _count(kind, FORCES[force], found[kind.id, force])
        for force in range(len(FORCES))
        for kind in kinds
        if (kind.id, force) in found
    ]


def find_kind(kinds: Iterable[RequirementKind], row: Row) -> RequirementKind | None:
    """Return the kind whose shape states most of an item's code; None where none fits."""
    return max((one for one in kinds if _fits(one, row)), key=_precision, default=None)


def _fits(kind: RequirementKind, row: Row) -> bool:
    return fnmatchcase(row.item.code.strip().upper(), kind.code.upper())


def _precision(kind: RequirementKind) -> int:
    """Return how much a shape states about a code: its characters that stand for themselves."""
    return sum(letter not in "?*" for letter in kind.code)


def _count(
    kind: RequirementKind, levels: tuple[Level, ...], rows: Iterable[Row]
) -> RequirementCount:
    known = list(rows)
    return RequirementCount(
        kind=kind,
        levels=tuple(level for level in levels if any(row.item.level == level for row in known)),
        total=len(known),
        addressed=sum(row.record.status == Status.DONE for row in known),
        declined=sum(
            row.record.status == Status.NA and bool(row.record.reason.strip()) for row in known
        ),
    )
