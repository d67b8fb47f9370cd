"""Load checklists and processes, and know where each of them comes from.

Nearer files win whole: the workspace's over the user's over the shipped ones, by id. A list under
`private/` takes the place of none: what others see must not depend on it. A process is a folder
with a `process.toml`; lists may be next to it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.checklist import Checklist, Item
from fedcheck.domain.glossary import Standing
from fedcheck.domain.key import RESERVED_LIST_IDS
from fedcheck.domain.process import Process
from fedcheck.domain.served_lists import serving
from fedcheck.domain.text import one_line
from fedcheck.errors import InvalidFileError, Problem
from fedcheck.storage.atomic_files import toml_files
from fedcheck.storage.decoder import decode
from fedcheck.storage.guidance_join import join_shipped_guidance
from fedcheck.storage.list_checks import (
    check_against_processes,
    check_whens,
    item_places,
    note_repeated_ids,
    note_unknown,
)
from fedcheck.storage.loaded_files import Layer, LoadedList, LoadedProcess
from fedcheck.storage.paths import private_home
from fedcheck.storage.problems import Collector
from fedcheck.storage.process_checks import check_process
from fedcheck.storage.toml_io import Document, read, read_bytes

PROCESS_FILE = "process.toml"

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

    def checklists_for(self, process: Process) -> dict[str, Checklist]:
        """Return the checklists of a process in the order of its phases and roles."""
        lists = (loaded.checklist for loaded in self.effective_lists().values())
        return serving(process, (one for one in lists if one))

    def in_files(self, process: Process) -> dict[str, Checklist]:
        """Return the checklists of a process as their files have them, without joined guidance."""
        lists = (loaded.in_file for loaded in self.effective_lists().values())
        return serving(process, (one for one in lists if one))

    def shipped_serving(self, process: Process) -> dict[str, Checklist]:
        """Return the checklists of a process as they are shipped."""
        lists = (loaded.checklist for loaded in self.lists if loaded.layer == "shipped")
        return serving(process, (one for one in lists if one))


def load_list(
    path: Path,
    layer: Layer,
    processes: Mapping[str, Process] | None = None,
    under: Path | None = None,
) -> LoadedList:
    """Load a checklist file with everything that is wrong with it; raises nothing.

    Without the known processes, what depends on them is not checked. `under` is the workspace that
    no link of its files may lead out of.
    """
    try:
        document = read(path, under)
    except InvalidFileError as error:
        return LoadedList(path, layer, unreadable=error.problems)
    collector = document.collector()
    checklist = decode(Checklist, document.data, (), collector)
    loaded = LoadedList(path, layer, checklist, document, collector)
    named = {path.stem, checklist.id if checklist else ""} & RESERVED_LIST_IDS
    if named:
        text = f'no checklist can be named "{min(named)}": fedcheck uses this name itself'
        collector.add(("id",), text, "give the list another id, and its file the same name")
        loaded.checklist = None
    elif checklist is not None:
        loaded.checklist = _with_full_needs(checklist)
        _check(loaded, checklist, collector)
        if processes is not None:
            check_against_processes(checklist, loaded.place, processes, collector)
    return loaded


def load_process(path: Path, layer: Layer = "file", under: Path | None = None) -> LoadedProcess:
    """Load a process file with everything that is wrong with it; raises nothing."""
    try:
        document = read(path, under)
    except InvalidFileError as error:
        return LoadedProcess(path, layer, unreadable=error.problems)
    collector = document.collector()
    process = decode(Process, document.data, (), collector)
    if process is not None:
        check_process(process, path.parent.name, document.data, collector)
        process = _with_roles(process)
    return LoadedProcess(path, layer, process, document, collector)


def _with_roles(process: Process) -> Process:
    """Return a process whose `roles` are those of its [[role]] tables, where it has any."""
    if process.roles or not process.role_tables:
        return process
    return replace(process, roles=tuple(one.id for one in process.role_tables if not one.optional))


def load_catalog(shipped: Path, user: Iterable[Path], workspace: Path | None) -> Catalog:
    """Load every checklist and every process of the three layers."""
    layers: list[tuple[Path, Layer]] = []
    if workspace is not None:
        layers.append((workspace / "checklists", "workspace"))
    layers += [(folder, "user") for folder in user]
    process_files = [one for f, layer in layers for one in _processes(f, layer, workspace)]
    process_files += _processes(shipped, "shipped")
    processes = _counting(process_files)
    lists: list[LoadedList] = []
    for folder, layer in layers:
        for place in (folder, *process_folders(folder)):
            lists += _folder(place, layer, processes, workspace)
    for place in sorted(p for p in shipped.iterdir() if p.is_dir()):
        lists += _folder(place, "shipped", processes)
    if workspace is not None:
        inside = private_home(workspace) / "checklists"
        lists += _folder(inside, "private", processes, workspace)
    join_shipped_guidance(lists, lists)
    return Catalog(lists, processes, process_files)


def process_folders(folder: Path) -> list[Path]:
    """Return the folders of processes in a folder of checklists: each has a `process.toml`."""
    try:
        inside = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []
    return [path for path in inside if _is_process(path)]


def _is_process(folder: Path) -> bool:
    try:
        return (folder / PROCESS_FILE).is_file()
    except OSError:
        return False


def _processes(folder: Path, layer: Layer, workspace: Path | None = None) -> list[LoadedProcess]:
    under = _trusted_folder(layer, workspace)
    return [load_process(place / PROCESS_FILE, layer, under) for place in process_folders(folder)]


def _trusted_folder(layer: Layer, workspace: Path | None) -> Path | None:
    """Return what the files of a layer may not lead out of; the user's own may lead anywhere."""
    return workspace if layer in ("workspace", "private") else None


def _counting(files: Iterable[LoadedProcess]) -> dict[str, Process]:
    """Return the processes that count by id, in alphabetical order; files are nearest first.

    One that cannot be read hides those behind it: what it was to change is not known.
    """
    found: dict[str, Process | None] = {}
    for one in files:
        found.setdefault(one.id, one.process)
    return {name: process for name, process in sorted(found.items()) if process}


def _folder(
    folder: Path, layer: Layer, processes: Mapping[str, Process], workspace: Path | None = None
) -> list[LoadedList]:
    under = _trusted_folder(layer, workspace)
    return [load_list(path, layer, processes, under) for path in _list_files(folder)]


def _list_files(folder: Path) -> list[Path]:
    others = (PROCESS_FILE, GLOSSARY_FILE) if _is_process(folder) else (PROCESS_FILE,)
    return [path for path in toml_files(folder) if path.name not in others]


SameLists = dict[tuple[str, str, Layer], LoadedList]
"""Lists without a problem by hash, name and layer: clients of one assessor have many in common."""


def reloaded(catalog: Catalog, workspace: Path, same: SameLists | None = None) -> Catalog:
    """Return the catalog with the workspace's own files as they are on disk now.

    `same` holds lists of other workspaces under the same processes; one of them is not parsed
    again where a file has the same bytes, and what is parsed is added.
    """
    folder = workspace / "checklists"
    before = {one.path: one for one in catalog.process_files if one.layer == "workspace"}
    own_processes = [
        _current_process(before.get(place / PROCESS_FILE), place / PROCESS_FILE, workspace)
        for place in process_folders(folder)
    ]
    others = [one for one in catalog.process_files if one.layer != "workspace"]
    files = [*own_processes, *others]
    processes = catalog.processes
    known = {one.path: one for one in catalog.lists}
    if own_processes != list(before.values()):
        processes, known = _counting(files), {}  # what a list may name depends on them
        same = None

    def fresh(place: Path, layer: Layer) -> list[LoadedList]:
        files = _list_files(place)
        return [_current(known.get(one), one, layer, processes, workspace, same) for one in files]

    own = [one for place in (folder, *process_folders(folder)) for one in fresh(place, "workspace")]
    private = fresh(private_home(workspace) / "checklists", "private")
    rest = [
        known.get(one.path) or load_list(one.path, one.layer, processes)
        for one in catalog.lists
        if one.layer not in ("workspace", "private")
    ]
    lists = [*own, *rest, *private]
    join_shipped_guidance(lists, lists)
    return Catalog(lists, processes, files)


def _current_process(old: LoadedProcess | None, path: Path, workspace: Path) -> LoadedProcess:
    """Return a process file as it is on disk, read again only where it is another one."""
    if old is not None and old.document is not None and _is(old.document, path, workspace):
        return old
    return load_process(path, "workspace", workspace)


def _current(
    old: LoadedList | None,
    path: Path,
    layer: Layer,
    processes: Mapping[str, Process],
    workspace: Path,
    same: SameLists | None,
) -> LoadedList:
    """Return a list as it is on disk, read again only where the file is another one."""
    if old is not None and old.document is not None and _is(old.document, path, workspace):
        return old
    if same:
        twin = _find_twin(path, layer, workspace, same)
        if twin is not None:
            return twin
    found = load_list(path, layer, processes, workspace)
    if same is not None and found.sha256 and not found.problems():
        same[found.sha256, path.name, layer] = found
    return found


def _find_twin(path: Path, layer: Layer, workspace: Path, same: SameLists) -> LoadedList | None:
    """Return a list of another workspace as one of this, where the files have the same bytes."""
    try:
        digest = hashlib.sha256(read_bytes(path, workspace)).hexdigest()
    except InvalidFileError:
        return None
    twin = same.get((digest, path.name, layer))
    if twin is None or twin.document is None:
        return None
    document = replace(twin.document, path=path)
    return replace(twin, path=path, document=document, collector=document.collector())


def _is(document: Document, path: Path, workspace: Path) -> bool:
    """Return whether a file still holds what was read from it."""
    try:
        return hashlib.sha256(read_bytes(path, workspace)).hexdigest() == document.sha256
    except InvalidFileError:
        return False


def _with_full_needs(checklist: Checklist) -> Checklist:
    """Write the list's id before the needs that name an item of the same list."""

    def full(need: str) -> str:
        return need if ":" in need else f"{checklist.id}:{need}"

    def item(old: Item) -> Item:
        return replace(old, needs=tuple(full(n) for n in old.needs)) if old.needs else old

    sections = tuple(replace(s, items=tuple(item(i) for i in s.items)) for s in checklist.sections)
    return replace(checklist, sections=sections)


def _check(loaded: LoadedList, checklist: Checklist, problems: Collector) -> None:
    if checklist.id != loaded.path.stem:
        problems.add(
            ("id",),
            f'the id "{checklist.id}" is not the name of the file',
            f"name the file {checklist.id}.toml, or change the id",
        )
    for array in ("source", "section"):
        note_repeated_ids(loaded.document.data if loaded.document else {}, array, problems)
    _check_ids(loaded, problems)
    sources = {source.id for source in checklist.sources}
    for _, item in checklist.items.values():
        place = loaded.place(item.id)
        if item.source and item.source.id not in sources:
            note_unknown(item.source.id, sources, "source", (*place, "source"), problems)
        check_whens(item, place, problems)
        for old in item.renamed_from:
            if old in checklist.items:
                text = (
                    f'renamed-from lists "{one_line(old, 60)}", which is still an item of this '
                    "checklist"
                )
                problems.add((*place, "renamed-from"), text, "list an id that no longer exists")
            elif checklist.renamed.get(old) != item.id:
                text = f'two items claim to be renamed from "{one_line(old, 60)}"'
                problems.add((*place, "renamed-from"), text, "correct one of them")
        if item.methods and item.kind != "test":
            problems.add((*place, "methods"), "only tests have methods", 'set kind = "test"')


def _check_ids(loaded: LoadedList, problems: Collector) -> None:
    seen: set[str] = set()
    for name, place in item_places(loaded.document.data if loaded.document else {}):
        if name in seen:
            shown = one_line(name, 60)
            text = f'the item id "{shown}" appears twice'
            problems.add((*place, "id"), text, "give one a new id")
        seen.add(name)
