"""Records: what is known of one item, and the evidence for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from fedcheck.domain.checklist import Method
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.key import extra, key

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

    status: Status = key("todo, doing, blocked, done or na", default="todo")
    result: Result = key("Result of a test", default="")
    owner: str = key("Who has it", default="")
    due: str = key("Own due date, which wins over the checklist's", default="", check="due")
    note: str = key("Notes", default="")
    reason: str = key("Why it is blocked, not applicable or declined", default="")
    done: date | None = key("Day on which it was done", default=None)
    basis: str = key("Fingerprint of the item that this was recorded for", default="")
    observation: str = key("Test: what was tested, how, and what was seen", default="")
    tester: str = key("Test: who tested", default="")
    tested: date | None = key("Test: day of the test", default=None)
    methods: tuple[Method, ...] = key("Test: methods that were used", default=())
    sample: str = key("Test: what was sampled, of how many", default="")
    differential: str = key("Test: where the SSP differs from what was seen", default="")
    inherited: Inheritance = key(
        "Test: leveraged (inherited), shared, or the customer's responsibility", default=""
    )
    inherited_from: str = key("Test: the leveraged service or the customer", default="")
    retest: Retest = key("Test: outcome of the last retest", default="")
    retested: date | None = key("Test: day of the last retest", default=None)
    review: Review = key("Test: what the second assessor made of it", default="")
    reviewer: str = key("Test: the second assessor", default="")
    reviewed: date | None = key("Test: day of that review", default=None)
    evidence: tuple[Evidence, ...] = key("Links to proof", default=())
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
