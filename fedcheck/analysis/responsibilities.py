"""Who does what in each phase, and which item delivers each document."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from fedcheck.analysis.board import Board
from fedcheck.analysis.progress import Count, count_items
from fedcheck.domain.checklist import Checklist
from fedcheck.domain.process import Deliverable, Milestone, Phase
from fedcheck.domain.reference import split_ref
from fedcheck.domain.row import Row
from fedcheck.domain.text import pluralize


class DeliverableState(Struct, frozen=True):
    """A deliverable as it stands.

    Attributes:
        row: the item that hands it over; nothing while no checklist has that item.
        phase: the phase in which it is handed over, if that is known.
    """

    deliverable: Deliverable
    row: Row | None
    phase: str = ""


def list_deliverables(board: Board) -> list[DeliverableState]:
    """Return the deliverables of the process; those that the profile leaves out are left out."""
    found = []
    for deliverable in board.project.process.deliverables:
        ref = deliverable.handed_over_by
        row = board.rows.get(ref)
        if row is None and board.project.item(ref) is not None:
            continue
        checklist = board.project.checklists.get(split_ref(ref)[0])
        found.append(DeliverableState(deliverable, row, checklist.phase if checklist else ""))
    return found


NO_PHASE = Phase("", "Not in a known phase", "No checklist here has the item that delivers these.")
"""Stands for the phase of deliverables that no checklist hands over."""


class Duty(Struct, frozen=True):
    """What roles do for a deliverable.

    Attributes:
        phase: the phase in which it is handed over; empty where that is not known.
        prepares: the role that owns it.
        contributes: other roles with items for it, in the order of the process.
        reviews: the roles that review it.
        row: the item that hands it over; None where no list has it.
        counts: its items that apply, by role.
    """

    deliverable: Deliverable
    phase: str
    prepares: str
    contributes: tuple[str, ...]
    reviews: tuple[str, ...]
    row: Row | None
    counts: Mapping[str, Count]

    @property
    def state(self) -> str:
        """Return the status of the item that hands it over; empty where there is none."""
        return self.row.state if self.row else ""

    @property
    def due(self) -> date | None:
        """Return the day on which it is due."""
        return self.row.due if self.row else None

    def concerns(self, role: str) -> bool:
        """Return whether a role has a part in it."""
        return role in (self.prepares, *self.contributes, *self.reviews)


class PhaseRole(Struct, frozen=True):
    """What one role does in a phase.

    Attributes:
        lists: its lists there.
        counts: its items there.
        prepares: titles of the deliverables that it prepares.
        reviews: titles of the deliverables that it reviews.
        decides: the milestones at which it decides.
    """

    role: str
    lists: tuple[Checklist, ...]
    counts: Count
    prepares: tuple[str, ...]
    reviews: tuple[str, ...]
    decides: tuple[Milestone, ...]

    @property
    def summaries(self) -> tuple[str, ...]:
        """Return what its lists state about themselves: what the role owes here."""
        return tuple(one.summary or one.title for one in self.lists)

    @property
    def idle(self) -> bool:
        """Return whether the role has no part in the phase, as far as process and lists show."""
        return not (self.lists or self.prepares or self.reviews or self.decides)


class PhaseDuties(Struct, frozen=True):
    """A phase with its deliverables, what each role does in it, and who decides at its end.

    Attributes:
        gates: the milestones that end it and at which somebody decides, the first one first.
    """

    phase: Phase
    duties: tuple[Duty, ...]
    parts: tuple[PhaseRole, ...]
    gates: tuple[Milestone, ...]

    @property
    def decides(self) -> tuple[str, ...]:
        """Return the roles that decide at the first of its gates where that is known."""
        return self.gates[0].decided_by if self.gates else ()

    def decides_on(self, duty: Duty) -> tuple[str, ...]:
        """Return the roles that decide on one of its deliverables: its own, or those at its end."""
        return duty.deliverable.decided_by or self.decides


def list_phase_duties(board: Board) -> list[PhaseDuties]:
    """Return who does what, phase by phase; what is under `private/` is left out."""
    board = board.shared() if board.project.withheld_lists else board
    roles = list_roles(board)
    items: dict[str, list[Row]] = {}
    for row in board.rows.values():
        if row.item.deliverable:
            items.setdefault(row.item.deliverable, []).append(row)
    duties = [
        _build_duty(deliverable, items.get(deliverable.deliverable.id, []), roles)
        for deliverable in list_deliverables(board)
    ]
    found = [
        _build_phase_duties(board, phase, duties, roles) for phase in board.project.process.phases
    ]
    placed = {one.phase.id for one in found}
    homeless = tuple(duty for duty in duties if duty.phase not in placed)
    return [*found, PhaseDuties(NO_PHASE, homeless, (), ())] if homeless else found


def list_roles(board: Board) -> list[str]:
    """Return the roles of the process and of its lists, in their order."""
    listed = {one.role for one in board.project.checklists.values()}
    known = board.project.process.all_roles
    return [
        role
        for role in dict.fromkeys([*known, *sorted(listed)])
        if role in board.project.process.roles or role in listed
    ]


def _build_duty(deliverable: DeliverableState, rows: Sequence[Row], roles: Sequence[str]) -> Duty:
    document = deliverable.deliverable
    by_role = {role: [e for e in rows if e.role == role] for role in roles}
    return Duty(
        document,
        deliverable.phase,
        document.owner,
        tuple(role for role in roles if by_role[role] and role != document.owner),
        document.reviewers,
        deliverable.row,
        {role: count_items(found) for role, found in by_role.items() if found},
    )


def _build_phase_duties(
    board: Board, phase: Phase, duties: Iterable[Duty], roles: Sequence[str]
) -> PhaseDuties:
    own = tuple(duty for duty in duties if duty.phase == phase.id)
    ends = tuple(
        milestone
        for milestone in board.project.process.milestones
        if phase.id in milestone.closes and milestone.decided_by
    )
    deciding = tuple(
        milestone for milestone in ends if _last_closed_phase(board, milestone) == phase.id
    )
    rows = board.of_phase(phase.id)
    lists = [one for one in board.project.checklists.values() if one.phase == phase.id]
    parts = tuple(
        PhaseRole(
            role,
            tuple(one for one in lists if one.role == role),
            count_items(row for row in rows if row.role == role),
            tuple(duty.deliverable.title for duty in own if duty.prepares == role),
            tuple(duty.deliverable.title for duty in own if role in duty.reviews),
            tuple(milestone for milestone in deciding if role in milestone.decided_by),
        )
        for role in roles
    )
    return PhaseDuties(phase, own, parts, ends)


def _last_closed_phase(board: Board, milestone: Milestone) -> str:
    """Return the last phase that a milestone closes: there its decision is made."""
    return max(milestone.closes, key=board.project.process.order)


def describe_phase_role(part: PhaseRole) -> list[str]:
    """State in whole sentences what a role does in a phase."""
    said = list(part.summaries)
    if part.prepares:
        said.append(f"Prepares: {'; '.join(part.prepares)}.")
    if part.reviews:
        said.append(f"Reviews: {'; '.join(part.reviews)}.")
    said += [f"Decides at {milestone.title}: {milestone.decision}" for milestone in part.decides]
    if part.idle:
        said.append("No part in this phase, according to the process and its checklists.")
    elif part.counts.total:
        said.append(f"{pluralize(part.counts.total, 'item')}: {part.counts.text} done.")
    return said
