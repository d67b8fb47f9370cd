"""What an assessor recorded about requirements: verified, validated and summarized, by kind."""

from typing import Literal

from msgspec import Struct

from fedcheck.analysis.board import Board
from fedcheck.analysis.requirements import find_kind
from fedcheck.domain.glossary import Result
from fedcheck.domain.process import RequirementKind
from fedcheck.domain.record import Record
from fedcheck.domain.row import Row

Step = Literal["verified", "validated", "summarized"]
STEPS: tuple[Step, ...] = ("verified", "validated", "summarized")
"""What an assessor does with each requirement, in this order."""


class AssessorCount(Struct, frozen=True):
    """How far an assessor is with one step of one kind of requirement.

    Attributes:
        total: the requirements of the kind that apply.
        recorded: those for which the step is recorded.
        satisfied, other, na: with which result; all 0 for summaries.
    """

    kind: RequirementKind
    step: Step
    total: int
    recorded: int
    satisfied: int
    other: int
    na: int


def count_assessor_results(board: Board, role: str) -> list[AssessorCount]:
    """Count what the assessor recorded about the requirements of a role, by kind and step."""
    kinds = board.project.process.requirement_kinds
    found: dict[str, list[Row]] = {}
    for row in board.rows.values():
        kind = find_kind(kinds, row)
        if kind and row.role == role and not (row.private or row.unknown):
            found.setdefault(kind.id, []).append(row)
    return [
        _count(kind, step, [row.record for row in found[kind.id]])
        for kind in kinds
        if kind.id in found
        for step in STEPS
    ]


def _count(kind: RequirementKind, step: Step, records: list[Record]) -> AssessorCount:
    if step == "summarized":
        written = sum(bool(record.summary.strip()) for record in records)
        return AssessorCount(kind, step, len(records), written, 0, 0, 0)
    results = [record.verified if step == "verified" else record.validated for record in records]
    return AssessorCount(
        kind=kind,
        step=step,
        total=len(records),
        recorded=len(results) - results.count(Result.NONE),
        satisfied=results.count(Result.SATISFIED),
        other=results.count(Result.OTHER_THAN_SATISFIED),
        na=results.count(Result.NOT_APPLICABLE),
    )
