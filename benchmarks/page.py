"""The page docs/performance.md, made from the figures of one run."""

import os
import platform
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import commands
import tables
from app import LABEL
from commands import COLD, WARM
from environments import CHECKOUT
from goals import GOALS, Goal, Results, judge
from stages import DONE, ENDING, IMPORTS, INTERPRETER, STARTED
from tables import format_time, format_value

PAGE = CHECKOUT / "docs" / "performance.md"


@dataclass(frozen=True)
class Run:
    """How it was measured.

    Attributes:
        rounds: how often each command was run; `slow_rounds` what takes long.
        is_wheel: whether the wheel was measured, or the checkout.
        load: the load of the machine before the run.
        minutes: how long the run took.
    """

    rounds: int
    slow_rounds: int
    is_wheel: bool
    load: float
    minutes: float


def render_page(results: Results, run: Run) -> str:
    """Return the page; a part that was not measured is left out, but for the goals."""
    parts = [_render_intro(results, run), _render_goals(results), *_render_missed(results)]
    parts += _render_commands(results)
    parts += _render_special(results)
    parts += _render_app(results)
    parts += _render_tasks(results)
    if results.others:
        parts += ["## Imports and portfolio", tables.others_table(results)]
    return "\n\n".join(parts) + "\n"


def _render_intro(results: Results, run: Run) -> str:
    cores, bare = os.cpu_count() or 1, results.bare
    what = "the wheel of this version, installed in a venv with byte code"
    if not run.is_wheel:
        what = "the checkout, with byte code"
    a_bare = f" (here {format_time(bare.seconds)})" if bare else ""
    a_label = f" (here {format_time(results.starts[LABEL, ''].seconds)})" if results.starts else ""
    counted = f"The figure is the median of {run.rounds} runs"
    if run.slow_rounds < run.rounds:
        counted += f" ({run.slow_rounds} for 20,481 items with a cold cache, keys, and saves)"
    head = (
        "`make bench` made this page from one run. To measure the same on your machine and only "
        f"print it, run `make bench BENCH=--print`. This run took {run.minutes:.0f} min on a "
        f"machine with {cores} cores ({platform.machine()}), {platform.system()}, and Python "
        f"{platform.python_version()}. Its load was {run.load:.1f} at the start."
    )
    points = (
        f"**Program:** {what}.",
        "**Commands:** processor time (user and system) of the whole process, as a ratio to "
        f"`python -c pass`{a_bare} of the same venv. Each run of a command follows a run of that "
        f"reference. {counted}. Memory is the peak of the process.",
        "**After a change:** before each measured command, an uncounted `set` changes the note of "
        "another item, so the files are never those of the last command. `set` writes a new note "
        "each time. `undo` takes the uncounted change back.",
        "**Cache:** warm means that earlier commands have filled the user's cache. Cold means that "
        "its folder was removed just before the command.",
        "**Workspaces:** 481 items are the shipped checklists of the process `jab`, without "
        "records. 3,481 items are the same and 20 lists of 150; 20,481 are the same and 40 lists "
        "of 500. 100 items are four lists in a process of their own. Every item of these lists has "
        "guidance, controls, and an evidence limit. Its record has an owner, a note, a basis, and "
        "two evidence items.",
        "**State:** a first change has taken each workspace over. Its history contains every "
        "value, one line for each list, and the local state knows the files.",
        "**App:** processor time from the start of the process until home shows its numbers and "
        "the app neither draws nor works, as a ratio to a Textual app with one "
        f"label{a_label}. The app runs without a terminal, but produces all output for one. Keys "
        "and saves are by the clock, so other work on the machine counts there.",
    )
    return "\n\n".join(["# Performance", fill(head), "## What is measured", _list(points)])


def _render_goals(results: Results) -> str:
    goals = (
        "Commands are ratios to a bare Python, the app to one label. At 20,481 items the stretch "
        "goal is taskwarrior, from this run where it was measured."
    )
    others = (
        "With a cold cache, no command may take longer than it took on 2026-11-28. With a history "
        "of 100,000 lines, `show` may take twice as long as without it, and the app must start as "
        "fast (within 10%)."
    )
    parts = ("## Goals", fill(goals), tables.goals_table(results), fill(others))
    return "\n\n".join([*parts, tables.other_goals_table(results)])


def _render_missed(results: Results) -> Iterator[str]:
    """Yield a section on the goals that were missed, in figures; nothing where none was."""
    missed = [one for one in GOALS if judge(one.measured(results), one.goal) == "missed"]
    lines = [_explain_goal(results, one) for one in missed]
    profiled = [(one.what, one.size, one.command) for one in missed]
    for one in tables.list_other_goals(results):
        if judge(one.value, one.limit) == "missed":
            line = f"{one.what}: {format_value(one.value)}, at most {format_value(one.limit)}."
            lines.append(line + _explain_stages(results, one.size, one.command))
            profiled.append((one.what, one.size, one.command))
    if not lines:
        return
    yield "## Where a goal is missed"
    yield fill(
        "A timer looks every millisecond at what a process runs. Its figures are scaled to the "
        "measured ratio. Imports are all modules, those of libraries included."
    )
    yield _list(lines)
    rows = [row for one in profiled for row in _list_stages(results, *one)]
    if rows:
        yield tables.format_table(("", "stage", "ratio", "share"), rows)


def _explain_goal(results: Results, one: Goal) -> str:
    """State in figures what bounds a command."""
    value, goal = format_value(one.measured(results), one.unit), format_value(one.goal, one.unit)
    line = f"{one.what}: {value}, goal {goal}."
    if one.command == "keys":
        bare = results.keys.get("bare")
        more = f" A list that only scrolls takes {format_time(bare['p95'])}." if bare else ""
        return line + more
    return line + _explain_stages(results, one.size, one.command, one.goal)


def _explain_stages(results: Results, size: str, command: str, goal: float = 0.0) -> str:
    """State how much the program itself takes, and which stages take most of the rest."""
    parts = scale_stages(results, size, command)
    if not parts:
        return ""
    fixed = parts.pop(INTERPRETER, 0.0) + parts.pop(IMPORTS, 0.0)
    largest = ", ".join(f"{name} {format_value(parts[name])}" for name in list(parts)[:3])
    leaves = f", which leaves {format_value(max(0.0, goal - fixed))}" if goal else ""
    rest = format_value(sum(parts.values()))
    text = f" The interpreter and imports take {format_value(fixed)}{leaves}."
    return f"{text} The rest takes {rest}; its largest parts are {largest}."


def scale_stages(results: Results, size: str, command: str) -> dict[str, float]:
    """Return the stages of a command so that they add up to its ratio, the largest first.

    The interpreter takes what a bare one takes. What the process had loaded beyond that before it
    began to look, the command would have loaded.
    """
    found, ratio = results.stages.get((size, command)), results.ratio(size, command)
    bare = results.bare
    if not found or not ratio or not bare:
        return {}
    known = (STARTED, DONE, "total", "memory")
    parts = {name: part for name, part in found.items() if name not in known}
    parts[INTERPRETER] = bare.seconds
    loaded = max(0.0, found[STARTED] - bare.seconds)
    parts[IMPORTS] = parts.get(IMPORTS, 0.0) + loaded
    if command != "app":  # its start is measured until it is drawn
        parts[ENDING] = max(0.0, found["total"] - found[DONE])
    whole = sum(parts.values())
    scaled = {name: part / whole * ratio for name, part in parts.items()}
    return dict(sorted(scaled.items(), key=lambda one: (-one[1], one[0])))


def _list_stages(results: Results, what: str, size: str, command: str) -> Iterator[tables.Row]:
    """Yield the stages of a command that take a hundredth or more."""
    parts = scale_stages(results, size, command)
    whole = sum(parts.values())
    for name, part in parts.items():
        if part >= whole / 100:
            yield what, name, format_value(part), f"{part / whole:.0%}"


def _render_commands(results: Results) -> Iterator[str]:
    if not any(size in commands.SIZES for size, _, _ in results.commands):
        return
    yield "## Commands by size"
    yield "Ratio, warm cache:"
    yield tables.commands_table(results, WARM, lambda one: format_value(one.ratio))
    yield "Ratio, cold cache:"
    yield tables.commands_table(results, COLD, lambda one: format_value(one.ratio))
    yield "Time, warm cache:"
    yield tables.commands_table(results, WARM, lambda one: format_time(one.seconds))
    bare = f" (a bare Python: {format_value(results.bare.memory)} MB)" if results.bare else ""
    yield f"Peak memory in MB, warm cache{bare}:"
    yield tables.commands_table(results, WARM, lambda one: format_value(one.memory))
    yield "Peak memory in MB, cold cache:"
    yield tables.commands_table(results, COLD, lambda one: format_value(one.memory))


def _render_special(results: Results) -> Iterator[str]:
    sizes = {size for size, _, _ in results.commands}
    if "history" in sizes:
        yield "## A long history"
        yield fill(
            "3,481 items with 100,000 lines in two history files: the person's own and a "
            "colleague's. Ratios with a warm cache."
        )
        yield tables.special_table(results, "history", ("show", "history", "set", "undo"))
    if "findings" in sizes:
        yield "## Many findings"
        yield fill(
            "3,481 items with 560 failed tests and 1,600 findings. Ratios with a warm cache."
        )
        yield tables.special_table(results, "findings", ("status", "gate", "next"))


def _render_app(results: Results) -> Iterator[str]:
    if not results.starts:
        return
    yield "## The app"
    yield "Start to home, as a ratio to one label:"
    yield tables.starts_table(results)
    yield fill(
        "Keys and saves, by the clock. A key waits for the next drawing: Textual draws 60 times a "
        "second, and our app asks for 240."
    )
    yield tables.keys_table(results)
    yield tables.saves_table(results)


def _render_tasks(results: Results) -> Iterator[str]:
    yield "## taskwarrior"
    if not results.task_version:
        yield "Not measured: `task` is not installed, or this part was left out."
        return
    yield fill(
        f"taskwarrior {results.task_version} in the same run, with its own folder and "
        "configuration and without questions. Each task has a project, a due date, a tag, and two "
        "links. Ratios to a bare Python, each after a change."
    )
    yield tables.tasks_table(results)


def fill(text: str) -> str:
    """Return a paragraph in lines of at most 100 characters."""
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)


def _list(points: Iterable[str]) -> str:
    """Return a list in Markdown."""
    return "\n".join(textwrap.indent(fill(one), "  ").replace("  ", "- ", 1) for one in points)
