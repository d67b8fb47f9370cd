"""Deliverables: each document of a process, and the item that hands it over."""

from dataclasses import dataclass

from fedcheck.insight.entries import Board
from fedcheck.model.entry import Entry
from fedcheck.model.process import Deliverable
from fedcheck.model.reference import split


@dataclass(frozen=True, slots=True)
class Paper:
    """A deliverable as it stands.

    Attributes:
        entry: the item that hands it over; nothing while no checklist has that item.
        phase: the phase in which it is handed over, if that is known.
    """

    deliverable: Deliverable
    entry: Entry | None
    phase: str = ""


def papers(board: Board) -> list[Paper]:
    """Return the deliverables of the process; those that the profile leaves out are left out."""
    found = []
    for deliverable in board.project.process.deliverables:
        ref = deliverable.handed_over_by
        entry = board.entries.get(ref)
        if entry is None and board.project.item(ref) is not None:
            continue
        checklist = board.project.checklists.get(split(ref)[0])
        found.append(Paper(deliverable, entry, checklist.phase if checklist else ""))
    return found
