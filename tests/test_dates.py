"""Due expressions, ages, periods: parsed, resolved, and said in words."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedcheck.domain import dates
from fedcheck.domain.dates import (
    Due,
    MaxAge,
    Span,
    format_distance,
    parse_date,
    parse_due,
    parse_max_age,
    parse_span,
    resolve_due,
    shift,
    shift_clamped,
)
from fedcheck.domain.typed_dates import read_typed_due

UNITS = st.sampled_from(["d", "bd", "w", "mo", "y"])
SPANS = st.builds(Span, st.integers(0, 9999), UNITS)
IDS = st.from_regex(r"[a-z][a-z0-9._]{0,12}", fullmatch=True)
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
MONDAY = date(2027, 1, 11)


@given(SPANS)
def test_a_span_reads_as_it_is_written(span: Span) -> None:
    assert parse_span(str(span)) == span
    assert parse_span(f" {span.count} {span.unit} ") == span


@given(IDS, st.sampled_from([1, -1]), SPANS, st.sampled_from(["", " ", "   "]))
def test_a_due_expression_reads_as_it_is_written(
    anchor: str, sign: int, span: Span, blank: str
) -> None:
    text = f"{anchor}{blank}{'+' if sign > 0 else '-'}{blank}{span}"
    if sign < 0 and not blank:
        assert parse_due(text).anchor == text  # a hyphen may belong to the id
        return
    assert parse_due(text) == Due(anchor=anchor, sign=sign, span=span)


@given(DAYS)
def test_a_date_is_a_due_expression(day: date) -> None:
    assert parse_due(day.isoformat()) == Due(fixed=day)
    assert resolve_due(parse_due(day.isoformat()), lambda _: None) == day


@given(SPANS, IDS)
def test_an_age_reads_as_it_is_written(span: Span, at: str) -> None:
    assert parse_max_age(str(span)) == MaxAge(span)
    assert parse_max_age(f"{span} at {at}") == MaxAge(span, at)


@given(st.text(max_size=30))
def test_parsers_raise_nothing_but_value_error(text: str) -> None:
    for parse in (parse_date, parse_span, parse_due, parse_max_age):
        try:
            parse(text)
        except ValueError as error:
            assert str(error)
    try:
        meant = read_typed_due(text, MONDAY).due
    except ValueError:
        return
    assert meant == "" or parse_due(meant)


@pytest.mark.parametrize(
    "text",
    ["", "-30d", "30 days", "+30d", "٣d", "kick-off - ", "kick-off - 30",
     "kick-off * 3d", "2027-02-30", "2027-2-1", "20270201", "2027-02-01T10:00", "Kick-off - 3d",
     "kick-off - 30d at package", "kick off"],
)  # fmt: skip
def test_what_is_no_due_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_due(text)


@pytest.mark.parametrize(
    "text",
    ["d", "3.5d", "10000d", "٣d", "120d at", "at package", "120d at Package", "120 at package"],
)
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(ValueError, match="is not an age"):
        parse_max_age(text)


def test_messages_say_what_to_write() -> None:
    with pytest.raises(ValueError, match="write 2027-02-01, or kick-off - 30d"):
        parse_due("next week")
    with pytest.raises(ValueError, match="2027-02-30 is not a calendar date"):
        parse_due("2027-02-30")


@pytest.mark.parametrize(
    ("day", "span", "sign", "wanted"),
    [
        (date(2027, 1, 31), "1mo", 1, date(2027, 2, 28)),
        (date(2028, 1, 31), "1mo", 1, date(2028, 2, 29)),
        (date(2027, 3, 31), "1mo", -1, date(2027, 2, 28)),
        (date(2028, 2, 29), "1y", 1, date(2029, 2, 28)),
        (date(2027, 1, 15), "12mo", -1, date(2026, 1, 15)),
        (date(2027, 1, 31), "13mo", 1, date(2028, 2, 29)),
        (date(2027, 2, 1), "2w", -1, date(2027, 1, 18)),
        (date(2027, 2, 1), "30d", -1, date(2027, 1, 2)),
        (date(2027, 2, 1), "0d", 1, date(2027, 2, 1)),
    ],
)
def test_months_clamp_to_their_end(day: date, span: str, sign: int, wanted: date) -> None:
    assert shift(day, parse_span(span), sign) == wanted


@pytest.mark.parametrize(
    ("day", "count", "sign", "wanted"),
    [
        (date(2027, 1, 15), 1, 1, date(2027, 1, 19)),  # over a weekend and Martin Luther King day
        (date(2027, 1, 19), 1, -1, date(2027, 1, 15)),
        (date(2027, 11, 24), 1, 1, date(2027, 11, 26)),  # over Thanksgiving, a Thursday
        (date(2026, 7, 2), 1, 1, date(2026, 7, 6)),  # the Fourth on a Saturday: Friday is off
        (date(2027, 12, 30), 1, 1, date(2028, 1, 3)),  # New Year's 2028, observed on 2027-12-31
        (date(2027, 1, 16), 1, 1, date(2027, 1, 19)),  # from a Saturday
        (date(2027, 1, 16), 0, 1, date(2027, 1, 16)),
        (date(2027, 2, 1), 10, -1, date(2027, 1, 15)),
    ],
)
def test_business_days_skip_weekends_and_federal_holidays(
    day: date, count: int, sign: int, wanted: date
) -> None:
    assert shift(day, Span(count, "bd"), sign) == wanted


@given(DAYS, st.integers(0, 60))
def test_business_days_land_on_business_days_and_lead_back(day: date, count: int) -> None:
    later = shift(day, Span(count, "bd"))
    if count:
        assert later.weekday() < 5
        assert later not in dates.federal_holidays(later.year)
        assert later >= day + timedelta(days=count)
        assert shift(later, Span(count, "bd"), -1) <= day + timedelta(days=5)


@given(DAYS, st.integers(0, 100), st.sampled_from(["mo", "y"]))
def test_months_and_years_keep_the_day_or_clamp(day: date, count: int, unit: str) -> None:
    later = shift(day, Span(count, unit))
    assert later.day <= day.day
    months = (later.year - day.year) * 12 + later.month - day.month
    assert months == count * (12 if unit == "y" else 1)
    if later.day < day.day:
        assert (later + timedelta(days=1)).day == 1


@pytest.mark.parametrize("unit", ["d", "w", "bd", "mo", "y"])
@pytest.mark.parametrize(("edge", "sign"), [(dates.LAST_DAY, 1), (dates.FIRST_DAY, -1)])
def test_the_end_of_the_range_is_a_value_error(unit: str, edge: date, sign: int) -> None:
    with pytest.raises(ValueError, match="is not between 1990-01-01 and 2199-12-31"):
        shift(edge, Span(9, unit), sign)
    assert shift_clamped(edge, Span(9, unit), sign) == edge


def test_without_an_anchor_date_there_is_no_due_date() -> None:
    assert resolve_due(parse_due("kick-off - 30d"), lambda _: None) is None
    assert resolve_due(parse_due("kick-off"), lambda _: None) is None
    assert resolve_due(parse_due("kick-off"), lambda _: MONDAY) == MONDAY
    assert resolve_due(parse_due("kick-off + 1w"), lambda _: MONDAY) == date(2027, 1, 18)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", ""),
        ("  ", ""),
        ("today", "2027-01-11"),
        ("Tomorrow", "2027-01-12"),
        ("mon", "2027-01-18"),  # today is a Monday: the next one
        ("tue", "2027-01-12"),
        ("FRI", "2027-01-15"),
        ("friday", "2027-01-15"),
        ("thurs", "2027-01-14"),
        ("+2w", "2027-01-25"),
        ("-3d", "2027-01-08"),
        ("+ 1mo", "2027-02-11"),
        ("2027-02-01", "2027-02-01"),
        ("kick-off - 30d", "kick-off - 30d"),
        ("Kick-off - 30d", "kick-off - 30d"),
        ("monthly", "monthly"),  # an id that begins like a day of the week
    ],
)
def test_what_a_person_types(typed: str, meant: str) -> None:
    assert read_typed_due(typed, MONDAY).due == meant


@pytest.mark.parametrize(
    "typed", ["+", "+9999y", "2027-13-01", "next fridy", "?", "13/13/2027", "2/30/2027"]
)
def test_what_a_person_types_wrongly(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_typed_due(typed, MONDAY)


def test_distance_in_words() -> None:
    assert format_distance(MONDAY, MONDAY) == "today"
    assert format_distance(date(2027, 2, 1), MONDAY) == "in 21 d"
    assert format_distance(date(2027, 1, 8), MONDAY) == "3 d ago"
