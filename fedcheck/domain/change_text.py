"""What an action is called: a few words for the line that says it was saved or undone."""

from collections.abc import Callable, Sequence

from fedcheck.domain.change import Change
from fedcheck.domain.fields import EVIDENCE_PREFIX, field_names
from fedcheck.domain.item_rules import ItemEdit, TestEdit
from fedcheck.domain.record import Record
from fedcheck.domain.reference import split
from fedcheck.domain.text import one_line


def edit_label(edit: ItemEdit, refs: Sequence[str]) -> str:
    """Say in words what an edit does."""
    parts = []
    if edit.result:
        parts.append(edit.result)
    elif edit.status:
        parts.append({"na": "not applicable"}.get(edit.status, edit.status))
    elif edit.result == "":
        parts.append("no result")
    for name in ("owner", "due"):
        value = getattr(edit, name)
        if value is not None:
            parts.append(f"{name} {value}" if value else f"no {name}")
    if edit.note is not None:
        parts.append("note")
    if edit.private_note is not None:
        parts.append("private note")
    if edit.reason is not None and not edit.status:
        parts.append("reason")
    if edit.testing is not None:
        parts += _recorded(edit.testing)
    if edit.confirm:
        parts.append("reviewed")
    what = split(refs[0])[1] if len(refs) == 1 else f"{len(refs)} items"
    return f"{what}: {', '.join(parts)}"


def _recorded(testing: TestEdit) -> list[str]:
    """Say what is recorded of a test, long texts by their name alone."""
    parts = []
    for field in testing.__struct_fields__:
        value = getattr(testing, field)
        if value is None or field == "inherited_from":
            continue
        name = {"tested": "tested on", "differential": "SSP differs"}.get(field, field)
        if field in ("observation", "differential"):
            parts.append(name if value else f"no {name}")
        elif isinstance(value, tuple):
            parts.append(f"{name} {', '.join(value)}" if value else f"no {name}")
        else:
            parts.append(f"{name} {one_line(str(value), 30)}" if value else f"no {name}")
    return parts


def _untitled(_: str) -> str:
    return ""


def changes_label(changes: Sequence[Change], title_of: Callable[[str], str] = _untitled) -> str:
    """Say in words what changes did.

    Args:
        changes: what was changed.
        title_of: says what a request or a finding is called, by its reference; an item has its id.
    """
    if not changes:
        return "nothing"
    refs = list(dict.fromkeys(change.ref for change in changes))
    what = f"{len(refs)} items"
    if len(refs) == 1:
        named = _said(changes) or title_of(refs[0])
        what = f'"{one_line(named, 50)}"' if named else split(refs[0])[1]
    shown = [c for c in changes if c.field not in ("done", "basis")] or list(changes)
    first = min(shown, key=_rank)
    if first.field.startswith(EVIDENCE_PREFIX):
        if len(refs) > 1 and len(shown) > len(refs):
            return f"{what}: several changes"
        verb = "added" if first.old is None else "removed" if first.new is None else "changed"
        return f"{what}: evidence {verb}"
    if first.field == "title" and not (first.old and first.new):
        return f"{what} {'added' if first.new else 'withdrawn'}"
    new = one_line(str(first.new), 40) if first.new else "cleared"
    return f"{what}: {first.field} {new}"


def _said(changes: Sequence[Change]) -> str:
    """Return the title that changes give or take, of a request or a finding that came or went."""
    for change in changes:
        if change.field == "title" and not (change.old and change.new):
            return str(change.new or change.old or "")
    return ""


def _rank(change: Change) -> int:
    """Return where the field of a change stands in a record; evidence comes last."""
    if change.field == "title":
        return -1  # of a request or a finding
    names = field_names(Record)
    return names.index(change.field) if change.field in names else len(names)
