"""The report page of the app: every template is listed, shown and written, in both forms."""

from pathlib import Path

import pytest
from driving import press, screen_text, settle, told
from small_report import fill, ship, template, trust_template
from test_report_html import NAMES, Page
from textual.widgets import OptionList

from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens import report


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    ship(tmp_path, monkeypatch)
    return fill(tmp_path / "workspace")


@pytest.fixture
def app(root, clock) -> FedcheckApp:
    return FedcheckApp(root, paths.find_user_folders(), config.UserConfig(), "alice", root, clock)


@pytest.fixture
def as_source(monkeypatch) -> None:
    """Show each report as it is written: to lay out its Markdown takes most of a test's time."""
    monkeypatch.setattr(report, "LARGEST", 100)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_every_template_is_listed_with_what_it_is_for(app, root, size, as_source):
    template(root, "{# fedcheck context 1: For the board #}\n# Board\n", "board")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "r", "t")
        text = screen_text(app)
        for name in (*NAMES, "board"):
            assert name in text
        assert "One page for those who decide" in text
        assert "For the board" in text
        assert "(of this workspace)" in text


async def test_every_template_is_shown_and_written_in_both_forms(app, root):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "r")
        for place, name in enumerate(NAMES):
            await press(pilot, "t")
            app.screen.query_one(OptionList).highlighted = place
            await press(pilot, "enter", "e", "H")
            assert app.screen.template == name
            assert "CUI // SP-PROPIN" in screen_text(app)
            path = root / "reports" / f"2027-01-11-{name}-kick-off.md"
            assert path.read_text(encoding="utf-8") == app.screen.text
            Page(path.with_suffix(".html").read_text(encoding="utf-8"))
            assert path.with_suffix(".html").name in told(app)
        await press(pilot, "escape")


async def test_the_briefing_is_that_of_the_role_in_view(app, root, as_source):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "r", "t", "home", "enter")
        assert "briefing of the CSP" in app.screen.text
        await press(pilot, "R", "2")
        assert "briefing of the 3PAO" in app.screen.text
        assert "briefing, as 3pao" in screen_text(app)
        await press(pilot, "e")
        assert (root / "reports" / "2027-01-11-briefing-kick-off-3pao.md").is_file()


async def test_an_error_in_a_template_is_told_with_file_and_line(app, root):
    template(root, "# x\n\n{{ servce.name }}", "pmo-status")
    trust_template(root, "pmo-status")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "r")
        text = screen_text(app).replace("\n", "")
        assert "pmo-status.md.j2:3:" in "".join(text.split())
        assert "'servce' is undefined" in " ".join(screen_text(app).split())
        await press(pilot, "e", "H")
        assert "There is no report to write" in told(app)
        assert not (root / "reports").exists()


async def test_a_long_report_is_shown_as_it_is_written(app, as_source):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "r")
        assert "| --- | --- |" in screen_text(app)
        await press(pilot, "s")
        assert "| --- | --- |" in screen_text(app)


async def choose(app, pilot, name):
    await press(pilot, "t")
    choices = app.screen.query_one(OptionList)
    names = [str(option.prompt).split()[0] for option in choices.options]
    choices.highlighted = names.index(name)
    await press(pilot, "enter")


async def test_a_template_of_the_workspace_runs_once_the_person_trusts_it(app, root, as_source):
    template(root, "# Board of {{ service.name }}\n{% include 'part' %}", "board")
    template(root, "first part", "part")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "r")
        await choose(app, pilot, "board")
        asked = screen_text(app)
        assert 'The report template "board" comes with this workspace' in asked
        assert "templates/board.md.j2" in asked
        assert "templates/part.md.j2" in asked
        await press(pilot, "enter")
        assert "you have not trusted its current version" in " ".join(screen_text(app).split())
        assert app.screen.text == ""
        await choose(app, pilot, "board")
        await press(pilot, "y")
        assert "# Board of Meridian Ledger\nfirst part" in app.screen.text
        await press(pilot, "e")
        assert (root / "reports" / "2027-01-11-board-kick-off.md").is_file()
        template(root, "second part", "part")
        await choose(app, pilot, "board")
        assert 'The report template "board" comes with this workspace' in screen_text(app)
        await press(pilot, "escape")
        assert app.screen.text == ""


async def test_a_template_in_place_of_the_default_is_asked_for_at_once(app, root):
    template(root, "# Ours", "pmo-status")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "r")
        assert 'The report template "pmo-status" comes with this workspace' in screen_text(app)
        await press(pilot, "escape")
        app.screen.show()
        await settle(pilot)
        assert app.screen.text == "", "it does not run, and the person is not asked again and again"
        assert "comes with this workspace, and you have not" in " ".join(screen_text(app).split())
