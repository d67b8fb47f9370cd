"""Requests and findings are withdrawn and changed: history, undo, labels; shell and app."""

from pathlib import Path

import pytest
import tomli
from driving import press, screen_text, settle, told, type_text

from fedcheck.cli.main import run
from fedcheck.domain.change import Change
from fedcheck.domain.change_text import changes_label
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp

REQUESTS = """format = 1

[[request]]
id = "q1"
title = "Which ports are open?"
by = "TR-B"
to = "csp"
due = 2027-01-20
text = "All of them."
comment = "From the call."

[[request.evidence]]
id = "e1"
link = "MER-7"
kind = "ticket"

[[request]]
id = "q2"
title = "Who approves changes?"
"""
FINDINGS = """format = 1

[[finding]]
id = "f1"
title = "Session is never locked"
risk = "moderate"
"""


@pytest.fixture
def root(workspace: Path) -> Path:
    (workspace / "requests.toml").write_text(REQUESTS)
    (workspace / "findings.toml").write_text(FINDINGS)
    return workspace


def requests(root: Path) -> str:
    return (root / "requests.toml").read_text()


def kept(root: Path) -> list[str]:
    """Return what the register holds, whatever its order."""
    return sorted(map(repr, tomli.loads(requests(root))["request"]))


def test_withdrawn_with_a_reason_that_the_history_keeps(root, capsys):
    at = ["-w", str(root)]
    before = kept(root)
    assert run(["request", "withdraw", "q1", "--reason", "asked twice", *at]) == 0
    assert "withdrawn: Which ports are open?" in capsys.readouterr().out
    assert "q1" not in requests(root)
    assert "q2" in requests(root)
    assert run(["history", *at]) == 0
    assert "asked twice" in capsys.readouterr().out
    assert run(["undo", *at]) == 0
    assert 'Undone: "Which ports are open?" withdrawn' in capsys.readouterr().out
    assert kept(root) == before
    assert run(["undo", *at]) == 1, "one action, one undo"
    assert run(["request", "withdraw", "q1", "--reason", " ", *at]) == 2
    assert run(["finding", "withdraw", "f1", "--reason", "no weakness", *at]) == 0
    assert "f1" not in (root / "findings.toml").read_text()
    assert run(["finding", "withdraw", "f1", "--reason", "no weakness", *at]) == 2


def test_a_request_is_changed_field_by_field(root, capsys):
    at = ["-w", str(root)]
    new = ["--to", "erik", "--due", "+1w", "--item", "rev5.readiness.csp:diagram"]
    assert run(["request", "edit", "q1", *new, *at]) == 0
    text = requests(root)
    assert 'to = "erik"' in text
    assert "due = 2027-01-18" in text
    assert 'by = "TR-B"' in text, "other fields stay as they are"
    assert "rev5.readiness.csp:diagram" in text
    assert run(["request", "edit", "q1", "--due", "", *at]) == 0
    assert "due" not in requests(root)
    for wrong in ([], ["--title", " "], ["--due", "some day"]):
        assert run(["request", "edit", "q1", *wrong, *at]) == 2
    assert run(["undo", *at]) == 0
    out = capsys.readouterr().out
    assert "Which ports are open?" in out, "named by its title"
    assert "due = 2027-01-18" in requests(root)


def test_labels_call_requests_by_their_title():
    ref = "requests:a1b2"
    new = [Change(ref, "title", None, "Which ports?"), Change(ref, "state", None, "open")]
    assert changes_label(new) == '"Which ports?" added'
    gone = [one.inverse() for one in new]
    assert changes_label(gone) == '"Which ports?" withdrawn'
    due = [Change(ref, "due", None, "2027-02-01")]
    assert changes_label(due, lambda _: "Which ports?") == '"Which ports?": due 2027-02-01'
    assert changes_label([Change("l:item", "owner", None, "bob")]) == "item: owner bob"


async def test_in_the_app_with_a_reason_and_undone_by_name(root, clock):
    app = FedcheckApp(root, paths.find_user_folders(), config.UserConfig(), "alice", root, clock)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        title = app.screen.thing.title
        await press(pilot, "D", "enter")
        assert title in requests(root), "without a reason nothing happens"
        await type_text(pilot, "asked twice")
        await press(pilot, "enter")
        assert title not in requests(root)
        assert f'"{title}" withdrawn' in told(app)
        await press(pilot, "u")
        assert title in requests(root)
        assert f'Undone: "{title}" withdrawn' in told(app)
        assert title in screen_text(app)
