"""Deltas: what is different between two states of a project, one thing at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Literal

from msgspec import Struct

from fedcheck.analysis.gates import Outstanding
from fedcheck.domain.field import Kind
from fedcheck.domain.field_values import history_form, printed
from fedcheck.domain.fields import FIELDS

Trend = Literal["worse", "better", "other"]
About = Literal["item", "evidence", "request", "finding", "milestone", "file"]

GROUPS: Mapping[str, str] = {
    "slipped": "Slipped",
    "blocked": "Newly blocked",
    "reopened": "Reopened",
    "tests": "Test results",
    "evidence-lost": "Evidence lost",
    "requests": "Requests",
    "findings": "Findings",
    "upstream": "Changed upstream",
    "unreadable": "Cannot be read",
    "scope": "Items added or removed",
    "milestones": "Milestones",
    "done": "Done",
    "moving": "In progress",
    "evidence": "Evidence added",
    "dates": "Due dates set",
    "fields": "Other changes",
}
"""The groups of deltas, in the order in which they are shown: what got worse first."""

WORDS: Mapping[str, tuple[str, str]] = {
    "milestone-later": ("slipped", "moved later"),
    "milestone-undated": ("slipped", "no longer has a date"),
    "milestone-passed": ("slipped", "past due, and its gate is not met"),
    "due-later": ("slipped", "due later"),
    "due-none": ("slipped", "no longer has a due date"),
    "overdue": ("slipped", "overdue"),
    "blocked": ("blocked", "blocked"),
    "reopened": ("reopened", "open again"),
    "set-back": ("reopened", "no longer in progress"),
    "not-satisfied": ("tests", "other than satisfied"),
    "result-lost": ("tests", "no longer has a result"),
    "result": ("tests", "another result"),
    "satisfied": ("tests", "satisfied"),
    "retest-failed": ("tests", "retest failed"),
    "retest-passed": ("tests", "retest passed"),
    "review-returned": ("tests", "returned by the second assessor"),
    "review-agreed": ("tests", "agreed by the second assessor"),
    "evidence-removed": ("evidence-lost", "removed"),
    "evidence-stale": ("evidence-lost", "went stale"),
    "evidence-missing": ("evidence-lost", "the file is missing"),
    "evidence-changed": ("evidence-lost", "the file changed"),
    "evidence-weaker": ("evidence-lost", "counts less than before"),
    "request-new": ("requests", "asked"),
    "request-returned": ("requests", "returned"),
    "request-reopened": ("requests", "no longer accepted"),
    "request-overdue": ("requests", "overdue"),
    "request-later": ("requests", "due later"),
    "request-undated": ("requests", "no longer has a due date"),
    "request-gone": ("requests", "removed"),
    "request-answered": ("requests", "answered"),
    "request-accepted": ("requests", "accepted"),
    "finding-new": ("findings", "raised"),
    "finding-reopened": ("findings", "open again"),
    "finding-risk-up": ("findings", "risk raised"),
    "finding-overdue": ("findings", "overdue"),
    "finding-later": ("findings", "due later"),
    "finding-undated": ("findings", "no longer has a due date"),
    "finding-unplanned": ("findings", "no longer has a plan"),
    "finding-retest-failed": ("findings", "retest failed"),
    "finding-deviation-rejected": ("findings", "deviation rejected"),
    "finding-deviation": ("findings", "deviation"),
    "finding-gone": ("findings", "removed"),
    "finding-risk-down": ("findings", "risk lowered"),
    "finding-planned": ("findings", "planned"),
    "finding-retest-passed": ("findings", "retest passed"),
    "finding-closed": ("findings", "closed"),
    "upstream": ("upstream", "changed upstream, needs review"),
    "reworded": ("upstream", "changed upstream"),
    "reviewed": ("upstream", "reviewed"),
    "unreadable": ("unreadable", "unreadable, so its changes are unknown"),
    "readable": ("unreadable", "readable again"),
    "item-new": ("scope", "newly applies"),
    "item-gone": ("scope", "no longer applies"),
    "milestone-earlier": ("milestones", "moved earlier"),
    "milestone-dated": ("milestones", "has a date"),
    "milestone-held": ("milestones", "past due"),
    "done": ("done", "done"),
    "not-applicable": ("done", "not applicable"),
    "started": ("moving", "started"),
    "unblocked": ("moving", "no longer blocked"),
    "evidence-new": ("evidence", "added"),
    "evidence-sound": ("evidence", "counts again"),
    "evidence-updated": ("evidence", "renewed or replaced"),
    "due-earlier": ("dates", "due earlier"),
    "due-set": ("dates", "has a due date"),
    "field": ("fields", ""),
}
"""Each kind of delta: its group, and the words for it."""


class Difference(Struct, frozen=True):
    """One thing that is different.

    Attributes:
        kind: what happened; a key of WORDS. Kinds are never renamed.
        trend: whether that is worse, better, or neither.
        ref: the item; `requests:ID`, `findings:ID`; id of the milestone; path of the file.
        was: what it was, for a person; empty where that states nothing.
        now: what it is, for a person.
        why: the reason that was given, where there is one.
        evidence_item: id of the piece of evidence.
        because: id of the milestone that moved, where that moved a due date.
        private: whether it is under `private/`.
        field: name of the field, for the kind `field`.
    """

    kind: str
    trend: Trend
    about: About
    ref: str
    title: str
    was: str = ""
    now: str = ""
    why: str = ""
    role: str = ""
    owner: str = ""
    evidence_item: str = ""
    because: str = ""
    private: bool = False
    field: str = ""

    @property
    def worse(self) -> bool:
        """Return whether it got worse."""
        return self.trend == "worse"

    @property
    def group(self) -> str:
        """Return the group that it is shown in."""
        return WORDS[self.kind][0]

    @property
    def words(self) -> str:
        """Return what happened: `overdue: 2027-01-08`, `owner: dana -> erik`."""
        if self.field:
            if not self.now:
                return f"{self.field}: cleared (was {self.was})"
            return f"{self.field}: {f'{self.was} -> ' if self.was else ''}{self.now}"
        said = WORDS[self.kind][1]
        if self.was and self.now:
            said = f"{said}: {self.was} -> {self.now}"
        elif self.now:
            said = f"{said}: {self.now}"
        elif self.was:
            said = f"{said} (was {self.was})"
        return f"{said}; {self.why}" if self.why else said


class GateDifference(Struct, frozen=True):
    """How the gate of a milestone changed.

    Attributes:
        before: how much it lacked.
        after: how much it lacks.
        newly_outstanding: what it lacks that it did not lack.
    """

    milestone: str
    title: str
    before: int
    after: int
    newly_outstanding: tuple[Outstanding, ...]

    @property
    def trend(self) -> Trend:
        """Return whether it lacks more than it did, or other things but no fewer."""
        if self.after < self.before:
            return "better"
        return "worse" if self.newly_outstanding else "other"

    @property
    def gone(self) -> int:
        """Return how many things it no longer lacks."""
        return self.before + len(self.newly_outstanding) - self.after

    @property
    def words(self) -> str:
        """Format it: `31 outstanding -> 28 outstanding; 5 new, 8 resolved`."""
        before = f"{self.before} outstanding" if self.before else "met"
        after = f"{self.after} outstanding" if self.after else "met"
        moved = [f"{len(self.newly_outstanding)} new"] if self.newly_outstanding else []
        moved += [f"{self.gone} resolved"] if self.gone else []
        return f"{before} -> {after}" + (f"; {', '.join(moved)}" if moved else "")


class Comparison(Struct, frozen=True):
    """What is different between two states.

    Attributes:
        since: the day of the earlier state.
        until: the day of the later one.
        differences: in the order of GROUPS; within a group what got worse first.
        gates: the gates that changed, in the order of their milestones.
    """

    since: date
    until: date
    differences: tuple[Difference, ...]
    gates: tuple[GateDifference, ...]

    @property
    def worse(self) -> tuple[Difference, ...]:
        """Return what got worse."""
        return tuple(delta for delta in self.differences if delta.worse)

    def count(self, trend: Trend) -> int:
        """Return how many things have a trend, gates included."""
        gates = sum(gate.trend == trend for gate in self.gates)
        return gates + sum(delta.trend == trend for delta in self.differences)

    @property
    def summary(self) -> str:
        """State how much changed in one sentence."""
        if not self.differences and not self.gates:
            return "Nothing changed."
        worse, better, other = self.count("worse"), self.count("better"), self.count("other")
        got = f"{worse} got worse" if worse else "Nothing got worse"
        return f"{got}, {better} got better, {other} changed in other ways."

    def list_newly_outstanding(self) -> list[tuple[Outstanding, tuple[str, ...]]]:
        """Return what gates lack newly, each once, with the ids of the milestones that lack it."""
        found: dict[tuple[str, str], tuple[Outstanding, list[str]]] = {}
        for gate in self.gates:
            for one in gate.newly_outstanding:
                found.setdefault((one.kind, one.ref), (one, []))[1].append(gate.milestone)
        return [(one, tuple(milestones)) for one, milestones in found.values()]

    def grouped(self) -> list[tuple[str, tuple[Difference, ...]]]:
        """Return the deltas by group, each with its title; empty groups are left out."""
        groups: dict[str, list[Difference]] = {}
        for delta in self.differences:
            groups.setdefault(delta.group, []).append(delta)
        return [(title, tuple(groups[g])) for g, title in GROUPS.items() if g in groups]


def later(old: date | None, new: date | None) -> Literal["", "later", "none", "earlier", "set"]:
    """Describe how a day moved; empty where it did not."""
    if old == new:
        return ""
    if new is None:
        return "none"
    if old is None:
        return "set"
    return "later" if new > old else "earlier"


def as_iso(value: date | None) -> str:
    """Return a day for a person; nothing where there is none."""
    return value.isoformat() if value else ""


COVERS: Mapping[str, tuple[str, ...]] = {
    "satisfied": ("tester", "tested"),
    "not-satisfied": ("tester", "tested"),
    "result": ("tester", "tested"),
    "result-lost": ("tester", "tested"),
    "retest-failed": ("retest",),
    "retest-passed": ("retest",),
    "review-returned": ("review", "reviewer"),
    "review-agreed": ("review", "reviewer"),
    "due-later": ("due",),
    "due-none": ("due",),
    "due-earlier": ("due",),
    "due-set": ("due",),
    "blocked": ("status", "reason"),
    "not-applicable": ("status", "reason"),
    "request-later": ("due",),
    "request-undated": ("due",),
    "request-returned": ("state", "comment"),
    "request-reopened": ("state",),
    "request-answered": ("state",),
    "request-accepted": ("state",),
    "finding-later": ("due",),
    "finding-undated": ("due",),
    "finding-closed": ("state",),
    "finding-reopened": ("state",),
    "finding-retest-failed": ("retest",),
    "finding-retest-passed": ("retest",),
    "finding-deviation": ("deviation", "deviation_state"),
    "finding-deviation-rejected": ("deviation", "deviation_state"),
}
"""The fields that the words of a kind of difference state, or that come with it by a rule."""

VALUE = 200
"""The most characters of a value in a difference."""


def field_deltas(
    old: Any, new: Any, told: Iterable[Difference], make: Callable[..., Difference], *known: str
) -> Iterator[Difference]:
    """Yield every field that differs and that no other difference states.

    Args:
        old: a record, request or finding as it was.
        new: the same as it is.
        told: what is reported about it already.
        make: makes a difference of it.
        known: the fields that are shown wherever they differ.
    """
    covered = {name for one in told for name in COVERS.get(one.kind, ())}
    for row in FIELDS[type(new)]:
        was, now = getattr(old, row.name), getattr(new, row.name)
        if was == now or row.kind is Kind.EVIDENCE or row.name in covered or row.name in known:
            continue
        if row.follows and (row.follows in covered or _differs(old, new, row.follows)):
            continue
        texts = [printed(row, history_form(value), VALUE) for value in (was, now)]
        yield make("field", "other", was=texts[0], now=texts[1], field=row.word)


def _differs(old: Any, new: Any, name: str) -> bool:
    return bool(getattr(old, name) != getattr(new, name))
