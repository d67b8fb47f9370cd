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


class _File(msgspec.Struct):
    """A history file as it stands: its lines with their numbers, and what they say of others."""

    path: Path
    numbers: list[int]
    hashes: list[str]
    prevs: list[str | None]
    parsed: list[HistoryLine | None]
    is_cut: bool
    error: str = ""


def verify(root: Path, also: Sequence[Path] = ()) -> list[Damage]:
    """Return for each history file of a workspace the first line that is damaged.

    A line is damaged where it cannot be read, or where what it follows, or says that its writer
    saw, is in no history file here. A missing line that a person has accepted is no damage.
    `also` are other homes whose lines may be named.
    """
    files = [_load_file(path) for path in history.list_history_files(root)]
    others = [_load_file(path) for home in also for path in history.list_history_files(home)]
    every = [one for file in (*files, *others) for one in file.hashes]
    known, short = set(every), {digest[:SHORT] for digest in every}
    for file in (*files, *others):
        for one in file.parsed:
            if one is not None and is_acceptance(one):
                place, name = split_ref(one.change.ref)
                short |= {name[:SHORT]} if place == CONFIRMED else set()
    outside = [Damage(path, 0, OUTSIDE_LINK) for path in history.list_outside_links(root)]
    return outside + [
        damage for file in files if (damage := _first_damage(file, known, short)) is not None
    ]


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
            readable = parsed is not None or history_lines.is_newer(line)
            file.prevs.append(history_lines.previous_hash(line) if readable else None)
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
        if prev and prev not in known and prev[:SHORT] not in short:
            return _missing_before(file, i, prev, places)
        line = file.parsed[i]
        for one in (*line.saw, *line.merged) if line is not None else ():
            if one[:SHORT] not in short:
                text = f"names a line {one[:SHORT]} of another history file that is not here"
                return Damage(file.path, number, text, one[:SHORT])
    return Damage(file.path, file.numbers[-1] + 1, "is cut off") if file.is_cut else None


def _missing_before(file: _File, i: int, prev: str, places: Mapping[str, int]) -> Damage:
    """Say what is wrong where a line follows one that is not here."""
    number = file.numbers[i]
    if i + 1 < len(file.prevs) and file.prevs[i + 1] not in places:
        return Damage(file.path, number, "was changed", prev[:SHORT])
    if not i:
        text = "is not the first: what stood before it was removed"
        return Damage(file.path, number, text, prev[:SHORT])
    text = "was changed, or lines after it were removed"
    return Damage(file.path, file.numbers[i - 1], text, prev[:SHORT])
