"""Run a real fedcheck under strace: log its system calls, and make one of them fail or kill.

Nothing in fedcheck knows of this. Which call to hit is found by a first run that only logs; the
log of the second run proves what was hit.
"""

import functools
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

PYTHON_LOOKS_HERE = os.environ.get("PYTHONPATH", "")
"""A copy of the package with a planted bug may stand here; see test_harness.py."""

WRITES = ("write", "pwrite64", "writev", "ftruncate", "truncate")
SYNCS = ("fsync", "fdatasync")
RENAMES = ("rename", "renameat", "renameat2")
CLOSES = ("close",)
OPENS = ("open", "openat", "creat")
NAMES = ("mkdir", "mkdirat", "unlink", "unlinkat", "link", "linkat", "symlink", "symlinkat")
MODES = ("chmod", "fchmod", "fchmodat")
LOCKS = ("flock",)
ENDS = ("exit_group",)
ALL = (*WRITES, *SYNCS, *RENAMES, *CLOSES, *OPENS, *NAMES, *MODES, *LOCKS, *ENDS)

_HANDLE = re.compile(r"\d+<([^>]*)>")
_NAMED = re.compile(r'(?:(?:\d+|AT_FDCWD)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
_LINE = re.compile(r"(?:(\d+) +)?(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)")


@dataclass(frozen=True)
class Call:
    """A system call as strace logged it; `number` counts the calls of that name in its thread."""

    thread: int
    name: str
    number: int
    text: str

    @property
    def injected(self) -> bool:
        return "(INJECTED)" in self.text

    @property
    def unfinished(self) -> bool:
        """Tell whether it never came back: the process was killed in it."""
        return self.text.rstrip().endswith("= ?") or "<unfinished ...>" in self.text

    @property
    def creates(self) -> bool:
        return "O_CREAT" in self.text

    @property
    def changes(self) -> bool:
        """Tell whether it leaves something else on the disk, or takes a lock."""
        if self.name in OPENS:
            return self.creates or "O_TRUNC" in self.text
        return self.name not in CLOSES

    def concerns(self, root: Path) -> bool:
        """Tell whether it is about the workspace or a file in it."""
        return re.search(re.escape(str(root)) + r'["/>]', self.text) is not None

    def targets(self) -> list[str]:
        """Return the paths that it names: those of its handles, of its names, of names in folders.

        `renameat(5</a>, "x", 6</b>, "y")` names `/a/x` and `/b/y`.
        """
        if self.name in (*WRITES, *SYNCS, *CLOSES, *LOCKS, "fchmod"):
            found = _HANDLE.search(self.text)
            return [found[1]] if found else []
        arguments = self.text.partition(") = ")[0]
        named = _NAMED.finditer(arguments)
        return [str(Path(one[1] or "/", one[2])) for one in named]

    def says(self) -> bool:
        """Tell whether it writes to standard output."""
        return self.name in WRITES and self.text.startswith("1<")


@dataclass(frozen=True)
class Traced:
    """A process that has ended; `status` is negative for a signal, as in subprocess."""

    status: int
    out: str
    err: str
    calls: list[Call]

    @property
    def hit(self) -> list[Call]:
        """Return the calls that were made to fail, or the one in which the process was killed."""
        found = [call for call in self.calls if call.injected]
        if self.status == -9:
            found += [call for call in self.calls[-1:] if call.unfinished]
        return found


@functools.cache
def why_not() -> str:
    """Return why faults cannot be tried here; empty where they can."""
    if not sys.platform.startswith("linux"):
        return "faults are injected with strace, which is for Linux"
    if shutil.which("strace") is None:
        return "strace is not installed"
    try:
        tried = subprocess.run(
            ["strace", "-f", "--seccomp-bpf", "-e", "trace=close", "-o", os.devnull, "true"],
            capture_output=True,
            timeout=20,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "strace hangs here"
    return "" if tried.returncode == 0 else "tracing of processes is not permitted here"


def environment(home: Path) -> dict[str, str]:
    """Return an environment of its own for a process: nothing of the caller's settings."""
    found = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_DATA_HOME": str(home / "share"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "FEDCHECK_USER": "alice",
        "PYTHONDONTWRITEBYTECODE": "1",  # the calls of one run are those of the next
        "PYTHONHASHSEED": "0",
        "PYTHONSAFEPATH": "1",  # not the package that happens to lie in the working directory
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
    }
    if PYTHON_LOOKS_HERE:
        found["PYTHONPATH"] = PYTHON_LOOKS_HERE
    return found


def command(root: Path, words: Sequence[str]) -> list[str]:
    """Return the command line of a real fedcheck on a workspace."""
    return [sys.executable, "-m", "fedcheck", "-w", str(root), *words]


def attached(log: Path, thread: int, options: Sequence[str]) -> "subprocess.Popen[str]":
    """Attach strace to a running process (`-f` among the options) or to one of its threads."""
    argv = ["strace", "-y", "-s", "64", "-o", str(log), *options, "-p", str(thread)]
    process = subprocess.Popen(argv, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    assert process.stderr is not None
    said = process.stderr.readline()
    if "attached" not in said:
        process.kill()
        process.communicate()
        raise PermissionError(said.strip())
    return process


def detach(process: "subprocess.Popen[str]") -> None:
    """Let a traced process go on without strace."""
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)


def strace(log: Path, names: Sequence[str], inject: Sequence[str] = ()) -> list[str]:
    """Return the beginning of a command line that traces what follows.

    `inject` holds expressions such as `fsync:error=EIO:when=3`.
    """
    # With --seccomp-bpf only traced calls stop the process, but a kill is not delivered at them.
    quick = [] if any("signal=" in one for one in inject) else ["--seccomp-bpf"]
    wanted = ",".join(f"?{name}" for name in names)
    argv = ["strace", "-f", "-y", "-s", "64", "-o", str(log), *quick, "-e", f"trace={wanted}"]
    for one in inject:
        argv += ["-e", f"inject={one}"]
    return argv


def run(
    argv: Sequence[str], place: Path, names: Sequence[str], inject: Sequence[str] = ()
) -> Traced:
    """Run a command under strace in a folder; a umask of 0 shows modes that were left to it."""
    log = place / "strace.log"
    done = subprocess.run(
        [*strace(log, names, inject), *argv],
        cwd=place,
        env=environment(place / "home"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        umask=0,
        timeout=120,
        check=False,
    )
    return Traced(done.returncode, done.stdout, done.stderr, list(parse(log)))


def parse(log: Path) -> Iterator[Call]:
    """Read a log of strace; a call that another thread interrupted is put together again."""
    counts: Counter[tuple[int, str]] = Counter()
    waiting: dict[int, int] = {}
    calls: list[Call] = []
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        found = _LINE.match(line)
        if not found:
            continue
        thread, resumed, name, text = int(found[1] or 0), found[2], found[3], found[4]
        if resumed:
            place = waiting.pop(thread, None)
            if place is not None:
                begun = calls[place].text.replace("<unfinished ...>", "")
                calls[place] = replace(calls[place], text=begun + text)
            continue
        counts[thread, name] += 1
        if text.endswith("<unfinished ...>"):
            waiting[thread] = len(calls)
        calls.append(Call(thread, name, counts[thread, name], text))
    yield from calls
