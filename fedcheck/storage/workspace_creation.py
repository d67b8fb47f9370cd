"""Make a workspace: the text of its head file, its folders, and checks of what a person chose."""

import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from fedcheck.domain.checklist import FORMAT
from fedcheck.domain.key import is_id
from fedcheck.domain.process import Process
from fedcheck.domain.workspace import Person
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import (
    atomic_files,
)
from fedcheck.storage.paths import LOCAL_STATE, PRIVATE_FOLDER, WORKSPACE_FILE
from fedcheck.storage.record_file import PROGRESS_FOLDER
from fedcheck.storage.time_zones import is_zone
from fedcheck.storage.toml_io import dumps, format_table, quote_key
from fedcheck.storage.typed_files import make_trusted_folder

IGNORED = (f"{LOCAL_STATE}/", f"{PRIVATE_FOLDER}/")
"""What git must leave out: lines of `.gitignore`."""

ATTRIBUTES = tuple(
    f"{folder}history/*.jsonl merge=union -text" for folder in ("", f"{PRIVATE_FOLDER}/")
)
"""How git must treat histories: lines of `.gitattributes`. Line ends stay as they were written."""

MERGED = tuple(
    f"/{folder}{name} merge=fedcheck"
    for folder in ("", f"{PRIVATE_FOLDER}/")
    for name in ("progress/*.toml", "checklists/*.toml", "requests.toml", "findings.toml")
) + tuple(f"/{name} merge=fedcheck" for name in (WORKSPACE_FILE, "sent.toml"))
"""What git merges with our driver: lines of `.gitattributes`. A clone without it merges lines."""


def format_head(
    name: str,
    process: Process,
    role: str,
    *,
    provider: str = "",
    timezone: str = "UTC",
    marking: str = "",
    profile: Mapping[str, str] | None = None,
    milestones: Mapping[str, date] | None = None,
    begins: str = "",
    people: Mapping[str, Person] | None = None,
) -> str:
    """Return the text of a new `fedcheck.toml`; a comment states what else may be in it."""
    head = {"format": FORMAT, "name": name, "process": process.id, "role": role}
    head |= {"provider": provider} if provider else {}
    head |= {"timezone": timezone}
    head |= {"marking": marking} if marking else {}
    head |= {"begins": begins} if begins else {}
    text = dumps(head)
    text += "\n" + dumps({"profile": dict(profile or {})})
    text += "\n# Dates of milestones; the process sets the others.\n"
    text += "# Known: " + ", ".join(milestone.id for milestone in process.milestones) + "\n"
    text += dumps({"milestones": dict(milestones or {})})
    if people:
        return text + "".join(_format_person(name, one) for name, one in people.items())
    text += "\n# People:\n# [people.alice]\n"
    text += '# name = "Alice Example"\n# role = "csp"\n# contact = "alice@example.com"\n'
    return text


def _format_person(short: str, person: Person) -> str:
    path = f"people.{short}" if is_id(short) and "." not in short else f"people.{quote_key(short)}"
    said = {"name": person.name, "role": person.role, "contact": person.contact}
    return "\n" + format_table(f"[{path}]", path, {key: one for key, one in said.items() if one})


def create(root: Path, text: str) -> None:
    """Make a workspace with the given head file. Raises FedcheckError where there is one."""
    if os.path.lexists(root / WORKSPACE_FILE):
        raise FedcheckError(
            f"{root / WORKSPACE_FILE}: a workspace already exists here",
            "open it, or choose another folder",
            ErrorKind.USAGE,
        )
    make_trusted_folder(root)
    for folder in ("checklists", PROGRESS_FOLDER, "evidence", "history", "reports"):
        atomic_files.make_folder(root / folder, under=root)
    atomic_files.replace_file(root / WORKSPACE_FILE, text.encode(), under=root)
    _write_if_missing(root / ".gitignore", IGNORED)
    _write_if_missing(root / ".gitattributes", (*ATTRIBUTES, *MERGED))


def _write_if_missing(path: Path, lines: Iterable[str]) -> None:
    if not os.path.lexists(path):
        data = "".join(f"{line}\n" for line in lines).encode()
        atomic_files.replace_file(path, data, under=path.parent)


def check_timezone(name: str) -> None:
    """Raise FedcheckError where a name is no IANA time zone."""
    if not is_zone(name):
        hint = "write an IANA name such as America/New_York"
        raise FedcheckError(f'unknown time zone "{name[:60]}"', hint, ErrorKind.USAGE)
