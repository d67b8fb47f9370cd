"""Plan the conversion of a workspace to another process: what contains over, is proposed, or stays.

Records of checklists that serve both processes contain over as they are. Of other items, those that
an item of the new process names in `carries-from` become proposals. Nothing is written here.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.analysis.waiting_since import find_role
from fedcheck.domain.change import diff_records
from fedcheck.domain.checklist import Item, facts
from fedcheck.domain.field_values import field_value
from fedcheck.domain.glossary import EvidenceKind, Status
from fedcheck.domain.process import Process
from fedcheck.domain.record import EMPTY_RECORD, Record
from fedcheck.domain.reference import split_ref
from fedcheck.domain.served_lists import fit_due
from fedcheck.domain.workspace import MilestoneDate, Person
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.sharing.conversion_evidence import find_evidence
from fedcheck.sharing.handover_store import Proposal, ProposedChange
from fedcheck.storage import record_files
from fedcheck.storage.paths import PRIVATE_FOLDER
from fedcheck.storage.raw_files import read_bytes
from fedcheck.storage.record_file import (
    FINDINGS,
    MILESTONES,
    REQUESTS,
    RESERVED_NAMES,
    RecordFile,
    make_empty,
)

MORE_FILES = ("glossary.toml", "controls.toml", "imports.toml")
"""Files next to the records that serve any process."""

TASK_FIELDS = ("status", "owner", "due", "note", "reason", "done", "evidence")
TEST_FIELDS = (
    *TASK_FIELDS, "result", "observation", "tester", "tested", "methods", "sample", "inherited",
    "inherited_from",
)  # fmt: skip
"""What of a record is proposed. Reviews and retests belong to the assessment that they were in."""


class Target(Struct, frozen=True):
    """What the new workspace is to be.

    Attributes:
        process: its process, whole.
        begins: the phase that it begins in, if not the first.
        with_evidence: whether evidence files are copied.
    """

    process: Process
    role: str
    profile: Mapping[str, str]
    begins: str = ""
    with_evidence: bool = True


class ListCount(Struct):
    """How many records of a checklist contain over, are proposed, or stay behind."""

    id: str
    carried: int = 0
    proposed: int = 0
    left: int = 0


class MilestoneOutcome(Struct, frozen=True):
    """What becomes of the date of a milestone: `carried`, `proposed` or `left`."""

    old: str
    new: str
    outcome: str


class Conversion(Struct):
    """What a conversion would make, and what it would not take along.

    Attributes:
        files: the files of the new workspace, without its head file, by name.
        sources: the hash that each shared file of the old workspace had, by name.
        proposals: records and dates to confirm.
        lists: what becomes of the records of each checklist that has some.
        own_lists: checklists of the workspace's own that contain over.
        left_lists: checklists of the workspace's own that stay behind.
        requests: how many contain over.
        left_requests: how many stay behind, because a role of theirs takes no part.
        findings: how many contain over.
        links_left: links of requests and findings to items that the new process does not have.
        private_notes: private notes that stay behind.
        people: who contains over, by short name.
        left_people: short names of those whose role takes no part.
        evidence: evidence files to copy: where each is, by its link.
        left_evidence: evidence files that are not copied, and why.
    """

    target: Target
    files: dict[str, bytes] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    proposals: list[Proposal] = field(default_factory=list)
    lists: dict[str, ListCount] = field(default_factory=dict)
    own_lists: list[str] = field(default_factory=list)
    left_lists: list[str] = field(default_factory=list)
    milestones: list[MilestoneOutcome] = field(default_factory=list)
    dates: dict[str, Any] = field(default_factory=dict)
    requests: int = 0
    left_requests: int = 0
    findings: int = 0
    links_left: int = 0
    private_notes: int = 0
    people: dict[str, Person] = field(default_factory=dict)
    left_people: list[str] = field(default_factory=list)
    evidence: dict[str, Path] = field(default_factory=dict)
    left_evidence: list[str] = field(default_factory=list)

    def count(self, name: str) -> ListCount:
        """Return the counts of a checklist."""
        return self.lists.setdefault(name, ListCount(name))


def plan_conversion(session: Session, target: Target) -> Conversion:
    """Work out what a conversion makes of a workspace; nothing is written.

    Raises FedcheckError where a file of the workspace cannot be read: it would be left out.
    """
    broken = next(iter(session.project.broken), None)
    if broken is not None:
        raise FedcheckError(str(broken), "repair it first, then convert: fedcheck doctor")
    return _Planner(session, target).plan()


class _Planner:
    """Works out one conversion."""

    def __init__(self, session: Session, target: Target) -> None:
        self.session, self.project, self.target = session, session.project, target
        self.process = target.process
        self.found = Conversion(target)
        known = facts(self.process.id, target.profile)
        applying = self.process.beginning_in(target.begins).applying_to(known)
        self.lists = session.catalog.checklists_for(self.process)
        self.milestones = {one.id: one for one in applying.milestones}
        phases = {one.id for one in applying.phases}
        self.items = [
            (f"{one.id}:{item.id}", item)
            for one in session.catalog.checklists_for(applying).values()
            if one.phase in phases
            for _, item in one.resolved(known).applying(known)
        ]
        self.successors: dict[str, str] = {}
        for ref, item in self.items:
            for old in item.carries_from:
                self.successors.setdefault(old, ref)
        self.links: set[str] = set()

    def plan(self) -> Conversion:
        """Return the whole outcome."""
        self._carry_own_files()
        self._carry_records()
        self._propose_records()
        self._carry_requests()
        self._carry_findings()
        self._carry_dates()
        self._carry_people()
        self.found.evidence, self.found.left_evidence = find_evidence(
            self.session.root, self.links, is_wanted=self.target.with_evidence
        )
        return self.found

    def _carry_own_files(self) -> None:
        """Copy checklists of the workspace's own, and the other files that serve any process."""
        root, found = self.session.root, self.found
        for name, loaded in self.session.catalog.effective_lists().items():
            if loaded.layer not in ("workspace", "private") or loaded.checklist is None:
                continue
            if name in self.lists:
                self._copy(loaded.path.relative_to(root).as_posix())
                found.own_lists.append(name)
            else:
                found.left_lists.append(name)
        process = self.session.catalog.process_file(self.process.id)
        if process is not None and process.layer == "workspace":
            self._copy(process.path.relative_to(root).as_posix())
        for name in MORE_FILES:
            if (root / name).is_file():
                self._copy(name)

    def _copy(self, name: str) -> None:
        raw = read_bytes(self.session.root / name, self.session.root)
        self._put(name, raw, raw)

    def _put(self, name: str, raw: bytes, data: bytes) -> None:
        self.found.files[name] = data
        if not name.startswith(f"{PRIVATE_FOLDER}/"):
            self.found.sources[name] = hashlib.sha256(raw).hexdigest()

    def _carry_records(self) -> None:
        """Copy the records of checklists that the new process has too, private ones as well."""
        store, inside = self.session.store, self.project.private_lists
        for books, prefix in ((store.books, ""), (store.private, f"{PRIVATE_FOLDER}/")):
            for name, book in books.items():
                if name in RESERVED_NAMES:
                    continue
                touched = sum(not one.untouched for one in book.records.values())
                if name in self.lists:
                    path = prefix + record_files.file_name(name)
                    raw = read_bytes(self.session.root / path, self.session.root)
                    self._put(path, raw, self._with_fitting_dates(book, raw))
                    self._note_evidence(book.records.values())
                if prefix and name not in inside:
                    self.found.private_notes += 0 if name in self.lists else touched
                elif touched:
                    count = self.found.count(name)
                    carried = name in self.lists
                    count.carried, count.left = (touched, 0) if carried else (0, touched)

    def _with_fitting_dates(self, book: RecordFile, raw: bytes) -> bytes:
        """Return a file of records as it is, unless a due date names a milestone by a former id."""
        changed = {
            item: replace(one, due=due)
            for item, one in book.records.items()
            if (due := fit_due(one.due, self.process) or one.due) != one.due
        }
        if not changed:
            return raw
        order = list(self.lists[book.name].items)
        return record_files.dump(book.with_records(changed), order)[0]

    def _propose_records(self) -> None:
        """Propose the record of the first item that `carries-from` names and that has one."""
        lines = self._list_newest_lines()
        proposed: set[str] = set()
        for ref, item in self.items:
            for old in item.carries_from:
                record = self.project.record(old)
                if record.untouched or split_ref(old)[0] in self.project.private_lists:
                    continue
                new = self._fit_record(record, item)
                changes = [
                    ProposedChange(one.field, field_value(EMPTY_RECORD, one.field), one.new)
                    for one in diff_records(ref, EMPTY_RECORD, new)
                ]
                if changes:
                    self._propose(ref, changes, old, lines.get(old, ""))
                    self._note_evidence([new])
                    proposed.add(old)
                break
        for old in sorted(proposed):
            count = self.found.count(split_ref(old)[0])
            if count.left:
                count.proposed, count.left = count.proposed + 1, count.left - 1

    def _fit_record(self, record: Record, item: Item) -> Record:
        """Return what is proposed of a record for an item of the new process."""
        names = TEST_FIELDS if item.kind == "test" else TASK_FIELDS
        new = Record(**{name: getattr(record, name) for name in names})
        basis = item.basis() if new.status != Status.TODO else ""
        evidence = tuple(replace(one, extra={}) for one in new.evidence)
        return replace(new, due=fit_due(new.due, self.process), basis=basis, evidence=evidence)

    def _list_newest_lines(self) -> dict[str, str]:
        """Return the hash of the newest history line of each item, under today's ids."""
        if not self.successors:
            return {}
        renamed = self.project.renamed
        found: dict[str, str] = {}
        for line in self.session.history():
            owner, item = split_ref(line.change.ref)
            today = renamed.get(owner, {}).get(item, item)
            found[f"{owner}:{today}"] = line.hash.partition("+")[0]
        return found

    def _propose(
        self, ref: str, changes: Iterable[ProposedChange], origin: str, line: str = ""
    ) -> None:
        listed = tuple(changes)
        text = json.dumps([ref, [[one.field, one.proposed] for one in listed]], sort_keys=True)
        digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        known = {one.id for one in self.found.proposals}
        short = next(digest[:size] for size in (6, 12, 64) if digest[:size] not in known)
        why = f"from {origin}"
        self.found.proposals.append(Proposal(short, ref, why, listed, origin=origin, line=line))

    def _carry_requests(self) -> None:
        """Copy the requests between roles that take part in the new process."""
        kept = {}
        for one in self.project.requests:
            roles = {find_role(self.project, who) for who in (one.by, one.to)} - {""}
            if roles - set(self.process.all_roles):
                self.found.left_requests += 1
                continue
            kept[one.id] = replace(one, items=tuple(self._fit_links(one.items)))
        self.found.requests = len(kept)
        self._put_issues(REQUESTS, kept)

    def _carry_findings(self) -> None:
        """Copy all findings: they are about the service, not about the process."""
        kept = {
            one.id: replace(one, items=tuple(self._fit_links(one.items)))
            for one in self.project.findings
        }
        self.found.findings = len(kept)
        self._put_issues(FINDINGS, kept)

    def _fit_links(self, refs: Iterable[str]) -> Iterator[str]:
        for ref in dict.fromkeys(refs):
            if split_ref(ref)[0] in self.lists:
                yield ref
            elif ref in self.successors:
                yield self.successors[ref]
            else:
                self.found.links_left += 1

    def _put_issues(self, book: str, kept: Mapping[str, Any]) -> None:
        old = self.session.store.books.get(book)
        if old is None or not (kept or old.extra):
            return
        raw = read_bytes(record_files.path_of(self.session.root, book), self.session.root)
        is_same = kept == dict(old.records)
        data = raw if is_same else record_files.dump(replace(old, records=kept, texts={}), ())[0]
        self._put(record_files.file_name(book), raw, data)
        self._note_evidence(kept.values())

    def _carry_dates(self) -> None:
        """Copy the dates of milestones that are the same event, and propose those of like ones.

        A milestone of the same id may be another event: the kick-off of an agency is not that of
        the JAB.
        """
        config = self.project.config
        before = self.session.catalog.processes[config.process]
        also = {name: one.id for one in self.milestones.values() for name in one.also}
        named = dict(config.milestones or {})
        for old, day in named.items():
            new = old if old in self.milestones else also.get(old, "")
            former, milestone = before.milestone(old), self.milestones.get(new)
            is_taken = new != old and new in named
            if milestone is None or is_taken:
                self.found.milestones.append(MilestoneOutcome(old, "", "left"))
                continue
            if new == old and former is not None and former.title == milestone.title:
                self.found.dates[new] = day
                self.found.milestones.append(MilestoneOutcome(old, new, "carried"))
                continue
            ref = f"{MILESTONES}:{new}"
            changes = diff_records(ref, make_empty(MILESTONES, new), MilestoneDate(day))
            origin = f"{MILESTONES}:{old}"
            self._propose(ref, [ProposedChange(o.field, o.old, o.new) for o in changes], origin)
            self.found.milestones.append(MilestoneOutcome(old, new, "proposed"))

    def _carry_people(self) -> None:
        for short, person in (self.project.config.people or {}).items():
            if person.role in ("", *self.process.all_roles):
                self.found.people[short] = person
            else:
                self.found.left_people.append(short)

    def _note_evidence(self, things: Iterable[Any]) -> None:
        for thing in things:
            self.links |= {one.link for one in thing.evidence if one.kind == EvidenceKind.FILE}
