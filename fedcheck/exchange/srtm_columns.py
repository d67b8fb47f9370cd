"""What the columns of a test case workbook mean, told by their headings and never by their place.

FedRAMP's workbooks changed over the years (SAP Appendix A, then SAR Appendix B), and assessors add
columns of their own; the same column is called differently, and stands elsewhere.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

HEADINGS: Mapping[str, tuple[str, ...]] = {
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
}  # fmt: skip
"""The headings of each field, as `plain_heading` leaves them, the most telling ones first."""

DEFINING = ("name", "control", "procedure", "objective", "parameter", "requirement", "methods")
"""What says which test it is; the rest is what an assessor fills in."""

FILLED = (
    "observation", "evidence", "result", "risk", "statement", "likelihood", "impact", "exposure",
    "recommendation", "differential", "tester", "tested", "sample",
)  # fmt: skip

METHODS = ("examine", "interview", "test")

WITHIN = 40
"""The header is looked for in so many rows; what stands above it is a title or a marking."""

LONGEST = 150
"""No heading is longer, in characters."""

UNRANKED = 99
"""The rank of a heading that is known by its words only."""

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])")
_KNOWN = {heading: field for field, headings in HEADINGS.items() for heading in headings}
_SQUEEZED = {heading.replace(" ", ""): field for heading, field in _KNOWN.items()}
_FAMILIES = ("family", "control family", "control families")


def plain_heading(cell: object) -> str:
    """Return a heading as it is compared: words of letters and digits, in lower case."""
    text = unicodedata.normalize("NFKC", cell if isinstance(cell, str) else "")
    return " ".join(re.sub(r"[^0-9a-z]+", " ", text.casefold()).split())


def field_of(cell: object) -> str:
    """Return what a heading means: a field, `either`, `examine` and the like, or nothing."""
    if not isinstance(cell, str) or not 0 < len(cell) <= LONGEST:
        return ""
    return _field_of(cell)


@lru_cache(2048)
def _field_of(cell: str) -> str:
    said = (cell, _JOINED.sub(" ", cell), _BRACKETS.sub(" ", cell))
    return next((found for one in said if (found := _meaning(plain_heading(one)))), "")


def _meaning(heading: str) -> str:
    words = heading.split()
    methods = [word for word in words if word in METHODS]
    if len(methods) > 1 and len(words) <= len(methods) + 3:
        return "methods"
    if heading in METHODS:
        return heading
    bare = re.sub(r" (required|optional|dropdown|select one|yes no|y n)$", "", heading)
    squeezed = _SQUEEZED.get(bare.replace(" ", ""), "")
    return _KNOWN.get(heading) or _KNOWN.get(bare) or squeezed or _by_words(words)


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
"""Words that tell a field wherever they stand in its heading."""


def _by_words(listed: list[str]) -> str:
    """Return what a heading means that is worded as no edition that we know words it."""
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


def columns_of(row: Sequence[object], above: Sequence[object] = ()) -> dict[str, int]:
    """Return the place of each field in a row of headings; nothing where it is no header of tests.

    Args:
        row: the cells.
        above: the row above: a heading that spans both rows stands in it.
    """
    found: dict[str, int] = {}
    ranks: dict[str, int] = {}
    either = []
    for place in range(max(len(row), len(above))):
        cell = row[place] if place < len(row) else None
        if cell in (None, "") and place < len(above):
            cell = above[place]
        field = field_of(cell)
        if field == "either":
            either.append(place)
        elif field and (rank := _rank(field, cell)) < ranks.get(field, UNRANKED + 1):
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


def _rank(field: str, cell: object) -> int:
    """Return how well a heading tells of its field; the lowest is the best."""
    heading, known = plain_heading(cell), HEADINGS.get(field, ())
    return known.index(heading) if heading in known else UNRANKED


def header_of(rows: Sequence[Sequence[object]]) -> tuple[int, dict[str, int]]:
    """Return the place of the header among rows and its columns; -1 where there is none."""
    best, at = dict[str, int](), -1
    for place, row in enumerate(rows[:WITHIN]):
        found = columns_of(row, rows[place - 1] if place else ())
        alone = columns_of(row)
        if len(alone) == len(found):
            found = alone
        if len(found) > len(best):
            best, at = found, place
    return at, best


def summary_of(row: Sequence[object]) -> dict[str, int]:
    """Return the columns of a row that heads a summary by control; nothing where it does not.

    Such a table has a control and a result, and no test.
    """
    found: dict[str, int] = {}
    for place, cell in enumerate(row):
        heading = plain_heading(cell)
        field = "family" if heading in _FAMILIES else field_of(cell)
        if field:
            found.setdefault(field, place)
    if found.keys() & {"procedure", "objective", "either"}:
        return {}
    return found if {"control", "result"} <= found.keys() else {}
