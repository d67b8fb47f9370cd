"""What a row of the table of fields states: the columns of `fields.py`."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What a field holds; how it is parsed, printed and redacted by default."""

    ID = "id"
    LINE = "line"
    TEXT = "text"
    PERSON = "person"
    CHOICE = "choice"
    DAY = "day"
    DUE = "due"
    LINES = "lines"
    REFS = "references"
    LINK = "link"
    HASH = "hash"
    EVIDENCE = "evidence"


class Group(StrEnum):
    """Where a details pane shows a field."""

    HEAD = "head"
    """In the head or another place that the pane draws itself."""
    FACTS = "facts"
    """A line of its own, or of several fields that share a line."""
    TEXTS = "texts"
    """A block of text under its label."""
    DETAILS = "details"
    """A line among the details that the official tables require."""
    HIDDEN = "hidden"
    """Nowhere: bookkeeping."""


class Redaction(StrEnum):
    """What `--redact` does with a field."""

    NONE = "none"
    NAME = "name"
    NOTE = "note"
    WORDS = "words"
    """Stays, without the names and links in it."""
    LINK = "link"


BY_KIND: Mapping[Kind, Redaction] = {
    Kind.PERSON: Redaction.NAME,
    Kind.TEXT: Redaction.NOTE,
    Kind.LINE: Redaction.WORDS,
    Kind.LINK: Redaction.LINK,
}
"""The redaction of kinds of values; that of others is NONE."""

WIDTHS: Mapping[Kind, int] = {Kind.TEXT: 60, Kind.DAY: 10, Kind.HASH: 12, Kind.PERSON: 24}
"""How many cells a value of a kind takes in a column or a sentence; 40 for others."""


class Field(Struct, frozen=True):
    """A row of the table.

    Attributes:
        name: attribute of the class and name in the history; the TOML key has hyphens.
        label: what people read, as a noun: `Owner`.
        kind: what it holds.
        doc: one sentence for editors, `--help` and the documentation.
        check: the rule for its text, as in `Key.check`.
        json: its key in JSON; empty where it is the name.
        json_part: `row`, `document`, or the object inside the document that has it.
        column: its column in an export; empty where it is the name.
        option: its option of the command line; empty where it has none, or one that does more.
        group: where details panes show it.
        line: the label of the line that it shares with other fields, in the order of the table.
        lead: what stands between it and the field before it on that line.
        width: cells in a column or a sentence; 0 for that of its kind.
        redaction: what a redacted report does with it; None for what its kind states.
        merge: name of the group of fields that a rule couples; they merge together.
        importance: order in a sentence about changes, 1 first.
        follows: the field whose change sets this one by a rule; a sentence then leaves it out.
        words: what values are called, where that is not the value itself.
    """

    name: str
    label: str
    kind: Kind
    doc: str
    check: str = ""
    json: str = ""
    json_part: str = "document"
    column: str = ""
    option: str = ""
    group: Group = Group.FACTS
    line: str = ""
    lead: str = ", "
    width: int = 0
    redaction: Redaction | None = None
    merge: str = ""
    importance: int = 4
    follows: str = ""
    words: Mapping[str, str] = {}

    @property
    def word(self) -> str:
        """Return the label as it reads within a sentence: `owner`, `CVE numbers`."""
        return within_sentence(self.label)

    @property
    def key(self) -> str:
        """Return its key in TOML files."""
        return self.name.replace("_", "-")

    @property
    def cells(self) -> int:
        """Return how many cells it takes in a column or a sentence."""
        return self.width or WIDTHS.get(self.kind, 40)

    @property
    def redacted(self) -> Redaction:
        """Return what a redacted report does with it."""
        return self.redaction or BY_KIND.get(self.kind, Redaction.NONE)


def within_sentence(label: str) -> str:
    """Return a label as it reads within a sentence: its first word small, unless an acronym."""
    first = label.split(" ")[0]
    return label if first[1:] != first[1:].lower() else label[:1].lower() + label[1:]
