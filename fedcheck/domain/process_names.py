"""Names of milestones and phases that a person typed."""

from fedcheck.domain.process import Process
from fedcheck.domain.reference import did_you_mean
from fedcheck.errors import ErrorKind, FedcheckError


def resolve_phase(process: Process, name: str) -> str:
    """Return the id of a phase. Raises FedcheckError with a suggestion for an unknown one."""
    known = [phase.id for phase in process.phases]
    if name and name not in known:
        hint = did_you_mean(name, known) or "known: " + ", ".join(known)
        raise FedcheckError(f'{process.id} has no phase "{name[:60]}"', hint, ErrorKind.USAGE)
    return name


def resolve_milestone(process: Process, name: str) -> str:
    """Return the id of a milestone. Raises FedcheckError with a suggestion for an unknown one."""
    known = [milestone.id for milestone in process.milestones]
    if name not in known:
        hint = did_you_mean(name, known) or "known: " + ", ".join(known)
        raise FedcheckError(f'unknown milestone "{name}"', hint, ErrorKind.USAGE)
    return name
