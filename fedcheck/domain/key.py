"""How a field of a data class describes its TOML key: one place for loader, schema and docs."""

import re
from dataclasses import MISSING, dataclass, field
from typing import Any

ID_PATTERN = r"[a-z0-9][a-z0-9._-]*"
"""What an id looks like: lower case, so that it is the same on every file system."""

_ID = re.compile(ID_PATTERN)
_BASIS = re.compile("[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a TOML key beside its type.

    Attributes:
        doc: one sentence for editors and documentation.
        name: the key in the file, where it is not the field's name with hyphens.
        check: the name of the rule for its text: `id`, `due`, `age`, `period`, `basis`, or nothing.
        one_or_many: whether a bare string may stand for a list of one.
    """

    doc: str
    name: str = ""
    check: str = ""
    one_or_many: bool = False


def key(
    doc: str,
    *,
    default: Any = MISSING,
    name: str = "",
    check: str = "",
    one_or_many: bool = False,
) -> Any:
    """Return a data class field that knows its TOML key; without a default the key is required."""
    meta = {"key": Key(doc, name, check, one_or_many)}
    return field(metadata=meta) if default is MISSING else field(default=default, metadata=meta)


def extra() -> Any:
    """Return a field that keeps unknown keys, so that they survive a save."""
    return field(default_factory=dict, compare=False)


def is_id(text: str) -> bool:
    """Tell whether a text is a well-formed id."""
    return _ID.fullmatch(text) is not None


def check_basis(text: str) -> None:
    """Raise ValueError where a text is no basis: 12 hex digits."""
    if _BASIS.fullmatch(text) is None:
        raise ValueError(f"expected 12 digits of 0-9 and a-f, found {len(text)} characters")
