"""Examine a workspace: every kind of defect, whether it can be opened or not. Changes nothing."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from fedcheck.doctor import (
    access,
    evidence,
    files,
    git_setup,
    histories,
    links,
    merges,
    records,
)
from fedcheck.doctor.defect import Defect, defect_from_problem, sort_defects
from fedcheck.doctor.files import Places
from fedcheck.doctor.folder_tree import FolderTree, scan_folder
from fedcheck.errors import FedcheckError, InvalidFileError, Problem
from fedcheck.session import Session
from fedcheck.storage import atomic_files
from fedcheck.storage.checklist_files import Catalog, load_catalog
from fedcheck.storage.paths import WORKSPACE_FILE, find_shipped_checklists

Check = Callable[[], list[Defect]]


def examine(session: Session) -> list[Defect]:
    """Return every defect of an open workspace, the worst first."""
    tree = scan_folder(session.root)
    places = Places(session.project)
    parts: list[Check] = [
        lambda: files.list_broken_files(session),
        lambda: records.find_unknown_lists(session, places),
        lambda: records.find_orphan_records(session, places),
        lambda: files.find_orphan_notes(session, places),
        lambda: records.find_duplicate_records(session, places),
        lambda: merges.find_unsettled(session),
        lambda: records.find_changed_upstream(session),
        lambda: records.find_unknown_references(session, places),
        lambda: records.find_contradictions(session, places),
        lambda: evidence.check_evidence_links(session, places, tree),
        lambda: evidence.find_orphan_evidence(session, tree),
        lambda: histories.find_future_dates(session, places),
    ]
    if not _has_endless_history(session.root):
        parts.append(lambda: histories.find_outside_changes(session))
        parts.append(lambda: histories.find_lost_values(session))
    return _run_checks(
        session.root, [*parts, *_list_common_checks(session.root, tree, session.clock())]
    )


def examine_closed(
    root: Path, user: Sequence[Path], cause: FedcheckError, now: datetime
) -> list[Defect]:
    """Return what can be stated about a workspace that cannot be opened.

    Args:
        root: the workspace.
        user: the user's folders with checklists.
        cause: why it cannot be opened.
        now: the time, to show what is old.

    Raises the cause where nothing at all of it can be read.
    """
    tree = scan_folder(root)
    if any(path == root for path, _ in tree.closed):
        raise cause
    catalog = _load_catalog(root, user)
    found = files.check_head(root, catalog.processes if catalog else {})
    if not any(one.severity == "error" for one in found):
        found = [*found, *_explain_cause(root, cause)]
    found.append(
        Defect(
            "not-checked",
            "note",
            "records, evidence, requests and findings were not checked",
            f"fix {WORKSPACE_FILE} first, then run fedcheck doctor again",
        )
    )
    parts = [lambda: found, lambda: files.list_broken_without_head(root, catalog)]
    return _run_checks(root, [*parts, *_list_common_checks(root, tree, now)])


def _list_common_checks(root: Path, tree: FolderTree, now: datetime) -> list[Check]:
    """Return what is looked at in every workspace, open or not."""
    parts: list[Check] = [
        lambda: files.find_closed_places(tree),
        lambda: links.find_links(tree),
        lambda: access.check_permissions(tree),
        lambda: files.find_stray_files(tree, now),
        lambda: git_setup.check_git(root),
    ]
    if _has_endless_history(root):
        return [*parts, lambda: histories.find_special_files(root)]
    return [
        *parts,
        lambda: histories.find_damaged_lines(root),
        lambda: histories.find_clock_skew(root, now),
    ]


def _has_endless_history(root: Path) -> bool:
    """Return whether a history file is one that would never end when it is read."""
    try:
        return bool(histories.find_special_files(root))
    except FedcheckError:
        return False


def _run_checks(root: Path, parts: Sequence[Check]) -> list[Defect]:
    """Return the defects of all parts; what one of them cannot read is a defect itself."""
    found: list[Defect] = []
    for part in parts:
        try:
            found += part()
        except FedcheckError as error:
            found += _explain_cause(root, error)
        except OSError as error:
            path = Path(error.filename) if error.filename else root
            found += _explain_cause(path, atomic_files.disk_error("read", path, error))
    return _drop_repeated(sort_defects(found))


def _drop_repeated(defects: list[Defect]) -> list[Defect]:
    """Leave out what is stated already: that a file which is listed cannot be read."""
    told: set[Path | None] = {None}
    kept = []
    for one in defects:
        if one.message.startswith("cannot be read") and one.file in told:
            continue
        if one.kind in ("broken-file", "history"):
            told.add(one.file)
        kept.append(one)
    return kept


def _explain_cause(root: Path, error: FedcheckError) -> list[Defect]:
    if isinstance(error, InvalidFileError):
        return [defect_from_problem(one, "error") for one in error.problems]
    message = str(error)
    for place in (str(root / WORKSPACE_FILE), str(root)):
        message = message.removeprefix(f"{place}: ")
    return [defect_from_problem(Problem(root, 0, message, error.hint), "error")]


def _load_catalog(root: Path, user: Sequence[Path]) -> Catalog | None:
    try:
        return load_catalog(find_shipped_checklists(), user, root)
    except (FedcheckError, OSError):
        return None
