"""History in words: what each person did, transaction by transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.domain.change import Change, HistoryLine
from fedcheck.domain.fields import EVIDENCE_PREFIX
from fedcheck.domain.text import one_line, plural

SHOWN = 5
"""How many items of one action are told of singly."""

QUOTED = 60
"""How many characters of a note or reason are told."""


class HistoryRow(Struct, frozen=True):
    """What one action did to one item.

    Attributes:
        tx: the action.
        at: when, in the time zone of the workspace.
        ref: the item; empty for the line that stands for the rest of a long action.
        what: in words.
    """

    tx: str
    at: datetime
    by: str
    ref: str
    what: str


def story(entered: Iterable[HistoryLine], zone: tzinfo) -> list[HistoryRow]:
    """Return the history in words, the oldest action first.

    An action on many items tells of the first ones, and how many more there were.
    """
    actions: dict[str, dict[str, list[HistoryLine]]] = {}
    undos: dict[str, str] = {}
    for one in entered:
        actions.setdefault(one.tx, {}).setdefault(one.change.ref, []).append(one)
        undos[one.tx] = one.undoes
    told: list[HistoryRow] = []
    for tx, items in actions.items():
        first = next(iter(items.values()))[0]
        day = first.at.astimezone(zone)
        word = _undo_word(undos, tx)
        for ref, lines in list(items.items())[:SHOWN]:
            what = word + sentence([one.change for one in lines])
            told.append(HistoryRow(tx, day, first.by, ref, what))
        if len(items) > SHOWN:
            rest = f"and {len(items) - SHOWN} more items, the same action"
            told.append(HistoryRow(tx, day, first.by, "", rest))
    return told


def _undo_word(undos: Mapping[str, str], tx: str) -> str:
    undone = undos.get(tx, "")
    if not undone:
        return ""
    return "redo: " if undos.get(undone) else "undo: "


def sentence(changes: Sequence[Change]) -> str:
    """Say what changes of one item did: `done, satisfied; evidence "Scan" added`."""
    by_field = {change.field: change for change in changes}
    title = by_field.get("title")
    if title and not title.new:
        said = [str(c.new) for c in changes if c.field == "comment" and c.new]
        return f"removed: {_quote(title.old)}" + (f"; {_quote(said[-1])}" if said else "")
    parts = _of_the_schedule(by_field) + _of_a_ledger(by_field)
    status, reason = by_field.get("status"), by_field.get("reason")
    if status:
        parts.append(_status(status) + _because(reason if reason and reason.new else None))
    result = by_field.get("result")
    if result:
        parts.append(str(result.new) if result.new else "result cleared")
    for name in ("owner", "due"):
        if name in by_field:
            parts.append(_field(by_field[name]))
    if "note" in by_field:
        parts.append(_text("note", by_field["note"]))
    if reason and not status:
        parts.append(_text("reason", reason))
    parts += [_evidence(c) for c in changes if c.field.startswith(EVIDENCE_PREFIX)]
    if not parts and "basis" in by_field:
        parts.append("what changed upstream was reviewed")
    if not parts and "done" in by_field:
        parts.append(_field(by_field["done"]))
    return "; ".join(parts) or "nothing"


def _of_the_schedule(by_field: Mapping[str, Change]) -> list[str]:
    """Return how a milestone was moved."""
    return [_field(by_field["day"])] if "day" in by_field else []


def _of_a_ledger(by_field: Mapping[str, Change]) -> list[str]:
    """Return what was done to a request or a finding; nothing where it was an item."""
    parts = []
    title = by_field.get("title")
    if title:
        parts.append(f"{'called' if title.old else 'new'}: {_quote(title.new)}")
    state = by_field.get("state")
    if state and state.new != "open":
        parts.append(str(state.new))
    elif state and not title:
        parts.append("returned" if "comment" in by_field else "open again")
    for name, change in by_field.items():
        if name in _TOLD:
            fresh = title is not None and not title.old  # its defaults were never said
            parts.append(_field(replace(change, old=None) if fresh else change))
        elif name in _QUOTED:
            parts.append(_text(name, change))
    return parts


_TOLD = (
    "risk", "by", "to", "on", "round", "document", "section", "kind", "deviation",
    "deviation_state", "retest",
)  # fmt: skip
_QUOTED = ("text", "answer", "comment", "plan", "rationale")


def _status(change: Change) -> str:
    match (change.old, change.new):
        case (_, "doing"):
            return "started" if change.old == "todo" else "in progress again"
        case (_, "done"):
            return "done"
        case (_, "blocked"):
            return "blocked"
        case (_, "na"):
            return "not applicable"
        case ("done" | "na", "todo"):
            return "reopened"
    return "back to todo"


def _because(reason: Change | None) -> str:
    return f": {_quote(reason.new)}" if reason else ""


def _field(change: Change) -> str:
    if not change.new:
        return f"no {change.field} any more (was {_short(change.old)})"
    was = f" (was {_short(change.old)})" if change.old else ""
    return f"{change.field.replace('_', ' ')} {_short(change.new)}{was}"


def _text(name: str, change: Change) -> str:
    if not change.new:
        return f"{name} removed"
    return f"{name} {'changed' if change.old else 'written'}: {_quote(change.new)}"


def _evidence(change: Change) -> str:
    proof = change.new or change.old
    known = proof if isinstance(proof, dict) else {}
    verb = "added" if change.old is None else "removed" if change.new is None else "changed"
    return f"evidence {_quote(known.get('label') or known.get('link') or '?')} {verb}"


def _quote(value: Any) -> str:
    return f'"{one_line(str(value), QUOTED)}"'


def _short(value: Any) -> str:
    return one_line(str(value), 40)


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

    @property
    def words(self) -> str:
        """Say it in a few words, what matters most first."""
        named = [
            (len(self.failed), "test not satisfied", "tests not satisfied"),
            (len(self.raised), "finding raised", "findings raised"),
            (len(self.asked), "request made", "requests made"),
            (len(self.blocked), "blocked", "blocked"),
            (len(self.reopened), "reopened", "reopened"),
            (len(self.done - self.failed), "done", "done"),
            (len(self.evidence), "with new evidence", "with new evidence"),
        ]
        parts = [plural(count, one, many) for count, one, many in named if count]
        return ", ".join(parts) or plural(len(self.touched), "item") + " changed"


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
    doings.touched.add(ref)
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
