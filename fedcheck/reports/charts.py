"""Pictures in a report: a bar of progress, and how many items were done in each week.

A template states `bar(done, of)` or `chart(weeks)`. What it gets is a mark that no text from a file
can hold: it names the picture and its numbers. In Markdown a bar is left out, as the count stands
next to it, and a chart is a row of blocks; in HTML both become a drawing with a text alternative.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from fedcheck.reports.markdown import Markdown

_EDGE = "\ufdef"
"""Stands around a picture: a code point for internal use, which `make_visible` takes out."""

_FOUND = re.compile(
    f"{_EDGE}(bar|chart) ([0-9-]+(?: [0-9-]+){{1,200}}){_EDGE}( ?)([0-9?]+/[0-9]+[?]?, [0-9?]+%?)?"
)
_STRAY = re.compile(_EDGE)
_BLOCKS = "▁▂▃▄▅▆▇█"
_MOST = 100_000_000

_WIDTH, _HEIGHT, _COLUMN = 96, 10, 44
_CHART, _FOOT, _HEAD = 72, 16, 14


def bar(done: Any, of: Any) -> Markdown:
    """Return the mark of a bar that shows how many of how many are done."""
    return _mark("bar", (_number(done), _number(of)))


def chart(weeks: Any) -> Markdown:
    """Return the mark of a chart of weeks, each with `start` and `done`."""
    found = [week for week in weeks if isinstance(getattr(week, "start", None), date)][-60:]
    if not found:
        return Markdown("")
    first = found[0].start
    return _mark("chart", (first.year, first.month, first.day, *(week.done for week in found)))


def _number(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError("a bar needs two whole numbers")
    return max(0, min(value, _MOST))


def _mark(kind: str, numbers: Iterable[int]) -> Markdown:
    return Markdown(f"{_EDGE}{kind} {' '.join(str(int(n)) for n in numbers)}{_EDGE}")


def as_text(document: str) -> str:
    """Return a document with its pictures as text."""
    return _STRAY.sub("", _FOUND.sub(_text, document)) if _EDGE in document else document


def as_drawings(html: str) -> str:
    """Return HTML text in which the marks of pictures have become drawings."""
    return _STRAY.sub("", _FOUND.sub(_drawing, html)) if _EDGE in html else html


def _text(found: re.Match[str]) -> str:
    if found[1] == "bar":
        return found[4] or ""
    counts = _counts(found)
    top = max(counts, default=0) or 1
    blocks = "".join(_BLOCKS[min(count * 8 // top, 7)] for count in counts)
    return f"`{blocks}`{found[3]}{found[4] or ''}"


def _counts(found: re.Match[str]) -> list[int]:
    return [int(number) for number in found[2].split()[3:] if number.isdigit()]


def _drawing(found: re.Match[str]) -> str:
    numbers = [int(part) for part in found[2].split() if part.isdigit()]
    rest = found[3] + (f'<span class="whole">{found[4]}</span>' if found[4] else "")
    if found[1] == "bar":
        return (_bar(*numbers) if len(numbers) == 2 else "") + rest
    return (_chart(numbers) if len(numbers) > 3 else "") + rest


def _bar(done: int, of: int) -> str:
    share = min(done / of, 1.0) if of else 1.0
    filled = round(share * (_WIDTH - 2), 1)
    percent = min(100 * done // of, 100) if of else 100
    return (
        f'<svg class="bar" role="img" width="{_WIDTH}" height="{_HEIGHT}"'
        f' viewBox="0 0 {_WIDTH} {_HEIGHT}"><title>{done} of {of} done, {percent} %</title>'
        f'<rect class="all" x="0.5" y="0.5" width="{_WIDTH - 1}" height="{_HEIGHT - 1}" rx="2"/>'
        f'<rect class="done" x="1" y="1" width="{filled}" height="{_HEIGHT - 2}" rx="1.5"/></svg>'
    )


def _chart(numbers: Sequence[int]) -> str:
    year, month, day, *counts = numbers
    try:
        first = date(year, month, day)
        starts = [date.fromordinal(first.toordinal() + 7 * at) for at in range(len(counts))]
    except (ValueError, OverflowError):
        return ""
    width, height = _COLUMN * len(counts), _HEAD + _CHART + _FOOT
    top = max(counts) or 1
    told = "; ".join(f"{day}: {count}" for day, count in zip(starts, counts, strict=True))
    parts = []
    for at, (start, count) in enumerate(zip(starts, counts, strict=True)):
        tall = round(_CHART * count / top, 1)
        left, middle = _COLUMN * at + 8, _COLUMN * at + _COLUMN // 2
        y = round(_HEAD + _CHART - tall, 1)
        kind = "now" if at == len(counts) - 1 else "done"
        parts.append(
            f'<rect class="{kind}" x="{left}" y="{y}" width="{_COLUMN - 16}" height="{tall}"/>'
            f'<text x="{middle}" y="{round(y - 3, 1)}">{count}</text>'
            f'<text x="{middle}" y="{height - 3}">{start:%m-%d}</text>'
        )
    base = f'<path class="base" d="M0 {_HEAD + _CHART + 0.5}H{width}"/>'
    return (
        f'<svg class="chart" role="img" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}"><title>Items done per week</title>'
        f"<desc>By the Monday of each week. {told}.</desc>{''.join(parts)}{base}</svg>"
    )
