"""The evidence register as a list, with the details of a row."""

from collections.abc import Sequence
from datetime import date

from textual.content import Content

from fedcheck.analysis.board import Board
from fedcheck.analysis.evidence_grouping import EvidenceGroup, age_in_days
from fedcheck.analysis.evidence_register import EvidenceRow, EvidenceUse
from fedcheck.analysis.issue_evidence import is_issue_ref
from fedcheck.domain.dates import format_distance
from fedcheck.domain.glossary import UNVERIFIED_WORDS, EvidenceState
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import clean, one_line, pluralize
from fedcheck.tui.signs import STATUS_STYLES, Signs
from fedcheck.tui.widgets.row_list import Cell, Column, Look, RowList

STANDING_STYLES: dict[str, str] = {
    "missing": "error",
    "changed": "error",
    "stale": "warn",
    "lacking": "warn",
    "soon": "warn",
    "unverified": "dim",
    "ok": "good",
    "expected": "dim",
}
"""The style of each standing, by the names of the list."""


def sign_of(row: EvidenceRow, signs: Signs) -> str:
    """Return the sign of how a row stands."""
    if row.standing in ("lacking", "expected"):
        return signs.status["todo"]
    return signs.stale if row.standing == "soon" else signs.evidence(row.standing)


def items_text(row: EvidenceRow, width: int) -> str:
    """Return the item of a row, or how many there are."""
    refs = row.refs
    if len(refs) == 1:
        entry = row.uses[0].row
        if width > 30:
            return entry.item.title
        book, name = split_ref(refs[0])
        return f"{book[:-1]} {name}" if is_issue_ref(refs[0]) else name
    return pluralize(len(refs), "item")


def _word(row: EvidenceRow) -> str:
    return {"ok": "good", "lacking": "lacks", "expected": "none", "soon": "soon"}.get(
        row.standing, row.standing
    )


def _standing(row: EvidenceRow, _: Look) -> Cell:
    return _word(row), STANDING_STYLES[row.standing]


def _label(row: EvidenceRow, _: Look) -> Cell:
    return (row.name, "") if row.evidence_item else (f"expected: {row.name}", "dim")


def _items(row: EvidenceRow, look: Look) -> Cell:
    return items_text(row, look.widths["items"]), "dim"


def _collected(row: EvidenceRow, _: Look) -> Cell:
    return str(row.evidence_item.collected or "no date") if row.evidence_item else "", "dim"


def _age(row: EvidenceRow, look: Look) -> Cell:
    age = age_in_days(row.evidence_item, look.today) if row.evidence_item else None
    return "" if age is None else f"{age} d", "dim"


def _stale(row: EvidenceRow, _: Look) -> Cell:
    until = _until_day(row)
    return until.isoformat() if until else "", _stale_style(row)


def _away(row: EvidenceRow, look: Look) -> Cell:
    until = _until_day(row)
    return format_distance(until, look.today) if until else "", _stale_style(row)


def _until_day(row: EvidenceRow) -> date | None:
    return row.worst.turns or row.worst.stale_from


def _stale_style(row: EvidenceRow) -> str:
    return STANDING_STYLES[row.standing] if row.standing in ("stale", "soon") else "dim"


COLUMNS: tuple[Column[EvidenceRow], ...] = (
    Column("standing", _standing, {76: 10}),
    Column("name", _label),
    Column("items", _items, {76: 14, 112: 20, 140: 34}),
    Column("kind", lambda row, _: (row.kind, "dim"), {112: 6}),
    Column("collected", _collected, {112: 10}),
    Column("age", _age, {76: 6}, right=True),
    Column("stale", _stale, {0: 10}),
    Column("away", _away, {112: 9}, right=True),
)


class EvidenceList(RowList[EvidenceRow]):
    """The register, under headings."""

    by_item = False

    def show(self, groups: Sequence[EvidenceGroup], today: date, empty_text: str) -> None:
        """Show groups of rows; the cursor stays on its row."""
        self.today = today
        self.by_item = any(group.ref for group in groups)
        rows: list[EvidenceRow | str] = []
        for group in groups:
            count = "" if group.ref else f"  {len(group.rows)}"
            rows += [one_line(group.title) + count, *group.rows]
        self.put(rows, empty_text)

    def key_of(self, row: EvidenceRow) -> object:
        """Return what distinguishes a row from others."""
        return (*row.key, row.refs if self.by_item else ())

    def columns(self, row: EvidenceRow) -> Sequence[Column[EvidenceRow]]:
        """Return the columns; that of the items is not needed under their headings."""
        return [one for one in COLUMNS if one.id != "items" or not self.by_item]

    def lead(self, row: EvidenceRow, look: Look) -> list[Cell]:
        """Return pointer and sign."""
        sign = sign_of(row, self.signs)
        wide = len(self.signs.status["done"])
        return [
            (self.signs.pointer if look.at_cursor else " ", ""),
            (f"{sign:<{wide}} ", STANDING_STYLES[row.standing]),
        ]


Part = str | Content | tuple[str, str]

INDENT = 12
STYLES = {"ok": "$text-success", "stale": "$text-warning", "soon": "$text-warning"}
STYLES |= {"missing": "$text-error", "changed": "$text-error", "lacking": "$text-warning"}


def details(board: Board, row: EvidenceRow, signs: Signs, verifies: str = "") -> Content:
    """Return name, link, dates and items of a row; `verifies` is a hint at the key that does so."""
    evidence_item, parts = row.evidence_item, list[Part]()
    if evidence_item is None:
        parts += [("No evidence yet", "bold"), "\n", _name("Expected")]
        gap = "\n" + " " * INDENT
        parts += [gap.join(one_line(text) for text in row.uses[0].row.item.expects)]
    else:
        parts += [
            (one_line(evidence_item.name), "bold"),
            "\n",
            _name("Link"),
            clean(evidence_item.link),
        ]
        digest = f"   sha256 {evidence_item.sha256[:12]}" if evidence_item.sha256 else ""
        parts += [(f"   {evidence_item.kind}{digest}", "$foreground-muted")]
        day = evidence_item.collected
        parts += ["\n", _name("Collected")]
        parts += [f"{day}  {format_distance(day, board.today)}" if day else "no date"]
        if evidence_item.expires:
            parts += [("   expires ", "$foreground-muted"), str(evidence_item.expires)]
        parts += ["\n", _name("Goes stale"), _until(board, row.worst)]
        if any(use.state == EvidenceState.UNVERIFIED for use in row.uses):
            parts += [
                "\n",
                _name("File"),
                f"{UNVERIFIED_WORDS} on this machine since it changed{verifies}",
            ]
    for number, use in enumerate(row.uses):
        parts += ["\n", _name("" if number else "For")]
        parts += _use(use, signs)
    return Content.assemble(*parts)


def _until(board: Board, use: EvidenceUse) -> Part:
    """State when a piece goes stale, and what judges it."""
    if use.stale_from is None:
        return ("never: no age limit applies", "$foreground-muted")
    text = f"{use.stale_from}  {format_distance(use.stale_from, board.today)}"
    if use.at:
        milestone = board.project.process.milestone(use.at)
        day = board.calendar.anchor(use.at)
        title = one_line(milestone.title) if milestone else use.at
        if day is None:
            return f"{text}   as of today, because {title} has no date"
        words = "after" if day < use.stale_from else "before"
        text += f"   {words} {title}, {day}"
    return (text, STYLES[use.standing]) if use.standing in ("stale", "soon") else text


def _use(use: EvidenceUse, signs: Signs) -> list[Part]:
    row = use.row
    word = {"ok": "good", "soon": "soon stale"}.get(use.standing, use.standing)
    parts: list[Part] = [
        (signs.status[row.state], STATUS_STYLES[row.state]),
        " ",
    ]
    if use.evidence_item is not None:
        parts += [(f"{word}  ", STYLES.get(use.standing, "$foreground-muted"))]
    return [*parts, one_line(row.item.title), (f"  {row.ref}", "$foreground-muted")]


def _name(text: str) -> Part:
    return (text.ljust(INDENT), "$foreground-muted")
