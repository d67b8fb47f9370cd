"""The quick way from parsed TOML to structs, for data in which nothing is wrong.

msgspec converts, and states nothing of what is wrong beyond the first mistake: where it refuses, or
where a rule of a key does, the same data is read again by `decode_carefully`, which notes every
problem. Both give the same for data without a mistake (tests/test_quick_decoder.py).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from itertools import chain, islice
from operator import attrgetter
from typing import Any, TypeVar, get_args, get_origin

from msgspec import Struct, ValidationError, convert

from fedcheck.domain.dates import is_in_range, parse_due, parse_max_age, parse_span
from fedcheck.domain.key import check_basis, is_id
from fedcheck.domain.package_values import check_phone, check_web_address, parse_moment
from fedcheck.storage.toml_keys import is_struct, keeps_extra, keys_of

T = TypeVar("T")
_Getter = Callable[[Any], Any]

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
    inner: tuple[tuple[str, _Getter, type, bool], ...]
    checked: tuple[tuple[_Getter, str, bool], ...]
    days: tuple[_Getter, ...]
    day_tables: tuple[_Getter, ...]


_PLANS: dict[type, _Plan] = {}
_passed: dict[str, set[str]] = {check: set() for check in ("id", *CHECKS)}
"""Texts that passed a rule: lists state the same few things over and over."""


def decode_quickly(cls: type[T], data: Any) -> T | None:
    """Return the struct that parsed TOML holds, or None where it has to be read carefully."""
    found = decode_all_quickly(cls, [data])
    return None if found is None else found[0]


def decode_all_quickly(cls: type[T], tables: list[Any]) -> list[T] | None:
    """Return the structs of many tables, or None where one of them has to be read carefully.

    Each rule looks at one key of all of them at once: that costs far less than all rules for one
    after the other.
    """
    plain = _normalize(cls, tables)
    if plain is None:
        return None
    try:
        found = convert(plain, list[cls], builtin_types=_NATIVE)  # type: ignore[valid-type]
    except ValidationError:
        return None
    return found if _satisfy_rules(cls, found) else None


def _plan(cls: type) -> _Plan:
    if cls not in _PLANS:
        specs = keys_of(cls)
        inner = []
        for spec in specs.values():
            kind = get_args(spec.type)[0] if get_origin(spec.type) is tuple else spec.type
            if is_struct(kind):
                inner.append((spec.name, attrgetter(spec.field), kind, False))
            elif get_origin(kind) is not None and is_struct(get_args(kind)[-1]):
                inner.append((spec.name, attrgetter(spec.field), get_args(kind)[-1], True))
        _PLANS[cls] = _Plan(
            keys=frozenset(specs),
            keeps_extra=keeps_extra(cls),
            bare_dates=tuple(s.name for s in specs.values() if s.key.check == "due"),
            alone=tuple(s.name for s in specs.values() if s.key.one_or_many),
            inner=tuple(inner),
            checked=tuple(
                (attrgetter(s.field), s.key.check, s.required)
                for s in specs.values()
                if s.key.check
            ),
            days=tuple(attrgetter(s.field) for s in specs.values() if s.type is date),
            day_tables=tuple(
                attrgetter(s.field) for s in specs.values() if date in get_args(s.type)
            ),
        )
    return _PLANS[cls]


def _normalize(cls: type, tables: list[Any]) -> list[Any] | None:
    """Return tables as msgspec takes them; None where a key is unknown or a table is none.

    Where nothing has to be changed, that is the same list.
    """
    if not set(map(type, tables)) <= {dict}:
        return None
    plan = _plan(cls)
    names = set().union(*tables)
    if not names <= plan.keys:
        if not plan.keeps_extra:
            return None
        tables = [_move_extra(plan, one) for one in tables]
    for name in plan.bare_dates:
        if name in names:
            tables = _change(tables, name, date, date.isoformat)
    for name in plan.alone:
        if name in names:
            tables = _change(tables, name, str, lambda text: [text])
    for name, _, kind, by_name in plan.inner:
        if name in names:
            changed = _normalize_inner(tables, name, kind, by_name)
            if changed is None:
                return None
            tables = changed
    return tables


def _move_extra(plan: _Plan, table: dict[str, Any]) -> dict[str, Any]:
    """Return a table with its unknown keys under `extra`."""
    if plan.keys >= table.keys():
        return table
    unknown = {name: value for name, value in table.items() if name not in plan.keys}
    known = {name: value for name, value in table.items() if name in plan.keys}
    return {**known, "extra": unknown}


def _change(tables: list[Any], name: str, kind: type, change: Callable[[Any], object]) -> list[Any]:
    """Return tables with another value for a key where that is of one type."""
    if not any(type(one.get(name)) is kind for one in tables):
        return tables
    return [
        {**one, name: change(one[name])} if type(one.get(name)) is kind else one for one in tables
    ]


def _normalize_inner(tables: list[Any], name: str, kind: type, by_name: bool) -> list[Any] | None:
    """Return tables with what is under a key normalized; None as `_normalize`."""
    values = [one[name] for one in tables if name in one]
    if by_name:
        if not set(map(type, values)) <= {dict}:
            return None
        inside = [list(value.values()) for value in values]
    else:
        inside = [value if type(value) is list else [value] for value in values]
    flat = list(chain.from_iterable(inside))
    plain = _normalize(kind, flat)
    if plain is None or plain is flat:
        return None if plain is None else tables
    rest = iter(plain)

    def put_back(value: Any) -> Any:
        if by_name:
            return dict(zip(value, islice(rest, len(value)), strict=True))
        return list(islice(rest, len(value))) if type(value) is list else next(rest)

    return [{**one, name: put_back(one[name])} if name in one else one for one in tables]


def _satisfy_rules(cls: type, things: Sequence[Any]) -> bool:
    """Return whether the rules of the keys hold for structs and all that is in them."""
    plan = _plan(cls)
    for get, check, required in plan.checked:
        texts = set(map(get, things))
        if not (required and check == "id"):
            texts -= {"", None}
        if not all(_passes(check, text) for text in texts - _passed[check]):
            return False
    for get in plan.days:
        if not all(map(_is_day, set(map(get, things)))):
            return False
    for get in plan.day_tables:
        if not all(_is_day(day) for found in map(get, things) for day in (found or {}).values()):
            return False
    for _, get, kind, by_name in plan.inner:
        found = [value for value in map(get, things) if value is not None]
        if by_name:
            found = [value for table in found for value in table.values()]
        elif found and isinstance(found[0], tuple):
            found = list(chain.from_iterable(found))
        if found and not _satisfy_rules(kind, found):
            return False
    return True


def _is_day(value: date | None) -> bool:
    """Return whether a value is a day as we work with; a date with a time is none."""
    return value is None or (type(value) is date and is_in_range(value))


def _passes(check: str, text: str) -> bool:
    """Return whether a text is as a rule wants it, and remember one that is."""
    passed = _passed[check]
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
