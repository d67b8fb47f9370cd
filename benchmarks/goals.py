"""The goals of speed, and what was measured on 2026-11-28, before the work on them began."""

from collections.abc import Callable
from dataclasses import dataclass, field

from processes import Figure

FRAME = 1 / 120
"""One frame of a screen that shows 120 a second, in seconds."""

HISTORY_LIMIT, START_LIMIT = 2.0, 1.1
"""`show` with a long history, and the start of the app, against the same without it."""


@dataclass
class Results:
    """All figures of one run; what was not measured is not there.

    Attributes:
        commands: by workspace, command, and cold or warm cache.
        bare: a bare Python.
        starts: of the app, by workspace and cache.
        keys: seconds from a key to the screen, and until the list opens.
        saves: seconds until one change is durable.
        tasks: of taskwarrior, by size and command; `task_version` is empty where it is not there.
        stages: seconds by stage, by workspace and command; `app` is the start of the app.
        others: what, seconds, ratio to a bare Python, limit in seconds.
    """

    commands: dict[tuple[str, str, str], Figure] = field(default_factory=dict)
    bare: Figure | None = None
    starts: dict[tuple[str, str], Figure] = field(default_factory=dict)
    keys: dict[str, dict[str, float]] = field(default_factory=dict)
    saves: dict[str, float] = field(default_factory=dict)
    tasks: dict[tuple[str, str], Figure] = field(default_factory=dict)
    task_version: str = ""
    stages: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)
    others: list[tuple[str, float, float, float]] = field(default_factory=list)

    def ratio(self, size: str, name: str, cache: str = "warm") -> float | None:
        """Return the ratio of a command, or of the start of the app."""
        if name == "app":
            found = self.starts.get((size, cache))
        else:
            found = self.commands.get((size, name, cache))
        return found.ratio if found else None

    def list_measured(self) -> set[tuple[str, str]]:
        """Return the workspace and the command of all that was measured with a warm cache."""
        found = {(size, name) for size, name, cache in self.commands if cache == "warm"}
        return found | {(size, "app") for size, _ in self.starts}

    def task(self, name: str, otherwise: float) -> float:
        """Return the ratio of a command of taskwarrior with most tasks, or what is known of it."""
        found = self.tasks.get(("20,481", name))
        return found.ratio if found else otherwise

    def key_time(self) -> float | None:
        """Return the 95th percentile from a key to the screen, in milliseconds."""
        found = self.keys.get("ours")
        return found["p95"] * 1000 if found else None


@dataclass(frozen=True)
class Goal:
    """One thing that must be reached.

    Attributes:
        what: in words.
        size: of the workspace; with `command`, what its stages are looked up by.
        past: the figure of 2026-11-28.
        goal: what must be reached.
        stretch: what would be better still.
        unit: ` ms`; empty for a ratio to a bare Python or to one label.
    """

    what: str
    size: str
    command: str
    past: str
    goal: float
    stretch: Callable[[Results], float]
    unit: str = ""

    def measured(self, results: Results) -> float | None:
        """Return what was measured; nothing where it was not."""
        if self.command == "keys":
            return results.key_time()
        return results.ratio(self.size, self.command)


def _goal(size: str, command: str, past: str, goal: float, stretch: float) -> Goal:
    what = f"`{command}`" if command == "--version" else f"`{command}`, {size} items"
    return Goal(what, size, command, past, goal, lambda _: stretch)


def _huge(command: str, past: str, goal: float, task: str, known: float) -> Goal:
    what, size = f"`{command}`, 20,481 items", "20,481"
    return Goal(what, size, command, past, goal, lambda found: found.task(task, known))


def _start(size: str, past: str, goal: float) -> Goal:
    return Goal(f"app to home, {size} items", size, "app", past, goal, lambda _: 1.6)


GOALS = (
    _goal("481", "--version", "7", 5, 4),
    _goal("481", "status", "16", 9, 7),
    _goal("481", "set", "18", 10, 7),
    _goal("3,481", "status", "38–41", 11, 8),
    _goal("3,481", "gate", "38–41", 11, 8),
    _goal("3,481", "next", "38–41", 11, 8),
    _goal("3,481", "list", "42", 13, 8),
    _goal("3,481", "set", "38", 11, 8),
    _goal("3,481", "report", "114", 35, 20),
    _huge("status", "186", 40, "count", 22),
    _huge("list", "203", 60, "list", 55),
    _huge("set", "152", 20, "modify", 15),
    _start("481", "3.1", 1.9),
    _start("3,481", "5.5", 2.1),
    Goal("key to screen, 95th percentile, 1,400 rows", "long list", "keys", "14", 12,
         lambda _: FRAME * 1000, " ms"),
)  # fmt: skip

COLD_LIMITS = {
    ("481", "--version"): 7,
    ("481", "status"): 16,
    ("481", "set"): 18,
    ("3,481", "status"): 41,
    ("3,481", "gate"): 41,
    ("3,481", "next"): 41,
    ("3,481", "list"): 42,
    ("3,481", "set"): 38,
    ("3,481", "report"): 114,
    ("20,481", "status"): 186,
    ("20,481", "list"): 203,
    ("20,481", "set"): 152,
}
"""With a cold cache no command may take longer than it took on 2026-11-28."""


def judge(value: float | None, goal: float, stretch: float | None = None) -> str:
    """State whether a goal is met."""
    if value is None:
        return "not measured"
    if stretch is not None and value <= min(stretch, goal):
        return "stretch met"
    return "met" if value <= goal else "missed"
