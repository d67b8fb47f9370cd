"""The part of the app that follows a person's habits: keys, colours, palette, size."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from time import monotonic
from typing import Any, ClassVar

from textual.app import SystemCommand
from textual.binding import BindingType
from textual.command import CommandPalette, Provider
from textual.events import Resize
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widget import Widget

from fedcheck.errors import Problem
from fedcheck.keys.action import Action
from fedcheck.keys.actions import of_place
from fedcheck.keys.keymap import key_map
from fedcheck.storage.config import UserConfig
from fedcheck.storage.paths import UserFolders
from fedcheck.tui import themes
from fedcheck.tui.key_bindings import bindings, rebind
from fedcheck.tui.memory import Memory, WorkspaceMemory
from fedcheck.tui.palette import ActionProvider
from fedcheck.tui.saving import SavingApp
from fedcheck.tui.signs import sign_set
from fedcheck.tui.themes import Colourless, Dimmed

SMALLEST = (60, 20)
"""The size in cells below which the app asks for more room."""

ALWAYS = {"app.quit", "app.help", "app.workspace", "app.palette", "app.theme"}
"""What can be done everywhere, with an open workspace or without."""


class HabitsApp(SavingApp):
    """An app with a person's own keys, theme and memory.

    Attributes:
        user_config: the user's configuration.
        memory: what the app remembers between starts.
        problems: what is wrong with the user's configuration, to be told once.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("everywhere")
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ActionProvider}
    ENABLE_COMMAND_PALETTE = False  # ours is an action of the table

    def __init__(
        self, folders: UserFolders, config: UserConfig, problems: Sequence[Problem] = ()
    ) -> None:
        self.colourless = bool(os.environ.get("NO_COLOR"))
        if not self.colourless:
            os.environ.pop("NO_COLOR", None)  # an empty one means nothing, but not to Textual
        super().__init__(ansi_color=True if self.colourless else None)
        self._bad_news_until = 0.0
        self.user_config = config
        self.problems = list(problems)
        self.keymap = key_map(config.preset, config.keys)
        self.signs = sign_set(config.glyphs)
        self.memory = Memory.load(folders.state)
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = self.theme_wanted()
        rebind(self, self.keymap)

    def theme_wanted(self) -> str:
        """Return the theme that was chosen last, else that of the configuration, else ours.

        Where the terminal has sixteen colours only, mixed ones would fall together: there its own
        are the default.
        """
        for name in (self.memory.text("theme"), self.user_config.theme):
            if name in themes.NAMES:
                return name
        few = self.console.color_system == "standard"
        return themes.TERMINAL.name if few and not self.colourless else themes.DEFAULT

    @property
    def remembered(self) -> WorkspaceMemory:
        """Return what is remembered of the open workspace."""
        return self.memory.of(self.session.root)

    def tell_of_configuration(self) -> None:
        """Say in one toast what the user's configuration says in vain."""
        if not self.problems:
            return
        first = self.problems[0]
        place = f"{first.file.name}:{first.line}" if first.line else first.file.name
        more = len(self.problems) - 1
        words = f"{place}: {first.message}" + (f", and {more} more" if more else "")
        self.tell(words, "left out; fedcheck config check tells all", "warning")

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Make dim text dim in the terminal's theme; take every colour out, as NO_COLOR asks."""
        if self.colourless:
            return [Dimmed(), Colourless()]
        filters = super().get_line_filters()
        return [*filters, Dimmed()] if self.theme == themes.TERMINAL.name else filters

    def push_screen(self, screen: Any, *args: Any, **named: Any) -> Any:
        """Show a screen, with the keys in force on it and on what takes the focus there."""
        if isinstance(screen, Screen):
            rebind(screen, self.keymap)
            self.watch(screen, "focused", self._focused, init=False)
        return super().push_screen(screen, *args, **named)

    def _focused(self, widget: Widget | None) -> None:
        for node in widget.ancestors_with_self if widget is not None else ():
            rebind(node, self.keymap)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a toast; good news takes the place of what stood there, bad news stays its time."""
        now = monotonic()
        if severity != "information":
            self._bad_news_until = now + (timeout or self.NOTIFICATION_TIMEOUT)
        elif now >= self._bad_news_until:
            self.clear_notifications()
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def on_resize(self, event: Resize) -> None:
        """Ask for more room where the screens would not fit."""
        from fedcheck.tui.screens.too_small import SmallScreen

        if fits(event.size.width, event.size.height):
            return
        if not any(isinstance(screen, SmallScreen) for screen in self.screen_stack):
            self.push_screen(SmallScreen())

    def offers(self, screen: Screen[Any]) -> Iterator[tuple[Action, Callable[[], object]]]:
        """Return everything that can be done on a screen, nearest first, and what does it."""
        for place in dict.fromkeys([*getattr(screen, "PLACES", ()), "everywhere"]):
            for action in of_place(place):
                target = self._target(screen, action.method) if action.palette else None
                if target is not None:
                    yield action, target

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Return what the palette offers; Textual's own commands are not among it."""
        for action, target in self.offers(screen):
            yield SystemCommand(action.label.capitalize(), action.help, target)

    def _target(self, screen: Screen[Any], method: str) -> Callable[[], object] | None:
        nodes = [*(screen.focused.ancestors_with_self if screen.focused else (screen,)), self]
        for node in nodes:
            found = getattr(node, f"action_{method}", None)
            if found is not None:
                return found if node.check_action(method, ()) else None
        return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide what needs an open workspace while there is none."""
        if self.open_session is None and action.startswith("app_"):
            return action in {name.replace(".", "_") for name in ALWAYS}
        return super().check_action(action, parameters)

    def action_app_palette(self) -> None:
        """Find everything by its name."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(id="--command-palette"))

    def action_help_quit(self) -> None:
        """Say how to leave to who presses ctrl+c; what is done is saved, and nothing breaks off."""
        key = self.key("app.quit") or f"{self.key('app.palette')} quit"
        self.tell(f"{key} leaves; everything is saved")

    def action_app_theme(self) -> None:
        """Choose the colours, seeing each while the cursor is on it."""
        from fedcheck.tui.dialogs.theme import ThemeScreen

        if self.colourless:
            self.tell("Colours are off", "NO_COLOR is set; without it there are themes")
        elif not isinstance(self.screen, ThemeScreen):
            self.push_screen(ThemeScreen(self.theme), self._theme_chosen)

    def _theme_chosen(self, name: str | None) -> None:
        if name:
            self.memory.put("theme", name)


def fits(width: int, height: int) -> bool:
    """Tell whether the screens fit into a terminal of a size."""
    return width >= SMALLEST[0] and height >= SMALLEST[1]
