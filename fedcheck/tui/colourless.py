"""No colour at all: what NO_COLOR asks for, where Textual would print default colours or greys."""

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


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
