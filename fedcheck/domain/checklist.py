"""Checklists: the items of one role in one phase, and where each of them comes from."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any

from msgspec import Struct, field

from fedcheck.domain.glossary import ItemKind, Level, Method
from fedcheck.domain.key import Key

FORMAT = 1
"""The newest version of our file formats that this program reads and writes."""


class Source(Struct, frozen=True, rename="kebab"):
    """A document that a checklist rests on."""

    id: Annotated[str, Key("Short name, used by the items", check="id")]
    title: Annotated[str, Key("Title of the document, with version and date")]
    url: Annotated[str, Key("Where the document is or was published")] = ""


class SourceRef(Struct, frozen=True, rename="kebab"):
    """The place in a document that an item rests on."""

    id: Annotated[str, Key("Id of a [[source]] of this file", check="id")]
    where: Annotated[str, Key("Section, table, row or page")] = ""


class Item(Struct, frozen=True, rename="kebab"):
    """One line to tick: a task, or a test step with a result."""

    id: Annotated[
        str, Key("Id, unique in its checklist; never changed without renamed-from", check="id")
    ]
    title: Annotated[str, Key("What is true when this is done, in one line")]
    code: Annotated[str, Key("The official id, if there is one")] = ""
    guidance: Annotated[str, Key("What to do and what good looks like, in Markdown")] = ""
    statement: Annotated[str, Key("The official statement, where one may be quoted")] = ""
    kind: Annotated[ItemKind, Key("A task, or a test step with a result")] = ItemKind.TASK
    level: Annotated[Level, Key("How binding it is")] = Level.MUST
    deliverable: Annotated[str, Key("Id of the deliverable it contributes to", check="id")] = ""
    expects: Annotated[tuple[str, ...], Key("What evidence is expected, a short phrase each")] = ()
    controls: Annotated[tuple[str, ...], Key("Control ids, such as SC-8(1)")] = ()
    methods: Annotated[tuple[Method, ...], Key("How a test is done")] = ()
    needs: Annotated[tuple[str, ...], Key("References of items that must be done first")] = ()
    applies: Annotated[
        Mapping[str, tuple[str, ...]] | None,
        Key("Applies only to these values of the profile or process"),
    ] = None
    after: Annotated[
        str,
        Key(
            "Milestone after which this can happen; that milestone's gate does not ask for it",
            check="id",
        ),
    ] = ""
    due: Annotated[str, Key("Date, or ANCHOR [+|-] N(d|bd|w|mo|y)", check="due")] = ""
    max_age: Annotated[str, Key("Oldest evidence: 120d, or 120d at MILESTONE", check="age")] = ""
    every: Annotated[str, Key("Recurring: due again after this period", check="period")] = ""
    source: Annotated[SourceRef | None, Key("Where this comes from")] = None
    renamed_from: Annotated[tuple[str, ...], Key("Earlier ids of this item", one_or_many=True)] = ()

    def applies_to(self, facts: Mapping[str, str]) -> bool:
        """Tell whether the item applies; facts are the profile's options and the process."""
        return not self.applies or all(
            facts.get(name, "") in wanted for name, wanted in self.applies.items()
        )

    @property
    def official(self) -> str:
        """Return the official statement where it says more than the title; else nothing."""
        said = " ".join(self.statement.split()).casefold().rstrip(".")
        return "" if said.endswith(self.title.casefold().rstrip(".")) else self.statement.strip()

    def basis(self) -> str:
        """Return 12 hex digits that change when the item's substance does (design, section 3)."""
        substance = [self.title, self.level, self.statement, self.expects, self.controls]
        text = json.dumps(substance, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


class Section(Struct, frozen=True, rename="kebab"):
    """A group of items under one heading."""

    id: Annotated[str, Key("Id of the section, unique in its checklist", check="id")]
    title: Annotated[str, Key("Heading")]
    summary: Annotated[str, Key("One sentence about the section")] = ""
    items: Annotated[tuple[Item, ...], Key("The items")] = field(name="item", default=())


class Checklist(Struct, frozen=True, dict=True, rename="kebab"):
    """What one role owes in one phase; serves one or more processes."""

    format: Annotated[int, Key("Version of the file format: 1")]
    id: Annotated[str, Key("Id of the checklist; the file is named after it", check="id")]
    process: Annotated[
        tuple[str, ...], Key("Process or processes that it serves", one_or_many=True)
    ]
    phase: Annotated[str, Key("Phase that it belongs to", check="id")]
    role: Annotated[str, Key("Role that owes the items", check="id")]
    title: Annotated[str, Key("Title")]
    summary: Annotated[str, Key("What this role owes in this phase, in a sentence or two")] = ""
    sources: Annotated[tuple[Source, ...], Key("Documents it rests on")] = field(
        name="source", default=()
    )
    sections: Annotated[tuple[Section, ...], Key("Groups of items")] = field(
        name="section", default=()
    )

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
