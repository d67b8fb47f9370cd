"""What the number of a gate counts: which phases, and what is still missing before it."""

from collections import Counter
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
    if milestone.id in ids:
        return count_before_each(found[: ids.index(milestone.id) + 1])[-1]
    return len(frozenset().union(*(part.things for gate in found for part in gate.parts)))


def count_before_each(found: Sequence[Gate]) -> list[int]:
    """Return for each gate of a process how many things only earlier gates lack.

    What the gate lacks too, in a phase that it closes, is not among them. A request counts at
    every gate, each time in another phase.
    """
    counts = []
    everything: set[tuple[str, str]] = set()
    by_phase: dict[str, set[tuple[str, str]]] = {}  # the same, by the phases in which it counted
    known: set[int] = set()
    for gate in found:
        # Most parts are shared: what items owe counted whole before, in a phase that is closed now.
        shared = sum(len(part.things) for part in gate.parts if id(part) in known)
        fresh = [part for part in gate.parts if id(part) not in known]
        too = everything & set().union(*(part.things for part in fresh))
        for phase, elsewhere in by_phase.items():
            if phase not in gate.milestone.closes:
                too -= elsewhere
        counts.append(len(everything) - shared - len(too))
        known.update(map(id, fresh))
        for part in fresh:
            everything |= part.things
            by_phase.setdefault(part.phase, set()).update(part.things)
    return counts


def describe_scope(process: Process, found: Sequence[Gate], milestone: Milestone) -> str:
    """Return what the number of a gate leaves out: `Review only; 49 outstanding for earlier
    milestones`.

    Empty where the gate has no phase, or where nothing is missing before it.
    """
    before = count_before(found, milestone) if milestone.closes else 0
    return _state_scope(process, milestone, before)


def describe_scopes(process: Process, found: Sequence[Gate]) -> list[str]:
    """Return for each gate of a process what its number leaves out; see `describe_scope`."""
    pairs = zip(found, count_before_each(found), strict=True)
    return [_state_scope(process, gate.milestone, before) for gate, before in pairs]


def _state_scope(process: Process, milestone: Milestone, before: int) -> str:
    if not (before and milestone.closes):
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
    counted = {gate.milestone.id: _count_by_phase(gate) for gate in found}
    for phase in board.project.process.phases:
        closing = [gate for gate in found if phase.id in gate.milestone.closes]
        spoken = [gate for gate in closing if gate.milestone.id == milestone]
        names = [gate.milestone.id for gate in spoken or closing]
        counts = [(name, counted[name][phase.id]) for name in names]
        short = next((pair for pair in counts if pair[1]), ("", 0))
        lacks[phase.id] = short if closing else None
    return lacks


def _count_by_phase(gate: Gate) -> Counter[str]:
    found: Counter[str] = Counter()
    for part in gate.parts:
        found[part.phase] += len(part.counted)
    return found
