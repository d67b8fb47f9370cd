"""What commands state about evidence: groups, when each piece goes stale, how far a reading is."""

import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import click

from fedcheck.analysis.board import Board
from fedcheck.analysis.evidence_grouping import age_in_days, group_evidence
from fedcheck.analysis.evidence_register import EvidenceRow, EvidenceUse, build_full_register
from fedcheck.cli import output

QUIET_SECONDS = 0.5
"""How long a reading takes before it is worth a line."""


@dataclass(frozen=True, slots=True)
class StaleForecast:
    """When a piece goes stale: as words for a line, and as data."""

    words: str
    data: Mapping[str, object]


def forecast_stale(board: Board) -> dict[tuple[str, str], StaleForecast]:
    """Return when each piece goes stale, by reference and evidence id."""
    return {
        (use.row.ref, use.evidence_item.id): StaleForecast(
            _describe_stale_date(use),
            {
                "age": age_in_days(use.evidence_item, board.today),
                "stale_from": use.stale_from,
                "judged_at": use.at or None,
                "goes_stale": use.turns,
                "soon": use.soon,
            },
        )
        for row in build_full_register(board).rows
        for use in row.uses
        if use.evidence_item is not None
    }


def _describe_stale_date(use: EvidenceUse) -> str:
    if use.stale_from is None:
        return "-"
    return f"goes stale {use.stale_from}" + (f" at {use.at}" if use.at else "")


def format_groups(board: Board, refs: Collection[str], by: str) -> list[str]:
    """Return the rows of the register that are on items, under headings, and their count."""
    found = build_full_register(board)
    rows = [
        EvidenceRow(kept)
        for row in found.rows
        if (kept := tuple(use for use in row.uses if use.row.ref in refs))
    ]
    groups = group_evidence(found, rows, by)
    cells = [_cells(row, board) for group in groups for row in group.rows]
    lines = output.format_table(cells, right=(2,), flexible=4)
    said: list[str] = []
    for group in groups:
        count = "" if group.ref else f" ({len(group.rows)})"
        said += [f"{group.title}{count}", *(f"  {line}" for line in lines[: len(group.rows)])]
        lines = lines[len(group.rows) :]
    return said


def _cells(row: EvidenceRow, board: Board) -> list[str]:
    evidence_item, standing = row.evidence_item, row.standing
    age = age_in_days(evidence_item, board.today) if evidence_item else None
    refs = ", ".join(row.refs[:3]) + (f" and {len(row.refs) - 3} more" if row.refs[3:] else "")
    return [
        evidence_item.id if evidence_item else "-",
        standing,
        "" if age is None else f"{age} d",
        _describe_stale_date(row.worst) if evidence_item else "",
        row.name,
        refs,
    ]


@contextmanager
def show_progress(verb: str) -> Iterator[Callable[[int], None]]:
    """Give a step that shows on a terminal how much was read, once that takes a while."""
    begun, done, shown = time.monotonic(), 0, 0.0

    def step(count: int) -> None:
        nonlocal done, shown
        done += count
        now = time.monotonic()
        if sys.stderr.isatty() and now - begun > QUIET_SECONDS and now - shown > 0.1:
            shown = now
            click.echo(f"\r{verb} {done / 1e6:,.0f} MB", err=True, nl=False)

    try:
        yield step
    finally:
        if shown:
            click.echo("\r" + " " * 40 + "\r", err=True, nl=False)
