"""Rules that reach over the groups in which fields merge: what both sides kept must hold after.

Within a group a merge takes the values of one side, so that no rule of the group can break. These
few rules couple a field that merges by itself with a group.
"""

from typing import Any, TypeVar

from msgspec.structs import replace

from fedcheck.domain.finding import Finding
from fedcheck.domain.item_rules import ASSESSMENT
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request

T = TypeVar("T")


def is_coherent(thing: Any) -> bool:
    """Return whether what a record holds fits together (see `item_rules`, `request_rules`, ...)."""
    if isinstance(thing, Record):
        return _is_assessed(thing) == bool(thing.assessor or thing.assessed)
    if isinstance(thing, Request):
        return thing.state == "open" or bool(thing.answer.strip() or thing.evidence)
    if isinstance(thing, Finding):
        approved = thing.deviation_state == "approved" and thing.deviation != "risk-adjustment"
        proven = thing.retest == "passed" or thing.evidence or thing.corrected or approved
        return thing.state == "open" or bool(proven)
    return True


def repair(merged: T, ours: T, theirs: T) -> T:
    """Return a merged record with what one side removed while the other one relies on it.

    That is the evidence of an answer or of a remediation, and the name and day of an assessment.
    Where nothing is stated any more, name and day go.
    """
    changed: dict[str, Any] = {}
    if isinstance(merged, Record):
        sides = [one for one in (ours, theirs) if isinstance(one, Record) and one.assessor]
        source = sides[0] if sides and _is_assessed(merged) else Record()
        changed = {"assessor": source.assessor, "assessed": source.assessed}
    elif isinstance(merged, Request | Finding):
        closed = [
            one
            for one in (ours, theirs)
            if isinstance(one, Request | Finding) and one.state == merged.state
        ]
        kept = {one.id: one for side in closed for one in side.evidence}
        has = {one.id for one in merged.evidence}
        missing = [kept[name] for name in sorted(kept) if name not in has]
        changed = {"evidence": (*merged.evidence, *missing)}
    return replace(merged, **changed)  # type: ignore[type-var]


def _is_assessed(record: Record) -> bool:
    return any(getattr(record, name) for name in ASSESSMENT)
