"""What the app takes up again after a restart: place, filter, groups, tree; and damaged memory."""

from pathlib import Path

import pytest
from driving import press, screen_text, settle, type_text
from textual.widgets import Input

from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.checklist_view import Place
from fedcheck.tui.screens.checklist import ChecklistScreen

CSP = "rev5.readiness.csp"
WIDE = (120, 40)


@pytest.fixture
def start(workspace: Path, clock):
    """Return a function that starts the app anew, as after a night."""

    def started(root: Path = workspace) -> FedcheckApp:
        return FedcheckApp(
            root, paths.find_user_folders(), config.UserConfig(), "alice", root, clock
        )

    return started


def checklist(app: FedcheckApp) -> ChecklistScreen:
    assert isinstance(app.screen, ChecklistScreen)
    return app.screen


async def test_place_filter_groups_and_item_are_taken_up_again(start):
    app = start()
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "slash")
        await type_text(pilot, "status:todo")
        await press(pilot, "enter", "z", "d", "down", "down")
        at = checklist(app).row.ref
        place = checklist(app).place
        await pilot.pause(0.1)
        await press(pilot, "q")
    again = start()
    async with again.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        screen = checklist(again)
        assert (screen.filter, screen.grouping, screen.place) == ("status:todo", "due", place)
        assert screen.row.ref == at
        assert screen.query_one("#filter", Input).value == "status:todo"
        assert "by due · filter: status:todo" in screen_text(again).splitlines()[0]
        await press(pilot, "escape")
        assert checklist(again).filter == ""
        await press(pilot, "escape", "q")
    last = start()
    async with last.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        assert checklist(last).filter == "", "a filter that was taken off does not come back"
        assert checklist(last).grouping == "due"


async def test_open_nodes_and_the_tree_itself_are_taken_up_again(start):
    app = start()
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        tree = checklist(app).navigator
        assert tree.display
        for node in tree.nodes.values():
            if node.allow_expand:
                node.expand()
        closed = next(p for p in tree.nodes if p.phase != checklist(app).place.phase and p.role)
        tree.nodes[closed].collapse()
        await settle(pilot)
        opened = tree.opened
        await press(pilot, "T")
        assert not tree.display
        await press(pilot, "1", "2")
        assert checklist(app).navigator.opened == opened, "the same within one start"
        assert not checklist(app).navigator.display
        await press(pilot, "q")
    again = start()
    async with again.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        tree = checklist(again).navigator
        assert tree.opened == opened
        assert closed not in tree.opened
        assert not tree.display
        await press(pilot, "T")
        assert tree.display
    small = start()
    async with small.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        assert not checklist(small).navigator.display, "a narrow terminal has its own word on it"


async def test_a_door_shows_all_that_it_counts_and_leaves_the_memory_alone(start):
    app = start()
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "slash")
        await type_text(pilot, "diagram")
        await press(pilot, "enter", "1", "enter")
        assert checklist(app).filter == "", "the door of a phase shows the whole phase"
        await press(pilot, "escape", "2", "slash")
        await type_text(pilot, "diagram")
        await press(pilot, "enter", "1")
        app.open_from_home("checklist", query="is:overdue")
        await settle(pilot)
        app.show_item(f"{CSP}:sponsor")
        await settle(pilot)
        await press(pilot, "1", "2")
        assert checklist(app).filter == "diagram"


async def test_each_workspace_has_its_own(start, make_workspace):
    other = make_workspace("other")
    app = start()
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "2", "slash")
        await type_text(pilot, "diagram")
        await press(pilot, "enter", "3", "z")
        grouping = app.screen.grouping
        app.open_workspace(other)
        await settle(pilot)
        await press(pilot, "3")
        assert app.screen.grouping != grouping
        await press(pilot, "2")
        assert checklist(app).filter == ""
        await press(pilot, "q")
    again = start()
    async with again.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "3")
        assert again.screen.grouping == grouping
        await press(pilot, "2")
        assert checklist(again).filter == "diagram"


async def test_what_is_gone_or_damaged_counts_as_not_said(start, workspace):
    app = start()
    app.memory.of(workspace).put_all(
        {
            "place": "no-such-phase/csp",
            "filter": "status:nonsense diagram",
            "group": "weather",
            "ref": "gone",
            "open": ["", "x/y/z/a/b/c", "readiness"],
            "tree": "neither",
        }
    )
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        screen = checklist(app)
        assert screen.filter == ""
        assert screen.place in screen.navigator.nodes
        assert screen.grouping == "section"
        assert screen.row is not None
        await press(pilot, "1")
    place = f"{screen.place.phase}/{screen.place.role}"
    app.memory.of(workspace).put_all({"place": place, "filter": "status:nonsense diagram"})
    again = start()
    async with again.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        assert checklist(again).place == Place(*place.split("/"))
        assert "nonsense" in screen_text(again)
        assert checklist(again).row is not None
