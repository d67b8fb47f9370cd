"""From the table of actions and the key map to Textual's bindings."""

from collections.abc import Iterator

from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.keys import key_to_character
from textual.screen import ModalScreen
from textual.widget import Widget

from fedcheck.keys.action import Action
from fedcheck.keys.actions import ACTIONS, list_actions
from fedcheck.keys.key_names import key_text
from fedcheck.keys.keymap import KeyMap


def bindings(place: str) -> list[BindingType]:
    """Return the bindings of a place."""
    return [_binding(action, action.method) for action in list_actions(place) if action.keys]


def shown(*ids: str) -> list[BindingType]:
    """Return bindings of the app that a screen wants in its footer."""
    return [
        _binding(action, f"app.{action.method}", show=True)
        for action in list_actions("everywhere")
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


MOVES: dict[str, tuple[str, ...]] = {
    "rows.down": ("cursor_down", "scroll_down", "move(1,0)"),
    "rows.up": ("cursor_up", "scroll_up", "move(-1,0)"),
    "rows.page-down": ("page_down",),
    "rows.page-up": ("page_up",),
    "rows.first": ("first", "scroll_home"),
    "rows.last": ("last", "scroll_end"),
}
"""Our actions of moving, and what Textual's lists, trees and pages call the same."""

ORDER = {action.id: number for number, action in enumerate(ACTIONS)}
OPENS = ("select", "select_cursor", "open")
"""What Textual's lists and trees call opening."""


def rebind(node: DOMNode, keymap: KeyMap) -> None:
    """Give a screen, a widget or the app the keys in force; those of fields stay."""
    held = node._bindings.key_to_bindings
    if getattr(node, "_fedcheck_keys", None) is keymap:
        return
    found: dict[str, list[Binding]] = {}
    done: set[tuple[str, str]] = set()
    for key, bindings in held.items():
        for binding in bindings:
            if binding.id is None or binding.id not in keymap.changed:
                _bind(found, key, binding)
            elif (binding.id, binding.action) not in done:
                done.add((binding.id, binding.action))
                for new in keymap.of(binding.id):
                    _bind(found, new, binding.with_key(new, key_text(keymap.of(binding.id)[0])))
    if isinstance(node, Widget) and node.can_focus and not _is_field(node):
        for key, binding in _moves(node, found, keymap):
            found.setdefault(key, []).append(binding)
    if isinstance(node, App):
        found = dict(sorted(found.items(), key=_in_table))  # else Textual's own keys come first
    held.clear()
    held.update(found)
    node._fedcheck_keys = keymap  # type: ignore[attr-defined]


def _is_field(node: Widget) -> bool:
    """Return whether text is typed in a widget; what Textual needs for that loads late."""
    if not node.check_consume_key("a", "a"):
        return False
    from textual.widgets import Input

    if isinstance(node, Input):
        return True
    from textual.widgets import TextArea

    return isinstance(node, TextArea)


def _moves(
    node: Widget, found: dict[str, list[Binding]], keymap: KeyMap
) -> Iterator[tuple[str, Binding]]:
    """Return our keys of moving and opening for what a widget of Textual's calls so itself."""
    own = {b.action: b for bindings in found.values() for b in bindings if b.id is None}
    wanted = dict(MOVES)
    if not isinstance(node.screen, ModalScreen):
        opening = "home.open" if "home" in getattr(node.screen, "PLACES", ()) else "rows.open"
        wanted |= {opening: OPENS, "rows.open": OPENS}
    taken = {
        key
        for key, bindings in node.screen._bindings.key_to_bindings.items()
        if any(binding.id for binding in bindings)
    }
    for action, names in wanted.items():
        model = next((own[name] for name in names if name in own), None)
        for key in keymap.of(action) if model else ():
            if key in found or (key in taken and len(key) == 1):
                continue
            if not node.check_consume_key(key, key_to_character(key)):
                assert model is not None
                yield key, Binding(key, model.action, model.description, show=False)


def _in_table(pair: tuple[str, list[Binding]]) -> int:
    return ORDER.get(pair[1][0].id or "", len(ORDER))


def _bind(found: dict[str, list[Binding]], key: str, binding: Binding) -> None:
    """Bind a key; what our table states about it goes before what Textual's widgets do with it."""
    before = [] if binding.id else [b for b in found.get(key, []) if b.id]
    others = [b for b in found.get(key, []) if b not in before]
    found[key] = [*before, binding, *others] if binding.id else [*before, *others, binding]
