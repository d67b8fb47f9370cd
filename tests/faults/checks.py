"""What must hold after a fault: written anew from the promises, not with fedcheck's own readers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import tomli

Lists = dict[str, dict[str, Any]]
"""Checklist -> item -> its record, with all evidence under one id.

A list under `private/` has that before its name; its history lies there too.
"""
_PROGRESS = re.compile(r"(private/)?progress/(.+)\.toml")


@dataclass(frozen=True)
class State:
    """What lies in a workspace.

    Attributes:
        files: names of everything in it; random parts of a name are left out.
        sizes: length of each file.
        logs: the bytes of each history file by its name in the workspace.
        modes: what is open to others than the owner, with its mode.
        broken: files of fedcheck's own that cannot be read.
    """

    lists: Lists
    files: frozenset[str]
    sizes: Mapping[str, int]
    logs: Mapping[str, bytes]
    modes: tuple[str, ...]
    broken: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """The states of a scenario without faults: before, after, and after the next command too."""

    old: State
    new: State
    next: State


def state_of(root: Path) -> State:
    """Read everything that lies in a workspace."""
    lists: Lists = {}
    broken = []
    paths = sorted(root.rglob("*"))
    for path in paths:
        name = path.relative_to(root).as_posix()
        try:
            if found := _PROGRESS.fullmatch(name):
                data = tomli.loads(path.read_text(encoding="utf-8"))
                lists[(found[1] or "") + found[2]] = _records(data)
            elif path.suffix == ".json":
                json.loads(path.read_bytes())
        except ValueError as error:
            broken.append(f"{name}: {error}")
    files = [path for path in paths if path.is_file()]
    return State(
        lists,
        frozenset(_plain_name(path.relative_to(root).as_posix()) for path in paths),
        {path.relative_to(root).as_posix(): path.stat().st_size for path in files},
        {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in files
            if path.suffix == ".jsonl"
        },
        tuple(_too_open(path) for path in paths if path.stat().st_mode & 0o077),
        tuple(broken),
    )


def _plain_name(name: str) -> str:
    return re.sub(r"-[0-9a-f]{8}\.jsonl$", ".jsonl", name)


def _too_open(path: Path) -> str:
    return f"{path.name} {path.stat().st_mode & 0o777:o}"


def _records(data: dict[str, Any]) -> dict[str, Any]:
    records: dict[str, Any] = data.get("item", {})
    for record in records.values():
        for evidence_item in record.get("evidence", []):
            evidence_item["id"] = "id"
    return records


@dataclass(frozen=True)
class Allowed:
    """What a fault excuses: `silent` that nothing is said, `answers` that it is the answer."""

    silent: bool = False
    answers: tuple[int, ...] = ()


def judge(
    known: Known, seen: State, root: Path, ended: tuple[int, str, str], fault: Allowed
) -> list[str]:
    """Return what is wrong right after a fault, from what the command said as it ended."""
    wrong = []
    status, out, err = ended
    saved = status == 0 or any(line.startswith("saved  ") for line in out.splitlines()[-1:])
    if status not in (0, 3, -9, *fault.answers):
        wrong.append(f"exit status {status}")
    if "Traceback" in err:
        wrong.append("a traceback")
    if status == 3 and not fault.silent:
        if str(root) not in err:
            wrong.append("no file is named")
        if not re.search(r"^  \S|; check ", err, re.MULTILINE):
            wrong.append("no remedy is named")
    for name in {*known.old.lists, *known.new.lists, *seen.lists}:
        found = seen.lists.get(name)
        if found not in (known.old.lists.get(name), known.new.lists.get(name)):
            wrong.append(f"{name} is neither old nor new")
        elif saved and found != known.new.lists.get(name):
            wrong.append(f"LOST: {name} was said to be saved")
    if saved and _told(seen) != _told(known.new):
        wrong.append("LOST: the history of what was said to be saved")
    for name, raw in known.old.logs.items():
        if not seen.logs.get(name, b"").startswith(raw):
            wrong.append(f"LOST: lines of {name}")
    wrong += [f"open to others: {one}" for one in seen.modes]
    wrong += [f"broken: {one}" for one in seen.broken]
    return wrong


def judge_next(
    known: Known, seen: State, now: State, answers: list[tuple[int, str, str]]
) -> list[str]:
    """Return what is wrong after the commands that follow: status, the next change, verify."""
    wrong = []
    for what, (status, _, err) in zip(("status", "next change", "verify"), answers, strict=True):
        if what == "verify" and _names_losses_alone(err) and _is_untold(known, seen):
            continue
        if status != 0 or err:
            wrong.append(f"{what}: exit status {status}: {err.strip()[-400:]}")
    try:
        json.loads(answers[0][1])
    except ValueError:
        wrong.append("status --json is no JSON")
    for name, wanted in known.next.lists.items():
        added = {i: r for i, r in wanted.items() if i not in known.new.lists.get(name, {})}
        if now.lists.get(name, {}) != {**seen.lists.get(name, {}), **added}:
            wrong.append(f"{name} is not what it was and the next change")
        told, there = explained(now, name), values_of(name, now.lists.get(name, {}))
        if told != there:
            parts = sorted(set(told.items()) ^ set(there.items()))
            wrong.append(f"{name} is not what its history tells: {parts}")
    stray = {name for name in now.files - known.next.files if BACKUP not in name}
    wrong += [f"lies around: {name}" for name in sorted(stray)]
    gone = {name for name in known.next.files - now.files if BACKUP not in name}
    wrong += [f"is gone: {name}" for name in sorted(gone - MAY_BE_GONE)]
    if len(now.logs) != len(known.next.logs):
        wrong.append(f"{len(now.logs)} history files")
    wrong += [f"open to others: {one}" for one in now.modes]
    wrong += [f"broken: {one}" for one in now.broken]
    return wrong


BACKUP = ".fedcheck/backup"
"""Half a history line that was cut off is kept here, and a file that a save replaced."""
MAY_BE_GONE = {".fedcheck/verified.json"}
"""What the command would have remembered of the evidence that it hashed."""


_LOSS = re.compile(r" (is|are) not in the files: |^fedcheck: set (it|them) again with: ")


def _names_losses_alone(err: str) -> bool:
    """Tell whether all that is said is which values were taken back outside fedcheck."""
    return bool(err) and all(_LOSS.search(line) for line in err.splitlines())


def _is_untold(known: Known, seen: State) -> bool:
    """Tell whether files were replaced and the history lines for it were never written.

    Of an undo the next save then notes a value that was taken back by nobody it knows: that is a
    loss until a person settles it. Nothing on the disk says that it was the undo.
    """
    written = any(
        found == known.new.lists.get(name) != known.old.lists.get(name)
        for name, found in seen.lists.items()
    )
    return written and len(_told(seen)) < len(_told(known.new))


def _told(state: State) -> list[tuple[str, ...]]:
    """Return who changed what to what, in order, without what is random."""
    return [
        (one["by"], one["ref"], _field(one["field"]), _text(one["new"])) for one in lines(state)
    ]


def lines(state: State, under: str = "") -> list[dict[str, Any]]:
    """Return the history lines of all files or those under a folder, the oldest first.

    Those of one file stand in its order, those of several by time. Lines that cannot be read are
    left out.
    """
    found = []
    logs = [raw for name, raw in state.logs.items() if name.startswith(under)]
    for raw in logs:
        for line in raw.splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
    return sorted(found, key=lambda one: one["at"]) if len(logs) > 1 else found


def explained(state: State, checklist: str) -> dict[tuple[str, str], str]:
    """Return the values of a checklist as its history tells them."""
    values = {}
    home, _, name = checklist.rpartition("/")
    for one in lines(state, f"{home}/history" if home else "history"):
        if one["ref"].partition(":")[0] == name:
            values[one["ref"], _field(one["field"])] = _text(one["new"])
    nothing = ("null", '"todo"')
    return {key: value for key, value in values.items() if value not in nothing}


def values_of(checklist: str, records: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Return the values of a checklist as its file has them."""
    values = {}
    for item, record in records.items():
        ref = f"{checklist.rpartition('/')[2]}:{item}"
        for name, value in record.items():
            if name == "evidence":
                for evidence_item in value:
                    values[ref, "evidence.id"] = _text(evidence_item)
            else:
                values[ref, name] = _text(value)
    return values


def _field(name: str) -> str:
    return re.sub(r"^evidence\..*", "evidence.id", name)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = {k: v for k, v in value.items() if k != "id"}
    return json.dumps(value, sort_keys=True, default=_day)


def _day(value: Any) -> str:
    assert isinstance(value, date)
    return value.isoformat()
