"""Evidence as a report tells it: each piece, and the register of all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePath

from fedcheck.insight import register
from fedcheck.insight.entries import Board
from fedcheck.insight.register import Row
from fedcheck.insight.troubles import troubles
from fedcheck.model.evidence import Evidence
from fedcheck.model.text import one_line
from fedcheck.report import words
from fedcheck.report.markdown import Markdown, code, link, marked
from fedcheck.report.redact import Veil
from fedcheck.report.view_proof import EvidenceView, RegisterView
from fedcheck.report.words import Names
from fedcheck.store.paths import PRIVATE

HASH = 12
"""How many digits of a file's SHA-256 are told."""

KEPT_INSIDE = "kept inside"
ADDRESS_WITHHELD = "address withheld"

STATES = {
    "missing": "missing",
    "changed": "changed",
    "stale": "stale",
    "lacking": "none, though done",
    "soon": "goes stale",
    "ok": "ok",
    "expected": "expected",
}
"""The words for each standing of the register."""


@dataclass(frozen=True, slots=True)
class Proofs:
    """How the evidence of a board is told.

    Attributes:
        board: the project on the day of the report.
        veil: what is left out.
    """

    board: Board
    veil: Veil

    def view(
        self, proof: Evidence, state: str = "ok", why: str = "", item: str = "", owner: str = ""
    ) -> EvidenceView:
        """Return a piece of evidence."""
        return EvidenceView(
            name=self._name(proof),
            kind=proof.kind,
            link=self._link(proof),
            collected=proof.collected,
            expires=proof.expires,
            age=register.age_of(proof, self.board.today),
            hash=self._hash(proof),
            state=state,
            why=why,
            item=words.title(item),
            owner=owner,
        )

    def register(self, names: Names) -> Iterable[RegisterView]:
        """Yield every row of the register, the worst first and in the order of the items."""
        why = {(t.entry.ref, t.proof.id): t.why for t in troubles(self.board)}
        found = register.register(self.board)
        rows = sorted(found.rows, key=lambda row: register.STANDINGS.index(row.standing))
        for row in rows:
            yield self._row(row, why, names, found.before)

    def _row(
        self, row: Row, why: dict[tuple[str, str], str], names: Names, before: str
    ) -> RegisterView:
        worst, proof = row.worst, row.proof
        said = why.get((worst.entry.ref, proof.id), "") if proof else ""
        if row.standing == "soon":
            said = f"on {worst.turns}, before {one_line(before, words.TITLE)}"
        expected = one_line("; ".join(worst.entry.item.expects), words.TITLE)
        titles = {use.entry.ref: words.item_name(use.entry) for use in row.uses}
        return RegisterView(
            name=self._name(proof) if proof else expected,
            kind=row.kind,
            link=self._link(proof) if proof else Markdown(marked(expected)),
            collected=proof.collected if proof else None,
            age=register.age_of(proof, self.board.today) if proof else None,
            hash=self._hash(proof) if proof else "",
            state=STATES[row.standing],
            why=said,
            until=_day_before(worst.turns),
            items=tuple(words.title(title) for title in titles.values()),
            owner=names.who(worst.entry.record.owner, worst.entry.role),
        )

    def _name(self, proof: Evidence) -> str:
        if is_private(proof):
            return KEPT_INSIDE
        if proof.label:
            return one_line(proof.label, words.LABEL)
        if self.veil.hides(proof):
            return ADDRESS_WITHHELD
        return one_line(_target(proof), words.LABEL)

    def _hash(self, proof: Evidence) -> str:
        return "" if is_private(proof) or self.veil.hides(proof) else proof.sha256[:HASH]

    def _link(self, proof: Evidence) -> Markdown:
        """Return evidence as Markdown; of a file outside the workspace only its name is told."""
        label = one_line(proof.label, words.LABEL)
        if is_private(proof):
            return Markdown(marked(f"{KEPT_INSIDE}, not for others"))
        if self.veil.hides(proof):
            return Markdown(marked(label or ADDRESS_WITHHELD))
        if proof.kind == "url":
            return link(label or one_line(proof.link, words.LABEL), proof.link)
        target = _target(proof)
        if proof.kind != "file":
            return Markdown(marked(f"{label} ({target})" if label else target))
        return Markdown(f"{marked(label)} ({code(target)})") if label else code(target)


def _target(proof: Evidence) -> str:
    """Return where evidence is; of a file outside the workspace only its name is told."""
    if proof.kind == "file" and PurePath(proof.link).is_absolute():
        return PurePath(proof.link).name
    return proof.link


def _day_before(day: date | None) -> date | None:
    return day - timedelta(days=1) if day and day > date.min else None


def is_private(proof: Evidence) -> bool:
    """Tell whether evidence stands under `private/`: then neither its path nor its label leaves."""
    return proof.kind == "file" and PurePath(proof.link).parts[:1] == (PRIVATE,)
