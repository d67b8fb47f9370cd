"""`imports.toml`: the meaning of the columns of a team's lists, asked for once.

It is part of the workspace, so the next person who imports the same sheet is not asked. That of a
private list is under `private/`.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.domain.glossary import Level
from fedcheck.domain.key import Key
from fedcheck.errors import InvalidFileError
from fedcheck.spreadsheets.headings import normalize
from fedcheck.storage import atomic_files
from fedcheck.storage.decoder import decode
from fedcheck.storage.paths import private_home, workspace_of
from fedcheck.storage.toml_io import collect_toml_values, format_table, read

FILE = "imports.toml"
"""Its name, in the root of a workspace."""

DateOrder = Literal["", "mdy", "dmy"]


class Mapped(Struct, frozen=True, rename="kebab"):
    """What the columns of one list mean, and where its rows go."""

    columns: Annotated[Mapping[str, str], Key("The heading of the column of each field")]
    sheet: Annotated[str, Key("Sheet of the workbook")] = ""
    list: Annotated[str, Key("Checklist that its rows make; without one they are progress")] = ""
    phase: Annotated[str, Key("Phase of that checklist")] = ""
    role: Annotated[str, Key("Role of that checklist")] = ""
    level: Annotated[Level, Key("How binding its items are")] = Level.MUST
    audience: Annotated[
        Literal["", "shared", "internal", "private"],
        Key("Who saw that checklist at the last import"),
    ] = ""
    onto: Annotated[str, Key("Query for the items that its rows are progress of")] = ""
    dates: Annotated[DateOrder, Key("What 2/1/2027 means: mdy or dmy")] = ""
    status: Annotated[Mapping[str, str] | None, Key("Its own words for a status")] = None
    result: Annotated[Mapping[str, str] | None, Key("Its own words for a result")] = None
    actions: Annotated[
        tuple[str, ...], Key("The imports that were made, as history names them")
    ] = ()

    @property
    def headings(self) -> frozenset[str]:
        """Return the columns that it needs, as they are compared."""
        return frozenset(normalize(heading) for heading in self.columns.values())


class Mappings(Struct, frozen=True, rename="kebab"):
    """What `imports.toml` holds."""

    format: Annotated[int, Key("Version of the file format: 1")]
    maps: Annotated[tuple[Mapped, ...], Key("The lists")] = field(name="map", default=())


def load(root: Path) -> tuple[Mapped, ...]:
    """Return what is remembered, also of private lists. Raises InvalidFileError."""
    return _load_home(root) + _load_home(private_home(root))


def _load_home(home: Path) -> tuple[Mapped, ...]:
    path = home / FILE
    if not os.path.lexists(path):
        return ()
    document = read(path, workspace_of(home))
    problems = document.collector()
    found = decode(Mappings, document.data, (), problems)
    errors = [one for one in problems.problems() if one.severity == "error"]
    if found is None or errors:
        raise InvalidFileError(errors)
    return found.maps


def sort_by_columns(known: Iterable[Mapped]) -> list[Mapped]:
    """Return what is remembered, the lists with the most columns first: they fit best."""
    return sorted((one for one in known if one.columns), key=lambda one: -len(one.headings))


def remember(home: Path, wanted: Mapped, action: str = "") -> None:
    """Keep what the columns of a list mean, in place of what was kept for the same list.

    Args:
        home: the workspace; its private folder for a private list.
        wanted: what is to be kept.
        action: the import that was just made with it.

    Raises:
        FedcheckError: where the file is broken, or the disk refuses.
    """
    known = list(_load_home(home))
    same = [i for i, one in enumerate(known) if _target_key(one) == _target_key(wanted)]
    before = known[same[0]].actions if same else ()
    new = replace(wanted, actions=(*before, action) if action else before)
    if same:
        known[same[0]] = new
    else:
        known.append(new)
    data = dump(known)
    path = home / FILE
    if not path.is_file() or path.read_bytes() != data:
        atomic_files.replace_file(path, data, under=workspace_of(home))


def _target_key(one: Mapped) -> object:
    return one.list or (one.onto, one.headings)


def dump(known: Iterable[Mapped]) -> bytes:
    """Return what is remembered as the bytes of its file."""
    parts = ["format = 1\n"]
    for one in known:
        data = collect_toml_values(one)
        own = {name: data.pop(name) for name in ("columns", "status", "result") if data.get(name)}
        parts.append(format_table("[[map]]", "map", data))
        parts += [
            format_table(f"[map.{name}]", f"map.{name}", inner) for name, inner in own.items()
        ]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts).encode()
