"""The terms that an item uses, explained in place; typing searches the whole glossary."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from fedcheck.analysis.explanations import list_item_terms
from fedcheck.domain.query import split_words
from fedcheck.domain.row import Row
from fedcheck.domain.terms import Term
from fedcheck.domain.text import clean, one_line
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.term_reader import TermsRead, read_terms

MOST = 40
"""The most terms shown at once: nobody reads further."""

LONGEST = 4000
"""The most characters of a definition shown; official ones stay below 1,000."""

MUTED = "$foreground-muted"


class TermsScreen(ModalScreen[None]):
    """A field, and the definitions that match it: those of the item first."""

    CSS_PATH = sheets("dialogs")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "close", "close"),
        Binding("down", "move(1)", "down", show=False, priority=True),
        Binding("up", "move(-1)", "up", show=False, priority=True),
        Binding("pagedown", "page(1)", "page down", show=False, priority=True),
        Binding("pageup", "page(-1)", "page up", show=False, priority=True),
    ]

    def __init__(self, name: str, used: Sequence[Term], known: TermsRead, hint: str) -> None:
        super().__init__(classes="prompt")
        self.title_text = f"Terms in {name}" if used else "Terms"
        self.used = used
        self.known = known
        self.hint = hint

    def compose(self) -> ComposeResult:
        """Lay out field, definitions and where they come from."""
        with Vertical(classes="dialog -wide -tall"):
            yield Static(Content(one_line(self.title_text, 70)), classes="dialog-title")
            count = len(self.known.lexicon.terms)
            yield Input(placeholder=f"part of a term; searches all {count}")
            with VerticalScroll(can_focus=False, id="definitions"):
                yield Static(id="terms")
            yield Static(Content(one_line(self.hint)), classes="dialog-hint")

    def on_mount(self) -> None:
        """Show the terms of the item."""
        self._search("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._search(event.value)
        self.query_one(VerticalScroll).scroll_home(animate=False)

    @on(Input.Submitted)
    def action_close(self) -> None:
        """Close it, once."""
        if self.is_current:
            self.dismiss(None)

    def _search(self, text: str) -> None:
        words = [word.casefold() for word in split_words(text)]
        used = [one for one in self.used if _matches(one, words)]
        ids = {one.id for one in self.used}
        others = [
            one
            for one in self.known.lexicon.terms
            if words and one.id not in ids and _matches(one, words)
        ]
        parts: list[Content] = [_entry(one) for one in used[:MOST]]
        if others:
            heading = "Not in this text" if self.used else ""
            parts += [Content.styled(heading, MUTED)] if heading else []
            parts += [_entry(one) for one in others[: max(MOST - len(used), 0)]]
        if not parts:
            said = "No term matches." if words else "This text uses no defined term."
            parts = [Content.styled(said, MUTED)]
        self.query_one("#terms", Static).update(Content("\n\n").join(parts))

    def action_move(self, way: int) -> None:
        """Scroll a few lines while the field keeps the keys."""
        self.query_one(VerticalScroll).scroll_relative(y=way * 2, animate=False)

    def action_page(self, way: int) -> None:
        """Scroll a page."""
        scroll = self.query_one(VerticalScroll)
        (scroll.scroll_page_down if way > 0 else scroll.scroll_page_up)(animate=False)


def _matches(term: Term, words: Sequence[str]) -> bool:
    name = " ".join((term.id, term.term, *term.alts)).casefold()
    return all(word in name for word in words)


def _entry(term: Term) -> Content:
    notes = "".join(f"\nNote: {note}" for note in term.notes)
    text = clean((term.definition + notes)[:LONGEST]).strip()
    return Content.assemble(
        (one_line(term.term, 120), "bold"), ("  " + one_line(term.id, 40), MUTED), "\n", text
    )


async def show_terms(app: ProjectApp, row: Row) -> None:
    """Explain the terms that an item uses."""
    known = read_terms(app.session)
    if not known.lexicon.terms:
        hint = known.problem or "import FedRAMP's glossary with: fedcheck import rules"
        app.tell("No terms are defined here", hint)
        return
    used = list_item_terms(known.lexicon, row.item)
    await app.ask(TermsScreen(row.item.code or row.item.id, used, known, _hint(app, known)))


def _hint(app: ProjectApp, known: TermsRead) -> str:
    if known.problem:
        return f"our definitions; {known.problem}"
    if known.release:
        return f"official text of release {known.release}; arrows scroll, esc closes"
    imports = app.hint("app.import", "imports the official text", "; ")
    return f"our definitions{imports}; arrows scroll, esc closes"
