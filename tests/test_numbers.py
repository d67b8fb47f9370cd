"""Numbers say what they count: required items, the phases of a gate, whose turn it is."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from small_project import KICK_OFF, PROCESS, TODAY, checklist, item, small_board

from fedcheck.analysis import agenda, test_progress
from fedcheck.analysis.activity import sort_lines, story
from fedcheck.analysis.board import Board, build_board
from fedcheck.analysis.digests import find_gate
from fedcheck.analysis.gate_scope import count_before, describe_scope
from fedcheck.analysis.gates import gate, gates
from fedcheck.analysis.grouping import group_items
from fedcheck.analysis.progress import compute_pace, count_by_phase_and_role
from fedcheck.domain.change import Change, HistoryLine
from fedcheck.domain.checklist import SourceRef
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.process import Milestone
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.text import count_cells

DONE = Record("done", done=date(2027, 1, 5))
REVIEW = replace(
    PROCESS,
    milestones=(
        Milestone("ready", "Ready", closes=("readiness",)),
        Milestone("package", "Package", closes=("readiness", "full-assessment")),
        Milestone("held", "Review held", closes=("review",)),
    ),
)
LATER = (
    checklist("f.csp", item("b"), item("c"), phase="full-assessment"),
    checklist("v.csp", item("d"), phase="review"),
)


def in_review(**about: Any) -> Board:
    board = small_board(item("a"), lists=LATER, milestones={}, **about)
    return build_board(replace(board.project, process=REVIEW), TODAY)


def test_may_items_are_in_no_total_and_in_no_pace() -> None:
    rows = (item("a"), item("b", level="should"), item("c", level="may"))
    board = small_board(*rows, records={"a": DONE, "c": DONE})
    count = count_by_phase_and_role(board)["readiness", "csp"]
    assert (count.total, count.done, count.optional, count.text) == (2, 1, 1, "1/2")
    assert count.words == "1/2 +1 optional"
    going = compute_pace(board, "kick-off")
    assert (going.done, going.total, sum(going.weeks)) == (1, 2, 1)
    assert going.words.startswith("1 of 2 required items done")
    ((heading, _),) = group_items(list(board.rows.values()), "section", board)
    assert heading.endswith("1/2 +1 optional")


def test_an_optional_item_is_overdue_by_a_date_that_a_person_gave_alone() -> None:
    rows = (item("a", level="may", due="2027-01-04"), item("b", due="2027-01-04"))
    board = small_board(*rows)
    assert [row.overdue for row in board.rows.values()] == [False, True]
    own = small_board(*rows, records={"a": Record(due="2027-01-05")})
    assert own.rows["r.csp:a"].overdue


def test_a_gate_of_a_later_phase_says_what_is_missing_before_it() -> None:
    asked = Request("q1", "Which ports?", by="bob", to="dana")
    for requests, own in (((), 1), ((asked,), 2)):
        board = in_review(requests=requests)
        found = gates(board)
        held = found[2]
        assert len(held.missing) == own
        # a request counts at every gate; the number is the one that the gate before shows
        assert count_before(found, held.milestone) == len(found[1].missing) == 2 + own
        words = describe_scope(board.project.process, found, held.milestone)
        assert words == f"review only; {2 + own} outstanding for earlier milestones"
        assert count_before(found, found[1].milestone) == 0
        assert describe_scope(board.project.process, found, found[1].milestone) == ""


def test_an_item_that_waits_for_the_other_side_is_theirs() -> None:
    theirs = checklist("r.3pao", item("x"), role="3pao")
    one = item("a", needs=("r.3pao:x",))

    def missing(**about: Any) -> tuple[str, str, str]:
        board = small_board(one, lists=(theirs,), **about)
        chosen = board.project.process.milestone("ready")
        assert chosen is not None
        (found,) = (m for m in gate(board, chosen).missing if m.ref == "r.csp:a")
        return found.role, found.owner, found.why

    bob = Record(owner="bob")
    own = Record(owner="dana")
    records = {"a": own, "r.3pao:x": bob}
    assert missing(records=records) == ("3pao", "bob", "not done, CSP waits for r.3pao:x")
    done = replace(DONE, owner="dana")
    why = "done, and CSP waits for r.3pao:x"
    assert missing(records={**records, "a": done}) == ("3pao", "bob", why)
    started = replace(own, status="doing")
    assert missing(records={**records, "a": started})[:2] == ("csp", "dana")
    held = replace(own, status="blocked", reason="no key")
    assert missing(records={**records, "a": held}) == ("csp", "dana", "blocked: no key")


def test_what_waits_for_ones_own_role_stays_with_it() -> None:
    board = small_board(item("a", needs=("r.csp:b",)), item("b"), records={"a": Record(owner="al")})
    chosen = board.project.process.milestone("ready")
    assert chosen is not None
    assert {(m.ref, m.owner) for m in gate(board, chosen).missing} == {
        ("r.csp:a", "al"),
        ("r.csp:b", "csp"),
    }


@pytest.mark.parametrize(
    ("collected", "why", "step"),
    [
        ("2027-01-08", "evidence goes stale on 2027-01-19", "stale in 8 d"),
        ("2026-12-01", "evidence is too old", "evidence stale"),
    ],
)
def test_stale_is_today_or_on_a_day(collected: str, why: str, step: str) -> None:
    proof = Evidence(id="e1", link="https://x.gov/s", collected=date.fromisoformat(collected))
    record = replace(DONE, evidence=(proof,))
    board = small_board(item("a", max_age="10d at kick-off"), records={"a": record})
    assert board.dates["kick-off"] == KICK_OFF
    chosen = board.project.process.milestone("ready")
    assert chosen is not None
    assert [(m.kind, m.why) for m in gate(board, chosen).missing] == [("stale", why)]
    assert [one.why for one in agenda.list_steps(board, board.rows.values())] == [step]


def test_a_milestone_is_named_where_its_gate_asks_for_the_item() -> None:
    asks = replace(
        PROCESS,
        milestones=(
            Milestone("own", "Own", closes=("readiness",), roles=("3pao",)),
            Milestone("all", "All", closes=("readiness",)),
            Milestone("last", "Last", closes=("readiness",)),
        ),
    )
    rows = (item("a"), item("b", level="may"), item("c", after="all"))
    board = small_board(*rows, milestones={})
    board = build_board(replace(board.project, process=asks), TODAY)
    named = [find_gate(board, row) for row in board.rows.values()]
    assert [one.id if one else "" for one in named] == ["all", "", "last"]


def test_work_that_is_further_on_leaves_an_undated_gate_behind() -> None:
    def following(done: tuple[str, ...]) -> str:
        lists = (checklist("f.csp", item("c"), item("d"), item("e"), phase="full-assessment"),)
        records = dict.fromkeys(done, DONE)
        return small_board(item("a"), item("b"), lists=lists, records=records).next_milestone

    assert following(("r.csp:a", "f.csp:c")) == "ready"
    assert following(("f.csp:c",)) == "package"


def test_a_process_may_begin_in_a_later_phase() -> None:
    later = PROCESS.beginning_in("full-assessment")
    assert [phase.id for phase in later.phases] == ["full-assessment", "review"]
    assert [one.closes for one in later.milestones][:3] == [
        (),
        ("full-assessment",),
        ("full-assessment",),
    ]
    assert replace(PROCESS, assessment="readiness").beginning_in("review").assessment == ""
    assert PROCESS.beginning_in("readiness") is PROCESS.beginning_in("") is PROCESS


def line(tx: str, at: datetime, day: date | None = None, value: str = "x") -> HistoryLine:
    return HistoryLine(Change("r.csp:a", "note", "", value), at, "alice", tx, day=day)


def test_the_story_goes_by_the_day_that_a_change_counts_for() -> None:
    clock = datetime(2027, 1, 11, 15, tzinfo=UTC)
    first = line("1", clock)
    earlier = line("2", clock, date(2027, 1, 4))
    lines = [first, earlier]
    zone = ZoneInfo("UTC")
    told = story(lines, zone)
    assert [(row.tx, row.at.date()) for row in told] == [("2", date(2027, 1, 4)), ("1", TODAY)]
    assert told[0].what.endswith("(entered on 2027-01-11)")
    assert "entered" not in told[1].what
    assert sort_lines(lines, zone) == [earlier, first]


def test_the_story_is_in_the_order_of_time_whatever_the_order_of_the_lines() -> None:
    late = line("1", datetime(2027, 1, 9, tzinfo=UTC))
    early = line("2", datetime(2027, 1, 2, tzinfo=UTC))
    assert [row.tx for row in story([late, early], ZoneInfo("UTC"))] == ["2", "1"]


STEP = item("s1", kind="test", source=SourceRef("srtm"), methods=("examine", "interview"))
READY = item("r1", kind="test", methods=("test",))


def test_steps_of_a_workbook_are_counted_apart() -> None:
    lists = (checklist("rev5.srtm", STEP, role="3pao", phase="full-assessment"),)
    board = small_board(READY, item("t"), lists=lists)
    steps, others = test_progress.split_tests(board.rows.values())
    assert [row.ref for row in steps] == ["rev5.srtm:s1"]
    assert test_progress.describe_others(others) == "1 test of r.csp"
    alone = small_board(READY, item("t"))
    steps, others = test_progress.split_tests(alone.rows.values())
    assert ([row.ref for row in steps], others) == (["r.csp:r1"], [])


def test_by_method_counts_the_methods_used() -> None:
    used = Record("done", "satisfied", methods=("test",))
    rows = (replace(STEP, id="s1"), replace(STEP, id="s2"))
    board = small_board(*rows, records={"s1": used})
    found = {one.name: one.total for one in test_progress.count_by_method(board.rows.values())}
    assert found == {"examine": 1, "interview": 1, "test": 1}


def test_a_check_mark_is_one_cell() -> None:
    assert [count_cells(sign) for sign in "✓✗☐◐■–"] == [1] * 6
    assert [count_cells(sign) for sign in "✅漢"] == [2, 2]
