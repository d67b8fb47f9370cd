"""What changed between two states: whatever got worse is named, whatever the two are."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from small_project import KICK_OFF, TODAY, checklist, item, project, small_board

from fedcheck.analysis.board import build_board
from fedcheck.analysis.comparison import compare_boards
from fedcheck.analysis.difference import GROUPS, WORDS
from fedcheck.analysis.gates import gates
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import RISKS
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import BrokenFile

ITEMS = (
    item("task", due="kick-off - 30d", expects=("a plan",)),
    item("dated", due="2027-01-08"),
    item("test", kind="test", needs=("r.csp:task",), max_age="60d at package"),
    item("yearly", every="1y", expects=("a report",)),
    item("high", applies={"impact": ("high",)}),
)

days = st.dates(date(2026, 6, 1), date(2027, 6, 1))
some_days = st.none() | days
pieces = st.builds(
    Evidence,
    id=st.sampled_from(["e1", "e2"]),
    link=st.sampled_from(["evidence/a.pdf", "https://repo.example/a"]),
    kind=st.sampled_from(["file", "url"]),
    collected=some_days,
    expires=some_days,
    sha256=st.sampled_from(["", "ab"]),
)
proofs = st.lists(pieces, max_size=2, unique_by=lambda one: one.id).map(tuple)
records = st.builds(
    Record,
    status=st.sampled_from(["todo", "doing", "blocked", "done", "na"]),
    result=st.sampled_from(["", "satisfied", "other-than-satisfied"]),
    due=st.sampled_from(["", "2027-01-20", "2026-12-01", "kick-off + 5d"]),
    reason=st.sampled_from(["", "because"]),
    done=some_days,
    basis=st.sampled_from(["", "0123456789ab"]),
    retest=st.sampled_from(["", "passed", "failed"]),
    retested=some_days,
    evidence=proofs,
)
requests = st.builds(
    Request,
    id=st.sampled_from(["q1", "q2"]),
    title=st.just("Why?"),
    state=st.sampled_from(["open", "answered", "accepted"]),
    asked=some_days,
    due=some_days,
    answered=some_days,
)
findings = st.builds(
    Finding,
    id=st.sampled_from(["f1", "f2"]),
    title=st.just("Gap"),
    risk=st.sampled_from(RISKS),
    adjusted=st.sampled_from(["", *RISKS]),
    state=st.sampled_from(["open", "closed"]),
    due=some_days,
    plan=st.sampled_from(["", "mend it"]),
    retest=st.sampled_from(["", "passed", "failed"]),
    retested=some_days,
    deviation=st.sampled_from(["", "false-positive"]),
    deviation_state=st.sampled_from(["", "pending", "approved", "rejected"]),
)


@st.composite
def boards(draw):
    """Return a board of a random state on a random day."""
    names = [one.id for one in ITEMS]
    known = draw(st.dictionaries(st.sampled_from(names), records))
    milestones = draw(
        st.dictionaries(st.sampled_from(["kick-off", "ready", "ato"]), days.filter(bool))
    )
    found = project(
        *draw(st.sampled_from([ITEMS, ITEMS[:3], (replace(ITEMS[0], title="New"), *ITEMS[1:])])),
        records=known,
        milestones=milestones,
        requests=draw(st.lists(requests, max_size=2, unique_by=lambda one: one.id)),
        findings=draw(st.lists(findings, max_size=2, unique_by=lambda one: one.id)),
        profile={"impact": draw(st.sampled_from(["moderate", "high"]))},
        files={"evidence/a.pdf": draw(st.sampled_from(["missing", "changed"]))}
        if draw(st.booleans())
        else None,
        broken=[BrokenFile("/nowhere/progress/r.csp.toml", "is no TOML", "r.csp")]
        if draw(st.integers(0, 9)) == 0
        else (),
    )
    if found.broken:
        found = replace(found, unreadable=frozenset({"r.csp"}))
    return build_board(found, draw(days))


RANK = {"high": 0, "moderate": 1, "low": 2}
BACK = {"done": 2, "na": 2, "doing": 1, "todo": 0, "blocked": 0}


def worse_items(old, new):
    """Yield (reference, what is expected to be told) for everything that got worse in items."""
    blank = Record()
    for ref, now in new.rows.items():
        was = old.rows.get(ref)
        if now.unknown:
            continue
        known = was is not None and not was.unknown
        before = was.record if known else blank
        after = now.record
        if after.status == "blocked" and before.status != "blocked":
            yield ref, {"blocked"}
        elif BACK[after.status] < BACK[before.status]:
            yield ref, {"reopened", "set-back", "blocked"}
        if after.result == "other-than-satisfied" != before.result:
            yield ref, {"not-satisfied"}
        if before.result == "satisfied" and not after.result:
            yield ref, {"result-lost"}
        if after.retest == "failed" != before.retest:
            yield ref, {"retest-failed"}
        if now.overdue and not (known and was.overdue):
            yield ref, {"overdue"}
        if known and not after.closed and was.due:
            if now.due is None:
                yield ref, {"due-none"}
            elif now.due > was.due:
                yield ref, {"due-later"}
        if now.changed and not (known and was.changed):
            yield ref, {"upstream"}
        states = dict(zip([e.id for e in before.evidence], was.evidence if known else (), strict=1))
        held = {e.id for e in after.evidence}
        for one in before.evidence:
            if one.id not in held:
                yield ref, {"evidence-removed"}
        for one, state in zip(after.evidence, now.evidence, strict=True):
            if state != "ok" and states.get(one.id) != state:
                yield ref, {f"evidence-{state}"}
    for ref, was in old.rows.items():
        if ref not in new.rows and (was.unknown or was.record.closed or was.record.evidence):
            yield ref, {"item-gone"}


def worse_things(old, new):
    """Yield the same for requests, findings, milestones and files."""
    then = {one.id: one for one in old.project.requests}
    steps = ["open", "answered", "accepted"]
    for one in new.project.requests:
        was, ref = then.get(one.id), f"requests:{one.id}"
        if was and steps.index(one.state) < steps.index(was.state):
            yield ref, {"request-returned", "request-reopened"}
        if one.returned and not (was and was.returned):
            yield ref, {"request-returned"}
        if was and one.state != "accepted" and was.due and (one.due is None or one.due > was.due):
            yield ref, {"request-later", "request-undated"}
        if one.state == "open" and one.due and one.due < new.today:
            late = was and was.state == "open" and was.due and was.due < old.today
            if not late:
                yield ref, {"request-overdue"}
    before = {one.id: one for one in old.project.findings}
    for one in new.project.findings:
        was, ref = before.pop(one.id, None), f"findings:{one.id}"
        if one.state == "open" and was is None:
            yield ref, {"finding-new"}
        if one.state == "open" and was and was.state == "closed":
            yield ref, {"finding-reopened"}
        if was and RANK[one.risk] < RANK[was.risk]:
            yield ref, {"finding-risk-up"}
        if one.deviation_state == "rejected" and not (was and was.deviation_state == "rejected"):
            yield ref, {"finding-deviation-rejected"}
        if one.retest == "failed" and not (was and was.retest == "failed"):
            yield ref, {"finding-retest-failed"}
        if was and one.state == "open" and was.due and (one.due is None or one.due > was.due):
            yield ref, {"finding-later", "finding-undated"}
        if was and one.state == "open" and was.planned and not one.planned:
            yield ref, {"finding-unplanned"}
    for name, was in before.items():
        if was.state == "open":
            yield f"findings:{name}", {"finding-gone"}
    for milestone in new.project.process.milestones:
        was, now = old.dates.get(milestone.id), new.dates.get(milestone.id)
        if was and (now is None or now > was):
            yield milestone.id, {"milestone-later", "milestone-undated"}
    for broken in new.project.broken:
        yield broken.path.removeprefix("/nowhere/"), {"unreadable"}


@given(boards(), boards())
def test_whatever_got_worse_is_named(old, new):
    found = compare_boards(old, new)
    told = {(one.ref, one.kind) for one in found.worse}
    for ref, kinds in (*worse_items(old, new), *worse_things(old, new)):
        if kinds == {"item-gone"} and old.rows[ref].unknown:
            assert any(one.ref == ref and one.kind == "item-gone" for one in found.differences)
            continue
        assert any((ref, kind) in told for kind in kinds), (ref, kinds)
    lacked = {
        gate.milestone.id: {(one.kind, one.ref) for one in gate.missing} for gate in gates(old)
    }
    named = {
        gate.milestone: {(one.kind, one.ref) for one in gate.newly_outstanding}
        for gate in found.gates
    }
    for gate in gates(new):
        milestone = gate.milestone.id
        for one in gate.missing:
            if (one.kind, one.ref) not in lacked[milestone] and one.kind != "file":
                assert (one.kind, one.ref) in named[milestone], "a gate lacks what it did not lack"
    for delta in found.gates:
        if delta.after > delta.before:
            assert delta.trend == "worse"


@given(boards())
def test_a_state_compared_with_itself_says_nothing(one):
    found = compare_boards(one, one)
    unread = [delta for delta in found.differences if delta.kind != "unreadable"]
    assert not unread
    assert not found.gates


@given(boards(), boards())
def test_what_is_told_is_in_order_and_has_words(old, new):
    found = compare_boards(old, new)
    groups = [list(GROUPS).index(one.group) for one in found.differences]
    assert groups == sorted(groups)
    assert all(one.words and one.kind in WORDS for one in found.differences)
    count = found.count("worse") + found.count("better") + found.count("other")
    assert count == len(found.differences) + len(found.gates)
    assert found == compare_boards(old, new), "the same states give the same"


def kinds(old, new):
    return {(one.kind, one.ref) for one in compare_boards(old, new).differences}


def test_a_milestone_that_moves_names_what_moves_with_it():
    items = (item("a", due="kick-off - 30d"), item("b", due="2027-01-20"), item("c"))
    old = small_board(*items, records={"b": Record(due="2027-01-20")})
    later = {"kick-off": KICK_OFF + timedelta(days=14)}
    new = small_board(*items, records={"b": Record(due="2027-01-25")}, milestones=later)
    found = {one.ref: one for one in compare_boards(old, new).differences}
    assert found["kick-off"].words == "moved later: 2027-02-01 -> 2027-02-15"
    assert found["package"].kind == "milestone-later", "it follows from the kick-off"
    assert found["r.csp:a"].because == "kick-off"
    assert found["r.csp:b"].because == ""
    assert "r.csp:c" not in found


def test_time_alone_makes_things_worse():
    items = (item("a", due="2027-01-15"), item("scan", max_age="30d"))
    scan = Record(
        status="done", evidence=(Evidence("e1", "MER-1", kind="ticket", collected=TODAY),)
    )
    records = {"scan": scan}
    old = small_board(*items, records=records)
    new = small_board(*items, records=records, today=TODAY + timedelta(days=40))
    assert ("overdue", "r.csp:a") in kinds(old, new)
    assert ("evidence-stale", "r.csp:scan") in kinds(old, new)
    passed = next(one for one in compare_boards(old, new).differences if one.ref == "kick-off")
    assert passed.kind == "milestone-passed"
    assert passed.why == "2 outstanding"


def test_an_item_that_newly_applies_and_is_late_is_told_twice():
    fresh = item("fresh", due="2027-01-04")
    old, new = small_board(item("a")), small_board(item("a"), fresh)
    assert kinds(old, new) == {("item-new", "r.csp:fresh"), ("overdue", "r.csp:fresh")}


def test_a_renamed_item_is_the_same_item():
    old = small_board(item("before"), records={"before": Record(status="done")})
    new = small_board(
        item("today", title="Before", renamed_from=("before",)),
        records={"today": Record(status="doing")},
    )
    assert kinds(old, new) == {("reopened", "r.csp:today")}


def test_what_is_lost_with_an_item_that_is_gone_is_bad_news():
    old = small_board(item("a"), item("b"), records={"a": Record(status="done")})
    new = small_board(item("c"))
    gone = {
        one.ref: one.trend
        for one in compare_boards(old, new).differences
        if one.kind == "item-gone"
    }
    assert gone == {"r.csp:a": "worse", "r.csp:b": "other"}


def test_a_file_that_cannot_be_read_hides_and_says_so():
    broken = BrokenFile("/nowhere/progress/r.csp.toml", "is no TOML", "r.csp", 3)
    old = small_board(item("a"), records={"a": Record(status="done")})
    hidden = replace(project(item("a"), broken=[broken]), unreadable=frozenset({"r.csp"}))
    found = compare_boards(old, build_board(hidden, TODAY))
    assert [(one.kind, one.ref, one.why) for one in found.differences] == [
        ("unreadable", "progress/r.csp.toml", "is no TOML")
    ]


@pytest.mark.parametrize(
    ("before", "after", "kind", "trend"),
    [
        ("todo", "doing", "started", "better"),
        ("todo", "done", "done", "better"),
        ("blocked", "doing", "unblocked", "better"),
        ("doing", "todo", "set-back", "worse"),
        ("done", "doing", "reopened", "worse"),
        ("na", "todo", "reopened", "worse"),
        ("done", "blocked", "blocked", "worse"),
        ("done", "na", "not-applicable", "other"),
    ],
)
def test_each_way_of_a_status(before, after, kind, trend):
    old, new = (
        small_board(item("a"), records={"a": Record(status=status, reason="why")})
        for status in (before, after)
    )
    assert [(one.kind, one.trend) for one in compare_boards(old, new).differences] == [
        (kind, trend)
    ]


def test_private_lists_are_told_as_private():
    inner = checklist("x.csp", item("secret"))
    old = replace(project(lists=[inner]), private_lists=frozenset({"x.csp"}))
    new = replace(old, records={"x.csp": {"secret": Record(status="blocked")}})
    found = compare_boards(build_board(old, TODAY), build_board(new, TODAY))
    assert [one.private for one in found.differences] == [True]
