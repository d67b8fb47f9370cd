"""Dates as people type them: `12/15/2026`, `Dec 15`, `next friday`, `kick-off - 30d`.

Files hold ISO dates and due expressions alone (see `dates`). What a person types is read here, with
a note as text where somebody else may mean another day by it.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from fedcheck.domain.dates import (
    DateOrder,
    DateRangeError,
    Span,
    check_range,
    parse_date,
    parse_due,
    shift,
)
from fedcheck.domain.text import one_line

Lean = Literal["future", "past"]
"""Which day is meant where the year, or the week, is left out."""

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNITS = {"d": "day", "bd": "business day", "w": "week", "mo": "month", "y": "year"}

_ISO = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_NUMBERS = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_SHORT = re.compile(r"([0-9]{1,2})(/)([0-9]{1,2})()")
_DAY_FIRST = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?[\s.-]+(?:of\s+)?([a-z]{3,9})\.?"
    r"(?:[\s,.-]+([0-9]{4}|[0-9]{2}))?",
    re.I,
)
_MONTH_FIRST = re.compile(
    r"([a-z]{3,9})\.?[\s-]+([0-9]{1,2})(?:st|nd|rd|th)?(?:[\s,-]+([0-9]{4}|[0-9]{2}))?", re.I
)
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[\s,.]+(?=.*[0-9])", re.I)
_COUNTED = re.compile(
    r"(?:(?P<ahead>in|\+)\s*)?(?P<back>-)?\s*(?P<count>[0-9]{1,4}|an?(?=\s))\s*"
    r"(?P<unit>bd|business days?|d|days?|w|wks?|weeks?|mo|mos|months?|y|yrs?|years?)"
    r"(?:\s+(?P<end>ago|from now|from today))?"
)
_ENDS = {"eow": "week", "eom": "month", "eoy": "year"}


class AmbiguousDayError(ValueError):
    """A day that means two days, until somebody states which part is the month."""


class TypedDay(Struct, frozen=True):
    """What a typed date means.

    Attributes:
        due: an ISO date or a due expression; empty for nothing.
        note: how it was read, where it may be read another way.
    """

    due: str
    note: str = ""


def name_day(day: date) -> str:
    """Return a day as text: `December 11, 2026`."""
    return f"{day:%B} {day.day}, {day.year}"


def read_typed_due(
    text: str, today: date, order: DateOrder = "mdy", lean: Lean = "future"
) -> TypedDay:
    """Return the due date that is meant by what a person typed, with a note where it is in doubt.

    Accepts everything that a file may hold; dates as people write them; and, relative to today,
    `yesterday`, `fri`, `next friday`, `+2w`, `in 3 days`, `2 weeks ago`, `eom`. An empty text
    means: no date.

    Args:
        text: what was typed.
        today: the day that words count from.
        order: what 2/1/2027 means; empty refuses a date that may mean two dates.
        lean: which day is meant where the year or the week is left out.

    Raises:
        AmbiguousDayError: a date may mean two dates, and no order is given.
        ValueError: for anything else, and where the day would be outside of the range.
    """
    word = " ".join(text.split()).lower()
    if not word:
        return TypedDay("")
    found = _read_words(word, today, lean) or _read_written(word, order, today, lean)
    if found is not None:
        return found
    if re.match(r"[0-9]+\s*[-/.]", word) and not word[:4].isdigit():
        raise _not_a_date_error(text)
    parse_due(word)
    return TypedDay(word)


def read_typed_date(
    text: str, today: date, order: DateOrder = "mdy", lean: Lean = "future"
) -> tuple[date | None, str]:
    """Return the day meant by what a person typed, None for nothing; and the note.

    Like `read_typed_due`, but for a day that depends on no milestone. Raises ValueError.
    """
    found = read_typed_due(text, today, order, lean)
    if not found.due:
        return None, ""
    try:
        return parse_date(found.due), found.note
    except DateRangeError:
        raise
    except ValueError as error:
        raise ValueError(f"{error}, 12/15/2026, Dec 15, yesterday or next friday") from None


def parse_typed_date(
    text: str, today: date, order: DateOrder = "mdy", lean: Lean = "future"
) -> date | None:
    """Return the day meant by what a person typed; None for nothing. See `read_typed_date`."""
    return read_typed_date(text, today, order, lean)[0]


def _read_words(word: str, today: date, lean: Lean) -> TypedDay | None:
    """Return the day of words that count from today."""
    near = {"today": 0, "tomorrow": 1, "yesterday": -1}
    if word in near:
        return _iso(check_range(today + timedelta(days=near[word])))
    said, _, name = word.rpartition(" ")
    weekday = _find_start(name, _WEEKDAYS)
    if weekday is not None and said in ("", "on", "this", "next", "last"):
        return _read_weekday(weekday, said, word, today, lean)
    if word in ("next week", "next month"):
        monday = today + timedelta(days=7 - today.weekday())
        first = (today.replace(day=1) + timedelta(days=31)).replace(day=1)
        return _read_as(word, monday if name == "week" else first)
    if word in _ENDS or said == "end of":
        return _read_end(_ENDS.get(word, name), word, today)
    counted = _COUNTED.fullmatch(word)
    if counted is None:
        return None
    if counted["back"] and (counted["ahead"] or counted["end"]):
        return None
    unit = counted["unit"].rstrip("s").replace("wk", "w").replace("yr", "y")
    short = next(key for key, name in _UNITS.items() if unit in (key, name))
    count = 1 if counted["count"].startswith("a") else int(counted["count"])
    back = counted["back"] or counted["end"] == "ago"
    return _iso(shift(today, Span(count, short), -1 if back else 1))


def _read_weekday(weekday: int, said: str, word: str, today: date, lean: Lean) -> TypedDay:
    """Return the day of that name; `next` is the one of next week, and that is stated."""
    ahead = (weekday - today.weekday() - 1) % 7 + 1
    behind = (today.weekday() - weekday - 1) % 7 + 1
    if said == "next":
        monday = today + timedelta(days=7 - today.weekday())
        found = check_range(monday + timedelta(days=weekday))
        return _iso(found) if (found - today).days == ahead else _read_as(word, found)
    if said == "last" or (lean == "past" and said != "this"):
        return _iso(check_range(today - timedelta(days=behind)))
    if said == "this" and ahead == 7:
        return _iso(check_range(today))
    return _iso(shift(today, Span(ahead, "d")))


def _read_end(what: str, word: str, today: date) -> TypedDay | None:
    last = date(today.year, 12, 31)
    match what:
        case "week":
            return _read_as(word, today + timedelta(days=(4 - today.weekday()) % 7))
        case "month":
            return _iso((today.replace(day=1) + timedelta(days=31)).replace(day=1) - _ONE)
        case "year":
            return _iso(last)
    return None


_ONE = timedelta(days=1)


def _read_written(word: str, order: DateOrder, today: date, lean: Lean) -> TypedDay | None:
    """Return the day of a written date; None where the text has not the form of one."""
    text = _WEEKDAY.sub("", word)
    named = _WEEKDAY.match(word)
    found = _read_form(text, order, today, lean)
    if found is None:
        return None
    day, other = found
    check_range(day)
    if named and not f"{day:%A}".lower().startswith(named.group().strip(" ,.")[:3]):
        raise ValueError(f"{name_day(day)} is a {day:%A}, not a {named.group().strip(' ,.')}")
    if other is None or other == day:
        far = abs((day - today).days) > FAR and _read_form(text, order or "mdy") is None
        return _read_as(one_line(word, 40), day) if far else _iso(day)
    note = f"{one_line(word, 40)} read as {name_day(day)}; it could also be {name_day(other)}"
    return TypedDay(day.isoformat(), note)


FAR = 300
"""From how many days away a year that was left out is stated: last year's day is close by."""


def parse_written_day(text: str, order: DateOrder = "") -> date | None:
    """Return the day of a date written in full, with its year; None for any other text.

    A dot between the numbers is European: 1.2.2027 is the first of February.

    Raises:
        AmbiguousDayError: 2/1/2027, while no order is given.
        ValueError: for a day that the calendar does not have.
    """
    found = _read_form(_WEEKDAY.sub("", text.lower()), order)
    return found[0] if found else None


def _read_form(
    text: str, order: DateOrder, today: date | None = None, lean: Lean = "future"
) -> tuple[date, date | None] | None:
    """Return the day of a written date, and the other day that it may mean."""
    month: int | None
    if found := _ISO.fullmatch(text):
        return _one_of(int(found[1]), int(found[3]), int(found[4]), text, today, lean), None
    if found := _NUMBERS.fullmatch(text) or (_SHORT.fullmatch(text) if today else None):
        first, second, year = int(found[1]), int(found[3]), _year(found[4])
        months_first = order != "dmy" and found[2] != "."
        if max(first, second) > 12:
            month, day = (second, first) if first > 12 else (first, second)
            return _one_of(year, month, day, text, today, lean), None
        if not order and found[2] != "." and first != second:
            raise AmbiguousDayError(f'"{one_line(text, 40)}" may mean two dates')
        american = _one_of(year, first, second, text, today, lean)
        european = _one_of(year, second, first, text, today, lean)
        return (american, european) if months_first else (european, american)
    for form, place in ((_DAY_FIRST, 2), (_MONTH_FIRST, 1)):
        if (found := form.fullmatch(text)) and (found[3] or today):
            month = _find_start("sep" if found[place] == "sept" else found[place], _MONTHS)
            if month is None:
                return None
            number = int(found[3 - place])
            return _one_of(_year(found[3]), month + 1, number, text, today, lean), None
    return None


def _year(text: str | None) -> int:
    if not text:
        return 0
    return int(text) if len(text) == 4 else 2000 + int(text)


def _one_of(year: int, month: int, day: int, shown: str, today: date | None, lean: Lean) -> date:
    """Return a day; without a year the next one, or the last one, that the calendar has."""
    years: Iterable[int] = (year,)
    if not year and today:
        step = -1 if lean == "past" else 1
        years = range(today.year, today.year + 9 * step, step)  # 29 February: up to eight years
    for one in years:
        try:
            found = date(one, month, day)
        except ValueError:
            continue
        if year or today is None or found == today or (found < today) == (lean == "past"):
            return found
    raise ValueError(f'"{one_line(shown, 40)}" is not a calendar date')


def _find_start(name: str, names: Iterable[str]) -> int | None:
    """Return which of some names begins like this, from three letters on."""
    found = [i for i, one in enumerate(names) if len(name) >= 3 and one.startswith(name)]
    return found[0] if found else None


def _iso(day: date) -> TypedDay:
    return TypedDay(check_range(day).isoformat())


def _read_as(word: str, day: date) -> TypedDay:
    note = f"{word} read as {day:%A}, {name_day(day)}"
    return TypedDay(check_range(day).isoformat(), note)


def _not_a_date_error(text: str) -> ValueError:
    return ValueError(
        f'"{one_line(text, 40)}" is not a date; write 2027-02-01, 12/15/2026, Dec 15 or next friday'
    )
