"""Load checklists and processes, and know where each of them comes from.

Nearer files win whole: the workspace's over the user's over the shipped ones, by id. A list under
`private/` takes the place of none: what others see must not depend on it. A process is a folder
with a `process.toml`; lists may be next to it.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from fedcheck.domain.checklist import Checklist
from fedcheck.domain.glossary import Standing
from fedcheck.domain.list_outline import LateLists, ListOutline
from fedcheck.domain.process import Process
from fedcheck.domain.served_lists import serving
from fedcheck.errors import InvalidFileError, Problem
from fedcheck.storage.atomic_files import list_names, toml_files
from fedcheck.storage.cache import NO_CACHE, Cache, make_key
from fedcheck.storage.guidance_join import join_shipped_guidance
from fedcheck.storage.loaded_files import (
    KeptList,
    Layer,
    LoadedList,
    LoadedProcess,
    keep_list,
    restore_list,
)
from fedcheck.storage.paths import private_home
from fedcheck.storage.raw_files import read_bytes

PROCESS_FILE = "process.toml"

Outlines = dict[str, ListOutline]
"""The outlines of the lists of a folder without problems, by the names of their files."""

GLOSSARY_FILE = "glossary.toml"
"""Short definitions for a process, next to it."""


class Catalog(Struct, frozen=True):
    """All checklists and processes that can be seen from a workspace, nearest first.

    Attributes:
        lists: the checklists of all layers, also those that a nearer one takes the place of.
        processes: the processes that count, by id.
        process_files: the process files of all layers, nearest first.
    """

    lists: Sequence[LoadedList]
    processes: Mapping[str, Process]
    process_files: Sequence[LoadedProcess] = ()

    @property
    def process_problems(self) -> list[Problem]:
        """Return everything that is wrong with the process files."""
        return [problem for one in self.process_files for problem in one.problems()]

    def effective_lists(self) -> dict[str, LoadedList]:
        """Return the list that counts for each id."""
        found: dict[str, LoadedList] = {}
        for loaded in self.lists:
            found.setdefault(loaded.id, loaded)
        return found

    def process_file(self, process_id: str) -> LoadedProcess | None:
        """Return the process file that counts for an id, also one that cannot be read."""
        return next((one for one in self.process_files if one.id == process_id), None)

    def shipped_process(self, process_id: str) -> Process | None:
        """Return a process as it is shipped."""
        shipped = (one for one in self.process_files if one.layer == "shipped")
        return next((one.process for one in shipped if one.id == process_id), None)

    def list_choices(self) -> list[Process]:
        """Return the processes that a new workspace can follow, the one to suggest first.

        That is the first that its file marks as the default, nearer files before farther ones.
        Closed processes come last.
        """
        marked = [one.process for one in self.process_files if one.process and one.process.default]
        first = [one for one in marked if self.processes.get(one.id) is one]
        ordered = {one.id: one for one in (*first, *self.processes.values())}
        return sorted(ordered.values(), key=lambda one: one.status is Standing.HISTORICAL)

    def checklists_for(self, process: Process) -> LateLists:
        """Return the checklists of a process in the order of its phases and roles."""
        return _serve(process, self.effective_lists(), lambda one: one.checklist)

    def in_files(self, process: Process) -> LateLists:
        """Return the checklists of a process as their files have them, without joined guidance."""
        return _serve(process, self.effective_lists(), lambda one: one.in_file)

    def shipped_serving(self, process: Process) -> LateLists:
        """Return the checklists of a process as they are shipped."""
        shipped = {one.id: one for one in self.lists if one.layer == "shipped"}
        return _serve(process, shipped, lambda one: one.checklist)


def _serve(
    process: Process,
    lists: Mapping[str, LoadedList],
    read: Callable[[LoadedList], Checklist | None],
) -> LateLists:
    """Return the lists that serve a process; each is read when somebody asks for it.

    One that was known by its hash alone and turns out to be broken raises InvalidFileError then.
    """

    def read_list(name: str) -> Checklist:
        found = read(lists[name])
        if found is None:
            raise InvalidFileError(lists[name].problems())
        return found

    outlines = (one.outline for one in lists.values())
    return serving(process, (one for one in outlines if one), read_list)


def load_catalog(
    shipped: Path,
    user: Iterable[Path],
    workspace: Path | None,
    cache: Cache = NO_CACHE,
    own: Cache | None = None,
) -> Catalog:
    """Load every checklist and every process of the three layers.

    Args:
        shipped: the folder of those that came with the program.
        user: the folders of this person's own, the nearest first.
        workspace: the workspace whose own ones count first.
        cache: where parsed files are kept.
        own: the same for the files of the workspace; else `cache`.
    """
    own = cache if own is None else own
    layers: list[tuple[Path, Layer, Cache]] = []
    if workspace is not None:
        layers.append((workspace / "checklists", "workspace", own))
    layers += [(folder, "user", cache) for folder in user]
    process_files = [
        one for folder, layer, kept in layers for one in _processes(folder, layer, kept, workspace)
    ]
    process_files += _processes(shipped, "shipped", cache)
    known = _Processes(process_files)
    lists: list[LoadedList] = []
    for folder, layer, kept in layers:
        for place in (folder, *process_folders(folder)):
            lists += _folder(place, layer, known, kept, workspace)
    for place in sorted(p for p in shipped.iterdir() if p.is_dir()):
        lists += _folder(place, "shipped", known, cache)
    if workspace is not None:
        lists += _folder(private_home(workspace) / "checklists", "private", known, None, workspace)
    join_shipped_guidance(lists, lists)
    return Catalog(lists, known.counting, process_files)


def reloaded(catalog: Catalog, workspace: Path, cache: Cache = NO_CACHE) -> Catalog:
    """Return the catalog with the workspace's own files as they are on disk now.

    `cache` is where parsed files of the workspace are kept. Lists of the other layers are read
    again where a process of the workspace, on which what they may name depends, is another one.
    """
    folder = workspace / "checklists"
    before = [one for one in catalog.process_files if one.layer == "workspace"]
    others = [one for one in catalog.process_files if one.layer != "workspace"]
    own_processes = _processes(folder, "workspace", cache, workspace)
    is_same = [(one.path, one.sha256) for one in own_processes] == [
        (one.path, one.sha256) for one in before
    ]
    known = _Processes([*own_processes, *others])
    own = [
        one
        for place in (folder, *process_folders(folder))
        for one in _folder(place, "workspace", known, cache, workspace)
    ]
    rest = [one for one in catalog.lists if one.layer not in ("workspace", "private")]
    if not is_same:
        rest = [_load_list(_hash_file(one.path), one.layer, known, NO_CACHE) for one in rest]
    private = _folder(private_home(workspace) / "checklists", "private", known, None, workspace)
    lists = [*own, *rest, *private]
    join_shipped_guidance(lists, lists)
    return Catalog(lists, known.counting, [*own_processes, *others])


def list_faultless(catalog: Catalog) -> dict[str, KeptList | Process | Outlines]:
    """Return what the files without problems state, by their keys in the cache."""
    known = _Processes(catalog.process_files)
    found: dict[str, KeptList | Process | Outlines] = {}
    folders: dict[Path, list[LoadedList]] = {}
    for loaded in catalog.lists:
        folders.setdefault(loaded.path.parent, []).append(loaded)
        if loaded.in_file is not None and not loaded.problems():
            found[_list_key(loaded.path, loaded.digest, known)] = keep_list(loaded.in_file)
    for lists in folders.values():
        key = _outlines_key(((one.path, one.digest) for one in lists), known)
        found[key] = _list_outlines(lists)
    for one in catalog.process_files:
        if one.process is not None and not one.problems():
            found[_process_key(one.path, one.digest)] = one.process
    return found


def process_folders(folder: Path) -> list[Path]:
    """Return the folders of processes in a folder of checklists: each has a `process.toml`."""
    inside = (folder / name for name in list_names(folder) if not name.endswith(".toml"))
    return [path for path in inside if _is_process(path)]


def _is_process(folder: Path) -> bool:
    return os.path.isfile(folder / PROCESS_FILE)  # noqa: PTH113 - Path.is_file raises where one is closed


class _Processes:
    """The processes that count, and what stands for all of them in the key of a checked list."""

    def __init__(self, files: Iterable[LoadedProcess]) -> None:
        found: dict[str, LoadedProcess] = {}
        for one in files:
            found.setdefault(one.id, one)
        # One that cannot be read hides those behind it: what it was to change is not known.
        self.counting = {n: one.process for n, one in sorted(found.items()) if one.process}
        self.context = " ".join(f"{n}={one.sha256}" for n, one in sorted(found.items()))


def _processes(
    folder: Path, layer: Layer, cache: Cache, workspace: Path | None = None
) -> list[LoadedProcess]:
    under = _trusted_folder(layer, workspace)
    paths = [place / PROCESS_FILE for place in process_folders(folder)]
    return [_load_process(_hash_file(path, under), layer, cache) for path in paths]


def _trusted_folder(layer: Layer, workspace: Path | None) -> Path | None:
    """Return what the files of a layer may not lead out of; the user's own may lead anywhere."""
    return workspace if layer in ("workspace", "private") else None


def _folder(
    folder: Path,
    layer: Layer,
    processes: _Processes,
    cache: Cache | None,
    workspace: Path | None = None,
) -> list[LoadedList]:
    """Load the checklist files of a folder.

    Of those whose outlines are in the cache the items are read later, when somebody asks for them.
    Without a cache all are kept for this process alone.
    """
    cache = cache or NO_CACHE
    under = _trusted_folder(layer, workspace)
    files = [_hash_file(path, under) for path in _list_files(folder)]
    key = _outlines_key(((one.path, one.digest) for one in files), processes)
    known = cache.load(Outlines, key) or {}
    lists = [
        _load_later(one, layer, processes, cache, known[one.path.name])
        if one.path.name in known
        else _load_list(one, layer, processes, cache)
        for one in files
    ]
    if cache.folder is not None and len(outlines := _list_outlines(lists)) > len(known):
        cache.keep(Outlines, key, outlines)
    return lists


def _list_outlines(lists: Iterable[LoadedList]) -> Outlines:
    """Return the outlines of the lists without problems, by the names of their files."""
    return {
        one.path.name: one.outline
        for one in lists
        if one.outline is not None and not one.problems()
    }


def _list_files(folder: Path) -> list[Path]:
    others = (PROCESS_FILE, GLOSSARY_FILE) if _is_process(folder) else (PROCESS_FILE,)
    return [path for path in toml_files(folder) if path.name not in others]


class _File(Struct, frozen=True):
    """A file with the hash of its bytes; empty where it cannot be read.

    The bytes are not held: few files are new, and those are read once more to be parsed.
    """

    path: Path
    under: Path | None
    digest: str


def _hash_file(path: Path, under: Path | None = None) -> _File:
    try:
        return _File(path, under, hashlib.sha256(read_bytes(path, under)).hexdigest())
    except InvalidFileError:
        return _File(path, under, "")  # who parses it says why


def _load_process(file: _File, layer: Layer, cache: Cache) -> LoadedProcess:
    """Load a process file from the cache where its bytes are known, else parse it."""
    path, digest, under = file.path, file.digest, file.under
    known = cache.load(Process, _process_key(path, digest)) if digest else None
    if known is not None:
        return LoadedProcess(path=path, layer=layer, process=known, digest=digest, under=under)
    from fedcheck.storage.checklist_reader import load_process  # only new files pay for it

    found = load_process(path, layer, under)
    if found.process is not None and not found.problems():
        cache.keep(Process, _process_key(path, found.digest), found.process)
    return found


def _load_list(file: _File, layer: Layer, processes: _Processes, cache: Cache) -> LoadedList:
    """Load a checklist file from the cache where its bytes are known, else parse it."""
    path, digest, under = file.path, file.digest, file.under
    known = cache.load(KeptList, _list_key(path, digest, processes)) if digest else None
    if known is not None:
        held = restore_list(known)
        return LoadedList(path=path, layer=layer, held=held, digest=digest, under=under)
    from fedcheck.storage.checklist_reader import load_list  # only new files pay for it

    found = load_list(path, layer, processes.counting, under)
    if found.held is not None and not found.problems():
        cache.keep(KeptList, _list_key(path, found.digest, processes), keep_list(found.held))
    return found


def _load_later(
    file: _File, layer: Layer, processes: _Processes, cache: Cache, outline: ListOutline
) -> LoadedList:
    """Return a faultless list whose items are read when somebody asks for them."""
    return LoadedList(
        path=file.path,
        layer=layer,
        digest=file.digest,
        under=file.under,
        late=lambda: _load_list(file, layer, processes, cache),
        _outline=outline,
    )


def _process_key(path: Path, digest: str) -> str:
    return make_key("process", path.parent.name, digest)


def _list_key(path: Path, digest: str, processes: _Processes) -> str:
    return make_key("list", path.name, digest, processes.context)


def _outlines_key(files: Iterable[tuple[Path, str]], processes: _Processes) -> str:
    """Return the key of the outlines of a folder's lists: names and hashes of its files."""
    listed = hashlib.sha256(
        "\0".join(f"{path.name} {digest}" for path, digest in files).encode(
            errors="surrogateescape"
        )
    )
    return make_key("outlines", "", listed.hexdigest(), processes.context)
