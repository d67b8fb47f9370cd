"""Make a hand-over package: what another party may see, with a manifest, as a folder or a zip file.

What was handed over is kept under `handovers/`, for it is the base when it comes back.
"""

import hashlib
import os
from collections.abc import Collection, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fedcheck import __version__
from fedcheck.domain.checklist import FORMAT, Checklist, Item
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.session import Session
from fedcheck.sharing.handover_package import MANIFEST, README, Manifest, format_manifest
from fedcheck.sharing.handover_readme import format_readme
from fedcheck.sharing.handover_scope import RECEIVERS
from fedcheck.sharing.handover_store import SENT, name_kept
from fedcheck.sharing.handover_view import View, list_file_links, list_people, refuse_broken
from fedcheck.sharing.package_zip import MAX_UNPACKED, is_safe_name, pack
from fedcheck.storage import atomic_files, checklist_writer, record_files, typed_files
from fedcheck.storage.checklist_files import PROCESS_FILE
from fedcheck.storage.evidence_paths import EvidenceFinder
from fedcheck.storage.names import parse_list_id
from fedcheck.storage.paths import HANDOVERS_FOLDER, WORKSPACE_FILE
from fedcheck.storage.record_file import FINDINGS, REQUESTS, RecordFile
from fedcheck.storage.toml_io import dumps, format_table

EVIDENCE_CHOICES = ("none", "links", "files")
"""What goes of evidence: nothing, what is recorded of it, or the files with it."""


class Package(Struct, frozen=True):
    """A package that was prepared and not written yet.

    Attributes:
        files: what each file holds, by name.
        kept: the names of those that are the base when it comes back.
        notes: evidence files that are not in it, and why.
        counts: how many records it has: items, requests, findings, files.
    """

    manifest: Manifest
    files: Mapping[str, bytes]
    kept: tuple[str, ...]
    notes: tuple[str, ...]
    counts: Mapping[str, int]


def prepare(
    session: Session, to: str, evidence: str = "links", *, without_names: bool = False
) -> Package:
    """Return a new package for another party. Raises FedcheckError where none can be made.

    Args:
        session: the workspace.
        to: the role of the party.
        evidence: what goes of evidence, one of EVIDENCE_CHOICES.
        without_names: whether names of our own people are left out.
    """
    config, process = session.project.config, session.project.process
    known = [role for role in RECEIVERS if role in process.all_roles and role != config.role]
    if to not in known:
        why = "is your own role" if to == config.role else f"has no part in {process.title}"
        hint = "choose " + " or ".join(known)
        raise FedcheckError(f"{one_line(to, 40)}: {why}", hint, ErrorKind.USAGE)
    refuse_broken(session.project)
    view = View(session.project, to, evidence != "none", without_names)
    manifest = Manifest(
        id=session.token(3),
        sender=config.role,
        to=to,
        made=session.clock().astimezone(UTC).replace(microsecond=0),
        fedcheck=__version__,
        name=config.name,
        marking=config.marking,
        evidence=evidence,
        files={},
        without_names=without_names,
    )
    return _assemble(session, manifest, view.make_books(), to)


def prepare_return(
    session: Session, given: Manifest, evidence: str, people: tuple[str, ...] = ()
) -> Package:
    """Return what answers a package that this workspace came as. Raises FedcheckError.

    Args:
        session: the workspace: the package that was filled in.
        given: its manifest.
        evidence: what goes of evidence, one of EVIDENCE_CHOICES.
        people: who filled it in.
    """
    if given.to != session.project.config.role or given.sender not in RECEIVERS:
        raise FedcheckError(
            f"{session.root}: this package was made for {given.to}, not for your role",
            "restore the role in fedcheck.toml",
            ErrorKind.REFUSED,
        )
    refuse_broken(session.project)
    view = View(session.project, given.sender, evidence != "none", own_people=people)
    lists = {Path(name).stem for name in given.files if name.startswith("progress/")}
    manifest = Manifest(
        id=given.id,
        sender=given.to,
        to=given.sender,
        made=session.clock().astimezone(UTC).replace(microsecond=0),
        fedcheck=__version__,
        name=given.name,
        marking=given.marking or session.project.config.marking,
        evidence=evidence,
        files={},
        is_return=True,
        people=people,
    )
    return _assemble(session, manifest, view.make_books(lists), given.sender)


def _assemble(
    session: Session, manifest: Manifest, books: Mapping[str, RecordFile], role: str
) -> Package:
    files = {WORKSPACE_FILE: _format_head(session, role, list_people(books))}
    for name, book in books.items():
        checklist = session.project.checklists.get(name)
        data, _ = record_files.dump(book, list(checklist.items) if checklist else ())
        files[record_files.file_name(name)] = data
    kept = tuple(files)
    files |= _own_lists(session, books)
    notes: list[str] = []
    packed = _pack_evidence(session, books, notes) if manifest.evidence == "files" else {}
    files |= {name: data for name, data in packed.items() if name not in files}
    files[README] = format_readme(manifest)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    manifest = replace(manifest, files=hashes)
    files[MANIFEST] = format_manifest(manifest)
    counts = {
        "items": sum(
            len(book.records) for name, book in books.items() if name not in (REQUESTS, FINDINGS)
        ),
        "requests": len(books[REQUESTS].records),
        "findings": len(books[FINDINGS].records),
        "evidence_files": len(packed),
    }
    return Package(manifest, files, kept, tuple(notes), counts)


def _format_head(session: Session, role: str, named: set[str]) -> bytes:
    """Return the head file of the package: what both sides share, and who is named in it."""
    config = session.project.config
    head: dict[str, Any] = {"format": FORMAT, "name": config.name, "process": config.process}
    head |= {"role": role, "provider": config.provider, "timezone": config.timezone}
    head |= {"marking": config.marking, "begins": config.begins}
    parts = [dumps({key: value for key, value in head.items() if value != ""})]
    profile = {key: value for key, value in (config.profile or {}).items() if value}
    if profile:
        parts.append(dumps({"profile": profile}))
    parts.append(dumps({"milestones": dict(config.milestones or {})}))
    for short, person in (config.people or {}).items():
        if short in named:
            said = {"name": person.name, "role": person.role}
            table = (
                f'people."{short}"' if not short.replace("-", "").isalnum() else f"people.{short}"
            )
            filled = {key: value for key, value in said.items() if value}
            parts.append(format_table(f"[{table}]", table, filled))
    return "\n".join(parts).encode()


def _own_lists(session: Session, books: Mapping[str, RecordFile]) -> dict[str, bytes]:
    """Return the checklists and the process that the other side does not have from fedcheck."""
    found: dict[str, bytes] = {}
    project = session.project
    layers = {name: one.layer for name, one in session.catalog.effective_lists().items()}
    for name in books:
        checklist = project.as_written(name)
        if checklist and layers.get(name) in ("workspace", "user"):
            found[f"checklists/{parse_list_id(name)}.toml"] = checklist_writer.dump(
                _without_withheld(checklist, project.withheld_lists)
            )
    process = session.catalog.process_file(project.process.id)
    if process is not None and process.layer != "shipped":
        document = process.document
        if document is not None:
            name = f"checklists/{parse_list_id(project.process.id)}/{PROCESS_FILE}"
            found[name] = document.text.encode()
    return found


def _without_withheld(checklist: Checklist, withheld: Collection[str]) -> Checklist:
    """Return a checklist whose items refer to no item of a private or internal list."""

    def strip(item: Item) -> Item:
        needs, carries_from = (
            tuple(ref for ref in refs if split_ref(ref)[0] not in withheld)
            for refs in (item.needs, item.carries_from)
        )
        names_one = any(f"{name}:" in item.due for name in withheld)
        due = "" if names_one else item.due
        return replace(item, needs=needs, carries_from=carries_from, due=due)

    sections = [
        replace(one, items=tuple(strip(item) for item in one.items)) for one in checklist.sections
    ]
    return replace(checklist, sections=tuple(sections))


def _pack_evidence(
    session: Session, books: Mapping[str, RecordFile], notes: list[str]
) -> dict[str, bytes]:
    """Return the evidence files that the records name; `notes` lists those left out."""
    finder = EvidenceFinder(session.root)
    packed: dict[str, bytes] = {}
    size = 0
    for link, one in list_file_links(books).items():
        found = finder.stat_file(link)
        shown = one_line(link, 100)
        if found is None:
            notes.append(f"{shown}: missing")
            continue
        if not is_safe_name(link):
            notes.append(f"{shown}: rename it; some systems do not allow this name")
            continue
        size += found[1].st_size
        if size > MAX_UNPACKED:
            hint = "leave the files out with --evidence links, and send the files another way"
            raise FedcheckError(
                f"the evidence files are larger than {MAX_UNPACKED >> 20} MB",
                hint,
                ErrorKind.REFUSED,
            )
        data = atomic_files.read_plain(found[0])
        if one.sha256 and hashlib.sha256(data).hexdigest() != one.sha256:
            notes.append(f"{shown}: changed since it was added; see fedcheck evidence verify")
            continue
        packed[link] = data
    return packed


def check_target(path: Path) -> None:
    """Raise FedcheckError (usage) where a package would be written over something."""
    taken = os.path.lexists(path)
    if taken and path.suffix != ".zip" and os.path.isdir(path):  # noqa: PTH112
        taken = bool(os.listdir(path))  # noqa: PTH208
    if taken:
        raise FedcheckError(f"{path}: already exists", "name another with -o", ErrorKind.USAGE)


def write(package: Package, path: Path) -> None:
    """Write a package to a path that a person typed: a zip file by its ending, else a folder.

    Raises FedcheckError where something is there already, or the disk refuses.
    """
    check_target(path)
    if path.suffix == ".zip":
        typed_files.replace_typed_file(path, pack(package.files, package.manifest.made))
        return
    typed_files.make_trusted_folder(path)
    typed_files.replace_typed_files({path / name: data for name, data in package.files.items()})


def keep(session: Session, package: Package) -> None:
    """Keep the records of a package in the workspace as they were sent. Raises FedcheckError."""
    place = session.root / HANDOVERS_FOLDER / package.manifest.id
    wanted = {place / SENT / name_kept(name): package.files[name] for name in package.kept}
    wanted[place / MANIFEST] = package.files[MANIFEST]
    atomic_files.replace_files(wanted, under=session.root)


def summarize(package: Package) -> str:
    """Return a summary of a package: `12 items, 3 requests and 2 findings`."""
    words = (
        ("items", "item"),
        ("requests", "request"),
        ("findings", "finding"),
        ("evidence_files", "evidence file"),
    )
    counts = package.counts
    parts = [pluralize(counts[key], word) for key, word in words if counts[key]]
    return (
        " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part) or "no record"
    )
