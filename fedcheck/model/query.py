"""The query language of the command line and the search box.

Words match id, code, title, guidance, notes and evidence; `key:value` narrows; `a|b` means
either; a leading `-` turns a term round; quotes hold blanks together. All terms must hold.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from fedcheck.model.checklist import LEVELS, Item
from fedcheck.model.dates import parse_date, parse_span, shift, shift_clamped
from fedcheck.model.entry import Entry
from fedcheck.model.record import RESULTS, STATUSES
from fedcheck.model.reference import did_you_mean
from fedcheck.model.text import one_line

Test = Callable[[Entry, date], bool]

EVIDENCE_WORDS = ("any", "none", "ok", "stale", "missing", "changed")
_DUE = re.compile(r"(<=|>=|<|>|=)?(.+)")


class QueryError(ValueError):
    """A query that cannot be understood; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: a test that an entry passes or not."""

    text: str
    tests: tuple[Test, ...] = ()

    def __call__(self, entry: Entry, today: date) -> bool:
        """Tell whether an entry is meant."""
        return all(test(entry, today) for test in self.tests)

    def select(self, entries: Iterable[Entry], today: date) -> list[Entry]:
        """Return the entries that are meant, in their order."""
        return [entry for entry in entries if self(entry, today)]


def parse(text: str) -> Query:
    """Parse a query. Raises QueryError for an unknown key or value, with a suggestion."""
    return Query(text.strip(), tuple(_term(word) for word in split_words(text)))


def split_words(text: str) -> list[str]:
    """Split at blanks outside double quotes; an unclosed quote runs to the end."""
    words, word, quoted, started = [], "", False, False
    for char in text:
        if char == '"':
            quoted, started = not quoted, True
        elif char.isspace() and not quoted:
            if word or started:
                words.append(word)
            word, started = "", False
        else:
            word += char
    if word or started:
        words.append(word)
    return [w for w in words if w and w != "-"]


def _term(word: str) -> Test:
    negated = word.startswith("-") and len(word) > 1
    body = word[1:] if negated else word
    name, colon, value = body.partition(":")
    if colon and name.isidentifier():
        test = _keyed(name.lower(), value)
    else:
        test = _containing(body.casefold())
    if negated:
        return lambda entry, today: not test(entry, today)
    return test


def _shown(text: str) -> str:
    """Return what a person typed for a message; it may have been pasted from anywhere."""
    return one_line(text, 60)


def _keyed(name: str, value: str) -> Test:
    maker = KEYS.get(name)
    if maker is None:
        hint = did_you_mean(name, KEYS) or "known keys: " + ", ".join(KEYS)
        raise QueryError(f'unknown search key "{_shown(name)}:"; {hint}')
    if not value.strip("|"):
        raise QueryError(f'"{name}:" needs a value, such as {name}:{EXAMPLES[name]}')
    tests = [maker(part.casefold()) for part in value.split("|") if part]
    if len(tests) == 1:
        return tests[0]
    return lambda entry, today: any(test(entry, today) for test in tests)


def _containing(word: str) -> Test:
    words = [part for part in word.split("|") if part] or [word]

    def holds(entry: Entry, _: date) -> bool:
        return any(part in text.casefold() for text in searched(entry) for part in words)

    return holds


def searched(entry: Entry) -> Iterable[str]:
    """Yield the texts of an entry in which a plain word is looked for."""
    item, record = entry.item, entry.record
    yield entry.ref
    yield item.code
    yield item.title
    yield from item.controls
    yield item.guidance
    yield record.note
    yield record.reason
    for proof in record.evidence:
        yield proof.label
        yield proof.link


def _one_of(name: str, known: Iterable[str], read: Callable[[Entry], str]) -> Callable[[str], Test]:
    words = tuple(known)

    def make(value: str) -> Test:
        if value not in words:
            hint = did_you_mean(value, words) or "it is one of " + ", ".join(words)
            raise QueryError(f'"{_shown(value)}" is no {name}; {hint}')
        return lambda entry, _: read(entry) == value

    return make


def _exactly(read: Callable[[Entry], str]) -> Callable[[str], Test]:
    return lambda value: lambda entry, _: read(entry).casefold() == value


def _partly(read: Callable[[Entry], str]) -> Callable[[str], Test]:
    return lambda value: lambda entry, _: value in read(entry).casefold()


def _named(read: Callable[[Entry], str]) -> Callable[[str], Test]:
    """Like exactly; `none` asks for entries that have no such thing."""

    def make(value: str) -> Test:
        wanted = "" if value == "none" else value
        return lambda entry, _: read(entry).casefold() == wanted

    return make


def family(control: str) -> str:
    """Return the family of a control: `AC` of `AC-2(1)`."""
    return control.partition("-")[0].upper()


def _family(value: str) -> Test:
    return lambda entry, _: any(family(c).casefold() == value for c in entry.item.controls)


def _control(value: str) -> Test:
    """`ac-2` means the control with its enhancements, `ac-2(1)` just that one."""

    def holds(entry: Entry, _: date) -> bool:
        controls = (c.casefold() for c in entry.item.controls)
        return any(c == value or c.startswith(value + "(") for c in controls)

    return holds


def _method(value: str) -> Test:
    return lambda entry, _: value in entry.item.methods


def _section(value: str) -> Test:
    def holds(entry: Entry, _: date) -> bool:
        return entry.section.id == value or value in entry.section.title.casefold()

    return holds


def _checklist(value: str) -> Test:
    return lambda entry, _: entry.checklist == value or entry.checklist.endswith("." + value)


def _tester(value: str) -> Test:
    owner = _named(lambda e: e.record.owner)(value)
    return lambda entry, today: entry.item.kind == "test" and owner(entry, today)


def _evidence(value: str) -> Test:
    if value not in EVIDENCE_WORDS:
        hint = did_you_mean(value, EVIDENCE_WORDS) or "it is one of " + ", ".join(EVIDENCE_WORDS)
        raise QueryError(f'"{_shown(value)}" says nothing of evidence; {hint}')
    if value == "none":
        return lambda entry, _: bool(entry.item.expects) and not entry.record.evidence
    if value == "any":
        return lambda entry, _: bool(entry.record.evidence)
    return lambda entry, _: value in entry.evidence


def _due(value: str) -> Test:
    if value == "none":
        return lambda entry, _: entry.due is None
    found = _DUE.fullmatch(value)
    relation, day = (found[1] or "<=", found[2]) if found else ("<=", "")
    try:
        if day[:4].isdigit() and "-" in day:
            fixed = parse_date(day)
            relation = relation if found and found[1] else "="

            def limit(today: date) -> date:
                return fixed

        else:
            span = parse_span(day)
            shift(date(2026, 1, 1), span)

            @lru_cache(maxsize=4)  # one for the whole search: business days take their time
            def limit(today: date) -> date:
                return shift_clamped(today, span)

    except ValueError as error:
        raise QueryError(
            f"due:{_shown(value)}: {error}; write due:<14d, due:>2027-02-01 or due:none"
        ) from None

    def holds(entry: Entry, today: date) -> bool:
        if entry.due is None:
            return False
        bound = limit(today)
        match relation:
            case "<":
                return entry.due < bound
            case ">":
                return entry.due > bound
            case ">=":
                return entry.due >= bound
            case "=":
                return entry.due == bound
            case _:
                return entry.due <= bound

    return holds


IS: dict[str, Callable[[Entry], bool]] = {
    "open": lambda e: not (e.record.closed or e.unknown),
    "closed": lambda e: e.record.closed,
    "overdue": lambda e: e.overdue,
    "blocked": lambda e: e.record.status == "blocked",
    "waiting": lambda e: e.waiting,
    "ready": lambda e: not (e.record.closed or e.unknown or e.waiting),
    "stale": lambda e: e.stale,
    "changed": lambda e: e.changed,
    "demanded": lambda e: e.item.level in ("must", "must-not"),
    "noted": lambda e: bool(e.record.note),
    "private": lambda e: e.private,
    "unknown": lambda e: e.unknown,
}
"""The words that `is:` knows."""


def _is(value: str) -> Test:
    holds = IS.get(value)
    if holds is None:
        hint = did_you_mean(value, IS) or "it is one of " + ", ".join(IS)
        raise QueryError(f'"is:{_shown(value)}" is not known; {hint}')
    return lambda entry, _: holds(entry)


def _kind(read: Callable[[Item], str]) -> Callable[[Entry], str]:
    return lambda entry: read(entry.item)


KEYS: dict[str, Callable[[str], Test]] = {
    "status": _one_of("status", STATUSES, lambda e: e.record.status),
    "role": _exactly(lambda e: e.role),
    "phase": _exactly(lambda e: e.phase),
    "checklist": _checklist,
    "section": _section,
    "kind": _one_of("kind", ("task", "test"), _kind(lambda i: i.kind)),
    "level": _one_of("level", LEVELS, _kind(lambda i: i.level)),
    "result": _one_of("result", (*RESULTS, "none"), lambda e: e.record.result or "none"),
    "method": _method,
    "family": _family,
    "control": _control,
    "deliverable": _exactly(lambda e: e.item.deliverable),
    "owner": _named(lambda e: e.record.owner),
    "tester": _tester,
    "note": _partly(lambda e: e.record.note),
    "due": _due,
    "evidence": _evidence,
    "is": _is,
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
    "note": "waiver",
    "due": "<14d",
    "evidence": "stale",
    "is": "overdue",
}
"""An example value for each key, for messages and completion."""
