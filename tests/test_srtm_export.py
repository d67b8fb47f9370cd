"""The export into a copy of the test case workbook, and what comes back from it."""

import io
import json
import os
import warnings
import zipfile
from datetime import date
from pathlib import Path

import libreoffice
import official_shapes
import openpyxl
import pytest
from excel_shapes import PROGRAMS
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from openpyxl.cell.cell import MergedCell
from small_workbooks import STEPS, srtm

from fedcheck.cli.main import run
from fedcheck.domain.change import diff_records
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.item_rules import ItemEdit, TestEdit
from fedcheck.domain.record import EMPTY_RECORD, Record
from fedcheck.errors import FedcheckError
from fedcheck.exporters.srtm import fill_workbook
from fedcheck.importers.plan import carry_out
from fedcheck.importers.srtm import reader
from fedcheck.session import open_session
from fedcheck.spreadsheets.xlsx_reader import read_workbook
from fedcheck.storage import paths

COMPUTED = Path(__file__).with_name("golden") / "srtm_computed.json"
ID = "rev5.srtm-moderate"


@pytest.fixture
def book(tmp_path):
    return srtm(tmp_path / "book.xlsx")


@pytest.fixture
def tested(session, book):
    """A session with the tests of the workbook, some of them done."""
    carry_out(session, reader.plan(session, book))
    seen = TestEdit(observation="=1+1\nSeen.", differential="Not as the SSP says.")
    session.apply([f"{ID}:ac-01a.01"], ItemEdit(result="satisfied", testing=seen))
    session.apply([f"{ID}:ac-02-01"], ItemEdit(result="other-than-satisfied"))
    session.apply([f"{ID}:au-02a"], ItemEdit(result="not-applicable", reason="No such events."))
    gap = Finding("f1", title="Shared accounts", risk="moderate", items=(f"{ID}:ac-02-01",))
    gap = replace(gap, text="Accounts are shared.", likelihood="high", impact="moderate")
    session.apply_changes(diff_records("findings:f1", Finding("f1"), gap), "a gap")
    return session


def loaded(data, values=False):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def test_records_fill_the_rows_of_their_tests(tested, book):
    made = fill_workbook(tested.project, book)
    sheets = loaded(made.data)
    row = {cell.column_letter: cell.value for cell in sheets["AC"][2]}
    assert (row["H"], row["J"]) == ("=1+1\nSeen.", "Satisfied")
    assert sheets["AC"]["H2"].data_type == "s"
    assert row["P"] == "Not as the SSP says."
    assert [sheets["AC"][f"{c}4"].value for c in "JKLM"] == [
        "Other than Satisfied", "Accounts are shared.", "High", "Moderate",
    ]  # fmt: skip
    assert sheets["AC"]["N4"].value.startswith("=IF(")
    assert sheets["AU"]["J2"].value == "Not Applicable"
    assert sheets["AC"]["J3"].value is None
    assert made.facts[0] == f"{ID}: 3 tests of 4 rows filled, 9 cells written"
    assert made.notes == ()


def test_the_sums_are_right_before_anything_computes_them(tested, book):
    sheets = loaded(fill_workbook(tested.project, book).data, values=True)
    assert sheets["AC"]["N4"].value == "Moderate"
    told = [[cell.value for cell in row][1:] for row in sheets["Control Summary"].iter_rows(2)]
    assert told == [
        ["AC-1", "Name", "Satisfied", None, 1],
        ["AC-2 (1)", "Name", "Other Than Satisfied", "Moderate", 0],
        ["AU-2", "Name", "Not Applicable", None, 0],
    ]
    system = sheets["System"]
    assert [system[f"B{row}"].value for row in (3, 4, 5)] == [3, 1, 1]
    assert [system[f"E{row}"].value for row in (4, 5)] == [0, 1]
    formulas = loaded(fill_workbook(tested.project, book).data)["Control Summary"]["D2"].value
    assert formulas == loaded(book.read_bytes())["Control Summary"]["D2"].value


def test_the_result_brings_the_same_records_elsewhere(
    tested, book, tmp_path, make_workspace, open_workspace
):
    out = tmp_path / "out.xlsx"
    out.write_bytes(fill_workbook(tested.project, book).data)
    assert reader.plan(tested, out).empty
    other = open_workspace(make_workspace("other"))
    carry_out(other, reader.plan(other, out))
    for name in ("ac-01a.01", "ac-01a.02", "ac-02-01", "au-02a"):
        one, two = (s.project.record(f"{ID}:{name}") for s in (tested, other))
        for field in ("status", "result", "observation", "differential", "basis", "done"):
            assert getattr(one, field) == getattr(two, field), (name, field)
    (one,), (two,) = tested.project.findings, other.project.findings
    for field in ("text", "items", "likelihood", "impact", "risk"):
        assert getattr(one, field) == getattr(two, field)
    again = fill_workbook(other.project, out)
    assert again.facts[0].endswith("0 cells written")


def test_what_the_copy_says_and_we_do_not_stays(tested, tmp_path):
    theirs = {
        "AC-01a.[01]": {"Evidence": "theirs.pdf", "Observations / Test Results": "Old."},
        "AC-01a.[02]": {"Assessment Result": "SATISFIED", "Identified Risk": "N/A"},
    }
    copy = srtm(tmp_path / "copy.xlsx", theirs)
    made = fill_workbook(tested.project, copy)
    sheet = loaded(made.data)["AC"]
    assert (sheet["I2"].value, sheet["H2"].value) == ("theirs.pdf", "=1+1\nSeen.")
    assert (sheet["J3"].value, sheet["K3"].value) == ("SATISFIED", "N/A")
    assert "1 cell had a different value and were replaced" in made.facts
    assert (
        "2 cells contain more than is recorded here and were kept; import it with: fedcheck "
        "import srtm"
    ) in made.facts


def test_the_reason_of_a_test_that_is_not_applicable_is_its_observation(
    tested, book, tmp_path, make_workspace, open_workspace
):
    tested.apply([f"{ID}:ac-01a.02"], ItemEdit(status="na", reason="No such policy."))
    seen = TestEdit(observation="Asked the lead.")
    tested.apply([f"{ID}:au-02a"], ItemEdit(testing=seen))
    out = tmp_path / "out.xlsx"
    out.write_bytes(fill_workbook(tested.project, book).data)
    made = loaded(out.read_bytes())
    assert made["AU"]["H2"].value == "Not applicable: No such events.\n\nAsked the lead."
    assert (made["AC"]["H3"].value, made["AC"]["J3"].value) == (
        "Not applicable: No such policy.", "Not Applicable",
    )  # fmt: skip
    assert reader.plan(tested, out).empty
    other = open_workspace(make_workspace("other"))
    carry_out(other, reader.plan(other, out))
    record = other.project.record(f"{ID}:au-02a")
    assert (record.reason, record.observation) == ("No such events.", "Asked the lead.")


def test_what_stays_in_fedcheck_is_told_with_how_many(tested, book):
    tested.apply([f"{ID}:ac-01a.01", f"{ID}:ac-01a.02"], ItemEdit(note="Kept."))
    tested.apply([f"{ID}:ac-01a.01"], ItemEdit(testing=TestEdit(methods=("examine",))))
    facts = fill_workbook(tested.project, book).facts
    assert "notes of 2 tests are not exported; Observations come from --observation" in facts
    assert "not exported, because the workbook has no column: methods used (1 test)" in facts
    (left,) = [one for one in facts if "without an observation" in one]
    assert left.startswith("1 result without an observation"), "ac-02-01 says nothing"
    bare = [one for one in facts if "without an open finding" in one]
    assert not bare
    tested.apply([f"{ID}:ac-01a.01"], ItemEdit(result="other-than-satisfied"))
    (bare,) = [o for o in fill_workbook(tested.project, book).facts if "open finding" in o]
    assert "1 test other than satisfied" in bare and "ac-01a.01" in bare


def test_the_head_of_the_system_tab_is_filled_and_what_is_missing_is_told(tested, book):
    made = openpyxl.load_workbook(book)
    made["System"].insert_rows(1, 4)
    for row, label in enumerate(("System Acronym", "CSP Name", "3PAO Name", "Assessment Dates"), 1):
        made["System"][f"A{row}"] = label
    made["System"]["B3"] = "Theirs"
    made.save(book)
    found = fill_workbook(tested.project, book)
    sheet = loaded(found.data)["System"]
    assert sheet["B5"].value == "Meridian Ledger"
    assert sheet["B3"].value == "Theirs", "what somebody wrote stays"
    assert sheet["B4"].value == "2027-01-11 to 2027-01-11"
    (left,) = [fact for fact in found.facts if fact.startswith("left empty")]
    assert "System Acronym (fedcheck.toml: [package] acronym)" in left and "3PAO" not in left


def test_line_breaks_of_word_processors_are_line_ends(tested, book):
    seen = TestEdit(observation="One\x0btwo\x0cthree\u2028four")
    tested.apply([f"{ID}:ac-01a.02"], ItemEdit(result="satisfied", testing=seen))
    data = fill_workbook(tested.project, book).data
    assert loaded(data)["AC"]["H3"].value == "One\ntwo\nthree\nfour"
    assert not [name for name, part in parts_of(data).items() if b"_x000" in part]


def test_evidence_that_is_kept_inside_is_told_of_as_that(
    tested, book, tmp_path, make_workspace, open_workspace
):
    ref = f"{ID}:ac-01a.01"
    inside = Evidence("a1", link="private/evidence/canary.txt", label="Canary", kind="file")
    ticket = Evidence("b2", link="ACME-1", kind="ticket")
    tested.apply([ref], attach_evidence(inside, ticket))
    out = tmp_path / "out.xlsx"
    out.write_bytes(fill_workbook(tested.project, book).data)
    assert loaded(out.read_bytes())["AC"]["I2"].value == "kept inside\nACME-1"
    assert reader.plan(tested, out).empty
    other = open_workspace(make_workspace("other"))
    carry_out(other, reader.plan(other, out))
    assert [evidence_item.link for evidence_item in other.project.record(ref).evidence] == [
        "ACME-1"
    ]


def test_a_risk_that_was_corrected_goes_from_the_copy(tested, book, tmp_path):
    out = tmp_path / "out.xlsx"
    out.write_bytes(fill_workbook(tested.project, book).data)
    old = tested.project.finding("f1")
    closed = replace(old, state="closed", closed=date(2027, 1, 11), retest="passed")
    tested.apply_changes(diff_records("findings:f1", old, closed), "closed")
    tested.apply([f"{ID}:ac-02-01"], ItemEdit(result="satisfied"))
    made = loaded(fill_workbook(tested.project, out).data, values=True)
    assert [made["AC"][f"{c}4"].value for c in "JKLM"] == ["Satisfied", None, None, None]
    assert not made["AC"]["N4"].value
    assert made["Control Summary"]["D3"].value == "Satisfied"


def test_what_has_no_row_is_told(tested, tmp_path):
    copy = srtm(tmp_path / "copy.xlsx", steps=STEPS[1:3])
    made = fill_workbook(tested.project, copy)
    assert [(note.where, note.what) for note in made.notes] == [
        ("ac-01a.01 (AC-01a.[01])", "has no row in the workbook"),
        ("au-02a (AU-02a.)", "has no row in the workbook"),
    ]
    fewer = [("SC-7", "SC-07a.", "Determine if z.", "Test"), *STEPS]
    made = fill_workbook(tested.project, srtm(copy, steps=fewer))
    assert "1 row of the workbook without a test here, left unchanged" in made.facts


def test_a_workbook_that_fits_no_list_is_refused(session, book):
    with pytest.raises(FedcheckError, match="none of its tests"):
        fill_workbook(session.project, book)
    with pytest.raises(FedcheckError, match="no checklist is named"):
        fill_workbook(session.project, book, list_id="rev5.srtm-hihg")


LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=25).map(
    lambda text: " ".join(text.split())
)
TEXT = st.lists(LINE, max_size=3).map(lambda lines: "\n".join(lines).strip())
WORDS = st.text("abcxyz =+-@<&>é", min_size=1, max_size=12).map(lambda t: f"x{t.strip()}")


@st.composite
def records(draw):
    result = draw(st.sampled_from(["", "satisfied", "other-than-satisfied", "not-applicable"]))
    status = {"": "doing", "not-applicable": "na"}.get(result, "done")
    return Record(
        status=status,
        result=result,
        reason="r" if status == "na" else "",
        done=date(2027, 1, 11) if status == "done" else None,
        observation=draw(WORDS) if status == "doing" else draw(TEXT),
        differential=draw(st.one_of(st.just(""), WORDS)),
        evidence=tuple(
            Evidence(f"e{i}", f"https://e.example/{i}", draw(st.sampled_from(["", "A label"])))
            for i in range(draw(st.integers(0, 2)))
        ),
    )


@settings(max_examples=settings().max_examples // 6)
@given(st.dictionaries(st.sampled_from(["ac-01a.01", "ac-02-01", "au-02a"]), records(), min_size=1))
def test_any_records_come_back_as_they_were(tmp_path_factory, processes_only, wanted):
    folder = tmp_path_factory.mktemp("x")
    book, out = srtm(folder / "book.xlsx"), folder / "out.xlsx"
    sessions = []
    for name in ("one", "two"):
        root = folder / name
        (root / "checklists").mkdir(parents=True)
        head = f'format = 1\nname = "{name}"\nprocess = "jab"\nrole = "3pao"\n'
        (root / "fedcheck.toml").write_text(head)
        sessions.append(open_session(root, paths.find_user_folders(), (), "alice"))
    one, two = sessions
    carry_out(one, reader.plan(one, book))
    changes = []
    for name, record in wanted.items():
        ref = f"{ID}:{name}"
        new = replace(record, basis=one.project.item(ref).basis())
        changes += diff_records(ref, EMPTY_RECORD, new)
    one.apply_changes(changes, "work")
    out.write_bytes(fill_workbook(one.project, book).data)
    assert reader.plan(one, out).empty
    carry_out(two, reader.plan(two, out))
    for name in wanted:
        mine, theirs = (s.project.record(f"{ID}:{name}") for s in (one, two))
        bare = [(e.link, e.label, e.kind) for e in mine.evidence]
        assert bare == [(e.link, e.label, e.kind) for e in theirs.evidence]
        same = {"evidence": (), "reason": "", "done": None}
        assert replace(mine, **same) == replace(theirs, **same)


def test_filling_its_own_result_again_gives_the_same_bytes(tested, book, tmp_path):
    long = "y" * 40_000
    tested.apply([f"{ID}:ac-01a.02"], ItemEdit(testing=TestEdit(observation=long)))
    tested.apply(
        [f"{ID}:ac-01a.02"],
        attach_evidence(Evidence("e9", "https://x.example/a;b", "Page: this; that", "url")),
    )
    first = fill_workbook(tested.project, book)
    (tmp_path / "first.xlsx").write_bytes(first.data)
    again = fill_workbook(tested.project, tmp_path / "first.xlsx")
    assert again.data == first.data
    assert again.facts[0].endswith(" 0 cells written")
    assert reader.plan(tested, tmp_path / "first.xlsx").empty, "what was cut is no difference"
    assert "no column for assessor (3 tests), day of the test (3 tests)" in " ".join(first.facts)


def test_a_share_is_a_share_however_often_it_is_filled(tested, book, tmp_path):
    made = openpyxl.load_workbook(book)
    made["System"]["A8"], made["System"]["B8"] = "% Satisfied", "=B4/SUM(B4:B6)"
    made.save(book)
    for _ in range(2):
        book.write_bytes(fill_workbook(tested.project, book).data)
        assert loaded(book.read_bytes(), values=True)["System"]["B8"].value == 1 / 3


def test_merged_cells_are_filled_once_and_told_where_they_mean_several(tested, tmp_path):
    path = srtm(tmp_path / "merged.xlsx")
    made = openpyxl.load_workbook(path)
    made["AC"].merge_cells("H2:H3")
    made["AC"].merge_cells("K4:L4")
    made.save(path)
    found = fill_workbook(tested.project, path)
    (seen,) = (note for note in found.notes if note.where == "AC, row 2, column H")
    assert seen.what == "merged over 2 tests with different values"
    sheet = loaded(found.data)["AC"]
    assert sheet["H2"].value == "=1+1\nSeen."
    assert sheet["K4"].value == "Accounts are shared."
    assert isinstance(sheet["H3"], MergedCell) and isinstance(sheet["L4"], MergedCell)
    assert ("AC, row 4, column L", "merged into K4, and therefore not written") in [
        (note.where, note.what) for note in found.notes
    ]


def test_other_lists_with_results_of_these_tests_are_told(tested, book):
    carry_out(tested, reader.plan(tested, book, list_id="acme.srtm"))
    found = fill_workbook(tested.project, book)
    assert found.facts[0].startswith(f"{ID}: 3 tests"), "the list that holds results is taken"
    assert found.notes == ()
    tested.apply(["acme.srtm:ac-01a.01"], ItemEdit(result="satisfied"))
    (note,) = fill_workbook(tested.project, book).notes
    assert (note.where, note.what) == (
        "acme.srtm", "1 test of that list also match rows of the workbook",
    )  # fmt: skip


def test_the_commands(tested, book, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tested.root)
    out = tmp_path / "out.xlsx"
    command = ["export", "srtm", "--template", str(book), "-o", str(out)]
    assert run([*command, "family:ac"]) == 0
    assert "8 cells" not in capsys.readouterr().out
    assert run(command) == 2
    assert run([*command, "--force"]) == 0
    assert "3 tests of 4 rows filled" in capsys.readouterr().out
    assert run(["import", "srtm", str(out)]) == 0
    assert "Nothing to do" in capsys.readouterr().out
    assert run(["import", "srtm", str(out), "--list", "acme.srtm", "--dry-run", "--json"]) == 0
    told = capsys.readouterr().out
    assert '"done": false' in told
    assert run([*command, "--force", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "fedcheck/export@1" and told["path"] == str(out)
    assert run([*command[:-1], "-"]) == 2
    assert not (tested.root / "checklists" / "acme.srtm.toml").exists()
    assert run(["import", "srtm", str(tmp_path / "nothing.xlsx")]) == 3
    (tmp_path / "text.xlsx").write_text("name,n\n")
    assert run(["import", "srtm", str(tmp_path / "text.xlsx")]) == 3
    assert "not an Excel workbook" in capsys.readouterr().err


OUTCOMES = (
    "satisfied", "other-than-satisfied", "satisfied", "satisfied", "", "not-applicable",
    "satisfied",
)  # fmt: skip


def worked_on(session, template):
    """Return a template that is filled with results, findings and differentials of every kind."""
    carry_out(session, reader.plan(session, template))
    changes = []
    for i, name in enumerate(session.project.checklists[ID].items):
        ref, word = f"{ID}:{name}", OUTCOMES[i % len(OUTCOMES)]
        if word:
            new = Record(status="done", result=word, differential="d" if i % 5 == 0 else "")
            if word == "not-applicable":
                new = replace(new, status="na", reason="No such doors.")
            changes += diff_records(ref, EMPTY_RECORD, new)
        if word.startswith("other"):
            levels = [("high", "moderate", "low")[(i // k) % 3] for k in (3, 7)]
            gap = Finding(f"f{i}", title=f"Gap {i}", items=(ref,), risk="low")
            gap = replace(gap, likelihood=levels[0], impact=levels[1])
            changes += diff_records(f"findings:{gap.id}", Finding(gap.id), gap)
    session.apply_changes(changes, "work")
    return fill_workbook(session.project, template).data


def _text(cell):
    """Return a cell as text; programs differ in the last digits of a share."""
    return f"{cell:.6f}" if isinstance(cell, float) else "" if cell is None else str(cell)


def shown(path):
    """Return what the cells of a workbook show, by sheet and row, without empty ends."""
    found = {}
    for sheet in read_workbook(path):
        rows = [[_text(cell) for cell in row] for row in sheet.rows]
        found[sheet.title] = [" | ".join(row).rstrip(" |") for row in rows]
        while found[sheet.title] and not found[sheet.title][-1]:
            found[sheet.title].pop()
    return found


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_filled_template_shows_what_its_formulas_come_to(session, tmp_path, program):
    """The golden file is what LibreOffice computed of the same workbook, not what fedcheck did."""
    ours = tmp_path / "ours.xlsx"
    ours.write_bytes(worked_on(session, official_shapes.srtm(tmp_path / "theirs.xlsx", program)))
    assert shown(ours) == json.loads(COMPUTED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_template_keeps_what_holds_no_cells(session, tmp_path, program):
    theirs = official_shapes.srtm(tmp_path / "theirs.xlsx", program)
    before, after = (parts_of(data) for data in (theirs.read_bytes(), worked_on(session, theirs)))
    assert before.keys() - after.keys() <= {"xl/calcChain.xml"}
    kept = [name for name in before if name in after and before[name] == after[name]]
    sheets = [f"xl/worksheets/sheet{n}.xml" for n in (3, 4, 5, 6, 7)]  # of 7
    assert set(before) - set(kept) <= {
        *sheets, "xl/workbook.xml", "xl/calcChain.xml", "[Content_Types].xml",
        "xl/_rels/workbook.xml.rels",
    }  # fmt: skip
    for name in sheets:
        for tag in (b"dataValidation ", b"mergeCell ", b"autoFilter ", b"x14:"):
            assert before[name].count(tag) == after[name].count(tag), (name, tag)
    assert before["xl/sharedStrings.xml"] == after["xl/sharedStrings.xml"]


def parts_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@libreoffice.second_opinion
@pytest.mark.parametrize("path", [None, *official_shapes.official("srtm/*Moderate*.xlsx")])
def test_libreoffice_computes_what_the_filled_workbook_shows(session, tmp_path, path):
    theirs = path or official_shapes.srtm(tmp_path / "theirs.xlsx")
    ours = tmp_path / "ours.xlsx"
    ours.write_bytes(worked_on(session, theirs))
    computed = libreoffice.converted(ours, "xlsx", tmp_path)
    if path is None:
        if os.environ.get("UPDATE_GOLDEN"):
            text = json.dumps(shown(computed), indent=1, ensure_ascii=False)
            COMPUTED.write_text(f"{text}\n", encoding="utf-8")
        assert shown(computed) == json.loads(COMPUTED.read_text(encoding="utf-8"))
    pairs = zip(read_workbook(ours), read_workbook(computed), strict=True)
    for mine, other in pairs:
        for number, (row, second) in enumerate(zip(mine.rows, other.rows, strict=False), 1):
            for one, two in zip(row, second, strict=False):
                texts = (" ".join(str(one).split()), " ".join(str(two).split()))
                near = isinstance(one, float) and one == pytest.approx(two)
                assert near or texts[0] == texts[1] or not (one or two), (mine.title, number)
