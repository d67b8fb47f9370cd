"""What a merge left in files of a workspace, settled as far as it has one answer.

While a merge is in progress, git's index holds the ancestor and both sides of a file; they are
merged as the merge driver would have done it. Markers that were committed, and files in which
somebody kept the lines of both sides, are settled by what the histories know: these are whole
after a merge also where a file of records is not (`merge=union`). Of a record, what the histories
do not know is kept in both versions (`domain.set_twice`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from fedcheck.domain.change import HistoryLine
from fedcheck.domain.field import Field, Kind
from fedcheck.domain.field_values import field_value
from fedcheck.errors import FedcheckError, InvalidFileError
from fedcheck.sharing.careless import CarelessError, read_versions
from fedcheck.sharing.list_order import read_item_order
from fedcheck.sharing.merge_file import is_sound_list, merge_texts
from fedcheck.sharing.people_files import settle_text
from fedcheck.sharing.record_files import Texts, merge_record_files
from fedcheck.sharing.records import Choice
from fedcheck.sharing.remark import Remark
from fedcheck.storage import (
    atomic_files,
    history,
    local_state,
    record_files,
    toml_io,
)
from fedcheck.storage.checklist_writer import LISTS
from fedcheck.storage.git_stages import Stages, read_stages
from fedcheck.storage.history_graph import LineGraph
from fedcheck.storage.names import parse_list_id
from fedcheck.storage.paths import LOCAL_STATE, WORKSPACE_FILE, private_home
from fedcheck.storage.raw_files import read_bytes
from fedcheck.storage.record_file import FINDINGS, IN_HEAD, MILESTONES, REQUESTS, SENT, make_empty
from fedcheck.storage.toml_lines import MARK
from fedcheck.storage.unexplained import Key, as_text, group_lines, list_standing

_TWICE = re.compile(r"\bCannot\b|\btwice\b")
"""How a parser, or our own checks, report that a key, a table or an id is there more than once."""

_ARRAYS = {REQUESTS: "request", FINDINGS: "finding", SENT: "sent"}


class Settled(Struct, frozen=True):
    """A file that a merge left in a state that cannot be used, and what became of it.

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


class _NoAnswerError(Exception):
    """A file has no single answer; names the reason."""


def settle_conflicts(root: Path, now: datetime) -> list[Settled]:
    """Settle what a merge left in a workspace, and in its private part, as far as it goes.

    Files that can be read are left alone: whoever made them so has decided. Raises FedcheckError
    where the disk refuses or another process holds the workspace.
    """
    found: list[Settled] = []
    stages: Mapping[Path, Stages] | None = None
    for home in (root, private_home(root)):
        broken = [(book, path) for book, path in _list_files(home) if _is_broken(path, book, root)]
        if not broken:
            continue
        stages = read_stages(root) if stages is None else stages
        with local_state.lock_workspace(home):
            for book, path in broken:
                one = _settle(root, home, book, path, stages.get(path), now)
                found += [one] if one is not None else []
    return found


def _list_files(home: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files that merge with their books; those that people write have none."""
    for book in record_files.list_books(home):
        if book not in IN_HEAD:
            yield book, record_files.path_of(home, book)
    people = [home / WORKSPACE_FILE, *atomic_files.toml_files(home / LISTS)]
    yield from (("", path) for path in people if path.is_file())


def _is_broken(path: Path, book: str, root: Path) -> bool:
    """Return whether a file cannot be used in a way that a merge leaves it.

    It has markers, or something is there twice. A text that quotes markers is no reason.
    """
    try:
        raw = read_bytes(path, root)
    except InvalidFileError:
        return False  # no merge did that
    try:
        _check(path, raw, book)
    except InvalidFileError as error:
        is_twice = any(_TWICE.search(one.message) for one in error.problems)
        return is_twice or _is_marked(raw)
    return False


def _is_marked(raw: bytes) -> bool:
    lines = raw.decode("utf-8", "replace").split("\n")
    return any(re.fullmatch(MARK, line.rstrip("\r")) for line in lines)


def _check(path: Path, raw: bytes, book: str) -> None:
    """Raise InvalidFileError where a file cannot be used as a whole."""
    if book:
        record_files.parse(path, raw, book)
    else:
        toml_io.parse(path, raw)


def split_sides(text: str) -> tuple[str, str] | None:
    """Return both sides of a text with conflict markers; None where the markers do not fit."""
    sides: tuple[list[str], list[str]] = ([], [])
    state = ""
    follows = {"": "<", "<": "|=", "|": "=", "=": ">"}
    for line in text.splitlines(keepends=True):
        found = re.fullmatch(MARK, line.rstrip("\r\n"))
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


def _settle(
    root: Path, home: Path, book: str, path: Path, stages: Stages | None, now: datetime
) -> Settled | None:
    """Settle one file; None where it is broken in another way than by a merge."""
    raw = read_bytes(path, root)
    try:
        _check(path, raw, book)
        return None
    except InvalidFileError as error:
        cause = str(error.problems[0])
    is_marked = _is_marked(raw)
    try:
        data, remarks = _find_answer(root, home, book, path, raw, stages)
        _check(path, data, book)
    except (_NoAnswerError, CarelessError, InvalidFileError) as error:
        problem = cause if isinstance(error, InvalidFileError) else str(error)
        known = not isinstance(error, InvalidFileError) or is_marked or stages
        return Settled(path, problem=problem) if known else None
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    copy = home / LOCAL_STATE / "backup" / "conflicts" / f"{stamp}-{path.name}"
    atomic_files.replace_file(copy, raw, under=root)
    atomic_files.replace_file(path, data, under=root)
    return Settled(path, copy, remarks)


def _find_answer(
    root: Path, home: Path, book: str, path: Path, raw: bytes, stages: Stages | None
) -> tuple[bytes, Sequence[Remark]]:
    """Return what a file is to hold. Raises where that has no one answer."""
    if stages is not None and stages.ours is not None and stages.theirs is not None:
        texts = Texts(stages.base or b"", stages.ours, stages.theirs)
        try:
            data, remarks = merge_texts(path, texts)
        except (InvalidFileError, FedcheckError):
            data, remarks = None, []
        if data is not None:
            return data, remarks
    text = raw.decode("utf-8", "surrogateescape")
    if not book:
        return _settle_people_file(home, path, text), ()
    order, renamed = _read_order(root, book)
    graph = history.read_graph(home)
    judge = _ByHistory(graph, book, group_lines(graph.lines, {book: renamed}).get(book, {}))
    sides = split_sides(text)
    if sides is not None and sides[0] != sides[1]:
        try:
            return _merge_versions(path, book, sides, order, renamed, judge)
        except InvalidFileError:
            pass  # one of the sides was edited since: its lines are all there is
    versions = read_versions(text, _ARRAYS.get(book, ""), judge.knows, judge.find_items)
    return _merge_versions(path, book, versions, order, renamed, judge)


def _merge_versions(
    path: Path,
    book: str,
    versions: Sequence[str],
    order: Sequence[str],
    renamed: Mapping[str, str],
    judge: "_ByHistory",
) -> tuple[bytes, Sequence[Remark]]:
    """Return versions of a record file merged by the histories, without an ancestor."""
    raws = [one.encode("utf-8", "surrogateescape") for one in versions]
    merged = raws[0]
    remarks: list[Remark] = []
    for other in raws[1:] or raws:
        found = merge_record_files(path, book, Texts(b"", merged, other), order, renamed, judge)
        merged = found.data
        remarks += found.remarks
    return merged, remarks


def _settle_people_file(home: Path, path: Path, text: str) -> bytes:
    """Return `fedcheck.toml`, or a checklist, with each key once."""
    lines: Mapping[Key, Sequence[HistoryLine]] = {}
    if path.name == WORKSPACE_FILE:
        lines = group_lines(history.read_all(home), {}).get(MILESTONES, {})

    def choose(key: tuple[str, ...], first: Any, second: Any) -> int:
        if len(key) != 2 or key[0] != MILESTONES:
            return -1
        values = [one.isoformat() if isinstance(one, date) else one for one in (first, second)]
        entered = lines.get((f"{MILESTONES}:{key[1]}", "day"), ())
        known = [one.change.new for one in entered]
        if not set(values) <= set(known):
            return -1
        return max(range(2), key=lambda at: len(known) - known[::-1].index(values[at]))

    settled, problems = settle_text(text, choose)
    if problems:
        raise _NoAnswerError("; ".join(problems))
    data = settled.encode("utf-8", "surrogateescape")
    if path.parent.name == LISTS and not is_sound_list(path, data):
        raise _NoAnswerError("with the lines of both sides it is not a valid checklist")
    return data


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
        """Return the side that has what was set last; nothing where no line shows it.

        Where both sides have a value that can only stand alone, both are kept: settling them shows
        every clone which lines met (`storage.settling`).
        """
        is_single = len(rows) > 1 or rows[0].kind not in (Kind.TEXT, Kind.LINES, Kind.REFS)
        nothing = make_empty(self._book, item)
        if is_single and all(
            any(field_value(side, row.name) != field_value(nothing, row.name) for row in rows)
            for side in (ours, theirs)
        ):
            return ""
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
            if rows[0].kind is Kind.TEXT and mine and other:  # typed by hand, and noted nowhere yet
                ever = {as_text(line.change.new) for line in entered}
                is_apart = is_apart or not {as_text(mine), as_text(other)} <= ever
            last = standing[-1]
            if newest is None or (last.at, last.hash) > (newest.at, newest.hash):
                newest = last
        if newest is None or (is_apart and len(rows) == 1 and rows[0].kind is Kind.TEXT):
            return ""  # texts that were written unknown to each other are both kept
        if field_value(ours, newest.change.field) == newest.change.new:
            return "ours"
        return "theirs" if field_value(theirs, newest.change.field) == newest.change.new else ""

    def knows(self, item: str, values: Mapping[str, Any]) -> bool:
        """Return whether the history of an item knows each of these values of TOML keys."""
        return all(
            _as_history(value) in [line.change.new for line in self._entered(item, key)]
            for key, value in values.items()
        )

    def find_items(self, values: Mapping[str, Any], known: set[str]) -> list[str]:
        """Return the items, other than the known ones, that have these values by the histories."""
        items = {ref.partition(":")[2] for ref, _ in self._lines}
        return sorted(
            item
            for item in items - known
            if all(
                _as_history(value)
                in [
                    line.change.new for line in list_standing(self._graph, self._entered(item, key))
                ]
                for key, value in values.items()
            )
        )

    def _entered(self, item: str, key: str) -> Sequence[HistoryLine]:
        return self._lines.get((f"{self._book}:{item}", key.replace("-", "_")), ())


def _as_history(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
