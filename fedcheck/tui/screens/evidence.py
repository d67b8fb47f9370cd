"""The evidence of one item, request or finding."""

from typing import ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fedcheck.analysis.issues import Issue
from fedcheck.domain.evidence import Evidence, find_file_state
from fedcheck.domain.evidence_edit import EvidenceEdit, Pieces, attach_evidence
from fedcheck.domain.glossary import EvidenceState
from fedcheck.domain.text import one_line
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.evidence_form import EvidenceForm
from fedcheck.tui.evidence_actions import (
    add_pieces,
    dropped_links,
    edit_piece,
    remove_pieces,
    renew_piece,
    replace_piece,
)
from fedcheck.tui.evidence_opener import open_evidence
from fedcheck.tui.key_bindings import bindings, shown
from fedcheck.tui.screens.issue_actions import IssueActions
from fedcheck.tui.signs import EVIDENCE_STYLES
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.widgets.key_line import KeyLine


class EvidenceScreen(ModalScreen[None]):
    """The evidence of an item."""

    CSS_PATH = sheets("dialogs")
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("evidence"),
        *shown("app.undo", "app.help"),
    ]
    PLACES: ClassVar[tuple[str, ...]] = ("evidence",)

    def __init__(self, ref: str) -> None:
        super().__init__(classes="prompt")
        self.ref = ref
        self.drawn: tuple[Evidence, ...] = ()

    @property
    def fedcheck(self) -> ProjectApp:
        """Return the app."""
        return cast(ProjectApp, self.app)

    def compose(self) -> ComposeResult:
        """Lay out title, what is expected, and what is there."""
        row = self.fedcheck.board.rows.get(self.ref)
        with Vertical(classes="dialog -wide"):
            title = f"Evidence: {one_line(row.item.title) if row else self.ref}"
            yield Static(Content(title), classes="dialog-title")
            yield Static(id="expected")
            yield OptionList(id="proofs", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        """Show what is there."""
        self.show()
        self.query_one("#proofs").focus()

    def on_project_changed(self) -> None:
        """Show what changed."""
        self.show()

    def _gone(self) -> None:
        """State that the checklist no longer has the item; there is nothing to change any more."""
        self.drawn = ()
        self.query_one("#expected", Static).update(
            Content("This item is no longer in the checklist.")
        )
        self.query_one("#proofs", OptionList).clear_options()

    def show(self) -> None:
        """Show the evidence and its state."""
        row = self.fedcheck.board.rows.get(self.ref)
        if row is None:
            self._gone()
            return
        self.drawn = row.record.evidence
        signs = self.fedcheck.signs
        expects = "; ".join(one_line(text) for text in row.item.expects)
        text = (
            f"Expected: {expects}" if expects else "No evidence is required here; you may add some."
        )
        self.query_one("#expected", Static).update(Content.styled(text, "$foreground-muted"))
        listed = self.query_one("#proofs", OptionList)
        place = listed.highlighted
        options = []
        for evidence_item, state in zip(row.record.evidence, row.evidence, strict=True):
            good = state == EvidenceState.OK
            facts = [str(evidence_item.collected or "no date"), "" if good else state]
            facts += [evidence_item.link if evidence_item.label else "", evidence_item.kind]
            options.append(
                Option(
                    Content.assemble(
                        (signs.evidence(state) + " ", EVIDENCE_STYLES[state]),
                        one_line(evidence_item.name),
                        "\n  ",
                        ("  ".join(one_line(f) for f in facts if f), "$foreground-muted"),
                    )
                )
            )
        if not options:
            options = [Option(self.none_yet, disabled=True)]
        listed.set_options(options)
        if self.drawn:
            listed.highlighted = min(place or 0, len(self.drawn) - 1)

    @property
    def none_yet(self) -> Content:
        """Return what stands where nothing is attached."""
        adds = self.fedcheck.hint("evidence.add", "adds some", ": ")
        return Content.styled(f"None yet{adds}", "$foreground-muted")

    @property
    def chosen(self) -> Evidence | None:
        """Return the highlighted piece."""
        place = self.query_one("#proofs", OptionList).highlighted
        found = self.drawn
        return found[place] if place is not None and place < len(found) else None

    @property
    def pieces(self) -> Pieces:
        """Return the highlighted piece on this item; nothing where none is."""
        evidence_item = self.chosen
        return ((self.ref, evidence_item.id),) if evidence_item else ()

    def on_paste(self, event: events.Paste) -> None:
        """Take a file that was dropped onto the terminal."""
        event.stop()
        links = dropped_links(self.fedcheck, event.text)
        if links:
            self.add(links)

    def add(self, links: list[str]) -> None:
        """Ask for evidence and attach it."""
        add_pieces(self.fedcheck, [self.ref], links)

    def action_evidence_add(self) -> None:
        """Ask for a link and attach it."""
        self.add([])

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self.action_evidence_open()

    def action_evidence_open(self) -> None:
        """Open a URL in the browser, a file with its program; copy anything else."""
        if self.chosen is not None:
            open_evidence(self.fedcheck, self.chosen)

    def action_evidence_edit(self) -> None:
        """Change what is known of the highlighted piece."""
        if self.chosen is not None:
            edit_piece(self.fedcheck, self.chosen, self.pieces, with_items=self.on_an_item)

    def action_evidence_renew(self) -> None:
        """Note that the highlighted piece was collected again today."""
        if self.chosen is not None:
            renew_piece(self.fedcheck, self.chosen, self.pieces)

    def action_evidence_replace(self) -> None:
        """Put another link in the place of the highlighted piece."""
        if self.chosen is not None:
            replace_piece(self.fedcheck, self.chosen, self.pieces)

    @property
    def on_an_item(self) -> bool:
        """Return whether this is the evidence of an item; requests and findings have some too."""
        return self.ref in self.fedcheck.board.rows

    def action_evidence_remove(self) -> None:
        """Detach the highlighted piece."""
        if self.pieces:
            remove_pieces(self.fedcheck, self.pieces)

    def action_evidence_close(self) -> None:
        """Go back."""
        self.dismiss(None)


FIELDS = ("link", "label", "kind", "collected", "expires")


class IssueEvidenceScreen(EvidenceScreen):
    """The evidence that belongs to an answer, or shows that a finding was remediated."""

    def __init__(self, book: str, thing_id: str) -> None:
        super().__init__(f"{book}:{thing_id}")
        self.book = book
        self.thing_id = thing_id

    @property
    def thing(self) -> Issue | None:
        """Return the request or the finding."""
        project = self.fedcheck.session.project
        found = project.finding if self.book == "findings" else project.request
        return found(self.thing_id)

    def show(self) -> None:
        """Show the evidence."""
        thing = self.thing
        title = f"Evidence: {one_line(thing.title) if thing else 'removed'}"
        self.query_one(".dialog-title", Static).update(Content(title))
        text = (
            "It is part of the answer." if self.book == "requests" else "It shows the remediation."
        )
        self.query_one("#expected", Static).update(Content.styled(text, "$foreground-muted"))
        listed = self.query_one("#proofs", OptionList)
        place = listed.highlighted
        self.drawn = thing.evidence if thing else ()
        signs, states = self.fedcheck.signs, self.fedcheck.session.project.file_states or {}
        options = []
        for evidence_item in self.drawn:
            state = find_file_state(states, evidence_item) or EvidenceState.OK
            facts = [
                str(evidence_item.collected or "no date"),
                "" if state == EvidenceState.OK else state,
                evidence_item.link if evidence_item.label else "",
            ]
            facts += [evidence_item.kind]
            about = "  ".join(one_line(fact) for fact in facts if fact)
            line = Content.assemble(
                (f"{signs.evidence(state)} ", EVIDENCE_STYLES[state]),
                one_line(evidence_item.name),
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
        if thing is not None:
            self.fedcheck.start(self._ask_evidence(thing, links))

    async def _ask_evidence(self, thing: Issue, links: list[str]) -> None:
        filled = await self.fedcheck.ask(EvidenceForm(fields=FIELDS, links=links))
        if filled is not None and filled.evidence_items:
            count = len(filled.evidence_items)
            name = one_line(filled.evidence_items[0].name, 40)
            words = f"evidence added: {name if count == 1 else f'{count} pieces'}"
            self._save(thing, attach_evidence(*filled.evidence_items), words)

    def action_evidence_remove(self) -> None:
        """Detach the highlighted piece."""
        thing, evidence_item = self.thing, self.chosen
        if thing is not None and evidence_item is not None:
            words = f"evidence removed: {one_line(evidence_item.name, 40)}"
            self._save(thing, EvidenceEdit(detach=(evidence_item.id,)), words)

    def _save(self, thing: Issue, edit: EvidenceEdit, words: str) -> None:
        IssueActions(self.fedcheck, self.book).save(thing, edit, words)
