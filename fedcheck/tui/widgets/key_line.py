"""The line of keys at the bottom: as many as fit, and always the one that shows the others."""

from collections.abc import Iterator

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

KEPT = ("app_help", "app.app_help")
"""The action whose key is never left out."""


class KeyLine(Footer):
    """A footer that never cuts a key in half nor wraps."""

    def __init__(self) -> None:
        super().__init__(compact=True, show_command_palette=False)

    def compose(self) -> ComposeResult:
        """Lay out what fits; what does not is behind `?`."""
        keys = list(super().compose())
        wide = self.size.width or self.app.size.width
        room = wide - sum(_width(key) for key in keys if _kept(key))
        yield from fitting(keys, room)

    def on_resize(self) -> None:
        """Use the new width."""
        self.call_after_refresh(self.recompose)


def fitting(keys: list[Widget], room: int) -> Iterator[Widget]:
    """Return the keys that fit into a room, in their order; those that are kept cost none."""
    for key in keys:
        if _kept(key):
            yield key
        elif room >= _width(key):
            room -= _width(key)
            yield key
        else:
            room = 0


def _kept(key: Widget) -> bool:
    return isinstance(key, FooterKey) and key.action in KEPT


def _width(key: Widget) -> int:
    if not isinstance(key, FooterKey):
        return 0
    return cell_len(key.key_display) + cell_len(key.description) + 2
