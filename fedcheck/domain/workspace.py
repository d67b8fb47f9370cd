"""A workspace as loaded: its head file, process, checklists, records, requests and findings."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Annotated, Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.checklist import Checklist, Item, Section, facts
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import Audience
from fedcheck.domain.key import Key, extra
from fedcheck.domain.late_mapping import LateValues
from fedcheck.domain.list_outline import ListOutline, list_outlines
from fedcheck.domain.process import Process
from fedcheck.domain.record import EMPTY_RECORD, Record
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request


class MilestoneDate(Struct, frozen=True, rename="kebab", omit_defaults=True):
    """When a milestone takes place; without a date it follows from the process."""

    day: date | None = None
    evidence: tuple[Evidence, ...] = ()
    extra: dict[str, Any] = extra()


class PackageEntry(Struct, frozen=True, rename="kebab", omit_defaults=True):
    """One key of the certification package, as the history keeps it (`storage.package_table`)."""

    value: str = ""
    evidence: tuple[Evidence, ...] = ()
    extra: dict[str, Any] = extra()


class SentReport(Struct, frozen=True, rename="kebab", omit_defaults=True):
    """A report that was sent to somebody."""

    id: str
    title: str = ""
    to: str = ""
    on: date | None = None
    file: str = ""
    sha256: str = ""
    evidence: tuple[Evidence, ...] = ()
    extra: dict[str, Any] = extra()


class SentReports(Struct, frozen=True, rename="kebab", omit_defaults=True):
    """What `sent.toml` holds."""

    format: Annotated[int, Key("Version of the file format: 1")]
    sent: Annotated[tuple[SentReport, ...], Key("The reports that were sent")] = ()
    extra: dict[str, Any] = extra()


class Person(Struct, frozen=True, rename="kebab", omit_defaults=True):
    """Somebody who takes part."""

    name: Annotated[str, Key("Full name")] = ""
    role: Annotated[str, Key("Role: csp, 3pao, pmo, jab, agency or advisor", check="id")] = ""
    contact: Annotated[str, Key("How to reach them")] = ""


class WorkspaceConfig(Struct, frozen=True, rename="kebab", omit_defaults=True):
    """What `fedcheck.toml` states."""

    format: Annotated[int, Key("Version of the file format: 1")]
    name: Annotated[str, Key("Name of the service offering")]
    process: Annotated[str, Key("Its process", check="id")]
    role: Annotated[str, Key("My role", check="id")]
    provider: Annotated[str, Key("Name of the cloud service provider")] = ""
    timezone: Annotated[str, Key("IANA name of the time zone that decides what today is")] = "UTC"
    marking: Annotated[str, Key("Sensitivity marking on every page of a report")] = ""
    cache: Annotated[
        bool | None,
        Key("Whether each person's cache may keep its parsed files; default: not with a marking"),
    ] = None
    profile: Annotated[
        Mapping[str, str] | None, Key("Its profile: path, type, class or impact level")
    ] = None
    milestones: Annotated[Mapping[str, date] | None, Key("Dates of milestones")] = None
    begins: Annotated[
        str, Key("First phase of the work; earlier phases do not count", check="id")
    ] = ""
    people: Annotated[Mapping[str, Person] | None, Key("People, by short name")] = None
    package: Annotated[
        Mapping[str, Any] | None,
        Key("The certification package: contacts, addresses, agencies, incidents"),
    ] = None
    extra: dict[str, Any] = extra()


class BrokenFile(Struct, frozen=True):
    """A file that could not be read, and what is wrong with it.

    Attributes:
        checklist: the id of the checklist that it belongs to, if it does.
        line: where in the file; 0 where that is not known.
        hint: what to do about it.
        private: whether it is under `private/`.
    """

    path: str
    message: str
    checklist: str = ""
    line: int = 0
    hint: str = ""
    private: bool = False

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}" + (f"; {self.hint}" if self.hint else "")


class Replaced(Struct, frozen=True):
    """A shipped file that a nearer one takes the place of.

    Attributes:
        layer: where the nearer one is: `workspace` or `user`.
        shipped: what the shipped file holds, its items as they are for the profile.
    """

    id: str
    layer: str
    shipped: Checklist | Process


class Project(Struct, frozen=True, eq=False, dict=True):
    """The state of a workspace. Compared by identity: every change makes a new one.

    Attributes:
        config: what `fedcheck.toml` states.
        process: the process that the workspace takes, from the phase on that it begins in.
        skipped: the phases before that; their lists are not among `checklists`.
        checklists: the lists that serve it, by id, in the order of phases and roles.
        records: the records by checklist and item id; items without one are untouched.
        file_states: evidence files that are not known to be good; see `find_file_state`. They are
            looked at when somebody first asks.
        broken: files that could not be read; a gate that needs one is not met.
        unreadable: the checklists whose records are not known, because their file is broken.
        private_lists: the checklists under `private/`; no report and no gate knows of them.
        private_notes: records under `private/` of other lists, for the notes that stay inside.
        written: the checklists as their files have them; in `checklists` each item is as it is for
            the profile.
        replaced: shipped files that nearer ones take the place of.
    """

    root: str
    config: WorkspaceConfig
    process: Process
    checklists: Mapping[str, Checklist]
    records: Mapping[str, Mapping[str, Record]]
    requests: tuple[Request, ...] = ()
    findings: tuple[Finding, ...] = ()
    file_states: Mapping[str, str] | None = None
    broken: tuple[BrokenFile, ...] = ()
    unreadable: frozenset[str] = frozenset()
    private_lists: frozenset[str] = frozenset()
    private_notes: Mapping[str, Mapping[str, Record]] | None = None
    written: Mapping[str, Checklist] | None = None
    replaced: tuple[Replaced, ...] = ()
    skipped: frozenset[str] = frozenset()

    @cached_property
    def facts(self) -> dict[str, str]:
        """Return what decides whether an item applies."""
        return facts(self.process.id, self.config.profile or {})

    @cached_property
    def outlines(self) -> Mapping[str, ListOutline]:
        """Return what is known of the checklists before their items are read, by id."""
        return list_outlines(self.checklists)

    def as_written(self, checklist: str) -> Checklist | None:
        """Return a checklist as its file has it, with all variants of its items."""
        return (self.written or self.checklists).get(checklist)

    def record(self, ref: str) -> Record:
        """Return the record of an item."""
        checklist, item = split_ref(ref)
        return self.records.get(checklist, {}).get(item, EMPTY_RECORD)

    def thing(self, ref: str) -> Record | Request | Finding | None:
        """Return a request or a finding by its reference; of anything else, the item's record."""
        book, name = split_ref(ref)
        if book == "requests":
            return self.request(name)
        return self.finding(name) if book == "findings" else self.record(ref)

    def list_evidence_holders(self) -> Iterator[Record | Request | Finding]:
        """Yield everything that can have evidence: records, requests, findings."""
        books = (records.values() for records in self.records.values())
        return chain(chain.from_iterable(books), self.requests, self.findings)

    def private_note(self, ref: str) -> str:
        """Return the note of an item that never leaves the company."""
        checklist, item = split_ref(ref)
        return (self.private_notes or {}).get(checklist, {}).get(item, EMPTY_RECORD).note

    @cached_property
    def internal_lists(self) -> frozenset[str]:
        """Return the checklists that stay inside the company, without those under `private/`."""
        return frozenset(
            name
            for name, one in self.outlines.items()
            if one.audience is Audience.INTERNAL and name not in self.private_lists
        )

    @cached_property
    def withheld_lists(self) -> frozenset[str]:
        """Return the checklists that no gate, report or package has: private and internal ones."""
        return self.private_lists | self.internal_lists

    def shared(self, *, with_internal: bool = False) -> "Project":
        """Return the project as it may leave: without what is under `private/`, or internal.

        Requests and findings are shared, but their links to withheld items are left out.

        Args:
            with_internal: keep internal checklists and all links, for a person of the company who
                continues work on what another party returned.
        """
        left_out = self.private_lists if with_internal else self.withheld_lists
        if not (left_out or self.private_notes or any(one.private for one in self.broken)):
            return self
        found = self._without(left_out)
        return replace(
            found,
            broken=tuple(broken for broken in found.broken if not broken.private),
            private_lists=frozenset(),
            private_notes=None,
            requests=self.requests if with_internal else _without_links(self.requests, left_out),
            findings=self.findings if with_internal else _without_links(self.findings, left_out),
        )

    def without_internal(self) -> "Project":
        """Return the project without internal checklists: what totals of the process count."""
        return self._without(self.internal_lists) if self.internal_lists else self

    def _without(self, left_out: frozenset[str]) -> "Project":
        """Return the project without some checklists and everything that is known of them."""
        written = self.written
        return replace(
            self,
            checklists={k: v for k, v in self.checklists.items() if k not in left_out},
            records={k: v for k, v in self.records.items() if k not in left_out},
            broken=tuple(one for one in self.broken if one.checklist not in left_out),
            unreadable=self.unreadable - left_out,
            written=written and {k: v for k, v in written.items() if k not in left_out},
        )

    @property
    def renamed(self) -> dict[str, Mapping[str, str]]:
        """Return today's item ids by earlier ones, for each checklist."""
        return {name: one.renamed for name, one in self.outlines.items()}

    def item(self, ref: str) -> Item | None:
        """Return an item by its full reference, whether it applies or not."""
        checklist_id, item_id = split_ref(ref)
        checklist = self.checklists.get(checklist_id)
        found = checklist.items.get(item_id) if checklist else None
        return found[1] if found else None

    def applying(self) -> Iterator[tuple[Checklist, Section, Item]]:
        """Yield every item that applies to the profile, in order."""
        for checklist in self.checklists.values():
            for section, item in checklist.applying(self.facts):
                yield checklist, section, item

    @cached_property
    def refs(self) -> list[str]:
        """Return the full references of all items that apply."""
        return [f"{checklist.id}:{item.id}" for checklist, _, item in self.applying()]

    def find_refs(self, find: Callable[[ListOutline], Iterable[str]]) -> list[str]:
        """Return the references of items that apply, among the ids found in outlines, in order.

        Only the lists in which something is found are read.
        """
        return [
            f"{name}:{item}"
            for name, outline in self.outlines.items()
            for item in find(outline)
            if (found := self.checklists[name].items.get(item)) and found[1].applies_to(self.facts)
        ]

    def with_records(self, checklist: str, records: Mapping[str, Record]) -> "Project":
        """Return the project with the records of one checklist replaced."""
        if isinstance(self.records, LateValues):
            return replace(self, records=self.records.with_value(checklist, records))
        return replace(self, records={**self.records, checklist: records})

    def request(self, request_id: str) -> Request | None:
        """Return a request by its id."""
        return self._requests_by_id.get(request_id)

    def finding(self, finding_id: str) -> Finding | None:
        """Return a finding by its id."""
        return self._findings_by_id.get(finding_id)

    @cached_property
    def _requests_by_id(self) -> dict[str, Request]:
        return {one.id: one for one in reversed(self.requests)}

    @cached_property
    def _findings_by_id(self) -> dict[str, Finding]:
        return {one.id: one for one in reversed(self.findings)}

    def findings_of(self, ref: str) -> tuple[Finding, ...]:
        """Return the findings that name an item, in their order."""
        return self._findings_by_item.get(ref, ())

    @cached_property
    def _findings_by_item(self) -> dict[str, tuple[Finding, ...]]:
        found: dict[str, list[Finding]] = {}
        for one in self.findings:
            for ref in dict.fromkeys(one.items):
                found.setdefault(ref, []).append(one)
        return {ref: tuple(findings) for ref, findings in found.items()}

    @cached_property
    def person_roles(self) -> dict[str, str]:
        """Return the roles of the people of the head file, by their name in lower case."""
        return {name.casefold(): one.role for name, one in (self.config.people or {}).items()}

    def people(self) -> list[str]:
        """Return the short names of everybody known: from the head file and from owners."""
        return list(self._people)

    @cached_property
    def _people(self) -> tuple[str, ...]:
        named = set(self.config.people or {})
        for records in self.records.values():
            for one in records.values():
                named |= {one.owner, one.tester, one.reviewer}
        named.discard("")
        return tuple(sorted(named))


_Issue = TypeVar("_Issue", Request, Finding)


def _without_links(issues: tuple[_Issue, ...], left_out: frozenset[str]) -> tuple[_Issue, ...]:
    """Return requests or findings without their links to items of some checklists."""

    def is_kept(ref: str) -> bool:
        return split_ref(ref)[0] not in left_out

    if not left_out or all(is_kept(ref) for one in issues for ref in one.items):
        return issues
    return tuple(replace(one, items=tuple(filter(is_kept, one.items))) for one in issues)
