"""From parsed TOML to our data classes, noting every problem at once instead of stopping.

The data classes state what is expected: their fields, types and `key(...)` descriptions are all
that this module, the JSON Schema and the documentation know of the formats.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal, TypeVar, get_args, get_origin

from fedcheck.domain.dates import FIRST_DAY, LAST_DAY, DateRangeError, is_in_range
from fedcheck.domain.key import Key, is_id
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line
from fedcheck.storage.problems import Collector
from fedcheck.storage.quick_decoder import CHECKS, decode_quickly
from fedcheck.storage.toml_keys import (
    KeySpec,
    is_struct,
    keeps_extra,
    keeps_raw_dates,
    keys_of,
)

T = TypeVar("T")
Path = tuple[str | int, ...]

_BAD = object()
_KEPT = object()
"""Stands for a date outside of the range: it counts as not there, and stays in the file."""


def decode(cls: type[T], data: Any, at: Path, problems: Collector) -> T | None:
    """Return an object of a data class, noting every problem; None where a required key fails.

    A bad optional value is noted and left at its default, so that the rest can be used. What is
    as it should be, and that is nearly everything, is read by `quick`; only what it doubts is
    read here, value by value.

    A date outside of the range is noted as a warning, and counts as not there. A record
    keeps it among its unknown keys, so that a save writes it back as it was.
    """
    found = decode_quickly(cls, data)
    return decode_carefully(cls, data, at, problems) if found is None else found


def decode_carefully(cls: type[T], data: Any, at: Path, problems: Collector) -> T | None:
    """Return what `decode` does, with a look at each value."""
    if not isinstance(data, dict):
        problems.add(at, f"expected a table, found {_describe_type(data)}")
        return None
    specs = keys_of(cls)
    values: dict[str, Any] = {}
    usable = True
    for name, raw in data.items():
        spec = specs.get(name)
        if spec is None:
            if keeps_extra(cls):
                values.setdefault("extra", {})[name] = raw
            else:
                hint = did_you_mean(name, specs) or "remove it"
                problems.add((*at, name), f'unknown key "{one_line(name, 60)}"', hint)
            continue
        value = _value(spec, raw, (*at, name), problems)
        if value is _KEPT:
            if keeps_raw_dates(cls):
                values.setdefault("extra", {})[name] = raw
        elif value is not _BAD:
            values[spec.field] = value
        elif spec.required:
            usable = False
    for spec in specs.values():
        if spec.required and spec.name not in data:
            problems.add(at, f'the key "{spec.name}" is missing', f"it is: {spec.key.doc}")
            usable = False
    return cls(**values) if usable else None


def _value(spec: KeySpec, raw: Any, at: Path, problems: Collector) -> Any:
    value = _convert(spec.type, raw, at, problems, spec.key)
    required_id = spec.required and spec.key.check == "id"
    if value in (_BAD, _KEPT) or not spec.key.check or not (value or required_id):
        return value
    if spec.key.check == "id":
        if not is_id(value):
            problems.add(
                at,
                f'"{one_line(value, 60)}" is not an id',
                "use lower-case letters, digits, dots, hyphens and underscores",
            )
            return _BAD
        return value
    try:
        CHECKS[spec.key.check](value)
    except DateRangeError:
        return _keep(value, at, problems)
    except ValueError as error:
        problems.add(at, str(error))
        return _BAD
    return value


def _convert(kind: Any, raw: Any, at: Path, problems: Collector, key: Key | None = None) -> Any:
    origin = get_origin(kind)
    if kind is str:
        if key is not None and key.check == "due" and type(raw) is date:
            return raw.isoformat()
        if isinstance(raw, datetime):
            # Quotes would not help: what is meant is a day, or a text that was never one.
            problems.add(at, *_no_time_wanted(raw, key is not None and key.check == "due"))
            return _BAD
        return _expect(isinstance(raw, str), raw, "text in quotes", at, problems)
    if kind is int:
        whole = isinstance(raw, int) and not isinstance(raw, bool)
        return _expect(whole, raw, "a whole number", at, problems)
    if kind is bool:
        return _expect(isinstance(raw, bool), raw, "true or false", at, problems)
    if kind is date:
        return _date(raw, at, problems)
    if origin is Literal:
        return _choice(get_args(kind), raw, at, problems)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        choice = _choice(tuple(kind), raw, at, problems)
        return choice if choice is _BAD else kind(choice)
    if is_struct(kind):
        found = decode(kind, raw, at, problems)
        return _BAD if found is None else found
    if origin is tuple:
        return _list(get_args(kind)[0], raw, at, problems, key)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(get_args(kind)[1], raw, at, problems)
    return raw


def _list(kind: Any, raw: Any, at: Path, problems: Collector, key: Key | None) -> Any:
    if key is not None and key.one_or_many and isinstance(raw, str):
        raw = [raw]
    if not isinstance(raw, list):
        return _expect(False, raw, "a list in [ ]", at, problems)
    if kind is str and all(type(value) is str for value in raw):
        return tuple(raw)
    converted = [_convert(kind, value, (*at, i), problems) for i, value in enumerate(raw)]
    return tuple(value for value in converted if value not in (_BAD, _KEPT))


def _mapping(kind: Any, raw: Any, at: Path, problems: Collector) -> Any:
    if not isinstance(raw, dict):
        return _expect(False, raw, "a table", at, problems)
    converted = {k: _convert(kind, v, (*at, k), problems, _ONE) for k, v in raw.items()}
    return {name: value for name, value in converted.items() if value not in (_BAD, _KEPT)}


_ONE = Key("", one_or_many=True)


def _choice(choices: tuple[Any, ...], raw: Any, at: Path, problems: Collector) -> Any:
    if isinstance(raw, str) and raw in choices:
        return raw
    words = [choice for choice in choices if choice]
    hint = did_you_mean(raw, words) if isinstance(raw, str) else ""
    shown = f'"{one_line(raw, 60)}"' if isinstance(raw, str) else _describe_type(raw)
    problems.add(at, f"{shown} is not one of {', '.join(words)}", hint)
    return _BAD


def _date(raw: Any, at: Path, problems: Collector) -> Any:
    if type(raw) is date:
        return raw if is_in_range(raw) else _keep(raw, at, problems)
    if isinstance(raw, datetime):
        problems.add(at, *_no_time_wanted(raw, True))
        return _BAD
    if isinstance(raw, str):
        try:
            day = date.fromisoformat(raw)
        except ValueError:
            day = None
        if day and not is_in_range(day):
            day = None
        hint = f"write {day.isoformat()} without quotes" if day else "write it as 2027-02-01"
        problems.add(at, f'"{one_line(raw, 40)}" is not a date', hint)
        return day if day else _BAD
    return _expect(False, raw, "a date, such as 2027-02-01", at, problems)


def _no_time_wanted(raw: datetime, day: bool) -> tuple[str, str]:
    """Return what is wrong with a date that has a time, and the remedy."""
    if day:
        return ("expected a date without a time", f"write {raw.date().isoformat()}")
    return ("expected text in quotes, found a date with a time", f'write "{raw.isoformat()}"')


def _keep(raw: date | str, at: Path, problems: Collector) -> Any:
    key = one_line(str(at[-1]), 40)
    problems.add(
        at,
        f"{key} = {raw} is not between {FIRST_DAY} and {LAST_DAY}; treated as not set",
        "correct the date",
        "warning",
    )
    return _KEPT


def _expect(holds: bool, raw: Any, wanted: str, at: Path, problems: Collector) -> Any:
    if holds:
        return raw
    problems.add(at, f"expected {wanted}, found {_describe_type(raw)}")
    return _BAD


def _describe_type(raw: Any) -> str:
    """State what a TOML value is, for a message."""
    names = {bool: "true or false", int: "a number", float: "a number", str: "text"}
    names |= {list: "a list", dict: "a table", date: "a date", datetime: "a date with a time"}
    return names.get(type(raw), "a time")
