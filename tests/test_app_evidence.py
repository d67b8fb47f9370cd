"""Evidence in the app by keyboard: the register, the form, dropped files, renewing, verifying."""

import hashlib
import os
import re
import threading
import time
from pathlib import Path

import pytest
from driving import on_disk, press, screen_text, settle, told, type_text
from textual import events
from textual.widgets import Input

from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.storage import config, file_looks, local_state, paths
from fedcheck.tui import evidence_hashing
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.dialogs.evidence_form import EvidenceForm
from fedcheck.tui.screens.checklist import ChecklistScreen
from fedcheck.tui.screens.evidence import EvidenceScreen, IssueEvidenceScreen
from fedcheck.tui.screens.evidence_register import EvidenceRegisterScreen
from fedcheck.tui.screens.item import ItemScreen

LIST = "rev5.readiness.csp"
DIAGRAM, CRYPTO = f"{LIST}:diagram", f"{LIST}:crypto-table"


@pytest.fixture
def app(workspace: Path, clock) -> FedcheckApp:
    (workspace / "evidence").mkdir()
    (workspace / "evidence" / "my scan.txt").write_text("a scan")
    (workspace / "evidence" / "b.txt").write_text("another")
    return FedcheckApp(
        workspace, paths.find_user_folders(), config.UserConfig(), "alice", workspace, clock
    )


async def drop(pilot, app, text: str) -> None:
    """Paste as a terminal does for a dropped file."""
    app.post_message(events.Paste(text))
    await settle(pilot)


async def until(pilot, true) -> None:
    for _ in range(400):
        if true():
            break
        await pilot.pause(0.01)
    await settle(pilot)
    assert true()


def hint(app) -> str:
    return str(app.screen.query_one("#hint").render())


async def test_one_piece_for_several_items_is_one_action(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "3", "a")
        assert isinstance(app.screen, EvidenceForm)
        await type_text(pilot, "evidence/my")
        await press(pilot, "tab")
        assert app.screen.query_one("#link", Input).value == "evidence/my scan.txt"
        assert "a file, 6 B" in screen_text(app)
        await press(pilot, "tab")
        await type_text(pilot, "The scan")
        app.screen.query_one("#items", Input).value = ""
        await press(pilot, "enter", "enter")
        assert app.focused.id == "expires", "without an item there is nothing to save yet"
        await type_text(pilot, "2027-01-11")
        await press(pilot, "f2")
        assert "name an item" in hint(app)
        app.screen.query_one("#items", Input).focus()
        await type_text(pilot, "diagram, cry")
        await press(pilot, "right", "enter")
        text = on_disk(workspace)
        assert text.count('link = "evidence/my scan.txt"') == 2
        assert text.count('label = "The scan"') == 2
        assert text.count("expires = 2027-01-11") == 2
        assert len(set(re.findall(r'^id = "(.+)"', text, re.M))) == 1
        assert isinstance(app.screen, EvidenceRegisterScreen)
        shown = screen_text(app)
        assert "1 piece, 1 goes stale before " in shown
        assert "2 items" in shown
        assert "2027-01-12" in shown
        await press(pilot, "u")
        assert "evidence" not in on_disk(workspace)


@pytest.mark.parametrize(
    "dropped",
    [
        "'{}/my scan.txt' {}/b.txt ",
        "{}/my\\ scan.txt {}/b.txt",
        "file://{}/my%20scan.txt\nfile://{}/b.txt\n",
    ],
)
async def test_files_dropped_onto_an_item_become_pieces(app, workspace, dropped):
    folder = workspace / "evidence"
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.show_item(DIAGRAM)
        await settle(pilot)
        await press(pilot, "e")
        assert isinstance(app.screen, EvidenceScreen)
        await drop(pilot, app, dropped.format(folder, folder))
        assert isinstance(app.screen, EvidenceForm)
        assert "2 pieces" in screen_text(app)
        await press(pilot, "f2")
        text = on_disk(workspace)
        assert 'link = "evidence/my scan.txt"' in text
        assert 'link = "evidence/b.txt"' in text
        await press(pilot, "u")
        assert "link" not in on_disk(workspace), "both came with one action"


@pytest.mark.parametrize(
    "dropped",
    [
        "'{0}/my scan.txt' {0}/b.txt ",
        "{0}/my\\ scan.txt {0}/b.txt",
        "file://{0}/my%20scan.txt\n{0}/b.txt",
    ],
)
async def test_files_dropped_onto_the_checklist_go_to_the_item_under_the_cursor(
    app, workspace, dropped
):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        app.show_item(DIAGRAM)
        await settle(pilot)
        await drop(pilot, app, dropped.format(workspace / "evidence"))
        assert isinstance(app.screen, EvidenceForm)
        assert app.screen.query_one("#items", Input).value == "diagram"
        await press(pilot, "f2")
        assert isinstance(app.screen, ChecklistScreen)
        assert on_disk(workspace).count("sha256") == 2
        assert len(app.session.project.record(DIAGRAM).evidence) == 2
        await press(pilot, "u")
        assert "sha256" not in on_disk(workspace), "both came with one action"


async def test_a_file_dropped_onto_marked_items_goes_to_all_of_them(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "x", "x")
        marked = set(app.screen.items.marks.refs)
        await press(pilot, "G")
        await drop(pilot, app, f"{workspace}/evidence/b.txt")
        await press(pilot, "f2")
        having = {e.ref for e in app.board.rows.values() if e.record.evidence}
        assert having == marked
        assert app.screen.items.marks.refs == marked, "marks stay until esc"
        await press(pilot, "u")
        assert "sha256" not in on_disk(workspace)


async def test_a_file_dropped_onto_an_opened_item_goes_to_it(app, workspace):
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        app.show_item(DIAGRAM)
        await settle(pilot)
        await press(pilot, "enter")
        assert isinstance(app.screen, ItemScreen)
        await drop(pilot, app, f"'{workspace}/evidence/my scan.txt'")
        await press(pilot, "f2")
        assert isinstance(app.screen, ItemScreen)
        assert "my scan.txt" in screen_text(app)
        assert len(app.session.project.record(DIAGRAM).evidence) == 1


async def test_what_is_no_link_is_not_taken_for_one(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        await drop(pilot, app, "The minutes of Monday,\nas agreed")
        assert isinstance(app.screen, ChecklistScreen)
        assert "not a file, URL or ticket" in told(app)
        await press(pilot, "slash")
        await drop(pilot, app, "diagram")
        assert app.screen.filter == "diagram", "a field takes what is pasted into it"


async def test_a_file_dropped_into_the_field_stands_there_as_it_is(app, workspace):
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.show_item(DIAGRAM)
        await settle(pilot)
        await press(pilot, "e", "a")
        await drop(pilot, app, f"'{workspace}/evidence/my scan.txt'\n")
        assert app.screen.query_one("#link", Input).value == f"{workspace}/evidence/my scan.txt"
        await press(pilot, "f2")
        assert 'link = "evidence/my scan.txt"' in on_disk(workspace)


@pytest.mark.parametrize("key", ["enter", "f2"])
async def test_outside_the_workspace_is_asked_once_and_the_same_key_answers(app, workspace, key):
    outside = workspace.parent / "outside.txt"
    outside.write_text("x")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.show_item(DIAGRAM)
        await settle(pilot)
        await press(pilot, "e", "a")
        app.screen.query_one("#link", Input).value = str(outside)
        await settle(pilot)
        await press(pilot, "f2")
        assert "is outside the workspace; ⏎ again" in hint(app)
        assert app.focused.id == "link"
        assert "link" not in on_disk(workspace)
        await press(pilot, key)
        assert f'link = "{outside}"' in on_disk(workspace)
        assert str(outside) in local_state.load_allowed_outside(workspace)


async def test_the_word_for_one_path_outside_is_none_for_another(app, workspace):
    for name in ("one.txt", "two.txt"):
        (workspace.parent / name).write_text("x")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.show_item(DIAGRAM)
        await settle(pilot)
        await press(pilot, "e", "a")
        field = app.screen.query_one("#link", Input)
        field.value = str(workspace.parent / "one.txt")
        await press(pilot, "f2")
        field.value = str(workspace.parent / "two.txt")
        await press(pilot, "f2")
        assert isinstance(app.screen, EvidenceForm)
        assert "link" not in on_disk(workspace)


async def test_the_same_link_twice_is_said(app, workspace):
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.show_item(DIAGRAM)
        await settle(pilot)
        for _ in range(2):
            if not isinstance(app.screen, EvidenceScreen):
                await press(pilot, "e")
            await press(pilot, "a")
            await type_text(pilot, "evidence/b.txt")
            await press(pilot, "f2")
        assert "diagram already has evidence/b.txt, collected 2027-01-11" in hint(app)
        assert on_disk(workspace).count("link") == 1
        await press(pilot, "enter")
        assert on_disk(workspace).count("link") == 2


async def test_a_large_file_is_read_off_the_ui_thread_and_can_be_stopped(
    app, workspace, monkeypatch
):
    monkeypatch.setattr("fedcheck.tui.dialogs.evidence_form.AT_ONCE", 3)
    real = file_looks.look_into
    go_on = False

    def slowly(path, step=None, most=None):
        while step and not go_on:
            step(0)
            time.sleep(0.005)
        return real(path, step, most)

    monkeypatch.setattr(file_looks, "look_into", slowly)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.show_item(DIAGRAM)
        await settle(pilot)
        await press(pilot, "e", "a")
        await type_text(pilot, "evidence/b.txt")
        await press(pilot, "f2")
        assert "Reading" in hint(app)
        assert "0 B of 7 B" in hint(app)
        await press(pilot, "escape")
        await until(pilot, lambda: "Canceled; nothing was added" in hint(app))
        assert "link" not in on_disk(workspace)
        go_on = True
        await press(pilot, "f2")
        await until(pilot, lambda: isinstance(app.screen, EvidenceScreen))
        assert 'link = "evidence/b.txt"' in on_disk(workspace)


def attach(open_workspace, workspace, refs, *links) -> None:
    session = open_workspace(workspace)
    for link in links:
        session.apply(refs, attach_evidence(session.new_evidence(link, here=workspace)))


async def test_change_renew_replace_and_remove_each_with_one_undo(
    app, workspace, open_workspace, clock
):
    attach(open_workspace, workspace, [DIAGRAM, CRYPTO], "evidence/b.txt")
    clock.tick(days=2)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "3", "e")
        await type_text(pilot, "New words")
        app.screen.query_one("#items", Input).value = "diagram, sponsor"
        await press(pilot, "f2")
        text = on_disk(workspace)
        assert text.count('label = "New words"') == 2
        assert '[[item."sponsor".evidence]]' in text
        assert '[[item."crypto-table".evidence]]' not in text
        await press(pilot, "u")
        text = on_disk(workspace)
        assert '[[item."crypto-table".evidence]]' in text
        assert "New words" not in text
        (workspace / "evidence" / "b.txt").write_text("another, later")
        await press(pilot, "c")
        text = on_disk(workspace)
        assert text.count("collected = 2027-01-13") == 2
        assert text.count(file_looks.hash_file(workspace / "evidence" / "b.txt")) == 2
        assert "1 piece" in screen_text(app)
        await press(pilot, "f")
        await type_text(pilot, "evidence/my scan.txt")
        await press(pilot, "f2")
        text = on_disk(workspace)
        assert text.count('link = "evidence/my scan.txt"') == 2
        assert "b.txt" not in text
        await press(pilot, "x", "2")
        assert on_disk(workspace).count("link") == 1
        await press(pilot, "u")
        assert on_disk(workspace).count("link") == 2
        await press(pilot, "x", "a")
        assert "link" not in on_disk(workspace)
        await press(pilot, "u")
        assert on_disk(workspace).count("link") == 2


async def test_renewing_a_file_that_is_gone_says_so(app, workspace, open_workspace):
    attach(open_workspace, workspace, [DIAGRAM], "evidence/b.txt")
    (workspace / "evidence" / "b.txt").unlink()
    before = on_disk(workspace)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        app.show_item(DIAGRAM)
        await settle(pilot)
        await press(pilot, "e", "c")
        assert "Not renewed: evidence/b.txt: the file is missing" in told(app)
        assert on_disk(workspace) == before


async def test_filter_groups_and_the_way_to_the_item_and_back(app, workspace, open_workspace):
    attach(open_workspace, workspace, [DIAGRAM], "evidence/b.txt", "SEC-7")
    attach(open_workspace, workspace, [CRYPTO], "https://x.example/crypto")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "3")
        await press(pilot, "z")
        assert "by item" in screen_text(app)
        assert "Boundary diagram drawn and agreed" in screen_text(app)
        await press(pilot, "z")
        assert "Tickets  1" in screen_text(app)
        await press(pilot, "slash")
        await type_text(pilot, "url")
        assert "1 of" in screen_text(app)
        assert "SEC-7" not in screen_text(app)
        await press(pilot, "enter", "enter")
        assert isinstance(app.screen, ChecklistScreen)
        assert app.screen.items.row.ref == CRYPTO
        await press(pilot, "escape")
        assert isinstance(app.screen, EvidenceRegisterScreen)
        await press(pilot, "escape")
        assert "SEC-7" in screen_text(app)
        await press(pilot, "escape")
        assert not isinstance(app.screen, EvidenceRegisterScreen)


async def test_an_empty_place_takes_what_it_lacks(app, workspace):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "3")
        assert "Expected, none yet" in screen_text(app)
        await press(pilot, "slash")
        await type_text(pilot, "diagram")
        await press(pilot, "enter", "a")
        assert app.screen.query_one("#items", Input).value == "diagram"
        await type_text(pilot, "SEC-8")
        await press(pilot, "f2")
        assert 'link = "SEC-8"' in on_disk(workspace)


async def test_verify_says_what_is_wrong_and_rows_follow(app, workspace, open_workspace):
    attach(open_workspace, workspace, [DIAGRAM, CRYPTO], "evidence/b.txt", "evidence/my scan.txt")
    (workspace / "evidence" / "b.txt").write_text("other 7")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "3", "v")
        await until(pilot, lambda: "2 files checked, 1 changed" in told(app))
        assert "1 changed" in screen_text(app)
        assert app.verifying is None
    seen = local_state.load_verified(workspace)["evidence/b.txt"]
    assert seen["sha256"] == hashlib.sha256(b"other 7").hexdigest()


async def test_verifying_can_be_stopped_and_keys_work_meanwhile(
    app, workspace, open_workspace, monkeypatch
):
    attach(open_workspace, workspace, [DIAGRAM], "evidence/b.txt", "evidence/my scan.txt")
    (workspace / "evidence" / "b.txt").write_text("other 7")
    real = file_looks.look_into

    def slowly(path, step=None, most=None):
        while step and path.name != "b.txt":
            step(0)
            time.sleep(0.005)
        return real(path, step, most)

    monkeypatch.setattr(file_looks, "look_into", slowly)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "3", "v")
        await until(pilot, lambda: "7 B of 13 B" in screen_text(app))
        await press(pilot, "2", "space", "3")
        assert 'status = "done"' in on_disk(workspace), "saving goes on"
        await press(pilot, "escape")
        await until(pilot, lambda: "Stopped: 1 file checked, 1 changed" in told(app))
        assert isinstance(app.screen, EvidenceRegisterScreen)
    seen = local_state.load_verified(workspace)["evidence/b.txt"]
    assert seen["sha256"] == hashlib.sha256(b"other 7").hexdigest()


async def test_leaving_stops_what_is_being_read(app, workspace, open_workspace, monkeypatch):
    attach(open_workspace, workspace, [DIAGRAM], "evidence/b.txt")
    begun, ended, real = [], threading.Event(), file_looks.look_into

    def endless(path, step=None, most=None):
        if step is None:
            return real(path, step, most)
        begun.append(path)
        try:
            while True:
                step(0)
                time.sleep(0.005)
        finally:
            ended.set()

    monkeypatch.setattr(file_looks, "look_into", endless)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "3", "v")
        await until(pilot, lambda: begun)
        await pilot.press("q")
    assert app.return_code == 0
    assert ended.wait(30), "the reading goes on after the app has left"


def test_sizes_are_for_people():
    sizes = (0, 999, 1000, 12_345, 3_400_000_000)
    assert [evidence_hashing.size_text(size) for size in sizes] == [
        "0 B", "999 B", "1.0 KB", "12 KB", "3.4 GB",
    ]  # fmt: skip


async def test_what_is_unverified_is_shown_calmly_and_one_key_verifies_it(
    app, workspace, open_workspace
):
    large = workspace / "evidence" / "large.bin"
    large.write_bytes(bytes(3 << 20))
    attach(open_workspace, workspace, [DIAGRAM], "evidence/b.txt", "evidence/large.bin")
    open_workspace(workspace).apply([DIAGRAM], ItemEdit(status="done"))
    for path in (large, workspace / "evidence" / "b.txt"):
        os.utime(path, (5, 5))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        shown = screen_text(app)
        assert "? " in shown
        assert "1 evidence file not verified yet" in shown
        assert "missing or changed evidence" not in shown
        app.open_screen("gate", "ready-conversation")
        await settle(pilot)
        assert "Remark: 1 item has evidence not verified yet; 3 to verify it." in screen_text(app)
        await press(pilot, "escape")
        app.show_item(DIAGRAM)
        await settle(pilot)
        assert "? 1 file not verified yet: 3 to verify" in screen_text(app)
        await press(pilot, "e")
        assert "unverified" in screen_text(app)
        await press(pilot, "escape", "3")
        assert "Not verified: file not hashed" in screen_text(app)
        assert "1 not verified yet" in screen_text(app)
        await press(pilot, "v")
        await until(pilot, lambda: "2 files checked, all unchanged" in told(app))
        assert "not verified" not in screen_text(app)
        await press(pilot, "1")
        assert "not verified" not in screen_text(app)


async def test_evidence_of_a_request_shows_its_state(app, workspace, open_workspace):
    session = open_workspace(workspace)
    made = session.new_evidence("evidence/b.txt", here=workspace)
    text = '[[request]]\nid = "q1"\ntitle = "Ports?"\nkind = "question"\nstate = "answered"\n'
    text += f'answer = "Here."\n\n[[request.evidence]]\nid = "p1"\nlink = "{made.link}"\n'
    text += f'kind = "file"\nsha256 = "{made.sha256}"\n'
    (workspace / "requests.toml").write_text(f"format = 1\n\n{text}")
    (workspace / "evidence" / "b.txt").write_text("other")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await app.push_screen(IssueEvidenceScreen("requests", "q1"))
        await settle(pilot)
        assert "changed" in screen_text(app)


async def test_tab_completes_as_far_as_there_is_no_doubt_and_lists_the_rest(app, workspace):
    for name in ("scan-01.json", "scan-02.json", "scan-02-retest.json"):
        (workspace / "evidence" / name).write_text("{}")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "3", "a")
        field = app.screen.query_one("#link", Input)
        await type_text(pilot, "evidence/s")
        await press(pilot, "tab")
        assert field.value == "evidence/scan-0"
        assert "scan-01.json  scan-02-retest.json  scan-02.json" in screen_text(app)
        await type_text(pilot, "1")
        assert "scan-02.json" not in screen_text(app)
        await press(pilot, "tab")
        assert (field.value, app.focused) == ("evidence/scan-01.json", field)
        await press(pilot, "tab")
        assert app.focused.id == "label", "nothing is left to complete"
