"""`imports.toml`: what the columns of a team's lists mean, asked for once and kept for everyone.

It lies in the workspace, so that the next person's import of the same sheet asks nothing.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from fedcheck.domain.checklist import Level
from fedcheck.domain.key import is_id, key
from fedcheck.errors import ErrorKind, FedcheckError, InvalidFileError
from fedcheck.spreadsheets.grid import named
from fedcheck.storage import atomic_files
from fedcheck.storage.decoder import decode
from fedcheck.storage.record_file import RESERVED
from fedcheck.storage.toml_io import plain_fields, read, table

FILE = "imports.toml"
"""Its name, in the root of a workspace."""

DateOrder = Literal["", "mdy", "dmy"]


@dataclass(frozen=True)
class Mapped:
    """What the columns of one list mean, and where its rows go."""

    columns: Mapping[str, str] = key("The heading of the column of each field")
    sheet: str = key("Sheet of the workbook", default="")
    list: str = key("Checklist that its rows make; without one they are progress", default="")
    phase: str = key("Phase of that checklist", default="")
    role: str = key("Role of that checklist", default="")
    level: Level = key("How binding its items are", default="must")
    onto: str = key("Query for the items that its rows are progress of", default="")
    dates: DateOrder = key("What 2/1/2027 means: mdy or dmy", default="")
    status: Mapping[str, str] = key("Its own words for a status", default=None)
    result: Mapping[str, str] = key("Its own words for a result", default=None)
    actions: tuple[str, ...] = key("The imports that were made, as history names them", default=())

    @property
    def headings(self) -> frozenset[str]:
        """Return the columns that it needs, as they are compared."""
        return frozenset(named(heading) for heading in self.columns.values())


@dataclass(frozen=True)
class Mappings:
    """What `imports.toml` holds."""

    format: int = key("Version of the file format: 1")
    maps: tuple[Mapped, ...] = key("The lists", default=(), name="map")


def load(root: Path) -> tuple[Mapped, ...]:
    """Return what is remembered. Raises InvalidFileError where the file is broken."""
    path = root / FILE
    if not os.path.lexists(path):
        return ()
    document = read(path)
    problems = document.collector()
    found = decode(Mappings, document.data, (), problems)
    errors = [one for one in problems.problems() if one.severity == "error"]
    if found is None or errors:
        raise InvalidFileError(errors)
    return found.maps


def by_most_columns(known: Iterable[Mapped]) -> list[Mapped]:
    """Return what is remembered, the lists with the most columns first: they fit best."""
    return sorted((one for one in known if one.columns), key=lambda one: -len(one.headings))


def remember(root: Path, wanted: Mapped, action: str = "") -> None:
    """Keep what the columns of a list mean, in place of what was kept for the same list.

    Args:
        root: the workspace.
        wanted: what is to be kept.
        action: the import that was just made with it.

    Raises:
        FedcheckError: where the file is broken, or the disk refuses.
    """
    known = list(load(root))
    same = [i for i, one in enumerate(known) if _target(one) == _target(wanted)]
    before = known[same[0]].actions if same else ()
    new = replace(wanted, actions=(*before, action) if action else before)
    if same:
        known[same[0]] = new
    else:
        known.append(new)
    data = dump(known)
    path = root / FILE
    if not path.is_file() or path.read_bytes() != data:
        atomic_files.write_whole(path, data)


def _target(one: Mapped) -> object:
    return one.list or (one.onto, one.headings)


def dump(known: Iterable[Mapped]) -> bytes:
    """Return what is remembered as the bytes of its file."""
    parts = ["format = 1\n"]
    for one in known:
        data = plain_fields(one)
        own = {name: data.pop(name) for name in ("columns", "status", "result") if data.get(name)}
        parts.append(table("[[map]]", "map", data))
        parts += [table(f"[map.{name}]", f"map.{name}", inner) for name, inner in own.items()]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts).encode()


def checked_list_id(name: str) -> None:
    """Raise FedcheckError (status 2) where no checklist can be called so."""
    if not is_id(name) or name in RESERVED:
        hint = "use lower-case letters, digits, dots and hyphens, such as acme.tracker"
        raise FedcheckError(f'"{name[:60]}" is no name for a checklist', hint, ErrorKind.USAGE)
