"""From the table of actions to Textual's bindings."""

from textual.binding import Binding, BindingType

from fedcheck.actions import of_place
from fedcheck.actions.action import Action
from fedcheck.actions.keys import key_text


def bindings(place: str) -> list[BindingType]:
    """Return the bindings of a place."""
    return [_binding(action, action.method) for action in of_place(place) if action.keys]


def shown(*ids: str) -> list[BindingType]:
    """Return bindings of the app that a screen wants in its footer."""
    return [
        _binding(action, f"app.{action.method}", show=True)
        for action in of_place("everywhere")
        if action.id in ids
    ]


def _binding(action: Action, method: str, show: bool | None = None) -> Binding:
    return Binding(
        ",".join(action.keys),
        method,
        action.label,
        show=action.footer if show is None else show,
        key_display=key_text(action.keys[0]),
        tooltip=action.help,
        id=action.id,
    )
