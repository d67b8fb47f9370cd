"""A form: lines with their names, what they mean while they are typed, and one longer text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static, TextArea

from fedcheck.domain.text import clean, one_line
from fedcheck.tui.dialogs.prompts import Preview

ASKS = "what you typed is not saved: F2 saves it, esc once more drops it"
HINT = "⏎ goes on, F2 or ctrl+s saves, esc cancels"


Check = Callable[[Mapping[str, str]], None]


def _no_preview(_: str) -> str:
    return ""


def _no_check(_: Mapping[str, str]) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form.

    Attributes:
        placeholder: what could stand there.
        known: what has been typed there before; completed with →.
        preview: says what the text means; raises ValueError with what is wrong with it.
        long: whether it is a text of several lines.
    """

    name: str
    label: str
    value: str = ""
    placeholder: str = ""
    known: tuple[str, ...] = ()
    preview: Preview = _no_preview
    long: bool = False


class FormScreen(ModalScreen[dict[str, str] | None]):
    """Asks for several texts at once; gives them by name, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", key_display="esc"),
        Binding("f2,ctrl+s", "save", "save", key_display="F2"),
    ]

    def __init__(
        self, title: str, fields: Sequence[Field], *, check: Check = _no_check, asks: bool = False
    ) -> None:
        """Make the form.

        Args:
            title: what it is about.
            fields: its lines.
            check: raises ValueError with what is wrong with all of them together.
            asks: whether what was typed is given up only at the second try.
        """
        super().__init__(classes="prompt")
        self.check = check
        self.asks = asks
        self._has_asked = False
        self.title_text = title
        self.fields = {field.name: field for field in fields}
        self._before: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """Lay out the lines."""
        with Vertical(classes="dialog -wide -form"):
            yield Static(Content(one_line(self.title_text)), classes="dialog-title")
            with VerticalScroll(can_focus=False):
                for field in self.fields.values():
                    with Horizontal(classes="form-long" if field.long else "form-line"):
                        yield Static(Content(field.label), classes="form-label")
                        yield self._editor(field)
            yield Static(Content(HINT), classes="dialog-hint", id="hint")

    def _editor(self, field: Field) -> Input | TextArea:
        if field.long:
            text = clean(field.value)
            return TextArea(text, id=field.name, show_line_numbers=False, soft_wrap=True)
        known = [one_line(name) for name in field.known]
        return Input(
            one_line(field.value),
            placeholder=field.placeholder,
            id=field.name,
            suggester=SuggestFromList(known, case_sensitive=False) if known else None,
            select_on_focus=False,
        )

    def on_mount(self) -> None:
        """Start long texts at their end."""
        for area in self.query(TextArea):
            area.move_cursor(area.document.end)
        self._before = self._texts()

    def text(self, name: str) -> str:
        """Return what stands in a field."""
        if self.fields[name].long:
            return self.query_one(f"#{name}", TextArea).text
        return self.query_one(f"#{name}", Input).value

    @on(TextArea.Changed)
    def _wrote(self, event: TextArea.Changed) -> None:
        self._has_asked = False
        if event.text_area.has_focus:
            self._say(event.text_area.id or "")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._has_asked = False
        if event.input.has_focus:
            self._say(event.input.id or "")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what the field means that one has come to; an empty one is not wrong yet."""
        name = event.widget.id or ""
        if name in self.fields and self.text(name):
            self._say(name)
        else:
            self._hint(HINT)

    def _say(self, name: str) -> bool:
        """Show what a field means; tell whether it can stay so."""
        field = self.fields.get(name)
        try:
            meaning = field.preview(self.text(name)) if field else ""
        except ValueError as error:
            self._hint(str(error), wrong=True)
            return False
        self._hint(meaning or HINT)
        return True

    def _hint(self, text: str, wrong: bool = False) -> None:
        hint = self.query_one("#hint", Static)
        hint.set_class(wrong, "-wrong")
        hint.update(Content(one_line(text, 200)))

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.focus_next()

    def action_save(self) -> None:
        """Give what was typed; go to the first field that is wrong, if one is."""
        for name in self.fields:
            if not self._say(name):
                self.set_focus(self.query_one(f"#{name}"))
                self.call_after_refresh(self._say, name)
                return
        texts = self._texts()
        try:
            self.check(texts)
        except ValueError as error:
            self._hint(str(error), wrong=True)
            return
        if self.is_current:
            self.dismiss(texts)

    def action_cancel(self) -> None:
        """Leave without an answer; what was typed is asked about where the form is for that."""
        if not self.is_current:
            return
        if self.asks and not self._has_asked and self._texts() != self._before:
            self._has_asked = True
            self._hint(ASKS, wrong=True)
            return
        self.dismiss(None)

    def _texts(self) -> dict[str, str]:
        return {name: self.text(name) for name in self.fields}
