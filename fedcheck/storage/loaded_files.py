"""A checklist or process file as it was read: what it holds, and what is wrong with it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from fedcheck.domain.checklist import Checklist
from fedcheck.domain.glossary import Audience, Sharing
from fedcheck.domain.list_outline import ListOutline, make_outline
from fedcheck.domain.process import Process
from fedcheck.errors import InvalidFileError, Problem

if TYPE_CHECKING:
    from fedcheck.storage.problems import Collector
    from fedcheck.storage.toml_io import Document

KeyPath = tuple[str | int, ...]
"""The keys and indices that lead to a place in a file."""

Layer = Literal["workspace", "user", "shipped", "private", "file"]


class KeptList(Struct, frozen=True):
    """A checklist as it is kept in the cache.

    Attributes:
        bases: the bases of its items, in their order: to work them out takes longer than to read
            the list.
    """

    checklist: Checklist
    bases: tuple[str, ...]


def keep_list(checklist: Checklist) -> KeptList:
    """Return a checklist as it is kept in the cache."""
    return KeptList(checklist, tuple(checklist.bases.values()))


def restore_list(kept: KeptList) -> Checklist:
    """Return a list that was kept; bases that are not those of its items are worked out again."""
    if len(kept.bases) == len(kept.checklist.items):
        kept.checklist.know_bases(kept.bases)
    return kept.checklist


class LoadedFile(Struct, kw_only=True):
    """A checklist or process file as it was read.

    Attributes:
        parsed: its text and its TOML, where it was parsed and not found in the cache.
        collector: takes what is wrong with it, where it was parsed.
        unreadable: why it cannot be read.
        digest: the hash of the file; empty where it could not be read.
        under: the workspace that no link of its files may lead out of.
    """

    path: Path
    layer: Layer
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

    def collect(self) -> "Collector | None":
        """Return what takes more problems of the file; None where it cannot be read."""
        if self.collector is None and self.document is not None:
            self.collector = self.document.collector()
        return self.collector

    def problems(self) -> list[Problem]:
        """Return everything that is wrong with the file."""
        return [*self.unreadable, *(self.collector.problems() if self.collector else ())]


class LoadedProcess(LoadedFile, kw_only=True):
    """A process file: what it holds as far as it can be read, and what is wrong with it."""

    process: Process | None = None

    @property
    def id(self) -> str:
        """Return the id of the process, or the name of the folder while that is unknown."""
        return self.process.id if self.process else self.path.parent.name


class LoadedList(LoadedFile, kw_only=True):
    """A checklist file: what it holds as far as it can be read, and what is wrong with it.

    Attributes:
        held: what the file states, where it was read.
        late: reads it when somebody asks for its items; nothing is wrong with the file then.
        join: adds the guidance that it asks for.
    """

    held: Checklist | None = None
    late: "Callable[[], LoadedList] | None" = None
    join: Callable[[Checklist], Checklist] | None = None
    _outline: ListOutline | None = None
    _joined: Checklist | None = None
    _places: dict[str, KeyPath] | None = None

    @property
    def in_file(self) -> Checklist | None:
        """Return the list as its file has it."""
        if (late := self.late) is not None:
            found = late()
            self.held, self.unreadable = found.held, found.unreadable
            self.parsed, self.collector = found.parsed, found.collector
            self.digest = found.digest  # another one where the file had to be read again
            self.late = None
        return self.held

    @property
    def checklist(self) -> Checklist | None:
        """Return the list that counts: what the file states, with the guidance it asks for."""
        if self.join is None or (plain := self.in_file) is None:
            return self.in_file
        if self._joined is None:
            self._joined = self.join(plain)
        return self._joined

    @property
    def outline(self) -> ListOutline | None:
        """Return what is known of the list without its items; None where it cannot be read."""
        if self._outline is None and self.in_file is not None:
            self._outline = make_outline(self.in_file)
        return self._outline

    @property
    def id(self) -> str:
        """Return the id of the list, or the name of the file while that is unknown."""
        return self.outline.id if self.outline else self.path.stem

    @property
    def sharing(self) -> Sharing:
        """Return how far the list travels."""
        if self.layer == "private":
            return Sharing.PRIVATE
        internal = self.outline is not None and self.outline.audience is Audience.INTERNAL
        return Sharing.INTERNAL if internal else Sharing.SHARED

    def warn(self, at: KeyPath, text: str, hint: str) -> None:
        """Note what is wrong with the file and does not keep it from being used."""
        if (collector := self.collect()) is not None:
            collector.add(at, text, hint, "warning")

    def place(self, item_id: str) -> KeyPath:
        """Return the path of keys that leads to an item in the file."""
        if self._places is None:
            data = self.document.data if self.document else {}
            self._places = dict(reversed(list(item_places(data))))
        return self._places.get(item_id, ())


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
