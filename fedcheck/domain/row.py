"""Entries: an item that applies, with its record and what follows from both on one day."""

from datetime import date

from msgspec import Struct

from fedcheck.domain.checklist import Item, Section
from fedcheck.domain.glossary import UNSOUND_STATES, EvidenceState, Level, Sharing
from fedcheck.domain.record import UNKNOWN_RECORD, Record, is_unobserved

_UNSOUND = frozenset(UNSOUND_STATES)


class Row(Struct, frozen=True, gc=False):
    """One line of a list, with everything that a filter or a screen asks of it.

    Attributes:
        due: the day on which it is due, if that is known.
        overdue: whether that day has passed and the item is still open.
        evidence: for each piece of evidence its state, one of `EvidenceState`.
        waits: references of needed items that are not done yet.
        later: whether its milestone (`after`) has not taken place yet.
        changed: whether the item changed upstream since the record was made.
        private: whether no gate and no report may include it: its list is under `private/`, or
            internal.
        internal: whether its list is internal: shared inside the company.
    """

    ref: str
    checklist: str
    phase: str
    role: str
    section: Section
    item: Item
    record: Record
    due: date | None = None
    overdue: bool = False
    evidence: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    later: bool = False
    changed: bool = False
    private: bool = False
    internal: bool = False

    @property
    def sharing(self) -> Sharing:
        """Return how far the item travels."""
        if self.internal:
            return Sharing.INTERNAL
        return Sharing.PRIVATE if self.private else Sharing.SHARED

    @property
    def state(self) -> str:
        """Return what a list shows: the status, `other` for a test that found something."""
        if self.record.status == "done" and self.record.result == "other-than-satisfied":
            return "other"
        return self.record.status

    @property
    def responsible(self) -> str:
        """Return who has it: of a test its tester, else the owner; empty where nobody is named."""
        tester = self.record.tester if self.item.kind == "test" else ""
        return tester or self.record.owner

    @property
    def unobserved(self) -> bool:
        """Return whether it is an official test step with a result and no observation."""
        return self.item.is_test_step and is_unobserved(self.record)

    @property
    def unknown(self) -> bool:
        """Return whether its record cannot be read."""
        return self.record is UNKNOWN_RECORD

    @property
    def optional(self) -> bool:
        """Return whether it is in no total: it may be done, and nothing asks for it."""
        return self.item.level == Level.MAY

    @property
    def stale(self) -> bool:
        """Return whether any evidence is too old."""
        return "stale" in self.evidence

    @property
    def unsound(self) -> bool:
        """Return whether any evidence is stale, missing or changed."""
        return not _UNSOUND.isdisjoint(self.evidence)

    @property
    def unverified(self) -> bool:
        """Return whether any evidence file has not been verified yet as it is now."""
        return EvidenceState.UNVERIFIED in self.evidence

    @property
    def waiting(self) -> bool:
        """Return whether it is open and cannot be worked on yet."""
        return not self.record.closed and (bool(self.waits) or self.later)
