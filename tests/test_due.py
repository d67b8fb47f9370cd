"""Due dates and milestones: anchors, defaults, circles, recurring items, progress counts."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from small_project import KICK_OFF, PROCESS, TODAY, checklist, item, project, small_board

from fedcheck.analysis.board import Board
from fedcheck.analysis.milestones import build_calendar, find_next_milestone
from fedcheck.analysis.progress import (
    Count,
    count_by_checklist,
    count_by_phase_and_role,
    count_by_section,
    count_items,
)
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import STATUSES
from fedcheck.domain.process import Milestone
from fedcheck.domain.record import Record
from fedcheck.domain.row import Row

TOMORROW = date(2027, 1, 12)


def entry(board: Board, name: str = "a") -> Row:
    return board.rows[f"r.csp:{name}"]


def due(expression: str, **about: Any) -> date | None:
    return entry(small_board(item("a", due=expression), **about)).due


@pytest.mark.parametrize(
    ("expression", "day"),
    [
        ("2027-03-01", date(2027, 3, 1)),
        ("kick-off", KICK_OFF),
        ("kick-off - 30d", date(2027, 1, 2)),
        ("kick-off + 1mo", date(2027, 3, 1)),
        ("package - 2w", date(2027, 1, 4)),
        ("package - 10bd", date(2027, 1, 4)),
        ("ready", None),
        ("ready + 3d", None),
        ("anniversary - 60d", None),
        ("no-such-thing - 1d", None),
        ("", None),
        ("kick-off + 9999y", None),
    ],
)
def test_due_dates_hang_on_milestones(expression: str, day: date | None) -> None:
    assert due(expression) == day


def test_due_dates_hang_on_items_that_are_done() -> None:
    for anchor in ("r.csp:b", "b"):
        board = small_board(
            item("a", due=f"{anchor} + 5bd"),
            item("b"),
            records={"b": Record("done", done=date(2027, 1, 14))},
        )
        assert entry(board).due == date(2027, 1, 22)  # over Martin Luther King day
        assert entry(small_board(item("a", due=f"{anchor} + 5bd"), item("b"))).due is None


def test_an_id_that_two_lists_have_is_no_anchor() -> None:
    lists = (checklist("r.3pao", item("b"), role="3pao"),)
    records = {"r.csp:b": Record("done", done=TODAY), "r.3pao:b": Record("done", done=TODAY)}
    board = small_board(item("a", due="b"), item("b"), lists=lists, records=records)
    assert entry(board).due is None


def test_a_milestone_is_never_taken_for_an_item_of_that_name() -> None:
    board = small_board(
        item("a", due="ready"), item("ready"), records={"ready": Record("done", done=TODAY)}
    )
    assert entry(board).due is None


def test_the_records_own_date_wins() -> None:
    one = item("a", due="kick-off", every="1mo")
    record = Record(due="kick-off - 1w", evidence=(Evidence("e", "x", collected=TODAY),))
    assert entry(small_board(one, records={"a": record})).due == date(2027, 1, 25)
    assert entry(small_board(one, records={"a": Record(due="ready")})).due is None


def test_a_recurring_item_is_due_again_a_period_after_its_newest_evidence() -> None:
    one = item("a", every="1mo", due="kick-off")
    assert entry(small_board(one)).due == KICK_OFF
    evidence_items = (Evidence("e", "x", collected=date(2026, 12, 11)), Evidence("f", "y"))
    record = Record("done", evidence=evidence_items)
    found = entry(small_board(one, records={"a": record}))
    assert (found.due, found.overdue) == (date(2027, 1, 11), False)
    found = entry(small_board(one, records={"a": record}, today=date(2027, 1, 12)))
    assert found.overdue  # though it is done


def test_a_turn_after_the_end_of_the_phase_is_none() -> None:
    one, milestones = item("a", every="1mo"), {"ato": date(2027, 1, 20)}

    def turn(collected: date) -> date | None:
        record = Record("done", evidence=(Evidence("e", "x", collected=collected),))
        return entry(small_board(one, records={"a": record}, milestones=milestones)).due

    assert turn(date(2026, 12, 20)) == date(2027, 1, 20)
    assert turn(date(2026, 12, 21)) is None


def test_overdue_is_for_what_is_open() -> None:
    one = item("a", due="2027-01-10")
    for status, late in [("todo", True), ("doing", True), ("blocked", True), ("done", False)]:
        assert entry(small_board(one, records={"a": Record(status)})).overdue is late
    assert not entry(small_board(one, records={"a": Record("na", reason="x")})).overdue
    assert not entry(small_board(one, today=date(2027, 1, 10))).overdue


def test_the_workspaces_own_date_wins_over_the_default() -> None:
    assert build_calendar(project()).dates["package"] == date(2027, 1, 18)
    own = build_calendar(project(milestones={"kick-off": KICK_OFF, "package": TODAY}))
    assert own.dates["package"] == TODAY


def with_defaults(**defaults: str) -> Any:
    milestones = tuple(Milestone(name, name, default=text) for name, text in defaults.items())
    return replace(PROCESS, milestones=milestones)


def test_defaults_lead_from_one_to_the_next_in_any_order() -> None:
    process = with_defaults(d="c + 1d", c="b + 1d", b="a + 1d", a="")
    dates = build_calendar(project(process=process, milestones={"a": TODAY})).dates
    assert [dates[name].day for name in "abcd"] == [11, 12, 13, 14]


def test_defaults_in_a_circle_have_no_date() -> None:
    process = with_defaults(a="b + 1d", b="a + 1d", c="c", d="a + 1d", e="2027-05-01")
    assert build_calendar(project(process=process, milestones={})).dates == {"e": date(2027, 5, 1)}
    cut = build_calendar(project(process=process, milestones={"a": TODAY})).dates
    assert cut == {"a": TODAY, "b": TOMORROW, "d": TOMORROW, "e": date(2027, 5, 1)}


def test_a_default_that_leaves_the_calendar_has_no_date() -> None:
    process = with_defaults(a="2027-01-01", b="a + 9999y")
    assert build_calendar(project(process=process, milestones={})).dates == {"a": date(2027, 1, 1)}


def test_the_next_milestone() -> None:
    def following(**dates: date) -> str:
        known = {name.replace("_", "-"): day for name, day in dates.items()}
        return find_next_milestone(project(), known, TODAY)

    before, after = date(2027, 1, 1), date(2027, 1, 31)
    assert following() == "ready"
    assert following(kick_off=after) == "kick-off"
    assert following(kick_off=TODAY) == "kick-off"
    assert following(kick_off=after, package=date(2027, 1, 12)) == "package"
    assert following(package=before) == "kick-off"
    assert following(ready=before, ato=before) == "ato"
    assert following(anniversary=after) == "ready"  # it has no gate


def test_entries_wait_for_needs_and_for_milestones() -> None:
    items = (item("a", needs=("r.csp:b",)), item("b"), item("c", after="kick-off"))
    board = small_board(*items)
    assert entry(board).waits == ("r.csp:b",)
    assert [entry(board, n).waiting for n in "abc"] == [True, False, True]
    board = small_board(*items, records={"b": Record("done")}, today=KICK_OFF)
    assert [entry(board, n).waiting for n in "abc"] == [False, False, False]


def test_percent_is_rounded_down_and_na_is_not_counted() -> None:
    def percent(**by_status: int) -> int:
        return Count({**dict.fromkeys(STATUSES, 0), **by_status}).percent

    assert percent(done=2, todo=1) == 66
    assert percent(done=199, todo=1) == 99
    assert percent(done=1, na=5, doing=1) == 50
    assert percent(na=3) == 100
    assert percent() == 100
    assert percent(blocked=1) == 0


@given(st.fixed_dictionaries({status: st.integers(0, 3000) for status in STATUSES}))
def test_a_hundred_percent_means_that_nothing_is_left(by_status: dict[str, int]) -> None:
    counted = Count(by_status)
    open_ = counted.total - counted.done - by_status["na"]
    assert (counted.percent == 100) == (open_ == 0)
    assert 0 <= counted.percent <= 100
    assert counted.text == f"{counted.done}/{counted.total - by_status['na']}"


def test_counts_by_list_phase_role_and_section() -> None:
    lists = (
        checklist("f.3pao", item("b"), item("c"), phase="full-assessment", role="3pao"),
        checklist("f.none", item("d", applies={"impact": ("high",)}), phase="full-assessment"),
    )
    records = {"r.csp:a": Record("done"), "f.3pao:b": Record("doing")}
    board = small_board(item("a"), lists=lists, records=records)
    assert {name: c.text for name, c in count_by_checklist(board).items()} == {
        "r.csp": "1/1",
        "f.3pao": "0/2",
        "f.none": "0/0",
    }
    assert {key: c.text for key, c in count_by_phase_and_role(board).items()} == {
        ("readiness", "csp"): "1/1",
        ("full-assessment", "3pao"): "0/2",
    }
    assert {key: c.text for key, c in count_by_section(board.rows.values()).items()} == {
        ("r.csp", "s"): "1/1",
        ("f.3pao", "s"): "0/2",
    }
    assert count_items(board.rows.values()).by_status["doing"] == 1
    assert len(board.of_phase("full-assessment")) == 2
