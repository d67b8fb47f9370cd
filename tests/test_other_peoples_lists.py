"""Lists as people made them: each shape that is met in the field, and what is right for it."""

import json
from datetime import date
from pathlib import Path

import pytest
import tomli
from conftest import MakeWorkspace

from fedcheck.cli.main import run
from fedcheck.importers.csv_checklist import importer, plan, rows, tasks
from fedcheck.importers.csv_checklist.columns import guess_columns
from fedcheck.importers.people import match_person
from fedcheck.importers.plan import carry_out
from fedcheck.spreadsheets.grid import GridRow
from fedcheck.spreadsheets.xlsx_reader import Sheet
from fedcheck.spreadsheets.xlsx_writer import write_xlsx
from fedcheck.storage.checklist_reader import load_list

LIST = ("--list", "acme.own", "--phase", "readiness", "--role", "csp", "--audience", "shared")
PEOPLE = """
[people.dana]
name = "Dana Whitfield"
role = "csp"
contact = "Dana.W@meridian.example"

[people.erik]
name = "Erik Solberg"
role = "csp"
"""


@pytest.fixture
def root(make_workspace: MakeWorkspace) -> Path:
    folder = make_workspace()
    head = folder / "fedcheck.toml"
    head.write_text(head.read_text() + PEOPLE)
    return folder


@pytest.fixture
def bring(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Return a function that imports a text or a sheet, and gives what was told."""
    monkeypatch.chdir(root)

    def call(content: str | bytes, *argv: str, kind: str = "csv", status: int = 0):
        path = root / ("own.xlsx" if isinstance(content, bytes) else "own.csv")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        where = LIST if kind == "csv" else ()
        found = run(["import", kind, path.name, "--json", *where, *argv])
        out, err = capsys.readouterr()
        assert found == status, err
        return json.loads(out) if status == 0 else err

    return call


def made(root: Path) -> dict[str, str]:
    loaded = load_list(root / "checklists" / "acme.own.toml", "file")
    return {name: item.title for name, (_, item) in loaded.checklist.items.items()}


def record(root: Path, item: str) -> dict:
    path = root / "progress" / "acme.own.toml"
    return tomli.loads(path.read_text())["item"].get(item, {}) if path.exists() else {}


def told(found: dict) -> str:
    return "\n".join(f"{note['where']}: {note['what']}" for note in found["notes"])


def guess(text: str) -> dict[str, str]:
    header, *below = [line.split("|") for line in text.strip().splitlines()]
    lines = [GridRow(number, tuple(cells)) for number, cells in enumerate(below, 2)]
    return guess_columns(header, lines)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Name|POAM Status|Actual Start Date|Estimated Completion Date|Actual Completion Date\n"
            "Shut a port|Ongoing|2026-05-01|2026-12-15|\nTurn keys|Completed|2026-04-01|2026-06-30|"
            "2026-07-20",
            {"title": "Name", "status": "POAM Status", "due": "Estimated Completion Date",
             "done": "Actual Completion Date"},
        ),
        (
            "Vuln ID|Severity|Group Title|Rule ID|Rule Title|Check Content Reference|Third Party"
            " Tools\nV-1|low|SRG-1|R-1|Must lock|M|\nV-2|low|SRG-2|R-2|Must log|M|",
            {"id": "Vuln ID", "title": "Rule Title", "section": "Group Title"},
        ),
        (
            "Assessment Name|Weakness ID|Weakness Description|POA&M ID|POA&M Status\n"
            "Site|W-1|No policy|P-001|Completed\nSite|W-2|No roles|P-002|In-Progress",
            {"id": "POA&M ID", "title": "Weakness Description", "status": "POA&M Status"},
        ),
        (
            "Item|Status Date|Last Update|Due Date (Original)|Revised Due Date\n"
            "Draw it|2026-01-01|2026-01-02|2026-02-01|2026-03-01\n"
            "Sign it|2026-01-01|2026-01-02|2026-02-02|2026-03-02",
            {"title": "Item", "due": "Revised Due Date"},
        ),
        (
            "Task|Completed|Done\nA thing|2026-01-02|yes\nB thing||no",
            {"title": "Task", "status": "Done", "done": "Completed"},
        ),
        (
            "Task #|Task|Start Date|End Date\n1|Plan it|2026-01-01|2026-02-01\n"
            "2|Do it|2026-01-02|2026-02-02",
            {"id": "Task #", "title": "Task", "due": "End Date"},
        ),
        (
            "Test ID|Control|Test Procedure|Actual Result|Pass/Fail|Date Tested\n"
            "T1|AC-2|Check it|works|Pass|2026-01-01\nT2|AC-3|Read it|no|Fail|2026-01-02",
            {"id": "Test ID", "title": "Test Procedure", "control": "Control",
             "result": "Pass/Fail", "done": "Date Tested"},
        ),
        ("Titel|Latest comment|Comment date\na|b|", {"title": "Titel", "note": "Latest comment"}),
        ("Reference|Party|Number\nx|y|1\nx|y|2", {"id": "Number", "role": "Party"}),
    ],
)  # fmt: skip
def test_a_heading_is_a_phrase_and_the_cells_below_agree(text, wanted):
    assert guess(text) == wanted


def test_a_row_of_data_is_no_header(bring, root):
    text = "Package list,,,\nNo.,Document,Included,Reference\n1,Guide,No,link\n2,Rules,No,link 2\n"
    bring(text)
    assert made(root) == {"1": "Guide", "2": "Rules"}
    err = bring("Attachment,Included?\nGuide,No\nRules,No\n", kind="requests", status=3)
    assert "no row names the columns" in err


def test_a_sheet_about_the_workbook_is_not_taken_for_the_list(bring, root):
    log = Sheet("Record of Changes", (("Date", "Description", "Author"), ("x", "First", "me")))
    listed = Sheet("Plan", (("Step", "Task name"), ("1", "Lock"), ("2", "Log")))
    bring(write_xlsx([log, listed]))
    assert list(made(root).values()) == ["Lock", "Log"]


def test_a_header_on_each_page_a_group_and_a_total_are_no_tasks(bring, root):
    head = "ID,Task,Status,Hours\n"
    text = f"{head}Access control,,,\nT-1,Lock,Open,3\n{head}T-2,Log,Done,4\n"
    text += "Audit,,,\nT-3,Keep,Open,1\nTotal,,,8\n"
    found = bring(text)
    assert made(root) == {"t-1": "Lock", "t-2": "Log", "t-3": "Keep"}
    loaded = load_list(root / "checklists" / "acme.own.toml", "file").checklist
    assert {s.title: [i.id for i in s.items] for s in loaded.sections} == {
        "Access control": ["t-1", "t-2"],
        "Audit": ["t-3"],
    }
    assert '"Audit" is the heading' in told(found) and "a total" in told(found)


def test_a_task_that_nobody_began_is_no_group(bring, root):
    bring("Task,Status\nLock,Open\nWrite it down,\nLog,Done\n")
    assert len(made(root)) == 3


def test_failed_formulas_are_empty_and_told_with_their_cells(bring, root):
    found = bring("Task,Owner,Due\nLock,#REF!,#N/A\nLog,dana,2027-02-01\n")
    assert "owner" not in record(root, "lock")
    assert "B2 (#REF!), C2 (#N/A)" in told(found)


def test_columns_of_one_name_are_told_apart(bring, root):
    found = bring("Task,Notes,Notes\nLock,first,second\n", "--map", "note=Notes (column C)")
    assert "Notes (column C)" in told(found)
    assert record(root, "lock")["note"].strip() == "second"
    assert bring("Task,Notes,Notes\nLock,first,second\n")["changes"] == [], "and remembered so"


def test_cells_without_a_heading_are_told_and_those_beyond_the_header_kept(bring, root):
    found = bring("Task,,Notes\nLock,lost,mine,one, two\n")
    assert "column B has no heading; 1 cell not used" in told(found)
    assert "row 2: D2, E2: beyond the last column; kept in the note" in told(found)
    note = record(root, "lock")["note"].strip()
    assert note == "mine\nD2 in the sheet: one\nE2 in the sheet: two"


def test_a_day_that_is_plain_is_used_and_any_other_kept_in_the_note(bring, root):
    text = "ID,Task,Due,Notes\n1,A,ASAP,mine\n2,B,by 2027-02-01 (draft),\n"
    text += "3,C,kick-off - 30d,\n4,D,TBD,\n"
    found = bring(text)
    assert 'row 2: due (C2): "ASAP" is not a date; kept in the note' in told(found)
    assert record(root, "1")["note"].strip() == "mine\nDue in the sheet: ASAP"
    assert str(record(root, "2")["due"]) == "2027-02-01"
    assert "by 2027-02-01 (draft)" in record(root, "2")["note"]
    assert record(root, "3")["due"] == "kick-off - 30d"
    assert record(root, "4") == {}
    assert bring(text)["changes"] == []


def test_a_quote_that_is_never_closed_is_refused_with_its_line(bring, root):
    err = bring('Task,Status,Notes\nDraw,Open,"first\nCheck,Done,ok\nThird,Open,x\n', status=3)
    assert "line 2: a quote opens" in err and "2 more lines" in err
    assert not (root / "checklists" / "acme.own.toml").exists()


def test_merged_cells_hold_for_each_of_their_rows(bring, root, tmp_path):
    import io

    import openpyxl

    data = write_xlsx([Sheet("Plan", (
        ("Task", "Area", "Owner", "Dates", None), (None, None, None, "Start", "Due"),
        ("Lock", "Doors", "dana", None, "2027-02-01"), ("Log", None, "erik", None, "2027-02-02"),
    ))])  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(data))
    for area in ("A1:A2", "B1:B2", "C1:C2", "D1:E1", "B3:B4"):
        book["Plan"].merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    bring(out.getvalue())
    assert str(record(root, "log")["due"]) == "2027-02-02"
    loaded = load_list(root / "checklists" / "acme.own.toml", "file").checklist
    assert [section.title for section in loaded.sections] == ["Doors"]


@pytest.mark.parametrize(
    ("written", "person"),
    [
        ("Dana.W@Meridian.example", "dana"), ("Whitfield, Dana", "dana"), ("@erik", "erik"),
        ("erik.solberg@elsewhere.example", "erik"), ("Dana Whitfield (CSP)", "dana"),
        ("Erik Solberg <es@x.example>", "erik"), ("SOLBERG,  Erik", "erik"),
        ("Nobody Known", "Nobody Known"), ("dana@a.example; erik@a.example",
                                           "dana@a.example; erik@a.example"),
    ],
)  # fmt: skip
def test_people_are_known_however_they_are_written(root, open_workspace, written, person):
    assert match_person(open_workspace(root).project, written) == person


def test_controls_are_read_in_every_spelling(bring, root):
    spellings = ("AC-02 (01)", "ac-2.1", "AC-2 (1)", "3.1.1", "AC.L1-3.1.1")
    lines = "".join(f"{name},Task {n},Open\n" for n, name in enumerate(spellings))
    assert bring(f"Control,Task,Status\n{lines}", "--map", "title=Task")["notes"] == []
    loaded = load_list(root / "checklists" / "acme.own.toml", "file").checklist
    controls = [item.controls for _, item in loaded.items.values()]
    assert controls == [("AC-2(1)",)] * 3 + [("3.1.1",), ("AC.L1-3.1.1",)]


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("Our matrix,,,\nNumber,Comment,Response,Resolved\n1,No ports,,No\n2,Empty,,No\n", 0),
        ("No,SSP Section,Reviewer comment,CSP Response,Adjudication\n1,9.2,No ports,,\n"
         "2,9.3,Empty,fixed,Accepted\n", 1),
        ("#,Document,Comment,Response,Status\n1,SSP,No ports,Figure 9,Closed\n"
         "2,SSP,Empty,,Open\n", 1),
    ],
)  # fmt: skip
def test_a_comment_matrix_of_others_has_numbers_of_rows(bring, root, text, answered):
    found = bring(text, kind="requests")
    assert found["notes"] == []
    requests = tomli.loads((root / "requests.toml").read_text())["request"]
    assert [one["title"] for one in requests] == ["No ports", "Empty"]
    assert sum(one.get("state") == "accepted" for one in requests) == answered
    assert bring(text, kind="requests")["changes"] == [], "a second import adds none"


def test_nothing_claims_that_all_is_here_where_rows_were_not_used(bring, root, capsys):
    (root / "own.csv").write_text("ID,Comment or request,Answer\nq7zz-x,,ok\n")
    assert run(["import", "requests", "own.csv"]) == 0
    out = capsys.readouterr().out
    assert "1 row could not be used" in out and "has all of it" not in out


def test_the_work_grows_with_the_rows(root, open_workspace, monkeypatch):
    """Count the steps that every row takes, also when the list comes again."""
    counts: dict[str, int] = {}

    def count(module, name):
        inner = getattr(module, name)

        def step(*args, **named):
            counts[name] = counts.get(name, 0) + 1
            return inner(*args, **named)

        monkeypatch.setattr(module, name, step)

    count(rows, "normalize")
    count(tasks, "match_person")
    count(plan, "normalize_link")
    count(plan, "diff_records")
    seen = []
    for size in (20, 160):
        session = open_workspace(root)
        body = "".join(
            f"T-{n},Do {n},Open,p{n % 5},2027-02-01,https://x.example/{n}\n" for n in range(size)
        )
        path = root / "list.csv"
        path.write_text(f"ID,Task,Status,Owner,Due,Link\n{body}")
        values = {"list": f"acme.l{size}", "phase": "readiness", "role": "csp", "theirs": False}
        values["audience"] = "shared"
        prepared = importer.prepare(session, path, values)
        prepared.after(carry_out(session, prepared.plan))
        counts.clear()
        assert importer.prepare(session, path, {**values, "list": ""}).plan.empty
        seen.append(dict(counts))
        (root / "imports.toml").unlink()
    few, many = seen
    assert few.keys() >= {"normalize_link", "diff_records", "match_person"}
    for name, number in many.items():
        assert number <= 10 * few[name], name


MESSY = """#,Task,Who,Target date,Where are we?,Comments
1,Boundary diagram,dana.w@meridian.example; erik,Dec 10,DONE 11/18,
2,Log retention,"Solberg, Erik",ASAP,N/A - covered by the host,
3,Background checks,Security / HR,12/05,N/A,HR: no contractors
4,Module inventory,@erik,2026-12-20,Blocked,Vendor has no certificate
5,Scan of databases,erik,2026-12-20,in progress (40%),
6,Scan of hosts,erik,2026-12-20,Recurring,each month
7,Key management,erik,2026-12-20,Not started,
"""


def test_a_status_column_is_known_by_its_cells_and_remarks_beside_the_status_are_kept(root, bring):
    found = bring(MESSY, "--as-of", "2026-11-30", "--dates", "mdy")
    first = record(root, "1")
    assert (first["status"], first["owner"], first["due"]) == ("done", "dana", date(2026, 12, 10))
    assert "Where are we? in the sheet: DONE 11/18" in first["note"]
    assert "Who in the sheet: dana.w@meridian.example; erik" in first["note"]
    assert record(root, "2")["reason"] == "covered by the host"
    assert record(root, "3")["reason"] == "HR: no contractors"
    assert record(root, "3")["owner"] == "Security / HR"
    assert record(root, "3")["due"] == date(2026, 12, 5)
    assert record(root, "4")["reason"] == "Vendor has no certificate"
    assert record(root, "5")["status"] == "doing"
    assert "status" not in record(root, "6")
    assert record(root, "6")["note"].endswith("Where are we? in the sheet: Recurring")
    assert (
        'owner: "dana.w@meridian.example; erik" names several people; dana becomes the owner'
    ) in told(found)
    assert 'status: "Recurring" is not a known status; kept in the note' in told(found)


def test_a_stage_of_statuses_is_the_status_and_an_ambiguous_day_is_kept(root, bring):
    text = (
        "Task;Responsible;Deadline;Stage;Remarks\nSSP;dana;15.12.2026;Done;\n"
        'Inventory;"dana, erik";2026-12-10;Doing;x\nScan;erik;12/11/2026;Open;\nTest;;;Blocked;y\n'
    )
    bring(text)
    assert [record(root, item).get("status") for item in ("ssp", "inventory", "scan", "test")] == [
        "done", "doing", None, "blocked",
    ]  # fmt: skip
    assert record(root, "inventory")["owner"] == "dana"
    assert record(root, "scan")["note"] == "Deadline in the sheet: 12/11/2026"


def test_the_order_of_days_that_was_inferred_is_told_and_nothing_claims_too_much(bring):
    text = "Task,Due,Status\nScan,12/5/26,Done\nPlan,13/5/26,Open\nTest,ASAP,Odd\n"
    found = bring(text)
    assert (
        "dates such as 12/5/26 are read day first; use --dates mdy if that is wrong"
        in found["facts"]
    )
    assert plan.Plan("x", notes=(plan.Note("row 4", "odd"),)).nothing.endswith(
        "everything that could be used."
    )


def test_a_phase_of_phases_stays_a_phase():
    found = guess("Task|Stage\nA plan|Readiness\nB plan|Review\nC plan|Full assessment\nD|Review")
    assert found["phase"] == "Stage"


def test_what_is_done_without_a_day_is_told_to_count_as_of_today(bring):
    text = "Task,Status,Closed on\nScan,Done,\nPlan,Done,2026-10-01\nTest,Open,\n"
    found = bring(text, "--as-of", "2026-11-30")
    told_so = [one for one in found["facts"] if "without a date" in one]
    assert len(told_so) == 1
    assert told_so[0].startswith(
        "1 item done without a date in the sheet: counted as done on 2026-11-30"
    )
    again = bring(text, "--as-of", "2026-12-30")
    assert not [one for one in again["facts"] if "without a date" in one]


def test_a_date_without_a_year_is_the_nearest_one(root, bring):
    bring("Task,Due\nScan,Nov 20\nPlan,Feb 3\n", "--as-of", "2026-12-01")
    days = [record(root, item)["due"] for item in ("scan", "plan")]
    assert days == [date(2026, 11, 20), date(2027, 2, 3)]
    bring("Task,Due\nScan,Nov 20\nPlan,Feb 4\n", "--as-of", "2027-09-01")
    days = [record(root, item)["due"] for item in ("scan", "plan")]
    assert days == [date(2026, 11, 20), date(2028, 2, 4)], "the year of an unchanged date stays"


@pytest.mark.parametrize("header", ["Approved", "Risk"])
def test_a_column_of_yes_and_no_or_of_other_words_is_no_status(header):
    found = guess(f"Task|{header}\nA plan|Y\nB plan|N\nC plan|Y\nD plan|High\nE plan|Low")
    assert "status" not in found


def test_blocked_without_a_reason_is_told(root, bring):
    found = bring("Task,Status\nScan of hosts,On hold\nPlan of work,Done\n")
    assert "row 2: blocked without a reason" in told(found)
