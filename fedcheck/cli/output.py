"""How things are written on a line: status, dates, tables."""

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from fedcheck.cli.options import style_text
from fedcheck.domain.dates import format_distance
from fedcheck.domain.glossary import EVIDENCE_SIGNS, STATUS_SIGNS, UNSOUND_STATES, EvidenceState
from fedcheck.domain.reference import split_ref
from fedcheck.domain.row import Row
from fedcheck.domain.text import count_cells, one_line
from fedcheck.domain.workspace import Project

if TYPE_CHECKING:
    from fedcheck.domain.query_fields import Query

ROOMY_WIDTH = 110
"""From how many columns on whole references leave room for titles."""

MAX_WIDTH = 100
"""The widest column, in cells; one text of 100,000 characters must not fill every line up."""

_COLORS = {"accent": "cyan", "error": "red", "success": "green", "warning": "yellow"}
"""The color of each tone of the table of signs; muted ones are dim."""


def status_text(status: str) -> str:
    """Return glyph and word of a status, colored on a terminal."""
    sign = STATUS_SIGNS[status]
    text = f"{sign.glyph} {sign.word}"
    return style_text(f"{text:<9}", fg=_COLORS.get(sign.tone), dim=sign.tone == "muted")


def format_due(day: date | None, today: date) -> str:
    """Return a date with its distance, or nothing."""
    return f"{day.isoformat()}  {format_distance(day, today)}" if day else ""


VERIFY_HINT = "Verify files: fedcheck evidence verify evidence:unverified"
"""What to do about evidence files that were not verified yet."""


def describe_marks(row: Row) -> str:
    """Return what is wrong with an entry, as text."""
    found = []
    if row.overdue:
        found.append("! overdue")
    found += [f"↻ {state}" for state in UNSOUND_STATES if state in row.evidence]
    if row.unverified:
        found.append(f"{EVIDENCE_SIGNS[EvidenceState.UNVERIFIED].glyph} {EvidenceState.UNVERIFIED}")
    if row.changed:
        found.append("△ changed upstream")
    if row.private:
        found.append(row.sharing)
    return ", ".join(found)


def replacement_lines(project: Project) -> list[str]:
    """Return what nearer files take out of the shipped ones; nothing where there are none."""
    if not project.replaced:
        return []
    from fedcheck.analysis.replacements import list_replacements, summarize  # few have any

    found = list_replacements(project)
    some = any(one.takes_out for one in found)
    lines = [style_text(f"{summarize(found)}.", fg="yellow" if some else None, dim=not some)]
    return lines + [
        f"  {one.id} ({one.layer}): {one_line(one.words)}" for one in found if one.takes_out
    ]


MAX_REASON = 60
"""The widest reason on a terminal, in cells."""


def terminal_width() -> int:
    """Return the width of the terminal, or 0 where the output goes elsewhere."""
    if not sys.stdout.isatty():
        return 0
    from shutil import get_terminal_size  # loaded here: a pipe has no width

    return get_terminal_size().columns


def shorten_refs(refs: Collection[str]) -> dict[str, str]:
    """Return the bare ids of items where the terminal is narrow: a title states more.

    An id that several checklists have stays whole, so that every name can be typed as it stands.
    """
    if not is_narrow(terminal_width()):
        return {}
    seen = Counter(split_ref(ref)[1] for ref in refs)
    return {ref: name for ref in refs if seen[name := split_ref(ref)[1]] == 1}


def is_narrow(width: int) -> bool:
    """Return whether a terminal has no room for long references and reasons next to titles."""
    return 0 < width < ROOMY_WIDTH


def format_table(
    rows: Iterable[Sequence[str]], right: Sequence[int] = (), flexible: int = -1
) -> list[str]:
    """Return rows as lines with aligned columns.

    Args:
        rows: cells without color.
        right: columns that are aligned to the right.
        flexible: the column that is cut so that lines fit the terminal; none is cut elsewhere.
    """
    columns = [_clean_column(column) for column in zip(*rows, strict=True)]
    if not columns:
        return []
    widths = [min(_measure(column), MAX_WIDTH) for column in columns]
    room = terminal_width()
    if room and flexible >= 0:
        spare = room - sum(widths) - 2 * (len(widths) - 1)
        widths[flexible] = max(12, widths[flexible] + min(spare, 0))
    padded = [
        _pad_column(column, width, to_right=place in right, cut=room > 0)
        for place, (column, width) in enumerate(zip(columns, widths, strict=True))
    ]
    return ["  ".join(cells).rstrip() for cells in zip(*padded, strict=True)]


_GAPS = ("  ", "| ", " |")
"""What a column of cells between bars contains where a cell begins or ends with a blank, or has
two in a row."""


def _clean_column(cells: Sequence[str]) -> list[str]:
    """Return cells as one line each; what repeats in a column is cleaned once, plain text never."""
    found = set(cells)
    whole = f"|{'|'.join(found)}|"
    if whole.isascii() and whole.isprintable() and not any(gap in whole for gap in _GAPS):
        return list(cells)
    cleaned = {cell: one_line(cell) for cell in found}
    return [cleaned[cell] for cell in cells]


def _measure(cells: Sequence[str]) -> int:
    """Return the cells that the widest text takes on a screen."""
    return max(map(len, cells) if "".join(cells).isascii() else map(count_cells, set(cells)))


def _pad_column(cells: list[str], width: int, *, to_right: bool, cut: bool) -> list[str]:
    """Return texts at the width of their column; `cut` those that are wider."""
    if cut and _measure(cells) > width:
        cells = [one_line(cell, width) for cell in cells]
    if "".join(cells).isascii():
        pad = str.rjust if to_right else str.ljust
        return [pad(cell, width) for cell in cells]
    gaps = {cell: " " * (width - count_cells(cell)) for cell in set(cells)}
    return [gaps[cell] + cell if to_right else cell + gaps[cell] for cell in cells]


def parse_items_query(project: Project, parts: Sequence[str]) -> "Query | None":
    """Return the query on items that arguments make; None where they ask for nothing special.

    Raises QueryError.
    """
    text = join_query(parts)
    if not text.strip():
        return None
    from fedcheck.domain.item_language import build_item_language  # most lists are whole ones

    return build_item_language(project).parse(text)


def join_query(parts: Sequence[str]) -> str:
    """Return the arguments of a query as one text.

    A value with blanks that the shell has taken the quotes from (`section:federal mandates`) gets
    them back; an argument with several terms stays several terms.
    """
    return " ".join(quote_value(part) for part in parts)


def quote_value(part: str) -> str:
    """Return one argument of a query; see `join_query`."""
    first, *rest = part.split() or [""]
    whole = ":" in first and rest and not any(":" in word for word in rest) and '"' not in part
    name, _, value = part.partition(":")
    return f'{name}:"{value}"' if whole else part
