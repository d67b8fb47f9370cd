"""The difference of two texts, word by word."""

from typing import Literal

from msgspec import Struct

LONGEST = 800
"""From how many words on the whole texts are given: comparing longer ones takes too long."""

Kind = Literal["same", "removed", "added"]


class Piece(Struct, frozen=True):
    """Words that two texts share, or that only one of them has."""

    kind: Kind
    text: str


def compare_words(old: str, new: str) -> list[Piece]:
    """Return the pieces of two texts in reading order; what was removed is before what was added.

    White space counts as one blank.
    """
    from difflib import SequenceMatcher  # loaded here: few commands compare texts

    one, other = old.split(), new.split()
    if max(len(one), len(other)) > LONGEST:
        return _pieces(("removed", one), ("added", other))
    found: list[Piece] = []
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag == "equal":
            found += _pieces(("same", one[start:end]))
        else:
            found += _pieces(("removed", one[start:end]), ("added", other[first:last]))
    return found


def _pieces(*parts: tuple[Kind, list[str]]) -> list[Piece]:
    return [Piece(kind, " ".join(words)) for kind, words in parts if words]
