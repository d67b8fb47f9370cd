"""Books: the files that hold records. Progress of a checklist, requests, findings."""

import os
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.domain.change import AnyRecord
from fedcheck.domain.finding import Finding
from fedcheck.domain.late_mapping import LateMapping
from fedcheck.domain.record import EMPTY_RECORD
from fedcheck.domain.request import Request
from fedcheck.domain.set_twice import SET_TWICE
from fedcheck.domain.workspace import MilestoneDate, PackageEntry, SentReport
from fedcheck.errors import Problem

PROGRESS_FOLDER = "progress"
"""The folder of the books of checklists."""

REQUESTS = "requests"
FINDINGS = "findings"
MILESTONES = "milestones"
PACKAGE = "package"
SENT = "sent"
PROVIDER = "provider"
"""The entry of the package that is at the top of the head file, before all tables."""

IN_HEAD = (MILESTONES, PACKAGE)
"""Books that are a part of the workspace's head file, which people write."""

RESERVED_NAMES = (REQUESTS, FINDINGS, MILESTONES, PACKAGE, SENT)
"""Names of books that no checklist can have: `requests:2b5354` is the reference of a request.

All names that no checklist can have are in `domain.key.RESERVED_LIST_IDS`.
"""


def random_id(size: int = 3) -> str:
    """Return `size` random bytes as hex digits; sequences would collide between clones."""
    return os.urandom(size).hex()


class LateRecords(LateMapping[Any]):
    """The records of a file of progress in the cache, which are read when somebody asks for one.

    None of them has unknown keys: no file with such keys is in the cache.
    """

    __slots__ = ()


class RecordFile(Struct, frozen=True):
    """What a file of records holds.

    Attributes:
        name: id of the checklist, or `requests`, `findings`, `milestones`, ...
        records: what is known, by the id of the item, request or finding.
        extra: unknown keys at the top of the file.
        sha256: hash of the bytes that it was read from; empty for a file not there yet.
        texts: the text of records, kept so that a save only writes again what changed; under an
            empty name that of the whole file, where it holds more than the book.
        warnings: what is wrong with the file and does not keep it from being used.
    """

    name: str
    records: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()

    def get(self, item: str) -> AnyRecord:
        """Return a record, an empty one where nothing is known."""
        found: AnyRecord = self.records.get(item) or make_empty(self.name, item)
        return found

    def with_record(self, item: str, record: AnyRecord) -> "RecordFile":
        """Return the book with one record replaced; an empty record is left out."""
        return self.with_records({item: record})

    def with_records(self, changed: Mapping[str, AnyRecord]) -> "RecordFile":
        """Return the book with records replaced; empty ones are left out."""
        records = {**self.records, **changed}
        for item, record in changed.items():
            if record == make_empty(self.name, item) and not record.extra:
                del records[item]
        texts = {name: text for name, text in self.texts.items() if name not in changed}
        return replace(self, records=records, texts=texts)

    def renamed(self, names: Mapping[str, str]) -> "RecordFile":
        """Return the book with records under today's ids (`names`: today's by earlier id).

        Where an item has a record under both, today's stands and the other one stays as it was.
        """
        if not names:
            return self
        moved = {
            old: new
            for old, new in names.items()
            if old in self.records and new not in self.records
        }
        if not moved:
            return self
        records = {moved.get(name, name): record for name, record in self.records.items()}
        texts = {name: text for name, text in self.texts.items() if name not in moved}
        return replace(self, records=records, texts=texts)


def make_empty(book: str, item: str) -> AnyRecord:
    """Return what stands for a record that is not there."""
    if book == REQUESTS:
        return Request(item)
    if book == FINDINGS:
        return Finding(item)
    if book == SENT:
        return SentReport(item)
    if book == PACKAGE:
        return PackageEntry()
    return MilestoneDate() if book == MILESTONES else EMPTY_RECORD


def has_unsettled(books: Mapping[str, RecordFile]) -> bool:
    """Return whether any record of these files holds values of two sides."""
    return any(
        SET_TWICE in one.extra or any(SET_TWICE in record.extra for record in one.records.values())
        for one in books.values()
        if not isinstance(one.records, LateRecords)  # without unknown keys
    )
