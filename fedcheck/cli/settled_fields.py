"""Settle what a merge kept of both sides when a command opens a workspace, and list it."""

from typing import TYPE_CHECKING

from fedcheck.cli.invocation import print_error
from fedcheck.errors import FedcheckError

if TYPE_CHECKING:
    from fedcheck.session import Session

MANY = 20
"""How many fields are listed."""


def settle_and_list(session: "Session", *, in_between: bool = False) -> list[str]:
    """Settle fields that were set on both sides of a merge; list all of them on stderr.

    A workspace that cannot be written keeps them for the next command. Returns the files that may
    have changed.
    """
    from fedcheck.sharing.settling import describe_settled, settle

    try:
        found = settle(session, in_between=in_between)
    except FedcheckError as error:
        print_error(f"fields that were set on both sides of a merge are not settled: {error}")
        return []
    lines = describe_settled(session, found)
    more = [f"  and {len(lines) - MANY - 1} more"] if len(lines) > MANY + 1 else []
    if lines:
        print_error("\n".join([*lines[: MANY + 1], *more]))
    return sorted({one.ref.partition(":")[0] for one in found if one.outcome != "open"})
