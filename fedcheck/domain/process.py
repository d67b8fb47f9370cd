"""Processes: authorization paths with their phases, milestones, gates and deliverables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from fedcheck.domain.checklist import Source, SourceRef
from fedcheck.domain.finding import Risk
from fedcheck.domain.key import key

Standing = Literal["current", "historical"]

Duty = Literal["", "provider", "assessor"]

ACRONYM = 4
"""The most characters of a role's id that is an acronym, as csp and 3pao are."""


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody who takes part in a process."""

    id: str = key("Id of the role", check="id")
    title: str = key("Title", default="")
    duty: Duty = key(
        "Provider: answers requests and remediates; assessor: tests and records findings",
        default="",
    )
    optional: bool = key(
        "May have lists and people of its own, but is not part of every workspace", default=False
    )


@dataclass(frozen=True, slots=True)
class Phase:
    """One step of a process."""

    id: str = key("Id of the phase", check="id")
    title: str = key("Title")
    purpose: str = key("What the phase is for")
    entry: str = key("What must hold before it starts", default="")
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
    default: str = key("Value of a workspace that names none", default="")
    title: str = key("Title", default="")
    titles: Mapping[str, str] = key("Titles of the values", default=None)
    also: tuple[str, ...] = key(
        "More values that lists may name, though this process does not offer them", default=()
    )


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Rules that bind from a date on."""

    id: str = key("Id of the ruleset", check="id")
    title: str = key("Title")
    obtain: date | None = key("Day from which a new authorization follows it", default=None)
    maintain: date | None = key("Day from which an existing authorization follows it", default=None)
    grace: date | None = key("Day on which the grace period ends", default=None)
    grace_after: str = key(
        "Milestone that ends the grace period instead: the first one after the day in `grace`",
        default="",
        check="id",
    )
    applies: Mapping[str, tuple[str, ...]] = key(
        "Binds only these values of the profile", default=None
    )
    note: str = key("More about it", default="")
    source: SourceRef | None = key("Where this comes from", default=None)


@dataclass(frozen=True, slots=True)
class SrtmImport:
    """The checklist that an import of a test case workbook makes."""

    list: str = key(
        "Id of the list, before its impact level; the process's id with .srtm otherwise",
        default="",
        check="id",
    )
    process: tuple[str, ...] = key(
        "Processes that the list serves; this process otherwise", default=(), one_or_many=True
    )


@dataclass(frozen=True, kw_only=True)
class Process:
    """An authorization path."""

    format: int = key("Version of the file format: 1")
    id: str = key("Id of the process; its folder is named after it", check="id")
    title: str = key("Title")
    summary: str = key("What it is, in a sentence or two", default="")
    default: bool = key("Whether `fedcheck init` takes it where none is named", default=False)
    roles: tuple[str, ...] = key(
        "Ids of the roles that take part, where [[role]] is not used", default=()
    )
    role_tables: tuple[Role, ...] = key(
        "The roles that take part, in order", default=(), name="role"
    )
    status: Standing = key("Whether a new service can still take it", default="current")
    followed_by: str = key("For a historical one: since when, and what follows it", default="")
    note: str = key("More about it", default="")
    shares_lists_with: tuple[str, ...] = key(
        "Processes that its lists may serve too, even where those are not installed", default=()
    )
    assessment: str = key(
        "Phase of the assessment: findings count at the gate that closes it and at later gates;"
        " full-assessment, where there is such a phase",
        default="",
        check="id",
    )
    blocking_risks: tuple[Risk, ...] = key(
        "Risks of which no finding may be open at a gate, planned or not", default=()
    )
    srtm: SrtmImport = key("The list that an SRTM import makes", default=SrtmImport())
    profile: Mapping[str, ProfileOption] = key("Options of the profile", default=None)
    combinations: tuple[Mapping[str, tuple[str, ...]], ...] = key(
        "Values of the profile that exist together; without one, all do",
        default=(),
        name="profile-combination",
    )
    rulesets: tuple[Ruleset, ...] = key(
        "Rules and the days from which they bind", default=(), name="ruleset"
    )
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

    @property
    def all_roles(self) -> tuple[str, ...]:
        """Return the ids of all roles, those that are optional last."""
        return (*self.roles, *(one.id for one in self.role_tables if one.id not in self.roles))

    def role_title(self, role_id: str) -> str:
        """Return the title of a role; its id where it has none."""
        return self._role(role_id).title or role_id

    @property
    def provider(self) -> str:
        """Return the role that answers requests and remediates findings."""
        return self._with_duty("provider", "csp") or self.all_roles[0]

    @property
    def assessor(self) -> str:
        """Return the role that tests and records findings; empty where there is none."""
        return self._with_duty("assessor", "3pao")

    @property
    def assessment_phase(self) -> str:
        """Return the phase of the assessment; empty where there is none."""
        usual = "full-assessment" if self.phase("full-assessment") else ""
        return self.assessment or usual

    def allows(self, profile: Mapping[str, str]) -> bool:
        """Tell whether the values of a profile exist together."""
        return not self.combinations or any(
            all(profile.get(name, "") in values for name, values in combination.items())
            for combination in self.combinations
        )

    def _role(self, role_id: str) -> Role:
        return next((one for one in self.role_tables if one.id == role_id), Role(role_id))

    def _with_duty(self, duty: Duty, usual: str) -> str:
        named = (one.id for one in self.role_tables if one.duty == duty)
        return next(named, usual if usual in self.all_roles else "")


def role_label(role_id: str) -> str:
    """Return a role as it is spoken of: CSP, 3PAO, PMO, JAB, Agency."""
    return role_id.upper() if len(role_id) <= ACRONYM else role_id.replace("-", " ").capitalize()


def combination_text(combination: Mapping[str, Sequence[str]]) -> str:
    """Return values of a profile that exist together in words: `type 20x, class a or b`."""
    return ", ".join(f"{name} {' or '.join(values)}" for name, values in combination.items())
