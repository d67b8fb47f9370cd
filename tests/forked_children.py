"""Children that render templates, forked from one process that has loaded what they need.

A child takes a fifth of a second to start, and a hundred tests start one. What it does from its
order on, with its limits, its pipes and its end, is that of a child that the program starts; that
such a child does start is for the tests that do not ask for these.
"""

import atexit
import contextlib
import json
import os
import select
import socket
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import IO

import pytest

from fedcheck.reports import child

# As the program starts a child (child._START), and then one process for each message.
_SERVER = """
import gc, json, os, socket, sys, time, traceback
gc.disable()
sys.path.append(sys.argv[1])
from fedcheck.reports import child

def be_child(handles, about):
    for number, handle in enumerate(handles):
        os.dup2(handle, number)
        os.close(handle)
    asked.close()
    os.environ.clear()
    os.environ.update(about["environment"])
    time.tzset()
    os.chdir(about["folder"])
    try:
        child.main()
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)

asked = socket.socket(fileno=int(sys.argv[2]))
while True:
    size, handles, _, _ = socket.recv_fds(asked, 8, 3)
    if not size:
        break
    about = b""
    while len(about) < int(size):
        about += asked.recv(65536)
    pid = os.fork()
    if pid == 0:
        be_child(handles, json.loads(about))
    for handle in handles:
        os.close(handle)
    asked.send(b"%8d" % pid)
    asked.send(b"%8d" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


class _Forked:
    """What `subprocess.Popen` gives for a child, as far as the parent uses it."""

    def __init__(self, asked: socket.socket) -> None:
        self.returncode: int | None = None
        self._asked = asked
        ends = [os.pipe() for _ in range(3)]
        about = json.dumps({"environment": dict(os.environ), "folder": str(Path.cwd())}).encode()
        theirs = [ends[0][0], ends[1][1], ends[2][1]]
        socket.send_fds(asked, [b"%8d" % len(about)], theirs)
        asked.sendall(about)
        for handle in theirs:
            os.close(handle)
        self.stdin: IO[bytes] = os.fdopen(ends[0][1], "wb")
        self.stdout: IO[bytes] = os.fdopen(ends[1][0], "rb")
        self.stderr: IO[bytes] = os.fdopen(ends[2][0], "rb")
        self.pid = int(asked.recv(8, socket.MSG_WAITALL))

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._asked], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a forked child", timeout or 0)
            self.returncode = int(self._asked.recv(8, socket.MSG_WAITALL))
        return self.returncode

    def kill(self) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, 9)


@lru_cache(1)
def _server() -> socket.socket:
    """Start the process that forks; it ends when it hears that this end of the socket is closed."""
    ours, theirs = socket.socketpair()
    package = str(Path(child.__file__).parents[2])
    with theirs:
        handle = theirs.fileno()
        command = [sys.executable, "-P", "-c", _SERVER, package, str(handle)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[handle])

    @atexit.register
    def end() -> None:
        ours.close()
        process.wait()

    return ours


def fork_children(monkeypatch: pytest.MonkeyPatch) -> list[_Forked]:
    """Let the children of this test be forked, and return those that were."""
    forked: list[_Forked] = []

    def start(*_: object, **__: object) -> _Forked:
        forked.append(_Forked(_server()))
        return forked[-1]

    stand_in = SimpleNamespace(
        Popen=start, PIPE=subprocess.PIPE, TimeoutExpired=subprocess.TimeoutExpired
    )
    monkeypatch.setattr(child, "subprocess", stand_in)
    return forked
