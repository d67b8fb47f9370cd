"""The query language: its grammar, and what may complete a query."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from fedcheck.domain.dates import parse_span, shift, shift_clamped
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line
from fedcheck.errors import QueryError

T = TypeVar("T")
Test = Callable[[T, date], bool]
"""Whether a thing passes, on a day."""

_DUE = re.compile(r"(<=|>=|<|>|=)?(.+)")
_SPAN = re.compile(r"[0-9]+\s*[a-z]+")


class Dated(Protocol):
    """Something that may be due."""

    @property
    def due(self) -> date | None:
        """The day on which it is due."""


class Search(Struct, Generic[T], frozen=True):
    """A parsed query: a test that a thing passes or not."""

    text: str
    tests: tuple[Test[T], ...] = ()

    def __call__(self, thing: T, today: date) -> bool:
        """Return whether a thing is meant."""
        return all(test(thing, today) for test in self.tests)

    def select(self, things: Iterable[T], today: date) -> list[T]:
        """Return the things that are meant, in their order."""
        return [thing for thing in things if self(thing, today)]


class Language(Struct, Generic[T], frozen=True):
    """What can be asked of one kind of thing.

    Attributes:
        keys: each key with what makes a test of its value; it may raise QueryError.
        examples: a value for each key, for messages and completion.
        searchable_texts: the texts in which a plain word is looked for.
        spellings: what a plain word is looked for as; any of them is enough.
    """

    keys: Mapping[str, Callable[[str], Test[T]]]
    examples: Mapping[str, str]
    searchable_texts: Callable[[T], Iterable[str]]
    spellings: Callable[[str], tuple[str, ...]] = lambda word: (word,)

    def parse(self, text: str) -> Search[T]:
        """Parse a query. Raises QueryError for an unknown key or value, with a suggestion."""
        tests: list[Test[T]] = []
        wanted: list[tuple[bool, tuple[str, ...]]] = []
        for word in dict.fromkeys(split_words(text)):
            negated = word.startswith("-") and len(word) > 1
            body = word[1:] if negated else word
            name, colon, value = body.partition(":")
            if colon and name.isidentifier():
                tests.append(_negate(self._keyed(name.lower(), value), negated))
            else:
                choices = _split_choices(body.casefold())
                spelled = tuple(one for word in choices for one in self.spellings(word))
                wanted.append((not negated, spelled))
        if wanted:
            tests.append(self._containing(wanted))
        return Search(text.strip(), tuple(tests))

    def _keyed(self, name: str, value: str) -> Test[T]:
        maker = self.keys.get(name)
        if maker is None:
            hint = did_you_mean(name, self.keys) or "known keys: " + ", ".join(self.keys)
            raise QueryError(f'unknown search key "{shorten(name)}:"; {hint}')
        if not value.strip("|"):
            raise QueryError(f'"{name}:" needs a value, such as {name}:{self.examples[name]}')
        tests = [maker(part) for part in _split_choices(value.casefold())]
        if len(tests) == 1:
            return tests[0]
        return lambda thing, today: any(test(thing, today) for test in tests)

    def _containing(self, wanted: Sequence[tuple[bool, tuple[str, ...]]]) -> Test[T]:
        """Return the test of all plain words: the texts of a thing are put together once."""

        def holds(thing: T, _: date) -> bool:
            text = "\0".join(self.searchable_texts(thing)).casefold()
            return all(any(word in text for word in words) is is_in for is_in, words in wanted)

        return holds


def _negate(test: Test[T], negated: bool) -> Test[T]:
    return (lambda thing, today: not test(thing, today)) if negated else test


def _split_choices(text: str) -> tuple[str, ...]:
    """Return the parts between bars, each once; the text itself where there is none."""
    return tuple(dict.fromkeys(part for part in text.split("|") if part)) or (text,)


def split_words(text: str) -> list[str]:
    """Split at blanks outside double quotes; an unclosed quote runs to the end."""
    words, word, quoted, started = [], "", False, False
    for char in text:
        if char == '"':
            quoted, started = not quoted, True
        elif char.isspace() and not quoted:
            if word or started:
                words.append(word)
            word, started = "", False
        else:
            word += char
    if word or started:
        words.append(word)
    return [word for word in words if word.strip() and word != "-"]


def shorten(text: str) -> str:
    """Return part of a query for a message: it may have been pasted from anywhere."""
    return one_line(text, 60)


def match_one_of(
    name: str, known: Iterable[str], read: Callable[[T], str]
) -> Callable[[str], Test[T]]:
    """Return what makes tests of a value that has to be one of a few words."""
    words = tuple(known)

    def make(value: str) -> Test[T]:
        if value not in words:
            hint = did_you_mean(value, words) or "use one of " + ", ".join(words)
            raise QueryError(f'"{shorten(value)}" is not a {name}; {hint}')
        return lambda thing, _: read(thing) == value

    return make


def match_flag(known: Mapping[str, Test[T]]) -> Callable[[str], Test[T]]:
    """Return what makes tests of the words after `is:`."""

    def make(value: str) -> Test[T]:
        holds = known.get(value)
        if holds is None:
            hint = did_you_mean(value, known) or "use one of " + ", ".join(known)
            raise QueryError(f'"is:{shorten(value)}" is not known; {hint}')
        return holds

    return make


def match_text(read: Callable[[T], str]) -> Callable[[str], Test[T]]:
    """Return what makes tests for a text that is the value, in whatever case."""
    return lambda value: lambda thing, _: read(thing).casefold() == value


def match_part(read: Callable[[T], str]) -> Callable[[str], Test[T]]:
    """Return what makes tests for a text that has the value in it."""
    return lambda value: lambda thing, _: value in read(thing).casefold()


def match_name(read: Callable[[T], str]) -> Callable[[str], Test[T]]:
    """Like exactly; `none` asks for things that have no such text."""

    def make(value: str) -> Test[T]:
        wanted = "" if value == "none" else value
        return lambda thing, _: read(thing).casefold() == wanted

    return make


def match_due(value: str) -> Test[Dated]:
    """Return the test of `due:<14d`, `due:>2027-02-01`, `due:fri`, `due:none`.

    A day alone means that day, a distance alone everything up to it. Raises QueryError.
    """
    if value == "none":
        return lambda thing, _: thing.due is None
    # Loaded here: most queries name no date, and what reads those that people type is large.
    from fedcheck.domain.typed_dates import AmbiguousDayError

    found = _DUE.fullmatch(value)
    relation, day = (found[1] or "<=", found[2]) if found else ("<=", "")
    try:
        if _SPAN.fullmatch(day):
            span = parse_span(day)
            shift(date(2026, 1, 1), span)

            def limit(today: date) -> date:
                return shift_clamped(today, span)

        else:
            given = found[1] if found else None
            relation = relation if given or day[:1] in "+-" or day.startswith("in ") else "="
            _parse_date(day, date(2026, 1, 1))

            def limit(today: date) -> date:
                return _parse_date_or_today(day, today)

    except AmbiguousDayError as error:
        raise QueryError(f"due:{shorten(value)}: {error}; write it as 2027-02-01") from None
    except ValueError as error:
        raise QueryError(
            f"due:{shorten(value)}: {error}; write due:<14d, due:>2027-02-01, due:fri or due:none"
        ) from None

    bound_on = lru_cache(maxsize=4)(limit)  # once for the whole search: it takes its time

    def holds(thing: Dated, today: date) -> bool:
        if thing.due is None:
            return False
        bound = bound_on(today)
        match relation:
            case "<":
                return thing.due < bound
            case ">":
                return thing.due > bound
            case ">=":
                return thing.due >= bound
            case "=":
                return thing.due == bound
            case _:
                return thing.due <= bound

    return holds


def _parse_date(text: str, today: date) -> date:
    """Return the day meant by a word. A query has no reply, so it never guesses the order."""
    from fedcheck.domain.typed_dates import parse_typed_date

    return parse_typed_date(text, today, "") or today


def _parse_date_or_today(text: str, today: date) -> date:
    """Return the day meant by a word; today where the calendar ends before it."""
    try:
        return _parse_date(text, today)
    except (ValueError, OverflowError):
        return today


QueryWords = Mapping[str, Sequence[str]]
"""The keys of a language, each with the values that are known of it."""


def complete_query(text: str, words: QueryWords) -> list[str]:
    """Return the texts that a query may become at its end, best first; never the text itself."""
    start = find_last_word(text)
    return [text[:start] + word for word in complete_word(text[start:], words)]


def complete_word(word: str, words: QueryWords) -> list[str]:
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
    found = [
        before + _quote_value(one) for one in _filter_by_prefix(known, last.strip('"').casefold())
    ]
    return [one for one in found if one.casefold() != word.casefold()]


def find_last_word(text: str) -> int:
    """Return where the last word of a query begins: at its end, if a blank is there."""
    start, quoted = 0, False
    for place, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char.isspace() and not quoted:
            start = place + 1
    return start


def _filter_by_prefix(known: Iterable[str], start: str) -> list[str]:
    return [one for one in known if one.casefold().startswith(start)]


def _quote_value(value: str) -> str:
    return f'"{value}"' if any(char.isspace() for char in value) else value
