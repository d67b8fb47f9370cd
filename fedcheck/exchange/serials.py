"""Days as workbooks store them: a number, and a format that shows it as a day."""

import math
import re
from datetime import date, datetime, timedelta

_DAY_FORMATS = frozenset([*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58])
"""Built-in number formats that show a day (ECMA-376, part 1, section 18.8.30)."""

_ASIDE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
"""Parts of a format code that say nothing of days: quoted text, paddings, colours, durations."""

_BEGINS = datetime(1899, 12, 30)
_BEGINS_1904 = datetime(1904, 1, 1)


def formats_days(number: str, code: str) -> bool:
    """Tell whether a number format shows days: by its number, or by its code."""
    if code:
        bare = _ASIDE.sub("", code.split(";")[0]).lower()
        return "y" in bare or "d" in bare
    return number.isdigit() and len(number) < 6 and int(number) in _DAY_FORMATS


def from_serial(number: float, from_1904: bool) -> date | datetime | float:
    """Return the day, or the moment, that a number of a workbook stands for.

    A number that stands for none is returned as it is. Day 60 of the 1900 system is the 29th of
    February that never was, so the days before it are one later.
    """
    if isinstance(number, bool) or not math.isfinite(number) or not 0 <= number < 2_958_466:
        return number
    if from_1904:
        moment = _BEGINS_1904 + timedelta(days=number)
    elif number < 1:
        return number  # a time of no day
    else:
        moment = _BEGINS + timedelta(days=number + (1 if number < 60 else 0))
    moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    return moment.date() if float(number).is_integer() else moment


def to_serial(value: date | datetime, from_1904: bool) -> float:
    """Return the number by which a workbook stores a day or a moment (without its time zone)."""
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=None)
    else:
        moment = datetime(value.year, value.month, value.day)
    past = moment - (_BEGINS_1904 if from_1904 else _BEGINS)
    number = past.days + past.seconds / 86_400
    if not from_1904 and number < 61:
        number -= 1
    return int(number) if float(number).is_integer() else number
