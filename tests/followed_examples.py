"""Run by test_contributing.py against a copy of fedcheck that has the examples of CONTRIBUTING.md.

The copy has one more column, one more key and one more exporter.
"""

import re
from pathlib import Path

import pytest
from driving import press, screen_text, settle, told
from test_config import assert_no_clash
from test_contributing import EXAMPLES, run_console

import fedcheck
from fedcheck.keys.keymap import build_key_map
from fedcheck.storage.config import UserConfig
from fedcheck.storage.paths import find_user_folders
from fedcheck.tui.app import FedcheckApp

REF = "rev5.readiness.csp:diagram"


def test_it_is_the_copy() -> None:
    assert Path(fedcheck.__file__).parents[1] != Path(__file__).parents[1]


@pytest.fixture
def app(workspace, clock) -> FedcheckApp:
    return FedcheckApp(workspace, find_user_folders(), UserConfig(), "alice", workspace, clock)


def row_of_the_diagram(app: FedcheckApp) -> str:
    return next(line for line in screen_text(app).splitlines() if "Boundary diagram" in line)


@pytest.mark.parametrize(("width", "shown"), [(200, True), (80, False)])
async def test_the_column_is_on_screen(app, width, shown) -> None:
    assert "ends with `PL-2`" in EXAMPLES["A column"].text
    async with app.run_test(size=(width, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        assert ("PL-2" in row_of_the_diagram(app)) is shown


async def test_the_key_does_what_the_page_says(app) -> None:
    keys = re.search(r"Press `(.)`, then `(.)`", EXAMPLES["A key"].text)
    promised = re.search(r'the app shows "(.+)"', EXAMPLES["A key"].text)
    async with app.run_test(size=(140, 50)) as pilot:
        await settle(pilot)
        await press(pilot, *keys.groups())
        assert app.clipboard == REF
        assert promised[1] in told(app)
        await press(pilot, "question_mark")
        assert "Copy the reference of the item." in screen_text(app)


@pytest.mark.parametrize("preset", ["", "vim"])
def test_the_key_is_free(preset) -> None:
    found = build_key_map(preset)
    assert_no_clash(found)
    assert found.of("edit.copy") == ("C",)


def test_the_exporter_is_a_command(workspace, monkeypatch, capsys) -> None:
    monkeypatch.chdir(workspace)
    run_console(EXAMPLES["An exporter"].console, capsys)
