"""What a workspace holds, read with tomli and json and not with fedcheck's own readers."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import tomli

MODELLED = ("status", "owner", "note", "result", "reason", "title", "state", "answer", "risk")
"""The fields that the model foretells; others (done, basis, tested, ...) follow from rules."""

DEFAULTS = {"status": "todo", "state": "open", "risk": "high"}
"""What a file leaves out."""

Key = tuple[str, str]
Values = dict[Key, Any]
Raw = dict[str, Any]


def read_values(root: Path, *, every: bool = False) -> Values:
    """Return the values in the TOML files of a workspace; a private note under `private/REF`."""
    found: Values = {}
    for place in ("", "private/"):
        for path in sorted((root / place / "progress").glob("*.toml")):
            for item, record in tomli.loads(path.read_text()).get("item", {}).items():
                found |= _flat(f"{place}{path.stem}:{item}", record, every)
    for book, table in (("requests", "request"), ("findings", "finding")):
        path = root / f"{book}.toml"
        if path.exists():
            for record in tomli.loads(path.read_text()).get(table, ()):
                found |= _flat(f"{book}:{record.pop('id')}", record, every)
    stones = tomli.loads((root / "fedcheck.toml").read_text()).get("milestones", {})
    return found | {(f"milestones:{name}", "day"): str(day) for name, day in stones.items()}


def _flat(ref: str, record: Mapping[str, Any], every: bool) -> Values:
    found: Values = {}
    for one in record.get("evidence", ()):
        value = {k: str(v) for k, v in one.items() if k != "id"}
        found[ref, f"evidence.{one['id']}"] = value if every else value["link"]
    for name, value in record.items():
        if name != "evidence" and (every or name in MODELLED):
            found[ref, name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True)
class Line:
    """A history line as it stands in a file."""

    digest: str
    data: Raw

    @property
    def key(self) -> Key:
        return self.data["ref"], self.data["field"]

    @property
    def short(self) -> str:
        return self.digest[:12]


def read_lines(home: Path) -> list[Line]:
    """Return the whole lines of the history files of a place, each once."""
    raw = b"".join(path.read_bytes() for path in sorted((home / "history").glob("*.jsonl")))
    found = {}
    for text in raw.splitlines():
        try:
            found[hashlib.sha256(text).hexdigest()] = json.loads(text)
        except ValueError:
            continue
    return [Line(digest, data) for digest, data in found.items()]


def list_maximal(lines: Iterable[Line]) -> dict[Key, list[Line]]:
    """Return for each field the lines that no other line of that field comes after."""
    every = list(lines)
    full = {one.short: one.digest for one in every} | {one.digest: one.digest for one in every}
    parents = {
        one.digest: {
            full[name]
            for name in (one.data["prev"], *one.data.get("saw", ()), *one.data.get("merged", ()))
            if name in full
        }
        for one in every
    }
    by_key: dict[Key, list[Line]] = {}
    for one in every:
        by_key.setdefault(one.key, []).append(one)
    earlier: dict[str, set[str]] = {}

    def before(digest: str) -> set[str]:
        found, open_ones = set(), [digest]
        while open_ones:
            for one in parents[open_ones.pop()]:
                if one in earlier:
                    found |= {one} | earlier[one]
                elif one not in found:
                    found.add(one)
                    open_ones.append(one)
        earlier[digest] = found
        return found

    for one in every:
        before(one.digest)
    return {
        key: [one for one in some if not any(one.digest in earlier[o.digest] for o in some)]
        for key, some in by_key.items()
    }


def is_met(lines: Iterable[Line], one: Line) -> bool:
    """Tell whether a later line of the field met its value, and did not merely take it back.

    Lines of old versions do not say what their writers saw, so this counts as replaced too
    (`reconcile.list_standing`).
    """
    return any(
        as_text(o.data["old"]) == as_text(one.data["new"])
        and as_text(o.data["new"]) not in (as_text(one.data["old"]), as_text(one.data["new"]))
        and o.data["at"] >= one.data["at"]
        for o in lines
    )


def are_apart(lines: Iterable[Line]) -> bool:
    """Tell whether of several lines none met the value of another one.

    Where one did, fedcheck takes them for one after the other, whatever the clocks say: lines of
    old versions and clocks that differ would else look like merges. Two people who set values that
    fit together by chance, unknown to each other, are taken for that too (`reconcile._is_apart`).
    """
    every = list(lines)
    return all(
        as_text(a.data["old"]) != as_text(b.data["new"]) for a in every for b in every if a is not b
    )


def value_of(line: Line, side: str) -> Any:
    """Return the old or new value of a line as the file has it."""
    value = line.data[side]
    if isinstance(value, dict):
        return {name: str(part) for name, part in value.items() if name != "id"}
    return None if value in (DEFAULTS.get(line.data["field"]), "") else value


def as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def brief(lines: Iterable[Line]) -> list[str]:
    """Return what a message has to say of lines."""
    names = ("at", "by", "old", "new", "lost", "merged", "saw")
    return [f"{o.short} " + str([o.data[n] for n in names if n in o.data]) for o in lines]
