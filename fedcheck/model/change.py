"""Changes: one field of one record, old and new; a change knows its inverse."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fedcheck.model.fields import all_names, field_value
from fedcheck.model.finding import Finding
from fedcheck.model.record import Record
from fedcheck.model.request import Request
from fedcheck.model.schedule import Scheduled
from fedcheck.model.sent import Sent

Thing = Record | Request | Finding | Scheduled | Sent
"""What changes are made to."""

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


def differences(ref: str, old: Thing, new: Thing) -> list[Change]:
    """Return the changes that lead from one record (request, finding) to the other."""
    names = dict.fromkeys((*all_names(old), *all_names(new)))
    pairs = ((name, field_value(old, name), field_value(new, name)) for name in names)
    return [Change(ref, name, before, after) for name, before, after in pairs if before != after]
