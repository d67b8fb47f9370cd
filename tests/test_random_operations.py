"""Random operations against a simple model; `make faults` runs them for a long while."""

import os
import shutil
from collections.abc import Callable

import pytest
from conftest import FrozenClock, MakeWorkspace, OpenWorkspace
from random_operations import Operations

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")

SEEDS = int(os.environ.get("FEDCHECK_RANDOM_SEEDS", "4"))
GROUPS = int(os.environ.get("FEDCHECK_RANDOM_GROUPS", "12"))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_a_person_expects_is_what_the_files_and_the_history_say(
    make_workspace: MakeWorkspace,
    open_workspace: OpenWorkspace,
    clock: FrozenClock,
    seed: int,
    record_property: Callable[[str, object], None],
) -> None:
    world = Operations(make_workspace(), open_workspace, clock, seed)
    world.run(GROUPS)
    record_property("operations", len(world.steps))
