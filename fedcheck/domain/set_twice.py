"""Fields that two people set to different values, kept until it is settled which value stands.

A merge keeps the values of one side in the record, and those of the other side next to them, in
tables of the key `set-twice`. Such a table is no data: no list, gate value or report shows it. The
histories settle it (`storage.settling`), and where they cannot, a person does. `alternatives` makes
and applies the tables.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

SET_TWICE = "set-twice"
"""The key of a record, or of a file, that has what the other side of a merge had."""


class Alternative(Struct, frozen=True):
    """What the other side of a merge had.

    Attributes:
        groups: the merge groups that it has values of; a field that is in none is its own group.
        evidence: id of the evidence item that it is about; empty for the record itself.
        values: the values by TOML key; a field of the groups that is not among them is empty.
        is_joined: whether the record holds the texts of both sides, and only their authors are
            to be found.
        key: a key that fedcheck does not know, with its `value`; it has no group then.
        value: what the other side had under that key.
    """

    groups: tuple[str, ...] = ()
    evidence: str = ""
    values: Mapping[str, Any] = {}
    is_joined: bool = False
    key: str = ""
    value: Any = None


def list_alternatives(extra: Mapping[str, Any]) -> list[Alternative]:
    """Return what a record keeps of other sides; what is not as we write it is left out."""
    raw = extra.get(SET_TWICE)
    found = [parse_alternative(one) for one in raw] if isinstance(raw, list) else []
    return [one for one in found if one is not None]


def parse_alternative(raw: Any) -> Alternative | None:
    """Return what a table states; None where it is not as we write it."""
    if not isinstance(raw, dict):
        return None
    key, groups, evidence = raw.get("key", ""), raw.get("groups", []), raw.get("evidence", "")
    is_text = all(isinstance(one, str) for one in (key, evidence))
    if not is_text or not isinstance(groups, list) or not (key or groups):
        return None
    if not all(isinstance(one, str) for one in groups):
        return None
    values = {k: v for k, v in raw.items() if k not in ("key", "groups", "evidence", "joined")}
    value = values.pop("value", None) if key else None
    return Alternative(tuple(groups), evidence, values, raw.get("joined") is True, key, value)


def is_unsettled(extra: Mapping[str, Any]) -> bool:
    """Return whether a record has a field of which nobody knows yet which value stands."""
    if SET_TWICE not in extra:
        return False
    return any(not one.is_joined for one in list_alternatives(extra))
