"""Match the headings of columns with the fields that they name: one matcher for all tables.

Case, punctuation, line breaks and blanks of any kind make no difference. A table may also be
searched for headings that are only similar, which is for lists that people keep as they like.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches

UNRANKED = 99
"""The rank of a heading that is none of the listed ones."""

LONGEST = 40
"""The longest text that is guessed to be a heading, in characters; explanations are longer."""

_SHORTEST = 4
"""Shorter words are not compared by similarity: too many are alike."""


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
        names: the headings of each field as `normalize` gives them, the most telling ones first. A
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
        """Return how well a heading tells its field: 0 is the best, `UNRANKED` not listed."""
        name, listed = self.normalize(heading), self.names.get(field, ())
        return listed.index(name) if name in listed else UNRANKED

    def guess_fields(self, header: Sequence[str], dates: Collection[str] = ()) -> dict[str, str]:
        """Return the heading of each field that can be told; a heading serves one field.

        Listed headings come first, then those that are nearly one, then those that contain one.

        Args:
            header: the texts of the row.
            dates: the fields that hold dates; only they take a heading that contains one of theirs
                and the word "date".
        """
        found: dict[str, str] = {}
        for match in (self._match_listed, self._match_similar, self._match_contained):
            for field, listed in self.names.items():
                if field in found:
                    continue
                taken = found.values()
                free = [one for one in header if 0 < len(one) <= LONGEST and one not in taken]
                if match == self._match_contained and field not in dates:
                    free = [one for one in free if "date" not in self.normalize(one).split()]
                if heading := match(listed, free):
                    found[field] = heading
        return found

    def _match_listed(self, listed: Sequence[str], free: Sequence[str]) -> str:
        by_name = {self.normalize(one): one for one in reversed(free)}
        return next((by_name[name] for name in listed if name in by_name), "")

    def _match_similar(self, listed: Sequence[str], free: Sequence[str]) -> str:
        names = ((self.normalize(one), one) for one in reversed(free))
        by_name = {name: one for name, one in names if len(name) >= _SHORTEST}
        for name in listed:
            alike = [one for one in by_name if abs(len(one) - len(name)) <= 1]
            near = get_close_matches(name, alike, 1, 0.8) if len(name) >= _SHORTEST else []
            if near:
                return by_name[near[0]]
        return ""

    def _match_contained(self, listed: Sequence[str], free: Sequence[str]) -> str:
        for one in free:
            words = f" {self.normalize(one)} "
            if any(len(name) >= _SHORTEST and f" {name} " in words for name in listed):
                return one
        return ""
