"""The rules for values of `[package]`: web addresses, telephone numbers, moments.

Every command loads this module, with the other rules for texts in files; the patterns are
therefore compiled when they are first used.
"""

import re
from datetime import datetime

PHONE_PATTERN = r"[0-9]{3}-[0-9]{3}-[0-9]{4}"
"""How FedRAMP writes a telephone number: 202-555-0123."""

_WEB_PATTERN = r"https?://(?P<user>[^\s/?#@]*@)?[^\s/?#@:\[\]]+(:\d{1,5})?([/?#]\S*)?"


def check_web_address(text: str) -> None:
    """Raise ValueError where a text is no whole http(s) address, or holds a password."""
    found = re.fullmatch(_WEB_PATTERN, text, re.IGNORECASE)
    if found is None:
        raise ValueError("expected a web address such as https://example.com/file")
    if found["user"]:
        raise ValueError("a published web address must not contain a user name or password")


def check_phone(text: str) -> None:
    """Raise ValueError where a text is no telephone number as FedRAMP writes them."""
    if re.fullmatch(PHONE_PATTERN, text) is None:
        raise ValueError("expected a telephone number such as 202-555-0123")


def parse_moment(text: str) -> datetime:
    """Return a date with time and time zone. Raises ValueError where a text is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or "T" not in text:
        raise ValueError("expected a date with time and time zone, such as 2027-01-05T14:30:00Z")
    return found
