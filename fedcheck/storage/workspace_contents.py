"""Read the records of a workspace, and those of its private folder."""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.domain.key import RESERVED_LIST_IDS, is_id
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import BrokenFile
from fedcheck.errors import InvalidFileError, Problem
from fedcheck.storage import (
    atomic_files,
    history,
    record_files,
)
from fedcheck.storage.cache import NO_CACHE, Cache
from fedcheck.storage.confined import OUTSIDE_LINK, leads_outside
from fedcheck.storage.paths import workspace_of
from fedcheck.storage.record_file import PACKAGE, PROGRESS_FOLDER, RESERVED_NAMES, RecordFile

KnownBooks = Mapping[str, RecordFile]

NOTHING_KNOWN: KnownBooks = {}


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


def load_contents(
    root: Path, cache: Cache = NO_CACHE, known: KnownBooks = NOTHING_KNOWN
) -> WorkspaceContents:
    """Read everything next to the head file; a broken file is noted, and the rest is used.

    Args:
        root: the workspace.
        cache: where parsed files are kept.
        known: what was read before; a file with the same bytes is not parsed again.
    """
    contents = WorkspaceContents()
    read = _Reader(root, contents, cache, known)
    _check_folders(root, contents)
    _read_progress(root, read)
    for name in (one for one in RESERVED_NAMES if one != PACKAGE):  # no state rests on it
        read(name)
    return contents


def load_private(home: Path, known: KnownBooks = NOTHING_KNOWN) -> WorkspaceContents:
    """Read the records under `private/`; a broken file is noted, and the rest is used."""
    contents = WorkspaceContents()
    if os.path.lexists(home):
        _check_folders(home, contents)
        _read_progress(home, _Reader(home, contents, NO_CACHE, known))
    contents.broken = [replace(one, private=True) for one in contents.broken]
    return contents


def _check_folders(root: Path, contents: WorkspaceContents) -> None:
    for place in (root, root / PROGRESS_FOLDER, root / "checklists", root / "history"):
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


class _Reader:
    """Reads books of one place into its contents."""

    def __init__(
        self, root: Path, contents: WorkspaceContents, cache: Cache, known: KnownBooks
    ) -> None:
        self.root, self.contents, self.cache, self.known = root, contents, cache, known

    def __call__(self, book: str) -> None:
        """Read a book; what is wrong with its file is noted."""
        try:
            found = record_files.load(self.root, book, self.cache, self.known.get(book))
            self.contents.books[book] = found
        except InvalidFileError as error:
            self.contents.broken += _list_broken(error, "" if book in RESERVED_NAMES else book)


def _read_progress(root: Path, read: _Reader) -> None:
    if leads_outside(root / PROGRESS_FOLDER, workspace_of(root)):
        return
    for path in atomic_files.toml_files(root / PROGRESS_FOLDER):
        if path.stem in RESERVED_LIST_IDS or not is_id(path.stem):
            text = f'no checklist can be named "{one_line(path.stem, 60)}"'
            hint = "move the file elsewhere"
            read.contents.broken.append(BrokenFile(str(path), text, hint=hint))
        else:
            read(path.stem)


def _list_broken(error: InvalidFileError, checklist: str = "") -> list[BrokenFile]:
    return [
        BrokenFile(str(one.file), one.message, checklist, one.line, one.hint)
        for one in error.problems
    ]
