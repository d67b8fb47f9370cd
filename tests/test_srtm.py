"""The import of test case workbooks: any baseline and edition becomes tests, records, findings."""

from datetime import date

import official_shapes
import openpyxl
import pytest
from excel_shapes import PROGRAMS
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from small_workbooks import HEADINGS, STEPS, srtm, table

from fedcheck.domain.change import diff_records
from fedcheck.domain.control_ids import find_controls, find_procedure_control
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import compute_exposure
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.item_rules import ItemEdit, TestEdit
from fedcheck.domain.key import is_id
from fedcheck.domain.record import EMPTY_RECORD
from fedcheck.errors import FedcheckError
from fedcheck.importers.evidence_cells import EvidenceForm, read_line
from fedcheck.importers.plan import carry_out
from fedcheck.importers.srtm import reader
from fedcheck.importers.srtm import rows as srtm_merged
from fedcheck.importers.srtm import rows as srtm_rows
from fedcheck.importers.srtm.cells import split_evidence, write_evidence
from fedcheck.importers.srtm.checklist import make_slug
from fedcheck.importers.srtm.columns import find_columns, find_field
from fedcheck.importers.srtm.rows import read_steps
from fedcheck.spreadsheets.xlsx_reader import read_workbook
from fedcheck.storage.checklist_reader import load_list

ID = "rev5.srtm-moderate"
TODAY = date(2027, 1, 11)

FILLED = {
    "AC-01a.[01]": {
        "Observations / Test Results": "Read the policy.\u00a0\r\nIt is signed. ",
        "Evidence": "AC_Policy_v2.pdf; https://docs.example/ac\nSEC-12",
        "Assessment Result": " satisfied",
        "Identified Risk": "N/A",
    },
    "AC-01a.[02]": {"Observations / Test Results": "Nobody has\nseen it."},
    "AC-02(01)": {
        "Observations / Test Results": "Accounts are shared.",
        "Assessment Result": "OTHER THAN SATISFIED",
        "Identified Risk": "Shared accounts hide who acts.\nTwo teams.",
        "Likelihood Level": "high",
        "Impact Level": "Medium",
        "Recommendation for Mitigation": "One account each.",
        "SSP Implementation Differential?": "The SSP names single accounts.",
    },
    "AU-02a.": {"Assessment Result": "n/a", "Observations / Test Results": "No such events."},
}


def imported(session, path, **options):
    plan = reader.plan(session, path, **options)
    if not plan.empty:
        carry_out(session, plan)
    return plan


def steps(path):
    return read_steps(read_workbook(path), path)


def said(plan, words):
    """Return the notes of a plan that say something."""
    return [n for n in plan.notes if words in f"{n.where}: {n.what}; {n.remedy}"]


@pytest.fixture
def book(tmp_path):
    return tmp_path / "book.xlsx"


def test_a_workbook_becomes_a_list_of_tests(session, book):
    plan = imported(session, srtm(book))
    assert plan.facts[0] == "book.xlsx, Moderate: 4 tests of 3 controls in 2 sheets"
    assert plan.facts[1] == "4 rows read, 4 used, 0 not"
    assert plan.changes == ()
    found = session.project.checklists[ID]
    assert (found.phase, found.role, found.process) == (
        "full-assessment",
        "3pao",
        ("jab", "agency"),
    )
    assert [(s.id, s.title) for s in found.sections] == [
        ("ac", "Access Control"),
        ("au", "Audit and Accountability"),
    ]
    assert list(found.items) == ["ac-01a.01", "ac-01a.02", "ac-02-01", "au-02a"]
    item = found.items["ac-02-01"][1]
    assert item.code == "AC-02(01)"
    assert item.title == "Accounts are managed."
    assert item.statement == "Determine if accounts are managed."
    assert (item.kind, item.controls, item.methods) == ("test", ("AC-2(1)",), ("interview", "test"))
    assert item.deliverable == "srtm"
    path = session.root / "checklists" / f"{ID}.toml"
    assert load_list(path, "file").problems() == []


def test_what_is_filled_in_becomes_records_and_findings(session, book):
    plan = imported(session, srtm(book, FILLED))
    record = {i: session.project.record(f"{ID}:{i}") for i in session.project.checklists[ID].items}
    first = record["ac-01a.01"]
    assert (first.status, first.result, first.done) == ("done", "satisfied", TODAY)
    assert first.observation == "Read the policy.\nIt is signed."
    assert [(e.kind, e.link) for e in first.evidence] == [
        ("ticket", "AC_Policy_v2.pdf"),
        ("url", "https://docs.example/ac"),
        ("ticket", "SEC-12"),
    ]
    assert first.basis == session.project.item(f"{ID}:ac-01a.01").basis()
    assert (record["ac-01a.02"].status, record["ac-01a.02"].result) == ("doing", "")
    assert record["ac-02-01"].result == "other-than-satisfied"
    assert record["ac-02-01"].differential == "The SSP names single accounts."
    assert (record["au-02a"].status, record["au-02a"].result) == ("na", "not-applicable")
    assert record["au-02a"].reason == "No such events."
    (finding,) = session.project.findings
    assert finding.title == "Shared accounts hide who acts."
    assert finding.text == "Shared accounts hide who acts.\nTwo teams."
    assert (finding.likelihood, finding.impact, finding.risk) == ("high", "moderate", "moderate")
    assert (finding.items, finding.found) == ((f"{ID}:ac-02-01",), TODAY)
    assert finding.due == date(2027, 4, 11)
    assert finding.recommendation == "One account each."
    assert "results: 1 satisfied, 1 other than satisfied, 1 not applicable" in plan.facts
    assert not [fact for fact in plan.facts if "without an observation" in fact]


DATED = [
    ["Control ID", "Test ID", "Assessment Result", "Date Tested", "Observations"],
    ["AC-2", "AC-2.1", "Satisfied", "2027-01-04", "Seen."],
    ["AC-3", "AC-3.1", "Satisfied", "2027-03-01", "Seen too."],
    ["AC-4", "AC-4.1", "Satisfied", None, None],
]


def test_the_day_of_a_test_follows_the_rules_of_a_persons_edit(session, book):
    """No test takes place in the future; a workbook that says no day gets none of ours."""
    plan = imported(session, table(book, DATED))
    known = {row.item.code: row.record for row in session.board().rows.values() if row.item.code}
    assert [known[code].tested for code in ("AC-2.1", "AC-3.1", "AC-4.1")] == [
        date(2027, 1, 4), None, None,
    ]  # fmt: skip
    assert {known[code].result for code in ("AC-2.1", "AC-3.1", "AC-4.1")} == {"satisfied"}
    assert known["AC-3.1"].observation == "Seen too."
    assert known["AC-4.1"].tester == ""
    assert [fact for fact in plan.facts if fact.startswith("1 result without an observation")]
    (note,) = said(plan, "a test cannot have taken place in the future")
    assert note.where == "AC, row 3, column D"


def test_another_result_ends_review_and_retest_by_the_rules(session, book):
    imported(session, srtm(book, FILLED))
    ref = f"{ID}:ac-02-01"
    session.apply([ref], ItemEdit(testing=TestEdit(retest="passed")))
    session.who = "bob"
    session.apply([ref], ItemEdit(testing=TestEdit(review="agreed")))
    assert session.project.record(ref).review == "agreed"
    imported(session, book, theirs=True)
    record = session.project.record(ref)
    assert (record.result, record.review, record.retest) == ("other-than-satisfied", "", "")
    assert (record.retested, record.reviewer, record.done) == (None, "", TODAY)


def test_a_granted_adjustment_is_not_rated_over_by_a_workbook(session, book):
    imported(session, srtm(book, FILLED))
    (finding,) = session.project.findings
    asked = FindingEdit(
        deviation="risk-adjustment", rationale="Inside only", details={"adjusted": "low"}
    )
    for edit in (asked, FindingEdit(decision="approved")):
        session.apply([f"findings:{finding.id}"], edit)
    worse = {"AC-02(01)": {**FILLED["AC-02(01)"], "Impact Level": "High"}}
    imported(session, srtm(book, {**FILLED, **worse}), theirs=True)
    (now,) = session.project.findings
    assert (now.impact, now.risk, now.original) == ("high", "low", "moderate")


def test_again_there_is_nothing_to_do_and_undo_takes_all_of_it(session, book):
    imported(session, srtm(book, FILLED))
    assert reader.plan(session, book).empty
    session.undo()
    assert ID not in session.project.checklists
    assert session.project.findings == ()


def test_work_done_here_stays_and_differences_are_told(session, book):
    imported(session, srtm(book, FILLED))
    ref = f"{ID}:ac-01a.01"

    session.apply([ref], ItemEdit(note="ours", testing=TestEdit(observation="Read it twice.")))
    session.apply([f"{ID}:ac-01a.02"], ItemEdit(result="satisfied"))
    assert not reader.plan(session, srtm(book)).changes  # empty cells take nothing away
    later = {"AC-01a.[02]": {"Assessment Result": "Other than Satisfied", "Evidence": "new.pdf"}}
    plan = imported(session, srtm(book, {**FILLED, **later}))
    assert session.project.record(ref).observation == "Read it twice."
    assert session.project.record(f"{ID}:ac-01a.02").result == "satisfied"
    assert [e.link for e in session.project.record(f"{ID}:ac-01a.02").evidence] == ["new.pdf"]
    (note,) = said(plan, 'observations: the workbook has "Read the policy. It is signed."')
    assert note.where == "AC, row 2, column H"
    assert said(plan, "assessment result")[0].where == "AC, row 3, column J"
    assert "2 cells have a different value: ours is kept" in plan.facts
    imported(session, book, theirs=True)
    assert session.project.record(ref).observation == "Read the policy.\nIt is signed."
    assert session.project.record(ref).note == "ours"
    assert session.project.record(f"{ID}:ac-01a.02").result == "other-than-satisfied"


def test_rows_that_move_come_or_change_keep_their_records(session, book):
    imported(session, srtm(book, FILLED))
    moved = [
        ("AC-2 (1)", "AC-02(01)[01]", "Determine if accounts are managed.", "Test"),
        ("AC-1", "AC-01a.[03]", "Determine if the policy is new.", "Test"),
        ("AC-1", "ac-01a.[01] ", "Determine if a policy is written and signed.", "Examine"),
    ]
    plan = imported(session, srtm(book, steps=moved))
    items = session.project.checklists[ID].items
    assert set(items) == {"ac-02-01", "ac-01a.03", "ac-01a.01", "ac-01a.02", "au-02a"}
    assert items["ac-02-01"][1].code == "AC-02(01)[01]"
    assert session.project.record(f"{ID}:ac-02-01").result == "other-than-satisfied"
    assert items["ac-01a.01"][1].basis() != session.project.record(f"{ID}:ac-01a.01").basis
    assert said(plan, '"AC-02(01)" is now called "AC-02(01)[01]"')
    assert said(plan, "2 items of the checklist no longer in the workbook")  # they have records
    imported(session, srtm(book, steps=moved[1:]))
    assert set(session.project.checklists[ID].items) == set(items)


def test_an_item_nobody_touched_goes_with_its_row(session, book):
    imported(session, srtm(book))
    plan = imported(session, srtm(book, steps=STEPS[:2]))
    assert list(session.project.checklists[ID].items) == ["ac-01a.01", "ac-01a.02"]
    assert "2 items removed from the workbook, without a record" in plan.facts


def test_columns_by_their_headings_wherever_they_stand(session, book):
    rows = [
        ["ACME Assessors", None, None],
        [],
        ["Assessor POC", "Observations\nand Evidence", "TEST ID", "Control", "Test Procedure",
         "Examine/Interview/Test", "Implementation Status", "assessment\u00a0result ",
         "Date tested"],
        ["dana", "Seen.", "AC-1(a)(1)[1]", "AC-1", "Determine whether x.",
         "E: examine; I: interviewing", "Implemented", "S", date(2026, 12, 1)],
        [None, None, "AC-1(a)(1)[2]", None, "Determine whether y.", "TEST", "Planned", "OTS",
         "3/2/2026"],
        ["Remark: see above"],
        ["Assessor POC", "Test ID", "Observations and Evidence", "Control", "Test Procedure",
         "Assessment Result"],
        [None, "SC-13", "Other order.", "SC-13", "Determine whether z.", "Not  Applicable."],
        [None, None, "Lost", "SC-13"],
    ]  # fmt: skip
    plan = imported(session, table(book, rows, "All families"))
    items = session.project.checklists["rev5.srtm"].items
    assert list(items) == ["ac-1-a-1-1", "ac-1-a-1-2", "sc-13"]
    assert items["ac-1-a-1-2"][1].controls == ("AC-1",)
    assert items["ac-1-a-1-1"][1].methods == ("examine", "interview")
    first = session.project.record("rev5.srtm:ac-1-a-1-1")
    assert (first.tester, first.tested, first.result) == ("dana", date(2026, 12, 1), "satisfied")
    assert session.project.record("rev5.srtm:ac-1-a-1-2").tested == date(2026, 3, 2)
    assert session.project.record("rev5.srtm:sc-13").observation == "Other order."
    assert "6 rows read, 3 used, 3 not" in plan.facts[1]
    (note,) = said(plan, "Implementation Status")
    assert note.where == "All families, column G"
    assert "2 cells" in note.what
    (lost,) = said(plan, "no assessment procedure in this row")
    assert lost.where == "All families, row 9"


def test_one_heading_over_two_rows(book):
    rows = [
        ["Control ID", "Assessment Procedure", "Assessment Objective", "Result", None],
        [None, None, None, "Assessment Result", "Evidence"],
        ["AC-1", "AC-01", "Determine if x.", "Satisfied", "a.pdf"],
    ]
    (step,) = steps(table(book, rows)).steps
    assert (step.cells["result"], step.cells["evidence"]) == ("Satisfied", "a.pdf")


def test_several_risks_in_a_row_and_a_statement_of_the_risk(session, book):
    rows = [
        ["Control ID", "Test ID", "Assessment Result", "Risk Statement", "Identified Risk",
         "Likelihood Level", "Impact Level"],
        ["AC-2", "AC-2.1", "Other than Satisfied", "Somebody may act unseen.", "One.\nTwo.",
         "Finding 1: Low\nFinding 2: High", "High Risk"],
        ["AC-3", "AC-3.1", "Satisfied", None, "None", None, None],
    ]  # fmt: skip
    plan = imported(session, table(book, rows))
    (finding,) = session.project.findings
    assert (finding.text, finding.comment) == ("One.\nTwo.", "Somebody may act unseen.")
    assert (finding.likelihood, finding.impact, finding.risk) == ("high", "high", "high")
    assert said(plan, "several levels")[0].where == "AC, row 2, column F"
    assert reader.plan(session, book).empty


def test_what_cannot_be_used_is_named_with_its_place(session, book):
    filled = {
        "AC-01a.[01]": {
            "Assessment Result": "perhaps",
            "Likelihood Level": "Critical",
            "Evidence": "None",
            "Identified Risk": "A risk.",
        },
        "AC-01a.[02]": {"Assessment Result": "Other than Satisfied"},
    }
    plan = imported(session, srtm(book, filled))
    places = {note.where: note.what for note in plan.notes}
    assert places["AC, row 2, column J"] == 'not a result: "perhaps"'
    assert places["AC, row 2, column I"] == 'evidence: "None"'
    assert "AC, row 2, column L" in places
    assert places["AC, row 3, column K"] == "other than satisfied without an identified risk"
    assert session.project.record(f"{ID}:ac-01a.01").result == ""


def test_a_procedure_that_is_there_twice(session, book):
    twice = [STEPS[0], STEPS[0], ("AC-2", "AC-01a.[01]", "Other control.", "Test"), STEPS[1]]
    plan = imported(session, srtm(book, steps=twice))
    ids = list(session.project.checklists[ID].items)
    assert ids[:2] == ["ac-01a.01", "ac-01a.01-2"]
    assert len(set(ids)) == 4
    assert said(plan, 'the procedure "AC-01a.[01]" appears 2 times')
    assert reader.plan(session, book).empty


def test_ids_that_would_be_the_same_do_not_depend_on_the_order(session, book):
    alike = [("AC-1", code, f"Determine if {code}.", "Test") for code in ("AC-01.01", "AC-01[01]")]
    imported(session, srtm(book, steps=alike), list_id="one")
    imported(session, srtm(book, steps=alike[::-1]), list_id="two")
    one, two = ({item.code: i for i, (_, item) in session.project.checklists[n].items.items()}
                for n in ("one", "two"))  # fmt: skip
    assert one == two
    assert len(set(one.values())) == 2


def test_files_that_the_workspace_has_become_evidence_with_a_hash(session, book):
    (session.root / "evidence").mkdir()
    (session.root / "evidence" / "scan.csv").write_text("x")
    filled = {"AC-01a.[01]": {"Evidence": "Scan of hosts: scan.csv\n../../etc/passwd.txt"}}
    imported(session, srtm(book, filled))
    scan, other = session.project.record(f"{ID}:ac-01a.01").evidence
    assert (scan.kind, scan.link, scan.label) == (
        "file",
        "evidence/scan.csv",
        "Scan of hosts: scan.csv",
    )
    assert scan.sha256
    assert (other.kind, other.link) == ("ticket", "../../etc/passwd.txt")
    assert reader.plan(session, book).empty


def test_what_holds_no_tests_is_refused(session, book):
    with pytest.raises(FedcheckError, match="no sheet with test steps"):
        reader.plan(session, table(book, [["Weakness", "Risk Rating"], ["x", "High"]]))
    with pytest.raises(FedcheckError, match="no phase nowhere"):
        reader.plan(session, srtm(book), phase="nowhere")
    with pytest.raises(FedcheckError, match="is not an id of a checklist"):
        reader.plan(session, srtm(book), list_id="Not An Id")


def test_hostile_text_is_stored_as_text(session, book):
    evil = "\x1b[31m[bold]=cmd|' /C calc'!A0\u202e"
    filled = {
        "AC-01a.[01]": {"Observations / Test Results": "see " + evil.replace("\x1b", "_x001B_")}
    }
    imported(session, srtm(book, filled))
    assert "[bold]=cmd" in session.project.record(f"{ID}:ac-01a.01").observation


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        ("ControlID", "control"), ("Control\nID", "control"), ("Assessment Procedure", "either"),
        ("Assessment Procedure ID", "procedure"), ("Test ID", "procedure"),
        ("Examine, Interview", "methods"), ("Examine / Interview / Test", "methods"),
        ("Observations / Test Results", "observation"),
        ("Observations and Evidence", "observation"),
        ("Evidence ", "evidence"), ("ASSESSMENT RESULT", "result"), ("Test Result", "result"),
        ("Risk\u00a0Exposure Level", "exposure"),
        ("SSP Implementation Differential?", "differential"),
        ("Additional FedRAMP Requirements / Guidance", "requirement"),
        ("Assessment Result (Satisfied / Other than Satisfied)", "result"),
        ("Risk: Likelihood Level of it", "likelihood"), ("NIST Control ID #", "control"),
        ("AdditionalFedRAMPRequirementsGuidance", "requirement"),
        ("RecommendationforMitigation", "recommendation"), ("ODPs", "parameter"),
        ("Assessor POC", "tester"), ("Implementation Status", ""), ("", ""), (None, ""), (3, ""),
    ],
)  # fmt: skip
def test_headings(heading, meaning):
    assert find_field(heading) == meaning


def test_a_summary_by_control_is_no_table_of_tests():
    assert find_columns(["Control Family", "Control ID", "Control Name", "Assessment Result"]) == {}
    assert find_columns(HEADINGS).keys() >= {"procedure", "objective", "result", "differential"}


@pytest.mark.parametrize(
    ("text", "controls"),
    [
        ("AC-2 (1)", ("AC-2(1)",)), ("ac-02(01)", ("AC-2(1)",)), ("AC-2.1", ("AC-2(1)",)),
        ("SC-8, SC-8 (1)\nSC-13", ("SC-8", "SC-8(1)", "SC-13")), ("AC–17", ("AC-17",)),
        ("none", ()), ("MAC-2", ()), ("AC-123", ()),
    ],
)  # fmt: skip
def test_control_ids_as_nist_writes_them(text, controls):
    assert find_controls(text) == controls


@pytest.mark.parametrize(
    ("code", "control"),
    [("AC-02(01)(a)[01]", "AC-2(1)"), ("AC-1(a)(1)[1]", "AC-1"), ("AC-1.1", "AC-1"), ("x", "")],
)
def test_the_control_of_a_procedure(code, control):
    assert find_procedure_control(code) == control


@given(st.text(max_size=40))
def test_a_slug_is_an_id_or_nothing(code):
    made = make_slug(code)
    assert not made or is_id(made)


@given(st.text(max_size=60))
def test_evidence_is_never_lost_in_parsing(text):
    for line in split_evidence(text):
        found = read_line(line, EvidenceForm.SHORT)
        evidence = Evidence("e", found.link, found.label, found.kind)
        assert write_evidence(evidence) == line


@pytest.mark.parametrize(
    ("likelihood", "impact", "risk"),
    [
        ("high", "high", "high"), ("high", "moderate", "moderate"), ("low", "high", "low"),
        ("moderate", "moderate", "moderate"), ("", "high", ""), ("high", "", ""), ("x", "high", ""),
    ],
)  # fmt: skip
def test_exposure_by_likelihood_and_impact(likelihood, impact, risk):
    assert compute_exposure(likelihood, impact) == risk


def templates():
    """Return templates, ours as each program writes them and the official ones that are here."""
    for program in PROGRAMS:
        for level, counts in (("Moderate", (9, 5, 3)), ("Low", (6, 3, 1))):
            facts = (level, *counts, "version 2, 2026-03-02")
            yield pytest.param(official_shapes.srtm, program, *facts, id=f"{program}-{level}")
    for level, counts in (("Moderate", (875, 323, 18)), ("Low", (591, 156, 18))):
        for path in official_shapes.official(f"srtm/*{level}*.xlsx"):
            facts = (level, *counts, "version 3, 2024-11-08")
            yield pytest.param(None, path, *facts, id=f"official-{level}")


@pytest.mark.parametrize(
    ("make", "source", "level", "tests", "controls", "sheets", "version"), templates()
)
def test_a_template_is_taken_whole(
    session, book, make, source, level, tests, controls, sheets, version
):
    path = make(book, source, level) if make else source
    plan = imported(session, path)
    parts = f"{sheets} sheets" if sheets > 1 else "1 sheet"
    assert f"{level}: {tests} tests of {controls} controls in {parts}" in plan.facts[0]
    assert plan.facts[1] == f"{tests} rows read, {tests} used, 0 not"
    assert not [note for note in plan.notes if note.where != "the workbook"]
    found = session.project.checklists[f"rev5.srtm-{level.lower()}"]
    assert len(found.items) == tests
    assert all(item.code and item.controls and item.methods for _, item in found.items.values())
    assert version in found.sources[0].title
    assert reader.plan(session, path).empty


def test_an_objective_in_several_fonts_is_one_text(session, book):
    imported(session, official_shapes.srtm(book))
    items = session.project.checklists[ID].items
    one, two = (items[name][1].statement for name in ("ac-01a.01", "ac-01a.02"))
    assert one == "Determine if a policy on doors is given to [people that somebody names]"
    assert two == "Determine if the [chosen] policy names who may open a door", "not how it sounds"


def test_more_tests_than_anybody_can_do_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("fedcheck.importers.srtm.rows.MAX_STEPS", 3)
    path = srtm(tmp_path / "many.xlsx")
    with pytest.raises(FedcheckError, match=r"many\.xlsx: .* more than 3 tests, up to AU, row 2"):
        read_steps(read_workbook(path), path)


MERGED_HEAD = ("Control ID", "Assessment Procedure", "Assessment Objective", "Assessment Parameter",
               "Observations", "Evidence", "Assessment Result", "Identified Risk",
               "Likelihood Level", "Impact Level")  # fmt: skip


@pytest.fixture
def merged(book):
    """A workbook in which an assessor merged what is the same for two tests of a control."""
    made = openpyxl.Workbook()
    made.active.title = "AC"
    sheet = made.active
    sheet.append(MERGED_HEAD)
    sheet.append(["AC-1", "AC-01a.", "Determine one", "yearly", "Seen", "a.pdf",
                  "Other than Satisfied", "No policy", "High", "Low"])  # fmt: skip
    sheet.append([None, "AC-01b.", "Determine two"])
    sheet.append(["AC-2", "AC-02a.", "Determine three"])
    for letter in "ADEFGHIJ":
        sheet.merge_cells(f"{letter}2:{letter}3")
    made.save(book)
    return book


def test_what_is_merged_over_rows_counts_for_each_of_them(session, merged):
    imported(session, merged, list_id="acme.srtm")
    one, two = (session.project.record(f"acme.srtm:ac-01{x}") for x in "ab")
    assert (two.result, two.observation) == ("other-than-satisfied", "Seen")
    assert [evidence_item.link for evidence_item in two.evidence] == [
        evidence_item.link for evidence_item in one.evidence
    ]
    (item,) = (i for _, i in session.project.checklists["acme.srtm"].items.values()
               if i.code == "AC-01b.")  # fmt: skip
    assert item.guidance == "Parameter: yearly"
    (gap,) = session.project.findings
    assert gap.items == ("acme.srtm:ac-01a", "acme.srtm:ac-01b"), "one risk, two tests"
    assert session.project.record("acme.srtm:ac-02a") == EMPTY_RECORD
    assert reader.plan(session, merged, list_id="acme.srtm").empty


def test_merged_cells_that_overlap_cost_nothing(session, merged, monkeypatch):
    monkeypatch.setattr(srtm_merged, "MAX_PLACES", 10)
    assert said(reader.plan(session, merged), "merged cells overlap")


def test_clones_that_bring_the_same_workbook_in_agree(session, book):
    imported(session, srtm(book, FILLED))
    ids = {f.id for f in session.project.findings}
    evidence_items = session.project.record(f"{ID}:ac-01a.01").evidence
    session.undo()
    imported(session, book)
    assert {f.id for f in session.project.findings} == ids
    assert session.project.record(f"{ID}:ac-01a.01").evidence == evidence_items


def test_evidence_that_was_taken_off_stays_off(session, book):
    imported(session, srtm(book, FILLED))
    ref = f"{ID}:ac-01a.01"
    before = session.project.record(ref)
    fewer = replace(before, evidence=before.evidence[1:])
    session.apply_changes(diff_records(ref, before, fewer), "one piece off")
    again = reader.plan(session, book)
    assert again.empty
    assert said(again, "was removed here")
    assert not reader.plan(session, book, theirs=True).empty
    session.undo()
    assert reader.plan(session, book).empty
    session.undo()
    imported(session, book)
    assert session.project.record(ref).evidence == before.evidence, "an undone import comes again"


def test_more_rows_than_any_table_of_tests_are_refused(session, book, monkeypatch):
    monkeypatch.setattr(srtm_rows, "MAX_ROWS", 3)
    with pytest.raises(FedcheckError, match="more than 3 rows"):
        reader.plan(session, srtm(book))


def test_a_formula_that_was_never_computed_is_told(session, book):
    made = openpyxl.load_workbook(srtm(book))
    made["AC"]["J2"] = '=IF(1=1,"Satisfied","")'
    made.save(book)
    (note,) = said(reader.plan(session, book), "never calculated")
    assert (note.where, note.what) == ("AC", "1 cell with a formula that was never calculated: J2")
    made["AC"]["J2"] = None
    made.save(book)
    assert not said(reader.plan(session, book), "never calculated"), "the exposure is not asked for"


def test_what_a_method_is_done_on_is_guidance(session, book):
    head = ["Control ID", "Assessment Procedure ID", "Objective", "Examine", "Interview", "Test"]
    row = ["AC-1", "AC-1(a)(1)", "Determine", "[SELECT FROM: policy]", "X", "N/A"]
    (made,) = reader.plan(session, table(book, [head, row])).checklists
    ((_, item),) = made.items.values()
    assert item.methods == ("examine", "interview")
    assert item.guidance == "Examine: [SELECT FROM: policy]"
