"""What of a workspace another party may see: its records, without what is private or internal."""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.analysis.waiting_since import find_role
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.field import Kind
from fedcheck.domain.fields import FIELDS
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import EvidenceKind
from fedcheck.domain.record import EMPTY_RECORD, Record
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import Project
from fedcheck.errors import FedcheckError
from fedcheck.sharing.handover_scope import (
    HANDED_LISTS,
    OUTCOME_FIELDS,
    WITHHELD_FIELDS,
    receives_request,
)
from fedcheck.storage.evidence_paths import is_fedcheck_file, leaves_workspace, resolve_inside
from fedcheck.storage.paths import PRIVATE_FOLDER
from fedcheck.storage.record_file import FINDINGS, REQUESTS, RecordFile

T = TypeVar("T", Record, Request, Finding)

_SHORTEST = 3
"""A name below so many characters is not looked for in texts."""


class View(Struct, frozen=True):
    """What a party may see of a workspace.

    Attributes:
        to: the party.
        with_evidence: whether evidence items are among it.
        without_names: whether the names of our own people are left out.
        own_people: of a package that goes back, who of us worked in it.
    """

    project: Project
    to: str
    with_evidence: bool = True
    without_names: bool = False
    own_people: Collection[str] | None = None

    def make_books(self, more_lists: Collection[str] = ()) -> dict[str, RecordFile]:
        """Return the records by book: progress by checklist, requests, findings.

        Args:
            more_lists: checklists that go with all of their records too.
        """
        project = self.project.shared()
        requests = [
            one
            for one in self.project.requests
            if receives_request(self.project, one, self.to, self.own_people)
        ]
        findings = [one for one in self.project.findings if self._is_shared(one)]
        issues: list[Request | Finding] = [*requests, *findings]
        named = {ref for one in issues for ref in one.items}
        books = {
            REQUESTS: RecordFile(REQUESTS, {one.id: self.show(one) for one in requests}),
            FINDINGS: RecordFile(FINDINGS, {one.id: self.show(one) for one in findings}),
        }
        for name, checklist in project.checklists.items():
            if name in project.unreadable:
                continue
            whole = checklist.role in HANDED_LISTS[self.to] or name in more_lists
            records = {}
            for item, record in project.records.get(name, {}).items():
                if item not in checklist.items:
                    continue
                if whole or f"{name}:{item}" in named:
                    shown = self.show(record, checklist.role)
                    records[item] = shown if whole else _outcome(shown)
            if whole or records:
                kept = {item: one for item, one in records.items() if one != EMPTY_RECORD}
                books[name] = RecordFile(name, kept)
        return books

    def show(self, thing: T, list_role: str = "") -> T:
        """Return a record as the party sees it.

        Keys that this version does not know stay here: what they hold is not known.

        Args:
            thing: the record.
            list_role: the role of its checklist.
        """
        evidence = tuple(self._show_evidence(thing.evidence)) if self.with_evidence else ()
        known = {row.key for row in FIELDS[type(thing)]}
        extra = {key: value for key, value in thing.extra.items() if key in known}
        changed: dict[str, Any] = {"evidence": evidence, "extra": extra}
        if isinstance(thing, Record):
            empty = {name: getattr(EMPTY_RECORD, name) for name in WITHHELD_FIELDS}
            changed |= empty
        else:
            changed["items"] = tuple(ref for ref in thing.items if self._is_known(ref))
        if self.without_names:
            changed |= self._hide_names(thing, list_role)
        return replace(thing, **changed)

    def _show_evidence(self, evidence: Iterable[Evidence]) -> Iterable[Evidence]:
        root = Path(self.project.root)
        for one in evidence:
            if is_presentable(root, one):
                label = self._text(one.label) if self.without_names else one.label
                yield replace(one, label=label, extra={})

    def _is_known(self, ref: str) -> bool:
        name, _ = split_ref(ref)
        return name in self.project.checklists and name not in self.project.withheld_lists

    def _is_shared(self, finding: Finding) -> bool:
        return not finding.items or any(self._is_known(ref) for ref in finding.items)

    def _hide_names(self, thing: Any, list_role: str) -> dict[str, Any]:
        hidden: dict[str, Any] = {}
        for row in FIELDS[type(thing)]:
            value = getattr(thing, row.name)
            if not value:
                continue
            if row.kind is Kind.PERSON:
                hidden[row.name] = self._person(value, list_role)
            elif row.kind in (Kind.TEXT, Kind.LINE):
                hidden[row.name] = self._text(value)
            elif row.kind is Kind.LINES and row.redacted != "none":
                hidden[row.name] = tuple(self._text(one) for one in value)
        return hidden

    def _person(self, who: str, list_role: str) -> str:
        """Return the role of a person of ours; somebody unknown is ours but on their lists."""
        ours = self.project.config.role
        role = find_role(self.project, who)
        return ours if role == ours or (not role and list_role != self.to) else who

    def _text(self, text: str) -> str:
        ours = self.project.config.role
        names = [
            name
            for short, person in (self.project.config.people or {}).items()
            if person.role == ours
            for name in (person.name, person.contact, *person.name.split(), short)
            if len(name) >= _SHORTEST
        ]
        if not names or not text:
            return text
        longest = sorted(names, key=len, reverse=True)
        pattern = "|".join(re.escape(name) for name in longest)
        return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", ours, text, flags=re.IGNORECASE)


def _outcome(record: Record) -> Record:
    return Record(**{name: getattr(record, name) for name in OUTCOME_FIELDS})


def is_presentable(root: Path, evidence_item: Evidence) -> bool:
    """Return whether evidence may be named to others, or be taken from them.

    A file may where it is inside of the workspace, not under `private/` by any name, and not one
    of fedcheck's own.
    """
    if evidence_item.kind != EvidenceKind.FILE:
        return True
    return is_plain_link(evidence_item.link) and not _leads_elsewhere(root, evidence_item.link)


def _leads_elsewhere(root: Path, link: str) -> bool:
    if leaves_workspace(root, link):
        return True
    place = resolve_inside(root, link)
    return is_fedcheck_file(place) or _is_private(place)


def is_plain_link(link: str) -> bool:
    """Return whether the link of a file names a place below the workspace, in its own words."""
    path = PurePosixPath(link)
    parts = link.split("/")
    if not link or path.is_absolute() or "\\" in link or "\x00" in link or ":" in parts[0]:
        return False
    if any(part in ("", ".", "..") for part in parts):
        return False
    return not (is_fedcheck_file(link) or _is_private(link))


def _is_private(link: str) -> bool:
    return link.split("/")[0].casefold() == PRIVATE_FOLDER


def refuse_broken(project: Project) -> None:
    """Raise FedcheckError where a file of the workspace cannot be read: it would be left out."""
    broken = next((one for one in project.broken if not one.private), None)
    if broken is not None:
        raise FedcheckError(str(broken), "repair it first, then hand over: fedcheck doctor")


def list_file_links(books: Mapping[str, RecordFile]) -> dict[str, Evidence]:
    """Return the evidence items that are files, one for each link, in order."""
    found: dict[str, Evidence] = {}
    for book in books.values():
        for record in book.records.values():
            for one in record.evidence:
                if one.kind == EvidenceKind.FILE:
                    found.setdefault(one.link, one)
    return dict(sorted(found.items()))


def list_people(books: Mapping[str, RecordFile]) -> set[str]:
    """Return everybody who is named in a field for a person."""
    return {
        getattr(record, row.name)
        for book in books.values()
        for record in book.records.values()
        for row in FIELDS[type(record)]
        if row.kind is Kind.PERSON
    } - {""}
