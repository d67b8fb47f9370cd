"""Read the files of a workspace: its head file, and the records of it and its private folder."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.domain.key import RESERVED_LIST_IDS, is_id
from fedcheck.domain.process import Process
from fedcheck.domain.profile import fill_defaults, find_missing_combination
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.set_twice import SET_TWICE
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import BrokenFile, WorkspaceConfig
from fedcheck.errors import InvalidFileError, Problem
from fedcheck.storage import (
    atomic_files,
    history,
    progress_files,
    record_files,
)
from fedcheck.storage.confined import OUTSIDE_LINK, leads_outside
from fedcheck.storage.decoder import decode
from fedcheck.storage.paths import WORKSPACE_FILE, workspace_of
from fedcheck.storage.problems import Collector
from fedcheck.storage.record_file import (
    PACKAGE,
    RESERVED_NAMES,
    RecordFile,
)
from fedcheck.storage.toml_io import read

T = TypeVar("T")


class WorkspaceContents(Struct):
    """What a workspace folder holds, next to its head file."""

    books: dict[str, RecordFile] = field(default_factory=dict)
    broken: list[BrokenFile] = field(default_factory=list)

    @property
    def warnings(self) -> list[Problem]:
        """Return what is wrong with files that are used all the same."""
        return [one for book in self.books.values() for one in book.warnings]

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
    document = read(root / WORKSPACE_FILE, root)
    problems = document.collector()
    config = decode(WorkspaceConfig, document.data, (), problems)
    if config is not None:
        _check_head(config, (processes or {}).get(config.process), problems)
        for name in (one for one in config.extra if one != SET_TWICE):
            hint = did_you_mean(name, WorkspaceConfig.__struct_fields__)
            problems.add((name,), f'unknown key "{name}" is ignored', hint, "warning")
    for one in problems.found:
        if one.path[:1] == ("package",):
            one.severity = "warning"  # what a few exports need does not close the workspace
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
    """Return what in `fedcheck.toml` does not fit the process: milestones, phase, profile."""
    document = read(root / WORKSPACE_FILE, root)
    problems = document.collector()
    milestones = [milestone.id for milestone in process.milestones]
    for name in config.milestones or {}:
        if name not in milestones:
            hint = did_you_mean(name, milestones) or "known: " + ", ".join(milestones)
            problems.add(("milestones", name), f'unknown milestone "{name}"', hint, "warning")
    phases = [phase.id for phase in process.phases]
    if config.begins and config.begins not in phases:
        hint = did_you_mean(config.begins, phases) or "known: " + ", ".join(phases)
        problems.add(("begins",), f'unknown phase "{config.begins}"', hint)
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
        profile = fill_defaults(process, config.profile or {})
        if not process.allows(profile):
            problems.add(("profile",), *find_missing_combination(process, profile))
    return problems.problems()


def load_contents(root: Path) -> WorkspaceContents:
    """Read everything next to the head file; a broken file is noted, and the rest is used."""
    contents = WorkspaceContents()
    _check_folders(root, contents)
    _read_progress(root, contents)
    for name in (one for one in RESERVED_NAMES if one != PACKAGE):  # no state rests on it
        _read(root, name, contents)
    return contents


def load_private(home: Path) -> WorkspaceContents:
    """Read the records under `private/`; a broken file is noted, and the rest is used."""
    contents = WorkspaceContents()
    if os.path.lexists(home):
        _check_folders(home, contents)
        _read_progress(home, contents)
    contents.broken = [replace(one, private=True) for one in contents.broken]
    return contents


def _check_folders(root: Path, contents: WorkspaceContents) -> None:
    for place in (root, root / progress_files.FOLDER, root / "checklists", root / "history"):
        if place != root and leads_outside(place, workspace_of(root)):
            contents.broken.append(_broken_link(place))
            continue
        try:
            if os.path.lexists(place):
                list(place.iterdir())
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            contents.broken.append(BrokenFile(str(place), f"cannot be read: {reason}"))
    if not leads_outside(root / history.FOLDER, workspace_of(root)):
        contents.broken += [_broken_link(path) for path in history.list_outside_links(root)]


def _broken_link(path: Path) -> BrokenFile:
    return BrokenFile(str(path), OUTSIDE_LINK, hint="replace it with the file or folder itself")


def _read_progress(root: Path, contents: WorkspaceContents) -> None:
    if leads_outside(root / progress_files.FOLDER, workspace_of(root)):
        return
    for path in atomic_files.toml_files(root / progress_files.FOLDER):
        if path.stem in RESERVED_LIST_IDS or not is_id(path.stem):
            text = f'no checklist can be named "{one_line(path.stem, 60)}"'
            contents.broken.append(BrokenFile(str(path), text, hint="move the file elsewhere"))
        else:
            _read(root, path.stem, contents)


def _read(root: Path, book: str, contents: WorkspaceContents) -> None:
    try:
        contents.books[book] = record_files.load(root, book)
    except InvalidFileError as error:
        contents.broken += _list_broken(error, "" if book in RESERVED_NAMES else book)


def _list_broken(error: InvalidFileError, checklist: str = "") -> list[BrokenFile]:
    return [
        BrokenFile(str(one.file), one.message, checklist, one.line, one.hint)
        for one in error.problems
    ]
