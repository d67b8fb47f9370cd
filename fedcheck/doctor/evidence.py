"""Evidence: links that lead where they should not, files that are gone, files nobody links to."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fedcheck.analysis.issue_evidence import BOOKS, in_a_ledger
from fedcheck.doctor.defect import Defect, Severity
from fedcheck.doctor.files import Places
from fedcheck.doctor.folder_tree import Entry, Tree
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.request import Request
from fedcheck.domain.text import one_line, plural
from fedcheck.domain.workspace import Project
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.storage import evidence_files, local_state

FOLDER = "evidence"
MOST = 10
"""Up to so many files that are gone are told one by one."""

SEE_ALL = "put the files back; see them with: fedcheck evidence list evidence:missing"

SINGLY = 5
"""Up to so many files that no item links to are told one by one; more by folder."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence and where it stands."""

    checklist: str
    item: str
    index: int
    proof: Evidence

    @property
    def ref(self) -> str:
        """Return the reference of the item, request or finding."""
        return f"{self.checklist}:{self.item}"


def _pieces(project: Project) -> Iterator[Piece]:
    for checklist, records in project.records.items():
        for item, record in records.items():
            for index, proof in enumerate(record.evidence):
                yield Piece(checklist, item, index, proof)
    for book in BOOKS:
        for thing in _things(project, book):
            for index, proof in enumerate(thing.evidence):
                yield Piece(book, thing.id, index, proof)


def evidence_links(session: Session, places: Places, tree: Tree) -> list[Defect]:
    """Return the pieces of evidence whose link cannot count as proof, or whose file is not right.

    No file is hashed; a file counts as changed where the last verification says so. Nothing is
    said of files in a folder that cannot be looked into: that is told of the folder.
    """
    states = session.project.file_states or {}
    closed = {path for path, _ in tree.closed}
    found: list[Defect] = []
    for piece in _pieces(session.project):
        said = _said(session.root, piece.proof, states.get(piece.proof.link, ""))
        if said is None:
            continue
        kind, message, remedy = said
        if kind == "missing-evidence" and closed & {*(session.root / piece.proof.link).parents}:
            continue
        file = places.progress_file(piece.checklist)
        line = _line(places, session.project, piece)
        severity: Severity = "error" if kind == "evidence-link" else "warning"
        named = piece.ref if in_a_ledger(piece.ref) else piece.item
        message = f"{one_line(named, 60)}: {message}"
        found.append(Defect(kind, severity, message, remedy, file, line, piece.ref))
    return _fewer(found)


def _things(project: Project, book: str) -> Sequence[Request | Finding]:
    return project.requests if book == "requests" else project.findings


def _line(places: Places, project: Project, piece: Piece) -> int:
    """Return the line of a piece in its file; 0 where it cannot be found."""
    if not in_a_ledger(piece.ref):
        return places.record(piece.checklist, piece.item, "evidence", piece.index)
    listed = _things(project, piece.checklist)
    number = next(place for place, one in enumerate(listed) if one.id == piece.item)
    file = places.progress_file(piece.checklist)
    return places.line(file, piece.checklist[:-1], number, "evidence", piece.index)


def _fewer(defects: list[Defect]) -> list[Defect]:
    """Count the files that are gone by progress file where there are many of them."""
    counts = Counter(one.file for one in defects if one.kind == "missing-evidence")
    if sum(counts.values()) <= MOST:
        return defects
    kept = [one for one in defects if one.kind != "missing-evidence"]
    for file, count in counts.items():
        message = f"{plural(count, 'file')} that it links to as evidence are gone or changed"
        if count == 1:
            message = "1 file that it links to as evidence is gone or changed"
        kept.append(Defect("missing-evidence", "warning", message, SEE_ALL, file))
    return kept


def _said(root: Path, proof: Evidence, state: str) -> tuple[str, str, str] | None:
    """Return kind, message and remedy of what is wrong with a piece of evidence."""
    link = one_line(proof.link, 120)
    replace = f"fedcheck evidence remove {one_line(proof.id, 20)}"
    if proof.kind == "url":
        try:
            evidence_files.check_url(proof.link)
        except FedcheckError:
            text = f"{link} is no web address: only http:// and https:// are opened"
            return "evidence-link", text, f"mend the link, or take it out: {replace}"
    if proof.kind != "file":
        return None
    if "\x00" in proof.link:
        return "evidence-link", f"{link} is no name of a file", f"take the link out: {replace}"
    if evidence_files.escapes(root, proof.link, local_state.allowed_outside(root)):
        text = f"{link} leads out of the workspace, and does not count"
        remedy = f"copy the file into {FOLDER}/ and link it; then {replace}"
        if Path(proof.link).is_absolute():
            remedy += "; or allow it on this machine: fedcheck evidence verify --outside"
        return "evidence-link", text, remedy
    if _is_our_own(root, proof.link):
        text = f"{link} is a file of fedcheck's own, and proves nothing"
        return "evidence-link", text, f"link the proof itself; then {replace}"
    if state == "missing":
        text = f"the file {link} is gone"
        return "missing-evidence", text, f"put it back, or take the link out: {replace}"
    if state == "changed":
        text = f"the file {link} is not what it was when it was added"
        return "missing-evidence", text, "restore it, or add it anew: fedcheck evidence add"
    return None


def _is_our_own(root: Path, link: str) -> bool:
    """Tell whether a link leads to a file that fedcheck itself keeps, also through a symlink."""
    real, top = Path(os.path.realpath(root / link)), Path(os.path.realpath(root))
    return real.is_relative_to(top) and evidence_files.is_our_own(real.relative_to(top).as_posix())


def orphan_evidence(session: Session, tree: Tree) -> list[Defect]:
    """Return the files under `evidence/` that no record links to.

    Hidden files and README files are left out. Nothing is said while a progress file is broken:
    the links in it are not known.
    """
    if session.project.unreadable:
        return []
    linked = set(_linked(session))
    loose = [
        one
        for one in tree.under(FOLDER)
        if not one.is_folder and one.path.parent != session.root
        if not _is_keeper(session.root, one.path)
        if str(one.path) not in linked and os.path.realpath(one.path) not in linked
    ]
    if len(loose) <= SINGLY:
        return [_loose(one.path, "no item links to this file") for one in loose]
    return [_loose(folder, _counted(inside)) for folder, inside in tree.by_folder(loose).items()]


def _linked(session: Session) -> Iterator[str]:
    for piece in _pieces(session.project):
        if piece.proof.kind == "file" and "\x00" not in piece.proof.link:
            path = session.root / piece.proof.link
            yield os.path.normpath(path)
            yield os.path.realpath(path)


def _is_keeper(root: Path, path: Path) -> bool:
    parts = path.relative_to(root).parts
    return any(part.startswith(".") for part in parts) or path.name.lower().startswith("readme")


def _counted(inside: list[Entry]) -> str:
    names = ", ".join(one_line(one.path.name, 40) for one in inside[:3])
    such = f", such as {names}" if len(inside) > 3 else f": {names}"
    return f"no item links to {plural(len(inside), 'file')} in this folder{such}"


def _loose(path: Path, message: str) -> Defect:
    remedy = "link it with: fedcheck evidence add ITEM FILE; or move it elsewhere"
    return Defect("orphan-evidence", "note", message, remedy, path)
