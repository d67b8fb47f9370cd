"""Every kind of edit in one place: the changes that each makes, and what it is called.

Front ends, importers and the demo state what they want as an edit. The rules make the changes of
it, against the record as it is on disk.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.alternatives import list_unsettled_fields
from fedcheck.domain.change import AnyRecord, Change, diff_records
from fedcheck.domain.checklist import Item
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import EvidenceEdit, apply_evidence_edit
from fedcheck.domain.field_values import (
    field_names,
    field_value,
    with_known_fields,
    without_raw_date,
)
from fedcheck.domain.finding import Finding
from fedcheck.domain.finding_rules import FindingEdit, apply_finding_edit
from fedcheck.domain.item_rules import ItemEdit, apply_item_edit
from fedcheck.domain.record import Record
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.request_rules import RequestEdit, apply_request_edit
from fedcheck.domain.text import make_storable, one_line, pluralize
from fedcheck.domain.workspace import MilestoneDate, PackageEntry, SentReport
from fedcheck.errors import RuleError

T = TypeVar("T", bound=AnyRecord)

WITHDRAWN = "Withdrawn: "
"""How the last comment of what was withdrawn begins; it is in the history only."""


class MilestoneEdit(Struct, frozen=True):
    """The date of a milestone; None lets it follow from the process."""

    day: date | None


class PackageEdit(Struct, frozen=True):
    """What a key of the certification package holds, in its history form; nothing clears it."""

    value: str


class SentEdit(Struct, frozen=True):
    """An entry in the register of sent reports: what was sent, to whom; today is the day."""

    title: str
    to: str
    file: str
    sha256: str


class Withdrawal(Struct, frozen=True):
    """A request or a finding leaves its register; the history keeps it, and the reason."""

    reason: str


Edit = (
    ItemEdit
    | RequestEdit
    | FindingEdit
    | EvidenceEdit
    | MilestoneEdit
    | PackageEdit
    | SentEdit
    | Withdrawal
)
"""All that the session takes."""

LookUp = Callable[[str], Any]
"""Returns the record, request or finding of a reference as it is on disk."""


def list_changes(
    ref: str, thing: Any, edit: Edit, item: Item | None, today: date, by: str = ""
) -> list[Change]:
    """Return the changes that an edit makes to one record. Raises RuleError.

    Args:
        ref: the reference of the record.
        thing: the record, request, finding or entry as it is now.
        edit: what is to be done.
        item: the item of the record; an item edit without one changes nothing.
        today: the day on which it is done.
        by: who does it; empty where nobody is named by it.
    """
    match edit, thing:
        case ItemEdit(), Record() if item is not None:
            new = apply_item_edit(item, thing, edit, today, by)
            made = _list_changes_of(ref, thing, new, edit.due is not None)
            return [*made, *_list_confirmed(ref, thing, edit, made)]
        case RequestEdit(), Request():
            made = _list_changes_of(ref, thing, apply_request_edit(thing, edit, today), edit.no_due)
            return [*made, *_list_confirmed(ref, thing, edit, made)]
        case FindingEdit(), Finding():
            made = _list_changes_of(ref, thing, apply_finding_edit(thing, edit, today), edit.no_due)
            return [*made, *_list_confirmed(ref, thing, edit, made)]
        case EvidenceEdit(), Record() | Request() | Finding():
            return _list_evidence_changes(ref, thing, edit, item)
        case MilestoneEdit(day), MilestoneDate():
            made = diff_records(ref, thing, replace(thing, day=day, extra={}))
            return [*made, *_list_confirmed(ref, thing, edit, made)]
        case PackageEdit(value), PackageEntry():
            return diff_records(ref, thing, replace(thing, value=value))
        case SentEdit(title, to, file, sha256), SentReport():
            sent = replace(thing, title=title, to=to, on=today, file=file, sha256=sha256)
            return diff_records(ref, thing, sent)
        case Withdrawal(reason), Request() | Finding():
            return withdraw(ref, thing, reason)
    return []


def _list_changes_of(ref: str, old: T, new: T, sets_due: bool) -> list[Change]:
    """Return the changes of an edit; a due date that it sets or clears replaces any in the file."""
    return diff_records(ref, old, without_raw_date(new, "due") if sets_due else new)


def _list_confirmed(ref: str, thing: Any, edit: Any, made: Sequence[Change]) -> list[Change]:
    """Return a change for each field that an edit names although it holds that value already.

    Of a field that was set on both sides this confirms the value.
    """
    unsettled = list_unsettled_fields(thing)
    if not unsettled:
        return []
    more = [getattr(edit, name, None) for name in ("testing", "more")]
    named = {**{name: getattr(edit, name) for name in edit.__struct_fields__}}
    for one in more:
        if isinstance(one, Mapping):
            named |= one
        elif one is not None:
            named |= {name: getattr(one, name) for name in one.__struct_fields__}
    fields = [name for name in field_names(type(thing)) if name in unsettled]
    chosen = [name for name in fields if named.get(name) is not None]
    changed = {change.field for change in made}
    values = {name: field_value(thing, name) for name in chosen if name not in changed}
    return [Change(ref, name, value, value) for name, value in values.items()]


def _list_evidence_changes(
    ref: str, thing: Record | Request | Finding, edit: EvidenceEdit, item: Item | None
) -> list[Change]:
    if isinstance(thing, Record):
        if item is None and edit.attach:
            return []  # the checklist has no such item
    elif not thing.title:
        raise RuleError(f"{thing.id}: no longer exists", "nothing was saved")
    return diff_records(ref, thing, apply_evidence_edit(thing, edit))


def withdraw(ref: str, thing: Request | Finding, reason: str) -> list[Change]:
    """Return the changes that take a request or a finding out of its register.

    The reason is written as its last comment, so that the history holds it. Raises RuleError
    without a reason, or where it is gone already.
    """
    why = " ".join(make_storable(reason).split())
    if not why:
        raise RuleError("add a reason", "the history keeps the reason", "reason")
    empty = type(thing)(thing.id)
    if thing == empty:
        raise RuleError(f"{thing.id}: was already withdrawn", "see: fedcheck history")
    last = replace(thing, comment=WITHDRAWN + why)
    return [*diff_records(ref, thing, last), *diff_records(ref, last, empty)]


def plan_edits(
    edits: Iterable[tuple[str, Edit]],
    look: LookUp,
    items: Mapping[str, Item | None],
    today: date,
    by: str,
) -> list[Change]:
    """Return the changes of several edits, each after those before it. Raises RuleError."""
    before: dict[str, list[Change]] = {}
    things: dict[str, Any] = {}
    for ref, edit in edits:
        thing = things[ref] if ref in things else look(ref)
        changes = list_changes(ref, thing, edit, items.get(ref), today, by)
        things[ref] = apply_changes(thing, changes)
        before.setdefault(ref, []).extend(changes)
    return [change for changes in before.values() for change in changes]


def apply_changes(thing: T, changes: Iterable[Change]) -> T:
    """Return the record after changes of its fields; of one field the last stands."""
    return with_known_fields(thing, {change.field: change.new for change in changes})


def fresh_evidence(edit: Edit) -> tuple[Evidence, ...]:
    """Return the evidence items of an edit whose files were read a moment ago."""
    if isinstance(edit, EvidenceEdit):
        return edit.seen
    return edit.evidence if isinstance(edit, RequestEdit | FindingEdit) else ()


def split_private_note(edit: Edit) -> tuple[Edit | None, Edit | None]:
    """Return what an edit does to the shared record, and to the one under `private/`."""
    if not isinstance(edit, ItemEdit) or edit.private_note is None:
        return edit, None
    shared = replace(edit, private_note=None)
    return None if shared == ItemEdit() else shared, ItemEdit(note=edit.private_note)


def edits_label(edits: Sequence[tuple[str, Edit]]) -> str:
    """Describe what edits do; nothing where their changes state it."""
    if not edits:
        return ""
    refs = [ref for ref, _ in edits]
    first = edits[0][1]
    if isinstance(first, ItemEdit) and first == ItemEdit(private_note=first.private_note):
        what = split_ref(refs[0])[1]
        return f"{what}: private note" if len(refs) == 1 else f"private note ({len(refs)} items)"
    if isinstance(first, MilestoneEdit):
        day = first.day.isoformat() if first.day else "due date cleared"
        return f"{split_ref(refs[0])[1]}: {day}"
    if isinstance(first, PackageEdit):
        return f"package: {', '.join(split_ref(ref)[1] for ref in refs)}"
    parts = [edit for _, edit in edits if isinstance(edit, EvidenceEdit)]
    if isinstance(first, EvidenceEdit) and len(parts) == len(edits):
        return _evidence_label(first, parts)
    return ""


def _evidence_label(first: EvidenceEdit, edits: Sequence[EvidenceEdit]) -> str:
    if first.attach and all(edit == first for edit in edits):
        count = len(first.attach)
        what = one_line(first.attach[0].name, 60) if count == 1 else f"{count} pieces"
        where = f", to {len(edits)} items" if len(edits) > 1 else ""
        return f"Evidence added: {what}{where}"
    if all(edit.detach and not edit.attach and not edit.change for edit in edits):
        return f"Evidence removed: {pluralize(sum(len(edit.detach) for edit in edits), 'piece')}"
    return ""
