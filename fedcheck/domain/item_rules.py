"""What a person may do to the record of an item, and what follows (design, section 3)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.checklist import Item
from fedcheck.domain.dates import parse_due
from fedcheck.domain.field_values import with_field
from fedcheck.domain.glossary import (
    ADVISED,
    INHERITANCES,
    METHODS,
    RESULTS,
    REVIEWS,
    STATUSES,
    Review,
)
from fedcheck.domain.record import Record
from fedcheck.domain.text import make_storable
from fedcheck.errors import RuleError

RETESTS = ("passed", "failed")


class TestEdit(Struct, frozen=True):
    """What to record of a test; None leaves a field alone, an empty text clears it.

    Attributes:
        methods: the methods that were used, of examine, interview and test.
        differential: where the SSP differs from what was seen.
        inherited: `leveraged`, `shared` or `customer`; who has to meet it next to the provider.
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


def record_test(item: Item, record: Record, testing: TestEdit, by: str, today: date) -> Record:
    """Return the record with what was recorded of a test.

    Raises RuleError for a task, for words that are not known, for an inherited control of nobody,
    and for a review by the tester.
    """
    if item.kind != "test":
        raise RuleError(f"{item.id} is a task; only tests are tested", "set its note instead")
    new = _set_texts(record, testing)
    if testing.methods is not None:
        new = replace(new, methods=_order_methods(testing.methods))
    if testing.tested is not None:
        if testing.tested > today:
            raise RuleError("a test cannot have taken place in the future", "give a past date")
        new = replace(new, tested=testing.tested)
    if testing.inherited is not None:
        new = _set_inheritance(item, new, testing.inherited)
    if testing.retest is not None:
        new = _retest(item, new, testing.retest, today)
    if testing.review is not None:
        new = _review(item, new, testing.review, by, today)
    return new


def _set_texts(record: Record, testing: TestEdit) -> Record:
    new = record
    for name in ("observation", "tester", "sample", "differential", "inherited_from"):
        value = getattr(testing, name)
        if value is not None:
            kept: dict[str, Any] = {name: make_storable(value).strip()}
            new = replace(new, **kept)
    return new


def _order_methods(wanted: tuple[str, ...]) -> Any:
    for method in wanted:
        if method not in METHODS:
            raise RuleError(f"{method!r} is not a method", "use one of " + ", ".join(METHODS))
    return tuple(method for method in METHODS if method in wanted)


def _set_inheritance(item: Item, record: Record, inherited: str) -> Record:
    if inherited and inherited not in INHERITANCES:
        raise RuleError(
            f"{inherited!r} is not a kind of inheritance", "use one of " + ", ".join(INHERITANCES)
        )
    if inherited in ("leveraged", "shared") and not record.inherited_from:
        raise RuleError(
            f"{item.id}: {inherited} from which service?", 'add --from "NAME"', "inherited_from"
        )
    name = record.inherited_from if inherited else ""
    return replace(record, inherited=inherited, inherited_from=name)


def _retest(item: Item, record: Record, outcome: str, today: date) -> Record:
    """A retest needs something to test again; one that passed makes the test satisfied."""
    if outcome == "":
        return replace(record, retest="", retested=None)
    if outcome not in RETESTS:
        raise RuleError(f"{outcome!r} is not an outcome", "use one of " + ", ".join(RETESTS))
    failed = record.result == "other-than-satisfied"
    if not (failed or (record.result == "satisfied" and record.retest)):
        hint = "only a test that is other than satisfied can be retested"
        raise RuleError(f"{item.id}: there is nothing to retest", hint)
    result: Any = "satisfied" if outcome == "passed" else "other-than-satisfied"
    new: Record = replace(record, retest=outcome, retested=today, result=result)
    return new


def repeat_test(record: Record) -> TestEdit:
    """Return the edit that records of another test what is known of this one: "same as last".

    Not who tested, when, where the SSP differs, and what came after: these are each test's own.
    """
    return TestEdit(
        observation=record.observation or None,
        methods=record.methods or None,
        sample=record.sample or None,
        inherited=record.inherited or None,
        inherited_from=record.inherited_from or None,
    )


def _review(item: Item, record: Record, review: str, by: str, today: date) -> Record:
    """The review is of a result, by somebody who did not test."""
    if review == "":
        return take_back_review(record)
    if review not in REVIEWS:
        raise RuleError(f"{review!r} is not a review", "use one of " + ", ".join(REVIEWS))
    if not record.result:
        raise RuleError(f"{item.id}: there is no result to review", "record a result first")
    if by and by.casefold() == record.tester.casefold():
        raise RuleError(
            f"{item.id}: {by} tested it, so somebody else must review it",
            "name another reviewer, or correct the tester",
        )
    return replace(record, review=review, reviewer=by, reviewed=today)


def apply_result_effects(
    item: Item, old: Record, new: Record, by: str, today: date | None, *, reviewed: bool = False
) -> Record:
    """Return the record with what follows from a new result: who tested, when, and no review.

    Another observation takes back that a second assessor agreed; a test that was returned stays so.
    A result that goes takes the day of the test and the review with it. Without a day (None), as
    from a workbook that does not state when, none is taken. `reviewed`: the edit itself gives the
    review, which then stands.
    """
    if item.kind != "test":
        return new
    if new.result == old.result:
        return new if reviewed else drop_outdated_agreement(old, new)
    if not new.result:
        return replace(take_back_review(new), tested=None)
    after_retest = new.retest != old.retest or new.retested != old.retested
    if new.review == old.review and not reviewed:
        new = take_back_review(new)
    if by and not after_retest and new.tester == old.tester:
        new = replace(new, tester=by)
    if today and not after_retest and new.tested == old.tested:
        new = replace(new, tested=today)
    return new


def drop_outdated_agreement(old: Record, new: Record) -> Record:
    """Return a record without the second assessor's "agreed" where what was agreed on changed.

    That is the result or the observation. A review that the same edit records stands.
    """
    stands = new.review == old.review == Review.AGREED and new.reviewed == old.reviewed
    same = (new.result, new.observation) == (old.result, old.observation)
    return take_back_review(new) if stands and not same else new


REVIEW_FIELDS = ("review", "reviewer", "reviewed")
"""The fields of a second assessor's review."""


def is_agreement_outdated(record: Record, sides: Iterable[Record]) -> bool:
    """Return whether a merged record states "agreed" to an observation that no such side had."""
    if record.review != Review.AGREED:
        return False
    agreed = [
        one
        for one in sides
        if all(getattr(one, name) == getattr(record, name) for name in REVIEW_FIELDS)
    ]
    return bool(agreed) and all(one.observation != record.observation for one in agreed)


def take_back_review(record: Record) -> Record:
    """Return the record of a test as one that no second assessor has reviewed."""
    return replace(record, review=Review.NONE, reviewer="", reviewed=None)


ASSESSMENT = ("verified", "validated", "summary")
"""What an assessor states about an item, test or task; who and when follow from it."""


def apply_assessment_effects(
    item: Item, old: Record, new: Record, by: str, today: date | None
) -> Record:
    """Return the record with what follows from an assessment: who assessed, and when.

    Where nothing is stated any more, both go. A name or a day that the edit gives itself stands.
    Raises RuleError for an assessment in the future.
    """
    if today and new.assessed and new.assessed != old.assessed and new.assessed > today:
        raise RuleError(f"{item.id}: the assessment is in the future", "give a past date")
    if all(getattr(new, name) == getattr(old, name) for name in ASSESSMENT):
        return new
    if not any(getattr(new, name) for name in ASSESSMENT):
        return replace(new, assessor="", assessed=None)
    if by and new.assessor == old.assessor:
        new = replace(new, assessor=by)
    if today and new.assessed == old.assessed:
        new = replace(new, assessed=today)
    return new


class ItemEdit(Struct, frozen=True):
    """What to set; None leaves a field alone, an empty text clears it.

    Attributes:
        confirm: a person has read what changed upstream in the item.
        private_note: the note that stays under `private/`; it is no part of the shared record.
        testing: what to record of a test in addition to its result.
        done: the day on which it was done, where that was another day than today; it counts for
            what the edit leaves done.
        undated: whether a result comes from elsewhere, so that today is not the day of the test.
        more: the other fields, in the form that history keeps: those of an assessment, and those
            that no rule concerns.
    """

    status: str | None = None
    result: str | None = None
    owner: str | None = None
    due: str | None = None
    note: str | None = None
    reason: str | None = None
    confirm: bool = False
    private_note: str | None = None
    testing: TestEdit | None = None
    done: date | None = None
    undated: bool = False
    more: Mapping[str, Any] = {}


def apply_item_edit(
    item: Item, record: Record, edit: ItemEdit, today: date, by: str = ""
) -> Record:
    """Return the record after an edit, with what follows from it by the rules.

    A result makes a test done (not-applicable makes it n/a); leaving done clears the result. The
    done date and the basis are kept up, and who tested when (`by`, today). Raises RuleError for a
    result on a task, for n/a without a reason, and for a word or a date that cannot be stored.
    """
    new = record
    for name in ("owner", "due", "note", "reason"):
        value = getattr(edit, name)
        if value is not None:
            text = make_storable(value)
            kept: dict[str, Any] = {name: text.strip() if name != "note" else text.rstrip()}
            new = replace(new, **kept)
    for name, value in edit.more.items():
        try:
            text = make_storable(value).rstrip() if isinstance(value, str) else value
            new = with_field(new, name, text)
        except ValueError as error:
            raise RuleError(f"{item.id}: {error}") from None
    _check_words(edit, new)
    if edit.result:
        new = _set_result(item, new, edit)
    elif edit.result == "":
        new = replace(new, result="")
    if edit.status is not None:
        new = _set_status(new, edit.status)
    if edit.testing is not None:
        new = record_test(item, new, edit.testing, by, today)
    new = _consistent(item, record, new, edit, today)
    reviewed = edit.testing is not None and bool(edit.testing.review)
    day = None if edit.undated else today
    new = apply_result_effects(item, record, new, by, day, reviewed=reviewed)
    new = apply_assessment_effects(item, record, new, by, day)
    if edit.done is not None and new.status == "done":
        new = replace(new, done=edit.done)
    return new


def _check_words(edit: ItemEdit, new: Record) -> None:
    if edit.status is not None and edit.status not in STATUSES:
        raise RuleError(f"{edit.status!r} is not a status", "use one of " + ", ".join(STATUSES))
    if edit.result and edit.result not in RESULTS:
        raise RuleError(f"{edit.result!r} is not a result", "use one of " + ", ".join(RESULTS))
    if edit.due:
        try:
            parse_due(new.due)
        except ValueError as error:
            raise RuleError(str(error)) from None


def _set_result(item: Item, record: Record, edit: ItemEdit) -> Record:
    if item.kind != "test":
        raise RuleError(
            f"{item.id} is a task; only tests have a result",
            "set its status instead: --status done; in a query, kind:test means the tests",
        )
    status = "na" if edit.result == "not-applicable" else "done"
    if edit.status not in (None, status):
        raise RuleError(
            f"a test with the result {edit.result} has the status {status}, not {edit.status}",
            "leave out the status",
        )
    return replace(record, result=edit.result, status=status)


def _set_status(record: Record, status: str) -> Record:
    return replace(record, status=status)


def describe_na(item: Item) -> str:
    """Return what the status na means for an item: what is only advised is declined."""
    return "declined" if item.level in ADVISED else "not applicable"


def _consistent(item: Item, old: Record, new: Record, edit: ItemEdit, today: date) -> Record:
    stale_reason = old.status == "blocked" and edit.reason is None  # says why it was blocked
    if new.status == "na" and (not new.reason or stale_reason):
        raise RuleError(
            f"{item.id}: {describe_na(item)} needs a reason",
            'add --reason "..."',
            "reason",
        )
    if new.status != old.status:
        if edit.reason is None and new.status not in ("na", "blocked"):
            new = replace(new, reason="")
        new = replace(new, done=today if new.status == "done" else None)
        if (
            (new.status == "na" and new.result not in ("", "not-applicable"))
            or new.status not in ("done", "na")
            or (new.status == "done" and new.result == "not-applicable")
        ):
            new = replace(new, result="")
    if new.status == "todo":
        return replace(new, basis="")
    if old.status == "todo" or not old.basis or edit.confirm:
        return replace(new, basis=item.basis())
    return new


def clear_outcome_if_open(record: Record) -> Record:
    """Return the record without what only a closed item has, where it is not closed.

    Two people may change the status and the result at the same time; each change alone is right.
    """
    return replace(
        record,
        result=record.result if record.closed else "",
        done=record.done if record.status == "done" else None,
        review=record.review if record.closed else "",
        reviewer=record.reviewer if record.closed else "",
        reviewed=record.reviewed if record.closed else None,
    )
