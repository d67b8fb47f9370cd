"""The certification package in the app: what is missing, each kind of entry, undo, typed text."""

from pathlib import Path

import pytest
from driving import press, screen_text, settle, told, type_text
from textual.widgets import Input, TextArea

from fedcheck.storage import config, paths
from fedcheck.storage.package_table import load_entries
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.dialogs.form import FormScreen
from fedcheck.tui.palette import offers
from fedcheck.tui.screens.package import PackageScreen
from fedcheck.tui.widgets.doors import Doors

TABLE = """
[package]
# What the marketplace shows.
acronym = "ML"
website = "nowhere"

[[package.contact]]
type = "Security"
name = "SOC"
"""


@pytest.fixture
def app(workspace: Path, clock) -> FedcheckApp:
    with (workspace / "fedcheck.toml").open("a", encoding="utf-8") as head:
        head.write(TABLE)
    return FedcheckApp(
        workspace, paths.find_user_folders(), config.UserConfig(), "alice", workspace, clock
    )


def words(app: FedcheckApp) -> str:
    return " ".join(screen_text(app).replace("│", " ").split())


async def open_entry(pilot, target: str) -> None:
    """Go to an entry and open it: `logo:`, `contact:Sales`."""
    doors = pilot.app.screen.query_one(Doors)
    doors.highlighted = [one.target for one in doors.doors].index(target)
    await press(pilot, "enter")


async def fill(pilot, **texts: str) -> None:
    """Put texts into the fields of the form on top, and save it."""
    for name, text in texts.items():
        field = pilot.app.screen.query_one(f"#{name.replace('_', '-')}")
        if isinstance(field, TextArea):
            field.text = text
        else:
            assert isinstance(field, Input)
            field.value = text
    await settle(pilot)
    await press(pilot, "f2")


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_the_package_is_filled_in_by_key_and_saved_as_edits(app, workspace, size):
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "P")
        assert isinstance(app.screen, PackageScreen)
        shown = words(app)
        assert "Not ready: 7 required entries are missing" in shown
        assert "Logo missing: web address of the logo" in shown
        assert "Website nowhere: expected a web address" in shown
        assert "Security contact SOC" in shown
        await press(pilot, "enter")
        await type_text(pilot, "Meridian Systems")
        await press(pilot, "f2")
        assert "Saved: package: provider" in told(app)
        await open_entry(pilot, "website:")
        await press(pilot, "f2")
        assert isinstance(app.screen, FormScreen), "it is still wrong"
        assert "expected a web address such as https://example.com" in words(app)
        await fill(pilot, value="https://example.com")
        await open_entry(pilot, "logo:")
        await fill(pilot, value="https://example.com/logo.png")
        await open_entry(pilot, "description:")
        await fill(pilot, value="Books.\nAnd more.")
        await open_entry(pilot, "service-models:")
        await press(pilot, "s", "p", "enter")
        await open_entry(pilot, "deployment:")
        await press(pilot, "down", "enter")
        assert "Not ready: 1 required entry is missing" in words(app)
        await open_entry(pilot, "contact:Sales")
        await fill(pilot, email="sales@example.com", phone="12")
        assert "expected a telephone number" in words(app)
        await fill(pilot, phone="202-555-0123")
        assert "Ready. fedcheck export cpo" in words(app)
        saved = load_entries(workspace)
        assert saved == {
            "provider": "Meridian Systems",
            "acronym": "ML",
            "description": "Books.\nAnd more.",
            "website": "https://example.com",
            "logo": "https://example.com/logo.png",
            "service-models": ["SaaS", "PaaS"],
            "deployment": "Government-Only Cloud",
            "contact": [
                {"type": "Security", "name": "SOC"},
                {"type": "Sales", "email": "sales@example.com", "phone": "202-555-0123"},
            ],
        }
        assert "# What the marketplace shows." in (workspace / "fedcheck.toml").read_text()
        await press(pilot, "u")
        assert "Sales contact missing: " in words(app)
        assert len(load_entries(workspace)["contact"]) == 1
        await press(pilot, "U", "escape")
        assert len(load_entries(workspace)["contact"]) == 2
        assert not isinstance(app.screen, PackageScreen)


async def test_tables_are_added_changed_and_removed(app, workspace):
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "P")
        await open_entry(pilot, "service:")
        await press(pilot, "a")
        await fill(pilot, description="It books.")
        assert 'the key "name" is missing' in words(app)
        await fill(pilot, name="Ledger", available="2026-01-02")
        await open_entry(pilot, "service:")
        await press(pilot, "a")
        await fill(pilot, name="Vault")
        assert "Ledger, It books., 2026-01-02; Vault" in words(app)
        await open_entry(pilot, "service:")
        await press(pilot, "enter")
        assert "clear every field to remove it" in words(app)
        await fill(pilot, name="", description="", available="")
        assert load_entries(workspace)["service"] == [{"name": "Vault"}]
        await open_entry(pilot, "trust-center:")
        await fill(pilot, url="https://trust.example.com", sign_in="perhaps")
        assert "write yes or no" in words(app)
        await fill(pilot, sign_in="yes")
        assert "needs description of https://trust.example.com" in words(app)
        await open_entry(pilot, "agencies:")
        await fill(pilot, value="GSA\n\n NASA ")
        await open_entry(pilot, "next-report:")
        await fill(pilot, value="+2w")
        found = load_entries(workspace)
        assert found["trust-center"] == {"url": "https://trust.example.com", "sign-in": True}
        assert found["agencies"] == ["GSA", "NASA"]
        assert found["next-report"].isoformat() == "2027-01-25"


async def test_what_was_typed_is_asked_about_and_what_others_wrote_stays(app, workspace):
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "P", "enter")
        await press(pilot, "escape")
        assert isinstance(app.screen, PackageScreen), "nothing was typed"
        await press(pilot, "enter")
        await type_text(pilot, "Mer")
        await press(pilot, "escape")
        assert "What you typed is not saved" in words(app)
        await press(pilot, "g")
        await type_text(pilot, "i")
        assert isinstance(app.screen, FormScreen), "typing went on"
        await press(pilot, "escape", "d")
        assert isinstance(app.screen, PackageScreen)
        assert "provider" not in load_entries(workspace)
        await open_entry(pilot, "acronym:")
        head = workspace / "fedcheck.toml"
        head.write_text(head.read_text().replace('"ML"', '"THEIRS"'))
        await fill(pilot, value="MINE")
        assert load_entries(workspace)["acronym"] == "THEIRS"
        assert "changed in the meantime" in told(app)
        await press(pilot, "escape")
        names = {action.label.capitalize() for action, _ in offers(app, app.screen)}
        assert "Package" in names
