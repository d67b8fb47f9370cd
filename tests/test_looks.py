"""Snapshots of the main screens on the example workspace: looks, not behaviour.

Reviewed by eye; made anew with `make snapshots`.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from driving import press, settle
from pytest_textual_snapshot import SVGImageExtension

from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp

NOW = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)
CHECKLIST = ("2", *["down"] * 26)
WALK = {
    "checklist": CHECKLIST,
    "evidence": ("3",),
    "requests": ("4",),
    "findings": ("tab",),
    "history": ("6",),
    "calendar": ("7",),
    "responsibilities": ("8",),
    "testing": ("9",),
    "report": ("r",),
    "gate": ("1", "right", "right", "right", "right", "enter"),
}
"""The main screens after home, and the keys to each from the one before."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory, copy_example) -> Path:
    return copy_example(tmp_path_factory.mktemp("looks") / "meridian-ledger", NOW.date())


@pytest.fixture(autouse=True)
def still(monkeypatch):
    """Stop what moves: the cursor's blink, animations, the look at the disk."""
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setattr("textual.widgets.Input.cursor_blink", False)
    monkeypatch.setattr("fedcheck.tui.external_changes.POLL_SECONDS", 3600)


def app_of(demo: Path, **settings: str) -> FedcheckApp:
    user = config.UserConfig(**settings)
    return FedcheckApp(demo, paths.find_user_folders(), user, "alice", Path("/work"), lambda: NOW)


@pytest.fixture
def picture(snapshot):
    """Return what pictures of screens are compared with, each by its name."""
    return snapshot.use_extension(SVGImageExtension)


LOOKS = {
    "80x24-fedcheck-dark": ((80, 24), "fedcheck-dark"),
    "120x40-fedcheck-dark": ((120, 40), "fedcheck-dark"),
    "120x40-fedcheck-light": ((120, 40), "fedcheck-light"),
    "200x60-fedcheck-dark": ((200, 60), "fedcheck-dark"),
}
"""Each size in one theme, and each theme at one size: a size moves things, a theme colours them."""


@pytest.mark.parametrize(("size", "theme"), LOOKS.values(), ids=list(LOOKS))
async def test_main_screens(picture, demo, size, theme):
    """One walk through the app for each look, and a picture of each screen."""
    app = app_of(demo, theme=theme)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        assert app.export_screenshot() == picture(name="home")
        for name, keys in WALK.items():
            await press(pilot, *keys)
            assert app.export_screenshot() == picture(name=name)


async def taken(app: FedcheckApp, size: tuple[int, int], *keys: str) -> str:
    """Return the picture that an app gives after some keys, each waited for."""
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        return app.export_screenshot()


async def test_item(picture, demo):
    assert await taken(app_of(demo), (100, 36), *CHECKLIST, "enter") == picture


async def test_evidence(picture, demo):
    assert await taken(app_of(demo), (100, 30), "2", "e") == picture


async def test_keys(picture, demo):
    assert await taken(app_of(demo), (100, 36), "2", "question_mark") == picture


async def test_ascii_signs(picture, demo):
    assert await taken(app_of(demo, glyphs="ascii"), (120, 40), *CHECKLIST) == picture


async def test_without_colour(picture, demo, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert await taken(app_of(demo), (100, 30), *CHECKLIST) == picture


async def test_new_workspace(picture):
    app = FedcheckApp(
        None, paths.find_user_folders(), config.UserConfig(), "alice", Path("/work"), lambda: NOW
    )
    assert await taken(app, (80, 24), "enter") == picture
