"""Days as spreadsheets write them: ISO, American, European, in words, as Excel's numbers."""

import re
from datetime import date, datetime, timedelta
from typing import Literal

from fedcheck.model.text import one_line

Order = Literal["", "mdy", "dmy"]
"""What 2/1/2027 means: month first, day first, or nobody has said."""

EXCEL_BEGINS = date(1899, 12, 30)
"""Day 0 of Excel's count (its 1900 system, for all days from March 1900 on)."""

SERIALS = range(20_000, 80_000)
"""Which numbers are taken for days of Excel: from 1954 to 2119."""

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_TIME = re.compile(
    r"[T\s]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([ap]m)?\s*(Z|[+-]\d{2}:?\d{2})?$", re.I
)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[\s.-]+([a-z]{3,9})\.?[\s,.-]+(\d{4}|\d{2})", re.I
)
_MONTH_FIRST = re.compile(
    r"([a-z]{3,9})\.?[\s-]+(\d{1,2})(?:st|nd|rd|th)?[\s,-]+(\d{4}|\d{2})", re.I
)
_WEEKDAY = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*[\s,.]+", re.I)


class AmbiguousDayError(ValueError):
    """A day that means two days, until somebody says which part is the month."""


def parse_day(value: object, order: Order = "") -> date | None:
    """Return the day that a cell holds; None for an empty one.

    A dot between the numbers is European: 1.2.2027 is the first of February.

    Raises:
        AmbiguousDayError: 2/1/2027, while no order is given.
        ValueError: for anything that is no day.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _serial(float(value), str(value))
    text = one_line(str(value if value is not None else ""))
    if not text:
        return None
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _serial(float(text), text)
    return _in_words(_WEEKDAY.sub("", _TIME.sub("", text)), text, order)


def _serial(number: float, shown: str) -> date:
    if int(number) not in SERIALS:
        raise ValueError(f"{shown} is no day")
    return EXCEL_BEGINS + timedelta(days=int(number))


def _in_words(text: str, shown: str, order: Order) -> date:
    if found := _ISO.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]), shown)
    if found := _NUMBERS.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), _year(found[4])
        if found[2] == ".":
            order = "dmy"
        if first > 12 or order == "dmy":
            return _day(year, second, first, shown)
        if second > 12 or order == "mdy" or first == second:
            return _day(year, first, second, shown)
        raise AmbiguousDayError(f'"{one_line(shown, 40)}" may be two days')
    if found := _DAY_FIRST.fullmatch(text):
        return _day(_year(found[3]), _month(found[2], shown), int(found[1]), shown)
    if found := _MONTH_FIRST.fullmatch(text):
        return _day(_year(found[3]), _month(found[1], shown), int(found[2]), shown)
    raise _no_day(shown)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _month(word: str, shown: str) -> int:
    name = word.casefold()
    for number, month in enumerate(_MONTHS, 1):
        if month.startswith(name) or (name == "sept" and number == 9):
            return number
    raise _no_day(shown)


def _day(year: int, month: int, day: int, shown: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise _no_day(shown) from None


def _no_day(shown: str) -> ValueError:
    return ValueError(f'"{one_line(shown, 40)}" is no day')
