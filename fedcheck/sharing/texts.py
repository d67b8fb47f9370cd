"""A text that both sides changed: both versions are kept, each under a line that says whose."""

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


def join_versions(ours: Version, theirs: Version) -> str:
    """Return one text with both versions verbatim; the same whichever side is called ours.

    A version that has the other one in it, line by line, is the later one and stands alone.
    """
    if _has_lines(ours.text, theirs.text):
        return ours.text
    if _has_lines(theirs.text, ours.text):
        return theirs.text
    pair = sorted((ours, theirs), key=lambda one: (one.line == "", str(one.day), one.who, one.text))
    words = ("one version", "another version")
    lines = [one.line or word for one, word in zip(pair, words, strict=True)]
    if lines[0] == lines[1]:
        lines = [f"{line}, {word}" for line, word in zip(lines, words, strict=True)]
    return "\n\n".join(f"[{line}]\n{one.text}" for line, one in zip(lines, pair, strict=True))


def _has_lines(text: str, part: str) -> bool:
    """Tell whether a text has all lines of another one, one after the other."""
    lines, wanted = text.split("\n"), part.split("\n")
    last = len(lines) - len(wanted)
    return any(lines[at : at + len(wanted)] == wanted for at in range(last + 1))
