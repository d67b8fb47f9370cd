"""The order of what two sides list, merged: the same whichever side is called ours."""

from collections.abc import Collection, Hashable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def merge_order(base: Sequence[T], ours: Sequence[T], theirs: Sequence[T]) -> list[T]:
    """Return the members of both sides in one order; each member is listed once.

    What both sides list keeps the order that one of them gave it; what one side alone lists stays
    behind what it is behind there.
    """
    shared = _order_shared(base, ours, theirs)
    known = set(shared)
    runs, others = _collect_runs(ours, known), _collect_runs(theirs, known)
    merged: list[T] = []
    for anchor in (None, *shared):
        if anchor is not None:
            merged.append(anchor)
        pair = [run for run in (runs.get(anchor), others.get(anchor)) if run]
        for run in sorted(pair, key=lambda one: [str(member) for member in one]):
            merged += run
    return merged


def survivors(base: Collection[T], ours: Collection[T], theirs: Collection[T]) -> set[T]:
    """Return the members that neither side took away."""
    return {*(set(ours) & set(theirs)), *((set(ours) ^ set(theirs)) - set(base))}


def _order_shared(base: Sequence[T], ours: Sequence[T], theirs: Sequence[T]) -> list[T]:
    """Return what both sides list, in the order of the side that changed the order."""
    common = set(ours) & set(theirs)
    first = [one for one in ours if one in common]
    second = [one for one in theirs if one in common]
    old = set(base) & common
    was = [one for one in base if one in old]
    if first == second or [one for one in second if one in old] == was:
        if [one for one in first if one in old] == was:
            # Neither moved what was there: what both added may still stand in two orders.
            return min(first, second, key=lambda side: [str(one) for one in side])
        return first
    if [one for one in first if one in old] == was:
        return second
    return min(first, second, key=lambda side: [str(one) for one in side])


def _collect_runs(side: Sequence[T], shared: Collection[T]) -> dict[T | None, list[T]]:
    """Return what one side alone lists, by the shared member that it is behind."""
    anchor: T | None = None
    runs: dict[T | None, list[T]] = {}
    for one in side:
        if one in shared:
            anchor = one
        else:
            runs.setdefault(anchor, []).append(one)
    return runs
