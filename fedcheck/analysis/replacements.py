"""What nearer checklists and process files take out of the shipped ones that they replace.

Nearer files win whole. A copied list with `level = "may"`, or without some of its items, would
otherwise empty a gate unseen; status, gate and reports therefore list what is no longer asked for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from fedcheck.domain.checklist import Checklist, Item
from fedcheck.domain.glossary import Audience, ItemKind, Level
from fedcheck.domain.process import Process
from fedcheck.domain.text import pluralize
from fedcheck.domain.workspace import Project

_FORCE: Mapping[Level, int] = {
    Level.MUST: 2,
    Level.MUST_NOT: 2,
    Level.SHOULD: 1,
    Level.SHOULD_NOT: 1,
    Level.MAY: 0,
}


class Lowered(Struct, frozen=True):
    """An item that is less binding than the shipped one."""

    ref: str
    shipped: Level
    now: Level


class Replacement(Struct, frozen=True):
    """A file that replaces a shipped one, and what it takes out.

    Attributes:
        kind: `checklist` or `process`.
        layer: where the nearer file is: `workspace` or `user`.
        removed: references of the items that no longer apply or are not there.
        lowered: items whose level is lower.
        changes: what else is asked for no longer, one sentence each.
        uncounted: how many items no longer count at any gate.
    """

    kind: str
    id: str
    layer: str
    removed: tuple[str, ...] = ()
    lowered: tuple[Lowered, ...] = ()
    changes: tuple[str, ...] = ()
    uncounted: int = 0

    @property
    def takes_out(self) -> bool:
        """Return whether anything is asked for no longer."""
        return bool(self.removed or self.lowered or self.changes)

    @property
    def words(self) -> str:
        """Return what is taken out: `3 items removed, 67 levels lowered`."""
        parts = [
            pluralize(len(self.removed), "item") + " removed" if self.removed else "",
            pluralize(len(self.lowered), "level") + " lowered" if self.lowered else "",
            *self.changes[:MOST],
            f"and {pluralize(len(self.changes) - MOST, 'more change')}"
            if len(self.changes) > MOST
            else "",
        ]
        return ", ".join(part for part in parts if part) or "no requirement is removed"


MOST = 3
"""How many of the changes of one file its words name."""


def list_replacements(project: Project) -> tuple[Replacement, ...]:
    """Return the files that replace shipped ones, with what each takes out."""
    found = []
    for one in project.replaced:
        if isinstance(one.shipped, Process):
            changes = tuple(_process_changes(one.shipped, project.process))
            found.append(Replacement("process", one.id, one.layer, changes=changes))
        else:
            found.append(_of_checklist(project, one.id, one.layer, one.shipped))
    return tuple(found)


def summarize(replacements: Sequence[Replacement]) -> str:
    """Return one sentence on all replacements; nothing where there are none.

    `1 checklist replaces a shipped one: 70 items no longer count`.
    """
    if not replacements:
        return ""
    lists = sum(one.kind == "checklist" for one in replacements)
    parts = [pluralize(lists, "checklist")] if lists else []
    if lists < len(replacements):
        parts.append("the process file")
    several = len(replacements) > 1
    verb = "replace shipped ones" if several else "replaces a shipped one"
    return f"{' and '.join(parts).capitalize()} {verb}: {_total(replacements)}"


def _total(replacements: Iterable[Replacement]) -> str:
    uncounted = sum(one.uncounted for one in replacements)
    lowered = sum(len(one.lowered) for one in replacements)
    changes = sum(len(one.changes) for one in replacements)
    if uncounted:
        verb = "no longer counts" if uncounted == 1 else "no longer count"
        return f"{pluralize(uncounted, 'item')} {verb}"
    if lowered:
        return f"{pluralize(lowered, 'level')} lowered"
    return f"{pluralize(changes, 'change')}" if changes else "no requirement is removed"


def _of_checklist(project: Project, name: str, layer: str, shipped: Checklist) -> Replacement:
    now = project.checklists.get(name)
    asked = [item for _, item in shipped.applying(project.facts)]
    here = _here(project, now)
    removed, lowered, changes = [], [], []
    uncounted = 0
    for item in asked:
        ref = f"{name}:{item.id}"
        found = here.get(item.id)
        if found is None:
            removed.append(ref)
        elif _FORCE[found.level] < _FORCE[item.level]:
            lowered.append(Lowered(ref, item.level, found.level))
        if _FORCE[item.level] and (found is None or not _FORCE[found.level]):
            uncounted += 1
        elif found is not None:
            changes += [f"{item.id} {what}" for what in _eased(item, found)]
    if now is not None and now.phase != shipped.phase:
        changes.append(f"the phase is {now.phase} instead of {shipped.phase}")
    return Replacement(
        "checklist", name, layer, tuple(removed), tuple(lowered), tuple(changes), uncounted
    )


def _here(project: Project, now: Checklist | None) -> dict[str, Item]:
    """Return the items that a gate can ask for, also by the ids that they had earlier."""
    if now is None or now.audience is Audience.INTERNAL:
        return {}
    found = {item.id: item for _, item in now.applying(project.facts)}
    return {old: found[new] for old, new in now.renamed.items() if new in found} | found


def _eased(shipped: Item, now: Item) -> Iterator[str]:
    if shipped.kind is ItemKind.TEST and now.kind is not ItemKind.TEST:
        yield "is not a test"
    if shipped.expects and not now.expects:
        yield "no longer expects evidence"
    if now.after and now.after != shipped.after:
        yield f"waits for {now.after}"
    if set(shipped.needs) - set(now.needs):
        yield "needs fewer items"


def _process_changes(shipped: Process, now: Process) -> Iterator[str]:
    for phase in shipped.phases:
        if now.phase(phase.id) is None:
            yield f"the phase {phase.id} was removed"
    for milestone in shipped.milestones:
        found = now.milestone(milestone.id)
        if found is None:
            yield f"the milestone {milestone.id} was removed"
            continue
        for name in milestone.closes:
            if name not in found.closes:
                yield f"{milestone.id} no longer closes {name}"
        for risk in milestone.blocking_risks:
            if risk not in found.blocking_risks:
                yield f"an open {risk.capitalize()} finding no longer blocks {milestone.id}"
    for risk in shipped.blocking_risks:
        if risk not in now.blocking_risks:
            yield f"an open {risk.capitalize()} finding blocks no gate"
    for deliverable in shipped.deliverables:
        if all(one.id != deliverable.id for one in now.deliverables):
            yield f"the deliverable {deliverable.id} was removed"
