"""What is left out of a report that goes further than its workspace: names, notes, addresses.

Leaving out happens before anything is gathered, on the project itself. What is judged (gates,
freshness, who owes what in which role) therefore stays as it is, and no template can bring back
what it was never given.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.analysis.waiting_since import find_answering_role, find_remediating_role
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.field import Redaction
from fedcheck.domain.fields import FIELDS
from fedcheck.domain.finding import Finding
from fedcheck.domain.record import EMPTY_RECORD, UNKNOWN_RECORD, Record
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.request import Request
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import Person, Project
from fedcheck.errors import ErrorKind, FedcheckError

REDACTIONS: Mapping[str, str] = {
    "owners": "names of people",
    "notes": "notes, reasons and answers",
    "links": "evidence links",
}
"""What can be left out, and the words for it."""

Thing = TypeVar("Thing", Record, Request, Finding)

WITHHELD = "withheld"
NAME_WITHHELD = "name withheld"

_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SHORTEST = 3
"""A part of a name, or a link, below so many characters is not looked for in other texts."""


def parse_redactions(text: str) -> frozenset[str]:
    """Return what is to be left out, from words between commas.

    Raises FedcheckError for a word that is not known.
    """
    words = [word.strip().casefold() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in REDACTIONS:
            hint = did_you_mean(word, REDACTIONS) or "known: " + ", ".join(REDACTIONS)
            raise FedcheckError(f'cannot leave out "{one_line(word, 40)}"', hint, ErrorKind.USAGE)
    return frozenset(words)


class Veil(Struct, frozen=True, dict=True):
    """What a report leaves out of a project.

    Attributes:
        project: the project as it is.
        hidden: what is left out, some of REDACTIONS.
    """

    project: Project
    hidden: frozenset[str] = frozenset()

    def __call__(self) -> Project:
        """Return the project without what is left out."""
        if not self.hidden:
            return self.project
        project = self.project
        return replace(
            project,
            config=replace(
                project.config,
                people=self._people() if "owners" in self.hidden else project.config.people,
            ),
            records={
                name: {item: self._record(name, one) for item, one in records.items()}
                for name, records in project.records.items()
            },
            requests=tuple(self._request(one) for one in project.requests),
            findings=tuple(self._finding(one) for one in project.findings),
            broken=tuple(replace(one, message=self.text(one.message)) for one in project.broken),
        )

    @property
    def words(self) -> str:
        """State what is left out: `names of people, evidence links`; empty for nothing."""
        return ", ".join(said for name, said in REDACTIONS.items() if name in self.hidden)

    def hides(self, evidence_item: Evidence) -> bool:
        """Return whether the address of evidence is left out: asked for, or it holds a name."""
        if "links" in self.hidden:
            return True
        return "owners" in self.hidden and self.text(evidence_item.link) != evidence_item.link

    def text(self, text: str) -> str:
        """Return a text without names and addresses, as far as these are left out."""
        if text and "links" in self.hidden:
            text = self._without_links(_ADDRESS.sub(WITHHELD, text))
        if text and "owners" in self.hidden:
            text = self._named.sub(NAME_WITHHELD, _MAIL.sub(NAME_WITHHELD, text))
        return text

    def note(self, text: str) -> str:
        """Return a note: that there is one stays visible, as a gate may ask for it."""
        return WITHHELD if text and "notes" in self.hidden else self.text(text)

    def owner(self, owner: str, role: str = "") -> str:
        """Return who has something: a role stays, a person becomes somebody of that role.

        Args:
            owner: a person or a role.
            role: the role of somebody whom `fedcheck.toml` does not know.
        """
        if not owner or "owners" not in self.hidden or owner.casefold() in self._roles:
            return owner
        role = self._role(owner) or role
        return f"{WITHHELD}-{role}" if role else WITHHELD

    def history_file(self, name: str) -> str:
        """Return the name of a history file; it begins with a person's, the rest is random."""
        if "owners" not in self.hidden:
            return name
        rest = name.rpartition("-")[2]
        return rest if self.text(rest) == rest else WITHHELD

    @cached_property
    def _roles(self) -> set[str]:
        return set(self.project.process.all_roles)

    def _role(self, owner: str) -> str:
        people = self.project.config.people or {}
        known = people.get(owner) or next(
            (one for name, one in people.items() if name.casefold() == owner.casefold()), None
        )
        return known.role if known else ""

    def _people(self) -> dict[str, Person]:
        roles = {one.role for one in (self.project.config.people or {}).values() if one.role}
        roles |= self._roles
        named = {f"{WITHHELD}-{role}": Person(NAME_WITHHELD, role) for role in sorted(roles)}
        return {**named, WITHHELD: Person(NAME_WITHHELD)}

    def _without_links(self, text: str) -> str:
        """Return a text without evidence links, each left out in the order of `_links`.

        Only links that begin with three characters of the text are looked for: there may be
        thousands, and as many texts.
        """
        at = -1
        while True:
            begins = {text[i : i + _SHORTEST] for i in range(len(text) - _SHORTEST + 1)}
            known = self._links_by_begin
            places = sorted(place for one in begins for place in known.get(one, ()) if place > at)
            at = next((place for place in places if self._links[place] in text), -1)
            if at < 0:
                return text
            text = text.replace(self._links[at], WITHHELD)

    @cached_property
    def _links_by_begin(self) -> Mapping[str, list[int]]:
        """Return the places of the links in `_links` by their first characters."""
        found: dict[str, list[int]] = {}
        for place, link in enumerate(self._links):
            found.setdefault(link[:_SHORTEST], []).append(place)
        return found

    @cached_property
    def _links(self) -> list[str]:
        """Return the evidence links, the longest first: one may hold another."""
        found = {
            evidence_item.link
            for evidence_item in list_evidence(self.project)
            if len(evidence_item.link) >= _SHORTEST
        }
        return sorted(found, key=lambda link: (-len(link), link))

    @cached_property
    def _named(self) -> re.Pattern[str]:
        """Return what finds a name of a person as a word, full, short or in parts."""
        names: set[str] = set()
        for short, person in (self.project.config.people or {}).items():
            names |= {short, person.name, person.contact}
            names |= {part for part in person.name.split() if len(part) >= _SHORTEST}
        names |= {owner for owner in _owners(self.project) if owner.casefold() not in self._roles}
        known = sorted({name.strip() for name in names} - {""}, key=lambda n: (-len(n), n))
        if not known:
            return re.compile(r"(?!)")
        parts = "|".join(re.escape(name) for name in known)
        return re.compile(rf"(?<![^\W\d_])(?:{parts})(?![^\W\d_])", re.IGNORECASE)

    def _record(self, checklist: str, record: Record) -> Record:
        if record is UNKNOWN_RECORD or record is EMPTY_RECORD:
            return record
        found = self.project.checklists.get(checklist)
        return self._veiled(record, found.role if found else "")

    def _request(self, request: Request) -> Request:
        return self._veiled(request, find_answering_role(self.project, request))

    def _finding(self, finding: Finding) -> Finding:
        return self._veiled(finding, find_remediating_role(self.project, finding))

    def _veiled(self, thing: Thing, role: str) -> Thing:
        """Return a record, request or finding without what is left out.

        Args:
            thing: what is listed.
            role: the role of somebody in it whom `fedcheck.toml` does not know.
        """
        changes: dict[str, Any] = {
            "evidence": tuple(replace(one, label=self.text(one.label)) for one in thing.evidence)
        }
        for row in FIELDS[type(thing)]:
            value = getattr(thing, row.name)
            if row.redacted is Redaction.NAME:
                changes[row.name] = self.owner(value, "" if row.name == "by" else role)
            elif row.redacted in (Redaction.NOTE, Redaction.WORDS):
                change = self.note if row.redacted is Redaction.NOTE else self.text
                is_text = isinstance(value, str)
                changes[row.name] = change(value) if is_text else tuple(map(change, value))
        return replace(thing, **changes)


def list_evidence(project: Project) -> Iterable[Evidence]:
    """Yield the evidence of all records, requests and findings."""
    for records in project.records.values():
        for record in records.values():
            yield from record.evidence
    for request in project.requests:
        yield from request.evidence
    for finding in project.findings:
        yield from finding.evidence


def _owners(project: Project) -> Iterable[str]:
    records = (one for records in project.records.values() for one in records.values())
    for thing in (*records, *project.requests, *project.findings):
        for row in FIELDS[type(thing)]:
            if row.redacted is Redaction.NAME:
                yield getattr(thing, row.name)
