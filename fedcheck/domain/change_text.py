"""What changes are called: in the history, in labels of transactions, in lines on what was saved.

The table of fields gives the words. A field that is not in it (of a newer version, in a history
file) is named by its own name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fedcheck.domain.change import IMPORTED, Change, is_import
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.field import Field, Kind
from fedcheck.domain.field_values import EVIDENCE_PREFIX, printed
from fedcheck.domain.fields import FIELDS, field_of
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import STATUS_WORDS
from fedcheck.domain.record import Record
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import MilestoneDate, PackageEntry, SentReport

CLASSES: Mapping[str, type] = {
    "requests": Request,
    "findings": Finding,
    "milestones": MilestoneDate,
    "package": PackageEntry,
    "sent": SentReport,
}
"""What references name that are not of an item, by the part before the colon."""

SHOWN = 3
"""How many changes of one record a label names."""

NO_CHANGE = "no change"


def class_of(ref: str) -> type:
    """Return the class of what a reference names: a record, request, finding, ..."""
    return CLASSES.get(split_ref(ref)[0], Record)


def describe(changes: Sequence[Change]) -> str:
    """Return what changes of one record did: `done; evidence "Scan" added`."""
    return "; ".join(_parts(changes)) if changes else NO_CHANGE


def describe_change(change: Change) -> str:
    """Return one change with both values: `owner: alice -> dana`."""
    if change.field.startswith(EVIDENCE_PREFIX):
        return _evidence(change)
    row = field_of(class_of(change.ref), change.field)
    old, new = (printed(row, value, 60) for value in (change.old, change.new))
    if not new:
        return f"{_word(row, change.field)}: cleared{_was(old)}"
    return f"{_word(row, change.field)}: {f'{old} -> {new}' if old else new}"


def describe_field(change: Change) -> str:
    """Return the field of a change in a word, with the value that it leads to: `owner dana`."""
    if change.field.startswith(EVIDENCE_PREFIX):
        data = change.new if isinstance(change.new, Mapping) else {}
        name = one_line(str(data.get("label") or data.get("link") or ""), 50)
        return f'evidence "{name}"' if name else "evidence removed"
    row = field_of(class_of(change.ref), change.field)
    return f"{_word(row, change.field)} {printed(row, change.new, 60) or 'empty'}"


def order_changes(changes: Iterable[Change]) -> list[Change]:
    """Return changes of one record, each field once, the most important first."""
    by_field = {change.field: change for change in changes}
    return sorted(by_field.values(), key=lambda one: (one.field != "result", *_order(one)))


def list_named(changes: Sequence[Change]) -> list[Change]:
    """Return the changes of one record that are worth a word, the most important first.

    What follows from another one of them goes without saying, and so does who tested, and when.
    """
    by_field = {change.field: change for change in changes}
    implied = {"status", "tester", "tested"} if "result" in by_field else set()

    def is_named(change: Change) -> bool:
        row = field_of(class_of(change.ref), change.field)
        follows = row is not None and row.follows in by_field
        return change.field not in implied and not follows

    return [one for one in order_changes(changes) if is_named(one)] or order_changes(changes)


def name_fields(changes: Sequence[Change]) -> list[str]:
    """Return the fields of one record that changes are about, as nouns: `result`, `evidence`."""
    nouns: dict[str, None] = {}
    for change in list_named(changes):
        is_evidence = change.field.startswith(EVIDENCE_PREFIX)
        row = field_of(class_of(change.ref), change.field)
        nouns["evidence" if is_evidence else _word(row, change.field)] = None
    return list(nouns)


def describe_lost_review(by_field: Mapping[str, Change]) -> str:
    """Return that a review goes, whose it was, and why; empty where none goes by that.

    That is where another result or observation than the reviewed one is recorded. Takes the changes
    of one record by their fields.
    """
    review, reviewer = by_field.get("review"), by_field.get("reviewer")
    why = next((name for name in ("result", "observation") if name in by_field), "")
    if review is None or not review.old or review.new or not why:
        return ""
    of = f" of {one_line(str(reviewer.old), 40)}" if reviewer and reviewer.old else ""
    return f'review "{review.old}"{of} cleared, because the {why} changed'


def is_bookkeeping(change: Change) -> bool:
    """Return whether a change only follows from others by a rule: the done date, the basis."""
    return change.field in ("done", "basis")


def _untitled(_: str) -> str:
    return ""


def changes_label(changes: Sequence[Change], title_of: Callable[[str], str] = _untitled) -> str:
    """Return what a transaction did in a few words.

    Args:
        changes: what was changed.
        title_of: returns the title of a request or a finding by its reference; an item has its id.
    """
    imported = next((change for change in changes if is_import(change)), None)
    if imported:
        return f"imported {imported.new or imported.old}"
    if not changes:
        return NO_CHANGE
    by_ref: dict[str, list[Change]] = {}
    for change in changes:
        by_ref.setdefault(change.ref, []).append(change)
    if len(by_ref) > 1:
        return f"{_shared(by_ref)} ({_count(by_ref)})"
    ((ref, of_it),) = by_ref.items()
    title = _came_or_went(of_it)
    if title is not None:
        return (
            f'"{one_line(str(title.new or title.old), 50)}" {"added" if title.new else "withdrawn"}'
        )
    named = title_of(ref)
    what = f'"{one_line(named, 50)}"' if named else split_ref(ref)[1]
    parts = _parts(of_it)
    more = f" and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
    return f"{what}: {'; '.join(parts[:SHOWN])}{more}"


def _shared(by_ref: Mapping[str, Sequence[Change]]) -> str:
    """Return what the changes of several records have in common."""
    said = [dict.fromkeys(_parts(changes)) for changes in by_ref.values()]
    news = [{_without_old(part) for part in parts} for parts in said]
    same = [
        part if all(part in others for others in said) else _without_old(part)
        for part in said[0]
        if all(_without_old(part) in others for others in news)
    ]
    if same:
        more = " and more" if any(len(parts) > len(same) for parts in said) else ""
        return "; ".join(same[:SHOWN]) + more
    first = [min(changes, key=_order) for changes in by_ref.values()]
    if all(change.field.startswith(EVIDENCE_PREFIX) for change in first):
        verbs = {_verb(change) for change in first}
        several = any(len(changes) > 1 for changes in by_ref.values())
        return "several changes" if len(verbs) > 1 or several else f"evidence {verbs.pop()}"
    if len({change.field for change in first}) > 1:
        return "several changes"
    row = field_of(class_of(first[0].ref), first[0].field)
    new = {printed(row, change.new) for change in first}
    word = _word(row, first[0].field)
    return f"{word} {new.pop() or 'cleared'}" if len(new) == 1 else f"{word} changed"


def _without_old(part: str) -> str:
    """Return what a change came to, whatever was there before: `satisfied` of `... (was ...)`."""
    return part.partition(" (was ")[0]


def _count(refs: Mapping[str, Any]) -> str:
    books = {split_ref(ref)[0] for ref in refs}
    one = {"requests": "request", "findings": "finding", "milestones": "milestone"}
    one |= {"package": "entry of the package"}
    return pluralize(len(refs), one.get(books.pop(), "item") if len(books) == 1 else "item")


def _came_or_went(changes: Sequence[Change]) -> Change | None:
    """Return the change of the title of a request or finding that was added or withdrawn."""
    return next((c for c in changes if c.field == "title" and not (c.old and c.new)), None)


def _parts(changes: Sequence[Change]) -> list[str]:
    """Return what changes of one record did, the most important first."""
    by_field = {change.field: change for change in changes}
    came_or_went = _came_or_went(changes)
    if came_or_went and not came_or_went.new:
        said = [str(c.new) for c in changes if c.field == "comment" and c.new]
        return [f"removed: {_quote(came_or_went.old)}", *(_quote(text) for text in said[-1:])]
    cls = class_of(changes[0].ref)
    parts = []
    for change in sorted(by_field.values(), key=_order):
        if change.field.startswith(EVIDENCE_PREFIX):
            parts.append(_evidence(change))
        elif not _goes_without_saying(cls, change, by_field):
            parts.append(_part(cls, change, by_field))
    return parts


def _order(change: Change) -> tuple[int, int]:
    """Return where a change is in a sentence: by importance, then as in the table."""
    if change.field.startswith(EVIDENCE_PREFIX):
        return 5, 0
    rows = FIELDS[class_of(change.ref)]
    place = next((i for i, row in enumerate(rows) if row.name == change.field), len(rows))
    return (rows[place].importance if place < len(rows) else 4), place


def _goes_without_saying(cls: type, change: Change, by_field: Mapping[str, Change]) -> bool:
    """Return whether a change follows from another one that is named."""
    if change.field == "reason":
        return bool("status" in by_field and (change.new is None or _because(by_field)))
    if change.field == "reviewer" and describe_lost_review(by_field):
        return True
    row = field_of(cls, change.field)
    if change.field == "basis":  # a review only where something was recorded before
        return len(by_field) > 1 and ("status" in by_field or not (change.old and change.new))
    return row is not None and row.follows in by_field


def _part(cls: type, change: Change, by_field: Mapping[str, Change]) -> str:
    row = field_of(cls, change.field)
    if change.field == "title":
        if not change.old:
            return f"new: {_quote(change.new)}"
        return f"title {_quote(change.new)}{_was(_quote(change.old))}"
    if cls is Record and change.field == "status":
        return _status(change) + _because(by_field)
    if cls is Record and change.field == "result" and change.new:
        return f"{change.new}{_was(change.old)}"
    if cls is Record and change.field == "review" and (why := describe_lost_review(by_field)):
        return why
    if change.field == "state" and cls in (Request, Finding):
        return _state(change, by_field)
    if cls is Record and change.field == "basis" and change.old and change.new:
        return "upstream change reviewed"
    if cls is PackageEntry:
        return _package_entry(change)
    if change.field == IMPORTED or (split_ref(change.ref)[0] in _FILES and row is None):
        return _file(change)
    fresh = "title" in by_field and not by_field["title"].old  # its defaults are not a past
    return _value(row, change, fresh)


_FILES = {"checklists": "checklist", "texts": "official text"}
"""What files are called that references of the history name."""


def _file(change: Change) -> str:
    if is_import(change):
        return f"imported {change.new or change.old}"
    verb = "imported" if change.old is None else "removed" if change.new is None else "replaced"
    return f"{_FILES[split_ref(change.ref)[0]]} {verb}"


def _package_entry(change: Change) -> str:
    """Return what a key of the package holds now; of tables, that they changed."""
    old, new = ("; ".join(str(one or "").split("\n")) for one in (change.old, change.new))
    if new.startswith(("{", "[{")):
        return "changed" if old else "filled in"
    was = "" if old.startswith(("{", "[{")) else _was(one_line(old, 40))
    return (one_line(new, 60) if new else "cleared") + was


def _status(change: Change) -> str:
    old, new = change.old or "todo", change.new or "todo"
    was = _was(STATUS_WORDS.get(str(old), old))
    match (old, new):
        case ("todo", "doing"):
            return "started"
        case (_, "doing"):
            return f"in progress again{was}"
        case ("todo" | "doing", "done" | "blocked"):
            return str(new)
        case ("todo" | "doing", "na"):
            return "not applicable"
        case (_, "na"):
            return f"not applicable{was}"
        case ("done" | "na", "todo"):
            return f"reopened{was}"
        case ("doing", "todo"):
            return "back to todo"
        case (_, "todo"):
            return f"back to todo{was}"
    return f"{STATUS_WORDS.get(str(new), new)}{was}"


def _because(by_field: Mapping[str, Change]) -> str:
    """Return the reason that came with a status; nothing where none did."""
    reason, status = by_field.get("reason"), by_field.get("status")
    return f": {_quote(reason.new)}" if reason and reason.new and status else ""


def _state(change: Change, by_field: Mapping[str, Change]) -> str:
    if change.new and change.new != "open":
        return f"{change.new}{_was(change.old if change.old != 'open' else '')}"
    comment = by_field.get("comment")
    return f"{'returned' if comment and comment.new else 'open again'}{_was(change.old)}"


def _value(row: Field | None, change: Change, fresh: bool) -> str:
    """Return a field with what it is and what it was."""
    word = _word(row, change.field)
    if row is not None and row.kind is Kind.TEXT:
        was = _was(_quote(change.old) if change.old and not fresh else "")
        if not change.new:
            return f"{word} removed{was}"
        return f"{word} {'changed' if was else 'written'}: {_quote(change.new)}{was}"
    was = "" if fresh else _was(printed(row, change.old))
    return f"{word} {printed(row, change.new) or 'cleared'}{was}"


def _word(row: Field | None, name: str) -> str:
    return row.word if row else one_line(name.replace("_", " "), 40)


def _was(old: Any) -> str:
    return f" (was {old})" if old else ""


def _verb(change: Change) -> str:
    return "added" if change.old is None else "removed" if change.new is None else "changed"


def _evidence(change: Change) -> str:
    """Return what became of an evidence item; of a changed one with the values that differ."""
    old, new = (one if isinstance(one, dict) else {} for one in (change.old, change.new))
    known = new or old
    verb = _verb(change)
    said = f"evidence {_quote(known.get('label') or known.get('link') or '?')} {verb}"
    if verb != "changed":
        return said
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    parts = [
        _value(
            field_of(Evidence, name), Change(change.ref, name, old.get(name), new.get(name)), False
        )
        for name in names
    ]
    return f"{said}: {', '.join(parts)}" if parts else said


def _quote(value: Any) -> str:
    return f'"{one_line(str(value), 60)}"'
