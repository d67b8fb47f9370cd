"""Parse dates in spreadsheet cells: serial numbers, ISO, American, European, as text."""

import math
import re
from datetime import date, datetime, timedelta
from unicodedata import category, normalize

from fedcheck.domain.dates import DateOrder as DateOrder
from fedcheck.domain.dates import check_range
from fedcheck.domain.text import one_line
from fedcheck.domain.typed_dates import AmbiguousDayError as AmbiguousDayError
from fedcheck.domain.typed_dates import parse_written_day

_FORMULA_SIGNS = frozenset("=+-@")
_BREAKS = frozenset("\t\n\r")
_BLANKS = frozenset(("Cc", "Cf", "Zl", "Zp", "Zs"))
"""Categories of characters that programs skip before a formula: control, format, blank."""


def is_active(text: str) -> bool:
    """Return whether a spreadsheet may take a text for a formula.

    That is a text that begins with `=`, `+`, `-` or `@`, also in a full-width or small form, which
    some programs read as the plain sign, or with a tab or a line break, after which some look for
    one. Blanks, control and format characters before it do not count.
    """
    for char in text:
        if char in _BREAKS:
            return True
        if category(char) not in _BLANKS:
            return normalize("NFKC", char) in _FORMULA_SIGNS
    return False


_DAY_FORMATS = frozenset([*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58])
"""Built-in number formats that show a day (ECMA-376, part 1, section 18.8.30)."""

_ASIDE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
"""Parts of a format code that state nothing of days: quoted text, paddings, colors, durations."""

_SERIAL_EPOCH = datetime(1899, 12, 30)
_BEGINS_1904 = datetime(1904, 1, 1)


def is_date_format(number: str, code: str) -> bool:
    """Return whether a number format shows dates, by its number or its code."""
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
        moment = _SERIAL_EPOCH + timedelta(days=number + (1 if number < 60 else 0))
    moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    return moment.date() if float(number).is_integer() else moment


def to_serial(value: date | datetime, from_1904: bool) -> float:
    """Return the number by which a workbook stores a day or a moment (without its time zone)."""
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=None)
    else:
        moment = datetime(value.year, value.month, value.day)
    past = moment - (_BEGINS_1904 if from_1904 else _SERIAL_EPOCH)
    number = past.days + past.seconds / 86_400
    if not from_1904 and number < 61:
        number -= 1
    return int(number) if float(number).is_integer() else number


EXCEL_EPOCH = date(1899, 12, 30)
"""Day 0 of Excel's count (its 1900 system, for all days from March 1900 on)."""

SERIALS = range(20_000, 80_000)
"""Which numbers are taken for days of Excel: from 1954 to 2119."""

_TIME = re.compile(
    r"[T\s]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([ap]m)?\s*(Z|[+-]\d{2}:?\d{2})?$", re.I
)


def parse_day(value: object, order: DateOrder = "") -> date | None:
    """Return the day that a cell holds; None for an empty one.

    A dot between the numbers is European: 1.2.2027 is the first of February.

    Raises:
        AmbiguousDayError: 2/1/2027, while no order is given.
        ValueError: for anything that is not a date, or none from 1990 to 2199.
    """
    day = _parse_any_day(value, order)
    return check_range(day) if day else None


def _parse_any_day(value: object, order: DateOrder) -> date | None:
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
    try:
        found = parse_written_day(_TIME.sub("", text), order)
    except AmbiguousDayError:
        raise
    except ValueError:
        found = None
    if found is None:
        raise ValueError(f'"{one_line(text, 40)}" is not a date')
    return found


def _serial(number: float, shown: str) -> date:
    if int(number) not in SERIALS:
        raise ValueError(f"{shown} is not a date")
    return EXCEL_EPOCH + timedelta(days=int(number))
