"""The commands of fedcheck that are measured, in workspaces of several sizes.

A workspace is taken over before anything is measured: its first change notes all values in its
history, and from then on its local state knows the files. Before each measured command the note of
an item in another list is changed, by a command that is not counted. Where the cache is cold, the
user's cache folder is removed after that.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from processes import Figure, Runner, Step
from workspaces import Shape

COLD, WARM = "cold", "warm"
MANY_LINES = 100_000
COMMANDS = ("--version", "status", "gate", "next", "list", "show", "set", "undo", "report")
SIZES = ("100", "481", "3,481", "20,481")
LISTS = {
    "100": {"lists": 4, "items": 25, "process": "measured"},
    "481": {},
    "3,481": {"lists": 20, "items": 150},
    "20,481": {"lists": 40, "items": 500},
    "history": {"lists": 20, "items": 150},
    "findings": {"lists": 20, "items": 150, "failed": 560, "findings": 1600},
    "small list": {"lists": 1, "items": 300},
    "long list": {"lists": 1, "items": 1400},
    "empty": {},
}
"""What each workspace that is measured holds; see `Shape`."""


@dataclass(frozen=True)
class Workspace:
    """A workspace that was made: what may be changed in it; see `workspaces.make`."""

    root: str
    ref: str
    other: str


class Workspaces:
    """Makes workspaces, each when it is first measured."""

    def __init__(self, runner: Runner, folder: Path) -> None:
        self.runner, self.folder = runner, folder
        self._made: dict[str, Workspace] = {}

    def get(self, name: str) -> Workspace:
        """Return a workspace that was taken over; made where it is not there yet."""
        if name not in self._made:
            root = self.folder / name.replace(",", "").replace(" ", "-")
            (made,) = self.make([Shape(str(root), **LISTS[name])])
            self.change(made)()
            if name == "history":
                script = str(Path(__file__).with_name("histories.py"))
                python = self.runner.environment.python
                self.runner.run(Step(name, (python, script, made.root, str(MANY_LINES))))
                self.change(made)()
            self._made[name] = made
        return self._made[name]

    def make(self, shapes: Iterable[Shape]) -> list[Workspace]:
        """Make workspaces with the measured program."""
        script = str(Path(__file__).with_name("workspaces.py"))
        words = (self.runner.environment.python, script, json.dumps([asdict(s) for s in shapes]))
        made = json.loads(self.runner.run(Step("make", words)).output.splitlines()[-1])
        return [Workspace(**one) for one in made]

    def change(self, one: Workspace, *, cold: bool = False) -> Callable[[], None]:
        """Return what changes another item, and empties the cache where that is to be cold."""
        words = ("set", one.other, "--note", "another note {n}")
        change = self.runner.change(compose(self.runner, one, words))

        def prepare() -> None:
            change()
            if cold:
                shutil.rmtree(self.runner.environment.cache, ignore_errors=True)

        return prepare


def compose(runner: Runner, one: Workspace, words: Sequence[str]) -> tuple[str, ...]:
    """Return the whole command line of a command in a workspace."""
    return (*runner.environment.fedcheck, "-w", one.root, *words)


def words_of(name: str, one: Workspace) -> tuple[str, ...]:
    """Return the words of a command as a person types them."""
    return {
        "gate": ("gate", "kick-off"),
        "show": ("show", one.ref),
        "history": ("history", one.ref),
        "set": ("set", one.ref, "--note", "a new note {n}"),
        "report": ("report", "-o", f"{one.root}/reports/status.md", "--force"),
    }.get(name, (name,))


def measure_commands(
    workspaces: Workspaces, size: str, names: Sequence[str], cache: str, rounds: int
) -> dict[str, Figure]:
    """Measure commands in a workspace, each after a change."""
    runner, one = workspaces.runner, workspaces.get(size)
    (Path(one.root) / "reports").mkdir(exist_ok=True)
    prepare = workspaces.change(one, cold=cache == COLD)
    steps = [
        Step(name, compose(runner, one, words_of(name, one)), prepare, allowed=(0, 1))
        for name in names
    ]
    for step in steps if cache == WARM else ():  # writes what is written at first use
        prepare()
        runner.run(step)
    return runner.measure(steps, rounds)
