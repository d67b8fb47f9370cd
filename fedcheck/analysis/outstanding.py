"""Debts: what a gate lacks, grouped by who must act. Commands, app and reports show these."""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from fedcheck.analysis.board import Board
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
    grouped: dict[tuple[str, str], list[Outstanding]] = {}
    for one in missing:
        grouped.setdefault(_responsible_party(project, one), []).append(one)
    roles = project.process.all_roles

    def order(place: tuple[str, str]) -> tuple[int, str, bool, str, str]:
        role, person = place
        known = roles.index(role) if role in roles else len(roles)
        return known, role, not person, person.casefold(), person

    return [
        OwnerOutstanding(*place, tuple(sorted(grouped[place], key=_since_or_last)))
        for place in sorted(grouped, key=order)
    ]


def _responsible_party(project: Project, missing: Outstanding) -> tuple[str, str]:
    """Return role and person. A role that is named as the owner of another role's item owes it."""
    owner = missing.owner
    if owner in project.process.all_roles:
        return owner, ""
    return missing.role, owner


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
