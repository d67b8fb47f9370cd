"""Cutting the history: what was entered after a moment, or after the lines that somebody saw."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from fedcheck.model.change import Entered
from fedcheck.store import files, history

_BEGIN = b'{"v":1,"at":"'
_STAMP_ENDS = len(_BEGIN) + len("2027-01-11T15:00:00.000")


def after_moment(root: Path, moment: datetime) -> list[Entered]:
    """Return what was entered from a moment on, the oldest change first.

    Within one file the order of its lines holds, also where a clock was set back in between.
    Raises FedcheckError where the disk refuses.
    """
    stamp = moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6].encode()
    parts = []
    for path in history.history_files(root):
        lines = _lines(path)
        start = next((i for i, line in enumerate(lines) if _from(line, moment, stamp)), len(lines))
        parts.append(_parsed(lines[start:]))
    return history.in_order(parts)


def _from(line: bytes, moment: datetime, stamp: bytes) -> bool:
    """Tell whether a line was entered at a moment or later.

    A line as we write it is told by its text: reading 50,000 lines whole takes too long.
    """
    if line.startswith(_BEGIN) and line[_STAMP_ENDS : _STAMP_ENDS + 2] == b'Z"':
        return line[len(_BEGIN) : _STAMP_ENDS] >= stamp
    one = history.parse_line(line) if line else None
    return one is not None and one.at >= moment


def first_moment(root: Path) -> datetime | None:
    """Return when the first change was entered that the history still holds."""
    firsts: list[datetime] = []
    for path in history.history_files(root):
        for line in _lines(path):
            one = history.parse_line(line) if line else None
            if one is not None:
                firsts.append(one.at)
                break
    return min(firsts, default=None)


def after_lines(root: Path, seen: Iterable[str]) -> tuple[list[Entered], frozenset[str]]:
    """Return what was entered after lines that were seen as the last ones of their files.

    Args:
        root: the workspace.
        seen: the hashes of those lines. Of a file that holds none of them everything came after.

    Returns:
        The changes, the oldest first; and the hashes that no file holds.
    """
    wanted = {digest for digest in seen if digest}
    found: set[str] = set()
    parts = []
    for path in history.history_files(root):
        lines = _lines(path)
        start = 0
        for place in range(len(lines) - 1, -1, -1) if wanted else ():
            digest = hashlib.sha256(lines[place]).hexdigest() if lines[place] else ""
            if digest in wanted:
                found.add(digest)
                start = place + 1
                break
        parts.append(_parsed(lines[start:]))
    return history.in_order(parts), frozenset(wanted - found)


def _parsed(lines: Iterable[bytes]) -> list[Entered]:
    parsed = (history.parse_line(line) for line in lines if line)
    return [one for one in parsed if one is not None]


def _lines(path: Path) -> list[bytes]:
    try:
        return files.read_plain(path).split(b"\n")
    except (FileNotFoundError, files.NotPlainError):
        return []
    except OSError as error:
        raise files.cannot("read", path, error) from error
