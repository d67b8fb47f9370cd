"""Our themes: one accent, three weights of text, colours that survive 256 of them."""

from textual.theme import Theme

DARK = Theme(
    name="fedcheck-dark",
    primary="#5fafd7",
    secondary="#87afaf",
    accent="#5fafd7",
    foreground="#d7d7d7",
    background="#121518",
    surface="#121518",
    panel="#1c2126",
    success="#87af87",
    warning="#d7af5f",
    error="#d7875f",
    dark=True,
    variables={
        "footer-key-foreground": "#5fafd7",
        "block-cursor-background": "#2b3a45",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "none",
        "input-selection-background": "#5fafd7 35%",
    },
)

LIGHT = Theme(
    name="fedcheck-light",
    primary="#005f87",
    secondary="#5f8787",
    accent="#005f87",
    foreground="#262626",
    background="#f7f7f5",
    surface="#f7f7f5",
    panel="#eaeae6",
    success="#3f6f3f",
    warning="#875f00",
    error="#af3a1f",
    dark=False,
    variables={
        "footer-key-foreground": "#005f87",
        "block-cursor-background": "#cfe3ee",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "none",
    },
)

DEFAULT = DARK.name
