"""What a gate lacks: since when it is owed, and in which phase it counts."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from small_project import KICK_OFF, PROCESS, checklist, item, small_board
from test_gates import DAY, DONE, GAP, TEST, finding, lacks, proof

from fedcheck.analysis.gate_scope import lacking_by_phase
from fedcheck.analysis.gates import gate, gates
from fedcheck.domain.checklist import Item
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import BrokenFile

DAYS = {"r.csp:a": date(2026, 12, 20), "requests:q1": date(2026, 12, 21)}


def since(
    *items: Item, ref: str = "r.csp:a", milestone: str = "ready", **about: Any
) -> date | None:
    board = small_board(*items, **about)
    chosen = board.project.process.milestone(milestone)
    assert chosen is not None
    (found,) = {m.since for m in gate(board, chosen, DAYS).missing if m.ref == ref}
    return found


@pytest.mark.parametrize("level", ["must", "should"])
def test_an_open_item_is_owed_since_what_it_hung_on(level: str) -> None:
    needing = item("a", level=level, needs=("r.csp:b", "r.csp:c"))
    b, c = Record("done", done=date(2027, 1, 3)), Record("done", done=date(2027, 1, 5))
    others = (item("b"), item("c"))
    assert since(item("a", level=level)) is None
    assert since(needing, *others, records={"b": b, "c": c}) == date(2027, 1, 5)
    assert since(needing, *others, records={"b": b}) is None
    assert since(needing, *others, records={"b": b, "c": Record("na", reason="x")}) == b.done
    late = replace(needing, due="2027-01-08")
    assert since(late, *others, records={"b": b, "c": c}) == date(2027, 1, 8)


def test_an_open_item_is_owed_since_its_milestone_took_place() -> None:
    milestones = {"package": date(2027, 1, 4), "kick-off": KICK_OFF}
    one = item("a", after="package")
    assert since(one, milestone="kick-off", milestones=milestones) == date(2027, 1, 4)
    assert since(one, milestone="kick-off") is None


def test_what_is_blocked_is_owed_since_it_was() -> None:
    assert since(item("a"), records={"a": Record("blocked")}) == DAYS["r.csp:a"]
    late = item("a", due="2027-01-08")
    assert since(late, records={"a": Record("blocked")}) == date(2027, 1, 8)
    assert since(item("a"), records={"a": Record("na")}) == DAYS["r.csp:a"]


def test_what_was_done_and_does_not_count_is_owed_since_it_was_done() -> None:
    assert since(item("a", expects=("x",)), records={"a": DONE}) == DAY
    assert since(item("a", kind="test"), records={"a": DONE}) == DAY
    assert since(item("a", needs=("r.csp:b",)), item("b"), records={"a": DONE}) == DAY


def test_evidence_is_owed_since_it_is_too_old() -> None:
    def of(*evidence_items: Evidence, **limit: str) -> date | None:
        return since(item("a", **limit), records={"a": replace(DONE, evidence=evidence_items)})

    old, older = proof(collected=date(2026, 12, 1)), proof(collected=date(2026, 11, 1))
    assert of(old, max_age="30d") == date(2027, 1, 1)
    assert of(old, older, max_age="30d") == date(2026, 12, 2)
    assert of(proof(expires=date(2027, 1, 4))) == date(2027, 1, 5)
    assert of(proof(), max_age="30d") is None
    # It will be too old at the package, a week ahead, and is not today.
    assert of(proof(collected=date(2026, 12, 15)), max_age="30d at package") is None
    assert of(proof(collected=date(2026, 12, 10)), max_age="30d at package") == date(2027, 1, 10)


def test_a_lost_file_and_an_upstream_change_tell_no_day() -> None:
    files = {"evidence/x": "missing"}
    gone = replace(DONE, evidence=(proof(link="evidence/x", kind="file"),))
    assert since(item("a"), records={"a": gone}, files=files) is None
    assert since(item("a"), records={"a": replace(DONE, basis="0" * 12)}) is None


def test_a_finding_is_owed_since_it_was_found() -> None:
    found = date(2026, 12, 30)
    high = finding(risk="high", found=found)
    assert since(ref="f1", milestone="package", findings=(high,)) == found
    assert since(TEST, ref="r.csp:t", records={"t": GAP}) == DAY
    assert since(TEST, ref="r.csp:t", records={"t": GAP}, findings=(finding(found=found),)) == found


def test_a_request_is_owed_since_it_was_asked_or_came_back() -> None:
    asked = Request("q1", "Which ports?", asked=date(2027, 1, 2))
    assert since(ref="q1", requests=(asked,)) == date(2027, 1, 2)
    back = replace(asked, answered=date(2027, 1, 6))
    assert since(ref="q1", requests=(back,)) == DAYS["requests:q1"]
    other = replace(back, id="q2")
    assert since(ref="q2", requests=(other,)) == date(2027, 1, 6)  # the history is silent


# Where it counts


def test_each_lack_counts_in_one_phase_of_the_gate() -> None:
    lists = (checklist("f.csp", item("b"), phase="full-assessment"),)
    asked = Request("q1", "Which ports?")
    of_item = Request("q2", "Which keys?", items=("r.csp:a", "f.csp:b"))
    high = finding(risk="high", items=("r.csp:a",))
    about = {
        "lists": lists,
        "requests": (asked, of_item),
        "findings": (high,),
        "broken": (BrokenFile("requests.toml", "broken"),),
    }
    board = small_board(item("a"), **about)
    found = gates(board)
    by_ref = {
        milestone.milestone.id: {m.ref: m.phase for m in milestone.missing}
        for milestone in found
        if milestone.milestone.closes
    }
    assert by_ref["ready"]["q1"] == by_ref["ready"]["q2"] == "readiness"
    assert by_ref["kick-off"]["q1"] == by_ref["ato"]["q1"] == "readiness"  # counts there first
    assert by_ref["kick-off"]["q2"] == "full-assessment"
    assert by_ref["kick-off"]["f1"] == "readiness"
    assert by_ref["kick-off"]["requests.toml"] == "full-assessment"
    for milestone in found:
        if milestone.milestone.closes:
            rows = lacking_by_phase(board, found, milestone.milestone.id)
            counts = [rows[phase] for phase in milestone.milestone.closes]
            assert sum(count[1] for count in counts if count) == len(milestone.missing)


def test_no_phase_is_met_while_a_request_counts_at_its_gate() -> None:
    board = small_board(item("a"), records={"a": DONE}, requests=(Request("q1", "Which ports?"),))
    rows = lacking_by_phase(board, gates(board), "ready")
    assert rows["readiness"] == ("ready", 1)


def test_a_phase_is_told_by_the_milestone_that_is_spoken_of() -> None:
    late = item("z", after="package")
    lists = (checklist("f.csp", item("b"), late, phase="full-assessment"),)
    board = small_board(item("a"), lists=lists, records={"a": DONE})
    found = gates(board)
    assert lacking_by_phase(board, found, "package")["full-assessment"] == ("package", 1)
    assert lacking_by_phase(board, found, "kick-off")["full-assessment"] == ("kick-off", 2)
    assert lacking_by_phase(board, found, "ready")["full-assessment"] == ("package", 1)
    assert lacking_by_phase(board, found, "ready")["readiness"] == ("", 0)


def test_what_came_up_after_a_milestone_was_held_does_not_count_there() -> None:
    milestones = {"ready": date(2026, 12, 1), "kick-off": date(2027, 1, 4)}
    asked = Request("q1", "Which ports?", asked=date(2027, 1, 8))
    high = finding(risk="high", plan="x", due=KICK_OFF, found=date(2027, 1, 8))
    about = {"milestones": milestones, "requests": (asked,), "findings": (high,)}
    assert lacks(milestone="kick-off", **about) == []
    assert lacks(milestone="ato", **about) == [("finding", "f1"), ("request", "q1")]
    before = {**about, "requests": (replace(asked, asked=date(2027, 1, 4)),)}
    assert ("request", "q1") in lacks(milestone="kick-off", **before)
    older = {**about, "findings": (replace(high, found=date(2027, 1, 4)),)}
    assert ("finding", "f1") in lacks(milestone="kick-off", **older)


def test_what_belongs_to_no_phase_stays_where_it_counted_first() -> None:
    milestones = {"ready": date(2026, 12, 1), "kick-off": KICK_OFF}
    asked = Request("q1", "Which ports?", asked=date(2027, 1, 8), due=date(2027, 1, 25))
    high = finding(risk="high", items=(), plan="x", due=KICK_OFF)
    board = small_board(item("a"), milestones=milestones, requests=(asked,), findings=(high,))
    phases = {
        (milestone.milestone.id, m.ref): m.phase
        for milestone in gates(board)
        for m in milestone.missing
    }
    assert ("package", "q1") not in phases  # due after it
    assert phases["kick-off", "q1"] == phases["ato", "q1"] == "full-assessment"
    assert phases["package", "f1"] == phases["ato", "f1"] == "full-assessment"


def test_a_gate_that_closes_later_phases_alone_has_it_in_its_last_one() -> None:
    last = replace(PROCESS.milestones[3], closes=("review",))
    process = replace(PROCESS, milestones=(*PROCESS.milestones[:3], last))
    board = small_board(item("a"), process=process, requests=(Request("q1", "Which ports?"),))
    (phase,) = {m.phase for m in gates(board)[3].missing}
    assert phase == "review"
