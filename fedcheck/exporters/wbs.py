"""Fill a copy of the official work breakdown structure: dates, owners, state, contacts.

Tasks are found by number, columns by their headings. Only cells that differ are written, and a cell
stays as it is where nothing is recorded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from pathlib import Path

from fedcheck.analysis.board import Board
from fedcheck.domain.change import HistoryLine
from fedcheck.domain.text import one_line, pluralize
from fedcheck.exporters.registry import Export
from fedcheck.exporters.wbs_contacts import fill_information
from fedcheck.importers.option import Values
from fedcheck.importers.plan import Note
from fedcheck.importers.wbs.contacts import find_information
from fedcheck.importers.wbs.reader import require_agency
from fedcheck.importers.wbs.sheets import Tab, TaskRow, find_tab
from fedcheck.importers.wbs.state import describe_task, write_notes, write_parties
from fedcheck.importers.wbs.tasks import PMO_REVIEW, SECTION_ENDS, Task
from fedcheck.session import Session
from fedcheck.spreadsheets.cells import parse_day
from fedcheck.spreadsheets.grid import format_cell
from fedcheck.spreadsheets.xlsx_filler import ComputedValue, fill_cells, list_formula_cells
from fedcheck.spreadsheets.xlsx_reader import Cell, read_workbook
from fedcheck.spreadsheets.xlsx_writer import cut_text
from fedcheck.storage.time_zones import find_zone

Cells = dict[str, Cell | ComputedValue]
"""Cells to write, by their place."""


@dataclass(slots=True)
class _Filling:
    """What is gathered while the tab is filled.

    Attributes:
        formulas: the places of formulas that other cells share: nothing can replace them.
        derived: the tasks whose end follows from the process and that nobody set.
    """

    board: Board
    tab: Tab
    begun: Mapping[str, date]
    formulas: Mapping[str, bool]
    cells: Cells = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    derived: list[str] = field(default_factory=list)
    undated: list[str] = field(default_factory=list)
    replaced: int = 0
    filled: int = 0

    def put(self, row: TaskRow, name: str, value: str | date, now: Cell) -> None:
        """Set a cell of a row where its value differs."""
        if name not in self.tab.columns or not value or _is_same(value, now):
            return
        place = self.tab.place(row, name)
        if self.formulas.get(place):
            self.notes.append(
                Note(self.tab.where(row), f"{place} contains a formula shared with other cells")
            )
            return
        if isinstance(value, str) and cut_text(value) != value:
            self.notes.append(
                Note(self.tab.where(row), f"{place}: a text that was too long was cut")
            )
        self.cells[place] = cut_text(value) if isinstance(value, str) else value
        self.replaced += name in ("start", "end") and bool(format_cell(now))


def write(session: Session, values: Values) -> Export:
    """Return a copy of the work breakdown structure with the tasks in it; see `fill_workbook`."""
    zone = find_zone(session.project.config.timezone)
    begun = find_first_days(session.store.history_on(["status"]), zone)
    return fill_workbook(session.board().shared(), values["template"], begun)


def find_first_days(entered: Iterable[HistoryLine], zone: tzinfo) -> dict[str, date]:
    """Return the day on which the status of an item first changed, by reference."""
    found: dict[str, date] = {}
    for one in entered:
        if one.change.field == "status" and one.change.new in ("doing", "done", "blocked"):
            day = one.counts_on(zone)
            found[one.change.ref] = min(day, found.get(one.change.ref, day))
    return found


def fill_workbook(board: Board, template: Path, begun: Mapping[str, date]) -> Export:
    """Return a copy of the workbook with the state of the workspace in it.

    Args:
        board: what may leave: without what is private or internal.
        template: the workbook; it is not changed.
        begun: the day on which work on an item began.

    Raises:
        FedcheckError: status 2 in a workspace of another process; 3 where the workbook cannot be
            read or has no tab for the impact level.
    """
    require_agency(board)
    sheets = read_workbook(template)
    tab = find_tab(sheets, template, board.project.facts.get("impact", ""))
    formulas = list_formula_cells(template)
    filling = _Filling(board, tab, begun, formulas.get(tab.title, {}))
    filling.notes += tab.notes
    for task, row in tab.used:
        if not task.untouched:
            _fill_row(filling, task, row)
    _fill_sections(filling)
    cells: dict[str, Cells] = {tab.title: filling.cells}
    facts = _list_facts(filling)
    if (information := find_information(sheets)) is not None:
        found = fill_information(board.project, information)
        taken = formulas.get(information.title, {})
        kept = {place: value for place, value in found.cells.items() if place not in taken}
        cells.setdefault(information.title, {}).update(kept)
        facts += found.facts
    return Export(fill_cells(template, cells), tuple(facts), tuple(filling.notes))


def _fill_row(filling: _Filling, task: Task, row: TaskRow) -> None:
    state = describe_task(filling.board, task, filling.begun)
    filling.notes += [
        Note(filling.tab.where(row), f"this workspace has no item {ref}") for ref in state.missing
    ]
    before = len(filling.cells)
    if task.part_of:
        pass  # its item is due with another task, so nothing is known of these dates
    elif row.locked:
        if state.start or state.end:
            what = "its dates are merged with those of other rows, and therefore not written"
            filling.notes.append(Note(filling.tab.where(row), what, "unmerge them"))
    elif row.single:
        if state.end:
            filling.put(row, "start", state.end, row.start)
    else:
        planned = bool(format_cell(row.start)) and not task.starts
        if state.start and not planned and (not state.end or state.start <= state.end):
            filling.put(row, "start", state.start, row.start)
        if state.end:
            filling.put(row, "end", state.end, row.end)
    if state.end is None and state.rows and not format_cell(row.end) and not task.part_of:
        filling.undated.append(row.number)
    elif state.derived:
        filling.derived.append(row.number)
    filling.put(row, "parties", write_parties(row.parties, state.owners), row.parties)
    filling.put(row, "notes", write_notes(row.notes, state.status), row.notes)
    filling.filled += len(filling.cells) > before


def _fill_sections(filling: _Filling) -> None:
    """Fill the end dates of the sections that have one according to the template."""
    ends = SECTION_ENDS[filling.tab.kind]
    for row in filling.tab.rows:
        day = filling.board.dates.get(ends.get(row.number, ""))
        if day and not (row.locked or row.single):
            filling.put(row, "end", day, row.end)


def _is_same(value: str | date, now: Cell) -> bool:
    if isinstance(value, str):
        return value == format_cell(now)
    try:
        return parse_day(now, "mdy") == value
    except ValueError:
        return False


def _list_facts(filling: _Filling) -> list[str]:
    tab = filling.tab
    facts = [
        f'"{one_line(tab.title, 40)}": {pluralize(filling.filled, "task")} of {len(tab.used)}'
        f" filled, {pluralize(len(filling.cells), 'cell')} written"
    ]
    if filling.replaced:
        facts.append(
            f"{pluralize(filling.replaced, 'date')} had a different value and were replaced"
        )
    if filling.derived:
        facts.append(
            f"end dates that come from the process because nobody set them: task"
            f" {_join(filling.derived)}; fedcheck milestone sets them"
        )
    if filling.undated:
        facts.append(f"no end date here for task {_join(filling.undated)}")
    if tab.gaps:
        facts.append(f"{pluralize(len(tab.gaps), 'gap')} of section 1 left unchanged")
    if any(task.untouched == PMO_REVIEW for task, _ in tab.used):
        facts.append(f"the PMO's section is left unchanged: {PMO_REVIEW}")
    return facts


def _join(numbers: Sequence[str]) -> str:
    return ", ".join(numbers)
