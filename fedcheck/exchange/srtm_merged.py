"""Cells of a table of tests that are merged: what they hold counts for each of their rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from fedcheck.exchange.workbook import Cell, Sheet, column_letters

MAX_PLACES = 1_000_000
"""The most merged places of a table that are looked at; without overlaps there cannot be more."""

Place = tuple[int, int]
"""Row and column, counted from 0."""


@dataclass(frozen=True, slots=True)
class Firsts:
    """The first cell of each merged area, by every place in it.

    Attributes:
        overlap: whether there are more than can be without overlaps.
    """

    of: Mapping[Place, Place]
    overlap: bool = False


def firsts(sheet: Sheet, columns: Collection[int], header: int) -> Firsts:
    """Return the first cells of the merged areas below a header, in some columns.

    An area that begins in the header or above is a heading over several rows, and no value.
    """
    found: dict[Place, Place] = {}
    for area in sheet.merged:
        if area.top <= header or area.top >= len(sheet.rows):
            continue
        rows = range(area.top, min(area.bottom + 1, len(sheet.rows)))
        for column in columns:
            if area.left <= column <= area.right and len(rows) * (area.right - area.left + 1) > 1:
                if len(found) + len(rows) > MAX_PLACES:
                    return Firsts({}, overlap=True)
                found |= dict.fromkeys(((row, column) for row in rows), (area.top, area.left))
    return Firsts(found)


def spread(
    sheet: Sheet, number: int, columns: Mapping[str, int], merged: Mapping[Place, Place]
) -> tuple[dict[str, Cell], dict[str, str]]:
    """Return what a row has from cells that begin above it, and where its merged cells begin.

    Args:
        sheet: the sheet of the row.
        number: the row, counted from 0.
        columns: the columns of the table by field.
        merged: as `firsts` gives it.

    Returns:
        Values by field, and the names of first cells (`J12`) by field, that of the row itself too.
    """
    values: dict[str, Cell] = {}
    begins: dict[str, str] = {}
    for name, column in columns.items():
        first = merged.get((number, column))
        if first is None:
            continue
        row, left = first
        begins[name] = f"{column_letters(left + 1)}{row + 1}"
        if left == column and row != number:
            values[name] = _cell(sheet.rows[row], column)
    return values, begins


def _cell(row: Sequence[Cell], column: int) -> Cell:
    return row[column] if column < len(row) else None
