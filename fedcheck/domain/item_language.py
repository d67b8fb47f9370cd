"""The query language for items in one workspace: the values that it knows, and those it cannot."""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from fedcheck.domain.checklist import Item
from fedcheck.domain.glossary import INHERITANCES, LEVELS, METHODS, RESULTS, REVIEWS, STATUSES
from fedcheck.domain.query import Language, shorten
from fedcheck.domain.query_fields import (
    EVIDENCE_WORDS,
    FAMILIES,
    IS,
    ITEMS,
    KEYS,
    Test,
    parse_family,
)
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.row import Row
from fedcheck.domain.workspace import Project
from fedcheck.errors import QueryError

MAX_SUGGESTED_VALUES = 30
"""How many known words a message still lists."""

FIXED_VALUES: dict[str, tuple[str, ...]] = {
    "status": STATUSES,
    "kind": ("task", "test"),
    "level": LEVELS,
    "result": (*RESULTS, "none"),
    "method": METHODS,
    "inherited": (*INHERITANCES, "none"),
    "review": (*REVIEWS, "none"),
    "verified": (*RESULTS, "none"),
    "validated": (*RESULTS, "none"),
    "due": ("<7d", "<14d", "<1mo", "today", "<today", "none"),
    "evidence": EVIDENCE_WORDS,
    "is": tuple(IS),
}
"""The values that do not depend on the project."""


def list_query_words(project: Project) -> dict[str, tuple[str, ...]]:
    """Return the keys of the language, each with the values that this project knows."""
    people = (*project.people(), "none")
    own = {
        "role": _roles(project),
        "phase": _phases(project),
        "checklist": tuple(project.checklists),
        "section": _distinct(s.id for c in project.checklists.values() for s in c.sections),
        "family": _families(project),
        "control": _distinct(sorted(c for item in _items(project) for c in item.controls)),
        "deliverable": _deliverables(project),
        "owner": people,
        "tester": people,
    }
    return {key: FIXED_VALUES.get(key) or own.get(key, ()) for key in KEYS}


def build_item_language(project: Project) -> Language[Row]:
    """Return the language of items, in which a value that the project cannot know is an error.

    A person or a control that is not known is none: there may be one tomorrow. Only what is
    nearly the name of somebody else is taken for a slip.
    """
    checked = {
        "role": _known("role", lambda: _roles(project)),
        "phase": _known("phase", lambda: _phases(project)),
        "checklist": _known("checklist", lambda: _short_ids(project.checklists), "checklist list"),
        "section": _known_section(project),
        "method": _known("method", lambda: (*METHODS, "none")),
        "family": _known("control family", lambda: (*FAMILIES, *_families(project), "none")),
        "deliverable": _known("deliverable", lambda: _deliverables(project)),
        "owner": _suggest_name("owner", project),
        "tester": _suggest_name("tester", project),
    }
    return replace(ITEMS, keys={**KEYS, **checked})


def _known(name: str, known: Callable[[], Iterable[str]], see: str = "") -> Callable[[str], Test]:
    """Return what makes tests of a value that has to be one of the project's words."""
    make = KEYS[{"control family": "family"}.get(name, name)]

    def maker(value: str) -> Test:
        found = {word.casefold(): word for word in known()}
        if value not in found:
            listed = ", ".join(found.values()) if len(found) <= MAX_SUGGESTED_VALUES else ""
            hint = f"see: fedcheck {see}" if see else listed and f"use one of: {listed}"
            raise _unknown_value_error(name, value, did_you_mean(value, found) or hint)
        return make(value)

    return maker


def _known_section(project: Project) -> Callable[[str], Test]:
    """Return what makes tests of a section: its id, or part of its title."""

    def maker(value: str) -> Test:
        sections = [s for c in project.checklists.values() for s in c.sections]
        if not any(value == s.id or value in s.title.casefold() for s in sections):
            near = {s.id: s.title for s in sections}
            raise _unknown_value_error("section", value, did_you_mean(value, near))
        return KEYS["section"](value)

    return maker


def _suggest_name(name: str, project: Project) -> Callable[[str], Test]:
    """Return what makes tests of a person; one who is nearly another is taken for a slip."""

    def maker(value: str) -> Test:
        people = {one.casefold(): one for one in (*project.people(), "none")}
        near = "" if value in people else did_you_mean(value, people)
        if near:
            raise _unknown_value_error(name, value, near)
        return KEYS[name](value)

    return maker


def _unknown_value_error(name: str, value: str, hint: str) -> QueryError:
    return QueryError(f'no {name} is named "{shorten(value)}"' + (f"; {hint}" if hint else ""))


def _items(project: Project) -> Iterable[Item]:
    return (item for _, _, item in project.applying())


def _roles(project: Project) -> tuple[str, ...]:
    lists = project.checklists.values()
    return _distinct((*project.process.roles, *(one.role for one in lists)))


def _phases(project: Project) -> tuple[str, ...]:
    lists = project.checklists.values()
    return _distinct((*(one.id for one in project.process.phases), *(one.phase for one in lists)))


def _families(project: Project) -> tuple[str, ...]:
    return _distinct(sorted(parse_family(c) for item in _items(project) for c in item.controls))


def _deliverables(project: Project) -> tuple[str, ...]:
    named = (deliverable.id for deliverable in project.process.deliverables)
    used = (item.deliverable for item in _items(project) if item.deliverable)
    return _distinct((*named, *used))


def _short_ids(ids: Iterable[str]) -> tuple[str, ...]:
    """Return ids and the tails that stand for them: `readiness.csp`, `csp`."""
    parts = [one.split(".") for one in ids]
    return _distinct(".".join(one[start:]) for one in parts for start in range(len(one)))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
