"""`make bench` measures what it says, and its page states what was measured and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"

pytestmark = pytest.mark.skipif(
    not BENCHMARKS.is_dir() or not hasattr(os, "posix_spawn"),
    reason="benchmarks are in the repository only, and need POSIX",
)


@pytest.fixture
def bench(monkeypatch):
    """Return a function that imports a module of the benchmarks, which are no package."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield lambda name: __import__(name)
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(BENCHMARKS)):
            del sys.modules[name]


def test_smallest_run_measures_a_command_and_its_stages():
    words = "--here --print --rounds 1 --only sizes --size 481 --command status --cache warm"
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "measure.py"), *words.split(), "--only", "stages"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    goal = next(line for line in lines if line.startswith("| `status`, 481"))
    cells = [cell.strip() for cell in goal.strip("|").split("|")]
    assert float(cells[4]) > 1 and cells[5] in ("missed", "met", "stretch met")
    assert "| `status` " in done.stdout.split("Ratio, warm cache:")[1]
    if cells[5] == "missed":
        assert "| `status`, 481 items | imports" in done.stdout


def test_workspace_has_failed_tests_findings_and_a_whole_history(bench, tmp_path, monkeypatch):
    from fedcheck.domain.item_rules import ItemEdit
    from fedcheck.session import open_session
    from fedcheck.storage import history, paths

    root = tmp_path / "w"
    shape = bench("workspaces").Shape(str(root), 2, 20, "measured", failed=5, findings=9)
    made = bench("workspaces").make(shape)
    session = open_session(root, paths.find_user_folders(), (), "bench")
    assert not session.problems
    records = {
        f"{name}:{item}": record
        for name, found in session.project.records.items()
        for item, record in found.items()
    }
    assert len(records) == 40 and all(len(one.evidence) == 2 for one in records.values())
    failed = [ref for ref, one in records.items() if one.result == "other-than-satisfied"]
    assert len(failed) == 5
    assert {one.items[0] for one in session.project.findings} == set(failed)
    rows = session.board().rows
    assert not any(row.changed for row in rows.values())  # the basis is today's
    session.apply([made["other"]], ItemEdit(note="taken over"))
    bench("histories").add_history(root, 60)
    assert len(open_session(root, paths.find_user_folders(), (), "bench").list_outside()) == 0
    files = history.list_history_files(root)
    assert sum(path.read_bytes().count(b'"note"') for path in files) >= 60


def test_goal_is_judged_by_what_was_measured(bench):
    goals, page, processes = bench("goals"), bench("page"), bench("processes")
    assert goals.judge(None, 9) == "not measured"
    assert [goals.judge(value, 9, 7) for value in (6.9, 8, 9.1)] == ["stretch met", "met", "missed"]
    figure = processes.Figure(0.4, 40, 50, 7)
    results = goals.Results({("481", "status", "warm"): figure}, processes.Figure(0.01, 1, 8, 7))
    results.stages["481", "status"] = {
        "started": 0.03, "imports": 0.08, "judging": 0.27, "done": 0.45, "total": 0.46,
    }  # fmt: skip
    parts = page.scale_stages(results, "481", "status")
    assert sum(parts.values()) == pytest.approx(40)
    assert list(parts)[:2] == ["judging", "imports"]
    assert parts["imports"] / parts["interpreter"] == pytest.approx(10)
    text = page.render_page(results, page.Run(7, 3, True, 0.1, 12))
    assert "- `status`, 481 items: 40, goal 9. The interpreter and imports take" in text
    assert "`set`, 481 items: " not in text  # what was not measured is not missed


def test_ratios_are_of_the_medians_of_one_run(bench):
    processes = bench("processes")
    spent = {
        "bare": [processes.Spent(seconds, 8, "") for seconds in (0.01, 0.01, 0.5)],
        "status": [processes.Spent(seconds, 30, "") for seconds in (0.2, 0.1, 9)],
    }
    found = processes.compute_figures(spent, "bare")
    assert found["status"] == processes.Figure(0.2, 20, 30, 3)
