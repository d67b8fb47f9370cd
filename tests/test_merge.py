"""One three-way merge: base, ours, theirs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedcheck.importers.merge import Merged, merge, show_sides


def merged(base: str, ours: str, theirs: str, prefer_theirs: bool = False) -> Merged:
    return merge(ours, theirs, is_base=lambda one: one == base, prefer_theirs=prefer_theirs)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "outcome"),
    [
        ("a", "a", "a", Merged()),
        ("a", "a", "b", Merged(taken=True)),
        ("a", "b", "a", Merged()),
        ("a", "b", "b", Merged()),
        ("a", "b", "c", Merged(conflict=True)),
        ("a", "b", "", Merged(conflict=True)),
        ("", "", "b", Merged(taken=True)),
        ("", "a", "", Merged()),
    ],
)
def test_the_side_that_changed_a_value_wins(base, ours, theirs, outcome):
    assert merged(base, ours, theirs) == outcome


def test_the_file_wins_a_conflict_where_it_is_preferred():
    assert merged("a", "b", "c", prefer_theirs=True) == Merged(taken=True, conflict=True)
    assert merged("a", "b", "a", prefer_theirs=True) == Merged()


def test_values_may_be_compared_by_another_rule():
    outcome = merge(
        "Long text", "long", is_base=lambda one: not one, prefer_theirs=False,
        same=lambda ours, theirs: ours.casefold().startswith(theirs),
    )  # fmt: skip
    assert outcome == Merged()


VALUES = st.sampled_from("abc")


@given(VALUES, VALUES, VALUES, st.booleans())
def test_nothing_recorded_is_lost_without_a_conflict(base, ours, theirs, prefer):
    outcome = merged(base, ours, theirs, prefer)
    assert outcome.conflict == (len({base, ours, theirs}) == 3)
    if outcome.taken and not outcome.conflict:
        assert ours == base
    if outcome.conflict:
        assert outcome.taken == prefer


def test_both_sides_are_shown():
    assert show_sides("x\ny", "z", "sheet") == 'here "x y", in the sheet "z"'
