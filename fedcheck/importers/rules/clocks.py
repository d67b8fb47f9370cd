"""How often something is due again, from what a rule states."""

import re

from fedcheck.importers.rules.document import Timeframe, Wording

_UNITS = {"days": "d", "bizdays": "bd", "weeks": "w", "months": "mo", "years": "y"}
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10,
    "twelve": 12,
}  # fmt: skip
_EVERY = re.compile(
    r"\b(?:every|per)\s+(?:(\d{1,3}|[a-z]+)\s+)?(day|week|month|quarter|year)s?\b", re.IGNORECASE
)
_ADVERBS = {"daily": "1d", "weekly": "1w", "monthly": "1mo", "quarterly": "3mo", "annually": "1y"}
_ADVERB = re.compile(r"\b(daily|weekly|monthly|quarterly|annually)\b")  # no Quarterly Review
_ANNUAL = re.compile(r"\bannual\b")
_LETTERS = {"day": "d", "week": "w", "month": "mo", "year": "y"}


def find_period(wording: Wording) -> str:
    """Return after what time something is due again: `3mo`; empty where it is not recurring.

    The statement states whether it recurs ("at least once every 3 months"), the time frame of the
    data how often; without one the statement states that too.
    """
    text = wording.statement
    said = _EVERY.search(text)
    adverb = _ADVERB.search(text)
    time = wording.timeframe
    if time is not None and (said or adverb or _ANNUAL.search(text)):
        return format_span(time)
    if said is None:
        return _ADVERBS[adverb[1].lower()] if adverb else ""
    unit = said[2].lower()
    number = (said[1] or "1").lower()
    count = int(number) if number.isdigit() else _WORDS.get(number, 0)
    if not count:
        return ""
    return f"{count * 3}mo" if unit == "quarter" else f"{count}{_LETTERS[unit]}"


def format_span(time: Timeframe) -> str:
    """Return the end of a length of time as our files write it: `3mo`; empty for hours."""
    letter = _UNITS.get(time.unit)
    return f"{time.most:g}{letter}" if letter and time.most == int(time.most) else ""
