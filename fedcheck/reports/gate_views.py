"""What a template sees of a gate: whether it is met, and who owes what before it."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property

from fedcheck.analysis.board import Board
from fedcheck.analysis.gates import Gate, Outstanding
from fedcheck.analysis.outstanding import OwnerOutstanding, find_issue, group_by_owner, reason_of
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line, pluralize
from fedcheck.reports import wording
from fedcheck.reports.view import LazyView, Shown, View
from fedcheck.reports.wording import PeopleNames, workspace_relative


class LackView(View, frozen=True):
    """One thing that a gate lacks, needed by its own due date or else by the milestone.

    `since` is the day since when it is owed, where something shows it.
    """

    kind: str
    ref: str
    name: str
    why: str
    by: date | None
    since: date | None


class OwedView(LazyView):
    """What one owner owes a gate."""

    def __init__(
        self, board: Board, gate: Gate, names: PeopleNames, owed: OwnerOutstanding
    ) -> None:
        self._board, self._gate = board, gate
        self._names, self._owed = names, owed

    @Shown
    def owner(self) -> str:
        return _describe_owner(self._owed.role, self._names.person(self._owed.person))

    @Shown
    def person(self) -> str:
        return self._names.person(self._owed.person)

    @Shown
    def role(self) -> str:
        return self._owed.role

    @Shown
    def count(self) -> int:
        return len(self._owed.missing)

    @Shown
    def missing(self) -> tuple[LackView, ...]:
        return tuple(_build_lack_view(self._board, self._gate, one) for one in self._owed.missing)


class GateView(LazyView):
    """Whether the gate of a milestone is met, and what is missing.

    `scope` states what its number leaves out.
    """

    def __init__(self, board: Board, gate: Gate, scope: str = "") -> None:
        self._board, self._gate, self._scope = board, gate, scope
        self._names = PeopleNames(board.project)

    @cached_property
    def _owed(self) -> Sequence[OwnerOutstanding]:
        return group_by_owner(self._board.project, self._gate.missing)

    @Shown
    def ready(self) -> bool:
        return self._gate.ready

    @Shown
    def count(self) -> int:
        return len(self._gate.counted)

    @Shown
    def scope(self) -> str:
        return self._scope

    @Shown
    def verdict(self) -> str:
        return "met" if self._gate.ready else f"{len(self._gate.counted)} outstanding"

    @Shown
    def answer(self) -> str:
        of = f" ({self._scope})" if self._scope else ""
        if self._gate.ready:
            return f"Yes: nothing is outstanding{of}."
        return f"No: {len(self._gate.counted)} outstanding{of}."

    @Shown
    def counted(self) -> str:
        return count_by_owner(self._names, self._owed)

    @Shown
    def owed(self) -> tuple[OwedView, ...]:
        return tuple(OwedView(self._board, self._gate, self._names, one) for one in self._owed)


def count_by_owner(names: PeopleNames, owed: Sequence[OwnerOutstanding]) -> str:
    """Count what is missing by who owes it: `CSP 11 (Alice Moreno 9, no owner 2), JAB 1`."""
    by_role: dict[str, dict[str, int]] = {}
    for debt in owed:
        people = by_role.setdefault(debt.role, {})
        person = names.person(debt.person)
        people[person] = people.get(person, 0) + len(debt.missing)
    parts = []
    for role, people in by_role.items():
        shown = ", ".join(f"{person or 'no owner'} {n}" for person, n in people.items())
        if not role:
            parts.append(shown)
            continue
        number = f"{wording.role_label(role)} {sum(people.values())}"
        parts.append(number if list(people) == [""] else f"{number} ({shown})")
    return ", ".join(parts)


def _describe_owner(role: str, person: str) -> str:
    label = wording.role_label(role)
    if person:
        return f"{person} ({label})" if label else person
    return f"{label}, no owner" if label else "No owner"


def _build_lack_view(board: Board, gate: Gate, missing: Outstanding) -> LackView:
    row = board.rows.get(missing.ref)
    ref, name, why, due = missing.ref, missing.ref, missing.why, None
    if row:
        name, why, due = (
            wording.format_item_name(row),
            _explain_with_titles(board, row, missing),
            row.due,
        )
    elif missing.kind == "file":
        ref = name = workspace_relative(board, missing.ref)
    elif thing := find_issue(board, missing):
        name, why, due = thing.title, reason_of(board, missing), thing.due
    return LackView(
        kind=missing.kind,
        ref=ref,
        name=wording.format_title(name),
        why=wording.format_reason(why),
        by=wording.find_earliest(due, gate.date),
        since=missing.since,
    )


def _explain_with_titles(board: Board, row: Row, missing: Outstanding) -> str:
    """Return why something is missing, with the title of the item that it waits for."""
    if not row.waits:
        return missing.why
    first, others = board.rows[row.waits[0]], len(row.waits) - 1
    named = f'"{one_line(first.item.title, wording.MAX_LABEL)}" ({wording.role_label(first.role)})'
    if missing.kind != "needs":
        return missing.why.replace(first.ref, named)
    if others:
        named += f" and {pluralize(others, 'other')}"
    return missing.why.replace(", ".join(row.waits), named)
