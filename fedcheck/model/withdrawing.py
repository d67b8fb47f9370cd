"""Taking back a request or a finding: it goes, and the history keeps it and why."""

from dataclasses import replace

from fedcheck.errors import RuleError
from fedcheck.model.change import Change, differences
from fedcheck.model.finding import Finding
from fedcheck.model.request import Request
from fedcheck.model.text import storable

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
