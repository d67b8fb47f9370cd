"""Processes: authorization paths with their phases, milestones, gates and deliverables."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Struct, field

from fedcheck.domain.checklist import Source, SourceRef
from fedcheck.domain.glossary import Standing
from fedcheck.domain.key import Key

ROLE_TITLES: Mapping[str, str] = {
    "csp": "Cloud service provider",
    "3pao": "Independent assessor",
    "agency": "Sponsoring agency",
    "pmo": "FedRAMP PMO",
    "jab": "Joint Authorization Board",
    "advisor": "Advisor",
}
"""The roles that FedRAMP knows, by id."""

PROCESSES: tuple[str, ...] = ("jab", "agency", "cr26")
"""The processes that a checklist may name (design, section 1)."""

PROFILE_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "process": PROCESSES,
    "impact": ("li-saas", "low", "moderate", "high"),
    "type": ("20x", "rev5"),
    "path": ("program", "agency"),
    "class": ("a", "b", "c", "d"),
}
"""What an item's `applies` may ask for, with the values that are known."""


class Phase(Struct, frozen=True, rename="kebab"):
    """One step of a process."""

    id: Annotated[str, Key("Id of the phase", check="id")]
    title: Annotated[str, Key("Title")]
    purpose: Annotated[str, Key("What the phase is for")]
    entry: Annotated[str, Key("What must hold before it starts")] = ""
    duration: Annotated[str, Key("How long it typically takes")] = ""
    note: Annotated[str, Key("More about it")] = ""
    source: Annotated[SourceRef | None, Key("Where this comes from")] = None


class Milestone(Struct, frozen=True, rename="kebab"):
    """A dated event; its gate closes the phases before it."""

    id: Annotated[str, Key("Id of the milestone", check="id")]
    title: Annotated[str, Key("Title")]
    question: Annotated[str, Key("The question that its gate answers")] = ""
    closes: Annotated[tuple[str, ...], Key("Phases that must be complete before it")] = ()
    default: Annotated[str, Key("Its date while the workspace has none", check="due")] = ""
    note: Annotated[str, Key("More about it")] = ""
    decided_by: Annotated[tuple[str, ...], Key("Roles that decide at its gate")] = ()
    decision: Annotated[str, Key("What they decide, in one sentence")] = ""
    decision_source: Annotated[SourceRef | None, Key("Where that comes from")] = None
    source: Annotated[SourceRef | None, Key("Where this comes from")] = None


class Deliverable(Struct, frozen=True, rename="kebab"):
    """A document with one owner; its state and link are those of the item that hands it over."""

    id: Annotated[str, Key("Id of the deliverable", check="id")]
    title: Annotated[str, Key("Title")]
    owner: Annotated[str, Key("Role that owns it", check="id")]
    reviewers: Annotated[tuple[str, ...], Key("Roles that review it")] = ()
    handed_over_by: Annotated[str, Key("Reference of the item that hands it over")] = ""
    template: Annotated[str, Key("FedRAMP's template for it")] = ""
    note: Annotated[str, Key("More about it")] = ""
    source: Annotated[SourceRef | None, Key("Where this comes from")] = None


class ProfileOption(Struct, frozen=True, rename="kebab"):
    """One choice of a workspace's profile."""

    values: Annotated[tuple[str, ...], Key("What may be chosen")]
    default: Annotated[str, Key("What is taken when nothing is said")] = ""


class Process(Struct, frozen=True, kw_only=True, rename="kebab"):
    """An authorization path."""

    format: Annotated[int, Key("Version of the file format: 1")]
    id: Annotated[str, Key("Id of the process; its folder is named after it", check="id")]
    title: Annotated[str, Key("Title")]
    summary: Annotated[str, Key("What it is, in a sentence or two")] = ""
    roles: Annotated[tuple[str, ...], Key("Roles that take part")]
    status: Annotated[Standing, Key("Whether a new service can still take it")] = Standing.CURRENT
    followed_by: Annotated[str, Key("For a historical one: since when, and what follows it")] = ""
    note: Annotated[str, Key("More about it")] = ""
    profile: Annotated[Mapping[str, ProfileOption] | None, Key("Options of the profile")] = None
    sources: Annotated[tuple[Source, ...], Key("Documents it rests on")] = field(
        name="source", default=()
    )
    phases: Annotated[tuple[Phase, ...], Key("The phases, in order")] = field(name="phase")
    milestones: Annotated[tuple[Milestone, ...], Key("The milestones, in order")] = field(
        name="milestone", default=()
    )
    deliverables: Annotated[tuple[Deliverable, ...], Key("The deliverables")] = field(
        name="deliverable", default=()
    )

    def phase(self, phase_id: str) -> Phase | None:
        """Return a phase by its id."""
        return next((phase for phase in self.phases if phase.id == phase_id), None)

    def milestone(self, milestone_id: str) -> Milestone | None:
        """Return a milestone by its id."""
        return next((stone for stone in self.milestones if stone.id == milestone_id), None)

    def order(self, phase_id: str) -> int:
        """Return the place of a phase; unknown ones come last."""
        ids = [phase.id for phase in self.phases]
        return ids.index(phase_id) if phase_id in ids else len(ids)
