"""Evidence: links that lead where they should not, files that are gone, files nobody links to."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fedcheck.analysis.issue_evidence import ISSUE_FILES, is_issue_ref
from fedcheck.doctor.defect import Defect, Severity
from fedcheck.doctor.files import Places
from fedcheck.doctor.folder_tree import FolderTree, TreeEntry
from fedcheck.domain.evidence import Evidence, find_file_state, normalize_link
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import UNVERIFIED_WORDS, EvidenceState
from fedcheck.domain.request import Request
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.storage import evidence_files, evidence_paths, local_state

FOLDER = "evidence"
MAX_EXAMPLES = 10
"""Up to so many files that are gone are shown one by one."""

SEE_ALL = "put the files back; see them with: fedcheck evidence list evidence:missing"

MAX_SINGLE_DEFECTS = 5
"""Up to so many files that no item links to are shown one by one; more by folder."""


@dataclass(frozen=True, slots=True)
class LocatedEvidence:
    """A piece of evidence and where it stands."""

    checklist: str
    item: str
    index: int
    evidence_item: Evidence

    @property
    def ref(self) -> str:
        """Return the reference of the item, request or finding."""
        return f"{self.checklist}:{self.item}"


def _list_evidence(project: Project) -> Iterator[LocatedEvidence]:
    for checklist, records in project.records.items():
        for item, record in records.items():
            for index, evidence_item in enumerate(record.evidence):
                yield LocatedEvidence(checklist, item, index, evidence_item)
    for book in ISSUE_FILES:
        for thing in _list_issues(project, book):
            for index, evidence_item in enumerate(thing.evidence):
                yield LocatedEvidence(book, thing.id, index, evidence_item)


def check_evidence_links(session: Session, places: Places, tree: FolderTree) -> list[Defect]:
    """Return the pieces of evidence whose link cannot count as proof, or whose file is not right.

    A file counts as changed where its hash is another; large ones may be unverified. Nothing is
    stated about files in a folder that cannot be looked into: that is reported about the folder.
    """
    states = session.project.file_states or {}
    closed = {path for path, _ in tree.closed}
    found: list[Defect] = []
    for piece in _list_evidence(session.project):
        said = _describe_defect(
            session.root, piece.evidence_item, find_file_state(states, piece.evidence_item)
        )
        if said is None:
            continue
        kind, message, remedy = said
        if kind == "missing-evidence" and closed & {
            *(session.root / piece.evidence_item.link).parents
        }:
            continue
        file = places.progress_file(piece.checklist)
        line = _find_line(places, session.project, piece)
        severity: Severity = "error" if kind == "evidence-link" else "warning"
        named = piece.ref if is_issue_ref(piece.ref) else piece.item
        message = f"{one_line(named, 60)}: {message}"
        found.append(Defect(kind, severity, message, remedy, file, line, piece.ref))
    return [*_summarize_missing(found), *_note_unverified(session)]


def _list_issues(project: Project, book: str) -> Sequence[Request | Finding]:
    return project.requests if book == "requests" else project.findings


def _find_line(places: Places, project: Project, piece: LocatedEvidence) -> int:
    """Return the line of a piece in its file; 0 where it cannot be found."""
    if not is_issue_ref(piece.ref):
        return places.record(piece.checklist, piece.item, "evidence", piece.index)
    listed = _list_issues(project, piece.checklist)
    number = next(place for place, one in enumerate(listed) if one.id == piece.item)
    file = places.progress_file(piece.checklist)
    return places.line(file, piece.checklist[:-1], number, "evidence", piece.index)


def _note_unverified(session: Session) -> list[Defect]:
    """Return one note that counts the files which nobody verified as they are now."""
    states = session.project.file_states or {}
    links = {
        one.evidence_item.link
        for one in _list_evidence(session.project)
        if find_file_state(states, one.evidence_item) == EvidenceState.UNVERIFIED
    }
    if not links:
        return []
    message = f"{pluralize(len(links), 'file is', 'files are')} {UNVERIFIED_WORDS} on this machine"
    remedy = "verify with: fedcheck evidence verify evidence:unverified"
    return [Defect("unverified-evidence", "note", message, remedy)]


def _summarize_missing(defects: list[Defect]) -> list[Defect]:
    """Count the files that are gone by progress file where there are many of them."""
    counts = Counter(one.file for one in defects if one.kind == "missing-evidence")
    if sum(counts.values()) <= MAX_EXAMPLES:
        return defects
    kept = [one for one in defects if one.kind != "missing-evidence"]
    for file, count in counts.items():
        message = f"{pluralize(count, 'file')} linked as evidence are missing or changed"
        if count == 1:
            message = "1 file linked as evidence is missing or changed"
        kept.append(Defect("missing-evidence", "warning", message, SEE_ALL, file))
    return kept


def _describe_defect(
    root: Path, evidence_item: Evidence, state: str
) -> tuple[str, str, str] | None:
    """Return kind, message and remedy of what is wrong with a piece of evidence."""
    link = one_line(evidence_item.link, 120)
    replace = f"fedcheck evidence remove {one_line(evidence_item.id, 20)}"
    if evidence_item.kind == "url":
        try:
            evidence_files.check_url(evidence_item.link)
        except FedcheckError:
            text = f"{link} is not a web address: only http:// and https:// are opened"
            return "evidence-link", text, f"correct the link, or remove it: {replace}"
    if evidence_item.kind != "file":
        return None
    if "\x00" in evidence_item.link:
        return "evidence-link", f"{link} is not a file name", f"remove the link: {replace}"
    if evidence_paths.leaves_workspace(
        root, evidence_item.link, local_state.load_allowed_outside(root)
    ):
        text = f"{link} is outside the workspace and does not count"
        remedy = f"copy the file into {FOLDER}/ and link it; then {replace}"
        if Path(evidence_item.link).is_absolute():
            remedy += "; or allow it on this machine: fedcheck evidence verify --outside"
        return "evidence-link", text, remedy
    if _is_our_own(root, evidence_item.link):
        text = f"{link} is one of fedcheck's files and is not evidence"
        return "evidence-link", text, f"link the evidence itself; then {replace}"
    if state == "missing":
        text = f"the file {link} is missing"
        return "missing-evidence", text, f"restore it, or remove the link: {replace}"
    if state == "changed":
        text = f"the file {link} changed since it was added"
        return "missing-evidence", text, "restore it, or add it again: fedcheck evidence add"
    return None


def _is_our_own(root: Path, link: str) -> bool:
    """Return whether a link leads to a file that fedcheck itself keeps, also through a symlink."""
    inside = evidence_paths.resolve_inside(root, link)
    return bool(inside) and evidence_paths.is_fedcheck_file(inside)


def find_orphan_evidence(session: Session, tree: FolderTree) -> list[Defect]:
    """Return the files under `evidence/` that no record links to.

    Hidden files and README files are left out. Nothing is stated while a progress file is broken:
    the links in it are not known.
    """
    if session.project.unreadable:
        return []
    linked = set(_list_links(session))
    loose = [
        one
        for one in tree.under(FOLDER)
        if not one.is_folder and one.path.parent != session.root
        if not _is_keeper(session.root, one.path)
        if normalize_link(str(one.path)) not in linked
        and normalize_link(os.path.realpath(one.path)) not in linked
    ]
    if len(loose) <= MAX_SINGLE_DEFECTS:
        return [_orphan_defect(one.path, "no item links to this file") for one in loose]
    return [
        _orphan_defect(folder, _count_files(inside))
        for folder, inside in tree.by_folder(loose).items()
    ]


def _list_links(session: Session) -> Iterator[str]:
    for piece in _list_evidence(session.project):
        if piece.evidence_item.kind == "file" and "\x00" not in piece.evidence_item.link:
            path = session.root / piece.evidence_item.link
            yield normalize_link(os.path.normpath(path))
            yield normalize_link(os.path.realpath(path))


def _is_keeper(root: Path, path: Path) -> bool:
    parts = path.relative_to(root).parts
    return any(part.startswith(".") for part in parts) or path.name.lower().startswith("readme")


def _count_files(inside: list[TreeEntry]) -> str:
    names = ", ".join(one_line(one.path.name, 40) for one in inside[:3])
    such = f", such as {names}" if len(inside) > 3 else f": {names}"
    return f"no item links to {pluralize(len(inside), 'file')} in this folder{such}"


def _orphan_defect(path: Path, message: str) -> Defect:
    remedy = "link it with: fedcheck evidence add ITEM FILE; or move it elsewhere"
    return Defect("orphan-evidence", "note", message, remedy, path)
