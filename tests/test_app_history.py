"""The history on screen: by day, narrowed by words, and an item that goes back in time."""

from pathlib import Path

import pytest
from driving import on_disk, press, screen_text, settle, told, type_text

from fedcheck.analysis.past_state import list_revert_changes
from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.session import open_session
from fedcheck.storage import config, history, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.history_reader import read_last
from fedcheck.tui.screens.checklist import ChecklistScreen
from fedcheck.tui.screens.history import HistoryScreen
from fedcheck.tui.screens.home import HomeScreen
from fedcheck.tui.widgets.history_list import HistoryList

CSP = "rev5.readiness.csp"
DIAGRAM = f"{CSP}:diagram"
CRYPTO = f"{CSP}:crypto-table"


@pytest.fixture
def app(workspace: Path, clock) -> FedcheckApp:
    return FedcheckApp(
        workspace, paths.find_user_folders(), config.UserConfig(), "alice", workspace, clock
    )


def opened(root: Path, who: str, clock):
    return open_session(root, paths.find_user_folders(), (), who, clock)


@pytest.fixture
def three_days(workspace: Path, clock) -> None:
    """Three people work on the diagram, and one on the table, over four days."""
    alice, bob = opened(workspace, "alice", clock), opened(workspace, "bob", clock)
    alice.apply([DIAGRAM], ItemEdit(status="doing", owner="dana", note="first"))
    clock.tick(days=1)
    bob.apply([DIAGRAM], ItemEdit(status="blocked", reason="no data"))
    bob.apply([DIAGRAM], attach_evidence(bob.new_evidence("MER-1", here=workspace)))
    clock.tick(days=1)
    alice.refresh()
    alice.apply([DIAGRAM], ItemEdit(status="done", owner="", note="second"))
    clock.tick(days=1)
    alice.apply([CRYPTO], ItemEdit(owner="erik"))


def record(app: FedcheckApp):
    app.session.refresh()
    return app.session.project.record(DIAGRAM)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_workspace_by_day_the_newest_first(app, three_days, size):
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "6")
        assert isinstance(app.screen, HistoryScreen)
        text = screen_text(app)
        days = [f"2027-01-{day}" for day in (14, 13, 12, 11)]
        places = [text.index(day) for day in days]
        assert places == sorted(places)
        assert "bob" in text
        assert "Table of cryptographic" in text
        assert "blocked" in text
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)


async def test_words_narrow_it_and_escape_widens_it(app, three_days):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "6", "slash")
        await type_text(pilot, "bob diagram blocked")
        assert "1 of 4 lines" in screen_text(app) or "1 of 5 lines" in screen_text(app)
        await press(pilot, "enter")
        assert isinstance(app.focused, HistoryList)
        await press(pilot, "escape")
        assert " of " not in screen_text(app).splitlines()[0]
        assert isinstance(app.screen, HistoryScreen)


async def test_from_the_workspace_to_an_item_and_its_list(app, three_days):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "6", "enter")
        assert app.screen.ref == CRYPTO
        await press(pilot, "escape", "i")
        assert isinstance(app.screen, ChecklistScreen)
        assert app.screen.row.ref == CRYPTO


async def test_an_item_goes_back_to_a_point_and_forth_again(app, workspace, three_days):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "g", "H")
        assert app.screen.ref == DIAGRAM
        assert "Boundary diagram" in screen_text(app).splitlines()[0]
        await press(pilot, "G", "enter")
        text = screen_text(app)
        assert "done -> doing" in text
        assert "- -> dana" in text
        assert "MER-1 -> -" in text
        assert record(app).status == "done", "nothing is changed before it is asked for"
        await press(pilot, "b")
        now = record(app)
        assert (now.status, now.owner, now.note, now.reason) == ("doing", "dana", "first", "")
        assert not now.evidence
        assert now.done is None
        assert 'status = "doing"' in on_disk(workspace)
        assert "as it was on 2027-01-11" in told(app)
        assert screen_text(app).count("2027-01-14") >= 1, "the new action stands in the history"
        await press(pilot, "u")
        now = record(app)
        assert (now.status, now.owner, now.note) == ("done", "", "second")
        assert [evidence_item.link for evidence_item in now.evidence] == ["MER-1"]


async def test_the_last_point_changes_nothing_and_offers_nothing(app, three_days):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "g", "H", "enter")
        assert "The item already has these values." in screen_text(app)
        before = len(app.session.history())
        await press(pilot, "b", "i")
        assert len(app.session.history()) == before
        assert isinstance(app.screen, ChecklistScreen)


async def test_what_somebody_changed_meanwhile_is_not_written_over(
    app, workspace, three_days, clock
):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "g", "H", "G", "enter")
        opened(workspace, "bob", clock).apply([DIAGRAM], ItemEdit(owner="zoe"))
        await press(pilot, "b")
        assert "changed in the meantime" in told(app)
        assert record(app).owner == "zoe"
        assert record(app).status == "done"


async def test_a_private_note_never_gets_into_the_shared_record(app, workspace, three_days):
    app_session = opened(workspace, "alice", app.clock)
    app_session.apply([DIAGRAM], ItemEdit(private_note="secret plan"))
    app_session.apply([DIAGRAM], ItemEdit(private_note="secret plan B"))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "g", "H")
        for _ in range(5):
            await press(pilot, "enter", "b")
            if not isinstance(app.screen, HistoryScreen):
                await press(pilot, "escape")
            await press(pilot, "down")
        await press(pilot, "G", "enter", "b")
    shared = on_disk(workspace) + "".join(
        path.read_text() for path in history.list_history_files(workspace)
    )
    assert "secret" not in shared
    assert 'note = "first"' in on_disk(workspace)


async def test_an_empty_history_says_so(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "6")
        assert "No changes yet" in screen_text(app)
        await press(pilot, "enter", "i", "down")
        assert isinstance(app.screen, HistoryScreen)


async def test_text_in_the_history_is_never_markup(app, workspace, clock):
    nasty = "see [/b] [AC-2] [@click=app.quit]x[/] \x1b[31m\u202e end"
    opened(workspace, nasty, clock).apply([DIAGRAM], ItemEdit(note=nasty, owner="x"))
    async with app.run_test(size=(160, 50)) as pilot:
        await settle(pilot)
        await press(pilot, "6")
        seen = screen_text(app)
        await press(pilot, "enter", "enter")
        seen += screen_text(app)
        assert "see [/b] [AC-2] [@click=app.quit]x[/]" in seen
        assert "\x1b" not in seen
        assert "\u202e" not in seen


def test_the_last_lines_are_read_on_and_read_anew_where_a_file_was_rewritten(session, workspace):
    assert read_last(session, DIAGRAM) == ()
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    assert [deed.what for deed in read_last(session, DIAGRAM)] == ["owner dana"]
    session.apply([DIAGRAM], ItemEdit(owner="erin"))
    session.apply([CRYPTO], ItemEdit(owner="erin"))
    told = [deed.what for deed in read_last(session, DIAGRAM)]
    assert told == ["owner erin (was dana)", "owner dana"]
    (path,) = history.list_history_files(workspace)
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    assert [deed.what for deed in read_last(session, DIAGRAM)] == ["owner dana"]
    with path.open("ab") as file:
        file.write(b'{"v":1,"half')
    assert [deed.what for deed in read_last(session, DIAGRAM)] == ["owner dana"]


def test_every_point_of_a_history_can_be_reached(session, workspace):
    """Whatever was done: going back to an action gives the record that it left."""
    seen = {}
    for edit in (
        ItemEdit(status="doing", owner="dana"),
        ItemEdit(status="na", reason="none here"),
        ItemEdit(status="todo"),
        ItemEdit(note="a", due="2027-03-01"),
        ItemEdit(status="done"),
    ):
        tx = session.apply([DIAGRAM], edit).tx
        seen[tx] = session.project.record(DIAGRAM)
    tx = session.apply([DIAGRAM], attach_evidence(session.new_evidence("MER-1", here=workspace))).tx
    seen[tx] = session.project.record(DIAGRAM)
    for tx, wanted in seen.items():
        entered = session.history(DIAGRAM)
        session.apply_changes(
            list_revert_changes(entered, tx, DIAGRAM, session.project.record(DIAGRAM)), "back"
        )
        assert session.project.record(DIAGRAM) == wanted
