"""Everything a person can do in the app: a table for each group of places.

Bindings, footer, help panel, palette and the page in `docs/` are made from it. No Textual here, so
that commands and documentation can read it too.
"""

from fedcheck.actions import everywhere, evidence, items, ledgers, reporting
from fedcheck.actions.action import Action

ACTIONS: tuple[Action, ...] = (
    *everywhere.ACTIONS,
    *items.ACTIONS,
    *evidence.ACTIONS,
    *ledgers.ACTIONS,
    *reporting.ACTIONS,
)
"""All actions; ids are never renamed."""


def of_place(place: str) -> tuple[Action, ...]:
    """Return the actions of a place."""
    return tuple(action for action in ACTIONS if action.place == place)
