"""Rules on the facts of an item: its source, level and controls, and what it needs."""

import re
from collections.abc import Iterator, Mapping, Sequence

from fedcheck.domain.baselines import find_lowest_level, has_control
from fedcheck.domain.checklist import Checklist, Item
from fedcheck.domain.glossary import Level, Standing
from fedcheck.domain.process import Process
from fedcheck.domain.reference import split_ref
from fedcheck.linting.finding import Fault
from fedcheck.linting.verbs import has_verb, starts_with_verb

LONGEST_SAYS = 7
"""Words of a quoted phrase: one less than what counts as copied."""

IMPACT = "impact"
"""The option of a profile whose values are the levels of the Rev 5 baselines."""

MODALS: tuple[tuple[Level, str], ...] = (
    (
        Level.MUST_NOT,
        r"must not|shall not|may not|can ?not|will not|prohibit\w*|forbid\w*|not (?:be )?permitted"
        r"|not (?:be )?allowed|no \w+ (?:may|must|shall)",
    ),
    (Level.SHOULD_NOT, r"should not|discourag\w*|not recommended|not advised"),
    (
        Level.SHOULD,
        r"should|recommend\w*|encourag\w*|tips?|best practices?|suggest\w*|advis\w+|expect\w*"
        r"|ideally|prefer\w*|consider|good practice|helpful",
    ),
    (
        Level.MUST,
        r"must|shall|requir\w*|will|(?:is|are) to|has to|have to|needs? to|mandat\w+|responsib\w+"
        r"|dut(?:y|ies)|obligat\w+|need(?:s|ed)?",
    ),
    (Level.MAY, r"may|optional\w*|can|at (?:its|their) discretion|if desired"),
)
"""Words that show how binding something is. The first one of a phrase counts."""


def check_source(item: Item, checklist: Checklist) -> Iterator[Fault]:
    """Yield a fault where an item names no source, or no place in it."""
    if item.source is None or checklist.source_of(item)[0] is None:
        yield Fault("source", "", "no source", "add `source = { id, where, says }`")
    elif not item.source.where.strip():
        yield Fault("source", item.source.id, "no place in the source", "add where: section, page")


def check_says(item: Item) -> Iterator[Fault]:
    """Yield a fault where an item does not quote what makes it as binding as it is.

    An optional item binds nobody, and needs no quote.
    """
    if item.source is None or (item.level is Level.MAY and not item.source.says):
        return
    if not item.source.says.strip():
        remedy = 'quote the words that bind: `says = "should also review"`'
        yield Fault("says", "", f"level {item.level} without a quote from its source", remedy)


def check_level(item: Item) -> Iterator[Fault]:
    """Yield faults where the quote is long or binds nobody, or the level is another one."""
    says = item.source.says.strip() if item.source else ""
    if not says:
        return
    count = len(says.split())
    if count > LONGEST_SAYS:
        yield Fault("says", says, f'"{says}" has {count} words', f"at most {LONGEST_SAYS}")
    levels = find_levels(says)
    if not levels:
        remedy = "quote the part with must, should, may, or the instruction"
        yield Fault("says", says, f'"{says}" does not show how binding it is', remedy)
    elif item.level not in levels:
        message = f'level {item.level}, and the source has "{says}"'
        yield Fault("level", says, message, f'level = "{levels[0]}"')


def find_levels(says: str) -> tuple[Level, ...]:
    """Return how binding a quoted phrase can be.

    An instruction, and a sentence on what somebody does, bind as "must" does: templates and lists
    of responsibilities are written so. They bind as "should" does in a document of advice.
    """
    found = [
        (match.start(), order, level)
        for order, (level, pattern) in enumerate(MODALS)
        if (match := re.search(rf"\b(?:{pattern})\b", says, re.IGNORECASE))
    ]
    if found:
        return (min(found)[2],)
    if starts_with_verb(says) or has_verb(says):
        return Level.MUST, Level.SHOULD
    return ()


def is_historical(item: Item, checklist: Checklist, processes: Mapping[str, Process]) -> bool:
    """Return whether an item is only for processes that nobody can begin any more."""
    names = (item.applies or {}).get("process", ()) or checklist.process
    return all(
        name in processes and processes[name].status is Standing.HISTORICAL for name in names
    )


def check_controls(
    item: Item, checklist: Checklist, processes: Mapping[str, Process]
) -> Iterator[Fault]:
    """Yield the controls that are not in the baseline of an impact level that the item is for."""
    every = dict.fromkeys(
        value
        for name in (item.applies or {}).get("process", ()) or checklist.process
        if name in processes
        for value in _list_levels(processes[name], checklist)
    )
    if not every:
        return
    levels = (item.applies or {}).get(IMPACT, ()) or tuple(every)
    for control in item.controls:
        lowest = find_lowest_level(control)
        if not lowest:
            yield Fault("control", control, f"{control} is in no Rev 5 baseline", "correct the id")
            continue
        without = [level for level in levels if not has_control(level, control)]
        if without:
            message = f"{control} is not in the baseline of {', '.join(without)}"
            remedy = f"the item is for {', '.join(levels)}: narrow applies, or move the control"
            yield Fault("control", control, message, remedy)


def _list_levels(process: Process, checklist: Checklist) -> tuple[str, ...]:
    """Return the impact levels for which a process has the phase of a list."""
    option = (process.profile or {}).get(IMPACT)
    if option is None:
        return ()
    placed = next((one.id for one in process.phases if checklist.id in one.lists), checklist.phase)
    phase = process.phase(placed)
    if phase and phase.applies and IMPACT in phase.applies:
        return phase.applies[IMPACT]
    return tuple(option.values)


def check_needs(
    item: Item,
    checklist: Checklist,
    lists: Mapping[str, Checklist],
    processes: Mapping[str, Process],
) -> Iterator[Fault]:
    """Yield what an item needs although it comes later, never applies, or may stay undone."""
    for need in item.needs:
        name, other_id = split_ref(need)
        other = lists.get(name)
        if other is None or other_id not in other.items:
            continue  # a check without --strict finds it
        needed = other.items[other_id][1]
        shared = [processes[one] for one in checklist.process if one in processes]
        shared = [one for one in shared if one.id in other.process]
        yield from _check_order(need, checklist, other, shared)
        if item.level is Level.MUST and needed.level is Level.MAY:
            message = f"needs {need}, which is optional"
            yield Fault("needs", need, message, "remove the need, or raise the level of the other")
        apart = [
            option
            for option, values in (item.applies or {}).items()
            if needed.applies and option in needed.applies
            and not set(values) & set(needed.applies[option])
        ]  # fmt: skip
        if apart:
            message = f"needs {need}, which never applies together with it ({', '.join(apart)})"
            yield Fault("needs", need, message, "remove the need")
    for need in sorted({one for one in item.needs if item.needs.count(one) > 1}):
        yield Fault("needs", need, f"needs {need} twice", "remove one")


def _check_order(
    need: str, checklist: Checklist, other: Checklist, shared: Sequence[Process]
) -> Iterator[Fault]:
    for process in shared:
        if process.order(other.phase) > process.order(checklist.phase):
            message = f"needs {need} of the later phase {other.phase} ({process.id})"
            yield Fault("needs", need, message, "turn the need around, or remove it")
            return
    for process in shared:
        optional = {role.id for role in process.role_tables if role.optional}
        if other.role in optional and checklist.role not in optional:
            message = f"needs {need} of the role {other.role}, which may take no part"
            yield Fault("needs", need, message, "remove the need")
            return
