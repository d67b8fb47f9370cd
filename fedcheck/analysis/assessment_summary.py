"""The assessor's overall summary of an assessment: the one of the item that hands it over."""

from msgspec.structs import replace

from fedcheck.analysis.board import Board
from fedcheck.domain.package import Package
from fedcheck.domain.text import clean

DELIVERABLE = "assessment-summary"
"""The deliverable of a process that is the overall summary."""


def find_overall_summary(board: Board) -> str:
    """Return the summary that is recorded for the item that hands the overall summary over."""
    for one in board.project.process.deliverables:
        row = board.rows.get(one.handed_over_by) if one.id == DELIVERABLE else None
        if row is not None:
            return clean(row.record.summary).strip()
    return ""


def add_overall_summary(package: Package, board: Board) -> Package:
    """Return `[package]` with the assessor's own summary, which stands over the copy in the table.

    A provider includes what the assessor supplied without changing it.
    """
    summary = find_overall_summary(board)
    return replace(package, assessment_summary=summary) if summary else package
