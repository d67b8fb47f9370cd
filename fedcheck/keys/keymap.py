"""The keys in force: those of the table, those of a preset, and the user's own on top.

Neither Textual nor files here: `fedcheck config check` shows what is wrong without starting the
app, and the app starts with the part that is sound.
"""

import string
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec import Struct, field

from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line
from fedcheck.keys.action import PLACES, SHARED_PLACES, Action
from fedcheck.keys.actions import ACTIONS
from fedcheck.keys.key_names import KEY_NAMES, key_name, key_text

Path = tuple[str | int, ...]

MODIFIERS = ("alt", "ctrl", "hyper", "meta", "shift", "super")
"""The keys that are held down with another, in the order in which Textual writes them."""

NAMED_KEYS = frozenset(
    [
        *("enter", "escape", "tab", "space", "backspace", "delete", "insert", "home", "end"),
        *("pageup", "pagedown", "up", "down", "left", "right"),
        *(f"f{number}" for number in range(1, 25)),
    ]
)
"""Keys that give no character, by the names that Textual has for them."""

OTHER_NAMES = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "page_up": "pageup",
    "pgdn": "pagedown",
    "page_down": "pagedown",
    "⏎": "enter",
    "↑": "up",
    "↓": "down",
    "←": "left",
    "→": "right",
}
SENT_AS = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+h": "backspace",
    "ctrl+left_square_bracket": "escape",
    "ctrl+space": "ctrl+@",
}
"""Keys that a terminal cannot tell from another one."""

RENAMED = {
    f"ledger.{name}": f"rows.{name}"
    for name in ("open", "down", "up", "page-down", "page-up", "first", "last")
}
"""Ids that requests and findings had for what all lists do; a configuration may name them."""

WITH_CTRL = frozenset(
    [
        *string.ascii_lowercase,
        *string.digits,
        *("backslash", "right_square_bracket", "circumflex_accent", "underscore", "@"),
    ]
)
PUNCTUATION = frozenset(key_name(character) for character in string.punctuation)


class KeyProblem(NamedTuple):
    """Something wrong in the user's configuration: where, what, what to do."""

    path: Path
    message: str
    hint: str


class BadKeyError(ValueError):
    """A key that does not exist; contains what to write instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class KeyMap(Struct, frozen=True):
    """Which keys do what.

    Attributes:
        keys: the keys of each action, by its id; none for one that was unbound.
        changed: the ids whose keys are not those of the table.
        problems: what was left out of the user's own keys, and why.
    """

    keys: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {action.id: action.keys for action in ACTIONS}
    )
    changed: frozenset[str] = frozenset()
    problems: tuple[KeyProblem, ...] = ()

    def of(self, action: str) -> tuple[str, ...]:
        """Return the keys of an action."""
        return self.keys.get(action, ())

    def text(self, action: str) -> str:
        """Return the first key of an action as it is written on screen, or nothing."""
        keys = self.of(action)
        return key_text(keys[0]) if keys else ""

    def hint(self, action: str, words: str, before: str = "") -> str:
        """Return what a key does, the key first: `e adds some`; nothing where it has no key.

        Args:
            action: the id of the action.
            words: what the key does, as it goes on after the key.
            before: what is before it, such as `; `, where there is a key.
        """
        key = self.text(action)
        return f"{before}{key} {words}" if key else ""


class _Entry(Struct, frozen=True):
    """What the user stated about one action."""

    path: Path
    keys: tuple[str, ...]


def build_key_map(preset: str = "", own: Mapping[str, Any] | None = None) -> KeyMap:
    """Return the keys in force. What is wrong in `own` is left out and complained of."""
    problems: list[KeyProblem] = []
    rows = dict(_read_entries(own or {}, problems))
    while True:
        keys = _combine_keys(preset, rows)
        clash = _find_clash(keys, rows)
        if clash is None:
            break
        problems.append(clash[1])
        del rows[clash[0]]
    if rows and not keys["app.quit"] and not keys["app.palette"]:
        path = rows.pop("app.quit").path
        hint = "give it or app.palette a key; otherwise you cannot quit"
        problems.append(KeyProblem(path, "app.quit has no key", hint))
        keys = _combine_keys(preset, rows)
    changed = frozenset(action.id for action in ACTIONS if keys[action.id] != action.keys)
    return KeyMap(keys, changed, tuple(problems))


def normalize_key(text: str) -> str:
    """Return the name of a key as Textual knows it. Raises BadKeyError where there is none."""
    shown = f'"{one_line(text, 40)}"'
    word = "space" if text == " " else text.strip()
    if word.endswith("+") and len(word) > 1:
        *held, key = [*word[:-1].rstrip("+").split("+"), "+"]
    else:
        *held, key = word.split("+") if len(word) > 1 else [word]
    modifiers = {"ctrl" if m.lower() == "control" else m.lower() for m in held}
    unknown = sorted(modifiers - set(MODIFIERS))
    if unknown:
        hint = did_you_mean(unknown[0], MODIFIERS) or f"use the modifiers {', '.join(MODIFIERS)}"
        raise BadKeyError(f"{shown} is not a key: there is no {one_line(unknown[0], 20)!r}", hint)
    name = _strip_modifiers(key, shown)
    if len(name) == 1 and name.isalpha():
        if modifiers == {"shift"}:
            return name.upper()
        if modifiers:
            name = name.lower()
    elif modifiers == {"shift"} and name in PUNCTUATION | set(string.digits):
        raise BadKeyError(f"{shown} depends on the keyboard", "write the character it types")
    if modifiers == {"ctrl"} and name == "at":
        name = "@"
    whole = "+".join([*sorted(modifiers), name])
    if whole in SENT_AS:
        raise BadKeyError(f"a terminal sends {shown} as {SENT_AS[whole]}", "choose another key")
    if whole == "ctrl+c":
        raise BadKeyError(f"{shown} is reserved for copying", "choose another key")
    if modifiers == {"ctrl"} and name not in NAMED_KEYS | WITH_CTRL:
        raise BadKeyError(f"terminals do not send {shown}", "choose a letter after ctrl+")
    return whole


def _strip_modifiers(key: str, shown: str) -> str:
    """Return the name of a key without those held down with it."""
    if key in OTHER_NAMES:
        return OTHER_NAMES[key]
    if len(key) == 1 and key.isprintable():
        return key_name(key)
    name = OTHER_NAMES.get(key.lower(), key.lower())
    if name in NAMED_KEYS or name in PUNCTUATION:
        return name
    hint = did_you_mean(name, [*NAMED_KEYS, *PUNCTUATION, *OTHER_NAMES])
    raise BadKeyError(f"{shown} is not a key", hint or "write it as x, X, ?, f5, ctrl+g or space")


def _read_entries(
    own: Mapping[str, Any], problems: list[KeyProblem]
) -> Iterator[tuple[str, _Entry]]:
    """Return what is stated about each action, by its id."""
    known = {action.id for action in ACTIONS}
    for path, written, raw in _flatten_table(own, ("keys",), ""):
        name = RENAMED.get(written, written)
        if name not in known:
            hint = did_you_mean(name, known) or "fedcheck config keys lists them"
            problems.append(KeyProblem(path, f'no action "{one_line(name, 60)}"', hint))
            continue
        values = [raw] if isinstance(raw, str) else raw
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            hint = 'write "x", ["x", "ctrl+g"], or "" for no key'
            problems.append(KeyProblem(path, f"the keys of {name} are not text", hint))
            continue
        keys: list[str] = []
        sound = True
        for value in values:
            if value == "":
                continue
            try:
                keys.append(normalize_key(value))
            except BadKeyError as error:
                problems.append(KeyProblem(path, f"{name}: {error}", error.hint))
                sound = False
        if keys or sound:  # an action keeps its own keys where all of the user's are wrong
            yield name, _Entry(path, tuple(dict.fromkeys(keys)))


def _flatten_table(
    table: Mapping[str, Any], path: Path, name: str
) -> Iterator[tuple[Path, str, Any]]:
    """Return the values of nested tables: `edit.done = "x"` without quotes is one in TOML."""
    for part, value in table.items():
        whole = f"{name}.{part}" if name else part
        if isinstance(value, dict):
            yield from _flatten_table(value, (*path, part), whole)
        else:
            yield (*path, part), whole, value


def _combine_keys(preset: str, rows: Mapping[str, _Entry]) -> dict[str, tuple[str, ...]]:
    """Return the keys of each action; what the user chose wins over what the preset adds."""
    keys = {a.id: rows[a.id].keys if a.id in rows else a.keys for a in ACTIONS}
    if preset != "vim":
        return keys
    for action in ACTIONS:
        if action.id in rows:
            continue
        taken = {
            k for other in ACTIONS if are_active_together(action, other) for k in keys[other.id]
        }
        added = tuple(key for key in action.vim if key not in taken)
        keys[action.id] = keys[action.id] + added
    return keys


def are_active_together(one: Action, other: Action) -> bool:
    """Return whether the keys of two actions work at the same time."""
    places = {one.place, other.place}
    return (
        len(places) == 1
        or "everywhere" in places
        or any(places <= set(group) for group in SHARED_PLACES)
    )


def _find_clash(
    keys: Mapping[str, tuple[str, ...]], rows: Mapping[str, _Entry]
) -> tuple[str, KeyProblem] | None:
    """Return the first clash that the user caused: the action to leave out, and why."""
    said = list(rows)
    for mine in reversed(said):
        for other in ACTIONS:
            action = next(a for a in ACTIONS if a.id == mine)
            if other.id == mine or not are_active_together(action, other):
                continue
            inside = set(action.keys) & set(other.keys)  # one place within another, on purpose
            both = [key for key in keys[mine] if key in keys[other.id] and key not in inside]
            if both:
                where = PLACES.get(other.place, other.place).lower()
                message = f'"{key_text(both[0])}" has two actions: {mine} and {other.id} ({where})'
                hint = f'choose another key, or free it with "{other.id}" = ""'
                return mine, KeyProblem(rows[mine].path, message, hint)
    return None


def list_key_problems(
    preset: str, own: Mapping[str, Any] | None, start: str
) -> Iterable[KeyProblem]:
    """Return what is wrong with the user's keys and start screen."""
    yield from build_key_map(preset, own).problems
    if start and start not in list_start_screens():
        hint = (
            did_you_mean(start, list_start_screens())
            or f"one of: {', '.join(list_start_screens())}"
        )
        yield KeyProblem(("start",), f'"{one_line(start, 40)}" is not a start screen', hint)


START_SCREENS: dict[str, tuple[str, ...]] = {
    "home": ("app.home",),
    "checklists": ("app.checklists",),
    "evidence": ("app.evidence",),
    "requests": ("app.requests", "app.ledgers"),
    "report": ("app.report",),
    "history": ("app.history",),
}
"""The screens that the app can start with, and the actions that lead there."""


def list_start_screens() -> dict[str, str]:
    """Return the screens that the app can start with, and the method that leads to each."""
    methods = {action.id: action.method for action in ACTIONS}
    found = {}
    for name, ids in START_SCREENS.items():
        method = next((methods[one] for one in ids if one in methods), None)
        if method:
            found[name] = method
    return found


assert set(KEY_NAMES) <= NAMED_KEYS | PUNCTUATION
