"""Where each book lies, and how it is read and written."""

import os
from collections.abc import Iterable
from pathlib import Path

from fedcheck.storage import issue_files, milestone_dates, progress_files
from fedcheck.storage.atomic_files import toml_files
from fedcheck.storage.names import is_list_id, parse_list_id
from fedcheck.storage.paths import WORKSPACE_FILE, workspace_of
from fedcheck.storage.record_file import IN_HEAD, MILESTONES, PACKAGE, RESERVED_NAMES, RecordFile
from fedcheck.storage.toml_io import read_bytes


def file_name(book: str) -> str:
    """Return the path of a book in the workspace, with slashes.

    The name may come from a file. Raises FedcheckError where no book can have it.
    """
    if book in IN_HEAD:
        return WORKSPACE_FILE
    if book in RESERVED_NAMES:
        return f"{book}.toml"
    return f"{progress_files.FOLDER}/{parse_list_id(book)}.toml"


def path_of(root: Path, book: str) -> Path:
    """Return the file of a book."""
    return root / file_name(book)


def list_books(home: Path) -> list[str]:
    """Return the record files of a place that are there; of the head file, the milestones."""
    found = [path.stem for path in toml_files(home / progress_files.FOLDER)]
    names = [name for name in found if is_list_id(name)]
    rest = [name for name in RESERVED_NAMES if name not in IN_HEAD]
    head = [MILESTONES] if path_of(home, MILESTONES).is_file() else []
    return [*names, *(name for name in rest if path_of(home, name).is_file()), *head]


def load(root: Path, book: str) -> RecordFile:
    """Read a book; one that is not there is empty. Raises InvalidFileError."""
    path = path_of(root, book)
    return (
        parse(path, read_bytes(path, workspace_of(root)), book)
        if os.path.lexists(path)
        else RecordFile(book)
    )


def parse(path: Path, raw: bytes, book: str) -> RecordFile:
    """Read a book from the bytes of its file. Raises InvalidFileError."""
    if book == MILESTONES:
        return milestone_dates.load(path, raw)
    if book == PACKAGE:
        from fedcheck.storage import package_table  # few commands need it

        return package_table.load(path, raw)
    return (
        issue_files.load(path, raw, book)
        if book in RESERVED_NAMES
        else progress_files.load(path, raw)
    )


def dump(book: RecordFile, order: Iterable[str]) -> tuple[bytes, RecordFile]:
    """Return the bytes of a book, and the book with the texts that it now knows.

    Items of a checklist are in the given order.
    """
    if book.name == MILESTONES:
        return milestone_dates.dump(book)
    if book.name == PACKAGE:
        from fedcheck.storage import package_table

        return package_table.dump(book)
    if book.name in RESERVED_NAMES:
        return issue_files.dump(book), book
    return progress_files.dump(book, order)
