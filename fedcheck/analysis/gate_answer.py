"""The answer of a gate: what is missing, and what is worth knowing (design, section 3)."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import Protocol

from msgspec import Struct

from fedcheck.domain.process import Milestone

NO_DAYS: Mapping[str, date] = MappingProxyType({})
"""What is known of days on which something took its status, where no history was read."""


class Counted(Protocol):
    """One thing that a gate lacks, as far as a count needs it."""

    @property
    def kind(self) -> str:
        """Its kind (`Outstanding`)."""

    @property
    def ref(self) -> str:
        """What it is about."""

    @property
    def phase(self) -> str:
        """The phase of the gate in which it counts."""

    def find_owner(self) -> tuple[str, str]:
        """Return `owner` and `role` of `Outstanding`."""

    def in_full(self) -> "Outstanding":
        """Return it with the reason, the owner and the date."""


class Outstanding(Struct, frozen=True):
    """One thing that a gate lacks.

    Attributes:
        kind: open, declined, reason, evidence, stale, missing, changed, needs, result, observation,
            finding, request, upstream, unsettled or file. What waits for another role alone is that
            role's, whoever has the item.
        ref: the item, request, finding or file that it is about.
        owner: who owes it: a person where one is named, or else the role.
        phase: the phase of the gate in which it counts; each lack counts in exactly one.
        since: since when it is owed; None where nothing states (docs/gates.md shows the rule).
    """

    kind: str
    ref: str
    why: str
    owner: str
    role: str = ""
    phase: str = ""
    since: date | None = None

    def find_owner(self) -> tuple[str, str]:
        """Return who owes it, and in which role."""
        return self.owner, self.role

    def in_full(self) -> "Outstanding":
        """Return itself."""
        return self


class Remark(Struct, frozen=True):
    """Something worth knowing before a milestone that keeps no gate shut.

    Attributes:
        kind: `unverified`: an evidence file was not hashed on this machine as it is now; `grace`:
            the grace period of a ruleset is over, and something that it demands is not done.
        ref: the item that it is about, or `rulesets:ID`.
        why: what is stated about it, as text that accuse nobody.
        owner: who owns the item: a person where one is named, or else the role.
        phase: the phase of the item; empty for a ruleset.
        title: title of the item or of the ruleset.
    """

    kind: str
    ref: str
    why: str
    owner: str
    role: str = ""
    phase: str = ""
    title: str = ""


class Part(Struct, frozen=True, dict=True):
    """What a gate lacks that counts in one phase; gates that ask for the same items share it."""

    phase: str
    counted: Sequence[Counted]

    @cached_property
    def things(self) -> frozenset[tuple[str, str]]:
        """Return the kind and the reference of each."""
        return frozenset((one.kind, one.ref) for one in self.counted)


class Gate(Struct, frozen=True, dict=True):
    """The answer of a gate; remarks do not count.

    Attributes:
        parts: what is missing, in its order; a phase may have several.
    """

    milestone: Milestone
    date: date | None
    parts: tuple[Part, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def ready(self) -> bool:
        """Return whether the gate is met."""
        return not self.counted

    @cached_property
    def counted(self) -> tuple[Counted, ...]:
        """Return what is missing, as far as a count needs it; `missing` has it in full."""
        return tuple(chain.from_iterable(part.counted for part in self.parts))

    @cached_property
    def missing(self) -> tuple[Outstanding, ...]:
        """Return what is missing, with reasons: most commands only count it."""
        return tuple(one.in_full() for one in self.counted)
