"""History files: append-only, one for each person and clone.

The lines are a graph, as commits are (design, section 6): each names the line before it in its
file, and the newest ones of other files that its writer had seen. After a merge, a rebase or a copy
they may be in any order, one may be twice, and several may follow the same one.
"""

import errno
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from fedcheck.domain.change import SHORT, HistoryLine
from fedcheck.storage import atomic_files
from fedcheck.storage.confined import leads_outside
from fedcheck.storage.history_lines import (
    format_line,
    hash_line,
    parse_line,
    parse_lines,
    split_lines,
)
from fedcheck.storage.paths import LOCAL_STATE, workspace_of

if TYPE_CHECKING:
    from fedcheck.storage.history_graph import LineGraph

T = TypeVar("T")

FOLDER = "history"
_TAIL = 64 * 1024
_LONGEST = 16 * 1024 * 1024
"""How far from the end of a file a last line may begin, in bytes."""

_PIECE = 64 * 1024
"""How much of a file is held at a time where one thing is looked for."""

_MAX_SAW = 32
"""How many lines of others a line names at most."""


def append(path: Path, entered: Sequence[HistoryLine], saw: Sequence[str] = ()) -> str:
    """Append changes to a history file in one durable write; return the hash of the last one.

    The first one follows the last line that the file holds. `saw` are the newest lines of other
    chains that the writer has seen since its line before.
    """
    last, whole = _last_line(path)
    if not whole and not _is_object(last):
        last = _cut_torn_line(path, last)
        whole = True
    data = bytearray(b"" if whole else b"\n")
    prev = hash_line(last) if last else ""
    for one in entered:
        line = format_line(one, prev, saw)
        data += line + b"\n"
        prev, saw = hash_line(line), ()
    atomic_files.append(path, bytes(data), under=_trusted_folder(path))
    return prev


def _trusted_folder(path: Path) -> Path:
    """Return the root of the workspace that a history file belongs to."""
    return workspace_of(path.parent.parent)


def _is_object(line: bytes) -> bool:
    """Return whether a line without its newline is otherwise whole."""
    import json  # loaded here: a file is cut only after a crash

    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _cut_torn_line(path: Path, torn: bytes) -> bytes:
    """Cut off a line that a crash left half written, after a copy; return the line before it.

    The machine stopped before that line was durable, so its change was never called saved; the
    difference that it leaves is noted as done outside fedcheck.
    """
    backup = path.parent.parent / LOCAL_STATE / "backup" / f"{path.name}.{hash_line(torn)[:8]}"
    under = _trusted_folder(path)
    atomic_files.replace_file(backup, torn, under=under)
    atomic_files.truncate_file(path, path.stat().st_size - len(torn), under=under)
    return _last_line(path)[0]


def read_newest_hash(path: Path) -> str:
    """Return the hash of a history file's last line; empty for an empty file."""
    last, _ = _last_line(path)
    return hash_line(last) if last else ""


def read_newest_hashes(path: Path) -> tuple[str, ...]:
    """Return the hashes of the lines near a file's end that no line there follows, the last first.

    There are several after a merge. Only the end of the file is read, and what is no line of a
    history there (torn by a crash, a file of something else) does not count.
    """
    reach = _TAIL
    try:
        atomic_files.require_plain(path)
        size = path.stat().st_size
        tail = _read_tail(path, reach)
        while not tail and reach < min(size, _LONGEST):
            reach *= 4
            tail = _read_tail(path, reach)
    except OSError as error:
        raise atomic_files.disk_error("read", path, error) from error
    followed = {line.prev for line in tail}
    return tuple(dict.fromkeys(line.hash for line in reversed(tail) if line.hash not in followed))


def _read_tail(path: Path, reach: int) -> list[HistoryLine]:
    """Return the lines that stand whole in the last bytes of a file, none of them expanded."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - reach))
        raw = file.read(reach)
    whole = split_lines(raw if size <= reach else raw.partition(b"\n")[2])
    return [line for text in dict.fromkeys(whole) if (line := parse_line(text)) is not None]


def read_tips(root: Path) -> dict[str, tuple[str, ...]]:
    """Return the newest lines of each history file of a workspace, shortened, by its name."""
    return {
        path.name: tuple(digest[:SHORT] for digest in read_newest_hashes(path))
        for path in list_history_files(root)
        if path.is_file()
    }


def list_unseen(
    tips: Mapping[str, Sequence[str]], seen: Mapping[str, str], own: str
) -> tuple[str, ...]:
    """Return the newest lines of history files that a writer has not seen yet.

    Args:
        tips: the newest lines of each file, shortened.
        seen: for each file its last line as the writer saw it at its line before.
        own: the writer's own file, whose last line the next one follows in any case.
    """
    found: list[str] = []
    for name, newest in sorted(tips.items()):
        if newest and newest[0] != seen.get(name, ""):
            found += newest[1:] if name == own else newest
    return tuple(found[:_MAX_SAW])


def list_line_hashes(path: Path) -> set[str]:
    """Return the hash of every line of a history file, and the empty one for its beginning."""
    try:
        raw = atomic_files.read_plain(path)
    except OSError:
        return set()
    return {"", *(hash_line(line) for line in split_lines(raw))}


def list_history_files(root: Path) -> list[Path]:
    """Return the history files of a workspace in the order of their names."""
    folder = root / FOLDER
    try:
        found = list(folder.iterdir()) if os.path.lexists(folder) else []
    except OSError as error:
        raise atomic_files.disk_error("read", folder, error) from error
    under = workspace_of(root)
    return sorted(p for p in found if p.suffix == ".jsonl" and not leads_outside(p, under))


def list_outside_links(root: Path) -> list[Path]:
    """Return the history files that are links out of the workspace: they are never read."""
    under = workspace_of(root)
    try:
        found = sorted((root / FOLDER).iterdir())
    except OSError:
        return []
    return [one for one in found if one.name.endswith(".jsonl") and leads_outside(one, under)]


def read(path: Path) -> list[HistoryLine]:
    """Read a history file in the order of its lines; each counts once.

    Lines that cannot be read are left out (`verify` reports them). Raises FedcheckError where the
    disk refuses: a history that is there must not count as empty.
    """
    return parse_lines(_read_raw_lines(path))


def read_all(root: Path) -> list[HistoryLine]:
    """Read the history of a workspace, the oldest change first."""
    return read_graph(root).lines


def read_graph(*homes: Path) -> "LineGraph":
    """Read the history of places as one graph. Raises FedcheckError where the disk refuses."""
    from fedcheck.storage.history_graph import build_graph  # most only look at the ends of files

    paths = (path for home in homes for path in list_history_files(home))
    return build_graph(one for path in paths for one in read(path))


def format_file_name(who: str, token: str) -> str:
    """Return the name of a person's history file in this clone."""
    slug = re.sub(r"[^a-z0-9]+", "-", who.lower()).strip("-") or "someone"
    return f"{slug[:40]}-{token}.jsonl"


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
                body = tail.rstrip(b"\r\n")
                if b"\n" in body or reach == size:
                    break
                reach = min(size, reach * 4)
    except FileNotFoundError:
        return b"", True
    except OSError as error:
        raise atomic_files.disk_error("read", path, error) from error
    lines = split_lines(body.rpartition(b"\n")[2])
    return lines[-1] if lines else b"", not tail or tail.endswith(b"\n")


_NAMES_DAY = rb'"for"[ \t\r]*:[ \t\r]*"[0-9]'
_BEGIN = b'{"v":1,"at":"'
_STAMP_ENDS = len(_BEGIN) + len("2027-01-11T15:00:00.000")


def read_since(homes: Iterable[Path], moment: datetime) -> list[HistoryLine]:
    """Return what was entered in some places from a moment on, the oldest change first.

    A line that follows a later one counts as entered then, also where a clock was set back in
    between. Raises FedcheckError where the disk refuses.
    """
    stamp = moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6].encode()
    late: list[HistoryLine] = []
    for path in (path for home in homes for path in list_history_files(home)):
        lines = _read_raw_lines(path)
        start = next(
            (i for i, line in enumerate(lines) if _is_since(line, moment, stamp)), len(lines)
        )
        late += parse_lines(lines[start:])
    from fedcheck.storage.history_graph import build_graph

    graph = build_graph(late)
    return [one for one in graph.lines if graph.moment(one) >= moment]


def _is_since(line: bytes, moment: datetime, stamp: bytes) -> bool:
    """Return whether a line was entered at a moment or later.

    A line as we write it is shown by its text: reading 50,000 lines whole takes too long.
    """
    if line.startswith(_BEGIN) and line[_STAMP_ENDS : _STAMP_ENDS + 2] == b'Z"':
        return line[len(_BEGIN) : _STAMP_ENDS] >= stamp
    one = parse_line(line)
    return one is not None and one.at >= moment


def names_days(root: Path) -> bool:
    """Return whether a line of the history names another day than that of its clock (`for`)."""
    return any(re.search(_NAMES_DAY, read_raw(path)) for path in list_history_files(root))


_LOST = b'"lost"'
_NAMES_LOSS = rb'"lost"\s*:\s*"[0-9a-f]'


def names_losses(root: Path) -> bool:
    """Return whether a line of the history may name another one as lost, without parsing it."""
    return any(
        _look_in(path, _has_key_of_loss, False) and re.search(_NAMES_LOSS, read_raw(path))
        for path in list_history_files(root)
    )


def _has_key_of_loss(path: Path) -> bool:
    atomic_files.require_plain(path)
    with path.open("rb", buffering=0) as file:
        rest = b""
        while piece := file.read(_PIECE):
            held = rest + piece
            # rfind: for what is hardly there it takes half the time of `in`.
            if held.rfind(_LOST) >= 0:
                return True
            rest = held[1 - len(_LOST) :]
    return False


def find_first_day(root: Path, zone: tzinfo) -> date | None:
    """Return the day of the earliest change that the history still holds."""
    if names_days(root):
        return min((one.counts_on(zone) for one in read_all(root)), default=None)
    first = find_first_moment(root)
    return first.astimezone(zone).date() if first else None


def find_first_moment(root: Path) -> datetime | None:
    """Return when the first change was entered that the history still holds."""
    firsts: list[datetime] = []
    for path in list_history_files(root):
        for line in _read_raw_lines(path):
            one = parse_line(line)
            if one is not None:
                firsts.append(one.at)
                break
    return min(firsts, default=None)


def read_after(root: Path, seen: Iterable[str]) -> tuple[list[HistoryLine], frozenset[str]]:
    """Return what was entered after lines that were seen, or next to them.

    Args:
        root: the workspace.
        seen: the hashes of those lines; what they follow was seen too. Of a file that holds none
            of them everything came after.

    Returns:
        The changes, the oldest first; and the hashes that no file holds.
    """
    wanted = {digest for digest in seen if digest}
    graph = read_graph(root)
    known, missing = graph.collect_earlier(wanted)
    return [one for one in graph.lines if one.hash not in known], frozenset(missing)


def read_raw(path: Path) -> bytes:
    """Return what a history file holds; nothing where there is no such file.

    Raises FedcheckError where the disk refuses.
    """
    return _look_in(path, atomic_files.read_plain, b"")


def _look_in(path: Path, look: Callable[[Path], T], nothing: T) -> T:
    try:
        return look(path)
    except (FileNotFoundError, atomic_files.NotPlainError):
        return nothing
    except OSError as error:
        raise atomic_files.disk_error("read", path, error) from error


def _read_raw_lines(path: Path) -> list[bytes]:
    """Return the lines of a history file; none where there is no such file."""
    return split_lines(read_raw(path))
