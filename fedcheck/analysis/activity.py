"""History as text: what each person did, transaction by transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo

from msgspec import Struct, field

from fedcheck.domain.change import CONFIRMED, HistoryLine, is_acceptance, is_import, name_writer
from fedcheck.domain.change_text import changes_label, class_of, describe, describe_field
from fedcheck.domain.field_values import EVIDENCE_PREFIX
from fedcheck.domain.fields import field_of
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import pluralize

SHOWN = 5
"""How many items of one action are listed singly."""


class HistoryRow(Struct, frozen=True):
    """What one action did to one item.

    Attributes:
        tx: the action.
        at: when, in the time zone of the workspace; on the day that the person gave with --as-of,
            where that was another one.
        ref: the item; empty for an import, and for the rest of a long action.
        what: as text.
    """

    tx: str
    at: datetime
    by: str
    ref: str
    what: str


def story(entered: Iterable[HistoryLine], zone: tzinfo) -> list[HistoryRow]:
    """Return the history as text, the oldest action first, by the day that it counts for.

    An action on many items names the first ones, and how many more there were. An import is one
    row, which states what came.
    """
    actions: dict[str, dict[str, list[HistoryLine]]] = {}
    undos: dict[str, str] = {}
    for one in entered:
        actions.setdefault(one.tx, {}).setdefault(one.change.ref, []).append(one)
        undos[one.tx] = one.undoes
    told: list[HistoryRow] = []
    imports: dict[str, str] = {}
    for tx, items in actions.items():
        first = next(iter(items.values()))[0]
        day, note = _place_in_time(first, zone)
        word = _undo_word(undos, tx)
        lines = [one.change for of_it in items.values() for one in of_it]
        if any(is_import(change) for change in lines):
            imports[tx] = changes_label(lines)
        elif undos[tx] in imports:
            imports[tx] = imports[undos[tx]]
        if tx in imports:
            told.append(HistoryRow(tx, day, name_writer(first), "", word + imports[tx] + note))
            continue
        for ref, of_it in list(items.items())[:SHOWN]:
            what = word + _describe_lines(of_it) + note
            told.append(HistoryRow(tx, day, name_writer(first), ref, what))
        if len(items) > SHOWN:
            rest = f"and {len(items) - SHOWN} more items in the same action"
            told.append(HistoryRow(tx, day, name_writer(first), "", rest))
    return sorted(told, key=lambda row: row.at)


def sort_lines(entered: Iterable[HistoryLine], zone: tzinfo) -> list[HistoryLine]:
    """Return history lines in the order of time, as `story` has them."""
    return sorted(entered, key=lambda one: _place_in_time(one, zone)[0])


def _place_in_time(line: HistoryLine, zone: tzinfo) -> tuple[datetime, str]:
    """Return where a line is in the story, and what to state about it."""
    clock = line.at.astimezone(zone)
    day = line.counts_on(zone)
    if day == clock.date():
        return clock, ""
    moved = datetime.combine(day, clock.time(), clock.tzinfo)
    return moved, f" (entered on {clock.date()})"


def _describe_lines(lines: Sequence[HistoryLine]) -> str:
    """Return what lines of one action state about one record."""
    if not all(is_acceptance(one) for one in lines):
        return describe([one.change for one in lines])
    if any(split_ref(one.change.ref)[0] == CONFIRMED for one in lines):
        return "accepted a missing history line"
    return "accepted as is: " + ", ".join(describe_field(one.change) for one in lines)


def _undo_word(undos: Mapping[str, str], tx: str) -> str:
    undone = undos.get(tx, "")
    if not undone:
        return ""
    return "redo: " if undos.get(undone) else "undo: "


class PersonActivity(Struct):
    """What one person did, counted by items."""

    who: str
    done: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    reopened: set[str] = field(default_factory=set)
    evidence: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    raised: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    fields: dict[str, str] = field(default_factory=dict)
    imported: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Return it in a few words, what matters most first."""
        named = [
            (len(self.failed), "test not satisfied", "tests not satisfied"),
            (len(self.raised), "finding raised", "findings raised"),
            (len(self.asked), "request made", "requests made"),
            (len(self.blocked), "blocked", "blocked"),
            (len(self.reopened), "reopened", "reopened"),
            (len(self.done - self.failed), "done", "done"),
            (len(self.evidence), "with new evidence", "with new evidence"),
        ]
        parts = [pluralize(count, one, many) for count, one, many in named if count]
        if not parts and not self.imported:
            words = ", ".join(list(dict.fromkeys(self.fields.values()))[:SHOWN])
            changed = f"{pluralize(len(self.touched), 'item')} changed"
            return f"{changed} ({words})" if words else changed
        return ", ".join([*self.imported, *parts])


def lately(entered: Iterable[HistoryLine]) -> list[PersonActivity]:
    """Return what each person did, by how much they touched.

    Only what still stands counts: an item that was done and reopened is not done.
    """
    people: dict[str, PersonActivity] = {}
    for one in entered:
        doings = people.setdefault(one.by, PersonActivity(one.by))
        _count(doings, one)
    return sorted(people.values(), key=lambda doings: -len(doings.touched))


def _count(doings: PersonActivity, one: HistoryLine) -> None:
    change = one.change
    ref = change.ref
    if is_acceptance(one):
        return
    if is_import(change):
        doings.imported.append(f"imported {change.new}")
        return
    doings.touched.add(ref)
    row = field_of(class_of(ref), change.field)
    if row is not None and not row.follows:
        doings.fields[row.name] = row.word
    if change.field == "status":
        for state in (doings.done, doings.blocked, doings.reopened):
            state.discard(ref)
        if change.new == "done":
            doings.done.add(ref)
        elif change.new == "blocked":
            doings.blocked.add(ref)
        elif change.old in ("done", "na"):
            doings.reopened.add(ref)
    elif change.field == "result":
        doings.failed.discard(ref)
        if change.new == "other-than-satisfied":
            doings.failed.add(ref)
    elif change.field.startswith(EVIDENCE_PREFIX) and change.new:
        doings.evidence.add(ref)
    elif change.field == "title" and not change.old:
        (doings.asked if ref.startswith("requests:") else doings.raised).add(ref)
