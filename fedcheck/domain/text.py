"""What may reach a screen: text from files is data, never a command to the terminal."""

import re
from bisect import bisect
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

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
_LINE_ENDS = dict.fromkeys(map(ord, "\x0b\x0c\u2028\u2029"), "\n")
_IGNORABLE = "[\ufe0f\u00ad\u034f\u2060\ufeff]"
"""What a reader never sees: soft hyphens, word joiners, byte order marks, and the selector that
makes the sign before it wider, but not everywhere. It is left out."""

_JOINERS = "[\u200c\u200d]"
"""Joiners of the letters next to them; left out on a screen that needs one width."""

_JOINING = "(?<=[^\\x00-\\x9f\\s\u200c\u200d])([\u200c\u200d])(?=[^\\x00-\\x9f\\s\u200c\u200d])"
"""A joiner where one has a meaning: between letters, or signs, of other scripts than ours."""

_WIDE = (
    "\u1100-\u115f\u231a-\u231b\u2329-\u232a\u23e9-\u23ec\u23f0\u23f3\u2427-\u243f"
    "\u244b-\u245f\u25fd-\u25fe\u2614-\u2615\u2630-\u2637\u2648-\u2653\u267f\u268a-\u268f"
    "\u2693\u26a1\u26aa-\u26ab\u26bd-\u26be\u26c4-\u26c5\u26ce\u26d4\u26ea\u26f2-\u26f3"
    "\u26f5\u26fa\u26fd\u2705\u270a-\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797"
    "\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u2e80-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff"
    "\ufe10-\ufe6f\uff01-\uff60\uffe0-\uffe6\U00016fe0-\U00018df2\U0001aff0-\U0001b2fb"
    "\U0001d300-\U0001d376\U0001f004-\U0001faff\U00020000-\U0003fffd"
)
"""The characters that take two cells, in order: single ones, and first and last of a range."""

_PRINTABLE_UNSAFE = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe0f\uffa0\U000e0100-\U000e01ef"
)
"""What Python calls printable, and a screen must not get: fillers, selectors of a variant."""


@cache
def compile_pattern(text: str) -> re.Pattern[str]:
    """Return a pattern, made when it is first needed: these large ones cost some milliseconds."""
    return re.compile(text)


def _list_ranges(written: str) -> list[tuple[str, str]]:
    """Return the first and the last character of each part of a set, as patterns write one."""
    found = re.findall("(.)(?:-(.))?", written)
    return [(first, last or first) for first, last in found]


@cache
def _printable_unsafe() -> frozenset[str]:
    ranges = _list_ranges(_PRINTABLE_UNSAFE)
    return frozenset(chr(one) for a, z in ranges for one in range(ord(a), ord(z) + 1))


def _is_harmless(text: str) -> bool:
    """Return whether no pattern would find anything in a text: they cost 2 ms to compile each."""
    return text.isprintable() and (text.isascii() or _printable_unsafe().isdisjoint(_wide(text)))


def _wide(text: str) -> str:
    """Return what a text has beyond ASCII, which in a long one is little."""
    return "".join(compile_pattern(r"[^\x00-\x7f]+").findall(text))


def clean(text: str) -> str:
    """Return text for a screen: newlines and tabs stay, other control characters become `\ufffd`.

    Escape sequences lose their escape character and so their power; direction marks and
    zero-width spaces, which can make a text read other than it is, become visible.
    """
    if _is_harmless(text) or _is_harmless(text.replace("\n", "").replace("\t", "")):
        return text
    text = _without_ignorable(text.translate(_LINE_ENDS).replace("\r\n", "\n"))
    return compile_pattern(_UNSAFE).sub(_VISIBLE, drop_joiners(text))


def has_ignorable(text: str) -> bool:
    """Return whether a text contains signs that nobody sees, and that `one_line` leaves out."""
    return (
        not text.isascii() and compile_pattern(f"{_IGNORABLE}|{_JOINERS}").search(text) is not None
    )


def drop_joiners(text: str) -> str:
    """Return a text that was made for a file as a screen takes it."""
    return compile_pattern(_JOINERS).sub("", text)


def _without_ignorable(text: str) -> str:
    return compile_pattern(_IGNORABLE).sub("", text)


def clean_for_file(text: str, plain: Callable[[str], str] = clean) -> str:
    """Return text for a file that others read: as `clean`, but a joiner stays where it has meaning.

    Args:
        text: any text.
        plain: `clean`, or `one_line` for a text on one line.
    """
    if "\u200c" not in text and "\u200d" not in text:
        return plain(text)
    parts = compile_pattern(_JOINING).split(_without_ignorable(text))
    return "".join(part if place % 2 else plain(part) for place, part in enumerate(parts))


def one_line(text: str, limit: int = 0) -> str:
    """Return text for one line of a screen: every run of white space is one blank.

    Args:
        text: any text.
        limit: the most cells that it may take, an ellipsis included; 0 for no limit.
    """
    if not _is_harmless(text):
        bare = text.replace("\n", " ").replace("\t", " ")
        if _is_harmless(bare):
            text = " ".join(bare.split())
        else:
            text = drop_joiners(_without_ignorable(text))
            text = " ".join(compile_pattern(_UNSAFE_LINE).sub(_visible_mark, text).split())
    elif "  " in text or text[:1] == " " or text[-1:] == " ":
        text = " ".join(text.split())
    if limit and count_cells(text) > limit:
        return _truncate(text, max(limit - 1, 0)).rstrip() + "…"
    return text


def count_cells(text: str) -> int:
    """Return the most cells that a line takes on a screen: two for a wide character, else one."""
    return len(text) if text.isascii() else len(text) + sum(map(_is_wide, text))


@cache
def _wide_bounds() -> list[str]:
    """Return where wide characters begin and end, in turn."""
    return [one for a, z in _list_ranges(_WIDE) for one in (a, chr(ord(z) + 1))]


@lru_cache(4096)
def _is_wide(char: str) -> bool:
    return bisect(_wide_bounds(), char) % 2 == 1


def _truncate(text: str, room: int) -> str:
    text = text[:room]
    while (over := count_cells(text) - room) > 0:
        text = text[: -max(over // 2, 1)]
    return text


def _visible_mark(match: re.Match[str]) -> str:
    return " " if match.group() in "\t\n\r\x0b\x0c\u2028\u2029" else _VISIBLE


def make_storable(text: str) -> str:
    """Return text as our files hold it: UTF-8 (a lone surrogate becomes `?`), lines end in LF.

    The line breaks of word processors (VT, FF, U+2028, U+2029) are line ends too.
    """
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")
    return text if text.isprintable() else text.translate(_LINE_ENDS)


def pluralize(count: int, singular: str, many: str = "") -> str:
    """Return a count with its noun: `1 item`, `3 items`."""
    return f"{count} {singular if count == 1 else many or singular + 's'}"


def join_words(words: Sequence[str]) -> str:
    """Return words as a list in a sentence: `result, note and owner`."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
