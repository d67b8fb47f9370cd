"""The app beside others: what they change is shown, by name, and nothing of one's own moves."""

import os
from datetime import date
from pathlib import Path

import pytest
from conftest import MINI
from driving import press, screen_text, settle, told, type_text
from textual.widgets import Input, TextArea

from fedcheck.domain.edits import MilestoneEdit
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.request_rules import RequestEdit
from fedcheck.session import Session, open_session
from fedcheck.storage import config, history, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.dialogs.losses import LossesScreen
from fedcheck.tui.widgets.doors import Doors

DIAGRAM = "rev5.readiness.csp:diagram"
CRYPTO = "rev5.readiness.csp:crypto-table"
CSP_FILE = "progress/rev5.readiness.csp.toml"
SCAN = "rev5.full-assessment.3pao:scan-web"


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no timer look: the tests say when."""
    monkeypatch.setattr("fedcheck.tui.external_changes.POLL_SECONDS", 3600)


@pytest.fixture
def app(workspace: Path, clock) -> FedcheckApp:
    return FedcheckApp(
        workspace, paths.find_user_folders(), config.UserConfig(), "alice", workspace, clock
    )


def opened(root: Path, who: str, clock=None) -> Session:
    more = () if clock is None else (clock,)
    return open_session(root, paths.find_user_folders(), (), who, *more)


async def look(pilot) -> None:
    pilot.app.others.look()
    await settle(pilot)


# what others change


async def test_what_comes_moves_neither_the_cursor_nor_what_is_typed(app, workspace, clock):
    bob = opened(workspace, "bob", clock)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "down", "down")
        row = app.screen.items.row.ref
        place = app.screen.items.scroll_offset

        bob.apply([DIAGRAM], ItemEdit(owner="bob"))
        bob.apply([SCAN], ItemEdit(result="satisfied"))
        bob.apply([CRYPTO], ItemEdit(owner="bob"))
        await look(pilot)
        assert "bob: scan-web: done; satisfied" in told(app)
        assert ", 2 more" in told(app)
        assert (app.screen.items.row.ref, app.screen.items.scroll_offset) == (row, place)

        await press(pilot, "n")
        await type_text(pilot, "half a note")
        field = app.screen.query_one(TextArea)
        at = field.cursor_location
        bob.apply([row], ItemEdit(due="2027-02-02"))
        bob.apply(["milestones:package"], MilestoneEdit(date(2027, 3, 9)))
        await look(pilot)
        assert app.board.dates["package"] == date(2027, 3, 9)
        assert field is app.screen.query_one(TextArea)
        assert (field.text, field.cursor_location, app.focused) == ("half a note", at, field)
        await press(pilot, "ctrl+s")
        record = app.session.project.record(row)
        assert (record.note, record.due) == ("half a note", "2027-02-02"), "both are kept"

        await press(pilot, "slash")
        await type_text(pilot, "t")
        ref = app.screen.items.row.ref
        text = (MINI / "rev5.readiness.csp.toml").read_text()
        new = text.replace('id = "rev5.readiness.csp"', 'id = "rev5.readiness.csp-acme"')
        (workspace / "checklists/rev5.readiness.csp-acme.toml").write_text(new)
        await look(pilot)
        field = app.screen.query_one("#filter", Input)
        assert (field.value, app.focused, app.screen.items.row.ref) == ("t", field, ref)
        assert "rev5.readiness.csp-acme" in app.session.project.checklists
        (workspace / "checklists/rev5.readiness.csp-acme.toml").unlink()
        head = workspace / "fedcheck.toml"
        head.write_text(head.read_text().replace('name = "', 'name = "New ', 1))
        await look(pilot)
        assert (field.value, app.focused, app.screen.items.row.ref) == ("t", field, ref)
        assert "rev5.readiness.csp-acme" not in app.session.project.checklists
        assert app.session.project.config.name.startswith("New ")


@pytest.mark.parametrize("book", ["findings", "requests"])
async def test_a_list_of_issues_keeps_its_row(app, workspace, clock, book):
    bob = opened(workspace, "bob", clock)

    def add(title: str, name: str) -> None:
        edit = FindingEdit(new=True, title=title, risk="high", link=(SCAN,))
        ask = RequestEdit(step="ask", title=title)
        bob.apply([f"{book}:{name}"], edit if book == "findings" else ask)

    add("Second", "bbbbbb")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        app.show_issues(book)
        await settle(pilot)
        assert "Second" in app.screen.rows.current.title
        add("First", "aaaaaa")
        await look(pilot)
        assert 'bob: "First" added' in told(app)
        assert "First" in screen_text(app)
        assert "Second" in app.screen.rows.current.title


async def test_nobody_hears_of_files_that_git_is_just_writing(app, workspace, clock):
    (workspace / ".git").mkdir()
    lock = workspace / ".git/index.lock"
    bob = opened(workspace, "bob", clock)
    bob.apply([DIAGRAM], ItemEdit(owner="bob"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        before = screen_text(app)
        held = {name: (workspace / name).read_bytes() for name in ("fedcheck.toml", CSP_FILE)}
        lock.touch()
        now = clock.now.timestamp()
        os.utime(lock, (now, now))
        (workspace / "fedcheck.toml").unlink()
        (workspace / CSP_FILE).write_text("[item")
        await look(pilot)
        assert (told(app), screen_text(app)) == ("", before)
        for name, data in held.items():
            (workspace / name).write_bytes(data)
        lock.unlink()
        await look(pilot)
        assert (told(app), screen_text(app)) == ("", before)


async def test_a_merge_that_waits_is_not_written_into(app, workspace, clock):
    (workspace / ".git").mkdir()
    bob = opened(workspace, "bob", clock)
    bob.apply([DIAGRAM], ItemEdit(owner="bob"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        lines = history.read_all(workspace)
        (workspace / ".git/MERGE_HEAD").touch()
        path = workspace / CSP_FILE
        path.write_text(path.read_text().replace("bob", "cy"))
        for _ in range(2):  # files may still move at the first look
            await look(pilot)
        assert app.session.project.record(DIAGRAM).owner == "cy"
        assert history.read_all(workspace) == lines
        assert app.others.losses == []
        (workspace / ".git/MERGE_HEAD").unlink()
        path.touch()
        await look(pilot)
        assert len(history.read_all(workspace)) > len(lines)


# what is lost


async def test_home_lists_what_is_lost_and_a_person_settles_it(app, workspace, clock):
    bob = opened(workspace, "bob", clock)
    bob.apply([DIAGRAM], ItemEdit(note="begun"))
    before = (workspace / CSP_FILE).read_bytes()
    bob.apply([DIAGRAM], ItemEdit(owner="dana"))
    bob.apply([CRYPTO], ItemEdit(status="done"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        (workspace / CSP_FILE).write_bytes(before)
        await look(pilot)
        assert "2 entries of bob are not in the files" in told(app)
        assert "2 lost from the files: bob" in screen_text(app)
        app.screen.query_one("#attention", Doors).focus()
        await press(pilot, "enter")
        assert isinstance(app.screen, LossesScreen)
        shown = screen_text(app)
        assert "bob's owner on diagram" in shown
        assert "bob's status on crypto-table" in shown
        await press(pilot, "b")
        assert app.session.project.record(DIAGRAM).owner == "dana"
        assert "1 entry not in the files" in screen_text(app)
        await press(pilot, "a")
        assert not isinstance(app.screen, LossesScreen), "nothing is left to settle"
        assert app.session.project.record(CRYPTO).status == "todo"
        assert "lost from the files" not in screen_text(app)
        await press(pilot, "u")
        assert app.session.project.record(DIAGRAM).owner == "", "what came back can be undone"
