"""Which templates there are: a nearer one wins by name."""

import re
from datetime import date
from pathlib import Path
from typing import Literal

from msgspec import Struct

from fedcheck.domain.dates import Span, shift_clamped
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import atomic_files
from fedcheck.storage.confined import LinkError
from fedcheck.storage.paths import UserFolders
from fedcheck.storage.typed_files import replace_typed_file, typed_link_error

Origin = Literal["workspace", "user", "shipped"]

FOLDER = "templates"
SUFFIX = ".md.j2"
SHIPPED = Path(__file__).with_name(FOLDER)
MAX_BYTES = 256 * 1024

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_PART = re.compile(r"_?[a-z0-9][a-z0-9._-]*")
_WRITTEN_FOR = re.compile(r"\{#-?\s*fedcheck context (\d+)")
_SUMMARY = re.compile(r"\{#-?\s*fedcheck context \d+\s*:\s*([^\n]*?)\s*(?:-?#\}|\n)")
_COMPARED = re.compile(
    r"\{#-?\s*fedcheck context[^#]*?\bcompared with (\d{1,3})d before", re.IGNORECASE
)
_MILESTONE = re.compile(
    r"\{#-?\s*fedcheck context[^#]*?\bfor the milestone ([a-z0-9][a-z0-9-]{0,60})", re.IGNORECASE
)
_HEAD = 2000
"""In how many characters at its begin a template states what it is."""


class TemplateInfo(Struct, frozen=True):
    """A template: its name, and the file that counts for it."""

    name: str
    origin: Origin
    path: Path

    @property
    def summary(self) -> str:
        """Return what the template states that it is for; empty where it does not."""
        found = _SUMMARY.search(self._begin)
        return one_line(found[1], MAX_SUMMARY) if found else ""

    @property
    def compared(self) -> int:
        """Return how many days before it wants a state to compare with; 0 where it wants none."""
        found = _COMPARED.search(self._begin)
        return int(found[1]) if found else 0

    @property
    def milestone(self) -> str:
        """Return the milestone that it is made for where none is named; empty for the next one."""
        found = _MILESTONE.search(self._begin)
        return found[1] if found else ""

    @property
    def _begin(self) -> str:
        try:
            return atomic_files.read_prefix(self.path, _HEAD).decode("utf-8", "replace")
        except OSError:
            return ""


MAX_SUMMARY = 120
"""The most cells of a summary."""


def parse_context_version(source: str) -> int:
    """Return the version of the context that a template states it is written for; 0 without one."""
    found = _WRITTEN_FOR.search(source[:_HEAD])
    return int(found[1]) if found else 0


def list_templates(root: Path, folders: UserFolders) -> list[TemplateInfo]:
    """Return the templates that can be used in a workspace, by name."""
    found: dict[str, TemplateInfo] = {}
    for origin, folder in _list_layers(root, folders):
        for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else ():
            name = path.name.removesuffix(SUFFIX)
            if _NAME.fullmatch(name):
                found.setdefault(name, TemplateInfo(name, origin, path))
    return [found[name] for name in sorted(found)]


def find_template(root: Path, folders: UserFolders, name: str) -> TemplateInfo:
    """Return the template of a name. Raises FedcheckError where there is none."""
    known = {template.name: template for template in list_templates(root, folders)}
    if name not in known:
        hint = did_you_mean(name, known) or "known: " + ", ".join(known)
        raise FedcheckError(f'no report template "{one_line(name, 60)}"', hint, ErrorKind.USAGE)
    return known[name]


def shipped_template(name: str) -> TemplateInfo | None:
    """Return the shipped template of a name, also where a nearer one hides it.

    A name that begins with `_` is a part that others include; it is in no list.
    """
    path = SHIPPED / f"{name}{SUFFIX}"
    named = _PART.fullmatch(name) and path.is_file()
    return TemplateInfo(name, "shipped", path) if named else None


def read_template(template: TemplateInfo, root: Path) -> str:
    """Return the text of a template. Raises FedcheckError where it cannot be used.

    A workspace comes from somebody else, so a template of its may not be a link to a file outside:
    that file would end up in a report.
    """
    path = template.path
    outside = not path.resolve().is_relative_to(root.resolve())
    if template.origin == "workspace" and outside:
        raise FedcheckError(f"{path}: is outside the workspace", "copy the template itself")
    try:
        raw = atomic_files.read_prefix(path, MAX_BYTES + 1)
    except atomic_files.NotPlainError as error:
        raise FedcheckError(f"{path}: {error.strerror}", "move it elsewhere") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FedcheckError(f"{path}: cannot be read: {reason}") from None
    if len(raw) > MAX_BYTES:
        raise FedcheckError(f"{path}: larger than {MAX_BYTES // 1024} KiB", "make it smaller")
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise FedcheckError(f"{path}:{line}: is not UTF-8", "save it as UTF-8") from None


def find_comparison_date(root: Path, folders: UserFolders, name: str, today: date) -> str:
    """Return the day that the template of a name compares with by itself; empty for none.

    Raises FedcheckError where there is no such template.
    """
    days = find_template(root, folders, name).compared
    return shift_clamped(today, Span(days, "d"), -1).isoformat() if days else ""


def copy_template(template: TemplateInfo, root: Path, target: Path | None, force: bool) -> Path:
    """Copy a template to a file to be edited, and return that.

    Args:
        template: what is copied.
        root: the workspace.
        target: the file; without one it is that of the same name in the workspace's templates.
        force: whether a file that is there already is replaced.

    Raises:
        FedcheckError: status 2 where a file is in the way, 3 where the disk refuses.
    """
    path = target or root / FOLDER / f"{template.name}{SUFFIX}"
    if path.is_dir() or (path.exists() and not path.is_file()):
        raise FedcheckError(f"{path}: is not a regular file", "name a file", ErrorKind.USAGE)
    if path.is_symlink() and (target is None or not force):
        raise LinkError(path) if target is None else typed_link_error(path)
    if path.exists() and (not force or path.resolve() == template.path.resolve()):
        raise FedcheckError(
            f"{path}: already exists", "name another file, or add --force", ErrorKind.USAGE
        )
    data = read_template(template, root).encode("utf-8")
    if target is None:
        atomic_files.replace_file(path, data, under=root)
    else:
        replace_typed_file(path, data, force=force)
    return path


def _list_layers(root: Path, folders: UserFolders) -> list[tuple[Origin, Path]]:
    return [
        ("workspace", root / FOLDER),
        ("user", folders.templates),
        ("shipped", SHIPPED),
    ]
