"""References to items: `checklist:item`, or any tail of it that is unambiguous."""

from collections.abc import Iterable, Mapping

MAX_WORD_LENGTH = 200
"""The most characters of a word that are looked at for one like it; no name of ours is longer."""


def split_ref(ref: str) -> tuple[str, str]:
    """Return checklist id and item id of a full reference; the first is empty where it is bare."""
    checklist, _, item = ref.rpartition(":")
    return checklist, item


def rename_ref(ref: str, renamed: Mapping[str, Mapping[str, str]]) -> str:
    """Return a reference under today's id; `renamed` has those by earlier ones, for each list."""
    owner, item = split_ref(ref)
    today = renamed.get(owner)
    return f"{owner}:{today[item]}" if today and item in today else ref


def add_earlier_refs(refs: Iterable[str], renamed: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Return references under today's ids, with those that they had before."""
    wanted = set(refs)
    for owner in {split_ref(ref)[0] for ref in wanted}:
        names = renamed.get(owner, {}).items()
        wanted |= {f"{owner}:{old}" for old, new in names if f"{owner}:{new}" in wanted}
    return wanted


def matches_tail(ref: str, tail: str) -> bool:
    """Return whether a full reference is meant by a tail after `:` or `.`."""
    return ref == tail or ref.endswith((":" + tail, "." + tail))


def find_candidates(tail: str, refs: Iterable[str]) -> list[str]:
    """Return the references a tail may mean; an exact reference or item id leaves no doubt."""
    found = [ref for ref in refs if matches_tail(ref, tail)]
    exact = [ref for ref in found if ref == tail or ref.endswith(":" + tail)]
    return exact or found


def find_nearest(word: str, known: Iterable[str], count: int = 1) -> list[str]:
    """Return the known words that a person probably meant, best first."""
    from difflib import get_close_matches  # loaded here: only a mistake needs it

    return get_close_matches(word[:MAX_WORD_LENGTH], list(known), n=count, cutoff=0.6)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a suggestion as the end of an error message, or nothing."""
    near = find_nearest(word, known)
    return f'did you mean "{near[0]}"?' if near else ""
