"""What the app remembers between starts: recent workspaces, theme, view."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fedcheck.store import files
from fedcheck.store.problems import FedcheckError

RECENT = 12


@dataclass(slots=True)
class Memory:
    """A small JSON file in the user's state folder; losing it costs nothing but comfort."""

    path: Path
    data: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> "Memory":
        """Read what is remembered; a missing or damaged file counts as empty."""
        path = folder / "app.json"
        try:
            data = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            data = {}
        return cls(path, data if isinstance(data, dict) else {})

    def recent(self) -> list[str]:
        """Return the workspaces opened last, the newest first; those gone are left out."""
        listed = self.data.get("recent", [])
        paths = [p for p in listed if isinstance(p, str)] if isinstance(listed, list) else []
        return [p for p in paths if os.path.lexists(Path(p) / "fedcheck.toml")]

    def opened(self, root: Path) -> None:
        """Note that a workspace was opened."""
        others = [p for p in self.recent() if p != str(root)]
        self.data["recent"] = [str(root), *others][:RECENT]
        self.save()

    def put(self, name: str, value: Any) -> None:
        """Remember a value."""
        if self.data.get(name) != value:
            self.data[name] = value
            self.save()

    def text(self, name: str) -> str:
        """Return a remembered text, or an empty one."""
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def save(self) -> None:
        """Write it down; where the disk refuses, it is forgotten."""
        try:
            files.write_whole(self.path, json.dumps(self.data, indent=1).encode())
        except FedcheckError:
            return
