"""A team's own list: its columns asked for once, its rows as a checklist or as progress."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest
import tomli
from click.testing import CliRunner
from conftest import MakeWorkspace
from excel_shapes import PROGRAMS, Formula, Rich, Tab, write
from msgspec.structs import replace

from fedcheck.cli.main import cli, run
from fedcheck.importers.csv_checklist import column_mappings
from fedcheck.importers.csv_checklist.column_mappings import Mapped
from fedcheck.importers.csv_checklist.lists import make_slug
from fedcheck.storage.checklist_reader import load_list

HEAD = "Task ID,Task Name,State,Assigned To,Due Date,Notes,Links,Control,Priority\n"
SHEET = f"""Our tracker,,,,,,,,
,,,,,,,,
{HEAD}T-1,Draft the SSP,In Progress,Dana Whitfield,2/1/2027,"two
lines",https://example.com/ssp,AC-2 (1); sc-13,High
T-2,Collect scans,Complete,erik,1/15/2027,,evidence/scan.txt,RA-5,High
T-3,Write the policy,,,,,,,
"""
WHERE = ("--list", "acme.tracker", "--phase", "readiness", "--role", "csp")
LIST = (*WHERE, "--audience", "shared")


@pytest.fixture
def root(make_workspace: MakeWorkspace) -> Path:
    folder = make_workspace()
    head = folder / "fedcheck.toml"
    head.write_text(head.read_text() + '\n[people.dana]\nname = "Dana Whitfield"\nrole = "csp"\n')
    (folder / "evidence").mkdir()
    (folder / "evidence" / "scan.txt").write_text("scan")
    (folder / "t.csv").write_text(SHEET)
    return folder


@pytest.fixture
def fedcheck(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(root)

    def call(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


def came(fedcheck, *argv: str, name: str = "t.csv") -> dict:
    status, out, err = fedcheck("import", "csv", name, "--json", *argv)
    assert status == 0, err
    return json.loads(out)


def record(root: Path, item: str, name: str = "acme.tracker") -> dict:
    path = root / "progress" / f"{name}.toml"
    return tomli.loads(path.read_text())["item"].get(item, {}) if path.exists() else {}


def edit(root: Path, old: str, new: str) -> None:
    text = (root / "t.csv").read_text()
    assert old in text
    (root / "t.csv").write_text(text.replace(old, new))


def test_a_list_becomes_a_checklist_with_what_is_known_of_its_rows(fedcheck, root):
    found = came(fedcheck, *LIST)
    assert found["checklists"] == [{"id": "acme.tracker", "items": 3}]
    assert found["notes"] == []
    loaded = load_list(root / "checklists" / "acme.tracker.toml", "file")
    assert loaded.problems() == []
    items = loaded.checklist.items
    assert [items[i][1].title for i in ("t-1", "t-2")] == ["Draft the SSP", "Collect scans"]
    assert items["t-1"][1].controls == ("AC-2(1)", "SC-13")
    assert items["t-1"][1].code == "T-1"
    one, two = record(root, "t-1"), record(root, "t-2")
    assert (one["status"], one["owner"], str(one["due"])) == ("doing", "dana", "2027-02-01")
    assert one["note"].strip() == "two\nlines"
    assert [evidence_item["link"] for evidence_item in one["evidence"]] == [
        "https://example.com/ssp"
    ]
    assert (two["status"], str(two["done"])) == ("done", "2027-01-11")
    assert two["evidence"][0]["sha256"]
    assert record(root, "t-3") == {}


def test_the_columns_are_remembered_and_a_second_import_does_nothing(fedcheck, root):
    came(fedcheck, *LIST)
    before = (root / "imports.toml").read_bytes()
    found = came(fedcheck)
    assert (found["changes"], found["checklists"], found["done"]) == ([], [], False)
    assert (root / "imports.toml").read_bytes() == before
    (kept,) = column_mappings.load(root)
    assert kept.columns["title"] == "Task Name"
    assert (kept.list, kept.phase, kept.role, kept.dates) == (
        "acme.tracker",
        "readiness",
        "csp",
        "mdy",
    )


def test_an_updated_sheet_changes_only_what_was_changed_in_it(fedcheck, root):
    came(fedcheck, *LIST)
    fedcheck("set", "t-1", "--status", "done", "--note", "mine")
    fedcheck("set", "t-3", "--owner", "alice")
    edit(root, "T-2,Collect scans,Complete,erik", "T-2,Collect all scans,Complete,dana")
    edit(root, "T-3,Write the policy,,", "T-4,New,Y,\nT-3,Write the policy,,")
    found = came(fedcheck)
    assert {c["ref"] for c in found["changes"]} == {"acme.tracker:t-2", "acme.tracker:t-4"}
    one = record(root, "t-1")
    assert (one["status"], one["note"].strip()) == ("done", "mine")
    assert record(root, "t-3")["owner"] == "alice"
    assert record(root, "t-2")["owner"] == "dana"
    assert record(root, "t-4")["status"] == "done"
    loaded = load_list(root / "checklists" / "acme.tracker.toml", "file").checklist
    assert list(loaded.items) == ["t-1", "t-2", "t-4", "t-3"]
    assert loaded.items["t-2"][1].title == "Collect all scans"


def test_where_both_sides_changed_a_field_ours_is_kept_and_told(fedcheck, root):
    came(fedcheck, *LIST)
    fedcheck("set", "t-1", "--owner", "alice")
    edit(root, "Dana Whitfield", "erik")
    found = came(fedcheck)
    assert found["changes"] == []
    assert 'here "alice", in the sheet "erik"' in found["notes"][0]["what"]
    came(fedcheck, "--theirs")
    assert record(root, "t-1")["owner"] == "erik"


def test_an_import_that_was_undone_comes_again_whole(fedcheck, root):
    first = came(fedcheck, *LIST)
    assert fedcheck("undo")[0] == 0
    assert not (root / "checklists" / "acme.tracker.toml").exists()
    again = came(fedcheck)
    assert len(again["changes"]) == len(first["changes"])
    assert record(root, "t-1")["owner"] == "dana"
    fedcheck("undo")
    fedcheck("redo")
    assert came(fedcheck)["changes"] == []


def test_rows_that_are_gone_are_told_and_their_items_stay(fedcheck, root):
    came(fedcheck, *LIST)
    edit(root, "T-3,Write the policy,,,,,,,\n", "")
    found = came(fedcheck)
    assert "t-3: is no longer in the sheet" in found["notes"][0]["what"]
    assert found["checklists"] == []
    loaded = load_list(root / "checklists" / "acme.tracker.toml", "file").checklist
    assert "t-3" in loaded.items


def test_what_was_written_into_the_list_by_hand_stays(fedcheck, root):
    came(fedcheck, *LIST)
    path = root / "checklists" / "acme.tracker.toml"
    path.write_text(path.read_text().replace('code = "T-2"', 'code = "T-2"\nexpects = ["a scan"]'))
    edit(root, "Collect scans", "Collect all scans")
    came(fedcheck)
    item = load_list(path, "file").checklist.items["t-2"][1]
    assert (item.title, item.expects) == ("Collect all scans", ("a scan",))


def test_evidence_that_somebody_removed_does_not_come_back(fedcheck, root):
    came(fedcheck, *LIST)
    evidence_item = record(root, "t-1")["evidence"][0]["id"]
    assert fedcheck("evidence", "remove", "t-1", evidence_item)[0] == 0
    assert came(fedcheck)["changes"] == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("T-9,X,Sorta,,,,,,", 'status: "Sorta" is not a known status'),
        ("T-9,X,N/A,,,,,,", "not applicable needs a reason"),
        ("T-9,X,,,soon,,,,", '"soon" is not a date'),
        ("T-9,X,,,,,evidence/none.pdf,,", "no such file"),
        ("T-9,X,,,,,../../../../etc/passwd,,", "evidence not added"),
        ("T-9,X,,,,,private/x.txt,,", "private/"),
        ("T-9,X,,,,,,nonsense,", '"nonsense" is not a control'),
        ("T-1,Again,,,,,,,", "is also in row 4"),
        (",,Done,,,,,,", "neither a title nor an id"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_row(fedcheck, root, row, said):
    edit(root, "T-3,Write the policy,,,,,,,\n", row + "\n")
    (note,) = came(fedcheck, *LIST)["notes"]
    assert said in note["what"]
    assert note["where"] == "row 6"


def test_days_that_may_be_two_are_told_until_somebody_says(fedcheck, root):
    edit(root, "1/15/2027", "1/5/2027")
    found = came(fedcheck, *LIST, "--dry-run")
    assert [note["where"] for note in found["notes"]] == ["row 4", "row 5"]
    assert not (root / "imports.toml").exists()
    assert came(fedcheck, *LIST, "--dates", "dmy")["notes"] == []
    assert str(record(root, "t-1")["due"]) == "2027-01-02"


def test_columns_and_words_can_be_said(fedcheck, root):
    edit(root, "Task Name", "Foo")
    edit(root, "In Progress", "Sorta")
    status, _, err = fedcheck("import", "csv", "t.csv", "--map", "titel=Foo", *LIST)
    assert status == 2 and 'did you mean "title"' in err
    status, _, err = fedcheck("import", "csv", "t.csv", "--map", "title=Fooo", *LIST)
    assert status == 2 and 'did you mean "Foo"' in err
    status, _, err = fedcheck("import", "csv", "t.csv", "--status", "Sorta=doin", *LIST)
    assert status == 2 and 'did you mean "doing"' in err
    said = ("--map", "title=Foo", "--map", "note=", "--status", "Sorta=doing")
    assert came(fedcheck, *said, *LIST)["notes"] == []
    assert record(root, "t-1")["status"] == "doing"
    assert "note" not in record(root, "t-1")
    edit(root, "Write the policy,", "Write the policy,sorta")
    assert came(fedcheck)["notes"] == []
    assert record(root, "t-3")["status"] == "doing"


def test_rows_that_name_items_here_are_progress_on_them(fedcheck, root):
    text = (
        "Ref,Status,Owner,Result\n3.1,In progress,dana,\nmandate-1-fips,,bob,Fail\nnowhere,Done,,\n"
    )
    (root / "t.csv").write_text(text)
    found = came(fedcheck)
    assert found["checklists"] == []
    assert [note["where"] for note in found["notes"]] == ["row 4"]
    one = record(root, "diagram", "rev5.readiness.csp")
    assert (one["status"], one["owner"]) == ("doing", "dana")
    test = record(root, "mandate-1-fips", "rev5.readiness.3pao")
    assert (test["status"], test["result"]) == ("done", "other-than-satisfied")
    assert came(fedcheck)["changes"] == []
    edit(root, "3.1,In progress", "3.1,Done")
    came(fedcheck)
    assert record(root, "diagram", "rev5.readiness.csp")["status"] == "done"


def test_phases_and_roles_of_rows_make_lists_of_their_own(fedcheck, root):
    text = "ID,Task,Phase,Team\n1,A,,\n2,B,Full assessment,3pao\n3,C,elsewhere,csp\n"
    (root / "t.csv").write_text(text)
    found = came(fedcheck, *LIST)
    assert {one["id"]: one["items"] for one in found["checklists"]} == {
        "acme.tracker": 2,
        "acme.tracker.full-assessment.3pao": 1,
    }
    assert '"elsewhere" is not a phase; readiness is used' in found["notes"][0]["what"]
    assert came(fedcheck)["done"] is False


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ((), "--list acme.tracker"),
        (("--list", "Acme Tracker", "--phase", "readiness", "--role", "csp"), "not an id"),
        (("--list", "acme", "--phase", "readines", "--role", "csp"), 'did you mean "readiness"'),
        (("--list", "acme", "--phase", "readiness", "--role", "cps"), 'did you mean "csp"'),
        (
            ("--list", "rev5.readiness.csp", "--phase", "readiness", "--role", "csp"),
            "with this name already exists",
        ),
    ],
)
def test_where_the_rows_go_must_be_clear(fedcheck, root, argv, said):
    status, _, err = fedcheck("import", "csv", "t.csv", *argv)
    assert status == 2
    assert said in err
    assert not (root / "imports.toml").exists()


def test_a_workbook_is_read_like_csv(fedcheck, root):
    from datetime import date

    from fedcheck.spreadsheets.xlsx_reader import Sheet
    from fedcheck.spreadsheets.xlsx_writer import write_xlsx

    rows = (("Task", "Status", "Due"), ("Draft", 0.5, date(2027, 2, 1)), ("Send", True, 46419))
    notes = Sheet("Notes", (("x",),))
    (root / "t.xlsx").write_bytes(write_xlsx([notes, Sheet("Plan", rows)]))
    found = came(fedcheck, *LIST, name="t.xlsx")
    assert found["notes"] == []
    one, two = record(root, "draft"), record(root, "send")
    assert (one["status"], str(one["due"])) == ("doing", "2027-02-01")
    assert (two["status"], str(two["due"])) == ("done", "2027-02-01")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_workbook_that_a_program_saved_is_read_like_csv(fedcheck, root, program):
    rows = [
        ["Task", "Status", "Due", Rich(("Assigned ", "to"))],
        [Rich(("Draft the ", "SSP")), "In progress", date(2027, 2, 1), "Dana Whitfield"],
        ["  Send it ", Rich(("Done",), "dan"), datetime(2027, 1, 15, 9, 30), "erik"],
        ["Check it", Formula('IF(1=1,"Done","")', "Done"), Formula("C2+1", date(2027, 2, 2))],
    ]
    plan = Tab("Plan", rows, filtered="A1:D4", choices={"B2:B9": "Done,In progress"}, extras=True)
    write(root / "t.xlsx", [Tab("Notes", [["x"]]), plan], program)
    found = came(fedcheck, *LIST, name="t.xlsx")
    assert found["notes"] == []
    items = ("draft-the-ssp", "send-it", "check-it")
    one, two, three = (record(root, item) for item in items)
    assert (one["status"], str(one["due"]), one["owner"]) == ("doing", "2027-02-01", "dana")
    assert (two["status"], str(two["due"]), two["owner"]) == ("done", "2027-01-15", "erik")
    assert (three["status"], str(three["due"])) == ("done", "2027-02-02")


def test_a_terminal_is_asked_once(root, monkeypatch):
    from fedcheck.cli.commands import imports

    class Terminal:
        @staticmethod
        def isatty():
            return True

    monkeypatch.chdir(root)
    (root / "t.csv").write_text(SHEET.replace("In Progress", "Sorta"))
    answers = [
        "",
        "",
        "",
        "",
        "",
        "-",
        "",
        "",
        "",
        "acme.own",
        "readiness",
        "csp",
        "shared",
        "doing",
    ]
    with monkeypatch.context() as patch:
        patch.setattr(imports, "sys", type("S", (), {"stdin": Terminal, "stdout": Terminal}))
        done = CliRunner().invoke(cli, ["import", "csv", "t.csv"], input="\n".join(answers) + "\n")
    assert done.exit_code == 0, done.output
    assert "Task Name  (Draft the SSP, Collect scans, Write the policy) [title]" in done.output
    one = record(root, "t-1", "acme.own")
    assert one["status"] == "doing"
    assert "note" not in one
    again = CliRunner().invoke(cli, ["import", "csv", "t.csv"])
    assert "Nothing to do" in again.output


def test_what_is_remembered_is_read_as_it_was_written(tmp_path):
    one = Mapped({"title": 'A "b" \\ c'}, list="x", status={"sorta, kinda": "doing"})
    two = Mapped({"id": "Ref"}, onto="role:csp", dates="dmy")
    column_mappings.remember(tmp_path, one)
    column_mappings.remember(tmp_path, two, "ab12")
    assert column_mappings.load(tmp_path) == (one, replace(two, actions=("ab12",)))
    column_mappings.remember(tmp_path, two, "cd34")
    assert column_mappings.load(tmp_path)[1].actions == ("ab12", "cd34")


def test_a_broken_memory_is_told_with_its_line(fedcheck, root):
    (root / "imports.toml").write_text("format = 1\n[[map]\n")
    status, _, err = fedcheck("import", "csv", "t.csv", *LIST)
    assert status == 3 and "imports.toml:2" in err


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("Draft the SSP", "draft-the-ssp"), ("AC-2(1)", "ac-2-1"), ("Prüfung", "prufung")],
)
def test_ids_are_made_of_texts(text, wanted):
    assert make_slug(text) == wanted
    assert make_slug("测试").startswith("row-")


def test_a_workbook_with_several_sheets_and_a_header_that_was_named(fedcheck, root):
    from fedcheck.spreadsheets.xlsx_reader import Sheet
    from fedcheck.spreadsheets.xlsx_writer import write_xlsx

    changes = Sheet("Changes", (("Date", "Description", "Author"), ("x", "First edition", "me")))
    rows = (("Type of package:", "Number"), ("Uploaded?", "Document"), ("Y", "SSP"))
    (root / "t.xlsx").write_bytes(write_xlsx([changes, Sheet("Package", rows)]))
    status, _, err = fedcheck("import", "csv", "t.xlsx", "--sheet", "Packge", *LIST)
    assert status == 2 and 'did you mean "Package"' in err
    said = ("--sheet", "package", "--map", "title=Document", "--map", "status=Uploaded?")
    assert came(fedcheck, *said, *LIST, name="t.xlsx")["checklists"][0]["items"] == 1
    assert record(root, "ssp")["status"] == "done"
    assert came(fedcheck, name="t.xlsx")["done"] is False
