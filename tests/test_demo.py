"""The example workspaces: believable, the same on the same day, and open to everything else."""

from datetime import UTC, date, datetime
from pathlib import Path

from fedcheck.analysis.gates import gates
from fedcheck.cli.main import run
from fedcheck.demo import example
from fedcheck.session import open_session
from fedcheck.storage import history_check, paths
from fedcheck.storage.paths import LOCAL_STATE

DAY = date(2027, 1, 11)


def files_of(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and LOCAL_STATE not in path.parts  # bound to its path
    }


def test_the_same_day_gives_the_same_bytes(tmp_path, copy_example):
    example.make_example(tmp_path / "one", DAY)
    assert files_of(tmp_path / "one") == files_of(copy_example(tmp_path / "two", DAY))


def test_it_stands_three_weeks_before_kick_off_with_something_of_everything(
    tmp_path, clock, copy_example
):
    root = copy_example(tmp_path / "demo", DAY)
    session = open_session(root, paths.find_user_folders(), (), "alice", clock)
    assert session.problems == []
    board = session.board()
    assert (board.dates["kick-off"] - board.today).days == 21
    rows = list(board.rows.values())
    assert {e.record.status for e in rows} == {"todo", "doing", "blocked", "done", "na"}
    assert {s for e in rows for s in e.evidence} == {"ok", "stale", "missing"}
    assert {p.kind for e in rows for p in e.record.evidence} == {"url", "file", "ticket"}
    assert any(e.overdue for e in rows)
    met = {gate.milestone.id: gate.ready for gate in gates(board)}
    assert met["ready"]
    assert not met["package"]
    assert not any(e.waits for e in rows if e.record.status == "done")
    assert history_check.verify(root) == []
    assert len({one.by for one in session.history()}) > 4


def test_today_is_that_of_the_place_of_the_example():
    assert example.find_today(datetime(2027, 1, 12, 3, tzinfo=UTC)) == DAY


def test_without_a_terminal_it_prints_the_status_and_writes_the_report(tmp_path, capsys):
    assert run(["demo", str(tmp_path / "demo"), "--as-of", DAY.isoformat()]) == 0
    out = capsys.readouterr().out
    assert "Meridian Ledger" in out
    (report,) = (tmp_path / "demo" / "reports").iterdir()
    assert str(report) in out
    assert run(["demo", str(tmp_path / "demo"), "--as-of", DAY.isoformat()]) == 0


def test_an_example_is_chosen_by_its_process_and_never_taken_for_another(tmp_path, capsys):
    folder = str(tmp_path / "demo")
    assert run(["demo", folder, "--process", "cr27"]) == 2
    assert "cr26" in capsys.readouterr().err
    assert run(["init", folder, "--name", "Vault", "--process", "jab", "--role", "csp"]) == 0
    assert run(["demo", folder, "--process", "cr26", "--as-of", DAY.isoformat()]) == 2
    assert "is for the process jab, not cr26" in capsys.readouterr().err
