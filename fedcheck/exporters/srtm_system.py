"""Fill the head of a test case workbook's tab "System": names, scope and dates of testing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fedcheck.domain.record import Record
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import WorkspaceConfig
from fedcheck.exporters.srtm_summary import Setter
from fedcheck.importers.srtm.columns import is_nothing
from fedcheck.spreadsheets.headings import HeadingTable
from fedcheck.spreadsheets.xlsx_reader import Sheet, column_letters

WITHIN = 25
"""How many rows of a tab are searched for its head."""

LABELS = HeadingTable({
    "name": (
        "system name", "name of system", "information system name", "cso name", "system",
        "cloud service offering", "cloud service offering name", "name of the system",
    ),
    "acronym": ("system acronym", "cso acronym", "system abbreviation"),
    "provider": ("csp name", "csp", "cloud service provider", "cloud service provider name"),
    "assessor": (
        "3pao name", "3pao", "independent assessor", "independent assessor name", "assessor name",
        "ia name", "assessment organization",
    ),
    "level": (
        "categorization level", "security categorization level", "system categorization level",
        "impact level", "system impact level", "baseline",
    ),
    "scope": ("scope", "assessment scope", "scope of the assessment", "scope of testing"),
    "begin": (
        "assessment start date", "start date", "test start date", "testing start date",
        "date testing started", "assessment begin date",
    ),
    "end": (
        "assessment end date", "end date", "test end date", "testing end date",
        "date testing ended", "assessment completion date",
    ),
    "dates": (
        "assessment dates", "dates of assessment", "test dates", "dates of testing",
        "assessment period", "testing dates",
    ),
}, number="")  # fmt: skip
"""The labels of the head, each to the left of its value."""

HOW = {
    "acronym": "[package] acronym",
    "provider": "provider",
    "assessor": "[package.assessor] name",
    "level": "[profile] impact",
}
"""The keys of `fedcheck.toml` that a value comes from."""

_PLACEHOLDERS = {"text", "date", "name", "system name", "csp name", "3pao name", "tbd", "select"}


@dataclass(frozen=True, slots=True)
class Known:
    """What the workspace knows of the system: values by label."""

    values: Mapping[str, str | date]


def describe_system(config: WorkspaceConfig, tested: Iterable[Record], controls: int) -> Known:
    """Return what the head of the tab is filled with; days are those of the tests with a result."""
    tests = list(tested)
    days = sorted(one.tested for one in tests if one.tested)
    package = config.package or {}
    assessor = package.get("assessor")
    level = (config.profile or {}).get("impact", "")
    level = {"li-saas": "Li-SaaS"}.get(level, level.capitalize())
    scope = f"{pluralize(len(tests), 'assessment procedure')} of {pluralize(controls, 'control')}"
    values: dict[str, str | date] = {
        "name": config.name,
        "acronym": str(package.get("acronym") or ""),
        "provider": config.provider,
        "assessor": str(assessor.get("name") or "") if isinstance(assessor, Mapping) else "",
        "level": level,
        "scope": f"{level} baseline: {scope}" if level else scope,
    }
    if days:
        values |= {"begin": days[0], "end": days[-1], "dates": f"{days[0]} to {days[-1]}"}
    return Known(values)


def fill_system(
    sheets: Sequence[Sheet],
    tested: Collection[str],
    known: Known,
    formulas: Mapping[str, Collection[str]],
    put: Setter,
) -> list[str]:
    """Set the empty values of the head; return the labels that stay empty, and what fills them.

    A value that somebody wrote stays. See `fill_summaries` for the arguments.
    """
    left = []
    for sheet in sheets:
        if sheet.title in tested:
            continue
        rows = list(enumerate(sheet.rows[:WITHIN], 1))
        heads = [(number, row, LABELS.find_field(row[0])) for number, row in rows if row]
        if sum(bool(field) for _, _, field in heads) < 2:  # a word such as "System" may be anywhere
            continue
        for number, row, field in heads:
            cell = f"{column_letters(2)}{number}"
            if not field or cell in formulas.get(sheet.title, ()):
                continue
            now = one_line(str(row[1])).casefold() if len(row) > 1 and row[1] is not None else ""
            if not is_nothing(now) and now not in _PLACEHOLDERS:
                continue
            value = known.values.get(field, "")
            if value:
                put(sheet.title, cell, value)
            else:
                how = f" (fedcheck.toml: {HOW[field]})" if field in HOW else ""
                left.append(f"{one_line(str(row[0]), 40)}{how}")
    return left
