"""A tester's keys: a result, what was seen, the same again, the review; and the counts."""

import pytest
from driving import press, screen_text, settle, told, type_text
from msgspec.structs import replace
from small_project import checklist, item

from fedcheck.domain.record import Record
from fedcheck.domain.row import Row
from fedcheck.storage import checklist_writer, paths
from fedcheck.storage.config import UserConfig
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens.checklist import ChecklistScreen
from fedcheck.tui.screens.test_progress import TestProgressScreen
from fedcheck.tui.widgets.item_list import needed
from fedcheck.tui.widgets.key_line import KeyLine

STEPS = checklist(
    "acme.steps",
    *(
        item(n, title=f"Step {n}", kind="test", controls=(c,), methods=("examine", "interview"))
        for n, c in (("one", "AC-2"), ("two", "AC-3"), ("three", "AU-2"))
    ),
    item("letter", title="A letter", code="AU-02(01)(a)(b)"),
    role="3pao",
)
ONE, TWO, THREE = (f"acme.steps:{name}" for name in ("one", "two", "three"))


@pytest.fixture
def steps(workspace):
    path = checklist_writer.path_of(workspace, "acme.steps")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(checklist_writer.dump(STEPS))
    return workspace


@pytest.fixture
def app(steps, home, clock):
    return FedcheckApp(steps, paths.find_user_folders(), UserConfig(), "alice", home, clock)


async def at(pilot, ref: str) -> None:
    pilot.app.show_item(ref)
    await settle(pilot)


async def test_result_observation_methods_and_sample_by_one_key_each(app, steps):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await at(pilot, ONE)
        await press(pilot, "t", "s", "b")
        await type_text(pilot, "read it")
        await press(pilot, "f2", "S")
        await type_text(pilot, "3 of 9")
        await press(pilot, "enter", "m", "i", "enter")
        record = app.session.project.record(ONE)
        assert (record.result, record.observation, record.sample) == (
            "satisfied", "read it", "3 of 9",
        )  # fmt: skip
        assert record.methods == ("examine",)  # both are asked for, and i turned one off
        assert (record.tester, record.tested) == ("alice", app.board.today)
        assert "read it" in screen_text(app)

        await press(pilot, "ctrl+g")
        await type_text(pilot, "au-2.1b")
        assert [row.item.id for row in app.screen.found] == ["letter"], "its code joins two"
        await press(pilot, "escape", "down", "full_stop")
        again = app.session.project.record(TWO)
        assert replace(again, basis="") == replace(record, basis="")
        await press(pilot, "u")
        assert app.session.project.record(TWO) == Record()


async def test_the_same_again_needs_something_to_repeat(app, steps):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await at(pilot, ONE)
        await press(pilot, "full_stop")
        assert "No test recorded since" in told(app)
        assert app.session.project.record(ONE) == Record()


async def test_several_tests_are_recorded_as_one(app, steps):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await at(pilot, ONE)
        await press(pilot, "x", "x", "i", "l")
        await type_text(pilot, "Big Cloud")
        await press(pilot, "enter")
        found = [app.session.project.record(ref) for ref in (ONE, TWO)]
        assert {(r.inherited, r.inherited_from) for r in found} == {("leveraged", "Big Cloud")}
        await press(pilot, "u")
        assert app.session.project.record(ONE) == Record()


async def test_the_tester_does_not_review_and_another_one_does(app, steps):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await at(pilot, ONE)
        await press(pilot, "t", "s", "y", "a")
        assert "somebody else must review it" in told(app)
        await press(pilot, "O")
        await type_text(pilot, "dana")
        await press(pilot, "enter")
        assert "Add a new person?" in screen_text(app), (
            "typing replaced alice, and dana is new here"
        )
        await press(pilot, "y", "y", "a")
        record = app.session.project.record(ONE)
        assert (record.tester, record.review, record.reviewer) == ("dana", "agreed", "alice")


async def test_a_retest_that_passed_satisfies_the_test(app, steps):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await at(pilot, ONE)
        await press(pilot, "F", "p")
        assert "nothing to retest" in told(app)
        await press(pilot, "t", "o", "escape", "F", "p")
        assert app.session.project.record(ONE).result == "satisfied"


async def test_a_day_in_the_future_is_refused_while_it_is_typed(app, steps):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await at(pilot, ONE)
        await press(pilot, "D")
        await pilot.press(*["backspace"] * 10)
        await type_text(pilot, "+2d")
        assert "in the future" in screen_text(app)
        await press(pilot, "enter")
        assert app.session.project.record(ONE).tested is None


async def test_a_task_takes_none_of_it(app, steps):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await at(pilot, "acme.steps:letter")
        await press(pilot, "b", "m", "S", "y")
        assert isinstance(app.screen, ChecklistScreen)
        assert app.session.project.record("acme.steps:letter") == Record()


async def test_counts_are_doors_to_their_tests(app, steps):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        app.session.apply([ONE], edit_satisfied())
        await press(pilot, "9")
        assert isinstance(app.screen, TestProgressScreen)
        assert "AC Access Control" in screen_text(app)
        await press(pilot, "z")
        assert "by method" in screen_text(app)
        await press(pilot, "z", "enter")
        assert isinstance(app.screen, ChecklistScreen)
        text = screen_text(app)
        assert 'kind:test tester:"alice"' in text
        assert "Step one" in text
        assert "Step two" not in text


def edit_satisfied():
    from fedcheck.domain.item_rules import ItemEdit

    return ItemEdit(result="satisfied")


async def test_the_line_of_keys_is_that_of_the_item_at_hand(app):
    async with app.run_test(size=(120, 32)) as pilot:
        await settle(pilot)
        shown = {}
        for ref in (ONE, "acme.steps:letter"):
            await at(pilot, ref)
            (line,) = app.screen.query(KeyLine)
            shown[ref] = {key.action for key in line.keys}
        assert {"test_again", "test_observation", "edit_result"} <= shown[ONE]
        assert "edit_done" not in shown[ONE]
        assert "edit_done" in shown["acme.steps:letter"]
        assert not shown["acme.steps:letter"] & {"test_again", "test_observation", "edit_result"}


def test_codes_of_procedures_have_a_column(app):
    coded = replace(STEPS.items["one"][1], code="AC-02a.[01]")
    section = STEPS.sections[0]
    row = Row(ONE, "acme.steps", "readiness", "3pao", section, coded, Record())
    plain = replace(row, item=STEPS.items["letter"][1])
    assert needed([row, plain, plain])["code"] == 0
    assert needed([row, row, plain])["code"] == len("AC-02a.[01]")
