"""Everything a person can do in the app, in one table.

Bindings, footer, help panel, palette and the page in `docs/` come from it. No Textual here, so that
commands and documentation can read it too.
"""

from fedcheck.keys import (
    everywhere_actions,
    evidence_actions,
    issue_actions,
    item_actions,
    place_actions,
)
from fedcheck.keys.action import Action

ACTIONS: tuple[Action, ...] = (
    *everywhere_actions.ACTIONS,
    *item_actions.ACTIONS,
    *evidence_actions.ACTIONS,
    *issue_actions.ACTIONS,
    *place_actions.ACTIONS,
)
"""All actions; ids are never renamed."""


def list_actions(place: str) -> tuple[Action, ...]:
    """Return the actions of a place."""
    return tuple(action for action in ACTIONS if action.place == place)
