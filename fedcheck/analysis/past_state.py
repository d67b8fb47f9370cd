"""Reconstruct an earlier state from the history, and return a record to it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec.structs import replace

from fedcheck.analysis.board import Board, build_board
from fedcheck.domain.change import Change, HistoryLine
from fedcheck.domain.checklist import Checklist
from fedcheck.domain.dates import parse_date
from fedcheck.domain.field_values import (
    EVIDENCE_PREFIX,
    field_names,
    field_value,
    printed,
    with_known_fields,
)
from fedcheck.domain.fields import field_of
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import Audience
from fedcheck.domain.key import RESERVED_LIST_IDS
from fedcheck.domain.record import EMPTY_RECORD, Record
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import Project


def list_revert_changes(
    entered: Sequence[HistoryLine], tx: str, ref: str, record: Record
) -> list[Change]:
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
            if now != value and not _is_default_status(name, now, value):
                changes.append(Change(ref, name, now, value))
    return changes


def _is_default_status(name: str, now: Any, value: Any) -> bool:
    """Return whether both state that nothing was touched: `todo`, and no status at all."""
    return name == "status" and {now or "todo", value or "todo"} == {"todo"}


def describe_change(change: Change) -> tuple[str, str, str]:
    """Return a change for a person: what it is about, what that is now, what it will be."""
    if change.field.startswith(EVIDENCE_PREFIX):
        return "evidence", _format_evidence(change.old), _format_evidence(change.new)
    row = field_of(Record, change.field)
    name = row.word if row else change.field
    if change.field == "basis":
        return name, "this version" if change.old else "-", "that version" if change.new else "-"
    return name, printed(row, change.old, 32) or "-", printed(row, change.new, 32) or "-"


def _format_evidence(value: Any) -> str:
    if not isinstance(value, dict):
        return "-"
    return one_line(str(value.get("label") or value.get("link") or "?"), 32)


FieldValues = dict[str, dict[str, Any]]
"""What fields held, by item, request, finding or milestone."""

OldValues = dict[str, FieldValues]
"""The same by list or book."""


def rebuild_project(
    project: Project,
    after: Iterable[Change],
    private: Iterable[Change],
    checklists: Mapping[str, Checklist],
) -> Project:
    """Return a project as it was.

    Args:
        project: as it is.
        after: what was changed since, the oldest change first, without what is under `private/`.
        private: the same, under `private/`.
        checklists: the lists as they were, as far as that is known.
    """
    shared, inside = collect_old_values(project, after), collect_old_values(project, private)
    records = dict(project.records)
    for held, hidden in ((shared, False), (inside, True)):
        for name, items in held.items():
            if name not in RESERVED_LIST_IDS and (name in project.private_lists) is hidden:
                records[name] = _rebuild_records(project.records.get(name, {}), items)
    milestones = _rebuild_milestones(project.config.milestones or {}, shared.get("milestones", {}))
    return replace(
        project,
        config=replace(project.config, milestones=milestones),
        checklists=checklists,
        records=records,
        requests=_rebuild_issues(project.requests, Request, shared.get("requests", {})),
        findings=_rebuild_issues(project.findings, Finding, shared.get("findings", {})),
        file_states={},
        broken=(),
        private_notes=None,
    )


def collect_old_values(project: Project, after: Iterable[Change]) -> OldValues:
    """Return what each field that was changed held before, under today's names of the items."""
    held: OldValues = {}
    for change in after:
        book, item = split_ref(change.ref)
        found = project.checklists.get(book)
        name = found.renamed.get(item, item) if found else item
        fields = held.setdefault(book, {}).setdefault(name, {})
        fields.setdefault(change.field, change.old)
    return held


def _rebuild_records(now: Mapping[str, Record], held: FieldValues) -> dict[str, Record]:
    """Return the records of a list; one that states nothing is none."""
    then = dict(now)
    for item, fields in held.items():
        then[item] = _with_fields(then.get(item, EMPTY_RECORD), fields)
        if then[item].untouched:
            del then[item]
    return then


def _rebuild_issues(now: Iterable[Any], kind: type, held: FieldValues) -> tuple[Any, ...]:
    """Return requests or findings; what only came later is left out."""
    then = {one.id: one for one in now}
    for name, fields in held.items():
        then[name] = _with_fields(then.get(name) or kind(name), fields)
        if replace(then[name], extra={}) == kind(name):
            del then[name]
    return tuple(then.values())


def _rebuild_milestones(now: Mapping[str, date], held: FieldValues) -> dict[str, date]:
    then = dict(now)
    for name, fields in held.items():
        then.pop(name, None)
        try:
            then[name] = parse_date(fields["day"] or "")
        except (KeyError, TypeError, ValueError):
            continue  # it had none
    return then


def _with_fields(thing: Any, fields: Mapping[str, Any]) -> Any:
    """Return a thing with fields set; those that we do not know, or cannot read, stay."""
    try:
        return with_known_fields(thing, fields)
    except (KeyError, ValueError):
        pass  # one of them cannot be read: each by itself
    for name, value in fields.items():
        try:
            thing = with_known_fields(thing, {name: value})
        except (KeyError, ValueError):
            continue
    return thing


def keep_inside(board: Board, today: Project) -> Board:
    """Return a past board whose checklists are internal where they are internal today.

    A checklist that was shared by mistake must not leave again as "removed".
    """
    late = [
        one
        for name, one in board.project.checklists.items()
        if name in today.internal_lists and name not in board.project.withheld_lists
    ]
    if not late:
        return board
    changed = {one.id: replace(one, audience=Audience.INTERNAL) for one in late}
    lists = {**board.project.checklists, **changed}
    return build_board(replace(board.project, checklists=lists), board.today)
