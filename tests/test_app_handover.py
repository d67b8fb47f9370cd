"""Proposals of hand-overs in the app: seen on the home screen, looked at, accepted, rejected."""

from pathlib import Path

import pytest
from conftest import FrozenClock, MakeWorkspace
from driving import press, screen_text, settle
from handovers import HEAD, fill

from fedcheck.cli.main import run
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens.home_doors import open_door


@pytest.fixture
def root(make_workspace: MakeWorkspace, tmp_path: Path) -> Path:
    """Return a workspace in which what came back proposes two things."""
    folder = fill(make_workspace(role="3pao", head=HEAD))
    theirs = tmp_path / "theirs"
    assert run(["-w", str(folder), "handover", "--to", "csp", "-o", str(theirs)]) == 0
    for name, old, new in (
        ("findings.toml", 'risk = "moderate"', 'risk = "low"'),
        ("requests.toml", "Send the crypto table", "[/b] [AC-2] nothing"),
    ):
        text = (theirs / name).read_text()
        assert old in text
        (theirs / name).write_text(text.replace(old, new))
    assert run(["-w", str(folder), "handover", "--take-back", str(theirs)]) == 0
    return folder


async def test_a_proposal_is_seen_looked_at_and_decided(root: Path, clock: FrozenClock) -> None:
    app = FedcheckApp(root, paths.find_user_folders(), config.UserConfig(), "alice", root, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "2 proposals to accept or reject" in screen_text(app)
        open_door(app, "proposals:")
        await settle(pilot)
        shown = screen_text(app)
        assert "Weak ciphers: risk moderate -> low" in shown
        assert "-> [/" in shown, "cut to the width, never markup"
        await press(pilot, "down")
        await press(pilot, "enter")
        assert "proposed: [/b] [AC-2] nothing" in screen_text(app)
        await press(pilot, "r")
        await settle(pilot)
        assert "1 proposal to accept or reject" in screen_text(app)
        await press(pilot, "enter")
        await press(pilot, "a")
        await settle(pilot)
        assert app.session.project.finding("f1").risk == "low"
        assert "to accept or reject" not in screen_text(app)
        await press(pilot, "u")
        await settle(pilot)
        assert app.session.project.finding("f1").risk == "moderate"
        assert "1 proposal to accept or reject" in screen_text(app)
