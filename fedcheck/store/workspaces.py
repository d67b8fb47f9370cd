"""Open a workspace: its head file, records, requests and findings; and make a new one."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tomli_w

from fedcheck.errors import ErrorKind, FedcheckError, InvalidFileError, Problem
from fedcheck.model.checklist import FORMAT
from fedcheck.model.process import ROLE_TITLES, Process
from fedcheck.model.project import BrokenFile
from fedcheck.model.reference import did_you_mean
from fedcheck.model.workspace import WorkspaceConfig
from fedcheck.store import books, files, progress
from fedcheck.store.book import RESERVED, Book
from fedcheck.store.decode import decode
from fedcheck.store.paths import HEAD, MACHINE, private_home
from fedcheck.store.problems import Collector
from fedcheck.store.toml import read

T = TypeVar("T")

FOLDERS = ("", progress.FOLDER, "checklists", "history")
"""The folders of a workspace whose files make its state."""

GITIGNORE = f"{MACHINE}/\n"
GITATTRIBUTES = "history/*.jsonl merge=union\n"


@dataclass(slots=True)
class Contents:
    """What a workspace folder holds, beside its head file."""

    books: dict[str, Book] = field(default_factory=dict)
    broken: list[BrokenFile] = field(default_factory=list)

    @property
    def unreadable(self) -> frozenset[str]:
        """Return the checklists whose progress file could not be read."""
        return frozenset(one.checklist for one in self.broken if one.checklist)


def load_head(root: Path) -> tuple[WorkspaceConfig, list[Problem]]:
    """Read `fedcheck.toml`, with warnings. Raises InvalidFileError where it cannot be used."""
    document = read(root / HEAD)
    problems = document.collector()
    config = decode(WorkspaceConfig, document.data, (), problems)
    if config is not None:
        _check_head(config, problems)
        for name in config.extra:
            hint = did_you_mean(name, WorkspaceConfig.__dataclass_fields__)
            problems.add((name,), f'unknown key "{name}" is ignored', hint, "warning")
    listed = problems.problems()
    errors = [p for p in listed if p.severity == "error"]
    if config is None or errors:
        raise InvalidFileError(errors or listed)
    return config, listed


def _check_head(config: WorkspaceConfig, problems: Collector) -> None:
    if config.role not in ROLE_TITLES:
        hint = did_you_mean(config.role, ROLE_TITLES) or "known: " + ", ".join(ROLE_TITLES)
        problems.add(("role",), f'unknown role "{config.role}"', hint)
    try:
        ZoneInfo(config.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        text = f'unknown time zone "{config.timezone}"'
        problems.add(("timezone",), text, "write an IANA name such as America/New_York")


def check_against_process(root: Path, config: WorkspaceConfig, process: Process) -> list[Problem]:
    """Return what in `fedcheck.toml` does not fit the process: milestones, profile options."""
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
    return problems.problems()


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
    for place in (root / progress.FOLDER, root / "checklists", root / "history"):
        try:
            if os.path.lexists(place):
                list(place.iterdir())
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            contents.broken.append(BrokenFile(str(place), f"cannot be read: {reason}"))


def _read_progress(root: Path, contents: Contents) -> None:
    for path in files.toml_files(root / progress.FOLDER):
        if path.stem in RESERVED:
            text = f'no checklist can be called "{path.stem}"'
            contents.broken.append(BrokenFile(str(path), text, hint="move the file away"))
        else:
            _read(root, path.stem, contents)


def _read(root: Path, book: str, contents: Contents) -> None:
    try:
        contents.books[book] = books.load(root, book)
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
    text = tomli_w.dumps(head)
    text += "\n" + tomli_w.dumps({"profile": dict(profile or {})})
    text += "\n# Dates of milestones; those not named here follow from the process.\n"
    text += "# Known: " + ", ".join(stone.id for stone in process.milestones) + "\n"
    text += tomli_w.dumps({"milestones": dict(milestones or {})})
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
    files.make_folder(root)
    for folder in ("checklists", progress.FOLDER, "evidence", "history", "reports"):
        files.make_folder(root / folder)
    files.write_whole(root / HEAD, text.encode())
    _unless_there(root / ".gitignore", GITIGNORE)
    _unless_there(root / ".gitattributes", GITATTRIBUTES)


def _unless_there(path: Path, text: str) -> None:
    if not path.exists():
        files.write_whole(path, text.encode())


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
    for name, option in options.items():
        if name not in profile and option.default:
            profile[name] = option.default
    return profile


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
