"""Changes between two releases that many items share are shown once, not item by item.

FedRAMP changes whom a whole subset applies to, or when a whole ruleset binds, in one place.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from fedcheck.domain.checklist import Item, facts
from fedcheck.domain.process import Process, Ruleset
from fedcheck.importers.rules.applicability import ANY
from fedcheck.importers.rules.carry_over import Place
from fedcheck.importers.rules.document import Release
from fedcheck.importers.rules.lists import list_time_frames
from fedcheck.importers.rules.profiles import Profile, enclose, find_condition, list_profiles
from fedcheck.importers.rules.ruleset_dates import list_ruleset_dates

MANY = 3
"""From how many items of a subset on the same change is shown as one of the subset."""

SCOPE = "another scope"
FORCE = "another force"
TIMES = "another time frame"
TEXT = "another statement, other points or times"


class Difference(Struct, frozen=True):
    """How an item differs from what it was.

    Attributes:
        kind: SCOPE, FORCE, TIMES or TEXT.
        how: the change as text; empty where it is not the same for all profiles, or a text.
    """

    kind: str
    how: str = ""


def describe_differences(pairs: Iterable[tuple[Place, Place]], process: Process) -> Iterator[str]:
    """Yield what is different about items: what subsets share first, then the ids of the others.

    Args:
        pairs: each item as it was and as it is.
        process: the process, with its profiles.
    """
    listed = list(pairs)
    sizes = Counter(_subset_of(new.item.code) for _, new in listed)
    found: dict[Difference, list[str]] = {}
    for old, new in listed:
        for one in list_differences(old.item, new.item, process):
            found.setdefault(one, []).append(new.item.code)
    rest: dict[str, list[str]] = {}
    for one, codes in found.items():
        counts = Counter(_subset_of(code) for code in codes)
        common = {name: n for name, n in counts.items() if one.how and _is_common(n, sizes[name])}
        if common:
            named = ", ".join(_count_words(name, n, sizes[name]) for name, n in common.items())
            yield f"{one.how}: {named}"
        others = [code for code in codes if _subset_of(code) not in common]
        if others:
            rest.setdefault(one.kind, []).extend(others)
    for kind in (SCOPE, FORCE, TIMES, TEXT):
        if kind in rest:
            order = {new.item.code: place for place, (_, new) in enumerate(listed)}
            codes = sorted(rest[kind], key=order.__getitem__)
            yield f"{len(codes)} with {kind}: {', '.join(codes)}"


def _subset_of(code: str) -> str:
    """Return what the ids of a subset begin with: `VDR-TFR` of `VDR-TFR-PVR`."""
    return code.rpartition("-")[0]


def _is_common(count: int, size: int) -> bool:
    return count >= MANY and 2 * count >= size


def _count_words(name: str, count: int, size: int) -> str:
    return f"{name} (all {count} items)" if count == size else f"{name} ({count} of {size} items)"


def list_differences(old: Item, new: Item, process: Process) -> Iterator[Difference]:
    """Yield how an item differs for any profile: whom it applies to, its force, its times,
    its substance.

    A profile that leaves something open sees all classes at once, so it distinguishes no kind from
    another.
    """
    profiles = [one for one in list_profiles(process) if ANY not in one.values()]
    known = [facts(process.id, one) for one in profiles]
    was = [old.applies_to(one) for one in known]
    now = [new.applies_to(one) for one in known]
    both = [
        (old.resolved(one), new.resolved(one))
        for one, before, after in zip(known, was, now, strict=True)
        if before and after
    ]
    came = [one for one, b, a in zip(profiles, was, now, strict=True) if a and not b]
    went = [one for one, b, a in zip(profiles, was, now, strict=True) if b and not a]
    if came or went:
        parts = (
            f"also applies to {_profile_words(came, profiles)}" if came else "",
            f"no longer applies to {_profile_words(went, profiles)}" if went else "",
        )
        yield Difference(SCOPE, "; ".join(part for part in parts if part))
    levels = {(one.level, other.level) for one, other in both}
    if any(one != other for one, other in levels):
        same = len(levels) == 1
        before, after = next(iter(levels))
        yield Difference(FORCE, f"{after.value} now, {before.value} before" if same else "")
    if list_time_frames(old) != list_time_frames(new) or any(
        one.every != other.every for one, other in both
    ):
        yield Difference(TIMES)
    if any(one.level == other.level and not other.accepts(one.basis()) for one, other in both):
        yield Difference(TEXT)


def _profile_words(wanted: Sequence[Profile], among: Sequence[Profile]) -> str:
    """Return profiles as text: `type 20x, class b or c`."""
    condition: Mapping[str, Sequence[str]] | None = find_condition(wanted, among)
    if condition is None:
        condition = enclose(wanted)
    if not condition:
        return "every profile"
    return ", ".join(f"{option} {' or '.join(values)}" for option, values in condition.items())


def describe_dates(release: Release, process: Process) -> Iterator[str]:
    """Yield, once for each ruleset, the dates of a release that are not those of the calendar."""
    known = {one.id: one for one in process.rulesets}
    for one in list_ruleset_dates(release):
        if one.id not in known:
            dates = _dates(one)
            if dates:
                yield f"{one.name}: not in the calendar: {dates}"
            continue
        ours, theirs = _dates(known[one.id]), _dates(one)
        if ours != theirs:
            yield f"{one.name}: {theirs or 'no dates'} in this release; the calendar has {ours}"


def _dates(ruleset: Ruleset) -> str:
    days = {"obtain": ruleset.obtain, "maintain": ruleset.maintain, "grace": ruleset.grace}
    words = [f"{name} {day.isoformat()}" for name, day in days.items() if day]
    if ruleset.grace_after:
        words.append("grace until the next assessment")
    return ", ".join(words)
