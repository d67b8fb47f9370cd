"""Measures how fast fedcheck is, and writes docs/performance.md: `make bench`.

Everything is a ratio inside one run, since machines differ: processor time (user and system) of
whole processes against `python -c pass` of the same venv, the app against an app with one label,
each run next to one of its reference, and the median of all rounds. Keys and saves are by the
clock. What is measured is the wheel of this checkout in a venv of its own.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import app
import commands
import official
import taskwarrior
from commands import COLD, WARM, Workspaces, compose, words_of
from environments import install_wheel, use_checkout
from goals import GOALS, Results
from page import PAGE, Run, render_page
from processes import Runner

MANY_ROUNDS, QUICK_ROUNDS = 7, 3
HUGE = "20,481"
SLOW_ROUNDS = 3
"""How often the cold runs of the largest workspace, the keys and the stages are run at most."""

SHOWN = ("show", "history", "set", "undo")
JUDGED = ("status", "gate", "next")


class Bench:
    """One run: what is measured of what, and what was found."""

    def __init__(self, workspaces: Workspaces, results: Results, said: argparse.Namespace) -> None:
        self.workspaces, self.results, self.said = workspaces, results, said
        self.runner = workspaces.runner
        self.rounds: int = said.rounds or (QUICK_ROUNDS if said.quick else MANY_ROUNDS)
        sizes = said.size or commands.SIZES
        self.sizes = tuple(one for one in sizes if not (said.quick and one == HUGE))
        self.names: tuple[str, ...] = tuple(said.command or commands.COMMANDS)

    def measure_sizes(self) -> None:
        """Measure all commands in workspaces of each size, with a warm and a cold cache."""
        for size in self.sizes:
            for cache in self.said.cache or (WARM, COLD):
                self._commands(size, self.names, cache)

    def measure_history(self) -> None:
        """Measure what reads the history, where it is long, and in the same run where it is not."""
        for size in ("3,481", "history"):
            self._commands(size, SHOWN, WARM)

    def measure_findings(self) -> None:
        """Measure what judges, where there are many findings and failed tests."""
        self._commands("findings", JUDGED, WARM)

    def measure_app(self) -> None:
        """Measure the start of the app, keys in a long list, and saves."""
        sizes, results = (*self.sizes, "history"), self.results
        results.starts |= app.measure_starts(self.workspaces, sizes, (WARM, COLD), self.rounds)
        few, root = min(self.rounds, SLOW_ROUNDS), self.workspaces.get("long list").root
        results.keys["ours"] = app.measure_keys(self.runner, few, "keys", root, "bench.l00")
        results.keys["bare"] = app.measure_keys(self.runner, few, "bare")
        for size in ("small list", "long list"):
            results.saves[size] = app.measure_save(self.workspaces, size, few)

    def measure_tasks(self) -> None:
        """Measure taskwarrior, where it is installed."""
        program = taskwarrior.find()
        if program is None:
            return
        environment, results = self.runner.environment, self.results
        results.task_version = taskwarrior.read_version(program, environment)
        for size, count in taskwarrior.SIZES.items():
            if size in self.sizes:
                folder = self.workspaces.folder / f"task-{count}"
                found = taskwarrior.measure(program, environment, folder, count, self.rounds)
                results.tasks |= {(size, name): figure for name, figure in found.items()}

    def measure_stages(self) -> None:
        """Find out where the time goes, of each command with a goal that was measured."""
        wanted = [(one.size, one.command) for one in GOALS if one.command != "keys"]
        wanted += [("history", "show"), ("history", "app")]
        for size, name in wanted:
            if (size, name) in self.results.list_measured():
                one = self.workspaces.get(size)
                words = compose(self.runner, one, words_of(name, one))
                words = words[len(self.runner.environment.fedcheck) :]
                words = ("app", one.root) if name == "app" else words
                found = [
                    self.runner.probe(("stages.py", *words), self.workspaces.change(one))
                    for _ in range(min(self.rounds, SLOW_ROUNDS) + 1)
                ]
                # The first one may have filled the cache.
                self.results.stages[size, name] = app.median_values(found[1:])

    def measure_imports(self) -> None:
        """Measure imports of official files, where they are."""
        official.measure_imports(self.workspaces, self.results, self.said.data, self.rounds)

    def measure_portfolio(self) -> None:
        """Measure a portfolio."""
        official.measure_portfolio(self.workspaces, self.results, min(self.rounds, SLOW_ROUNDS))

    def _commands(self, size: str, names: tuple[str, ...], cache: str) -> None:
        few = size == HUGE and cache == COLD
        rounds = min(self.rounds, SLOW_ROUNDS) if few else self.rounds
        found = commands.measure_commands(self.workspaces, size, names, cache, rounds)
        self.results.bare = found.pop(self.runner.bare.name)
        for name, figure in found.items():
            self.results.commands[size, name, cache] = figure


PARTS: dict[str, Callable[[Bench], None]] = {
    "sizes": Bench.measure_sizes,
    "history": Bench.measure_history,
    "findings": Bench.measure_findings,
    "app": Bench.measure_app,
    "taskwarrior": Bench.measure_tasks,
    "stages": Bench.measure_stages,
    "imports": Bench.measure_imports,
    "portfolio": Bench.measure_portfolio,
}
"""The parts of a run, for `--only`, in their order."""


def parse_arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=0, help="how often each thing is run")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, without 20,481 items")
    parser.add_argument("--only", action="append", choices=PARTS, help="a part; writes no page")
    parser.add_argument("--size", action="append", choices=commands.SIZES, help="a size")
    parser.add_argument("--command", action="append", choices=commands.COMMANDS,
                        help="a command, in the part sizes")  # fmt: skip
    parser.add_argument("--portfolio", action="append_const", const="portfolio", dest="only",
                        help="the same as --only portfolio")  # fmt: skip
    parser.add_argument("--here", action="store_true", help="measure the checkout, not its wheel")
    parser.add_argument("--print", action="store_true", help="print the page and do not write it")
    parser.add_argument("--data", type=Path, default=official.OFFICIAL, help="official files")
    parser.add_argument("--cache", action="append", choices=(WARM, COLD),
                        help="warm or cold, in the part sizes")  # fmt: skip
    said = parser.parse_args()
    if (said.size or said.command or said.cache) and not said.only:
        parser.error("--size, --command and --cache narrow a part: add --only")
    return said


def main() -> None:
    """Measure, and write the page or print it."""
    said, begin = parse_arguments(), time.monotonic()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="fedcheck-bench-") as name:
        folder = Path(name)
        environment = use_checkout(folder) if said.here else install_wheel(folder)
        workspaces = Workspaces(Runner(environment), folder)
        bench, failed = Bench(workspaces, Results(), said), list[str]()
        for part in said.only or PARTS:
            started = time.monotonic()
            try:
                PARTS[part](bench)
            except SystemExit as error:  # what was measured before it is still worth a look
                failed.append(f"{part}: {error}")
            print(f"{part}: {time.monotonic() - started:.0f} s", file=sys.stderr)
        minutes = (time.monotonic() - begin) / 60
        run = Run(bench.rounds, SLOW_ROUNDS, environment.is_wheel, load, minutes)
        text = render_page(bench.results, run)
    if said.only or said.print or failed:
        print(text, end="")
        if failed:
            raise SystemExit("not measured, so no page was written:\n" + "\n".join(failed))
        return
    PAGE.write_text(text, encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
