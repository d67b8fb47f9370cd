"""A release of FedRAMP's rules, whatever structure its file has.

Classes are written `a` to `d`. The impact levels of older structures (low, moderate, high) are
classes b, c and d, as FedRAMP maps them. A bucket is the certification type that a rule is listed
under: `all`, `20x` or `rev5`.
"""

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from msgspec import Struct

from fedcheck.importers.rules.ruleset_parts import Ruleset

SOURCE = "rules"
"""The id of the source that every item of a list made from the rules names."""
RULES_PAGE = "https://github.com/FedRAMP/rules"

CLASSES = ("a", "b", "c", "d")

LEVEL_CLASSES: Mapping[str, str] = {"low": "b", "moderate": "c", "high": "d"}
"""The class of each impact level of the structures before the Consolidated Rules."""


class LogEntry(Struct, frozen=True):
    """One entry of FedRAMP's own change log of an item."""

    date: str
    comment: str


class Timeframe(Struct, frozen=True):
    """A length of time: at most `most`, or from `least` to `most`, of a unit.

    Attributes:
        unit: hours, days, bizdays, weeks, months or years, as the file spells it.
    """

    unit: str
    most: float
    least: float | None = None


class PainCell(Struct, frozen=True):
    """The time allowed for one kind of vulnerability or report at one rating."""

    kind: str
    timeframe: Timeframe
    description: str = ""


class PainRow(Struct, frozen=True):
    """The times allowed at one rating of the Potential Agency Impact, N1 to N5."""

    rating: str
    cells: tuple[PainCell, ...] = ()


class Artifact(Struct, frozen=True):
    """An artifact that FedRAMP expects; bucket states for which certification type."""

    bucket: str
    text: str


class Notification(Struct, frozen=True):
    """Who has to be notified, how and where."""

    party: str
    method: str = ""
    target: str = ""
    name: str = ""
    url: str = ""
    optional: bool = False


class Link(Struct, frozen=True):
    """A document with its address: a schema, a reference."""

    name: str
    url: str = ""


class Example(Struct, frozen=True):
    """An example that FedRAMP gives, with its tests."""

    id: str
    key_tests: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


class Wording(Struct, frozen=True):
    """What a rule or indicator states: to everyone, or to one class.

    Attributes:
        force: MUST, MUST NOT, SHOULD, SHOULD NOT or MAY; empty where the file has none.
        points: what follows the statement as a list.
        controls: the control ids that it lists, by family.
    """

    statement: str = ""
    force: str = ""
    points: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    timeframe: Timeframe | None = None
    pain: tuple[PainRow, ...] = ()
    controls: Mapping[str, tuple[str, ...]] = {}
    effective: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """What rules and indicators have in common.

    Attributes:
        common: what is stated to everyone; no statement or force where these vary by class.
        by_class: the wording of each class, where it varies; a class that is missing here is one
            that the item does not apply to.
        classes: the classes that the item is restricted to in itself; None for no restriction.
        related: ids of other items.
        former: earlier ids (`fka`, `fkas`).
    """

    id: str
    name: str = ""
    common: Wording = Wording()
    by_class: Mapping[str, Wording] = {}
    classes: tuple[str, ...] | None = None
    related: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    references: tuple[Link, ...] = ()
    log: tuple[LogEntry, ...] = ()
    former: tuple[str, ...] = ()
    retired: bool = False

    @property
    def title(self) -> str:
        """Return the official name; the id where there is none."""
        return self.name or self.id

    def wording(self, certification_class: str | None) -> Wording | None:
        """Return what the item states to a class; None where it states nothing to it.

        What varies by class stands over what is common; notes and artifacts add up. Without a
        class the common part is returned where the item varies by class.
        """
        if not self.by_class or certification_class is None:
            return self.common
        own = self.by_class.get(certification_class)
        if own is None:
            return None
        common = self.common
        return Wording(
            own.statement or common.statement,
            own.force or common.force,
            own.points or common.points,
            common.notes + own.notes,
            common.artifacts + own.artifacts,
            own.timeframe or common.timeframe,
            own.pain or common.pain,
            own.controls or common.controls,
            own.effective or common.effective,
        )

    def wordings(self) -> dict[str, Wording]:
        """Return the wording of each class; under an empty text where it is the same for all."""
        if not self.by_class:
            return {"": self.common}
        found = {one: self.wording(one) for one in self.by_class}
        return {one: wording for one, wording in found.items() if wording is not None}


class Rule(Entry, frozen=True, kw_only=True):
    """A requirement or recommendation.

    Attributes:
        actors: whom it binds, as the file spells it: Providers, Assessors, ...
        subset: the group of the ruleset that it is in: CSO, OCR, ...
    """

    ruleset: str
    bucket: str = "all"
    subset: str = ""
    actors: tuple[str, ...] = ()
    schema: Link | None = None
    notifications: tuple[Notification, ...] = ()
    dangers: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    corrective_actions: tuple[str, ...] = ()


class Indicator(Entry, frozen=True, kw_only=True):
    """A Key Security Indicator of FedRAMP 20x.

    Attributes:
        theme: short name of its theme: IAM.
        controls: the NIST SP 800-53 controls that it relates to, as the file spells them.
    """

    theme: str
    controls: tuple[str, ...] = ()


class Theme(Struct, frozen=True):
    """A group of indicators."""

    id: str
    name: str = ""
    purpose: str = ""
    status: str = ""


class Term(Struct, frozen=True):
    """A definition.

    Attributes:
        alternatives: other spellings, as they occur in statements.
        linked: whether occurrences of the term are to be marked.
    """

    id: str
    term: str
    definition: str = ""
    alternatives: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    tag: str = ""
    references: tuple[Link, ...] = ()
    log: tuple[LogEntry, ...] = ()
    former: tuple[str, ...] = ()
    linked: bool = True


class Parameter(Struct, frozen=True):
    """The value that FedRAMP sets for a parameter of a control."""

    id: str
    value: str


class ControlWording(Struct, frozen=True):
    """FedRAMP's guidance and parameters for a control."""

    guidance: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()


class ControlGuidance(Struct, frozen=True):
    """What FedRAMP adds to a Rev5 control, to everyone and by class."""

    id: str
    family: str
    common: ControlWording = ControlWording()
    by_class: Mapping[str, ControlWording] = {}
    log: tuple[LogEntry, ...] = ()


class UnknownKey(Struct, frozen=True):
    """A key that fedcheck does not know: its first path, with dots, and how often it occurs."""

    path: str
    count: int = 1


class ReadingNote(Struct, frozen=True):
    """Something in a file that could not be used, with its path."""

    path: str
    what: str


class Release(Struct, frozen=True, dict=True):
    """A release of the rules: what its file or files hold, and what could not be read in them.

    Attributes:
        sha256: hash of the file; of several files, of their hashes in order.
        structure: which of the seven structures of public history the file has: 1 to 3 have lists
            of requirements (2025), 4 is keyed by id (early 2026), 5 to 7 are the Consolidated
            Rules and their previews.
        files: names of the files that were read.
        skipped: names of files of a folder that are no rules, with the reason.
        default_artifacts: artifacts that every item of a kind (FRR, KSI) needs.
    """

    version: str
    date: date | None
    sha256: str
    structure: int
    files: tuple[str, ...]
    title: str = ""
    description: str = ""
    skipped: tuple[str, ...] = ()
    default_artifacts: Mapping[str, tuple[str, ...]] = {}
    rulesets: tuple[Ruleset, ...] = ()
    rules: tuple[Rule, ...] = ()
    themes: tuple[Theme, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    terms: tuple[Term, ...] = ()
    controls: tuple[ControlGuidance, ...] = ()
    unknown: tuple[UnknownKey, ...] = ()
    notes: tuple[ReadingNote, ...] = ()

    @cached_property
    def entries(self) -> dict[str, Rule | Indicator]:
        """Return the live rules and indicators by id, in the order of the file."""
        found: dict[str, Rule | Indicator] = {one.id: one for one in self.rules if not one.retired}
        return found | {one.id: one for one in self.indicators if not one.retired}

    @cached_property
    def rulesets_by_id(self) -> dict[str, Ruleset]:
        """Return the rulesets by id."""
        return {one.id: one for one in self.rulesets}

    @property
    def name(self) -> str:
        """Return what the release is called: its version, or its hash where it has none."""
        return self.version or self.sha256[:12]
