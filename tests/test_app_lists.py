"""Lists by keyboard: marks and ranges, groups, the filter's completion, columns, linked items."""

from pathlib import Path

import pytest
from driving import on_disk, press, screen_text, settle, told, type_text
from textual.widgets import Input

from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens.checklist import ChecklistScreen
from fedcheck.tui.screens.filtered_list import DETAILS_DELAY
from fedcheck.tui.screens.home import HomeScreen
from fedcheck.tui.screens.item import ItemScreen
from fedcheck.tui.signs import ASCII, UNICODE

CSP = "rev5.readiness.csp"
ASSESSOR = "rev5.readiness.3pao"
DIAGRAM = f"{CSP}:diagram"
CRYPTO = f"{CSP}:crypto-table"
SPONSOR = f"{CSP}:sponsor"


@pytest.fixture
def app(workspace: Path, clock) -> FedcheckApp:
    return FedcheckApp(
        workspace, paths.find_user_folders(), config.UserConfig(), "alice", workspace, clock
    )


def marks(app: FedcheckApp) -> set[str]:
    return {ref.partition(":")[2] for ref in app.screen.items.marks.refs}


def actions(app: FedcheckApp) -> set[str]:
    return {one.tx for one in app.session.history()}


def lines(app: FedcheckApp) -> list[str]:
    return screen_text(app).splitlines()


async def test_several_items_are_changed_as_one_action(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "x", "x")
        assert marks(app) == {"diagram", "crypto-table"}
        assert "2 marked" in screen_text(app)
        assert app.screen.row.ref == SPONSOR
        await press(pilot, "o")
        await type_text(pilot, "dana")
        await press(pilot, "enter")
        assert on_disk(workspace).count('owner = "dana"') == 2
        assert "owner dana (2 items)" in told(app)
        assert len(actions(app)) == 1
        assert marks(app) == {"diagram", "crypto-table"}, "one marking serves several keys"
        await press(pilot, "u")
        assert "dana" not in on_disk(workspace)
        assert len(actions(app)) == 2


async def test_space_status_due_and_evidence_reach_all_that_is_marked(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "space", "X")
        total = len(app.screen.items.refs)
        assert len(marks(app)) == total
        await press(pilot, "space")
        assert on_disk(workspace).count('status = "done"') == total
        await press(pilot, "space")
        assert 'status = "done"' not in on_disk(workspace), "all were closed: all are open again"
        await press(pilot, "s", "b")
        await type_text(pilot, "no budget")
        await press(pilot, "enter")
        assert on_disk(workspace).count('reason = "no budget"') == total
        await press(pilot, "d")
        await type_text(pilot, "+2w")
        await press(pilot, "enter")
        assert on_disk(workspace).count("due = 2027-01-25") == total
        await press(pilot, "e")
        await type_text(pilot, "MER-7")
        await press(pilot, "f2")
        assert on_disk(workspace).count('link = "MER-7"') == total
        assert f"Evidence added: MER-7, to {total} items" in told(app)
        assert len(marks(app)) == total
        await press(pilot, "u")
        assert "MER-7" not in on_disk(workspace)
        await press(pilot, "n")
        await type_text(pilot, "for all")
        await press(pilot, "ctrl+s")
        assert on_disk(workspace).count('note = "for all"') == total
        await press(pilot, "escape")
        assert marks(app) == set()


async def test_space_on_a_mixture_closes_the_open_ones_and_leaves_reasons_alone(app, workspace):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.session.apply([CRYPTO], ItemEdit(status="na", reason="no cryptography"))
        await press(pilot, "2", "X", "space")
        assert app.session.project.record(CRYPTO).status == "na"
        assert app.session.project.record(CRYPTO).reason == "no cryptography"
        assert app.session.project.record(DIAGRAM).status == "done"


async def test_a_range_follows_the_cursor_and_comes_back(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "v", "down", "down")
        assert marks(app) == {"diagram", "crypto-table", "sponsor"}
        assert "3 marked" in lines(app)[0]
        await press(pilot, "up")
        assert marks(app) == {"diagram", "crypto-table"}
        assert "2 marked" in lines(app)[0]
        await press(pilot, "v", "down", "down")
        assert marks(app) == {"diagram", "crypto-table"}, "v ended the range"
        await press(pilot, "v", "G", "escape", "g")
        assert {"diagram", "crypto-table", "tour"} <= marks(app), "esc ends it and keeps it"
        await press(pilot, "escape")
        assert marks(app) == set()
        assert isinstance(app.screen, ChecklistScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)


async def test_escape_takes_marks_off_before_it_leaves_the_filter(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "slash")
        await type_text(pilot, "status:todo")
        await press(pilot, "enter", "x", "escape")
        assert marks(app) == set()
        assert app.screen.filter == "status:todo"
        await press(pilot, "escape")
        assert app.screen.filter == ""


async def test_marks_survive_filter_and_groups_and_go_with_their_items(app, workspace):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "x", "x", "slash")
        await type_text(pilot, "sponsor")
        await press(pilot, "enter")
        assert "2 marked (2 not shown)" in lines(app)[0]
        await press(pilot, "z", "o", "slash")
        app.screen.query_one("#filter", Input).value = ""
        await press(pilot, "enter")
        assert marks(app) == {"diagram", "crypto-table"}
        path = workspace / "checklists" / f"{CSP}.toml"
        path.write_text(path.read_text().replace('id = "diagram"', 'id = "drawing"'))
        app.others.look()
        await settle(pilot)
        assert marks(app) == {"crypto-table"}


async def test_what_a_rule_refuses_of_one_is_done_to_none(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        app.show_item(f"{ASSESSOR}:mandate-1-fips")
        await settle(pilot)
        await press(pilot, "X", "t")
        assert "Not all of them are tests: upload" in told(app)
        screen = app.screen
        screen.item_actions.edit(screen.chosen_rows, ItemEdit(result="satisfied"))
        await settle(pilot)
        assert "upload is a task" in told(app)
        assert "none of the 3 items was changed" in told(app)
        assert on_disk(workspace, ASSESSOR) == ""
        assert len(marks(app)) == 3, "they stay marked, to be put right"
        await press(pilot, "G", "x", "t", "s")
        assert on_disk(workspace, ASSESSOR).count('result = "satisfied"') == 2


async def test_a_note_of_ones_own_is_not_written_over_by_one_for_all(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        app.change(lambda: app.session.apply([CRYPTO], ItemEdit(note="mine")))
        await settle(pilot)
        await press(pilot, "2", "x", "x", "n")
        assert "Some already have a note: crypto-table" in told(app)
        assert isinstance(app.screen, ChecklistScreen)
        assert 'note = "mine"' in on_disk(workspace)


@pytest.mark.parametrize(("signs", "sign"), [(UNICODE, "●"), (ASCII, "*")])
async def test_a_mark_is_a_sign_and_not_a_colour_alone(workspace, clock, signs, sign):
    glyphs = "ascii" if signs is ASCII else "unicode"
    user = config.UserConfig(glyphs=glyphs)
    app = FedcheckApp(workspace, paths.find_user_folders(), user, "alice", workspace, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "x")
        row = next(line for line in lines(app) if "Boundary diagram" in line)
        assert sign in row
        assert f"{signs.pointer}{sign}" not in row
        await press(pilot, "up")
        row = next(line for line in lines(app) if "Boundary diagram" in line)
        assert f"{signs.pointer}{sign}" in row


async def test_groups_by_owner_due_status_and_family(app, clock):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.session.apply([DIAGRAM], ItemEdit(owner="dana", due="2027-01-08", status="doing"))
        await press(pilot, "2", "z", "o")
        assert headings(app)[:2] == ["No owner  0/3 +1 optional", "dana  0/1"]
        assert "by owner" in lines(app)[0]
        await press(pilot, "z", "d")
        assert headings(app)[0] == "Overdue  0/1"
        await press(pilot, "z", "t")
        assert headings(app)[0] == "Doing  0/1"
        await press(pilot, "z", "c")
        assert "PL: Planning  0/1" in headings(app)
        assert headings(app)[-1].startswith("No control")
        await press(pilot, "1")
        app.open_from_home("checklist", query="kind:task")
        await settle(pilot)
        assert app.screen.grouping == "family", "it is remembered"
        await press(pilot, "z", "s")
        assert "Readiness › CSP › Authorization boundary  0/2" in headings(app)


def headings(app: FedcheckApp) -> list[str]:
    return [row for row in app.screen.items.rows if isinstance(row, str)]


async def test_the_filter_completes_keys_and_values(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "slash")
        field = app.screen.query_one("#filter", Input)
        assert "status:  role:  phase:" in screen_text(app)
        await type_text(pilot, "sta")
        assert "status:" in screen_text(app), "the rest of the word is shown"
        await press(pilot, "tab")
        assert field.value == "status:"
        assert "todo  doing  blocked  done  na" in screen_text(app)
        assert len(app.screen.items.refs) == 5, "a word that is not finished hides nothing"
        await type_text(pilot, "to")
        assert "is not a status" not in screen_text(app)
        await press(pilot, "tab")
        assert field.value == "status:todo"
        await press(pilot, "space")
        await type_text(pilot, "section:te")
        await press(pilot, "tab")
        assert field.value == "status:todo section:team"
        await press(pilot, "enter", "slash", "end", "tab")
        assert not field.has_focus, "where nothing is offered, tab goes on"


async def test_a_wrong_word_is_told_under_the_field(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "slash")
        for text, said in (
            ("role:3pa ", 'did you mean "3pao"?'),
            ("status:x", "use one of todo, doing"),
            ("stauts:todo status:", 'did you mean "status"?'),
        ):
            app.screen.query_one("#filter", Input).value = text
            await settle(pilot)
            assert said in screen_text(app)


async def test_a_title_takes_the_room_that_columns_leave(app, workspace):
    path = workspace / "checklists" / f"{CSP}.toml"
    title = "Boundary diagram drawn and agreed with everybody in it"
    path.write_text(path.read_text().replace("Boundary diagram drawn and agreed", title))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        rows = lines(app)[:10]
        assert any(title in row for row in rows), "no column without content takes room"


async def test_from_an_item_to_what_it_needs_and_back(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.show_item(f"{ASSESSOR}:mandate-1-fips")
        await settle(pilot)
        await press(pilot, "f")
        assert isinstance(app.screen, ItemScreen)
        assert app.screen.ref == CRYPTO
        await press(pilot, "f")
        assert app.screen.ref == f"{ASSESSOR}:mandate-1-fips", "and to what needs it"
        await press(pilot, "backspace", "escape")
        assert isinstance(app.screen, ChecklistScreen)


async def test_details_tick_what_is_there_and_tell_what_was_done_last(app, workspace):
    scan = "rev5.full-assessment.3pao:scan-web"
    async with app.run_test(size=(120, 50)) as pilot:
        await settle(pilot)
        session = app.session
        app.show_item(scan)
        await rested(pilot)
        assert "☐ scan files" in screen_text(app)
        evidence_item = session.new_evidence("MER-1", here=workspace, label="Scan files")
        session.apply([scan], attach_evidence(evidence_item))
        session.apply([scan], ItemEdit(status="doing", owner="bob", note="long " * 40))
        app.changed()
        await rested(pilot)
        text = screen_text(app)
        assert "✓ scan files" in text
        assert "☐ proof of authentication" in text, "one of two is there"
        assert "started; owner bob" in text
        assert 'evidence "Scan files" added' in text
        assert text.index("started; owner bob") < text.index('evidence "Scan files" added')
        notes = [line for line in lines(app) if line.rstrip().endswith("long")]
        assert len({line.index("long") for line in notes}) == 1, "lines stand under each other"
        app.show_item("rev5.full-assessment.3pao:pen-test")
        await rested(pilot)
        assert "waits for 1 item" in screen_text(app)
        assert "f opens it" in screen_text(app)
        row = next(line for line in lines(app) if "▌" in line)
        assert "…" in row


async def rested(pilot) -> None:
    """Wait until the details have followed the cursor, and the history is read."""
    await settle(pilot)
    await pilot.pause(DETAILS_DELAY * 2)
    await settle(pilot)
