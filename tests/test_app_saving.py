"""The app and the disk: what is refused is kept, what others do is seen, nothing is lost."""

import asyncio
import errno
from pathlib import Path

import pytest
from driving import on_disk, press, screen_text, settle, told, type_text
from textual.widgets import Input

from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.session import open_session
from fedcheck.storage import atomic_files, config, paths
from fedcheck.tui import external_changes, outside_reader
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.dialogs.long_text import LongTextPrompt

DIAGRAM = "rev5.readiness.csp:diagram"


@pytest.fixture
def app(workspace: Path, clock) -> FedcheckApp:
    return FedcheckApp(
        workspace, paths.find_user_folders(), config.UserConfig(), "alice", workspace, clock
    )


def opened(root: Path, who: str):
    return open_session(root, paths.find_user_folders(), (), who)


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


async def test_what_the_disk_refuses_is_kept_and_tried_again(app, workspace, monkeypatch):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        with monkeypatch.context() as patch:
            patch.setattr(atomic_files, "open_beside", full_disk)
            await press(pilot, "space", "down", "space")
            assert "no space left on device" in told(app)
            assert "2 changes not saved, retrying" in screen_text(app)
            app.saves.try_again()
            await settle(pilot)
            assert "2 changes not saved" in screen_text(app)
            assert on_disk(workspace) == ""
        app.saves.try_again()
        await settle(pilot)
        assert on_disk(workspace).count('status = "done"') == 2
        assert "not saved" not in screen_text(app)
        assert [e.by for e in app.session.history()] == ["alice"] * len(app.session.history())


async def test_changes_keep_their_order_while_the_disk_refuses(app, workspace, monkeypatch):
    monkeypatch.setattr("fedcheck.tui.save_queue.RETRY_SECONDS", 3600)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        refusals = [full_disk]
        real = atomic_files.open_beside

        def once(folder):
            # Only what is saved is refused: the app writes what it remembers of itself too.
            is_save = folder.path.name == "progress"
            return (refusals.pop() if refusals and is_save else real)(folder)

        monkeypatch.setattr(atomic_files, "open_beside", once)
        for name in ("dana", "erin"):
            app.change(lambda name=name: app.session.apply([DIAGRAM], ItemEdit(owner=name)))
        await settle(pilot)
        assert on_disk(workspace) == ""
        app.saves.try_again()
        await settle(pilot)
        assert 'owner = "erin"' in on_disk(workspace)


async def test_a_save_that_failed_half_way_is_not_turned_round(app, workspace, monkeypatch):
    """The file was replaced and the history refused: the retry must not untick the item."""
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        with monkeypatch.context() as patch:
            patch.setattr(atomic_files, "append", refused_append)
            await press(pilot, "space")
            assert 'status = "done"' in on_disk(workspace)
            app.others.look()
            await settle(pilot)
        app.others.look()
        await settle(pilot)
        app.saves.try_again()
        await settle(pilot)
        assert 'status = "done"' in on_disk(workspace)
        assert {e.by for e in app.session.history()} == {"alice"}
        await press(pilot, "u")
        assert on_disk(workspace).count("status") == 0


def refused_append(path: Path, _: bytes, *, under: Path) -> None:
    raise atomic_files.disk_error(
        "append to", path, OSError(errno.ENOSPC, "No space left on device")
    )


async def test_undo_drops_what_is_not_saved(app, workspace, monkeypatch):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "space")
        with monkeypatch.context() as patch:
            patch.setattr(atomic_files, "open_beside", full_disk)
            await press(pilot, "down", "space", "u")
            assert "Dropped" in told(app)
            assert "retrying" not in screen_text(app)
        app.saves.try_again()
        await settle(pilot)
        assert on_disk(workspace).count('status = "done"') == 1


async def test_leaving_with_something_unsaved_asks_first(app, workspace, monkeypatch):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        with monkeypatch.context() as patch:
            patch.setattr(atomic_files, "open_beside", full_disk)
            await press(pilot, "space", "q")
            assert "1 change not saved" in screen_text(app)
            await press(pilot, "s")
            assert app.is_running
            await press(pilot, "q", "l")
        assert not app.is_running
    assert on_disk(workspace) == ""


async def test_what_is_in_line_is_saved_when_the_program_is_told_to_end(
    app, workspace, monkeypatch
):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        with monkeypatch.context() as patch:
            patch.setattr(atomic_files, "open_beside", full_disk)
            for name in ("dana", "erin"):
                app.change(lambda name=name: app.session.apply([DIAGRAM], ItemEdit(owner=name)))
            await settle(pilot)
        app.exit(0)
    assert 'owner = "erin"' in on_disk(workspace)
    assert app.saves.lost == []


async def test_a_note_that_another_wrote_meanwhile_is_not_written_over(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "n")
        await type_text(pilot, "mine")
        opened(workspace, "bob").apply([DIAGRAM], ItemEdit(note="theirs"))
        app.others.look()
        await settle(pilot)
        assert "mine" in screen_text(app)
        await press(pilot, "ctrl+s")
        assert 'note = "theirs"' in on_disk(workspace)
        assert "This note changed while you were writing" in screen_text(app)
        await press(pilot, "e")
        assert isinstance(app.screen, LongTextPrompt)
        await press(pilot, "ctrl+s")
        assert record(app).note == "theirs\n\nmine"


@pytest.mark.parametrize(("key", "note"), [("b", "theirs\n\nmine"), ("m", "mine"), ("t", "theirs")])
async def test_two_notes_are_settled_by_a_person(app, workspace, key, note):
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "n")
        await type_text(pilot, "mine")
        opened(workspace, "bob").apply([DIAGRAM], ItemEdit(note="theirs"))
        await press(pilot, "ctrl+s", key)
        assert record(app).note == note


def record(app: FedcheckApp):
    app.session.refresh()
    return app.session.project.record(DIAGRAM)


async def test_a_private_note_by_its_key(app, workspace):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "N")
        await type_text(pilot, "inside")
        await press(pilot, "ctrl+s")
        assert "inside" in screen_text(app)
        assert app.session.project.private_note(DIAGRAM) == "inside"
        assert on_disk(workspace) == ""


async def test_what_others_did_is_told_by_name(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        other = opened(workspace, "bob")
        other.apply([DIAGRAM], ItemEdit(status="doing"))
        app.others.look()
        await settle(pilot)
        assert "bob: diagram: started" in told(app)
        path = workspace / "progress" / "rev5.readiness.csp.toml"
        path.write_text(path.read_text().replace("doing", "blocked"))
        app.others.look()
        await settle(pilot)
        assert "Changed outside fedcheck: diagram: blocked" in told(app)
        assert "outside fedcheck" in {e.by for e in app.session.history(DIAGRAM)}


async def test_what_cannot_be_read_is_said_on_every_screen(workspace, clock):
    (workspace / "progress" / "rev5.readiness.csp.toml").write_text("format = 1\n[item.\n")
    app = FedcheckApp(
        workspace, paths.find_user_folders(), config.UserConfig(), "alice", workspace, clock
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        for key in ("1", "2", "enter"):
            await press(pilot, key)
            assert "cannot read rev5.readiness.csp.toml:2" in screen_text(app)
        await press(pilot, "escape")
        assert "?" in screen_text(app)
        assert app.board.rows[DIAGRAM].unknown


async def test_a_new_day_is_shown_by_itself(app, clock):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "in 21 d" in screen_text(app)
        clock.tick(days=1)
        app.others.look()
        await settle(pilot)
        assert "in 20 d" in screen_text(app)


async def test_evidence_that_vanishes_is_seen(app, workspace):
    (workspace / "scan.txt").write_text("x")
    session = opened(workspace, "alice")
    session.apply([DIAGRAM], attach_evidence(session.new_evidence("scan.txt", here=workspace)))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert app.board.rows[DIAGRAM].evidence == ("ok",)
        (workspace / "scan.txt").unlink()
        for _ in range(outside_reader.FILES_EVERY):
            app.others.look()
            await settle(pilot)
        assert app.board.rows[DIAGRAM].evidence == ("missing",)


async def test_the_app_looks_by_itself_and_leaves_the_typing_alone(app, workspace):
    assert external_changes.POLL_SECONDS <= 1
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "down", "slash")
        await type_text(pilot, "t")
        row = app.screen.items.row.ref
        opened(workspace, "bob").apply([DIAGRAM], ItemEdit(owner="bob"))
        for _ in range(500):
            await asyncio.sleep(0.01)
            if "bob: diagram" in told(app):
                break
        assert "bob: diagram: owner bob" in told(app)
        assert app.screen.query_one("#filter", Input).value == "t"
        assert app.screen.items.row.ref == row
