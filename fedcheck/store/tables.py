"""Writing TOML tables as people write them: every table with its header, none inline."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import tomli_w

from fedcheck.model.dates import parse_date
from fedcheck.store.keys import KeySpec, keys_of


def plain_fields(thing: Any) -> dict[str, Any]:
    """Return the TOML values of a data class that differ from their defaults, in its order."""
    specs = keys_of(type(thing))
    data: dict[str, Any] = {}
    for name, spec in specs.items():
        value = getattr(thing, spec.field)
        if spec.required or value != _default(type(thing), spec.field):
            data[name] = _as_toml(spec, value)
    return data


def _default(cls: type, name: str) -> Any:
    return cls.__dataclass_fields__[name].default  # type: ignore[attr-defined]


def _as_toml(spec: KeySpec, value: Any) -> Any:
    if spec.key.check == "due":
        return _as_date(value)
    return list(value) if isinstance(value, tuple) else value


def _as_date(text: str) -> date | str:
    try:
        return parse_date(text)
    except ValueError:
        return text


def table(header: str, path: str, data: Mapping[str, Any]) -> str:
    """Write a table; tables inside it follow with headers of their own, never inline."""
    lines = [header + "\n"]
    inner: list[str] = []
    for key, value in data.items():
        under = f"{path}.{quoted(key)}"
        if isinstance(value, dict):
            inner.append("\n" + table(f"[{under}]", under, value))
        elif isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            inner += ["\n" + table(f"[[{under}]]", under, v) for v in value]
        else:
            multiline = isinstance(value, str) and "\r" not in value
            lines.append(tomli_w.dumps({key: value}, multiline_strings=multiline))
    return "".join(lines + inner)


def quoted(name: str) -> str:
    """Return a key in quotes, always: ids have dots, and one form makes small diffs."""
    return json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007F")
