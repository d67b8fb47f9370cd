"""The rows of who waits for whom, and of who does what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fedcheck.analysis.handoffs import Handoff
from fedcheck.analysis.responsibilities import Duty, PhaseDuties
from fedcheck.domain.glossary import STATUS_WORDS
from fedcheck.domain.process import role_label
from fedcheck.domain.text import pluralize
from fedcheck.tui.signs import Signs
from fedcheck.tui.widgets.row_list import Cell, Column, Look, RowList


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A deliverable in its phase."""

    duty: Duty
    phase: PhaseDuties


Line = Handoff | DutyRow


def roles_text(roles: Sequence[str]) -> str:
    """Return roles as they are spoken of, or a dash."""
    return ", ".join(map(role_label, roles)) or "-"


def _status(status: str, signs: Signs) -> str:
    sign = signs.status.get(status, "")
    return f"{sign} {STATUS_WORDS.get(status, status)}".strip()


def _age(row: Handoff, look: Look) -> Cell:
    age = row.age(look.today)
    return "" if age is None else f"{age} d", "dim"


def _late(row: Handoff, look: Look) -> Cell:
    return ("! overdue", _tone(row)) if row.overdue else (_status(row.status, look.signs), "dim")


def _tone(row: Handoff) -> str:
    return "error" if row.overdue else "dim"


def _holds_up(row: Handoff, _: Look) -> Cell:
    count = max(len(row.blocks), row.behind)
    return f"before {pluralize(count, 'item')}" if count else "", "dim"


HANDOFF_COLUMNS: tuple[Column[Any], ...] = (
    Column("age", _age, {0: 6}, right=True),
    Column("title", lambda row, _: (row.title, "")),
    Column("status", _late, {0: 11}),
    Column("owner", lambda row, _: (row.owner or "no owner", "dim"), {100: 14}),
    Column("due", lambda row, _: (str(row.due or ""), _tone(row)), {0: 10}),
    Column("holds up", _holds_up, {100: 15}),
)


def _is_open(row: DutyRow) -> bool:
    return row.duty.row is not None and not row.duty.row.record.closed


def _duty_state(row: DutyRow, look: Look) -> Cell:
    state = row.duty.state
    text = _status(state, look.signs) if state else "-"
    return text, "dim" if _is_open(row) or not state else "good"


def _duty_due(row: DutyRow, _: Look) -> Cell:
    return str(row.duty.due or "") if _is_open(row) else "", "dim"


DUTY_COLUMNS: tuple[Column[Any], ...] = (
    Column("deliverable", lambda row, _: (row.duty.deliverable.title, "")),
    Column("prepares", lambda row, _: (role_label(row.duty.prepares), ""), {0: 6, 100: 8}),
    # Where there is no room for the reviewers, the details name them.
    Column("reviews", lambda row, _: (roles_text(row.duty.reviews), "dim"), {72: 14, 100: 18}),
    Column(
        "decides",
        lambda row, _: (roles_text(row.phase.decides_on(row.duty)), "dim"),
        {0: 6, 100: 8},
    ),
    Column("status", _duty_state, {0: 11}),
    Column("due", _duty_due, {100: 10}),
)


class ResponsibilityList(RowList[Line]):
    """Hand-offs and duties, under headings."""

    NARROWEST = 10

    def key_of(self, row: Line) -> object:
        """Return what distinguishes a row from others."""
        if isinstance(row, Handoff):
            return row.waits, row.on, row.what, row.ref
        return row.phase.phase.id, row.duty.deliverable.id

    def columns(self, row: Line) -> Sequence[Column[Line]]:
        """Return the columns of a hand-off, or those of a duty."""
        return HANDOFF_COLUMNS if isinstance(row, Handoff) else DUTY_COLUMNS
