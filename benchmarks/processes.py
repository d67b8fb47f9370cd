"""Whole processes: their processor time and peak memory, against a bare Python in the same run."""

import itertools
import json
import shlex
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from environments import Environment

LAUNCHER = Path(__file__).with_name("launch.py")
LIMIT = 900
"""How long a command may take, in seconds, until the run is given up."""

_fresh = itertools.count(1)


@dataclass(frozen=True)
class Spent:
    """What one process took: processor time in seconds, peak memory in MB, and what it printed."""

    seconds: float
    memory: float
    output: str


@dataclass(frozen=True)
class Figure:
    """What a command takes.

    Attributes:
        seconds: median of its processor time.
        ratio: the same against a bare Python, or for a probe against its own reference.
        memory: median of its peak memory, in MB.
        rounds: how often it was run.
    """

    seconds: float
    ratio: float
    memory: float
    rounds: int


@dataclass(frozen=True)
class Step:
    """One thing to measure.

    Attributes:
        name: what its figure is called.
        command: the words; `{n}` stands for a number that is new each time.
        before: what is done first, and not counted.
        allowed: exit statuses with which it has done its work; 1 is an answer of fedcheck: no.
    """

    name: str
    command: tuple[str, ...]
    before: Callable[[], None] | None = None
    allowed: tuple[int, ...] = (0,)


class Runner:
    """Runs commands in an environment; see `Environment`."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.bare = Step("bare", (environment.python, "-c", "pass"))

    def run(self, step: Step) -> Spent:
        """Run a step once. Ends the program where it fails: its figure would be of nothing."""
        number = str(next(_fresh))
        words = [word.replace("{n}", number) for word in step.command]
        with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as file:
            launched = subprocess.run(
                [sys.executable, "-I", "-S", str(LAUNCHER), file.name, *words],
                env=dict(self.environment.variables),
                capture_output=True, text=True, timeout=LIMIT, check=False,
            )  # fmt: skip
            output = file.read()
        figures = launched.stdout.split()
        if len(figures) != 3 or int(figures[0]) not in step.allowed:
            said = launched.stderr.strip() or output[-2000:]
            raise SystemExit(f"{shlex.join(words)}\nfailed: {said}")
        return Spent(float(figures[1]), int(figures[2]) / 1024, output)

    def change(self, command: Sequence[str]) -> Callable[[], None]:
        """Return what runs a command that is not counted."""
        return lambda: void(self.run(Step("a change", tuple(command))))

    def measure(
        self, steps: Sequence[Step], rounds: int, reference: Step | None = None
    ) -> dict[str, Figure]:
        """Run steps in turn, each after a run of the reference (a bare Python).

        Returns the figures by name, that of the reference included. The medians are of all rounds;
        the reference has as many runs as all steps together.
        """
        reference = reference or self.bare
        spent: dict[str, list[Spent]] = {one.name: [] for one in (reference, *steps)}
        for _ in range(rounds):
            for step in steps:
                spent[reference.name].append(self.run(reference))
                if step.before:
                    step.before()
                spent[step.name].append(self.run(step))
        return compute_figures(spent, reference.name)

    def probe(self, words: Sequence[str], before: Callable[[], None] | None = None) -> Any:
        """Run a script of this folder that prints JSON last, and return that."""
        if before:
            before()
        script = str(Path(__file__).with_name(words[0]))
        found = self.run(Step("probe", (self.environment.python, script, *words[1:])))
        return {**json.loads(found.output.splitlines()[-1]), "memory": found.memory,
                "total": found.seconds}  # fmt: skip


def compute_figures(spent: Mapping[str, Sequence[Spent]], reference: str) -> dict[str, Figure]:
    """Return the figures of what was run, as ratios to one of them."""
    base = statistics.median(one.seconds for one in spent[reference])
    found = {}
    for name, runs in spent.items():
        seconds = statistics.median(one.seconds for one in runs)
        memory = statistics.median(one.memory for one in runs)
        found[name] = Figure(seconds, seconds / base, memory, len(runs))
    return found


def void(_: object) -> None:
    """Drop a value."""
