"""Processes: authorization paths with their phases, milestones, gates and deliverables."""

from collections.abc import Mapping, Sequence, Set
from datetime import date
from functools import cached_property
from typing import Annotated

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.domain.checklist import Source, SourceRef
from fedcheck.domain.glossary import Duty, Risk, Standing
from fedcheck.domain.key import Key

ACRONYM = 4
"""The most characters of a role's id that is an acronym, as csp and 3pao are."""


class Role(Struct, frozen=True, rename="kebab"):
    """Somebody who takes part in a process."""

    id: Annotated[str, Key("Id of the role", check="id")]
    title: Annotated[str, Key("Title")] = ""
    duty: Annotated[
        Duty, Key("Provider: answers requests and remediates; assessor: tests; sponsor: authorizes")
    ] = Duty.NONE
    optional: Annotated[
        bool, Key("May have checklists and people, but is not part of every workspace")
    ] = False


class Phase(Struct, frozen=True, rename="kebab"):
    """One step of a process."""

    id: Annotated[str, Key("Id of the phase", check="id")]
    title: Annotated[str, Key("Title")]
    purpose: Annotated[str, Key("What the phase is for")]
    entry: Annotated[str, Key("What must be true before it starts")] = ""
    duration: Annotated[str, Key("How long it typically takes")] = ""
    note: Annotated[str, Key("More about it")] = ""
    applies: Annotated[
        Mapping[str, tuple[str, ...]] | None, Key("Exists only for these values of the profile")
    ] = None
    lists: Annotated[
        tuple[str, ...], Key("Ids of shared checklists of another phase that this process has here")
    ] = ()
    source: Annotated[SourceRef | None, Key("Where this comes from")] = None


class Milestone(Struct, frozen=True, rename="kebab"):
    """A dated event; its gate closes the phases before it."""

    id: Annotated[str, Key("Id of the milestone", check="id")]
    title: Annotated[str, Key("Title")]
    question: Annotated[str, Key("The question that its gate answers")] = ""
    closes: Annotated[tuple[str, ...], Key("Phases that must be complete before it")] = ()
    roles: Annotated[
        tuple[str, ...], Key("Roles whose items its gate requires; all roles if not set")
    ] = ()
    default: Annotated[str, Key("Default date", check="due")] = ""
    also: Annotated[
        tuple[str, ...],
        Key("Milestones of other processes that it replaces in shared checklists"),
    ] = ()
    ask: Annotated[bool, Key("Whether the form for a new workspace includes its date")] = False
    applies: Annotated[
        Mapping[str, tuple[str, ...]] | None, Key("Concerns only these values of the profile")
    ] = None
    note: Annotated[str, Key("More about it")] = ""
    blocking_risks: Annotated[
        tuple[Risk, ...],
        Key("Additional risks: its gate is not met while a finding of one of these risks is open"),
    ] = ()
    decided_by: Annotated[tuple[str, ...], Key("Roles that decide at its gate")] = ()
    decision: Annotated[str, Key("What they decide, in one sentence")] = ""
    decision_source: Annotated[SourceRef | None, Key("Where that comes from")] = None
    source: Annotated[SourceRef | None, Key("Where this comes from")] = None

    def asks_for(self, phase: str, role: str) -> bool:
        """Return whether its gate asks for what a role owes in a phase."""
        return phase in self.closes and role in (self.roles or (role,))

    def applies_to(self, facts: Mapping[str, str]) -> bool:
        """Return whether it concerns a profile."""
        return applies_to(self.applies, facts)


class Deliverable(Struct, frozen=True, rename="kebab"):
    """A document with one owner; its state and link are those of the item that hands it over."""

    id: Annotated[str, Key("Id of the deliverable", check="id")]
    title: Annotated[str, Key("Title")]
    owner: Annotated[str, Key("Role that owns it", check="id")]
    reviewers: Annotated[tuple[str, ...], Key("Roles that review it")] = ()
    handed_over_by: Annotated[str, Key("Reference of the item that delivers it")] = ""
    template: Annotated[str, Key("FedRAMP's template for it")] = ""
    note: Annotated[str, Key("More about it")] = ""
    source: Annotated[SourceRef | None, Key("Where this comes from")] = None
    decided_by: Annotated[
        tuple[str, ...],
        Key("Roles that decide on it, if not those of the milestone that ends its phase"),
    ] = ()


class ProfileOption(Struct, frozen=True, rename="kebab"):
    """One choice of a workspace's profile."""

    values: Annotated[tuple[str, ...], Key("Values to choose from")]
    default: Annotated[str, Key("Default value")] = ""
    title: Annotated[str, Key("Title")] = ""
    titles: Annotated[Mapping[str, str] | None, Key("Titles of the values")] = None
    also: Annotated[
        tuple[str, ...],
        Key("More values that checklists may name, although this process does not offer them"),
    ] = ()


class Ruleset(Struct, frozen=True, rename="kebab"):
    """Rules that bind from a date on."""

    id: Annotated[str, Key("Id of the ruleset", check="id")]
    title: Annotated[str, Key("Title")]
    obtain: Annotated[
        date | None, Key("Date from which a new authorization must follow the rules")
    ] = None
    maintain: Annotated[
        date | None, Key("Date from which an existing authorization must follow them")
    ] = None
    grace: Annotated[date | None, Key("Date on which the grace period ends")] = None
    grace_after: Annotated[
        str,
        Key("The grace period ends with this milestone instead, held after `grace`", check="id"),
    ] = ""
    applies: Annotated[
        Mapping[str, tuple[str, ...]] | None, Key("Binds only these values of the profile")
    ] = None
    note: Annotated[str, Key("More about it")] = ""
    source: Annotated[SourceRef | None, Key("Where this comes from")] = None

    @property
    def code(self) -> str:
        """Return what the official codes of its items begin with: CCM of `ccm-20x`."""
        return self.id.partition("-")[0].upper()

    @property
    def name(self) -> str:
        """Return its code with what sets it apart from others of that code: `CCM (20x)`."""
        _, _, rest = self.id.partition("-")
        return f"{self.code} ({rest[0].upper()}{rest[1:]})" if rest else self.code

    @property
    def grace_day(self) -> date | None:
        """Return the day of its grace; that is never before the rules bind."""
        binds = self.maintain or self.obtain
        return max(self.grace, binds) if self.grace and binds else self.grace

    def applies_to(self, facts: Mapping[str, str]) -> bool:
        """Return whether it binds a profile."""
        return applies_to(self.applies, facts)


def applies_to(applies: Mapping[str, Sequence[str]] | None, facts: Mapping[str, str]) -> bool:
    """Return whether a restriction to values of the profile lets these facts through."""
    return all(facts.get(name, "") in values for name, values in (applies or {}).items())


class RequirementKind(Struct, frozen=True, rename="kebab"):
    """A kind of requirement that reports count: items whose official code has one shape."""

    id: Annotated[str, Key("Id of the kind", check="id")]
    title: Annotated[str, Key("Title, in the plural")]
    code: Annotated[str, Key("Shape of the official code, with ? for a character and * for any")]


class SrtmImport(Struct, frozen=True, rename="kebab"):
    """The checklist that an import of a test case workbook makes."""

    list_id: Annotated[
        str,
        Key(
            "Id of the list, before its impact level; default: the process's id with .srtm",
            check="id",
        ),
    ] = field(name="list", default="")
    process: Annotated[
        tuple[str, ...],
        Key("Processes that the list serves; default: this process", one_or_many=True),
    ] = ()


class Process(Struct, frozen=True, kw_only=True, dict=True, rename="kebab"):
    """An authorization path."""

    format: Annotated[int, Key("Version of the file format: 1")]
    id: Annotated[str, Key("Id of the process; its folder is named after it", check="id")]
    title: Annotated[str, Key("Title")]
    summary: Annotated[str, Key("What it is, in a sentence or two")] = ""
    default: Annotated[
        bool, Key("Whether it is suggested first where a new workspace has to choose")
    ] = False
    suggested_for: Annotated[str, Key("For whom it is the right choice, in a few words")] = ""
    roles: Annotated[tuple[str, ...], Key("Ids of the roles, if there is no [[role]]")] = ()
    role_tables: Annotated[tuple[Role, ...], Key("The roles, in order")] = field(
        name="role", default=()
    )
    status: Annotated[Standing, Key("Whether a new service can still choose it")] = Standing.CURRENT
    followed_by: Annotated[
        str, Key("For a historical process: since when, and what replaced it")
    ] = ""
    note: Annotated[str, Key("More about it")] = ""
    shares_lists_with: Annotated[
        tuple[str, ...],
        Key("Other processes its checklists may serve, installed or not"),
    ] = ()
    assessment: Annotated[
        str,
        Key(
            "Phase of the assessment: findings count from the gate that closes it;"
            " otherwise full-assessment, if there is such a phase",
            check="id",
        ),
    ] = ""
    blocking_risks: Annotated[
        tuple[Risk, ...], Key("Gates are not met while a finding of these risks is open")
    ] = ()
    srtm: Annotated[SrtmImport | None, Key("The list that an SRTM import makes")] = None
    profile: Annotated[Mapping[str, ProfileOption] | None, Key("Options of the profile")] = None
    combinations: Annotated[
        tuple[Mapping[str, tuple[str, ...]], ...],
        Key("Valid combinations of profile values; default: all"),
    ] = field(name="profile-combination", default=())
    rulesets: Annotated[tuple[Ruleset, ...], Key("Rules, and the dates from which they bind")] = (
        field(name="ruleset", default=())
    )
    requirement_kinds: Annotated[
        tuple[RequirementKind, ...],
        Key("What reports count as requirements; the most specific shape decides the kind"),
    ] = field(name="requirement-kind", default=())
    sources: Annotated[tuple[Source, ...], Key("Documents it is based on")] = field(
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
        return self._phases_by_id.get(phase_id)

    def milestone(self, milestone_id: str) -> Milestone | None:
        """Return a milestone by its id."""
        return self._milestones_by_id.get(milestone_id)

    def order(self, phase_id: str) -> int:
        """Return the place of a phase; unknown ones come last."""
        return self._places.get(phase_id, len(self.phases))

    def is_later(self, milestone_id: str, than: str) -> bool:
        """Return whether a milestone is this one or a later one; an unknown one is neither."""
        place = self._milestone_places.get(milestone_id)
        return place is not None and place >= self._milestone_places[than]

    @cached_property
    def _phases_by_id(self) -> dict[str, Phase]:
        return {phase.id: phase for phase in reversed(self.phases)}

    @cached_property
    def _milestones_by_id(self) -> dict[str, Milestone]:
        return {milestone.id: milestone for milestone in reversed(self.milestones)}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {phase.id: place for place, phase in reversed(list(enumerate(self.phases)))}

    @cached_property
    def _milestone_places(self) -> dict[str, int]:
        return {one.id: place for place, one in reversed(list(enumerate(self.milestones)))}

    def beginning_in(self, phase_id: str) -> "Process":
        """Return the process without the phases before one; itself where it has no such phase.

        Milestones stay, as other dates depend on them; what closes earlier phases alone has no
        gate.
        """
        earlier = {phase.id for phase in self.phases[: self.order(phase_id)]}
        return self if self.phase(phase_id) is None else self._without(earlier)

    def applying_to(self, facts: Mapping[str, str]) -> "Process":
        """Return the process with the phases and milestones that exist for a profile."""
        found = self._without({one.id for one in self.phases if not applies_to(one.applies, facts)})
        if all(one.applies_to(facts) for one in found.milestones):
            return found
        return replace(
            found, milestones=tuple(one for one in found.milestones if one.applies_to(facts))
        )

    def _without(self, phases: Set[str]) -> "Process":
        if not phases:
            return self
        return replace(
            self,
            phases=tuple(phase for phase in self.phases if phase.id not in phases),
            milestones=tuple(
                replace(one, closes=tuple(name for name in one.closes if name not in phases))
                for one in self.milestones
            ),
            assessment="" if self.assessment in phases else self.assessment,
        )

    @property
    def choice(self) -> str:
        """Return its title where one is chosen; a historical one is closed."""
        return self.title + (" (closed)" if self.status is Standing.HISTORICAL else "")

    @property
    def all_roles(self) -> tuple[str, ...]:
        """Return the ids of all roles, those that are optional last."""
        return (*self.roles, *(one.id for one in self.role_tables if one.id not in self.roles))

    def role_title(self, role_id: str) -> str:
        """Return the title of a role; its id where it has none."""
        return self._role(role_id).title or role_id

    @cached_property
    def provider(self) -> str:
        """Return the role that answers requests and remediates findings."""
        return self._with_duty(Duty.PROVIDER, "csp") or self.all_roles[0]

    @property
    def assessor(self) -> str:
        """Return the role that tests and records findings; empty where there is none."""
        return self._with_duty(Duty.ASSESSOR, "3pao")

    @property
    def main_roles(self) -> frozenset[str]:
        """Return the roles that do most of the work: those with a duty."""
        named = {one.id for one in self.role_tables if one.duty}
        return frozenset(named | {self.provider, self.assessor})

    @property
    def assessment_phase(self) -> str:
        """Return the phase of the assessment; empty where there is none."""
        usual = "full-assessment" if self.phase("full-assessment") else ""
        return self.assessment or usual

    def allows(self, profile: Mapping[str, str]) -> bool:
        """Return whether the values of a profile exist together."""
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
    """Return values of a profile that exist together as text: `type 20x, class a, b or c`."""
    return ", ".join(f"{name} {_alternatives(values)}" for name, values in combination.items())


def _alternatives(values: Sequence[str]) -> str:
    return " or ".join(part for part in (", ".join(values[:-1]), values[-1]) if part)
