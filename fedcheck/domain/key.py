"""What a field of a struct states about its TOML key: one place for decoder, schema and docs.

A field that a file may hold is `name: Annotated[TYPE, Key("doc")]`; its key is the field's name
with hyphens, or the `name` given to `msgspec.field`.
"""

import re
from collections.abc import Mapping
from typing import Any, get_args, get_type_hints

from msgspec import Struct, field

ID_PATTERN = r"[a-z0-9][a-z0-9._-]*"
"""What an id looks like: lower case, so that it is the same on every file system."""

RESERVED_LIST_IDS = frozenset(
    (
        "requests", "findings", "milestones", "package", "sent", "checklists", "imports", "process",
        "fedcheck", "progress", "history", "evidence", "reports", "private", "texts", "glossary",
    )
)  # fmt: skip
"""What no checklist can be called: a reference or a file of that name means something else."""

_ID = re.compile(ID_PATTERN)

_KEYS: dict[type, Mapping[str, tuple[Any, "Key"]]] = {}


class Key(Struct, frozen=True):
    """What is known of a TOML key next to its type.

    Attributes:
        doc: one sentence for editors and documentation.
        check: the name of the rule for its text: `id`, `due`, `age`, `period`, `basis`, `web`,
            `phone`, `moment`, or nothing.
        one_or_many: whether a bare string may stand for a list of one.
    """

    doc: str
    check: str = ""
    one_or_many: bool = False


def extra() -> Any:
    """Return a field that keeps unknown keys, so that they survive a save."""
    return field(default_factory=dict)


def keys_by_field(cls: type) -> Mapping[str, tuple[Any, Key]]:
    """Return the type and the key of each field of a struct that a file may hold."""
    if cls not in _KEYS:
        hints = get_type_hints(cls, include_extras=True)
        found = {}
        for name in cls.__struct_fields__:  # type: ignore[attr-defined]
            kind, *more = get_args(hints[name]) or (hints[name],)
            key = next((one for one in more if isinstance(one, Key)), None)
            if key is not None:
                found[name] = (kind, key)
        _KEYS[cls] = found
    return _KEYS[cls]


def is_id(text: str) -> bool:
    """Return whether a text is a well-formed id."""
    return _ID.fullmatch(text) is not None


def check_basis(text: str) -> None:
    """Raise ValueError where a text is no basis: 12 hex digits."""
    if re.fullmatch("[0-9a-f]{12}", text) is None:
        raise ValueError(f"expected 12 digits of 0-9 and a-f, found {len(text)} characters")
