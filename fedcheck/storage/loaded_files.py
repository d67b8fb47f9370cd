"""A checklist or process file as it was read: what it holds, and what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, field

from fedcheck.domain.checklist import Checklist
from fedcheck.domain.glossary import Audience, Sharing
from fedcheck.domain.process import Process
from fedcheck.errors import InvalidFileError, Problem

if TYPE_CHECKING:
    from fedcheck.storage.problems import Collector
    from fedcheck.storage.toml_io import Document

KeyPath = tuple[str | int, ...]
"""The keys and indices that lead to a place in a file."""

Layer = Literal["workspace", "user", "shipped", "private", "file"]


class LoadedList(Struct):
    """A checklist file: what it holds as far as it can be read, and what is wrong with it.

    Attributes:
        checklist: what counts: what the file states, with the guidance that it asks for.
        plain: what the file states, where guidance was joined to it.
        parsed: its text and its TOML, where it was parsed and not found in the cache.
        digest: the hash of the file; empty where it could not be read.
        under: the workspace that no link of its files may lead out of.
    """

    path: Path
    layer: Layer
    checklist: Checklist | None = None
    parsed: "Document | None" = None
    collector: "Collector | None" = None
    unreadable: list[Problem] = field(default_factory=list)
    digest: str = ""
    under: Path | None = None
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
        return self.digest or None

    @property
    def document(self) -> "Document | None":
        """Return the text and the TOML of the file; None where it cannot be read."""
        if self.parsed is None and self.digest:
            self.parsed = _read_again(self.path, self.under)
        return self.parsed

    def collect(self) -> "Collector | None":
        """Return what takes more problems of the file; None where it cannot be read."""
        if self.collector is None and self.document is not None:
            self.collector = self.document.collector()
        return self.collector

    def warn(self, at: KeyPath, text: str, hint: str) -> None:
        """Note what is wrong with the file and does not keep it from being used."""
        if (collector := self.collect()) is not None:
            collector.add(at, text, hint, "warning")

    def problems(self) -> list[Problem]:
        """Return everything that is wrong with the file."""
        return self.unreadable + (self.collector.problems() if self.collector else [])

    def place(self, item_id: str) -> KeyPath:
        """Return the path of keys that leads to an item in the file."""
        if self._places is None:
            data = self.document.data if self.document else {}
            self._places = dict(reversed(list(item_places(data))))
        return self._places.get(item_id, ())


class LoadedProcess(Struct):
    """A process file: what it holds as far as it can be read, and what is wrong with it.

    Attributes: as those of LoadedList.
    """

    path: Path
    layer: Layer
    process: Process | None = None
    parsed: "Document | None" = None
    collector: "Collector | None" = None
    unreadable: Sequence[Problem] = ()
    digest: str = ""
    under: Path | None = None

    @property
    def sha256(self) -> str | None:
        """Return the hash of the file; None where it could not be read."""
        return self.digest or None

    @property
    def document(self) -> "Document | None":
        """Return the text and the TOML of the file; None where it cannot be read."""
        if self.parsed is None and self.digest:
            self.parsed = _read_again(self.path, self.under)
        return self.parsed

    @property
    def id(self) -> str:
        """Return the id of the process, or the name of the folder while that is unknown."""
        return self.process.id if self.process else self.path.parent.name

    def collect(self) -> "Collector | None":
        """Return what takes more problems of the file; None where it cannot be read."""
        if self.collector is None and self.document is not None:
            self.collector = self.document.collector()
        return self.collector

    def problems(self) -> list[Problem]:
        """Return everything that is wrong with the file."""
        return [*self.unreadable, *(self.collector.problems() if self.collector else ())]


def _read_again(path: Path, under: Path | None) -> "Document | None":
    """Return what a file states that was known by its bytes; None where it went meanwhile."""
    from fedcheck.storage.toml_io import read  # what is known needs no parser

    try:
        return read(path, under)
    except InvalidFileError:
        return None


def item_places(data: Mapping[str, Any]) -> Iterator[tuple[str, KeyPath]]:
    """Yield the id and the path of keys of each item, whatever else the file holds."""
    sections = data.get("section", [])
    for i, section in enumerate(sections if isinstance(sections, list) else []):
        items = section.get("item", []) if isinstance(section, dict) else []
        for j, item in enumerate(items if isinstance(items, list) else []):
            name = item.get("id") if isinstance(item, dict) else None
            if isinstance(name, str):
                yield name, ("section", i, "item", j)
