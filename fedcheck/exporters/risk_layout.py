"""Find the tables of a POA&M or a Risk Exposure Table, of any edition, by their headings."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError
from fedcheck.exporters.risk_columns import COLUMN_HEADINGS, GUIDANCE, NAME, NUMBER, REQUIRED
from fedcheck.spreadsheets.xlsx_reader import Sheet, column_letters

_EXAMPLE = re.compile(r"\(?(?=.*\d).{0,12}example\)?|example.{0,12}\d.{0,4}", re.I)
"""The number of a template's example; a row of guidance has words and no number."""

TITLES = {"poam": "POA&M", "ret": "Risk Exposure Table"}


@dataclass(frozen=True, slots=True)
class RiskTable:
    """A sheet with its header: columns by heading, rows by official number.

    Attributes:
        formulas: the places of formulas, and whether other cells are based on each.
    """

    sheet: Sheet
    header: int
    columns: Mapping[str, int]
    formulas: Mapping[str, bool]

    def fixed(self, row: int) -> bool:
        """Return whether a row contains a formula that must not be replaced."""
        return any(self.formulas.get(place_of(row, column)) for column in self.columns.values())

    def text(self, row: int, column: int) -> str:
        cells = self.sheet.rows[row] if row < len(self.sheet.rows) else ()
        return str(cells[column] if column < len(cells) and cells[column] is not None else "")

    @property
    def unknown(self) -> list[str]:
        """Return the headings of columns that no value of a finding belongs in."""
        cells = enumerate(self.sheet.rows[self.header])
        used = self.columns.values()
        return [str(cell) for place, cell in cells if cell is not None and place not in used]

    @property
    def numbers(self) -> dict[str, list[int]]:
        """Return the rows below the header by their official number."""
        column = self.columns[NUMBER]
        found: dict[str, list[int]] = {}
        for row in range(self.header + 1, len(self.sheet.rows)):
            number = self.text(row, column).strip()
            if number and not self.is_example(row):
                found.setdefault(number, []).append(row)
        return found

    @property
    def free(self) -> int:
        """Return the first row after all that hold a number, a name or a description."""
        told = [self.columns[name] for name in (NUMBER, NAME) if name in self.columns]
        rows = range(self.header + 1, len(self.sheet.rows))
        used = [
            row
            for row in rows
            if not self.is_example(row)
            and (self.is_guidance(row) or any(self.text(row, column).strip() for column in told))
        ]
        return max(used, default=self.header) + 1

    def is_guidance(self, row: int) -> bool:
        """Return whether a row explains what the cells are for, and takes no values."""
        cells = self.sheet.rows[row] if row < len(self.sheet.rows) else ()
        first = next((str(cell) for cell in cells if cell is not None), "")
        return COLUMN_HEADINGS.normalize(first) in GUIDANCE

    @property
    def examples(self) -> list[int]:
        """Return the rows of an example that the template came with."""
        return [row for row in range(self.header + 1, len(self.sheet.rows)) if self.is_example(row)]

    def is_example(self, row: int) -> bool:
        """Return whether a row is a made-up finding, as its number states: `V-1Example`."""
        number = self.text(row, self.columns[NUMBER]).strip()
        return bool(_EXAMPLE.fullmatch(number))


def find_table(sheet: Sheet, formulas: Mapping[str, bool]) -> RiskTable | None:
    """Return the table of a sheet; its header is the first row with a number and a name."""
    for number, cells in enumerate(sheet.rows):
        columns = COLUMN_HEADINGS.find_columns(cells)
        if NUMBER in columns and NAME in columns:
            return RiskTable(sheet, number, columns, formulas)
    return None


def no_table_error(
    template: Path, kind: str, words: str, sheets: Sequence[Sheet], named: bool
) -> FedcheckError:
    """Return why a workbook cannot be filled: the sheet, or the columns, that it lacks."""
    if not named:
        has = ", ".join(one_line(sheet.title, 40) for sheet in sheets)
        return FedcheckError(
            f'{template}: not a {TITLES[kind]} workbook: it has no sheet "{words.capitalize()}"',
            f"use the official template; this workbook has: {one_line(has, 160)}",
        )
    rows = [cells for sheet in sheets for cells in sheet.rows]
    best = max(
        rows,
        key=lambda cells: (len(COLUMN_HEADINGS.find_columns(cells)), sum(map(bool, cells))),
        default=(),
    )
    known = COLUMN_HEADINGS.find_columns(best)
    lacks = " and ".join(f'"{title}"' for name, title in REQUIRED.items() if name not in known)
    several = "columns" if len(REQUIRED.keys() - known.keys()) > 1 else "column"
    has = ", ".join(f'"{one_line(cell, 40)}"' for cell in best if isinstance(cell, str))
    return FedcheckError(
        f'{template}: sheet "{one_line(sheets[0].title, 40)}" has no {several} {lacks}',
        f"rename the {several}, or use the official template; this one has: {one_line(has, 300)}",
    )


def place_of(row: int, column: int) -> str:
    """Return the name of a cell whose row and column are counted from 0: `B7`."""
    return f"{column_letters(column + 1)}{row + 1}"
