"""Take back a hand-over: read what came back, work out what it comes to, and save it."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.change import Change
from fedcheck.domain.evidence import Evidence, evidence_from_dict, evidence_to_dict
from fedcheck.domain.field_values import EVIDENCE_PREFIX
from fedcheck.domain.glossary import EvidenceKind
from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.session import Session
from fedcheck.sharing.handover_merge import RecordMerge, parse_books
from fedcheck.sharing.handover_package import (
    Files,
    format_stamp,
    hash_file,
    list_writers,
    read_books,
    read_file,
    read_manifest,
    verify,
)
from fedcheck.sharing.handover_store import (
    Handover,
    Proposal,
    ProposedChange,
    Return,
    keep_return,
    list_standing,
    load_handover,
    read_base,
)
from fedcheck.sharing.handover_view import View, is_plain_link, refuse_broken
from fedcheck.sharing.package_zip import is_safe_name
from fedcheck.storage import atomic_files
from fedcheck.storage.guards import unless_changed_since
from fedcheck.storage.names import is_list_id
from fedcheck.storage.paths import WORKSPACE_FILE
from fedcheck.storage.record_file import MILESTONES, RESERVED_NAMES

MAX_EVIDENCE = 256 << 20
"""The largest evidence file that is copied from a package, in bytes."""

EVIDENCE_FOLDER = "evidence"


class ReturnPlan(Struct, frozen=True):
    """What taking a package back would do.

    Attributes:
        handover: the hand-over that it belongs to.
        came: the return as it will be kept.
        is_repeated: whether just this was taken back before; then there is nothing to do.
        changes: what is merged.
        proposals: what is up to a person.
        remarks: what was left out or decided, a line each.
        files: the record files as they came, by name.
        evidence: the evidence files to copy: the name in the package by the path here.
    """

    handover: Handover
    came: Return
    is_repeated: bool
    changes: tuple[Change, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    remarks: tuple[str, ...] = ()
    files: Mapping[str, bytes] = {}
    evidence: Mapping[str, str] = {}

    @property
    def signed(self) -> str:
        """Return the name that the history lines show."""
        return f"{self.came.people} via handover {self.handover.manifest.id}"


def plan_return(session: Session, files: Files) -> ReturnPlan:
    """Work out what a package that came back would change; nothing is saved.

    Raises FedcheckError where it is no return of this workspace, or a file of it is broken.
    """
    manifest = read_manifest(files)
    handover = load_handover(session.root, manifest.id)
    sent = handover.manifest
    if sent.sender != session.project.config.role:
        raise FedcheckError(
            f"hand-over {sent.id} was made as {sent.sender}, but the role of this workspace is "
            f"{session.project.config.role}",
            "restore the role in fedcheck.toml",
            ErrorKind.REFUSED,
        )
    refuse_broken(session.project)
    standing = list_standing(session.history() if handover.returns else ())
    base_files = read_base(session.root, handover, standing)
    wanted = {book: name for name in base_files if (book := _find_book(name))}
    raw, missing = read_books(files, wanted)
    if not raw:
        raise FedcheckError(
            f"{files.path}: has none of the record files that were shared",
            "name the returned folder or zip file",
        )
    people = manifest.people if manifest.is_return else tuple(list_writers(files))
    digest = _hash_books({wanted[book]: data for book, data in raw.items()})
    came = Return(
        place=f"returned-{digest[:12]}",
        at=format_stamp(session.clock()),
        by=session.who,
        people=one_line(", ".join(people[:3]), 60) or sent.to,
        tx="",
    )
    if any(one.place == came.place and standing.has(one.tx) for one in handover.returns):
        return ReturnPlan(handover, came, is_repeated=True)
    view = View(session.project, sent.to, sent.evidence != "none", sent.without_names)
    merge = RecordMerge(session.project, view, sent.to, session.today())
    base = parse_books(
        handover.folder, {one: (wanted[one], base_files[wanted[one]]) for one in raw}
    )
    theirs = parse_books(files.path, {book: (wanted[book], data) for book, data in raw.items()})
    withheld = session.project.withheld_lists
    for book, found in theirs.items():
        if book not in withheld and book not in session.project.unreadable:
            merge.merge_book(base[book], found)
    outcome = merge.outcome
    remarks = [f"{one_line(name, 80)}: not in the returned package" for name in missing]
    if manifest.is_return:
        remarks += [f"{one_line(name, 80)}: altered after it was returned"
                    for name in verify(files, manifest).altered]  # fmt: skip
    incoming = _IncomingEvidence(session.root, files, sent.id)
    changes = tuple(incoming.place(one) for one in outcome.changes)
    proposals = tuple(
        replace(
            one, changes=tuple(incoming.place_proposed(one.ref, change) for change in one.changes)
        )
        for one in outcome.proposals
    )
    return ReturnPlan(
        handover,
        came,
        is_repeated=False,
        changes=changes,
        proposals=proposals,
        remarks=(*remarks, *outcome.remarks, *incoming.remarks),
        files={wanted[book]: data for book, data in raw.items()},
        evidence=incoming.copies,
    )


def take_back(session: Session, files: Files, plan: ReturnPlan) -> str:
    """Save a plan as one transaction, which undo takes back; return its id.

    Raises FedcheckError where a record was changed meanwhile, or it cannot be saved.
    """
    if plan.is_repeated:
        return ""
    _copy_evidence(session.root, files, plan.evidence)
    tx = ""
    if plan.changes:
        manifest = plan.handover.manifest
        label = f"Merged: hand-over {manifest.id} from {manifest.to}"
        with session.store.signed_by(plan.signed):
            guard = unless_changed_since
            tx = session.apply_changes(plan.changes, label, guard).tx
    keep_return(session.root, plan.handover, replace(plan.came, tx=tx), plan.files, plan.proposals)
    return tx


def _find_book(name: str) -> str:
    """Return the book that a kept file holds; empty for a file that is none."""
    path = PurePosixPath(name)
    if name == WORKSPACE_FILE:
        return MILESTONES
    if path.parent.name == "progress" and is_list_id(path.stem):
        return path.stem
    return path.stem if name == f"{path.stem}.toml" and path.stem in RESERVED_NAMES else ""


def _hash_books(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, data in sorted(files.items()):
        digest.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\n".encode())
    return digest.hexdigest()


class _IncomingEvidence:
    """The evidence files that come with a package: where each is put, and what is wrong with it.

    New files go below `evidence/` alone: a package must not bring a hook of git or a template.
    """

    def __init__(self, root: Path, files: Files, handover_id: str) -> None:
        self.root = root
        self.files = files
        self.handover_id = handover_id
        self.copies: dict[str, str] = {}
        self.remarks: list[str] = []
        self._names = set(files.names())

    def place(self, change: Change) -> Change:
        """Return a change with the link that its evidence file has here."""
        return replace(change, new=self._placed(change.ref, change.field, change.new))

    def place_proposed(self, ref: str, change: ProposedChange) -> ProposedChange:
        """Return a proposed change with the link that its evidence file has here."""
        return replace(change, proposed=self._placed(ref, change.field, change.proposed))

    def _placed(self, ref: str, field: str, value: object) -> object:
        if not (field.startswith(EVIDENCE_PREFIX) and isinstance(value, dict)):
            return value
        one = evidence_from_dict(field.removeprefix(EVIDENCE_PREFIX), value)
        if one.kind != EvidenceKind.FILE:
            return value
        return evidence_to_dict(self._find(ref, one))

    def _find(self, ref: str, one: Evidence) -> Evidence:
        link = one.link
        shown = f"{one_line(ref, 60)}: evidence {one_line(link, 80)}"
        if link not in self._names:
            if not os.path.lexists(self.root / link):
                self.remarks.append(f"{shown}: the file did not come with the package")
            return one
        if not is_safe_name(link):
            self.remarks.append(f"{shown}: not a safe name for a file; not copied")
            return one
        sha256 = hash_file(self.files, link)
        if one.sha256 and one.sha256 != sha256:
            self.remarks.append(f"{shown}: the file differs from its hash")
        one = replace(one, sha256=one.sha256 or sha256)
        here = self._choose_place(link, sha256)
        if here and here not in self.copies and not os.path.lexists(self.root / here):
            self.copies[here] = link
        return replace(one, link=here)

    def _choose_place(self, link: str, sha256: str) -> str:
        """Return where a file goes: under its own name, where no other file has that here."""
        parts = PurePosixPath(link)
        hidden = any(part.startswith(".") for part in parts.parts)
        if hidden or parts.parts[0] != EVIDENCE_FOLDER or len(parts.parts) < 2:
            name = parts.name.lstrip(".") or sha256[:8]
            parts = PurePosixPath(EVIDENCE_FOLDER, self.handover_id, name)
        if self._is_free(parts, link, sha256):
            return parts.as_posix()
        return parts.with_name(f"{parts.stem}-{sha256[:8]}{parts.suffix}").as_posix()

    def _is_free(self, place: PurePosixPath, link: str, sha256: str) -> bool:
        taken = self.copies.get(place.as_posix())
        if taken is not None:
            return taken == link
        path = self.root / place
        if not os.path.lexists(path):
            return True
        try:
            data = atomic_files.read_confined(path, under=self.root)
        except (OSError, FedcheckError):
            return False
        return hashlib.sha256(data).hexdigest() == sha256


def _copy_evidence(root: Path, files: Files, copies: Mapping[str, str]) -> None:
    for here, name in copies.items():
        if not is_plain_link(here):
            continue
        data = read_file(files, name, MAX_EVIDENCE)
        atomic_files.replace_file(root / here, data, under=root)


def describe_changes(changes: Iterable[Change]) -> dict[str, list[str]]:
    """Return the fields that change, by record, in order."""
    found: dict[str, list[str]] = {}
    for change in changes:
        field = change.field.partition(".")[0]
        listed = found.setdefault(change.ref, [])
        if field not in listed:
            listed.append(field)
    return found
