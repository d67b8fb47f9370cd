"""The TOML keys of our files, for decoder, schema and lists.

Records, requests, findings and evidence have theirs from the table of fields; the other classes
describe each key at the attribute.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Union, get_args, get_origin, get_type_hints

from fedcheck.domain.fields import FIELDS
from fedcheck.domain.key import Key

_SPECS: dict[type, Mapping[str, "KeySpec"]] = {}


@dataclass(frozen=True, slots=True)
class KeySpec:
    """What is known of one TOML key of a data class."""

    field: str
    name: str
    type: Any
    key: Key
    required: bool


def keys_of(cls: type) -> Mapping[str, KeySpec]:
    """Return the TOML keys of a data class by their names in the file."""
    if cls not in _SPECS:
        _SPECS[cls] = _read_keys(cls)
    return _SPECS[cls]


def _read_keys(cls: Any) -> Mapping[str, KeySpec]:
    hints = get_type_hints(cls)
    rows = {row.name: Key(row.doc, row.key, row.check) for row in FIELDS.get(cls, ())}
    specs = {}
    for f in fields(cls):
        described = rows.get(f.name) or f.metadata.get("key")
        if described is None:
            continue
        name = described.name or f.name.replace("_", "-")
        required = f.default is MISSING and f.default_factory is MISSING
        specs[name] = KeySpec(f.name, name, _plain(hints[f.name]), described, required)
    return specs


def keeps_extra(cls: Any) -> bool:
    """Tell whether unknown keys of a data class survive."""
    return "extra" in cls.__dataclass_fields__


def _plain(hint: Any) -> Any:
    """Return a type without its `| None`."""
    if get_origin(hint) in (Union, types.UnionType):
        return next(arg for arg in get_args(hint) if arg is not type(None))
    return hint
