"""Import the official work breakdown structure: dates, owners and state of its tasks.

A cell that agrees with the workspace changes nothing. Where the two differ, what the workspace has
stays, unless the person takes the workbook's; the base of the merge is what
earlier imports wrote.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from fedcheck.analysis.board import Board
from fedcheck.domain.change import IMPORTED, Change, HistoryLine
from fedcheck.domain.edits import Edit, MilestoneEdit, list_changes
from fedcheck.domain.glossary import Status
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import MilestoneDate
from fedcheck.errors import ErrorKind, FedcheckError, RuleError
from fedcheck.importers.csv_checklist.columns import split_status
from fedcheck.importers.merge import list_standing, merge, show_sides
from fedcheck.importers.option import Values
from fedcheck.importers.people import match_person
from fedcheck.importers.plan import Note, Plan, Prepared
from fedcheck.importers.registry import Peek
from fedcheck.importers.wbs.contacts import list_unknown_people
from fedcheck.importers.wbs.sheets import Tab, TaskRow, find_tab, is_wbs
from fedcheck.importers.wbs.state import (
    STATUS_LINE,
    TaskState,
    describe_task,
    read_parties,
    read_status,
    write_parties,
)
from fedcheck.importers.wbs.tasks import PMO_REVIEW, Task
from fedcheck.session import Session
from fedcheck.spreadsheets.cells import AmbiguousDayError, DateOrder, parse_day
from fedcheck.spreadsheets.xlsx_reader import Cell, read_workbook
from fedcheck.storage.record_file import MILESTONES

PROCESS = "agency"
"""The process whose plan the workbook is."""

LABEL = "WBS workbook "
"""How the label of an import begins; later imports find it by that in the history."""


@dataclass(slots=True)
class _Reading:
    """What is gathered while the rows are read."""

    session: Session
    board: Board
    tab: Tab
    theirs: bool
    dates: DateOrder
    base: Mapping[tuple[str, str], Any]
    notes: list[Note] = field(default_factory=list)
    edits: dict[str, tuple[TaskRow, dict[str, Any]]] = field(default_factory=dict)
    milestones: dict[str, tuple[date, TaskRow]] = field(default_factory=dict)
    starts: int = 0
    same: int = 0
    conflicts: int = 0

    def note(self, row: TaskRow, what: str, remedy: str = "") -> None:
        self.notes.append(Note(self.tab.where(row), what, remedy))

    def merge(
        self, row: TaskRow, ref: str, name: str, ours: str, theirs: str, *, shown: str = ""
    ) -> bool:
        """Return whether the value of a cell is taken; a conflict is noted."""
        usual = str(Status.TODO) if name == "status" else ""
        before = self.base.get((ref, name), usual) or usual
        merged = merge(ours, theirs, is_base=lambda v: v == before, prefer_theirs=self.theirs)
        if merged.conflict:
            self.conflicts += 1
            kept = "the workbook's is taken" if merged.taken else "ours is kept"
            sides = show_sides(shown or ours, theirs, "workbook")
            remedy = "" if merged.taken else "--theirs takes the workbook's"
            self.note(row, f"{ref}, {name}: {kept}: {sides}", remedy)
        return merged.taken


def recognize(peek: Peek) -> bool:
    """Return whether a file is a work breakdown structure: a tab has its columns and tasks."""
    return is_wbs(peek.book)


def prepare(session: Session, path: Path, values: Values) -> Prepared:
    """Read a work breakdown structure; see `plan`."""
    return Prepared(plan(session, path, theirs=values["theirs"], dates=values["dates"]))


def plan(session: Session, path: Path, *, theirs: bool = False, dates: DateOrder = "") -> Plan:
    """Return what a work breakdown structure would change: milestones, due dates, owners, states.

    Args:
        session: the open workspace.
        path: the workbook.
        theirs: where workbook and workspace both changed a value, take the workbook's.
        dates: what 2/1/2027 means in a cell that is text.

    Raises:
        FedcheckError: status 2 in a workspace of another process; 3 where the file cannot be read
            or has no tab for the impact level.
    """
    board = session.board().shared(with_internal=True)
    require_agency(board)
    sheets = read_workbook(path)
    tab = find_tab(sheets, path, board.project.facts.get("impact", ""))
    reading = _Reading(session, board, tab, theirs, dates, _load_base(session.history()))
    reading.notes += tab.notes
    for task, row in tab.used:
        _read_row(reading, task, row)
    changes = _list_changes(reading)
    for row in tab.gaps:
        what = f'the gap "{one_line(row.text, 80)}" is not imported: no assessor found it'
        remedy = "keep it in a checklist of your own: fedcheck import csv --list ID"
        reading.note(row, what, remedy)
    reading.notes += list_unknown_people(sheets, board.project)
    return Plan(
        label=one_line(f"{LABEL}{path.name}", 80),
        facts=tuple(_list_facts(reading, path, changes)),
        changes=tuple(changes),
        notes=tuple(reading.notes),
        unused=len(tab.gaps),
    )


def require_agency(board: Board) -> None:
    """Raise FedcheckError (usage) where the workspace is of another process."""
    process = board.project.process
    if process.id != PROCESS:
        raise FedcheckError(
            f"the work breakdown structure belongs to the process agency, and this one is"
            f" {process.id}",
            "fedcheck convert --to agency DIR starts a workspace of that process",
            ErrorKind.USAGE,
        )


def _load_base(entered: Sequence[HistoryLine]) -> dict[tuple[str, str], Any]:
    """Return what earlier imports of such a workbook wrote, by reference and field."""
    ours = {
        one.tx
        for one in entered
        if one.change.field == IMPORTED and f" from {LABEL}" in str(one.change.new)
    }
    if not ours:
        return {}
    standing = list_standing(entered) & ours
    return {
        (one.change.ref, one.change.field): one.change.new
        for one in entered
        if one.tx in standing and not one.undoes
    }


def _read_row(reading: _Reading, task: Task, row: TaskRow) -> None:
    filled = bool(row.start or row.end) and not row.locked
    if task.untouched:
        if filled:
            reading.note(row, f"dates not imported: {task.untouched}")
        return
    state = describe_task(reading.board, task, {})
    for ref in state.missing:
        reading.note(row, f"this workspace has no item {ref}")
    end = _parse(reading, row, row.end) if not row.locked else None
    if row.locked and (row.start or row.end):
        reading.note(row, "its dates are merged with those of other rows", "unmerge them")
    start = _parse(reading, row, row.start) if not (row.locked or row.single) else None
    if task.starts and start:
        _plan_milestone(reading, row, task.starts, start)
    elif start and start != state.start:
        reading.starts += 1
    if task.part_of:
        if end:
            names = ", ".join(task.part_of)
            reading.note(row, f"end date not imported: {names} is due with a later task")
        return
    if end and task.milestone:
        _plan_milestone(reading, row, task.milestone, end)
    elif end:
        _plan_due(reading, row, state, end)
    _plan_owners(reading, row, state)
    _plan_status(reading, row, state)


def _parse(reading: _Reading, row: TaskRow, cell: Cell) -> date | None:
    """Return the date of a cell; what is none is noted."""
    try:
        return parse_day(cell, reading.dates)
    except AmbiguousDayError as error:
        reading.note(row, str(error), "--dates mdy or --dates dmy")
    except ValueError as error:
        reading.note(row, str(error), "write a date into the cell")
    return None


def _plan_milestone(reading: _Reading, row: TaskRow, name: str, day: date) -> None:
    """Plan the date of a milestone; of several tasks with one milestone the last date counts."""
    process = reading.board.project.process
    found = process.milestone(name)
    if found is None:
        reading.note(row, f"this workspace has no milestone {name}")
    elif name not in reading.milestones or reading.milestones[name][0] < day:
        reading.milestones[name] = day, row


def _plan_due(reading: _Reading, row: TaskRow, state: TaskState, end: date) -> None:
    if state.end == end:
        reading.same += 1
        return
    for one in state.rows:
        record = one.record
        if one.due == end or (record.closed and record.done == end):
            continue
        shown = str(one.due or record.due)
        if reading.merge(row, one.ref, "due", record.due, end.isoformat(), shown=shown):
            _edit(reading, row, one)["due"] = end.isoformat()


def _plan_owners(reading: _Reading, row: TaskRow, state: TaskState) -> None:
    if row.parties == write_parties(row.parties, state.owners) and state.owners:
        reading.same += 1
        return
    named, bare = read_parties(row.parties)
    project = reading.board.project
    roles = {one.role for one in state.rows}
    if len(bare) == 1 and not named:
        person = (project.config.people or {}).get(match_person(project, bare[0]))
        role = person.role if person and person.role in roles else ""
        named = {role or next(iter(roles), ""): bare} if role or len(roles) == 1 else {}
        bare = [] if named else bare
    if bare:
        reading.note(row, f'"{one_line(", ".join(bare), 60)}" is no party', "write: CSP (NAME)")
    for role, names in named.items():
        mine = [one for one in state.rows if one.role == role]
        if len(names) > 1:
            if list(state.owners.get(role, ())) != names:
                reading.note(row, f"{len(names)} people for {role}", "an item has one owner")
        elif not mine:
            reading.note(row, f"{one_line(names[0], 40)}: no item of {role} here stands for it")
        else:
            who = match_person(project, names[0])
            for one in mine:
                ours = one.record.owner
                if ours != who and reading.merge(row, one.ref, "owner", ours, who):
                    _edit(reading, row, one)["owner"] = who


def _plan_status(reading: _Reading, row: TaskRow, state: TaskState) -> None:
    line = read_status(row.notes)
    if line == (state.status or "not started") and STATUS_LINE.search(row.notes):
        reading.same += 1
        return
    if not line or (line.startswith("in progress,") and " of " in line):
        return  # nothing said, or a count that no single item has
    found = split_status(line, {})
    if found is None:
        reading.note(row, f'"{one_line(line, 60)}" is no state', "write: Status: done 2027-02-01")
        return
    status, rest = found
    values: dict[str, Any] = {"status": status}
    if status in ("na", "blocked") and rest:
        values["reason"] = rest
    if status == "done" and rest:
        try:
            values["done"] = parse_day(rest, reading.dates)
        except ValueError:
            reading.note(row, f'"{one_line(rest, 40)}" after done is no date; today is taken')
    for one in state.rows:
        ours = one.record.status
        if ours != status and reading.merge(row, one.ref, "status", str(ours), status):
            _edit(reading, row, one).update(values)


def _edit(reading: _Reading, row: TaskRow, item: Row) -> dict[str, Any]:
    """Return what is to be set of an item; the first row that sets anything is named in notes."""
    return reading.edits.setdefault(item.ref, (row, {}))[1]


def _list_changes(reading: _Reading) -> list[Change]:
    """Return the changes of all edits; what the rules refuse is noted."""
    project, changes = reading.board.project, []
    own = project.config.milestones or {}
    for name, (day, row) in reading.milestones.items():
        ref = f"{MILESTONES}:{name}"
        if reading.board.dates.get(name) == day:
            reading.same += 1
            continue
        ours = own[name].isoformat() if name in own else ""
        if reading.merge(row, ref, "day", ours, day.isoformat()):
            thing = MilestoneDate(own.get(name))
            changes += _changes_of(reading, row, ref, thing, MilestoneEdit(day))
    for ref, (row, values) in reading.edits.items():
        record = reading.session.project.record(ref)
        changes += _changes_of(reading, row, ref, record, ItemEdit(**values))
    return changes


def _changes_of(reading: _Reading, row: TaskRow, ref: str, thing: Any, edit: Edit) -> list[Change]:
    item = reading.board.project.item(ref)
    today, who = reading.session.today(), reading.session.who
    try:
        return list_changes(ref, thing, edit, item, today, who)
    except RuleError as error:
        reading.note(row, str(error), error.hint)
        return []


def _list_facts(reading: _Reading, path: Path, changes: Sequence[Change]) -> list[str]:
    tab = reading.tab
    refs = {change.ref for change in changes}
    dates = sum(ref.startswith(f"{MILESTONES}:") for ref in refs)
    facts = [
        f'{path.name}, "{one_line(tab.title, 40)}": {pluralize(len(tab.used), "task")} of the'
        f" template",
        f"{pluralize(dates, 'milestone')} and {pluralize(len(refs) - dates, 'item')} to change,"
        f" {pluralize(reading.same, 'value')} as here",
    ]
    if reading.conflicts:
        kept = "the workbook's is taken" if reading.theirs else "ours is kept"
        what = pluralize(reading.conflicts, "value")
        facts.append(f"{what} changed on both sides since the last import: {kept}")
    if reading.starts:
        what = pluralize(reading.starts, "start date")
        facts.append(f"{what} stay in the workbook: an item has a due date only")
    if pmo := sum(task.untouched == PMO_REVIEW for task, _ in tab.used):
        facts.append(f"{pluralize(pmo, 'task')} of the PMO's review left out: {PMO_REVIEW}")
    return facts
