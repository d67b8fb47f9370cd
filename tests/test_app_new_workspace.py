"""The form for a new workspace: what it offers, what it refuses, and what it writes."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from driving import press, screen_text, settle, type_text
from textual.widgets import Select

from fedcheck.domain.profile import default_profile, fit_profile
from fedcheck.storage import checklist_files, config, paths
from fedcheck.storage.toml_io import read
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens.welcome import NewWorkspaceScreen
from fedcheck.tui.widgets.process_fields import ProcessFields


def make_app(folder: Path, clock) -> FedcheckApp:
    return FedcheckApp(None, paths.find_user_folders(), config.UserConfig(), "alice", folder, clock)


async def choose(pilot, **values: str) -> None:
    """Choose a value of each field, in order."""
    for name, value in values.items():
        wanted = name if name in ("process", "role") else f"profile-{name}"
        pilot.app.screen.query_one(f"#{wanted}", Select).value = value
        await settle(pilot)


def words(text: str) -> str:
    """Return what a screen says, without its frame and line breaks."""
    return " ".join(text.replace("│", " ").split())


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_form_leads_to_a_certification_that_exists(tmp_path, clock, size):
    app = make_app(tmp_path, clock)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        await type_text(pilot, "Acme Vault")
        fields = app.screen.query_one(ProcessFields)
        assert fields.process.id == "cr26"
        assert fields.profile == {"type": "20x", "path": "program", "class": "a"}
        shown = words(screen_text(app))
        for label in ("Process", "You are", "Type", "Path", "Class"):
            assert f" {label} " in shown
        assert "…" not in shown
        assert "esc cancels" in shown
        for values, fault in (
            ({"path": "agency"}, "does not exist as type 20x, path agency; there is: type 20x,"),
            ({"type": "rev5"}, "does not exist as type rev5, class a; there is:"),
            (
                {"class": "d", "path": "program"},
                "does not exist as type rev5, path program, class d;",
            ),
        ):
            await choose(pilot, **values)
            assert fault in words(screen_text(app))
            await press(pilot, "f2")
            assert isinstance(app.screen, NewWorkspaceScreen)
            assert not (tmp_path / "acme-vault").exists()
        await choose(pilot, type="20x")
        assert "Going for 20x, Program (FedRAMP certifies), Class D" in words(screen_text(app))
        assert "20x: preview)" in words(screen_text(app))
        await choose(pilot, **{"class": "b"})
        await press(pilot, "f2")
    head = read(tmp_path / "acme-vault" / "fedcheck.toml").data
    assert (head["process"], head["role"]) == ("cr26", "csp")
    assert head["profile"] == {"type": "20x", "path": "program", "class": "b"}


async def test_a_role_without_a_certification_sees_everything_unless_it_says_more(tmp_path, clock):
    app = make_app(tmp_path, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        fields = app.screen.query_one(ProcessFields)
        await choose(pilot, role="agency")
        assert set(fields.profile.values()) == {"any"}
        assert "every type, path and class" in words(screen_text(app))
        await choose(pilot, **{"class": "c"})
        assert fields.profile == {"type": "any", "path": "any", "class": "c"}
        await choose(pilot, type="rev5")
        assert fields.profile == {"type": "rev5", "path": "agency", "class": "c"}
        await choose(pilot, role="3pao")
        assert fields.profile == {"type": "rev5", "path": "agency", "class": "c"}
        await choose(pilot, role="csp")
        assert fields.profile == {"type": "rev5", "path": "agency", "class": "c"}
        await choose(pilot, role="pmo")
        assert set(fields.profile.values()) == {"any"}
        await choose(pilot, role="csp")
        assert fields.profile == {"type": "20x", "path": "program", "class": "a"}
        offered = app.screen.query_one("#profile-class", Select)._options
        assert [value for _, value in offered] == ["a", "b", "c", "d"]


async def test_a_closed_path_comes_last_and_says_that_it_is_closed(tmp_path, clock):
    app = make_app(tmp_path, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        offered = app.screen.query_one("#process", Select)._options
        assert [value for _, value in offered] == ["cr26", "agency", "jab"]
        await choose(pilot, process="jab")
        shown = words(screen_text(app))
        assert "JAB P-ATO (closed)" in shown
        assert "This path is closed." in shown


@pytest.mark.parametrize(
    ("given", "name", "fitting"),
    [
        (("20x", "any", "any"), "type", ("20x", "program", "a")),
        (("any", "agency", "d"), "path", ("rev5", "agency", "d")),
        (("any", "program", "c"), "type", ("any", "any", "c")),
        (("rev5", "program", "b"), "class", ("rev5", "program", "b")),
    ],
)
def test_a_profile_fits_the_value_that_was_chosen(
    given: Sequence[str], name: str, fitting: Sequence[str]
) -> None:
    catalog = checklist_files.load_catalog(paths.find_shipped_checklists(), (), None)
    process = catalog.processes["cr26"]
    found = fit_profile(process, dict(zip(("type", "path", "class"), given, strict=True)), name)
    assert tuple(found.values()) == tuple(fitting)
    for role in process.roles:
        assert process.allows(default_profile(process, role))
