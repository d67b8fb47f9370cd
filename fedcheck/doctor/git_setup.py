"""What git must leave out of a workspace, and how it must treat history files."""

import os
import struct
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path

from fedcheck.doctor.defect import AppendLines, Defect
from fedcheck.domain.text import pluralize
from fedcheck.errors import InvalidFileError
from fedcheck.storage.git_driver import is_registered
from fedcheck.storage.paths import LOCAL_STATE, PRIVATE_FOLDER
from fedcheck.storage.raw_files import read_bytes
from fedcheck.storage.workspace_creation import ATTRIBUTES, IGNORED, MERGED

WHY = {
    LOCAL_STATE: "its locks and copies belong to this machine only",
    PRIVATE_FOLDER: "git add -A would share your private notes and their history",
}

MAX_INDEX = 64 << 20
"""A larger index of git, in bytes, is not read."""


def check_git(root: Path) -> list[Defect]:
    """Return what is amiss where a workspace is in a git work tree; nothing elsewhere."""
    top = next((one for one in (root, *root.parents) if os.path.lexists(one / ".git")), None)
    if top is None:
        return []
    found = [_find_unignored(root, line) for line in IGNORED if not _is_ignored(root, top, line)]
    missing = tuple(line for line in ATTRIBUTES if not _has_attributes(root, top, line))
    if missing:
        found.append(
            Defect(
                "git",
                "note",
                "git may change the line ends of history files, or leave conflicts in them",
                "add the missing lines to this file with: fedcheck doctor --fix",
                root / ".gitattributes",
                fix=AppendLines(root / ".gitattributes", missing),
            )
        )
    found += _find_unregistered(root, top)
    tracked = _count_tracked(top, f"{(root / PRIVATE_FOLDER).relative_to(top).as_posix()}/")
    if tracked:
        found.append(
            Defect(
                "git",
                "warning",
                f"git tracks {pluralize(tracked, 'file')} of {PRIVATE_FOLDER}/:"
                " everyone with access to the repository has them",
                f"run: git rm -r --cached {PRIVATE_FOLDER}, then commit;"
                " earlier commits still contain the files. fedcheck sync does not push them,"
                " unless --setup --with-private confirmed that only your company can read the "
                "remote",
                root / PRIVATE_FOLDER,
            )
        )
    return found


def _find_unregistered(root: Path, top: Path) -> list[Defect]:
    """Return that this clone merges lines, where it does; nothing where that is not known."""
    if is_registered(top) is None:
        return []
    if is_registered(top) and all(_has_attributes(root, top, line) for line in MERGED):
        return []
    return [
        Defect(
            "git",
            "note",
            "this clone merges files of fedcheck line by line, so that changes by two people"
            " conflict",
            "merge them record by record; run once in each clone: fedcheck sync --setup",
            root / ".gitattributes",
        )
    ]


def _find_unignored(root: Path, line: str) -> Defect:
    return Defect(
        "git",
        "warning",
        f"git does not ignore {line}: {WHY[line.rstrip('/')]}",
        f"add the line {line} to this file with: fedcheck doctor --fix",
        root / ".gitignore",
        fix=AppendLines(root / ".gitignore", (line,)),
    )


def _is_ignored(root: Path, top: Path, line: str) -> bool:
    """Return whether .gitignore of the workspace, or one above it, leaves a folder of it out."""
    name = line.rstrip("/")
    ignored = False
    for folder in _folders_from_top(root, top):
        below = (root / name).relative_to(folder).as_posix()
        for written in _read_lines(folder / ".gitignore"):
            pattern = written.removeprefix("!").removeprefix("**/")
            bare = pattern.rstrip("/").removesuffix("/**").removesuffix("/*")
            if fnmatch(below if "/" in bare else name, bare.removeprefix("/")):
                ignored = not written.startswith("!")
    return ignored


def _has_attributes(root: Path, top: Path, line: str) -> bool:
    """Return whether git gives files the attributes of a line; the last that names one holds."""
    pattern, *wanted = line.split()
    name = pattern.replace("*", "x").removeprefix("/")
    found: dict[str, str] = {}
    for folder in _folders_from_top(root, top):
        below = (root / name).relative_to(folder).as_posix()
        for written in _read_lines(folder / ".gitattributes"):
            pattern, *attributes = written.split()
            whole = below if "/" in pattern else below.rpartition("/")[2]
            tail = pattern.removeprefix("**/")
            shapes = (tail, f"*/{tail}") if tail != pattern else (pattern.removeprefix("/"),)
            if any(fnmatch(whole, shape) for shape in shapes):
                for one in attributes:
                    found |= _parse_attribute(one)
    return all(found.items() >= _parse_attribute(one).items() for one in wanted)


def _parse_attribute(text: str) -> Mapping[str, str]:
    """Return what one attribute sets; see gitattributes(5)."""
    if text == "binary":  # git's own word for three of them
        return {"diff": "unset", "merge": "unset", "text": "unset"}
    name, equals, value = text.partition("=")
    if equals:
        return {name: value}
    return {name.lstrip("-!"): {"-": "unset", "!": ""}.get(name[0], "set")}


def _folders_from_top(root: Path, top: Path) -> Iterator[Path]:
    """Yield the folders from the top of the work tree down to the workspace."""
    folders = [root, *root.parents]
    yield from reversed(folders[: folders.index(top) + 1])


def _read_lines(path: Path) -> list[str]:
    """Return the lines of a small text file that state something; none where it cannot be read."""
    try:
        text = read_bytes(path).decode("utf-8", "replace")
    except InvalidFileError:
        return []
    stripped = (line.strip() for line in text.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def _count_tracked(top: Path, folder: str) -> int:
    """Return how many files of a folder git's index names; 0 where that cannot be known.

    Reads the index itself (gitformat-index(5)): a workspace may come from a stranger, and git
    runs what its configuration names.
    """
    path = top / ".git" / "index"
    try:
        if path.is_symlink() or path.stat().st_size > MAX_INDEX:
            return 0
        return sum(name.startswith(folder.encode()) for name in _list_names(read_bytes(path)))
    except (OSError, InvalidFileError, struct.error, ValueError, IndexError):
        return 0


_FIXED = 62
"""How many bytes of an entry are before its name: times, modes, sizes, SHA-1, flags."""

_EXTENDED = 0x4000


def _list_names(raw: bytes) -> Iterator[bytes]:
    """Yield the names of an index of git. Raises ValueError for what is none."""
    magic, version, count = struct.unpack_from(">4sII", raw)
    if magic != b"DIRC" or version not in (2, 3, 4):
        raise ValueError("not an index")
    at, name = 12, b""
    for _ in range(count):
        (flags,) = struct.unpack_from(">H", raw, at + _FIXED - 2)
        begin = start = at + _FIXED + (2 if flags & _EXTENDED else 0)
        kept = b""
        if version == 4:
            cut, begin = _read_number(raw, start)
            kept = name[: len(name) - cut]
        end = raw.index(0, begin)
        name = kept + raw[begin:end]
        yield name
        at = end + 1 if version == 4 else at + (end - at) // 8 * 8 + 8


def _read_number(raw: bytes, at: int) -> tuple[int, int]:
    """Return a number of variable length as git writes it, and where it ends."""
    value, byte = raw[at] & 0x7F, raw[at]
    while byte & 0x80:
        at += 1
        byte = raw[at]
        value = (value + 1) << 7 | (byte & 0x7F)
    return value, at + 1
