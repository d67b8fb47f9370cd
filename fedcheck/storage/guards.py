"""Guards: what may keep a change from being made, by what it meets on disk."""

from collections.abc import Callable

from fedcheck.domain.change import AnyRecord, Change
from fedcheck.errors import ErrorKind, FedcheckError

Guard = Callable[[Change, AnyRecord], None]
"""Looks at a change and the record that it meets on disk; raises where it must not be made."""


class ConflictError(FedcheckError):
    """Another person changed a field since it was looked at; contains what it holds now."""

    def __init__(self, change: Change, now: str) -> None:
        super().__init__(
            f"{change.ref}: the {change.field} was changed in the meantime", "", ErrorKind.REFUSED
        )
        self.change = change
        self.now = now


def guard_unchanged(name: str, seen: str) -> Guard:
    """Return a guard that refuses to write over a text that is no longer what a person saw."""

    def guard(change: Change, record: AnyRecord) -> None:
        from fedcheck.domain.field_values import field_value  # what only looks changes no field

        now = field_value(record, change.field) or ""
        if change.field == name and now not in (seen, change.new or ""):
            raise ConflictError(change, now)

    return guard


def unless_changed_since(change: Change, record: AnyRecord) -> None:
    """Refuse to take back a value that somebody has changed since."""
    from fedcheck.domain.field_values import field_value, unplaced

    if field_value(record, change.field) not in (unplaced(change.old), unplaced(change.new)):
        raise FedcheckError(
            f"{change.ref}: {change.field.partition('.')[0]} was changed by somebody else since "
            "then",
            "check fedcheck history, then set it by hand",
            ErrorKind.REFUSED,
        )


def allow_all(change: Change, record: AnyRecord) -> None:
    """Let every change pass: the later of two writers stands."""
