"""From the table of actions to Textual's bindings."""

from textual.binding import Binding, BindingType

from fedcheck.actions import key_text, of_place


def bindings(place: str) -> list[BindingType]:
    """Return the bindings of a place."""
    return [
        Binding(
            ",".join(action.keys),
            action.method,
            action.label,
            show=action.footer,
            key_display=key_text(action.keys[0]),
            tooltip=action.help,
            id=action.id,
        )
        for action in of_place(place)
    ]


def shown(*ids: str) -> list[BindingType]:
    """Return bindings of the app that a screen wants in its footer."""
    return [
        Binding(
            ",".join(action.keys),
            f"app.{action.method}",
            action.label,
            key_display=key_text(action.keys[0]),
            tooltip=action.help,
        )
        for action in of_place("everywhere")
        if action.id in ids
    ]
