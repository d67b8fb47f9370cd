"""What is judged once for a board is what is found by judging one by one (`plain_judging`)."""

from datetime import date, timedelta

import plain_judging
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from small_project import KICK_OFF, PROCESS, TODAY, checklist, item, project

from fedcheck.analysis.agenda import explain_step, list_steps, rank_row
from fedcheck.analysis.board import Board, build_board
from fedcheck.analysis.evidence_register import build_full_register, count_soon
from fedcheck.analysis.gate_scope import count_before, count_before_each, lacking_by_phase
from fedcheck.analysis.gates import gate, gates
from fedcheck.analysis.outstanding import count_by_owner, group_by_owner
from fedcheck.analysis.progress import (
    count_by_checklist,
    count_by_phase_and_role,
    count_evidence_states,
)
from fedcheck.domain.checklist import Checklist, Item, fingerprint
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import LEVELS, STATUSES
from fedcheck.domain.process import Milestone
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import Project

LISTS = (
    ("r.csp", "readiness", "csp"),
    ("f.3pao", "full-assessment", "3pao"),
    ("v.csp", "review", "csp"),
)
REFS = [f"{name}:i{number}" for name, _, _ in LISTS for number in range(4)]
DAYS = st.none() | st.integers(-60, 60).map(lambda days: TODAY + timedelta(days=days))
FILES = {"a.txt": "missing", "b.txt": "changed", "c.txt": "unverified"}
APART = replace(
    PROCESS,
    milestones=(
        Milestone("ready", "Ready", closes=("readiness",)),
        Milestone("package", "Package", closes=("full-assessment",), roles=("3pao",)),
        Milestone("kick-off", "Kick-off", closes=("readiness", "full-assessment")),
        Milestone("done", "Review done", closes=("review",), blocking_risks=("moderate",)),
        Milestone("ato", "P-ATO", closes=("readiness", "full-assessment", "review")),
        Milestone("anniversary", "Anniversary", default="ato + 1y"),
    ),
)
"""Gates that close different phases, so that one lacks what another does not."""

STONES = [one.id for one in APART.milestones]


@st.composite
def items(draw: st.DrawFn, name: str) -> Item:
    maybe = draw(st.lists(st.integers(0, 9), min_size=8, max_size=8))
    return item(
        name,
        level=draw(st.sampled_from(LEVELS)),
        kind="test" if maybe[0] < 4 else "task",
        statement="Determine if it is" if maybe[1] < 2 else "",
        expects=("A list",) if maybe[2] < 5 else (),
        needs=tuple(draw(st.lists(st.sampled_from([*REFS, "no:i0"]), max_size=2))),
        after=draw(st.sampled_from([*STONES, "never"])) if maybe[3] < 3 else "",
        due=draw(st.sampled_from(["2027-01-05", "kick-off - 10bd", f"{REFS[0]} + 5d", "i1", "x"]))
        if maybe[4] < 5
        else "",
        max_age=draw(st.sampled_from(["30d", "20d at package", "20d at ato", "1y"]))
        if maybe[5] < 6
        else "",
        every="1mo" if maybe[6] < 2 else "",
        applies={"impact": ("high",)} if maybe[7] < 1 else None,
    )


@st.composite
def records(draw: st.DrawFn) -> Record:
    status = draw(st.sampled_from([*STATUSES, *["done"] * 4]))
    results = st.sampled_from(["", "satisfied", *["other-than-satisfied"] * 3])
    pieces = st.tuples(st.sampled_from(["https://x.example", *FILES, "d.txt"]), DAYS, DAYS)
    evidence = [
        Evidence(
            f"e{place}", link, kind="url" if ":" in link else "file", collected=one, expires=two
        )
        for place, (link, one, two) in enumerate(draw(st.lists(pieces, max_size=2)))
    ]
    return Record(
        status=status,
        result=draw(results) if status == "done" else "",
        owner=draw(st.sampled_from(["", "dana", "3pao"])),
        due=draw(st.sampled_from(["", "", "2027-01-02", "package + 1w"])),
        reason=draw(st.sampled_from(["", "because"])),
        done=draw(DAYS) if status == "done" else None,
        basis=draw(st.sampled_from(["", "0123456789ab", "right"])),
        evidence=tuple(evidence),
    )


@st.composite
def projects(draw: st.DrawFn) -> Project:
    lists: list[Checklist] = []
    known: dict[str, Record] = {}
    for name, phase, role in LISTS:
        made = [draw(items(f"i{number}")) for number in range(4)]
        lists.append(checklist(name, *made, phase=phase, role=role))
        for one in made:
            if draw(st.integers(0, 3)):
                record = draw(records())
                if record.basis == "right":
                    record = replace(record, basis=one.basis())
                known[f"{name}:{one.id}"] = record
    refs = st.just(()) | st.lists(st.sampled_from(REFS), max_size=2).map(tuple)
    gaps = [ref for ref, one in known.items() if one.result == "other-than-satisfied"] or REFS
    named = st.just(()) | st.lists(st.sampled_from(gaps), max_size=2).map(tuple)
    findings = [
        Finding(
            f"f{place}",
            risk=draw(st.sampled_from(["high", "moderate", "low", "low"])),
            state=draw(st.sampled_from(["open", "open", "closed"])),
            items=draw(named),
            plan=draw(st.sampled_from(["", "soon", "soon"])),
            owner=draw(st.sampled_from(["", "dana", "3pao"])),
            found=draw(st.sampled_from([None, TODAY, TODAY - timedelta(days=40)])),
            due=draw(st.sampled_from([None, KICK_OFF, KICK_OFF])),
        )
        for place in range(draw(st.integers(0, 6)))
    ]
    requests = [
        Request(f"q{place}", items=draw(refs), asked=draw(DAYS), due=draw(DAYS), to="csp")
        for place in range(draw(st.integers(0, 3)))
    ]
    dates = draw(st.dictionaries(st.sampled_from(STONES), DAYS.filter(bool), max_size=5))
    return project(
        process=draw(st.sampled_from([PROCESS, APART])),
        lists=lists,
        records=known,
        findings=findings,
        requests=requests,
        milestones=dates or {"kick-off": KICK_OFF},
        files=FILES,
        profile={"impact": "moderate"},
    )


def judge_again(board: Board, ref: str) -> tuple[object, ...]:
    row = board.rows[ref]
    of = board.project.checklists[row.checklist]
    return plain_judging.judge_row(board.project, board.calendar, board.today, of, row.item)


def check_rows(board: Board) -> None:
    assert list(board.rows) == board.project.refs
    for ref, row in board.rows.items():
        found = (row.due, row.overdue, row.evidence, row.waits, row.later, row.changed)
        assert found == judge_again(board, ref)


def check_gates(board: Board) -> None:
    found = gates(board)
    for place, one in enumerate(found):
        milestone = one.milestone
        told = [(m.kind, m.ref, m.owner, m.role, m.phase) for m in one.missing]
        assert told == plain_judging.list_missing(board, milestone)
        assert [(c.kind, c.ref, c.phase) for c in one.counted] == [(m[0], m[1], m[4]) for m in told]
        assert gate(board, milestone).missing == one.missing
        before = plain_judging.count_before(found, place)
        assert before == count_before(found, milestone) == count_before_each(found)[place]
    for phase, lacks in lacking_by_phase(board, found, "package").items():
        closing = [one for one in found if phase in one.milestone.closes]
        spoken = [one for one in closing if one.milestone.id == "package"] or closing
        wanted = [
            (one.milestone.id, len([m for m in one.missing if m.phase == phase])) for one in spoken
        ]
        assert lacks == next((pair for pair in wanted if pair[1]), ("", 0))


def check_counts_and_steps(board: Board) -> None:
    rows = list(board.rows.values())
    for name, count in count_by_checklist(board).items():
        own = [row for row in rows if row.checklist == name]
        assert count.optional == sum(row.optional for row in own)
        for status, number in count.by_status.items():
            wanted = [row for row in own if not row.optional and row.record.status == status]
            assert number == len(wanted)
    states = [state for row in rows for state in row.evidence]
    assert count_evidence_states(rows) == {state: states.count(state) for state in set(states)}
    total = sum(count.total + count.optional for count in count_by_phase_and_role(board).values())
    assert total == len(rows)
    steps = list_steps(board, rows)
    ranks = [rank_row(board, step.row) for step in steps]
    assert ranks == sorted(ranks) == [step.rank for step in steps]
    assert [step.why for step in steps] == [explain_step(board, step.row) for step in steps]


def check_owners(board: Board) -> None:
    """What gates lack is counted by owner as it is grouped."""
    for one in gates(board):
        grouped = group_by_owner(board.project, one.missing)
        sizes = [(debt.role, debt.person, len(debt.missing)) for debt in grouped]
        assert count_by_owner(board.project, one.counted) == sizes


def check_stale_soon(board: Board) -> None:
    """What goes stale soon is counted as in the register."""
    register = build_full_register(board)
    assert count_soon(board) == (register.counts["soon"], register.before)


@given(projects())
def test_what_is_judged_at_once_is_what_is_judged_one_by_one(given_project: Project) -> None:
    """Rows, gates, counts and register of one board: most of the time goes into drawing it."""
    board = build_board(given_project, TODAY)
    check_rows(board)
    check_gates(board)
    check_counts_and_steps(board)
    check_owners(board)
    check_stale_soon(board)


@given(st.lists(st.text(st.characters()) | st.integers(0, 9) | st.lists(st.text(), max_size=2)))
def test_a_basis_is_made_of_the_json_of_python(substance: list[object]) -> None:
    import hashlib
    import json

    text = json.dumps(substance, ensure_ascii=False, separators=(",", ":"))
    wanted = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    assert fingerprint(substance) == wanted


def test_every_character_has_one_form_in_a_basis() -> None:
    import hashlib
    import json

    for start in range(0, 0x110000, 0x1000):
        texts = [chr(code) for code in range(start, start + 0x1000)]
        text = json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
        wanted = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        assert fingerprint(texts) == wanted


def test_a_list_answers_anew_for_another_basis() -> None:
    one = item("a")
    of = checklist("r.csp", one)
    assert of.accepts(one, one.basis())
    assert not of.accepts(one, "0123456789ab")
    assert of.accepts(one, one.basis())


def test_dates_that_hang_on_each_other_are_all_known() -> None:
    process = replace(
        PROCESS,
        milestones=tuple(
            replace(stone, default=default)
            for stone, default in zip(
                PROCESS.milestones,
                ("package - 5d", "kick-off - 14d", "", "anniversary - 1y", "ready + 2y"),
                strict=True,
            )
        ),
    )
    found = build_board(project(process=process), TODAY).dates
    assert found["package"] == KICK_OFF - timedelta(days=14)
    assert found["ready"] == KICK_OFF - timedelta(days=19)
    assert found["ato"] == date(2028, 1, 13)


def test_findings_of_other_phases_and_of_other_days_count_where_they_do_one_by_one() -> None:
    held = {"package": TODAY - timedelta(days=20), "kick-off": TODAY - timedelta(days=10)}
    board = build_board(
        project(
            item("i0", kind="test"),
            process=APART,
            records={"r.csp:i0": Record("done", "other-than-satisfied", done=TODAY)},
            findings=[
                Finding("f0", risk="low", items=("r.csp:i0",)),
                Finding("f1", risk="low", found=TODAY - timedelta(days=30)),
                Finding("f2", risk="low", found=TODAY),
            ],
            milestones=held,
        ),
        TODAY,
    )
    told = {
        one.milestone.id: [(m.ref, m.phase) for m in one.missing if m.ref != "r.csp:i0"]
        for one in gates(board)
    }
    assert told["package"] == [("f0", "full-assessment"), ("f1", "full-assessment")]
    assert told["kick-off"] == [("f1", "full-assessment")]
    assert told["ato"] == [("f1", "full-assessment"), ("f2", "review")]
    for one in gates(board):
        found = [(m.kind, m.ref, m.owner, m.role, m.phase) for m in one.missing]
        assert found == plain_judging.list_missing(board, one.milestone)
