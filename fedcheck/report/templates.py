"""Which templates there are: a nearer one wins by name."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fedcheck.model.reference import did_you_mean
from fedcheck.model.text import one_line
from fedcheck.store.paths import UserFolders
from fedcheck.store.problems import FedcheckError

Origin = Literal["workspace", "user", "shipped"]

FOLDER = "templates"
ENDING = ".md.j2"
SHIPPED = Path(__file__).with_name(FOLDER)
LARGEST = 256 * 1024

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class TemplateInfo:
    """A template: its name, and the file that counts for it."""

    name: str
    origin: Origin
    path: Path


def list_templates(root: Path, folders: UserFolders) -> list[TemplateInfo]:
    """Return the templates that can be used in a workspace, by name."""
    found: dict[str, TemplateInfo] = {}
    for origin, folder in _layers(root, folders):
        for path in sorted(folder.glob(f"*{ENDING}")) if folder.is_dir() else ():
            name = path.name.removesuffix(ENDING)
            if _NAME.fullmatch(name):
                found.setdefault(name, TemplateInfo(name, origin, path))
    return [found[name] for name in sorted(found)]


def find_template(root: Path, folders: UserFolders, name: str) -> TemplateInfo:
    """Return the template of a name. Raises FedcheckError (status 2) where there is none."""
    known = {template.name: template for template in list_templates(root, folders)}
    if name not in known:
        hint = did_you_mean(name, known) or "known: " + ", ".join(known)
        raise FedcheckError(f'no report template "{one_line(name, 60)}"', hint, 2)
    return known[name]


def shipped_template(name: str) -> TemplateInfo | None:
    """Return the shipped template of a name, also where a nearer one hides it."""
    path = SHIPPED / f"{name}{ENDING}"
    named = _NAME.fullmatch(name) and path.is_file()
    return TemplateInfo(name, "shipped", path) if named else None


def read_template(template: TemplateInfo, root: Path) -> str:
    """Return the text of a template. Raises FedcheckError (status 3) where it cannot be used.

    A workspace comes from somebody else, so a template of its may not be a link to a file outside:
    that file would end up in a report.
    """
    path = template.path
    outside = not path.resolve().is_relative_to(root.resolve())
    if template.origin == "workspace" and outside:
        raise FedcheckError(f"{path}: leads out of the workspace", "copy the template itself")
    if path.exists() and not path.is_file() and not path.is_dir():
        raise FedcheckError(f"{path}: a device or a pipe, not a file", "move it away")
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FedcheckError(f"{path}: cannot be read: {reason}") from None
    if len(raw) > LARGEST:
        raise FedcheckError(f"{path}: larger than {LARGEST // 1024} KiB", "make it smaller")
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise FedcheckError(f"{path}:{line}: is not UTF-8", "save it as UTF-8") from None


def _layers(root: Path, folders: UserFolders) -> list[tuple[Origin, Path]]:
    return [
        ("workspace", root / FOLDER),
        ("user", folders.templates),
        ("shipped", SHIPPED),
    ]
