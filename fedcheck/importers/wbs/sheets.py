"""Find the tab of a work breakdown structure, its columns and the rows of its tasks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError
from fedcheck.importers.plan import Note
from fedcheck.importers.wbs.tasks import LI_SAAS, OTHERS, TASKS, Task
from fedcheck.spreadsheets.grid import format_cell
from fedcheck.spreadsheets.headings import HeadingTable, normalize
from fedcheck.spreadsheets.xlsx_reader import Cell, Sheet, column_letters

HEADINGS = HeadingTable({
    "number": ("task no", "task number", "task id", "no", "wbs no"),
    "text": ("task", "task name", "activity"),
    "parties": ("responsibility", "responsible", "responsible party", "owner"),
    "start": ("start date", "start", "planned start"),
    "end": ("end date", "end", "finish", "due date", "planned end"),
    "notes": (
        "notes resources questions", "notes questions", "notes", "notes resources", "comments",
    ),
})  # fmt: skip
"""The headings of the columns in both tabs."""

NEEDED = ("number", "text", "start", "end")

HEADER_WITHIN = 30
"""How many rows are searched for the header."""

MAX_ROWS = 2_000
"""How many rows below the header are read; the template has fewer than 50."""

GAP = re.compile(r"1\.1\.[0-9]{1,4}")
_NUMBER = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,4}){0,2}")
_EMPTY_GAP = re.compile(r"<?\s*gap\s*[0-9]*\s*>?", re.I)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A row of the tab, with its cells as they are.

    Attributes:
        row: the number of the row, from 1.
        single: whether start and end date are merged into one cell, that of the start.
        locked: whether the dates are merged with those of other rows.
    """

    row: int
    number: str
    text: str
    parties: str
    start: Cell
    end: Cell
    notes: str
    single: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Tab:
    """The tab of a workbook that fits the workspace.

    Attributes:
        kind: `LI_SAAS` or `OTHERS`.
        columns: the column of each field, counted from 0.
        rows: the rows with a number: sections, tasks and gaps.
        used: the tasks of the table, each with its row.
    """

    kind: str
    title: str
    columns: dict[str, int]
    rows: tuple[TaskRow, ...]
    used: tuple[tuple[Task, TaskRow], ...]
    notes: tuple[Note, ...]

    @property
    def gaps(self) -> list[TaskRow]:
        """Return the rows of gaps that somebody filled in."""
        return [
            row
            for row in self.rows
            if GAP.fullmatch(row.number) and row.text and not _EMPTY_GAP.fullmatch(row.text)
        ]

    def place(self, row: TaskRow, field: str) -> str:
        """Return the place of a cell: `E12`."""
        return f"{column_letters(self.columns[field] + 1)}{row.row}"

    def where(self, row: TaskRow) -> str:
        """Return what to call a row in a note."""
        return f"{one_line(self.title, 40)}, task {row.number} (row {row.row})"


def is_wbs(sheets: Sequence[Sheet]) -> bool:
    """Return whether a workbook has a tab of a work breakdown structure with known tasks."""
    return any(len(tab.used) >= 5 for tab in _list_tabs(sheets))


def find_tab(sheets: Sequence[Sheet], path: Path, impact: str) -> Tab:
    """Return the tab for an impact level. Raises FedcheckError where the workbook has none."""
    tabs = [tab for tab in _list_tabs(sheets) if tab.used]
    wanted = LI_SAAS if impact == "li-saas" else OTHERS
    found = [tab for tab in tabs if tab.kind == wanted]
    if found:
        return max(found, key=lambda tab: len(tab.used))
    if tabs:
        what = f'its tab "{one_line(tabs[0].title, 40)}" is for {_shown(tabs[0].kind)}'
        goes = f"this workspace is for {_shown(impact) or 'no impact level'}"
        raise FedcheckError(
            f"{path}: {what}, and {goes}", "use the tab of your impact level in the template"
        )
    hint = "it needs a tab with the columns Task #, Task, Responsibility, Start Date and End Date"
    raise FedcheckError(f"{path}: no work breakdown structure", hint)


def _shown(kind: str) -> str:
    return {LI_SAAS: "LI-SaaS", OTHERS: "Low, Moderate and High"}.get(kind, kind.capitalize())


def _list_tabs(sheets: Sequence[Sheet]) -> Iterator[Tab]:
    for sheet in sheets:
        if sheet.hidden:
            continue
        for at, row in enumerate(sheet.rows[:HEADER_WITHIN]):
            columns = HEADINGS.find_columns(row)
            if all(name in columns for name in NEEDED):
                yield _read_tab(sheet, at, columns)
                break


def _read_tab(sheet: Sheet, header: int, columns: dict[str, int]) -> Tab:
    rows = []
    for at, cells in enumerate(sheet.rows[header + 1 : header + 1 + MAX_ROWS], header + 1):
        number = _parse_number(_cell(cells, columns["number"]))
        if not number:
            continue
        single, locked = _find_merges(sheet, at, columns)
        rows.append(
            TaskRow(
                row=at + 1,
                number=number,
                text=one_line(format_cell(_cell(cells, columns["text"]))),
                parties=one_line(format_cell(_cell(cells, columns.get("parties", -1)))),
                start=_cell(cells, columns["start"]),
                end=_cell(cells, columns["start" if single else "end"]),
                notes=format_cell(_cell(cells, columns.get("notes", -1))),
                single=single,
                locked=locked,
            )
        )
    kind = _find_kind(sheet.title, rows)
    used, notes = _match(sheet.title, kind, rows)
    return Tab(kind, sheet.title, columns, tuple(rows), tuple(used), tuple(notes))


def _cell(cells: Sequence[Cell], column: int) -> Cell:
    return cells[column] if 0 <= column < len(cells) else None


def _parse_number(cell: Cell) -> str:
    """Return the number of a task: 3.1 of the number, of the text, and of `3.10`; 3 of `3.0`."""
    text = one_line(format_cell(cell)).strip().rstrip(".")
    if not _NUMBER.fullmatch(text):
        return ""
    return text.removesuffix(".0") if text.count(".") == 1 else text


def _find_merges(sheet: Sheet, row: int, columns: dict[str, int]) -> tuple[bool, bool]:
    """Return whether both dates of a row are one cell, and whether they are those of other rows."""
    start, end = columns["start"], columns["end"]
    for area in sheet.merged:
        covers = any(area.left <= column <= area.right for column in (start, end))
        if covers and area.top <= row <= area.bottom:
            own = area.top == area.bottom and area.left == start and area.right >= end
            return own, not own
    return False, False


def _find_kind(title: str, rows: Sequence[TaskRow]) -> str:
    """Return which template a tab follows: by its title, else by the tasks that fit it."""
    if "saas" in normalize(title).replace(" ", ""):
        return LI_SAAS
    fit = {kind: len(_match(title, kind, rows)[0]) for kind in (OTHERS, LI_SAAS)}
    return max(fit, key=lambda kind: fit[kind])


def _match(
    title: str, kind: str, rows: Sequence[TaskRow]
) -> tuple[list[tuple[Task, TaskRow]], list[Note]]:
    """Return the tasks that rows are, and notes on those that are another task or there twice."""
    used: dict[str, tuple[Task, TaskRow]] = {}
    notes = []
    for row in rows:
        task = TASKS[kind].get(row.number)
        where = f"{one_line(title, 40)}, row {row.row}"
        if task is None:
            if "." in row.number and not row.number.startswith("1.1.") and row.text:
                what = f'task {row.number} "{one_line(row.text, 60)}" is not in the template'
                notes.append(Note(where, what, "keep it as an item of a checklist of your own"))
        elif task.word not in row.text.casefold():
            what = f'task {row.number} is "{one_line(row.text, 60)}", another one than expected'
            notes.append(Note(where, what, "renumber the tasks as in the template"))
        elif row.number in used:
            what = f"task {row.number} is in row {used[row.number][1].row} too; this row is unused"
            notes.append(Note(where, what))
        else:
            used[row.number] = task, row
    return list(used.values()), notes
