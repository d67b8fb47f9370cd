"""Small dialogs: a line, a choice, a text to read."""

from collections.abc import Callable, Collection, Sequence
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from fedcheck.domain.text import clean, one_line
from fedcheck.tui.style_sheets import sheets

LONG = 30
"""From so many characters on, a line that was typed is not dropped without a question."""

ABOUT_WIDTH = 142
"""Characters of a line above choices: two rows on 80 columns, so that the choices stay in sight."""

Preview = Callable[[str], str]
"""States what a text means while it is typed; raises ValueError with what is wrong with it."""


class Choice(Struct, frozen=True):
    """One thing to choose: its value, the key that chooses it at once, its words."""

    value: str
    text: str
    key: str = ""


def _no_preview(_: str) -> str:
    return ""


class Dialog(ModalScreen[str | None]):
    """A small dialog that gives one answer, or nothing."""

    CSS_PATH = sheets("dialogs")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss_none", "cancel")]

    def answer(self, value: str | None) -> None:
        """Give the answer, once: a second ⏎ may come before the dialog is gone."""
        if self.is_current:
            self.dismiss(value)

    def action_dismiss_none(self) -> None:
        """Leave without an answer."""
        self.answer(None)


class TextPrompt(Dialog):
    """Asks for one line; shows what it means while it is typed.

    What is there is selected, so typing replaces it, unless it is the beginning of an answer.
    """

    def __init__(
        self,
        title: str,
        value: str = "",
        *,
        hint: str = "",
        preview: Preview = _no_preview,
        known: Sequence[str] = (),
        selected: bool = True,
    ) -> None:
        super().__init__(classes="prompt")
        self.title_text = title
        self.value = value
        self.selected = selected
        self.hint = one_line(hint)
        self.preview = preview
        self.known = [one_line(name) for name in known]

    def compose(self) -> ComposeResult:
        """Lay out title, field and hint."""
        with Vertical(classes="dialog"):
            yield Static(Content(clean(self.title_text)), classes="dialog-title")
            suggester = SuggestFromList(self.known, case_sensitive=False) if self.known else None
            yield Input(one_line(self.value), suggester=suggester, select_on_focus=self.selected)
            yield Static(Content(self.hint), classes="dialog-hint", id="hint")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._say_meaning(event.value)

    def _say_meaning(self, text: str) -> bool:
        """State what a text means, or what is wrong with it; return whether it means something."""
        hint = self.query_one("#hint", Static)
        try:
            meaning = self.preview(text)
        except ValueError as error:
            hint.update(Content(one_line(str(error))))
            hint.add_class("-wrong")
            return False
        hint.remove_class("-wrong")
        hint.update(Content(one_line(meaning) or self.hint))
        return True

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        if self._say_meaning(event.value):
            self.answer(event.value)
        else:
            self.app.bell()

    def action_dismiss_none(self) -> None:
        """Leave without an answer; ask first where more than some words were typed."""
        typed = self.query_one(Input).value
        if len(typed) < LONG or typed == one_line(self.value) or not self.is_current:
            self.answer(None)
            return
        choices = [
            Choice("stay", "Keep writing", "g"),
            Choice("drop", "Close and discard what you typed", "d"),
        ]
        self.app.push_screen(ChoicePrompt("What you typed is not saved", choices), self._left)

    def _left(self, answer: str | None) -> None:
        if answer == "drop":
            self.answer(None)


class ChoicePrompt(Dialog):
    """Asks for one of a few things; a letter chooses at once.

    `about` is what a person has to know before they choose, a line each.
    """

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        current: str = "",
        about: Sequence[str] = (),
    ) -> None:
        super().__init__(classes="prompt")
        self.title_text = title
        self.about = about
        self.choices = choices
        self.current = current
        # A key that arrives together with the key that asks is sent to the screen below, so
        # `on_key` never gets it; a binding is looked up on the screen that is on top by then.
        for place, choice in enumerate(choices):
            if choice.key:
                self._bindings.bind(choice.key, f"choose({place})", show=False)

    def compose(self) -> ComposeResult:
        """Lay out title, what is about it, and choices."""
        with Vertical(classes="dialog -wide" if self.about else "dialog"):
            yield Static(Content(clean(self.title_text)), classes="dialog-title")
            if self.about:
                text = "\n".join(one_line(line, ABOUT_WIDTH) for line in self.about)
                yield Static(Content(text), classes="choice-about")
            options = [
                Option(
                    Content.assemble(
                        (f"{choice.key:<3}" if choice.key else "", "bold $accent"),
                        clean(choice.text),
                    )
                )
                for choice in self.choices
            ]
            yield OptionList(*options, markup=False)
            yield Static(Content("⏎ chooses, esc cancels"), classes="dialog-hint")

    def on_mount(self) -> None:
        """Start on what is so now."""
        values = [choice.value for choice in self.choices]
        options = self.query_one(OptionList)
        options.highlighted = values.index(self.current) if self.current in values else 0

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.answer(self.choices[event.option_index].value)

    def action_choose(self, place: int) -> None:
        """Choose as soon as the dialog is there."""
        self.call_later(self.answer, self.choices[place].value)

    def key_for(self, key: str) -> Choice | None:
        """Return the choice of a key."""
        return next((choice for choice in self.choices if choice.key and choice.key == key), None)

    def on_key(self, event: object) -> None:
        """Choose at once by letter."""
        character = getattr(event, "character", None)
        found = self.key_for(character) if character else None
        if found is not None:
            getattr(event, "stop", lambda: None)()
            self.answer(found.value)


class TogglesPrompt(Dialog):
    """Asks for any of a few things: a letter, or blank, turns one on or off."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "turn", "turn", priority=True),
        Binding("enter", "save", "save", priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], on: Collection[str] = ()) -> None:
        super().__init__(classes="prompt")
        self.title_text = title
        self.choices = choices
        self.on = set(on)

    def compose(self) -> ComposeResult:
        """Lay out title and choices."""
        with Vertical(classes="dialog"):
            yield Static(Content(clean(self.title_text)), classes="dialog-title")
            yield OptionList(*(Option(self._line(one)) for one in self.choices), markup=False)
            hint = "a letter or space toggles, ⏎ saves, esc cancels"
            yield Static(Content(hint), classes="dialog-hint")

    def _line(self, choice: Choice) -> Content:
        sign = "[x]" if choice.value in self.on else "[ ]"
        return Content.assemble(
            (f"{choice.key:<3}", "bold $accent"), f"{sign} ", clean(choice.text)
        )

    def on_mount(self) -> None:
        """Start on the first one."""
        self.query_one(OptionList).highlighted = 0

    def action_turn(self) -> None:
        """Turn the highlighted one on or off."""
        place = self.query_one(OptionList).highlighted
        if place is not None:
            self._turn(place)

    def _turn(self, place: int) -> None:
        choice = self.choices[place]
        self.on ^= {choice.value}
        self.query_one(OptionList).replace_option_prompt_at_index(place, self._line(choice))

    def on_key(self, event: object) -> None:
        """Turn one by its letter."""
        character = getattr(event, "character", None)
        for place, choice in enumerate(self.choices):
            if character and choice.key == character:
                getattr(event, "stop", lambda: None)()
                self._turn(place)

    def action_save(self) -> None:
        """Give those that are on, a blank between them."""
        self.answer(" ".join(choice.value for choice in self.choices if choice.value in self.on))


class ReadingScreen(ModalScreen[None]):
    """A title and a text; it can be scrolled, and closed."""

    CSS_PATH = sheets("dialogs")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "close", "close")]

    def __init__(self, title: str, text: str) -> None:
        super().__init__(classes="prompt")
        self.title_text = title
        self.text = text

    def compose(self) -> ComposeResult:
        """Lay out title and text."""
        with Vertical(classes="dialog -wide -tall"):
            yield Static(Content(one_line(self.title_text)), classes="dialog-title")
            with VerticalScroll():
                yield Static(Content(clean(self.text)))
            yield Static("esc closes", classes="dialog-hint")

    def action_close(self) -> None:
        """Close it."""
        if self.is_current:
            self.dismiss(None)
