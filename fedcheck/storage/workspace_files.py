"""Find, read and make workspaces."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.domain.checklist import FORMAT, Checklist, facts
from fedcheck.domain.process import Process, combination_text
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import BrokenFile, Project, Replaced, WorkspaceConfig
from fedcheck.errors import ErrorKind, FedcheckError, InvalidFileError, Problem
from fedcheck.storage import (
    atomic_files,
    checklist_files,
    evidence_files,
    progress_files,
    record_files,
)
from fedcheck.storage.atomic_files import writable_by_others
from fedcheck.storage.decoder import decode
from fedcheck.storage.paths import HEAD, MACHINE, private_home
from fedcheck.storage.problems import Collector
from fedcheck.storage.record_file import FINDINGS, MILESTONES, REQUESTS, RESERVED, SENT, RecordFile
from fedcheck.storage.record_store import RecordStore
from fedcheck.storage.toml_io import dumps, read

T = TypeVar("T")

FOLDERS = ("", progress_files.FOLDER, "checklists", "history")
"""The folders of a workspace whose files make its state."""

GITIGNORE = f"{MACHINE}/\n"
GITATTRIBUTES = "history/*.jsonl merge=union\n"


class Contents(Struct):
    """What a workspace folder holds, beside its head file."""

    books: dict[str, RecordFile] = field(default_factory=dict)
    broken: list[BrokenFile] = field(default_factory=list)

    @property
    def unreadable(self) -> frozenset[str]:
        """Return the checklists whose progress file could not be read."""
        return frozenset(one.checklist for one in self.broken if one.checklist)


def load_head(
    root: Path, processes: Mapping[str, Process] | None = None
) -> tuple[WorkspaceConfig, list[Problem]]:
    """Read `fedcheck.toml`, with warnings. Raises InvalidFileError where it cannot be used.

    The role is checked where its process is among the known ones.
    """
    document = read(root / HEAD)
    problems = document.collector()
    config = decode(WorkspaceConfig, document.data, (), problems)
    if config is not None:
        _check_head(config, (processes or {}).get(config.process), problems)
        for name in config.extra:
            hint = did_you_mean(name, WorkspaceConfig.__struct_fields__)
            problems.add((name,), f'unknown key "{name}" is ignored', hint, "warning")
    listed = problems.problems()
    errors = [p for p in listed if p.severity == "error"]
    if config is None or errors:
        raise InvalidFileError(errors or listed)
    return config, listed


def _check_head(config: WorkspaceConfig, process: Process | None, problems: Collector) -> None:
    if process is not None and config.role not in process.all_roles:
        known = "known: " + ", ".join(process.all_roles)
        hint = did_you_mean(config.role, process.all_roles) or known
        problems.add(("role",), f'unknown role "{one_line(config.role, 60)}"', hint)
    try:
        ZoneInfo(config.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        text = f'unknown time zone "{config.timezone}"'
        problems.add(("timezone",), text, "write an IANA name such as America/New_York")


def check_against_process(root: Path, config: WorkspaceConfig, process: Process) -> list[Problem]:
    """Return what in `fedcheck.toml` does not fit the process: milestones, profile."""
    document = read(root / HEAD)
    problems = document.collector()
    stones = [stone.id for stone in process.milestones]
    for name in config.milestones or {}:
        if name not in stones:
            hint = did_you_mean(name, stones) or "known: " + ", ".join(stones)
            problems.add(("milestones", name), f'unknown milestone "{name}"', hint, "warning")
    for option, value in (config.profile or {}).items():
        known = (process.profile or {}).get(option)
        if known is None:
            hint = did_you_mean(option, process.profile or {})
            text = f'the process {process.id} has no profile option "{option}"'
            problems.add(("profile", option), text, hint, "warning")
        elif value not in known.values:
            hint = did_you_mean(value, known.values) or "choose " + " or ".join(known.values)
            problems.add(("profile", option), f'unknown {option} "{value}"', hint)
    if not any(one.severity == "error" for one in problems.found):
        profile = _with_defaults(process, config.profile or {})
        if not process.allows(profile):
            problems.add(("profile",), *_no_combination(process, profile))
    return problems.problems()


def _with_defaults(process: Process, given: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a process's options, defaults where none is given."""
    options = process.profile or {}
    profile = {name: value for name, value in given.items() if name in options}
    for name, option in options.items():
        if name not in profile and option.default:
            profile[name] = option.default
    return profile


def _no_combination(process: Process, profile: Mapping[str, str]) -> tuple[str, str]:
    """Return in words that a profile does not exist, and which do."""
    chosen = ", ".join(f"{name} {value}" for name, value in profile.items())
    exist = "; ".join(combination_text(one) for one in process.combinations)
    return f"{process.id} does not exist as {chosen}", f"choose among: {exist}"


def load_contents(root: Path) -> Contents:
    """Read everything beside the head file; a broken file is noted, and the rest is used."""
    contents = Contents()
    _check_folders(root, contents)
    _read_progress(root, contents)
    for name in RESERVED:
        _read(root, name, contents)
    return contents


def load_private(home: Path) -> Contents:
    """Read the records under `private/`; a broken file is noted, and the rest is used."""
    contents = Contents()
    if os.path.lexists(home):
        _check_folders(home, contents)
        _read_progress(home, contents)
    contents.broken = [replace(one, private=True) for one in contents.broken]
    return contents


def _check_folders(root: Path, contents: Contents) -> None:
    for place in (root / progress_files.FOLDER, root / "checklists", root / "history"):
        try:
            if os.path.lexists(place):
                list(place.iterdir())
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            contents.broken.append(BrokenFile(str(place), f"cannot be read: {reason}"))


def _read_progress(root: Path, contents: Contents) -> None:
    for path in atomic_files.toml_files(root / progress_files.FOLDER):
        if path.stem in RESERVED:
            text = f'no checklist can be called "{path.stem}"'
            contents.broken.append(BrokenFile(str(path), text, hint="move the file away"))
        else:
            _read(root, path.stem, contents)


def _read(root: Path, book: str, contents: Contents) -> None:
    try:
        contents.books[book] = record_files.load(root, book)
    except InvalidFileError as error:
        contents.broken += _broken(error, "" if book in RESERVED else book)


def _broken(error: InvalidFileError, checklist: str = "") -> list[BrokenFile]:
    return [
        BrokenFile(str(one.file), one.message, checklist, one.line, one.hint)
        for one in error.problems
    ]


def fingerprint(root: Path) -> str:
    """Return a cheap mark that changes when any file of the workspace does."""
    marks = []
    homes = (root, private_home(root))
    folders = [home / name for home in homes for name in FOLDERS]
    folders += checklist_files.process_folders(root / "checklists")
    for folder in folders:
        for path in sorted(folder.glob("*.*")) if folder.is_dir() else ():
            try:
                stat = path.stat()
            except OSError:
                continue
            marks.append(f"{path}:{stat.st_mtime_ns}:{stat.st_size}:{stat.st_ino}")
    return hashlib.sha256("\n".join(marks).encode("utf-8", "replace")).hexdigest()


def head_text(
    name: str,
    process: Process,
    role: str,
    *,
    provider: str = "",
    timezone: str = "UTC",
    marking: str = "",
    profile: Mapping[str, str] | None = None,
    milestones: Mapping[str, date] | None = None,
) -> str:
    """Return the text of a new `fedcheck.toml`; a comment says what else may stand in it."""
    head = {"format": FORMAT, "name": name, "process": process.id, "role": role}
    head |= {"provider": provider} if provider else {}
    head |= {"timezone": timezone}
    head |= {"marking": marking} if marking else {}
    text = dumps(head)
    text += "\n" + dumps({"profile": dict(profile or {})})
    text += "\n# Dates of milestones; those not named here follow from the process.\n"
    text += "# Known: " + ", ".join(stone.id for stone in process.milestones) + "\n"
    text += dumps({"milestones": dict(milestones or {})})
    text += "\n# Who takes part:\n# [people.alice]\n"
    text += '# name = "Alice Example"\n# role = "csp"\n# contact = "alice@example.com"\n'
    return text


def create(root: Path, text: str) -> None:
    """Make a workspace with the given head file. Raises FedcheckError where there is one."""
    if (root / HEAD).exists():
        raise FedcheckError(
            f"{root / HEAD}: a workspace is here already",
            "open it, or choose another folder",
            ErrorKind.USAGE,
        )
    atomic_files.make_folder(root)
    for folder in ("checklists", progress_files.FOLDER, "evidence", "history", "reports"):
        atomic_files.make_folder(root / folder)
    atomic_files.write_whole(root / HEAD, text.encode())
    _unless_there(root / ".gitignore", GITIGNORE)
    _unless_there(root / ".gitattributes", GITATTRIBUTES)


def _unless_there(path: Path, text: str) -> None:
    if not path.exists():
        atomic_files.write_whole(path, text.encode())


def parse_profile(process: Process, given: Mapping[str, str]) -> dict[str, str]:
    """Return the profile of a new workspace with defaults filled in. Raises FedcheckError."""
    options = process.profile or {}
    profile = {}
    for name, value in given.items():
        if name not in options:
            hint = did_you_mean(name, options) or "options: " + ", ".join(options)
            raise FedcheckError(
                f'{process.id} has no profile option "{name}"', hint, ErrorKind.USAGE
            )
        if value not in options[name].values:
            hint = "choose " + " or ".join(options[name].values)
            raise FedcheckError(f'"{value}" is no {name} of {process.id}', hint, ErrorKind.USAGE)
        profile[name] = value
    filled = _with_defaults(process, profile)
    if not process.allows(filled):
        text, hint = _no_combination(process, filled)
        raise FedcheckError(text, hint, ErrorKind.USAGE)
    return filled


def check_timezone(name: str) -> None:
    """Raise FedcheckError (status 2) where a name is no IANA time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = "write an IANA name such as America/New_York"
        raise FedcheckError(f'unknown time zone "{name[:60]}"', hint, ErrorKind.USAGE) from None


def known_milestone(process: Process, name: str) -> str:
    """Return the id of a milestone. Raises FedcheckError with a suggestion for an unknown one."""
    known: Iterable[str] = [stone.id for stone in process.milestones]
    if name not in known:
        hint = did_you_mean(name, known) or "known: " + ", ".join(known)
        raise FedcheckError(f'unknown milestone "{name}"', hint, ErrorKind.USAGE)
    return name


class Loaded(Struct, frozen=True):
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


def load(root: Path, catalog: checklist_files.Catalog) -> Loaded:
    """Read a workspace. Raises FedcheckError (status 3) where its head file cannot be used."""
    config, problems = load_head(root, catalog.processes)
    process = catalog.processes.get(config.process)
    file = catalog.process_file(config.process)
    if process is None and file is not None:
        raise InvalidFileError(file.problems())
    if process is None:
        known = ", ".join(sorted(catalog.processes)) or "none"
        hint = f"known: {known}"
        raise FedcheckError(f'{root / HEAD}: unknown process "{config.process}"', hint)
    found = check_against_process(root, config, process)
    errors = [problem for problem in found if problem.severity == "error"]
    if errors:
        raise InvalidFileError(errors)
    contents = load_contents(root)
    private = load_private(private_home(root))
    options = process.profile or {}
    chosen = {name: value for name, value in (config.profile or {}).items() if name in options}
    profile = parse_profile(process, chosen)
    known_facts = facts(process.id, profile)
    written = catalog.serving(process)
    serving = {name: one.resolved(known_facts) for name, one in written.items()}
    inside = {name for name, one in catalog.winning().items() if one.layer == "private"}
    records = {
        name: _today(one, serving).records
        for source, wanted in ((contents, False), (private, True))
        for name, one in source.books.items()
        if (name in inside) is wanted and name not in RESERVED
    }
    notes = {
        name: _today(one, serving).records
        for name, one in private.books.items()
        if name not in inside
    }
    broken = [*contents.broken, *private.broken, *_broken_lists(catalog, process.id)]
    broken += [
        BrokenFile(str(one.file), one.message, "", one.line, one.hint)
        for one in (file.problems() if file else ())
    ]
    project = Project(
        root=str(root),
        config=replace(config, profile=profile),
        process=process,
        checklists=serving,
        records=records,
        requests=things_of(contents.books, REQUESTS),
        findings=things_of(contents.books, FINDINGS),
        broken=tuple(broken),
        unreadable=contents.unreadable | (private.unreadable & inside),
        private_lists=frozenset(inside & serving.keys()),
        private_notes=notes,
        written=written,
        replaced=tuple(_replaced(catalog, process, known_facts)),
    )
    project = replace(project, file_states=evidence_files.quick_states(root, project.proven()))
    listed = [*problems, *found, *writable_by_others(root), *(_problem(one) for one in broken)]
    return Loaded(project, contents.books, private.books, listed)


def keep_last_good(fresh: Loaded, store: RecordStore) -> Project:
    """Return the project as loaded, with the last good state of files that are broken now.

    The record files of the loaded workspace get that state too.
    """
    project = fresh.project
    for broken in project.broken:
        now = fresh.private if broken.private else fresh.books
        name = broken.checklist or Path(broken.path).stem  # requests and findings are no list
        good = store.of(broken.private).get(name)
        if good is not None and name not in now:
            now[name] = good
            project = with_book(project, broken.private, good)
    return project


def things_of(books: Mapping[str, RecordFile], name: str) -> tuple[Any, ...]:
    """Return the requests, or the findings, of a workspace."""
    return tuple(books[name].records.values()) if name in books else ()


def _today(found: RecordFile, serving: dict[str, Checklist]) -> RecordFile:
    """Return records under today's ids of their items."""
    checklist = serving.get(found.name)
    return found.renamed(checklist.renamed) if checklist else found


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
        for loaded in catalog.winning().values()
        if not loaded.checklist or process in loaded.checklist.process
        for problem in loaded.problems()
    ]


def _replaced(
    catalog: checklist_files.Catalog, process: Process, known_facts: Mapping[str, str]
) -> Iterator[Replaced]:
    """Yield the shipped files of a process that nearer ones take the place of."""
    file = catalog.process_file(process.id)
    shipped = catalog.shipped_process(process.id)
    if file and shipped and file.layer != "shipped":
        yield Replaced(process.id, file.layer, shipped)
    winning = catalog.winning()
    for name, checklist in catalog.shipped_serving(shipped or process).items():
        nearest = winning[name]
        if nearest.layer != "shipped" and nearest.checklist is not None:
            yield Replaced(name, nearest.layer, checklist.resolved(known_facts))


def _problem(broken: BrokenFile) -> Problem:
    return Problem(Path(broken.path), broken.line, broken.message, broken.hint, "warning")


def with_book(project: Project, private: bool, found: RecordFile) -> Project:
    """Return the project with one of its books replaced."""
    name = found.name
    if name == REQUESTS:
        return replace(project, requests=tuple(found.records.values()))
    if name == FINDINGS:
        return replace(project, findings=tuple(found.records.values()))
    if name == SENT:
        return project  # nothing that is worked out rests on it
    if name == MILESTONES:
        dates = {one: scheduled.day for one, scheduled in found.records.items()}
        return replace(project, config=replace(project.config, milestones=dates))
    if private and name not in project.private_lists:
        return replace(
            project, private_notes={**(project.private_notes or {}), name: found.records}
        )
    known = replace(project, unreadable=project.unreadable - {name})
    return known.with_records(name, found.records)
