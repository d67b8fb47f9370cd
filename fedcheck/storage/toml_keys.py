"""The TOML keys of our structs: for the decoder, the schema and the writers.

Those of records, requests, findings and evidence are described in the table of fields, those of
other structs at each field (`Annotated[TYPE, Key(...)]`).
"""

import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin, get_type_hints

from msgspec import Struct
from msgspec.structs import fields

from fedcheck.domain.fields import FIELDS
from fedcheck.domain.key import Key, keys_by_field

_SPECS: dict[type, Mapping[str, "KeySpec"]] = {}


class KeySpec(Struct, frozen=True):
    """What is known of one TOML key of a struct; `default` means nothing where it is required."""

    field: str
    name: str
    type: Any
    key: Key
    required: bool
    default: Any


def keys_of(cls: type) -> Mapping[str, KeySpec]:
    """Return the TOML keys of a struct by their names in the file, in the order of its fields."""
    if cls not in _SPECS:
        described = _described(cls)
        specs = {}
        for one in fields(cls):
            if one.name in described:
                kind, key = described[one.name]
                specs[one.encode_name] = KeySpec(
                    one.name, one.encode_name, _without_none(kind), key, one.required, one.default
                )
        _SPECS[cls] = specs
    return _SPECS[cls]


def _described(cls: type) -> Mapping[str, tuple[Any, Key]]:
    if cls not in FIELDS:
        return keys_by_field(cls)
    hints = get_type_hints(cls)
    return {row.name: (hints[row.name], Key(row.doc, row.check)) for row in FIELDS[cls]}


def keeps_extra(cls: Any) -> bool:
    """Return whether unknown keys of a struct survive a save."""
    return "extra" in cls.__struct_fields__


def keeps_raw_dates(cls: type) -> bool:
    """Return whether a date outside of the range stays with a struct: it does with records."""
    return cls in FIELDS


def is_struct(kind: Any) -> bool:
    """Return whether a type is one of our structs."""
    return isinstance(kind, type) and issubclass(kind, Struct)


def _without_none(hint: Any) -> Any:
    """Return a type without its `| None`."""
    if get_origin(hint) in (Union, types.UnionType):
        return next(arg for arg in get_args(hint) if arg is not type(None))
    return hint
