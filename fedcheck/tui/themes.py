"""Themes, and what a terminal without color shows."""

from functools import lru_cache

from msgspec import Struct
from rich.color import Color as TerminalColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

DIM = "ansi_bright_black"
"""Is in the terminal's own theme for dim text, which no mixed color can be there. Terminals
show it as they like, often not at all; so `Dimmed` writes the attribute in its place."""

_BRIGHT_BLACK = TerminalColor.parse("bright_black")
_OWN = TerminalColor.default()


class Dimmed(LineFilter):
    """Makes dim what the terminal's own theme calls dim: the terminal's text color, dimmed."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments with the attribute in place of the color."""
        return [
            Segment(text, None if style is None else dimmed(style), control)
            for text, style, control in segments
        ]


@lru_cache(4096)
def dimmed(style: Style) -> Style:
    """Return a style that is dim instead of colored so."""
    if style.color is None or style.color.number != _BRIGHT_BLACK.number:
        return style
    return style + Style(color=_OWN, dim=True)


class Colourless(LineFilter):
    """Takes every color out; bold, dim, underline and reverse stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments without color."""
        return [
            Segment(text, None if style is None else without_colour(style), control)
            for text, style, control in segments
        ]


@lru_cache(4096)
def without_colour(style: Style) -> Style:
    """Return a style without its colors, with what is meant for the app in it."""
    return style.without_color + Style.from_meta(style.meta) if style.meta else style.without_color


class Palette(Struct, frozen=True):
    """The colors that a theme is made of."""

    background: str
    panel: str
    cursor: str
    text: str
    bright: str
    dim: str
    accent: str
    good: str
    warning: str
    bad: str
    dark: bool = True


PALETTES: dict[str, Palette] = {
    "fedcheck-dark": Palette(
        background="#121518",
        panel="#1c2126",
        cursor="#2b3a45",
        text="#d7d7d7",
        bright="#ffffff",
        dim="#8f979e",
        accent="#5fafd7",
        good="#87af87",
        warning="#d7af5f",
        bad="#e08f6a",
    ),
    "fedcheck-light": Palette(
        background="#f7f7f5",
        panel="#eaeae6",
        cursor="#cfe3ee",
        text="#262626",
        bright="#000000",
        dim="#6a6a68",
        accent="#005f87",
        good="#336633",
        warning="#7a5200",
        bad="#a5341a",
        dark=False,
    ),
    "contrast-dark": Palette(
        background="#000000",
        panel="#1a1a1a",
        cursor="#003d7a",
        text="#ffffff",
        bright="#ffffff",
        dim="#c6c6c6",
        accent="#5fd7ff",
        good="#5fff87",
        warning="#ffd75f",
        bad="#ffaf87",
    ),
    "contrast-light": Palette(
        background="#ffffff",
        panel="#eeeeee",
        cursor="#ffe08a",
        text="#000000",
        bright="#000000",
        dim="#444444",
        accent="#00429d",
        good="#004d00",
        warning="#5c3d00",
        bad="#8a0000",
        dark=False,
    ),
    "colour-blind-dark": Palette(
        background="#101418",
        panel="#1b2228",
        cursor="#2a3a4d",
        text="#dcdcdc",
        bright="#ffffff",
        dim="#949ca4",
        accent="#c8c8ff",
        good="#5fafff",
        warning="#ffe35f",
        bad="#ff9a3c",
    ),
    "colour-blind-light": Palette(
        background="#fafaf7",
        panel="#ecece8",
        cursor="#d3e2f5",
        text="#202020",
        bright="#000000",
        dim="#686868",
        accent="#3a3a8c",
        good="#0060b8",
        warning="#805a00",
        bad="#7a1500",
        dark=False,
    ),
    "monochrome": Palette(
        background="#121212",
        panel="#1f1f1f",
        cursor="#3a3a3a",
        text="#d0d0d0",
        bright="#ffffff",
        dim="#8a8a8a",
        accent="#ffffff",
        good="#b0b0b0",
        warning="#ffffff",
        bad="#ffffff",
    ),
}


def theme(name: str, colours: Palette) -> Theme:
    """Return the theme of a palette; the variables state what Textual would mix by itself."""
    return Theme(
        name=name,
        primary=colours.accent,
        secondary=colours.dim,
        accent=colours.accent,
        foreground=colours.text,
        background=colours.background,
        surface=colours.background,
        panel=colours.panel,
        success=colours.good,
        warning=colours.warning,
        error=colours.bad,
        dark=colours.dark,
        variables={
            "text-accent": colours.accent,
            "text-primary": colours.accent,
            "text-secondary": colours.dim,
            "text-success": colours.good,
            "text-warning": colours.warning,
            "text-error": colours.bad,
            "text-muted": colours.dim,
            "text-disabled": colours.dim,
            "foreground-muted": colours.dim,
            "foreground-disabled": colours.dim,
            "footer-key-foreground": colours.accent,
            "footer-description-foreground": colours.text,
            "block-cursor-background": colours.cursor,
            "block-cursor-foreground": colours.bright,
            "block-cursor-text-style": "none",
            "input-selection-background": f"{colours.accent} 35%",
        },
    )


TERMINAL = Theme(
    name="terminal",
    ansi=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "footer-key-foreground": "ansi_cyan",
        "block-cursor-background": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-text-style": "reverse",
        "text-muted": DIM,
        "text-disabled": DIM,
        "text-secondary": DIM,
        "foreground-muted": DIM,
        "foreground-disabled": DIM,
        "border": "ansi_cyan",
        "markdown-h1-color": "ansi_cyan",
        "markdown-h2-color": "ansi_cyan",
        "markdown-h3-color": "ansi_cyan",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
    },
)
"""The sixteen colors that the terminal was set to; what is marked is reversed."""

THEMES: tuple[Theme, ...] = (*(theme(name, p) for name, p in PALETTES.items()), TERMINAL)
NAMES: tuple[str, ...] = tuple(one.name for one in THEMES)

ABOUT: dict[str, str] = {
    "fedcheck-dark": "calm, dark",
    "fedcheck-light": "calm, light",
    "contrast-dark": "high contrast, dark",
    "contrast-light": "high contrast, light",
    "colour-blind-dark": "blue and orange, dark",
    "colour-blind-light": "blue and orange, light",
    "monochrome": "grays only",
    "terminal": "the terminal's colors",
}
"""What each theme is, in a few words."""

DEFAULT = "fedcheck-dark"
