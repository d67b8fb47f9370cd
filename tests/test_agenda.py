"""What to do now, and why."""

from datetime import date
from typing import Any

from msgspec.structs import replace
from small_project import PROCESS, TODAY, checklist, item, small_board

from fedcheck.analysis.agenda import list_steps, list_steps_of_role
from fedcheck.domain import query_fields
from fedcheck.domain.checklist import Item
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.process import Phase
from fedcheck.domain.record import Record

OLD = Evidence("e", "https://x", collected=date(2026, 1, 1))


def steps(*items: Item, **about: Any) -> list[tuple[str, str]]:
    board = small_board(*items, **about)
    return [(s.row.item.id, s.why) for s in list_steps(board, board.rows.values())]


def test_the_most_pressing_comes_first() -> None:
    items = (
        item("plain"),
        item("advice", level="should"),
        item("doing"),
        item("stale", max_age="30d"),
        item("soon", due="2027-01-20"),
        item("today", due="2027-01-11"),
        item("late", due="2027-01-08"),
        item("later", due="2026-12-12"),
        item("far", due="2027-06-01"),
    )
    records = {"doing": Record("doing"), "stale": Record("done", evidence=(OLD,))}
    assert steps(*items, records=records) == [
        ("later", "overdue 30 d"),
        ("late", "overdue 3 d"),
        ("today", "due today"),
        ("soon", "due in 9 d"),
        ("stale", "evidence stale"),
        ("doing", "in progress"),
        ("plain", "next in readiness"),
        ("far", "due 2027-06-01"),
        ("advice", "next in readiness"),
    ]


def test_what_cannot_be_done_now_is_left_out() -> None:
    items = (
        item("waits", needs=("r.csp:blocked",)),
        item("blocked"),
        item("behind", after="ready"),
    )
    assert steps(*items, records={"blocked": Record("blocked")}) == []
    assert [name for name, _ in steps(*items)] == ["blocked"]


def test_what_is_closed_and_sound_is_left_out() -> None:
    items = (item("done"), item("na"), item("dated", due="2027-01-01"))
    records = {"done": Record("done"), "na": Record("na", reason="x"), "dated": Record("done")}
    assert steps(*items, records=records) == []


def test_what_is_done_and_no_longer_holds_says_what_is_wrong() -> None:
    items = (item("a", max_age="30d", due="2027-01-05"), item("b"), item("c"))
    gone = replace(OLD, link="evidence/x", kind="file")
    records = {
        "a": Record("done", evidence=(OLD,)),
        "b": Record("done", evidence=(gone,)),
        "c": Record("na", reason="x", basis="0" * 12),
    }
    assert steps(*items, records=records, files={"evidence/x": "missing"}) == [
        ("a", "evidence stale"),
        ("b", "evidence missing"),
        ("c", "changed upstream"),
    ]


def test_a_recurring_item_comes_back() -> None:
    record = Record("done", evidence=(replace(OLD, collected=date(2026, 12, 1)),))
    assert steps(item("a", every="1mo"), records={"a": record}) == [("a", "overdue 10 d")]


def test_phases_come_in_their_order() -> None:
    lists = (
        checklist("x.full", item("z"), phase="full-assessment"),
        checklist("x.readiness", item("y"), phase="readiness"),
    )
    assert [name for name, _ in steps(lists=lists)] == ["y", "z"]


def test_a_phase_that_is_far_off_comes_only_with_what_has_begun_or_is_due_soon() -> None:
    items = (item("a"), item("b"), item("c", due="2027-01-20"), item("d", due="2027-06-01"))
    lists = (checklist("x.review", *items, phase="review"),)
    records = {"x.review:b": Record("doing")}
    assert [name for name, _ in steps(lists=lists, records=records)] == ["c", "b"]
    near = steps(lists=lists, today=date(2027, 2, 2))  # the kick-off has passed
    assert [name for name, _ in near] == ["c", "a", "b", "d"]


def test_a_phase_without_a_gate_is_in_reach_once_the_last_gate_was_passed() -> None:
    process = replace(PROCESS, phases=(*PROCESS.phases, Phase("conmon", "ConMon", "")))
    about = {"lists": (checklist("x.conmon", item("a"), phase="conmon"),), "process": process}
    assert steps(**about) == []
    assert steps(**about, milestones={"ato": TODAY}) == []
    passed = {"kick-off": date(2026, 12, 1), "ato": date(2027, 1, 10)}  # "ready" never got a date
    assert steps(**about, milestones=passed) == [("a", "next in conmon")]


def test_mine_is_of_my_role_narrowed_by_a_query() -> None:
    board = small_board(
        item("a"), item("b"), lists=(checklist("r.3pao", item("c"), role="3pao"),), today=TODAY
    )
    assert [s.row.item.id for s in list_steps_of_role(board, "csp")] == ["a", "b"]
    assert [s.row.item.id for s in list_steps_of_role(board, "csp", query_fields.parse("b"))] == [
        "b"
    ]
    assert [s.row.item.id for s in list_steps_of_role(board, "3pao")] == ["c"]
