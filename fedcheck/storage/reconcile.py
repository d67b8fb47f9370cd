"""What happened outside fedcheck: the difference between the files and what the history knows.

TOML is the truth (design, section 6). A hand edit, a git pull, a crash between file and history:
each leaves a value that no history line explains. The difference is added to the history as done
outside fedcheck; nothing is ever changed to match the history.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.change import NOT_RECORDS, Change
from fedcheck.domain.reference import split_ref
from fedcheck.errors import InvalidFileError
from fedcheck.storage import history, record_files
from fedcheck.storage.atomic_files import read_prefix, toml_files
from fedcheck.storage.history_graph import LineGraph
from fedcheck.storage.local_state import LocalNotes
from fedcheck.storage.names import is_list_id
from fedcheck.storage.paths import workspace_of
from fedcheck.storage.raw_files import read_bytes
from fedcheck.storage.record_file import PROGRESS_FOLDER, RESERVED_NAMES, RecordFile

if TYPE_CHECKING:
    from fedcheck.storage.unexplained import OutsideChange

GIT_WAIT = timedelta(minutes=5)
"""How long a lock of git's own counts: one that is older was left by a crash."""


class OutsideState(Struct, frozen=True):
    """What the history of a workspace does not explain, and what was looked at to find out.

    Attributes:
        found: the unexplained values.
        files: the hash of each file that was looked at.
        is_news: whether anything is not as it was noted.
        is_first: whether there is no history yet.
    """

    found: tuple["OutsideChange", ...] = ()
    files: Mapping[str, str] = {}
    is_news: bool = False
    is_first: bool = False

    @property
    def changes(self) -> list[Change]:
        """Return the unexplained values as changes."""
        return [one.change for one in self.found]


Tips = Mapping[str, Sequence[str]]
"""The newest lines of history files, shortened, by the file's name."""

Known = Mapping[str, RecordFile]
"""Record files as they were read before, by name: one that has not changed is not parsed again."""


def list_all_outside_changes(
    root: Path,
    renamed: Mapping[str, Mapping[str, str]],
    notes: LocalNotes,
    tips: Tips | None = None,
    known: Known | None = None,
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
        known: the record files as they were read before.
    """
    has_lines = has_news(history.read_tips(root) if tips is None else tips, notes)
    graph = history.read_graph(root) if has_lines else None
    owners = list_owners(graph) if graph else ()
    changed = list(_load_record_files(root, notes.files, owners, known or {}, every=has_lines))
    if changed and graph is None:
        graph = history.read_graph(root)
    found: list[OutsideChange] = []
    if graph is not None:
        from fedcheck.storage.unexplained import group_lines, list_unexplained  # hardly ever

        by_list = group_lines(graph.lines, renamed)
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


def list_record_files(
    root: Path, seen: Mapping[str, str], owners: Iterable[str] = (), *, every: bool
) -> Iterator[tuple[str, bytes | None]]:
    """Yield name and bytes of the record files that are not as they were noted, or of `every` one.

    One that is gone has none. Left out are files that cannot be read; they wait until they can.

    Args:
        root: the workspace, or its private folder.
        seen: the hashes that were noted.
        owners: the lists that the history names.
        every: whether to yield those that are as they were noted, too.
    """
    names = {path.stem for path in toml_files(root / PROGRESS_FOLDER)}
    names |= {Path(name).stem for name in seen if name.startswith(f"{PROGRESS_FOLDER}/")}
    names |= {*RESERVED_NAMES, *owners}
    for name in sorted(names):
        if name not in RESERVED_NAMES and not is_list_id(name):
            continue
        path, noted = record_files.path_of(root, name), seen.get(record_files.file_name(name), "")
        try:
            raw = read_bytes(path, workspace_of(root)) if os.path.lexists(path) else None
        except InvalidFileError:
            continue
        digest = hashlib.sha256(raw).hexdigest() if raw is not None else ""
        if every or digest != noted:
            yield name, raw


def _load_record_files(
    root: Path, seen: Mapping[str, str], owners: Iterable[str], known: Known, *, every: bool
) -> Iterator[RecordFile]:
    """Yield the record files that are not as they were noted, or `every` one that can be read.

    One that is gone counts as empty: its records were taken away.
    """
    for name, raw in list_record_files(root, seen, owners, every=every):
        before = known.get(name)
        try:
            if raw is None:
                yield RecordFile(name)
            elif before is not None and before.sha256 == hashlib.sha256(raw).hexdigest():
                yield before
            else:
                yield record_files.parse(record_files.path_of(root, name), raw, name)
        except InvalidFileError:
            continue
