"""The query languages of requests and of findings in one workspace, and the values they know."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

from fedcheck.analysis.issues import is_overdue, state_of
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import DEVIATION_STATES, DEVIATIONS, REQUEST_KINDS, RETESTS, RISKS
from fedcheck.domain.query import Language, Test, match_due, match_flag, match_one_of, shorten
from fedcheck.domain.reference import find_nearest, matches_tail
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import Project
from fedcheck.errors import QueryError

IssueT = TypeVar("IssueT", Request, Finding)
Maker = Callable[[str], Test[IssueT]]

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
    "overdue": lambda r, today: is_overdue(r, today),
}
"""The words that `is:` knows of a request."""

FINDING_IS: dict[str, Test[Finding]] = {
    "open": lambda f, _: f.state == "open",
    "closed": lambda f, _: f.state == "closed",
    "overdue": lambda f, today: is_overdue(f, today),
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


def select_issues(
    project: Project, query: str, today: date
) -> tuple[list[Request] | None, list[Finding] | None]:
    """Return the requests and findings that a query means; None where it means nothing of them."""
    return (
        _select(build_request_language(project), query, project.requests, today),
        _select(build_finding_language(project), query, project.findings, today),
    )


def _select(
    language: Language[IssueT], query: str, issues: Iterable[IssueT], today: date
) -> list[IssueT] | None:
    try:
        return language.parse(query).select(issues, today)
    except QueryError:
        return None


def build_request_language(project: Project) -> Language[Request]:
    """Return the language of the requests of a project."""
    requests = project.requests
    to: Maker[Request] = _test_person(project, [r.to for r in requests], lambda r: r.to)
    keys: dict[str, Maker[Request]] = {
        "state": match_one_of("state", REQUEST_WORDS, lambda r: state_of(r)),
        "kind": match_one_of("kind", REQUEST_KINDS, lambda r: r.kind),
        "by": _test_person(project, [r.by for r in requests], lambda r: r.by),
        "to": to,
        "owner": to,
        "round": _test_known_text("round", [r.round for r in requests], lambda r: r.round),
        "document": _test_known_text(
            "document", [r.document for r in requests], lambda r: r.document
        ),
        "section": lambda value: lambda r, _: value in r.section.casefold(),
        "item": _test_item,
        "due": match_due,
        "is": match_flag(REQUEST_IS),
    }
    return Language(keys, REQUEST_EXAMPLES, _request_texts)


def build_finding_language(project: Project) -> Language[Finding]:
    """Return the language of the findings of a project."""
    keys: dict[str, Maker[Finding]] = {
        "risk": match_one_of("risk", RISKS, lambda f: f.risk),
        "state": match_one_of("state", ("open", "closed"), lambda f: f.state),
        "owner": _test_person(project, [f.owner for f in project.findings], lambda f: f.owner),
        "item": _test_item,
        "deviation": match_one_of(
            "deviation", (*DEVIATIONS, "none"), lambda f: f.deviation or "none"
        ),
        "decision": match_one_of(
            "decision", (*DEVIATION_STATES, "none"), lambda f: f.deviation_state or "none"
        ),
        "retest": match_one_of("retest", (*RETESTS, "none"), lambda f: f.retest or "none"),
        "due": match_due,
        "is": match_flag(FINDING_IS),
    }
    return Language(keys, FINDING_EXAMPLES, _finding_texts)


def list_request_values(project: Project) -> dict[str, tuple[str, ...]]:
    """Return the keys of requests, each with the values that this project knows."""
    requests = project.requests
    known = {
        "state": REQUEST_WORDS,
        "kind": REQUEST_KINDS,
        "by": _list_people(project, (r.by for r in requests)),
        "to": _list_people(project, (r.to for r in requests)),
        "round": _distinct(r.round for r in requests),
        "document": _distinct(r.document for r in requests),
        "item": _distinct(ref for r in requests for ref in r.items),
        "due": DUE_WORDS,
        "is": tuple(REQUEST_IS),
    }
    return {key: known.get(key, ()) for key in REQUEST_EXAMPLES}


def list_finding_values(project: Project) -> dict[str, tuple[str, ...]]:
    """Return the keys of findings, each with the values that this project knows."""
    findings = project.findings
    known = {
        "risk": RISKS,
        "state": ("open", "closed"),
        "owner": _list_people(project, (f.owner for f in findings)),
        "item": _distinct(ref for f in findings for ref in f.items),
        "deviation": (*DEVIATIONS, "none"),
        "decision": (*DEVIATION_STATES, "none"),
        "retest": (*RETESTS, "none"),
        "due": DUE_WORDS,
        "is": tuple(FINDING_IS),
    }
    return {key: known.get(key, ()) for key in FINDING_EXAMPLES}


def _list_people(project: Project, used: Iterable[str]) -> tuple[str, ...]:
    return _distinct((*used, *project.people(), *project.process.roles, "none"))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _request_texts(request: Request) -> Iterable[str]:
    yield from (request.id, request.title, request.text, request.answer, request.comment)
    yield from (request.by, request.to, request.round, request.document, request.section)
    yield from request.items
    for evidence_item in request.evidence:
        yield from (evidence_item.label, evidence_item.link)


def _finding_texts(finding: Finding) -> Iterable[str]:
    yield from (finding.id, finding.title, finding.text, finding.plan, finding.rationale)
    yield from (finding.owner, *finding.items)
    for evidence_item in finding.evidence:
        yield from (evidence_item.label, evidence_item.link)


def _test_item(value: str) -> Test[IssueT]:
    return lambda thing, _: any(matches_tail(ref.casefold(), value) for ref in thing.items)


def _test_person(
    project: Project, used: Iterable[str], read: Callable[[IssueT], str]
) -> Maker[IssueT]:
    """Return what makes tests of a person; a role means everybody in it."""
    people = project.config.people or {}
    roles = {name.casefold(): person.role for name, person in people.items()}
    names = _test_known_text(
        "person or role", [*used, *project.people(), *project.process.roles], read
    )

    def make(value: str) -> Test[IssueT]:
        if value not in project.process.roles:
            return names(value)

        def holds(thing: IssueT, _: object) -> bool:
            word = read(thing).casefold()
            return word == value or roles.get(word) == value

        return holds

    return make


def _test_known_text(
    name: str, used: Iterable[str], read: Callable[[IssueT], str]
) -> Maker[IssueT]:
    """Return what makes tests of a text; one that is nearly a known one is taken for a slip."""
    words = {word.casefold(): word for word in used if word}

    def make(value: str) -> Test[IssueT]:
        if value == "none":
            return lambda thing, _: not read(thing)
        near = [] if value in words else find_nearest(value, words)
        if near:
            hint = f'did you mean "{shorten(words[near[0]])}"?'
            raise QueryError(f'no {name} is named "{shorten(value)}"; {hint}')
        return lambda thing, _: read(thing).casefold() == value

    return make
