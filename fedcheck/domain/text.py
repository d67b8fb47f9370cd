"""What may reach a screen: text from files is data, never a command to the terminal."""

import re
from functools import cache

_BIDI_AND_INVISIBLE = (
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u061c\u00ad\u034f\u180e"
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u17b4\u17b5\u180b-\u180f\ufff0-\ufff8"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\u115f\u1160\u3164\uffa0\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
_UNSAFE = (
    rf"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029{_BIDI_AND_INVISIBLE}\ud800-\udfff\ue000-\uf8ff]"
)
_UNSAFE_LINE = rf"[\x00-\x1f\x7f-\x9f\u2028\u2029{_BIDI_AND_INVISIBLE}\ud800-\udfff\ue000-\uf8ff]"
_VISIBLE = "\ufffd"
_EMOJI = "\ufe0f"
"""Makes the sign before it wider, but not everywhere; columns need one width. It is left out."""
_WIDE = (
    "[\u1100-\u115f\u2b1b\u2b1c\u2b50\u2b55"
    "\u231a-\u231b\u2329-\u232a\u23e9-\u23ec\u23f0\u23f3\u2427-\u243f\u244b-\u245f"
    "\u25fd-\u25fe\u2614-\u2615\u2630-\u2637\u2648-\u2653\u267f\u268a-\u268f\u2693\u26a1"
    "\u26aa-\u26ab\u26bd-\u26be\u26c4-\u26c5\u26ce\u26d4\u26ea\u26f2-\u26f3\u26f5\u26fa"
    "\u26fd\u2705\u270a-\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0"
    "\u27bf"
    "\u2e80-\ua4cf\ua960-\ua97c"
    "\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe6f\uff01-\uff60\uffe0-\uffe6\U00016fe0-\U00018df2"
    "\U0001aff0-\U0001b2fb\U0001d300-\U0001d376\U0001f004-\U0001faff\U00020000-\U0003fffd]"
)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Return a pattern, made when it is first needed: these large ones cost some milliseconds."""
    return re.compile(text)


def clean(text: str) -> str:
    """Return text for a screen: newlines and tabs stay, other control characters become `\ufffd`.

    Escape sequences lose their escape character and so their power; direction marks and
    zero-width characters, which can make a text read other than it is, become visible.
    """
    if text.isascii() and text.isprintable():
        return text
    return _pattern(_UNSAFE).sub(_VISIBLE, text.replace("\r\n", "\n").replace(_EMOJI, ""))


def one_line(text: str, limit: int = 0) -> str:
    """Return text for one line of a screen: every run of white space is one blank.

    Args:
        text: any text.
        limit: the most cells that it may take, an ellipsis included; 0 for no limit.
    """
    plain = text.isascii() and text.isprintable()
    if not plain or "  " in text or text[:1] == " " or text[-1:] == " ":
        text = " ".join(_pattern(_UNSAFE_LINE).sub(_visible_mark, text.replace(_EMOJI, "")).split())
    if limit and count_cells(text) > limit:
        return _truncate(text, max(limit - 1, 0)).rstrip() + "…"
    return text


def count_cells(text: str) -> int:
    """Return the most cells that a line takes on a screen: two for a wide character, else one."""
    return len(text) if text.isascii() else len(text) + len(_pattern(_WIDE).findall(text))


def _truncate(text: str, room: int) -> str:
    text = text[:room]
    while (over := count_cells(text) - room) > 0:
        text = text[: -max(over // 2, 1)]
    return text


def _visible_mark(match: re.Match[str]) -> str:
    return " " if match.group() in "\t\n\r\x0b\x0c\u2028\u2029" else _VISIBLE


def make_storable(text: str) -> str:
    """Return text as our files hold it: UTF-8 (a lone surrogate becomes `?`), lines end in LF."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")


def pluralize(count: int, singular: str, many: str = "") -> str:
    """Return a count with its noun: `1 item`, `3 items`."""
    return f"{count} {singular if count == 1 else many or singular + 's'}"
