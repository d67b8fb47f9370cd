"""What may reach a screen: text from files is data, never a command to the terminal."""

import re

_BIDI_AND_INVISIBLE = (
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u061c\u00ad\u034f\u180e"
    "\u115f\u1160\u3164\uffa0\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
_UNSAFE = re.compile(
    rf"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029{_BIDI_AND_INVISIBLE}\ud800-\udfff\ue000-\uf8ff]"
)
_UNSAFE_LINE = re.compile(
    rf"[\x00-\x1f\x7f-\x9f\u2028\u2029{_BIDI_AND_INVISIBLE}\ud800-\udfff\ue000-\uf8ff]"
)
_VISIBLE = "\ufffd"


def clean(text: str) -> str:
    """Return text for a screen: newlines and tabs stay, other control characters become `\ufffd`.

    Escape sequences lose their escape character and so their power; direction marks and
    zero-width characters, which can make a text read other than it is, become visible.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_VISIBLE, text.replace("\r\n", "\n"))


def one_line(text: str, limit: int = 0) -> str:
    """Return text for one line of a screen: every run of white space is one blank.

    Args:
        text: any text.
        limit: the most characters to return, an ellipsis included; 0 for no limit.
    """
    plain = text.isascii() and text.isprintable()
    if not plain or "  " in text or text[:1] == " " or text[-1:] == " ":
        text = " ".join(_UNSAFE_LINE.sub(_mark, text).split())
    if limit and len(text) > limit:
        return text[: max(limit - 1, 0)].rstrip() + "…"
    return text


def _mark(match: re.Match[str]) -> str:
    return " " if match.group() in "\t\n\r\x0b\x0c\u2028\u2029" else _VISIBLE


def storable(text: str) -> str:
    """Return text as our files hold it: UTF-8 (a lone surrogate becomes `?`), lines end in LF."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")


def plural(count: int, singular: str, many: str = "") -> str:
    """Return a count with its noun: `1 item`, `3 items`."""
    return f"{count} {singular if count == 1 else many or singular + 's'}"
