"""A checklist or process file as it was read: what it holds, and what is wrong with it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from fedcheck.domain.checklist import Checklist
from fedcheck.domain.glossary import Audience, Sharing
from fedcheck.domain.process import Process
from fedcheck.errors import Problem
from fedcheck.storage.list_checks import KeyPath, item_places
from fedcheck.storage.problems import Collector
from fedcheck.storage.toml_io import Document

Layer = Literal["workspace", "user", "shipped", "private", "file"]


class LoadedList(Struct):
    """A checklist file: what it holds as far as it can be read, and what is wrong with it.

    Attributes:
        checklist: what counts: what the file states, with the guidance that it asks for.
        plain: what the file states, where guidance was joined to it.
    """

    path: Path
    layer: Layer
    checklist: Checklist | None = None
    document: Document | None = None
    collector: Collector | None = None
    unreadable: list[Problem] = field(default_factory=list)
    plain: Checklist | None = None
    _places: dict[str, KeyPath] | None = None

    @property
    def id(self) -> str:
        """Return the id of the list, or the name of the file while that is unknown."""
        return self.checklist.id if self.checklist else self.path.stem

    @property
    def in_file(self) -> Checklist | None:
        """Return the list as its file has it."""
        return self.plain or self.checklist

    @property
    def sharing(self) -> Sharing:
        """Return how far the list travels."""
        if self.layer == "private":
            return Sharing.PRIVATE
        internal = self.checklist is not None and self.checklist.audience is Audience.INTERNAL
        return Sharing.INTERNAL if internal else Sharing.SHARED

    @property
    def sha256(self) -> str | None:
        """Return the hash of the file; None where it could not be read."""
        return self.document.sha256 if self.document else None

    def problems(self) -> list[Problem]:
        """Return everything that is wrong with the file."""
        return self.unreadable + (self.collector.problems() if self.collector else [])

    def place(self, item_id: str) -> KeyPath:
        """Return the path of keys that leads to an item in the file."""
        if self._places is None:
            data = self.document.data if self.document else {}
            self._places = dict(reversed(list(item_places(data))))
        return self._places.get(item_id, ())


class LoadedProcess(Struct, frozen=True):
    """A process file: what it holds as far as it can be read, and what is wrong with it."""

    path: Path
    layer: Layer
    process: Process | None = None
    document: Document | None = None
    collector: Collector | None = None
    unreadable: Sequence[Problem] = ()

    @property
    def id(self) -> str:
        """Return the id of the process, or the name of the folder while that is unknown."""
        return self.process.id if self.process else self.path.parent.name

    def problems(self) -> list[Problem]:
        """Return everything that is wrong with the file."""
        return [*self.unreadable, *(self.collector.problems() if self.collector else ())]
