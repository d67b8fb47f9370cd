"""How far the testing is: tests counted by family, by method and by tester, and what is planned."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping

from msgspec import Struct

from fedcheck.domain.glossary import METHODS, Result, Review
from fedcheck.domain.query_fields import FAMILIES, find_tester, list_methods, parse_family
from fedcheck.domain.row import Row
from fedcheck.domain.text import pluralize

NOBODY = "none"
"""Stands where no family, method or tester is named; the query language calls it so too."""


WORKBOOK = "srtm"
"""The source that steps of an imported test case workbook name."""


class Tally(Struct, frozen=True):
    """Tests of one family, method or tester.

    Attributes:
        name: the value that a query narrows by: `AC`, `examine`, `dana`, `none`.
        title: what to call it.
        total: how many tests there are.
        tested: how many have a result.
        satisfied, other, na: how many have which result.
        unreviewed: tests with a result that no second assessor has agreed to.
        returned: tests that the second assessor returned.
        unobserved: official test steps with a result and no observation.
    """

    name: str
    title: str
    total: int
    tested: int
    satisfied: int
    other: int
    na: int
    unreviewed: int
    returned: int
    unobserved: int = 0

    @property
    def untested(self) -> int:
        """Return how many have none yet."""
        return self.total - self.tested

    @property
    def percent(self) -> int:
        """Return the percentage with a result, rounded down; 100 where there is nothing to test."""
        return 100 * self.tested // self.total if self.total else 100


def list_tests(rows: Iterable[Row]) -> list[Row]:
    """Return the tests among entries whose records can be read."""
    return [row for row in rows if row.item.kind == "test" and not row.unknown]


def split_tests(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Return the tests that are counted together, and the others.

    Where a test case workbook (SRTM) was imported, its steps are counted, as the summary of the
    workbook counts them; tests of other checklists, such as those of readiness, are the others.
    Where none was imported, all tests are counted together.
    """
    found = list_tests(rows)
    steps = [row for row in found if _is_step(row)]
    return (steps, [row for row in found if not _is_step(row)]) if steps else (found, [])


def _is_step(row: Row) -> bool:
    """Return whether a test is a step of an imported test case workbook."""
    return row.item.source is not None and row.item.source.id == WORKBOOK


def describe_others(others: Iterable[Row]) -> str:
    """State which tests are counted apart: `40 tests of rev5.readiness.3pao, 12 of my.list`."""
    counts = Counter(row.checklist for row in others)
    first = True
    parts = []
    for name, count in counts.items():
        parts.append(f"{pluralize(count, 'test') if first else count} of {name}")
        first = False
    return ", ".join(parts)


class ControlCount(Struct, frozen=True):
    """How many controls have which result, as the summary of a test case workbook counts them."""

    total: int
    satisfied: int
    other: int
    na: int

    @property
    def untested(self) -> int:
        """Return how many have no result that counts yet."""
        return self.total - self.satisfied - self.other - self.na

    @property
    def words(self) -> str:
        """Format it: `3 controls: 1 satisfied, 1 other than satisfied, ...`."""
        return (
            f"{pluralize(self.total, 'control')}: {self.satisfied} satisfied,"
            f" {self.other} other than satisfied, {self.na} not applicable,"
            f" {self.untested} without a result"
        )


def roll_up(results: Collection[str]) -> str:
    """Return the result of a control by those of its tests, as the official workbook computes it.

    One test that is other than satisfied makes the control so; it is not applicable where all of
    its tests are.
    """
    if all(one == Result.NOT_APPLICABLE for one in results):
        return Result.NOT_APPLICABLE
    order = (Result.OTHER_THAN_SATISFIED, Result.SATISFIED)
    return next((one for one in order if one in results), Result.NONE)


def count_controls(rows: Iterable[Row]) -> ControlCount:
    """Count the controls of steps of a workbook; a step belongs to the first one it names."""
    by_control: dict[str, list[str]] = {}
    for row in filter(_is_step, list_tests(rows)):
        for control in row.item.controls[:1]:
            by_control.setdefault(control, []).append(row.record.result)
    found = [roll_up(results) for results in by_control.values()]
    return ControlCount(
        len(found),
        found.count(Result.SATISFIED),
        found.count(Result.OTHER_THAN_SATISFIED),
        found.count(Result.NOT_APPLICABLE),
    )


def count_tests(name: str, title: str, found: Iterable[Row]) -> Tally:
    """Count tests."""
    listed = list(found)
    results = [row.record.result for row in listed]
    reviews = [e.record.review for e in listed if e.record.result]
    return Tally(
        name=name,
        title=title,
        total=len(listed),
        tested=len(listed) - results.count(Result.NONE),
        satisfied=results.count(Result.SATISFIED),
        other=results.count(Result.OTHER_THAN_SATISFIED),
        na=results.count(Result.NOT_APPLICABLE),
        unreviewed=len(reviews) - reviews.count(Review.AGREED),
        returned=reviews.count(Review.RETURNED),
        unobserved=sum(row.unobserved for row in listed),
    )


def list_families(row: Row) -> list[str]:
    """Return the control families of a test, each once, in their order."""
    return sorted({parse_family(control) for control in row.item.controls}) or [NOBODY]


def count_by_family(rows: Iterable[Row]) -> list[Tally]:
    """Count tests by control family; one of two families counts in both."""
    return _count_by(rows, list_families, {**FAMILIES, NOBODY: "No control"})


def count_by_method(rows: Iterable[Row]) -> list[Tally]:
    """Count tests by the methods used, or by those planned where none is recorded yet.

    A test of two methods counts in both.
    """
    titles: dict[str, str] = {
        NOBODY: "No method",
        **{method: method.capitalize() for method in METHODS},
    }
    found = _count_by(rows, lambda row: list(list_methods(row)) or [NOBODY], titles)
    order = [*METHODS, NOBODY]
    return sorted(found, key=lambda one: order.index(one.name))


def count_by_tester(rows: Iterable[Row]) -> list[Tally]:
    """Count tests by who tested them, or has them; nobody named comes last."""
    return _count_by(rows, lambda row: [find_tester(row) or NOBODY], {NOBODY: "No tester"})


COUNTERS: Mapping[str, Callable[[Iterable[Row]], list[Tally]]] = {
    "family": count_by_family,
    "method": count_by_method,
    "tester": count_by_tester,
}
"""The ways to count tests, by the key of the query language that narrows to a line of it."""


def _count_by(
    rows: Iterable[Row], names: Callable[[Row], list[str]], titles: Mapping[str, str]
) -> list[Tally]:
    groups: dict[str, list[Row]] = {}
    for row in list_tests(rows):
        for name in names(row):
            groups.setdefault(name, []).append(row)
    order = sorted(groups, key=lambda name: (name == NOBODY, name.casefold(), name))
    return [count_tests(name, titles.get(name, name), groups[name]) for name in order]


def _natural_sort_key(control: str) -> list[tuple[int, str]]:
    """Return a key by which `AC-2(9)` comes before `AC-2(10)`."""
    parts = re.findall(r"[0-9]+|[^0-9]+", control)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def list_interviews(rows: Iterable[Row]) -> list[Row]:
    """Return the tests that ask for an interview and have no result yet, by control."""
    wanted = [e for e in list_tests(rows) if "interview" in e.item.methods and not e.record.result]
    return sorted(wanted, key=lambda row: [_natural_sort_key(c) for c in row.item.controls])


def list_samples(rows: Iterable[Row]) -> list[Row]:
    """Return the tests that were done on a sample, in their order."""
    return [row for row in list_tests(rows) if row.record.sample]
