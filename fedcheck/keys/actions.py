"""Everything a person can do in the app, in one table.

Bindings, footer, help panel, palette and the page in `docs/` come from it. No Textual here, so that
commands and documentation can read it too.
"""

from fedcheck.keys import (
    calendar_actions,
    everywhere_actions,
    evidence_actions,
    import_actions,
    issue_actions,
    item_actions,
    report_actions,
    responsibility_actions,
    test_actions,
)
from fedcheck.keys.action import Action

ACTIONS: tuple[Action, ...] = (
    *everywhere_actions.ACTIONS,
    *item_actions.ACTIONS,
    *test_actions.ACTIONS,
    *evidence_actions.ACTIONS,
    *issue_actions.ACTIONS,
    *calendar_actions.ACTIONS,
    *responsibility_actions.ACTIONS,
    *report_actions.ACTIONS,
    *import_actions.ACTIONS,
)
"""All actions; ids are never renamed."""


def list_actions(place: str) -> tuple[Action, ...]:
    """Return the actions of a place."""
    return tuple(action for action in ACTIONS if action.place == place)
