"""Records: what is known of one item, and the evidence for it."""

from datetime import date
from typing import Annotated, Any

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import Inheritance, Method, Result, Retest, Review, Status
from fedcheck.domain.key import Key, extra


class Record(Struct, frozen=True, rename="kebab"):
    """What is known of one item."""

    status: Annotated[Status, Key("todo, doing, blocked, done or na")] = Status.TODO
    result: Annotated[Result, Key("Result of a test")] = Result.NONE
    owner: Annotated[str, Key("Who has it")] = ""
    due: Annotated[str, Key("Own due date, which wins over the checklist's", check="due")] = ""
    note: Annotated[str, Key("Notes")] = ""
    reason: Annotated[str, Key("Why it is blocked, not applicable or declined")] = ""
    done: Annotated[date | None, Key("Day on which it was done")] = None
    basis: Annotated[str, Key("Fingerprint of the item that this was recorded for")] = ""
    observation: Annotated[str, Key("Test: what was tested, how, and what was seen")] = ""
    tester: Annotated[str, Key("Test: who tested")] = ""
    tested: Annotated[date | None, Key("Test: day of the test")] = None
    methods: Annotated[tuple[Method, ...], Key("Test: methods that were used")] = ()
    sample: Annotated[str, Key("Test: what was sampled, of how many")] = ""
    differential: Annotated[str, Key("Test: where the SSP differs from what was seen")] = ""
    inherited: Annotated[
        Inheritance, Key("Test: leveraged (inherited), shared, or the customer's responsibility")
    ] = Inheritance.NONE
    inherited_from: Annotated[str, Key("Test: the leveraged service or the customer")] = ""
    retest: Annotated[Retest, Key("Test: outcome of the last retest")] = Retest.NONE
    retested: Annotated[date | None, Key("Test: day of the last retest")] = None
    review: Annotated[Review, Key("Test: what the second assessor made of it")] = Review.NONE
    reviewer: Annotated[str, Key("Test: the second assessor")] = ""
    reviewed: Annotated[date | None, Key("Test: day of that review")] = None
    evidence: Annotated[tuple[Evidence, ...], Key("Links to proof")] = ()
    extra: dict[str, Any] = extra()

    @property
    def closed(self) -> bool:
        """Tell whether nothing is left to do: done or not applicable."""
        return self.status in ("done", "na")

    @property
    def untouched(self) -> bool:
        """Tell whether nothing is known of the item; unknown keys of its table do not count."""
        return replace(self, extra={}) == EMPTY

    def proof(self, evidence_id: str) -> Evidence | None:
        """Return a piece of evidence by its id."""
        return next((e for e in self.evidence if e.id == evidence_id), None)


EMPTY = Record()
"""The record of an item that nobody has touched."""

UNKNOWN = Record(status="unknown")  # type: ignore[arg-type]
"""Stands for the record of an item whose file cannot be read; it is never saved."""
