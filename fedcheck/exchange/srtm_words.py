"""What the cells of a test case workbook say: results, levels, methods; and nothing at all."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from fedcheck.exchange.srtm_columns import METHODS
from fedcheck.exchange.workbook import Cell
from fedcheck.model.text import storable

RESULT_WORDS = {
    "satisfied": "Satisfied",
    "other-than-satisfied": "Other than Satisfied",
    "not-applicable": "Not Applicable",
}
"""The results as the drop-down lists of the official workbook word them."""

LEVEL_WORDS = {"high": "High", "moderate": "Moderate", "low": "Low"}

_RESULTS = {
    "satisfied": "satisfied", "s": "satisfied", "pass": "satisfied", "passed": "satisfied",
    "other than satisfied": "other-than-satisfied", "ots": "other-than-satisfied",
    "o": "other-than-satisfied", "not satisfied": "other-than-satisfied",
    "otherthan satisfied": "other-than-satisfied", "otherthansatisfied": "other-than-satisfied",
    "met": "satisfied", "not met": "other-than-satisfied",
    "fail": "other-than-satisfied", "failed": "other-than-satisfied",
    "unsatisfied": "other-than-satisfied", "other": "other-than-satisfied",
    "not applicable": "not-applicable", "n a": "not-applicable", "na": "not-applicable",
    "notapplicable": "not-applicable",
}  # fmt: skip
_LEVELS = {
    "high": "high", "h": "high", "moderate": "moderate", "medium": "moderate", "mod": "moderate",
    "m": "moderate", "med": "moderate", "low": "low", "l": "low",
}  # fmt: skip
_NOTHING = {
    "", "n a", "na", "none", "not applicable", "nil", "no risk", "no risks", "none identified",
    "no risk identified", "no risks identified", "no differential", "no differentials",
}  # fmt: skip
_CROSS = {"x", "yes", "y", "true", "1", "✓", "✔"}


def cell_text(cell: Cell) -> str:
    """Return a cell as text: lines end in LF without blanks before it, days are ISO."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return settled(str(cell))


def settled(text: str) -> str:
    """Return text as it is kept and compared: what cannot be seen makes no difference."""
    text = storable(text).replace("\r", "\n").replace("\xa0", " ").replace("\u200b", "")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def plain(text: str) -> str:
    """Return words as they are compared: lower case, no punctuation, single blanks."""
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


def result_of(text: str) -> str | None:
    """Return the result that a cell gives; nothing for an empty one, None for what is none."""
    words = plain(text)
    return _RESULTS.get(words) if words else ""


def levels_in(text: str) -> tuple[str, ...] | None:
    """Return the levels that a cell gives; None for what is none.

    A cell may give several, a line each, where a test has several risks: `Finding 1: High`.
    """
    words = plain(text)
    if words in _NOTHING:
        return ()
    if words in _LEVELS:
        return (_LEVELS[words],)
    spoken = (word for word in words.split() if len(word) > 1 and word in _LEVELS)
    return tuple(dict.fromkeys(_LEVELS[word] for word in spoken)) or None


def level_of(text: str) -> str | None:
    """Return the level that a cell gives, the highest of several; None for what is none."""
    levels = levels_in(text)
    return None if levels is None else level_high(levels)


def says_nothing(text: str) -> bool:
    """Tell whether a cell says that there is nothing: empty, `N/A`, `None`, a dash."""
    return plain(text) in _NOTHING


def methods_in(text: str) -> tuple[str, ...]:
    """Return the methods that a text names: `Examine, Interview`."""
    words = set(plain(text).split())
    return tuple(
        method
        for method in METHODS
        if words & {method, f"{method}s", f"{method[:-1]}ing", f"{method}ing", f"{method}ed"}
        or (method == "examine" and words & {"examination", "examined"})
    )


def crossed(text: str, method: str) -> bool:
    """Tell whether a column of one method is filled: a cross, or what it is done on."""
    words = plain(text)
    return (bool(text.strip()) and words not in _NOTHING and words != "no") or words in _CROSS


def names_things(text: str) -> bool:
    """Tell whether a column of one method says what it is done on, and not only that it is."""
    words = plain(text)
    return len(words) > 3 and words not in _NOTHING | _CROSS | set(METHODS)


def level_high(levels: Sequence[str]) -> str:
    """Return the highest of some levels; nothing where there is none."""
    return next((level for level in LEVEL_WORDS if level in levels), "")
