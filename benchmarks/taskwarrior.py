"""taskwarrior with as many tasks as our items, for comparison; it is never installed from here.

It has a folder and a configuration of its own, and asks nothing. Each task has a project, a day, a
tag and two links, as our records have a list, a due date, an owner and two evidence items.
"""

import json
import shutil
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from environments import Environment
from processes import Figure, Runner, Step

SIZES = {"100": 100, "3,481": 3_481, "20,481": 20_481}
COMMANDS = {
    "list": ("list",),
    "count": ("status:pending", "count"),
    "modify": ("7", "modify", "description:Another text {n}"),
}
"""Our `list`, `status` and `set` do most like these."""

SETTINGS = """data.location={folder}
confirmation=off
verbose=nothing
bulk=0
hooks=off
"""


def find() -> str | None:
    """Return the path of the program; nothing where it is not installed."""
    return shutil.which("task")


def measure(program: str, environment: Environment, folder: Path, count: int, rounds: int
            ) -> dict[str, Figure]:  # fmt: skip
    """Measure the commands with so many tasks, each after a change of another task."""
    folder.mkdir()
    settings, tasks = folder / "taskrc", folder / "tasks.json"
    settings.write_text(SETTINGS.format(folder=folder), encoding="utf-8")
    tasks.write_text(json.dumps(_make_tasks(count)), encoding="utf-8")
    variables = {**environment.variables, "TASKRC": str(settings)}
    runner = Runner(replace(environment, variables=variables))
    runner.run(Step("import", (program, "import", str(tasks))))
    change = runner.change((program, "9", "modify", "description:Changed before {n}"))
    steps = [Step(name, (program, *words), change) for name, words in COMMANDS.items()]
    return runner.measure(steps, rounds)


def read_version(program: str, environment: Environment) -> str:
    """Return the version of taskwarrior."""
    return Runner(environment).run(Step("version", (program, "--version"))).output.strip()


def _make_tasks(count: int) -> list[dict[str, object]]:
    now = datetime.now(UTC)

    def stamp(days: int) -> str:
        return (now + timedelta(days=days)).strftime("%Y%m%dT%H%M%SZ")

    found: list[dict[str, object]] = []
    for number in range(count):
        links = (f"https://evidence.example/{number}.{one}" for one in range(2))
        done = number % 5 == 0
        found.append({
            "uuid": str(uuid.UUID(int=number + 1)),
            "status": "completed" if done else "pending",
            "entry": stamp(-60), "due": stamp(34),
            **({"end": stamp(-24)} if done else {}),
            "description": f"Item {number} says in one line what is true once this is done",
            "project": f"bench.l{number % 20:02}", "tags": ["dana"],
            "annotations": [
                {"entry": stamp(-25 + place), "description": link}
                for place, link in enumerate(links)
            ],
        })  # fmt: skip
    return found
