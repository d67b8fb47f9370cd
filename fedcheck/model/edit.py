"""What a person may do to a record, and what follows from it (design, section 3)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fedcheck.errors import RuleError
from fedcheck.model.change import Change, differences
from fedcheck.model.checklist import ADVISED, Item
from fedcheck.model.dates import parse_due
from fedcheck.model.evidence import Evidence
from fedcheck.model.finding import Finding
from fedcheck.model.record import RESULTS, STATUSES, Record
from fedcheck.model.request import Request
from fedcheck.model.testing import Fieldwork, followed, recorded
from fedcheck.model.text import storable


@dataclass(frozen=True, slots=True)
class Edit:
    """What to set; None leaves a field alone, an empty text clears it.

    Attributes:
        confirm: a person has read what changed upstream in the item.
        private_note: the note that stays under `private/`; it is no part of the shared record.
        testing: what to record of a test beside its result.
    """

    status: str | None = None
    result: str | None = None
    owner: str | None = None
    due: str | None = None
    note: str | None = None
    reason: str | None = None
    confirm: bool = False
    private_note: str | None = None
    testing: Fieldwork | None = None


def edited(
    ref: str, item: Item, record: Record, edit: Edit, today: date, by: str = ""
) -> list[Change]:
    """Return the changes that an edit makes, with what follows from it by the rules.

    A result makes a test done (not-applicable makes it n/a); leaving done clears the result. The
    done date and the basis are kept up, and who tested when (`by`, today). Raises RuleError for a
    result on a task, for n/a without a reason, and for a word or a date that cannot be stored.
    """
    new = record
    for name in ("owner", "due", "note", "reason"):
        value = getattr(edit, name)
        if value is not None:
            text = storable(value)
            kept: dict[str, Any] = {name: text.strip() if name != "note" else text.rstrip()}
            new = replace(new, **kept)
    _check_words(edit, new)
    if edit.result:
        new = _with_result(item, new, edit)
    elif edit.result == "":
        new = replace(new, result="")
    if edit.status is not None:
        new = _with_status(new, edit.status)
    if edit.testing is not None:
        new = recorded(item, new, edit.testing, by, today)
    new = _consistent(item, record, new, edit, today)
    new = followed(item, record, new, by, today)
    return differences(ref, record, new)


def _check_words(edit: Edit, new: Record) -> None:
    if edit.status is not None and edit.status not in STATUSES:
        raise RuleError(f"{edit.status!r} is no status", "it is one of " + ", ".join(STATUSES))
    if edit.result and edit.result not in RESULTS:
        raise RuleError(f"{edit.result!r} is no result", "it is one of " + ", ".join(RESULTS))
    if edit.due:
        try:
            parse_due(new.due)
        except ValueError as error:
            raise RuleError(str(error)) from None


def _with_result(item: Item, record: Record, edit: Edit) -> Record:
    if item.kind != "test":
        raise RuleError(
            f"{item.id} is a task, and only a test has a result",
            "set its status instead: --status done",
        )
    status = "na" if edit.result == "not-applicable" else "done"
    if edit.status not in (None, status):
        raise RuleError(
            f"the result {edit.result} makes a test {status}, and the status cannot be"
            f" {edit.status}",
            "leave the status out",
        )
    return replace(record, result=edit.result, status=status)  # type: ignore[arg-type]


def _with_status(record: Record, status: str) -> Record:
    return replace(record, status=status)  # type: ignore[arg-type]


def _consistent(item: Item, old: Record, new: Record, edit: Edit, today: date) -> Record:
    stale_reason = old.status == "blocked" and edit.reason is None  # says why it was blocked
    if new.status == "na" and (not new.reason or stale_reason):
        declined = "declined" if item.level in ADVISED else "not applicable"
        raise RuleError(
            f"{item.id} cannot be {declined} without a reason", 'say why: --reason "..."', "reason"
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


def settled(record: Record) -> Record:
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


def with_evidence(ref: str, record: Record | Request | Finding, *proofs: Evidence) -> list[Change]:
    """Return the changes that attach pieces of evidence."""
    new = replace(record, evidence=(*record.evidence, *proofs))
    return differences(ref, record, new)


def without_evidence(
    ref: str, record: Record | Request | Finding, evidence_id: str
) -> list[Change]:
    """Return the changes that take a piece of evidence away."""
    kept = tuple(e for e in record.evidence if e.id != evidence_id)
    return differences(ref, record, replace(record, evidence=kept))
