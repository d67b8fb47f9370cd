"""The portfolio in the app: rows come in from a thread, and lead to their workspaces."""

from pathlib import Path

import pytest
from conftest import FrozenClock, MakeWorkspace
from driving import press, screen_text, settle, told
from textual.pilot import Pilot

from fedcheck.storage.config import UserConfig
from fedcheck.storage.paths import find_user_folders
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens.portfolio import PortfolioScreen

CSP = "rev5.readiness.csp"


def make(make_workspace: MakeWorkspace, where: str, name: str, owner: str) -> Path:
    record = f'[item."diagram"]\nowner = "{owner}"\ndue = 2027-01-20\n'
    root = make_workspace(where, progress={CSP: record})
    head = root / "fedcheck.toml"
    people = '\n[people.alice]\nrole = "csp"\n[people.dana]\nrole = "csp"\n'
    head.write_text(head.read_text().replace("Meridian Ledger", name) + people)
    return root


@pytest.fixture
def clients(make_workspace: MakeWorkspace, tmp_path: Path) -> Path:
    """Return a folder with two workspaces and one of a newer format."""
    make(make_workspace, "clients/one", "[/b] Alder", "dana")
    make(make_workspace, "clients/two", "Bay", "alice")
    (tmp_path / "clients" / "newer").mkdir()
    (tmp_path / "clients" / "newer" / "fedcheck.toml").write_text("format = 99\n")
    return tmp_path / "clients"


def open_app(clients: Path, clock: FrozenClock, **named: object) -> FedcheckApp:
    return FedcheckApp(None, find_user_folders(), UserConfig(), "alice", clients, clock, **named)  # type: ignore[arg-type]


async def read(pilot: Pilot) -> str:
    await pilot.app.workers.wait_for_complete()
    await settle(pilot)
    return screen_text(pilot.app)


async def test_workspaces_side_by_side(clients: Path, clock: FrozenClock) -> None:
    app = open_app(clients, clock, portfolio=[str(clients)])
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        text = await read(pilot)
        assert "3 workspaces" in text
        assert "1 cannot be read" in text
        lines = [line for line in text.splitlines() if "csp " in line and "3pao " in line]
        assert "[/b] Alder" in lines[0]
        assert "Bay" in lines[1]
        assert "newer: fedcheck.toml:1: format 99 is newer" in text
        assert "Workload of your people" in text
        assert "Boundary diagram" in text.split("Until 2027-02-10")[1], "details of the first row"
        await press(pilot, "z")
        text = screen_text(app)
        assert "only alice" in text
        assert "Alder" not in text
        assert "newer" not in text
        await press(pilot, "z", "tab")
        assert "in 1 workspace" in screen_text(app)
        await press(pilot, "tab", "down", "down", "enter")
        assert "newer than this fedcheck" in told(app)
        assert isinstance(app.screen, PortfolioScreen)
        (clients / "newer" / "fedcheck.toml").unlink()
        await press(pilot, "a")
        assert "2 workspaces" in await read(pilot)
        await press(pilot, "d")
        assert "esc closes" in screen_text(app)
        await press(pilot, "escape", "home", "down", "enter")
        assert app.session.project.config.name == "Bay"
        await press(pilot, "0")
        assert "[/b] Alder" in await read(pilot), "the portfolio that the app was started with"
        await press(pilot, "escape")
        assert app.shows("home")


async def test_without_any_workspace_it_says_what_to_do(clients: Path, clock: FrozenClock) -> None:
    app = open_app(clients, clock, portfolio=[])
    async with app.run_test(size=(80, 24)) as pilot:
        assert "No workspaces yet" in await read(pilot)
        await press(pilot, "tab", "z", "d", "a")
        await press(pilot, "escape")
        assert app.shows("welcome")
        assert "portfolio" not in screen_text(app), "there is none"
