"""A cache of a test's own, and commands that find in it what a process of their own would."""

from pathlib import Path

import pytest

from fedcheck.cli.main import run
from fedcheck.storage import cache


def give_own_cache(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """Give the test a cache of its own, on disk and in memory; return where parsed files are."""
    patch.delenv("FEDCHECK_CACHE", raising=False)
    patch.setenv("XDG_CACHE_HOME", str(folder))
    patch.setattr(cache, "_shared", {})
    return folder / "fedcheck" / "parsed"


def run_afresh(line: str, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> str:
    """Run a command as a process of its own would, and return its output.

    What is shared in memory is not there.
    """
    patch.setattr(cache, "_shared", {})
    status = run(line.split())
    out, err = capsys.readouterr()
    assert status in (0, 1), err
    return out + err
