"""One matcher of headings for every table that is read or filled."""

import pytest

from fedcheck.spreadsheets.headings import UNRANKED, HeadingTable, find_header, normalize

TABLE = HeadingTable(
    {
        "id": ("item id", "id", "item no"),
        "title": ("title", "task name"),
        "due": ("due date", "due"),
        "note": ("note", "comment"),
    }
)


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("  Due\nDate ", "due date"),
        ("Due\u00a0Date", "due date"),
        ("Item #", "item no"),
        ("№", "no"),
        ("ＩＤ", "id"),
        ("Reviewer's comment!", "reviewer s comment"),
        (7, ""),
        (None, ""),
    ],
)
def test_headings_are_compared_by_their_words(heading, name):
    assert normalize(heading) == name


def test_the_sign_of_a_number_may_mean_nothing():
    assert normalize("Test Case #", number="") == "test case"


@pytest.mark.parametrize(
    ("heading", "field"),
    [("DUE-DATE", "due"), ("DueDate", "due"), ("Item #", "id"), ("Due dates", ""), ("", "")],
)
def test_a_field_is_found_with_its_words_joined_or_apart(heading, field):
    assert TABLE.find_field(heading) == field


def test_the_first_column_of_a_field_counts():
    row = ["x", "Title", "Task name", None, "Due"]
    assert TABLE.find_columns(row) == {"title": 1, "due": 4}


def test_listed_headings_are_ranked():
    assert [TABLE.rank("id", one) for one in ("Item ID", "ID", "Item")] == [0, 1, UNRANKED]


def test_the_header_is_the_first_row_that_scores_best():
    assert find_header([0, 2, 5, 5]) == 2
    assert find_header([0, 0]) == -1
    assert find_header([]) == -1
