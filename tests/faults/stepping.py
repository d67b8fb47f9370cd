"""Run commands of fedcheck, each in a forked process, and do something between two of their steps.

A step is a call that a save is made of. Orders come as lines of JSON on standard input, answers go
to standard output. fedcheck itself has no code for this.
"""

import contextlib
import fcntl
import importlib
import io
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import fedcheck.cli.commands
from fedcheck import session
from fedcheck.cli.main import run

STEPS = ("open", "mkdir", "link", "replace", "unlink", "write", "fsync", "ftruncate")


class _Counter:
    """Counts the steps of this process, and runs a script before one of them."""

    def __init__(self, step: int, script: str) -> None:
        self.step, self.script = step, script
        self.count = 0
        self.said = ""

    def wrap(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **more: Any) -> Any:
            if self.count == self.step:
                self.count += 1  # what the script needs is no step
                done = subprocess.run(
                    ["sh", "-c", self.script], capture_output=True, text=True, check=False
                )
                self.said = done.stdout + done.stderr
            else:
                self.count += 1
            return real(*args, **more)

        return counted


def _set_clock(year: int) -> None:
    class Turned(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz).replace(year=year, month=5, day=6)

    session.datetime = Turned  # type: ignore[misc]


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    os.umask(0)
    if order.get("year"):
        _set_clock(order["year"])
    counter = _Counter(order.get("step", -1), order.get("script", ""))
    for name in STEPS:
        setattr(os, name, counter.wrap(getattr(os, name)))
    fcntl.flock = counter.wrap(fcntl.flock)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(order["argv"])
    told = {"out": out.getvalue(), "err": err.getvalue(), "said": counter.said}
    return {"status": status, "steps": counter.count, **told}


def main() -> None:
    """Answer orders until there are no more."""
    for one in pkgutil.walk_packages(fedcheck.cli.commands.__path__, "fedcheck.cli.commands."):
        importlib.import_module(one.name)
    for line in sys.stdin:
        reading, writing = os.pipe()
        if not os.fork():
            os.close(reading)
            with os.fdopen(writing, "w") as out:
                json.dump(_answer(json.loads(line)), out)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as answer:
            print(answer.read(), flush=True)
        os.wait()


if __name__ == "__main__":
    main()
