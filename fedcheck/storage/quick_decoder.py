"""The quick way from parsed TOML to our data classes, for files in which nothing is wrong.

Each type has a function, made once, that takes a value or doubts it. It says nothing of what is
wrong: whoever gets `DOUBT` reads the same data again with `decode.carefully`, which does. Both give
the same for data without a mistake (tests/test_quick.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import date
from typing import Any, Literal, get_args, get_origin

from fedcheck.domain.dates import parse_due, parse_max_age, parse_span
from fedcheck.domain.key import Key, check_basis, is_id
from fedcheck.storage.toml_keys import KeySpec, keeps_extra, keys_of

DOUBT = object()
"""Stands for a value that has to be looked at carefully."""

CHECKS: Mapping[str, Callable[[str], object]] = {
    "due": parse_due,
    "age": parse_max_age,
    "period": parse_span,
    "basis": check_basis,
}
"""The rule for a text, by its name in `Key.check`; it raises ValueError."""

Reader = Callable[[Any], Any]
"""Takes a parsed value; returns what a data class holds for it, or DOUBT."""

_READERS: dict[type, Reader] = {}


def reader(cls: type) -> Reader:
    """Return the function that makes objects of a data class."""
    if cls not in _READERS:
        _READERS[cls] = _reader(cls)
    return _READERS[cls]


def _reader(cls: type) -> Reader:
    specs = keys_of(cls)
    readers = {name: (spec.field, _value(spec)) for name, spec in specs.items()}
    required = frozenset(spec.field for spec in specs.values() if spec.required)
    keeps = keeps_extra(cls)

    def read(data: Any) -> Any:
        if type(data) is not dict:
            return DOUBT
        values: dict[str, Any] = {}
        for name, raw in data.items():
            known = readers.get(name)
            if known is None:
                if not keeps:
                    return DOUBT
                values.setdefault("extra", {})[name] = raw
                continue
            value = known[1](raw)
            if value is DOUBT:
                return DOUBT
            values[known[0]] = value
        return cls(**values) if required <= values.keys() else DOUBT

    return read


def _value(spec: KeySpec) -> Reader:
    plain = _of(spec.type, spec.key)
    check = spec.key.check
    if not check:
        return plain
    if check == "id":
        may_be_empty = not spec.required

        def read_id(raw: Any) -> Any:
            good = type(raw) is str and (is_id(raw) or (may_be_empty and not raw))
            return raw if good else DOUBT

        return read_id
    rule = CHECKS[check]
    passed: set[str] = {""}

    def read_checked(raw: Any) -> Any:
        text = plain(raw)
        if text is DOUBT or text in passed:
            return text
        try:
            rule(text)
        except ValueError:
            return DOUBT
        if len(passed) < 1000:  # lists say the same few things over and over
            passed.add(text)
        return text

    return read_checked


def _of(kind: Any, key: Key) -> Reader:
    """Return the function for a type; it doubts what it does not know."""
    origin = get_origin(kind)
    if kind is str:
        return _due if key.check == "due" else _text
    if kind is date or kind is int or kind is bool:
        return lambda raw: raw if type(raw) is kind else DOUBT
    if origin is Literal:
        choices = frozenset(get_args(kind))
        return lambda raw: raw if type(raw) is str and raw in choices else DOUBT
    if is_dataclass(kind):
        return reader(kind)  # type: ignore[arg-type]
    if origin is tuple:
        return _list(get_args(kind)[0], key)
    if origin is not None and issubclass(origin, Mapping):
        inner = _of(get_args(kind)[1], Key("", one_or_many=True))
        return lambda raw: _table(inner, raw)
    return lambda raw: raw


def _text(raw: Any) -> Any:
    return raw if type(raw) is str else DOUBT


def _due(raw: Any) -> Any:
    return raw.isoformat() if type(raw) is date else _text(raw)


def _list(kind: Any, key: Key) -> Reader:
    one = _of(kind, Key(""))

    def read(raw: Any) -> Any:
        if type(raw) is not list:
            return (raw,) if key.one_or_many and type(raw) is str and kind is str else DOUBT
        values = []
        for value in raw:
            found = one(value)
            if found is DOUBT:
                return DOUBT
            values.append(found)
        return tuple(values)

    return read


def _table(inner: Reader, raw: Any) -> Any:
    if type(raw) is not dict:
        return DOUBT
    values = {name: inner(value) for name, value in raw.items()}
    return DOUBT if any(value is DOUBT for value in values.values()) else values
