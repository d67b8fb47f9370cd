"""Record files in which somebody kept the lines of both sides, so that they are not valid any more.

A header is missing, a key or a table is there twice, a marker is left. Every line of such a file
is a line of one side: it is read as several versions of itself, which then merge as two sides do.
"""

from collections.abc import Callable, Sequence
from typing import Any

import tomli
from msgspec import Struct, field

from fedcheck.domain.text import one_line
from fedcheck.storage.toml_io import quote_key
from fedcheck.storage.toml_lines import Statement, list_statements

Owns = Callable[[str, dict[str, Any]], bool]
"""Returns whether the history of an item knows these values as set at some time."""

Finds = Callable[[dict[str, Any], set[str]], list[str]]
"""Returns the items, other than those named, that have exactly these values by the histories."""


class CarelessError(Exception):
    """The versions cannot be separated; names the place and the reason."""


class _Block(Struct):
    """A header with the keys below it."""

    header: str
    keys: list[Statement] = field(default_factory=list)

    def expand(self) -> list[str]:
        """Return the text of each version: a key that is there twice has two."""
        by_key: dict[tuple[str, ...], list[str]] = {}
        for one in self.keys:
            known = by_key.setdefault(one.path, [])
            if one.text.strip() not in [text.strip() for text in known]:
                known.append(one.text)
        count = max((len(texts) for texts in by_key.values()), default=1)
        return [
            self.header + "".join(texts[min(at, len(texts) - 1)] for texts in by_key.values())
            for at in range(count)
        ]


class _Owner(Struct):
    """A record: its own blocks, those of its evidence by id, and other tables inside it."""

    blocks: list[_Block] = field(default_factory=list)
    evidence: dict[str, list[_Block]] = field(default_factory=dict)
    others: list[_Block] = field(default_factory=list)

    def versions(self, at: int) -> str:
        """Return the text of one version."""
        parts = [_pick(self.blocks, at), *(block.expand()[0] for block in self.others)]
        return "\n".join([*parts, *(_pick(blocks, at) for blocks in self.evidence.values())])

    def count(self) -> int:
        """Return how many versions there are."""
        return max(_count(blocks) for blocks in (self.blocks, *self.evidence.values()))


def _expand(blocks: Sequence[_Block]) -> list[str]:
    return list(dict.fromkeys(text for block in blocks for text in block.expand()))


def _pick(blocks: Sequence[_Block], at: int) -> str:
    texts = _expand(blocks)
    return texts[min(at, len(texts) - 1)] if texts else ""


def _count(blocks: Sequence[_Block]) -> int:
    return max(1, len(_expand(blocks)))


def read_versions(text: str, array: str, owns: Owns, finds: Finds) -> list[str]:
    """Return the versions of a record file that a text with the lines of both sides holds.

    Args:
        text: what the file holds.
        array: `request`, `finding` or `sent`; empty for a progress file.
        owns: whether the history of an item knows values.
        finds: which other items have values by the histories, for a header that is missing.

    Raises:
        CarelessError: where a line is of no use, or where values may belong to several records.
    """
    top = _Block("")
    owners: dict[str, _Owner] = {}
    reader = _Reader(array, top, owners)
    for one in list_statements(text):
        reader.add(one)
    if not array:
        for name in list(owners):
            _move_lost(name, owners, owns, finds)
    tops = top.expand()
    count = max(len(tops), *(owner.count() for owner in owners.values()), 1)
    return [
        "\n".join(
            [tops[min(at, len(tops) - 1)], *(owner.versions(at) for owner in owners.values())]
        )
        for at in range(count)
    ]


class _Reader:
    """Puts statements where they belong."""

    def __init__(self, array: str, top: _Block, owners: dict[str, _Owner]) -> None:
        self._array = array
        self._owners = owners
        self._block = top
        self._name = ""
        self._pending: tuple[str, str] | None = None

    def add(self, one: Statement) -> None:
        if one.kind == "mark":
            return
        if one.kind == "other":
            if all(not line.strip() or line.strip().startswith("#") for line in _lines(one)):
                return
            shown = one_line(one.text.strip(), 40)
            raise CarelessError(f"line {one.line}: {shown!r} is neither a key nor a header")
        if one.kind == "key":
            self._add_key(one)
        else:
            self._begin(one)

    def _begin(self, one: Statement) -> None:
        header = f"{_lines(one)[-1]}\n"
        own = self._array or "item"
        is_evidence = one.kind == "array" and one.path[-1:] == ("evidence",)
        if self._array and one.path == (own,):
            self._open(own, header)
        elif not self._array and len(one.path) == 2 and one.path[0] == own:
            self._name = one.path[1]
            self._block = _Block(header)
            self._owners.setdefault(self._name, _Owner()).blocks.append(self._block)
            self._pending = None
        elif is_evidence and one.path[0] == own:
            self._name = self._name if self._array else one.path[1]
            self._open("evidence", header)
        else:
            if one.path[0] == own and not self._array and len(one.path) > 2:
                self._name = one.path[1]
            self._pending = None
            self._block = _Block(header)
            owner = self._owners.setdefault(self._name or f"[{one.line}]", _Owner())
            owner.others.append(self._block)

    def _open(self, kind: str, header: str) -> None:
        """Begin a table that its id will name."""
        self._block, self._pending = _Block(header), (kind, header)

    def _add_key(self, one: Statement) -> None:
        if self._pending and one.path == ("id",):
            kind, header = self._pending
            if any(key.path == ("id",) for key in self._block.keys):
                self._block = _Block(header)  # the header above this id is missing
            name = str(_value_of(one))
            if kind == "evidence":
                found = self._owners.setdefault(self._name, _Owner()).evidence
                found.setdefault(name, []).append(self._block)
            else:
                self._name = name
                self._owners.setdefault(name, _Owner()).blocks.append(self._block)
        elif self._pending and not self._block.keys:
            raise CarelessError(f"line {one.line}: the id of this {self._pending[0]} is missing")
        self._block.keys.append(one)


def _lines(one: Statement) -> list[str]:
    return one.text.rstrip("\n").split("\n")


def _value_of(one: Statement) -> Any:
    try:
        found: Any = tomli.loads(one.text)
    except tomli.TOMLDecodeError:
        raise CarelessError(f"line {one.line}: this value is not valid TOML") from None
    for part in one.path:
        found = found[part]
    return found


def _move_lost(name: str, owners: dict[str, _Owner], owns: Owns, finds: Finds) -> None:
    """Give lines that follow a missing header to the record that the histories know them from."""
    for block in owners[name].blocks:
        seen: set[tuple[str, ...]] = set()
        start = len(block.keys)
        for at, one in enumerate(block.keys):
            if one.path in seen:
                start = at
                break
            seen.add(one.path)
        run = block.keys[start:]
        if not run:
            continue
        repeated = [one for one in run if one.path in seen]
        values = {one.path[0]: _value_of(one) for one in run}
        if owns(name, {one.path[0]: _value_of(one) for one in repeated}):
            continue
        found = finds(values, set(owners))
        if len(found) != 1:
            first = next(one for one in block.keys if one.path == run[0].path)
            raise CarelessError(
                f"line {run[0].line}: {one_line(name, 60)}, {run[0].path[0]} is set on line"
                f" {first.line} and again here, and the histories do not show which record this"
                " line belongs to"
            )
        block.keys = block.keys[:start]
        header = f"[item.{quote_key(found[0])}]\n"
        owners.setdefault(found[0], _Owner()).blocks.append(_Block(header, run))
