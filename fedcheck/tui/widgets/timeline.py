"""Milestones on a line with today on it, and a sparkline that people can read."""

from collections.abc import Sequence
from datetime import date

from rich.cells import cell_len
from textual.content import Content

from fedcheck.domain.text import one_line

BARS = "▁▂▃▄▅▆▇█"
GAP = 2
SHIFT = 3
"""How far a name may are next to its mark, in cells."""


def sparkline(counts: Sequence[int], ascii_only: bool) -> str:
    """Return one sign for each count, as high as its share of the largest; none is a dot."""
    top = max(counts, default=0)
    if not top:
        return "." * len(counts) if ascii_only else "·" * len(counts)
    if ascii_only:
        return "".join(str(min(count, 9)) if count else "." for count in counts)
    return "".join(
        BARS[min((count * len(BARS) - 1) // top, len(BARS) - 1)] if count else "·"
        for count in counts
    )


def timeline(
    milestones: Sequence[tuple[str, date]], today: date, width: int, ascii_only: bool
) -> list[Content]:
    """Return three lines: the rail with its marks, the names below, and the dates.

    Args:
        milestones: titles and dates of milestones, in the order of their dates.
        today: is on the rail as a mark of its own.
        width: cells to use; milestones that find no room lose their name, not their mark.
        ascii_only: whether to draw with ASCII.
    """
    if not milestones or width < 30:
        return []
    first = min(today, milestones[0][1])
    last = max(today, milestones[-1][1])
    span = max((last - first).days, 1)
    rail, tee, here = ("-", "+", "@") if ascii_only else ("─", "┬", "●")
    edge = 4

    def column(day: date) -> int:
        return edge + round((day - first).days / span * (width - 1 - 2 * edge))

    marks = [rail] * width
    for _, day in milestones:
        marks[column(day)] = tee
    marks[column(today)] = here
    names = _Row(width)
    dates = _Row(width)
    now = column(today)
    names.put("today", now)
    dates.put(today.strftime("%m-%d"), now)
    for title, day in [*_ahead(milestones, today), *reversed(_behind(milestones, today))]:
        if names.put(one_line(title, 18), column(day)):
            dates.put(day.strftime("%m-%d"), names.middle)
    place = column(today)
    line = "".join(marks)
    return [
        Content.assemble(
            (line[:place], "$foreground-muted"),
            (line[place], "$accent"),
            (line[place + 1 :], "$foreground-muted"),
        ),
        Content(names.text),
        Content.styled(dates.text, "$foreground-muted"),
    ]


def _ahead(milestones: Sequence[tuple[str, date]], today: date) -> list[tuple[str, date]]:
    return [one for one in milestones if one[1] >= today]


def _behind(milestones: Sequence[tuple[str, date]], today: date) -> list[tuple[str, date]]:
    return [one for one in milestones if one[1] < today]


class _Row:
    """A line of words, each in the middle of its column where there is room for it."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.words: list[tuple[int, str]] = []

    def put(self, word: str, column: int) -> bool:
        """Put a word below a column, or close to it; return whether there was room."""
        size = cell_len(word)
        middle = column - size // 2
        places = range(column - size - SHIFT, column + SHIFT + 1)
        for start in sorted(places, key=lambda place: abs(place - middle)):
            if 0 <= start <= self.width - size and self._is_free(start, size):
                self.words.append((start, word))
                return True
        return False

    def _is_free(self, start: int, size: int) -> bool:
        return not any(
            start < other + cell_len(text) + GAP and other < start + size + GAP
            for other, text in self.words
        )

    @property
    def middle(self) -> int:
        """Return the middle of the word that was put last."""
        start, word = self.words[-1]
        return start + cell_len(word) // 2

    @property
    def text(self) -> str:
        """Return the line."""
        line, at = "", 0
        for start, word in sorted(self.words):
            line += " " * (start - at) + word
            at = start + cell_len(word)
        return line
