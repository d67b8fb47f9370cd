"""The app while its workspace is gone: changes wait, screens stay, and it goes on by itself."""

import shutil
from pathlib import Path

import pytest
from driving import on_disk, press, screen_text, settle, told
from test_workspace_gone import git, other_workspace, remove_head, rename_folder

from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.session import open_session
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens import registry
from fedcheck.tui.screens.welcome import WelcomeScreen

DIAGRAM = "rev5.readiness.csp:diagram"
GONE = "the workspace's folder is missing"
SIZES = [(80, 24), (120, 40)]


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no timer look or try again: the tests say when."""
    monkeypatch.setattr("fedcheck.tui.external_changes.POLL_SECONDS", 3600)
    monkeypatch.setattr("fedcheck.tui.save_queue.RETRY_SECONDS", 3600)


def app_on(root: Path, clock) -> FedcheckApp:
    return FedcheckApp(root, paths.find_user_folders(), config.UserConfig(), "alice", root, clock)


@pytest.fixture
def app(workspace: Path, clock) -> FedcheckApp:
    """Return the app on a workspace with some history and evidence."""
    session = open_session(workspace, paths.find_user_folders(), (), "bob", clock)
    (workspace / "scan.txt").write_text("x")
    evidence = session.new_evidence("scan.txt", here=workspace)
    session.apply([DIAGRAM], ItemEdit(owner="bob"))
    session.apply([DIAGRAM], attach_evidence(evidence))
    return app_on(workspace, clock)


async def look(pilot, times: int = 1) -> None:
    for _ in range(times):
        pilot.app.others.look()
        await settle(pilot)


def bring_back(root: Path) -> None:
    root.with_name("elsewhere").rename(root)


SHOWN = {
    "checklist": (),
    "item": (DIAGRAM,),
    "requests": (),
    "findings": (),
    "evidence-register": (),
    "gate": ("kick-off",),
    "calendar": (),
    "responsibilities": (),
    "test-progress": (),
    "history": (),
    "report": (),
    "package": (),
    "sync": (),
    "import": (),
    "portfolio": (),
}
"""Each screen that shows the project and is opened above home, with what it is opened on."""


def test_no_screen_is_left_out():
    modal = {"home", "welcome", "evidence", "issue-evidence"}
    assert SHOWN.keys() | modal == registry.SCREENS.keys()


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_screen_says_so_and_none_breaks(app, workspace, size):
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        rename_folder(workspace)
        await look(pilot)
        assert GONE in screen_text(app)  # home
        for name, args in SHOWN.items():
            app.open_from_home(name, *args)
            await look(pilot)
            assert GONE in screen_text(app), name
            app.changed()
            await press(pilot, "down", "up")
            assert app.is_running, name
        await press(pilot, "1", "question_mark")
        assert GONE in screen_text(app)
        await press(pilot, "escape", "ctrl+p", "escape", "w", "escape", "2", "slash")
        assert GONE in screen_text(app)
        assert not workspace.exists()


async def test_the_evidence_of_an_item_opens_and_nothing_is_read(app, workspace):
    """Add, renew, replace and verify fail in words, or wait."""
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        rename_folder(workspace)
        await look(pilot)
        app.open_screen("evidence", DIAGRAM)
        await press(pilot, "enter", "escape")
        for key in ("r", "v", "t", "a"):
            app.open_screen("evidence", DIAGRAM)
            await press(pilot, key, "escape", "escape", "escape")
            assert app.is_running, key
        await press(pilot, "1", "3", "v")
        for _ in range(200):  # the thread that hashes ends by itself
            if app.verifying is None:
                break
            await pilot.pause(0.05)
        assert app.verifying is None
        assert "Not verified" in told(app)
        assert not workspace.exists()


async def test_a_change_waits_and_is_saved_when_the_folder_is_back(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        rename_folder(workspace)
        await press(pilot, "space")  # the app has not looked yet: the save finds out
        assert f"{GONE}: 1 change not saved" in screen_text(app)
        assert f"{workspace}: the folder of the workspace is missing" in told(app)
        assert "Saved" not in told(app)
        await press(pilot, "down", "space")
        assert f"{GONE}: 2 changes not saved" in screen_text(app)
        await look(pilot)
        app.saves.try_again()
        await settle(pilot)
        assert not workspace.exists()
        bring_back(workspace)
        await look(pilot)  # it may be on its way still
        assert "2 changes not saved" in screen_text(app)
        await look(pilot)
        assert on_disk(workspace).count('status = "done"') == 2
        assert GONE not in screen_text(app)
        assert "The workspace is back" in told(app)
        await press(pilot, "u", "u")
        assert 'status = "done"' not in on_disk(workspace)
        assert {one.by for one in app.session.history()} == {"alice", "bob"}


async def test_undo_drops_what_waits(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        before = on_disk(workspace)
        await press(pilot, "2")
        rename_folder(workspace)
        await look(pilot)
        await press(pilot, "space", "u")
        assert "Dropped the last change, which was not saved" in told(app)
        assert f"{GONE}: changes will wait" in screen_text(app)
        bring_back(workspace)
        await look(pilot, 2)
        assert GONE not in screen_text(app)
        assert on_disk(workspace) == before


async def test_leaving_with_what_waits_asks_first(app, workspace):
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        rename_folder(workspace)
        await look(pilot)
        await press(pilot, "2", "space", "q")
        assert "1 change not saved" in screen_text(app)
        await press(pilot, "s")
        assert app.is_running
        await press(pilot, "q", "l")
        assert not app.is_running
    assert not workspace.exists()
    assert app.saves.lost == []


async def test_leaving_with_nothing_that_waits_does_not_ask(app, workspace):
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        rename_folder(workspace)
        await look(pilot)
        await press(pilot, "q")
        assert not app.is_running


async def test_what_waits_is_told_when_the_program_is_made_to_end(app, workspace):
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        rename_folder(workspace)
        await press(pilot, "2", "space")
        app.exit(0)
    assert not workspace.exists()
    assert ["the folder of the workspace is missing" in words for words in app.saves.lost] == [True]


async def test_the_last_good_state_stays(app, workspace):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        before = app.session.project
        assert "bob" in screen_text(app)
        remove_head(workspace)
        await look(pilot, 6)  # evidence files are looked at each fifth time
        assert app.session.project is before
        assert app.board.project.file_states == {}
        assert "the folder no longer contains the workspace" in screen_text(app)
        await press(pilot, "3", "v")
        assert "missing" not in screen_text(app)


async def test_the_history_is_not_called_empty(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        rename_folder(workspace)
        await look(pilot)
        await press(pilot, "6")
        assert f"The history cannot be read: {GONE}" in screen_text(app)
        assert told(app).count("is missing") == 1
        await look(pilot, 2)
        bring_back(workspace)
        await look(pilot, 2)
        assert "owner bob" in screen_text(app)


async def test_a_report_is_not_written_into_a_ghost(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "5")
        rename_folder(workspace)
        await press(pilot, "e", "H")
        assert "nothing was written" in told(app)
        assert not workspace.exists()


async def test_what_others_did_meanwhile_is_shown(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        rename_folder(workspace)
        await look(pilot)
        away = workspace.with_name("elsewhere")
        open_session(away, paths.find_user_folders(), (), "carol").apply(
            [DIAGRAM], ItemEdit(owner="carol")
        )
        bring_back(workspace)
        await look(pilot, 2)
        assert "carol: diagram: owner carol" in told(app)
        assert app.session.project.record(DIAGRAM).owner == "carol"


async def test_a_folder_that_is_still_being_written_is_left_alone(app, workspace):
    """`git checkout` writes one file after the other; a save in between would be in its way."""
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        rename_folder(workspace)
        await press(pilot, "2", "space")
        away = workspace.with_name("elsewhere")
        workspace.mkdir()
        for name in ("checklists", "fedcheck.toml", "history", "progress"):
            (away / name).rename(workspace / name)
            await look(pilot)
            assert GONE in screen_text(app) or ("no longer contains the workspace") in screen_text(
                app
            ), name
            assert 'status = "done"' not in on_disk(workspace)
        await look(pilot)
        assert 'status = "done"' in on_disk(workspace)


async def test_another_workspace_in_its_place_is_neither_shown_nor_written(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        other_workspace(workspace, "Other Client")
        before = on_disk(workspace)
        await press(pilot, "space")
        await look(pilot, 3)
        assert "another workspace is in its place: 1 change not saved" in screen_text(app)
        assert on_disk(workspace) == before
        assert app.session.project.config.name == "Meridian Ledger"
        assert not app.open_workspace(workspace)
        await settle(pilot)
        assert "1 change of this workspace not saved yet" in told(app)
        await press(pilot, "u")
        assert app.open_workspace(workspace)
        await settle(pilot)
        assert app.session.project.config.name == "Other Client"
        assert "in its place" not in screen_text(app)
        await press(pilot, "2", "space")
        assert 'status = "done"' in on_disk(workspace)


async def test_a_workspace_that_is_gone_is_not_opened(app, workspace):
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        rename_folder(workspace)
        await look(pilot)
        await press(pilot, "w")
        assert app.is_running
        assert not app.open_workspace(workspace)
        assert isinstance(app.screen, WelcomeScreen) or GONE in screen_text(app)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
async def test_git_checkout_under_the_app(make_workspace, tmp_path, clock):
    """Git goes to a branch without the workspace and back; the change in between is saved then."""
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init")
    (repository / "README").write_text("x")
    git(repository, "add", "-A")
    git(repository, "commit", "-m", "nothing yet")
    git(repository, "branch", "bare")
    root = make_workspace("repository/acme")
    (root / ".gitignore").write_text(".fedcheck/\nprivate/\n")
    open_session(root, paths.find_user_folders(), (), "alice").apply(
        [DIAGRAM], ItemEdit(owner="carol")
    )
    git(repository, "add", "-A")
    git(repository, "commit", "-m", "the workspace")
    app = app_on(root, clock)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        git(repository, "checkout", "bare")
        await press(pilot, "space")
        await look(pilot, 3)
        for key in ("1", "3", "5", "6", "2"):
            await press(pilot, key)
        assert "1 change not saved" in screen_text(app)
        assert not [one for one in root.rglob("*") if one.is_file() and ".fedcheck" not in str(one)]
        git(repository, "checkout", "main")
        await look(pilot, 2)
        assert "not saved" not in screen_text(app)
        assert 'status = "done"' in on_disk(root)
        assert 'owner = "carol"' in on_disk(root)
        changed = git(repository, "status", "--porcelain").split()[1::2]
        assert [Path(name).parent.name for name in changed] == ["history", "progress"]
        assert {one.by for one in app.session.history()} == {"alice"}
