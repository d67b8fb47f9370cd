"""The report tells what changed: since a day, today, the last report sent, the last look."""

from pathlib import Path

import pytest
from driving import press, screen_text, settle, type_text

from fedcheck.domain.item_rules import ItemEdit
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens import report
from fedcheck.tui.screens.report import ReportScreen

CSP = "rev5.readiness.csp"


@pytest.fixture
def app(workspace: Path, clock) -> FedcheckApp:
    return FedcheckApp(
        workspace, paths.find_user_folders(), config.UserConfig(), "alice", workspace, clock
    )


@pytest.fixture(autouse=True)
def as_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show each report as it is written: to lay out its Markdown takes most of a test's time."""
    monkeypatch.setattr(report, "LARGEST", 100)


async def test_each_of_them_tells_what_came_after(app, clock, workspace):
    app.memory.put(f"looked:{workspace}", "2027-01-09T10:00:00+00:00")
    clock.tick(days=-5)
    async with app.run_test(size=(110, 40), notifications=True) as pilot:
        await settle(pilot)
        app.session.apply([f"{CSP}:diagram"], ItemEdit(status="done"))
        clock.tick(days=4)
        app.session.apply([f"{CSP}:sponsor"], ItemEdit(status="done"))
        await press(pilot, "r", "S")
        await type_text(pilot, "pmo")
        await press(pilot, "enter")
        clock.tick(days=1)
        app.session.apply([f"{CSP}:tour"], ItemEdit(status="done"))
        app.changed()
        await settle(pilot)
        titles = {
            "Boundary diagram": "diagram",
            "Executive sponsor": "sponsor",
            "Tour of the data center": "tour",
        }

        async def changes(*keys: str) -> set[str]:
            await press(pilot, "b", *keys)
            text = app.screen.text
            begin = text.find("## What changed")
            section = text[begin:].partition("\n## O")[0] if begin >= 0 else ""
            return {name for title, name in titles.items() if title in section}

        assert await changes("n") == set()
        assert await changes("o") == {"tour"}, "today"
        assert await changes("l") == {"sponsor", "tour"}, "the day of the last look counts"
        assert await changes("r") == {"tour"}, "after the report was sent"
        await press(pilot, "b", "d")
        await type_text(pilot, "2027-01-05")
        await press(pilot, "enter")
        assert "changes since 2027-01-05" in screen_text(app).splitlines()[0]
        assert "Boundary diagram" in app.screen.text
        assert await changes("t") == set(), "the template has none of its own"


async def test_a_day_to_come_is_refused_where_it_is_typed(app):
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "r", "b", "d")
        await type_text(pilot, "2027-03-01")
        assert "is in the future" in screen_text(app)
        await press(pilot, "enter")
        assert not isinstance(app.screen, ReportScreen)
        await press(pilot, "escape")
        assert app.screen.since is None
