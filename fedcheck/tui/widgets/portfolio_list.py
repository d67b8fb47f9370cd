"""The rows of a portfolio: workspaces, and the people who have something to do in them."""

from collections.abc import Sequence
from typing import Any

from fedcheck.analysis.portfolio import PersonLoad
from fedcheck.domain.dates import format_distance
from fedcheck.domain.text import pluralize
from fedcheck.sharing.portfolio import PortfolioRow
from fedcheck.tui.widgets.row_list import Cell, Column, Look, RowList

Line = PortfolioRow | PersonLoad

COUNT = 10
"""The cells of a count such as `1210/1388?`."""


def _sign(row: PortfolioRow, _: Look) -> Cell:
    if row.summary is None:
        return "!", "error"
    return ("!", "warn") if row.problems else ("", "")


def _name(row: PortfolioRow, _: Look) -> Cell:
    if row.summary is None:
        return f"{row.name}: {row.brief}", "error"
    return row.summary.name, ""


def _done(row: PortfolioRow, look: Look) -> Cell:
    if row.summary is None:
        return "", ""
    return row.summary.count.text + (" done" if look.widths["done"] > COUNT else ""), "dim"


def _gate(row: PortfolioRow, _: Look) -> Cell:
    return (row.summary.milestone or "no gate", "") if row.summary else ("", "")


def _date(row: PortfolioRow, _: Look) -> Cell:
    if row.summary is None:
        return "", ""
    return (str(row.summary.day), "") if row.summary.day else ("no date", "dim")


def _away(row: PortfolioRow, _: Look) -> Cell:
    one = row.summary
    return (format_distance(one.day, one.today), "dim") if one and one.day else ("", "")


def _fit(parts: Sequence[str], width: int) -> str:
    """Return as many whole parts as fit: half a number would be another number."""
    for count in range(len(parts), 1, -1):
        text = " · ".join(parts[:count]) + (" …" if count < len(parts) else "")
        if len(text) <= width:
            return text
    return " · ".join(parts[:1]) + (" …" if len(parts) > 1 else "")


def _owed(row: PortfolioRow, look: Look) -> Cell:
    one = row.summary
    if one is None or not one.milestone:
        return "", ""
    if one.missing:
        parts = [f"{each.role or 'no role'} {each.count}" for each in one.outstanding]
        return _fit(parts, look.widths["owed"]), ""
    return ("ready", "good") if not one.before else (f"{one.before} earlier", "")


def _late(row: PortfolioRow, _: Look) -> Cell:
    late = row.summary.overdue if row.summary else 0
    return (f"{late} overdue", "warn") if late else ("", "")


WORKSPACE_COLUMNS: tuple[Column[Any], ...] = (
    Column("sign", _sign, {0: 1}),
    Column("name", _name),
    Column("done", _done, {0: COUNT, 140: COUNT + 5}, right=True, yields=True),
    Column("gate", _gate, {100: 18, 140: 26}, yields=True),
    Column("date", _date, {0: 10}, yields=True),
    Column("away", _away, {90: 8}, right=True, yields=True),
    Column("owed", _owed, {0: 17, 100: 26, 140: 34}, yields=True),
    Column("late", _late, {0: 11}, right=True, yields=True),
)


def _person(row: PersonLoad, _: Look) -> Cell:
    if row.person:
        return row.person, ""
    return f"no owner ({row.role})", "dim"


def _count(count: int, singular: str, many: str = "") -> Cell:
    return (pluralize(count, singular, many), "") if count else ("", "")


def _places(row: PersonLoad, _: Look) -> Cell:
    return pluralize(len(row.workspaces), "workspace"), "dim"


def _soon(row: PersonLoad, _: Look) -> Cell:
    return (f"{row.soon} due soon", "dim") if row.soon else ("", "")


def _person_late(row: PersonLoad, _: Look) -> Cell:
    return (f"{row.overdue} overdue", "warn") if row.overdue else ("", "")


PERSON_COLUMNS: tuple[Column[Any], ...] = (
    Column("person", _person),
    Column("places", _places, {0: 13}, right=True),
    Column("items", lambda row, _: _count(row.items, "item"), {0: 9}, right=True),
    Column("answers", lambda row, _: _count(row.answers, "answer"), {100: 10}, right=True),
    Column("findings", lambda row, _: _count(row.findings, "finding"), {100: 11}, right=True),
    Column("soon", _soon, {0: 11}, right=True),
    Column("late", _person_late, {0: 11}, right=True),
)


class PortfolioList(RowList[Line]):
    """Workspaces and people, under headings."""

    NARROWEST = 10

    def key_of(self, row: Line) -> object:
        """Return what identifies a row."""
        if isinstance(row, PortfolioRow):
            return row.root
        return row.person.casefold(), row.role, row.workspaces

    def columns(self, row: Line) -> Sequence[Column[Line]]:
        """Return the columns of a workspace, or those of a person."""
        return WORKSPACE_COLUMNS if isinstance(row, PortfolioRow) else PERSON_COLUMNS
