"""The terms that a rulebook defines: what a glossary holds, and where a text uses which term.

A term goes by its name and by its other forms. The longest form wins, words count whole, and upper
and lower case are the same, except for forms in upper case (MUST, MAY, PAIN): these are terms only
in upper case.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated

from msgspec import Struct, field

from fedcheck.domain.key import Key
from fedcheck.domain.reference import MAX_WORD_LENGTH, find_nearest

FORCES = frozenset(("must", "must not", "should", "should not", "may"))
"""What is a term in upper case only, however a glossary spells it."""

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_PARENTHESIS = re.compile(r"\s*\([^()]*\)\s*$")


class Term(Struct, frozen=True, rename="kebab"):
    """A term and what it means."""

    id: Annotated[str, Key("Official id, such as FRD-ACV")]
    term: Annotated[str, Key("The term")]
    definition: Annotated[str, Key("What it means")] = ""
    alts: Annotated[tuple[str, ...], Key("Other forms of it used in texts")] = ()
    notes: Annotated[tuple[str, ...], Key("Notes on the definition")] = ()
    reference: Annotated[str, Key("The law or standard that defines it")] = ""
    url: Annotated[str, Key("Where the law or standard is published")] = ""
    marked: Annotated[bool, Key("Whether texts mark it; false for words in every statement")] = True

    @property
    def name(self) -> str:
        """Return the term without what follows it in parentheses."""
        return _PARENTHESIS.sub("", self.term).strip() or self.term

    @property
    def forms(self) -> tuple[str, ...]:
        """Return every form, the name first."""
        return tuple(dict.fromkeys(one for one in (self.name, *self.alts) if one.strip()))


class Glossary(Struct, frozen=True, rename="kebab"):
    """Terms, and the release that they come from; ours names none."""

    format: Annotated[int, Key("Version of the file format: 1")]
    release: Annotated[str, Key("Release of the rules that the texts come from")] = ""
    sha256: Annotated[str, Key("Hash of that release")] = ""
    terms: Annotated[tuple[Term, ...], Key("The terms")] = field(name="term", default=())


class TermMark(Struct, frozen=True):
    """A place in a text where a term is used: from `start` to before `end`."""

    start: int
    end: int
    term: Term


class _Form(Struct, frozen=True):
    """A form as words; `exact` holds them as written where case counts."""

    words: tuple[str, ...]
    exact: tuple[str, ...]
    term: Term


class Lexicon(Struct, frozen=True, eq=False, dict=True):
    """Terms, ready to be found in texts."""

    terms: tuple[Term, ...] = ()

    @cached_property
    def _by_first(self) -> Mapping[str, Sequence[_Form]]:
        """Return the forms by their first word, the longest first."""
        found: dict[str, list[_Form]] = {}
        for term in self.terms:
            for text in term.forms:
                upper = text.isupper() or text.casefold() in FORCES
                written = tuple(_WORD.findall(text.upper() if upper else text))
                if written:
                    words = tuple(one.casefold() for one in written)
                    found.setdefault(words[0], []).append(
                        _Form(words, written if upper else (), term)
                    )
        return {
            first: sorted(forms, key=lambda one: (len(one.words), len(one.exact)), reverse=True)
            for first, forms in found.items()
        }

    @cached_property
    def _by_name(self) -> Mapping[str, Term]:
        """Return the terms by everything that a person may call them."""
        found: dict[str, Term] = {}
        for names in (lambda one: (one.id,), lambda one: (one.term,), lambda one: one.forms):
            for term in self.terms:
                for name in names(term):
                    found.setdefault(_fold(name), term)
        return found

    def _matches(self, text: str) -> Iterator[TermMark]:
        words = list(_WORD.finditer(text))
        place = 0
        while place < len(words):
            mark = self._match_at(text, words, place)
            if mark is None:
                place += 1
                continue
            yield mark
            while place < len(words) and words[place].start() < mark.end:
                place += 1

    def _match_at(self, text: str, words: Sequence[re.Match[str]], place: int) -> TermMark | None:
        for form in self._by_first.get(words[place].group().casefold(), ()):
            here = words[place : place + len(form.words)]
            if tuple(one.group().casefold() for one in here) != form.words:
                continue
            if form.exact and tuple(one.group() for one in here) != form.exact:
                continue
            gaps = itertools.pairwise(here)
            if all(text[one.end() : other.start()].isspace() for one, other in gaps):
                return TermMark(here[0].start(), here[-1].end(), form.term)
        return None


def find_term(lexicon: Lexicon, text: str) -> Term | None:
    """Return the term that an id, a name or another form means, in any case; None if none does."""
    return lexicon._by_name.get(_fold(text)) if len(text) <= MAX_WORD_LENGTH else None


def suggest_terms(lexicon: Lexicon, text: str, count: int = 3) -> list[str]:
    """Return the names of terms that a person may have meant, the nearest first."""
    near = find_nearest(_fold(text), lexicon._by_name, count)
    return list(dict.fromkeys(lexicon._by_name[one].name for one in near))


def mark_terms(lexicon: Lexicon, text: str) -> tuple[TermMark, ...]:
    """Return where a text uses terms that are to be marked, from its beginning to its end."""
    return tuple(one for one in lexicon._matches(text) if one.term.marked)


def list_terms(lexicon: Lexicon, text: str) -> tuple[Term, ...]:
    """Return the terms to be marked that a text uses, each once, in the order of their use."""
    return tuple({one.term.id: one.term for one in mark_terms(lexicon, text)}.values())


def uses_term(lexicon: Lexicon, term: Term, text: str) -> bool:
    """Return whether a text uses a term, and not only a longer one that contains it."""
    folded = _fold(text)
    if not any(_fold(form) in folded for form in term.forms):
        return False  # most texts: a look costs much less than to read every word
    return any(one.term.id == term.id for one in lexicon._matches(text))


def without_duplicates(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Return terms whose ids differ; of several with one id the first."""
    found: dict[str, Term] = {}
    for one in terms:
        found.setdefault(one.id, one)
    return tuple(found.values())


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
