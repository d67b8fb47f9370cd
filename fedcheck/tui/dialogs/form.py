"""A form: lines with their names, what they mean while they are typed, and one longer text."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Input, Select, Static, TextArea

from fedcheck.domain.text import clean, one_line
from fedcheck.tui.dialogs.drafts import DraftScreen, OpenDraft
from fedcheck.tui.dialogs.prompts import Preview
from fedcheck.tui.style_sheets import sheets

HINT = "⏎ next field, F2 or ctrl+s saves, esc cancels"

Check = Callable[[Mapping[str, str]], str | None]


def _no_preview(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form.

    Attributes:
        placeholder: what could be there.
        known: what has been typed there before; completed with →.
        preview: states what the text means; raises ValueError with what is wrong with it.
        long: whether it is a text of several lines.
        replaced: whether typing replaces what is there, as with names and days.
        choices: the only values, each with what is shown for it; empty for any text.
    """

    name: str
    label: str
    value: str = ""
    placeholder: str = ""
    known: tuple[str, ...] = ()
    preview: Preview = _no_preview
    long: bool = False
    replaced: bool = True
    choices: tuple[tuple[str, str], ...] = ()


def _no_check(_: Mapping[str, str]) -> str:
    return ""


class FormScreen(DraftScreen[dict[str, str] | None]):
    """Asks for several texts at once; gives them by name, or nothing.

    Args:
        title: what it is about.
        fields: what is asked, with what is saved.
        typed: what was typed before, by the names of fields.
        draft: where what is typed is kept.
        about: lines to read while one writes.
        check: states what all of it means together; raises ValueError with what is wrong with it.
        checked: the fields that it is about.
    """

    CSS_PATH = sheets("dialogs", "forms")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", key_display="esc"),
        Binding("f2,ctrl+s", "save", "save", key_display="F2"),
    ]

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        *,
        typed: Mapping[str, str] | None = None,
        draft: OpenDraft | None = None,
        about: Sequence[str] = (),
        check: Check = _no_check,
        checked: Collection[str] = (),
    ) -> None:
        super().__init__(classes="prompt")
        self.title_text = title
        self.fields = {field.name: field for field in fields}
        self.start = typed or {}
        self.draft = draft
        self.about = about
        self.check = check
        self.checked = checked
        self._faulty = ""

    def compose(self) -> ComposeResult:
        """Lay out the lines."""
        with Vertical(classes="dialog -wide -form"):
            yield Static(Content(one_line(self.title_text)), classes="dialog-title")
            if self.about:
                yield Static(Content("\n".join(map(clean, self.about))), classes="form-about")
            with VerticalScroll(can_focus=False):
                for field in self.fields.values():
                    with Horizontal(classes="form-long" if field.long else "form-line"):
                        yield Static(Content(field.label), classes="form-label")
                        yield self._editor(field)
            yield Static(Content(HINT), classes="dialog-hint", id="hint")

    def _editor(self, field: Field) -> "Input | TextArea | Select[str]":
        value = self.start.get(field.name, field.value)
        if field.choices:
            values = [value for value, _ in field.choices]
            return Select(
                [(Content(one_line(shown)), value) for value, shown in field.choices],
                allow_blank=False,
                value=value if value in values else values[0],
                id=field.name,
                compact=True,
            )
        if field.long:
            text = clean(value)
            return TextArea(text, id=field.name, show_line_numbers=False, soft_wrap=True)
        known = [one_line(name) for name in field.known]
        return Input(
            one_line(value),
            placeholder=field.placeholder,
            id=field.name,
            suggester=SuggestFromList(known, case_sensitive=False) if known else None,
            select_on_focus=field.replaced,
        )

    def on_mount(self) -> None:
        """Start long texts at their end."""
        for area in self.query(TextArea):
            area.move_cursor(area.document.end)

    def text(self, name: str) -> str:
        """Return what is in a field."""
        if self.fields[name].choices:
            return str(self.query_one(f"#{name}", Select).value)
        if self.fields[name].long:
            return self.query_one(f"#{name}", TextArea).text
        return self.query_one(f"#{name}", Input).value

    def typed(self) -> dict[str, str]:
        """Return what is in the fields."""
        return {name: self.text(name) for name in self.fields}

    def in_store(self) -> Mapping[str, str]:
        """Return what the fields hold without anything typed."""
        return {name: _show_stored(field) for name, field in self.fields.items()}

    @on(TextArea.Changed)
    def _wrote(self, event: TextArea.Changed) -> None:
        if event.text_area.has_focus:
            self._say(event.text_area.id or "")

    @on(Input.Changed)
    def _show_meaning(self, event: Input.Changed) -> None:
        if event.input.has_focus:
            self._say(event.input.id or "")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """State what the field means that one has come to; an empty one is not wrong yet."""
        name = event.widget.id or ""
        if name in self.fields and self.fields[name].choices:
            about = one_line(self.fields[name].placeholder)
            self._hint(f"{about}; ⏎ shows choices, tab next field, F2 saves" if about else HINT)
        elif name in self.fields and (self.text(name) or name == self._faulty):
            self._say(name)
        else:
            self._hint(HINT)

    def _say(self, name: str) -> bool:
        """Show what a field means; return whether it can stay so."""
        field = self.fields.get(name)
        try:
            meaning = field.preview(self.text(name)) if field else ""
            if name in self.checked:
                meaning = self.check(self.typed()) or ""
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
                self._faulty = name  # its hint stays when the focus comes
                self.set_focus(self.query_one(f"#{name}"))
                return
        texts = self.typed()
        try:
            self.check(texts)
        except ValueError as error:
            self._hint(str(error), wrong=True)
            return
        if self.is_current:
            self.keep_draft()
            self.dismiss(texts)

    def action_cancel(self) -> None:
        """Leave without an answer; ask where something was typed."""
        self.leave()


def _show_stored(field: Field) -> str:
    """Return what a field holds before anything is typed."""
    if field.choices:
        values = [value for value, _ in field.choices]
        return field.value if field.value in values else values[0]
    return clean(field.value) if field.long else one_line(field.value)
