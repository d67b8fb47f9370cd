"""Tables of what was measured, in Markdown."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import commands
import taskwarrior
from app import LABEL
from commands import COLD, WARM
from goals import COLD_LIMITS, GOALS, HISTORY_LIMIT, START_LIMIT, Results, judge
from processes import Figure

Row = Sequence[str]
NOTHING = "–"
SLOW_TO_SAVE = {"small list": 0.015, "long list": 0.05, "the checklist of that catalog": 0.05}
"""How long a save may take until it is durable, in seconds."""

KEYS = {
    "ours": "our list of 1,400 rows",
    "bare": "a list of 1,400 lines that only scrolls",
    "the checklist of that catalog, 1,388 tests": "the Moderate catalog, 1,388 tests",
}
SAVES = {
    "small list": "list of 300",
    "long list": "list of 1,400",
    "the checklist of that catalog": "the Moderate catalog, 1,388 tests",
}


def format_table(head: Row, rows: Iterable[Row]) -> str:
    """Return a table in Markdown, its columns as wide as needed."""
    cells = [head, *rows]
    widths = [max(3, *(len(row[i]) for row in cells)) for i in range(len(head))]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    rule = "| " + " | ".join("-" * w for w in widths) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])


def format_value(value: float | None, unit: str = "") -> str:
    """Return a figure with one decimal below 100; a dash for what was not measured."""
    if value is None:
        return NOTHING
    text = f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
    return f"{text.removesuffix('.0')}{unit}"


def format_time(seconds: float) -> str:
    """Return a time in milliseconds."""
    return format_value(seconds * 1000, " ms")


def goals_table(results: Results) -> str:
    """Return the goals with what was measured now."""
    head = ("", "2026-11-28", "goal", "stretch", "measured", "")
    rows = []
    for one in GOALS:
        value, stretch = one.measured(results), one.stretch(results)
        figures = (format_value(each, one.unit) for each in (one.goal, stretch, value))
        verdict = judge(value, one.goal, stretch)
        rows.append((one.what, f"{one.past}{one.unit}", *figures, verdict))
    return format_table(head, rows)


class OtherGoal(NamedTuple):
    """A goal that holds a figure against another one.

    Attributes:
        value: what was measured; nothing where it was not.
        size: with `command`, what its stages are looked up by.
    """

    what: str
    value: float | None
    limit: float
    size: str
    command: str


def list_other_goals(results: Results) -> list[OtherGoal]:
    """Return the goals that hold a figure against another one."""
    found: list[OtherGoal] = []
    for (size, name), limit in COLD_LIMITS.items():
        what = f"`{name}`, {size} items, cold cache" if name != "--version" else f"`{name}`, cold"
        found.append(OtherGoal(what, results.ratio(size, name, COLD), limit, f"{size} cold", name))
    for name, limit, what in (
        ("show", HISTORY_LIMIT, "`show` with a history of 100,000 lines, against without"),
        ("app", START_LIMIT, "app to home with a history of 100,000 lines, against without"),
    ):
        long, plain = results.ratio("history", name), results.ratio("3,481", name)
        value = long / plain if long and plain else None
        found.append(OtherGoal(what, value, limit, "history", name))
    return found


def other_goals_table(results: Results) -> str:
    """Return the goals that hold a figure against another one."""
    rows = [
        (one.what, format_value(one.limit), format_value(one.value), judge(one.value, one.limit))
        for one in list_other_goals(results)
    ]
    return format_table(("", "at most", "measured", ""), rows)


def commands_table(results: Results, cache: str, show: Callable[[Figure], str]) -> str:
    """Return one value of the figures of all commands, by size."""
    rows = []
    for name in commands.COMMANDS:
        found = [results.commands.get((size, name, cache)) for size in commands.SIZES]
        if any(found):
            rows.append((f"`{name}`", *(show(one) if one else NOTHING for one in found)))
    return format_table(("items", *commands.SIZES), rows)


def special_table(results: Results, special: str, names: Sequence[str]) -> str:
    """Return the ratios of commands in a special workspace, next to those of a plain one."""
    rows = []
    for name in names:
        one = results.commands.get((special, name, WARM))
        plain = results.ratio("3,481", name)
        ratio = one.ratio if one else None
        more = format_value(ratio / plain if ratio and plain else None, " times")
        memory = format_value(one.memory if one else None, " MB")
        rows.append((f"`{name}`", format_value(plain), format_value(ratio), more, memory))
    return format_table(("", "3,481 items", f"with {special}", "slower", "memory"), rows)


def starts_table(results: Results) -> str:
    """Return the starts of the app."""
    rows = []
    for size in (*commands.SIZES, "history"):
        warm, cold = (results.starts.get((size, cache)) for cache in (WARM, COLD))
        what = f"{size} items" if size != "history" else "3,481 items, 100,000 history lines"
        cells = (format_value(one.ratio if one else None) for one in (warm, cold))
        time = format_time(warm.seconds) if warm else NOTHING
        rows.append((what, *cells, time, format_value(warm.memory if warm else None, " MB")))
    if label := results.starts.get((LABEL, "")):
        time, memory = format_time(label.seconds), format_value(label.memory, " MB")
        rows.append((LABEL, "1", NOTHING, time, memory))
    return format_table(("", "warm", "cold", "warm, time", "memory"), rows)


def keys_table(results: Results) -> str:
    """Return how long a key takes to the screen, and a save to be durable."""
    rows = []
    for name, what in KEYS.items():
        if found := results.keys.get(name):
            times = (format_time(found[key]) for key in ("median", "p95"))
            opened = format_time(found["opened"]) if name != "bare" else NOTHING
            rows.append((what, opened, *times))
    return format_table(("", "opens", "key, median", "key, 95th percentile"), rows)


def saves_table(results: Results) -> str:
    """Return how long a save takes until it is durable."""
    rows = []
    for name, what in SAVES.items():
        if (found := results.saves.get(name)) is not None:
            limit = SLOW_TO_SAVE[name]
            rows.append((what, format_time(found), format_time(limit), judge(found, limit)))
    return format_table(("one change", "durable after", "at most", ""), rows)


def tasks_table(results: Results) -> str:
    """Return the figures of taskwarrior, next to those of the commands that do most like its."""
    like = {"list": "list", "count": "status", "modify": "set"}
    rows = []
    for name, words in taskwarrior.COMMANDS.items():
        shown = " ".join(words[:2]) if name != "count" else " ".join(words)
        for size in taskwarrior.SIZES:
            if one := results.tasks.get((size, name)):
                ours = results.ratio(size, like[name])
                cells = (f"`task {shown}`", size, format_value(one.ratio))
                memory = format_value(one.memory, " MB")
                rows.append((*cells, memory, f"`{like[name]}`", format_value(ours)))
    return format_table(("", "tasks", "ratio", "memory", "fedcheck", "ratio"), rows)


def others_table(results: Results) -> str:
    """Return imports and the portfolio."""
    rows = []
    for what, seconds, ratio, limit in results.others:
        wanted, verdict = (format_time(limit), judge(seconds, limit)) if limit else ("", "")
        rows.append((what, format_time(seconds), format_value(ratio), wanted, verdict))
    return format_table(("", "time", "ratio", "at most", ""), rows)
