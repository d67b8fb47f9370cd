"""Load checklists and processes, and know where each list comes from.

Nearer lists win whole: the workspace's over the user's over the shipped ones, by id. A list under
`private/` takes the place of none: what others see must not depend on it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.domain.checklist import Checklist, Item
from fedcheck.domain.process import PROCESSES, PROFILE_OPTIONS, ROLE_TITLES, Milestone, Process
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line
from fedcheck.errors import InvalidFileError, Problem
from fedcheck.storage.atomic_files import toml_files
from fedcheck.storage.decoder import decode
from fedcheck.storage.paths import private_home
from fedcheck.storage.problems import Collector
from fedcheck.storage.toml_io import Document, read, read_bytes

Layer = Literal["workspace", "user", "shipped", "private", "file"]
Path_ = tuple[str | int, ...]

PROCESS_FILE = "process.toml"


class LoadedList(Struct):
    """A checklist file: what it holds as far as it can be read, and what is wrong with it."""

    path: Path
    layer: Layer
    checklist: Checklist | None = None
    document: Document | None = None
    collector: Collector | None = None
    unreadable: list[Problem] = field(default_factory=list)
    _places: dict[str, Path_] | None = None

    @property
    def id(self) -> str:
        """Return the id of the list, or the name of the file while that is unknown."""
        return self.checklist.id if self.checklist else self.path.stem

    @property
    def sha256(self) -> str | None:
        """Return the hash of the file; None where it could not be read."""
        return self.document.sha256 if self.document else None

    def problems(self) -> list[Problem]:
        """Return everything that is wrong with the file."""
        return self.unreadable + (self.collector.problems() if self.collector else [])

    def place(self, item_id: str) -> Path_:
        """Return the path of keys that leads to an item in the file."""
        if self._places is None:
            data = self.document.data if self.document else {}
            self._places = dict(reversed(list(_item_places(data))))
        return self._places.get(item_id, ())


def _item_places(data: Mapping[str, Any]) -> Iterator[tuple[str, Path_]]:
    """Yield the id and the path of keys of each item, whatever else the file holds."""
    sections = data.get("section", [])
    for i, section in enumerate(sections if isinstance(sections, list) else []):
        items = section.get("item", []) if isinstance(section, dict) else []
        for j, item in enumerate(items if isinstance(items, list) else []):
            name = item.get("id") if isinstance(item, dict) else None
            if isinstance(name, str):
                yield name, ("section", i, "item", j)


class Catalog(Struct, frozen=True):
    """All checklists that can be seen from a workspace, and the processes."""

    lists: Sequence[LoadedList]
    processes: dict[str, Process]
    process_problems: list[Problem]

    def winning(self) -> dict[str, LoadedList]:
        """Return the list that counts for each id."""
        found: dict[str, LoadedList] = {}
        for loaded in self.lists:
            found.setdefault(loaded.id, loaded)
        return found

    def serving(self, process: Process) -> dict[str, Checklist]:
        """Return the checklists of a process in the order of its phases and roles."""
        lists = [
            loaded.checklist
            for loaded in self.winning().values()
            if loaded.checklist and process.id in loaded.checklist.process
        ]
        roles = [*process.roles, *ROLE_TITLES]

        def order(checklist: Checklist) -> tuple[int, int, str]:
            role = roles.index(checklist.role) if checklist.role in roles else len(roles)
            return process.order(checklist.phase), role, checklist.id

        return {checklist.id: checklist for checklist in sorted(lists, key=order)}


def load_list(path: Path, layer: Layer) -> LoadedList:
    """Load a checklist file with everything that is wrong with it; raises nothing."""
    try:
        document = read(path)
    except InvalidFileError as error:
        return LoadedList(path, layer, unreadable=error.problems)
    collector = document.collector()
    checklist = decode(Checklist, document.data, (), collector)
    loaded = LoadedList(path, layer, checklist, document, collector)
    if checklist is not None:
        loaded.checklist = _with_full_needs(checklist)
        _check(loaded, checklist, collector)
    return loaded


def load_process(path: Path) -> tuple[Process | None, list[Problem]]:
    """Load a process file with everything that is wrong with it; raises nothing."""
    try:
        document = read(path)
    except InvalidFileError as error:
        return None, error.problems
    collector = document.collector()
    process = decode(Process, document.data, (), collector)
    if process is not None:
        _check_process(process, path, collector)
        for array in ("phase", "milestone", "deliverable"):
            _twice(document.data, array, collector)
    return process, collector.problems()


def load_catalog(shipped: Path, user: Iterable[Path], workspace: Path | None) -> Catalog:
    """Load every checklist of the three layers and the shipped processes."""
    lists: list[LoadedList] = []
    if workspace is not None:
        lists += _folder(workspace / "checklists", "workspace")
    for folder in user:
        lists += _folder(folder, "user")
    processes: dict[str, Process] = {}
    problems: list[Problem] = []
    for folder in sorted(p for p in shipped.iterdir() if p.is_dir()):
        lists += _folder(folder, "shipped")
        if (folder / PROCESS_FILE).is_file():
            process, found = load_process(folder / PROCESS_FILE)
            problems += found
            if process:
                processes[process.id] = process
    if workspace is not None:
        lists += _folder(private_home(workspace) / "checklists", "private")
    return Catalog(lists, processes, problems)


def _folder(folder: Path, layer: Layer) -> list[LoadedList]:
    return [load_list(path, layer) for path in toml_files(folder) if path.name != PROCESS_FILE]


def reloaded(catalog: Catalog, workspace: Path) -> Catalog:
    """Return the catalog with the workspace's own lists as they are on disk now."""
    known = {one.path: one for one in catalog.lists if one.layer in ("workspace", "private")}

    def fresh(folder: Path, layer: Layer) -> list[LoadedList]:
        return [_current(known.get(path), path, layer) for path in toml_files(folder)]

    own = fresh(workspace / "checklists", "workspace")
    private = fresh(private_home(workspace) / "checklists", "private")
    others = [one for one in catalog.lists if one.path not in known]
    return replace(catalog, lists=[*own, *others, *private])


def _current(old: LoadedList | None, path: Path, layer: Layer) -> LoadedList:
    """Return a list as it is on disk, read again only where the file is another one."""
    if old is not None and old.document is not None and _is(old.document, path):
        return old
    return load_list(path, layer)


def _is(document: Document, path: Path) -> bool:
    """Tell whether a file still holds what was read from it."""
    try:
        return hashlib.sha256(read_bytes(path)).hexdigest() == document.sha256
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
    for name in checklist.process:
        _known(name, PROCESSES, "process", ("process",), problems)
    _known(checklist.role, ROLE_TITLES, "role", ("role",), problems)
    for array in ("source", "section"):
        _twice(loaded.document.data if loaded.document else {}, array, problems)
    _check_ids(loaded, problems)
    sources = {source.id for source in checklist.sources}
    for _, item in checklist.items.values():
        place = loaded.place(item.id)
        if item.source and item.source.id not in sources:
            _known(item.source.id, sources, "source", (*place, "source"), problems)
        _check_applies(item, place, problems)
        for old in item.renamed_from:
            if old in checklist.items:
                text = f'renamed-from names "{one_line(old, 60)}", which is an item of this list'
                problems.add((*place, "renamed-from"), text, "name an id that is gone")
            elif checklist.renamed.get(old) != item.id:
                text = f'two items say that they were "{one_line(old, 60)}"'
                problems.add((*place, "renamed-from"), text, "one of them is wrong")
        if item.methods and item.kind != "test":
            problems.add((*place, "methods"), "only a test has methods", 'set kind = "test"')


def _check_ids(loaded: LoadedList, problems: Collector) -> None:
    seen: set[str] = set()
    for name, place in _item_places(loaded.document.data if loaded.document else {}):
        if name in seen:
            shown = one_line(name, 60)
            text = f'the item id "{shown}" stands twice'
            problems.add((*place, "id"), text, "give one a new id")
        seen.add(name)


def _check_applies(item: Item, place: Path_, problems: Collector) -> None:
    for option, values in (item.applies or {}).items():
        at = (*place, "applies", option)
        if option not in PROFILE_OPTIONS:
            _known(option, PROFILE_OPTIONS, "option of a profile", at, problems)
            continue
        for value in values:
            _known(value, PROFILE_OPTIONS[option], f"value of {option}", at, problems)


def _check_process(process: Process, path: Path, problems: Collector) -> None:
    if process.id != path.parent.name:
        problems.add(("id",), f'the id "{process.id}" is not the name of the folder')
    phases = [phase.id for phase in process.phases]
    for i, stone in enumerate(process.milestones):
        for name in stone.closes:
            _known(name, phases, "phase", ("milestone", i, "closes"), problems)
        _check_decision(process, stone, ("milestone", i), problems)
    for i, paper in enumerate(process.deliverables):
        for name in (paper.owner, *paper.reviewers):
            _known(name, ROLE_TITLES, "role", ("deliverable", i), problems)


def _check_decision(process: Process, stone: Milestone, place: Path_, problems: Collector) -> None:
    """Note what is wrong with who decides at a milestone: a fact that needs its source."""
    for name in stone.decided_by:
        _known(name, process.roles, "role of this process", (*place, "decided-by"), problems)
    source = stone.decision_source
    if (stone.decided_by or stone.decision) and source is None:
        text = "who decides is told without a source"
        problems.add(place, text, "add decision-source, or take decided-by and decision out")
    if source is not None:
        known = [one.id for one in process.sources]
        _known(source.id, known, "source", (*place, "decision-source"), problems)


def _twice(data: Mapping[str, Any], array: str, problems: Collector) -> None:
    """Note the ids that stand twice in an array of tables, also where others of it are bad."""
    tables = data.get(array)
    seen: set[str] = set()
    for index, table in enumerate(tables if isinstance(tables, list) else ()):
        name = table.get("id") if isinstance(table, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            where = (array, index, "id")
            text = f'the {array} id "{one_line(name, 60)}" stands twice'
            problems.add(where, text, "give one a new id")
        seen.add(name)


def _known(name: str, known: Iterable[str], what: str, at: Path_, problems: Collector) -> None:
    words = list(known)
    if name not in words:
        hint = did_you_mean(name, words) or ("known: " + ", ".join(words) if words else "")
        problems.add(at, f'unknown {what} "{one_line(name, 60)}"', hint)
