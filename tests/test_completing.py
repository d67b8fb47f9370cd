"""What a query may go on with, and the values that a project knows."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_project import checklist, item, project, small_board

from fedcheck.domain import query_fields
from fedcheck.domain.item_language import build_item_language, list_query_words
from fedcheck.domain.query import complete_query, complete_word, find_last_word
from fedcheck.domain.record import Record
from fedcheck.errors import QueryError

ITEMS = (
    item("fips", controls=("SC-13",), methods=("test",), kind="test", deliverable="rar"),
    item("plan", controls=("CP-2", "CP-4")),
)
ABOUT = {
    "records": {"fips": Record(owner="dana"), "plan": Record(owner="Mary Ann")},
    "lists": [checklist("x.assess.3pao", item("scan"), phase="full-assessment", role="3pao")],
}
PROJECT = project(*ITEMS, **ABOUT)
KNOWN = list_query_words(PROJECT)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sta", ["status:"]),
        ("-sta", ["-status:"]),
        ("fips STA", ["fips status:"]),
        ("role:3", ["role:3pao"]),
        ("status:d", ["status:doing", "status:done"]),
        ("status:todo|d", ["status:todo|doing", "status:todo|done"]),
        ("-is:ov", ["-is:overdue"]),
        ("status:todo is:st", ["status:todo is:stale"]),
        ("owner:mary", ['owner:"Mary Ann"']),
        ('owner:"mary a', ['owner:"Mary Ann"']),
        ("owner:D", ["owner:dana"]),
        ("family:", ["family:CP", "family:SC"]),
        ("phase:full", ["phase:full-assessment"]),
        ("control:cp-", ["control:CP-2", "control:CP-4"]),
        ("level:must", ["level:must-not"]),
        ("status:done", []),
        ("nothing-like-a-key", []),
        ("zzz:", []),
        ("note:x", []),
    ],
)
def test_what_a_query_may_become(text: str, wanted: list[str]) -> None:
    assert complete_query(text, KNOWN) == wanted


def test_after_a_blank_every_key_may_follow() -> None:
    assert complete_query("fips ", KNOWN) == [f"fips {key}:" for key in query_fields.KEYS]


def test_a_value_that_is_there_is_not_offered_again() -> None:
    assert "status:done|todo" in complete_query("status:done|", KNOWN)
    assert "status:done|done" not in complete_query("status:done|", KNOWN)


def test_the_last_word_begins_outside_quotes() -> None:
    assert find_last_word('a "b c') == 2
    assert find_last_word("a ") == 2
    assert find_last_word("") == 0


@given(st.text(max_size=12))
def test_any_text_can_be_completed_and_never_becomes_itself(text: str) -> None:
    for found in complete_query(text, KNOWN):
        assert found != text
    assert isinstance(complete_word(text, KNOWN), list)


@pytest.mark.parametrize("key", [key for key, known in KNOWN.items() if known])
def test_every_value_that_is_offered_is_understood(key: str) -> None:
    language = build_item_language(PROJECT)
    for text in complete_query(f"{key}:", KNOWN):
        language.parse(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("role:3pa", 'no role is named "3pa"; did you mean "3pao"?'),
        ("phase:x", 'no phase is named "x"; use one of: readiness'),
        ("checklist:x", 'no checklist is named "x"; see: fedcheck checklist list'),
        ("checklist:asess.3pao", 'did you mean "assess.3pao"?'),
        ("method:x", "use one of: examine, interview, test"),
        ("section:zzz", 'no section is named "zzz"'),
        ("family:sx", 'no control family is named "sx"; use one of: AC, AT'),
        ("deliverable:raar", 'did you mean "rar"?'),
        ("owner:dnaa", 'did you mean "dana"?'),
        ("-role:3pa", 'did you mean "3pao"?'),
        ("role:csp|3pa", 'did you mean "3pao"?'),
    ],
)
def test_a_value_that_the_project_cannot_know_is_an_error(text: str, said: str) -> None:
    with pytest.raises(QueryError) as error:
        build_item_language(PROJECT).parse(text)
    assert said in str(error.value)


@pytest.mark.parametrize(
    "text",
    ["role:3PAO", "phase:review", "checklist:3pao", "checklist:assess.3pao", "section:sect",
     "method:interview", "family:ac", "owner:zoe", "owner:none", "control:zz-9", "tester:zoe"],
)  # fmt: skip
def test_what_may_be_there_tomorrow_is_no_error(text: str) -> None:
    build_item_language(PROJECT).parse(text)


MONDAY = date(2027, 1, 11)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("due:fri", ["on-friday"]),
        ("due:<fri", ["today"]),
        ("due:<=friday", ["today", "on-friday"]),
        ("due:>fri", ["later"]),
        ("due:today", ["today"]),
        ("due:<tomorrow", ["today"]),
        ("due:+1w", ["today", "on-friday"]),
        ("due:>-3d", ["today", "on-friday", "later"]),
    ],
)
def test_due_takes_the_days_that_a_person_types(text: str, wanted: list[str]) -> None:
    days = {"today": MONDAY, "on-friday": date(2027, 1, 15), "later": date(2027, 3, 1)}
    found = [item(name, due=day.isoformat()) for name, day in days.items()]
    board = small_board(*found, item("never"), today=MONDAY)
    chosen = build_item_language(board.project).parse(text).select(board.rows.values(), MONDAY)
    assert [row.item.id for row in chosen] == wanted


@pytest.mark.parametrize("day", [date.max, date.min])
def test_days_at_the_end_of_the_calendar(day: date) -> None:
    board = small_board(item("a", due="2027-01-15"), today=MONDAY)
    for text in ("due:fri", "due:+9999y", "due:<-9999y", "due:tomorrow"):
        try:
            query_fields.parse(text).select(board.rows.values(), day)
        except QueryError as error:
            assert "is not between 1990-01-01" in str(error)


@pytest.mark.parametrize("text", ["due:kick-off", "due:<fr", "due:+", "due:+x"])
def test_a_day_that_is_none_is_an_error(text: str) -> None:
    with pytest.raises(QueryError, match="write due:<14d"):
        query_fields.parse(text)
