"""How keys are named, and how they are written on screen."""

import string
import unicodedata


def key_name(character: str) -> str:
    """Return the name of the key that gives a character, as Textual calls it."""
    if character.isalnum():
        return character
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return _SHORTER.get(name, name)


_SHORTER = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
KEY_NAMES: dict[str, str] = {
    **{key_name(character): character for character in string.punctuation},
    "enter": "⏎",
    "escape": "esc",
    "space": "space",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "delete": "del",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}
"""How keys are written on screen, where not by their own name."""


def key_text(key: str) -> str:
    """Return how a key is written on screen."""
    modifiers, plus, name = key.rpartition("+")
    return modifiers + plus + KEY_NAMES.get(name, name)
