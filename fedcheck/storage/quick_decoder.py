"""The quick way from parsed TOML to structs, for data in which nothing is wrong.

msgspec converts, and states nothing of what is wrong beyond the first mistake: where it refuses, or
where a rule of a key does, the same data is read again by `decode_carefully`, which notes every
problem. Both give the same for data without a mistake (tests/test_quick_decoder.py).
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar, get_args, get_origin

from msgspec import Struct, ValidationError, convert

from fedcheck.domain.dates import is_in_range, parse_due, parse_max_age, parse_span
from fedcheck.domain.key import check_basis, is_id
from fedcheck.domain.package_values import check_phone, check_web_address, parse_moment
from fedcheck.storage.toml_keys import is_struct, keeps_extra, keys_of

T = TypeVar("T")

CHECKS: Mapping[str, Callable[[str], object]] = {
    "due": parse_due,
    "age": parse_max_age,
    "period": parse_span,
    "basis": check_basis,
    "web": check_web_address,
    "phone": check_phone,
    "moment": parse_moment,
}
"""The rule for a text, by its name in `Key.check`; it raises ValueError."""

_NATIVE = (date, datetime, time)
"""TOML has dates of its own; without naming them here a text would pass for a date."""


class _Plan(Struct, frozen=True):
    """What msgspec cannot know of a struct, by key in the file.

    Attributes:
        keys: every key that a file may hold.
        keeps_extra: whether it keeps the keys that are not among them.
        bare_dates: texts that may be written as a bare date.
        alone: lists of which one member may stand alone.
        inner: structs with plans of their own: alone, in a list, or (True) in a table by name.
        checked: the field and the rule of each checked text, and whether it is required.
        days: fields that hold a day.
        day_tables: fields that hold days by name.
    """

    keys: frozenset[str]
    keeps_extra: bool
    bare_dates: tuple[str, ...]
    alone: tuple[str, ...]
    inner: tuple[tuple[str, str, type, bool], ...]
    checked: tuple[tuple[str, str, bool], ...]
    days: tuple[str, ...]
    day_tables: tuple[str, ...]


_PLANS: dict[type, _Plan] = {}
_passed: dict[str, set[str]] = {check: set() for check in ("id", *CHECKS)}
"""Texts that passed a rule: lists state the same few things over and over."""


def decode_quickly(cls: type[T], data: Any) -> T | None:
    """Return the struct that parsed TOML holds, or None where it has to be read carefully."""
    plain = _normalize(cls, data)
    if plain is None:
        return None
    try:
        found = convert(plain, cls, builtin_types=_NATIVE)
    except ValidationError:
        return None
    return found if _satisfies_rules(cls, found) else None


def _plan(cls: type) -> _Plan:
    if cls not in _PLANS:
        specs = keys_of(cls)
        inner = []
        for spec in specs.values():
            kind = get_args(spec.type)[0] if get_origin(spec.type) is tuple else spec.type
            if is_struct(kind):
                inner.append((spec.name, spec.field, kind, False))
            elif get_origin(kind) is not None and is_struct(get_args(kind)[-1]):
                inner.append((spec.name, spec.field, get_args(kind)[-1], True))
        _PLANS[cls] = _Plan(
            keys=frozenset(specs),
            keeps_extra=keeps_extra(cls),
            bare_dates=tuple(s.name for s in specs.values() if s.key.check == "due"),
            alone=tuple(s.name for s in specs.values() if s.key.one_or_many),
            inner=tuple(inner),
            checked=tuple(
                (s.field, s.key.check, s.required) for s in specs.values() if s.key.check
            ),
            days=tuple(s.field for s in specs.values() if s.type is date),
            day_tables=tuple(s.field for s in specs.values() if date in get_args(s.type)),
        )
    return _PLANS[cls]


def _normalize(cls: type, data: Any) -> Any:
    """Return the data as msgspec takes it; None where a key is unknown or a table is none."""
    if type(data) is not dict:
        return None
    plan = _plan(cls)
    changed: dict[str, Any] = {}
    if not plan.keys >= data.keys():
        if not plan.keeps_extra:
            return None
        unknown = {name: value for name, value in data.items() if name not in plan.keys}
        data = {name: value for name, value in data.items() if name in plan.keys}
        changed["extra"] = unknown
    for name in plan.bare_dates:
        if type(data.get(name)) is date:
            changed[name] = data[name].isoformat()
    for name in plan.alone:
        if type(data.get(name)) is str:
            changed[name] = [data[name]]
    for name, _, kind, by_name in plan.inner:
        value = data.get(name)
        if value is None:
            continue
        new = _tables(kind, value) if by_name else _inside(kind, value)
        if new is None:
            return None
        changed[name] = new
    return {**data, **changed} if changed else data


def _inside(kind: type, value: Any) -> Any:
    if type(value) is list:
        found = [_normalize(kind, one) for one in value]
        return None if any(one is None for one in found) else found
    return _normalize(kind, value)


def _tables(kind: type, value: Any) -> Any:
    if type(value) is not dict:
        return None
    found = {name: _normalize(kind, one) for name, one in value.items()}
    return None if any(one is None for one in found.values()) else found


def _satisfies_rules(cls: type, thing: Any) -> bool:
    """Return whether the rules of the keys hold for a struct and all that is in it."""
    plan = _plan(cls)
    for field, check, required in plan.checked:
        text = getattr(thing, field)
        if (text or (required and check == "id")) and not _passes(check, text):
            return False
    for field in plan.days:
        if not _is_day(getattr(thing, field)):
            return False
    for field in plan.day_tables:
        if not all(_is_day(day) for day in (getattr(thing, field) or {}).values()):
            return False
    for _, field, kind, by_name in plan.inner:
        value = getattr(thing, field)
        if value is None:
            continue
        if by_name:
            value = value.values()
        elif not isinstance(value, tuple):
            value = (value,)
        if not all(_satisfies_rules(kind, one) for one in value):
            return False
    return True


def _is_day(value: date | None) -> bool:
    """Return whether a value is a day as we work with; a date with a time is none."""
    return value is None or (type(value) is date and is_in_range(value))


def _passes(check: str, text: str) -> bool:
    passed = _passed[check]
    if text in passed:
        return True
    if check == "id":
        good = is_id(text)
    else:
        try:
            CHECKS[check](text)
            good = True
        except ValueError:
            good = False
    if good and len(passed) < 5000:
        passed.add(text)
    return good
