"""What would bring a record back to what it was after an action."""

from collections.abc import Sequence
from typing import Any

from fedcheck.model.change import Change, Entered
from fedcheck.model.fields import EVIDENCE_PREFIX, field_names, field_value
from fedcheck.model.record import STATUS_WORDS, Record
from fedcheck.model.text import one_line


def changes_back(entered: Sequence[Entered], tx: str, ref: str, record: Record) -> list[Change]:
    """Return the changes that make a record what it was after an action.

    Args:
        entered: the history of this record alone, the oldest change first.
        tx: the action.
        ref: the item as it is called today.
        record: its record as it is now.
    """
    places = [place for place, one in enumerate(entered) if one.tx == tx]
    if not places:
        return []
    then: dict[str, Any] = {}
    for one in entered[places[-1] + 1 :]:
        then.setdefault(one.change.field, one.change.old)
    known = field_names(Record)
    changes = []
    for name, value in then.items():
        if name in known or name.startswith(EVIDENCE_PREFIX):
            now = field_value(record, name)
            if now != value and not _default(name, now, value):
                changes.append(Change(ref, name, now, value))
    return changes


def _default(name: str, now: Any, value: Any) -> bool:
    """Tell whether both say that nothing was touched: `todo`, and no status at all."""
    return name == "status" and {now or "todo", value or "todo"} == {"todo"}


def told(change: Change) -> tuple[str, str, str]:
    """Return a change for a person: what it is about, what that is now, what it will be."""
    if change.field.startswith(EVIDENCE_PREFIX):
        return "evidence", _proof(change.old), _proof(change.new)
    name = {"basis": "reviewed", "done": "done on"}.get(change.field, change.field)
    if change.field == "basis":
        return name, "this version" if change.old else "-", "that version" if change.new else "-"
    return name, _value(change.field, change.old), _value(change.field, change.new)


def _value(field: str, value: Any) -> str:
    if not value:
        return "-"
    text = one_line(str(value), 32)
    return STATUS_WORDS.get(text, text) if field == "status" else text


def _proof(value: Any) -> str:
    if not isinstance(value, dict):
        return "-"
    return one_line(str(value.get("label") or value.get("link") or "?"), 32)
