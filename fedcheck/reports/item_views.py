"""What a template sees of an item."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from msgspec import Struct

from fedcheck.analysis.board import Board
from fedcheck.analysis.evidence_register import list_unsound_evidence
from fedcheck.analysis.gates import Gate, asks_for
from fedcheck.domain.row import Row
from fedcheck.reports import wording
from fedcheck.reports.evidence_views import EvidenceView, EvidenceViewBuilder
from fedcheck.reports.view import LazyView, Shown
from fedcheck.reports.wording import PeopleNames


class ItemViewBuilder(Struct, frozen=True, dict=True):
    """How the items of a board are shown.

    Attributes:
        board: the project on the day of the report.
        names: how its people are called.
        evidence_items: how its evidence is shown.
        chosen: the gate of the milestone that the report is for; None where the process has none.
        since: the day on which items took their status, as far as it is known.
    """

    board: Board
    names: PeopleNames
    evidence_items: EvidenceViewBuilder
    chosen: Gate | None
    since: Mapping[str, date]

    @cached_property
    def why(self) -> Mapping[tuple[str, str], str]:
        """Return why evidence does not count, by reference and id."""
        return {
            (one.row.ref, one.evidence_item.id): one.why
            for one in list_unsound_evidence(self.board)
        }


class ItemView(LazyView):
    """An item that applies. `name` is its title, after its official code if it has one.

    `asked` shows whether the milestone of the report is based on it.
    """

    def __init__(self, builder: ItemViewBuilder, row: Row) -> None:
        self._builder = builder
        self._row = row

    @Shown
    def ref(self) -> str:
        return self._row.ref

    @Shown
    def id(self) -> str:
        return self._row.item.id

    @Shown
    def code(self) -> str:
        return self._row.item.code

    @Shown
    def name(self) -> str:
        return wording.format_title(wording.format_item_name(self._row))

    @Shown
    def title(self) -> str:
        return wording.format_title(self._row.item.title)

    @Shown
    def phase(self) -> str:
        return self._row.phase

    @Shown
    def role(self) -> str:
        return self._row.role

    @Shown
    def section(self) -> str:
        return wording.format_title(self._row.section.title)

    @Shown
    def kind(self) -> str:
        return self._row.item.kind

    @Shown
    def level(self) -> str:
        return self._row.item.level

    @Shown
    def controls(self) -> tuple[str, ...]:
        return self._row.item.controls

    @Shown
    def methods(self) -> tuple[str, ...]:
        return self._row.item.methods

    @Shown
    def status(self) -> str:
        return self._row.record.status

    @Shown
    def state(self) -> str:
        return wording.status_text(self._row.state)

    @Shown
    def result(self) -> str:
        return self._row.record.result

    @Shown
    def owner(self) -> str:
        return self._builder.names.who(self._row.responsible, self._row.role)

    @Shown
    def owner_id(self) -> str:
        return self._row.record.owner

    @Shown
    def due(self) -> date | None:
        return self._row.due

    @Shown
    def done(self) -> date | None:
        return self._row.record.done

    @Shown
    def since(self) -> date | None:
        return self._builder.since.get(self._row.ref)

    @Shown
    def overdue(self) -> bool:
        return self._row.overdue

    @Shown
    def waiting(self) -> bool:
        return self._row.waiting

    @Shown
    def changed(self) -> bool:
        return self._row.changed

    @Shown
    def asked(self) -> bool:
        chosen = self._builder.chosen
        if chosen is None or not chosen.milestone.closes:
            return True
        return asks_for(self._builder.board, chosen.milestone, self._row)

    @Shown
    def reason(self) -> str:
        return wording.format_reason(self._row.record.reason)

    @Shown
    def note(self) -> str:
        return wording.format_reason(self._row.record.note)

    @Shown
    def evidence(self) -> tuple[EvidenceView, ...]:
        builder, row = self._builder, self._row
        return tuple(
            builder.evidence_items.view(
                one,
                state,
                builder.why.get((row.ref, one.id), ""),
                wording.format_item_name(row),
                builder.names.who(row.responsible, row.role),
            )
            for one, state in zip(row.record.evidence, row.evidence, strict=True)
        )
