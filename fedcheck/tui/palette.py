"""What the palette offers: every action that can be done here."""

from collections.abc import Callable, Iterator
from typing import Any

from textual.app import App
from textual.screen import Screen

from fedcheck.keys.action import Action
from fedcheck.keys.actions import list_actions


def offers(app: App[Any], screen: Screen[Any]) -> Iterator[tuple[Action, Callable[[], object]]]:
    """Return everything that can be done on a screen, nearest first, and what does it."""
    for place in dict.fromkeys([*getattr(screen, "PLACES", ()), "everywhere"]):
        for action in list_actions(place):
            target = _target(app, screen, action.method) if action.palette else None
            if target is not None:
                yield action, target


def _target(app: App[Any], screen: Screen[Any], method: str) -> Callable[[], object] | None:
    nodes = [*(screen.focused.ancestors_with_self if screen.focused else (screen,)), app]
    for node in nodes:
        found = getattr(node, f"action_{method}", None)
        if found is not None:
            return found if node.check_action(method, ()) else None
    return None
