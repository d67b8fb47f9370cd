"""Writing checklists of a workspace: as TOML that people read, as part of an action with history.

A list is a file, so its history keeps hashes: `checklists:ID`, field `file`. So does that of the
files with official text that come with lists: `texts:glossary`. What a file held is kept under
`.fedcheck/backup/lists/`, by its hash, so that undo can bring it back. Copies of another user,
machine or place stay where they are and are not read.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from fedcheck.domain.change import Change
from fedcheck.domain.checklist import Checklist, When
from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import atomic_files, local_binding
from fedcheck.storage.names import (
    ListId,
    Sha256,
    TextName,
    parse_list_id,
    parse_sha256,
    parse_text_name,
)
from fedcheck.storage.paths import LOCAL_STATE, workspace_of
from fedcheck.storage.raw_files import read_bytes
from fedcheck.storage.toml_keys import keys_of

LISTS = "checklists"
"""Folder of a workspace's own lists, and the book that their references name."""

TEXTS = "texts"
"""What references of the files with official text begin with; these are in the root."""

FIELD = "file"

_TABLES = ("source", "section", "item", "when", "former")
"""The keys that are arrays of tables."""


class Rewritten(Struct, frozen=True):
    """A list of the workspace, or a file with official text, as it is to be.

    Attributes:
        data: what its file is to hold; None where it is to go.
        seen: hash of what is to be replaced; None where there was no file.
        book: LISTS, or TEXTS.
    """

    id: ListId | TextName
    data: bytes | None
    seen: str | None
    book: str = LISTS

    @property
    def ref(self) -> str:
        """Return what the history calls the file."""
        return f"{self.book}:{self.id}"

    def path(self, root: Path) -> Path:
        """Return the file in a workspace."""
        folder = root / LISTS if self.book == LISTS else root
        return folder / f"{self.id}.toml"

    @property
    def sha256(self) -> str | None:
        """Return the hash of what the file is to hold; None where it is to go."""
        return hashlib.sha256(self.data).hexdigest() if self.data is not None else None


def path_of(root: Path, checklist: ListId) -> Path:
    """Return the file of a list of the workspace's own."""
    return root / LISTS / f"{checklist}.toml"


def is_list(change: Change) -> bool:
    """Return whether a change is one of a list, and not of what is recorded about items."""
    return change.ref.startswith(f"{LISTS}:")


def is_file(change: Change) -> bool:
    """Return whether a change is one of a list or of a file with official text."""
    return change.ref.startswith((f"{LISTS}:", f"{TEXTS}:"))


def plan_lists(
    root: Path, wanted: Iterable[Checklist], hashes: Mapping[Path, str | None]
) -> list[Rewritten]:
    """Return lists as they are to be written.

    Args:
        root: the workspace.
        wanted: the lists.
        hashes: those of the files that are there, by path.

    Raises:
        FedcheckError: where no list can have one of the ids.
    """
    named = [(parse_list_id(one.id), one) for one in wanted]
    return [Rewritten(name, dump(one), hashes.get(path_of(root, name))) for name, one in named]


def changes_of(root: Path, wanted: Iterable[Rewritten]) -> list[Change]:
    """Return what would change. Raises FedcheckError where somebody edited a list meanwhile."""
    changes = []
    for one in wanted:
        now = _hash_now(one.path(root), root)
        if now not in (one.seen, one.sha256):
            raise FedcheckError(
                f"{one.path(root)}: was edited since, so it is left unchanged",
                "review it; delete or rename the file to continue without it",
                ErrorKind.REFUSED,
            )
        if now != one.sha256:
            changes.append(Change(one.ref, FIELD, now, one.sha256))
    return changes


def write(root: Path, wanted: Iterable[Rewritten]) -> None:
    """Write the lists that come or change, after a copy of what they held and will hold.

    Call it under the lock. Raises FedcheckError where the disk refuses.
    """
    kept: dict[Path, bytes] = {}
    new: dict[Path, bytes] = {}
    for one in wanted:
        path = one.path(root)
        held = read_bytes(path, workspace_of(root)) if os.path.lexists(path) else None
        if one.data is not None:
            new[path] = one.data
        for raw in (held, one.data):
            if raw is not None:
                digest = parse_sha256(hashlib.sha256(raw).hexdigest())
                mark = local_binding.seal(root, _backup_name(digest), b"")
                kept[_kept(root, digest, mark)] = raw
    atomic_files.replace_files({**kept, **new}, under=workspace_of(root))


def take_away(root: Path, wanted: Iterable[Rewritten]) -> None:
    """Remove the lists that go. Call it under the lock. Raises FedcheckError."""
    for one in wanted:
        if one.data is None:
            atomic_files.remove_file(one.path(root), under=workspace_of(root))


def back(root: Path, changes: Iterable[Change]) -> list[Rewritten]:
    """Return the files that changes (already inverted) lead to.

    A history may come from a stranger, so its names are parsed before anything is read. Raises
    FedcheckError where a name is none of ours, or this machine does not have what a file held.
    """
    found = []
    for change in changes:
        book, name, old, new = _parse_change(change)
        one = Rewritten(name, None, old, book)
        held = None if new is None else _read_kept(root, one.path(root), new)
        found.append(Rewritten(name, held, old, book))
    return found


def _parse_change(
    change: Change,
) -> tuple[str, ListId | TextName, Sha256 | None, Sha256 | None]:
    """Return what a change of a file names. Raises FedcheckError where it cannot be one of ours."""
    try:
        book, _, text = change.ref.partition(":")
        name = parse_text_name(text) if book == TEXTS else parse_list_id(text)
        if change.field != FIELD:
            raise FedcheckError(f'a list has no field "{one_line(change.field, 60)}"')
        old, new = (
            None if value is None else parse_sha256(value) for value in (change.old, change.new)
        )
    except FedcheckError as error:
        raise FedcheckError(
            f"the history names an invalid checklist: {error}; nothing was read or written",
            "see: fedcheck history",
            ErrorKind.REFUSED,
        ) from None
    return book, name, old, new


def _read_kept(root: Path, path: Path, sha256: Sha256) -> bytes:
    """Return what a file held. Raises FedcheckError where this user did not keep it here."""
    mark = local_binding.find_seal(root, _backup_name(sha256))
    try:
        kept = _kept(root, sha256, mark)
        data = atomic_files.read_confined(kept, under=workspace_of(root)) if mark else b""
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != sha256:
        raise FedcheckError(
            f"{path}: its earlier content is not on this machine",
            "import it again, or restore it from git",
            ErrorKind.REFUSED,
        )
    return data


def _hash_now(path: Path, root: Path) -> str | None:
    if not os.path.lexists(path):
        return None
    return hashlib.sha256(read_bytes(path, workspace_of(root))).hexdigest()


def _kept(root: Path, sha256: Sha256, mark: str) -> Path:
    """Return where a list's content is kept; a copy that came with a workspace has another mark."""
    return root / LOCAL_STATE / "backup" / "lists" / f"{sha256}.{mark[:16]}.toml"


def _backup_name(sha256: Sha256) -> str:
    return f"backup/lists/{sha256}"


def dump(checklist: Checklist) -> bytes:
    """Return a checklist as the bytes of its file: stable order, no key for a default."""
    parts = [_keys(checklist)]
    for source in checklist.sources:
        parts.append("[[source]]\n" + _keys(source))
    for section in checklist.sections:
        parts.append("[[section]]\n" + _keys(section))
        for item in section.items:
            parts.append("[[section.item]]\n" + _keys(item, checklist.id))
            parts += ["[[section.item.when]]\n" + _when_keys(when) for when in item.when]
            parts += ["[[section.item.former]]\n" + _keys(one) for one in item.former]
    return "\n".join(parts).encode("utf-8", "replace")


def _keys(thing: Any, checklist: str = "") -> str:
    return "".join(f"{name} = {value}\n" for name, value in _values(thing, checklist))


def _when_keys(when: When) -> str:
    """Return what a variant of an item is for, then what is different in it."""
    options = {
        name: raw if isinstance(raw, str) else when.options[name]
        for name, raw in when.extra.items()
    }
    return "".join(f"{_key(n)} = {_toml(v)}\n" for n, v in options.items()) + _keys(when)


def _values(thing: Any, checklist: str) -> Iterator[tuple[str, str]]:
    """Yield the keys of one table with their values as TOML; arrays of tables are left out."""
    for name, spec in keys_of(type(thing)).items():
        value = getattr(thing, spec.field)
        if name in _TABLES and isinstance(value, tuple):
            continue
        if not spec.required and value == spec.default:
            continue
        if name == "needs":
            value = tuple(need.removeprefix(f"{checklist}:") for need in value)
        if isinstance(value, tuple) and spec.key.one_or_many and len(value) == 1:
            value = value[0]
        yield name, _toml(value)


def _toml(value: Any) -> str:
    if isinstance(value, str):
        from fedcheck.storage.toml_io import dumps  # few sessions write a list

        text = dumps({"x": value}, "\n" in value and "\r" not in value)
        return text.removeprefix("x = ").removesuffix("\n")
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(name)} = {_toml(one)}" for name, one in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, int):
        return str(value)
    return f"{{ {', '.join(f'{n} = {v}' for n, v in _values(value, ''))} }}"


def _key(name: str) -> str:
    plain = name.replace("-", "").replace("_", "")
    if plain.isascii() and plain.isalnum():
        return name
    from fedcheck.storage.toml_io import quote_key  # as above

    return quote_key(name)
