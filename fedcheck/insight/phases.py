"""Phases: how much the gates that close them still lack in each."""

from collections.abc import Iterable

from fedcheck.insight.gates import Gate
from fedcheck.model.process import Process


def lacking(process: Process, gates: Iterable[Gate]) -> dict[str, int | None]:
    """Return for each phase how much the gates that close it lack there; none without a gate."""
    found: dict[str, int | None] = {phase.id: None for phase in process.phases}
    for gate in gates:
        for phase in gate.milestone.closes:
            count = sum(missing.phase == phase for missing in gate.missing)
            found[phase] = max(count, found.get(phase) or 0)
    return found
