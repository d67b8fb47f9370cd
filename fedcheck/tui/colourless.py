"""What a terminal shows without our colours: dim text in its own, and no colour at all.

No colour is what NO_COLOR asks for, where Textual would print default colours or greys.
"""

from functools import lru_cache

from rich.color import Color as TerminalColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

DIM = "ansi_bright_black"
"""Stands in the terminal's own theme for dim text, which no mixed colour can be there. Terminals
show it as they like, often not at all; so `Dimmed` writes the attribute in its place."""

_BRIGHT_BLACK = TerminalColor.parse("bright_black")
_OWN = TerminalColor.default()


class Dimmed(LineFilter):
    """Makes dim what the terminal's own theme calls dim: the terminal's text colour, dimmed."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments with the attribute in place of the colour."""
        return [
            Segment(text, None if style is None else dimmed(style), control)
            for text, style, control in segments
        ]


@lru_cache(4096)
def dimmed(style: Style) -> Style:
    """Return a style that is dim instead of coloured so."""
    if style.color is None or style.color.number != _BRIGHT_BLACK.number:
        return style
    return style + Style(color=_OWN, dim=True)


class Colourless(LineFilter):
    """Takes every colour out; bold, dim, underline and reverse stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments without colour."""
        return [
            Segment(text, None if style is None else without_colour(style), control)
            for text, style, control in segments
        ]


@lru_cache(4096)
def without_colour(style: Style) -> Style:
    """Return a style without its colours, with what is meant for the app in it."""
    return style.without_color + Style.from_meta(style.meta) if style.meta else style.without_color
