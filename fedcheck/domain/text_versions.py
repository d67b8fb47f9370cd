"""A text that both sides changed: both versions are kept, each under a line with its author."""

import re
from datetime import date

from msgspec import Struct


class Version(Struct, frozen=True):
    """A text of one side, with who wrote it and when, where that is known."""

    text: str
    who: str = ""
    day: date | None = None

    @property
    def line(self) -> str:
        """Return the line above the text; empty where neither name nor day is known."""
        parts = [self.who, self.day.isoformat() if self.day else ""]
        return ", ".join(part for part in parts if part)


_WORDS = ("one version", "another version")

_NEXT = re.compile(r"\n\n(\[[^\[\]\n]+\])\n")


def join_versions(*versions: Version, in_order: bool = False) -> str:
    """Return one text with all versions verbatim; the same in whichever order they come.

    A version that has another one in it, line by line, is the later one and stands alone.

    Args:
        versions: two or more.
        in_order: whether the order in which they come is to stay.
    """
    kept: list[Version] = []
    for at, one in enumerate(versions):
        rest = [*kept, *versions[at + 1 :]]
        if not any(_has_lines(other.text, one.text) for other in rest):
            kept.append(one)
    if len(kept) == 1:
        return kept[0].text
    if not in_order:
        kept.sort(key=lambda one: (one.line == "", str(one.day), one.who, one.text))
    words = [*_WORDS, *(_WORDS[1] for _ in kept)]
    lines = [one.line or word for one, word in zip(kept, words, strict=False)]
    if len(set(lines)) < len(lines):
        lines = [f"{line}, {word}" for line, word in zip(lines, words, strict=False)]
    return "\n\n".join(f"[{line}]\n{one.text}" for line, one in zip(lines, kept, strict=True))


def split_versions(text: str) -> list[Version] | None:
    """Return the versions that a merge joined, without names; None where a text is none of two."""
    first, newline, rest = text.partition("\n")
    if not newline or not re.fullmatch(r"\[[^\[\]]+\]", first):
        return None
    last = None
    for found in _NEXT.finditer(rest):
        if last is None or found[1].rstrip("]").endswith(_WORDS[1]):
            last = found
    if last is None:
        return None
    return [Version(rest[: last.start()]), Version(rest[last.end() :])]


def _has_lines(text: str, part: str) -> bool:
    """Return whether a text has all lines of another one, one after the other."""
    lines, wanted = text.split("\n"), part.split("\n")
    last = len(lines) - len(wanted)
    return any(lines[at : at + len(wanted)] == wanted for at in range(last + 1))
