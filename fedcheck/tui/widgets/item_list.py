"""The list of items: signs, title, and as many columns as there are room and reason for."""

import dataclasses
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from fedcheck.domain.dates import distance
from fedcheck.domain.glossary import STATUS_SIGNS, STATUS_WORDS
from fedcheck.domain.row import Row
from fedcheck.tui.bulk_edit import Marks
from fedcheck.tui.signs import UNICODE, Signs
from fedcheck.tui.widgets.row_list import RowList, cell, right

_PROCEDURE = re.compile(r"[A-Z]{2}-\d")
"""How the code of an assessment procedure begins: `AC-02a.[01]`."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns there is room for, and how wide they are (0: left out)."""

    status: int
    level: int
    due: int
    away: int
    evidence: int
    owner: int
    code: int = 0

    @property
    def fixed(self) -> int:
        """Return the width of everything but the title."""
        wide = (self.status, self.level, self.due, self.away, self.evidence, self.owner, self.code)
        return sum(wide) + sum(1 for width in wide if width) * 2


def layout(width: int) -> Layout:
    """Return the columns that there is room for in a width in cells."""
    if width >= 120:
        return Layout(status=7, level=10, due=10, away=10, evidence=11, owner=12, code=18)
    if width >= 96:
        return Layout(status=0, level=0, due=10, away=0, evidence=5, owner=10, code=16)
    if width >= 76:
        return Layout(status=0, level=0, due=5, away=0, evidence=5, owner=8, code=15)
    if width >= 64:
        return Layout(status=0, level=0, due=5, away=0, evidence=5, owner=8)
    return Layout(status=0, level=0, due=5, away=0, evidence=0, owner=0)


@dataclass(frozen=True, slots=True)
class Needed:
    """The width that each column needs for what the list shows; the title takes what is left."""

    level: int = 0
    due: int = 0
    away: int = 0
    evidence: int = 0
    owner: int = 0
    code: int = 0

    def fit(self, columns: Layout) -> Layout:
        """Return the columns, none of them wider than it needs to be."""
        return dataclasses.replace(
            columns,
            level=min(columns.level, self.level),
            due=min(columns.due, self.due),
            away=min(columns.away, self.away),
            evidence=min(columns.evidence, self.evidence),
            owner=min(columns.owner, self.owner),
            code=min(columns.code, self.code),
        )


def needed(rows: Iterable[Row]) -> Needed:
    """Return what columns need for all entries of a list: none moves with the cursor.

    Codes have a column where most of them name an assessment procedure, by which testers work.
    """
    level = due = away = evidence = owner = code = every = steps = 0
    for row in rows:
        record, item = row.record, row.item
        every += 1
        if item.kind == "test" and _PROCEDURE.match(item.code):
            steps += 1
            code = max(code, cell_len(item.code))
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
    return Needed(level, due, away, evidence, owner, code if 2 * steps > every else 0)


TONE_PARTS = {
    "muted": "dim", "accent": "doing", "error": "blocked", "success": "done", "warning": "warn"
}  # fmt: skip
"""The part whose style a tone of the table of signs takes."""


class ItemList(RowList[Row]):
    """Items under the headings of their groups; some may be marked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "item-list--heading",
        "item-list--cursor",
        "item-list--marked",
        "item-list--mark",
        "item-list--dim",
        "item-list--todo",
        "item-list--doing",
        "item-list--blocked",
        "item-list--done",
        "item-list--na",
        "item-list--other",
        "item-list--unknown",
        "item-list--warn",
    }

    def __init__(self, signs: Signs = UNICODE, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.signs = signs
        self.today = date.min
        self.marks = Marks()
        self.needed = Needed()

    def show(self, rows: Sequence[Row | str], today: date, empty_text: str = "") -> None:
        """Show entries under headings."""
        self.today = today
        self.needed = needed(row for row in rows if not isinstance(row, str))
        self.put(rows, empty_text)

    def key_of(self, row: Row) -> str:
        """Return the reference of an item."""
        return row.ref

    @property
    def row(self) -> Row | None:
        """Return the entry under the cursor."""
        return self.current

    def go_to(self, ref: str) -> bool:
        """Put the cursor on an item; tell whether it is in the list."""
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

    def part_style(self, name: str) -> Style:
        """Return the style of a part."""
        return self.get_component_rich_style(f"item-list--{name}")

    def draw(self, row: Row, width: int, at_cursor: bool) -> Strip:
        """Draw an item."""
        columns = self.needed.fit(layout(width))
        record, signs, plain = row.record, self.signs, self.rich_style
        dim, warn = self.part_style("dim"), self.part_style("warn")
        state = self.part_style(TONE_PARTS[STATUS_SIGNS[row.state].tone])
        marked, mark = row.ref in self.marks.refs, signs.mark(row)
        sign = signs.status[row.state]
        room = max(width - 6 - len(sign) - columns.fixed, 8)
        quiet = record.closed or (row.waiting and not at_cursor)
        parts = [
            (signs.pointer if at_cursor else " ", plain),
            (signs.marked if marked else " ", self.part_style("mark")),
            (mark, dim if mark == signs.waiting else warn),
            (" ", plain),
            (sign, state),
            (" ", plain),
        ]
        if columns.code:
            parts.append((cell(row.item.code, columns.code), dim))
        if columns.status:
            parts.append((cell(STATUS_WORDS[row.state], columns.status), state))
        level = "" if row.item.level == "must" else row.item.level
        title = row.item.title
        short = f"{title} ({level})" if level and not columns.level else title
        when = warn if row.overdue else dim
        middle = [
            (cell(level, columns.level), columns.level, dim),
            (cell(_due(row, columns.due), columns.due), columns.due, when),
            (right(self._away(row), columns.away), columns.away, when),
        ]
        middle = [one for one in middle if one[1]]
        while middle and not middle[0][0].strip():  # the title may go on over empty columns
            room += middle.pop(0)[1] + 2
        parts.append((cell(short, room), dim if quiet else plain))
        parts += [(text, style) for text, _, style in middle]
        if columns.evidence:
            bad = warn if row.unsound else dim
            parts.append((cell(_evidence(row, columns.evidence), columns.evidence), bad))
        if columns.owner:
            parts.append((cell(record.owner, columns.owner), plain))
        for name in [*(["marked"] if marked else []), *(["cursor"] if at_cursor else [])]:
            over = self.get_component_rich_style(f"item-list--{name}", partial=True)
            parts = [(text, found + over) for text, found in parts]
        segments = [Segment(text, found) for text, found in parts]
        return Strip(segments).adjust_cell_length(width, parts[-1][1])

    def _away(self, row: Row) -> str:
        return distance(row.due, self.today) if row.due and not row.record.closed else ""


def _due(row: Row, width: int) -> str:
    if row.waiting and not row.due:
        return "waits" if row.waits else "later"
    if row.due is None:
        return ""
    text = row.due.isoformat()
    return text if width >= 10 else text[5:]


def _evidence(row: Row, width: int) -> str:
    count = len(row.record.evidence)
    if not count:
        return "-" if row.item.expects and not row.record.closed else ""
    return f"{count} evidence" if width >= 10 else f"{count} ev"
