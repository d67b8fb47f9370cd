"""A list in columns: which are shown in which width, and how their cells fill a line."""

from dataclasses import dataclass

import pytest
from textual.app import App, ComposeResult

from fedcheck.tui.widgets.row_list import Column, RowList


@dataclass(frozen=True)
class Fruit:
    name: str
    color: str = ""
    price: str = ""


class Fruits(RowList[Fruit]):
    COLUMNS = (
        Column("name", lambda row, _: (row.name, "")),
        Column("color", lambda row, _: (row.color, "dim"), {40: 6}, yields=True),
        Column("price", lambda row, _: (row.price, "warn"), {0: 4, 60: 8, 80: 0}, right=True),
    )

    def key_of(self, row: Fruit) -> str:
        return row.name


class Shop(App[None]):
    def compose(self) -> ComposeResult:
        yield Fruits()


PEAR = Fruit("pear", "green", "2.50")
LONG = Fruit("a pineapple of a very great size and weight", "", "9")


def test_a_column_has_a_width_from_some_room_on():
    (_, color, price) = Fruits.COLUMNS
    assert [color.width(room) for room in (20, 39, 40, 200)] == [0, 0, 6, 6]
    assert [price.width(room) for room in (20, 60, 79, 80)] == [4, 8, 8, 0]


@pytest.mark.parametrize(
    ("room", "lines"),
    [
        (30, ["  pear                  2.50  ", "  a pineapple of a ve…     9  "]),
        (
            50,
            [
                "  pear                              green   2.50  ",
                "  a pineapple of a very great size and we…     9  ",
            ],
        ),
        (90, [f"  {'pear':<78}  green   ", f"  {LONG.name:<88}"]),
    ],
)
async def test_the_first_column_takes_what_the_others_leave(room, lines):
    """In the second line it goes on over the empty column beside it, whose text others keep."""
    app = Shop(css_path=None)
    async with app.run_test(size=(room, 10)):
        shown = app.query_one(Fruits)
        assert [shown.draw(row, room, at_cursor=False).text for row in (PEAR, LONG)] == lines


async def test_an_empty_list_says_so_on_as_many_lines_as_it_takes():
    app = Shop()
    async with app.run_test(size=(30, 10)):
        shown = app.query_one(Fruits)
        shown.put([], "Nothing yet.\nPress a")
        texts = [shown.render_line(number).text.strip() for number in range(4)]
        assert texts == ["", "Nothing yet.", "Press a", ""]
        assert shown.current is None


async def test_a_heading_that_is_too_long_says_that_it_was_cut():
    app = Shop()
    async with app.run_test(size=(30, 10)):
        shown = app.query_one(Fruits)
        shown.put(["A heading of many more letters than fit", PEAR])
        assert shown.render_line(0).text == "  A heading of many more lett…"
        assert shown.current == PEAR
