"""The profiles of a process, and the fewest conditions that select some of them."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from fedcheck.domain.process import Process

Profile = Mapping[str, str]
Condition = Mapping[str, tuple[str, ...]]
"""Values of options of a profile, as `applies` and `when` have them: all options must match."""


def list_profiles(process: Process) -> list[Profile]:
    """Return every profile of a process that exists, in the order of its options and values."""
    options = process.profile or {}
    choices = product(*(option.values for option in options.values()))
    found = [dict(zip(options, values, strict=True)) for values in choices]
    return [one for one in found if process.allows(one)]


def find_condition(wanted: Sequence[Profile], among: Sequence[Profile]) -> Condition | None:
    """Return a condition that exactly the wanted profiles meet; None where there is none.

    Options that tell nothing apart are left out; the last ones go first. An empty condition is met
    by all.
    """
    condition = enclose(wanted)
    if select(condition, among) != list(wanted):
        return None
    for option in reversed(list(condition)):
        without = {name: values for name, values in condition.items() if name != option}
        if select(without, among) == list(wanted):
            condition = without
    return condition


def enclose(wanted: Sequence[Profile]) -> dict[str, tuple[str, ...]]:
    """Return the narrowest condition that all wanted profiles meet, and maybe others do."""
    options = list(wanted[0]) if wanted else []
    return {name: tuple(dict.fromkeys(one[name] for one in wanted)) for name in options}


def select(condition: Condition, among: Iterable[Profile]) -> list[Profile]:
    """Return the profiles that meet a condition."""
    return [one for one in among if all(one[name] in values for name, values in condition.items())]


def split_conditions(wanted: Sequence[Profile], among: Sequence[Profile]) -> list[Condition]:
    """Return conditions that together exactly the wanted profiles meet, as few as are easy."""
    if not wanted:
        return []
    whole = find_condition(wanted, among)
    if whole is not None:
        return [whole]
    for option in enclose(wanted):
        values = dict.fromkeys(one[option] for one in wanted)
        if len(values) > 1:
            parts = ([one for one in wanted if one[option] == value] for value in values)
            return [found for part in parts for found in split_conditions(part, among)]
    return [enclose(wanted)]
