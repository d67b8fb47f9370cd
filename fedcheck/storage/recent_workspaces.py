"""The workspaces that the app opened last, as it remembers them in the user's state folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fedcheck.errors import FedcheckError
from fedcheck.storage.paths import UserFolders, is_workspace

MEMORY_FILE = "app.json"
"""The file of what the app remembers."""

LARGEST = 2_000_000
"""The largest file that is read, in bytes; one of ours is far smaller."""


def read_memory(path: Path) -> dict[str, Any]:
    """Return what the app remembers; a missing or damaged file counts as empty."""
    try:
        if path.stat().st_size > LARGEST:
            return {}
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def select_recent(memory: Mapping[str, Any]) -> list[str]:
    """Return the workspaces opened last, the newest first; those gone are left out."""
    listed = memory.get("recent", [])
    paths = [p for p in listed if isinstance(p, str)] if isinstance(listed, list) else []
    return [path for path in paths if is_there(path)]


def list_recent_workspaces(folders: UserFolders) -> list[str]:
    """Return the workspaces that this person opened in the app last, the newest first."""
    return select_recent(read_memory(folders.state / MEMORY_FILE))


def is_there(root: str) -> bool:
    """Return whether a workspace is there; one closed to this user counts, and cannot be opened."""
    try:
        return is_workspace(Path(root))
    except FedcheckError:
        return True
