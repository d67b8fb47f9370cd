"""Files that cannot be used, left-over temporary files, and where a problem is."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fedcheck.doctor.defect import Defect, RemoveFile, defect_from_problem
from fedcheck.doctor.folder_tree import PLACES, FolderTree
from fedcheck.domain.process import Process
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import Project
from fedcheck.errors import InvalidFileError, Problem
from fedcheck.session import Session
from fedcheck.storage import head_file, record_files, toml_io, workspace_contents
from fedcheck.storage.atomic_files import STRAY
from fedcheck.storage.checklist_files import Catalog
from fedcheck.storage.official_texts import list_text_problems
from fedcheck.storage.package_table import load_package
from fedcheck.storage.paths import WORKSPACE_FILE, private_home
from fedcheck.storage.toml_lines import Lines

Keys = tuple[str | int, ...]


class Places:
    """Finds files and lines; each file is read once, and only when it is asked for."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._read: dict[Path, Lines] = {}

    def home(self, checklist: str) -> Path:
        """Return the folder that the records of a checklist are under."""
        root = Path(self.project.root)
        return private_home(root) if checklist in self.project.private_lists else root

    def progress_file(self, checklist: str) -> Path:
        """Return the file with the records of a checklist."""
        return record_files.path_of(self.home(checklist), checklist)

    def record(self, checklist: str, item: str, *more: str | int) -> int:
        """Return the line of a record, or of something in it; 0 where it cannot be found.

        The file may still hold it under an earlier id of its item.
        """
        found = self.project.checklists.get(checklist)
        earlier = [old for old, new in found.renamed.items() if new == item] if found else []
        file = self.progress_file(checklist)
        names = [item, *earlier]
        known = self._lines(file).known
        name = next((one for one in names if ("item", one) in known), item)
        return self.line(file, "item", name, *more)

    def line(self, file: Path, *keys: str | int) -> int:
        """Return the line of a path of keys, or of the nearest place above it."""
        return self._lines(file).of(keys) if self._lines(file).known.keys() != {()} else 0

    def _lines(self, file: Path) -> Lines:
        if file not in self._read:
            try:
                self._read[file] = Lines(toml_io.read(file).text)
            except InvalidFileError:
                self._read[file] = Lines("")
        return self._read[file]


STRAY_AGE = timedelta(minutes=10)
"""A save takes moments: a temporary file older than this belongs to none that still runs."""


def is_stray_name(name: str) -> bool:
    """Return whether a file's name is that of a temporary file of ours."""
    return name.startswith(STRAY[0]) and name.endswith(STRAY[1])


def find_stray_files(tree: FolderTree, now: datetime) -> list[Defect]:
    """Return the temporary files of ours that are older than ten minutes; links are none."""
    return [
        Defect(
            "stray-file",
            "warning",
            "a temporary file of an interrupted save; it contains nothing that was reported as "
            "saved",
            "remove it with: fedcheck doctor --fix",
            one.path,
            fix=RemoveFile(one.path),
        )
        for one in tree.entries
        if one.is_file
        and is_stray_name(one.path.name)
        and now - datetime.fromtimestamp(one.status.st_mtime, UTC) > STRAY_AGE
    ]


def list_broken_files(session: Session) -> list[Defect]:
    """Return what opening the workspace found wrong with its files, warnings too."""
    unusable = {broken.path for broken in session.project.broken}
    return [
        defect_from_problem(one, "error" if str(one.file) in unusable else one.severity)
        for one in [
            *session.problems,
            *load_package(session.root)[1],
            *list_text_problems(session.root),
        ]
        # What sends one to doctor is found again here; a conflict is not.
        if "fedcheck doctor" not in one.hint or str(one.file) in unusable
    ]


def list_broken_without_head(root: Path, catalog: Catalog | None) -> list[Defect]:
    """Return what is wrong with the files next to a head that cannot be used."""
    contents = [
        workspace_contents.load_contents(root),
        workspace_contents.load_private(private_home(root)),
    ]
    found = [
        Problem(Path(one.path), one.line, one.message, one.hint)
        for content in contents
        for one in content.broken
    ]
    found += list_text_problems(root)
    for loaded in catalog.effective_lists().values() if catalog else ():
        if loaded.layer != "shipped":
            found += loaded.problems()
    return [defect_from_problem(one, "error") for one in found]


def check_head(root: Path, processes: Mapping[str, Process]) -> list[Defect]:
    """Return everything that is wrong with `fedcheck.toml`, with lines."""
    try:
        config, found = head_file.load_head(root, processes)
        process = processes.get(config.process)
        if process is None:
            found = [*found, _unknown_process(root, config.process, processes)]
        else:
            found = [*found, *head_file.check_against_process(root, config, process)]
    except InvalidFileError as error:
        found = error.problems
    return [defect_from_problem(one, one.severity) for one in found]


def _unknown_process(root: Path, name: str, processes: Iterable[str]) -> Problem:
    known = sorted(processes)
    hint = did_you_mean(name, known) or "known: " + (", ".join(known) or "none")
    line = Lines(toml_io.read(root / WORKSPACE_FILE).text).of(("process",))
    return Problem(root / WORKSPACE_FILE, line, f'unknown process "{one_line(name, 60)}"', hint)


def find_closed_places(tree: FolderTree) -> list[Defect]:
    """Return the folders and files of ours that could not be looked into."""
    return [
        Defect(
            "broken-file",
            "error",
            f"cannot be read: {reason}",
            "check its permissions, or move it away",
            path,
        )
        for path, reason in tree.closed
        if tree.place(path) in ("", *PLACES)
    ]


def find_orphan_notes(session: Session, places: Places) -> list[Defect]:
    """Return the private notes of items that no checklist has any more."""
    found = []
    for checklist, item in _list_lost_notes(session):
        file = record_files.path_of(private_home(session.root), checklist)
        found.append(
            Defect(
                "orphan-record",
                "warning",
                f'"{one_line(item, 60)}" is no longer an item of {one_line(checklist, 60)}; '
                "its private note is not shown",
                "edit the file: write the id of its item in the header of the table",
                file,
                places.line(file, "item", item),
                f"{checklist}:{item}",
            )
        )
    return found


def _list_lost_notes(session: Session) -> Iterator[tuple[str, str]]:
    shaky = {one.checklist for one in session.project.broken}
    for name, records in (session.project.private_notes or {}).items():
        checklist = session.project.checklists.get(name)
        if name in shaky:
            continue
        for item in records:
            if checklist is None or item not in {*checklist.items, *checklist.renamed}:
                yield name, item
