"""What a person types is never lost: esc asks, a draft survives, names are made sure of."""

import stat

import pytest
from driving import on_disk, press, screen_text, settle, type_text
from small_project import checklist, item
from textual.widgets import TextArea

from fedcheck.domain.finding import Finding
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.storage import checklist_writer, paths
from fedcheck.storage.config import UserConfig
from fedcheck.storage.drafts import DraftStore
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens.checklist import ChecklistScreen

NOTE = "rev5.readiness.csp:diagram"


@pytest.fixture
def drafts(home):
    return DraftStore(paths.find_user_folders().state / "drafts")


@pytest.fixture
def new_app(workspace, home, clock):
    def make() -> FedcheckApp:
        return FedcheckApp(workspace, paths.find_user_folders(), UserConfig(), "alice", home, clock)

    return make


async def test_esc_asks_and_what_was_typed_is_offered_again_until_it_is_saved(
    new_app, workspace, drafts
):
    app = new_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "n")
        await type_text(pilot, "A paragraph")
        await press(pilot, "escape")
        assert "What you typed is not saved" in screen_text(app)
        await press(pilot, "escape")
        assert app.screen.query_one(TextArea).text == "A paragraph", "esc goes on writing"
        await press(pilot, "escape", "l")
        assert isinstance(app.screen, ChecklistScreen)
        assert "A paragraph" not in on_disk(workspace)
        (kept,) = drafts.folder.iterdir()
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert stat.S_IMODE(drafts.folder.stat().st_mode) == 0o700
    app = new_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "n")
        assert "There is an unsaved draft" in screen_text(app) and "2 words" in screen_text(app)
        await press(pilot, "g")
        await type_text(pilot, ", and more")
        await press(pilot, "ctrl+s")
        assert 'note = "A paragraph, and more"' in on_disk(workspace)
        assert list(drafts.folder.iterdir()) == [], "removed once it is saved"
        await press(pilot, "n")
        assert app.screen.query_one(TextArea).text == "A paragraph, and more"
        await type_text(pilot, "!!")
        await press(pilot, "escape", "d", "n")
        assert app.screen.query_one(TextArea).text == "A paragraph, and more", "dropped as asked"


async def test_a_draft_is_on_disk_before_anything_is_saved_or_left(new_app, drafts):
    """A crash may come at any time: the draft is written while one types."""
    app = new_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "n")
        await type_text(pilot, "Typed")
        assert app.screen._keeping is not None, "it is kept soon"
        app.screen.keep_draft()
        place = (str(app.session.root.resolve()), "note", app.session.resolve("diagram"))
        assert drafts.load(place).texts == {"text": "Typed"}


async def test_a_form_keeps_its_draft_and_a_failed_save_loses_none(new_app, workspace, drafts):
    app = new_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "4", "tab", "a")
        await type_text(pilot, "Old TLS")
        await press(pilot, "enter", "h", "enter", "h", "escape")
        assert "What you typed is not saved" in screen_text(app)
        await press(pilot, "l", "a", "g")
        assert (app.screen.text("title"), app.screen.text("impact")) == ("Old TLS", "h")
        await press(pilot, "ctrl+s")
        (found,) = app.session.project.findings
        assert (found.title, found.risk, found.impact) == ("Old TLS", "high", "high")
        assert list(drafts.folder.iterdir()) == []


async def test_prefilled_names_are_replaced_and_unknown_ones_are_asked(new_app, workspace):
    app = new_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.session.apply([NOTE], ItemEdit(owner="anna"))
        app.session.apply(["rev5.readiness.csp:tour"], ItemEdit(owner="maria"))
        await press(pilot, "2", "o")
        await type_text(pilot, "maria")
        await press(pilot, "enter")
        assert app.session.project.record(NOTE).owner == "maria", "not annamaria"
        await press(pilot, "o")
        await type_text(pilot, "mariia")
        await press(pilot, "enter")
        assert '"mariia" is not in this workspace. Add a new person?' in screen_text(app)
        await press(pilot, "1")
        assert app.session.project.record(NOTE).owner == "maria"
        await press(pilot, "o")
        await type_text(pilot, "ANNA2")
        await press(pilot, "enter", "y")
        assert app.session.project.record(NOTE).owner == "ANNA2"


async def test_a_long_line_is_not_dropped_without_a_question(new_app, workspace):
    app = new_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "s", "b")
        await type_text(pilot, "short")
        await press(pilot, "escape")
        assert isinstance(app.screen, ChecklistScreen)
        await press(pilot, "s", "b")
        await type_text(pilot, "The vendor has not answered us yet")
        await press(pilot, "escape")
        assert "What you typed is not saved" in screen_text(app)
        await press(pilot, "g", "enter")
        assert 'reason = "The vendor has not answered us yet"' in on_disk(workspace)


async def test_a_retest_in_the_app_closes_the_finding_or_says_why_not(
    new_app, workspace, monkeypatch
):
    path = checklist_writer.path_of(workspace, "acme.steps")
    path.parent.mkdir(exist_ok=True)
    steps = [item(name, kind="test", controls=("AC-2",)) for name in ("one", "two")]
    path.write_bytes(checklist_writer.dump(checklist("acme.steps", *steps, role="3pao")))
    one, two = "acme.steps:one", "acme.steps:two"
    app = new_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        app.session.apply([one, two], ItemEdit(result="other-than-satisfied"))
        app.session.apply(
            ["findings:f1"], FindingEdit(new=True, title="Gap", risk="low", link=(one, two))
        )
        heard = []
        monkeypatch.setattr(app, "tell", lambda text, *_: heard.append(text))
        app.show_item(one)
        await press(pilot, "F", "p")
        assert any("finding f1 is open: it also names two" in text for text in heard)
        app.show_item(two)
        await press(pilot, "F", "p")
        gap = app.session.project.finding("f1")
        assert isinstance(gap, Finding) and (gap.state, gap.retest) == ("closed", "passed")
        await press(pilot, "u")
        assert app.session.project.finding("f1").state == "open", "one undo takes back both"
        assert app.session.project.record(two).result == "other-than-satisfied"
