"""A chosen set of faults at a real fedcheck; `make faults` tries them all."""

from pathlib import Path

import cases
import pytest
import tracing
import trial
from cases import FULL, Fault

needs_strace = pytest.mark.skipif(bool(tracing.why_not()), reason=tracing.why_not() or "none")

pytestmark = needs_strace

FIRST, LAST = 0, -1

CHOSEN = [
    ("first", "fsync", LAST, "KILL"),
    ("first", "renameat", FIRST, "KILL"),
    ("first", "mkdirat", FIRST, "ENOSPC"),
    ("later", "write", FIRST, "KILL"),
    ("later", "renameat", FIRST, "KILL"),
    ("later", "renameat", LAST, "KILL"),
    ("later", "write", LAST, "KILL"),  # the word "saved"
    ("later", "exit_group", LAST, "KILL"),
    ("later", "write", FIRST, "ENOSPC"),
    ("later", "write", 1, "ENOSPC"),
    ("later", "fsync", FIRST, "EIO"),
    ("later", "renameat", FIRST, "EROFS"),
    ("later", "openat", FIRST, "EACCES"),
    ("later", "close", LAST, "EIO"),
    ("later", "renameat", FIRST, "ENOSPC, no unlink"),
    ("two-lists", "renameat", 1, "KILL"),
    ("two-lists", "write", 1, "ENOSPC"),
    ("undo", "fsync", FIRST, "KILL"),
    ("undo", "fsync", 2, "EIO"),
]
"""Scenario, call, which of its calls, what is done there."""


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> trial.Scenarios:
    return trial.Scenarios(tmp_path_factory.mktemp("faults"))


@pytest.mark.parametrize(
    ("scenario", "name", "which", "kind"), CHOSEN, ids=lambda value: str(value).replace(" ", "-")
)
def test_a_fault_leaves_the_old_or_the_new_state(
    scenarios: trial.Scenarios, tmp_path: Path, scenario: str, name: str, which: int, kind: str
) -> None:
    verdict = scenarios.attempt(scenario, kind, name, which, tmp_path)
    assert verdict.hit, verdict
    assert not verdict.wrong, verdict


@pytest.mark.parametrize("part", [0.2, 0.9])
def test_a_disk_that_fills_up_in_the_middle_of_a_write(
    scenarios: trial.Scenarios, tmp_path: Path, part: float
) -> None:
    prepared = scenarios.get("later")
    size = int(max(prepared.known.new.sizes.values()) * part)
    verdict = trial.attempt(prepared, Fault(FULL, size=size), tmp_path / "case")
    assert verdict.hit, verdict
    assert not verdict.wrong, verdict


@pytest.mark.parametrize("scenario", ["first", "clone", "two-lists"])
def test_all_is_synced_before_it_is_called_saved(scenarios: trial.Scenarios, scenario: str) -> None:
    assert not scenarios.get(scenario).unsynced


def test_every_kind_of_call_of_a_save_is_among_the_faults(scenarios: trial.Scenarios) -> None:
    found = cases.faults(scenarios.get("first"))
    hit = {(fault.call.name, fault.kind) for fault in found if fault.call}
    for name in ("write", "fsync", "renameat", "mkdirat", "openat", "flock"):
        for kind in ("KILL", *cases.ERRORS):
            assert (name, kind) in hit
    assert ("close", "EIO") in hit
    later = cases.faults(scenarios.get("later"))
    assert {("linkat", "KILL"), ("linkat", "EIO")} < {
        (fault.call.name, fault.kind) for fault in later if fault.call
    }
    assert ("exit_group", "KILL") in hit


def test_a_fault_that_hits_nothing_does_not_count(
    scenarios: trial.Scenarios, tmp_path: Path
) -> None:
    prepared = scenarios.get("later")
    (call, *_) = [call for call in prepared.calls if call.name == "renameat"]
    never = tracing.Call(call.thread, call.name, 999, call.text)
    verdict = trial.attempt(prepared, Fault("KILL", never), tmp_path / "case")
    assert not verdict.hit
