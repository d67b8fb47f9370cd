"""Everything a person can do in the app: a table for each group of places.

Bindings, footer, help panel, palette and the page in `docs/` are made from it. No Textual here, so
that commands and documentation can read it too.
"""

from fedcheck.actions import (
    calendar,
    everywhere,
    evidence,
    exchange,
    items,
    ledgers,
    parts,
    reporting,
    testing,
)
from fedcheck.actions.action import Action

ACTIONS: tuple[Action, ...] = (
    *everywhere.ACTIONS,
    *items.ACTIONS,
    *testing.ACTIONS,
    *evidence.ACTIONS,
    *ledgers.ACTIONS,
    *calendar.ACTIONS,
    *parts.ACTIONS,
    *reporting.ACTIONS,
    *exchange.ACTIONS,
)
"""All actions; ids are never renamed."""


def of_place(place: str) -> tuple[Action, ...]:
    """Return the actions of a place."""
    return tuple(action for action in ACTIONS if action.place == place)
