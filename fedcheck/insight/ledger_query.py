"""The query language, for requests and for findings.

The same grammar as for items; `to:csp` means the role and everybody in it, and a name that
nobody has but that is nearly somebody's is an error with a suggestion.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from fedcheck.errors import QueryError
from fedcheck.insight.ledgers import overdue, state_of
from fedcheck.model.finding import DEVIATION_STATES, DEVIATIONS, RETESTS, RISKS, Finding
from fedcheck.model.project import Project
from fedcheck.model.reference import matches, nearest
from fedcheck.model.request import REQUEST_KINDS, Request
from fedcheck.model.search import Language, Test, due, is_one_of, one_of, shown

Asked = TypeVar("Asked", Request, Finding)
Maker = Callable[[str], Test[Asked]]

REQUEST_WORDS = ("open", "returned", "answered", "accepted")
"""The states of a request as they are shown: one that came back is open, and returned."""

DUE_WORDS = ("<7d", "<14d", "<30d", "none")
"""What one asks of a due date most often."""

REQUEST_IS: dict[str, Test[Request]] = {
    "open": lambda r, _: r.state == "open",
    "closed": lambda r, _: r.state == "accepted",
    "answered": lambda r, _: r.state == "answered",
    "accepted": lambda r, _: r.state == "accepted",
    "returned": lambda r, _: r.returned,
    "overdue": lambda r, today: overdue(r, today),
}
"""The words that `is:` knows of a request."""

FINDING_IS: dict[str, Test[Finding]] = {
    "open": lambda f, _: f.state == "open",
    "closed": lambda f, _: f.state == "closed",
    "overdue": lambda f, today: overdue(f, today),
    "planned": lambda f, _: f.planned,
    "unplanned": lambda f, _: not f.planned,
}
"""The words that `is:` knows of a finding."""

REQUEST_EXAMPLES: dict[str, str] = {
    "state": "open",
    "kind": "question",
    "by": "bob",
    "to": "csp",
    "owner": "dana",
    "round": "2",
    "document": "ssp",
    "section": "9.2",
    "item": "pen-3",
    "due": "<14d",
    "is": "overdue",
}
"""An example value for each key of requests."""

FINDING_EXAMPLES: dict[str, str] = {
    "risk": "high",
    "state": "open",
    "owner": "erik",
    "item": "pen-3",
    "deviation": "risk-adjustment",
    "decision": "pending",
    "retest": "failed",
    "due": "<30d",
    "is": "overdue",
}
"""An example value for each key of findings."""


def request_language(project: Project) -> Language[Request]:
    """Return the language of the requests of a project."""
    requests = project.requests
    to: Maker[Request] = _who(project, [r.to for r in requests], lambda r: r.to)
    keys: dict[str, Maker[Request]] = {
        "state": one_of("state", REQUEST_WORDS, lambda r: state_of(r)),
        "kind": one_of("kind", REQUEST_KINDS, lambda r: r.kind),
        "by": _who(project, [r.by for r in requests], lambda r: r.by),
        "to": to,
        "owner": to,
        "round": _known("round", [r.round for r in requests], lambda r: r.round),
        "document": _known("document", [r.document for r in requests], lambda r: r.document),
        "section": lambda value: lambda r, _: value in r.section.casefold(),
        "item": _item,
        "due": due,
        "is": is_one_of(REQUEST_IS),
    }
    return Language(keys, REQUEST_EXAMPLES, _texts_of_request)


def finding_language(project: Project) -> Language[Finding]:
    """Return the language of the findings of a project."""
    keys: dict[str, Maker[Finding]] = {
        "risk": one_of("risk", RISKS, lambda f: f.risk),
        "state": one_of("state", ("open", "closed"), lambda f: f.state),
        "owner": _who(project, [f.owner for f in project.findings], lambda f: f.owner),
        "item": _item,
        "deviation": one_of("deviation", (*DEVIATIONS, "none"), lambda f: f.deviation or "none"),
        "decision": one_of(
            "decision", (*DEVIATION_STATES, "none"), lambda f: f.deviation_state or "none"
        ),
        "retest": one_of("retest", (*RETESTS, "none"), lambda f: f.retest or "none"),
        "due": due,
        "is": is_one_of(FINDING_IS),
    }
    return Language(keys, FINDING_EXAMPLES, _texts_of_finding)


def request_values(project: Project) -> dict[str, tuple[str, ...]]:
    """Return the keys of requests, each with the values that this project knows."""
    requests = project.requests
    known = {
        "state": REQUEST_WORDS,
        "kind": REQUEST_KINDS,
        "by": _names(project, (r.by for r in requests)),
        "to": _names(project, (r.to for r in requests)),
        "round": _distinct(r.round for r in requests),
        "document": _distinct(r.document for r in requests),
        "item": _distinct(ref for r in requests for ref in r.items),
        "due": DUE_WORDS,
        "is": tuple(REQUEST_IS),
    }
    return {key: known.get(key, ()) for key in REQUEST_EXAMPLES}


def finding_values(project: Project) -> dict[str, tuple[str, ...]]:
    """Return the keys of findings, each with the values that this project knows."""
    findings = project.findings
    known = {
        "risk": RISKS,
        "state": ("open", "closed"),
        "owner": _names(project, (f.owner for f in findings)),
        "item": _distinct(ref for f in findings for ref in f.items),
        "deviation": (*DEVIATIONS, "none"),
        "decision": (*DEVIATION_STATES, "none"),
        "retest": (*RETESTS, "none"),
        "due": DUE_WORDS,
        "is": tuple(FINDING_IS),
    }
    return {key: known.get(key, ()) for key in FINDING_EXAMPLES}


def _names(project: Project, used: Iterable[str]) -> tuple[str, ...]:
    return _distinct((*used, *project.people(), *project.process.roles, "none"))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _texts_of_request(request: Request) -> Iterable[str]:
    yield from (request.id, request.title, request.text, request.answer, request.comment)
    yield from (request.by, request.to, request.round, request.document, request.section)
    yield from request.items
    for proof in request.evidence:
        yield from (proof.label, proof.link)


def _texts_of_finding(finding: Finding) -> Iterable[str]:
    yield from (finding.id, finding.title, finding.text, finding.plan, finding.rationale)
    yield from (finding.owner, *finding.items)
    for proof in finding.evidence:
        yield from (proof.label, proof.link)


def _item(value: str) -> Test[Asked]:
    return lambda thing, _: any(matches(ref.casefold(), value) for ref in thing.items)


def _who(project: Project, used: Iterable[str], read: Callable[[Asked], str]) -> Maker[Asked]:
    """Return what makes tests of a person; a role means everybody in it."""
    people = project.config.people or {}
    roles = {name.casefold(): person.role for name, person in people.items()}
    names = _known("person or role", [*used, *project.people(), *project.process.roles], read)

    def make(value: str) -> Test[Asked]:
        if value not in project.process.roles:
            return names(value)

        def holds(thing: Asked, _: object) -> bool:
            word = read(thing).casefold()
            return word == value or roles.get(word) == value

        return holds

    return make


def _known(name: str, used: Iterable[str], read: Callable[[Asked], str]) -> Maker[Asked]:
    """Return what makes tests of a text; one that is nearly a known one is taken for a slip."""
    words = {word.casefold(): word for word in used if word}

    def make(value: str) -> Test[Asked]:
        if value == "none":
            return lambda thing, _: not read(thing)
        near = [] if value in words else nearest(value, words)
        if near:
            hint = f'did you mean "{shown(words[near[0]])}"?'
            raise QueryError(f'no {name} is called "{shown(value)}"; {hint}')
        return lambda thing, _: read(thing).casefold() == value

    return make
