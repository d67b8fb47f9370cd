"""Distinguish the rows of a list: tasks, the headings of groups between them, and totals."""

import re
from collections.abc import Mapping

from fedcheck.domain.text import one_line
from fedcheck.spreadsheets.grid import Grid, GridRow

_TOTAL = re.compile(r"(?:grand |sub[- ]?)?totals?\b.{0,20}|sum|count|average", re.I)
_COUNTED = re.compile(r"[-+]?[\d.,]+\s*%?(?:\s*(?:/|of)\s*\d+)?")

USUAL = 0.8
"""The share of rows that must fill a column, so that a row without it is something else."""


def find_groups(grid: Grid, places: Mapping[str, int]) -> dict[int, str]:
    """Return the headings of groups by the number of their row.

    Such a row fills one cell, leaves what nearly every other row fills empty (its id, else its
    status), and has rows below it. Without an id it may be a task that nobody began, so only
    several of them, or a text in capitals or with a colon, are headings.

    Args:
        grid: the rows.
        places: the column of each field that is known.
    """
    mark = places.get("id", places.get("status", -1))
    title = places.get("title", -1)
    if mark < 0 or title < 0 or len(grid.lines) < 3:
        return {}
    lone = [line for line in grid.lines if line.filled == 1]
    others = len(grid.lines) - len(lone)
    filled = sum(bool(line.text(mark)) for line in grid.lines if line.filled > 1)
    if not lone or others < 2 or filled < USUAL * others:
        return {}
    sure = "id" in places or len(lone) > 1
    found = {}
    for line, below in zip(grid.lines, grid.lines[1:], strict=False):
        only = next((line.text(place) for place in range(len(line.cells)) if line.text(place)), "")
        lone_heading = line.filled == 1 and below.filled > 1
        if not lone_heading or _COUNTED.fullmatch(only) or (line.text(mark) and mark > 0):
            continue
        if sure or only.isupper() or only.endswith(":"):
            found[line.number] = one_line(only).rstrip(":")
    return found


def is_total(line: GridRow) -> bool:
    """Return whether a row sums the others up: it states so, and holds nothing but numbers then."""
    texts = [text for place in range(len(line.cells)) if (text := line.text(place).strip())]
    if not texts or not _TOTAL.fullmatch(texts[0].rstrip(":")):
        return False
    return all(_COUNTED.fullmatch(text) for text in texts[1:])
