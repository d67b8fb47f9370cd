"""How fast the work goes, what others did lately, and how both are drawn."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from small_project import TODAY, checklist, item, small_board

from fedcheck.analysis.activity import lately
from fedcheck.analysis.progress import WEEKS, compute_pace
from fedcheck.domain.change import Change, HistoryLine
from fedcheck.domain.record import Record
from fedcheck.tui.widgets.timeline import sparkline, timeline

AT = datetime(2027, 1, 11, 12, tzinfo=UTC)


def done(weeks_ago: int) -> Record:
    return Record("done", done=TODAY - timedelta(weeks=weeks_ago))


def board_of(records: dict[str, Record], count: int) -> Any:
    lists = (checklist("f.csp", *[item(f"i{n}") for n in range(count)], phase="full-assessment"),)
    return small_board(lists=lists, records={f"f.csp:{name}": r for name, r in records.items()})


def test_done_per_week_and_what_is_needed() -> None:
    records = {f"i{n}": done(n % 3) for n in range(6)}
    records |= {"i6": Record("na", reason="x"), "i7": done(WEEKS), "i8": Record("doing")}
    going = compute_pace(board_of(records, 12), "package")
    assert going.weeks[-3:] == (2, 2, 2)
    assert sum(going.weeks) == 6  # one was done before the weeks that are looked at
    assert (going.done, going.total) == (7, 11)
    assert going.made == 1.0  # two weeks with two, two with none
    left, days = 4, (date(2027, 1, 18) - TODAY).days
    assert going.needed == pytest.approx(left / (days / 7))
    assert going.words == "7 of 11 required items done, 4.0/week needed, 1.0/week achieved"
    assert going.late


def test_a_day_in_the_future_is_no_week_of_work() -> None:
    assert sum(compute_pace(board_of({"i0": done(-2)}, 1), "package").weeks) == 0


def test_who_began_this_week_is_measured_by_this_week() -> None:
    board = board_of({"i0": done(0), "i1": done(0)}, 4)
    assert compute_pace(board, "package").made == 2.0


def test_without_a_date_ahead_nothing_is_needed() -> None:
    board = board_of({"i0": done(1)}, 3)
    passed = replace(board, today=date(2028, 1, 1))
    assert compute_pace(passed, "package").needed is None
    assert not compute_pace(passed, "package").late
    assert compute_pace(board_of({"i0": done(1)}, 1), "package").words == (
        "1 of 1 required items done"
    )


def entered(by: str, ref: str, field: str, old: Any, new: Any) -> HistoryLine:
    return HistoryLine(Change(ref, field, old, new), AT, by, "t")


def test_what_others_did_is_counted_by_items_and_as_it_stands() -> None:
    told = lately(
        [
            entered("bob", "l:a", "status", "todo", "done"),
            entered("bob", "l:a", "result", None, "other-than-satisfied"),
            entered("bob", "l:b", "status", "todo", "done"),
            entered("bob", "l:b", "result", None, "satisfied"),
            entered("bob", "l:c", "status", "todo", "done"),
            entered("bob", "l:c", "status", "done", "todo"),
            entered("carol", "l:a", "evidence.x", None, {"link": "x"}),
            entered("carol", "requests:q", "title", None, "Which ports?"),
            entered("dana", "l:a", "note", None, "x"),
        ]
    )
    assert [(one.who, one.words) for one in told] == [
        ("bob", "1 test not satisfied, 1 reopened, 1 done"),
        ("carol", "1 request made, 1 with new evidence"),
        ("dana", "1 item changed (note)"),
    ]


def test_a_sparkline_has_a_sign_for_each_count() -> None:
    assert sparkline((0, 1, 4, 8), ascii_only=False) == "·▁▄█"
    assert sparkline((0, 1, 4, 12), ascii_only=True) == ".149"
    assert sparkline((0, 0), ascii_only=False) == "··"
    assert sparkline((), ascii_only=False) == ""


STONES = [
    ("FedRAMP Ready", date(2026, 11, 3)),
    ("Package", date(2027, 1, 18)),
    ("JAB kick-off", date(2027, 2, 1)),
    ("P-ATO granted", date(2027, 5, 14)),
]


@pytest.mark.parametrize("width", [30, 50, 72, 120])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_timeline_keeps_its_width_and_its_marks(width: int, ascii_only: bool) -> None:
    rail, names, dates = (line.plain for line in timeline(STONES, TODAY, width, ascii_only))
    assert len(rail) == width
    assert max(len(names), len(dates)) <= width
    assert rail.count("@" if ascii_only else "●") == 1
    assert rail.count("+" if ascii_only else "┬") in (3, 4)  # two may share a place
    assert "today" in names
    assert "01-11" in dates
    assert ascii_only is rail.isascii()


def test_a_timeline_names_what_comes_next_before_what_comes_later() -> None:
    _, names, dates = (line.plain for line in timeline(STONES, TODAY, 72, False))
    assert "Package" in names
    assert "01-18" in dates
    assert timeline([], TODAY, 72, False) == []
    assert timeline(STONES, TODAY, 20, False) == []
