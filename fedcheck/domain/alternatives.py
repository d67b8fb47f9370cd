"""Make and apply the tables of fields that two people set to different values; see `set_twice`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from msgspec.structs import replace

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.field import Field, Kind
from fedcheck.domain.field_values import EVIDENCE_PREFIX, history_form, with_known_field
from fedcheck.domain.fields import FIELDS
from fedcheck.domain.set_twice import (
    SET_TWICE,
    Alternative,
    list_alternatives,
    parse_alternative,
)

T = TypeVar("T")


def list_groups(cls: type) -> dict[str, list[Field]]:
    """Return the rows of a class by merge group, without id and evidence."""
    groups: dict[str, list[Field]] = {}
    for row in FIELDS[cls]:
        if row.kind not in (Kind.ID, Kind.EVIDENCE):
            groups.setdefault(group_of(row), []).append(row)
    return groups


def group_of(row: Field) -> str:
    """Return the name of the merge group of a field."""
    return row.merge or row.key


def make_alternative(
    thing: Any, groups: Sequence[str], evidence: str = "", *, is_joined: bool = False
) -> dict[str, Any]:
    """Return the table for what a record, or an evidence item, holds in some groups."""
    table: dict[str, Any] = {"groups": list(groups)}
    if evidence:
        table["evidence"] = evidence
    if is_joined:
        return {**table, "joined": True}
    rows = list_groups(type(thing))
    for row in (row for group in groups for row in rows[group]):
        value = history_form(getattr(thing, row.name))
        kept = thing.extra.get(row.key) if value is None else None
        if kept is not None or value is not None:
            table[row.key] = _as_toml(row, value) if kept is None else kept
    return table


def make_unknown(key: str, value: Any, evidence: str = "") -> dict[str, Any]:
    """Return the table for a key that fedcheck does not know and both sides set."""
    named = {"evidence": evidence} if evidence else {}
    return {"key": key, **named, "value": value}


def _as_toml(row: Field, value: Any) -> Any:
    if row.kind in (Kind.DAY, Kind.DUE):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def as_key(table: Any) -> str:
    """Return a table as a text that is the same for the same content."""
    import json  # loaded here: hardly a record has such a table

    return json.dumps(table, sort_keys=True, default=repr)


def with_alternative(thing: T, found: Alternative) -> T:
    """Return a record, or an evidence item, with the values that the other side had.

    Raises KeyError or ValueError where this version has no such group, or a value does not fit.
    """
    rows = list_groups(type(thing))
    for row in (row for group in found.groups for row in rows[group]):
        value = found.values.get(row.key)
        plain = value.isoformat() if isinstance(value, date) else value
        thing = with_known_field(thing, row.name, plain)
    return thing


def find_part(thing: Any, evidence: str) -> Any:
    """Return the evidence item that an alternative is about, or the record; None if it is gone."""
    if not evidence:
        return thing
    return next((one for one in thing.evidence if one.id == evidence), None)


def with_part(thing: T, evidence: str, part: Any) -> T:
    """Return a record with one evidence item replaced, or what replaces the record itself."""
    if not isinstance(part, Evidence):
        return part  # type: ignore[no-any-return]
    items = tuple(part if one.id == evidence else one for one in thing.evidence)  # type: ignore[attr-defined]
    return replace(thing, evidence=items)  # type: ignore[type-var]


def with_tables(thing: T, tables: Iterable[Mapping[str, Any]]) -> T:
    """Return a record with these tables under its key, in one order; without the key for none."""
    by_key = {as_key(one): one for one in tables}
    extra = {key: one for key, one in thing.extra.items() if key != SET_TWICE}  # type: ignore[attr-defined]
    if by_key:
        extra[SET_TWICE] = [by_key[key] for key in sorted(by_key)]
    return replace(thing, extra=extra)  # type: ignore[type-var]


def is_standing(thing: Any, table: Mapping[str, Any]) -> bool:
    """Return whether a table adds nothing to the record: the same, or of what is gone."""
    found = parse_alternative(table)
    if found is None:
        return False
    part = find_part(thing, found.evidence)
    if part is None:
        return True
    if found.key:
        return bool(part.extra.get(found.key) == found.value)
    if found.is_joined:
        return False
    try:
        return bool(with_alternative(part, found) == part)
    except (KeyError, ValueError):
        return False


def list_unsettled_fields(thing: Any) -> set[str]:
    """Return the fields, as history names them, of which a record holds values of two sides."""
    if SET_TWICE not in thing.extra:
        return set()
    rows = list_groups(type(thing))
    found: set[str] = set()
    for one in list_alternatives(thing.extra):
        if one.evidence:
            found.add(f"{EVIDENCE_PREFIX}{one.evidence}")
        else:
            found |= {row.name for group in one.groups for row in rows.get(group, ())}
    return found


def without_tables_of(thing: T, fields: Iterable[str]) -> T:
    """Return a record without what it keeps of other sides in fields that a person set since."""
    if SET_TWICE not in thing.extra:  # type: ignore[attr-defined]
        return thing
    named = set(fields)
    kept = []
    for table in thing.extra[SET_TWICE]:  # type: ignore[attr-defined]
        alone = with_tables(thing, [table] if isinstance(table, dict) else [])
        if not list_unsettled_fields(alone) & named:
            kept.append(table)
    return with_tables(thing, kept) if len(kept) < len(thing.extra[SET_TWICE]) else thing  # type: ignore[attr-defined]
