"""When milestones take place: the workspace's own dates first, the process's defaults else."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property

from msgspec import Struct

from fedcheck.domain.checklist import Checklist
from fedcheck.domain.dates import parse_due, resolve_due
from fedcheck.domain.glossary import DEMANDED
from fedcheck.domain.late_mapping import KeptAnswers
from fedcheck.domain.process import Milestone
from fedcheck.domain.record import EMPTY_RECORD, Record
from fedcheck.domain.reference import did_you_mean, split_ref
from fedcheck.domain.workspace import Project


class Calendar(Struct, frozen=True, dict=True):
    """The dates that due expressions depend on.

    Attributes:
        own: dates that the workspace states.
        dates: all known dates, defaults worked out.
    """

    project: Project
    own: Mapping[str, date]
    dates: Mapping[str, date]

    def anchor(self, name: str) -> date | None:
        """Return the date of an anchor: a milestone, or the done date of an item."""
        if name in self.dates:
            return self.dates[name]
        if self.project.process.milestone(name):
            return None
        checklist, item = split_ref(name)
        if checklist:
            return self.project.record(name).done
        done = [r[item].done for r in self.project.records.values() if item in r]
        return done[0] if len(done) == 1 else None

    def due(self, expression: str) -> date | None:
        """Return the date of a due expression; nothing while its anchor is unknown."""
        return self.dues[expression]

    @cached_property
    def dues(self) -> KeptAnswers[str, date | None]:
        """Return the dates of due expressions: thousands of items share a few."""
        return KeptAnswers(self._resolve)

    def _resolve(self, expression: str) -> date | None:
        try:
            return resolve_due(parse_due(expression), self.anchor)
        except ValueError:
            return None

    def day_of(self, expression: str) -> date:
        """Return the date of a due expression. Raises ValueError, as text, where it has none."""
        due = parse_due(expression)
        day = resolve_due(due, self.anchor)
        if day is not None:
            return day
        known = [milestone.id for milestone in self.project.process.milestones]
        if due.anchor in known:
            raise ValueError(f"{due.anchor} has no date yet; add it under [milestones]")
        if self.project.item(due.anchor):
            raise ValueError(f"{due.anchor} is not done yet, so it has no date")
        hint = did_you_mean(due.anchor, known) or "milestones: " + ", ".join(known)
        raise ValueError(f'"{due.anchor}" is neither a date nor a milestone; {hint}')


def build_calendar(project: Project) -> Calendar:
    """Work out the dates of all milestones; a default that leads in a circle has none."""
    own = dict(project.config.milestones or {})
    dates = dict(own)
    pending = {m.id: m.default for m in project.process.milestones if m.default and m.id not in own}
    found = Calendar(project, own, dates)
    for _ in range(len(pending)):
        known = {name: day for name, text in pending.items() if (day := found.due(text))}
        if not known:
            break
        dates = {**dates, **known}
        found = Calendar(project, own, dates)  # a new one: each keeps what it worked out
        pending = {name: text for name, text in pending.items() if name not in known}
    return found


def find_phase_ends(project: Project, dates: Mapping[str, date]) -> dict[str, date]:
    """Return the day on which each phase is closed for good: that of its last gate.

    Phases without a gate, such as continuous monitoring, and phases whose last gate has no date
    yet never end.
    """
    last = {
        phase: milestone.id
        for milestone in project.process.milestones
        for phase in milestone.closes
    }
    return {phase: dates[milestone] for phase, milestone in last.items() if milestone in dates}


def find_next_dated(project: Project, dates: Mapping[str, date], today: date) -> str:
    """Return the id of the next milestone with a gate whose date lies ahead.

    Without any date ahead: the first gate after the last one that has passed.
    """
    gates = [m.id for m in list_gates(project)]
    ahead = [m for m in gates if m in dates and dates[m] >= today]
    if ahead:
        return min(ahead, key=lambda m: (dates[m], gates.index(m)))
    rest = gates[_count_passed(gates, dates, today) :]
    return rest[0] if rest else (gates[-1] if gates else "")


def find_next_milestone(project: Project, dates: Mapping[str, date], today: date) -> str:
    """Return the id of the milestone that comes next: the next conversation.

    That is the next one that has a date, unless the process has a gate before it that has none: a
    workspace that only knows its kick-off still has the Ready conversation before it. Such a gate
    is taken for held once a later one has passed, nothing is open in what it closes, or the work is
    further on: more is done in the phases after it than in those that it closes.
    """
    dated = find_next_dated(project, dates, today)
    milestones = list_gates(project)
    gates = [m.id for m in milestones]
    if dated not in dates:
        return dated
    between = milestones[_count_passed(gates, dates, today) : gates.index(dated)]
    undated = [m for m in between if m.id not in dates]
    if not undated:
        return dated
    done = _count_done(project)
    return next(
        (m.id for m in undated if _has_open_items(project, m) and not _is_behind(project, m, done)),
        dated,
    )


def _count_done(project: Project) -> dict[str, int]:
    """Count the items done by phase."""
    found: Counter[str] = Counter()
    for checklist, records in _list_counted(project):
        known, facts = checklist.items, project.facts
        names = [name for name, record in records.items() if record.status == "done"]
        items = [known[name][1] for name in names if name in known]
        found[checklist.phase] += sum(not one.applies or one.applies_to(facts) for one in items)
    return dict(found)


def _list_counted(project: Project) -> Iterator[tuple[Checklist, Mapping[str, Record]]]:
    """Yield the lists that gates know of, each with its records."""
    for checklist in project.checklists.values():
        if checklist.id not in project.withheld_lists:
            yield checklist, project.records.get(checklist.id, {})


def _is_behind(project: Project, milestone: Milestone, done: Mapping[str, int]) -> bool:
    """Return whether more is done in the phases after a gate than in those that it closes."""
    order = project.process.order
    last = max(order(phase) for phase in milestone.closes)
    own = sum(count for phase, count in done.items() if phase in milestone.closes)
    return own < sum(count for phase, count in done.items() if order(phase) > last)


def list_gates(project: Project) -> list[Milestone]:
    """Return the milestones with a gate that ask one's own role for something; else all of them.

    An agency waits for no Marketplace listing before it authorizes its use.
    """
    every = [m for m in project.process.milestones if m.closes]
    own = [m for m in every if not m.roles or project.config.role in m.roles]
    return own or every


def _count_passed(gates: list[str], dates: Mapping[str, date], today: date) -> int:
    """Return how many gates are behind: all up to the last one whose day has passed."""
    return max((i + 1 for i, m in enumerate(gates) if m in dates and dates[m] < today), default=0)


def _has_open_items(project: Project, milestone: Milestone) -> bool:
    """Return whether a demanded item of the phases that a milestone closes is open."""
    return any(
        item.level in DEMANDED
        and not item.after
        and not records.get(name, EMPTY_RECORD).closed
        and item.applies_to(project.facts)
        for checklist, records in _list_counted(project)
        if checklist.phase in milestone.closes
        for name, (_, item) in checklist.items.items()
    )
