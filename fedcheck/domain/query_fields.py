"""The keys of the query language for items, and the values that one workspace knows."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

from fedcheck.domain.checklist import Item
from fedcheck.domain.control_ids import is_part_of_code, normalize_code, parse_control
from fedcheck.domain.glossary import (
    INHERITANCES,
    LEVELS,
    RESULTS,
    REVIEWS,
    STATUSES,
    EvidenceState,
    Method,
    Sharing,
)
from fedcheck.domain.query import (
    Language,
    Search,
    match_due,
    match_flag,
    match_name,
    match_one_of,
    match_part,
    match_text,
    shorten,
)
from fedcheck.domain.query import Test as GenericTest
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.row import Row
from fedcheck.errors import QueryError

Query = Search[Row]
Test = GenericTest[Row]

EVIDENCE_WORDS = ("any", "none", *EvidenceState)


def parse(text: str) -> Query:
    """Parse a query. Raises QueryError for an unknown key or value, with a suggestion."""
    return ITEMS.parse(text)


def searchable_texts(row: Row) -> Iterable[str]:
    """Yield the texts of an entry in which a plain word is looked for."""
    item, record = row.item, row.record
    yield row.ref
    yield item.code
    yield item.title
    yield from item.controls
    yield item.statement
    yield item.full_guidance
    yield record.note
    yield record.reason
    yield record.observation
    yield record.sample
    yield record.summary
    yield record.response
    for evidence_item in record.evidence:
        yield evidence_item.label
        yield evidence_item.link


def parse_family(control: str) -> str:
    """Return the family of a control: `AC` of `AC-2(1)`, `03.01` of `03.01.01`."""
    family, dash, _ = control.partition("-")
    return family.upper() if dash else control.rpartition(".")[0] or control.upper()


def _family(value: str) -> Test:
    if value == "none":
        return lambda row, _: not row.item.controls
    return lambda row, _: any(parse_family(c).casefold() == value for c in row.item.controls)


def _control(value: str) -> Test:
    """`ac-2` means the control with its enhancements, `ac-2(1)` just that one, in any spelling."""
    if value == "none":
        return lambda row, _: not row.item.controls
    wanted = _normalize_control(value)

    def holds(row: Row, _: date) -> bool:
        controls = (_normalize_control(c) for c in row.item.controls)
        return any(c == wanted or c.startswith(wanted + "(") for c in controls)

    return holds


_normalize_control = lru_cache(maxsize=4096)(normalize_code)


def list_methods(row: Row) -> tuple[Method, ...]:
    """Return the methods that a test used; those that are planned where none is recorded."""
    return row.record.methods or row.item.methods


def _code(value: str) -> Test:
    """`vdr` means all codes of that ruleset, `vdr-tfr` those of the subset, `vdr-tfr-pdd` one."""

    wanted = _normalize_control(value)

    def holds(row: Row, _: date) -> bool:
        code = _normalize_control(row.item.code)
        begins = code.startswith(wanted) and not code[len(wanted) : len(wanted) + 1].isalnum()
        return begins or is_part_of_code(wanted, code)

    return holds


def _method(value: str) -> Test:
    if value == "none":
        return lambda row, _: not list_methods(row)
    return lambda row, _: value in list_methods(row)


def _section(value: str) -> Test:
    def holds(row: Row, _: date) -> bool:
        return row.section.id == value or value in row.section.title.casefold()

    return holds


def _checklist(value: str) -> Test:
    return lambda row, _: row.checklist == value or row.checklist.endswith("." + value)


def _owner(row: Row) -> str:
    return row.record.owner


def find_tester(row: Row) -> str:
    """Return who tested; the owner of a test that nobody has tested yet."""
    return row.responsible if row.item.kind == "test" else ""


def _tester(value: str) -> Test:
    holds = match_name(find_tester)(value)
    return lambda row, today: row.item.kind == "test" and holds(row, today)


def _evidence(value: str) -> Test:
    if value not in EVIDENCE_WORDS:
        hint = did_you_mean(value, EVIDENCE_WORDS) or "it is one of " + ", ".join(EVIDENCE_WORDS)
        raise QueryError(f'"{shorten(value)}" says nothing of evidence; {hint}')
    if value == "none":
        return lambda row, _: bool(row.item.expects) and not row.record.evidence
    if value == "any":
        return lambda row, _: bool(row.record.evidence)
    return lambda row, _: value in row.evidence


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
    "unobserved": lambda e, _: e.unobserved,
    "summarized": lambda e, _: bool(e.record.summary),
    "private": lambda e, _: e.sharing == Sharing.PRIVATE,
    "internal": lambda e, _: e.internal,
    "unknown": lambda e, _: e.unknown,
}
"""The words that `is:` knows."""


def _kind(read: Callable[[Item], str]) -> Callable[[Row], str]:
    return lambda row: read(row.item)


KEYS: dict[str, Callable[[str], Test]] = {
    "status": match_one_of("status", STATUSES, lambda e: e.record.status),
    "role": match_text(lambda e: e.role),
    "phase": match_text(lambda e: e.phase),
    "checklist": _checklist,
    "section": _section,
    "kind": match_one_of("kind", ("task", "test"), _kind(lambda i: i.kind)),
    "level": match_one_of("level", LEVELS, _kind(lambda i: i.level)),
    "result": match_one_of("result", (*RESULTS, "none"), lambda e: e.record.result or "none"),
    "method": _method,
    "family": _family,
    "control": _control,
    "code": _code,
    "deliverable": match_text(lambda e: e.item.deliverable),
    "owner": match_name(_owner),
    "tester": _tester,
    "inherited": match_one_of(
        "inherited", (*INHERITANCES, "none"), lambda e: e.record.inherited or "none"
    ),
    "review": match_one_of("review", (*REVIEWS, "none"), lambda e: e.record.review or "none"),
    "verified": match_one_of("verified", (*RESULTS, "none"), lambda e: e.record.verified or "none"),
    "validated": match_one_of(
        "validated", (*RESULTS, "none"), lambda e: e.record.validated or "none"
    ),
    "note": match_part(lambda e: e.record.note),
    "due": match_due,
    "evidence": _evidence,
    "is": match_flag(IS),
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
    "code": "VDR-TFR",
    "deliverable": "rar",
    "owner": "alice",
    "tester": "bob",
    "inherited": "leveraged",
    "review": "returned",
    "verified": "none",
    "validated": "other-than-satisfied",
    "note": "waiver",
    "due": "<14d",
    "evidence": "stale",
    "is": "overdue",
}
"""An example value for each key, for messages and completion."""


def spell_word(word: str) -> tuple[str, ...]:
    """Return what a plain word is looked for as: a control also as lists write it."""
    control = parse_control(word).casefold()
    return (word, control) if control and control != word else (word,)


ITEMS: Language[Row] = Language(KEYS, EXAMPLES, searchable_texts, spell_word)
"""The language of items."""


FAMILIES: dict[str, str] = {
    "AC": "Access Control",
    "AT": "Awareness and Training",
    "AU": "Audit and Accountability",
    "CA": "Assessment, Authorization, and Monitoring",
    "CM": "Configuration Management",
    "CP": "Contingency Planning",
    "IA": "Identification and Authentication",
    "IR": "Incident Response",
    "MA": "Maintenance",
    "MP": "Media Protection",
    "PE": "Physical and Environmental Protection",
    "PL": "Planning",
    "PM": "Program Management",
    "PS": "Personnel Security",
    "PT": "PII Processing and Transparency",
    "RA": "Risk Assessment",
    "SA": "System and Services Acquisition",
    "SC": "System and Communications Protection",
    "SI": "System and Information Integrity",
    "SR": "Supply Chain Risk Management",
}
"""The control families of NIST SP 800-53, Revision 5."""
