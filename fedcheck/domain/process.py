"""Processes: authorization paths with their phases, milestones, gates and deliverables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fedcheck.domain.checklist import Source, SourceRef
from fedcheck.domain.key import key

Standing = Literal["current", "historical"]

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


@dataclass(frozen=True, slots=True)
class Phase:
    """One step of a process."""

    id: str = key("Id of the phase", check="id")
    title: str = key("Title")
    purpose: str = key("What the phase is for")
    row: str = key("What must hold before it starts", default="")
    duration: str = key("How long it typically takes", default="")
    note: str = key("More about it", default="")
    source: SourceRef | None = key("Where this comes from", default=None)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A dated event; its gate closes the phases before it."""

    id: str = key("Id of the milestone", check="id")
    title: str = key("Title")
    question: str = key("The question that its gate answers", default="")
    closes: tuple[str, ...] = key("Phases that must be complete before it", default=())
    default: str = key("Its date while the workspace has none", default="", check="due")
    note: str = key("More about it", default="")
    decided_by: tuple[str, ...] = key("Roles that decide at its gate", default=())
    decision: str = key("What they decide, in one sentence", default="")
    decision_source: SourceRef | None = key("Where that comes from", default=None)
    source: SourceRef | None = key("Where this comes from", default=None)


@dataclass(frozen=True, slots=True)
class Deliverable:
    """A document with one owner; its state and link are those of the item that hands it over."""

    id: str = key("Id of the deliverable", check="id")
    title: str = key("Title")
    owner: str = key("Role that owns it", check="id")
    reviewers: tuple[str, ...] = key("Roles that review it", default=())
    handed_over_by: str = key("Reference of the item that hands it over", default="")
    template: str = key("FedRAMP's template for it", default="")
    note: str = key("More about it", default="")
    source: SourceRef | None = key("Where this comes from", default=None)


@dataclass(frozen=True, slots=True)
class ProfileOption:
    """One choice of a workspace's profile."""

    values: tuple[str, ...] = key("What may be chosen")
    default: str = key("What is taken when nothing is said", default="")


@dataclass(frozen=True, kw_only=True)
class Process:
    """An authorization path."""

    format: int = key("Version of the file format: 1")
    id: str = key("Id of the process; its folder is named after it", check="id")
    title: str = key("Title")
    summary: str = key("What it is, in a sentence or two", default="")
    roles: tuple[str, ...] = key("Roles that take part")
    status: Standing = key("Whether a new service can still take it", default="current")
    followed_by: str = key("For a historical one: since when, and what follows it", default="")
    note: str = key("More about it", default="")
    profile: Mapping[str, ProfileOption] = key("Options of the profile", default=None)
    sources: tuple[Source, ...] = key("Documents it rests on", default=(), name="source")
    phases: tuple[Phase, ...] = key("The phases, in order", name="phase")
    milestones: tuple[Milestone, ...] = key(
        "The milestones, in order", default=(), name="milestone"
    )
    deliverables: tuple[Deliverable, ...] = key("The deliverables", default=(), name="deliverable")

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
