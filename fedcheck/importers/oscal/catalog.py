"""Read each control of a catalog: statement, objectives, methods, FedRAMP's own properties.

Names of parts and properties are those of OSCAL 1.0 and later, and of the drafts before it: NIST's
catalog of Revision 4 has `objective`, `assessment` and `objects` where later ones have
`assessment-objective`, `assessment-method` and `assessment-objects`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fedcheck.domain.glossary import METHODS
from fedcheck.domain.text import one_line
from fedcheck.importers.oscal.file import (
    Data,
    is_withdrawn,
    label_of,
    list_objects,
    part_label,
    prop,
    props,
    text_of,
)
from fedcheck.importers.oscal.parameters import Inserter, Param, inserter, params_of
from fedcheck.importers.oscal.prose import (
    DEEPEST,
    list_all_lines,
    list_lines,
    list_named_lines,
    list_own_lines,
    prose_of,
    title_of_part,
)

OBJECTIVES = ("assessment-objective", "objective")
METHOD_PARTS = ("assessment-method", "assessment")
OBJECTS = ("assessment-objects", "objects")
DISCUSSIONS = ("guidance", "discussion")
KNOWN_PARTS = (*OBJECTIVES, *METHOD_PARTS, *OBJECTS, *DISCUSSIONS, "statement")
"""The names of parts that have a place of their own; others are kept under their name."""

POINT = "response-point"
FEDRAMP = "fedramp.gov/ns"
"""What every namespace of FedRAMP's own properties holds (https://fedramp.gov/ns/oscal)."""

Trail = tuple[dict[str, Any], ...]
"""A part, after its parent parts."""


@dataclass(frozen=True, slots=True)
class Objective:
    """One determination statement: what an assessor finds true or not."""

    id: str
    label: str
    text: str
    statement: str
    methods: tuple[str, ...]
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Control:
    """A control or an enhancement, with its words ready to be read.

    Attributes:
        id: its id in the catalog, in lower case.
        label: its id as people write it: `AC-2(1)`.
        objects: what each method of assessment looks at, by method.
        params: its parameters, each with what stands for it and the catalog's guideline.
        points: the labels of the statements that FedRAMP wants a response to.
        demands: FedRAMP's requirements inside the statement, a paragraph each.
        advice: guidance inside the statement, a paragraph each.
        core: whether it is among FedRAMP's core controls.
        more: FedRAMP's other properties, as `name: value`.
        others: parts that other publishers have: what each is called, and its text.
    """

    id: str
    label: str
    title: str
    statement: str
    discussion: str
    objectives: tuple[Objective, ...]
    objects: Mapping[str, str]
    params: tuple[str, ...]
    points: tuple[str, ...]
    demands: tuple[str, ...]
    advice: tuple[str, ...]
    core: bool
    more: tuple[str, ...]
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """A group of controls."""

    id: str
    title: str
    controls: tuple[Control, ...]


@dataclass(slots=True)
class Contents:
    """The families of a catalog, and what could not be used.

    Attributes:
        withdrawn: the labels of withdrawn controls.
        notes: what could not be used: where, and what is the matter.
    """

    families: list[Family] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


def contents(catalog: Data, title: str) -> Contents:
    """Return everything that a catalog states about its controls; raises nothing."""
    found = Contents()
    groups = list(_groups(catalog, title, 0, found))
    declared = [param for _, _, holder in groups for param in params_of(holder)]
    listed = [(i, t, list(_controls(holder, 0, found))) for i, t, holder in groups]
    declared += [param for _, _, held in listed for one in held for param in params_of(one)]
    words = inserter(declared)
    seen: set[str] = set()
    for group_id, group_title, held in listed:
        made = tuple(_usable(held, words, seen, found))
        if made:
            found.families.append(Family(group_id, group_title, made))
    unknown = "is inserted, but the catalog has no such parameter"
    found.notes += [(one_line(name, 60), unknown) for name in words.unknown]
    return found


def _groups(
    holder: Data, title: str, depth: int, found: Contents
) -> Iterator[tuple[str, str, Data]]:
    """Yield id, title and data of the catalog itself and of every group, in order."""
    yield text_of(holder, "id").lower(), title, holder
    for group in list_objects(holder, "groups"):
        name = one_line(text_of(group, "title") or text_of(group, "id"), 120)
        if depth >= DEEPEST:
            found.notes.append((name or "a group", "is nested too deeply; left out"))
            continue
        yield from _groups(group, name or "Controls", depth + 1, found)


def _controls(holder: Data, depth: int, found: Contents) -> Iterator[dict[str, Any]]:
    """Yield the controls of a group, each before its enhancements; withdrawn ones are counted."""
    for control in list_objects(holder, "controls", "subcontrols"):
        if depth >= DEEPEST:
            found.notes.append((label_of(control), "is nested too deeply; left out"))
            continue
        if is_withdrawn(control):
            found.withdrawn.append(label_of(control))
        else:
            yield control
        yield from _controls(control, depth + 1, found)
        for part in list_objects(control, "parts"):  # drafts nested enhancements in parts
            yield from _controls(part, depth + 1, found)


def _usable(
    held: Iterable[dict[str, Any]], words: Inserter, seen: set[str], found: Contents
) -> Iterator[Control]:
    for data in held:
        name = text_of(data, "id").strip().lower()
        if not name:
            what = "has no id; left out"
            found.notes.append((one_line(text_of(data, "title"), 60) or "a control", what))
        elif name in seen:
            found.notes.append((label_of(data), "appears twice; the first one is used"))
        else:
            seen.add(name)
            yield _control(data, name, words)


def _control(data: dict[str, Any], name: str, words: Inserter) -> Control:
    parts = list(list_objects(data, "parts"))
    statements = [p for p in parts if text_of(p, "name") == "statement"]
    spoken = [path[-1] for one in statements for path in _paths((one,))]
    targets = {text_of(path[-1], "id"): path for s in statements for path in _paths((s,))}
    looked_at = _looked_at(parts, words)
    objectives = [
        one
        for part in parts
        if text_of(part, "name") in OBJECTIVES
        for one in _objectives(part, _Above((), tuple(looked_at)), targets, words, 0)
    ]
    own = [p for p in props(data) if FEDRAMP in text_of(p, "ns")]
    core = [p for p in own if text_of(p, "name").casefold() == "core"]
    statement = [line for part in statements for line in list_lines(part, words, 0)]
    others = [part for part in parts if text_of(part, "name") not in KNOWN_PARTS]
    if not statement:
        # Some publishers name each requirement by its id, and have no statement around them.
        required = [part for part in others if text_of(part, "name") == text_of(part, "id")]
        statement = [line for part in required for line in list_named_lines(part, words)]
        others = [part for part in others if part not in required]
    return Control(
        name,
        label_of(data),
        one_line(words.prose(text_of(data, "title"))) or label_of(data),
        "\n".join(statement),
        "\n\n".join(
            "\n".join(list_all_lines(part, words, 0))
            for part in parts
            if text_of(part, "name") in DISCUSSIONS
        ).strip(),
        tuple(objectives),
        looked_at,
        tuple(_param_line(param, words) for param in params_of(data)),
        tuple(point for p in spoken for point in _points(p, "the statement")),
        tuple(_labelled(p, words) for one in statements for p in _demands(one) if "prose" in p),
        tuple(_labelled(p, words) for p in spoken if text_of(p, "name") == "guidance"),
        any(text_of(p, "value").strip().casefold() not in ("false", "no") for p in core),
        tuple(
            f"{one_line(text_of(p, 'name'), 60)}: {one_line(text_of(p, 'value'), 200)}"
            for p in own
            if p not in core and text_of(p, "name") != POINT
        ),
        tuple(
            (title_of_part(part), "\n".join(lines))
            for part in others
            if (lines := list_all_lines(part, words, 0))
        ),
    )


@dataclass(frozen=True, slots=True)
class _Above:
    """What a determination statement inherits from its parent parts."""

    stems: tuple[str, ...]
    methods: tuple[str, ...]
    label: str = ""
    points: tuple[str, ...] = ()


def _objectives(
    part: dict[str, Any], above: _Above, targets: Mapping[str, Trail], words: Inserter, depth: int
) -> Iterator[Objective]:
    """Yield the determination statements under a part: those that hold no further ones.

    A statement is read after the words above it ("Determine if the organization:"), and tested by
    its own methods, else by those of what is above it, else by those of its control. A response
    that FedRAMP wants to what is above it is wanted to it.
    """
    here = _Above(
        (*above.stems, one_line(prose_of(part, words))),
        _in_order(_method_props(part)) or above.methods,
        _whole_label(part_label(part), above.label),
        (*above.points, *_points(part, "this determination")),
    )
    inner = [p for p in list_objects(part, "parts") if text_of(p, "name") in OBJECTIVES]
    if inner and depth < DEEPEST:
        for one in inner:
            yield from _objectives(one, here, targets, words, depth + 1)
        return
    name = text_of(part, "id").strip().lower()
    trail = next((targets[i] for i in _assessed(part) if i in targets), ())
    yield Objective(
        name,
        here.label if part_label(part) else name.upper(),
        _bare(" ".join(filter(None, here.stems))),
        "\n".join(_quoted(trail, words)),
        here.methods,
        here.points,
    )


def _whole_label(label: str, above: str) -> str:
    """Return a label with that of what it is under, where it goes on from it: `[1]`."""
    if not label:
        return above
    return one_line(above + label, 80) if label.startswith(("[", "(")) else label


def _assessed(part: Data) -> list[str]:
    """Return the ids of the statements that an objective is for."""
    links = [one for one in list_objects(part, "links") if text_of(one, "rel") == "assessment-for"]
    return [text_of(one, "href").removeprefix("#") for one in links]


def _looked_at(parts: Iterable[dict[str, Any]], words: Inserter) -> dict[str, str]:
    """Return what each method of assessment looks at, in the order of the methods."""
    found: dict[str, list[str]] = {}
    for part in parts:
        if text_of(part, "name") not in METHOD_PARTS:
            continue
        named = [p for p in list_objects(part, "parts") if text_of(p, "name") in OBJECTS]
        lines = [line for p in (part, *named) for line in prose_of(p, words).split("\n")]
        things = [line.strip(" -*;") for line in lines if line.strip(" -*;")]
        for method in _method_props(part) or [text_of(part, "id", "title").lower()]:
            for known in METHODS:
                if known in method:
                    found.setdefault(known, []).extend(things)
    return {method: "; ".join(found[method]) for method in METHODS if method in found}


def _method_props(part: Data) -> list[str]:
    return [text_of(p, "value").lower() for p in props(part) if text_of(p, "name") == "method"]


def _in_order(said: Iterable[str]) -> tuple[str, ...]:
    words = set(said)
    return tuple(method for method in METHODS if method in words)


def _paths(trail: Trail) -> Iterator[Trail]:
    """Yield a part and every part under it, each after its parents."""
    yield trail
    for inner in list_objects(trail[-1], "parts") if len(trail) < DEEPEST else ():
        yield from _paths((*trail, inner))


def _quoted(trail: Trail, words: Inserter) -> Iterator[str]:
    """Yield a part of a statement after the words of its parents."""
    depth = 0
    for part in trail[:-1]:
        for line in list_own_lines(part, words):
            yield "  " * depth + line
        depth += bool(list_own_lines(part, words))
    for part in trail[-1:]:
        yield from list_lines(part, words, depth)


def _bare(text: str) -> str:
    """Return a determination without the marks that led to the next one."""
    text = text.rstrip(" ;,.:")
    for end in ("; and", "; or", ", and", ", or"):
        text = text.removesuffix(end)
    return text.rstrip(" ;,.:")


def _param_line(param: Param, words: Inserter) -> str:
    """Return a parameter with what stands for it, and what it is where that is stated."""
    about = words.prose("; ".join(param.guidelines)).strip(" ;")
    text = f"{one_line(param.id, 60)}: {words.prose(words.value(param.id))}"
    return f"{text} ({about})" if about else text


def _demands(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what is under a heading of FedRAMP's in a statement, without its guidance."""
    for trail in _paths((statement,)):
        under = any("fedramp" in text_of(part, "title").casefold() for part in trail)
        if under and all(text_of(part, "name") != "guidance" for part in trail):
            yield trail[-1]


def _labelled(part: dict[str, Any], words: Inserter) -> str:
    label = one_line(prop(part, "label"), 60)
    return f"{'' if label == 'Guidance:' else label} {prose_of(part, words)}".strip()


def _points(part: dict[str, Any], unnamed: str) -> Iterator[str]:
    """Yield what FedRAMP wants a response to, with its remark, if it is this part."""
    for one in props(part):
        if text_of(one, "name") == POINT and FEDRAMP in text_of(one, "ns"):
            remark = one_line(text_of(one, "remarks"), 300)
            yield (part_label(part) or unnamed) + (f" ({remark.rstrip('.')})" if remark else "")
