"""The evidence register as a list, with the details of a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.strip import Strip

from fedcheck.analysis.board import Board
from fedcheck.analysis.evidence_register import EvidenceRow, Group, Use, age_of
from fedcheck.analysis.issue_evidence import in_a_ledger
from fedcheck.domain.dates import distance
from fedcheck.domain.reference import split
from fedcheck.domain.text import clean, one_line, plural
from fedcheck.tui.signs import STATUS_STYLES, UNICODE, Signs
from fedcheck.tui.widgets.row_list import RowList, cell, right

STANDING_STYLES: dict[str, str] = {
    "missing": "error",
    "changed": "error",
    "stale": "warn",
    "lacking": "warn",
    "soon": "warn",
    "ok": "good",
    "expected": "dim",
}
"""The style of each standing, by the names of the list."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How wide the columns are (0: left out); the name takes what is left."""

    standing: int
    items: int
    kind: int
    collected: int
    age: int
    stale: int
    away: int

    @property
    def fixed(self) -> int:
        """Return the width of everything but the name."""
        wide = [self.standing, self.items, self.kind, self.collected]
        wide += [self.age, self.stale, self.away]
        return sum(wide) + 2 * sum(1 for width in wide if width)


def layout(width: int) -> Layout:
    """Return the columns for a width in cells."""
    if width >= 140:
        return Layout(9, 34, 6, 10, 6, 10, 9)
    if width >= 112:
        return Layout(8, 20, 6, 10, 6, 10, 9)
    if width >= 76:
        return Layout(8, 14, 0, 0, 6, 10, 0)
    return Layout(0, 0, 0, 0, 0, 10, 0)


def sign_of(row: EvidenceRow, signs: Signs) -> str:
    """Return the sign of how a row stands."""
    if row.standing == "ok":
        return signs.status["done"]
    if row.standing in ("lacking", "expected"):
        return signs.status["todo"]
    missing = signs.status["blocked"] if row.standing == "missing" else ""
    return missing or (signs.changed if row.standing == "changed" else signs.stale)


def items_text(row: EvidenceRow, width: int) -> str:
    """Return the item of a row, or how many there are."""
    refs = row.refs
    if len(refs) == 1:
        entry = row.uses[0].row
        if width > 30:
            return entry.item.title
        book, name = split(refs[0])
        return f"{book[:-1]} {name}" if in_a_ledger(refs[0]) else name
    return plural(len(refs), "item")


class EvidenceList(RowList[EvidenceRow]):
    """The register, under headings."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"evidence-list--{name}" for name in ("heading", "cursor", "dim", "good", "warn", "error")
    }

    def __init__(self, signs: Signs = UNICODE, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.signs = signs
        self.today = date.min
        self.by_item = False

    def show(self, groups: Sequence[Group], today: date, empty_text: str) -> None:
        """Show groups of rows; the cursor stays on its row."""
        self.today = today
        self.by_item = any(group.ref for group in groups)
        rows: list[EvidenceRow | str] = []
        for group in groups:
            count = "" if group.ref else f"  {len(group.rows)}"
            rows += [one_line(group.title) + count, *group.rows]
        self.put(rows, empty_text)

    def key_of(self, row: EvidenceRow) -> object:
        """Return what tells a row from others."""
        return (*row.key, row.refs if self.by_item else ())

    def part_style(self, name: str) -> Style:
        """Return a style of this list."""
        return self.get_component_rich_style(f"evidence-list--{name}")

    def draw(self, row: EvidenceRow, width: int, at_cursor: bool) -> Strip:
        """Draw a row."""
        columns, signs, plain = layout(width), self.signs, self.rich_style
        dim = self.part_style("dim")
        tone = self.part_style(STANDING_STYLES[row.standing])
        sign = sign_of(row, signs)
        proof, worst = row.proof, row.worst
        wide = len(signs.status["done"])
        items = 0 if self.by_item else columns.items
        saved = columns.items + 2 if columns.items and self.by_item else 0
        room = max(width - 4 - wide - columns.fixed + saved, 8)
        mark = ">" if signs.ascii_only else "▌"
        parts = [(mark if at_cursor else " ", plain), (f"{sign:<{wide}} ", tone)]
        if columns.standing:
            parts.append((cell(_word(row), columns.standing), tone))
        name = row.name if proof else f"expected: {row.name}"
        parts.append((cell(name, room), plain if proof else dim))
        if items:
            parts.append((cell(items_text(row, items), items), dim))
        if columns.kind:
            parts.append((cell(row.kind, columns.kind), dim))
        if columns.collected:
            day = str(proof.collected or "no date") if proof else ""
            parts.append((cell(day, columns.collected), dim))
        if columns.age:
            age = age_of(proof, self.today) if proof else None
            parts.append((right("" if age is None else f"{age} d", columns.age), dim))
        if columns.stale:
            until = worst.turns or worst.stale_from
            late = tone if row.standing in ("stale", "soon") else dim
            parts.append((cell(until.isoformat() if until else "", columns.stale), late))
            if columns.away:
                away = distance(until, self.today) if until else ""
                parts.append((right(away, columns.away), late))
        if at_cursor:
            cursor = self.get_component_rich_style("evidence-list--cursor", partial=True)
            parts = [(text, found + cursor) for text, found in parts]
        segments = [Segment(text, found) for text, found in parts]
        return Strip(segments).adjust_cell_length(width, parts[-1][1])


def _word(row: EvidenceRow) -> str:
    return {"ok": "good", "lacking": "lacks", "expected": "none", "soon": "soon"}.get(
        row.standing, row.standing
    )


Part = str | Content | tuple[str, str]

INDENT = 12
STYLES = {"ok": "$text-success", "stale": "$text-warning", "soon": "$text-warning"}
STYLES |= {"missing": "$text-error", "changed": "$text-error", "lacking": "$text-warning"}


def details(board: Board, row: EvidenceRow, signs: Signs) -> Content:
    """Return name, link, dates and items of a row."""
    proof, parts = row.proof, list[Part]()
    if proof is None:
        parts += [("No evidence yet", "bold"), "\n", _name("Expected")]
        gap = "\n" + " " * INDENT
        parts += [gap.join(one_line(text) for text in row.uses[0].row.item.expects)]
    else:
        parts += [(one_line(proof.name), "bold"), "\n", _name("Link"), clean(proof.link)]
        digest = f"   sha256 {proof.sha256[:12]}" if proof.sha256 else ""
        parts += [(f"   {proof.kind}{digest}", "$foreground-muted")]
        day = proof.collected
        parts += ["\n", _name("Collected")]
        parts += [f"{day}  {distance(day, board.today)}" if day else "no date"]
        if proof.expires:
            parts += [("   expires ", "$foreground-muted"), str(proof.expires)]
        parts += ["\n", _name("Stale from"), _until(board, row.worst)]
    for number, use in enumerate(row.uses):
        parts += ["\n", _name("" if number else "For")]
        parts += _use(use, signs)
    return Content.assemble(*parts)


def _until(board: Board, use: Use) -> Part:
    """Say when a piece goes stale, and what judges it."""
    if use.stale_from is None:
        return ("never: nothing here asks for its age", "$foreground-muted")
    text = f"{use.stale_from}  {distance(use.stale_from, board.today)}"
    if use.at:
        stone = board.project.process.milestone(use.at)
        day = board.calendar.anchor(use.at)
        title = one_line(stone.title) if stone else use.at
        if day is None:
            return f"{text}   judged today, while {title} has no date"
        words = "after" if day < use.stale_from else "before"
        text += f"   {words} {title}, {day}"
    return (text, STYLES[use.standing]) if use.standing in ("stale", "soon") else text


def _use(use: Use, signs: Signs) -> list[Part]:
    row = use.row
    word = {"ok": "good", "soon": "soon stale"}.get(use.standing, use.standing)
    parts: list[Part] = [
        (signs.status[row.state], STATUS_STYLES[row.state]),
        " ",
    ]
    if use.proof is not None:
        parts += [(f"{word}  ", STYLES.get(use.standing, "$foreground-muted"))]
    return [*parts, one_line(row.item.title), (f"  {row.ref}", "$foreground-muted")]


def _name(text: str) -> Part:
    return (text.ljust(INDENT), "$foreground-muted")
