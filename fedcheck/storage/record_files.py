"""Where each book lies, and how it is read and written."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from fedcheck.domain.change import AnyRecord
from fedcheck.domain.finding import Finding
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import MilestoneDate, PackageEntry, SentReport
from fedcheck.storage.atomic_files import toml_files
from fedcheck.storage.cache import NO_CACHE, Cache, make_key
from fedcheck.storage.names import is_list_id, parse_list_id
from fedcheck.storage.paths import WORKSPACE_FILE, workspace_of
from fedcheck.storage.raw_files import read_bytes
from fedcheck.storage.record_file import (
    FINDINGS,
    IN_HEAD,
    MILESTONES,
    PACKAGE,
    PROGRESS_FOLDER,
    REQUESTS,
    RESERVED_NAMES,
    SENT,
    LateRecords,
    RecordFile,
)


def file_name(book: str) -> str:
    """Return the path of a book in the workspace, with slashes.

    The name may come from a file. Raises FedcheckError where no book can have it.
    """
    if book in IN_HEAD:
        return WORKSPACE_FILE
    if book in RESERVED_NAMES:
        return f"{book}.toml"
    return f"{PROGRESS_FOLDER}/{parse_list_id(book)}.toml"


def path_of(root: Path, book: str) -> Path:
    """Return the file of a book."""
    return root / file_name(book)


def list_books(home: Path) -> list[str]:
    """Return the record files of a place that are there; of the head file, the milestones."""
    found = [path.stem for path in toml_files(home / PROGRESS_FOLDER)]
    names = [name for name in found if is_list_id(name)]
    rest = [name for name in RESERVED_NAMES if name not in IN_HEAD]
    head = [MILESTONES] if path_of(home, MILESTONES).is_file() else []
    return [*names, *(name for name in rest if path_of(home, name).is_file()), *head]


def load(
    root: Path, book: str, cache: Cache = NO_CACHE, known: RecordFile | None = None
) -> RecordFile:
    """Read a book; one that is not there is empty. Raises InvalidFileError.

    A file with the bytes of the known book is not parsed again.
    """
    path = path_of(root, book)
    if not os.path.lexists(path):
        return RecordFile(book)
    return recall(path, read_bytes(path, workspace_of(root)), book, cache, known)


def recall(
    path: Path, raw: bytes, book: str, cache: Cache = NO_CACHE, known: RecordFile | None = None
) -> RecordFile:
    """Return the book that a file's bytes hold: the known one, the cache's, or parsed.

    Of progress that is in the cache the records are read later, when somebody asks for them.
    Raises InvalidFileError.
    """
    digest = hashlib.sha256(raw).hexdigest()
    if known is not None and known.sha256 == digest:
        return known
    key = make_key(_key_name(book), book, digest)
    if book not in RESERVED_NAMES:
        if not cache.has(key):
            return remember(parse(path, raw, book), cache)

        def read() -> Mapping[str, Any]:
            found: Mapping[str, Any] | None = cache.load(_PROGRESS, key)
            if found is None:  # the bytes were not held: what the cache has lost is read again
                again = read_bytes(path, workspace_of(path.parent.parent))
                return remember(parse(path, again, book), cache).records
            return found

        return RecordFile(book, LateRecords(read), {}, digest)
    records = cache.load(_KINDS[book], key)
    if records is not None:
        whole = {"": raw.decode().removeprefix("\ufeff")} if book in IN_HEAD else {}
        return RecordFile(book, records, {}, digest, whole)
    return remember(parse(path, raw, book), cache)


def remember(book: RecordFile, cache: Cache) -> RecordFile:
    """Keep a book that was parsed or saved in the cache; return it as it is.

    One with warnings or unknown keys is not kept: what is odd about a file is said each time.
    """
    odd = book.warnings or book.extra or not book.sha256
    if not odd and not any(_has_unknown_keys(one) for one in book.records.values()):
        kind = _KINDS.get(book.name, _PROGRESS)
        cache.keep(kind, make_key(_key_name(book.name), book.name, book.sha256), book.records)
    return book


def remember_saved(book: RecordFile, replaced: str, cache: Cache) -> None:
    """Keep a book that was saved, and the texts of its records for the next save.

    What was kept of the file that it replaced, by its hash, goes.
    """
    for kind in (_key_name(book.name), _TEXTS):
        cache.drop(make_key(kind, book.name, replaced))
    remember(book, cache)
    if book.texts and book.name not in RESERVED_NAMES:
        cache.keep(_TEXTS_KIND, make_key(_TEXTS, book.name, book.sha256), dict(book.texts))


def with_texts(book: RecordFile, cache: Cache) -> RecordFile:
    """Return a book with the texts of its records, where an earlier save kept them."""
    if book.texts or book.name in RESERVED_NAMES or not book.sha256:
        return book
    texts = cache.load(_TEXTS_KIND, make_key(_TEXTS, book.name, book.sha256))
    return replace(book, texts=texts) if texts else book


_TEXTS = "texts"
_TEXTS_KIND: type[dict[str, str]] = dict[str, str]
_PROGRESS: Any = dict[str, Record]
_KINDS: dict[str, Any] = {
    REQUESTS: dict[str, Request],
    FINDINGS: dict[str, Finding],
    SENT: dict[str, SentReport],
    MILESTONES: dict[str, MilestoneDate],
    PACKAGE: dict[str, PackageEntry],
}
"""What a book holds, by its name; all others are the progress of a checklist."""


def _key_name(book: str) -> str:
    return book if book in RESERVED_NAMES else "progress"


def _has_unknown_keys(record: AnyRecord) -> bool:
    return bool(record.extra) or any(one.extra for one in record.evidence)


def parse(path: Path, raw: bytes, book: str) -> RecordFile:
    """Parse a book from the bytes of its file. Raises InvalidFileError."""
    # Each format is loaded here: what comes from the cache needs no parser.
    if book == MILESTONES:
        from fedcheck.storage import milestone_dates

        return milestone_dates.load(path, raw)
    if book == PACKAGE:
        from fedcheck.storage import package_table

        return package_table.load(path, raw)
    if book in RESERVED_NAMES:
        from fedcheck.storage import issue_files

        return issue_files.load(path, raw, book)
    from fedcheck.storage import progress_files

    return progress_files.load(path, raw)


def dump(book: RecordFile, order: Iterable[str]) -> tuple[bytes, RecordFile]:
    """Return the bytes of a book, and the book with the texts that it now knows.

    Items of a checklist are in the given order.
    """
    if book.name == MILESTONES:
        from fedcheck.storage import milestone_dates

        return milestone_dates.dump(book)
    if book.name == PACKAGE:
        from fedcheck.storage import package_table

        return package_table.dump(book)
    if book.name in RESERVED_NAMES:
        from fedcheck.storage import issue_files

        return issue_files.dump(book), book
    from fedcheck.storage import progress_files

    return progress_files.dump(book, order)
