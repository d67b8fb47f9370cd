"""The keys of the place one is in."""

from textwrap import wrap
from typing import ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from fedcheck.keys.action import PLACES
from fedcheck.keys.actions import list_actions
from fedcheck.keys.key_names import key_text
from fedcheck.keys.keymap import KeyMap
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.style_sheets import sheets


class KeysScreen(ModalScreen[None]):
    """A panel with the keys of some places."""

    CSS_PATH = sheets("dialogs")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close", "close"),
    ]

    def __init__(self, places: tuple[str, ...]) -> None:
        super().__init__(classes="prompt")
        self.places = places

    def compose(self) -> ComposeResult:
        """Lay out the keys."""
        keymap = self._keymap
        with Vertical(classes="dialog -wide -tall"):
            yield Static("Keys", classes="dialog-title")
            with VerticalScroll():
                yield Static(keys_text(self.places, keymap, self.app.size.width * 94 // 100 - 8))
            palette = keymap.text("app.palette")
            hint = f"{palette} finds any command; " if palette else ""
            hint += "tab goes to the next pane; esc closes help"
            yield Static(Content(hint), classes="dialog-hint")

    @property
    def _keymap(self) -> KeyMap:
        return cast(ProjectApp, self.app).keymap

    def on_key(self, event: events.Key) -> None:
        """Close with the key that opened it."""
        if event.key in self._keymap.of("app.help"):
            event.stop()
            self.action_close()

    def action_close(self) -> None:
        """Close the panel."""
        if self.is_current:
            self.dismiss(None)


def keys_text(places: tuple[str, ...], keymap: KeyMap, width: int = 80) -> Content:
    """Return the keys in force of places; what has no key is left out, what is long hangs."""
    rows = {
        place: [
            (" ".join(key_text(key) for key in keymap.of(action.id)), action.help)
            for action in list_actions(place)
            if keymap.of(action.id)
        ]
        for place in places
    }
    wide = min(max((len(keys) for listed in rows.values() for keys, _ in listed), default=0), 24)
    parts: list[str | tuple[str, str]] = []
    for place, listed in rows.items():
        if not listed:
            continue
        parts.append((f"{PLACES[place]}\n", "bold"))
        for keys, text in listed:
            lines = wrap(text, max(min(width, 82) - wide - 4, 20))
            hanging = ("\n" + " " * (wide + 4)).join(lines)
            parts += [(f"  {keys:<{wide}}  ", "$accent"), f"{hanging}\n"]
        parts.append("\n")
    return Content.assemble(*parts)
