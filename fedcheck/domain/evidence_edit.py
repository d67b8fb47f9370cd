"""What may be changed of evidence that is attached, and the changes that follow."""

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.domain.change import Change, differences
from fedcheck.domain.evidence import Evidence, evidence_to_dict
from fedcheck.domain.field_values import EVIDENCE_PREFIX
from fedcheck.domain.record import Record
from fedcheck.errors import RuleError

Pieces = tuple[tuple[str, str], ...]
"""References and evidence ids: which pieces, on which items."""


class EvidenceEdit(Struct, frozen=True):
    """A change of what is known of pieces, and of the items that they stand for.

    Attributes:
        pieces: what is changed.
        values: the fields of evidence to set; others stay as they are on disk.
        added: a piece to attach to more items, by reference.
        removed: pieces to take away.
        seen: a piece whose file was read for this a moment ago.
    """

    pieces: Pieces
    values: Mapping[str, object] = field(default_factory=dict)
    added: Mapping[str, Evidence] = field(default_factory=dict)
    removed: Pieces = ()
    seen: Evidence | None = None

    @property
    def refs(self) -> tuple[str, ...]:
        """Return the items that it touches."""
        named = (ref for ref, _ in (*self.pieces, *self.removed))
        return tuple(dict.fromkeys((*named, *self.added)))

    def changes(self, ref: str, record: Record) -> list[Change]:
        """Return the changes to one item. Raises RuleError where a piece is there no more."""
        known = {proof.id: proof for proof in record.evidence}
        gone = {evidence_id for where, evidence_id in self.removed if where == ref}
        wanted = {evidence_id for where, evidence_id in self.pieces if where == ref} - gone
        if wanted - known.keys():
            raise RuleError(f"{ref}: this evidence was taken away meanwhile", "nothing was changed")
        new = []
        for proof in record.evidence:
            if proof.id in gone:
                continue
            new.append(with_values(proof, self.values) if proof.id in wanted else proof)
        made = differences(ref, record, replace(record, evidence=tuple(new)))
        more = self.added.get(ref)
        if more is not None:
            value = evidence_to_dict(with_values(more, self.values))
            made.append(Change(ref, EVIDENCE_PREFIX + more.id, None, value))
        return made


def with_values(proof: Evidence, values: Mapping[str, object]) -> Evidence:
    """Return a piece with some of its fields set."""
    return replace(proof, **values)
