"""Evidence that does not count: which piece, of which item, and why."""

from dataclasses import dataclass

from fedcheck.insight.entries import Board
from fedcheck.insight.freshness import judged_at
from fedcheck.insight.milestones import Calendar
from fedcheck.model.dates import parse_max_age, shift_clamped
from fedcheck.model.entry import Entry
from fedcheck.model.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Trouble:
    """A piece of evidence that is stale, missing or changed, and why in a few words."""

    entry: Entry
    proof: Evidence
    state: str
    why: str


def troubles(board: Board) -> list[Trouble]:
    """Return the evidence that does not count, in the order of the items."""
    return [
        Trouble(entry, proof, state, _why(board, entry, proof, state))
        for entry in board.entries.values()
        for proof, state in zip(entry.record.evidence, entry.evidence, strict=True)
        if state != "ok"
    ]


def _why(board: Board, entry: Entry, proof: Evidence, state: str) -> str:
    if state == "missing":
        return "the file is gone"
    if state == "changed":
        return "the file is not what it was"
    span, judged = judged_at(entry.item, board.calendar, board.today)
    if proof.expires and proof.expires < judged:
        return f"{'expired' if proof.expires < board.today else 'expires'} on {proof.expires}"
    if span and proof.collected is None:
        return "its date is unknown"
    if span and proof.collected and shift_clamped(proof.collected, span) < judged:
        return f"older than {span} {_when(board.calendar, entry)}"
    return f"due again: older than {entry.item.every}"


def _when(calendar: Calendar, entry: Entry) -> str:
    at = parse_max_age(entry.item.max_age).at
    stone = calendar.project.process.milestone(at)
    day = calendar.anchor(at) if at else None
    return f"at {stone.title if stone else at}, {day}" if day else "today"
