"""Deliverables, the agenda of a briefing and next steps, as a template sees them."""

from collections.abc import Iterable, Mapping
from datetime import date

from fedcheck.analysis import agenda
from fedcheck.analysis.board import Board
from fedcheck.analysis.gates import Gate
from fedcheck.analysis.responsibilities import DeliverableState
from fedcheck.domain.row import Row
from fedcheck.reports import service_context, views, wording
from fedcheck.reports.item_views import ItemView
from fedcheck.reports.wording import PeopleNames

MAX_STEPS = 5
"""How many next steps of each role a report shows."""


def build_deliverable_view(
    deliverable: DeliverableState, chosen: Gate | None, items: Mapping[str, ItemView]
) -> views.DeliverableView:
    """Return a document; its state is that of the item that hands it over."""
    document = deliverable.deliverable
    needed = chosen is None or not chosen.milestone.closes or _depends_on(deliverable, chosen)
    item = items.get(deliverable.row.ref) if deliverable.row else None
    due = item.due if item else None
    return views.DeliverableView(
        id=document.id,
        title=wording.format_title(document.title),
        status=item.status if item else "",
        state=item.state if item else "in no checklist",
        owner=item.owner if item else wording.role_label(document.owner),
        reviewers=", ".join(wording.role_label(role) for role in document.reviewers),
        due=due,
        by=wording.find_earliest(due, chosen.date if chosen and needed else None),
        done=item.done if item else None,
        needed=needed,
        evidence=item.evidence if item else (),
    )


def _depends_on(deliverable: DeliverableState, chosen: Gate) -> bool:
    """Return whether a milestone is based on a deliverable."""
    late = deliverable.row is not None and deliverable.row.item.after == chosen.milestone.id
    return deliverable.phase in chosen.milestone.closes and not late


def build_section_views(
    board: Board, chosen: Gate | None, role: str, items: Mapping[str, ItemView]
) -> Iterable[views.SectionView]:
    """Yield what the presenting role brings: its lists of its last phase before the gate."""
    if not chosen or not chosen.milestone.closes:
        return
    closes = chosen.milestone.closes
    own = {row.phase for row in board.rows.values() if row.role == role}
    phase = next((one for one in reversed(closes) if one in own), closes[-1])
    sections: dict[tuple[str, str], list[Row]] = {}
    for row in board.of_phase(phase):
        if row.role == role and row.item.after != chosen.milestone.id:
            sections.setdefault((row.checklist, row.section.id), []).append(row)
    for rows in sections.values():
        yield views.SectionView(
            title=wording.format_title(rows[0].section.title),
            count=service_context.build_count_view(role, rows),
            items=tuple(items[row.ref] for row in rows),
        )


def list_asked_roles(board: Board, chosen: Gate | None) -> list[str]:
    """Return the roles that the milestone asks something of, in the order of the process."""
    asked = chosen.milestone.roles if chosen else ()
    return [role for role in service_context.list_report_roles(board) if role in (asked or (role,))]


def build_step_views(
    board: Board, chosen: Gate | None, names: PeopleNames
) -> Iterable[views.StepView]:
    """Yield the next steps of each role that the milestone asks something of."""
    for role in list_asked_roles(board, chosen):
        for step in agenda.list_steps_of_role(board, role)[:MAX_STEPS]:
            row = step.row
            yield views.StepView(
                role=role,
                owner=names.who(row.responsible, row.role),
                name=wording.format_title(wording.format_item_name(row)),
                ref=row.ref,
                due=row.due,
                by=wording.find_earliest(row.due, _needed_by(chosen, row)),
                why=step.why,
            )


def _needed_by(chosen: Gate | None, row: Row) -> date | None:
    """Return the day of the milestone, where that asks for an item."""
    asked = chosen and any(one.ref == row.ref for one in chosen.counted)
    return chosen.date if chosen and asked else None


def list_idle_roles(board: Board, chosen: Gate | None) -> Iterable[str]:
    """Yield the labels of the roles that have nothing to do now."""
    for role in list_asked_roles(board, chosen):
        if not agenda.list_steps_of_role(board, role):
            yield wording.role_label(role)
