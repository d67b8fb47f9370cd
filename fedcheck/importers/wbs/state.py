"""What a workspace holds on a task, in the form of the cells of a work breakdown structure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from fedcheck.analysis.board import Board
from fedcheck.domain.glossary import Status
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.importers.wbs.tasks import Task

PARTIES: Mapping[str, str] = {"csp": "CSP", "agency": "Agency", "pmo": "PMO", "3pao": "3PAO"}
"""The parties of the column Responsibility, by role."""

STATUS_LINE = re.compile(r"\A\s*Status:[ \t]*([^\n]*)(?:\n|\Z)", re.I)
"""The first line of a note, which contains the state of the task.

The rows of the template have a fixed height: a line below its texts would not be visible.
"""

_PARTY = re.compile(r"\b(CSP|Agency|PMO|3PAO)\b(?:[ ]*\(([^()]*)\))?", re.I)
_BETWEEN = re.compile(r"[,;/&+]|\band\b", re.I)
_OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class TaskState:
    """What the workspace holds on a task.

    Attributes:
        rows: its items that apply here.
        missing: items of the table that this workspace does not have.
        start: when it began or begins, where that is known.
        end: when it ended or is to end.
        derived: whether the end follows from the process and nobody set it.
        owners: the people who have its items, by role.
        status: the line for the notes, without its first word; empty for "nothing recorded".
    """

    rows: tuple[Row, ...] = ()
    missing: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    derived: bool = False
    owners: Mapping[str, Sequence[str]] = field(default_factory=dict)
    status: str = ""


def describe_task(board: Board, task: Task, begun: Mapping[str, date]) -> TaskState:
    """Return what the workspace holds on a task.

    Args:
        board: the project on a day, without what stays inside.
        task: the task.
        begun: the day on which work on an item began, by reference.
    """
    refs = task.items or task.part_of
    rows = tuple(board.rows[ref] for ref in refs if ref in board.rows)
    known = board.project
    missing = tuple(ref for ref in task.items if ref not in board.rows and not known.item(ref))
    own = known.config.milestones or {}
    start = own.get(task.starts) if task.starts else None
    if start is None:
        start = min((begun[row.ref] for row in rows if row.ref in begun), default=None)
    end = board.dates.get(task.milestone) if task.milestone else None
    derived = bool(end) and task.milestone not in own
    if end is None and task.items:
        end = _find_end(rows)
    owners: dict[str, list[str]] = {}
    for row in rows:
        if name := _name_owner(known, row.record.owner):
            names = owners.setdefault(row.role, [])
            if name not in names:
                names.append(name)
    return TaskState(rows, missing, start, end, derived, owners, describe_status(rows))


def _find_end(rows: Sequence[Row]) -> date | None:
    """Return when the last item was done, or else the last due date."""
    if rows and all(row.record.status == Status.DONE for row in rows):
        return max((row.record.done for row in rows if row.record.done), default=None)
    return max((row.due for row in rows if row.due), default=None)


def _name_owner(project: Project, owner: str) -> str:
    """Return what to call an owner in a cell; nothing for a role, which the cell names itself."""
    if not owner or owner in project.process.roles:
        return ""
    person = (project.config.people or {}).get(owner)
    name = person.name if person and person.name else owner
    return " ".join(re.sub(r"[(),;]", " ", one_line(name, 80)).split())


def describe_status(rows: Sequence[Row]) -> str:
    """Return the state of items as one line; empty where nothing is recorded of them."""
    records = [row.record for row in rows]
    states = {one.status for one in records}
    blocked = next((one for one in records if one.status == Status.BLOCKED), None)
    if not rows or states == {Status.TODO}:
        return ""
    if blocked is not None:
        return "blocked" + _because(blocked.reason)
    if states == {Status.NA}:
        return "not applicable" + _because(records[0].reason)
    if states <= {Status.DONE, Status.NA}:
        day = max((one.done for one in records if one.done), default=None)
        return f"done {day}" if day else "done"
    closed = sum(one.closed for one in records)
    count = f", {closed} of {pluralize(len(records), 'item')} done" if closed else ""
    return f"in progress{count}"


def _because(reason: str) -> str:
    return f" ({one_line(reason, 200)})" if reason.strip() else ""


def write_notes(notes: str, status: str) -> str:
    """Return a note with the state as its first line; the rest of it stays."""
    found = STATUS_LINE.search(notes)
    if found is None and not status:
        return notes
    rest = notes[found.end() :] if found else notes
    line = f"Status: {status or 'not started'}"
    return f"{line}\n{rest}" if rest.strip() else line


def read_status(notes: str) -> str:
    """Return the state that is in the first line of a note; empty for none."""
    found = STATUS_LINE.search(notes)
    return found[1].strip() if found else ""


def write_parties(text: str, owners: Mapping[str, Sequence[str]]) -> str:
    """Return the cell Responsibility with names after the parties: `CSP (Dana Fox), Agency`."""
    named: set[str] = set()

    def name(found: re.Match[str]) -> str:
        role, inside = found[1].casefold(), _split_inside(found[2])
        if role in named or not owners.get(role):
            return found[0]
        named.add(role)
        optional = f"; {_OPTIONAL}" if _OPTIONAL in inside else ""
        return f"{found[1]} ({', '.join(owners[role])}{optional})"

    made = _PARTY.sub(name, text)
    added = [
        f"{PARTIES[role]} ({', '.join(names)})"
        for role, names in owners.items()
        if role in PARTIES and role not in named
    ]
    return ", ".join(filter(None, (made, *added)))


def read_parties(text: str) -> tuple[dict[str, list[str]], list[str]]:
    """Return the people that a cell names, by role, and those that it names without a party."""
    found: dict[str, list[str]] = {}
    for one in _PARTY.finditer(text):
        if names := [name for name in _split_inside(one[2]) if name != _OPTIONAL]:
            found.setdefault(one[1].casefold(), []).extend(names)
    rest = _BETWEEN.split(_PARTY.sub(",", text))
    return found, [name for part in rest if (name := part.strip(" .:-"))]


def _split_inside(inside: str | None) -> list[str]:
    parts = re.split(r"[,;]", inside or "")
    words = [" ".join(part.split()) for part in parts]
    return [_OPTIONAL if word.casefold() == _OPTIONAL else word for word in words if word]
