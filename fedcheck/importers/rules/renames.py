"""Which items of an older release have another id in a newer one.

Where the data names earlier ids (`fka`), that is so. Else a rename is only proposed, from the last
part of the id, the name and the words of the text, and a person has to confirm it.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from msgspec import Struct

from fedcheck.importers.rules.document import Entry, Indicator, Release

SIMILAR = 0.8
"""From which likeness on texts are alike whatever the id and name are."""

SOMEWHAT = 0.5
"""From which likeness on the same last part of the id and the same name count."""

MOST_WORDS = 200
"""How many words of a text are compared; official statements have at most 100."""

MOST_PAIRS = 100_000
"""From how many pairs on no text is compared; two official releases have at most 30,000."""

MOST_TEXTS = 5_000
"""How many pairs of texts are compared at most; two official releases have some hundred."""

_WORD = re.compile(r"\w+")
_PARTIES = re.compile(r"^(cloud service )?providers\b.*?\b(must not|must|should not|should|may)\b")


class Rename(Struct, frozen=True):
    """An item that has another id now.

    Attributes:
        by: `fka` where the newer release states so, `text` where it is inferred.
        likeness: of the two texts, from 0 to 1.
        confirm: whether a person has to confirm it.
    """

    old: str
    new: str
    by: str
    likeness: float
    confirm: bool


def find_renames(old: Release, new: Release) -> list[Rename]:
    """Return the renames from one release to another, in the order of the newer one.

    Several old ids may have become one. Proposals are pairs of ids that nothing else names.
    """
    before, after = old.entries, new.entries
    gone = {name: one for name, one in before.items() if name not in after}
    found: list[Rename] = []
    for entry in after.values():
        for former in entry.former:
            if former in gone:
                likeness = _likeness(gone[former], entry)
                found.append(Rename(former, entry.id, "fka", likeness, False))
    named = {one.old for one in found}
    targets = {one.new for one in found}
    came = [one for one in after.values() if one.id not in before and one.id not in targets]
    left = [one for one in gone.values() if one.id not in named]
    found += propose_renames(left, came)
    order = {name: place for place, name in enumerate(after)}
    earlier = {name: place for place, name in enumerate(before)}
    return sorted(found, key=lambda one: (order[one.new], earlier[one.old]))


def propose_renames(gone: Sequence[Entry], came: Sequence[Entry]) -> list[Rename]:
    """Return the likeliest pairs of ids, each at most once; none where there are too many ids."""
    if len(gone) * len(came) > MOST_PAIRS:
        return []
    older = [(entry, _words(entry)) for entry in gone]
    newer = [(entry, _words(entry)) for entry in came]
    likely = [
        (one, other, words, others)
        for one, words in older
        for other, others in newer
        if _is_likely(one, other) or _overlap(words, others) >= SOMEWHAT
    ]
    candidates = []
    for one, other, words, others in likely[:MOST_TEXTS]:
        likeness = _compare_words(words, others)
        key, name = _has_same_key(one, other), _has_same_name(one, other)
        if isinstance(one, Indicator) == isinstance(other, Indicator) and (
            likeness >= SIMILAR or ((key or name) and likeness >= SOMEWHAT)
        ):
            score = likeness + 0.2 * key + 0.2 * name
            candidates.append((-score, one.id, other.id, likeness))
    found: list[Rename] = []
    taken_old: set[str] = set()
    taken_new: set[str] = set()
    for _, old_id, new_id, likeness in sorted(candidates):
        if old_id not in taken_old and new_id not in taken_new:
            taken_old.add(old_id)
            taken_new.add(new_id)
            found.append(Rename(old_id, new_id, "text", likeness, True))
    return found


def _is_likely(old: Entry, new: Entry) -> bool:
    return _has_same_key(old, new) or _has_same_name(old, new)


def _has_same_key(old: Entry, new: Entry) -> bool:
    return old.id.rpartition("-")[2] == new.id.rpartition("-")[2]


def _has_same_name(old: Entry, new: Entry) -> bool:
    return bool(old.name) and old.name.casefold() == new.name.casefold()


def _likeness(old: Entry, new: Entry) -> float:
    return _compare_words(_words(old), _words(new))


def _words(entry: Entry) -> list[str]:
    """Return the words of the longest statement, without whom it binds and how much."""
    said = [one.statement for one in entry.wordings().values()]
    text = max(said, key=len, default="").lower().replace("_", "")
    words = _WORD.findall(_PARTIES.sub("", text)) or _WORD.findall(entry.name.lower())
    return words[:MOST_WORDS]


def _overlap(one: list[str], other: list[str]) -> float:
    """Return how many of the words two texts share: cheap, and never below the likeness by much."""
    return 2 * len(set(one) & set(other)) / max(len(set(one)) + len(set(other)), 1)


def _compare_words(one: list[str], other: list[str]) -> float:
    return round(SequenceMatcher(None, one, other, autojunk=False).ratio(), 3)
