"""Checklists as a process has them: a list that several processes share fits into each of them.

A shared list is written once, with the phase and the milestones of one process. Another process
states where it has the list (`lists` of a phase) and which of its milestones takes the place of one
that the list names (`also` of a milestone).
"""

from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from fedcheck.domain.checklist import Checklist, Item, Section, When
from fedcheck.domain.dates import parse_due, parse_max_age
from fedcheck.domain.list_outline import LateLists, ListOutline
from fedcheck.domain.process import Process


def serving(
    process: Process, outlines: Iterable[ListOutline], read: Callable[[str], Checklist]
) -> LateLists:
    """Return the checklists that serve a process, in the order of phases and roles.

    Args:
        process: the process.
        outlines: those of all lists, each with an id of its own.
        read: returns the list of an id as its file has it, when somebody asks for it.
    """
    roles = process.all_roles
    phases = {name: phase.id for phase in process.phases for name in phase.lists}
    anchors = {name: one.id for one in process.milestones for name in one.also}

    def order(outline: ListOutline) -> tuple[int, int, str]:
        role = roles.index(outline.role) if outline.role in roles else len(roles)
        return process.order(outline.phase), role, outline.id

    found = [
        replace(one, phase=phases[one.id]) if one.id in phases else one
        for one in outlines
        if process.id in one.process
    ]
    return LateLists(
        {one.id: one for one in sorted(found, key=order)},
        lambda name: _fit(read(name), phases, anchors),
    )


def fit_due(text: str, process: Process) -> str:
    """Return a due date of another process with the name that its milestone has in this one.

    Empty where this process has no such milestone.
    """
    try:
        anchor = parse_due(text).anchor if text else ""
    except ValueError:
        return text  # a hand edit, which is reported where it is read
    if not anchor or ":" in anchor or process.milestone(anchor):
        return text
    anchors = {name: one.id for one in process.milestones for name in one.also}
    return _rename_due(text, anchors) if anchor in anchors else ""


def _fit(checklist: Checklist, phases: Mapping[str, str], anchors: Mapping[str, str]) -> Checklist:
    phase = phases.get(checklist.id, checklist.phase)
    if anchors:
        sections = tuple(_fit_section(one, anchors) for one in checklist.sections)
        if any(new is not old for new, old in zip(sections, checklist.sections, strict=True)):
            return replace(checklist, phase=phase, sections=sections)
    return checklist if phase == checklist.phase else replace(checklist, phase=phase)


def _fit_section(section: Section, anchors: Mapping[str, str]) -> Section:
    items = tuple(_fit_item(one, anchors) for one in section.items)
    if all(new is old for new, old in zip(items, section.items, strict=True)):
        return section
    return replace(section, items=items)


def _fit_item(item: Item, anchors: Mapping[str, str]) -> Item:
    due = _rename_due(item.due, anchors)
    max_age = _rename_age(item.max_age, anchors)
    after = anchors.get(item.after, item.after)
    when = tuple(_fit_overlay(one, anchors) for one in item.when)
    if (due, max_age, after, when) == (item.due, item.max_age, item.after, item.when):
        return item
    return replace(item, due=due, max_age=max_age, after=after, when=when)


def _fit_overlay(overlay: When, anchors: Mapping[str, str]) -> When:
    return replace(overlay, due=_rename_due(overlay.due, anchors)) if overlay.due else overlay


def _rename_due(text: str, anchors: Mapping[str, str]) -> str:
    """Return a due date with the name of its milestone replaced."""
    anchor = parse_due(text).anchor if _mentions_any(text, anchors) else ""
    return f"{anchors[anchor]}{text.strip().removeprefix(anchor)}" if anchor in anchors else text


def _rename_age(text: str, anchors: Mapping[str, str]) -> str:
    """Return an age of evidence with the name of its milestone replaced."""
    at = parse_max_age(text).at if _mentions_any(text, anchors) else ""
    return f"{text.rpartition(at)[0]}{anchors[at]}" if at in anchors else text


def _mentions_any(text: str, anchors: Mapping[str, str]) -> bool:
    """Return whether a text can name a milestone: few do, and parsing all of them takes time."""
    return any(name in text for name in anchors)
