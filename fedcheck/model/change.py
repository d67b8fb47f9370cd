"""Changes: one field of one record, old and new; a change knows its inverse."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fedcheck.model.record import EVIDENCE_PREFIX, FIELDS, Record, field_value, with_field

OUTSIDE = "outside fedcheck"
"""Who is named for a difference that no history line explains (a hand edit, a git pull)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one record goes from old to new; values in their history form."""

    ref: str
    field: str
    old: Any
    new: Any

    def inverse(self) -> "Change":
        """Return the change that takes this one back."""
        return Change(self.ref, self.field, self.new, self.old)


@dataclass(frozen=True, slots=True)
class Entered:
    """A change as history holds it: who made it, when (UTC), as part of which action."""

    change: Change
    at: datetime
    by: str
    tx: str
    undoes: str = ""


def differences(ref: str, old: Record, new: Record) -> list[Change]:
    """Return the changes that lead from one record to the other."""
    proofs = dict.fromkeys(e.id for record in (old, new) for e in record.evidence)
    names = (*FIELDS, *(EVIDENCE_PREFIX + proof for proof in proofs))
    pairs = ((name, field_value(old, name), field_value(new, name)) for name in names)
    return [Change(ref, name, before, after) for name, before, after in pairs if before != after]


def applied(record: Record, changes: Iterable[Change]) -> Record:
    """Return the record after changes, whatever it held before."""
    for change in changes:
        record = with_field(record, change.field, change.new)
    return record
