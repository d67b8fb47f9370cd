"""Checklists: the items of one role in one phase, and where each of them comes from."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.domain.glossary import Audience, ItemKind, Level, Method
from fedcheck.domain.key import Key, extra

FORMAT = 1
"""The newest version of our file formats that this program reads and writes."""


OVERLAID: tuple[str, ...] = ("level", "title", "statement", "due", "every", "expects", "basis")
"""What a `[[section.item.when]]` may change; no option of a profile may have such a name."""


class Source(Struct, frozen=True, rename="kebab", omit_defaults=True):
    """A document that a checklist is based on."""

    id: Annotated[str, Key("Short name, used by the items", check="id")]
    title: Annotated[str, Key("Title of the document, with version and date")]
    url: Annotated[str, Key("Where the document is or was published")] = ""


# gc=False, here and where else there are thousands: none can be part of a cycle, so the collector
# need not know them.
class SourceRef(Struct, frozen=True, gc=False, rename="kebab", omit_defaults=True):
    """The place in a document that an item is based on."""

    id: Annotated[str, Key("Id of a [[source]] of this file", check="id")]
    where: Annotated[str, Key("Section, table, row or page")] = ""
    says: Annotated[str, Key("Its binding words, at most seven, such as: should also review")] = ""


class When(Struct, frozen=True, rename="kebab", omit_defaults=True):
    """What is different about an item for some values of the profile.

    Attributes:
        extra: the options that it is for, with their values: `class = ["b"]`.
    """

    level: Annotated[Level | None, Key("How binding it is")] = None
    title: Annotated[str | None, Key("What is true when this is done, in one line")] = None
    statement: Annotated[str | None, Key("The official statement")] = None
    due: Annotated[str | None, Key("Date, or ANCHOR [+|-] N(d|bd|w|mo|y)", check="due")] = None
    every: Annotated[str | None, Key("Recurring: due again after this period", check="period")] = (
        None
    )
    expects: Annotated[tuple[str, ...] | None, Key("What evidence is expected")] = None
    own_basis: Annotated[
        str | None,
        Key("Fingerprint of the official rule for these values: 12 hex digits", check="basis"),
    ] = field(name="basis", default=None)
    extra: dict[str, Any] = extra()

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        """Return the options of the profile that it is for, each with its values."""
        return {name: _texts(values) for name, values in self.extra.items()}

    def overlays(self) -> dict[str, Any]:
        """Return the fields that it changes, with their values."""
        fields = ("own_basis" if name == "basis" else name for name in OVERLAID)
        named = {name: getattr(self, name) for name in fields}
        return {name: value for name, value in named.items() if value is not None}


class Former(Struct, frozen=True, rename="kebab", omit_defaults=True):
    """What an item stated in an earlier release of its official source.

    An import writes it where the substance changed, so that both wordings can be compared.
    """

    release: Annotated[str, Key("Release of the official rule: version and hash")]
    statement: Annotated[str, Key("The official statement of that release, for this profile")]
    basis: Annotated[
        str, Key("Fingerprint of the official rule in that release: 12 hex digits", check="basis")
    ]
    level: Annotated[Level, Key("How binding it was")] = Level.MUST
    code: Annotated[str, Key("Its former official id, if different")] = ""


class Item(Struct, frozen=True, gc=False, rename="kebab", omit_defaults=True):
    """One line to tick: a task, or a test step with a result."""

    id: Annotated[
        str, Key("Id, unique in its checklist; never changed without renamed-from", check="id")
    ]
    title: Annotated[str, Key("What is true when this is done, in one line")]
    code: Annotated[str, Key("The official id, if there is one")] = ""
    guidance: Annotated[str, Key("What to do and what good looks like, in Markdown")] = ""
    statement: Annotated[str, Key("The official statement, if it may be quoted")] = ""
    remarks: Annotated[
        str, Key("Other details of the official source: names, times, notes, in Markdown")
    ] = ""
    kind: Annotated[ItemKind, Key("A task, or a test step with a result")] = ItemKind.TASK
    level: Annotated[Level, Key("How binding it is")] = Level.MUST
    deliverable: Annotated[str, Key("Id of the deliverable it contributes to", check="id")] = ""
    expects: Annotated[tuple[str, ...], Key("What evidence is expected, a short phrase each")] = ()
    controls: Annotated[tuple[str, ...], Key("Control ids, such as SC-8(1)")] = ()
    methods: Annotated[tuple[Method, ...], Key("How a test is done")] = ()
    needs: Annotated[tuple[str, ...], Key("References of items that must be done first")] = ()
    carries_from: Annotated[
        tuple[str, ...],
        Key("References of items of other processes whose record a conversion proposes for this"),
    ] = ()
    applies: Annotated[
        Mapping[str, tuple[str, ...]] | None,
        Key("Applies only to these values of the profile or process"),
    ] = None
    after: Annotated[
        str,
        Key(
            "Milestone after which this can happen; that milestone's gate does not require it",
            check="id",
        ),
    ] = ""
    due: Annotated[str, Key("Date, or ANCHOR [+|-] N(d|bd|w|mo|y)", check="due")] = ""
    max_age: Annotated[str, Key("Oldest evidence: 120d, or 120d at MILESTONE", check="age")] = ""
    every: Annotated[str, Key("Recurring: due again after this period", check="period")] = ""
    source: Annotated[SourceRef | None, Key("Where this comes from")] = None
    renamed_from: Annotated[tuple[str, ...], Key("Earlier ids of this item", one_or_many=True)] = ()
    meaning: Annotated[
        int, Key("Raised by hand when the meaning changes, which flags existing records")
    ] = 1
    own_basis: Annotated[
        str, Key("Fingerprint of the official rule: 12 hex digits", check="basis")
    ] = field(name="basis", default="")
    earlier_basis: Annotated[
        tuple[str, ...],
        Key("Fingerprints of earlier wordings with the same meaning; their records stay valid"),
    ] = ()
    when: Annotated[
        tuple[When, ...], Key("Differences for some values of the profile; the last match wins")
    ] = ()
    former: Annotated[tuple[Former, ...], Key("Its earlier version, written by an import")] = ()

    def applies_to(self, facts: Mapping[str, str]) -> bool:
        """Return whether the item applies; facts are the profile's options and the process."""
        return not self.applies or _are_met(self.applies, facts)

    @property
    def is_test_step(self) -> bool:
        """Return whether it is an official test step, whose result needs an observation."""
        return self.kind == "test" and bool(self.statement)

    @property
    def full_guidance(self) -> str:
        """Return the guidance, then what else the official source states, in Markdown."""
        return "\n\n".join(text for text in (self.guidance, self.remarks) if text)

    @property
    def official_name(self) -> str:
        """Return the name after the official id in `source.where`; empty where there is none."""
        if self.source is None or not self.code:
            return ""
        head, _, name = self.source.where.partition(", ")
        return name if head == self.code else ""

    @property
    def official(self) -> str:
        """Return the official statement where it states more than the title; else nothing."""
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
        """Return whether a basis that was recorded earlier is still valid for this item.

        A record may have a basis that was computed before the list had its own one, by the formula
        of 2026.11 and before, or of an earlier wording; these count where nothing else changed.
        """
        if basis in self.earlier_basis or basis == self.basis() or basis == self._older_basis():
            return True
        return bool(self.own_basis) and basis == self._computed_basis()

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
        return fingerprint(substance)

    def _older_basis(self) -> str | None:
        """Return the basis by the formula that came before, which could not see `meaning`."""
        if self.meaning != 1:
            return None
        return fingerprint([self.title, self.level, self.statement, self.expects, self.controls])


def fingerprint(substance: Sequence[Any]) -> str:
    """Return 12 hex digits for what an item means, its texts and numbers: a basis.

    msgspec writes the same JSON as Python's module, in a twentieth of the time: every record with a
    basis asks for it.
    """
    try:
        data = _ENCODER.encode(substance)
    except UnicodeEncodeError:  # half of a surrogate pair, which only Python's module writes
        import json

        text = json.dumps(substance, ensure_ascii=False, separators=(",", ":"))
        data = text.encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()[:12]


_ENCODER = msgspec.json.Encoder()


def _texts(value: Any) -> tuple[str, ...]:
    """Return the texts of a value of TOML: of a list or of one text; of anything else none."""
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(one for one in values if isinstance(one, str))


def _are_met(wanted: Mapping[str, Sequence[str]], facts: Mapping[str, str]) -> bool:
    return all(facts.get(name, "") in values for name, values in wanted.items())


class Section(Struct, frozen=True, gc=False, rename="kebab", omit_defaults=True):
    """A group of items under one heading."""

    id: Annotated[str, Key("Id of the section, unique in its checklist", check="id")]
    title: Annotated[str, Key("Heading")]
    summary: Annotated[str, Key("One sentence about the section")] = ""
    items: Annotated[tuple[Item, ...], Key("The items")] = field(name="item", default=())


class Checklist(Struct, frozen=True, dict=True, rename="kebab", omit_defaults=True):
    """What one role owes in one phase; serves one or more processes."""

    format: Annotated[int, Key("Version of the file format: 1")]
    id: Annotated[str, Key("Id of the checklist; the file is named after it", check="id")]
    process: Annotated[
        tuple[str, ...], Key("Process or processes that it serves", one_or_many=True)
    ]
    phase: Annotated[str, Key("Phase that it belongs to", check="id")]
    role: Annotated[str, Key("Role that owes the items", check="id")]
    title: Annotated[str, Key("Title")]
    audience: Annotated[
        Audience,
        Key("Internal: in no gate, report or package for another party, but shared inside"),
    ] = Audience.EVERYONE
    summary: Annotated[str, Key("What this role owes in this phase, in a sentence or two")] = ""
    guidance: Annotated[
        str,
        Key(
            "Process whose shipped titles, guidance and expected evidence are joined by official id"
            " when the list is loaded",
            check="id",
        ),
    ] = ""
    sources: Annotated[tuple[Source, ...], Key("Documents it is based on")] = field(
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

    def accepts(self, item: Item, basis: str) -> bool:
        """Return whether a basis that was recorded is valid for an item of the list.

        The answer is kept: to find it, what the item means is hashed, and every change of a record
        makes a new board.
        """
        if self.known_bases.get(item.id) == basis and self.items[item.id][1] is item:
            return True
        key = item.id, basis
        if key not in self._accepted:
            self._accepted[key] = item.accepts(basis)
        return self._accepted[key]

    @cached_property
    def bases(self) -> dict[str, str]:
        """Return the basis of each item by its id."""
        return {name: item.basis() for name, (_, item) in self.items.items()}

    @property
    def known_bases(self) -> Mapping[str, str]:
        """Return the bases of the items by their ids if they are known already; else nothing."""
        known: Mapping[str, str] = self.__dict__.get("bases", {})
        return known

    def know_bases(self, bases: Sequence[str]) -> None:
        """Take the bases of the items, in their order, that were worked out before."""
        self.__dict__["bases"] = dict(zip(self.items, bases, strict=True))

    @cached_property
    def _accepted(self) -> dict[tuple[str, str], bool]:
        return {}

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
        """Return the document and the place in it that an item is based on."""
        if item.source is None:
            return None, ""
        wanted = item.source.id
        return next((s for s in self.sources if s.id == wanted), None), item.source.where

    def describe_source(self, item: Item) -> str:
        """Return document, place and the words that bind, in a line; empty without a source."""
        source, where = self.source_of(item)
        if source is None:
            return ""
        says = item.source.says if item.source else ""
        named = ", ".join(filter(None, (source.title, where)))
        return f'{named}: "{says}"' if says else named

    def applying(self, facts: Mapping[str, str]) -> Iterator[tuple[Section, Item]]:
        """Yield the sections and items that apply to a profile, in order."""
        for section, item in self.items.values():
            if item.applies_to(facts):
                yield section, item


def facts(process: str, profile: Mapping[str, Any]) -> dict[str, str]:
    """Return what `applies` is judged by: the profile's options and the process."""
    return {**{name: str(value) for name, value in profile.items()}, "process": process}
