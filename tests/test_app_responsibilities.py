"""The screen of who does what, and who waits for whom."""

from pathlib import Path

import pytest
from driving import press, screen_text, settle

from fedcheck.domain.request_rules import RequestEdit
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens.checklist import ChecklistScreen
from fedcheck.tui.screens.home import HomeScreen
from fedcheck.tui.screens.issues import IssueScreen
from fedcheck.tui.screens.responsibilities import ResponsibilitiesScreen
from fedcheck.tui.widgets.responsibility_list import DutyRow

DIAGRAM = "rev5.readiness.csp:diagram"
NEEDING = """
format = 1
id = "rev5.readiness.3pao-waiting"
process = "jab"
phase = "readiness"
role = "3pao"
title = "Readiness: 3PAO waits"
[[section]]
id = "s"
title = "Section"
[[section.item]]
id = "walk"
title = "Walk along the boundary"
needs = ["rev5.readiness.csp:diagram"]
"""


@pytest.fixture
def waited_for(make_workspace, open_workspace) -> Path:
    """Return a workspace in which the 3PAO waits for a diagram and for an answer."""
    root = make_workspace(lists={"rev5.readiness.3pao-waiting.toml": NEEDING})
    session = open_workspace(root)
    ref = session.new_ref("requests")
    edit = RequestEdit("ask", title="Rules [AC-2][/b]", by="3pao", to="csp")
    session.apply([ref], edit, "asked")
    return root


@pytest.fixture
def app(waited_for: Path, clock) -> FedcheckApp:
    return FedcheckApp(
        waited_for, paths.find_user_folders(), config.UserConfig(), "alice", waited_for, clock
    )


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_it_shows_who_waits_and_who_does_what(app, size):
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "8")
        assert isinstance(app.screen, ResponsibilitiesScreen)
        text = screen_text(app)
        assert "3PAO waits for CSP  3" in text
        assert "Rules [AC-2][/b]" in text, "what stands in a file is text"
        await press(pilot, "tab")
        text = screen_text(app)
        assert "Readiness   decides: PMO" in text
        assert "Readiness Assessment Report (RAR)" in text
        assert "Prepares: 3PAO" in text
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)


async def test_details_say_what_is_held_up(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "8", "g")
        rows = app.screen.rows
        while rows.current.ref != DIAGRAM:
            await press(pilot, "j")
        text = screen_text(app)
        assert "It holds up 1 item of the 3PAO" in text
        assert "Walk along the boundary" in text


async def test_enter_opens_what_is_waited_for(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "8", "g")
        while app.screen.rows.current.ref != DIAGRAM:
            await press(pilot, "j")
        await press(pilot, "enter")
        assert isinstance(app.screen, ChecklistScreen)
        assert app.screen.row.ref == DIAGRAM
        await press(pilot, "1", "8", "g")
        while app.screen.rows.current.what != "answer":
            await press(pilot, "j")
        await press(pilot, "enter")
        assert isinstance(app.screen, IssueScreen)
        assert "Rules" in screen_text(app)


async def test_a_deliverable_without_an_item_says_so(app):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "8", "G")
        assert isinstance(app.screen.rows.current, DutyRow)
        assert "Not in a known phase" in screen_text(app)
        assert app.screen.rows.current.duty.row is None
        await press(pilot, "enter")
        assert isinstance(app.screen, ResponsibilitiesScreen)
        assert any("No checklist has the item" in note.message for note in app._notifications)


async def test_what_is_answered_is_waited_for_no_longer(app, waited_for):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "8")
        assert "3PAO waits for CSP  3" in screen_text(app)
        session = app.session
        ref = f"requests:{session.project.requests[0].id}"
        edits = RequestEdit("answer", answer="443"), RequestEdit("accept")
        app.change(lambda: session.apply_each([(ref, edit) for edit in edits], "ok"))
        await settle(pilot)
        assert "3PAO waits for CSP  2" in screen_text(app)
