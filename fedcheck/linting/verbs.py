"""Whether a sentence has a verb: a guess that prefers silence to a false alarm."""

import re
from collections.abc import Sequence
from functools import cache

from fedcheck.linting.verb_words import (
    ALSO_NOUNS,
    ALWAYS,
    BASE,
    BOTH_PAST,
    FINITE_BEFORE,
    NO_OBJECT,
    NOUN_BEFORE,
    OBJECT_AFTER,
    PAST,
    SUBORDINATORS,
    VERB_BEFORE,
)

LONGEST_WAY = 5
"""Words from the beginning of a clause to its verb; what is further on belongs to the sentence."""

_WORD = re.compile(r"[A-Za-z][A-Za-z'&/-]*|\d[\w.,:%/-]*|,|;|:|\(|\)|-{1,2}")


def tokenize(text: str) -> list[str]:
    """Return the words of a sentence in lower case, with its commas, colons and brackets."""
    words = _WORD.findall(text.replace("\u2019", "'"))
    # "Appendix A" and the answer "No" are names, no articles.
    return [
        f"{one}." if at and one in ("A", "No", "All") else one.casefold()
        for at, one in enumerate(words)
    ]


def has_verb(sentence: str) -> bool:
    """Return whether a sentence may have a finite verb of its own.

    False only where none of its words can be one, the first verb of each subordinate clause not
    counted: an imperative, a form of be, have or do, a modal, a verb in the present, or a past
    form with an object.
    """
    words = tokenize(sentence)
    clause: int | None = None
    for at, word in enumerate(words):
        if word in (",", ";", ":"):
            clause = None
        elif word in SUBORDINATORS and not _is_pronoun(words, at):
            clause = at
        elif _is_verb(words, at):
            if clause is None or at - clause > LONGEST_WAY:
                return True
            clause = None
    return False


def starts_with_verb(sentence: str) -> bool:
    """Return whether a sentence begins as an imperative does."""
    words = [one for one in tokenize(sentence) if one[0].isalpha()]
    return bool(words) and words[0] in BASE and words[1:2] != ["of"]


def _is_pronoun(words: Sequence[str], at: int) -> bool:
    """Return whether a word that can begin a clause is none here: `that file`, `after the scan`."""
    word = words[at]
    if word in ("after", "before", "since", "until", "as", "so", "once"):
        return True
    return word == "that" and (at == 0 or words[at - 1] == ",")


def _is_verb(words: Sequence[str], at: int) -> bool:
    word = words[at].removeprefix("re-")
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    if word in ALWAYS or word in PAST:
        return True
    is_noun = word in ALSO_NOUNS or _singular(word) in ALSO_NOUNS
    if word in BASE and is_noun:
        if after == "of":
            return False  # review of, list of
        opens = before in VERB_BEFORE or before in ("", ",", ";", ":", "(", ")", "-")
        adverb = before.endswith("ly") and before not in NOUN_BEFORE
        return opens or adverb or _is_plural(before) or after in (*OBJECT_AFTER, "as")
    if word in _third_forms() and is_noun and before not in ("this", "each", "it", "that"):
        # Nouns in the plural look the same: after an article, a preposition or an adjective of
        # the list they are none, and at the beginning neither. None follows "this" and the like.
        noun = before in NOUN_BEFORE or before in ("", ",", ";", ":", "(", "and", "or")
        return not noun or (before in ("and", "or", ",") and after in OBJECT_AFTER)
    if word in BASE or word in _third_forms():
        return before not in ("a", "an", "the", "of", "to")
    if word in _past_forms() or word in BOTH_PAST:
        bare = not after or not after[0].isalnum() or after in NO_OBJECT or after.endswith("ly")
        return bool(before) and before not in NOUN_BEFORE and (before in FINITE_BEFORE or not bare)
    return False


def _singular(word: str) -> str:
    """Return the base of a form in -s, which is also that of a noun in the plural."""
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ches", "shes", "sses", "xes")) else word[:-1]


def _is_plural(word: str) -> bool:
    """Return whether a word looks like a noun in the plural: `users sign in`."""
    ends = word.endswith("s") and not word.endswith(("ss", "us", "is", "'s"))
    return (ends and len(word) > 3 and word not in NOUN_BEFORE) or word in ("people", "data")


@cache
def _third_forms() -> frozenset[str]:
    return frozenset(_third(word) for word in BASE)


@cache
def _past_forms() -> frozenset[str]:
    return frozenset(_past(word) for word in BASE)


def _third(word: str) -> str:
    if word.endswith(("s", "sh", "ch", "x", "z")) or word in ("go", "undergo", "undo", "redo"):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def _past(word: str) -> str:
    if word.endswith("e"):
        return word + "d"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ied"
    return word + "ed"
