"""Bringing a file in with the app: shown before it is written, undone like everything."""

from pathlib import Path

import pytest
from driving import press, screen_text, settle, told, type_text
from textual.widgets import Input, Select

from fedcheck.importers import registry
from fedcheck.storage.config import UserConfig
from fedcheck.storage.paths import find_user_folders
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens.import_file import ImportFileScreen

SHEET = "Ref,Task,Status,Owner\ndiagram,Draw it,Done,dana\nno[/b][AC-2],X,Done,\n"
OWN = "ID,Task,Status\n1,Draft [AC-2],Done\n"


@pytest.fixture
def app(workspace: Path, clock) -> FedcheckApp:
    (workspace / "t.csv").write_text(SHEET)
    (workspace / "own.csv").write_text(OWN)
    return FedcheckApp(workspace, find_user_folders(), UserConfig(), "alice", workspace, clock)


async def read(pilot, name: str) -> None:
    await press(pilot, "L")
    await type_text(pilot, name)
    await pilot.press("enter")
    await pilot.app.workers.wait_for_complete()
    await settle(pilot)


async def test_the_plan_is_shown_and_then_carried_out(app, workspace):
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await settle(pilot)
        await read(pilot, "t.csv")
        shown = screen_text(app)
        assert "File type: a list of your own" in shown
        assert "2 changes" in shown or "changes of 1 record" in shown
        assert '"no[/b][AC-2]" is not an item here' in shown
        assert not (workspace / "progress" / "rev5.readiness.csp.toml").exists()
        await press(pilot, "enter")
        assert "Saved: imported 1 item record from t.csv" in told(app)
        assert app.session.project.record("rev5.readiness.csp:diagram").owner == "dana"
        assert not isinstance(app.screen, ImportFileScreen)
        await read(pilot, "t.csv")
        assert "Nothing to do" in screen_text(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, ImportFileScreen)
        await press(pilot, "escape", "u")
        assert app.session.project.record("rev5.readiness.csp:diagram").owner == ""


async def test_leaving_writes_nothing(app, workspace):
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await read(pilot, "t.csv")
        await press(pilot, "escape")
        assert not (workspace / "progress" / "rev5.readiness.csp.toml").exists()
        assert not (workspace / "imports.toml").exists()


async def test_where_the_rows_go_is_asked_for_in_the_app(app, workspace):
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await read(pilot, "own.csv")
        assert "its rows name no items" in screen_text(app)
        await press(pilot, "c")
        for name, text in (("list", "acme.own"), ("phase", "readiness")):
            app.screen.query_one(f"#{name}", Input).value = text
        await press(pilot, "f2")
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert "acme.own is a new checklist: choose who sees it" in screen_text(app)
        await press(pilot, "c")
        app.screen.query_one("#audience", Select).value = "internal"
        await press(pilot, "f2")
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert "acme.own: a new checklist of 1 item" in screen_text(app)
        assert "acme.own: internal: your company sees it" in screen_text(app)
        await press(pilot, "enter")
        assert app.session.project.record("acme.own:1").status == "done"
        assert (workspace / "imports.toml").exists()


async def test_columns_and_words_are_chosen_and_the_first_rows_are_shown(app, workspace):
    text = "Ref,What we do,Thing,Where it is\nT-1,Lock the doors,x,In flight\nT-2,Log it,x,Done\n"
    (workspace / "own.csv").write_text(text)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await read(pilot, "own.csv")
        await press(pilot, "c")
        form = app.screen
        form.query_one("#list", Input).value = "acme.own"
        form.query_one("#phase", Input).value = "readiness"
        form.query_one("#audience", Select).value = "shared"
        title = form.query_one("#column-title", Select)
        assert [value for _, value in title._options] == ["", *text.splitlines()[0].split(",")]
        title.focus()
        await press(pilot, "enter", "home", "down", "down", "enter")
        assert title.value == "What we do"
        form.query_one("#column-status", Select).value = "Where it is"
        await press(pilot, "f2")
        await app.workers.wait_for_complete()
        await settle(pilot)
        await press(pilot, "c")
        word = app.screen.query_one(f"#status-word-{b'in flight'.hex()}", Select)
        assert word.value == "", "not known yet"
        word.value = "doing"
        await press(pilot, "f2")
        await app.workers.wait_for_complete()
        await settle(pilot)
        shown = screen_text(app)
        assert "First rows after the import" in shown
        (row,) = [line for line in shown.splitlines() if line.strip().startswith("t-1 ")]
        assert row.split() == ["t-1", "Lock", "the", "doors", "doing"]
        await press(pilot, "enter")
        assert app.session.project.record("acme.own:t-1").status == "doing"


async def test_what_changed_meanwhile_is_looked_at_again(app, workspace):
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await read(pilot, "t.csv")
        from fedcheck.domain.item_rules import ItemEdit

        app.change(
            lambda: app.session.apply(["rev5.readiness.csp:diagram"], ItemEdit(owner="erik"))
        )
        await settle(pilot)
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert isinstance(app.screen, ImportFileScreen)
        assert "The workspace changed in the meantime" in screen_text(app)
        app.clear_notifications()  # it lies over the remark
        await settle(pilot)
        assert 'here "erik", in the sheet "dana"' in " ".join(screen_text(app).split())
        assert app.session.project.record("rev5.readiness.csp:diagram").owner == "erik"


async def test_reading_can_be_stopped(app, monkeypatch):
    import threading

    go = threading.Event()

    def slow(path):
        go.wait(10)
        return []

    monkeypatch.setattr(registry, "recognize", slow)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "L")
        await type_text(pilot, "t.csv")
        await press(pilot, "enter")
        assert "Reading t.csv" in screen_text(app)
        await press(pilot, "escape")
        assert "Canceled; nothing was written" in screen_text(app)
        go.set()
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert "Canceled; nothing was written" in screen_text(app)


async def test_what_is_no_file_is_said(app, workspace):
    (workspace / "x.bin").write_bytes(b"\x00\x01")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "L", "enter")
        assert "Name a file first" in screen_text(app)
        await type_text(pilot, "none.csv")
        await press(pilot, "enter")
        assert "no such file" in screen_text(app)
        await press(pilot, "ctrl+u")
        await type_text(pilot, "x.bin")
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert "not a file that fedcheck can import" in screen_text(app)


def test_kinds_are_told_apart_by_what_is_in_a_file(tmp_path, session):
    from fedcheck.importers import request_rows
    from fedcheck.spreadsheets.xlsx_writer import write_csv

    table = tmp_path / "requests.csv"
    table.write_bytes(write_csv(request_rows.build_rows(session.project, [])))
    own = tmp_path / "own.csv"
    own.write_text(OWN)
    assert registry.recognize(table)[0].name == "requests"
    assert [one.name for one in registry.recognize(own)] == ["csv"]
    (tmp_path / "x.png").write_bytes(b"\x89PNG")
    assert registry.recognize(tmp_path / "x.png") == []
    assert len({one.name for one in registry.IMPORTERS}) == len(registry.IMPORTERS)
