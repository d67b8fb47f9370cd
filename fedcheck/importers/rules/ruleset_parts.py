"""A ruleset of a release: to whom its subsets apply, when it binds, and its workflows."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from msgspec import Struct


class Applicability(Struct, frozen=True):
    """To whom a subset applies, in lower case; an empty list restricts nothing."""

    types: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()


class Subset(Struct, frozen=True):
    """A group of rules in a ruleset."""

    id: str
    bucket: str = "all"
    name: str = ""
    description: str = ""
    applicability: Applicability | None = None


class Effective(Struct, frozen=True):
    """When a ruleset binds, for one certification type or (`all`) for every one.

    Attributes:
        requirement: required, optional, or `no` where the type has nothing to do with the rules.
        grace: the day on which the grace period ends, or after which the first assessment is to
            start where `until_assessment` is set.
        start, end: the dates of structures before the Consolidated Rules.
        listed: the ids that apply to a class, where the rules do not apply to it in full.
        grace_months: how long the grace period lasts, where it has no date.
    """

    bucket: str
    requirement: str = ""
    status: str = ""
    adopt: date | None = None
    obtain: date | None = None
    maintain: date | None = None
    grace: date | None = None
    until_assessment: bool = False
    start: date | None = None
    end: date | None = None
    comments: tuple[str, ...] = ()
    listed: Mapping[str, tuple[str, ...]] = {}
    grace_months: float | None = None


class FlowStep(Struct, frozen=True):
    """A step of a workflow, from one event or rule to the next."""

    origin: str
    target: str
    description: str = ""


class Flow(Struct, frozen=True):
    """A workflow through the rules of a ruleset; kinds states what each of its steps is."""

    activity: str
    description: str = ""
    steps: tuple[FlowStep, ...] = ()
    kinds: Mapping[str, str] = {}


class Ruleset(Struct, frozen=True, dict=True):
    """A ruleset: who it is for and when it binds."""

    id: str
    name: str = ""
    purpose: str = ""
    status: str = ""
    tag: str = ""
    subsets: tuple[Subset, ...] = ()
    effective: tuple[Effective, ...] = ()
    flows: tuple[Flow, ...] = ()

    def find_subset(self, bucket: str, subset: str) -> Subset | None:
        """Return a subset as its bucket defines it, else as the ruleset does."""
        known = self._subsets
        return known.get((bucket, subset)) or known.get(("all", subset))

    def list_effective(self, kind: str | None) -> list[Effective]:
        """Return the dates that concern a certification type; all where none is named."""
        return [one for one in self.effective if kind is None or one.bucket in ("all", kind)]

    @cached_property
    def _subsets(self) -> dict[tuple[str, str], Subset]:
        return {(one.bucket, one.id): one for one in reversed(self.subsets)}
