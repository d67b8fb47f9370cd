"""History files: append-only, one for each person and clone."""

import errno
import hashlib
import json
import os
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from fedcheck.domain.change import Change, HistoryLine
from fedcheck.storage import atomic_files
from fedcheck.storage.paths import LOCAL_STATE

FOLDER = "history"
VERSION = 1
_TAIL = 64 * 1024


class Damage(Struct, frozen=True):
    """A line that is not what was written."""

    path: Path
    line: int
    message: str


def format_line(entered: HistoryLine, prev: str) -> bytes:
    """Return a history line for a change, without its newline."""
    data: dict[str, Any] = {
        "v": VERSION,
        "at": entered.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "by": entered.by,
        "tx": entered.tx,
        "ref": entered.change.ref,
        "field": entered.change.field,
        "old": entered.change.old,
        "new": entered.change.new,
    }
    if entered.undoes:
        data["undoes"] = entered.undoes
    data["prev"] = prev
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def append(path: Path, entered: Sequence[HistoryLine]) -> None:
    """Append changes to a history file, chained to its last line, in one durable write."""
    last, whole = _last_line(path)
    if not whole and not _is_chained(last):
        last = _cut_torn_line(path, last)
        whole = True
    data = bytearray(b"" if whole else b"\n")
    for one in entered:
        line = format_line(one, _hash(last) if last else "")
        data += line + b"\n"
        last = line
    atomic_files.append(path, bytes(data))


def _is_chained(line: bytes) -> bool:
    """Tell whether a line without its newline is otherwise whole."""
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _cut_torn_line(path: Path, torn: bytes) -> bytes:
    """Cut off a line that a crash left half written, after a copy; return the line before it.

    The machine stopped before that line was durable, so its change was never called saved; the
    difference that it leaves is noted as done outside fedcheck.
    """
    backup = path.parent.parent / LOCAL_STATE / "backup" / f"{path.name}.{_hash(torn)[:8]}"
    atomic_files.replace_file(backup, torn)
    atomic_files.truncate_file(path, path.stat().st_size - len(torn))
    return _last_line(path)[0]


def read_newest_hash(path: Path) -> str:
    """Return the hash of a history file's last line; empty for an empty file."""
    last, _ = _last_line(path)
    return _hash(last) if last else ""


def list_line_hashes(path: Path) -> set[str]:
    """Return the hash of every line of a history file, and the empty one for its beginning."""
    try:
        raw = atomic_files.read_plain(path)
    except OSError:
        return set()
    return {"", *(_hash(line) for line in raw.split(b"\n") if line)}


def list_history_files(root: Path) -> list[Path]:
    """Return the history files of a workspace in the order of their names."""
    folder = root / FOLDER
    try:
        found = list(folder.iterdir()) if os.path.lexists(folder) else []
    except OSError as error:
        raise atomic_files.disk_error("read", folder, error) from error
    return sorted(path for path in found if path.suffix == ".jsonl")


def read(path: Path) -> list[HistoryLine]:
    """Read a history file; lines that cannot be read are left out (`verify` tells of them).

    Raises FedcheckError where the disk refuses: a history that is there must not count as empty.
    """
    try:
        raw = atomic_files.read_plain(path)
    except (FileNotFoundError, atomic_files.NotPlainError):
        return []
    except OSError as error:
        raise atomic_files.disk_error("read", path, error) from error
    parsed = (parse_line(line) for line in raw.split(b"\n") if line)
    return [one for one in parsed if one is not None]


def read_all(root: Path) -> list[HistoryLine]:
    """Read the history of a workspace, the oldest change first."""
    return merge_histories(read(path) for path in list_history_files(root))


def merge_histories(parts: Iterable[Iterable[HistoryLine]]) -> list[HistoryLine]:
    """Return the changes of several history files, the oldest first.

    Within one file the order of its lines holds, also where a clock was set back in between.
    """
    timed: list[tuple[datetime, HistoryLine]] = []
    for part in parts:
        latest_yet = datetime.min.replace(tzinfo=UTC)
        for one in part:
            latest_yet = max(latest_yet, one.at)
            timed.append((latest_yet, one))
    return [one for _, one in sorted(timed, key=lambda pair: pair[0])]


def parse_line(line: bytes) -> HistoryLine | None:
    """Parse a history line; nothing where it is damaged or of a newer kind."""
    try:
        data = json.loads(line)
        if data["v"] != VERSION:
            return None
        change = Change(str(data["ref"]), str(data["field"]), data["old"], data["new"])
        at = datetime.fromisoformat(data["at"])
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        if not 2000 <= at.year <= 9000:
            return None
        return HistoryLine(
            change, at, str(data["by"]), str(data["tx"]), str(data.get("undoes", ""))
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def verify(root: Path) -> list[Damage]:
    """Return for each history file the first line that is damaged."""
    damage = []
    for path in list_history_files(root):
        found = _first_damage(path)
        if found:
            damage.append(found)
    return damage


def _first_damage(path: Path) -> Damage | None:
    try:
        raw = atomic_files.read_plain(path)
    except OSError as error:
        return Damage(path, 0, f"cannot be read: {(error.strerror or str(error)).lower()}")
    lines = raw.split(b"\n")
    whole = not lines.pop()
    links = [_previous_hash(line) for line in lines]
    hashes = [_hash(line) for line in lines]
    for i, link in enumerate(links):
        number = i + 1
        if link is None:
            return Damage(path, number, "cannot be read" if lines[i] else "an empty line")
        if link == (hashes[i - 1] if i else ""):
            continue
        if link in hashes:
            after = hashes.index(link) + 1
            return Damage(path, number, f"is not in its place: it was written after line {after}")
        if i + 1 < len(links) and links[i + 1] != hashes[i]:
            return Damage(path, number, "was changed")
        if not i:
            return Damage(path, number, "is not the first: what stood before it was removed")
        return Damage(path, number - 1, "was changed, or lines after it were removed")
    return None if whole else Damage(path, len(lines) + 1, "is cut off")


def _previous_hash(line: bytes) -> str | None:
    """Return the hash that a line keeps of the one before it; None where it cannot be read."""
    try:
        prev = json.loads(line)["prev"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return prev if isinstance(prev, str) else None


def format_file_name(who: str, token: str) -> str:
    """Return the name of a person's history file in this clone."""
    slug = re.sub(r"[^a-z0-9]+", "-", who.lower()).strip("-") or "someone"
    return f"{slug[:40]}-{token}.jsonl"


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _last_line(path: Path) -> tuple[bytes, bool]:
    """Return the last line of a file, and whether it ends in a newline (an empty file does)."""
    try:
        if not path.is_file() and path.exists():
            raise OSError(errno.EINVAL, "a folder, a device or a pipe, not a file")
        with path.open("rb") as file:
            size = file.seek(0, 2)
            reach = min(size, _TAIL)
            while True:
                file.seek(size - reach)
                tail = file.read(reach)
                body = tail.rstrip(b"\n")
                if b"\n" in body or reach == size:
                    break
                reach = min(size, reach * 4)
    except FileNotFoundError:
        return b"", True
    except OSError as error:
        raise atomic_files.disk_error("read", path, error) from error
    return body.rpartition(b"\n")[2], not tail or tail.endswith(b"\n")


_BEGIN = b'{"v":1,"at":"'
_STAMP_ENDS = len(_BEGIN) + len("2027-01-11T15:00:00.000")


def read_since(root: Path, moment: datetime) -> list[HistoryLine]:
    """Return what was entered from a moment on, the oldest change first.

    Within one file the order of its lines holds, also where a clock was set back in between.
    Raises FedcheckError where the disk refuses.
    """
    stamp = moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6].encode()
    parts = []
    for path in list_history_files(root):
        lines = _read_lines(path)
        start = next(
            (i for i, line in enumerate(lines) if _is_since(line, moment, stamp)), len(lines)
        )
        parts.append(_parse_lines(lines[start:]))
    return merge_histories(parts)


def _is_since(line: bytes, moment: datetime, stamp: bytes) -> bool:
    """Tell whether a line was entered at a moment or later.

    A line as we write it is told by its text: reading 50,000 lines whole takes too long.
    """
    if line.startswith(_BEGIN) and line[_STAMP_ENDS : _STAMP_ENDS + 2] == b'Z"':
        return line[len(_BEGIN) : _STAMP_ENDS] >= stamp
    one = parse_line(line) if line else None
    return one is not None and one.at >= moment


def find_first_moment(root: Path) -> datetime | None:
    """Return when the first change was entered that the history still holds."""
    firsts: list[datetime] = []
    for path in list_history_files(root):
        for line in _read_lines(path):
            one = parse_line(line) if line else None
            if one is not None:
                firsts.append(one.at)
                break
    return min(firsts, default=None)


def read_after(root: Path, seen: Iterable[str]) -> tuple[list[HistoryLine], frozenset[str]]:
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
    for path in list_history_files(root):
        lines = _read_lines(path)
        start = 0
        for place in range(len(lines) - 1, -1, -1) if wanted else ():
            digest = hashlib.sha256(lines[place]).hexdigest() if lines[place] else ""
            if digest in wanted:
                found.add(digest)
                start = place + 1
                break
        parts.append(_parse_lines(lines[start:]))
    return merge_histories(parts), frozenset(wanted - found)


def _parse_lines(lines: Iterable[bytes]) -> list[HistoryLine]:
    parsed = (parse_line(line) for line in lines if line)
    return [one for one in parsed if one is not None]


def _read_lines(path: Path) -> list[bytes]:
    try:
        return atomic_files.read_plain(path).split(b"\n")
    except (FileNotFoundError, atomic_files.NotPlainError):
        return []
    except OSError as error:
        raise atomic_files.disk_error("read", path, error) from error
