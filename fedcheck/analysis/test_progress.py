"""How far the testing is: tests counted by family, by method and by tester, and what is planned."""

import re
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from fedcheck.domain.glossary import METHODS, Result, Review
from fedcheck.domain.query_fields import FAMILIES, find_tester, parse_family
from fedcheck.domain.row import Row

NOBODY = "none"
"""Stands where no family, method or tester is named; the query language calls it so too."""


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
    return _count_by(rows, list_families, {**FAMILIES, NOBODY: "No control named"})


def count_by_method(rows: Iterable[Row]) -> list[Tally]:
    """Count tests by the methods that their items name; one of two methods counts in both."""
    titles: dict[str, str] = {
        NOBODY: "No method named",
        **{method: method.capitalize() for method in METHODS},
    }
    found = _count_by(rows, lambda row: list(row.item.methods) or [NOBODY], titles)
    order = [*METHODS, NOBODY]
    return sorted(found, key=lambda one: order.index(one.name))


def count_by_tester(rows: Iterable[Row]) -> list[Tally]:
    """Count tests by who tested them, or has them; nobody named comes last."""
    return _count_by(rows, lambda row: [find_tester(row) or NOBODY], {NOBODY: "Nobody named"})


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
