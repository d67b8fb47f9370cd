"""Debts: what a gate lacks, grouped by who must act. Commands, app and reports show these."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from fedcheck.analysis.board import Board
from fedcheck.analysis.gate_answer import Counted
from fedcheck.analysis.gates import Gate, Outstanding
from fedcheck.domain.finding import Finding
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import Project

NOBODY = "no owner"


class OwnerOutstanding(Struct, frozen=True):
    """What somebody owes.

    Attributes:
        role: the role in which it is owed; empty where that is not known.
        person: short name of the person; empty where nobody is named.
        missing: what is owed; what is owed longest first, then in the order of the gate.
    """

    role: str
    person: str
    missing: tuple[Outstanding, ...]

    @property
    def who(self) -> str:
        """Return who must act: `alice (csp)`, `csp, no owner`."""
        if self.person:
            return f"{self.person} ({self.role})" if self.role else self.person
        return f"{self.role}, {NOBODY}" if self.role else NOBODY


def group_by_owner(project: Project, missing: Iterable[Outstanding]) -> list[OwnerOutstanding]:
    """Group what is missing by who must act.

    Roles are in the order of the process, the people of each by name, and no owner last.
    """
    roles = project.process.all_roles
    grouped: dict[tuple[str, str], list[Outstanding]] = {}
    for one in missing:
        grouped.setdefault(_responsible_party(roles, one.owner, one.role), []).append(one)
    return [
        OwnerOutstanding(*place, tuple(sorted(grouped[place], key=_since_or_last)))
        for place in _sort_parties(roles, grouped)
    ]


def count_by_owner(project: Project, counted: Iterable[Counted]) -> list[tuple[str, str, int]]:
    """Return role, person and number of what is missing for each group of `group_by_owner`.

    Nothing is worked out in full for that.
    """
    roles = project.process.all_roles
    found = Counter(_responsible_party(roles, *one.find_owner()) for one in counted)
    return [(*place, found[place]) for place in _sort_parties(roles, found)]


def _responsible_party(roles: Sequence[str], owner: str, role: str) -> tuple[str, str]:
    """Return role and person. A role that is named as the owner of another role's item owes it."""
    return (owner, "") if owner in roles else (role, owner)


def _sort_parties(
    roles: Sequence[str], parties: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Return roles and persons in the order of the process, people by name, and no owner last."""

    def order(place: tuple[str, str]) -> tuple[int, str, bool, str, str]:
        role, person = place
        known = roles.index(role) if role in roles else len(roles)
        return known, role, not person, person.casefold(), person

    return sorted(parties, key=order)


def _since_or_last(missing: Outstanding) -> date:
    return missing.since or date.max


def title_of(board: Board, missing: Outstanding) -> str:
    """Return the title of what is missing: of the item, the request or the finding."""
    row = board.rows.get(missing.ref)
    if row:
        return row.item.title
    thing = find_issue(board, missing)
    return thing.title if thing else missing.ref


def reason_of(board: Board, missing: Outstanding) -> str:
    """Return why it is missing, without the title that is next to it."""
    thing = find_issue(board, missing)
    return missing.why.removesuffix(f": {thing.title}") if thing else missing.why


def find_issue(board: Board, missing: Outstanding) -> Request | Finding | None:
    """Return the request or the finding that something missing is about."""
    if missing.ref in board.rows:
        return None
    if missing.kind == "request":
        return board.project.request(missing.ref)
    return board.project.finding(missing.ref) if missing.kind == "finding" else None


def find_newly_outstanding(then: Gate, now: Gate) -> frozenset[tuple[str, str]]:
    """Return what a gate will lack on a later day and does not lack now, as kind and ref.

    An item that is open now and overdue then is in both: its `since` shows.
    """
    there = {(one.kind, one.ref) for one in now.counted}
    return frozenset((one.kind, one.ref) for one in then.counted) - there
