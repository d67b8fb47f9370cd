"""The app: its start against an app with one label, keys in a long list, and durable saves.

A start is processor time from the start of the process until home has all its numbers and nothing
more is drawn. Keys and saves are by the clock: see `probe.py`, which runs in the measured process.
"""

import itertools
import statistics
from collections.abc import Mapping
from typing import Any

from commands import COLD, Workspaces
from processes import Figure, Runner, Spent, compute_figures

LABEL = "one label"


def measure_starts(
    workspaces: Workspaces, sizes: tuple[str, ...], caches: tuple[str, ...], rounds: int
) -> dict[tuple[str, str], Figure]:
    """Measure the start in workspaces, each after a change and a start of the app with one label.

    Returns figures by size and cache, with ratios to one label; that one by LABEL and nothing.
    """
    runner = workspaces.runner
    found: dict[tuple[str, str], Figure] = {}
    for size in sizes:
        _start(runner, "home", workspaces.get(size).root)  # writes what is written at first use
    for cache in caches:  # all with a warm cache first: the cold ones empty it
        # Held against the starts of one label in between: minutes later the machine is another one.
        spent: dict[str, list[Spent]] = {LABEL: []}
        for _, size in itertools.product(range(rounds), sizes):
            one = workspaces.get(size)
            spent[LABEL].append(_start(runner, "label"))
            workspaces.change(one, cold=cache == COLD)()
            spent.setdefault(size, []).append(_start(runner, "home", one.root))
        figures = compute_figures(spent, LABEL)
        found |= {(size, cache): figures[size] for size in sizes}
        found.setdefault((LABEL, ""), figures[LABEL])
    return found


def _start(runner: Runner, *words: str) -> Spent:
    found = runner.probe(("probe.py", *words))
    return Spent(found["spent"], found["memory"], "")


def measure_keys(runner: Runner, rounds: int, *words: str) -> dict[str, float]:
    """Return the medians of a probe of keys: `opened`, `median` and `p95`, in seconds."""
    return median_values([runner.probe(("probe.py", *words)) for _ in range(rounds)])


def measure_save(workspaces: Workspaces, size: str, rounds: int) -> float:
    """Return how long one change takes until it is durable, in seconds."""
    root = workspaces.get(size).root
    found = [workspaces.runner.probe(("probe.py", "save", root)) for _ in range(rounds)]
    return median_values(found)["median"]


def median_values(found: list[Mapping[str, Any]]) -> dict[str, float]:
    """Return the median of each value of several answers of a probe; one that is missing is 0."""
    names = dict.fromkeys(name for one in found for name in one)
    return {name: statistics.median(one.get(name, 0.0) for one in found) for name in names}
