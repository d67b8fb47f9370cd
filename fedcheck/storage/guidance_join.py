"""Join our guidance to lists that ask for it (`guidance = "cr26"`), when they are loaded.

Our words come from the shipped lists of that process, which every command has parsed anyway; the
files of guidance themselves are for the builder alone.
"""

from collections.abc import Iterable, Mapping, Sequence

from fedcheck.domain.checklist import Checklist
from fedcheck.domain.guidance import Words, collect_words, join_guidance
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line
from fedcheck.storage.loaded_files import LoadedList


def join_shipped_guidance(lists: Iterable[LoadedList], known: Sequence[LoadedList]) -> None:
    """Join guidance to the lists that ask for it, in place; what each file states stays as `plain`.

    Args:
        lists: those that may ask; one that has its guidance already is left alone.
        known: lists of all layers, with the shipped ones among them.
    """
    words: dict[str, Mapping[str, Words]] = {}
    for one in lists:
        found = one.checklist
        if found is None or not found.guidance or one.plain is not None or one.layer == "shipped":
            continue
        name = found.guidance
        if name not in words:
            words[name] = collect_words(_list_shipped(known, name))
        one.plain, one.checklist = found, join_guidance(found, words[name])
        if not words[name]:
            offered = [process for process in _processes(known) if _has_words(known, process)]
            hint = did_you_mean(name, offered) or "known: " + ", ".join(offered)
            text = f'no guidance is shipped for the process "{one_line(name, 60)}"'
            one.warn(("guidance",), text, hint)


def _list_shipped(known: Iterable[LoadedList], process: str) -> list[Checklist]:
    return [
        one.checklist
        for one in known
        if one.layer == "shipped" and one.checklist and process in one.checklist.process
    ]


def _processes(known: Iterable[LoadedList]) -> list[str]:
    lists = (one.checklist for one in known if one.layer == "shipped" and one.checklist)
    return list(dict.fromkeys(process for one in lists for process in one.process))


def _has_words(known: Iterable[LoadedList], process: str) -> bool:
    return bool(collect_words(_list_shipped(known, process)))
