"""Hundreds of random edits in three clones, and TOML edited by hand: everything arrives.

`make faults` runs many more seeds and rounds.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FrozenClock, OpenWorkspace
from git_storm import Storm
from test_git_sharing import needs_git
from test_merge_driver import PEOPLE, team

from fedcheck.sharing import setup
from fedcheck.sharing.sync_setup import set_up_sync

pytestmark = needs_git

__all__ = ["team"]

LONG = "FEDCHECK_STORM_SEEDS" in os.environ
SEEDS = int(os.environ.get("FEDCHECK_STORM_SEEDS", "1"))
ROUNDS = int(os.environ.get("FEDCHECK_STORM_ROUNDS", "2"))

WAYS = {
    "driver": ("driver", "driver", "driver"),
    "sync": ("sync", "sync", "sync"),
    "plain": ("plain", "plain", "plain"),
    "mixed": ("driver", "sync", "plain"),
}


@pytest.fixture(autouse=True)
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give git a name, and a configuration of the user's that is empty."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "x")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "x@x")


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("ways", WAYS if LONG else ["mixed", "sync"])
def test_everything_that_a_team_does_arrives(
    team: Callable[..., list[Path]],
    open_workspace: OpenWorkspace,
    clock: FrozenClock,
    ways: str,
    seed: int,
    record_property: Callable[[str, object], None],
) -> None:
    roots = team(*PEOPLE, "dee", is_registered=False)
    for root, way in zip(roots, WAYS[ways], strict=False):
        if way == "driver":
            setup.register_driver(root)
        elif way == "sync":
            set_up_sync(root)
    storm = Storm(roots, open_workspace, clock, seed, WAYS[ways])
    storm.run(ROUNDS)
    storm.check()
    record_property("edits", storm.number)
    for name, count in storm.counts.items():
        record_property(name, count)
