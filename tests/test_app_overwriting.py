"""The app asks before a key replaces other people's work."""

import pytest
from driving import press, screen_text, settle, type_text
from small_project import checklist, item
from textual.widgets import Input

from fedcheck.domain.item_rules import ItemEdit, TestEdit
from fedcheck.storage import checklist_writer, paths
from fedcheck.storage.config import UserConfig
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens.checklist import ChecklistScreen
from fedcheck.tui.screens.import_file import ImportFileScreen

NAMES = ("one", "two", "three")
STEPS = checklist(
    "acme.steps",
    *(item(n, title=f"Step {n}", kind="test", controls=("AC-2",)) for n in NAMES),
    role="3pao",
)
ONE, TWO, THREE = (f"acme.steps:{name}" for name in NAMES)
FAILED = ItemEdit(
    result="other-than-satisfied", testing=TestEdit(observation="4 of 25 accounts are stale")
)


@pytest.fixture
def app(workspace, home, clock, open_workspace):
    """Return the app as alice, who recorded the first test; ben recorded the second one."""
    checklist_writer.path_of(workspace, "acme.steps").write_bytes(checklist_writer.dump(STEPS))
    ben = open_workspace(workspace, "ben")
    ben.apply([TWO], FAILED)
    ben.apply([TWO, THREE], ItemEdit(note="ask erik"))
    seen = ItemEdit(result="satisfied", testing=TestEdit(observation="Read it"))
    open_workspace(workspace, "alice").apply([ONE], seen)
    return FedcheckApp(workspace, paths.find_user_folders(), UserConfig(), "alice", home, clock)


def results(app) -> list[str]:
    return [str(app.session.project.record(ref).result) for ref in (ONE, TWO, THREE)]


async def test_same_as_last_asks_before_it_replaces_a_colleagues_test(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.last_test = ONE
        app.show_item(TWO)
        await settle(pilot)
        await press(pilot, "full_stop")
        shown = screen_text(app)
        assert "Replace ben's work in this item?" in shown
        assert "two: ben's result other-than-satisfied -> satisfied, observation" in shown
        assert "empty" not in shown, "there is no other item to change alone"
        await press(pilot, "enter")  # on "cancel": enter alone replaces nothing
        assert results(app) == ["satisfied", "other-than-satisfied", ""]
        await press(pilot, "full_stop", "r")
        record = app.session.project.record(TWO)
        assert (record.result, record.tester, record.observation) == (
            "satisfied", "alice", "Read it",
        )  # fmt: skip
        await press(pilot, "u")
        assert app.session.project.record(TWO).tester == "ben"
        app.last_test = ONE
        await press(pilot, "down", "full_stop")
        assert results(app)[2] == "satisfied", "an empty test is not asked about"


async def test_marked_items_offer_the_empty_ones_alone(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.show_item(TWO)
        await settle(pilot)
        await press(pilot, "x", "x", "t", "s")
        shown = screen_text(app)
        assert "Replace ben's work in 1 of 2 items?" in shown
        assert "Change only the 1 empty item" in shown
        await press(pilot, "e")
        assert results(app) == ["satisfied", "other-than-satisfied", "satisfied"]
        app.show_item(TWO)
        await settle(pilot)
        await press(pilot, "space")
        assert "ben's result other-than-satisfied -> none" in screen_text(app)
        await press(pilot, "escape")
        assert results(app)[1] == "other-than-satisfied"
        await press(pilot, "x", "x", "n")
        assert "Replace ben's work in both items?" in screen_text(app)
        assert "two, three: ben's note" in screen_text(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, ChecklistScreen), "the note is not opened"


async def test_an_import_names_what_it_replaces_and_asks(app, workspace):
    sheet = workspace / "t.csv"
    rows = "Ref,Result\nacme.steps:two,Satisfied\nacme.steps:three,Satisfied\n"
    sheet.write_text(rows)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "L")
        await type_text(pilot, str(sheet))
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await settle(pilot)
        await press(pilot, "c")
        app.screen.query_one("#theirs", Input).value = "yes"
        await press(pilot, "f2")
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert "Will be replaced, after confirmation" in screen_text(app)
        await press(pilot, "enter")
        assert "Replace ben's work in 1 of 2 items?" in screen_text(app)
        await press(pilot, "e")
        assert results(app) == ["satisfied", "other-than-satisfied", "satisfied"]
        assert not isinstance(app.screen, ImportFileScreen)
