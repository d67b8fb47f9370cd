"""Several processes on one workspace at once, some of them killed."""

import os
import sys
from pathlib import Path

import crowd
import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals of POSIX")


def test_what_was_reported_as_saved_is_there(tmp_path: Path) -> None:
    outcome = crowd.together(tmp_path, processes=6, changes=8, kills=2)
    assert not outcome.lost, outcome
    assert not outcome.wrong, outcome
    assert outcome.killed  # one may have ended before its turn came
    assert outcome.changes >= 4 * 8
    if sys.platform == "linux":
        assert outcome.inside, "one was to be killed while it held the lock"


def test_commands_at_once_lose_nothing(tmp_path: Path) -> None:
    outcome = crowd.by_commands(tmp_path, parallel=4, changes=2)
    assert not outcome.lost, outcome
    assert not outcome.wrong, outcome
    assert outcome.changes == 8
