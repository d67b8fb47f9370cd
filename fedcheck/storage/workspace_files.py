"""Load a workspace as a project, and keep what was good where a file is broken meanwhile."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.checklist import Checklist, facts
from fedcheck.domain.late_mapping import LateMapping, LateValues
from fedcheck.domain.list_outline import ListOutline
from fedcheck.domain.process import Process
from fedcheck.domain.profile import parse_profile
from fedcheck.domain.record import Record
from fedcheck.domain.workspace import BrokenFile, PackageEntry, Project, Replaced
from fedcheck.errors import FedcheckError, InvalidFileError, Problem
from fedcheck.storage import (
    checklist_files,
    evidence_states,
    presence,
)
from fedcheck.storage.atomic_files import list_names
from fedcheck.storage.cache import NO_CACHE, Cache
from fedcheck.storage.file_access import check_writable_by_others
from fedcheck.storage.head_file import check_against_process, load_head
from fedcheck.storage.paths import PRIVATE_FOLDER, WORKSPACE_FILE, private_home
from fedcheck.storage.record_file import (
    FINDINGS,
    MILESTONES,
    PACKAGE,
    PROGRESS_FOLDER,
    PROVIDER,
    REQUESTS,
    RESERVED_NAMES,
    SENT,
    LateRecords,
    RecordFile,
)
from fedcheck.storage.record_store import RecordStore
from fedcheck.storage.workspace_contents import (
    NOTHING_KNOWN,
    load_contents,
    load_private,
)

T = TypeVar("T")


LookAtEvidence = Callable[[Path, Iterable[evidence_states.EvidenceHolder]], dict[str, str]]
"""Returns the states of evidence files that are not good."""

FOLDERS = ("", PROGRESS_FOLDER, "checklists", "history")
"""The folders of a workspace whose files make its state."""


def compute_fingerprint(root: Path) -> str:
    """Return a cheap mark that changes when any file of the workspace does."""
    marks = []
    homes = (root, private_home(root))
    folders = [home / name for home in homes for name in FOLDERS]
    folders += checklist_files.process_folders(root / "checklists")
    for folder in folders:
        for name in list_names(folder):
            path = f"{folder}{os.sep}{name}"
            try:
                found = os.stat(path)  # noqa: PTH116 - so many of them are to be quick
            except OSError:
                continue
            if stat.S_ISREG(found.st_mode):
                marks.append(f"{path}:{found.st_mtime_ns}:{found.st_size}:{found.st_ino}")
    return hashlib.sha256("\n".join(marks).encode("utf-8", "replace")).hexdigest()


class LoadedWorkspace(Struct, frozen=True):
    """A workspace as it was read.

    Attributes:
        books: its books by name: progress by checklist, requests, findings.
        private: those under `private/`.
        problems: what is wrong with its files, for stderr or a toast.
    """

    project: Project
    books: dict[str, RecordFile]
    private: dict[str, RecordFile]
    problems: list[Problem]


def load(
    root: Path,
    catalog: checklist_files.Catalog,
    look_at_evidence: LookAtEvidence = evidence_states.check_states,
    cache: Cache = NO_CACHE,
    store: RecordStore | None = None,
) -> LoadedWorkspace:
    """Read a workspace. Raises FedcheckError where its head file cannot be used.

    What has the bytes that are in the cache, or were read before (`store`), is not parsed again.

    With `evidence_states.peek_states` nothing at all is written; else what was seen of evidence
    files is remembered in the workspace's local state.
    """
    config, problems = load_head(root, catalog.processes, cache)
    process = catalog.processes.get(config.process)
    file = catalog.process_file(config.process)
    if process is None and file is not None:
        raise InvalidFileError(file.problems())
    if process is None:
        known = ", ".join(sorted(catalog.processes)) or "none"
        hint = f"known: {known}"
        raise FedcheckError(f'{root / WORKSPACE_FILE}: unknown process "{config.process}"', hint)
    found = check_against_process(root, config, process)
    errors = [problem for problem in found if problem.severity == "error"]
    if errors:
        raise InvalidFileError(errors)
    contents = load_contents(root, cache, store.books if store else NOTHING_KNOWN)
    private = load_private(private_home(root), store.private if store else NOTHING_KNOWN)
    options = process.profile or {}
    chosen = {name: value for name, value in (config.profile or {}).items() if name in options}
    profile = parse_profile(process, chosen, config.role)
    known_facts = facts(process.id, profile)
    every, process = process, process.beginning_in(config.begins).applying_to(known_facts)
    skipped = frozenset(one.id for one in every.phases if process.phase(one.id) is None)
    whole = catalog.checklists_for(every).only(lambda one: one.phase not in skipped)
    serving = whole.changed(lambda one: one.resolved(known_facts))
    inside = {name for name, one in catalog.effective_lists().items() if one.layer == "private"}
    records = _list_records(
        {
            name: one
            for source, wanted in ((contents, False), (private, True))
            for name, one in source.books.items()
            if (name in inside) is wanted and name not in RESERVED_NAMES
        },
        serving.outlines,
    )
    notes = _list_records(
        {name: one for name, one in private.books.items() if name not in inside}, serving.outlines
    )
    broken = [*contents.broken, *private.broken, *_broken_lists(catalog, process.id)]
    broken += [
        BrokenFile(str(one.file), one.message, "", one.line, one.hint)
        for one in (file.problems() if file else ())
        if one.severity == "error"
    ]
    project = Project(
        root=str(root),
        config=replace(config, profile=profile),
        process=process,
        checklists=serving,
        records=records,
        requests=collect_issues(contents.books, REQUESTS),
        findings=collect_issues(contents.books, FINDINGS),
        broken=tuple(broken),
        unreadable=contents.unreadable | (private.unreadable & inside),
        private_lists=frozenset(inside & serving.keys()),
        private_notes=notes,
        written=catalog.in_files(process),
        replaced=tuple(
            one
            for one in _replaced(catalog, process, known_facts)
            if not isinstance(one.shipped, Checklist) or one.shipped.phase not in skipped
        ),
        skipped=skipped,
    )
    project = _look_later(root, project, look_at_evidence)
    listed = [
        *problems,
        *found,
        *contents.warnings,
        *private.warnings,
        *_list_warnings(catalog, process),
        *check_writable_by_others(root),
        *(_problem(one) for one in broken),
    ]
    return LoadedWorkspace(project, contents.books, private.books, listed)


def open_store(
    root: Path, found: LoadedWorkspace, cache: Cache = NO_CACHE, own: Cache = NO_CACHE
) -> RecordStore:
    """Return the record store of a workspace that was read.

    `cache` is this person's, `own` what of it may be used for the files of the workspace.
    """
    identity = presence.identify(root, found.project.config.name)
    return RecordStore(root, found.books, found.private, identity, own, cache)


def load_again(store: RecordStore, catalog: checklist_files.Catalog) -> LoadedWorkspace:
    """Read a workspace again, as `load`.

    Raises WorkspaceGoneError where it is gone, or went away while it was read: half of a workspace
    is no new state of it.
    """
    store.identity.check()
    fresh = load(store.root, catalog, cache=store.cache, store=store)
    dict(fresh.project.file_states or {})  # looks at the evidence while the workspace is there
    store.identity.check()
    store.identity.name = fresh.project.config.name
    return fresh


def keep_last_good(fresh: LoadedWorkspace, store: RecordStore) -> Project:
    """Return the project as loaded, with the last good state of files that are broken now.

    The record files of the loaded workspace get that state too.
    """
    project = fresh.project
    for broken in project.broken:
        now = fresh.private if broken.private else fresh.books
        known = store.of(broken.private)
        names = [broken.checklist or Path(broken.path).stem]  # requests and findings are no list
        if not broken.checklist and Path(broken.path).name in (
            PROGRESS_FOLDER,
            PRIVATE_FOLDER,
        ):
            names = list(known)  # the folder is closed, with all that is in it
        for name in names:
            if name in known and name not in now:
                now[name] = known[name]
                project = replace_record_file(project, broken.private, known[name])
    return project


def collect_issues(books: Mapping[str, RecordFile], name: str) -> tuple[Any, ...]:
    """Return the requests, or the findings, of a workspace."""
    return tuple(books[name].records.values()) if name in books else ()


def _list_records(
    books: Mapping[str, RecordFile], outlines: Mapping[str, ListOutline]
) -> LateValues[Mapping[str, Record]]:
    """Return the records of books under today's ids of their items, by book."""

    def read(name: str) -> Mapping[str, Record]:
        outline = outlines.get(name)
        records = books[name].renamed(outline.renamed if outline else {}).records
        return records.read() if isinstance(records, LateRecords) else records

    return LateValues(books, read)


def _look_later(root: Path, project: Project, look: LookAtEvidence) -> Project:
    """Return a project whose evidence files are looked at when somebody asks for their states.

    Asking raises WorkspaceGoneError where the workspace went away: its files are not missing then.
    """

    def read() -> dict[str, str]:
        states = look(root, project.list_evidence_holders())
        presence.check_present(root)
        return states

    return replace(project, file_states=LateMapping(read))


def look_again(
    root: Path, project: Project, saved: Iterable[evidence_states.EvidenceHolder]
) -> Project:
    """Return a project with the states of the evidence of records that were saved.

    Where nobody has asked for the states of all, these are only remembered.
    """
    if isinstance(project.file_states, LateMapping) and not project.file_states.is_read:
        evidence_states.check_states(root, saved)
        return _look_later(root, project, evidence_states.check_states)
    states = evidence_states.update_states(root, project.file_states, saved)
    return replace(project, file_states=states)


def _broken_lists(catalog: checklist_files.Catalog, process: str) -> list[BrokenFile]:
    """Return the checklists that are not as they should be."""
    return [
        BrokenFile(
            str(problem.file),
            problem.message,
            loaded.id,
            problem.line,
            problem.hint,
            private=loaded.layer == "private",
        )
        for loaded in catalog.effective_lists().values()
        if not loaded.outline or process in loaded.outline.process
        for problem in loaded.problems()
        if problem.severity == "error"
    ]


def _list_warnings(catalog: checklist_files.Catalog, process: Process) -> list[Problem]:
    """Return what is wrong with checklists and the process that are used all the same."""
    file = catalog.process_file(process.id)
    found = [
        one
        for loaded in catalog.effective_lists().values()
        if loaded.outline and process.id in loaded.outline.process
        for one in loaded.problems()
    ]
    found += file.problems() if file else []
    return [one for one in found if one.severity == "warning"]


def _replaced(
    catalog: checklist_files.Catalog, process: Process, known_facts: Mapping[str, str]
) -> Iterator[Replaced]:
    """Yield the shipped files of a process that nearer ones take the place of."""
    file = catalog.process_file(process.id)
    shipped = catalog.shipped_process(process.id)
    if file and shipped and file.layer != "shipped":
        yield Replaced(process.id, file.layer, shipped)
    winning = catalog.effective_lists()
    lists = catalog.shipped_serving(shipped or process)
    for name in lists:
        nearest = winning[name]
        if nearest.layer != "shipped" and nearest.outline is not None:
            yield Replaced(name, nearest.layer, lists[name].resolved(known_facts))


def _problem(broken: BrokenFile) -> Problem:
    return Problem(Path(broken.path), broken.line, broken.message, broken.hint, "warning")


def replace_record_file(project: Project, private: bool, found: RecordFile) -> Project:
    """Return the project with one of its books replaced."""
    name = found.name
    if name == REQUESTS:
        return replace(project, requests=tuple(found.records.values()))
    if name == FINDINGS:
        return replace(project, findings=tuple(found.records.values()))
    if name == SENT:
        return project  # nothing that is worked out rests on it
    if name == MILESTONES:
        dates = {one: each.day for one, each in found.records.items() if each.day}
        return replace(project, config=replace(project.config, milestones=dates))
    if name == PACKAGE:
        provider = found.get(PROVIDER)
        assert isinstance(provider, PackageEntry)
        return replace(project, config=replace(project.config, provider=provider.value))
    if private and name not in project.private_lists:
        return replace(
            project, private_notes={**(project.private_notes or {}), name: found.records}
        )
    known = replace(project, unreadable=project.unreadable - {name})
    return known.with_records(name, found.records)
