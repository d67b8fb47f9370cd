"""The board: every item that applies, with what follows for it on one day; and orphaned records."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from msgspec import Struct

from fedcheck.analysis import evidence
from fedcheck.analysis.milestones import (
    Calendar,
    build_calendar,
    find_next_dated,
    find_next_milestone,
    find_phase_ends,
)
from fedcheck.domain.checklist import Checklist, Item, Section
from fedcheck.domain.control_ids import find_family, is_part_of_code, normalize_code
from fedcheck.domain.dates import parse_span, shift_clamped
from fedcheck.domain.glossary import Level
from fedcheck.domain.record import UNKNOWN_RECORD, Record
from fedcheck.domain.reference import find_candidates, find_nearest, split_ref
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.errors import ErrorKind, FedcheckError, NoSuchItemError


class Board(Struct, frozen=True, eq=False, dict=True):
    """A project as it is on one day.

    Attributes:
        rows: the applying items in the order of phases, roles and files, by reference.
    """

    project: Project
    today: date
    calendar: Calendar
    rows: Mapping[str, Row]

    @property
    def dates(self) -> Mapping[str, date]:
        """Return the known dates of milestones."""
        return self.calendar.dates

    @cached_property
    def next_milestone(self) -> str:
        """Return the id of the next milestone with a gate, whether it has a date or not."""
        return find_next_milestone(self.project, self.dates, self.today)

    @cached_property
    def next_dated(self) -> str:
        """Return the id of the next milestone with a gate that has a date: what time runs for."""
        return find_next_dated(self.project, self.dates, self.today)

    def shared(self, *, with_internal: bool = False) -> "Board":
        """Return the board without what is private or internal: what may leave."""
        shared = self.project.shared(with_internal=with_internal)
        return self if shared is self.project else build_board(shared, self.today)

    def without_internal(self) -> "Board":
        """Return the board without internal checklists: what totals of the process count."""
        if not self.project.internal_lists:
            return self
        return build_board(self.project.without_internal(), self.today)

    def of_phase(self, phase: str) -> list[Row]:
        """Return the entries of a phase."""
        return [row for row in self.rows.values() if row.phase == phase]


def build_board(project: Project, today: date) -> Board:
    """Return the project as it is on a day."""
    days = build_calendar(project)
    passed = {name for name, day in days.dates.items() if day <= today}
    applying = list(project.applying())
    ends = find_phase_ends(project, days.dates)
    known = {f"{checklist.id}:{item.id}" for checklist, _, item in applying}
    rows = {}
    for checklist, section, item in applying:
        found = _build_row(
            project, days, today, ends.get(checklist.phase), passed, known, checklist, section, item
        )
        rows[found.ref] = found
    return Board(project, today, days, rows)


def _build_row(
    project: Project,
    days: Calendar,
    today: date,
    ends: date | None,
    passed: set[str],
    known: set[str],
    checklist: Checklist,
    section: Section,
    item: Item,
) -> Row:
    ref = f"{checklist.id}:{item.id}"
    record = UNKNOWN_RECORD if checklist.id in project.unreadable else project.record(ref)
    due = resolve_due_date(item, record, days, ends)
    again = due is not None and _is_due_again(item, record, due, today)
    open_ = again or not (record.closed or record is UNKNOWN_RECORD)
    return Row(
        ref=ref,
        checklist=checklist.id,
        phase=checklist.phase,
        role=checklist.role,
        section=section,
        item=item,
        record=record,
        due=due,
        overdue=open_ and due is not None and due < today and _counts_late(item, record),
        evidence=evidence.list_evidence_states(
            item, record, days, today, ends, project.file_states
        ),
        waits=_list_open_needs(project, known, checklist, item),
        later=bool(item.after) and item.after not in passed,
        changed=bool(record.basis) and not item.accepts(record.basis),
        private=checklist.id in project.withheld_lists,
        internal=checklist.id in project.internal_lists,
    )


def _list_open_needs(
    project: Project, known: set[str], checklist: Checklist, item: Item
) -> tuple[str, ...]:
    """Return what an item waits for, as far as its records can be read.

    A shared list does not report private ones.
    """
    hidden = project.unreadable
    if checklist.id not in project.withheld_lists:
        hidden |= project.withheld_lists
    return tuple(
        need
        for need in item.needs
        if need in known and split_ref(need)[0] not in hidden and not project.record(need).closed
    )


def resolve_due_date(item: Item, record: Record, days: Calendar, ends: date | None) -> date | None:
    """Return when an item is due: its own date, its next turn if it recurs, its list's date.

    A turn that would come after the end of the phase is none.
    """
    if record.due:
        return days.due(record.due)
    newest = evidence.find_newest_date(record) if item.every else None
    if newest:
        turn = shift_clamped(newest, parse_span(item.every))
        return turn if ends is None or turn <= ends else None
    return days.due(item.due)


def _counts_late(item: Item, record: Record) -> bool:
    """Return whether an item can be overdue: an optional one only by a date that a person gave."""
    return item.level != Level.MAY or bool(record.due)


def _is_due_again(item: Item, record: Record, due: date, today: date) -> bool:
    """Return whether a recurring item that was done is due once more."""
    return bool(item.every) and record.status == "done" and due < today


def list_orphaned_refs(project: Project) -> list[str]:
    """Return the references of records that no item of their checklist has.

    A checklist that cannot be read as a whole states nothing of what it lacks.
    """
    shaky = {broken.checklist for broken in project.broken}
    return [
        f"{checklist.id}:{item}"
        for checklist in project.checklists.values()
        if checklist.id not in shaky
        for item in project.records.get(checklist.id, {})
        if item not in checklist.items
    ]


NO_GUESS = "see: fedcheck list"
"""The hint at a name that is near to none."""


def _find_by_code(project: Project, code: str) -> list[str]:
    """Return the items that have an official code, in any spelling; one's own role goes first.

    Where no item has just this one, those whose code joins it with others: `AC-01a.[01][02]`.
    """
    wanted = normalize_code(code)
    codes = [
        (ref, normalize_code(item.code))
        for ref in project.refs
        if (item := project.item(ref)) and item.code
    ]
    found = [ref for ref, one in codes if one == wanted]
    if not found:
        parts = [ref for ref, one in codes if is_part_of_code(wanted, one)]
        return parts if len(parts) == 1 else []  # of several, it is a query that means them all
    lists = project.checklists
    own = [ref for ref in found if lists[split_ref(ref)[0]].role == project.config.role]
    return own if len(own) == 1 else found


def _goes_on(code: str, beginning: str) -> bool:
    """Return whether a code begins like this, with whole numbers."""
    rest = code.removeprefix(beginning)
    return rest != code and not (beginning[-1:].isdigit() and rest[:1].isdigit())


def _suggest_items(project: Project, word: str) -> list[str]:
    """Return what names items like a word; for a code of a control, codes of its family first."""
    items = [item for ref in project.refs if (item := project.item(ref))]
    found: list[str] = []
    if family := find_family(word):
        codes = {normalize_code(item.code): item.code for item in items if item.code}
        same = [code for code in codes if find_family(code) == family]
        wanted = normalize_code(word)
        longer = [code for code in same if _goes_on(code, wanted)]
        found = [codes[code] for code in [*longer, *find_nearest(wanted, same, 3)]]
    near = find_nearest(word, [item.id for item in items], 3)
    return list(dict.fromkeys([*found, *near]))[:3]


def _is_left_out(project: Project, code: str) -> bool:
    """Return whether an official code is that of an item for other profiles only."""
    wanted = normalize_code(code)
    return any(
        item.code and normalize_code(item.code) == wanted
        for checklist in project.checklists.values()
        for _, item in checklist.items.values()
    )


def _guess_meant(project: Project, tail: str) -> str:
    """Return the hint at a name of no item: a ruleset's or theme's items, or names near to it."""
    beginning = normalize_code(tail) + "-"
    begun = sum(normalize_code(item.code).startswith(beginning) for *_, item in project.applying())
    if begun:
        ids = pluralize(begun, "id begins", "ids begin")
        return f"{ids} with it; see: fedcheck list code:{one_line(tail, 80)}"
    near = _suggest_items(project, tail.rpartition(":")[2])
    if near:
        return "did you mean " + " or ".join(near) + "?"
    if project.skipped and project.config.begins:
        begins = project.config.begins
        return f"{NO_GUESS}; phases before {begins} are left out (key begins in fedcheck.toml)"
    if project.skipped:
        phases = ", ".join(sorted(project.skipped))
        return f"{NO_GUESS}; the profile leaves out the phase {phases}"
    return NO_GUESS


def resolve_item(project: Project, tail: str) -> str:
    """Return the full reference of an item.

    Raises FedcheckError if in doubt, NoSuchItemError if it means no item at all.
    """
    found = find_candidates(tail, project.refs) or _find_by_code(project, tail)
    if len(found) == 1:
        return found[0]
    if found:
        listed = "\n  ".join(found[:20])
        raise FedcheckError(
            f"{one_line(tail, 80)}: matches several items\n  {listed}",
            "write more of the reference",
            ErrorKind.USAGE,
        )
    hint = "the workspace's profile excludes it"
    if project.item(tail):
        raise FedcheckError(f"{one_line(tail, 80)}: does not apply here", hint, ErrorKind.USAGE)
    orphans = list_orphaned_refs(project)
    kept = find_candidates(tail, orphans) or find_candidates(tail.strip().lower(), orphans)
    if kept:
        text = f"{one_line(kept[0], 80)}: this item is no longer in its checklist"
        raise FedcheckError(
            text, "its record is kept; move it with: fedcheck doctor", ErrorKind.USAGE
        )
    if _is_left_out(project, tail):
        raise NoSuchItemError(f"{one_line(tail, 80)}: does not apply here", hint)
    hint = _guess_meant(project, tail)
    raise NoSuchItemError(f"{one_line(tail, 80)}: no such item", hint)
