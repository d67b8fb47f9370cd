"""What may be done to a request: ask, answer, accept, return, withdraw."""

from datetime import date
from typing import Any

from msgspec.structs import replace

from fedcheck.domain.change import Change, differences
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.request import Request
from fedcheck.domain.text import storable
from fedcheck.errors import RuleError


def asked(request: Request, today: date) -> Request:
    """Return a new request as it is stored. Raises RuleError where nothing is asked."""
    title = " ".join(storable(request.title).split())
    if not title:
        raise RuleError("a request needs a title", "say in one line what is asked", "title")
    names = ("by", "to", "text")
    kept: dict[str, Any] = {n: storable(getattr(request, n)).strip() for n in names}
    return replace(request, title=title, asked=request.asked or today, **kept)


def answered(
    request: Request, text: str | None, proofs: tuple[Evidence, ...], day: date
) -> Request:
    """Return the request with an answer; it waits for the one who asked.

    A text takes the place of the one before it; without one (None) that stays. Raises RuleError
    where there is neither a text nor evidence, and for a request that was settled.
    """
    if request.state == "accepted":
        hint = "return it first, and say why: fedcheck request return"
        raise RuleError(f"{request.id}: was accepted already", hint)
    answer = request.answer if text is None else storable(text).rstrip()
    evidence = (*request.evidence, *proofs)
    if not answer.strip() and not evidence:
        hint = "write the answer, or attach evidence"
        raise RuleError(f"{request.id}: nothing to answer with", hint, "answer")
    return replace(
        request, state="answered", answer=answer, evidence=evidence, answered=day, comment=""
    )


def accepted(request: Request, comment: str = "") -> Request:
    """Return the request as settled. Raises RuleError where it was not answered."""
    if request.state == "open":
        hint = "answer it first: fedcheck request answer"
        raise RuleError(f"{request.id}: was not answered yet", hint)
    return replace(request, state="accepted", comment=storable(comment).strip())


def returned(request: Request, comment: str) -> Request:
    """Return the request as open again. Raises RuleError without a reason, or where it is open."""
    if request.state == "open":
        raise RuleError(f"{request.id}: is open already", "")
    if not comment.strip():
        raise RuleError(f"{request.id}: say what is missing in the answer", "", "comment")
    return replace(request, state="open", comment=storable(comment).strip())


BEGINS = "Withdrawn: "
"""How the comment begins that says why; it stands in the history only."""


def withdrawal(ref: str, thing: Request | Finding, reason: str) -> list[Change]:
    """Return the changes that take a request or a finding out of its register.

    The reason is written as its last comment, so that the history holds it. Raises RuleError
    without a reason, or where it is gone already.
    """
    why = " ".join(storable(reason).split())
    if not why:
        raise RuleError("say why it is withdrawn", "the history keeps the reason", "reason")
    empty = type(thing)(thing.id)
    if thing == empty:
        raise RuleError(f"{thing.id}: is gone already", "see: fedcheck history")
    last = replace(thing, comment=BEGINS + why)
    return [*differences(ref, thing, last), *differences(ref, last, empty)]
