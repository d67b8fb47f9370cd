"""Run git for `sync`: never a question, no hook, no program that the clone's files name.

Reading git revisions runs git so that it reaches nobody (`storage.git_snapshot.run_git`). Here it
may reach the remote, and may use what the user configured for all repositories: keys, credentials,
proxy. What the clone itself configures is checked before (`git_trust`).
"""

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event

from msgspec import Struct

from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.sharing.setup import make_driver_command
from fedcheck.storage.git_driver import DRIVER_KEY, NAME_KEY

LOCAL_SECONDS = 120
"""How long git may take for a step on this machine."""

REMOTE_SECONDS = 900
"""How long it may take to fetch or push: evidence may be large, and a line slow."""

POLL = 0.2
"""How often a running git is looked after, in seconds."""

SSH = "ssh -oBatchMode=yes -oConnectTimeout=15"

PROTOCOLS = "file:git:http:https:ssh"
"""What a remote may be reached by: no `ext::`, and no other program as a transport."""

_KEPT = (
    "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSL_NO_VERIFY", "GIT_SSL_CERT",
    "GIT_SSL_KEY", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL", "GIT_EXEC_PATH",
)  # fmt: skip
"""Variables of git's that are the user's own. All others would point git somewhere else."""

_DROPPED = ("SSH_ASKPASS", "GPG_TTY")

_SAFE = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.askPass=",
    "core.alternateRefsCommand=true",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "push.recurseSubmodules=no",
    "push.followTags=false",
    "diff.ignoreSubmodules=all",
    "rerere.enabled=false",
    "merge.autoStash=false",
    "merge.verifySignatures=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.detachedHead=false",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=30",
)

# Files that a merge writes are their owner's alone, as those that fedcheck writes. A remote that is
# a folder may be shared: what is pushed gets the modes that its users gave it.
_CLOSED = 0o077

# A remote that is a folder of this machine would run its own hooks as this user.
_REMOTE_SAFE = (
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.alternateRefsCommand=true",
    "receive.autogc=false", "receive.denyCurrentBranch=refuse", "gc.auto=0",
)  # fmt: skip

OFFLINE = (
    "could not resolve", "couldn't connect", "failed to connect", "connection refused",
    "connection timed out", "network is unreachable", "no route to host", "operation timed out",
    "temporary failure in name resolution", "does not appear to be a git repository",
    "operation too slow", "connection reset", "could not connect to server", "timed out",
)  # fmt: skip
"""What git and ssh print where a remote cannot be reached now."""

DENIED = (
    "permission denied", "authentication failed", "could not read username", "terminal prompts",
    "could not read password", "host key verification failed", "error: 403", "error: 401",
    "access denied", "repository not found", "not authorized",
)  # fmt: skip
"""What they print where the remote refuses this user."""


class StoppedError(FedcheckError):
    """A person stopped a step; everything is as it was before it."""


class Answer(Struct, frozen=True):
    """How git ended, and what it printed."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Return its first line of output."""
        return self.out.decode("utf-8", "surrogateescape").strip("\n")

    @property
    def paths(self) -> list[str]:
        """Return paths that end in a zero byte each."""
        return [os.fsdecode(one) for one in self.out.split(b"\0") if one]

    def says(self, words: Sequence[str]) -> bool:
        """Return whether git printed one of some words as the reason of a failure."""
        said = self.err.lower()
        return any(one in said for one in words)

    @property
    def reason(self) -> str:
        """Return the line of its errors that is most specific."""
        lines = [one.strip() for one in self.err.splitlines() if one.strip()]
        known = [one for one in lines if any(word in one.lower() for word in (*DENIED, *OFFLINE))]
        telling = known or [
            one for one in lines if one.startswith(("fatal:", "error:", "remote:", "ssh:", " ! "))
        ]
        return one_line((telling or lines or [f"exit status {self.code}"])[0], 200)


class Git:
    """git in one clone.

    Attributes:
        root: the workspace.
        stop: is set when a person wants it to end.
    """

    def __init__(self, root: Path, stop: Event | None = None) -> None:
        program = shutil.which("git")
        if program is None:
            raise FedcheckError("git is not installed", "install git", ErrorKind.USAGE)
        self.root = root
        self.stop = stop or Event()
        self._program = program
        self._environment = _make_environment()

    def run(
        self,
        *words: str,
        given: bytes = b"",
        seconds: float = LOCAL_SECONDS,
        started: Callable[[int], object] | None = None,
    ) -> Answer:
        """Run git and return how it ended; `started` hears its process id.

        Raises StoppedError where a person stopped it, FedcheckError where it takes too long.
        """
        if self.stop.is_set():
            raise StoppedError("stopped", "", ErrorKind.REFUSED)
        settings = (*_SAFE, f"{NAME_KEY}=fedcheck", f"{DRIVER_KEY}={make_driver_command()}")
        argv = [self._program, "--no-pager", "--no-replace-objects", "--literal-pathspecs"]
        argv += [part for one in settings for part in ("-c", one)]
        try:
            # A session of its own: ssh and gpg find no terminal to ask on, and all of it can be
            # ended at once.
            running = subprocess.Popen(
                [*argv, *words],
                cwd=self.root,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                umask=_CLOSED if os.name == "posix" and seconds == LOCAL_SECONDS else -1,
                start_new_session=os.name == "posix",
            )
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise FedcheckError(f"git cannot be started: {reason}", "") from None
        if started is not None:
            started(running.pid)
        out, err = self._wait(running, given, seconds)
        return Answer(running.returncode, out, err.decode("utf-8", "replace"))

    def _wait(
        self, running: "subprocess.Popen[bytes]", given: bytes, seconds: float
    ) -> tuple[bytes, bytes]:
        end = time.monotonic() + seconds
        feed: bytes | None = given
        try:
            while True:
                try:
                    return running.communicate(feed, timeout=POLL)
                except subprocess.TimeoutExpired:
                    feed = None  # communicate goes on with what it was given at first
                if self.stop.is_set():
                    raise StoppedError("stopped", "", ErrorKind.REFUSED)
                if time.monotonic() > end:
                    raise FedcheckError(
                        f"git did not answer within {seconds:.0f} seconds", "try again"
                    )
        except BaseException:
            _end(running)
            raise

    def keep_ssh_quiet(self) -> None:
        """Let ssh ask nothing; for a user without a command of their own for it."""
        if not any(name in os.environ for name in ("GIT_SSH", "GIT_SSH_COMMAND")):
            self._environment = {**self._environment, "GIT_SSH_COMMAND": SSH}

    def ask(self, *words: str, given: bytes = b"") -> Answer:
        """Run git where it must succeed. Raises FedcheckError with its words where it does not."""
        answer = self.run(*words, given=given)
        if answer.code:
            raise FedcheckError(f"git {words[0]}: {answer.reason}", "")
        return answer

    def find(self, *words: str) -> str:
        """Return the one line that git answers; nothing where it fails."""
        answer = self.run(*words)
        return "" if answer.code else answer.text

    def reach(self, url: str, *words: str) -> Answer:
        """Run git where it reaches the remote: `fetch` or `push`, and its arguments."""
        option = "--receive-pack" if words[0] == "push" else "--upload-pack"
        more = []
        if is_folder_url(url):
            service = option.removeprefix("--")
            settings = " ".join(f"-c {shlex.quote(one)}" for one in _REMOTE_SAFE)
            more = [f"{option}={shlex.quote(self._program)} {settings} {service}"]
        return self.run(words[0], *more, *words[1:], seconds=REMOTE_SECONDS)


def is_folder_url(url: str) -> bool:
    """Return whether a remote is a folder of this machine, by the rule of git."""
    if url.startswith("file://"):
        return True
    first = url.partition("/")[0]
    return "://" not in url and (":" not in first or os.name == "nt")


def _end(running: "subprocess.Popen[bytes]") -> None:
    """End git, and what it started, and let it take its locks away."""
    for sign in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        try:
            if os.name == "posix":
                os.killpg(running.pid, sign)
            else:
                running.terminate()
        except OSError:
            pass
        try:
            running.communicate(timeout=5)
        except (subprocess.TimeoutExpired, ValueError):
            continue
        return


def _make_environment() -> Mapping[str, str]:
    found = {
        name: value
        for name, value in os.environ.items()
        if name not in _DROPPED and (not name.startswith("GIT_") or name in _KEPT)
    }
    found |= {
        "GIT_ALLOW_PROTOCOL": PROTOCOLS,
        "GIT_ASKPASS": "",
        "GIT_EDITOR": "true",
        "GIT_MERGE_AUTOEDIT": "no",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_SEQUENCE_EDITOR": "true",
        "GIT_TERMINAL_PROMPT": "0",
        "GCM_INTERACTIVE": "never",
        "LC_ALL": "C",
        "SSH_ASKPASS_REQUIRE": "never",
    }
    return found
