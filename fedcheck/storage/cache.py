"""Parsed files, kept under the hash of their bytes: what did not change is not parsed again.

One MessagePack file a content in `parsed/` of the user's cache folder, which may be deleted at any
time. The file that was parsed is always read and hashed; its size and time are never trusted. Only
faultless files without unknown keys enter, and none of `private/`. Nothing in an entry runs.
"""

import hashlib
import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from msgspec import MsgspecError, Struct
from msgspec.msgpack import Decoder, Encoder

from fedcheck import __version__
from fedcheck.domain.process import Process
from fedcheck.storage.cache_folder import CacheFolder
from fedcheck.storage.loaded_files import KeptList
from fedcheck.storage.shipped_cache import ShippedCache, load_shipped_cache

T = TypeVar("T")

FOLDER = "parsed"

_SHARED = (KeptList, Process)
"""What many workspaces, and many openings of one, have in common: kept for the process too."""

_MOST_SHARED = 1000
_shared: dict[str, Any] = {}
_decoders: dict[Any, Decoder[Any]] = {}
_encoder = Encoder()

_UNTYPED = tuple(_encoder.encode(name) for name in ("extra", "package"))
"""The keys, as they are in an entry, under which what is kept has values without a type."""

_UNREADABLE = (MsgspecError, ValueError, TypeError, RecursionError, OverflowError, MemoryError)


class Cache(Struct, frozen=True):
    """Where parsed files are kept.

    Attributes:
        folder: where on disk; None for nowhere.
        with_marked: whether workspaces with a marking are kept there too.
        shipped: what came with the program.
    """

    folder: CacheFolder | None = None
    with_marked: bool = False
    shipped: ShippedCache = ShippedCache()

    def load(self, kind: type[T], key: str) -> T | None:
        """Return what was parsed from a content; None where it is not here."""
        if key in _shared:
            shared: T = _shared[key]
            return shared
        raw: Any = self.shipped.entries.get(key)
        if raw is None and self.folder is not None:
            raw = self.folder.read(_name_file(key))
        found = None if raw is None else _decode(kind, raw)
        if found is not None and kind in _SHARED:
            _share(key, found)
        return found

    def has(self, key: str) -> bool:
        """Return whether something is kept under a key; it may turn out to be unreadable."""
        if key in self.shipped.entries:
            return True
        return self.folder is not None and self.folder.has(_name_file(key))

    def keep(self, kind: type[T], key: str, value: T) -> None:
        """Keep what was parsed.

        What would not be the same after loading (a date among values without a type) is not kept.
        What has a type is the same, so only what holds values without one is loaded to compare.
        """
        try:
            raw = _encoder.encode(value)
        except _UNREADABLE:
            return
        # rfind: for such a key it is more than twice as fast as `in`.
        if any(raw.rfind(mark) >= 0 for mark in _UNTYPED) and _decode(kind, raw) != value:
            return
        if kind in _SHARED:
            _share(key, value)
        if self.folder is not None:
            self.folder.write(_name_file(key), raw)
            if key[-1] == "0":  # one write in sixteen looks whether it has grown too large
                self.folder.prune()

    def drop(self, key: str) -> None:
        """Remove what was kept of a content that a save has replaced."""
        if self.folder is not None:
            self.folder.remove(_name_file(key))

    def for_workspace(self, marking: str, wanted: bool | None) -> "Cache":
        """Return the cache for the files of a workspace.

        Args:
            marking: its sensitivity marking; with one, its files are kept only where somebody said
                so.
            wanted: what the workspace itself states (`cache` in fedcheck.toml).
        """
        allowed = wanted if wanted is not None else (not marking or self.with_marked)
        return self if allowed else NO_CACHE


NO_CACHE = Cache()
"""Keeps nothing on disk."""


def open_cache(folder: Path | None, with_marked: bool = False) -> Cache:
    """Return the cache in the user's cache folder; None for what came with the program alone."""
    kept = None if folder is None else CacheFolder(folder / FOLDER)
    return Cache(kept, with_marked, _find_shipped())


def make_key(kind: str, name: str, digest: str, context: str = "") -> str:
    """Return the key of a content.

    Args:
        kind: what is read from it: one file may hold several things.
        name: the name of the file, where what it may hold depends on it.
        digest: the hash of its bytes.
        context: what else counts, such as the processes that a list was checked against.
    """
    return hashlib.sha256(
        "\0".join((kind, name, digest, context)).encode(errors="surrogateescape")
    ).hexdigest()


@cache
def compute_stamp() -> str:
    """Return what distinguishes this program's way of reading files from another version's.

    A build notes it. In a checkout the sources change without a new version, so their sizes and
    times count.
    """
    if built := _find_shipped().stamp:
        return built
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    marks = [__version__]
    for room in ("domain", "storage"):
        with suppress(OSError), os.scandir(f"{package}/{room}") as listing:
            for one in listing:
                if one.name.endswith(".py"):
                    found = one.stat()
                    marks.append(f"{one.name} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(marks)).encode()).hexdigest()


@cache
def _find_shipped() -> ShippedCache:
    return load_shipped_cache()


def _name_file(key: str) -> str:
    return hashlib.sha256(f"{key}\0{compute_stamp()}".encode()).hexdigest() + ".msgpack"


def _share(key: str, value: Any) -> None:
    if len(_shared) >= _MOST_SHARED:
        _shared.clear()
    _shared[key] = value


def _find_decoder(kind: Any) -> Decoder[Any]:
    if kind not in _decoders:
        _decoders[kind] = Decoder(kind)
    return _decoders[kind]


def _decode(kind: type[T], raw: Any) -> T | None:
    try:
        found: T = _find_decoder(kind).decode(raw)
    except _UNREADABLE:
        return None
    return found
