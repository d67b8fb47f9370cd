"""Render a template of a workspace in a process of its own, which the parent stops at its limits.

The parent sends an order as JSON. The child opens the workspace itself, renders, and writes the
text to its standard output as it comes; what goes wrong is one line of JSON on its standard error.
The parent reads no more than it wants to hold, and ends the child when the time is up. Memory is
limited by the child itself before the template runs, on Linux alone.
"""

import contextlib
import gc
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from msgspec import Struct

from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.reports.context import gather_context
from fedcheck.reports.past_state import PastStateRequest, load_past_state
from fedcheck.reports.template_files import TemplateInfo
from fedcheck.reports.template_runner import Source, run_template
from fedcheck.session import open_session
from fedcheck.storage import config
from fedcheck.storage.paths import UserFolders, find_shipped_checklists

MAX_SECONDS = 30.0
MAX_BYTES = 16_000_000
MAX_MEMORY = 512 * 1024 * 1024
"""How many bytes a template may use in addition to what the open workspace takes (Linux)."""

_SPARE_MEMORY = 4 * 1024 * 1024

_MAX_COMPLAINT = 64 * 1024
"""How many bytes of the child's standard error are read."""

_HINT = "see fedcheck docs report for the limits of a template"

# `-P` keeps the working directory off the search path: a workspace may hold a file `jinja2.py`.
# Nothing is given back before the template runs: until then no cycles are looked for.
_START = (
    "import gc, sys; gc.disable(); sys.path.append(sys.argv[1]); "
    "from importlib import import_module; import_module(sys.argv[2]).main()"
)


class RenderJob(Struct, frozen=True, kw_only=True):
    """What is to be rendered.

    Attributes:
        root: the workspace.
        folders: the user's folders.
        template: name of the template.
        sources: the texts that were trusted, by name; the child reads none of them again.
        as_of: the day of the report.
        milestone: id of the milestone that the report is for; empty for none.
        role: the role that the report is shown for; empty for all.
        redact: what is left out, some of redact.REDACTIONS.
        earlier: what led to the state that the report shows the changes since.
        full: whether every list is shown to its end.
        query: which tests are counted; empty for the usual ones.
    """

    root: Path
    folders: UserFolders
    template: str
    sources: Mapping[str, Source]
    as_of: date
    milestone: str
    role: str
    redact: frozenset[str]
    earlier: PastStateRequest | None
    full: bool = False
    query: str = ""


def render(order: RenderJob) -> str:
    """Return what a trusted template makes of its workspace, with its texts still marked.

    Raises FedcheckError for a template that cannot be rendered, or that reaches a limit.
    """
    where = str(order.sources[order.template].info.path)
    package = str(Path(__file__).resolve().parents[2])
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", _START, package, __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    text = _Reader(process, process.stdout, MAX_BYTES)
    complaint = _Reader(process, process.stderr, _MAX_COMPLAINT)
    late = False
    try:
        _send(process.stdin, _to_json(order))
        try:
            process.wait(MAX_SECONDS)
        except subprocess.TimeoutExpired:
            late = True
    finally:
        process.kill()  # no effect on a process that has ended
        process.wait()
        text.join()
        complaint.join()
    if text.overflowed:
        raise FedcheckError(f"{where}: writes more than {MAX_BYTES:,} bytes", _HINT)
    if late:
        raise FedcheckError(f"{where}: runs for more than {MAX_SECONDS:g} seconds", _HINT)
    if process.returncode == 0:
        with contextlib.suppress(UnicodeDecodeError):
            return text.data.decode("utf-8", "surrogatepass")
    raise _failure(where, process.returncode, complaint.data)


class _Reader(threading.Thread):
    """Reads a pipe to its end, and kills the process behind it when that writes too much."""

    def __init__(self, process: "subprocess.Popen[bytes]", pipe: IO[bytes], most: int) -> None:
        super().__init__(daemon=True)
        self.data = b""
        self.overflowed = False
        self._process, self._pipe, self._most = process, pipe, most
        self.start()

    def run(self) -> None:
        """Read until the pipe is closed or the limit is reached."""
        with self._pipe:
            self.data = self._pipe.read(self._most + 1)
            if len(self.data) > self._most:
                self.overflowed = True
                self._process.kill()


def _send(pipe: IO[bytes], data: bytes) -> None:
    # A child that has died already is reported by its exit status.
    with contextlib.suppress(BrokenPipeError), pipe:
        pipe.write(data)


def _failure(where: str, status: int, complaint: bytes) -> FedcheckError:
    """Return why a child gave no report. Raises RuntimeError for a bug of ours in it."""
    lines = complaint.decode("utf-8", "replace").strip().splitlines()
    try:
        said = json.loads(lines[-1]) if lines else {}
        return FedcheckError(str(said["message"]), str(said["hint"]), ErrorKind(said["kind"]))
    except (ValueError, KeyError, TypeError):
        pass
    if status == 1:
        raise RuntimeError("rendering failed: " + one_line(" | ".join(lines[-6:]), 1000))
    ended = f"signal {-status}" if status < 0 else f"exit status {status}"
    return FedcheckError(f"{where}: was stopped by the system ({ended})", _HINT)


def _to_json(order: RenderJob) -> bytes:
    asked = order.earlier
    sources = {
        name: [one.info.name, one.info.origin, str(one.info.path), one.text]
        for name, one in order.sources.items()
    }
    data = {
        "root": str(order.root),
        "folders": [str(order.folders.config), str(order.folders.state), str(order.folders.cache)],
        "shipped": str(find_shipped_checklists()),
        "template": order.template,
        "sources": sources,
        "as_of": order.as_of.isoformat(),
        "milestone": order.milestone,
        "role": order.role,
        "redact": sorted(order.redact),
        "earlier": [asked.spec, str(asked.here), asked.now.isoformat()] if asked else None,
        "full": order.full,
        "query": order.query,
        "memory": MAX_MEMORY,
        "seconds": MAX_SECONDS,
    }
    return json.dumps(data).encode("ascii")


def main() -> None:
    """Do what the order on standard input states: the entry of the child."""
    sys.stdin.reconfigure(encoding="ascii")  # type: ignore[union-attr]
    order: dict[str, Any] = json.loads(sys.stdin.read())
    # Given back when memory runs out: without any, not even the limit could be lifted.
    spare = [bytearray(_SPARE_MEMORY)]
    try:
        parts = _prepare(order)
        gc.freeze()
        gc.enable()
        _limit(order["memory"], order["seconds"])
        for part in parts:
            sys.stdout.buffer.write(part.encode("utf-8", "surrogatepass"))
        sys.stdout.buffer.flush()
    except FedcheckError as error:
        spare.clear()
        _lift_memory_limit()
        hint = error.hint
        if isinstance(error.__context__, MemoryError):
            hint = f"the limit is {order['memory'] // 1024 // 1024} MiB; {_HINT}"
        _send_error(str(error), hint, error.kind)
    except MemoryError:
        spare.clear()
        _lift_memory_limit()
        path = order["sources"][order["template"]][2]
        _send_error(f"{path}: needs more memory than allowed", _HINT, ErrorKind.UNREADABLE)


def _prepare(order: Mapping[str, Any]) -> Iterator[str]:
    """Open the workspace and return the parts of the report, none of which is rendered yet."""
    root, folders = Path(order["root"]), UserFolders(*map(Path, order["folders"]))
    user, _ = config.load(folders)
    asked = order["earlier"] and PastStateRequest(
        order["earlier"][0], Path(order["earlier"][1]), datetime.fromisoformat(order["earlier"][2])
    )
    who, shipped = config.resolve_user(user, os.environ), Path(order["shipped"])
    extra, cache = user.checklist_folders(), config.open_cache(user, folders)
    session = open_session(root, folders, extra, who, shipped=shipped, cache=cache)
    session.as_of = date.fromisoformat(order["as_of"])
    if asked:
        session.clock = lambda: asked.now
    data = gather_context(
        session.board().shared(),
        root,
        order["milestone"],
        order["role"],
        frozenset(order["redact"]),
        load_past_state(session, asked.spec, asked.here) if asked else None,
        order["full"],
        order["query"],
    )
    # Ours to build, and not to be counted against the limits of the template.
    for name in data.FIELDS:
        getattr(data, name)
    sources = {
        key: Source(TemplateInfo(name, origin, Path(path)), text)
        for key, (name, origin, path, text) in order["sources"].items()
    }
    return run_template(sources[order["template"]].info, root, folders, data, sources)


def _send_error(message: str, hint: str, kind: ErrorKind) -> None:
    said = {"message": message, "hint": hint, "kind": kind}
    os.write(2, json.dumps(said).encode("ascii") + b"\n")
    # The interpreter is not shut down: what a template piled up may take long to take apart.
    os._exit(3)


def _limit(memory: int, seconds: float) -> None:
    """Limit what this process may take from now on, where the system can do that."""
    if sys.platform == "win32":
        return
    import resource

    # The parent counts the seconds; this ends a child whose parent was killed.
    _set_limit(resource.RLIMIT_CPU, int(seconds) + 5)
    _set_limit(resource.RLIMIT_FSIZE, 0)
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        _set_limit(resource.RLIMIT_AS, pages * resource.getpagesize() + memory)


def _lift_memory_limit() -> None:
    """Take the limit of memory away, so that there is room to state that it was reached."""
    if sys.platform == "linux":
        import resource

        _set_limit(resource.RLIMIT_AS, resource.getrlimit(resource.RLIMIT_AS)[1])


def _set_limit(which: int, value: int) -> None:
    import resource

    hard = resource.getrlimit(which)[1]
    soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (soft, hard))
