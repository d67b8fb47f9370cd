"""Parse a checklist or process file, and find everything that is wrong with it."""

from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from fedcheck.domain.checklist import Checklist, Item
from fedcheck.domain.key import RESERVED_LIST_IDS
from fedcheck.domain.process import Process
from fedcheck.domain.text import one_line
from fedcheck.errors import InvalidFileError
from fedcheck.storage.decoder import decode
from fedcheck.storage.list_checks import (
    check_against_processes,
    check_whens,
    note_repeated_ids,
    note_unknown,
)
from fedcheck.storage.loaded_files import Layer, LoadedList, LoadedProcess, item_places
from fedcheck.storage.problems import Collector
from fedcheck.storage.process_checks import check_process
from fedcheck.storage.toml_io import read


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
        return LoadedList(path=path, layer=layer, unreadable=error.problems)
    collector = document.collector()
    checklist = decode(Checklist, document.data, (), collector)
    loaded = LoadedList(
        path=path,
        layer=layer,
        held=checklist,
        parsed=document,
        collector=collector,
        digest=document.sha256,
    )
    named = {path.stem, checklist.id if checklist else ""} & RESERVED_LIST_IDS
    if named:
        text = f'no checklist can be named "{min(named)}": fedcheck uses this name itself'
        collector.add(("id",), text, "give the list another id, and its file the same name")
        loaded.held = None
    elif checklist is not None:
        loaded.held = _with_full_needs(checklist)
        _check(loaded, checklist, collector)
        if processes is not None:
            check_against_processes(checklist, loaded.place, processes, collector)
    return loaded


def load_process(path: Path, layer: Layer = "file", under: Path | None = None) -> LoadedProcess:
    """Load a process file with everything that is wrong with it; raises nothing."""
    try:
        document = read(path, under)
    except InvalidFileError as error:
        return LoadedProcess(path=path, layer=layer, unreadable=error.problems)
    collector = document.collector()
    process = decode(Process, document.data, (), collector)
    if process is not None:
        check_process(process, path.parent.name, document.data, collector)
        process = _with_roles(process)
    return LoadedProcess(
        path=path,
        layer=layer,
        process=process,
        parsed=document,
        collector=collector,
        digest=document.sha256,
    )


def _with_roles(process: Process) -> Process:
    """Return a process whose `roles` are those of its [[role]] tables, where it has any."""
    if process.roles or not process.role_tables:
        return process
    return replace(process, roles=tuple(one.id for one in process.role_tables if not one.optional))


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
    if problems.found or len(checklist.items) < sum(len(one.items) for one in checklist.sections):
        _check_ids(loaded, problems)  # an item that was left out for a problem may be a twin too
    sources = [source.id for source in checklist.sources]
    for _, item in checklist.items.values():
        if item.source and item.source.id not in sources:
            at = (*loaded.place(item.id), "source")
            note_unknown(item.source.id, sources, "source", at, problems)
        if item.when:
            check_whens(item, loaded.place(item.id), problems)
        for old in item.renamed_from:
            place = loaded.place(item.id)
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
            at = (*loaded.place(item.id), "methods")
            problems.add(at, "only tests have methods", 'set kind = "test"')


def _check_ids(loaded: LoadedList, problems: Collector) -> None:
    seen: set[str] = set()
    for name, place in item_places(loaded.document.data if loaded.document else {}):
        if name in seen:
            shown = one_line(name, 60)
            text = f'the item id "{shown}" appears twice'
            problems.add((*place, "id"), text, "give one a new id")
        seen.add(name)
