"""The board: every item that applies, with what follows for it on one day; and orphaned records."""

from collections.abc import Callable, Mapping, Set
from datetime import date
from functools import cached_property, partial
from itertools import groupby
from operator import attrgetter

from msgspec import Struct

from fedcheck.analysis import evidence
from fedcheck.analysis.milestones import (
    Calendar,
    build_calendar,
    find_next_dated,
    find_next_milestone,
    find_phase_ends,
)
from fedcheck.domain.checklist import Checklist, Item
from fedcheck.domain.control_ids import find_family, is_part_of_code, normalize_code
from fedcheck.domain.dates import parse_span, shift_clamped
from fedcheck.domain.late_mapping import KeptAnswers
from fedcheck.domain.record import EMPTY_RECORD, UNKNOWN_RECORD, Record
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
    def phase_ends(self) -> Mapping[str, date]:
        """Return the day on which each phase is closed for good; see `find_phase_ends`."""
        return find_phase_ends(self.project, self.dates)

    @cached_property
    def rows_by_list(self) -> dict[str, list[Row]]:
        """Return the rows of each checklist that has any, in their order."""
        groups = groupby(self.rows.values(), attrgetter("checklist"))
        return {name: list(rows) for name, rows in groups}

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
    passed.add("")  # what comes after no milestone is not later
    ends = find_phase_ends(project, days.dates)
    rules = evidence.EvidenceRules(days, today, project.file_states or {})
    needs = {
        is_withheld: KeptAnswers(partial(_is_open, project, _list_hidden(project, is_withheld)))
        for is_withheld in (True, False)
    }
    rows: dict[str, Row] = {}
    for checklist in project.checklists.values():
        open_needs = needs[checklist.id in project.withheld_lists]
        _add_rows(rows, project, rules, passed, open_needs, checklist, ends.get(checklist.phase))
    return Board(project, today, days, rows)


def _add_rows(
    rows: dict[str, Row],
    project: Project,
    rules: evidence.EvidenceRules,
    passed: Set[str],
    open_needs: Mapping[str, bool],
    checklist: Checklist,
    ends: date | None,
) -> None:
    """Add the rows of a list.

    This runs for each of thousands of items, most of them without a need, a period or a basis:
    what holds for the whole list is found out once, and what an item does not have is not asked.
    """
    name, phase, role = checklist.id, checklist.phase, checklist.role
    facts, today, dues = project.facts, rules.today, rules.calendar.dues
    records, bases = project.records.get(name, {}), checklist.known_bases
    unreadable = name in project.unreadable
    withheld, internal = name in project.withheld_lists, name in project.internal_lists
    for item_id, (section, item) in checklist.items.items():
        if item.applies and not item.applies_to(facts):
            continue
        record = UNKNOWN_RECORD if unreadable else records.get(item_id, EMPTY_RECORD)
        if record.due or item.every:
            due = resolve_due_date(item, record, rules.calendar, ends)
        else:
            due = dues[item.due]
        basis = record.basis
        ref = f"{name}:{item_id}"
        rows[ref] = Row(
            ref,
            name,
            phase,
            role,
            section,
            item,
            record,
            due,
            due is not None and due < today and _is_late(item, record),
            evidence.list_evidence_states(item, record, rules, ends) if record.evidence else (),
            tuple(one for one in item.needs if open_needs[one]) if item.needs else (),
            item.after not in passed,
            basis != "" and bases.get(item_id) != basis and not checklist.accepts(item, basis),
            withheld,
            internal,
        )


def list_open_needs(project: Project, checklist: str, item: Item) -> tuple[str, ...]:
    """Return what an item of a list waits for, as far as its records can be read."""
    hidden = _list_hidden(project, checklist in project.withheld_lists)
    return tuple(need for need in item.needs if _is_open(project, hidden, need))


def _list_hidden(project: Project, is_withheld: bool) -> Set[str]:
    """Return the lists that no item of a list waits for: a shared one does not report private ones.

    Args:
        project: the project.
        is_withheld: whether the item's own list is private or internal.
    """
    return project.unreadable if is_withheld else project.unreadable | project.withheld_lists


def _is_open(project: Project, hidden: Set[str], ref: str) -> bool:
    """Return whether an item applies and is not done."""
    if split_ref(ref)[0] in hidden or project.record(ref).closed:
        return False
    item = project.item(ref)
    return item is not None and item.applies_to(project.facts)


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


def _is_late(item: Item, record: Record) -> bool:
    """Return whether an item whose day has passed is overdue: open, or due once more.

    An optional item is overdue only by a date that a person gave.
    """
    if record.status == "done":
        is_open = bool(item.every)
    else:
        is_open = record.status != "na" and record is not UNKNOWN_RECORD
    return is_open and (item.level != "may" or bool(record.due))


def list_orphaned_refs(project: Project) -> list[str]:
    """Return the references of records that no item of their checklist has.

    A checklist that cannot be read as a whole states nothing of what it lacks.
    """
    shaky = {broken.checklist for broken in project.broken}
    found: list[str] = []
    for name, checklist in project.checklists.items():
        if name not in shaky:
            known, records = checklist.items, project.records.get(name, {})
            found += [f"{name}:{item}" for item in records if item not in known]
    return found


NO_GUESS = "see: fedcheck list"
"""The hint at a name that is near to none."""


def _find_by_code(project: Project, code: str) -> list[str]:
    """Return the items that have an official code, in any spelling; one's own role goes first.

    Where no item has just this one, those whose code joins it with others: `AC-01a.[01][02]`.
    """
    wanted = normalize_code(code)

    def find(is_meant: Callable[[str], bool]) -> list[str]:
        return project.find_refs(lambda one: [n for n, code in one.codes.items() if is_meant(code)])

    found = find(lambda code: code == wanted)
    if not found:
        parts = find(lambda code: is_part_of_code(wanted, code))
        return parts if len(parts) == 1 else []  # of several, it is a query that means them all
    lists = project.outlines
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


def _names_exactly(project: Project, tail: str) -> bool:
    """Return whether a text is the full reference of an item that applies: the list of all of
    them, which takes a while at size, is not needed then."""
    item = project.item(tail) if ":" in tail else None
    return item is not None and item.applies_to(project.facts)


def resolve_item(project: Project, tail: str) -> str:
    """Return the full reference of an item.

    Raises FedcheckError if in doubt, NoSuchItemError if it means no item at all.
    """
    if _names_exactly(project, tail):
        return tail
    named = project.find_refs(lambda outline: outline.find_tail(tail))
    found = find_candidates(tail, named) or _find_by_code(project, tail)
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
