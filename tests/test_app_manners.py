"""Small manners of the app: the way back, midnight, time zone, hidden columns, dim text, needs."""

import os
from pathlib import Path

import pytest
from driving import on_disk, press, screen_text, settle, told, type_text
from textual.widgets import Input

from fedcheck.domain.item_rules import ItemEdit
from fedcheck.storage import config, paths, time_zones
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.dialogs.prompts import ChoicePrompt
from fedcheck.tui.screens.checklist import ChecklistScreen
from fedcheck.tui.screens.gate import GateScreen
from fedcheck.tui.screens.home import HomeScreen
from fedcheck.tui.widgets.doors import Doors
from fedcheck.tui.widgets.phase_table import PhaseTable

CSP, TESTS = "rev5.readiness.csp", "rev5.full-assessment.3pao"


@pytest.fixture
def app(workspace: Path, clock) -> FedcheckApp:
    return FedcheckApp(
        workspace, paths.find_user_folders(), config.UserConfig(), "alice", workspace, clock
    )


async def test_from_an_item_one_comes_back_to_the_gate(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.screen.query_one("#gate-line", Doors).focus()
        await press(pilot, "enter")
        assert isinstance(app.screen, GateScreen)
        doors = app.screen.query_one(Doors)
        doors.highlighted = next(n for n, door in enumerate(doors.doors) if "item:" in door.target)
        await press(pilot, "enter")
        assert isinstance(app.screen, ChecklistScreen)
        await press(pilot, "space", "escape")
        assert isinstance(app.screen, GateScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)


@pytest.mark.parametrize("keys", [(), ("2",), ("3",)], ids=["home", "checklist", "register"])
async def test_what_is_shown_follows_the_day_at_midnight(app, clock, keys):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.session.apply([f"{CSP}:diagram"], ItemEdit(due="2027-01-11"))
        app.changed()
        await press(pilot, *keys)
        before = screen_text(app)
        assert "in 20 d" not in before
        clock.tick(days=1)
        app.others.look()
        await settle(pilot)
        await pilot.pause(0.12)
        if not keys:
            assert "in 20 d" in screen_text(app)
            assert "overdue 1 d" in screen_text(app)
        assert app.board.today.isoformat() == "2027-01-12"
        assert app.others.day == app.board.today
        if keys == ("2",):
            assert "due 2027-01-11  1 d ago" in screen_text(app)


def test_the_time_zone_of_the_machine(monkeypatch, tmp_path):
    zones = tmp_path / "zoneinfo" / "America"
    zones.mkdir(parents=True)
    (zones / "Denver").write_text("")
    link = tmp_path / "localtime"
    link.symlink_to(zones / "Denver")
    monkeypatch.setattr(time_zones, "LOCALTIME", link)
    for said, expected in (
        ("Europe/Berlin", "Europe/Berlin"),
        (":America/New_York", "America/New_York"),
        ("", "America/Denver"),
        ("EST5EDT,M3.2.0,M11.1.0", "America/Denver"),
        ("../../etc/passwd", "America/Denver"),
    ):
        monkeypatch.setenv("TZ", said)
        assert time_zones.detect_timezone() == expected, said
    monkeypatch.delenv("TZ")
    link.unlink()
    link.write_text("no link at all")
    assert time_zones.detect_timezone() == "UTC"
    assert "TZ" not in os.environ


async def test_a_new_workspace_starts_in_the_time_zone_of_the_machine(tmp_path, clock, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    app = FedcheckApp(
        None, paths.find_user_folders(), config.UserConfig(), "alice", tmp_path, clock
    )
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        await type_text(pilot, "Ledger")
        app.screen.query_one("#folder", Input).value = str(tmp_path / "made")
        await press(pilot, "f2")
        assert 'timezone = "America/New_York"' in (tmp_path / "made" / "fedcheck.toml").read_text()
        assert isinstance(app.screen, HomeScreen)


async def test_the_cursor_passes_over_columns_that_have_no_room(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        table = app.screen.query_one(PhaseTable)
        table.roles = ["csp", "3pao", "agency", "pmo", "jab", "advisor"]
        hidden = [number for number, wide in enumerate(table._columns()[1]) if not wide]
        assert hidden, "there are more roles than room"
        table.cursor = (0, 0)
        seen = [0]
        for _ in range(8):
            await press(pilot, "right")
            seen.append(table.cursor[1])
        assert not set(seen) & set(hidden)
        assert seen[-1] == len(table.roles), "the gate is the last"
        for _ in range(8):
            await press(pilot, "left")
        assert table.cursor == (0, 0)


async def test_what_was_done_before_what_it_needs_is_told_of(app):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        app.show_item("rev5.readiness.3pao:mandate-1-fips")
        await settle(pilot)
        await press(pilot, "space")
        words = "mandate-1-fips: done, but it still needs: Table of cryptographic modules filled in"
        assert words in told(app)
        await press(pilot, "u")
        app.session.apply([f"{CSP}:crypto-table"], ItemEdit(status="done"))
        await press(pilot, "space")
        assert "still needs" not in told(app)


@pytest.mark.parametrize(("answer", "count"), [("o", 1), ("e", 2), ("l", 0)])
async def test_several_unsatisfied_tests_are_offered_their_findings(app, workspace, answer, count):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        app.open_from_home("checklist", query="checklist:rev5.full-assessment.3pao")
        await settle(pilot)
        await press(pilot, "X", "t", "o")
        assert on_disk(workspace, TESTS).count("other-than-satisfied") == 2
        assert isinstance(app.screen, ChoicePrompt)
        assert "2 tests are other than satisfied" in screen_text(app)
        await press(pilot, answer)
        for number in range(count):
            await type_text(pilot, "Open port")
            await press(pilot, "enter")
            if number == 0:  # the next form begins with the ratings of the one before it
                await press(pilot, "m", "enter", "m")
            await press(pilot, "f2")
        findings = app.session.project.findings
        assert len(findings) == count
        named = [ref for finding in findings for ref in finding.items]
        assert len(named) == (2 if count else 0)
        assert all(finding.risk == "moderate" for finding in findings)
        for left in reversed(range(count)):
            await press(pilot, "u")
            assert len(app.session.project.findings) == left, "one action for each form"


@pytest.mark.parametrize("colourless", [False, True])
async def test_dim_text_is_dim_in_the_terminal_s_own_colours(
    workspace, clock, monkeypatch, colourless
):
    if colourless:
        monkeypatch.setenv("NO_COLOR", "1")
    own = config.UserConfig(theme="terminal")
    app = FedcheckApp(workspace, paths.find_user_folders(), own, "alice", workspace, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        segments = [one for strip in app.screen._compositor.render_strips() for one in strip]
        dim = "".join(one.text for one in segments if one.style and one.style.dim)
        assert "you: alice" in dim
        assert "Current status" not in dim
        assert not [
            one for one in segments if one.style and one.style.color and one.style.color.number == 8
        ]
        filters = app.get_line_filters()
        assert [*map(id, filters)] == [*map(id, app.get_line_filters())], "or no line is kept"


async def test_ctrl_z_suspends_after_what_is_saved_and_undoes_nothing(app, workspace, monkeypatch):
    suspended: list[int] = []
    monkeypatch.setattr(app, "action_suspend_process", lambda: suspended.append(app.writer.waiting))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "space", "ctrl+z")
        assert suspended == [0], "a process that sleeps holds no lock"
        assert 'status = "done"' in on_disk(workspace)
        await press(pilot, "u")
        assert 'status = "done"' not in on_disk(workspace)


async def test_blocked_is_asked_why_as_not_applicable_is(app, workspace):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for key in ("b", "n"):
            await press(pilot, "2", "s", key, "enter")
            assert "a reason is required" in screen_text(app)
            await press(pilot, "escape", "escape")
        assert "status" not in on_disk(workspace)
