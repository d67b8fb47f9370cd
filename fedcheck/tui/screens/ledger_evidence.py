"""The evidence of a request or a finding: see, add, open, remove."""

from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fedcheck.insight.ledgers import Thing
from fedcheck.model.text import one_line
from fedcheck.tui.screens.evidence import EvidenceScreen
from fedcheck.tui.screens.evidence_form import EvidenceForm, Filled
from fedcheck.tui.screens.revising import Revising, To, with_proofs, without_proof

FIELDS = ("link", "label", "kind", "collected", "expires")


class LedgerEvidenceScreen(EvidenceScreen):
    """The evidence that belongs to an answer, or shows that a finding was remediated."""

    def __init__(self, book: str, thing_id: str) -> None:
        super().__init__(f"{book}:{thing_id}")
        self.book = book
        self.thing_id = thing_id

    @property
    def thing(self) -> Thing | None:
        """Return the request or the finding."""
        project = self.fedcheck.session.project
        found = project.finding if self.book == "findings" else project.request
        return found(self.thing_id)

    def show(self) -> None:
        """Show the evidence."""
        thing = self.thing
        title = f"Evidence: {one_line(thing.title) if thing else 'it is gone'}"
        self.query_one(".dialog-title", Static).update(Content(title))
        text = "It belongs to the answer." if self.book == "requests" else "It shows the remedy."
        self.query_one("#expected", Static).update(Content.styled(text, "$foreground-muted"))
        listed = self.query_one("#proofs", OptionList)
        place = listed.highlighted
        self.drawn = thing.evidence if thing else ()
        sign = self.fedcheck.signs.status["done"]
        options = []
        for proof in self.drawn:
            facts = [str(proof.collected or "no date"), proof.link if proof.label else ""]
            facts += [proof.kind]
            about = "  ".join(one_line(fact) for fact in facts if fact)
            line = Content.assemble(
                (f"{sign} ", "$text-success"),
                one_line(proof.name),
                "\n  ",
                (about, "$foreground-muted"),
            )
            options.append(Option(line))
        listed.set_options(options or [Option(self.none_yet, disabled=True)])
        if self.drawn:
            listed.highlighted = min(place or 0, len(self.drawn) - 1)

    def add(self, links: list[str]) -> None:
        """Ask for evidence and attach it."""
        thing = self.thing
        if thing is None:
            return

        def given(filled: Filled | None) -> None:
            if filled is not None and filled.proofs:
                count = len(filled.proofs)
                name = one_line(filled.proofs[0].name, 40)
                words = f"has evidence: {name if count == 1 else f'{count} pieces'}"
                self._save(thing, lambda old: with_proofs(old, filled.proofs), words)

        self.app.push_screen(EvidenceForm(fields=FIELDS, links=links), given)

    def action_evidence_remove(self) -> None:
        """Detach the highlighted piece."""
        thing, proof = self.thing, self.chosen
        if thing is not None and proof is not None:
            words = f"has no longer: {one_line(proof.name, 40)}"
            self._save(thing, lambda old: without_proof(old, proof.id), words)

    def _save(self, thing: Thing, to: To, words: str) -> None:
        Revising(self.fedcheck, self.book).save(thing, to, words)
