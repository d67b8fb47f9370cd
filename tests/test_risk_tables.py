"""Findings in the official POA&M and RET: each in its row, the rest of the workbook untouched."""

import io
from datetime import date
from pathlib import Path

import official_shapes
import openpyxl
import pytest
from excel_shapes import PROGRAMS
from msgspec.structs import replace
from openpyxl.worksheet.formula import ArrayFormula

from fedcheck.cli.main import run
from fedcheck.domain.change import diff_records
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.errors import FedcheckError
from fedcheck.exporters.risk_tables import fill_workbook
from fedcheck.spreadsheets.xlsx_reader import Sheet, read_workbook
from fedcheck.spreadsheets.xlsx_writer import write_xlsx

HEAD = (
    ("CSP", "System Name", "Impact Level", "POAM Date"),
    ("Text", "Text", "Low", "Date"),
    (),
)
COLUMNS = (
    "POAM ID",
    "Controls",
    "Weakness Name",
    "Asset Identifier",
    "Scheduled Completion Date",
    "Original Risk Rating",
    "Adjusted Risk Rating",
    "Supporting Documents",
    "Our own",
)
RET_COLUMNS = ("POA&M ID", "Weakness  Name", "Original Detection Date", "False Positive")
RCDT_COLUMNS = ("POAM ID", "Weakness Name", "Verification Statement/\nTesting Procedure")


def poam(*rows):
    sheets = ("Open POA&M Items", "Closed POA&M Items", "Configuration Findings")
    made = [Sheet(title, (*HEAD, COLUMNS, *(rows if not n else ())))
            for n, title in enumerate(sheets)]  # fmt: skip
    return write_xlsx([*made, Sheet("Notes", (("Ours",), ("keep me",)))])


def ret():
    return write_xlsx(
        [
            Sheet("Risk Exposure Table (RET)", (*HEAD, RET_COLUMNS)),
            Sheet("Risks Corrected During Testing ", (*HEAD, RCDT_COLUMNS)),
        ]
    )


@pytest.fixture
def template(tmp_path):
    def write(data: bytes) -> Path:
        path = tmp_path / "theirs.xlsx"
        path.write_bytes(data)
        return path

    return write


def known(session, *findings):
    changes = [c for f in findings for c in diff_records(f"findings:{f.id}", Finding(f.id), f)]
    session.apply_changes(changes, "raised")


GAP = Finding(
    "aa1", title="=cmd|'x'!A1", risk="high", found=date(2027, 1, 4), due=date(2027, 2, 3),
    controls=("AC-2",), assets=("10.0.0.1", "web-1"),
    evidence=(
        Evidence("e1", "private/secret.txt", "hidden", "file"),
        Evidence("e2", "evidence/fix.pdf", "the fix", "file"),
    ),
)  # fmt: skip
CLOSED = Finding("bb2", title="Old", risk="low", state="closed", number="V-7",
                 found=date(2026, 11, 1), closed=date(2026, 12, 1))  # fmt: skip
SETTING = Finding("cc3", title="TLS 1.0", risk="low", configuration="yes", found=date(2027, 1, 5))
FIXED = Finding("dd4", title="Fixed at once", risk="low", state="closed", found=date(2027, 1, 6),
                closed=date(2027, 1, 7), corrected=date(2027, 1, 7),
                verification="scanned")  # fmt: skip


def table(data: bytes, tmp_path: Path, title: str):
    path = tmp_path / "result.xlsx"
    path.write_bytes(data)
    sheet = next(s for s in read_workbook(path) if s.title.strip() == title)
    header = next(
        n for n, row in enumerate(sheet.rows) if row and row[0] in ("POAM ID", "POA&M ID")
    )
    names = sheet.rows[header]
    return [
        dict(zip(names, (*row, *[None] * 20), strict=False)) for row in sheet.rows[header + 1 :]
    ]


def test_each_finding_stands_on_its_sheet_with_a_number(session, template, tmp_path):
    known(session, GAP, CLOSED, SETTING, FIXED)
    found = fill_workbook(session, template(poam()), "poam")
    (row,) = table(found.data, tmp_path, "Open POA&M Items")
    assert row["POAM ID"] == "V-8", "numbers go on after the highest one"
    assert row["Weakness Name"] == GAP.title
    assert row["Asset Identifier"] == "10.0.0.1\nweb-1"
    assert row["Scheduled Completion Date"] == date(2027, 2, 3)
    assert (row["Original Risk Rating"], row["Adjusted Risk Rating"]) == ("High", "N/A")
    assert row["Supporting Documents"] == "Remediation Evidence : the fix (fix.pdf)"
    assert [r["POAM ID"] for r in table(found.data, tmp_path, "Closed POA&M Items")] == ["V-7"]
    (setting,) = table(found.data, tmp_path, "Configuration Findings")
    assert setting["Weakness Name"] == "TLS 1.0"
    assert b"secret" not in found.data and b"hidden" not in found.data
    path = tmp_path / "result.xlsx"
    sheets = {sheet.title: sheet.rows for sheet in read_workbook(path)}
    assert sheets["Notes"] == (("Ours",), ("keep me",))
    assert sheets["Open POA&M Items"][1][1] == "Meridian Ledger"


def test_the_example_of_a_template_is_replaced_whole(session, template, tmp_path):
    example = ("V-1Example", "AC-1", "Open port", "fw", None, "High", "Low", "x.doc", "ours")
    known(session, GAP)
    found = fill_workbook(session, template(poam(example)), "poam")
    (row,) = table(found.data, tmp_path, "Open POA&M Items")
    assert (row["POAM ID"], row["Weakness Name"]) == ("V-1", GAP.title)
    assert row["Supporting Documents"] == "Remediation Evidence : the fix (fix.pdf)"
    assert row["Adjusted Risk Rating"] == "N/A", "nothing of the example is left"
    assert any("the example in row" in fact for fact in found.facts)


def test_an_adjusted_rating_goes_out_once_it_is_approved(session, template, tmp_path):
    asked = replace(GAP, adjusted="low", deviation="risk-adjustment", deviation_state="pending")
    known(session, asked, replace(asked, id="aa2", deviation_state="approved", original="high"))
    found = fill_workbook(session, template(poam()), "poam")
    rows = table(found.data, tmp_path, "Open POA&M Items")
    assert [row["Adjusted Risk Rating"] for row in rows] == ["N/A", "Low"]


def test_what_a_workbook_has_no_column_for_or_no_value_is_named(session, template, tmp_path):
    asked = replace(
        GAP, adjusted="low", recommendation="Close it", resources="A day", detector="Nessus",
        due=date(2027, 2, 20),
    )  # fmt: skip
    known(session, asked, replace(GAP, id="aa2", due=date(2027, 2, 3)))
    facts = fill_workbook(session, template(ret()), "ret").facts
    (stays,) = [
        one for one in facts if one.startswith("not exported, because the workbook has no column: ")
    ]
    for words in ("recommendation (1)", "resources (1)", "detector source (1)", "due date (1)",
                  "assets (2)", "supporting documents (2)"):  # fmt: skip
        assert words in stays
    assert "impact" not in stays and "plan" not in stays, "nobody said any"
    assert any("1 adjusted rating not approved" in one and "(aa1)" in one for one in facts)
    assert any(
        "left unchanged at the top of the sheet" in one and "CSP (fedcheck.toml: provider)" in one
        for one in facts
    )


def test_a_finding_keeps_its_row_and_leaves_it_empty_when_it_is_closed(session, template, tmp_path):
    known(session, GAP)
    session.apply_changes(diff_records("findings:aa1", GAP, replace(GAP, number="V-3")), "numbered")
    mine = ("V-1", "", "Somebody else's", "", None, "", "", "", "x")
    ours = ("V-3", "", "Old words", "", None, "", "", "", "my remark")
    theirs = template(poam(mine, ours))
    first = table(fill_workbook(session, theirs, "poam").data, tmp_path, "Open POA&M Items")
    assert [(r["POAM ID"], r["Weakness Name"]) for r in first] == [
        ("V-1", "Somebody else's"), ("V-3", GAP.title),
    ]  # fmt: skip
    assert first[1]["Our own"] == "my remark"
    closed = replace(GAP, state="closed", closed=date(2027, 1, 10))
    session.apply_changes(diff_records("findings:aa1", GAP, closed), "closed")
    found = fill_workbook(session, theirs, "poam")
    rows = table(found.data, tmp_path, "Open POA&M Items")
    assert rows[1]["POAM ID"] is None
    assert rows[1]["Our own"] == "my remark", "a column that we do not know is not ours to empty"
    assert table(found.data, tmp_path, "Closed POA&M Items")[0]["POAM ID"] == "V-3"
    assert any("no longer belongs on this sheet" in note.what for note in found.notes)


def test_the_ret_has_the_numbers_of_the_poam(session, template, tmp_path):
    known(session, GAP, SETTING, FIXED)
    poam_export = fill_workbook(session, template(poam()), "poam")
    session.apply_changes(poam_export.changes, "numbers")
    listed = {row["POAM ID"] for title in ("Open POA&M Items", "Configuration Findings")
              for row in table(poam_export.data, tmp_path, title)}  # fmt: skip
    found = fill_workbook(session, template(ret()), "ret")
    exposed = table(found.data, tmp_path, "Risk Exposure Table (RET)")
    assert {row["POA&M ID"] for row in exposed} == listed
    assert exposed[0]["False Positive"] == "No"
    (fixed,) = table(found.data, tmp_path, "Risks Corrected During Testing")
    assert fixed["Verification Statement/\nTesting Procedure"] == "scanned"


def test_a_finding_that_goes_leaves_the_formula_that_other_rows_share(session, template, tmp_path):
    path = template(poam())
    made = openpyxl.load_workbook(path)
    made["Open POA&M Items"]["E5"] = ArrayFormula("E5:E9", "=A5")
    made.save(path)
    known(session, replace(GAP, number="V-1"))
    path.write_bytes(fill_workbook(session, path, "poam").data)
    before = session.project.findings[0]
    closed = replace(before, state="closed", closed=date(2027, 1, 10))
    session.apply_changes(diff_records("findings:aa1", before, closed), "closed")
    found = fill_workbook(session, path, "poam")
    told = [note.what for note in found.notes]
    assert "V-1 no longer belongs on this sheet; its row was cleared" in told
    assert not any("no finding here" in what for what in told)
    sheet = openpyxl.load_workbook(io.BytesIO(found.data))["Open POA&M Items"]
    assert sheet["A5"].value is None
    assert sheet["E5"].value.text == "=A5"


def test_one_number_for_two_findings_is_told_and_neither_is_lost(session, template, tmp_path):
    known(session, replace(GAP, number="V-1"), replace(SETTING, number="V-1", configuration=""))
    path = template(poam())
    for _ in range(2):
        found = fill_workbook(session, path, "poam")
        rows = table(found.data, tmp_path, "Open POA&M Items")
        assert [r["Weakness Name"] for r in rows] == [GAP.title, SETTING.title]
        assert any("is the number of 2 findings" in note.what for note in found.notes)
        path.write_bytes(found.data)


def test_an_edition_without_a_sheet_for_configuration_findings(session, template, tmp_path):
    known(session, GAP, SETTING)
    made = openpyxl.load_workbook(template(poam()))
    del made["Configuration Findings"], made["Closed POA&M Items"]
    path = tmp_path / "old.xlsx"
    made.save(path)
    found = fill_workbook(session, path, "poam")
    rows = table(found.data, tmp_path, "Open POA&M Items")
    assert [r["Weakness Name"] for r in rows] == [GAP.title, SETTING.title]
    assert any("no sheet for configuration findings: 1" in note.what for note in found.notes)


def test_texts_and_numbers_without_end(session, template, tmp_path):
    known(session, replace(GAP, title="z" * 40_000, number="V-" + "9" * 6_000), SETTING)
    found = fill_workbook(session, template(poam()), "poam")
    (row,) = table(found.data, tmp_path, "Open POA&M Items")
    assert len(row["Weakness Name"]) == 32_767
    assert any("was cut" in note.what for note in found.notes)


def test_the_same_state_and_day_give_the_same_bytes(session, template):
    known(session, GAP, CLOSED)
    theirs = template(poam())
    assert (
        fill_workbook(session, theirs, "poam").data == fill_workbook(session, theirs, "poam").data
    )


def test_another_workbook_is_refused_in_words(session, template):
    with pytest.raises(FedcheckError, match="not a POA&M workbook") as refused:
        fill_workbook(session, template(ret()), "poam")
    assert "Risk Exposure Table" in refused.value.hint


def test_a_newer_edition_names_columns_otherwise_and_has_guidance_above_values(
    session, template, tmp_path
):
    known(session, replace(GAP, plan="Close the port"))
    head = (None, "Cloud Service Provider", "Cloud Service Offering", "POA&M Date")
    guidance = ("Guidance", "Its provider", "What is provided", "When this was sent")
    columns = (None, "POAM ID", "Weakness Name", "Remediation Plan")
    explained = ("Guidance", None, None, "How it will be closed")
    whole = write_xlsx([Sheet("Open POA&M Items", (head, guidance, (), (), columns, explained))])
    found = fill_workbook(session, template(whole), "poam")
    (tmp_path / "result.xlsx").write_bytes(found.data)
    (sheet,) = read_workbook(tmp_path / "result.xlsx")
    assert sheet.rows[1] == guidance and sheet.rows[5] == explained, "guidance stays"
    assert sheet.rows[2] == (None, None, "Meridian Ledger", session.today())
    assert sheet.rows[6] == (None, "V-1", GAP.title, "Close the port")

    tight = write_xlsx([Sheet("Open POA&M Items", (head, guidance, columns))])
    found = fill_workbook(session, template(tight), "poam")
    assert any("Cloud Service Offering" in note.what for note in found.notes), "left, and told"
    (tmp_path / "result.xlsx").write_bytes(found.data)
    assert read_workbook(tmp_path / "result.xlsx")[0].rows[1] == guidance


def test_numbers_go_on_in_their_own_pattern(session, template, tmp_path):
    known(session, GAP)
    rows = [(number, None, "Old") for number in ("POAM-001", "POAM-009")]
    found = fill_workbook(session, template(poam(*rows)), "poam")
    assert table(found.data, tmp_path, "Open POA&M Items")[2]["POAM ID"] == "POAM-010"


@pytest.mark.parametrize(
    ("header", "lacks", "known"),
    [
        (("POA&M ID", "Control(s)", "Weakness Title"), '"Weakness Name"', '"POAM ID"'),
        (("Identifier", "Name"), '"POAM ID" and "Weakness Name"', "sheet named"),
    ],
)
def test_a_table_of_an_unknown_edition_is_refused_with_the_columns_that_it_lacks(
    session, template, header, lacks, known
):
    theirs = template(write_xlsx([Sheet("Open POA&M Items", (("Title",), header))]))
    with pytest.raises(FedcheckError) as refused:
        fill_workbook(session, theirs, "poam")
    assert 'sheet "Open POA&M Items" has no column' in str(refused.value)
    assert lacks in str(refused.value) and known not in str(refused.value)
    assert header[0] in refused.value.hint


def test_numbers_are_noted_by_the_command_and_taken_back(workspace, template, monkeypatch, capsys):
    monkeypatch.chdir(workspace)
    theirs = template(poam())
    out = theirs.with_name("out.xlsx")
    assert run(["finding", "add", "A gap", "--risk", "low"]) == 0
    words = ["export", "poam", "--template", str(theirs), "-o", str(out)]
    assert run([*words, "--dry-run"]) == 0
    assert not out.exists()
    assert run(words) == 0
    assert "1 finding got a number" in capsys.readouterr().out
    assert run(words) == 2, "nothing is replaced without a word"
    assert run([*words, "--force"]) == 0
    assert "got a number" not in capsys.readouterr().out
    assert run(["finding", "list", "--json"]) == 0
    assert run(["undo"]) == 0
    assert "number" in capsys.readouterr().out


def templates():
    """Return templates, ours as each program writes them and the official ones that are here."""
    for kind, make in (("poam", official_shapes.poam), ("ret", official_shapes.ret)):
        for program in PROGRAMS:
            yield pytest.param(kind, make, program, id=f"{kind}-{program}")
        for path in official_shapes.official(f"workbooks/*{kind.upper()}*.xlsx"):
            yield pytest.param(kind, None, path, id=f"{kind}-official")


@pytest.mark.parametrize(("kind", "make", "source"), templates())
def test_a_template_takes_every_column(session, tmp_path, kind, make, source):
    known(session, GAP, SETTING, FIXED, CLOSED)
    official = make(tmp_path / "theirs.xlsx", source) if make else source
    found = fill_workbook(session, official, kind)
    title = "Open POA&M Items" if kind == "poam" else "Risk Exposure Table (RET)"
    rows = table(found.data, tmp_path, title)
    ours = next(row for row in rows if row["Weakness Name"] == GAP.title)
    assert all(name for name in ours if name is not None)
    assert ours["Controls"] == "AC-2"
    assert ours["Original Risk Rating"] == "High"
    before = {sheet.title: sheet.rows for sheet in read_workbook(official)}
    after = {sheet.title: sheet.rows for sheet in read_workbook(tmp_path / "result.xlsx")}
    assert before["Record of Changes"] == after["Record of Changes"]
    assert list(before) == list(after)
