"""Fields of records as a change names them: their value in history form, and how it is set.

Works for every data class whose fields are described with `key`: records of items, requests,
findings. Evidence is named piece by piece, `evidence.<id>`.
"""

from datetime import date
from enum import StrEnum
from typing import Any, TypeVar, get_args, get_origin

from msgspec.structs import replace

from fedcheck.domain.dates import parse_date, parse_due
from fedcheck.domain.evidence import Evidence, evidence_from_dict, evidence_to_dict
from fedcheck.domain.key import Key, keys_by_field

T = TypeVar("T")

EVIDENCE_PREFIX = "evidence."

_NAMES: dict[type, tuple[str, ...]] = {}


def field_names(cls: type) -> tuple[str, ...]:
    """Return the fields of a data class that a change can name, without the id and evidence."""
    if cls not in _NAMES:
        named = keys_by_field(cls)
        _NAMES[cls] = tuple(name for name in named if name not in ("id", "evidence"))
    return _NAMES[cls]


def all_names(thing: Any) -> tuple[str, ...]:
    """Return every name that a change to a thing may have, its evidence included."""
    return (*field_names(type(thing)), *(EVIDENCE_PREFIX + one.id for one in thing.evidence))


def field_value(thing: Any, name: str) -> Any:
    """Return a field as history keeps it: text, a list of texts, a dict for evidence, or None.

    Raises KeyError where there is no such field.
    """
    if name.startswith(EVIDENCE_PREFIX):
        proof_id = name.removeprefix(EVIDENCE_PREFIX)
        proof = next((one for one in thing.evidence if one.id == proof_id), None)
        return evidence_to_dict(proof) if proof else None
    if name not in field_names(type(thing)):
        raise KeyError(name)
    value = getattr(thing, name)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [str(one) for one in value] or None
    return (value.value if isinstance(value, StrEnum) else value) or None


def with_field(thing: T, name: str, value: Any) -> T:
    """Return the thing with one field set from its history form. Raises KeyError, ValueError."""
    if name.startswith(EVIDENCE_PREFIX):
        return _with_evidence(thing, name.removeprefix(EVIDENCE_PREFIX), value)
    if name not in field_names(type(thing)):
        raise KeyError(name)
    hint, key = keys_by_field(type(thing))[name]
    changed: dict[str, Any] = {name: _parsed(name, hint, key, value)}
    return replace(thing, **changed)  # type: ignore[type-var]


def _parsed(name: str, hint: Any, key: Key, value: Any) -> Any:
    if get_origin(hint) is tuple:
        listed = value or []
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise ValueError(f"{name} is a list of texts")
        kind = get_args(hint)[0]
        return tuple(kind(one) for one in listed)
    text = "" if value is None else value
    if not isinstance(text, str):
        raise ValueError(f"{name} is text, not {type(value).__name__}")
    if date in get_args(hint):
        return parse_date(text) if text else None
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        known = [member.value for member in hint]
        text = text or known[0]
        if text not in known:
            raise ValueError(f"{text!r} is no {name}")
        return hint(text)
    if key.check == "due" and text:
        parse_due(text)
    return text


def _with_evidence(thing: T, proof_id: str, value: Any) -> T:
    new = evidence_from_dict(proof_id, value) if value is not None else None
    proofs: tuple[Evidence, ...] = thing.evidence  # type: ignore[attr-defined]
    kept = [one for one in proofs if one.id != proof_id]
    if new is not None:
        places = [i for i, one in enumerate(proofs) if one.id == proof_id]
        kept.insert(places[0] if places else len(kept), new)
    changed: dict[str, Any] = {"evidence": tuple(kept)}
    return replace(thing, **changed)  # type: ignore[type-var]
