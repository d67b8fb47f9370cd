"""The evidence of one item: see, add, open, remove."""

import os
import sys
import webbrowser
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from fedcheck.model.dates import parse_date
from fedcheck.model.evidence import Evidence
from fedcheck.model.text import clean, one_line
from fedcheck.report.markdown import safe_url
from fedcheck.store.paths import expanded
from fedcheck.store.problems import FedcheckError
from fedcheck.tui.bindings import bindings, shown

if TYPE_CHECKING:
    from fedcheck.tui.app import FedcheckApp


class EvidenceScreen(ModalScreen[None]):
    """The evidence of an item."""

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
    def fedcheck(self) -> "FedcheckApp":
        """Return the app."""
        return cast("FedcheckApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay out title, what is expected, and what is there."""
        entry = self.fedcheck.board.entries.get(self.ref)
        with Vertical(classes="dialog -wide"):
            title = f"Evidence: {one_line(entry.item.title) if entry else self.ref}"
            yield Static(Content(title), classes="dialog-title")
            yield Static(id="expected")
            yield OptionList(id="proofs", markup=False)
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show what is there."""
        self.show()
        self.query_one("#proofs").focus()

    def on_saving_app_changed(self) -> None:
        """Show what changed."""
        self.show()

    def _gone(self) -> None:
        """Say that the checklist no longer has the item; there is nothing to change any more."""
        self.drawn = ()
        self.query_one("#expected", Static).update(Content("The checklist has this item no more."))
        self.query_one("#proofs", OptionList).clear_options()

    def show(self) -> None:
        """Show the evidence and its state."""
        entry = self.fedcheck.board.entries.get(self.ref)
        if entry is None:
            self._gone()
            return
        self.drawn = entry.record.evidence
        signs = self.fedcheck.signs
        expects = "; ".join(one_line(text) for text in entry.item.expects)
        text = f"Expected: {expects}" if expects else "No evidence is expected here; some may help."
        self.query_one("#expected", Static).update(Content.styled(text, "$foreground-muted"))
        listed = self.query_one("#proofs", OptionList)
        place = listed.highlighted
        options = []
        for proof, state in zip(entry.record.evidence, entry.evidence, strict=True):
            good = state == "ok"
            sign = signs.status["done"] if good else signs.stale
            facts = [str(proof.collected or "no date"), "" if good else state]
            facts += [proof.link if proof.label else "", proof.kind]
            options.append(
                Option(
                    Content.assemble(
                        (sign + " ", "$text-success" if good else "$text-warning"),
                        one_line(proof.name),
                        "\n  ",
                        ("  ".join(one_line(f) for f in facts if f), "$foreground-muted"),
                    )
                )
            )
        if not options:
            options = [
                Option(Content.styled("None yet: a adds some", "$foreground-muted"), disabled=True)
            ]
        listed.set_options(options)
        if self.drawn:
            listed.highlighted = min(place or 0, len(self.drawn) - 1)

    @property
    def chosen(self) -> Evidence | None:
        """Return the highlighted piece."""
        place = self.query_one("#proofs", OptionList).highlighted
        found = self.drawn
        return found[place] if place is not None and place < len(found) else None

    def action_evidence_add(self) -> None:
        """Ask for a link and attach it."""
        session = self.fedcheck.session

        def given(proof: Evidence | None) -> None:
            if proof is not None:
                self.fedcheck.change(lambda: session.add_evidence([self.ref], proof))

        self.app.push_screen(AddEvidence(), given)

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self.action_evidence_open()

    def action_evidence_open(self) -> None:
        """Open a URL in the browser; copy anything else, so that it can be opened by hand."""
        proof = self.chosen
        if proof is None:
            return
        link = clean(proof.link)
        url = safe_url(proof.link) if proof.kind == "url" else ""
        if url:
            self.app.copy_to_clipboard(link)
            if _browser_is_near() and webbrowser.open(url):
                self.fedcheck.tell(f"Opened in the browser: {link}", "the URL is copied too")
            else:
                self.fedcheck.tell(f"No browser here: {link}", "the URL is copied")
            return
        text = str(self.fedcheck.session.root / proof.link) if proof.kind == "file" else link
        self.app.copy_to_clipboard(clean(text))
        self.fedcheck.tell(f"Copied: {text}")

    def action_evidence_remove(self) -> None:
        """Detach the highlighted piece."""
        proof, session = self.chosen, self.fedcheck.session
        if proof is not None:
            piece = (self.ref, proof.id)
            self.fedcheck.change(lambda: session.remove_evidence([piece]))

    def action_evidence_close(self) -> None:
        """Go back."""
        self.dismiss(None)


def _browser_is_near() -> bool:
    """Tell whether there is a browser with a window; one in the terminal would take the screen."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in named)


class AddEvidence(ModalScreen[Evidence | None]):
    """Asks for link, label and date of a piece of evidence, and checks them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel"),
        Binding("f2,ctrl+s", "save", "save"),
    ]

    def __init__(self) -> None:
        super().__init__(classes="prompt")
        self.outside = False

    def compose(self) -> ComposeResult:
        """Lay out the fields."""
        app = cast("FedcheckApp", self.app)
        with Vertical(classes="dialog -wide"):
            yield Static("Add evidence", classes="dialog-title")
            yield Static("File, URL or ticket", classes="field-name")
            suggester = PathSuggester(app.here, app.session.root)
            placeholder = "evidence/scan.json, https://..., SEC-123"
            yield Input(placeholder=placeholder, id="link", suggester=suggester)
            yield Static("What it is, in words", classes="field-name")
            yield Input(placeholder="optional", id="label")
            yield Static("Collected on", classes="field-name")
            yield Input(app.session.today().isoformat(), id="collected")
            hint = "⏎ goes on and saves at the end, F2 saves, → completes a path, esc cancels"
            yield Static(Content(hint), classes="dialog-hint", id="hint")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        if event.input.id == "collected":
            self.action_save()
        else:
            self.focus_next()

    def on_input_changed(self) -> None:
        """Forget the word for a path outside: it was another path."""
        self.outside = False

    def action_save(self) -> None:
        """Check the fields and give the evidence."""
        app = cast("FedcheckApp", self.app)
        link, label, collected = (
            self.query_one(f"#{name}", Input).value for name in ("link", "label", "collected")
        )
        try:
            day: date | None = parse_date(collected.strip()) if collected.strip() else None
            proof = app.session.new_evidence(
                link.strip().strip("'\""),
                here=app.here,
                label=label,
                collected=day,
                outside=self.outside,
            )
        except (FedcheckError, ValueError, OSError) as error:
            hint = str(error)
            if "outside the workspace" in hint:
                self.outside = True
                hint += "; press ⏎ once more to link it where it is"
            found = self.query_one("#hint", Static)
            found.update(Content(clean(hint)))
            found.add_class("-wrong")
            return
        self.dismiss(proof)

    def action_cancel(self) -> None:
        """Leave without evidence."""
        self.dismiss(None)


class PathSuggester(Suggester):
    """Completes paths of files, from the working directory and from the workspace."""

    def __init__(self, *folders: Path) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.folders = folders

    async def get_suggestion(self, value: str) -> str | None:
        """Return the first path that begins with what was typed."""
        if not value or "://" in value:
            return None
        head, _, tail = value.rpartition("/")
        for base in self.folders:
            folder = base / expanded(head + "/" if head or value.startswith("/") else "")
            try:
                names = sorted(
                    entry.name + ("/" if entry.is_dir() else "") for entry in os.scandir(folder)
                )
            except OSError:
                continue
            for name in names:
                if name.startswith(tail) and name != tail and (tail or not name.startswith(".")):
                    return value[: len(value) - len(tail)] + name
        return None
