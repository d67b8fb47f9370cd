"""The faults: which commands are tried, which of their calls are hit, and with what."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import tracing
from checks import Known, state_of
from durable import unsynced
from tracing import Call

from fedcheck.storage import local_state

DAY = ("--as-of", "2027-01-11")
READINESS = "rev5.readiness.csp"
ASSESSMENT = "rev5.full-assessment.csp"

SEVERAL = """
import contextlib, io, json, sys
from fedcheck.cli.main import run
told = []
for argv in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(argv)
    told.append([status, out.getvalue(), err.getvalue()])
json.dump(told, sys.stdout)
"""
"""Several commands in one fresh process: each opens the workspace anew, as from a shell."""


@dataclass(frozen=True)
class Scenario:
    """A command to disturb: what was done and said to be saved before it, and what comes after.

    In a `clone` there are no empty folders: git does not keep them. `answers` are what the command
    may end with where the evidence file cannot be read.
    """

    name: str
    before: tuple[tuple[str, ...], ...]
    command: tuple[str, ...]
    after: tuple[str, ...]
    clone: bool = False
    answers: tuple[int, ...] = ()


def _set(*words: str, **values: str) -> tuple[str, ...]:
    options = [word for name, value in values.items() for word in (f"--{name}", value)]
    return ("set", *words, *options, *DAY)


ONE, OTHER, NEXT = (f"{READINESS}:{item}" for item in ("abd", "dfd", "inventory"))
FAR, FAR_NEXT = (f"{ASSESSMENT}:{item}" for item in ("ssp-template", "ssp-leveraged"))
EARLIER = (
    _set(ONE, status="doing", owner="dana", due="2027-02-01"),
    _set(OTHER, owner="erin", note="first line\nsecond line"),
)
SCENARIOS = {
    one.name: one
    for one in (
        Scenario("first", (), _set(ONE, status="done", owner="dana"), _set(NEXT, owner="zoe")),
        Scenario("clone", (), _set(ONE, owner="dana"), _set(NEXT, owner="zoe"), clone=True),
        Scenario("later", EARLIER, _set(ONE, status="done", owner="finn"), _set(NEXT, owner="zoe")),
        Scenario(
            "two-lists",
            (*EARLIER, _set(FAR, owner="dana")),
            _set(ONE, FAR, status="doing", owner="finn"),
            _set(NEXT, FAR_NEXT, owner="zoe"),
        ),
        Scenario(
            "private",
            EARLIER,
            _set(ONE, "--private-note", "ours", owner="finn"),
            _set(NEXT, "--private-note", "mine", owner="zoe"),
        ),
        Scenario("undo", (*EARLIER, _set(ONE, owner="finn")), ("undo",), _set(NEXT, owner="zoe")),
        Scenario(
            "evidence-add",
            EARLIER,
            ("evidence", "add", ONE, "evidence/scan.txt", "--label", "Scan", *DAY),
            _set(NEXT, owner="zoe"),
            answers=(2,),
        ),
        Scenario(
            "evidence-verify",
            (*EARLIER, ("evidence", "add", ONE, "evidence/scan.txt", *DAY)),
            ("evidence", "verify", *DAY),
            _set(NEXT, owner="zoe"),
            answers=(1,),
        ),
    )
}


def fedcheck(root: Path, commands: Sequence[Sequence[str]]) -> list[tuple[int, str, str]]:
    """Run commands in one fresh process; return status, output and complaints of each."""
    argv = [["-w", str(root), *one] for one in commands]
    done = subprocess.run(
        [sys.executable, "-c", SEVERAL, json.dumps(argv)],
        cwd=root.parent,
        env=tracing.environment(root.parent / "home"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        umask=0,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        return [(done.returncode, done.stdout, done.stderr)] * len(commands)
    return [(status, out, err) for status, out, err in json.loads(done.stdout)]


@dataclass(frozen=True)
class Prepared:
    """A scenario made ready: its workspace, the states before and after, and its calls.

    `unsynced` is what was not durable yet in the undisturbed run when it had to be.
    """

    scenario: Scenario
    place: Path
    known: Known
    calls: tuple[Call, ...] = ()
    unsynced: tuple[str, ...] = ()

    def copy(self, place: Path) -> Path:
        """Copy the workspace to a folder of its own, times and modes too.

        Local state is for one path, so it is sealed again for the copy.
        """
        shutil.copytree(self.place / "workspace", place / "workspace")
        if (self.place / "home/state").exists():
            shutil.copytree(self.place / "home/state", place / "home/state")
        if (self.place / "home/cache").exists():
            # Linked, not copied: fedcheck never writes a file of its cache in place.
            shutil.copytree(self.place / "home/cache", place / "home/cache", copy_function=os.link)
        state = tracing.environment(place / "home")["XDG_STATE_HOME"]
        with mock.patch.dict(os.environ, XDG_STATE_HOME=state):
            for home in ("workspace", "workspace/private"):
                for path in (self.place / home).glob(".fedcheck/*.json"):
                    data = local_state._read_json(self.place / home, path.name)
                    local_state._write_json(place / home, path.name, data)
        return place / "workspace"


def prepare(scenario: Scenario, place: Path) -> Prepared:
    """Make the workspace of a scenario, and run its command once undisturbed, logging its calls."""
    root = place / "workspace"
    place.mkdir(parents=True)
    first = subprocess.run(
        [
            sys.executable,
            "-m",
            "fedcheck",
            "init",
            str(root),
            "--name",
            "A",
            "--process",
            "jab",
            "--role",
            "csp",
        ],
        env=tracing.environment(place / "home"),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert root.is_dir(), first.stderr
    (root / "evidence" / "scan.txt").write_text("nothing found\n", encoding="utf-8")
    (root / "evidence" / "scan.txt").chmod(0o600)
    for status, _, err in fedcheck(root, scenario.before):
        assert status == 0, err
    for folder in root.iterdir() if scenario.clone else ():
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    old = state_of(root)
    trial = place / "trial"
    trial.mkdir()
    copied = Prepared(scenario, place, Known(old, old, old)).copy(trial)
    existing = [copied, *copied.rglob("*")]
    traced = tracing.run(tracing.command(copied, scenario.command), trial, tracing.ALL)
    assert traced.status == 0, traced.err
    new = state_of(copied)
    for status, _, err in fedcheck(copied, [scenario.after]):
        assert status == 0, err
    calls = tuple(_of_the_save(traced.calls, copied))
    late = tuple(unsynced(calls, copied, existing))
    return Prepared(scenario, place, Known(old, new, state_of(copied)), calls, late)


def _of_the_save(calls: list[Call], root: Path) -> list[Call]:
    """Return the calls that a fault may hit: those on the workspace, the word, and the end.

    Before the lock only reading happens: of those calls there are the closes.
    """
    found, locked = [], False
    for call in calls:
        opens = call.name in tracing.OPENS
        locked = locked or (opens and "/.fedcheck/lock" in call.text)
        ours = call.concerns(root) and (locked or not opens)
        if ours or call.says() or call.name in tracing.ENDS:
            found.append(call)
    return found


@dataclass(frozen=True)
class Fault:
    """What is done at a call: KILL, an error, `ENOSPC on` (from there on) or `ENOSPC, no unlink`.

    `FULL` is another way: the process may write no file longer than `size` bytes.
    """

    kind: str
    call: Call | None = None
    size: int = 0

    @property
    def label(self) -> str:
        if self.call is None:
            return f"full after {self.size} bytes"
        return f"{self.kind} at {self.call.name} {self.call.number}: {self.call.text[:150]}"

    def inject(self) -> list[str]:
        """Return the expressions for strace."""
        assert self.call is not None
        kind, _, more = self.kind.partition(" ")
        kind = kind.rstrip(",")
        what = "signal=KILL" if kind == "KILL" else f"error={kind}"
        when = f"{self.call.number}+" if more == "on" else f"{self.call.number}"
        found = [f"{self.call.name}:{what}:when={when}"]
        if more == "no unlink":
            found.append("unlinkat:error=EIO:when=1+")
        return found


ERRORS = ("ENOSPC", "EIO", "EACCES", "EROFS")
READING_FAILS = ("EIO", "EACCES")
"""What opening a file or folder to read it may end with."""
CLOSING_FAILS = ("EIO",)
FULL = "FULL"


def faults(prepared: Prepared, steps: int = 12) -> list[Fault]:
    """Return every fault of a scenario: each kind at each call, and a disk that is full."""
    found = []
    for call in prepared.calls:
        if call.changes or call.says():
            # Before any other call the disk is as it is before the next one that changes it.
            found.append(Fault("KILL", call))
        found += [Fault(code, call) for code in errors_of(call)]
        if call.name in (*tracing.SYNCS, *tracing.RENAMES):
            found.append(Fault("ENOSPC on", call))
        if call.name in tracing.RENAMES:
            found.append(Fault("ENOSPC, no unlink", call))
    largest = max(prepared.known.new.sizes.values())
    found += [Fault(FULL, size=largest * n // steps) for n in range(steps)]
    return found


def errors_of(call: Call) -> tuple[str, ...]:
    """Return the errors that a call can end with."""
    if call.name in tracing.ENDS:
        return ()
    if call.changes:
        return ERRORS
    return CLOSING_FAILS if call.name in tracing.CLOSES else READING_FAILS


LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
os.execv(sys.argv[2], sys.argv[2:])
"""


def disturb(prepared: Prepared, fault: Fault, place: Path) -> tuple[Path, tracing.Traced]:
    """Run the command of a scenario with a fault on a fresh copy of its workspace."""
    root = prepared.copy(place)
    argv = tracing.command(root, prepared.scenario.command)
    if fault.call is None:
        argv = [sys.executable, "-c", LIMITED, str(fault.size), *argv]
        return root, tracing.run(argv, place, ("ftruncate", "write"))
    extra = ["unlinkat"] if "unlink" in fault.kind else []
    names = dict.fromkeys([fault.call.name, *extra])
    return root, tracing.run(argv, place, tuple(names), fault.inject())
