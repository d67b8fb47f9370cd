"""What a person prefers: keys, colors, signs; and what the app remembers of them."""

import os
from collections.abc import Sequence

from textual.dom import DOMNode
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widget import Widget

from fedcheck.errors import Problem
from fedcheck.keys.keymap import build_key_map
from fedcheck.storage.config import UserConfig
from fedcheck.storage.paths import UserFolders
from fedcheck.tui import themes
from fedcheck.tui.key_bindings import rebind
from fedcheck.tui.memory import Memory
from fedcheck.tui.signs import sign_set
from fedcheck.tui.themes import Colourless, Dimmed


class Preferences:
    """A person's own keys, theme, signs and memory.

    Attributes:
        config: the user's configuration.
        problems: what is wrong with it, to be shown once.
        keymap: the keys in force.
        memory: what the app remembers between starts.
        colourless: whether NO_COLOR asks for no colors.
    """

    def __init__(
        self, folders: UserFolders, config: UserConfig, problems: Sequence[Problem] = ()
    ) -> None:
        self.colourless = bool(os.environ.get("NO_COLOR"))
        if not self.colourless:
            os.environ.pop("NO_COLOR", None)  # an empty one means nothing, but not to Textual
        self.config = config
        self.problems = tuple(problems)
        self.keymap = build_key_map(config.preset, config.keys)
        self.signs = sign_set(config.glyphs)
        self.memory = Memory.load(folders.state)
        # Textual keeps what a filter made of a line with the filter: one for every line, for good.
        self._dimmed, self._colourless = Dimmed(), Colourless()

    def choose_theme(self, color_system: str | None) -> str:
        """Return the theme that was chosen last, else that of the configuration, else ours.

        Where the terminal has sixteen colors only, mixed ones would look alike: there its own
        are the default.
        """
        for name in (self.memory.text("theme"), self.config.theme):
            if name in themes.NAMES:
                return name
        few = color_system == "standard"
        return themes.TERMINAL.name if few and not self.colourless else themes.DEFAULT

    def line_filters(self, theme: str, own: Sequence[LineFilter]) -> Sequence[LineFilter]:
        """Make dim text dim in the terminal's theme; take every color out, as NO_COLOR asks."""
        if self.colourless:
            return [self._dimmed, self._colourless]
        return [*own, self._dimmed] if theme == themes.TERMINAL.name else own

    def problem_text(self) -> str:
        """State in one line what the configuration states in vain; nothing where it is sound."""
        if not self.problems:
            return ""
        first = self.problems[0]
        place = f"{first.file.name}:{first.line}" if first.line else first.file.name
        more = len(self.problems) - 1
        return f"{place}: {first.message}" + (f", and {more} more" if more else "")

    def bind_keys(self, node: DOMNode) -> None:
        """Give a node the keys in force."""
        rebind(node, self.keymap)

    def follow_focus(self, app: Widget | DOMNode, screen: Screen[object]) -> None:
        """Give a screen the keys in force, and whatever takes the focus there."""
        rebind(screen, self.keymap)
        app.watch(screen, "focused", self._focused, init=False)

    def _focused(self, widget: Widget | None) -> None:
        for node in widget.ancestors_with_self if widget is not None else ():
            rebind(node, self.keymap)
