"""What the number of a gate counts: which phases, and what is still missing before it."""

from collections.abc import Sequence

from fedcheck.analysis.board import Board
from fedcheck.analysis.gates import Gate
from fedcheck.domain.process import Milestone, Process
from fedcheck.domain.text import one_line

MAX_NAMED = 2
"""How many phases of a gate are named."""


def count_before(found: Sequence[Gate], milestone: Milestone) -> int:
    """Return how many things earlier gates lack that the gate of a milestone does not ask for.

    Args:
        found: the gates of the process in their order.
        milestone: the milestone that is spoken of.
    """
    ids = [gate.milestone.id for gate in found]
    place = ids.index(milestone.id) if milestone.id in ids else len(ids)
    own = {(one.kind, one.ref) for gate in found[place : place + 1] for one in gate.missing}
    earlier = {
        (one.kind, one.ref)
        for gate in found[:place]
        for one in gate.missing
        # a request counts at every gate, each time in another phase
        if one.phase not in milestone.closes or (one.kind, one.ref) not in own
    }
    return len(earlier)


def describe_scope(process: Process, found: Sequence[Gate], milestone: Milestone) -> str:
    """Return what the number of a gate leaves out: `Review only; 49 outstanding for earlier
    milestones`.

    Empty where the gate has no phase, or where nothing is missing before it.
    """
    before = count_before(found, milestone) if milestone.closes else 0
    if not before:
        return ""
    named = [one_line(phase.title) for phase in process.phases if phase.id in milestone.closes]
    scope = " and ".join(named) if len(named) <= MAX_NAMED else "the phases of this milestone"
    return f"{scope} only; {before} outstanding for earlier milestones"


def lacking_by_phase(
    board: Board, found: Sequence[Gate], milestone: str
) -> dict[str, tuple[str, int] | None]:
    """Return for each phase the gate that it is shown by, and how much that lacks there.

    That is the gate of the milestone that is spoken of, where it closes the phase; for the other
    phases the first of their gates that lacks something there. The milestone is empty and the
    number 0 where nothing is missing; None where the phase has no gate. What is missing in the
    phases of one gate adds up to what it lacks.
    """
    lacks: dict[str, tuple[str, int] | None] = {}
    for phase in board.project.process.phases:
        closing = [gate for gate in found if phase.id in gate.milestone.closes]
        spoken = [gate for gate in closing if gate.milestone.id == milestone]
        counts = [
            (g.milestone.id, sum(m.phase == phase.id for m in g.missing)) for g in spoken or closing
        ]
        short = next((pair for pair in counts if pair[1]), ("", 0))
        lacks[phase.id] = short if closing else None
    return lacks
