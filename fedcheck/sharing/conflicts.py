"""Conflict markers in files of records, settled from both sides and the histories.

The histories are whole after a merge also where a file of records is not (`merge=union`), and they
know which of two values is the later one. A file is only written where every difference has one
answer; else it stays as it is, and what is open is listed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from fedcheck.domain.change import HistoryLine
from fedcheck.domain.field import Field, Kind
from fedcheck.domain.field_values import field_value
from fedcheck.errors import InvalidFileError
from fedcheck.sharing.list_order import read_item_order
from fedcheck.sharing.record_files import Texts, merge_record_files
from fedcheck.sharing.records import Choice
from fedcheck.sharing.remark import Remark
from fedcheck.storage import atomic_files, history, local_state, progress_files, record_files
from fedcheck.storage.history_graph import LineGraph
from fedcheck.storage.names import is_list_id, parse_list_id
from fedcheck.storage.paths import LOCAL_STATE, private_home
from fedcheck.storage.reconcile import Key, as_text, group_lines, list_standing
from fedcheck.storage.record_file import FINDINGS, REQUESTS, SENT
from fedcheck.storage.toml_io import read_bytes

_MARK = re.compile(r"(<{7}|\|{7}|={7}|>{7})(?: .*)?\r?\n?")


class Settled(Struct, frozen=True):
    """A file with conflict markers, and what became of it.

    Attributes:
        path: the file.
        copy: where what it held is kept; None where it was left as it is.
        remarks: what was decided, and what is open.
        problem: why it cannot be settled at all.
    """

    path: Path
    copy: Path | None = None
    remarks: Sequence[Remark] = ()
    problem: str = ""


def settle_conflicts(root: Path, now: datetime) -> list[Settled]:
    """Settle the conflict markers of a workspace, and of its private part, as far as it goes.

    Raises FedcheckError where the disk refuses or another process holds the workspace.
    """
    found: list[Settled] = []
    for home in (root, private_home(root)):
        marked = [(book, path) for book, path in _list_files(home) if _has_marks(path, book, root)]
        if marked:
            with local_state.lock_workspace(home):
                found += [_settle(root, home, book, path, now) for book, path in marked]
    return found


def _list_files(home: Path) -> Iterator[tuple[str, Path]]:
    for path in atomic_files.toml_files(home / progress_files.FOLDER):
        if is_list_id(path.stem):
            yield path.stem, path
    for book in (REQUESTS, FINDINGS, SENT):
        if record_files.path_of(home, book).is_file():
            yield book, record_files.path_of(home, book)


def _has_marks(path: Path, book: str, root: Path) -> bool:
    """Tell whether a file has conflict markers; a text that quotes some is none of them."""
    try:
        raw = read_bytes(path, root)
    except InvalidFileError:
        return False
    if not any(line.startswith(b"<<<<<<<") for line in raw.splitlines()):
        return False
    try:
        record_files.parse(path, raw, book)
    except InvalidFileError:
        return True
    return False


def split_sides(text: str) -> tuple[str, str] | None:
    """Return both sides of a text with conflict markers; None where the markers do not fit."""
    sides: tuple[list[str], list[str]] = ([], [])
    state = ""
    follows = {"": "<", "<": "|=", "|": "=", "=": ">"}
    for line in text.splitlines(keepends=True):
        found = _MARK.fullmatch(line)
        if found is not None and line[0] in follows[state]:
            state = "" if line[0] == ">" else line[0]
            continue
        if found is not None and line[0] in "<>":
            return None
        if state in ("", "<"):
            sides[0].append(line)
        if state in ("", "="):
            sides[1].append(line)
    return None if state else ("".join(sides[0]), "".join(sides[1]))


def _settle(root: Path, home: Path, book: str, path: Path, now: datetime) -> Settled:
    raw = read_bytes(path, root)
    sides = split_sides(raw.decode("utf-8", "surrogateescape"))
    if sides is None:
        return Settled(path, problem="the conflict markers do not fit together")
    order, renamed = _read_order(root, book)
    graph = history.read_graph(home)
    lines = group_lines(graph, {book: renamed}).get(book, {})
    ours, theirs = (side.encode("utf-8", "surrogateescape") for side in sides)
    try:
        merged = merge_record_files(
            path, book, Texts(b"", ours, theirs), order, renamed, _ByHistory(graph, book, lines)
        )
    except InvalidFileError as error:
        return Settled(path, problem=str(error.problems[0]))
    if merged.has_conflicts:
        return Settled(path, remarks=merged.remarks)
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    copy = home / LOCAL_STATE / "backup" / "conflicts" / f"{stamp}-{path.name}"
    atomic_files.replace_file(copy, raw, under=root)
    atomic_files.replace_file(path, merged.ours, under=root)
    return Settled(path, copy, merged.remarks)


def _read_order(root: Path, book: str) -> tuple[Sequence[str], Mapping[str, str]]:
    if book in (REQUESTS, FINDINGS, SENT):
        return (), {}
    return read_item_order(root, parse_list_id(book))


class _ByHistory:
    """Chooses between two values by the lines of the histories: the later one stands."""

    def __init__(
        self, graph: LineGraph, book: str, lines: Mapping[Key, Sequence[HistoryLine]]
    ) -> None:
        self._graph = graph
        self._book = book
        self._lines = lines

    def __call__(self, item: str, rows: Sequence[Field], ours: Any, theirs: Any) -> Choice:
        """Return the side that has what was set last; nothing where no line says."""
        newest: HistoryLine | None = None
        is_apart = False
        for row in rows:
            mine, other = (field_value(side, row.name) for side in (ours, theirs))
            entered = self._lines.get((f"{self._book}:{item}", row.name), ())
            if mine == other or not entered:
                continue
            standing = list_standing(self._graph, entered)
            known = {as_text(line.change.new) for line in standing}
            is_apart = is_apart or {as_text(mine), as_text(other)} <= known
            last = standing[-1]
            if newest is None or (last.at, last.hash) > (newest.at, newest.hash):
                newest = last
        if newest is None or (is_apart and len(rows) == 1 and rows[0].kind is Kind.TEXT):
            return ""  # texts that were written unknown to each other are both kept
        if field_value(ours, newest.change.field) == newest.change.new:
            return "ours"
        return "theirs" if field_value(theirs, newest.change.field) == newest.change.new else ""
