"""What the app remembers between starts: recent workspaces, theme, the view of each one."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from fedcheck.errors import FedcheckError
from fedcheck.storage import atomic_files
from fedcheck.storage.recent_workspaces import (
    MEMORY_FILE,
    is_there,
    read_memory,
    select_recent,
)
from fedcheck.storage.typed_files import make_trusted_folder

RECENT = 12
"""How many workspaces are offered again."""

WORKSPACES = 60
"""The most workspaces whose view is remembered."""

LONGEST = 2000
"""The longest text that is remembered, in characters."""

MOST = 500
"""The most texts of one list that are remembered."""


class WorkspaceMemory(Struct, frozen=True):
    """What is remembered of one workspace: place, filter, sort, open nodes, role."""

    memory: "Memory"
    root: str

    def text(self, name: str, default: str = "") -> str:
        """Return a remembered text, or the default."""
        value = self._all().get(name)
        return value if isinstance(value, str) else default

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a remembered list of texts, or none."""
        value = self._all().get(name)
        listed = value if isinstance(value, list) else []
        return tuple(one for one in listed if isinstance(one, str))[:MOST]

    def put(self, name: str, value: str | Sequence[str]) -> None:
        """Remember a text or texts; what is too long is not kept."""
        self.put_all({name: value})

    def put_all(self, values: Mapping[str, str | Sequence[str]]) -> None:
        """Remember several at once, with one write; none where all are known."""
        known = self._all()
        fresh: dict[str, str | list[str]] = {}
        for name, value in values.items():
            kept = value if isinstance(value, str) else list(value)[:MOST]
            longest = kept if isinstance(kept, str) else max(kept, key=len, default="")
            if len(longest) <= LONGEST and known.get(name) != kept:
                fresh[name] = kept
        if fresh:
            self.memory.change(lambda data: _put(data, self.root, fresh))

    def _all(self) -> dict[str, Any]:
        return _dict(_dict(self.memory.data.get("workspaces")).get(self.root))


class Memory(Struct):
    """The file of what is remembered; two apps may use it, and the last word on a value holds."""

    path: Path
    data: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> "Memory":
        """Read what is remembered; a missing or damaged file counts as empty."""
        path = folder / MEMORY_FILE
        return cls(path, read_memory(path))

    def of(self, root: Path | str) -> WorkspaceMemory:
        """Return what is remembered of a workspace."""
        return WorkspaceMemory(self, str(root))

    def recent(self) -> list[str]:
        """Return the workspaces opened last, the newest first; those gone are left out."""
        return select_recent(self.data)

    def opened(self, root: Path) -> None:
        """Note that a workspace was opened; forget those that are gone."""

        def note(data: dict[str, Any]) -> None:
            others = [p for p in Memory(self.path, data).recent() if p != str(root)]
            data["recent"] = [str(root), *others][:RECENT]
            known = _dict(data.get("workspaces"))
            mine = _dict(known.pop(str(root), None))
            kept = {p: view for p, view in known.items() if is_there(p)}
            latest = list(kept.items())[-(WORKSPACES - 1) :]
            data["workspaces"] = {**dict(latest), str(root): mine}

        self.change(note)

    def put(self, name: str, value: Any) -> None:
        """Remember a value; `place:ROOT` is the value `place` of a workspace."""
        kind, colon, root = name.partition(":")
        if colon:
            self.of(root).put(kind, value)
        elif self.data.get(name) != value:
            self.change(lambda data: data.update({name: value}))

    def text(self, name: str) -> str:
        """Return a remembered text, or an empty one; `place:ROOT` as in `put`."""
        kind, colon, root = name.partition(":")
        if colon:
            return self.of(root).text(kind)
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def change(self, make: Callable[[dict[str, Any]], object]) -> None:
        """Change what is remembered, on top of what another app wrote meanwhile."""
        data = read_memory(self.path) or self.data
        make(data)
        self.data = data
        try:
            make_trusted_folder(self.path.parent)
            text = json.dumps(data, indent=1)
            atomic_files.replace_file(self.path, text.encode(), under=self.path.parent)
        except (FedcheckError, OSError, ValueError, TypeError):
            return


def _put(data: dict[str, Any], root: str, values: Mapping[str, object]) -> None:
    known = data["workspaces"] = _dict(data.get("workspaces"))
    view = known[root] = _dict(known.get(root))
    view.update(values)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
