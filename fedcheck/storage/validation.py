"""Checks across files, and the JSON Schema of our file formats."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

from fedcheck.domain.checklist import FORMAT, Checklist, Item, When
from fedcheck.domain.dates import parse_due, parse_max_age
from fedcheck.domain.glossary import Sharing
from fedcheck.domain.key import ID_PATTERN
from fedcheck.domain.package_values import PHONE_PATTERN
from fedcheck.domain.process import Process
from fedcheck.domain.reference import did_you_mean, split_ref
from fedcheck.storage.checklist_files import Catalog
from fedcheck.storage.list_checks import note_unknown
from fedcheck.storage.loaded_files import KeyPath, LoadedList
from fedcheck.storage.problems import Collector
from fedcheck.storage.toml_keys import KeySpec, is_struct, keeps_extra, keys_of


def check_across(catalog: Catalog, lists: Iterable[LoadedList]) -> None:
    """Note in each of the lists what does not fit the other files; the catalog must hold them."""
    winning = {
        name: one.checklist for name, one in catalog.effective_lists().items() if one.checklist
    }
    inside = {
        name: one.sharing
        for name, one in catalog.effective_lists().items()
        if one.sharing is not Sharing.SHARED
    }
    for loaded in lists:
        problems = loaded.collect()
        if loaded.checklist is None or problems is None:
            continue
        served = [catalog.processes[p] for p in loaded.checklist.process if p in catalog.processes]
        for process in served:
            phases = [phase.id for phase in process.phases]
            placed = {name for phase in process.phases for name in phase.lists}
            if loaded.checklist.phase not in phases and loaded.checklist.id not in placed:
                hint = did_you_mean(loaded.checklist.phase, phases) or "known: " + ", ".join(phases)
                text = f'the process {process.id} has no phase "{loaded.checklist.phase}"'
                problems.add(("phase",), text, hint)
        for _, item in loaded.checklist.items.values():
            place = loaded.place(item.id)
            _needs(item, place, winning, problems)
            _carries(item, place, loaded.checklist, winning, problems)
            if loaded.sharing is Sharing.SHARED:
                _inside(item, place, inside, problems)
            if served:
                _anchors(item, place, served, winning, problems)
                _deliverable(item, place, served, problems)
        for cycle in _cycles(loaded.checklist, winning):
            place = loaded.place(split_ref(cycle[0])[1])
            circle = " -> ".join((*cycle, cycle[0]))
            problems.add((*place, "needs"), f"needs form a circle: {circle}", "remove one")


def check_processes(catalog: Catalog) -> None:
    """Note in each process file what does not fit the other files."""
    winning = {
        name: one.checklist for name, one in catalog.effective_lists().items() if one.checklist
    }
    default: dict[str, str] = {}
    for loaded in catalog.process_files:
        process, problems = loaded.process, loaded.collect()
        if process is None or problems is None:
            continue
        if process.default and default.setdefault(loaded.layer, process.id) != process.id:
            text = f"{default[loaded.layer]} is already the default"
            problems.add(("default",), text, "only one process can be the default")
        for i, phase in enumerate(process.phases):
            for name in phase.lists:
                note_unknown(name, sorted(winning), "checklist", ("phase", i, "lists"), problems)
        for i, deliverable in enumerate(process.deliverables):
            ref = deliverable.handed_over_by
            if ref and not _exists(ref, winning):
                place = ("deliverable", i, "handed-over-by")
                problems.add(place, f"unknown item {ref}", _suggest(ref, winning))


def _exists(ref: str, lists: Mapping[str, Checklist]) -> bool:
    checklist, item = split_ref(ref)
    return checklist in lists and item in lists[checklist].items


def _suggest(ref: str, lists: Mapping[str, Checklist]) -> str:
    checklist, item = split_ref(ref)
    if checklist not in lists:
        return did_you_mean(checklist, lists)
    return did_you_mean(item, lists[checklist].items)


def _needs(item: Item, place: KeyPath, lists: Mapping[str, Checklist], problems: Collector) -> None:
    for need in item.needs:
        if not _exists(need, lists):
            problems.add((*place, "needs"), f"unknown item {need}", _suggest(need, lists))


def _carries(
    item: Item,
    place: KeyPath,
    checklist: Checklist,
    lists: Mapping[str, Checklist],
    problems: Collector,
) -> None:
    """Note what `carries-from` names and does not exist, or contains over by itself."""
    for old in item.carries_from:
        if not _exists(old, lists):
            problems.add((*place, "carries-from"), f"unknown item {old}", _suggest(old, lists))
            continue
        same = [one for one in lists[split_ref(old)[0]].process if one in checklist.process]
        if same:
            text = f"{old} is an item of the process {same[0]} as well"
            problems.add((*place, "carries-from"), text, "name an item of another process")


def _inside(item: Item, place: KeyPath, inside: Mapping[str, Sharing], problems: Collector) -> None:
    """Note where an item of a shared list names one that others must not know of."""
    named = [("needs", need) for need in item.needs]
    named += [("carries-from", old) for old in item.carries_from]
    named += [("due", parse_due(item.due).anchor)] if item.due else []
    for key, ref in named:
        if sharing := inside.get(split_ref(ref)[0]):
            text = f"{ref} is {sharing}, and this list is shared"
            hint = (
                "gates ignore it, and others would see its name: remove it, or share its checklist"
            )
            problems.add((*place, key), text, hint)


def _anchors(
    item: Item,
    place: KeyPath,
    served: list[Process],
    lists: Mapping[str, Checklist],
    problems: Collector,
) -> None:
    every = [one for process in served for one in process.milestones]
    milestones = list(dict.fromkeys(name for one in every for name in (one.id, *one.also)))
    named: dict[KeyPath, str] = {
        ("after",): item.after,
        ("due",): parse_due(item.due).anchor if item.due else "",
        ("max-age",): parse_max_age(item.max_age).at if item.max_age else "",
    }
    for index, when in enumerate(item.when):
        named["when", index, "due"] = parse_due(when.due).anchor if when.due else ""
    for key, anchor in named.items():
        if not anchor or anchor in milestones or (key[-1] == "due" and _exists(anchor, lists)):
            continue
        hint = did_you_mean(anchor, milestones) or "known: " + ", ".join(milestones)
        problems.add((*place, *key), f'unknown milestone "{anchor}"', hint)


def _deliverable(item: Item, place: KeyPath, served: list[Process], problems: Collector) -> None:
    known = list(dict.fromkeys(d.id for process in served for d in process.deliverables))
    if item.deliverable and item.deliverable not in known:
        hint = did_you_mean(item.deliverable, known) or "known: " + ", ".join(known)
        problems.add((*place, "deliverable"), f'unknown deliverable "{item.deliverable}"', hint)


def _cycles(checklist: Checklist, lists: Mapping[str, Checklist]) -> list[list[str]]:
    """Return the circles of `needs` whose alphabetically first item is in this checklist."""
    circles: list[list[str]] = []
    finished: set[str] = set()

    def needs_of(ref: str) -> tuple[str, ...]:
        owner, item = split_ref(ref)
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
                if split_ref(min(circle))[0] == checklist.id:
                    first = circle.index(min(circle))
                    circles.append(circle[first:] + circle[:first])
            elif following not in finished:
                trail.append(following)
                on_trail.add(following)
                work.append(iter(needs_of(following)))
    return circles


_PATTERNS = {
    "id": f"^{ID_PATTERN}$",
    "basis": r"^[0-9a-f]{12}$",
    "web": r"^https?://[^\s]+$",
    "phone": f"^{PHONE_PATTERN}$",
    "moment": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:?[0-9]{2})$",
    "age": r"^[0-9]{1,4}\s*(d|bd|w|mo|y)(\s+at\s+[a-z0-9][a-z0-9._-]*)?$",
    "period": r"^[0-9]{1,4}\s*(d|bd|w|mo|y)$",
    "due": (
        r"^([0-9]{4}-[0-9]{2}-[0-9]{2}"
        r"|[a-z0-9][a-z0-9._:-]*(\s*[+-]\s*[0-9]{1,4}\s*(d|bd|w|mo|y))?)$"
    ),
}


_OPTIONS = {
    "description": "An option of the profile, with the values that this is for",
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
}
"""What else a `when` may hold: its other keys are options."""


def schema(cls: type, title: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a file whose top level is a data class."""
    defs: dict[str, Any] = {}
    top = _object(cls, defs)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": (cls.__doc__ or "").split("\n")[0],
        **top,
        "$defs": dict(sorted(defs.items())),
    }


def _object(cls: type, defs: dict[str, Any]) -> dict[str, Any]:
    specs = keys_of(cls)
    return {
        "type": "object",
        "properties": {name: _property(spec, defs) for name, spec in specs.items()},
        "required": [name for name, spec in specs.items() if spec.required],
        "additionalProperties": _OPTIONS if cls is When else keeps_extra(cls),
    }


def _property(spec: KeySpec, defs: dict[str, Any]) -> dict[str, Any]:
    shape = _shape(spec.type, defs)
    if spec.key.check:
        shape = {**shape, "pattern": _PATTERNS[spec.key.check]}
    if spec.key.one_or_many:
        shape = {"anyOf": [shape["items"], shape]}
    if spec.name == "format":
        shape = {"const": FORMAT}
    return {"description": spec.key.doc, **shape}


def _shape(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    origin = get_origin(kind)
    if kind is str:
        return {"type": "string"}
    if kind is int:
        return {"type": "integer"}
    if kind is bool:
        return {"type": "boolean"}
    if kind is date:
        return {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    if origin is Literal:
        return {"enum": [choice for choice in get_args(kind) if choice]}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"enum": [choice.value for choice in kind if choice]}
    if origin is tuple:
        return {"type": "array", "items": _shape(get_args(kind)[0], defs)}
    if origin is not None and issubclass(origin, Mapping):
        inner = _shape(get_args(kind)[1], defs)
        if inner.get("type") == "array":
            inner = {"anyOf": [inner["items"], inner]}
        return {"type": "object", "additionalProperties": inner}
    if is_struct(kind):
        name = kind.__name__
        if name not in defs:
            defs[name] = {}
            defs[name] = {"description": (kind.__doc__ or "").split("\n")[0]} | _object(kind, defs)
        return {"$ref": f"#/$defs/{name}"}
    return {}
