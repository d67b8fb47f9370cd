"""What the linter finds, and the rules it finds it by."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from fedcheck.errors import Problem

RULES: Mapping[str, str] = MappingProxyType({
    "title-length": "An item's title has at most 60 characters.",
    "title-form": "An item's title is one fact that can be ticked: a sentence with a verb.",
    "words": "No word or spelling of the list of words to replace.",
    "verb": "Every sentence of running text has a verb.",
    "long-sentence": "A sentence has at most 40 words.",
    "source": "An item names a source, and the place in it.",
    "says": "A source quotes the few words that make the item required, recommended or optional.",
    "level": "The level of an item is that of the words quoted from its source.",
    "control": "A control is in the Rev 5 baseline of every impact level that the item is for.",
    "needs": "What an item needs can be done before it, and by someone who takes part.",
    "copied": "No run of eight words is that of an official text.",
})  # fmt: skip
"""The rules by name, each in a sentence."""

STRUCTURE = "format"
"""The rule of problems that a check without --strict finds too."""


class Fault(Struct, frozen=True):
    """What is wrong with a text, wherever that text is.

    Attributes:
        text: the words it is about.
        remedy: what to write instead.
    """

    rule: str
    text: str
    message: str
    remedy: str


class Finding(Struct, frozen=True):
    """A fault with its place.

    Attributes:
        item: id of the item, term, milestone or rule; empty for what belongs to none.
    """

    path: Path
    line: int
    item: str
    rule: str
    text: str
    message: str
    remedy: str

    def as_problem(self) -> Problem:
        """Return the finding as a problem of a file."""
        named = f"{self.item}: " if self.item else ""
        message = f"[{self.rule}] {named}{self.message}"
        return Problem(self.path, self.line, message, self.remedy)
