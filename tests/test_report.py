"""Reports: what they tell, that the same state gives the same bytes, and where they go."""

import os
import subprocess
import sys
from datetime import UTC, date
from pathlib import Path

import pytest
from conftest import NOW, TODAY
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from small_project import checklist, item, project, small_board
from small_report import PROCESS, check_tables, fill, report, section, ship, tokens

from fedcheck.analysis.evidence_register import list_unsound_evidence
from fedcheck.analysis.responsibilities import list_deliverables
from fedcheck.analysis.waiting_since import find_status_dates
from fedcheck.domain.change import Change, HistoryLine
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.process import Deliverable
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import BrokenFile
from fedcheck.errors import FedcheckError
from fedcheck.reports import fingerprint, render
from fedcheck.reports.context import build_context
from fedcheck.reports.fingerprint import Fingerprint
from fedcheck.reports.markdown import unmark_text
from fedcheck.session import open_session
from fedcheck.storage import paths

GOLDEN = Path(__file__).with_name("golden")
ROOT = Path(__file__).parents[1]


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    return ship(tmp_path, monkeypatch)


@pytest.fixture
def filled(tmp_path, shipped):
    return fill(tmp_path / "workspace")


# What it tells


def test_the_report_is_the_one_that_was_read_and_found_good(filled):
    text = report(filled)
    path = GOLDEN / "pmo-status.md"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "run with UPDATE_GOLDEN=1, and read the result"


def test_the_first_screen_says_who_what_how_and_when(filled):
    text = report(filled)
    first = "\n".join(text.split("\n")[:24])
    for said in (
        "CUI // SP-PROPIN",
        "Meridian Ledger, Meridian Systems, Inc.",
        "JAB P-ATO, impact moderate",
        "JAB kick-off, 2027-02-01, in 21 d",
        "2027-01-11",
        '## Not ready for "JAB kick-off": 8 outstanding',
        "| CSP | 6 | 2 | 1 | - | dana 4, Alice Ngata 1, no owner 1 |",
        "| PMO | 1 |",
        "historical",
    ):
        assert said in first
    assert text.count("**CUI // SP-PROPIN**") == 2
    assert "not affiliated with or endorsed by FedRAMP" in text


def test_every_table_is_one(filled):
    assert check_tables(report(filled)) == 14


def test_what_is_missing_is_counted_and_listed_by_owner(filled):
    text = section(report(filled), 'Outstanding before "JAB kick-off"')
    assert text.count("\n| dana (CSP) |") == 4
    assert "| CSP, no owner | Incident response plan final |" in text
    assert '| SSP signed | done, but it needs "Incident response plan final" (CSP) |' in text
    assert "| Screenshot of the session lock | unanswered | 2027-01-02 | 2027-01-09 |" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) - 2 == 7
    assert "Completeness check" not in text, "the reader knows its own list"
    assert "1 of the 8 is with the FedRAMP PMO." in text


def test_milestones_are_told_apart_by_what_their_gates_need(filled):
    text = report(filled, milestone="ready-conversation")
    ready = section(text, 'Ready for "FedRAMP Ready conversation"')
    assert ready.strip() == "Nothing is outstanding."
    assert '"FedRAMP Ready conversation" was due 48 days ago: ready.' in text
    assert "## Outstanding before" not in text
    assert "Not needed for this milestone: System Security Plan (SSP); P-ATO letter." in text


def test_since_when_is_told_in_the_time_zone_of_the_workspace(filled):
    text = report(filled)
    reason = "The landlord has not signed yet"
    assert f"| blocked since 2026-12-30: {reason} | dana (CSP) |" in section(text, "Risks")
    assert "| Alice Ngata (CSP) | 2026-12-02 | The board \\| decides in March |" in text
    assert "| Mobile clients described | Alice Ngata (CSP) | - | There are no" in text


def test_evidence_that_does_not_count_is_told_with_the_reason(filled):
    (filled / "evidence" / "boundary_v3.pdf").unlink()
    text = section(report(filled), "Evidence")
    assert "Of 4 evidence attachments, 1 is missing and 1 will be stale by its milestone." in text
    assert "stale: older than 120d at Package delivered, 2027-01-18" in text
    assert "| Boundary diagram (`evidence/boundary_v3.pdf`) |" in text


def test_only_web_addresses_become_links(filled):
    text = report(filled)
    assert "[Uploaded RAR](https://repo.example/rar?v=2%7Cfinal)" in text
    links = {t.attrs["href"] for t in tokens(text) if t.type == "link_open"}
    assert links == {"https://repo.example/rar?v=2%7Cfinal", "https://repo.example/scan"}


def test_nothing_of_this_machine_is_told(filled, tmp_path):
    (filled / "progress" / "f.pmo.toml").write_text("format = 1\nitem = 3\n")
    outside = tmp_path / "elsewhere" / "proof.txt"
    whole = (filled / "progress" / "f.3pao.toml").read_text()
    whole += f'[[item."scan".evidence]]\nid = "b"\nkind = "file"\nlink = "{outside}"\n'
    (filled / "progress" / "f.3pao.toml").write_text(whole)
    text = report(filled)
    assert str(tmp_path) not in text
    assert "`proof.txt`" in text
    assert "| progress/f.pmo.toml | cannot be read: line 2: " in text


def test_a_workspace_with_nothing_in_it(tmp_path, shipped):
    head = 'format = 1\nname = "New"\nprocess = "jab"\nrole = "csp"\n'
    text = report(fill(tmp_path / "w", head, {}, "format = 1\n", "format = 1\n"))
    assert '"FedRAMP Ready conversation" has no date yet: 4 outstanding' in text
    assert "| overdue since 2027-01-08; outside this milestone | CSP |" in text
    assert '| Set a date for "FedRAMP Ready conversation" | - |' in text
    assert "## Evidence" not in text
    assert "Open requests" not in text
    assert text.startswith("# New: status for the FedRAMP PMO\n")
    check_tables(text)


def test_a_process_without_milestones_and_without_items(tmp_path, shipped):
    keep = PROCESS.partition("[[milestone]]")[0].replace("historical", "current")
    (shipped / "process.toml").write_text(keep)
    for path in shipped.glob("*.*.toml"):
        path.unlink()
    head = 'format = 1\nname = "New"\nprocess = "jab"\nrole = "csp"\n'
    root = fill(tmp_path / "w", head, {}, "format = 1\n", "format = 1\n")
    text = report(root)
    assert "Of 0 required items that apply, none are done" in text
    assert "| New | JAB P-ATO, impact moderate | 0 | 2027-01-11 |" in text
    session = open_session(root, paths.find_user_folders(), (), "alice", lambda: NOW)
    assert render.default_path(root, session.board(TODAY)).name == "2027-01-11-pmo-status.md"


# What it is made of


def test_deliverables_take_their_state_from_the_item_that_hands_them_over():
    documents = (
        Deliverable("a", "A", "csp", handed_over_by="r.csp:a"),
        Deliverable("high", "High", "csp", handed_over_by="r.csp:high"),
        Deliverable("gone", "Gone", "csp", handed_over_by="r.csp:gone"),
    )
    board = small_board(
        item("a"),
        item("high", applies={"impact": ("high",)}),
        process=replace(project().process, deliverables=documents),
        profile={"impact": "moderate"},
    )
    found = list_deliverables(board)
    assert [(p.deliverable.id, p.row and p.row.ref, p.phase) for p in found] == [
        ("a", "r.csp:a", "readiness"),
        ("gone", None, "readiness"),
    ]


def test_a_status_has_a_day_only_while_the_history_agrees():
    state = project(item("a"), item("b"), records={"a": Record("blocked"), "b": Record("done")})
    entered = [
        HistoryLine(Change("r.csp:a", "status", "todo", "blocked"), NOW, "x", "1"),
        HistoryLine(Change("r.csp:b", "status", "todo", "blocked"), NOW, "x", "2"),
        HistoryLine(Change("r.csp:b", "owner", None, "bob"), NOW, "x", "3"),
    ]
    assert find_status_dates(state, entered, UTC) == {"r.csp:a": TODAY}


@pytest.mark.parametrize(
    ("about", "evidence_item", "why"),
    [
        ({"max_age": "30d"}, {"collected": date(2026, 12, 1)}, "older than 30d today"),
        ({"max_age": "30d"}, {}, "its date is unknown"),
        ({"every": "1mo"}, {"collected": date(2026, 11, 1)}, "due again: older than 1mo"),
        ({"max_age": "30d"}, {"expires": date(2027, 1, 2)}, "expired on 2027-01-02"),
        (
            {"max_age": "90d at kick-off"},
            {"expires": date(2027, 1, 20), "collected": TODAY},
            "expires on 2027-01-20",
        ),
        (
            {"max_age": "90d at kick-off"},
            {"collected": date(2026, 10, 1)},
            "older than 90d at Kick-off, 2027-02-01",
        ),
    ],
)
def test_why_evidence_does_not_count(about, evidence_item, why):
    record = Record("done", evidence=(Evidence("e", "https://x.example", **evidence_item),))
    (found,) = list_unsound_evidence(small_board(item("a", **about), records={"a": record}))
    assert (found.state, found.why) == ("stale", why)


def test_the_numbers_of_phases_are_those_of_the_milestone():
    late = item("b", after="kick-off")
    board = small_board(item("a"), late, lists=(checklist("f.csp", item("c"), phase="review"),))
    for milestone, numbers in (
        ("kick-off", {"readiness": "1 outstanding", "review": "1 outstanding"}),
        ("ato", {"readiness": "2 outstanding", "review": "1 outstanding"}),
    ):
        seen = build_context(board, milestone, {})
        assert {phase.id: phase.gate for phase in seen.phases} == numbers


def test_everybody_who_owes_something_is_named():
    board = small_board(
        item("a"),
        requests=(
            Request("q", "One?", to="somebody"),
            Request("r", "Two?", to="3pao"),
        ),
        broken=(BrokenFile("/elsewhere/x.toml", "/elsewhere/x.toml:3: bad"),),
    )
    seen = build_context(board, "kick-off", {})
    owed = {
        debt.owner: [unmark_text(m.name) for m in debt.missing] for debt in seen.milestone.gate.owed
    }
    assert owed == {
        "CSP, no owner": ["A", "x.toml"],
        "3PAO, no owner": ["Two?"],
        "somebody": ["One?"],
    }


def test_an_open_high_finding_stands_among_what_is_missing():
    full = checklist("f.csp", item("b"), phase="full-assessment")
    board = small_board(lists=(full,), findings=(Finding("V", "Hole", "high", owner="csp"),))
    (debt,) = build_context(board, "kick-off", {}).milestone.gate.owed
    assert [(m.name, unmark_text(m.why)) for m in debt.missing] == [
        ("B", "not done"),
        ("Hole", "open High finding"),
    ]


# Same state and date, same bytes


def test_two_reports_of_one_state_are_equal(filled):
    assert report(filled) == report(filled)
    assert report(filled, date(2027, 1, 12)) != report(filled)


def test_the_order_of_hashes_does_not_show(tmp_path, copy_example):
    script = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from fedcheck.reports import render\n"
        "from fedcheck.session import open_session, system_clock\n"
        "from fedcheck.storage import paths\n"
        "root = Path(sys.argv[1])\n"
        "session = open_session(root, paths.find_user_folders(), (), 'x', system_clock)\n"
        "board = session.board(date(2027, 1, 11))\n"
        "text = render.render_report(board, root=root, folders=paths.find_user_folders())\n"
        "sys.stdout.buffer.write(text.encode())\n"
    )
    root = copy_example(tmp_path / "demo", date(2027, 1, 11))
    made = []
    for seed in ("1", "2"):
        command = [sys.executable, "-c", script, str(root)]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=environment, capture_output=True, check=True)
        made.append(done.stdout)
    assert made[0] == made[1]
    check_tables(made[0].decode())


# Its file


def test_where_a_report_goes(filled):
    session = open_session(filled, paths.find_user_folders(), (), "alice", lambda: NOW)
    board = session.board(TODAY)
    folder = filled / "reports"
    assert render.default_path(filled, board) == folder / "2027-01-11-pmo-status-kick-off.md"
    path = render.default_path(filled, board, "weekly", "package")
    assert path == folder / "2027-01-11-weekly-package.md"


def test_only_an_earlier_report_is_replaced(filled):
    text = report(filled)
    path = filled / "reports" / "r.md"
    render.write_file(path, text)
    assert path.read_bytes() == text.encode()
    assert path.stat().st_mode & 0o777 == 0o600
    later = report(filled, date(2027, 1, 12))
    render.write_file(path, later)
    assert path.read_text(encoding="utf-8") == later
    path.write_text("mine")
    with pytest.raises(FedcheckError, match="not a fedcheck report") as caught:
        render.write_file(path, text)
    assert caught.value.kind == "usage"
    assert path.read_text() == "mine"
    path.write_text("")
    render.write_file(path, text)


def test_places_that_are_no_file(filled, tmp_path):
    text = report(filled)
    with pytest.raises(FedcheckError, match="is a folder"):
        render.write_file(tmp_path, text)
    (tmp_path / "l.md").symlink_to(tmp_path / "nowhere" / "x")
    with pytest.raises(FedcheckError, match=r"is a link to .*nowhere/x"):
        render.write_file(tmp_path / "l.md", text)
    assert not (tmp_path / "nowhere").exists()


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1),
        st.sampled_from([(), ("5f" * 32,), ("5f" * 32, "60" * 32)]),
    ),
    st.sampled_from(["", "kick-off"]),
)
def test_a_fingerprint_is_read_back(hashes, milestone):
    found = Fingerprint(TODAY, "pmo-status shipped", milestone, hashes)
    text = fingerprint.format_comment(found)
    assert text.count("-->") == 1
    assert text.count("<!--") == 1
    assert fingerprint.find("# x\n\n" + text) == found
    assert fingerprint.find(text.replace("\n", "\r\n")) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# x",
        "<!-- fedcheck report 2\nas-of 2027-01-11\n-->\n",
        "<!-- fedcheck report 1\nas-of never\n-->\n",
        "<!-- fedcheck report 1\n-->\n",
        "<!-- fedcheck report 1\nas-of 2027-01-11\n-->\nmore\n",
    ],
)
def test_what_is_no_fingerprint(text):
    assert fingerprint.find(text) is None
