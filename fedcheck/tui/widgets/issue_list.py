"""The list of requests, and that of findings."""

from collections.abc import Sequence
from typing import ClassVar

from fedcheck.analysis.issues import Issue, is_overdue, state_of
from fedcheck.domain.request import Request
from fedcheck.tui.widgets.issue_columns import FINDING_COLUMNS, REQUEST_COLUMNS, SIGNS
from fedcheck.tui.widgets.row_list import Cell, Column, Look, RowList


class IssueList(RowList[Issue]):
    """Requests or findings under the headings of their groups."""

    CUT: ClassVar[int] = 1

    def columns(self, row: Issue) -> Sequence[Column[Issue]]:
        """Return the columns of requests, or those of findings."""
        return REQUEST_COLUMNS if isinstance(row, Request) else FINDING_COLUMNS

    def key_of(self, row: Issue) -> str:
        """Return the id."""
        return row.id

    def lead(self, row: Issue, look: Look) -> list[Cell]:
        """Return pointer, sign of being late, and sign of the state."""
        status, style = SIGNS[state_of(row)]
        return [
            (self.signs.pointer if look.at_cursor else " ", ""),
            (self.signs.overdue if is_overdue(row, self.today) else " ", "warn"),
            (" ", ""),
            (self.signs.status[status], style or "dim"),
            (" ", ""),
        ]
