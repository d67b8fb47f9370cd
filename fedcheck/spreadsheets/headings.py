"""Match the headings of columns with the fields that they name: one matcher for all tables.

Case, punctuation, line breaks and blanks of any kind make no difference.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

UNRANKED = 99
"""The rank of a heading that is none of the listed ones."""


def normalize(heading: object, number: str = "no") -> str:
    """Return a heading as it is compared: words of ASCII letters and digits, in lower case.

    Args:
        heading: a cell; one that is no text gives an empty text.
        number: the word that the sign # stands for; empty where the sign means nothing.
    """
    text = unicodedata.normalize("NFKC", heading if isinstance(heading, str) else "")
    text = text.casefold().replace("#", f" {number} ")
    return " ".join(re.sub(r"[^0-9a-z]+", " ", text).split())


def find_header(scores: Iterable[int]) -> int:
    """Return the place of the first highest score above 0, the header of a table; else -1."""
    best, at = 0, -1
    for place, score in enumerate(scores):
        if score > best:
            best, at = score, place
    return at


class HeadingTable:
    """The headings by which the columns of one kind of table are found.

    Args:
        names: the headings of each field as `normalize` gives them, the most showing ones first. A
            heading that several fields list is of the last one.
        number: as in `normalize`.
    """

    def __init__(self, names: Mapping[str, Sequence[str]], number: str = "no") -> None:
        self.names = names
        self.number = number
        self._exact = {name: field for field, listed in names.items() for name in listed}
        self._joined = {name.replace(" ", ""): field for name, field in self._exact.items()}

    def normalize(self, heading: object) -> str:
        """Return a heading as this table compares it."""
        return normalize(heading, self.number)

    def find_field(self, heading: object) -> str:
        """Return the field that a heading names, its words joined or apart; empty for none."""
        name = self.normalize(heading)
        return self._exact.get(name) or self._joined.get(name.replace(" ", ""), "")

    def find_columns(self, row: Iterable[object]) -> dict[str, int]:
        """Return the first column of each field that a row of headings names."""
        found: dict[str, int] = {}
        for place, heading in enumerate(row):
            if field := self.find_field(heading):
                found.setdefault(field, place)
        return found

    def rank(self, field: str, heading: object) -> int:
        """Return how well a heading shows its field: 0 is the best, `UNRANKED` not listed."""
        name, listed = self.normalize(heading), self.names.get(field, ())
        return listed.index(name) if name in listed else UNRANKED
