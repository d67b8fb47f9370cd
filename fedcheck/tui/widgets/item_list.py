"""The list of items: signs, title, and as many columns as there are room and reason for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import ClassVar

from rich.cells import cell_len

from fedcheck.domain.dates import format_distance
from fedcheck.domain.glossary import STATUS_SIGNS, STATUS_WORDS
from fedcheck.domain.row import Row
from fedcheck.tui.bulk_edit import Marks
from fedcheck.tui.signs import UNICODE, Signs
from fedcheck.tui.widgets.row_list import Cell, Column, Look, RowList

_PROCEDURE = re.compile(r"[A-Z]{2}-\d")
"""How the code of an assessment procedure begins: `AC-02a.[01]`."""

TONE_STYLES = {
    "muted": "dim", "accent": "accent", "error": "error", "success": "good", "warning": "warn"
}  # fmt: skip
"""The style of a cell for each tone of the table of signs."""


def state_style(state: str) -> str:
    """Return the style of a status, or of what a list shows in its place."""
    return TONE_STYLES[STATUS_SIGNS[state].tone]


def needed(rows: Iterable[Row]) -> dict[str, int]:
    """Return the widths that columns need for all rows of a list: none moves with the cursor.

    Codes have a column where most of them name an assessment procedure, by which testers work.
    """
    sharing = level = due = away = evidence = owner = code = every = steps = 0
    for row in rows:
        record, item = row.record, row.item
        every += 1
        if item.kind == "test" and _PROCEDURE.match(item.code):
            steps += 1
            code = max(code, cell_len(item.code))
        if row.private:
            sharing = max(sharing, len(row.sharing))
        if item.level != "must":
            level = max(level, len(item.level))
        if row.due is not None:
            due = 10
            away = away if record.closed else 10
        elif row.waiting:
            due = max(due, 5)
        if record.evidence:
            evidence = 11
        elif item.expects and not record.closed:
            evidence = max(evidence, 1)
        if record.owner:
            owner = max(owner, cell_len(record.owner))
    return {
        "sharing": sharing,
        "level": level,
        "due": due,
        "away": away,
        "evidence": evidence,
        "owner": owner,
        "code": code if 2 * steps > every else 0,
    }


def _title(row: Row, look: Look) -> Cell:
    title, level = row.item.title, row.item.level
    if level != "must" and "level" not in look.widths:
        title = f"{title} ({level})"
    quiet = row.record.closed or (row.waiting and not look.at_cursor)
    return title, "dim" if quiet else ""


def _level(row: Row, look: Look) -> Cell:
    return "" if row.item.level == "must" else row.item.level, "dim"


def _sharing(row: Row, look: Look) -> Cell:
    return row.sharing if row.private else "", "dim"


def _when_style(row: Row) -> str:
    return "warn" if row.overdue else "dim"


def _due(row: Row, look: Look) -> Cell:
    if row.waiting and not row.due:
        return "waits" if row.waits else "later", _when_style(row)
    text = row.due.isoformat() if row.due else ""
    return text if look.widths["due"] >= 10 else text[5:], _when_style(row)


def _away(row: Row, look: Look) -> Cell:
    open_ = row.due and not row.record.closed
    return format_distance(row.due, look.today) if row.due and open_ else "", _when_style(row)


def _evidence(row: Row, look: Look) -> Cell:
    count = len(row.record.evidence)
    text = "-" if row.item.expects and not row.record.closed else ""
    if count:
        text = f"{count} evidence" if look.widths["evidence"] >= 10 else f"{count} ev"
    return text, "warn" if row.unsound else "dim"


COLUMNS: tuple[Column[Row], ...] = (
    Column("code", lambda row, _: (row.item.code, "dim"), {76: 15, 96: 16, 120: 18}),
    Column("status", lambda row, _: (STATUS_WORDS[row.state], state_style(row.state)), {120: 7}),
    Column("title", _title),
    Column("sharing", _sharing, {48: 8}, yields=True),
    Column("level", _level, {120: 10}, yields=True),
    Column("due", _due, {0: 5, 96: 10}, yields=True),
    Column("away", _away, {120: 10}, right=True, yields=True),
    Column("evidence", _evidence, {64: 5, 120: 11}),
    Column("owner", lambda row, _: (row.record.owner, ""), {64: 8, 96: 10, 120: 12}),
)


class ItemList(RowList[Row]):
    """Items under the headings of their groups; some may be marked."""

    COLUMNS: ClassVar[Sequence[Column[Row]]] = COLUMNS
    CUT = 1

    def __init__(self, signs: Signs = UNICODE, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(signs, id=id)
        self.marks = Marks()
        self.needed: Mapping[str, int] = {}

    def show(self, rows: Sequence[Row | str], today: date, empty_text: str = "") -> None:
        """Show rows under headings."""
        self.today = today
        self.needed = needed(row for row in rows if not isinstance(row, str))
        self.put(rows, empty_text)

    def key_of(self, row: Row) -> str:
        """Return the reference of an item."""
        return row.ref

    def widths(self, row: Row, room: int) -> dict[str, int]:
        """Return the columns, none of them wider than it needs to be."""
        found = super().widths(row, room)
        fit = {name: min(wide, self.needed.get(name, wide)) for name, wide in found.items()}
        return {name: wide for name, wide in fit.items() if wide or not found[name]}

    def lead(self, row: Row, look: Look) -> list[Cell]:
        """Return pointer, mark, what is most wrong, and the sign of the status."""
        signs, mark = self.signs, self.signs.mark(row)
        return [
            (signs.pointer if look.at_cursor else " ", ""),
            (signs.marked if self.is_marked(row) else " ", "mark"),
            (mark, "dim" if mark == signs.waiting else "warn"),
            (" ", ""),
            (signs.status[row.state], state_style(row.state)),
            (" ", ""),
        ]

    def is_marked(self, row: Row) -> bool:
        """Return whether an item is marked."""
        return row.ref in self.marks.refs

    @property
    def row(self) -> Row | None:
        """Return the row under the cursor."""
        return self.current

    def go_to(self, ref: str) -> bool:
        """Put the cursor on an item; return whether it is in the list."""
        return self.move_to(ref)

    @property
    def refs(self) -> list[str]:
        """Return the references of the items in the list, in its order."""
        return [row.ref for row in self.rows if not isinstance(row, str)]

    def toggle_mark(self) -> None:
        """Mark the item under the cursor or take its mark away, and go down."""
        if self.row is None:
            return
        self.marks.toggle(self.row.ref)
        self.refresh_line(self.cursor)
        self._step(1)

    def toggle_range(self) -> None:
        """Begin a range at the cursor, or end it."""
        if self.marks.anchor:
            self.marks.end()
        elif self.row is not None:
            self.marks.begin(self.row.ref)
            self.refresh_line(self.cursor)

    def mark_all(self) -> None:
        """Mark every item of the list; if all are, take the marks away."""
        refs = self.refs
        if self.marks.refs.issuperset(refs):
            self.marks.drop(refs)
        else:
            self.marks.add(refs)
        self.refresh()

    def watch_cursor(self, before: int, now: int) -> None:
        """Redraw the rows concerned; an open range follows the cursor."""
        if self.marks.anchor:
            self._stretch(before, now)
        super().watch_cursor(before, now)

    def _stretch(self, before: int, now: int) -> None:
        start = self.row_of(self.marks.anchor)
        if start < 0:
            self.marks.end()
            return
        first, last = sorted((start, now))
        reach = self.rows[first : last + 1]
        self.marks.stretch(row.ref for row in reach if not isinstance(row, str))
        top, bottom = sorted((before, now))
        self.refresh_lines(top, bottom - top + 1)
