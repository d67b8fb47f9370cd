"""What may be done to a request: ask, answer, accept, return, change what is asked."""

from datetime import date
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.request import Request
from fedcheck.domain.text import make_storable
from fedcheck.errors import RuleError

RequestStep = Literal["", "ask", "answer", "accept", "return"]

_LINES = ("title", "by", "to", "round", "document", "section")
"""The fields that are one line."""


class RequestEdit(Struct, frozen=True):
    """What to do to a request; None leaves a field alone, an empty text clears it.

    Fields are set first, then the request takes the step, if one is named.

    Attributes:
        step: `ask` makes a new request, `answer`, `accept` and `return` move it on.
        no_due: whether the due date is to be cleared.
        asked: day on which it was asked, where that is another day than today.
        link: references of items that it concerns too.
        unlink: references of items that it no longer concerns.
        answer: the answer; without one, `answer` keeps the answer that is there.
        answered: day of the answer, where that is another day than today.
        evidence: what is attached with the answer.
        comment: what is stated on accepting or returning it.
        read_answer: the answer that a person read; accepting another one is refused.
        amend: whether a return of what somebody else returned meanwhile sets the comment.
    """

    step: RequestStep = ""
    kind: str | None = None
    title: str | None = None
    by: str | None = None
    to: str | None = None
    due: date | None = None
    no_due: bool = False
    asked: date | None = None
    round: str | None = None
    document: str | None = None
    section: str | None = None
    text: str | None = None
    link: tuple[str, ...] = ()
    unlink: tuple[str, ...] = ()
    answer: str | None = None
    answered: date | None = None
    evidence: tuple[Evidence, ...] = ()
    comment: str | None = None
    read_answer: str | None = None
    amend: bool = False


def apply_request_edit(request: Request, edit: RequestEdit, today: date) -> Request:
    """Return the request after an edit.

    Raises RuleError where the rules refuse it, and for a request that is not there any more.
    """
    if not request.title and edit.step != "ask":
        raise RuleError(f"{request.id}: no longer exists", "nothing was saved")
    new = _set_fields(request, edit)
    if edit.step == "ask":
        return ask_request(new, edit.asked or today)
    if edit.step == "answer":
        return answer_request(new, edit.answer, edit.evidence, edit.answered or today)
    if edit.step == "accept":
        if edit.read_answer not in (None, request.answer):
            raise RuleError(
                "the answer was changed in the meantime", "read it again, then accept it"
            )
        return accept_request(new, edit.comment or "")
    if edit.step == "return" and not (edit.amend and request.state == "open"):
        return return_request(new, edit.comment or "")
    if edit.comment is not None:
        new = replace(new, comment=make_storable(edit.comment).strip())
    return new


def _set_fields(request: Request, edit: RequestEdit) -> Request:
    kept: dict[str, Any] = {}
    for name in _LINES:
        value = getattr(edit, name)
        if value is not None:
            kept[name] = " ".join(make_storable(value).split())
    if kept.get("title") == "" and edit.step != "ask":
        raise RuleError("the title is empty", "state the request in one line", "title")
    if edit.text is not None:
        kept["text"] = make_storable(edit.text).strip()
    if edit.kind is not None:
        kept["kind"] = edit.kind
    if edit.due is not None or edit.no_due:
        kept["due"] = edit.due
    kept["items"] = change_links(request.items, edit.link, edit.unlink)
    return replace(request, **kept)


def change_links(
    items: tuple[str, ...], link: tuple[str, ...], unlink: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the references of linked items after some came and some went."""
    return tuple(ref for ref in dict.fromkeys((*items, *link)) if ref not in unlink)


def ask_request(request: Request, day: date) -> Request:
    """Return a new request as it is stored. Raises RuleError where nothing is asked."""
    if not request.title:
        raise RuleError("a request needs a title", "state the request in one line", "title")
    return replace(request, asked=request.asked or day)


def answer_request(
    request: Request, text: str | None, evidence: tuple[Evidence, ...], day: date
) -> Request:
    """Return the request with an answer; it waits for the one who asked.

    A text takes the place of the one before it; without one (None) that stays. Raises RuleError
    where there is neither a text nor evidence, and for a request that was accepted.
    """
    if request.state == "accepted":
        hint = "return it first with a comment: fedcheck request return"
        raise RuleError(f"{request.id}: was already accepted", hint)
    answer = request.answer if text is None else make_storable(text).rstrip()
    known = {one.id for one in request.evidence}
    attached = (*request.evidence, *(one for one in evidence if one.id not in known))
    if not answer.strip() and not attached:
        hint = "write the answer, or attach evidence"
        raise RuleError(f"{request.id}: the answer is empty", hint, "answer")
    return replace(
        request, state="answered", answer=answer, evidence=attached, answered=day, comment=""
    )


def accept_request(request: Request, comment: str = "") -> Request:
    """Return the request as accepted. Raises RuleError where it was not answered."""
    if request.state == "open":
        hint = "answer it first: fedcheck request answer"
        raise RuleError(f"{request.id}: has no answer yet", hint)
    return replace(request, state="accepted", comment=make_storable(comment).strip())


def return_request(request: Request, comment: str) -> Request:
    """Return the request as open again. Raises RuleError without a reason, or where it is open."""
    if request.state == "open":
        raise RuleError(f"{request.id}: is already open", "")
    if not comment.strip():
        raise RuleError(f"{request.id}: a returned request needs a comment", "", "comment")
    return replace(request, state="open", comment=make_storable(comment).strip())
