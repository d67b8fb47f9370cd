"""What may be done to the evidence of an item, a request or a finding."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.errors import RuleError

T = TypeVar("T", bound=Record | Request | Finding)

Pieces = tuple[tuple[str, str], ...]
"""References and evidence ids: which evidence items, on which records."""


class EvidenceEdit(Struct, frozen=True):
    """What to do to the evidence of one record: attach, change, detach.

    Attributes:
        attach: evidence items to add; one whose id is there already takes its place.
        change: ids of the evidence items that the values are set on.
        values: the fields to set; others stay as they are on disk.
        detach: ids of evidence items to take away.
        seen: evidence items whose files were read for this a moment ago.
    """

    attach: tuple[Evidence, ...] = ()
    change: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    detach: tuple[str, ...] = ()
    seen: tuple[Evidence, ...] = ()


def attach_evidence(*evidence: Evidence) -> EvidenceEdit:
    """Return the edit that attaches evidence which was made, and its files read, a moment ago."""
    return EvidenceEdit(attach=evidence, seen=evidence)


def change_each(
    pieces: Pieces, values: Mapping[str, object], seen: tuple[Evidence, ...] = ()
) -> list[tuple[str, EvidenceEdit]]:
    """Return the edits that set the same fields of evidence items on several records."""
    return [
        (ref, EvidenceEdit(change=ids, values=values, seen=seen))
        for ref, ids in _group_by_record(pieces).items()
    ]


def detach_each(pieces: Pieces) -> list[tuple[str, EvidenceEdit]]:
    """Return the edits that take evidence items away from several records."""
    return [(ref, EvidenceEdit(detach=ids)) for ref, ids in _group_by_record(pieces).items()]


def _group_by_record(pieces: Pieces) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for ref, evidence_id in pieces:
        found.setdefault(ref, []).append(evidence_id)
    return {ref: tuple(ids) for ref, ids in found.items()}


def apply_evidence_edit(thing: T, edit: EvidenceEdit) -> T:
    """Return the record with its evidence edited.

    Raises RuleError where evidence that is to be changed was taken away meanwhile.
    """
    change, detach = set(edit.change), set(edit.detach)
    if change - {one.id for one in thing.evidence}:
        raise RuleError("this evidence was removed in the meantime", "nothing was changed")
    kept = [
        set_values(one, edit.values) if one.id in change else one
        for one in thing.evidence
        if one.id not in detach
    ]
    added = {one.id: one for one in edit.attach}
    kept = [added.pop(one.id, one) for one in kept]
    evidence: dict[str, Any] = {"evidence": (*kept, *added.values())}
    return replace(thing, **evidence)


def set_values(evidence: Evidence, values: Mapping[str, object]) -> Evidence:
    """Return an evidence item with some of its fields set."""
    return replace(evidence, **values)


def renew(evidence: Evidence, sha256: str, day: date) -> Evidence:
    """Return an evidence item as collected again on a day: the same link, the hash of that day.

    An expiry that has passed by then is dropped.
    """
    late = evidence.expires is not None and evidence.expires < day
    expires = None if late else evidence.expires
    return replace(evidence, sha256=sha256, collected=day, expires=expires)
