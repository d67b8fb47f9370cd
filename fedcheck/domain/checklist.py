"""Checklists: the items of one role in one phase, and where each of them comes from."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, get_args

from fedcheck.domain.key import key

FORMAT = 1
"""The newest version of our file formats that this program reads and writes."""

Kind = Literal["task", "test"]
Level = Literal["must", "must-not", "should", "should-not", "may"]
Method = Literal["examine", "interview", "test"]
Audience = Literal["everyone", "internal"]

LEVELS: tuple[str, ...] = get_args(Level)
DEMANDED: tuple[str, ...] = ("must", "must-not")
ADVISED: tuple[str, ...] = ("should", "should-not")

OVERLAID: tuple[str, ...] = ("level", "title", "statement", "due", "every", "expects")
"""What a `[[section.item.when]]` may change; no option of a profile may have such a name."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document that a checklist rests on."""

    id: str = key("Short name, used by the items", check="id")
    title: str = key("Title of the document, with version and date")
    url: str = key("Where the document is or was published", default="")


@dataclass(frozen=True, slots=True)
class SourceRef:
    """The place in a document that an item rests on."""

    id: str = key("Id of a [[source]] of this file", check="id")
    where: str = key("Section, table, row or page", default="")


@dataclass(frozen=True, slots=True)
class When:
    """What is different about an item for some values of the profile."""

    level: Level | None = key("How binding it is", default=None)
    title: str | None = key("What is true when this is done, in one line", default=None)
    statement: str | None = key("The official statement", default=None)
    due: str | None = key("Date, or ANCHOR [+|-] N(d|bd|w|mo|y)", default=None, check="due")
    every: str | None = key("Recurring: due again after this period", default=None, check="period")
    expects: tuple[str, ...] | None = key("What evidence is expected", default=None)
    extra: dict[str, Any] = field(default_factory=dict)
    """The options that it is for, with their values: `class = ["b"]`."""

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        """Return the options of the profile that it is for, each with its values."""
        return {name: _texts(values) for name, values in self.extra.items()}

    def overlays(self) -> dict[str, Any]:
        """Return the fields that it changes, with their values."""
        named = {name: getattr(self, name) for name in OVERLAID}
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Item:
    """One line to tick: a task, or a test step with a result."""

    id: str = key("Id, unique in its checklist; never changed without renamed-from", check="id")
    title: str = key("What is true when this is done, in one line")
    code: str = key("The official id, if there is one", default="")
    guidance: str = key("What to do and what good looks like, in Markdown", default="")
    statement: str = key("The official statement, where one may be quoted", default="")
    kind: Kind = key("A task, or a test step with a result", default="task")
    level: Level = key("How binding it is", default="must")
    deliverable: str = key("Id of the deliverable it contributes to", default="", check="id")
    expects: tuple[str, ...] = key("What evidence is expected, a short phrase each", default=())
    controls: tuple[str, ...] = key("Control ids, such as SC-8(1)", default=())
    methods: tuple[Method, ...] = key("How a test is done", default=())
    needs: tuple[str, ...] = key("References of items that must be done first", default=())
    applies: Mapping[str, tuple[str, ...]] = key(
        "Applies only to these values of the profile or process", default=None
    )
    after: str = key(
        "Milestone after which this can happen; that milestone's gate does not ask for it",
        default="",
        check="id",
    )
    due: str = key("Date, or ANCHOR [+|-] N(d|bd|w|mo|y)", default="", check="due")
    max_age: str = key("Oldest evidence: 120d, or 120d at MILESTONE", default="", check="age")
    every: str = key("Recurring: due again after this period", default="", check="period")
    source: SourceRef | None = key("Where this comes from", default=None)
    renamed_from: tuple[str, ...] = key("Earlier ids of this item", default=(), one_or_many=True)
    meaning: int = key(
        "Raised by hand where the item means something else now, though its statement does not"
        " show it: what was recorded is flagged for review",
        default=1,
    )
    own_basis: str = key(
        "Fingerprint of the official rule, by whoever generated the list: 12 hex digits",
        default="",
        name="basis",
        check="basis",
    )
    when: tuple[When, ...] = key(
        "What is different for some values of the profile; later ones win", default=()
    )

    def applies_to(self, facts: Mapping[str, str]) -> bool:
        """Tell whether the item applies; facts are the profile's options and the process."""
        return not self.applies or _are_met(self.applies, facts)

    @property
    def official(self) -> str:
        """Return the official statement where it says more than the title; else nothing."""
        said = " ".join(self.statement.split()).casefold().rstrip(".")
        return "" if said.endswith(self.title.casefold().rstrip(".")) else self.statement.strip()

    def resolved(self, facts: Mapping[str, str]) -> "Item":
        """Return the item as it is for a profile: every matching `when` applied, in order."""
        overlays: dict[str, Any] = {}
        for one in self.when:
            if _are_met(one.options, facts):
                overlays |= one.overlays()
        return replace(self, when=(), **overlays) if self.when else self

    def basis(self) -> str:
        """Return 12 hex digits that change when the item's substance does (design, section 3).

        The item's own basis, where it has one. Else the title counts only where there is no
        statement, and wording that leaves the substance alone changes nothing.
        """
        if self.own_basis:
            return self.own_basis
        return self._computed_basis()

    def accepts(self, basis: str) -> bool:
        """Tell whether a basis that was recorded earlier still stands for this item.

        A record may carry a basis that was computed before the list had its own one, or by the
        formula of 2026.11 and before; these are as good where nothing changed since.
        """
        return basis == self.basis() or basis in (self._computed_basis(), self._older_basis())

    def _computed_basis(self) -> str:
        statement = " ".join(self.statement.split())
        substance: list[Any] = [
            self.level,
            self.kind,
            statement or " ".join(self.title.split()),
            self.expects,
            self.controls,
        ]
        if self.meaning != 1:
            substance.append(self.meaning)
        return _digits(substance)

    def _older_basis(self) -> str | None:
        """Return the basis by the formula that came before, which could not see `meaning`."""
        if self.meaning != 1:
            return None
        return _digits([self.title, self.level, self.statement, self.expects, self.controls])


def _digits(substance: Sequence[Any]) -> str:
    text = json.dumps(substance, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _texts(value: Any) -> tuple[str, ...]:
    """Return the texts of a value of TOML: of a list or of one text; of anything else none."""
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(one for one in values if isinstance(one, str))


def _are_met(wanted: Mapping[str, Sequence[str]], facts: Mapping[str, str]) -> bool:
    return all(facts.get(name, "") in values for name, values in wanted.items())


@dataclass(frozen=True, slots=True)
class Section:
    """A group of items under one heading."""

    id: str = key("Id of the section, unique in its checklist", check="id")
    title: str = key("Heading")
    summary: str = key("One sentence about the section", default="")
    items: tuple[Item, ...] = key("The items", default=(), name="item")


@dataclass(frozen=True)
class Checklist:
    """What one role owes in one phase; serves one or more processes."""

    format: int = key("Version of the file format: 1")
    id: str = key("Id of the checklist; the file is named after it", check="id")
    process: tuple[str, ...] = key("Process or processes that it serves", one_or_many=True)
    phase: str = key("Phase that it belongs to", check="id")
    role: str = key("Role that owes the items", check="id")
    title: str = key("Title")
    audience: Audience = key(
        "Internal: shared inside the company, in no gate, report or package for another party",
        default="everyone",
    )
    summary: str = key("What this role owes in this phase, in a sentence or two", default="")
    sources: tuple[Source, ...] = key("Documents it rests on", default=(), name="source")
    sections: tuple[Section, ...] = key("Groups of items", default=(), name="section")

    @cached_property
    def items(self) -> dict[str, tuple[Section, Item]]:
        """Return section and item by item id, in the order of the file."""
        return {item.id: (section, item) for section in self.sections for item in section.items}

    @cached_property
    def renamed(self) -> dict[str, str]:
        """Return today's id for each earlier id; an id that is still in use is no earlier one."""
        return {
            old: item.id
            for _, item in self.items.values()
            for old in item.renamed_from
            if old not in self.items
        }

    def resolved(self, facts: Mapping[str, str]) -> "Checklist":
        """Return the list as it is for a profile: each item with what `when` changes."""
        if not any(item.when for _, item in self.items.values()):
            return self
        sections = tuple(
            replace(one, items=tuple(item.resolved(facts) for item in one.items))
            for one in self.sections
        )
        return replace(self, sections=sections)

    def source_of(self, item: Item) -> tuple[Source | None, str]:
        """Return the document and the place in it that an item rests on."""
        if item.source is None:
            return None, ""
        wanted = item.source.id
        return next((s for s in self.sources if s.id == wanted), None), item.source.where

    def applying(self, facts: Mapping[str, str]) -> Iterator[tuple[Section, Item]]:
        """Yield the sections and items that apply to a profile, in order."""
        for section, item in self.items.values():
            if item.applies_to(facts):
                yield section, item


def facts(process: str, profile: Mapping[str, Any]) -> dict[str, str]:
    """Return what `applies` is judged by: the profile's options and the process."""
    return {**{name: str(value) for name, value in profile.items()}, "process": process}
