"""Examine a workspace: every kind of defect, whether it can be opened or not. Changes nothing."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from fedcheck.doctor import access, evidence, histories, records
from fedcheck.doctor import access as sharing
from fedcheck.doctor import files as broken
from fedcheck.doctor import files as notes
from fedcheck.doctor import files as strays
from fedcheck.doctor import histories as clocks
from fedcheck.doctor import records as references
from fedcheck.doctor.defect import Defect, in_order
from fedcheck.doctor.defect import broken as broken_defect
from fedcheck.doctor.files import Places
from fedcheck.doctor.folder_tree import Tree, look
from fedcheck.errors import FedcheckError, InvalidFileError, Problem
from fedcheck.session import Session
from fedcheck.storage import atomic_files
from fedcheck.storage.checklist_files import Catalog, load_catalog
from fedcheck.storage.paths import HEAD, shipped_checklists

Part = Callable[[], list[Defect]]


def examine(session: Session) -> list[Defect]:
    """Return every defect of an open workspace, the worst first."""
    tree = look(session.root)
    places = Places(session.project)
    parts: list[Part] = [
        lambda: broken.broken_files(session),
        lambda: records.unknown_lists(session, places),
        lambda: records.orphan_records(session, places),
        lambda: notes.orphan_notes(session, places),
        lambda: records.twice_recorded(session, places),
        lambda: records.changed_upstream(session),
        lambda: references.unknown_references(session, places),
        lambda: evidence.evidence_links(session, places, tree),
        lambda: evidence.orphan_evidence(session, tree),
        lambda: clocks.future_dates(session, places),
    ]
    if not _endless(session.root):
        parts.append(lambda: histories.outside_changes(session))
    return _all(session.root, [*parts, *_of_any(session.root, tree, session.clock())])


def examine_closed(
    root: Path, user: Sequence[Path], cause: FedcheckError, now: datetime
) -> list[Defect]:
    """Return what can be said of a workspace that cannot be opened.

    Args:
        root: the workspace.
        user: the user's folders with checklists.
        cause: why it cannot be opened.
        now: the time, to tell what is old.

    Raises the cause where nothing at all of it can be read.
    """
    tree = look(root)
    if any(path == root for path, _ in tree.closed):
        raise cause
    catalog = _catalog(root, user)
    found = broken.head_problems(root, catalog.processes if catalog else {})
    if not any(one.severity == "error" for one in found):
        found = [*found, *_cause(root, cause)]
    found.append(
        Defect(
            "not-checked",
            "note",
            "records, evidence, requests and findings were not checked",
            f"mend {HEAD} first, then look again",
        )
    )
    parts = [lambda: found, lambda: broken.broken_around(root, catalog)]
    return _all(root, [*parts, *_of_any(root, tree, now)])


def _of_any(root: Path, tree: Tree, now: datetime) -> list[Part]:
    """Return what is looked at in every workspace, open or not."""
    parts: list[Part] = [
        lambda: broken.closed_places(tree),
        lambda: access.permissions(tree),
        lambda: strays.stray_files(tree, now),
        lambda: sharing.git(root),
    ]
    if _endless(root):
        return [*parts, lambda: histories.unusual(root)]
    return [*parts, lambda: histories.damaged(root), lambda: clocks.skew(root, now)]


def _endless(root: Path) -> bool:
    """Tell whether a history file is one that would never end when it is read."""
    try:
        return bool(histories.unusual(root))
    except FedcheckError:
        return False


def _all(root: Path, parts: Sequence[Part]) -> list[Defect]:
    """Return the defects of all parts; what one of them cannot read is a defect itself."""
    found: list[Defect] = []
    for part in parts:
        try:
            found += part()
        except FedcheckError as error:
            found += _cause(root, error)
        except OSError as error:
            path = Path(error.filename) if error.filename else root
            found += _cause(path, atomic_files.cannot("read", path, error))
    return _once(in_order(found))


def _once(defects: list[Defect]) -> list[Defect]:
    """Leave out what is said already: that a file which is told of cannot be read."""
    told: set[Path | None] = {None}
    kept = []
    for one in defects:
        if one.message.startswith("cannot be read") and one.file in told:
            continue
        if one.kind in ("broken-file", "history"):
            told.add(one.file)
        kept.append(one)
    return kept


def _cause(root: Path, error: FedcheckError) -> list[Defect]:
    if isinstance(error, InvalidFileError):
        return [broken_defect(one, "error") for one in error.problems]
    message = str(error)
    for place in (str(root / HEAD), str(root)):
        message = message.removeprefix(f"{place}: ")
    return [broken_defect(Problem(root, 0, message, error.hint), "error")]


def _catalog(root: Path, user: Sequence[Path]) -> Catalog | None:
    try:
        return load_catalog(shipped_checklists(), user, root)
    except (FedcheckError, OSError):
        return None
