"""The difference of two texts, word by word."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Literal

from msgspec import Struct

LONGEST = 800
"""From how many words on the whole texts are given: comparing longer ones takes too long."""

SHARED = 0.5
"""How many words two lines share at least, of those that differ, to be shown as one line."""

Kind = Literal["same", "removed", "added"]

MARKS: Mapping[Kind, tuple[str, str]] = {
    "same": ("", ""),
    "removed": ("[-", "-]"),
    "added": ("{+", "+}"),
}
"""What pieces stand between where color does not tell them apart, as `git diff --word-diff`."""


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


def compare_lines(old: str, new: str) -> tuple[tuple[Piece, ...], ...]:
    """Return the lines of two texts in reading order, each in pieces.

    A line that became another one is compared word by word where they share enough words; else the
    old line is before the new one.
    """
    from difflib import SequenceMatcher  # loaded here: few commands compare texts

    one, other = (_split_lines(text) for text in (old, new))
    found: list[tuple[Piece, ...]] = []
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag == "equal":
            found += [(Piece("same", line),) for line in one[start:end]]
            continue
        gone, came = one[start:end], other[first:last]
        for before, after in zip_longest(gone, came, fillvalue=""):
            pieces = tuple(compare_words(before, after))
            if before and after and not _share_enough(pieces):
                found += [_whole_line("removed", before), _whole_line("added", after)]
            elif before and after:
                found.append(pieces)
            else:
                found.append(_whole_line("removed" if before else "added", before or after))
    return tuple(found)


def _whole_line(kind: Kind, line: str) -> tuple[Piece, ...]:
    """Return a line that came or went as a whole; the dash of a point is nobody's."""
    if line.startswith("- "):
        return Piece("same", "-"), Piece(kind, line[2:])
    return (Piece(kind, line),)


def _split_lines(text: str) -> list[str]:
    """Return the lines of a text that hold anything; white space within them is one blank."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in lines if line]


def _share_enough(pieces: Sequence[Piece]) -> bool:
    counts = Counter[str]()
    for piece in pieces:
        counts[piece.kind] += len(piece.text.split())
    return counts["same"] >= SHARED * max(counts["removed"], counts["added"])
