"""The first page of a report: what it asks, the gate by party, results, and long lists grouped."""

import json
from collections import Counter
from datetime import date

import pytest
from conftest import TODAY
from msgspec.structs import replace
from small_project import PROCESS, checklist, item, small_board
from small_report import fill, report, section, ship

from fedcheck.cli.main import run
from fedcheck.domain.finding import Finding
from fedcheck.domain.process import Milestone
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.reports.context import build_context
from fedcheck.reports.markdown import escape_document, mark_text, unmark_text
from fedcheck.reports.page_views import _name_people

STEPS = 90


@pytest.fixture
def tested(tmp_path, monkeypatch):
    """Return a workspace with a test case workbook of which a third is tested."""
    shipped = ship(tmp_path, monkeypatch)
    path = shipped / "f.3pao.toml"
    steps = "".join(
        f'[[section]]\nid = "s{part}"\ntitle = "Family {part}"\n'
        + "".join(
            f'[[section.item]]\nid = "t{n}"\ntitle = "Step {n}"\nkind = "test"\n'
            for n in range(part * 30, part * 30 + 30)
        )
        for part in range(3)
    )
    path.write_text(path.read_text() + steps)
    records = "".join(
        f'[item."t{n}"]\nstatus = "done"\nresult = "satisfied"\ntester = "bob"\n'
        if n % 3 == 0
        else f'[item."t{n}"]\nowner = "alice"\ntester = "bob"\n'
        for n in range(STEPS)
    )
    root = fill(tmp_path / "w")
    progress = root / "progress" / "f.3pao.toml"
    progress.write_text(progress.read_text() + records)
    return root


def test_many_outstanding_items_are_grouped_and_full_lists_them(tested):
    text = report(tested)
    part = section(text, 'Outstanding before "JAB kick-off"')
    assert "| 3PAO | Family 0 | 20 | 20 not done | Bob Tanaka 20 | 2027-02-01 |" in part
    assert len(part.strip().splitlines()) < 40
    assert "the full report lists each item" in part
    assert "Step 88" not in text
    whole = section(report(tested, full=True), 'Outstanding before "JAB kick-off"')
    assert whole.count("| Bob Tanaka (3PAO) | Step ") == 60
    assert "full report" not in whole


def test_the_command_writes_the_annex(tested, capsys):
    assert run(["report", "-o", "-", "--full", "-w", str(tested), "--as-of", str(TODAY)]) == 0
    assert "| Bob Tanaka (3PAO) | Step 89 |" in capsys.readouterr().out


def test_tests_are_owed_by_their_testers_and_counted_in_one_table(tested):
    text = report(tested)
    assert "| 3PAO | 61 | - | - | - | Bob Tanaka 61 |" in text
    assert "| f.3pao | 92 | 31 | 31 | 0 | 0 | 61 |" in section(text, "Test results")
    assert run(["gate", "-w", str(tested), "--as-of", str(TODAY)]) == 1


@pytest.mark.parametrize("name", ["pmo-status", "executive", "briefing"])
def test_every_audience_reads_the_page_in_the_same_order(tested, name):
    text = report(tested, template=name)
    heads = [line for line in text.splitlines() if line.startswith("## ")]
    page = [one for one in heads if one.startswith(("## Not ready", "## Risks", "## Test res"))]
    assert page == [
        '## Not ready for "JAB kick-off": 68 outstanding',
        "## Risks",
        "## Test results",
    ]
    assert heads.index(page[0]) <= 1, "at most what is asked stands before it"


def asked(board, milestone="kick-off", role="csp"):
    asks = build_context(board, milestone, {}, role=role).asks
    return {
        name: [(one.kind, unmark_text(one.what), one.by) for one in getattr(asks, name)]
        for name in ("review", "management", "meeting")
    }


def test_each_reader_is_asked_for_what_that_reader_can_give():
    day = date(2027, 1, 20)
    board = small_board(
        item("a"),
        item("b", needs=("f.3pao:c",)),
        item("d"),
        lists=(checklist("f.3pao", item("c"), phase="review", role="3pao"),),
        records={"a": Record("blocked", owner="alice", reason="No key")},
        findings=(Finding("f", "Hole", "high", owner="csp"),),
        requests=(
            Request("q", "Which day?", to="3pao", by="csp", due=day),
            Request("r", "Logs?", to="csp", by="3pao", kind="evidence", due=day),
            Request("s", "Diagram?", to="csp", by="3pao", state="answered", due=day),
        ),
    )
    found = asked(board)
    kick_off = date(2027, 2, 1)
    assert ("owner", "Name an owner for 1 outstanding item of the CSP", kick_off) in found[
        "management"
    ]
    assert ("work", "Unblock 1 item of the CSP (see Risks)", kick_off) in found["management"]
    assert ("plan", "Agree on a plan and due date for 1 open finding", kick_off) in found[
        "management"
    ]
    assert ("answer", "Provide: Logs?", day) in found["management"]
    assert found["meeting"] == [
        ("answer", "Answer: Which day?", day),
        ("acceptance", "Accept or return: Diagram?", day),
        ("work", "Complete: C", kick_off),
    ]


def test_a_milestone_without_a_date_is_asked_for_one():
    found = asked(small_board(item("a"), milestones={}))
    assert ("date", 'Set a date for "Kick-off"', None) in found["management"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("4 outstanding -> met", "4 outstanding -> met"),
        ("a < b > c", "a < b > c"),
        ("x <b> y", "x \\<b> y"),
        ("> quoted", "\\> quoted"),
        ("end -->", "end --\\>"),
    ],
)
def test_plain_text_holds_no_entity(text, written):
    assert escape_document(mark_text(text)) == written


def test_json_of_a_gate_names_the_tester(tested, capsys):
    assert run(["gate", "--json", "-w", str(tested), "--as-of", str(TODAY)]) == 1
    missing = json.loads(capsys.readouterr().out)["missing"]
    assert {one["owner"] for one in missing if ":t" in one["ref"]} == {"bob"}


def test_a_decision_is_asked_of_the_reviewer_until_its_day_is_over():
    stone = Milestone("kick-off", "Kick-off", closes=("readiness",), decided_by=("pmo",))
    stone = replace(stone, decision="The PMO says go or no-go.")
    process = replace(PROCESS, milestones=(stone,))
    board = small_board(item("a"), process=process)
    assert asked(board)["review"] == [
        ("decision", "Kick-off: The PMO says go or no-go.", date(2027, 2, 1))
    ]
    late = small_board(item("a"), process=process, today=date(2027, 2, 2))
    assert asked(late)["review"] == []


def test_a_returned_request_is_called_returned(tmp_path, monkeypatch):
    ship(tmp_path, monkeypatch)
    asked = (
        'format = 1\n[[request]]\nid = "q7w"\ntitle = "Lock?"\nto = "csp"\nby = "bob"\n'
        "due = 2027-01-05\nanswered = 2027-01-04\n"
        'answer = "15 min"\ncomment = "Show the config"\n'
    )
    text = report(fill(tmp_path / "w", requests=asked))
    assert "| Lock? | returned, overdue since 2027-01-05 | CSP |" in section(text, "Risks")
    assert "| 2027-01-05 | returned, overdue |" in section(text, "Open requests")


def test_a_single_person_beyond_the_most_is_named_not_counted():
    people = Counter({"Ann": 5, "Ben": 4, "Cat": 3, "Dan": 2, "Eve": 1, "": 2})
    assert _name_people(people) == "Ann 5, Ben 4, Cat 3, Dan 2, Eve 1, no owner 2"
    assert _name_people(people + Counter({"Fay": 1})).endswith("Dan 2, 2 others 2, no owner 2")


def test_a_milestone_that_passed_unmet_is_named_and_scope_is_told(tested, capsys):
    words = ["report", "executive", "-o", "-", "-w", str(tested), "--as-of", "2027-02-03"]
    assert run(words) == 0
    text = capsys.readouterr().out
    passed = '"JAB kick-off" (2027-02-01,'
    assert passed not in text, "the milestone of the report is told by its own sentence"
    assert run([*words, "--milestone", "ready-conversation"]) == 0
    assert passed in capsys.readouterr().out
