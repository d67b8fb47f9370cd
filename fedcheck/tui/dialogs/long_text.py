"""A dialog for a text of several lines."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TextArea

from fedcheck.domain.text import clean
from fedcheck.tui.dialogs.drafts import DraftScreen, OpenDraft, Texts
from fedcheck.tui.style_sheets import sheets

NAME = "text"
"""What a draft calls the text."""


class LongTextPrompt(DraftScreen[str | None]):
    """Asks for a text of several lines.

    Args:
        title: what the text is about.
        value: the text as it is saved.
        typed: what was typed before, where that is another text.
        draft: where what is typed is kept.
    """

    CSS_PATH = sheets("dialogs")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel"),
        Binding("f2,ctrl+s", "save", "save"),
        Binding("ctrl+e", "editor", "editor", priority=True),
    ]

    def __init__(
        self, title: str, value: str = "", typed: str | None = None, draft: OpenDraft | None = None
    ) -> None:
        super().__init__(classes="prompt")
        self.title_text = title
        self.value = value
        self.start = value if typed is None else typed
        self.draft = draft

    def compose(self) -> ComposeResult:
        """Lay out title, text and hint."""
        with Vertical(classes="dialog -tall"):
            yield Static(Content(clean(self.title_text)), classes="dialog-title")
            yield TextArea(clean(self.start), show_line_numbers=False, soft_wrap=True)
            hint = "F2 or ctrl+s saves, ctrl+e opens your editor, esc cancels"
            yield Static(Content(hint), classes="dialog-hint")

    def on_mount(self) -> None:
        """Start at the end of the text."""
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)

    def typed(self) -> dict[str, str]:
        """Return the text."""
        return {NAME: self.query_one(TextArea).text}

    def in_store(self) -> Texts:
        """Return the text as it is saved."""
        return {NAME: clean(self.value)}

    def action_editor(self) -> None:
        """Go on writing in the person's own editor; what it gives comes back here."""
        from fedcheck.tui import external_programs

        area = self.query_one(TextArea)
        self.keep_draft()
        try:
            text = external_programs.edited(self.app, area.text)
        except external_programs.NoProgramError as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        area.load_text(clean(text))
        area.move_cursor(area.document.end)

    def action_save(self) -> None:
        """Give the text; the draft stays until it is on disk."""
        if self.is_current:
            self.keep_draft()
            self.dismiss(self.query_one(TextArea).text)

    def action_cancel(self) -> None:
        """Leave without an answer; ask where something was typed."""
        self.leave()
