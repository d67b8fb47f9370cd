"""Which processes an effort in a historical process can continue on."""

from collections.abc import Iterable

from fedcheck.domain.glossary import Standing
from fedcheck.domain.process import Process


def list_successors(current: Process, offered: Iterable[Process]) -> list[str]:
    """Return the ids of the open processes for a historical one; none for a current process.

    Args:
        current: the process of the workspace.
        offered: the processes that a new workspace can follow.
    """
    if current.status is not Standing.HISTORICAL:
        return []
    return list_open_processes(offered, current.id)


def list_open_processes(offered: Iterable[Process], current: str) -> list[str]:
    """Return the ids of the processes that an effort can convert to, without its own."""
    open_ones = (one.id for one in offered if one.status is not Standing.HISTORICAL)
    return sorted(one for one in open_ones if one != current)


def format_conversion(successors: Iterable[str]) -> str:
    """Return the command that continues an effort on one of some processes."""
    return f"fedcheck convert --to {'|'.join(successors)} DIR"
