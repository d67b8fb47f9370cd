"""Fixtures for the whole suite: a home of its own, no network, a clock that stands still.

A test names what it needs; `make_workspace` gives it a workspace with the small checklists of
`tests/mini/`, the shipped processes, and none of the shipped checklists.
"""

import contextlib
import difflib
import fcntl
import gc
import importlib
import os
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.strategies
import pytest

from fedcheck import session as session_module
from fedcheck.session import Session, open_session
from fedcheck.storage import local_binding, paths, toml_lines

hypothesis.settings.register_profile(
    "ci",
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[
        hypothesis.HealthCheck.function_scoped_fixture,
        hypothesis.HealthCheck.too_slow,
    ],
)
hypothesis.settings.register_profile(
    "hunt", hypothesis.settings.get_profile("ci"), max_examples=2000, derandomize=False
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

NOW = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)
TODAY = NOW.date()
MINI = Path(__file__).with_name("mini")
KICK_OFF = date(2027, 2, 1)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let each worker prepare the assertions of a part of the test files, where all are run.

    Each would prepare all of them in a fresh clone, which takes it ten seconds. What it finds
    prepared it takes over; a file that cannot be imported is told of when it is collected.
    """
    worker = getattr(session.config, "workerinput", None)
    here = Path(__file__).parent
    if worker is None or {session.config.rootpath / arg for arg in session.config.args} != {here}:
        return
    if worker["workerid"] == "gw0":
        # Which characters UTF-8 has takes it a second or two: kept on disk for the other workers.
        hypothesis.strategies.text().validate()
    files = sorted(here.glob("**/test_*.py"))
    for path in files[int(worker["workerid"].removeprefix("gw")) :: worker["workercount"]]:
        if str(path.parent) in sys.path:
            with contextlib.suppress(Exception):
                importlib.import_module(path.stem)


def pytest_collection_finish() -> None:
    """Keep what is there now out of the search for cycles: modules and thousands of tests stay.

    A seventh of the time of a test of the app went into that search, and still a twelfth of it
    where the search came after every 50,000 objects.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(400_000, 20, 50)


def pytest_sessionfinish() -> None:
    """Search for cycles once more; pytest would do it five times, a quarter of a second each."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of the test's own.

    In place of pytest's, which looks through the folders of all tests before to number each.
    """
    FOLDERS[0] += 1
    name = re.sub(r"\W", "_", request.node.name)[:30]
    folder = tmp_path_factory.getbasetemp() / f"{name}{FOLDERS[0]}"
    folder.mkdir(mode=0o700)
    return folder


FOLDERS = [0]


class NetworkRefusedError(RuntimeError):
    """A test tried to reach the network."""


class _LocalSocket(socket.socket):
    """A socket that may not leave the machine; event loops only need Unix sockets."""

    def __init__(self, family: int = -1, *args: Any, **kwargs: Any) -> None:
        known = len(args) > 2 or kwargs.get("fileno") is not None
        if not known and family != getattr(socket, "AF_UNIX", None):
            raise NetworkRefusedError("no network in tests")
        super().__init__(family, *args, **kwargs)


def _refuse(*_: object, **__: object) -> Any:
    raise NetworkRefusedError("no network in tests")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse every socket but Unix ones, and every name look-up, for the whole suite."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", _LocalSocket)
        for name in ("create_connection", "create_server", "getaddrinfo", "gethostbyname"):
            patch.setattr(socket, name, _refuse)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """Sync nothing in this process: only a real one that is ended shows whether it had to.

    The tests in `faults/` and those that kill a process do that.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def lines_found_once() -> Iterator[None]:
    """Find the lines of a text once: without shipped lists, each process names what is not there.

    `checklist validate` and `doctor` look for these lines anew in each process of a command, and
    for the words that were meant.
    """
    match = lru_cache(4096)(difflib.get_close_matches)

    def match_once(word: str, known: Iterable[str], *how: float, **named: float) -> list[str]:
        return list(match(word, tuple(known), *how, **named))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(difflib, "get_close_matches", match_once)
        patch.setattr(toml_lines, "Lines", lru_cache(64)(toml_lines.Lines))
        yield


@pytest.fixture(autouse=True)
def home(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Give the test a home of its own; no test sees the real one, nor the caller's settings."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(folder))
    for name, place in {
        "XDG_CONFIG_HOME": ".config",
        "XDG_STATE_HOME": ".local/state",
        "XDG_DATA_HOME": ".local/share",
    }.items():
        monkeypatch.setenv(name, str(folder / place))
    for name in list(os.environ):
        if name.startswith("FEDCHECK_") and name != "FEDCHECK_CACHE":
            monkeypatch.delenv(name)
    # One for all tests: what is in it is under the hash of what it was parsed from.
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "EDITOR", "VISUAL", "BROWSER", "PAGER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FEDCHECK_USER", "alice")
    monkeypatch.setenv("TZ", "UTC")
    # The secret of a process without a home would seal what later tests' processes have to read.
    monkeypatch.setattr(local_binding, "_unkept", [])
    return folder


@pytest.fixture(autouse=True)
def driven(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test of the app wait for what the app does, and not for time to pass."""
    if request.node.get_closest_marker("asyncio") or "snap_compare" in request.fixturenames:
        from driving import drive

        drive(monkeypatch)


class FrozenClock:
    """A clock that stands still until the test moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def tick(self, **span: float) -> None:
        """Move on by a span, given as to timedelta: `tick(days=1)`."""
        self.now += timedelta(**span)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> FrozenClock:
    """Stop the clock of every session that this process opens, at NOW (TODAY in UTC)."""
    frozen = FrozenClock()

    class Frozen(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return frozen().astimezone(tz)

    monkeypatch.setattr(session_module, "datetime", Frozen)
    return frozen


@pytest.fixture(scope="session")
def processes_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout that ships the processes and no checklists."""
    root = tmp_path_factory.mktemp("shipped")
    (root / "pyproject.toml").write_text("")
    for process in paths.find_shipped_checklists().glob("*/process.toml"):
        folder = root / "checklists" / process.parent.name
        folder.mkdir(parents=True)
        shutil.copy(process, folder)
    return root


@pytest.fixture
def without_shipped_lists(processes_only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the shipped checklists from this process; the processes stay."""
    stand_in = processes_only / "fedcheck" / "store" / "paths.py"
    monkeypatch.setattr(paths, "__file__", str(stand_in))


CopyExample = Callable[..., Path]


@pytest.fixture(scope="session")
def copy_example(tmp_path_factory: pytest.TempPathFactory) -> CopyExample:
    """Return a function that copies an example workspace to a folder, and returns the folder.

    Each example is made once for all workers, as that takes a second or two; the others wait, which
    leaves the processor to the one that makes it. Arguments: the folder,
    `day` (TODAY without it), `process` (as of `make_example`).
    """
    from fedcheck.demo.example import make_example

    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def copy(root: Path, day: date = TODAY, process: str = "") -> Path:
        made = shared / f"example-{process}-{day}"
        if not made.exists():
            with (shared / f"{made.name}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not made.exists():
                    make_example(own / f"new-{made.name}", day, process)
                    (own / f"new-{made.name}").rename(made)
        shutil.copytree(made, root)
        return root

    return copy


MakeWorkspace = Callable[..., Path]


@pytest.fixture
def make_workspace(tmp_path: Path, without_shipped_lists: None) -> MakeWorkspace:
    """Return a function that makes a workspace with the small checklists of `tests/mini/`.

    Its arguments: `where` (folder name), `role`, `process`, `milestones`, `profile`, `head` (more
    TOML for the top of fedcheck.toml), `lists` (file name -> TOML text, added to or in place of
    the small ones), `progress` (checklist id -> TOML text without its first lines),
    `mini=False` for none of the small lists.
    """

    def make(
        where: str = "workspace",
        *,
        role: str = "csp",
        process: str = "jab",
        milestones: Mapping[str, date] | None = None,
        profile: Mapping[str, str] | None = None,
        head: str = "",
        lists: Mapping[str, str] | None = None,
        progress: Mapping[str, str] | None = None,
        mini: bool = True,
    ) -> Path:
        root = tmp_path / where
        (root / "checklists").mkdir(parents=True)
        (root / "progress").mkdir()
        stones = {"kick-off": KICK_OFF} if milestones is None else milestones
        text = f'format = 1\nname = "Meridian Ledger"\nprocess = "{process}"\nrole = "{role}"\n'
        text += head + "\n[profile]\n"
        text += "".join(f'{name} = "{value}"\n' for name, value in (profile or {}).items())
        text += "\n[milestones]\n"
        text += "".join(f"{name} = {day.isoformat()}\n" for name, day in stones.items())
        (root / paths.WORKSPACE_FILE).write_text(text, encoding="utf-8")
        if mini:
            for path in MINI.glob("*.toml"):
                shutil.copyfile(path, root / "checklists" / path.name)
        for name, text in (lists or {}).items():
            (root / "checklists" / name).write_text(text, encoding="utf-8")
        for name, text in (progress or {}).items():
            whole = f'format = 1\nchecklist = "{name}"\n\n{text}'
            (root / "progress" / f"{name}.toml").write_text(whole, encoding="utf-8")
        return root

    return make


@pytest.fixture
def workspace(make_workspace: MakeWorkspace) -> Path:
    """Return the root of a workspace with the small checklists; kick-off on 2027-02-01."""
    return make_workspace()


OpenWorkspace = Callable[..., Session]


@pytest.fixture
def open_workspace(clock: FrozenClock) -> OpenWorkspace:
    """Return a function that opens a workspace as somebody, with the frozen clock."""

    def open_as(root: Path, who: str = "alice") -> Session:
        return open_session(root, paths.find_user_folders(), (), who, clock)

    return open_as


@pytest.fixture
def session(workspace: Path, open_workspace: OpenWorkspace) -> Session:
    """Return an open session, as alice, on the workspace of the fixture `workspace`."""
    return open_workspace(workspace)
