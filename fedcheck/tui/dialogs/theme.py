"""Choosing the colors: each theme is seen on the screen while the cursor is on it."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fedcheck.tui import themes
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.style_sheets import sheets


class ThemeScreen(ModalScreen[str | None]):
    """The themes; ⏎ keeps one, esc goes back to the one before."""

    CSS_PATH = sheets("dialogs")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "restore", "back")]

    def __init__(self, before: str) -> None:
        super().__init__(classes="corner")
        self.before = before

    def compose(self) -> ComposeResult:
        """Lay out the themes."""
        with Vertical(classes="dialog"):
            yield Static("Colours", classes="dialog-title")
            yield OptionList(
                *(
                    Option(
                        Content.assemble(f"{name:<20}", (themes.ABOUT[name], "$foreground-muted"))
                    )
                    for name in themes.NAMES
                ),
                markup=False,
            )
            yield Static(Content("⏎ keeps it, esc cancels"), classes="dialog-hint")

    def on_mount(self) -> None:
        """Start on the theme in force."""
        self.query_one(OptionList).highlighted = themes.NAMES.index(self.before)

    @on(OptionList.OptionHighlighted)
    def _preview(self, event: OptionList.OptionHighlighted) -> None:
        self.app.theme = themes.NAMES[event.option_index]

    @on(OptionList.OptionSelected)
    def _keep(self, event: OptionList.OptionSelected) -> None:
        if self.is_current:
            self.app.theme = themes.NAMES[event.option_index]
            self.dismiss(self.app.theme)

    def action_restore(self) -> None:
        """Go back to the colors before."""
        if self.is_current:
            self.app.theme = self.before
            self.dismiss(None)


def choose_theme(app: ProjectApp) -> None:
    """Ask for the colors, unless NO_COLOR turned them off."""
    if app.preferences.colourless:
        app.tell("Colors are off", "NO_COLOR is set; unset it to use themes")
    else:
        app.start(_ask_theme(app))


async def _ask_theme(app: ProjectApp) -> None:
    """Ask for the colors, and remember them."""
    name = await app.ask(ThemeScreen(app.theme))
    if name:
        app.memory.put("theme", name)
