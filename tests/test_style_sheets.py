"""Style sheets are read with their first screen, and keep one order whichever that is."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.screen import Screen

from fedcheck.tui import style_sheets


class Late(Screen[None]):
    CSS_PATH = style_sheets.sheets("sync", "dialogs")


class Early(Screen[None]):
    CSS_PATH = style_sheets.sheets("home")


class Plain(App[None]):
    CSS_PATH = style_sheets.sheets("base")


def test_the_order_names_every_sheet_once():
    """A sheet that is missing there would keep the place where it was read."""
    found = sorted(path.stem for path in Path(style_sheets.__file__).parent.glob("styles/*.tcss"))
    assert sorted(style_sheets.SHEETS) == found


async def test_all_screens_but_home_get_the_styles_of_lists():
    app = Plain()
    async with app.run_test():
        for kind, expected in ((Early, False), (Screen[None], True)):
            style_sheets.prepare_styles(app, kind())
            read = {Path(path).stem for path, part in app.stylesheet.source if path and not part}
            assert ("lists" in read) is expected


@pytest.mark.parametrize("kinds", itertools.permutations((Late, Early)))
async def test_sheets_keep_their_order_whichever_screen_is_first(kinds: Any):
    """Else a rule would win on one day and lose on another, after the same keys."""
    app = Plain()
    async with app.run_test():
        for kind in kinds:
            style_sheets.prepare_styles(app, kind())
        app.stylesheet.reparse()  # as a change of the theme does
        read = [Path(path).stem for path, part in app.stylesheet.source if path and not part]
    assert [name for name in read if name in style_sheets.SHEETS] == [
        "base",
        "lists",
        "home",
        "dialogs",
        "sync",
    ]
