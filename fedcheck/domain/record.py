"""Records: what is known of one item, and the evidence for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from fedcheck.domain.checklist import Method
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.key import extra

Status = Literal["todo", "doing", "blocked", "done", "na"]
Result = Literal["", "satisfied", "other-than-satisfied", "not-applicable"]
Inheritance = Literal["", "leveraged", "shared", "customer"]
Retest = Literal["", "passed", "failed"]
Review = Literal["", "agreed", "returned"]

INHERITANCES: tuple[str, ...] = get_args(Inheritance)[1:]
REVIEWS: tuple[str, ...] = get_args(Review)[1:]
STATUSES: tuple[Status, ...] = get_args(Status)
RESULTS: tuple[str, ...] = get_args(Result)[1:]
STATUS_WORDS: Mapping[str, str] = {
    "todo": "todo",
    "doing": "doing",
    "blocked": "blocked",
    "done": "done",
    "na": "n/a",
    "other": "other",
    "unknown": "unknown",
}


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one item."""

    status: Status = "todo"
    result: Result = ""
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
    inherited: Inheritance = ""
    inherited_from: str = ""
    retest: Retest = ""
    retested: date | None = None
    review: Review = ""
    reviewer: str = ""
    reviewed: date | None = None
    evidence: tuple[Evidence, ...] = ()
    extra: dict[str, Any] = extra()

    @property
    def closed(self) -> bool:
        """Tell whether nothing is left to do: done or not applicable."""
        return self.status in ("done", "na")

    def proof(self, evidence_id: str) -> Evidence | None:
        """Return a piece of evidence by its id."""
        return next((e for e in self.evidence if e.id == evidence_id), None)


STATUS_GLYPHS: Mapping[str, str] = {
    "todo": "☐",
    "doing": "◐",
    "blocked": "■",
    "done": "✓",
    "na": "–",
    "other": "✗",
    "unknown": "?",
}
"""The sign of each status, and of what a list shows in its place, one cell wide."""

EMPTY = Record()
"""The record of an item that nobody has touched."""

UNKNOWN = Record(status="unknown")  # type: ignore[arg-type]
"""Stands for the record of an item whose file cannot be read; it is never saved."""
