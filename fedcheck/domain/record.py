"""Records: what is known of one item, and the evidence for it."""

from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import Inheritance, Method, Result, Retest, Review, Status
from fedcheck.domain.key import extra


class Record(Struct, frozen=True, gc=False, rename="kebab", omit_defaults=True):
    """What is known of one item."""

    status: Status = Status.TODO
    result: Result = Result.NONE
    owner: str = ""
    due: str = ""
    note: str = ""
    reason: str = ""
    done: date | None = None
    basis: str = ""
    observation: str = ""
    tester: str = ""
    tested: date | None = None
    methods: tuple[Method, ...] = ()
    sample: str = ""
    differential: str = ""
    inherited: Inheritance = Inheritance.NONE
    inherited_from: str = ""
    retest: Retest = Retest.NONE
    retested: date | None = None
    review: Review = Review.NONE
    reviewer: str = ""
    reviewed: date | None = None
    verified: Result = Result.NONE
    validated: Result = Result.NONE
    assessor: str = ""
    assessed: date | None = None
    summary: str = ""
    response: str = ""
    evidence: tuple[Evidence, ...] = ()
    extra: dict[str, Any] = extra()

    @property
    def closed(self) -> bool:
        """Return whether nothing is left to do: done or not applicable."""
        return self.status in ("done", "na")

    @property
    def untouched(self) -> bool:
        """Return whether nothing is known of the item; unknown keys of its table do not count."""
        return replace(self, extra={}) == EMPTY_RECORD

    def evidence_item(self, evidence_id: str) -> Evidence | None:
        """Return a piece of evidence by its id."""
        return next((e for e in self.evidence if e.id == evidence_id), None)


UNSTATED_REASON = "Not applicable according to the SRTM workbook"
"""The reason of a test that a workbook calls not applicable without saying why."""


def is_unobserved(record: Record) -> bool:
    """Return whether a test has a result, but no observation and no reason for n/a."""
    if record.observation or not (record.result or record.status == "na"):
        return False
    return record.status != "na" or record.reason in ("", UNSTATED_REASON)


EMPTY_RECORD = Record()
"""The record of an item that nobody has touched."""

UNKNOWN_RECORD = Record(status="unknown")  # type: ignore[arg-type]
"""Stands for the record of an item whose file cannot be read; it is never saved."""
