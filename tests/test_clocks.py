"""Clocks: every deadline with its day, whose it is and why; what a milestone moves."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from small_project import KICK_OFF, PROCESS, TODAY, checklist, item, project, small_board

from fedcheck.analysis.board import build_board
from fedcheck.analysis.deadlines import (
    Deadline,
    list_deadlines,
    list_turns,
    select_undated,
    select_until,
)
from fedcheck.analysis.progress import group_deadlines
from fedcheck.analysis.rescheduling import describe_impact, measure_impact, reschedule_milestone
from fedcheck.domain.checklist import Item, Source, SourceRef
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.errors import QueryError

PACKAGE = date(2027, 1, 18)


def found(*items: Item, role: str = "", query: str = "", **about: Any) -> list[Deadline]:
    return list_deadlines(small_board(*items, **about), role, query)


def of_items(*items: Item, **about: Any) -> list[tuple[str, date | None, str, str]]:
    ones = found(*items, **about)
    return [(o.kind, o.day, o.why, o.waits) for o in ones if o.kind != "milestone"]


def proof(day: date | None, **about: Any) -> Evidence:
    return Evidence(about.pop("id", "e1"), "https://x", "Scan", collected=day, **about)


def done(*evidence_items: Evidence) -> Record:
    return Record("done", done=date(2027, 1, 2), evidence=evidence_items)


def test_milestones_ahead_and_those_without_a_date() -> None:
    ones = found(milestones={"ready": date(2027, 1, 10), "kick-off": KICK_OFF})
    assert [(o.ref, o.day, o.why, o.waits) for o in ones] == [
        ("milestones:package", PACKAGE, "kick-off - 14d", ""),
        ("milestones:kick-off", KICK_OFF, "date set in fedcheck.toml", ""),
        ("milestones:ato", None, "no default date", "a date: fedcheck milestone ato DATE"),
        ("milestones:anniversary", None, "ato + 1y", "the date of P-ATO"),
    ]


def test_items_are_due_by_a_date_a_milestone_or_an_item() -> None:
    items = (
        item("own"),
        item("late", due="2027-01-08"),
        item("stone", due="kick-off - 5bd"),
        item("chained", due="r.csp:base + 30d"),
        item("waiting", due="r.csp:own + 30d"),
        item("nowhen", due="ato"),
        item("base"),
    )
    records = {"base": Record("done", done=date(2027, 1, 4)), "own": Record(due="2027-03-01")}
    assert of_items(*items, records=records) == [
        ("item", date(2027, 1, 8), "date set on the item", ""),
        ("item", date(2027, 1, 25), "kick-off - 5bd", ""),
        ("item", date(2027, 2, 3), "r.csp:base + 30d", ""),
        ("item", date(2027, 3, 1), "date set on the item", ""),
        ("item", None, "r.csp:own + 30d", "Own to be done"),
        ("item", None, "ato", "the date of P-ATO"),
    ]
    late = [o.what for o in found(*items, records=records) if o.late]
    assert late == ["Late"]


@pytest.mark.parametrize("status", ["done", "na"])
def test_what_is_closed_has_no_deadline(status: str) -> None:
    assert of_items(item("a", due="2027-01-20"), records={"a": Record(status)}) == []


def test_what_recurs_is_due_again_after_its_newest_evidence() -> None:
    monthly = item("a", every="1mo")
    old, new = proof(date(2026, 11, 5), id="e1"), proof(date(2026, 12, 20), id="e2")
    assert of_items(monthly, records={"a": done(old, new)}) == [
        ("turn", date(2027, 1, 20), "every 1mo, last 2026-12-20", "")
    ]
    assert of_items(monthly) == [("turn", None, "every 1mo", "the first delivery")]
    after = item("a", every="1mo", after="ato")
    assert of_items(after) == [("turn", None, "every 1mo", "the first delivery, after P-ATO")]
    late = of_items(monthly, records={"a": done(old)})
    assert late == [("turn", date(2026, 12, 5), "every 1mo, last 2026-11-05", "")]


def test_the_first_turn_has_the_date_of_its_item() -> None:
    first = item("a", every="1mo", due="kick-off")
    assert of_items(first) == [("item", KICK_OFF, "kick-off", "")]


@pytest.mark.parametrize("role", ["", "csp", "3pao"])
def test_turns_are_those_of_all_deadlines_in_their_order(role: str) -> None:
    items = [item(name, every="1mo") for name in "abd"]
    items.append(item("c", every="1mo", due="kick-off"))
    records = {"a": done(proof(date(2026, 12, 20))), "b": done(proof(date(2026, 11, 5), id="e2"))}
    tested = checklist("r.3pao", item("t", every="1y"), item("u", due="kick-off"), role="3pao")
    board = small_board(*items, item("e", due="kick-off"), records=records, lists=[tested])
    turns = list_turns(board, role)
    assert turns == [one for one in list_deadlines(board, role) if one.kind == "turn"]
    assert len(turns) == {"": 4, "csp": 3, "3pao": 1}[role]


def test_evidence_stops_to_count() -> None:
    def of(one: Item, *evidence_items: Evidence) -> list[tuple[str, date | None, str, str]]:
        return of_items(one, records={"a": done(*evidence_items)})

    day = date(2026, 12, 20)
    assert of(item("a", max_age="30d"), proof(day)) == [
        ("evidence", date(2027, 1, 20), "Scan: at most 30d old", "")
    ]
    assert of(item("a"), proof(day, expires=date(2027, 1, 14))) == [
        ("evidence", date(2027, 1, 15), "Scan: expires on 2027-01-14", "")
    ]
    assert of(item("a"), proof(day)) == []
    at_package = item("a", max_age="30d at package")
    assert of(at_package, proof(day)) == []  # it counts there, and for good
    assert of(at_package, proof(date(2026, 12, 18))) == [
        (
            "evidence",
            PACKAGE,
            "Scan: will be too old for Package; counts if collected from 2026-12-19 on",
            "",
        )
    ]
    assert of(item("a", max_age="30d"), proof(date(2026, 12, 1))) == [
        ("evidence", date(2027, 1, 1), "Scan: too old, at most 30d old", "")
    ]


def test_a_limit_at_a_milestone_without_a_date_runs_from_day_to_day() -> None:
    one = item("a", max_age="30d at ato")
    ones = of_items(one, records={"a": done(proof(date(2026, 12, 20)))})
    assert ones == [("evidence", date(2027, 1, 20), "Scan: at most 30d at ato old", "")]


def test_pieces_of_one_day_are_one_deadline() -> None:
    day = date(2026, 12, 20)
    pieces = [proof(day, id=f"e{n}") for n in range(3)]
    ((_, _, why, _),) = of_items(item("a", max_age="30d"), records={"a": done(*pieces)})
    assert why == "Scan and 2 other pieces: at most 30d old"


def test_requests_and_findings_by_their_days() -> None:
    gap = Finding("f1", "Weak TLS", risk="high", found=date(2027, 1, 4))
    requests = (
        Request("q1", "Which ports?", by="bob", to="dana", asked=TODAY, due=date(2027, 1, 15)),
        Request("q2", "Which keys?", to="3pao"),
        Request("q3", "Settled?", state="answered", due=date(2027, 1, 15)),
    )
    findings = (
        gap,
        replace(gap, id="f2", risk="moderate", due=date(2027, 4, 4)),
        replace(gap, id="f3", risk="low", due=date(2027, 2, 1), owner="dana"),
        replace(gap, id="f4", found=None),
        replace(gap, id="f5", state="closed"),
    )
    ones = [o for o in found(requests=requests, findings=findings) if o.kind != "milestone"]
    assert [(o.ref, o.day, o.role, o.owner, o.why) for o in ones] == [
        ("requests:q1", date(2027, 1, 15), "csp", "dana", f"asked {TODAY} by bob"),
        ("findings:f3", date(2027, 2, 1), "csp", "dana", "low: date set on the finding"),
        ("findings:f1", date(2027, 2, 3), "csp", "", "high: 30d after discovery on 2027-01-04"),
        ("findings:f2", date(2027, 4, 4), "csp", "", "moderate: 90d after discovery on 2027-01-04"),
        ("requests:q2", None, "3pao", "", "asked"),
        ("findings:f4", None, "csp", "", "high"),
    ]  # fmt: skip
    assert [o.source for o in ones if o.ref == "findings:f1"] == ["FedRAMP baselines Rev 5, RA-5"]
    assert [o.waits for o in ones[-2:]] == [
        "a due date",
        "a due date, or a discovery date",
    ]


def test_the_source_of_a_rule_is_told() -> None:
    one = item("a", due="2027-01-20", source=SourceRef("guide", "section 2"))
    listed = replace(checklist("r.csp", one), sources=(Source("guide", "The Guide", ""),))
    (told,) = [o for o in found(lists=(listed,)) if o.kind == "item"]
    assert told.source == "The Guide, section 2"


def test_a_role_has_its_own_and_the_milestones() -> None:
    lists = (checklist("r.3pao", item("b", due="2027-01-20"), role="3pao"),)
    ones = found(item("a", due="2027-01-20"), lists=lists, role="3pao", milestones={})
    assert [o.ref for o in ones if o.kind != "milestone"] == ["r.3pao:b"]
    assert sum(o.kind == "milestone" for o in ones) == 5


def test_a_query_narrows_in_each_language() -> None:
    records = {"a": Record(owner="dana"), "b": Record(owner="alice")}
    about = {
        "records": records,
        "requests": (Request("q1", "Which ports?", due=KICK_OFF),),
        "findings": (Finding("f1", "Weak TLS", risk="high", owner="dana", due=KICK_OFF),),
    }
    items = (item("a", due="2027-01-20"), item("b", due="2027-01-20"))
    assert [o.ref for o in found(*items, query="owner:dana", **about)] == ["r.csp:a", "findings:f1"]
    assert [o.ref for o in found(*items, query="risk:high", **about)] == ["findings:f1"]
    with pytest.raises(QueryError):
        found(*items, query="nonsense:high", **about)


def test_private_items_are_marked_and_unreadable_ones_left_out() -> None:
    about = project(item("a", due="2027-01-20"))
    inside = build_board(replace(about, private_lists=frozenset({"r.csp"})), TODAY)
    assert [o.private for o in list_deadlines(inside) if o.kind == "item"] == [True]
    unread = build_board(replace(about, unreadable=frozenset({"r.csp"})), TODAY)
    assert [o for o in list_deadlines(unread) if o.kind == "item"] == []


def test_every_key_is_its_own() -> None:
    pieces = done(proof(date(2026, 12, 1)), proof(date(2026, 12, 2), id="e2"))
    ones = found(
        item("a", every="1mo", max_age="30d"),
        item("b", due="kick-off"),
        records={"a": pieces},
        requests=(Request("q1", "x"),),
        findings=(Finding("f1", "x"),),
    )
    assert len({o.key for o in ones}) == len(ones) == 11


def test_a_horizon_and_what_has_no_day() -> None:
    ones = found(item("a", due="2027-01-20"), item("b", due="ato"), milestones={})
    assert [o.what for o in select_until(ones, date(2027, 1, 20))] == ["A"]
    assert select_until(ones, date(2027, 1, 19)) == []
    assert [o.what for o in select_undated(ones) if o.kind == "item"] == ["B"]


def test_weeks_while_they_are_near_then_months() -> None:
    days = ("2027-01-08", "2027-01-11", "2027-01-17", "2027-01-18", "2027-01-25", "2027-02-14",
            "2027-02-15", "2027-03-01", "2028-03-01")  # fmt: skip
    ones = found(*(item(f"i{n}", due=day) for n, day in enumerate(days)), milestones={})
    assert [(head, len(some)) for head, some in group_deadlines(ones, TODAY)] == [
        ("Overdue", 1),
        ("This week", 2),
        ("Next week", 1),
        ("Week of 2027-01-25", 1),
        ("Week of 2027-02-08", 1),
        ("February 2027", 1),
        ("March 2027", 1),
        ("March 2028", 1),
    ]


# What hangs on a milestone


def moved(new: date | None, *items: Item, **about: Any) -> Any:
    now = small_board(*items, **about)
    return measure_impact(now, reschedule_milestone(now, "kick-off", new))


def test_what_hangs_on_a_milestone_moves_with_it() -> None:
    items = (item("a", due="kick-off - 30d"), item("b", due="2027-01-20"), item("c", due="package"))
    found = moved(date(2027, 3, 1), *items)
    assert [(m.deadline.ref, m.old, m.new) for m in found.milestones] == [
        ("milestones:package", PACKAGE, date(2027, 2, 15)),
        ("milestones:kick-off", KICK_OFF, date(2027, 3, 1)),
    ]
    assert [(m.deadline.ref, m.new) for m in found.moves] == [
        ("r.csp:a", date(2027, 1, 30)),
        ("r.csp:c", date(2027, 2, 15)),
    ]
    assert (found.overdue, found.stale, found.fresh) == ((), (), ())
    assert describe_impact(found) == "1 other milestone moves, 2 deadlines move"


def test_what_goes_stale_or_overdue_by_it_is_told() -> None:
    items = (item("a", due="kick-off - 14d"), item("scan", max_age="30d at package"))
    records = {"scan": done(proof(date(2026, 12, 20)))}
    later = moved(date(2027, 3, 1), *items, records=records)
    assert [e.ref for e in later.stale] == ["r.csp:scan"]
    sooner = moved(date(2027, 1, 20), *items, records=records)
    assert [e.ref for e in sooner.overdue] == ["r.csp:a"]
    assert sooner.stale == ()
    old = {"scan": done(proof(date(2026, 12, 10)))}
    assert [e.ref for e in moved(date(2027, 1, 20), *items, records=old).fresh] == ["r.csp:scan"]


def test_a_date_taken_away_leaves_no_day() -> None:
    found = moved(None, item("a", due="kick-off"))
    assert [(m.deadline.ref, m.old, m.new) for m in found.moves] == [("r.csp:a", KICK_OFF, None)]


def test_the_same_date_moves_nothing() -> None:
    found = moved(KICK_OFF, item("a", due="kick-off"))
    assert (found.milestones, found.moves, describe_impact(found)) == ((), (), "")


def test_the_end_of_the_calendar_breaks_nothing() -> None:
    milestones = {"ato": date.max}
    ones = found(item("a", due="ato + 1y"), milestones=milestones, process=PROCESS)
    assert [(o.ref, o.day) for o in ones if o.kind == "item"] == [("r.csp:a", None)]
