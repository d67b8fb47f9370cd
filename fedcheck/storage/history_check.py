"""Is the history whole: which lines are not what was written, and which are missing."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from fedcheck.domain.change import CONFIRMED, SHORT, HistoryLine, is_acceptance
from fedcheck.domain.reference import split_ref
from fedcheck.storage import atomic_files, history, history_lines
from fedcheck.storage.confined import OUTSIDE_LINK


class Damage(msgspec.Struct, frozen=True):
    """A line that is not what was written.

    Attributes:
        line: its number in the file, from 1; 0 for the file as a whole.
        missing: the short hash of a line that is gone, where it is known.
    """

    path: Path
    line: int
    message: str
    missing: str = ""


class Acceptance(msgspec.Struct, frozen=True):
    """A missing line that a person accepts: it hides no damage, for it is always shown.

    Attributes:
        path: the history file that reports the line.
        line: number of the line that follows or names the missing one.
        missing: the short hash of the missing line.
        by: the line with which a person accepts it; its name is what its writer states it is.
    """

    path: Path
    line: int
    missing: str
    by: HistoryLine


class HistoryCheck(msgspec.Struct, frozen=True):
    """What is damaged in the history files of a home, and what would be but for a person's word."""

    damage: list[Damage]
    accepted: list[Acceptance]


class _File(msgspec.Struct):
    """A history file: its lines with their numbers, and what they state about others."""

    path: Path
    numbers: list[int]
    hashes: list[str]
    prevs: list[str | None]
    parsed: list[HistoryLine | None]
    is_cut: bool
    error: str = ""


def verify(root: Path) -> list[Damage]:
    """Return for each history file of a home the first line that is damaged. See `check`."""
    return check(root).damage


def check(root: Path) -> HistoryCheck:
    """Check each history file of a home, up to its first line that is damaged.

    A line is damaged where it cannot be read, or where what it follows, or states that its writer
    saw, is in no history file here. A missing line that a person accepts is no damage, but shown.
    """
    files = [_load_file(path) for path in history.list_history_files(root)]
    known = {digest for file in files for digest in file.hashes}
    short = {digest[:SHORT] for digest in known}
    words = {
        split_ref(line.change.ref)[1][:SHORT]: line
        for file in files
        for line in file.parsed
        if line is not None and is_acceptance(line) and split_ref(line.change.ref)[0] == CONFIRMED
    }
    outside = [Damage(path, 0, OUTSIDE_LINK) for path in history.list_outside_links(root)]
    found = (_first_damage(file, known, short | words.keys()) for file in files)
    damage = outside + [one for one in found if one is not None]
    accepted = _list_accepted(files, short, words) if words.keys() - short else []
    return HistoryCheck(damage, accepted)


def _list_accepted(
    files: Sequence[_File], short: set[str], words: Mapping[str, HistoryLine]
) -> list[Acceptance]:
    """Return the missing lines that a person accepts, each once, where they are named first."""
    found: dict[str, Acceptance] = {}
    for file in files:
        for number, prev, line in zip(file.numbers, file.prevs, file.parsed, strict=True):
            named = (*line.saw, *line.merged) if line is not None else ()
            for name in (one[:SHORT] for one in (prev or "", *named)):
                if name in words and name not in short:
                    found.setdefault(name, Acceptance(file.path, number, name, words[name]))
    return list(found.values())


def _load_file(path: Path) -> _File:
    file = _File(path, [], [], [], [], False)
    try:
        raw = atomic_files.read_plain(path)
    except OSError as error:
        file.error = f"cannot be read: {(error.strerror or str(error)).lower()}"
        return file
    for number, text in enumerate(raw.split(b"\n"), 1):
        for line in history_lines.split_lines(text):
            file.numbers.append(number)
            file.hashes.append(history_lines.hash_line(line))
            parsed = history_lines.parse_line(line)
            known = parsed.prev if parsed is not None else ""
            file.prevs.append(known or history_lines.previous_hash(line))
            file.parsed.append(parsed)
    file.is_cut = bool(raw) and not raw.endswith(b"\n")
    return file


def _first_damage(file: _File, known: set[str], short: set[str]) -> Damage | None:
    if file.error:
        return Damage(file.path, 0, file.error)
    places: Mapping[str, int] = {digest: i for i, digest in enumerate(file.hashes)}
    for i, prev in enumerate(file.prevs):
        number = file.numbers[i]
        if prev is None:
            is_cut = file.is_cut and i == len(file.prevs) - 1
            return Damage(file.path, number, "is cut off" if is_cut else "cannot be read")
        line = file.parsed[i]
        if line is None:
            return Damage(file.path, number, "is not a history line that this fedcheck can read")
        if prev and prev not in known and prev[:SHORT] not in short:
            return _missing_before(file, i, prev, places)
        for one in (*line.saw, *line.merged):
            if one[:SHORT] not in short:
                text = f"names line {one[:SHORT]} of another history file, which is not here"
                return Damage(file.path, number, text, one[:SHORT])
    return Damage(file.path, file.numbers[-1] + 1, "is cut off") if file.is_cut else None


def _missing_before(file: _File, i: int, prev: str, places: Mapping[str, int]) -> Damage:
    """State what is wrong where a line follows one that is not here."""
    number = file.numbers[i]
    if i + 1 < len(file.prevs) and file.prevs[i + 1] not in places:
        return Damage(file.path, number, "was changed", prev[:SHORT])
    if not i:
        text = "is not the first: earlier lines were removed"
        return Damage(file.path, number, text, prev[:SHORT])
    text = "was changed, or lines after it were removed"
    return Damage(file.path, file.numbers[i - 1], text, prev[:SHORT])
