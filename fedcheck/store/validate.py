"""Checks that need more than one file: references, anchors, deliverables, cycles."""

from collections.abc import Iterable, Mapping

from fedcheck.errors import Problem
from fedcheck.model.checklist import Checklist, Item
from fedcheck.model.dates import parse_due, parse_max_age
from fedcheck.model.process import Process
from fedcheck.model.reference import did_you_mean, split
from fedcheck.store.checklists import Catalog, LoadedList, Path_
from fedcheck.store.problems import Collector


def check_across(catalog: Catalog, lists: Iterable[LoadedList]) -> None:
    """Note in each of the lists what does not fit the other files; the catalog must hold them."""
    winning = {name: one.checklist for name, one in catalog.winning().items() if one.checklist}
    for loaded in lists:
        if loaded.checklist is None or loaded.collector is None:
            continue
        served = [catalog.processes[p] for p in loaded.checklist.process if p in catalog.processes]
        for process in served:
            phases = [phase.id for phase in process.phases]
            if loaded.checklist.phase not in phases:
                hint = did_you_mean(loaded.checklist.phase, phases) or "known: " + ", ".join(phases)
                text = f'the process {process.id} has no phase "{loaded.checklist.phase}"'
                loaded.collector.add(("phase",), text, hint)
        for _, item in loaded.checklist.items.values():
            place = loaded.place(item.id)
            _needs(item, place, winning, loaded.collector)
            if served:
                _anchors(item, place, served, winning, loaded.collector)
                _deliverable(item, place, served, loaded.collector)
        for cycle in _cycles(loaded.checklist, winning):
            place = loaded.place(split(cycle[0])[1])
            circle = " -> ".join((*cycle, cycle[0]))
            loaded.collector.add((*place, "needs"), f"needs go in a circle: {circle}", "cut one")


def check_deliverables(catalog: Catalog) -> list[Problem]:
    """Return what is wrong with the references of the processes' deliverables."""
    winning = {name: one.checklist for name, one in catalog.winning().items() if one.checklist}
    problems = []
    for process in catalog.processes.values():
        from fedcheck.store.paths import shipped_checklists  # the file that a message names

        file = shipped_checklists() / process.id / "process.toml"
        for paper in process.deliverables:
            if paper.handed_over_by and not _exists(paper.handed_over_by, winning):
                text = f'deliverable "{paper.id}": unknown item {paper.handed_over_by}'
                problems.append(Problem(file, 0, text, _suggest(paper.handed_over_by, winning)))
    return problems


def _exists(ref: str, lists: Mapping[str, Checklist]) -> bool:
    checklist, item = split(ref)
    return checklist in lists and item in lists[checklist].items


def _suggest(ref: str, lists: Mapping[str, Checklist]) -> str:
    checklist, item = split(ref)
    if checklist not in lists:
        return did_you_mean(checklist, lists)
    return did_you_mean(item, lists[checklist].items)


def _needs(item: Item, place: Path_, lists: Mapping[str, Checklist], problems: Collector) -> None:
    for need in item.needs:
        if not _exists(need, lists):
            problems.add((*place, "needs"), f"unknown item {need}", _suggest(need, lists))


def _anchors(
    item: Item,
    place: Path_,
    served: list[Process],
    lists: Mapping[str, Checklist],
    problems: Collector,
) -> None:
    stones = list(dict.fromkeys(m.id for process in served for m in process.milestones))
    named = {
        "after": item.after,
        "due": parse_due(item.due).anchor if item.due else "",
        "max-age": parse_max_age(item.max_age).at if item.max_age else "",
    }
    for key, anchor in named.items():
        if not anchor or anchor in stones or (key == "due" and _exists(anchor, lists)):
            continue
        hint = did_you_mean(anchor, stones) or "known: " + ", ".join(stones)
        problems.add((*place, key), f'unknown milestone "{anchor}"', hint)


def _deliverable(item: Item, place: Path_, served: list[Process], problems: Collector) -> None:
    known = list(dict.fromkeys(d.id for process in served for d in process.deliverables))
    if item.deliverable and item.deliverable not in known:
        hint = did_you_mean(item.deliverable, known) or "known: " + ", ".join(known)
        problems.add((*place, "deliverable"), f'unknown deliverable "{item.deliverable}"', hint)


def _cycles(checklist: Checklist, lists: Mapping[str, Checklist]) -> list[list[str]]:
    """Return the circles of `needs` whose alphabetically first item is in this checklist."""
    circles: list[list[str]] = []
    finished: set[str] = set()

    def needs_of(ref: str) -> tuple[str, ...]:
        owner, item = split(ref)
        found = lists[owner].items.get(item) if owner in lists else None
        return found[1].needs if found else ()

    for start in (f"{checklist.id}:{item}" for item in checklist.items):
        if start in finished:
            continue
        trail: list[str] = [start]
        on_trail = {start}
        work = [iter(needs_of(start))]
        while work:
            following = next(work[-1], None)
            if following is None:
                work.pop()
                gone = trail.pop()
                on_trail.discard(gone)
                finished.add(gone)
            elif following in on_trail:
                circle = trail[trail.index(following) :]
                if split(min(circle))[0] == checklist.id:
                    first = circle.index(min(circle))
                    circles.append(circle[first:] + circle[:first])
            elif following not in finished:
                trail.append(following)
                on_trail.add(following)
                work.append(iter(needs_of(following)))
    return circles
