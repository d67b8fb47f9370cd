"""Find the columns of a test case workbook by their headings, and interpret their cells."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from fedcheck.domain.text import make_storable
from fedcheck.spreadsheets.headings import UNRANKED, HeadingTable, find_header
from fedcheck.spreadsheets.xlsx_reader import Cell

TABLE = HeadingTable({
    "name": ("control name", "control title", "name of control"),
    "control": (
        "control id", "control identifier", "control number", "control no", "control",
        "nist control", "nist control id", "security control", "security control id",
        "control enhancement", "control enhancement id", "control ids", "controls",
    ),
    "procedure": (
        "assessment procedure id", "assessment procedure identifier", "procedure id",
        "procedure identifier", "procedure number", "test case id", "test case number", "test id",
        "test procedure id", "test case procedure id", "test number", "test step id", "step id",
        "assessment objective id", "assessment objective identifier", "determination id",
        "determination statement id", "ap id", "assessment procedure number",
    ),
    "objective": (
        "assessment objective", "assessment objectives", "objective", "test objective",
        "determination statement", "determine if", "test case description", "test description",
        "assessment procedure description", "test case procedure", "test case procedures",
        "control assessment objective", "test steps", "procedure description", "test step",
        "assessment objective and determination statement", "assessment steps",
    ),
    "either": (
        "assessment procedure", "assessment procedures", "test procedure", "test procedures",
        "test case", "test cases", "procedure", "procedures",
    ),
    "parameter": (
        "assessment parameter", "assessment parameters", "parameter", "parameters",
        "fedramp parameter", "fedramp parameters", "fedramp assigned parameter",
        "organization defined parameter", "organization defined parameters", "odp", "odps",
        "fedramp defined parameters", "fedramp defined assignment selection parameters",
    ),
    "requirement": (
        "additional fedramp requirements guidance", "additional fedramp requirements",
        "additional fedramp requirements and guidance", "fedramp requirements and guidance",
        "additional fedramp requirement guidance", "fedramp requirements guidance",
        "additional requirements", "additional requirements and guidance", "fedramp guidance",
        "additional fedramp guidance", "fedramp additional requirements and guidance",
    ),
    "methods": (
        "test method", "test methods", "assessment method", "assessment methods", "method",
        "methods", "method of testing", "potential assessment methods", "testing method",
    ),
    "observation": (
        "observation", "observations", "observations test results", "observation test results",
        "observations and evidence", "observations evidence", "test results", "test result details",
        "actual results", "test results and observations", "assessor observations",
        "assessment observations", "observations and test results", "results and observations",
    ),
    "evidence": (
        "evidence", "evidence collected", "evidence artifacts", "artifacts", "evidence reviewed",
        "evidence reference", "evidence references", "artifacts reviewed", "artifact",
    ),
    "result": (
        "assessment result", "assessment results", "result", "test result", "assessment finding",
        "satisfied other than satisfied", "pass fail", "overall result", "final result",
        "assessment status", "test status", "finding",
    ),
    "risk": (
        "identified risk", "identified risks", "identified risk weakness", "identified weakness",
        "weakness", "weakness description", "risk",
    ),
    "statement": ("risk statement", "statement of risk", "risk description"),
    "likelihood": ("likelihood level", "likelihood", "likelihood rating"),
    "impact": ("impact level", "impact", "impact rating"),
    "exposure": (
        "risk exposure level", "risk exposure", "risk level", "risk rating", "exposure level",
        "overall risk", "overall risk level",
    ),
    "recommendation": (
        "recommendation for mitigation", "recommendations for mitigation", "recommendation",
        "recommendations", "mitigation recommendation", "recommended mitigation",
        "recommended remediation", "recommended corrective action", "mitigation",
    ),
    "differential": (
        "ssp implementation differential", "implementation differential", "ssp differential",
        "implementation statement differential", "ssp differentials", "differential",
        "ssp implementation statement differential",
    ),
    "tester": (
        "assessor poc", "assessor", "assessor name", "tester", "tested by", "assessed by",
        "assessor point of contact", "test performed by", "assessor s",
    ),
    "tested": (
        "date tested", "test date", "assessment date", "date assessed", "date of test", "tested on",
    ),
    "sample": ("sample", "sampling", "sample size", "samples"),
}, number="")  # fmt: skip
"""The headings of each field, as `normalize` gives them, the most showing ones first."""

DEFINING = ("name", "control", "procedure", "objective", "parameter", "requirement", "methods")
"""The fields that identify a test; an assessor fills in the others."""

FILLED = (
    "observation", "evidence", "result", "risk", "statement", "likelihood", "impact", "exposure",
    "recommendation", "differential", "tester", "tested", "sample",
)  # fmt: skip

METHODS = ("examine", "interview", "test")

WITHIN = 40
"""How many rows are searched for the header; titles and markings are above it."""

LONGEST = 150
"""No heading is longer, in characters."""

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])")
_FAMILIES = ("family", "control family", "control families")


def find_field(cell: object) -> str:
    """Return what a heading means: a field, `either`, `examine` and the like, or nothing."""
    if not isinstance(cell, str) or not 0 < len(cell) <= LONGEST:
        return ""
    return _find_field(cell)


@lru_cache(2048)
def _find_field(cell: str) -> str:
    said = (cell, _JOINED.sub(" ", cell), _BRACKETS.sub(" ", cell))
    return next((found for one in said if (found := _interpret(TABLE.normalize(one)))), "")


def _interpret(heading: str) -> str:
    words = heading.split()
    methods = [word for word in words if word in METHODS]
    if len(methods) > 1 and len(words) <= len(methods) + 3:
        return "methods"
    if heading in METHODS:
        return heading
    bare = re.sub(r" (required|optional|dropdown|select one|yes no|y n)$", "", heading)
    return TABLE.find_field(heading) or TABLE.find_field(bare) or _interpret_words(words)


_TELLING: Mapping[str, set[str]] = {
    "exposure": {"risk", "exposure"},
    "result": {"assessment", "result"},
    "likelihood": {"likelihood", "level"},
    "impact": {"impact", "level"},
    "recommendation": {"recommendation"},
    "risk": {"identified", "risk"},
    "name": {"control", "name"},
    "control": {"control", "id"},
}
"""The words that name a field wherever they are in its heading."""


def _interpret_words(listed: list[str]) -> str:
    """Return the field of a heading that no known edition uses, by its words."""
    words = set(listed)
    if "differential" in words or "differentials" in words:
        return "differential"
    if words & {"observation", "observations"}:
        return "observation"
    if "fedramp" in words and words & {"requirement", "requirements", "guidance"}:
        return "requirement"
    if words & {"parameter", "parameters"} and words & {"fedramp", "assessment", "odp"}:
        return "parameter"
    for field, wanted in _TELLING.items():
        if wanted <= words:
            return field
    if words & {"procedure", "objective"} and words & {"id", "identifier", "number"}:
        return "procedure"
    return "evidence" if listed[:1] == ["evidence"] and len(listed) < 4 else ""


def find_columns(row: Sequence[object], above: Sequence[object] = ()) -> dict[str, int]:
    """Return the place of each field in a row of headings; nothing where it is no header of tests.

    Args:
        row: the cells.
        above: the row above: a heading that spans both rows is in it.
    """
    found: dict[str, int] = {}
    ranks: dict[str, int] = {}
    either = []
    for place in range(max(len(row), len(above))):
        cell = row[place] if place < len(row) else None
        if cell in (None, "") and place < len(above):
            cell = above[place]
        field = find_field(cell)
        if field == "either":
            either.append(place)
        elif field and (rank := TABLE.rank(field, cell)) < ranks.get(field, UNRANKED + 1):
            found[field], ranks[field] = place, rank
    for place in either:  # an id where no other column is one, else the text
        found.setdefault("objective" if "procedure" in found else "procedure", place)
    if "statement" in found and "risk" not in found:
        found["risk"] = found.pop("statement")
    if len(found) < 3 or not found.keys() & {"procedure", "objective"}:
        return {}
    if not found.keys() & {"control", "objective", "observation", "result"}:
        return {}
    return found


def find_test_header(rows: Sequence[Sequence[object]]) -> tuple[int, dict[str, int]]:
    """Return the place of the header among rows and its columns; -1 where there is none."""
    headers = []
    for place, row in enumerate(rows[:WITHIN]):
        found = find_columns(row, rows[place - 1] if place else ())
        alone = find_columns(row)
        headers.append(alone if len(alone) == len(found) else found)
    at = find_header(len(found) for found in headers)
    return at, headers[at] if at >= 0 else {}


def find_summary_columns(row: Sequence[object]) -> dict[str, int]:
    """Return the columns of a row that heads a summary by control; nothing where it does not.

    Such a table has a control and a result, and no test.
    """
    found: dict[str, int] = {}
    for place, cell in enumerate(row):
        heading = TABLE.normalize(cell)
        field = "family" if heading in _FAMILIES else find_field(cell)
        if field:
            found.setdefault(field, place)
    if found.keys() & {"procedure", "objective", "either"}:
        return {}
    return found if {"control", "result"} <= found.keys() else {}


RESULT_WORDS = {
    "satisfied": "Satisfied",
    "other-than-satisfied": "Other than Satisfied",
    "not-applicable": "Not Applicable",
}
"""The results as the drop-down lists of the official workbook word them."""

LEVEL_WORDS = {"high": "High", "moderate": "Moderate", "low": "Low"}

_RESULTS = {
    "satisfied": "satisfied", "s": "satisfied", "pass": "satisfied", "passed": "satisfied",
    "other than satisfied": "other-than-satisfied", "ots": "other-than-satisfied",
    "o": "other-than-satisfied", "not satisfied": "other-than-satisfied",
    "otherthan satisfied": "other-than-satisfied", "otherthansatisfied": "other-than-satisfied",
    "met": "satisfied", "not met": "other-than-satisfied",
    "fail": "other-than-satisfied", "failed": "other-than-satisfied",
    "unsatisfied": "other-than-satisfied", "other": "other-than-satisfied",
    "not applicable": "not-applicable", "n a": "not-applicable", "na": "not-applicable",
    "notapplicable": "not-applicable",
}  # fmt: skip
_LEVELS = {
    "high": "high", "h": "high", "moderate": "moderate", "medium": "moderate", "mod": "moderate",
    "m": "moderate", "med": "moderate", "low": "low", "l": "low",
}  # fmt: skip
_NOTHING = {
    "", "n a", "na", "none", "not applicable", "nil", "no risk", "no risks", "none identified",
    "no risk identified", "no risks identified", "no differential", "no differentials",
}  # fmt: skip
_CROSS = {"x", "yes", "y", "true", "1", "✓", "✔"}


def cell_text(cell: Cell) -> str:
    """Return a cell as text: lines end in LF without blanks before it, days are ISO."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return normalize_text(str(cell))


def normalize_text(text: str) -> str:
    """Return text as it is recorded and compared: what is invisible makes no difference."""
    text = make_storable(text).replace("\r", "\n").replace("\xa0", " ").replace("\u200b", "")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def normalize_words(text: str) -> str:
    """Return words as they are compared: lower case, no punctuation, single blanks."""
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


def parse_result(text: str) -> str | None:
    """Return the result that a cell gives; nothing for an empty one, None for what is none."""
    words = normalize_words(text)
    return _RESULTS.get(words) if words else ""


def parse_levels(text: str) -> tuple[str, ...] | None:
    """Return the levels that a cell gives; None for what is none.

    A cell may give several, a line each, where a test has several risks: `Finding 1: High`.
    """
    words = normalize_words(text)
    if words in _NOTHING:
        return ()
    if words in _LEVELS:
        return (_LEVELS[words],)
    spoken = (word for word in words.split() if len(word) > 1 and word in _LEVELS)
    return tuple(dict.fromkeys(_LEVELS[word] for word in spoken)) or None


def parse_level(text: str) -> str | None:
    """Return the level that a cell gives, the highest of several; None for what is none."""
    levels = parse_levels(text)
    return None if levels is None else highest_level(levels)


def is_nothing(text: str) -> bool:
    """Return whether a cell means that there is nothing: empty, `N/A`, `None`, a dash."""
    return normalize_words(text) in _NOTHING


def parse_methods(text: str) -> tuple[str, ...]:
    """Return the methods that a text names: `Examine, Interview`."""
    words = set(normalize_words(text).split())
    return tuple(
        method
        for method in METHODS
        if words & {method, f"{method}s", f"{method[:-1]}ing", f"{method}ing", f"{method}ed"}
        or (method == "examine" and words & {"examination", "examined"})
    )


def is_crossed(text: str, method: str) -> bool:
    """Return whether a column of one method is filled: with a cross, or with assessment objects."""
    words = normalize_words(text)
    return (bool(text.strip()) and words not in _NOTHING and words != "no") or words in _CROSS


def names_objects(text: str) -> bool:
    """Return whether a column of one method names assessment objects, not only a cross."""
    words = normalize_words(text)
    return len(words) > 3 and words not in _NOTHING | _CROSS | set(METHODS)


def highest_level(levels: Sequence[str]) -> str:
    """Return the highest of some levels; nothing where there is none."""
    return next((level for level in LEVEL_WORDS if level in levels), "")
