"""The list of doors by itself: where the highlight goes, and what is drawn."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from driving import press, settle
from textual import on
from textual.app import App, ComposeResult
from textual.content import Content
from textual.pilot import Pilot

from fedcheck.tui.widgets.doors import Door, Doors

HEADING, TALL = 0, 4
LINES = (
    Door(Content("Heading")),
    Door(Content("one"), "t:1"),
    Door(Content("two"), "t:2"),
    Door(Content("and more")),
    Door(Content("a title\non two lines"), "t:4"),
    Door(Content("six"), "t:5"),
    Door(Content("the end")),
)


class Shown(App[None]):
    CSS = """
    Doors { height: 4; text-wrap: nowrap; text-overflow: ellipsis; overflow-x: hidden; }
    Doors > .doors--hover { background: red; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    def compose(self) -> ComposeResult:
        doors = Doors()
        doors.show(LINES)
        yield doors

    @on(Doors.Opened)
    def note(self, event: Doors.Opened) -> None:
        self.opened.append(event.target)


@asynccontextmanager
async def shown() -> AsyncIterator[tuple[Pilot[None], Doors]]:
    app = Shown()
    async with app.run_test(size=(20, 10)) as pilot:
        await settle(pilot)
        yield pilot, app.query_one(Doors)


async def test_keys_stop_at_doors_alone_and_go_round() -> None:
    async with shown() as (pilot, doors):
        seen = [doors.highlighted]
        for key in ("down", "j", "down", "down", "up", "k", "home", "end", "pageup", "pagedown"):
            await press(pilot, key)
            seen.append(doors.highlighted)
        assert seen == [1, 2, 4, 5, 1, 5, 4, 1, 5, 2, 5]


async def test_the_highlight_is_in_sight_with_all_its_lines() -> None:
    async with shown() as (pilot, doors):
        assert doors.scroll_y == 0, "the heading above the first door stays"
        await press(pilot, "down", "down")
        assert doors.highlighted == TALL
        assert doors.scroll_y == 2
        drawn = [doors.render_line(y).text.rstrip() for y in range(4)]
        assert drawn == ["two", "and more", "a title", "on two lines"]


async def test_enter_and_a_click_open_a_door_and_a_plain_line_opens_nothing() -> None:
    async with shown() as (pilot, doors):
        assert isinstance(pilot.app, Shown)
        await press(pilot, "enter")
        await pilot.click(Doors, offset=(1, 2))
        await pilot.click(Doors, offset=(1, HEADING))
        await settle(pilot)
        assert pilot.app.opened == ["t:1", "t:2"]
        await pilot.hover(Doors, offset=(1, 1))
        over = doors.render_line(1)
        await pilot.hover(offset=(1, 8))
        assert over != doors.render_line(1), "the door under the mouse is marked"


async def test_the_highlight_stays_on_its_door_or_else_at_its_place() -> None:
    async with shown() as (_, doors):
        doors.highlighted = TALL
        doors.show([LINES[5], LINES[4]])
        assert doors.highlighted == 1
        doors.show([LINES[5], LINES[2]])
        assert doors.highlighted == 1
        doors.show([])
        assert doors.highlighted is None


async def test_a_list_that_does_not_change_is_laid_out_no_more(monkeypatch) -> None:
    async with shown() as (pilot, doors):
        asked: list[bool] = []
        refresh = doors.refresh

        def note(*regions: object, **named: bool) -> object:
            asked.append(named.get("layout", False))
            return refresh(*regions, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(doors, "refresh", note)
        doors.show(list(LINES))
        await press(pilot, "down")
        assert asked
        assert not any(asked)
