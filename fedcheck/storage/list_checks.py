"""Checks of a checklist against the processes that it serves, and what other checks share."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fedcheck.domain.checklist import OVERLAID, Checklist, Item, When
from fedcheck.domain.process import Process
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line
from fedcheck.storage.loaded_files import KeyPath
from fedcheck.storage.problems import Collector


def check_against_processes(
    checklist: Checklist,
    place_of: Callable[[str], KeyPath],
    processes: Mapping[str, Process],
    problems: Collector,
) -> None:
    """Note processes, roles and options of a profile that no known process has.

    Args:
        checklist: the list.
        place_of: returns the path of keys that leads to an item in the file.
        processes: the processes that were found, by id.
        problems: what takes the problems.
    """
    shared = [name for process in processes.values() for name in process.shares_lists_with]
    known = [*processes, *shared]
    for name in checklist.process:
        note_unknown(name, known, "process", ("process",), problems)
    served = [processes[name] for name in checklist.process if name in processes]
    if not served:
        return
    roles = [role for process in served for role in process.all_roles]
    note_unknown(checklist.role, roles, "role", ("role",), problems)
    options: dict[str, list[str]] = {"process": known}
    for process in served:
        for name, option in (process.profile or {}).items():
            options.setdefault(name, []).extend((*option.values, *option.also))
    for _, item in checklist.items.values():
        if item.applies:
            check_options(item.applies, options, (*place_of(item.id), "applies"), problems)
        for index, when in enumerate(item.when):
            _check_options_of_when(when, options, (*place_of(item.id), "when", index), problems)


def check_options(
    wanted: Mapping[str, Iterable[str]],
    options: Mapping[str, Iterable[str]],
    place: KeyPath,
    problems: Collector,
) -> None:
    """Note options of a profile that are not known, and values that an option does not have."""
    for option, values in wanted.items():
        at = (*place, option)
        if option not in options:
            note_unknown(option, options, "option of a profile", at, problems)
            continue
        for value in values:
            note_unknown(value, options[option], f"value of {option}", at, problems)


def _check_options_of_when(
    when: When, options: Mapping[str, Iterable[str]], place: KeyPath, problems: Collector
) -> None:
    for name, values in when.options.items():
        if name in options:
            check_options({name: values}, options, place, problems)
        else:
            words = [*options, *OVERLAID]
            note_unknown(name, words, "key or option of a profile", (*place, name), problems)


def check_whens(item: Item, place: KeyPath, problems: Collector) -> None:
    """Note the variants of an item that are for nothing, change nothing, or have no values."""
    for index, when in enumerate(item.when):
        at: KeyPath = (*place, "when", index)
        for name, raw in when.extra.items():
            texts = when.options[name]
            if not texts or (isinstance(raw, list) and len(raw) != len(texts)):
                text = "expected text in quotes, or a list of it"
                problems.add((*at, name), text, f'write {one_line(name, 40)} = ["..."]')
        if not when.extra:
            text = "it names no values of the profile"
            problems.add(at, text, 'name an option, such as class = ["b"]')
        if not when.overlays():
            text = "it changes nothing"
            problems.add(at, text, "set one of " + ", ".join(OVERLAID))


def note_repeated_ids(data: Mapping[str, Any], array: str, problems: Collector) -> None:
    """Note the ids that are twice in an array of tables, also where others of it are bad."""
    tables = data.get(array)
    seen: set[str] = set()
    for index, table in enumerate(tables if isinstance(tables, list) else ()):
        name = table.get("id") if isinstance(table, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            where = (array, index, "id")
            text = f'the {array} id "{one_line(name, 60)}" appears twice'
            problems.add(where, text, "give one a new id")
        seen.add(name)


def note_unknown(
    name: str, known: Iterable[str], what: str, at: KeyPath, problems: Collector
) -> None:
    """Note a name that is not among those known, with a suggestion."""
    words = list(dict.fromkeys(known))
    if name not in words:
        hint = did_you_mean(name, words) or ("known: " + ", ".join(words) if words else "")
        problems.add(at, f'unknown {what} "{one_line(name, 60)}"', hint)
