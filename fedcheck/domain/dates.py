"""Dates as files hold them: due expressions, ages, periods, business days. See `typed_dates`.

A due expression is a date (`2027-02-01`) or `ANCHOR [+|-] N(d|bd|w|mo|y)`, where the anchor is a
milestone or an item (its done date). Month ends clamp; `bd` skips weekends and federal holidays.

Every date lies from 1990-01-01 to 2199-12-31: what others wrote outside of that is a slip, and
arithmetic with it would leave the calendar.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from msgspec import Struct

DateOrder = Literal["", "mdy", "dmy"]
"""What a typed 2/1/2027 means: month first, day first, or nobody has stated."""

_LENGTH = r"[0-9]{1,4}\s*(?:d|bd|w|mo|y)"
_SPAN = re.compile(r"([0-9]{1,4})\s*(d|bd|w|mo|y)")
_DUE = re.compile(rf"(?P<anchor>[a-z0-9][a-z0-9._:-]*)(?:\s*(?P<sign>[+-])\s*(?P<span>{_LENGTH}))?")
_AGE = re.compile(rf"(?P<span>{_LENGTH})(?:\s+at\s+(?P<at>[a-z0-9][a-z0-9._-]*))?")
FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2199, 12, 31)
"""The first and the last day that a date may be."""


class Span(Struct, frozen=True):
    """A length of time in the unit a person wrote: `d`, `bd`, `w`, `mo` or `y`."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"


class Due(Struct, frozen=True):
    """A parsed due expression: a fixed date, or a distance from an anchor."""

    fixed: date | None = None
    anchor: str = ""
    sign: int = 0
    span: Span = Span(0, "d")


class MaxAge(Struct, frozen=True):
    """How old evidence may be, at a milestone or (without one) today."""

    span: Span
    at: str = ""


class DateRangeError(ValueError):
    """A date before 1990 or after 2199."""


def is_in_range(day: date) -> bool:
    """Return whether a day lies from FIRST_DAY to LAST_DAY."""
    return FIRST_DAY <= day <= LAST_DAY


def check_range(day: date) -> date:
    """Return a day. Raises DateRangeError, with the range, where it is outside of it."""
    if not is_in_range(day):
        raise DateRangeError(f"{day} is not between {FIRST_DAY} and {LAST_DAY}")
    return day


def _quote(text: str) -> str:
    """Return a text for a message: in quotes, its beginning where it is long."""
    return repr(text if len(text) <= 60 else text[:59] + "…")


@lru_cache(maxsize=4096)
def parse_date(text: str) -> date:
    """Parse `YYYY-MM-DD`. Raises ValueError, with what is wrong, for anything else.

    Raises DateRangeError for a date outside of the range.
    """
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"{_quote(text)} is not a date; write it as 2027-02-01")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is not a calendar date") from None
    return check_range(day)


@lru_cache(maxsize=1024)
def parse_span(text: str) -> Span:
    """Parse `30d`, `10bd`, `2w`, `6mo` or `1y`. Raises ValueError for anything else."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{_quote(text)} is not a length of time; write 30d, 10bd, 2w, 6mo or 1y")
    return Span(int(found[1]), found[2])


@lru_cache(maxsize=4096)
def parse_due(text: str) -> Due:
    """Parse a due expression. Raises ValueError for what is neither a date nor `ANCHOR ± N`."""
    text = text.strip()
    if text[:4].isdigit():
        return Due(fixed=parse_date(text))
    found = _DUE.fullmatch(text)
    if not found:
        raise ValueError(
            f"{_quote(text)} is not a due date; write 2027-02-01, or kick-off - 30d"
            " (units d, bd, w, mo, y)"
        )
    if not found["span"]:
        return Due(anchor=found["anchor"])
    return Due(
        anchor=found["anchor"],
        sign=-1 if found["sign"] == "-" else 1,
        span=parse_span(found["span"]),
    )


@lru_cache(maxsize=1024)
def parse_max_age(text: str) -> MaxAge:
    """Parse `120d` or `120d at package`. Raises ValueError for anything else."""
    found = _AGE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{_quote(text)} is not an age; write 120d, 6mo, or 120d at package")
    return MaxAge(parse_span(found["span"]), found["at"] or "")


def shift(day: date, span: Span, sign: int = 1) -> date:
    """Return the day a span later (or earlier, with sign -1).

    Months and years keep the day of the month and clamp to its end. Raises DateRangeError where
    that leaves the range of dates.
    """
    count = span.count * sign
    try:
        match span.unit:
            case "d":
                found = day + timedelta(days=count)
            case "w":
                found = day + timedelta(weeks=count)
            case "bd":
                found = _shift_business_days(day, count)
            case _:
                months = count * (12 if span.unit == "y" else 1)
                year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
                after = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
                last = (after - timedelta(days=1)).day
                found = date(year, month + 1, min(day.day, last))
        return check_range(found)
    except (OverflowError, ValueError):
        raise DateRangeError(
            f"{span} {'after' if sign > 0 else 'before'} {day} is not between"
            f" {FIRST_DAY} and {LAST_DAY}"
        ) from None


def shift_clamped(day: date, span: Span, sign: int = 1) -> date:
    """Return the day a span later (or earlier); LAST_DAY or FIRST_DAY where the range ends."""
    try:
        return shift(day, span, sign)
    except ValueError:
        return LAST_DAY if sign > 0 else FIRST_DAY


def format_stamp(at: datetime, timespec: str = "auto") -> str:
    """Return a moment in ISO 8601, UTC as `Z`; `timespec` as for `datetime.isoformat`."""
    return at.isoformat(timespec=timespec).replace("+00:00", "Z")


def next_day(day: date) -> date:
    """Return the day after; the same one at the end of the calendar."""
    return day + timedelta(days=1) if day < date.max else day


def previous_day(day: date) -> date:
    """Return the day before; the same one at the beginning of the calendar."""
    return day - timedelta(days=1) if day > date.min else day


@lru_cache(maxsize=256)
def federal_holidays(year: int) -> frozenset[date]:
    """Return the US federal holidays of a year, on the days on which they are observed.

    Source: 5 U.S.C. 6103; one that falls on a Saturday is observed on the Friday before, on a
    Sunday on the Monday after. New Year's Day of the next year may fall into this one.
    """
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    if year < date.max.year:
        fixed.append(date(year + 1, 1, 1))
    if year >= 2021:
        fixed.append(date(year, 6, 19))
    floating = {
        _nth_weekday(year, 1, 0, 3),  # Birthday of Martin Luther King, Jr.
        _nth_weekday(year, 2, 0, 3),  # Washington's Birthday
        _nth_weekday(year, 6, 0, 1) - timedelta(days=7),  # Memorial Day: the last Monday of May
        _nth_weekday(year, 9, 0, 1),  # Labor Day
        _nth_weekday(year, 10, 0, 2),  # Columbus Day
        _nth_weekday(year, 11, 3, 4),  # Thanksgiving Day
    }
    observed = {day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0)) for day in fixed}
    return frozenset(day for day in observed | floating if day.year == year)


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """Return the nth weekday (Monday is 0) of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


_YEARS = range(FIRST_DAY.year - 1, LAST_DAY.year + 2)
"""The years in which business days are counted: a step from outside may lead into the range."""


@lru_cache(maxsize=256)
def _count_holidays(first: int, end: int) -> int:
    """Return how many federal holidays are observed from the first of a year to that of another."""
    return sum(len(federal_holidays(year)) for year in range(first, end))


def _count_business_days(ordinal: int, first: int) -> int:
    """Return how many business days lie from the first day of a year to a day, both included.

    Weekdays before that year are counted too: only differences matter. Federal holidays are
    observed on weekdays, so none of them is taken off twice.
    """
    weeks, days = divmod(ordinal, 7)  # day 1 of the calendar was a Monday
    day = date.fromordinal(ordinal)
    passed = sum(holiday <= day for holiday in federal_holidays(day.year))
    return weeks * 5 + min(days, 5) - _count_holidays(first, day.year) - passed


def _shift_business_days(day: date, count: int) -> date:
    """Return the day so many business days later, by calculation: no walk from day to day.

    Raises ValueError outside of `_YEARS`.
    """
    if not count:
        return day
    if day.year not in _YEARS:
        raise ValueError("too far away")
    start = day.toordinal()
    # A year has at least 248 business days. No year further away is looked at: the holidays of
    # 200 years take longer than everything else that a command works out.
    reach = abs(count) * 366 // 248 + 14
    low = max(start - (reach if count < 0 else 0), date(_YEARS.start, 1, 2).toordinal())
    high = min(start + (reach if count > 0 else 0), date(_YEARS.stop - 1, 12, 31).toordinal())
    first = date.fromordinal(low - 1).year
    wanted = _count_business_days(start, first) + count
    if count < 0 and _count_business_days(start - 1, first) == _count_business_days(start, first):
        wanted += 1  # the step back from a weekend or a holiday ends on the business day before
    if not _count_business_days(low, first) <= wanted <= _count_business_days(high, first):
        raise ValueError("too far away")
    while low < high:
        middle = (low + high) // 2
        if _count_business_days(middle, first) < wanted:
            low = middle + 1
        else:
            high = middle
    return date.fromordinal(low)


def resolve_due(due: Due, anchor_date: Callable[[str], date | None]) -> date | None:
    """Return the date of a due expression, or nothing while its anchor has none."""
    if due.fixed:
        return due.fixed
    base = anchor_date(due.anchor)
    if base is None:
        return None
    return shift(base, due.span, due.sign) if due.sign else base


def format_distance(day: date, today: date) -> str:
    """State how far a day is as text: `today`, `in 21 d`, `3 d ago`."""
    days = (day - today).days
    if days == 0:
        return "today"
    return f"in {days} d" if days > 0 else f"{-days} d ago"
