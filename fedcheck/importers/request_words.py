"""The words that people write into tables of requests: decisions, kinds, numbers of rows."""

import re

from fedcheck.domain.glossary import REQUEST_KINDS

_ACCEPT = frozenset((
    "accept", "accepted", "agreed", "yes", "y", "ok", "closed", "approved", "done", "resolved",
    "concur", "✓", "✔",
))  # fmt: skip
_RETURN = frozenset((
    "return", "returned", "not accepted", "rejected", "reject", "no", "n", "reopen", "reopened",
    "non-concur",
))  # fmt: skip
_UNDECIDED = frozenset(("open", "answered", "pending", "none", "-", "in progress", "new"))
_ROW_NUMBER = re.compile(r"#?\d{1,6}(?:\.\d{1,4})*[.)]?|[A-Za-z]{1,10}[-_ #.]\d{1,6}")
"""How others number their rows: 1, 1.2, #3, CMT-04."""


def parse_decision(text: str) -> str:
    """Return `accepted` or `returned`; nothing for none yet, `?` for any other word."""
    word = " ".join(text.casefold().split())
    if word in _ACCEPT:
        return "accepted"
    if word in _RETURN:
        return "returned"
    return "?" if word and word not in _UNDECIDED else ""


def parse_kind(word: str) -> str:
    """Return the kind of request that a word means: a question unless it speaks of evidence."""
    word = word.casefold().strip()
    if word in REQUEST_KINDS:
        return word
    return "evidence" if "evidence" in word or "artifact" in word else "question"


def is_row_number(text: str) -> bool:
    """Return whether an id is only the number of a row, as tables of others have it."""
    return _ROW_NUMBER.fullmatch(text) is not None
