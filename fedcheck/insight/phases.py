"""Phases: how much the gates still lack in each."""

from collections.abc import Iterable

from fedcheck.insight.gates import Gate
from fedcheck.model.process import Process


def lacking(process: Process, gates: Iterable[Gate]) -> dict[str, int | None]:
    """Return for each phase how much the first of the gates that closes it lacks there."""
    found: dict[str, int | None] = {phase.id: None for phase in process.phases}
    for gate in gates:
        for phase in gate.milestone.closes:
            if found.get(phase) is None:
                found[phase] = sum(missing.phase == phase for missing in gate.missing)
    return found
