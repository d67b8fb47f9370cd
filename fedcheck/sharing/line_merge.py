"""Texts merged line by line, as git does it, and conflicts of lines settled key by key.

git's own program merges lines (`git merge-file`), started where it can change and run nothing. Of
a conflict, the lines of each side are cut into keys of TOML with the comments above them; a key
that one side alone changed is no conflict.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import tomli
from msgspec import Struct

from fedcheck.sharing.order import merge_order
from fedcheck.sharing.record_files import Texts
from fedcheck.storage.git_snapshot import run_git
from fedcheck.storage.toml_lines import KeyPath, Lines
from fedcheck.storage.typed_files import temporary_folder, write_scratch_files

_SIZE = 31
"""How long the marks are between which we look for conflicts: no text has lines that begin so."""

USUAL_SIZE = 7

LABELS = ("ours", "base", "theirs")

_MAX_CONFLICTS = 127
"""The highest status of `git merge-file` that is a number of conflicts."""


def merge_lines(
    texts: Texts, size: int = USUAL_SIZE, *, show_base: bool = False
) -> tuple[str, int]:
    """Return a text merged line by line, and how many conflicts it has marks for.

    Where git refuses, as for a binary file, all of both texts stands between marks. Raises
    FedcheckError where git is not installed.
    """
    named = dict(zip(LABELS, (texts.ours, texts.base, texts.theirs), strict=True))
    words = ["merge-file", "-p", "-q", f"--marker-size={size}"]
    words += ["--diff3"] if show_base else []
    words += [part for label in LABELS for part in ("-L", label)]
    with temporary_folder() as folder:
        write_scratch_files(folder, named)
        done = run_git(folder, *words, "--", *LABELS)
    if done.returncode in range(_MAX_CONFLICTS + 1):
        return done.stdout.decode("utf-8", "surrogateescape"), done.returncode
    ours, theirs = (raw.decode("utf-8", "surrogateescape") for raw in (texts.ours, texts.theirs))
    return "".join(_mark([_ended(ours)], [_ended(theirs)], size)), 1


def mark_conflicts(ours: bytes, theirs: bytes) -> bytes:
    """Return one text of TOML with marks around the keys in which two texts differ.

    A key is marked as a whole: marks inside a text of several lines would be a part of it.
    """
    texts = [_ended(raw.decode("utf-8", "surrogateescape")) for raw in (ours, theirs)]
    sides = [_units_by_name(text) for text in texts]
    if None in sides:
        return "".join(_mark([texts[0]], [texts[1]])).encode("utf-8", "surrogateescape")
    first, second = (side or {} for side in sides)
    found: list[str] = []
    open_run: tuple[list[str], list[str]] = ([], [])
    for name in merge_order((), tuple(first), tuple(second)):
        mine, other = first.get(name, ""), second.get(name, "")
        if mine == other:
            found += [*_mark(*open_run), mine]
            open_run = ([], [])
        else:
            open_run[0].append(mine)
            open_run[1].append(other)
    return "".join([*found, *_mark(*open_run)]).encode("utf-8", "surrogateescape")


def _mark(ours: Sequence[str], theirs: Sequence[str], size: int = USUAL_SIZE) -> list[str]:
    if not ours and not theirs:
        return []
    start, middle, end = (mark * size for mark in "<=>")
    return [f"{start} {LABELS[0]}\n", *ours, f"{middle}\n", *theirs, f"{end} {LABELS[2]}\n"]


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def settle_by_key(texts: Texts) -> str | None:
    """Return a text merged line by line, its conflicts key by key; None where that fails."""
    merged, conflicts = merge_lines(texts, _SIZE, show_base=True)
    if not conflicts:
        return merged
    found: list[str] = []
    for part in _list_parts(merged):
        if isinstance(part, str):
            found.append(part)
            continue
        settled = _settle(*part)
        if settled is None:
            return None
        found.append(settled)
    return "".join(found)


def _list_parts(merged: str) -> Iterator[str | tuple[str, str, str]]:
    """Yield the lines outside of conflicts, and of each conflict ours, base and theirs."""
    marks = {"<" * _SIZE: 0, "|" * _SIZE: 1, "=" * _SIZE: 2}
    sides: list[list[str]] = []
    for line in _split(merged):
        mark = line[:_SIZE]
        if mark in marks:
            sides.append([])
        elif mark == ">" * _SIZE and len(sides) == 3:
            ours, base, theirs = ("".join(side) for side in sides)
            yield ours, base, theirs
            sides = []
        elif sides:
            sides[-1].append(line)
        else:
            yield line


class _Unit(Struct, frozen=True):
    """A key of TOML with the comments above it, or the head of a table."""

    name: tuple[str, ...]
    text: str


def _settle(ours: str, base: str, theirs: str) -> str | None:
    """Return the lines of a conflict merged by key; None where both sides changed one."""
    was, mine, other = (_units_by_name(side) for side in (base, ours, theirs))
    if was is None or mine is None or other is None:
        return None
    found = []
    for name in merge_order(tuple(was), tuple(mine), tuple(other)):
        versions = was.get(name), mine.get(name), other.get(name)
        before, first, second = versions
        if first == second or second == before:
            chosen = first
        elif first == before:
            chosen = second
        elif None in (first, second):
            chosen = first or second  # removed here and changed there: the change stands
        else:
            chosen = _find_earlier(first or "", second or "")
            if chosen is None:
                return None
        found.append(chosen or "")
    return "".join(found)


def _find_earlier(first: str, second: str) -> str | None:
    """Return the one of two keys that holds the earlier date; None where they hold no dates."""
    try:
        values = [list(tomli.loads(one).values()) for one in (first, second)]
    except tomli.TOMLDecodeError:
        return None
    if any(len(one) != 1 or type(one[0]) is not date for one in values):
        return None
    return min(zip(values, (first, second), strict=True))[1]


def _units_by_name(text: str) -> dict[tuple[str, ...], str] | None:
    """Return the units of a text by name; None where two have one name."""
    units = _list_units(text)
    found = {one.name: one.text for one in units}
    return found if len(found) == len(units) else None


def _list_units(text: str) -> list[_Unit]:
    """Cut lines of TOML into units; what has no key is one with the key below it."""
    lines = _split(text)
    known = Lines(text).known
    starts: dict[int, KeyPath] = {}
    for path, line in known.items():
        if path and len(path) > len(starts.get(line - 1, ())):
            starts[line - 1] = path
    names = dict(_name_tables(starts, lines))
    units: list[_Unit] = []
    begin = 0
    places = sorted(starts)
    for at, place in enumerate(places):
        end = places[at + 1] if at + 1 < len(places) else len(lines)
        while end - 1 > place and _is_comment(lines[end - 1]):
            end -= 1  # belongs to what is below it
        units.append(_Unit(_name(starts[place], names), "".join(lines[begin:end])))
        begin = end
    if begin < len(lines):
        units.append(_Unit(("", "end"), "".join(lines[begin:])))
    return units


def _split(text: str) -> list[str]:
    """Return the lines of a text with their ends; only those of TOML end one."""
    *lines, last = text.split("\n")
    return [*(f"{line}\n" for line in lines), *([last] if last else [])]


def _is_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _name_tables(starts: dict[int, KeyPath], lines: Sequence[str]) -> Iterable[tuple[KeyPath, str]]:
    """Yield what to call a table of an array in place of its number: the id that it states."""
    for place, path in starts.items():
        if path[-1] == "id" and len(path) > 1 and isinstance(path[-2], int):
            yield path[:-1], lines[place].partition("=")[2].partition("#")[0].strip()


def _name(path: KeyPath, names: dict[KeyPath, str]) -> tuple[str, ...]:
    return tuple(names.get(path[: at + 1], str(part)) for at, part in enumerate(path))
