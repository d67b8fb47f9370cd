"""Gates: every clause of the rule (design, section 3), each with a test that fails without it."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from small_project import KICK_OFF, PROCESS, TODAY, checklist, item, project, small_board

from fedcheck.analysis.board import build_board
from fedcheck.analysis.gates import Gate, gate, gates
from fedcheck.domain.checklist import Item
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import BrokenFile

TEST = item("t", kind="test")
DAY = date(2027, 1, 10)
DONE = Record("done", done=DAY)
SATISFIED = Record("done", "satisfied", done=DAY)
GAP = Record("done", "other-than-satisfied", done=DAY)


def judged(*items: Item, milestone: str = "ready", **about: Any) -> Gate:
    board = small_board(*items, **about)
    chosen = board.project.process.milestone(milestone)
    assert chosen is not None
    return gate(board, chosen)


def lacks(*items: Item, milestone: str = "ready", **about: Any) -> list[tuple[str, str]]:
    return [(m.kind, m.ref) for m in judged(*items, milestone=milestone, **about).missing]


def test_a_gate_with_everything_done_is_met() -> None:
    found = judged(item("a"), TEST, records={"a": DONE, "t": SATISFIED})
    assert found.ready
    assert found.missing == ()


@pytest.mark.parametrize("level", ["must", "must-not"])
@pytest.mark.parametrize("status", ["todo", "doing", "blocked"])
def test_must_and_must_not_items_are_done(level: str, status: str) -> None:
    records = {"a": Record(status, reason="waits")}
    assert lacks(item("a", level=level), records=records) == [("open", "r.csp:a")]


@pytest.mark.parametrize("level", ["must", "must-not", "should", "should-not"])
def test_na_counts_with_a_reason_only(level: str) -> None:
    one = item("a", level=level)
    assert lacks(one, records={"a": Record("na", reason="no database")}) == []
    assert lacks(one, records={"a": Record("na")}) == [("reason", "r.csp:a")]


@pytest.mark.parametrize("level", ["should", "should-not"])
def test_should_items_are_done_or_declined_with_a_reason(level: str) -> None:
    one = item("a", level=level)
    assert lacks(one) == [("declined", "r.csp:a")]
    assert lacks(one, records={"a": DONE}) == []
    assert lacks(one, records={"a": Record("na", reason="too dear")}) == []


@pytest.mark.parametrize("status", ["todo", "doing", "blocked", "na"])
def test_may_items_are_not_asked_for(status: str) -> None:
    one = item("a", level="may", expects=("a picture",))
    assert lacks(one, records={"a": Record(status)}) == []
    assert lacks(one, records={"a": DONE}) == []


def test_all_roles_are_asked() -> None:
    lists = (checklist("r.3pao", item("b"), role="3pao"), checklist("r.pmo", item("c"), role="pmo"))
    found = judged(item("a"), lists=lists)
    assert [(m.ref, m.role, m.owner) for m in found.missing] == [
        ("r.csp:a", "csp", "csp"),
        ("r.3pao:b", "3pao", "3pao"),
        ("r.pmo:c", "pmo", "pmo"),
    ]


def test_only_the_phases_that_it_closes_are_asked() -> None:
    lists = (checklist("f.csp", item("b"), phase="full-assessment"),)
    assert lacks(item("a"), lists=lists) == [("open", "r.csp:a")]
    assert lacks(item("a"), lists=lists, milestone="kick-off") == [
        ("open", "r.csp:a"),
        ("open", "f.csp:b"),
    ]


def test_a_gate_may_ask_for_the_items_of_some_roles_alone() -> None:
    lists = (replace(checklist("r.agency", item("b")), role="agency"),)
    assert lacks(item("a"), lists=lists) == [("open", "r.csp:a"), ("open", "r.agency:b")]
    (ready, *others) = PROCESS.milestones
    stones = (replace(ready, roles=("csp", "3pao")), *others)
    process = replace(PROCESS, milestones=stones)
    assert lacks(item("a"), lists=lists, process=process) == [("open", "r.csp:a")]


def test_what_does_not_apply_is_not_asked_for() -> None:
    one = item("a", applies={"impact": ("high",)})
    assert lacks(one, profile={"impact": "moderate"}) == []
    assert lacks(one, profile={"impact": "high"}) == [("open", "r.csp:a")]
    assert lacks(one, profile=None) == []
    assert lacks(item("b", applies={"process": ("agency",)})) == []
    assert lacks(item("b", applies={"process": ("jab",)})) == [("open", "r.csp:b")]


def proof(**about: Any) -> Evidence:
    return Evidence("e1", about.pop("link", "https://x"), **about)


def test_where_evidence_is_expected_there_is_some() -> None:
    one = item("a", expects=("a diagram", "a list"))
    found = judged(one, records={"a": DONE})
    assert [(m.kind, m.why) for m in found.missing] == [
        ("evidence", "done without evidence; expected: a diagram")
    ]
    assert lacks(one, records={"a": replace(DONE, evidence=(proof(),))}) == []
    assert lacks(item("a"), records={"a": DONE}) == []


def test_no_evidence_is_stale() -> None:
    one = item("a", expects=("a scan",), max_age="30d")
    old, new = proof(collected=date(2026, 12, 11)), proof(collected=date(2026, 12, 12))
    assert lacks(one, records={"a": replace(DONE, evidence=(old,))}) == [("stale", "r.csp:a")]
    assert lacks(one, records={"a": replace(DONE, evidence=(new,))}) == []


@pytest.mark.parametrize("state", ["missing", "changed"])
def test_no_evidence_file_is_missing_or_changed(state: str) -> None:
    records = {"a": replace(DONE, evidence=(proof(link="evidence/x", kind="file"),))}
    assert lacks(item("a"), records=records, files={"evidence/x": state}) == [(state, "r.csp:a")]
    assert lacks(item("a"), records=records) == []


def test_needs_are_met() -> None:
    one = item("a", needs=("f.csp:b",))
    lists = (checklist("f.csp", item("b"), phase="full-assessment"),)
    records = {"r.csp:a": DONE}
    found = judged(one, lists=lists, records=records)
    assert [(m.kind, m.why) for m in found.missing] == [("needs", "done, but it needs f.csp:b")]
    assert lacks(one, lists=lists, records={**records, "f.csp:b": DONE}) == []
    assert lacks(one, lists=lists, records={**records, "f.csp:b": Record("na", reason="x")}) == []


def test_a_need_that_does_not_apply_is_met() -> None:
    other = item("b", applies={"impact": ("high",)})
    assert lacks(item("a", needs=("r.csp:b",)), other, records={"a": DONE}) == []


def test_tests_have_results() -> None:
    assert lacks(TEST, records={"t": DONE}) == [("result", "r.csp:t")]
    assert lacks(TEST, records={"t": SATISFIED}) == []
    assert lacks(TEST, records={"t": Record("na", "not-applicable", reason="none here")}) == []


def finding(**about: Any) -> Finding:
    known = {"id": "f1", "title": "Weak TLS", "risk": "moderate", "items": ("r.csp:t",)}
    return Finding(**{**known, **about})


def test_each_other_than_satisfied_has_a_planned_finding() -> None:
    def missing(*findings: Finding, level: str = "must") -> list[tuple[str, str]]:
        return lacks(replace(TEST, level=level), records={"t": GAP}, findings=findings)

    planned = {"plan": "Upgrade", "due": KICK_OFF}
    lack = [("finding", "r.csp:t")]
    assert missing() == lack
    assert missing(level="may") == lack
    assert missing(finding()) == lack
    assert missing(finding(plan="Upgrade")) == lack
    assert missing(finding(due=KICK_OFF)) == lack
    assert missing(finding(**planned, items=("r.csp:other",))) == lack
    assert missing(finding(**planned)) == []
    assert missing(finding(state="closed")) == []


@pytest.mark.parametrize(
    ("milestone", "blocked"),
    [("ready", False), ("package", True), ("kick-off", True), ("ato", True)],
)
def test_no_open_high_finding_at_the_jab(milestone: str, blocked: bool) -> None:
    high = finding(risk="high", plan="Upgrade", due=KICK_OFF)
    expected = [("finding", "f1")] if blocked else []
    assert lacks(milestone=milestone, findings=(high,)) == expected
    assert lacks(milestone=milestone, findings=(replace(high, state="closed"),)) == []
    assert lacks(milestone=milestone, findings=(replace(high, risk="moderate"),)) == []


def test_a_later_gate_that_closes_other_phases_asks_for_high_findings_too() -> None:
    milestones = (*PROCESS.milestones[:2], replace(PROCESS.milestones[3], closes=("review",)))
    process = replace(PROCESS, milestones=milestones)
    high = finding(risk="high", plan="Upgrade", due=KICK_OFF)
    assert lacks(milestone="ato", process=process, findings=(high,)) == [("finding", "f1")]


def test_an_open_high_finding_blocks_where_the_process_says_so() -> None:
    high = finding(risk="high", plan="Upgrade", due=KICK_OFF)
    agency = replace(PROCESS, id="agency", blocking_risks=())
    assert lacks(milestone="ato", process=agency, findings=(high,)) == []


@pytest.mark.parametrize(
    ("state", "due", "asked"),
    [
        ("open", None, True),
        ("open", date(2027, 1, 31), True),
        ("open", KICK_OFF, True),
        ("open", date(2027, 2, 2), False),
        ("answered", None, False),
        ("accepted", date(2027, 1, 1), False),
    ],
)
def test_no_open_request_is_due_by_then(state: str, due: date | None, asked: bool) -> None:
    request = Request("q1", "Which ports?", state=state, due=due, to="csp")
    expected = [("request", "q1")] if asked else []
    assert lacks(milestone="kick-off", requests=(request,)) == expected


def test_without_a_date_of_the_milestone_every_open_request_counts() -> None:
    request = Request("q1", "Which ports?", due=date(2030, 1, 1))
    assert lacks(milestone="ready", requests=(request,)) == [("request", "q1")]


@pytest.mark.parametrize("record", [DONE, Record("na", reason="no such thing")])
def test_nothing_was_changed_upstream_without_review(record: Record) -> None:
    one = item("a")
    assert lacks(one, records={"a": replace(record, basis="0" * 12)}) == [("upstream", "r.csp:a")]
    assert lacks(one, records={"a": replace(record, basis=one.basis())}) == []
    assert lacks(one, records={"a": record}) == []


def test_a_broken_file_that_it_needs_keeps_it_unmet() -> None:
    lists = (checklist("f.csp", item("b", level="may"), phase="full-assessment"),)
    of_full = BrokenFile("progress/f.csp.toml", "broken", "f.csp")
    unknown = BrokenFile("checklists/x.toml", "broken", "x")
    requests = BrokenFile("requests.toml", "broken")
    assert lacks(lists=lists, broken=(of_full,)) == []
    assert lacks(lists=lists, broken=(of_full,), milestone="kick-off") == [
        ("file", "progress/f.csp.toml")
    ]
    assert lacks(broken=(unknown,)) == [("file", "checklists/x.toml")]
    assert lacks(broken=(requests,)) == [("file", "requests.toml")]


def test_a_milestone_without_a_gate_lacks_nothing() -> None:
    assert judged(item("a"), milestone="anniversary", broken=(BrokenFile("x", "broken"),)).ready


@pytest.mark.parametrize(
    ("milestone", "asked"),
    [("ready", False), ("package", False), ("kick-off", True), ("ato", True)],
)
def test_what_comes_after_a_milestone_is_asked_for_by_later_gates_only(
    milestone: str, asked: bool
) -> None:
    one = item("a", after="package")
    assert lacks(one, milestone=milestone) == ([("open", "r.csp:a")] if asked else [])


def test_after_a_milestone_of_another_process_means_nothing() -> None:
    assert lacks(item("a", after="elsewhere")) == [("open", "r.csp:a")]


def test_what_is_missing_says_why_and_who_owes_it() -> None:
    blocked = Record("blocked", owner="dana", reason="vendor is silent")
    late = item("b", due="2027-01-01", needs=("r.csp:a", "r.csp:c"))
    found = judged(item("a"), late, item("c"), records={"a": blocked, "b": Record("doing")})
    assert [(m.why, m.owner, m.role, m.phase) for m in found.missing] == [
        ("blocked: vendor is silent", "dana", "csp", "readiness"),
        ("in progress, due 2027-01-01, waits for r.csp:a and 1 other", "csp", "csp", "readiness"),
        ("not done", "csp", "csp", "readiness"),
    ]


def test_everything_that_is_missing_of_one_item_is_told() -> None:
    one = item("t", kind="test", expects=("a scan",), needs=("r.csp:b",))
    record = replace(DONE, basis="0" * 12)
    kinds = [kind for kind, ref in lacks(one, item("b"), records={"t": record}) if ref == "r.csp:t"]
    assert kinds == ["evidence", "needs", "result", "upstream"]


def test_every_lack_names_an_owner() -> None:
    found = judged(
        item("a"),
        TEST,
        milestone="ato",
        records={"t": GAP},
        requests=(Request("q1", "Which ports?"),),
        findings=(finding(risk="high"),),
        broken=(BrokenFile("requests.toml", "broken"),),
    )
    assert len(found.missing) == 5
    assert all(m.owner and m.why and m.ref for m in found.missing)


def test_all_gates_in_their_order_with_their_dates() -> None:
    found = gates(small_board(item("a")))
    assert [(g.milestone.id, g.date, g.ready) for g in found] == [
        ("ready", None, False),
        ("package", date(2027, 1, 18), False),
        ("kick-off", KICK_OFF, False),
        ("ato", None, False),
        ("anniversary", None, True),
    ]


@pytest.mark.parametrize(
    ("milestone", "asked"), [("ready", False), ("package", True), ("ato", True)]
)
def test_an_open_finding_has_a_plan_once_the_assessment_is_over(
    milestone: str, asked: bool
) -> None:
    bare = finding(items=())
    assert lacks(milestone=milestone, findings=(bare,)) == ([("finding", "f1")] if asked else [])
    assert lacks(milestone=milestone, findings=(replace(bare, plan="x", due=KICK_OFF),)) == []
    assert lacks(milestone=milestone, findings=(replace(bare, state="closed"),)) == []


# What hides


def test_an_item_that_was_ticked_while_it_waited_is_caught() -> None:
    """The app and the command line let a person tick what waits; the gate does not."""
    chain = (item("a", needs=("r.csp:b",)), item("b", needs=("r.csp:c",)), item("c"))
    assert lacks(*chain, records={"a": DONE, "b": DONE}) == [
        ("needs", "r.csp:b"),
        ("open", "r.csp:c"),
    ]
    assert lacks(*chain, records={"a": DONE}) == [
        ("needs", "r.csp:a"),
        ("open", "r.csp:b"),
        ("open", "r.csp:c"),
    ]


def test_a_broken_file_that_an_item_waits_for_keeps_it_unmet() -> None:
    lists = (checklist("f.csp", item("b"), phase="full-assessment"),)
    broken = (BrokenFile("progress/f.csp.toml", "broken", "f.csp"),)
    needing = item("a", needs=("f.csp:b",))
    about = {"lists": lists, "broken": broken, "records": {"r.csp:a": DONE}}

    def missing(one: Item) -> list[tuple[str, str]]:
        unread = replace(project(one, **about), unreadable=frozenset({"f.csp"}))
        found = gate(build_board(unread, TODAY), unread.process.milestones[0])
        return [(m.kind, m.phase) for m in found.missing]

    assert missing(needing) == [("file", "readiness")]
    assert missing(item("a")) == []


def test_a_gate_without_a_phase_lacks_nothing_whatever_is_open() -> None:
    high = finding(risk="high")
    asked = Request("q1", "Which ports?")
    assert judged(item("a"), milestone="anniversary", findings=(high,), requests=(asked,)).ready


def test_private_lists_are_no_gates_business() -> None:
    about = project(item("a"), records={"a": Record("todo")})
    inside = build_board(replace(about, private_lists=frozenset({"r.csp"})), TODAY)
    assert gate(inside, about.process.milestones[0]).ready


def test_items_that_cannot_be_read_are_told_by_their_file_alone() -> None:
    broken = (BrokenFile("progress/r.csp.toml", "broken", "r.csp"),)
    unread = replace(project(item("a"), broken=broken), unreadable=frozenset({"r.csp"}))
    found = gate(build_board(unread, TODAY), unread.process.milestones[0])
    assert [(m.kind, m.ref) for m in found.missing] == [("file", "progress/r.csp.toml")]
