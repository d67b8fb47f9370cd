"""The palette, and what Textual has for one: loaded when it is opened first."""

from typing import TYPE_CHECKING, Any

from fedcheck.late_modules import load

if TYPE_CHECKING:
    from textual.app import App
    from textual.command import Provider


def open_palette(app: "App[Any]") -> None:
    """Show the palette, unless it is there."""
    load("textual.command")
    from textual.command import CommandPalette

    if not isinstance(app.screen, CommandPalette):
        app.push_screen(CommandPalette(id="--command-palette"))


def load_provider() -> "type[Provider]":
    """Return what fills the palette."""
    load("textual.command")
    from fedcheck.tui.palette_provider import ActionProvider

    return ActionProvider
