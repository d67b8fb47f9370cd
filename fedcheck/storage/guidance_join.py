"""Join our guidance to lists that ask for it (`guidance = "cr26"`), when their items are read.

Our words come from the shipped lists of that process, which are read then too; the files of
guidance themselves are for the builder alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from fedcheck.domain.checklist import Checklist
from fedcheck.domain.guidance import Words, collect_words, join_guidance
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line
from fedcheck.storage.loaded_files import LoadedList


def join_shipped_guidance(lists: Iterable[LoadedList], known: Sequence[LoadedList]) -> None:
    """Join guidance to the lists that ask for it, in place, when they are read.

    Args:
        lists: those that may ask; one that has its guidance already is left alone.
        known: lists of all layers, with the shipped ones among them.
    """
    joins: dict[str, Callable[[Checklist], Checklist]] = {}
    wordless: set[str] = set()
    for one in lists:
        name = one.outline.guidance if one.outline else ""
        if not name or one.join is not None or one.layer == "shipped":
            continue
        if name not in joins:
            joins[name] = _make_join(_list_shipped(known, name))
            wordless |= set() if _has_words(known, name) else {name}
        one.join = joins[name]
        if name in wordless:
            offered = [process for process in _processes(known) if _has_words(known, process)]
            hint = did_you_mean(name, offered) or "known: " + ", ".join(offered)
            text = f'no guidance is shipped for the process "{one_line(name, 60)}"'
            one.warn(("guidance",), text, hint)


def _make_join(shipped: Sequence[LoadedList]) -> Callable[[Checklist], Checklist]:
    """Return what joins the words of lists, which are collected at its first use."""

    @cache
    def collect() -> Mapping[str, Words]:
        return collect_words(one.checklist for one in shipped if one.checklist)

    return lambda checklist: join_guidance(checklist, collect())


def _list_shipped(known: Iterable[LoadedList], process: str) -> list[LoadedList]:
    return [
        one
        for one in known
        if one.layer == "shipped" and one.outline and process in one.outline.process
    ]


def _processes(known: Iterable[LoadedList]) -> list[str]:
    outlines = (one.outline for one in known if one.layer == "shipped")
    return list(dict.fromkeys(process for one in outlines if one for process in one.process))


def _has_words(known: Iterable[LoadedList], process: str) -> bool:
    return any(one.outline and one.outline.has_words for one in _list_shipped(known, process))
