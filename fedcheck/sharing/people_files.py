"""`fedcheck.toml` and own checklists in which a merge left markers, or somebody kept both sides.

They stay the text that people wrote. What one side alone has is kept, what both have is kept once;
of a key with two values the histories may know the later one, as of the date of a milestone.
"""

from collections.abc import Callable
from typing import Any

import tomli
from msgspec import Struct, field

from fedcheck.domain.text import one_line
from fedcheck.storage.toml_lines import Statement, list_statements

ChooseKey = Callable[[tuple[str, ...], Any, Any], int]
"""Returns which of two values of a key came later: 0, 1, or -1 where nobody knows."""


class _Node(Struct):
    """A table with the tables inside of it."""

    header: str = ""
    keys: dict[tuple[str, ...], Statement] = field(default_factory=dict)
    children: dict[tuple[str, ...], "_Node"] = field(default_factory=dict)
    after: str = ""

    def text(self) -> str:
        """Return the text of the table and of those inside of it."""
        own = "".join(one.text for one in self.keys.values())
        return self.header + own + "".join(c.text() for c in self.children.values()) + self.after


def settle_text(text: str, choose: ChooseKey) -> tuple[str, list[str]]:
    """Return a text with each key and table once, and what has no answer, each with its lines."""
    root = _Node()
    problems: list[str] = []
    trail: list[tuple[tuple[str, ...], _Node]] = [((), root)]
    statements = list_statements(text)
    place: tuple[tuple[str, ...], _Node] = ((), root)
    for at, one in enumerate(statements):
        if one.kind == "mark":
            continue
        if one.kind == "other":
            if all(not x.strip() or x.strip().startswith("#") for x in one.text.split("\n")):
                place[1].after += one.text
                continue
            shown = one_line(one.text.strip(), 40)
            problems.append(f"line {one.line}: {shown!r} is neither a key nor a header")
        elif one.kind == "key":
            if one.path == ("id",) and one.path in place[1].keys and trail[-1][1] is place[1]:
                header = place[1].header.rstrip("\n").split("\n")[-1]  # it is missing above this id
                place = _open(trail, place[0], f"{header}\n", statements[at:])
            _add(place, one, choose, problems)
        elif one.kind == "table":
            node = root.children.setdefault(("table", *one.path), _Node(one.text))
            place = (one.path, node)
        else:
            place = _open(trail, one.path, one.text, statements[at + 1 :])
    return root.text(), problems


def _open(
    trail: list[tuple[tuple[str, ...], _Node]],
    path: tuple[str, ...],
    header: str,
    following: list[Statement],
) -> tuple[tuple[str, ...], _Node]:
    """Return the table of an array that begins here; one with an id may have begun before."""
    while (trail[-1][0] and trail[-1][0] != path[: len(trail[-1][0])]) or trail[-1][0] == path:
        trail.pop()
    name = _read_name(following)
    node = trail[-1][1].children.setdefault(("array", *path, name), _Node(header))
    trail.append((path, node))
    return path, node


def _read_name(following: list[Statement]) -> str:
    """Return what identifies a table of an array: its id, or all of its keys."""
    keys: list[Statement] = []
    for one in following:
        if one.kind in ("table", "array"):
            break
        if one.kind == "key":
            if one.path == ("id",):
                return one.text.strip()
            keys.append(one)
    return "\n".join(one.text.strip() for one in keys)


def _add(
    place: tuple[tuple[str, ...], _Node],
    one: Statement,
    choose: ChooseKey,
    problems: list[str],
) -> None:
    path, node = place
    known = node.keys.get(one.path)
    if known is None:
        node.keys[one.path] = one
        return
    try:
        first, second = (tomli.loads(x.text) for x in (known, one))
    except tomli.TOMLDecodeError:
        problems.append(f"line {one.line}: this value is not valid TOML")
        return
    if first == second:
        return
    values = [_dig(found, one.path) for found in (first, second)]
    chosen = choose((*path, *one.path), *values)
    if chosen == 1:
        node.keys[one.path] = one
    elif chosen != 0:
        name = one_line(", ".join((*path, *one.path)), 80)
        problems.append(
            f"lines {known.line} and {one.line}: {name} has two values, and no history shows which"
            " is later"
        )


def _dig(found: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        found = found[part]
    return found
