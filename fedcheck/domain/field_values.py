"""Values of fields in the form that history keeps: how they are read, set and printed.

Works for every class in the table of fields. Each evidence item is a field of its own,
`evidence.<id>`.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from msgspec.structs import replace

from fedcheck.domain.dates import DateRangeError, parse_date, parse_due
from fedcheck.domain.evidence import Evidence, evidence_from_dict, evidence_to_dict
from fedcheck.domain.field import Field, Group, Kind
from fedcheck.domain.fields import FIELDS, field_of, in_group
from fedcheck.domain.text import one_line

T = TypeVar("T")

EVIDENCE_PREFIX = "evidence."

PLACE = "#place"
"""Under this key the history keeps where evidence stood that was removed, from 0."""

_NAMES: dict[type, tuple[str, ...]] = {}
_CHOICES: dict[type, dict[str, tuple[StrEnum, ...]]] = {}


def field_names(cls: type) -> tuple[str, ...]:
    """Return the fields that a change can name, in the order of the class, without id and evidence.

    That order is the order of the lines that a transaction writes to the history.
    """
    if cls not in _NAMES:
        known = {row.name for row in FIELDS[cls]} - {"id", "evidence"}
        _NAMES[cls] = tuple(name for name in cls.__struct_fields__ if name in known)  # type: ignore[attr-defined]
    return _NAMES[cls]


def field_value(thing: Any, name: str) -> Any:
    """Return a field as history keeps it: text, a list of texts, a dict for evidence, or None.

    Raises KeyError where there is no such field.
    """
    if name.startswith(EVIDENCE_PREFIX):
        evidence_item = _evidence_by_id(thing.evidence).get(name.removeprefix(EVIDENCE_PREFIX))
        return evidence_to_dict(evidence_item) if evidence_item else None
    if name not in field_names(type(thing)):
        raise KeyError(name)
    value = history_form(getattr(thing, name))
    return _raw_date(thing, name) if value is None else value


def _raw_date(thing: Any, name: str) -> str | None:
    """Return the date outside of the range that stays in the file of a thing, as text."""
    raw = thing.extra.get(_toml_key(name)) if thing.extra else None
    row = field_of(type(thing), name) if raw else None
    return str(raw) if row and row.kind in (Kind.DAY, Kind.DUE) else None


def _toml_key(name: str) -> str:
    return name.replace("_", "-")


def without_raw_date(thing: T, name: str) -> T:
    """Return the thing without the date outside of the range that its file has for a field."""
    extra = thing.extra  # type: ignore[attr-defined]
    kept = {key: value for key, value in extra.items() if key != _toml_key(name)}
    return replace(thing, extra=kept) if len(kept) < len(extra) else thing  # type: ignore[type-var]


_indexed: tuple[tuple[Evidence, ...], Mapping[str, Evidence]] = ((), {})


def _evidence_by_id(evidence: tuple[Evidence, ...]) -> Mapping[str, Evidence]:
    """Return evidence items by id, the first of each; that of the last tuple is kept.

    A transaction asks for thousands of items of one record, one after the other.
    """
    global _indexed
    if _indexed[0] is not evidence:
        found: dict[str, Evidence] = {}
        for one in evidence:
            found.setdefault(one.id, one)
        _indexed = evidence, found
    return _indexed[1]


def list_values(thing: Any) -> dict[str, Any]:
    """Return every field of a thing as history keeps it, by name; its evidence included.

    Unlike `field_value` for each name, this looks at each evidence item once.
    """
    values = {name: history_form(getattr(thing, name)) for name in field_names(type(thing))}
    if thing.extra:
        empty = [name for name, value in values.items() if value is None]
        values |= {name: _raw_date(thing, name) for name in empty}
    for one in thing.evidence:
        values.setdefault(EVIDENCE_PREFIX + one.id, evidence_to_dict(one))
    return values


def history_form(value: Any) -> Any:
    """Return the value of an attribute as history keeps it; None for what is empty."""
    if not value or type(value) is str:
        return value or None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [str(one) for one in value] or None
    return (value.value if isinstance(value, StrEnum) else value) or None


def with_field(thing: T, name: str, value: Any) -> T:
    """Return the thing with one field set from its history form. Raises KeyError, ValueError."""
    if name.startswith(EVIDENCE_PREFIX):
        return with_known_fields(thing, {name: value})
    row = field_of(type(thing), name)
    if row is None or name not in field_names(type(thing)):
        raise KeyError(name)
    changed: dict[str, Any] = {name: _parse(type(thing), row, value)}
    return replace(without_raw_date(thing, name), **changed)  # type: ignore[type-var]


def with_known_field(thing: T, name: str, value: Any) -> T:
    """Return the thing with one field set to what a file or the history holds.

    Unlike what a person sets, a date may be outside of the range: it is kept for the file, and
    counts as not there. Raises KeyError, ValueError.
    """
    try:
        return with_field(thing, name, value)
    except DateRangeError:
        bare = with_field(thing, name, None)
        kept: dict[str, Any] = {"extra": {**bare.extra, _toml_key(name): _as_date(value)}}  # type: ignore[attr-defined]
        return replace(bare, **kept)  # type: ignore[type-var]


def with_known_fields(thing: T, values: Mapping[str, Any]) -> T:
    """Return the thing with several fields set as `with_known_field` does, evidence at once."""
    evidence: dict[str, Evidence | None] = {}
    places: dict[str, int] = {}
    for name, value in values.items():
        if name.startswith(EVIDENCE_PREFIX):
            found = name.removeprefix(EVIDENCE_PREFIX)
            evidence[found] = None if value is None else evidence_from_dict(found, unplaced(value))
            place = value.get(PLACE) if isinstance(value, dict) else None
            places |= {found: place} if isinstance(place, int) and place >= 0 else {}
        else:
            thing = with_known_field(thing, name, value)
    return _with_evidence(thing, evidence, places) if evidence else thing


def list_places(thing: Any) -> dict[str, int]:
    """Return where each evidence item of a thing stands, by the name of its field."""
    return {EVIDENCE_PREFIX + one.id: place for place, one in enumerate(thing.evidence)}


def unplaced(value: Any) -> Any:
    """Return the history form of evidence without its place."""
    if isinstance(value, dict) and PLACE in value:
        return {name: one for name, one in value.items() if name != PLACE}
    return value


def _as_date(text: str) -> date:
    return date.fromisoformat(text.strip())


def _parse(cls: type, row: Field, value: Any) -> Any:
    if row.kind in (Kind.LINES, Kind.REFS):
        listed = value or []
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise ValueError(f"{row.name} is a list of texts")
        known = choices(cls, row.name)
        if known and not set(listed) <= set(known):
            raise ValueError(f"{', '.join(listed)!r} is not a {row.name}")
        return tuple(known[known.index(one)] for one in listed) if known else tuple(listed)
    text = "" if value is None else value
    if not isinstance(text, str):
        raise ValueError(f"{row.name} is text, not {type(value).__name__}")
    if row.kind is Kind.DAY:
        return parse_date(text) if text else None
    if row.kind is Kind.CHOICE:
        known = choices(cls, row.name)
        text = text or str(known[0])
        if text not in known:
            raise ValueError(f"{text!r} is not a {row.name}")
        return known[known.index(text)]
    if row.check == "due" and text:
        parse_due(text)
    return text


def choices(cls: type, name: str) -> tuple[StrEnum, ...]:
    """Return the values of the closed vocabulary of a field, its default first; none for others."""
    found = _CHOICES.setdefault(cls, {})
    if name not in found:
        found[name] = _values(get_type_hints(cls)[name])
    return found[name]


def _values(hint: Any) -> tuple[StrEnum, ...]:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return tuple(hint)
    return _values(get_args(hint)[0]) if get_origin(hint) is tuple else ()


def _with_evidence(thing: T, values: Mapping[str, Evidence | None], places: Mapping[str, int]) -> T:
    """Return the thing with evidence items by id in place of those it has; None takes one away.

    One that comes goes to its place, or else to the end.
    """
    rest = {name: new for name, new in values.items() if new is not None}
    kept: list[Evidence] = []
    for one in thing.evidence:  # type: ignore[attr-defined]
        if one.id not in values:
            kept.append(one)
        elif one.id in rest:
            kept.append(rest.pop(one.id))
    for name in sorted(places.keys() & rest.keys(), key=lambda one: places[one]):
        kept.insert(places[name], rest.pop(name))
    changed: dict[str, Any] = {"evidence": (*kept, *rest.values())}
    return replace(thing, **changed)  # type: ignore[type-var]


def printed(row: Field | None, value: Any, cells: int = 0) -> str:
    """Return the history form of a value in one line for people; empty where there is none.

    Args:
        row: its row in the table; None for a field that this version has no row for.
        value: what history keeps.
        cells: how wide it may be; 0 for the width of the field.
    """
    if not value:
        return ""
    room = cells or (row.cells if row else 40)
    if isinstance(value, list | tuple):
        texts = [str(one) for one in value]
        return one_line(("; " if any(" " in text for text in texts) else ", ").join(texts), room)
    text = str(value)
    return one_line(row.words.get(text, text) if row else text, room)


def text_blocks(thing: Any) -> list[tuple[str, str]]:
    """Return label and text of each field that a details pane shows as a block."""
    rows = in_group(type(thing), Group.TEXTS)
    return [(row.label, text) for row in rows if (text := getattr(thing, row.name))]


def fact_lines(thing: Any, rows: tuple[Field, ...]) -> list[tuple[str, str]]:
    """Return labels and values of fields for a details pane; empty ones are left out.

    Fields that share a line are one entry: `Tested`, `bob, 2027-01-11`.
    """
    lines: dict[str, str] = {}
    for row in rows:
        value = printed(row, history_form(getattr(thing, row.name)), 200)
        if value:
            label = row.line or row.label
            before = lines.get(label, "")
            lines[label] = f"{before}{row.lead}{value}" if before else value
    return list(lines.items())
