"""The query language of the command line and the search box, for items.

Words match id, code, title, guidance, notes and evidence; `key:value` narrows; `a|b` means
either; a leading `-` turns a term round; quotes hold blanks together. All terms must hold.
"""

from collections.abc import Callable, Iterable
from datetime import date

from fedcheck.errors import QueryError as QueryError
from fedcheck.model.checklist import LEVELS, Item
from fedcheck.model.entry import Entry
from fedcheck.model.record import INHERITANCES, RESULTS, REVIEWS, STATUSES
from fedcheck.model.reference import did_you_mean
from fedcheck.model.search import (
    Language,
    Search,
    due,
    exactly,
    is_one_of,
    named,
    one_of,
    partly,
    shown,
)
from fedcheck.model.search import Test as GenericTest
from fedcheck.model.search import split_words as split_words

Query = Search[Entry]
Test = GenericTest[Entry]

EVIDENCE_WORDS = ("any", "none", "ok", "stale", "missing", "changed")


def parse(text: str) -> Query:
    """Parse a query. Raises QueryError for an unknown key or value, with a suggestion."""
    return ITEMS.parse(text)


def searched(entry: Entry) -> Iterable[str]:
    """Yield the texts of an entry in which a plain word is looked for."""
    item, record = entry.item, entry.record
    yield entry.ref
    yield item.code
    yield item.title
    yield from item.controls
    yield item.statement
    yield item.guidance
    yield record.note
    yield record.reason
    yield record.observation
    yield record.sample
    for proof in record.evidence:
        yield proof.label
        yield proof.link


def family(control: str) -> str:
    """Return the family of a control: `AC` of `AC-2(1)`."""
    return control.partition("-")[0].upper()


def _family(value: str) -> Test:
    if value == "none":
        return lambda entry, _: not entry.item.controls
    return lambda entry, _: any(family(c).casefold() == value for c in entry.item.controls)


def _control(value: str) -> Test:
    """`ac-2` means the control with its enhancements, `ac-2(1)` just that one."""

    def holds(entry: Entry, _: date) -> bool:
        controls = (c.casefold() for c in entry.item.controls)
        return any(c == value or c.startswith(value + "(") for c in controls)

    return holds


def _method(value: str) -> Test:
    if value == "none":
        return lambda entry, _: not entry.item.methods
    return lambda entry, _: value in entry.item.methods


def _section(value: str) -> Test:
    def holds(entry: Entry, _: date) -> bool:
        return entry.section.id == value or value in entry.section.title.casefold()

    return holds


def _checklist(value: str) -> Test:
    return lambda entry, _: entry.checklist == value or entry.checklist.endswith("." + value)


def _owner(entry: Entry) -> str:
    return entry.record.owner


def tester(entry: Entry) -> str:
    """Return who tested; the owner of a test that nobody has tested yet."""
    return (entry.record.tester or entry.record.owner) if entry.item.kind == "test" else ""


def _tester(value: str) -> Test:
    holds = named(tester)(value)
    return lambda entry, today: entry.item.kind == "test" and holds(entry, today)


def _evidence(value: str) -> Test:
    if value not in EVIDENCE_WORDS:
        hint = did_you_mean(value, EVIDENCE_WORDS) or "it is one of " + ", ".join(EVIDENCE_WORDS)
        raise QueryError(f'"{shown(value)}" says nothing of evidence; {hint}')
    if value == "none":
        return lambda entry, _: bool(entry.item.expects) and not entry.record.evidence
    if value == "any":
        return lambda entry, _: bool(entry.record.evidence)
    return lambda entry, _: value in entry.evidence


IS: dict[str, Test] = {
    "open": lambda e, _: not (e.record.closed or e.unknown),
    "closed": lambda e, _: e.record.closed,
    "overdue": lambda e, _: e.overdue,
    "blocked": lambda e, _: e.record.status == "blocked",
    "waiting": lambda e, _: e.waiting,
    "ready": lambda e, _: not (e.record.closed or e.unknown or e.waiting),
    "stale": lambda e, _: e.stale,
    "changed": lambda e, _: e.changed,
    "demanded": lambda e, _: e.item.level in ("must", "must-not"),
    "noted": lambda e, _: bool(e.record.note),
    "sampled": lambda e, _: bool(e.record.sample),
    "retested": lambda e, _: bool(e.record.retest),
    "private": lambda e, _: e.private,
    "unknown": lambda e, _: e.unknown,
}
"""The words that `is:` knows."""


def _kind(read: Callable[[Item], str]) -> Callable[[Entry], str]:
    return lambda entry: read(entry.item)


KEYS: dict[str, Callable[[str], Test]] = {
    "status": one_of("status", STATUSES, lambda e: e.record.status),
    "role": exactly(lambda e: e.role),
    "phase": exactly(lambda e: e.phase),
    "checklist": _checklist,
    "section": _section,
    "kind": one_of("kind", ("task", "test"), _kind(lambda i: i.kind)),
    "level": one_of("level", LEVELS, _kind(lambda i: i.level)),
    "result": one_of("result", (*RESULTS, "none"), lambda e: e.record.result or "none"),
    "method": _method,
    "family": _family,
    "control": _control,
    "deliverable": exactly(lambda e: e.item.deliverable),
    "owner": named(_owner),
    "tester": _tester,
    "inherited": one_of(
        "inherited", (*INHERITANCES, "none"), lambda e: e.record.inherited or "none"
    ),
    "review": one_of("review", (*REVIEWS, "none"), lambda e: e.record.review or "none"),
    "note": partly(lambda e: e.record.note),
    "due": due,
    "evidence": _evidence,
    "is": is_one_of(IS),
}
"""The keys of the language, each with what makes a test of its value."""

EXAMPLES: dict[str, str] = {
    "status": "todo",
    "role": "3pao",
    "phase": "readiness",
    "checklist": "rev5.readiness.csp",
    "section": "federal-mandates",
    "kind": "test",
    "level": "must",
    "result": "other-than-satisfied",
    "method": "examine",
    "family": "SC",
    "control": "SC-13",
    "deliverable": "rar",
    "owner": "alice",
    "tester": "bob",
    "inherited": "leveraged",
    "review": "returned",
    "note": "waiver",
    "due": "<14d",
    "evidence": "stale",
    "is": "overdue",
}
"""An example value for each key, for messages and completion."""

ITEMS: Language[Entry] = Language(KEYS, EXAMPLES, searched)
"""The language of items."""
