"""Changes: one field of one record, old and new; and which transaction undo takes back."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.finding import Finding
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import MilestoneDate, PackageEntry, SentReport

AnyRecord = Record | Request | Finding | MilestoneDate | PackageEntry | SentReport
"""What changes are made to."""

OUTSIDE = "outside fedcheck"
"""Who is named for a difference that no history line explains (a hand edit, a git pull)."""


IMPORTED = "imported"
IMPORTS = "imports"
"""An import writes a line of its own: reference `imports:TX`, field `imported`, new: what came."""


class Change(Struct, frozen=True, gc=False):
    """One field of one record goes from old to new; values in their history form."""

    ref: str
    field: str
    old: Any
    new: Any

    def inverse(self) -> "Change":
        """Return the change that takes this one back."""
        return Change(self.ref, self.field, self.new, self.old)


class HistoryLine(Struct, frozen=True, gc=False):
    """A change as history holds it: who made it, when (UTC), as part of which action.

    Hashes are SHA-256 in hex: whole in `prev` and `hash`, their first SHORT digits elsewhere.

    Attributes:
        undoes: the action that it takes back.
        day: the day that a person gave as today, where that was not the day of the clock.
        lost: of a line outside fedcheck, the person's line that it takes back; of a person's line,
            the loss that the person accepts.
        merged: the lines of two sides that a merge settled with this one.
        saw: the newest lines of other chains that its writer knew.
        prev: the line that its writer saw last in the same file; empty for a first one.
        hash: that of its own bytes; empty for a line that is not in a file yet.
    """

    change: Change
    at: datetime
    by: str
    tx: str
    undoes: str = ""
    day: date | None = None
    lost: str = ""
    merged: tuple[str, ...] = ()
    saw: tuple[str, ...] = ()
    prev: str = ""
    hash: str = ""

    def counts_on(self, zone: tzinfo | None) -> date:
        """Return the day that the change belongs to: the one a person gave, or the clock's."""
        return self.day or self.at.astimezone(zone).date()


SHORT = 12
"""How many digits of a hash are kept where one line names another one of any file."""

CONFIRMED = "history"
"""A missing line that a person accepts is named by the reference `history:HASH`."""


TAKEN_OVER = "records"
"""The field of a line that contains all values of a list: by item, then by field."""

ALL_ITEMS = "*"
"""What such a line names in place of an item: `LIST:*`."""


def expand_line(line: HistoryLine) -> list[HistoryLine]:
    """Return the lines of each field that a line contains; itself where it is an ordinary one.

    A workspace that is taken over without a history gets one line a list. The last of them has the
    hash of the line, so that what follows the line follows them all.
    """
    change = line.change
    if change.field != TAKEN_OVER or not isinstance(change.new, dict):
        return [line]
    owner, _, item = change.ref.rpartition(":")
    if item != ALL_ITEMS:
        return [line]
    found: list[HistoryLine] = []
    prev = line.prev
    for name, fields in change.new.items():
        for field, value in fields.items() if isinstance(fields, dict) else ():
            part = Change(f"{owner}:{name}", field, None, value)
            digest = f"{line.hash}+{len(found)}"
            found.append(
                HistoryLine(
                    part, line.at, line.by, line.tx, line.undoes, line.day, line.lost,
                    line.merged, line.saw, prev, digest,
                )
            )  # fmt: skip
            prev = digest
    return [*found[:-1], replace(found[-1], hash=line.hash)] if found else [line]


def count_parts(change: Change) -> int:
    """Return how many lines `expand_line` makes of the line of a change."""
    if change.field != TAKEN_OVER or not isinstance(change.new, dict):
        return 1
    if change.ref.rpartition(":")[2] != ALL_ITEMS:
        return 1
    return sum(len(fields) for fields in change.new.values() if isinstance(fields, dict)) or 1


NOT_RECORDS = ("checklists", "texts", IMPORTS, CONFIRMED)
"""What references of history lines name that are no records."""


def is_outside(line: HistoryLine) -> bool:
    """Return whether a line states what was done outside fedcheck."""
    return line.by == OUTSIDE


MERGE = "merge"
"""Who is named for the outcome of a merge: the values of both sides were set by people."""


def name_writer(line: HistoryLine) -> str:
    """Return who is named for a line: a person, what happened outside fedcheck, or a merge."""
    return MERGE if line.merged and is_outside(line) else line.by


def person_name(who: str) -> str:
    """Return the name that a person's lines contain: never the one of lines outside fedcheck."""
    return f'"{who}"' if who == OUTSIDE else who


def is_acceptance(line: HistoryLine) -> bool:
    """Return whether a person states with a line that a loss or a missing line is all right."""
    return bool(line.lost) and not is_outside(line)


def imported(tx: str, what: str) -> Change:
    """Return the line that states what an import brought; it changes no record."""
    return Change(f"{IMPORTS}:{tx}", IMPORTED, None, what)


def is_import(change: Change) -> bool:
    """Return whether a change is the line of an import."""
    return change.field == IMPORTED and change.ref.startswith(f"{IMPORTS}:")


def diff_records(ref: str, old: AnyRecord, new: AnyRecord) -> list[Change]:
    """Return the changes that lead from one record (request, finding) to the other."""
    from fedcheck.domain.field_values import list_values  # what only looks compares no records

    before, after = list_values(old), list_values(new)
    names = dict.fromkeys((*before, *after))
    pairs = ((name, before.get(name), after.get(name)) for name in names)
    return [Change(ref, name, was, now) for name, was, now in pairs if was != now]


def find_next_undo(entered: Iterable[HistoryLine]) -> str | None:
    """Return the action (`tx`) that undo takes back; None where there is none."""
    undo, _ = _undo_and_redo_stacks(entered)
    return undo[-1] if undo else None


def find_next_redo(entered: Iterable[HistoryLine]) -> str | None:
    """Return the undo (`tx`) that redo takes back; None where there is none."""
    _, redo = _undo_and_redo_stacks(entered)
    return redo[-1][0] if redo else None


def _undo_and_redo_stacks(
    entered: Iterable[HistoryLine],
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the actions that stand, and the undos with what they undid.

    A new action ends what could be done again, as everywhere.
    """
    undo: list[str] = []
    redo: list[tuple[str, str]] = []
    mine = (one for one in entered if not is_outside(one) and not is_acceptance(one))
    for tx, undoes in dict.fromkeys((one.tx, one.undoes) for one in mine):
        stack_action(undo, redo, tx, undoes)
    return undo, redo


def stack_action(undo: list[str], redo: list[tuple[str, str]], tx: str, undoes: str) -> bool:
    """Put an action on the stacks of what can be undone and made again.

    Return whether what it takes back is on them; what takes back none always fits.
    """
    if not undoes:
        undo.append(tx)
        redo.clear()
    elif redo and redo[-1][0] == undoes:
        undo.append(tx)
        redo.pop()
    elif undoes in undo:
        undo.remove(undoes)
        redo.append((tx, undoes))
    else:
        return False
    return True
