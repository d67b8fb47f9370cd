"""What happened outside fedcheck: the difference between the files and what the history knows.

TOML is the truth (design, section 6). A hand edit, a git pull, a crash between file and history:
each leaves a value that no history line explains. The difference is added to the history as done
outside fedcheck; nothing is ever changed to match the history.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fedcheck.domain.change import Change, HistoryLine
from fedcheck.domain.field_values import field_value, list_values
from fedcheck.domain.key import is_id
from fedcheck.domain.reference import split_ref
from fedcheck.errors import InvalidFileError
from fedcheck.storage import history, local_state, progress_files, record_files
from fedcheck.storage.atomic_files import toml_files
from fedcheck.storage.record_file import MILESTONES, RESERVED_NAMES, RecordFile, make_empty

Key = tuple[str, str]
"""Reference and field."""


def load_changed_files(root: Path, seen: Mapping[str, str]) -> list[RecordFile]:
    """Return the books that are not as fedcheck last saw them, where they can be read.

    One that is gone counts as empty: its records were taken away.
    """
    found = []
    names = {path.stem for path in toml_files(root / progress_files.FOLDER)}
    names |= {Path(name).stem for name in seen if name.startswith(f"{progress_files.FOLDER}/")}
    names |= set(RESERVED_NAMES)
    for name in sorted(names):
        if not is_id(name):
            continue
        try:
            one = record_files.load(root, name)
        except InvalidFileError:
            continue
        if one.sha256 != seen.get(record_files.file_name(name), ""):
            found.append(one)
    return found


def list_all_outside_changes(
    root: Path, renamed: Mapping[str, Mapping[str, str]]
) -> tuple[list[Change], dict[str, str]]:
    """Return what the history of a workspace does not explain, and the hashes that this covers.

    Args:
        root: the workspace.
        renamed: today's item ids by earlier ones, for each checklist that has renamed any.
    """
    changed = load_changed_files(root, local_state.load_seen_hashes(root))
    parts = [history.read(path) for path in history.list_history_files(root)] if changed else []
    changes: list[Change] = []
    for one in changed:
        changes += _list_unexplained(parts, one, renamed.get(one.name, {}))
    return changes, {record_files.file_name(one.name): one.sha256 for one in changed}


def list_outside_changes(
    root: Path, found: RecordFile, renamed: Mapping[str, str] | None = None
) -> list[Change]:
    """Return the difference between a book and what the history knows of it."""
    parts = [history.read(path) for path in history.list_history_files(root)]
    return _list_unexplained(parts, found, renamed or {})


def _list_unexplained(
    parts: Sequence[Sequence[HistoryLine]], found: RecordFile, renamed: Mapping[str, str]
) -> list[Change]:
    known = _last_values(parts, found.name, renamed)
    changes = []
    for item, record in found.renamed(renamed).records.items():
        ref = f"{found.name}:{item}"
        for name, after in list_values(record).items():
            before = known.pop((ref, name), None)
            if before is None and found.name == MILESTONES:
                continue  # a workspace begins with dates that nobody set with fedcheck
            before = before or [_default_value(found.name, name)]
            if after not in before:
                changes.append(Change(ref, name, before[-1], after))
    for (ref, name), before in known.items():
        gone = _default_value(found.name, name)
        if gone not in before:
            changes.append(Change(ref, name, before[-1], gone))
    return changes


def _default_value(book: str, field: str) -> Any:
    """Return what a field holds where nothing is known; nothing for one that we do not know."""
    try:
        return field_value(make_empty(book, ""), field)
    except KeyError:
        return None


def _last_values(
    parts: Sequence[Iterable[HistoryLine]], checklist: str, renamed: Mapping[str, str]
) -> dict[Key, list[Any]]:
    """Return the values that the history allows for each item and field, the newest last.

    Each person's clock is their own: which of two files has the newer line is not certain. So the
    last value of every file is allowed, but for those that another file's last line says it met
    and replaced.
    """
    tips: dict[Key, list[HistoryLine]] = {}
    for part in parts:
        last: dict[Key, HistoryLine] = {}
        for one in part:
            owner, item = split_ref(one.change.ref)
            if owner == checklist:
                last[f"{checklist}:{renamed.get(item, item)}", one.change.field] = one
        for key, one in last.items():
            tips.setdefault(key, []).append(one)
    return {key: _allowed_values(found) for key, found in tips.items()}


def _allowed_values(tips: list[HistoryLine]) -> list[Any]:
    tips = sorted(tips, key=lambda one: one.at)
    standing = [one for one in tips if not any(_supersedes(other, one) for other in tips)]
    return [one.change.new for one in standing or tips[-1:]]


def _supersedes(later: HistoryLine, one: HistoryLine) -> bool:
    before, after = one.change, later.change
    return later.at >= one.at and after.old == before.new and before.old != after.new
