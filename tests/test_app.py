"""The app, driven by its keys as a person would; what it says is saved is looked up on disk."""

from itertools import product
from pathlib import Path

import pytest
from driving import on_disk, press, screen_text, settle, type_text
from textual.events import Key
from textual.widgets import Input, OptionList, Select, TextArea

from fedcheck.keys.action import SHARED_PLACES
from fedcheck.keys.actions import ACTIONS, list_actions
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.dialogs.keys import KeysScreen
from fedcheck.tui.palette import offers
from fedcheck.tui.screens.checklist import ChecklistScreen
from fedcheck.tui.screens.home import HomeScreen
from fedcheck.tui.screens.item import ItemScreen
from fedcheck.tui.screens.portfolio import PortfolioScreen
from fedcheck.tui.screens.sync import SyncScreen
from fedcheck.tui.screens.welcome import NewWorkspaceScreen, WelcomeScreen
from fedcheck.tui.widgets.doors import Doors
from fedcheck.tui.widgets.item_list import ItemList
from fedcheck.tui.widgets.phase_table import PhaseTable

SIZES = [(80, 24), (120, 40)]
DIAGRAM = "rev5.readiness.csp:diagram"


@pytest.fixture
def app(workspace: Path, clock) -> FedcheckApp:
    return FedcheckApp(
        workspace, paths.find_user_folders(), config.UserConfig(), "alice", workspace, clock
    )


@pytest.mark.parametrize("size", SIZES)
async def test_home_says_where_we_stand(app, size):
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        text = screen_text(app)
        assert isinstance(app.screen, HomeScreen)
        for words in (
            "Meridian Ledger",
            "outstanding",
            "Readiness",
            "Next for",
        ):
            assert words in text
        assert "0/4" in text


@pytest.mark.parametrize("size", SIZES)
async def test_the_way_of_a_morning_by_keyboard_alone(app, workspace, size):
    """Open, tick, set owner, due, note, evidence, block with a reason, undo, redo, leave."""
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        assert isinstance(app.screen, ChecklistScreen)
        assert app.screen.items.row.ref == DIAGRAM
        await press(pilot, "space")
        assert 'status = "done"' in on_disk(workspace)
        await press(pilot, "o")
        await type_text(pilot, "dana")
        await press(pilot, "enter")
        assert 'owner = "dana"' in on_disk(workspace)
        await press(pilot, "d")
        await type_text(pilot, "+2w")
        await press(pilot, "enter")
        assert "due = 2027-01-25" in on_disk(workspace)
        await press(pilot, "n")
        await type_text(pilot, "ask Erik")
        await press(pilot, "ctrl+s")
        assert 'note = "ask Erik"' in on_disk(workspace)
        await press(pilot, "e", "a")
        await type_text(pilot, "https://grc.example/1")
        await press(pilot, "enter", "enter", "enter")
        assert 'link = "https://grc.example/1"' in on_disk(workspace)
        await press(pilot, "escape", "down", "s", "b")
        await type_text(pilot, "no vendor answer")
        await press(pilot, "enter")
        assert 'status = "blocked"' in on_disk(workspace)
        assert 'reason = "no vendor answer"' in on_disk(workspace)
        await press(pilot, "u")
        assert 'status = "blocked"' not in on_disk(workspace)
        await press(pilot, "U")
        assert 'status = "blocked"' in on_disk(workspace)
        await press(pilot, "q")
    assert app.return_code == 0


async def test_a_test_gets_a_result_and_a_task_does_not(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        app.show_item("rev5.readiness.3pao:mandate-1-fips")
        await settle(pilot)
        await press(pilot, "t", "o")
        assert 'result = "other-than-satisfied"' in on_disk(workspace, "rev5.readiness.3pao")
        await press(pilot, "escape", "t", "n")  # it offers to raise the finding
        await type_text(pilot, "nothing is encrypted")
        await press(pilot, "enter")
        text = on_disk(workspace, "rev5.readiness.3pao")
        assert 'status = "na"' in text
        assert 'result = "not-applicable"' in text
        app.show_item(DIAGRAM)
        await settle(pilot)
        await press(pilot, "t")
        assert isinstance(app.screen, ChecklistScreen), "a task has no result to ask for"


async def test_not_applicable_insists_on_a_reason(app, workspace):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "s", "n", "enter")
        assert on_disk(workspace) == "", "an empty reason is not taken"
        await type_text(pilot, "no such part")
        await press(pilot, "enter")
        assert 'status = "na"' in on_disk(workspace)


async def test_keys_pressed_fast_are_all_saved_in_order(app, workspace):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        await pilot.press("space", "down", "space", "down", "space", "up", "space")
        await settle(pilot)
    text = on_disk(workspace)
    assert text.count('status = "done"') == 2


async def test_a_key_that_arrives_together_with_the_one_that_asks_chooses_in_the_dialog(
    app, workspace
):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        for key in "sd":  # as a slow line hands them over: none is handled before the next comes
            app.post_message(Key(key, key))
        await settle(pilot)
        assert isinstance(app.screen, ChecklistScreen), "no dialog is left, and no other was opened"
    assert 'status = "doing"' in on_disk(workspace)


async def test_filter_as_you_type(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "slash")
        await type_text(pilot, "crypto")
        assert [e.item.id for e in app.screen.items.rows if not isinstance(e, str)] == [
            "crypto-table"
        ]
        await press(pilot, "enter", "space")
        await press(pilot, "slash")
        app.screen.query_one("#filter", Input).value = "stauts:x"
        await settle(pilot)
        assert 'did you mean "status"?' in screen_text(app)
        await press(pilot, "escape")
        assert len(app.screen.items.rows) > 4
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)


async def test_every_number_is_a_door(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert isinstance(app.focused, PhaseTable)
        await press(pilot, "enter")
        assert isinstance(app.screen, ChecklistScreen)
        assert app.screen.place.phase == "readiness"
        await press(pilot, "escape", "right", "right", "enter")
        assert "outstanding" in screen_text(app)
        await press(pilot, "down", "enter")
        assert isinstance(app.screen, ChecklistScreen)
        assert app.screen.wanted_ref
        await press(pilot, "1")
        app.screen.query_one("#next", Doors).focus()
        await press(pilot, "down", "enter")
        assert isinstance(app.screen, ChecklistScreen)


async def test_the_whole_item_opens_and_can_be_changed_there(app, workspace):
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "enter")
        assert isinstance(app.screen, ItemScreen)
        assert "Every component and flow is in it." in screen_text(app)
        await press(pilot, "space")
        assert 'status = "done"' in on_disk(workspace)
        assert "done" in screen_text(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, ChecklistScreen)


async def test_go_to_any_item(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+g")
        await type_text(pilot, "penetration")
        await press(pilot, "enter")
        assert app.screen.items.row.ref == "rev5.full-assessment.3pao:pen-test"
        await press(pilot, "escape", "3", "ctrl+g")
        await type_text(pilot, "a")
        first = app.screen.found[0].role
        await press(pilot, "escape", "R", "2", "ctrl+g")
        await type_text(pilot, "a")
        assert (first, app.screen.found[0].role) == ("csp", "3pao"), "one's own role goes first"
        await press(pilot, "enter")
        assert isinstance(app.screen, ChecklistScreen)
        await press(pilot, "escape")
        assert type(app.screen).__name__ == "EvidenceRegisterScreen", (
            "esc goes back to where one was"
        )


async def test_role_phase_and_help(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "R", "2")
        assert app.view_role == "3pao"
        assert "Next for 3pao" in screen_text(app)
        await press(pilot, "2")
        assert app.screen.place.role == "3pao"
        await press(pilot, "p", "down", "enter")
        assert app.screen.place.phase
        await press(pilot, "question_mark")
        assert isinstance(app.screen, KeysScreen)
        text = screen_text(app)
        for action in list_actions("edit"):
            assert action.help in text
        await press(pilot, "escape")
        assert isinstance(app.screen, ChecklistScreen)


async def test_what_others_change_appears_without_losing_the_place(app, workspace, open_workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "down")
        before = app.screen.items.row.ref
        other = open_workspace(workspace, "bob")
        from fedcheck.domain.item_rules import ItemEdit

        other.apply([DIAGRAM], ItemEdit(status="doing", owner="bob"))
        app.others.look()
        await settle(pilot)
        assert app.board.rows[DIAGRAM].record.owner == "bob"
        assert app.screen.items.row.ref == before
        assert "bob" in screen_text(app)


async def test_what_cannot_be_saved_is_told_and_the_app_stays(app, workspace, monkeypatch):
    # A look at the disk would get there first.
    monkeypatch.setattr("fedcheck.tui.external_changes.POLL_SECONDS", 3600)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        broken = workspace / "progress" / "rev5.readiness.csp.toml"
        broken.write_text("format = 1\n[item.\n")
        await press(pilot, "space")
        assert any("Not saved" in note.message for note in app._notifications)
        assert broken.read_text() == "format = 1\n[item.\n"
        assert app.board.rows[DIAGRAM].record.status == "todo"


async def test_a_file_broken_meanwhile_keeps_its_last_good_state(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "space")
        (workspace / "progress" / "rev5.readiness.csp.toml").write_text("format = 1\n[item.\n")
        app.others.look()
        await settle(pilot)
        assert app.board.rows[DIAGRAM].record.status == "done"
        assert any("rev5.readiness.csp.toml" in note.message for note in app._notifications)
        (workspace / "fedcheck.toml").write_text("broken")
        app.others.look()
        await settle(pilot)
        assert any("fedcheck.toml" in note.message for note in app._notifications)
        assert app.board.rows[DIAGRAM].record.status == "done"


async def test_first_start_leads_through_making_a_workspace(tmp_path, clock):
    app = FedcheckApp(
        None, paths.find_user_folders(), config.UserConfig(), "alice", tmp_path, clock
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, WelcomeScreen)
        await press(pilot, "enter")
        assert isinstance(app.screen, NewWorkspaceScreen)
        await type_text(pilot, "Acme Vault")
        app.screen.query_one("#process", Select).value = "jab"
        await settle(pilot)
        app.screen.query_one("#milestone", Input).value = "+12w"
        await press(pilot, "f2")
        assert isinstance(app.screen, HomeScreen)
    head = (tmp_path / "acme-vault" / "fedcheck.toml").read_text()
    assert 'name = "Acme Vault"' in head
    assert "kick-off = 2027-04-05" in head


async def test_a_form_with_a_mistake_says_so_and_keeps_what_was_typed(tmp_path, clock):
    app = FedcheckApp(
        None, paths.find_user_folders(), config.UserConfig(), "alice", tmp_path, clock
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "f2")
        assert "enter a name" in screen_text(app)
        assert isinstance(app.screen, NewWorkspaceScreen)


async def test_the_palette_offers_nothing_that_needs_a_workspace(tmp_path, clock):
    app = FedcheckApp(
        None, paths.find_user_folders(), config.UserConfig(), "alice", tmp_path, clock
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        titles = {action.label.capitalize() for action, _ in offers(app, app.screen)}
        assert "Undo" not in titles
        assert "Theme" in titles


async def test_odd_paths_kill_nothing(tmp_path, clock, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = FedcheckApp(
        None, paths.find_user_folders(), config.UserConfig(), "alice", tmp_path, clock
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        await type_text(pilot, "Acme")
        for folder in ("~nosuchuser/x/" + "y" * 300, "x" * 300):
            app.screen.query_one("#folder", Input).value = folder
            await press(pilot, "f2")
            assert isinstance(app.screen, NewWorkspaceScreen)


async def test_a_checklist_rewritten_meanwhile_kills_nothing(app, workspace):
    path = workspace / "checklists" / "rev5.readiness.csp.toml"
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "enter", "e")
        path.write_text(path.read_text().replace('id = "diagram"', 'id = "drawing"'))
        app.others.look()
        await settle(pilot)
        await press(pilot, "escape", "escape")
        assert "rev5.readiness.csp:drawing" in app.board.rows
        await press(pilot, "1", "2")
        assert "Boundary diagram drawn" in screen_text(app)


async def test_leaving_waits_for_what_is_queued(app, workspace):
    from fedcheck.storage import local_state

    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        with local_state.lock_workspace(workspace):
            await pilot.press("space", "q")
            await pilot.pause(0.2)
            assert app.is_running
        await settle(pilot)
    assert app.return_code == 0
    assert 'status = "done"' in on_disk(workspace)


async def test_report_preview_export_and_evidence_removal(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "r")
        assert "status for the FedRAMP PMO" in app.screen.text
        await press(pilot, "e")
        (report,) = (workspace / "reports").iterdir()
        assert report.read_text() == app.screen.text
        await press(pilot, "m", "down", "enter", "s", "escape")
        await press(pilot, "2", "e", "a")
        await type_text(pilot, "MER-1")
        await press(pilot, "f2")
        assert 'link = "MER-1"' in on_disk(workspace)
        await press(pilot, "x")
        assert "MER-1" not in on_disk(workspace)
        await press(pilot, "u")
        assert "MER-1" in on_disk(workspace)


async def test_recent_workspaces_are_offered(app, workspace, clock):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "w")
        assert isinstance(app.screen, WelcomeScreen)
        assert workspace.name in screen_text(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, HomeScreen)


async def test_clicks_and_wheel_work(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        items = app.screen.query_one(ItemList)
        await pilot.click(ItemList, offset=(10, 2))
        await settle(pilot)
        assert items.row.item.id == "crypto-table"
        await pilot.click(ItemList, offset=(10, 2), times=2)
        await settle(pilot)
        assert isinstance(app.screen, ItemScreen)


NASTY = "see [/b] [AC-2] [@click=app.quit]x[/] \x1b[31m\u202e end"


async def test_text_from_files_is_never_markup(workspace, clock):
    path = workspace / "checklists" / "rev5.readiness.csp.toml"
    escaped = NASTY.replace("\x1b", "\\u001b").replace("\u202e", "\\u202e")
    text = path.read_text()
    for words in ("Boundary diagram drawn and agreed", "Authorization boundary", "the diagram"):
        text = text.replace(words, escaped)
    path.write_text(text)
    head = workspace / "fedcheck.toml"
    head.write_text(head.read_text().replace("Meridian Ledger", escaped))
    app = FedcheckApp(
        workspace, paths.find_user_folders(), config.UserConfig(), NASTY, workspace, clock
    )
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        await settle(pilot)
        seen = screen_text(app)
        for keys in (["2"], ["e"], ["a"], ["escape", "escape", "s"], ["escape", "n"]):
            await press(pilot, *keys)
            seen += screen_text(app)
        await type_text(pilot, "x")
        await press(pilot, "ctrl+s", "enter")
        seen += screen_text(app)
        await press(pilot, "escape", "ctrl+g")
        seen += screen_text(app)
        await press(pilot, "escape", "w")
        seen += screen_text(app)
        assert "see [/b] [AC-2] [@click=app.quit]x[/]" in seen
        assert "\x1b" not in seen
        assert "\u202e" not in seen


async def test_dialogs_keep_their_keys_to_themselves(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "n")
        await type_text(pilot, "quit 123 rwu")
        assert app.screen.query_one(TextArea).text == "quit 123 rwu"
        await press(pilot, "escape", "d", "s")
        assert app.screen.query_one(OptionList)
        await press(pilot, "q", "1", "r")
        assert app.screen.query(OptionList), "letters that choose nothing do nothing"


def test_every_action_of_the_table_exists_and_no_key_is_used_twice():
    from fedcheck.tui.screens.calendar import CalendarScreen
    from fedcheck.tui.screens.evidence import EvidenceScreen
    from fedcheck.tui.screens.evidence_register import EvidenceRegisterScreen
    from fedcheck.tui.screens.findings import FindingsScreen
    from fedcheck.tui.screens.gate import GateScreen
    from fedcheck.tui.screens.history import HistoryScreen
    from fedcheck.tui.screens.import_file import ImportFileScreen
    from fedcheck.tui.screens.package import PackageScreen
    from fedcheck.tui.screens.report import ReportScreen
    from fedcheck.tui.screens.requests import RequestsScreen
    from fedcheck.tui.screens.responsibilities import ResponsibilitiesScreen
    from fedcheck.tui.screens.test_progress import TestProgressScreen
    from fedcheck.tui.widgets.issue_details import Page
    from fedcheck.tui.widgets.issue_list import IssueList

    homes = {
        "everywhere": (FedcheckApp,),
        "home": (HomeScreen,),
        "edit": (ChecklistScreen, ItemScreen),
        "list": (ChecklistScreen,),
        "rows": (ItemList, IssueList),
        "item": (ItemScreen,),
        "test": (ChecklistScreen, ItemScreen),
        "tests": (TestProgressScreen,),
        "history": (HistoryScreen,),
        "calendar": (CalendarScreen,),
        "parts": (ResponsibilitiesScreen,),
        "bring": (ImportFileScreen,),
        "package": (PackageScreen,),
        "gate": (GateScreen,),
        "evidence": (EvidenceScreen,),
        "register": (EvidenceRegisterScreen,),
        "report": (ReportScreen,),
        "requests": (RequestsScreen,),
        "findings": (FindingsScreen,),
        "ledger": (RequestsScreen, FindingsScreen),
        "ledger-page": (Page,),
        "portfolio": (PortfolioScreen,),
        "sync": (SyncScreen,),
    }
    for action in ACTIONS:
        assert action.help.endswith(".")
        for home in homes[action.place]:
            assert hasattr(home, f"action_{action.method}"), action.id
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    alone = [(place,) for place in homes if place != "everywhere"]
    for chain, unfocused in product((*SHARED_PLACES, *alone), ("rows", "ledger-page")):
        places = (*(place for place in chain if place != unfocused), "everywhere")
        keys = [key for place in places for action in list_actions(place) for key in action.keys]
        assert len(keys) == len(set(keys)), [k for k in keys if keys.count(k) > 1]


async def test_a_list_of_3000_items_stays_smooth(make_workspace, clock):
    """Draws only what is visible: opening is not slower by the number of items."""
    head = (
        'format = 1\nid = "big"\nprocess = "jab"\nphase = "readiness"\nrole = "csp"\n'
        'title = "Big"\n[[section]]\nid = "s"\ntitle = "S"\n'
    )
    items = "".join(f'[[section.item]]\nid = "i{n}"\ntitle = "Item {n}"\n' for n in range(3000))
    root = make_workspace(lists={"big.toml": head + items})
    app = FedcheckApp(root, paths.find_user_folders(), config.UserConfig(), "alice", root, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        drawn: list[int] = []
        original = ItemList.render_line
        try:
            ItemList.render_line = lambda self, y: drawn.append(y) or original(self, y)
            app.show_item("big:i2999")
            await settle(pilot)
            assert "Item 2999" in screen_text(app)
            assert len(drawn) < 400
            drawn.clear()
            await press(pilot, "up")
            assert "Item 2998" in screen_text(app)
            assert len(drawn) < 120
        finally:
            ItemList.render_line = original
