"""What may be recorded of a test: who tested, when, how, on what sample, and what was seen.

Where a sentence here says "by SAR", it is how the Security Assessment Report's test case workbook
(SAR Appendix B, instructions) uses its columns.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, get_args

from fedcheck.errors import RuleError
from fedcheck.model.checklist import Item, Method
from fedcheck.model.record import INHERITANCES, REVIEWS, Record
from fedcheck.model.text import storable

METHODS: tuple[str, ...] = get_args(Method)
RETESTS = ("passed", "failed")


@dataclass(frozen=True, slots=True)
class Fieldwork:
    """What to record of a test; None leaves a field alone, an empty text clears it.

    Attributes:
        methods: the methods that were used, of examine, interview and test.
        differential: where the SSP differs from what was seen.
        inherited: `leveraged`, `shared` or `customer`; who has to meet it beside the provider.
        retest: `passed` or `failed`; a retest that passed makes the test satisfied.
        review: `agreed` or `returned`, by the second assessor.
    """

    observation: str | None = None
    tester: str | None = None
    tested: date | None = None
    methods: tuple[str, ...] | None = None
    sample: str | None = None
    differential: str | None = None
    inherited: str | None = None
    inherited_from: str | None = None
    retest: str | None = None
    review: str | None = None


def recorded(item: Item, record: Record, testing: Fieldwork, by: str, today: date) -> Record:
    """Return the record with what was recorded of a test.

    Raises RuleError for a task, for words that are not known, for an inherited control of nobody,
    and for a review by the tester.
    """
    if item.kind != "test":
        raise RuleError(f"{item.id} is a task, and only a test is tested", "set its note instead")
    new = _with_texts(record, testing)
    if testing.methods is not None:
        new = replace(new, methods=_methods(testing.methods))
    if testing.tested is not None:
        if testing.tested > today:
            raise RuleError("a test cannot have taken place in the future", "give a day gone by")
        new = replace(new, tested=testing.tested)
    if testing.inherited is not None:
        new = _inherited(item, new, testing.inherited)
    if testing.retest is not None:
        new = _retested(item, new, testing.retest, today)
    if testing.review is not None:
        new = _reviewed(item, new, testing.review, by, today)
    return new


def told(record: Record) -> list[tuple[str, str]]:
    """Return what is recorded of a test beside its result, each with its name, for people."""
    shared = {"leveraged": "inherited", "shared": "shared", "customer": "the customer's"}
    inherited = shared.get(record.inherited, "")
    if record.inherited_from:
        inherited += f", {record.inherited_from}"
    facts = [
        ("tested", _dated(record.tester, record.tested)),
        ("used", ", ".join(record.methods)),
        ("sample", record.sample),
        ("inherited", inherited),
        ("retest", _dated(record.retest, record.retested)),
        ("review", _dated(record.review, record.reviewed, record.reviewer)),
    ]
    return [(name, value) for name, value in facts if value]


def _dated(what: str, day: date | None, who: str = "") -> str:
    by = f" by {who}" if what and who else ""
    return f"{what}{by}" + (f"{', ' if what else ''}{day.isoformat()}" if day else "")


def _with_texts(record: Record, testing: Fieldwork) -> Record:
    new = record
    for name in ("observation", "tester", "sample", "differential", "inherited_from"):
        value = getattr(testing, name)
        if value is not None:
            kept: dict[str, Any] = {name: storable(value).strip()}
            new = replace(new, **kept)
    return new


def _methods(wanted: tuple[str, ...]) -> Any:
    for method in wanted:
        if method not in METHODS:
            raise RuleError(f"{method!r} is no method", "it is one of " + ", ".join(METHODS))
    return tuple(method for method in METHODS if method in wanted)


def _inherited(item: Item, record: Record, inherited: str) -> Record:
    if inherited and inherited not in INHERITANCES:
        raise RuleError(
            f"{inherited!r} is no kind of inheritance", "it is one of " + ", ".join(INHERITANCES)
        )
    if inherited in ("leveraged", "shared") and not record.inherited_from:
        raise RuleError(
            f"{item.id}: {inherited} from which service?", 'say it: --from "NAME"', "inherited_from"
        )
    name = record.inherited_from if inherited else ""
    return replace(record, inherited=inherited, inherited_from=name)  # type: ignore[arg-type]


def _retested(item: Item, record: Record, outcome: str, today: date) -> Record:
    """A retest needs something to test again; one that passed makes the test satisfied."""
    if outcome == "":
        return replace(record, retest="", retested=None)
    if outcome not in RETESTS:
        raise RuleError(f"{outcome!r} is no outcome", "it is one of " + ", ".join(RETESTS))
    failed = record.result == "other-than-satisfied"
    if not (failed or (record.result == "satisfied" and record.retest)):
        hint = "a retest follows a result that is other than satisfied"
        raise RuleError(f"{item.id}: there is nothing to test again", hint)
    result: Any = "satisfied" if outcome == "passed" else "other-than-satisfied"
    new: Record = replace(record, retest=outcome, retested=today, result=result)  # type: ignore[arg-type]
    return new


def like(record: Record) -> Fieldwork:
    """Return what would record of another test what is known of this one: "same as last".

    Not who tested, when, where the SSP differs, and what came after: these are each test's own.
    """
    return Fieldwork(
        observation=record.observation or None,
        methods=record.methods or None,
        sample=record.sample or None,
        inherited=record.inherited or None,
        inherited_from=record.inherited_from or None,
    )


def _reviewed(item: Item, record: Record, review: str, by: str, today: date) -> Record:
    """The review is of a result, by somebody who did not test."""
    if review == "":
        return replace(record, review="", reviewer="", reviewed=None)
    if review not in REVIEWS:
        raise RuleError(f"{review!r} is no review", "it is one of " + ", ".join(REVIEWS))
    if not record.result:
        raise RuleError(f"{item.id}: there is no result to review", "give it its result first")
    if by and by.casefold() == record.tester.casefold():
        raise RuleError(
            f"{item.id}: {by} tested it, so somebody else reviews it",
            "ask another assessor, or correct the tester",
        )
    return replace(record, review=review, reviewer=by, reviewed=today)  # type: ignore[arg-type]


def followed(item: Item, old: Record, new: Record, by: str, today: date) -> Record:
    """Return the record with what follows from a new result: who tested, when, how, and no review.

    A result that goes takes the day of the test and the review with it.
    """
    if item.kind != "test" or new.result == old.result:
        return new
    if not new.result:
        return replace(new, tested=None, review="", reviewer="", reviewed=None)
    after_retest = new.retest != old.retest or new.retested != old.retested
    if new.review == old.review:
        new = replace(new, review="", reviewer="", reviewed=None)
    if by and not after_retest and new.tester == old.tester:
        new = replace(new, tester=by)
    if not after_retest and new.tested == old.tested:
        new = replace(new, tested=today)
    return new
