"""Drafts: what a person typed and has not saved, one file each, outside of any workspace.

They are in the user's own folder of state, readable by that user alone, and survive a crash. A
draft is removed once its text is saved, or when its author drops it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from fedcheck.errors import FedcheckError
from fedcheck.storage import atomic_files
from fedcheck.storage.typed_files import make_trusted_folder

FOLDER = "drafts"
"""The folder below the user's folder of state."""

MOST = 200
"""The most drafts that are kept; the oldest go."""

LARGEST = 2_000_000
"""The largest file that is read, in bytes."""


class Draft(Struct, frozen=True):
    """What was typed into the fields of a dialog, by their names, and when."""

    texts: Mapping[str, str]
    at: datetime


class DraftStore(Struct, frozen=True):
    """The drafts of one person on this machine."""

    folder: Path

    def load(self, place: Sequence[str]) -> Draft | None:
        """Return the draft of a place: a workspace, a field, references; None without one."""
        path = self._path(place)
        try:
            if path.stat().st_size > LARGEST:
                return None
            data = json.loads(atomic_files.read_confined(path, under=self.folder))
            texts, at = data["texts"], datetime.fromisoformat(data["at"])
            texts = {str(name): str(text) for name, text in texts.items()}
        except (FedcheckError, OSError, ValueError, LookupError, TypeError, AttributeError):
            return None
        return Draft(texts, at if at.tzinfo else at.replace(tzinfo=UTC))

    def keep(self, place: Sequence[str], texts: Mapping[str, str], at: datetime) -> bool:
        """Keep a draft in the place of an earlier one; return whether that worked.

        A disk that refuses must not keep a person from writing.
        """
        data = {"place": list(place), "at": at.isoformat(), "texts": dict(texts)}
        path = self._path(place)
        try:
            make_trusted_folder(self.folder)
            if not path.exists():
                self._make_room()
            text = json.dumps(data, indent=1)
            atomic_files.replace_file(path, text.encode("utf-8", "replace"), under=self.folder)
        except (FedcheckError, OSError, ValueError):
            return False
        return True

    def forget(self, place: Sequence[str]) -> None:
        """Remove the draft of a place, if there is one."""
        path = self._path(place)
        try:
            if path.exists():
                atomic_files.remove_file(path, under=self.folder)
        except (FedcheckError, OSError):
            return

    def _path(self, place: Sequence[str]) -> Path:
        name = hashlib.sha256("\0".join(place).encode("utf-8", "replace")).hexdigest()
        return self.folder / f"{name[:32]}.json"

    def _make_room(self) -> None:
        """Remove the oldest drafts where there are too many."""
        found = sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in found[: max(len(found) - MOST + 1, 0)]:
            atomic_files.remove_file(path, under=self.folder)
