"""Was everything on the disk before it was called saved? Read from the log of a save.

A killed process shows what it did, not what a power cut would leave: that depends on what was
synced, and when. So the log is read for the order: a file is synced before it takes the place of
another one, its folder after that, and all of it before the word "saved".
"""

import re
from collections.abc import Iterable
from pathlib import Path

import tracing
from tracing import Call

_MACHINE = re.compile(r"/\.fedcheck(/|$)")
"""May be lost in a power cut: what it holds is worked out anew from files and history."""


def unsynced(calls: Iterable[Call], root: Path, existing: Iterable[Path]) -> list[str]:
    """Return what was not yet durable when it had to be.

    Args:
        calls: what the process did, in order.
        root: the workspace.
        existing: the files and folders that were there before.
    """
    there = {str(path) for path in existing}
    dirty: dict[str, str] = {}
    wrong = []
    for call in calls:
        if call.says():
            wrong += [f"{path}: {why} at the word" for path, why in dirty.items()]
            break
        path = path_of(call)
        if not call.concerns(root) or is_machine_local(path) or " = -1 " in call.text:
            continue
        folder = str(Path(path).parent)
        if call.name in tracing.RENAMES:
            target = call.targets()[-1]
            if path in dirty:
                wrong.append(f"{target}: replaced by a file that is not synced")
            dirty.pop(path, None)
            dirty[str(Path(target).parent)] = "a replaced name was not synced"
        elif call.name in tracing.WRITES:
            dirty[path] = "not synced"
        elif call.name in tracing.SYNCS:
            dirty.pop(path, None)
        elif path not in there and (call.creates or call.name.startswith("mkdir")):
            there.add(path)
            dirty.setdefault(folder, "a new name was not synced")
    return wrong


def is_machine_local(path: str) -> bool:
    """Tell whether a path lies in what a workspace keeps for this machine only."""
    return _MACHINE.search(path) is not None


def path_of(call: Call) -> str:
    """Return the path that a call is about: its first name, or that of its handle."""
    return next(iter(call.targets()), "")
