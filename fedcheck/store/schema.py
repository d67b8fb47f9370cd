"""JSON Schema of our file formats, made from the data classes that load them.

Editors (taplo and its like) use it for completion and checking: put
`#:schema ./checklist.schema.json` on the first line of a checklist.
"""

from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date
from typing import Any, Literal, get_args, get_origin

from fedcheck.model.checklist import FORMAT
from fedcheck.model.key import ID_PATTERN
from fedcheck.store.keys import KeySpec, keeps_extra, keys_of

_PATTERNS = {
    "id": f"^{ID_PATTERN}$",
    "age": r"^[0-9]{1,4}\s*(d|bd|w|mo|y)(\s+at\s+[a-z0-9][a-z0-9._-]*)?$",
    "period": r"^[0-9]{1,4}\s*(d|bd|w|mo|y)$",
    "due": (
        r"^([0-9]{4}-[0-9]{2}-[0-9]{2}"
        r"|[a-z0-9][a-z0-9._:-]*(\s*[+-]\s*[0-9]{1,4}\s*(d|bd|w|mo|y))?)$"
    ),
}


def schema(cls: type, title: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a file whose top level is a data class."""
    defs: dict[str, Any] = {}
    top = _object(cls, defs)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": (cls.__doc__ or "").split("\n")[0],
        **top,
        "$defs": dict(sorted(defs.items())),
    }


def _object(cls: type, defs: dict[str, Any]) -> dict[str, Any]:
    specs = keys_of(cls)
    return {
        "type": "object",
        "properties": {name: _property(spec, defs) for name, spec in specs.items()},
        "required": [name for name, spec in specs.items() if spec.required],
        "additionalProperties": keeps_extra(cls),
    }


def _property(spec: KeySpec, defs: dict[str, Any]) -> dict[str, Any]:
    shape = _shape(spec.type, defs)
    if spec.key.check:
        shape = {**shape, "pattern": _PATTERNS[spec.key.check]}
    if spec.key.one_or_many:
        shape = {"anyOf": [shape["items"], shape]}
    if spec.name == "format":
        shape = {"const": FORMAT}
    return {"description": spec.key.doc, **shape}


def _shape(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    origin = get_origin(kind)
    if kind is str:
        return {"type": "string"}
    if kind is int:
        return {"type": "integer"}
    if kind is bool:
        return {"type": "boolean"}
    if kind is date:
        return {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    if origin is Literal:
        return {"enum": [choice for choice in get_args(kind) if choice]}
    if origin is tuple:
        return {"type": "array", "items": _shape(get_args(kind)[0], defs)}
    if origin is not None and issubclass(origin, Mapping):
        inner = _shape(get_args(kind)[1], defs)
        if inner.get("type") == "array":
            inner = {"anyOf": [inner["items"], inner]}
        return {"type": "object", "additionalProperties": inner}
    if is_dataclass(kind):
        name = kind.__name__  # type: ignore[union-attr]
        if name not in defs:
            defs[name] = {}
            defs[name] = {"description": (kind.__doc__ or "").split("\n")[0]} | _object(kind, defs)  # type: ignore[arg-type]
        return {"$ref": f"#/$defs/{name}"}
    return {}
