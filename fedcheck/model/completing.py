"""What a query may go on with at its end: keys, and the known values of a key.

For the search box and for the shell; the words come from whoever knows the project.
"""

from collections.abc import Iterable, Mapping, Sequence

Words = Mapping[str, Sequence[str]]
"""The keys of a language, each with the values that are known of it."""


def completions(text: str, words: Words) -> list[str]:
    """Return the texts that a query may become at its end, best first; never the text itself."""
    start = last_word(text)
    return [text[:start] + word for word in endings(text[start:], words)]


def endings(word: str, words: Words) -> list[str]:
    """Return what one word of a query may become: a key with its colon, a key with a value."""
    sign = "-" if word.startswith("-") else ""
    name, colon, value = word.removeprefix("-").partition(":")
    folded = name.casefold()
    if not colon:
        return [f"{sign}{key}:" for key in words if key.startswith(folded)]
    earlier, bar, last = value.rpartition("|")
    before = f"{sign}{name}:{earlier}{bar}"
    taken = {one.strip('"').casefold() for one in earlier.split("|")}
    known = [one for one in words.get(folded, ()) if one.casefold() not in taken]
    found = [before + _quoted(one) for one in _beginning(known, last.strip('"').casefold())]
    return [one for one in found if one.casefold() != word.casefold()]


def last_word(text: str) -> int:
    """Return where the last word of a query begins: at its end, if a blank stands there."""
    start, quoted = 0, False
    for place, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char.isspace() and not quoted:
            start = place + 1
    return start


def _beginning(known: Iterable[str], start: str) -> list[str]:
    return [one for one in known if one.casefold().startswith(start)]


def _quoted(value: str) -> str:
    return f'"{value}"' if any(char.isspace() for char in value) else value
