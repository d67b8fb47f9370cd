"""Replace one key of a table in a TOML text that people write; every other line stays as it is."""

from collections.abc import Sequence
from typing import Any

from fedcheck.storage.toml_io import dumps, format_table
from fedcheck.storage.toml_lines import KeyPath, Lines

Path = tuple[str, ...]


def replace_entry(text: str, path: Path, value: Any, order: Sequence[str]) -> str:
    """Return the text with another value of a key; None takes the key away.

    Args:
        text: a TOML document.
        path: the key: `("package", "logo")`, or one part for a key at the top of the file.
        value: a text, a day, a list of texts, a table, or a list of tables.
        order: the keys of the table in the order in which they are written.

    The caller reads the result again: where the key is written in some other way than as a line
    of its table, or as tables of its own, the result may not hold the value.
    """
    lines = text.split("\n")
    if lines[-1]:
        lines.append("")
    taken = _lines_of(lines, path)
    fresh = _format(path, value)
    is_table = bool(fresh) and fresh[0].startswith("[")
    at = taken[0] if taken else -1
    if taken and lines[at].lstrip().startswith("[") is not is_table:
        at = -1  # it was written inline, and is a table now
    kept = [line for number, line in enumerate(lines) if number not in set(taken)]
    if not fresh:
        return "\n".join(kept)
    if at < 0:
        at = _find_place(kept, path, order, is_table=is_table)
        if at < 0:
            while len(kept) > 1 and not kept[-1] and not kept[-2]:
                kept.pop()
            fresh = ["", *([] if is_table else [f"[{path[0]}]"]), *fresh]
            at = len(kept) - 1
    if is_table and at > 0 and kept[at - 1]:
        fresh = ["", *fresh]
    if is_table and at < len(kept) and kept[at]:
        fresh = [*fresh, ""]
    return "\n".join([*kept[:at], *fresh, *kept[at:]])


def _format(path: Path, value: Any) -> list[str]:
    """Return the lines of a value."""
    name, under = path[-1], ".".join(path)
    if value is None:
        return []
    if isinstance(value, dict):
        text = format_table(f"[{under}]", under, value)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        text = "\n".join(format_table(f"[[{under}]]", under, one) for one in value)
    else:
        text = dumps({name: value}, isinstance(value, str) and "\r" not in value)
    return text.rstrip("\n").split("\n")


def _lines_of(lines: Sequence[str], path: Path) -> list[int]:
    """Return the numbers of the lines that hold a key, from 0.

    Comments and empty lines after its last line belong to what follows.
    """
    known = Lines("\n".join(lines)).known
    own = {number for one, number in known.items() if one[: len(path)] == path}
    others = {number for one, number in known.items() if one and one[: len(path)] != path} - own
    found: list[int] = []
    for start in sorted(own):
        end = min((other for other in (*others, *own) if other > start), default=len(lines) + 1)
        while end - 1 > start and end not in own and _is_idle(lines[end - 2]):
            end -= 1
        found += range(start - 1, end - 1)
    return found


def _is_idle(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _find_place(lines: Sequence[str], path: Path, order: Sequence[str], *, is_table: bool) -> int:
    """Return before which line a new key goes; -1 for the end of the file, in a table of its own.

    It follows the last of the keys before it in the order that are in the same way.
    """
    known = Lines("\n".join(lines)).known
    if len(path) == 1:
        before = [_end(lines, (name,)) for name in ("format", "name", "process", "role")]
        return max(before)
    table, name = path
    earlier = [(table, one) for one in order[: order.index(name)]]
    if is_table:
        inside = [one for one in known if one[:1] == (table,)]
        ends = [_end(lines, _texts(one)) for one in inside]
        return max(ends, default=-1)
    header = known.get((table,), 0)
    if not header or not lines[header - 1].lstrip().startswith(f"[{table}"):
        return -1
    if lines[header - 1].lstrip().startswith((f"[{table}.", "[[")):
        return -1
    ends = [header]
    for one in earlier:
        number = known.get(one, 0)
        if number and not lines[number - 1].lstrip().startswith("["):
            ends.append(_end(lines, one))
    return max(ends)


def _texts(path: KeyPath) -> Path:
    return tuple(part for part in path[:2] if isinstance(part, str))


def _end(lines: Sequence[str], path: Path) -> int:
    """Return the number of the line after the last one of a key, from 0; 0 without one."""
    found = _lines_of(lines, path)
    return found[-1] + 1 if found else 0
