"""Dates as people type them: forms, doubt, and the setting that says which part is the month."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedcheck.cli.main import run
from fedcheck.domain.dates import FIRST_DAY, LAST_DAY
from fedcheck.domain.query_fields import parse
from fedcheck.domain.typed_dates import (
    AmbiguousDayError,
    DateOrder,
    name_day,
    read_typed_date,
    read_typed_due,
)
from fedcheck.errors import QueryError
from fedcheck.storage import paths

SATURDAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12/15/2026", "2026-12-15"),
        ("12/15/26", "2026-12-15"),
        ("12/15", "2026-12-15"),
        ("1/15", "2027-01-15"),
        ("15/12/2026", "2026-12-15"),
        ("15.12.2026", "2026-12-15"),
        ("2026/12/15", "2026-12-15"),
        ("Dec 15", "2026-12-15"),
        ("Dec. 15th, 2026", "2026-12-15"),
        ("15 December", "2026-12-15"),
        ("15th of december 2026", "2026-12-15"),
        ("15-Dec-2026", "2026-12-15"),
        ("Tue Dec 15", "2026-12-15"),
        ("Sept 1", "2027-09-01"),
        ("yesterday", "2026-11-27"),
        ("friday", "2026-12-04"),
        ("this saturday", "2026-11-28"),
        ("last friday", "2026-11-27"),
        ("in 2 weeks", "2026-12-12"),
        ("3 business days", "2026-12-02"),
        ("2 weeks ago", "2026-11-14"),
        ("a month from now", "2026-12-28"),
        ("eom", "2026-11-30"),
        ("end of year", "2026-12-31"),
        ("kick-off", "kick-off"),
        ("KICK-OFF - 2w", "kick-off - 2w"),
    ],
)
def test_a_date_is_read_as_people_write_it(typed: str, meant: str) -> None:
    found = read_typed_due(typed, SATURDAY)
    assert (found.due, found.note) == (meant, "")


@pytest.mark.parametrize(
    ("typed", "order", "meant", "note"),
    [
        ("12/11/2026", "mdy", "2026-12-11", "read as December 11, 2026; it could also be Nov"),
        ("12/11/2026", "dmy", "2026-11-12", "read as November 12, 2026; it could also be Dec"),
        ("12.11.2026", "mdy", "2026-11-12", "read as November 12, 2026"),
        ("11/11/2026", "mdy", "2026-11-11", ""),
        ("nov 20", "mdy", "2027-11-20", "read as Saturday, November 20, 2027"),
        ("Feb 29", "mdy", "2028-02-29", "read as Tuesday, February 29, 2028"),
        ("next week", "mdy", "2026-11-30", "read as Monday, November 30, 2026"),
        ("next month", "mdy", "2026-12-01", "read as Tuesday, December 1, 2026"),
    ],
)
def test_a_date_in_doubt_is_reported_in_words(
    typed: str, order: DateOrder, meant: str, note: str
) -> None:
    found = read_typed_due(typed, SATURDAY, order)
    assert found.due == meant
    assert note in found.note
    assert bool(found.note) is bool(note)


def test_next_friday_is_that_of_next_week_and_is_reported() -> None:
    monday = date(2026, 11, 30)
    assert read_typed_due("friday", monday).due == "2026-12-04"
    found = read_typed_due("next friday", monday)
    assert (found.due, found.note) == (
        "2026-12-11",
        "next friday read as Friday, December 11, 2026",
    )
    assert read_typed_due("next friday", SATURDAY).note == "", "there is one meaning alone"


def test_what_lies_behind_us_is_read_as_the_last_one() -> None:
    for typed, meant in (("Dec 15", date(2025, 12, 15)), ("friday", date(2026, 11, 27))):
        assert read_typed_date(typed, SATURDAY, lean="past")[0] == meant


@pytest.mark.parametrize("typed", ["Mon Dec 15 2026", "31/31/2026", "Feb 30", "12/2026", "soon!"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"is a Tuesday, not a mon|is not a"):
        read_typed_due(typed, SATURDAY)


def test_a_query_does_not_guess() -> None:
    with pytest.raises(QueryError, match="may mean two dates; write it as 2027-02-01"):
        parse("due:12/11/2026")
    parse("due:<12/15/2026")
    parse('due:"next friday"')
    with pytest.raises(AmbiguousDayError):
        read_typed_due("12/11/2026", SATURDAY, "")


DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
FORMS = {
    "mdy": ("{d.month}/{d.day}/{d.year}", "{d:%m-%d-%Y}", "{d:%m/%d/%y}"),
    "dmy": ("{d.day}/{d.month}/{d.year}", "{d:%d-%m-%Y}", "{d:%d.%m.%y}"),
    "": ("{d:%B} {d.day}, {d.year}", "{d.day} {d:%b} {d.year}", "{d:%a %d %b %Y}", "{d}"),
}


@given(DAYS, st.sampled_from([(order, form) for order, forms in FORMS.items() for form in forms]))
def test_what_is_written_in_a_form_is_read_back(day: date, form: tuple[DateOrder, str]) -> None:
    text = form[1].format(d=day)
    found, note = read_typed_date(text, SATURDAY, form[0])
    assert found == day
    assert not note or name_day(day) in note


@given(DAYS, st.integers(-364, 364))
def test_a_date_without_its_year_is_the_nearest_on_its_side(today: date, days: int) -> None:
    day = today + timedelta(days=days)
    lean = "past" if days < 0 else "future"
    if (day.month, day.day) != (2, 29):
        found, _ = read_typed_date(f"{day:%b} {day.day}", today, lean=lean)
        assert found in (day, today), "a day that is today's namesake is today"


@given(st.text(max_size=30), st.dates(FIRST_DAY, LAST_DAY), st.sampled_from(["mdy", "dmy", ""]))
def test_any_text_is_read_or_refused(text: str, today: date, order: DateOrder) -> None:
    try:
        read_typed_due(text, today, order)
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("setting", "day", "other"),
    [("month-first", "2026-12-11", "November 12"), ("day-first", "2026-11-12", "December 11")],
)
def test_commands_read_dates_as_the_setting_says_and_report_doubt(
    workspace, monkeypatch, capsys, setting, day, other
) -> None:
    monkeypatch.chdir(workspace)
    folder = paths.find_user_folders().config
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(f'date-order = "{setting}"\n')
    for command in (
        ("set", "diagram", "--due", "12/11/2026"),
        ("evidence", "add", "diagram", "SEC-1", "--collected", "12/11/2026"),
        ("milestone", "kick-off", "12/11/2026"),
    ):
        assert run(command) == 0
        told = capsys.readouterr()
        assert "12/11/2026 read as" in told.err
        assert f"it could also be {other}, 2026" in told.err
        assert run(("milestone",) if "milestone" in command else ("show", "diagram", "--json")) == 0
        assert day in capsys.readouterr().out


def test_words_of_a_date_option_count_from_as_of(workspace, monkeypatch, capsys) -> None:
    monkeypatch.chdir(workspace)
    for words in (
        ("--as-of", "2027-01-11", "--collected", "yesterday"),
        ("--collected", "yesterday", "--as-of", "1/11/2027"),
    ):
        assert run(("evidence", "add", "diagram", "SEC-1", *words)) == 0
    capsys.readouterr()
    run(("show", "diagram", "--json"))
    found = json.loads(capsys.readouterr().out)["evidence"]
    assert {one["collected"] for one in found} == {"2027-01-10"}
    before = date.today()
    assert run(("evidence", "add", "diagram", "SEC-2", "--collected", "yesterday")) == 0
    capsys.readouterr()
    run(("show", "diagram", "--json"))
    found = json.loads(capsys.readouterr().out)["evidence"]
    days = {day - timedelta(days=1) for day in (before, date.today())}
    collected = {date.fromisoformat(one["collected"]) for one in found if one["link"] == "SEC-2"}
    assert collected and collected <= days, "without --as-of, from today"
    assert run(("changes", "last monday", "--as-of", "2027-01-11")) == 0
    assert "since the end of 2027-01-04" in capsys.readouterr().out
