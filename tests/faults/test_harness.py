"""The harness is able to fail: bugs planted in fedcheck's process are found, each by its check.

A plant is Python's `sitecustomize`, on the path of the disturbed processes only.
"""

import os
from collections.abc import Callable
from pathlib import Path

import crowd
import pytest
import tracing
import trial

needs_strace = pytest.mark.skipif(bool(tracing.why_not()), reason=tracing.why_not() or "none")

IN_PLACE = """
import os
def replace(old, new, *, src_dir_fd, dst_dir_fd):
    with open(os.open(old, os.O_RDONLY, dir_fd=src_dir_fd), "rb") as source:
        data = source.read()
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with open(os.open(new, flags, 0o600, dir_fd=dst_dir_fd), "wb") as out:
        out.write(data)
    os.unlink(old, dir_fd=src_dir_fd)
os.replace = replace
"""
NEVER_SYNCED = """
import os
os.fsync = lambda handle: None
"""
SYNC_ERRORS_IGNORED = """
import contextlib, os
real = os.fsync
def fsync(handle):
    with contextlib.suppress(OSError):
        real(handle)
os.fsync = fsync
"""
SAID_TOO_EARLY = """
import atexit, os
real = os.replace
def replace(old, new, *, src_dir_fd, dst_dir_fd):
    handles = {"src_dir_fd": os.dup(src_dir_fd), "dst_dir_fd": os.dup(dst_dir_fd)}
    if os.stat(old, dir_fd=src_dir_fd).st_nlink > 1:  # a backup; the save looks at it at once
        real(old, new, **handles)
    else:
        atexit.register(real, old, new, **handles)
os.replace = replace
"""
NEVER_TIDIED = """
import os
os.unlink = os.remove = lambda *_, **__: None
os.supports_dir_fd.add(os.unlink)
"""
OPEN_TO_ALL = """
import os
real = os.open
os.open = lambda path, flags, mode=0o777, **more: real(path, flags, 0o666, **more)
os.supports_dir_fd.add(os.open)
"""
NO_LOCK = """
import fcntl
fcntl.flock = lambda handle, how: None
"""


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what plants code in every fedcheck that the harness starts."""

    def put(code: str) -> None:
        folder = tmp_path / "plant"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(code)
        paths = [str(folder), tracing.PYTHON_LOOKS_HERE]
        monkeypatch.setattr(tracing, "PYTHON_LOOKS_HERE", os.pathsep.join(filter(None, paths)))

    return put


PLANTS = {
    "in-place": (IN_PLACE, "KILL", "write", 2, "neither old nor new"),
    "said-too-early": (SAID_TOO_EARLY, "KILL", "renameat", 1, "LOST: rev5.readiness.csp was said"),
}
if os.environ.get("FEDCHECK_FAULTS") == "full":
    PLANTS |= {
        "sync-errors-ignored": (SYNC_ERRORS_IGNORED, "EIO", "fsync", 0, "LOST: the disk refused"),
        "never-tidied": (NEVER_TIDIED, "KILL", "renameat", 1, "lies around: progress/.fedcheck-"),
        "open-to-all": (OPEN_TO_ALL, "KILL", "exit_group", 0, "open to others: "),
    }


@needs_strace
@pytest.mark.parametrize(
    ("code", "kind", "call", "which", "found"), PLANTS.values(), ids=list(PLANTS)
)
def test_a_planted_bug_is_found(
    plant: Callable[[str], None],
    tmp_path: Path,
    code: str,
    kind: str,
    call: str,
    which: int,
    found: str,
) -> None:
    plant(code)
    scenarios = trial.Scenarios(tmp_path / "ready")
    verdict = scenarios.attempt("later", kind, call, which, tmp_path)
    assert verdict.hit, verdict
    assert any(found in one for one in verdict.wrong), verdict


@needs_strace
def test_a_save_that_is_not_synced_is_found(plant: Callable[[str], None], tmp_path: Path) -> None:
    plant(NEVER_SYNCED)
    late = trial.Scenarios(tmp_path / "ready").get("later").unsynced
    assert any("replaced by a file that is not synced" in one for one in late)
    assert any("not synced at the word" in one for one in late)


@pytest.mark.skipif(os.name != "posix", reason="needs flock")
def test_writers_without_a_lock_are_found(plant: Callable[[str], None], tmp_path: Path) -> None:
    plant(NO_LOCK)
    outcome = crowd.together(tmp_path, processes=4, changes=15, kills=0)
    assert outcome.lost or outcome.wrong, outcome
