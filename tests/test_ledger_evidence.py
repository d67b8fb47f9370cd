"""Evidence of requests and findings counts: listed, verified, in the register, seen by doctor."""

import hashlib
import json
from pathlib import Path

import pytest
from driving import press, screen_text, settle

from fedcheck.analysis.evidence_register import build_full_register, build_register
from fedcheck.cli.main import run
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens.evidence_register import EvidenceRegisterScreen
from fedcheck.tui.screens.requests import RequestsScreen

PORTS = "evidence/ports.txt"
DIGEST = hashlib.sha256(b"22, 443").hexdigest()
REQUESTS = f"""format = 1

[[request]]
id = "q1"
title = "Which ports are open?"
to = "csp"

[[request.evidence]]
id = "e1"
link = "{PORTS}"
kind = "file"
collected = 2027-01-08
sha256 = "{DIGEST}"

[[request]]
id = "q2"
title = "Who signed the plan?"
state = "accepted"
answered = 2026-11-02

[[request.evidence]]
id = "e2"
link = "https://example.gov/plan"
collected = 2026-10-01
expires = 2026-12-01
"""
FINDINGS = """format = 1

[[finding]]
id = "f1"
title = "Sessions are never locked"
owner = "dana"

[[finding.evidence]]
id = "e3"
link = "https://example.gov/fix"
collected = 2026-12-01
expires = 2027-01-04
"""


@pytest.fixture
def root(workspace: Path) -> Path:
    (workspace / "evidence").mkdir()
    (workspace / PORTS).write_text("22, 443")
    (workspace / "requests.toml").write_text(REQUESTS)
    (workspace / "findings.toml").write_text(FINDINGS)
    return workspace


def rows(capsys) -> list[dict]:
    return json.loads(capsys.readouterr().out)


def test_listed_with_their_state(root, capsys):
    assert run(["evidence", "list", "--json", "-w", str(root)]) == 0
    found = {row["id"]: (row["ref"], row["state"]) for row in rows(capsys)}
    assert found == {
        "e1": ("requests:q1", "ok"),
        "e2": ("requests:q2", "ok"),
        "e3": ("findings:f1", "stale"),
    }, "what was accepted while it was good stays good"
    for words, expected in (
        (["requests"], {"e1", "e2"}),
        (["findings:f1"], {"e3"}),
        (["evidence:stale"], {"e3"}),
        (["requests", "ports"], {"e1"}),
        (["phase:readiness"], set()),
    ):
        assert run(["evidence", "list", *words, "--json", "-w", str(root)]) == 0
        assert {row["id"] for row in rows(capsys)} == expected, words
    assert run(["evidence", "list", "--by", "state", "-w", str(root)]) == 0
    assert "requests:q1" in capsys.readouterr().out


def test_verified_and_remembered(root, capsys):
    assert run(["evidence", "verify", "requests", "-w", str(root)]) == 0
    assert "1 file hashed; 0 problems" in capsys.readouterr().out
    (root / PORTS).write_text("22, 443, 8080")
    assert run(["evidence", "verify", "-w", str(root)]) == 1
    out = capsys.readouterr().out
    assert "changed" in out
    assert "requests:q1" in out
    (root / PORTS).unlink()
    assert run(["evidence", "list", "requests:q1", "--json", "-w", str(root)]) == 0
    assert rows(capsys)[0]["state"] == "missing", "also without hashing"


def test_added_renewed_removed_and_taken_back(root, capsys):
    at = ["-w", str(root)]
    assert run(["evidence", "add", "findings:f1", "requests:q1", "MER-12", *at]) == 0
    assert 'findings:f1  evidence "MER-12" added' in capsys.readouterr().out
    assert run(["evidence", "list", "findings:f1", "--json", *at]) == 0
    assert [row["link"] for row in rows(capsys)] == ["https://example.gov/fix", "MER-12"]
    assert run(["undo", *at]) == 0
    assert "MER-12" not in (root / "findings.toml").read_text()
    assert "MER-12" not in (root / "requests.toml").read_text(), "one action, one undo"
    assert run(["evidence", "renew", "e1", *at]) == 0
    assert "collected = 2027-01-11" in (root / "requests.toml").read_text()
    assert run(["evidence", "remove", "e1", *at]) == 0
    assert PORTS not in (root / "requests.toml").read_text()
    assert run(["undo", *at]) == 0
    assert PORTS in (root / "requests.toml").read_text()
    assert run(["evidence", "add", "requests:zz", "MER-12", *at]) == 2
    assert "no such request" in capsys.readouterr().err


def test_doctor_tells_the_file_and_line_and_calls_no_linked_file_loose(root, capsys):
    run(["doctor", "--json", "-w", str(root)])
    assert "no item links" not in capsys.readouterr().out
    (root / PORTS).unlink()
    run(["doctor", "-w", str(root)])
    out = capsys.readouterr().out
    line = REQUESTS.splitlines().index("[[request.evidence]]") + 1
    assert "requests:q1: the file evidence/ports.txt is missing" in " ".join(out.split())
    assert f"requests.toml:{line}" in out


def test_gates_and_reports_are_of_items_only(root, open_workspace):
    board = open_workspace(root).board()
    assert {row.key[1] for row in build_full_register(board).rows if row.evidence_item} == {
        PORTS, "https://example.gov/plan", "https://example.gov/fix",
    }  # fmt: skip
    assert not [row for row in build_register(board).rows if row.evidence_item]
    assert all(entry.ref.partition(":")[0] != "requests" for entry in board.rows.values())


async def test_the_register_shows_them_and_leads_to_them(root, clock):
    app = FedcheckApp(root, paths.find_user_folders(), config.UserConfig(), "alice", root, clock)
    async with app.run_test(size=(160, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "3")
        text = screen_text(app)
        assert "3 pieces, 1 stale" in text
        assert "ports.txt" in text
        await press(pilot, "slash", "p", "o", "r", "t", "s", "enter", "e")
        assert "items" not in app.screen.fields, "a request has no items to choose here"
        await press(pilot, "escape", "v")
        while app.verifying is not None:
            await pilot.pause(0.01)
        await settle(pilot)
        assert isinstance(app.screen, EvidenceRegisterScreen)
        await press(pilot, "c")
        assert "collected = 2027-01-11" in (root / "requests.toml").read_text()
        await press(pilot, "u", "x")
        assert PORTS not in (root / "requests.toml").read_text()
        await press(pilot, "u")
        assert PORTS in (root / "requests.toml").read_text()
        await press(pilot, "enter")
        assert isinstance(app.screen, RequestsScreen)
        assert app.screen.thing.id == "q1"
        await press(pilot, "escape", "escape")
        assert isinstance(app.screen, EvidenceRegisterScreen)
