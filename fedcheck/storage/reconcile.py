"""What happened outside fedcheck: the difference between the files and what the history knows.

TOML is the truth (design, section 6). A hand edit, a git pull, a crash between file and history:
each leaves a value that no history line explains. The difference is added to the history as done
outside fedcheck; nothing is ever changed to match the history.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.change import NOT_RECORDS, SHORT, Change, HistoryLine, is_outside
from fedcheck.domain.field_values import EVIDENCE_PREFIX, field_value, list_values
from fedcheck.domain.item_rules import REVIEW_FIELDS
from fedcheck.domain.reference import split_ref
from fedcheck.domain.set_twice import list_unsettled_fields
from fedcheck.errors import InvalidFileError
from fedcheck.storage import history, record_files
from fedcheck.storage.atomic_files import read_prefix, toml_files
from fedcheck.storage.history_graph import LineGraph
from fedcheck.storage.local_state import LocalNotes
from fedcheck.storage.names import is_list_id
from fedcheck.storage.record_file import (
    IN_HEAD,
    PROGRESS_FOLDER,
    RESERVED_NAMES,
    RecordFile,
    make_empty,
)

Key = tuple[str, str]
"""Reference and field."""

GIT_WAIT = timedelta(minutes=5)
"""How long a lock of git's own counts: one that is older was left by a crash."""


class OutsideChange(Struct, frozen=True):
    """A value that no history line explains.

    Attributes:
        lost: the person's line that it takes back, shortened; empty where it takes none back.
        merged: where two sides set the field unknown to each other, the lines of both.
    """

    change: Change
    lost: str = ""
    merged: tuple[str, ...] = ()


class OutsideState(Struct, frozen=True):
    """What the history of a workspace does not explain, and what was looked at to find out.

    Attributes:
        found: the unexplained values.
        files: the hash of each file that was looked at.
        is_news: whether anything is not as it was noted.
        is_first: whether there is no history yet.
    """

    found: tuple[OutsideChange, ...] = ()
    files: Mapping[str, str] = {}
    is_news: bool = False
    is_first: bool = False

    @property
    def changes(self) -> list[Change]:
        """Return the unexplained values as changes."""
        return [one.change for one in self.found]


Tips = Mapping[str, Sequence[str]]
"""The newest lines of history files, shortened, by the file's name."""


def list_all_outside_changes(
    root: Path,
    renamed: Mapping[str, Mapping[str, str]],
    notes: LocalNotes,
    tips: Tips | None = None,
) -> OutsideState:
    """Return what the history of a workspace does not explain.

    Looks at the files that are not as they were noted; at all of them where a history file is not
    as it was noted: lines that came may report values that did not. A file that cannot be read
    waits until it is mended.

    Args:
        root: the workspace.
        renamed: today's item ids by earlier ones, for each checklist that has renamed any.
        notes: what was noted at the last save here.
        tips: how the history files end, where the caller has just read it.
    """
    has_lines = has_news(history.read_tips(root) if tips is None else tips, notes)
    graph = history.read_graph(root) if has_lines else None
    owners = list_owners(graph) if graph else ()
    changed = _load_record_files(root, notes.files, owners, every=has_lines)
    if changed and graph is None:
        graph = history.read_graph(root)
    found: list[OutsideChange] = []
    if graph is not None:
        by_list = group_lines(graph, renamed)
        for one in changed:
            lines = by_list.get(one.name, {})
            found += list_unexplained(graph, lines, one.renamed(renamed.get(one.name, {})))
    files = {record_files.file_name(one.name): one.sha256 for one in changed}
    is_first = graph is not None and not graph.lines
    return OutsideState(tuple(found), files, has_lines or bool(changed), is_first)


def _tip_key(name: str) -> str:
    return f"{history.FOLDER}/{name}"


def has_news(tips: Tips, notes: LocalNotes) -> bool:
    """Return whether a history file ends otherwise than was noted; one that came or went does."""
    known = {name: tip for name, tip in notes.files.items() if name.startswith(_tip_key(""))}
    return {_tip_key(name): newest[0] for name, newest in tips.items() if newest} != known


def note_tips(notes: LocalNotes, tips: Tips) -> LocalNotes:
    """Return the notes with how the history files end now."""
    files = {name: tip for name, tip in notes.files.items() if not name.startswith(_tip_key(""))}
    ends = {_tip_key(name): newest[0] for name, newest in tips.items() if newest}
    return replace(notes, files={**files, **ends})


IN_PROGRESS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")
"""What git's folder holds while a merge, a pick, a revert or a rebase waits to be finished."""


def is_git_at_work(root: Path, now: datetime) -> bool:
    """Return whether git is changing files, or waits for a person to finish what changes them.

    What is there then is neither side of the change, and a line that was added to a history would
    be in the way of what git does next.
    """
    return is_git_in_between(root) or is_git_writing(root, now)


def is_git_writing(root: Path, now: datetime) -> bool:
    """Return whether git is changing files at this moment: some may be gone until it is done."""
    git = _find_git(root)
    return git is not None and _is_locked(git, now)


def _is_locked(git: Path, now: datetime) -> bool:
    try:
        changed = (git / "index.lock").stat().st_mtime
    except OSError:
        return False
    return abs(now.timestamp() - changed) < GIT_WAIT.total_seconds()


def _find_git(root: Path) -> Path | None:
    """Return where git keeps the index of the repository around a folder, if there is one."""
    for folder in (root, *root.parents):
        if os.path.exists(folder / ".git"):  # noqa: PTH110 - Path.exists raises where it is closed
            try:
                return _find_git_folder(folder / ".git")
            except (OSError, ValueError):
                return None
    return None


def is_git_in_between(root: Path) -> bool:
    """Return whether a merge, a rebase or the like waits for a person: the histories are not whole.

    What fedcheck writes then would keep git from going on.
    """
    git = _find_git(root)
    return git is not None and any(os.path.lexists(git / name) for name in IN_PROGRESS)


def _find_git_folder(path: Path) -> Path:
    """Return where git keeps the index; a worktree or a submodule has a file `.git`."""
    if path.is_dir():
        return path
    first = read_prefix(path, 4096).decode("utf-8", "replace").partition("\n")[0]
    return path.parent / first.removeprefix("gitdir:").strip()


def list_owners(graph: LineGraph) -> tuple[str, ...]:
    """Return the lists, and requests and so on, whose records the history reports."""
    owners = dict.fromkeys(split_ref(line.change.ref)[0] for line in graph.lines)
    return tuple(name for name in owners if name not in NOT_RECORDS)


def _load_record_files(
    root: Path, seen: Mapping[str, str], owners: Iterable[str], *, every: bool
) -> list[RecordFile]:
    """Return the record files that are not as they were noted, or `every` one that can be read.

    One that is gone counts as empty: its records were taken away.
    """
    found = []
    names = {path.stem for path in toml_files(root / PROGRESS_FOLDER)}
    names |= {Path(name).stem for name in seen if name.startswith(f"{PROGRESS_FOLDER}/")}
    names |= {*RESERVED_NAMES, *owners}
    for name in sorted(names):
        if name not in RESERVED_NAMES and not is_list_id(name):
            continue
        try:
            noted = None if every else seen.get(record_files.file_name(name), "")
            one = record_files.load_unless(root, name, noted)
        except InvalidFileError:
            continue
        if one is not None:
            found.append(one)
    return found


def group_lines(
    graph: LineGraph, renamed: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[Key, list[HistoryLine]]]:
    """Return the lines by list and by field, under today's ids, the oldest first."""
    found: dict[str, dict[Key, list[HistoryLine]]] = {}
    for line in graph.lines:
        owner, item = split_ref(line.change.ref)
        today = renamed.get(owner)
        ref = f"{owner}:{today[item]}" if today and item in today else line.change.ref
        found.setdefault(owner, {}).setdefault((ref, line.change.field), []).append(line)
    return found


def list_unexplained(
    graph: LineGraph, lines: Mapping[Key, Sequence[HistoryLine]], found: RecordFile
) -> list[OutsideChange]:
    """Return the difference between records, under today's ids, and what the history knows."""
    known = dict(lines)
    changes = []
    for item, record in found.records.items():
        ref = f"{found.name}:{item}"
        unsettled = list_unsettled_fields(record)
        for name, now in list_values(record).items():
            entered = known.pop((ref, name), None)
            if name in unsettled:
                continue  # settling it says what became of both sides
            if entered is None and found.name in IN_HEAD:
                continue  # a workspace begins with values that nobody set with fedcheck
            default = _default_value(found.name, name)
            changes += _explain(graph, (ref, name), entered or (), now, default)
    for key, entered in known.items():
        gone = _default_value(found.name, key[1])
        changes += _explain(graph, key, entered, gone, gone)
    return [_explain_agreement(graph, lines, one) for one in changes]


def _explain_agreement(
    graph: LineGraph, lines: Mapping[Key, Sequence[HistoryLine]], one: OutsideChange
) -> OutsideChange:
    """Return the end of a review as what a merge decided, where its writer had not seen a text.

    A merge takes "agreed" back where the other side changed the observation meanwhile.
    """
    ref, name = one.change.ref, one.change.field
    if not one.lost or one.merged or name not in REVIEW_FIELDS or one.change.new:
        return one
    lost = next(line for line in reversed(lines[ref, name]) if line.hash.startswith(one.lost))
    unseen = [
        line
        for line in lines.get((ref, "observation"), ())
        if line.tx != lost.tx and not graph.is_after(lost, line)
    ]
    if not unseen:
        return one
    return OutsideChange(one.change, merged=(unseen[-1].hash[:SHORT], one.lost))


def _default_value(book: str, field: str) -> Any:
    """Return what a field holds where nothing is known; nothing for one that we do not know."""
    try:
        return field_value(make_empty(book, ""), field)
    except KeyError:
        return None


def _explain(
    graph: LineGraph, key: Key, entered: Sequence[HistoryLine], now: Any, default: Any
) -> list[OutsideChange]:
    """Return what is to be noted of one field that holds `now`; nothing where a line explains it.

    Args:
        graph: all lines.
        key: reference and field.
        entered: the lines of this field, the oldest first.
        now: what the file holds.
        default: what it holds where nothing is known.
    """
    if not entered:
        return [] if now == default else [OutsideChange(Change(*key, default, now))]
    standing = list_standing(graph, entered)
    newest = standing[-1]
    if now not in [line.change.new for line in standing]:
        earlier = [value for one in entered for value in (one.change.old, one.change.new)]
        took_back = not is_outside(newest) and (now in earlier or now == default)
        lost = newest.hash[:SHORT] if took_back else ""
        return [OutsideChange(Change(*key, newest.change.new, now), lost)]
    others = [line for line in standing if line.change.new != now]
    if not others or not _are_apart(standing, others):
        return []
    kept = next(line for line in reversed(standing) if line.change.new == now)
    other = others[-1]
    # The later of two stands, as it does in one folder; an earlier one took something back.
    is_loss = other.at > kept.at and not is_outside(other)
    is_loss = is_loss and not _is_given_way(graph, entered, kept, other)
    lost = other.hash[:SHORT] if is_loss else ""
    merged = tuple(line.hash[:SHORT] for line in (kept, *others))
    return [OutsideChange(Change(*key, other.change.new, now), lost, merged)]


def _is_given_way(
    graph: LineGraph, entered: Sequence[HistoryLine], kept: HistoryLine, other: HistoryLine
) -> bool:
    """Return whether each merge of two sides takes what one line set, and not what another did.

    That is so where the other side removed an evidence item that this side changed, and where it
    came back to the value from which both began: it has no change then.
    """
    if other.change.field.startswith(EVIDENCE_PREFIX) and other.change.new is None:
        return True
    shared = [
        line for line in entered if graph.is_after(kept, line) and graph.is_after(other, line)
    ]
    began = shared[-1].change.new if shared else entered[0].change.old
    return as_text(other.change.new) == as_text(began)


def _are_apart(standing: Sequence[HistoryLine], others: Sequence[HistoryLine]) -> bool:
    """Return whether none of the others met the value of a line that stands, or the reverse.

    Lines of old versions only show so. `others` are among those that stand.
    """
    old = Counter(as_text(one.change.old) for one in standing)
    new = Counter(as_text(one.change.new) for one in standing)
    for other in others:
        before, after = as_text(other.change.old), as_text(other.change.new)
        itself = int(before == after)
        if old[after] > itself or new[before] > itself:
            return False
    return True


def list_standing(graph: LineGraph, entered: Sequence[HistoryLine]) -> list[HistoryLine]:
    """Return the lines of one field that no other one replaced, the oldest first.

    A line is replaced by one that is known to come after it, also where that one was replaced
    itself, or else by one that met its value at a later time: lines of older versions do not state
    what their writers saw.
    """
    by_old: dict[str, list[tuple[int, HistoryLine]]] = {}
    for place, line in enumerate(entered):
        by_old.setdefault(as_text(line.change.old), []).append((place, line))
    standing: list[HistoryLine] = []
    reached: dict[int, int] = {}
    for place in range(len(entered) - 1, -1, -1):
        line = entered[place]
        if not graph.is_reached(line, reached) and not _is_met(graph, place, line, by_old):
            standing.append(line)
        graph.note_reach(line, reached)
    return standing[::-1] or list(entered[-1:])


def _is_met(
    graph: LineGraph,
    place: int,
    line: HistoryLine,
    by_old: Mapping[str, Sequence[tuple[int, HistoryLine]]],
) -> bool:
    """Return whether a later line found the value that this one set.

    The clock states what is later, not the order of lines: a clock that ran ahead once puts all
    that follows late in that order. One that only takes back what this one set may as well have
    been before it.
    """
    old, new = as_text(line.change.old), as_text(line.change.new)
    return any(
        (one.at, there) > (line.at, place)
        and as_text(one.change.new) not in (old, new)
        and not graph.is_after(line, one)
        for there, one in by_old.get(new, ())
    )


def as_text(value: Any) -> str:
    """Return a value of a history line as a text that is the same for the same value."""
    return json.dumps(value, sort_keys=True)
