"""Write the parts of a control as lines of text, whatever a publisher calls them."""

from typing import Any

from fedcheck.domain.text import one_line
from fedcheck.importers.oscal.file import Data, list_objects, prop, text_of
from fedcheck.importers.oscal.parameters import Inserter

DEEPEST = 40
"""How deep groups, controls and parts may nest; official ones nest six times."""


def list_lines(part: dict[str, Any], words: Inserter, depth: int) -> list[str]:
    """Return the lines of a statement; what is under another is indented. No guidance."""
    if text_of(part, "name") == "guidance" or depth > DEEPEST:
        return []
    head = ["  " * depth + line for line in list_own_lines(part, words)]
    inner = list(list_objects(part, "parts"))
    below = [line for one in inner for line in list_lines(one, words, depth + bool(head))]
    bare = not text_of(part, "prose").strip()
    return [] if bare and inner and not below else head + below


def list_own_lines(part: dict[str, Any], words: Inserter) -> list[str]:
    """Return the own words of a part, after its label and title."""
    label = one_line(prop(part, "label"), 60)
    said = " ".join(filter(None, (label, one_line(text_of(part, "title")), prose_of(part, words))))
    return [line for line in said.split("\n") if line]


def title_of_part(part: Data) -> str:
    """Return what a part is called: its title, else its name as text."""
    name = text_of(part, "title") or text_of(part, "name")
    plain = one_line(name, 60)
    return plain.replace("-", " ").capitalize() if plain.islower() else plain or "Other"


def list_named_lines(part: dict[str, Any], words: Inserter) -> list[str]:
    """Return the lines of a part, after its name where it has no label."""
    lines = list_all_lines(part, words, 0)
    label = one_line(prop(part, "label"), 60)
    return (
        [f"{one_line(text_of(part, 'name'), 60)} {lines[0]}", *lines[1:]]
        if (lines and not label)
        else lines
    )


def list_all_lines(part: dict[str, Any], words: Inserter, depth: int) -> list[str]:
    """Return the lines of a part and of all that is in it; what is under another is indented."""
    if depth > DEEPEST:
        return []
    head = ["  " * depth + line for line in list_own_lines(part, words)]
    if depth == 0 and not text_of(part, "prose").strip():
        head = []  # its title is the heading already
    below = [
        line
        for one in list_objects(part, "parts")
        for line in list_all_lines(one, words, depth + bool(head))
    ]
    return head + below


def prose_of(part: Data, words: Inserter) -> str:
    """Return the own prose of a part, with its parameters in it."""
    return words.prose(text_of(part, "prose"))
