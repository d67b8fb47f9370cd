"""A project as it was before changes: the history, taken back from the newest change on."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from fedcheck.model.change import Change
from fedcheck.model.checklist import Checklist
from fedcheck.model.dates import parse_date
from fedcheck.model.fields import with_field
from fedcheck.model.finding import Finding
from fedcheck.model.project import Project
from fedcheck.model.record import EMPTY, Record
from fedcheck.model.reference import split
from fedcheck.model.request import Request

Fields = dict[str, dict[str, Any]]
"""What fields held, by item, request, finding or milestone."""

Values = dict[str, Fields]
"""The same by list or book."""

BOOKS = ("requests", "findings", "milestones", "sent", "checklists")
"""What a reference may name that is no list of items."""


def project_then(
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
    shared, inside = held_before(project, after), held_before(project, private)
    records = dict(project.records)
    for held, hidden in ((shared, False), (inside, True)):
        for name, items in held.items():
            if name not in BOOKS and (name in project.private_lists) is hidden:
                records[name] = _records(project.records.get(name, {}), items)
    stones = _stones(project.config.milestones or {}, shared.get("milestones", {}))
    return replace(
        project,
        config=replace(project.config, milestones=stones),
        checklists=checklists,
        records=records,
        requests=_things(project.requests, Request, shared.get("requests", {})),
        findings=_things(project.findings, Finding, shared.get("findings", {})),
        file_states={},
        broken=(),
        private_notes=None,
    )


def held_before(project: Project, after: Iterable[Change]) -> Values:
    """Return what each field that was changed held before, under today's names of the items."""
    held: Values = {}
    for change in after:
        book, item = split(change.ref)
        found = project.checklists.get(book)
        name = found.renamed.get(item, item) if found else item
        fields = held.setdefault(book, {}).setdefault(name, {})
        fields.setdefault(change.field, change.old)
    return held


def _records(now: Mapping[str, Record], held: Fields) -> dict[str, Record]:
    """Return the records of a list; one that says nothing is none."""
    then = dict(now)
    for item, fields in held.items():
        then[item] = _set(then.get(item, EMPTY), fields)
        if then[item] == EMPTY:
            del then[item]
    return then


def _things(now: Iterable[Any], kind: type, held: Fields) -> tuple[Any, ...]:
    """Return requests or findings; what only came later is left out."""
    then = {one.id: one for one in now}
    for name, fields in held.items():
        then[name] = _set(then.get(name) or kind(name), fields)
        if replace(then[name], extra={}) == kind(name):
            del then[name]
    return tuple(then.values())


def _stones(now: Mapping[str, date], held: Fields) -> dict[str, date]:
    then = dict(now)
    for name, fields in held.items():
        then.pop(name, None)
        try:
            then[name] = parse_date(fields["day"] or "")
        except (KeyError, TypeError, ValueError):
            continue  # it had none
    return then


def _set(thing: Any, fields: Mapping[str, Any]) -> Any:
    """Return a thing with fields set; those that we do not know, or cannot read, stay."""
    for name, value in fields.items():
        try:
            thing = with_field(thing, name, value)
        except (KeyError, ValueError):
            continue
    return thing
