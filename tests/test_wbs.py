"""The work breakdown structure of an agency authorization, in and out; the package checklist."""

import io
import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import agency_workbooks
import libreoffice
import openpyxl
import pytest
from agency_workbooks import DAY, LI_SAAS, OTHERS, find_official
from conftest import OpenWorkspace

from fedcheck.cli.main import run
from fedcheck.domain.edits import MilestoneEdit
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.errors import FedcheckError
from fedcheck.exporters import package_checklist, wbs
from fedcheck.exporters.package_documents import DOCUMENTS, UPLOADS
from fedcheck.exporters.registry import Export
from fedcheck.importers import registry
from fedcheck.importers.plan import carry_out
from fedcheck.importers.wbs import reader
from fedcheck.importers.wbs.state import read_parties, write_notes, write_parties
from fedcheck.importers.wbs.tasks import TASKS
from fedcheck.session import Session
from fedcheck.storage import paths
from fedcheck.storage.checklist_files import load_catalog

DRAFT = "agency.package.csp:ssp-delivered"
QUALITY = "rev5.full-assessment.csp:ssp-quality"
REVIEW = "agency.package.agency:ssp-reviewed"
KICK_OFF = "agency.kick-off.csp:kick-off-held"
SSP = "rev5.full-assessment.csp:ssp-signed"

HEAD = """format = 1
name = "Acme Ledger"
process = "agency"
role = "csp"
provider = "Acme Inc."

[profile]
impact = "IMPACT"

[milestones]
kick-off = 2027-01-11

[people.dana]
name = "Dana Fox"
role = "csp"
contact = "dana@acme.example, 202-555-0100"

[people.lee]
name = "Lee Park"
role = "agency"
"""

Make = Callable[..., Session]


@pytest.fixture
def make(tmp_path: Path, open_workspace: OpenWorkspace) -> Make:
    """Return a function that opens a new workspace of the agency process."""

    def make_session(impact: str = "moderate", head: str = HEAD) -> Session:
        root = tmp_path / "acme"
        (root / "progress").mkdir(parents=True, exist_ok=True)
        (root / paths.WORKSPACE_FILE).write_text(head.replace("IMPACT", impact))
        return open_workspace(root)

    return make_session


def values(changes: Any) -> dict[tuple[str, str], Any]:
    return {(one.ref, one.field): one.new for one in changes if one.field != "basis"}


def filled_cells(export: Export, sheet: str) -> Mapping[str, Any]:
    """Return the cells of a filled workbook by place."""
    book = openpyxl.load_workbook(io.BytesIO(export.data))
    return {cell.coordinate: cell.value for row in book[sheet] for cell in row if cell.value}


def export(session: Session, path: Path) -> Export:
    return wbs.write(session, {"template": path})


def day_of(cells: Mapping[str, Any], place: str) -> date:
    return cells[place].date()


def test_every_item_of_the_tables_is_in_a_shipped_list():
    lists = load_catalog(paths.find_shipped_checklists(), (), None).lists
    known = {one.id: one for one in lists if one.path.exists()}
    refs = {ref for kind in TASKS.values() for t in kind.values() for ref in (*t.items, *t.part_of)}
    refs |= {ref for one in DOCUMENTS.values() for ref in one.items}
    refs |= {ref for uploads in UPLOADS.values() for ref in uploads}
    assert len(refs) > 70
    text = {name: one.path.read_text() for name, one in known.items()}
    unknown = [
        ref
        for ref in refs
        if f'id = "{ref.partition(":")[2]}"\n' not in text.get(ref.partition(":")[0], "")
    ]
    assert unknown == []


def test_the_workbook_sets_milestones_due_dates_owners_and_states(make, tmp_path):
    session = make()
    path = agency_workbooks.wbs(tmp_path / "plan.xlsx", {
        "2.1": {"end": date(2026, 12, 1)},
        "3.1": {"start": date(2026, 12, 2), "end": DAY, "parties": "CSP (Dana Fox)"},
        "3.2": {"end": "2/15/2027", "notes": "Status: blocked (no reviewer)\nRead it."},
        "3.4": {"end": date(2027, 1, 25), "notes": "Status: done 2026-12-03"},
        "5.1": {"start": date(2027, 3, 1), "end": "soon"},
        "5.3": {"end": date(2027, 5, 3)},
        "5.4": {"end": date(2027, 5, 10)},
        "5.6": {"start": date(2027, 6, 1)},
        "7.1": {"end": date(2027, 9, 1)},
    }, [["1.1.2", "  No FIPS module", "CSP", None, DAY]])  # fmt: skip
    plan = reader.plan(session, path, dates="mdy", theirs=False)
    found = values(plan.changes)
    assert {ref: day for (ref, name), day in found.items() if name == "day"} == {
        "milestones:in-process-request": "2026-12-01",
        "milestones:assessment-start": "2027-03-01",
        "milestones:sar-final": "2027-05-10",
        "milestones:sar-debrief": "2027-06-01",
    }
    assert (found[DRAFT, "due"], found[DRAFT, "owner"]) == ("2027-02-01", "dana")
    assert found[REVIEW, "due"] == "2027-02-15"
    assert (found[REVIEW, "status"], found[REVIEW, "reason"]) == ("blocked", "no reviewer")
    assert (found[KICK_OFF, "status"], found[KICK_OFF, "done"]) == ("done", "2026-12-03")
    told = {note.where.partition(", ")[2]: note.what for note in plan.notes}
    assert "no assessor found it" in told["task 1.1.2 (row 21)"]
    assert '"soon" is not a date' in told["task 5.1 (row 15)"]
    assert "leaves the dates" in told["task 7.1 (row 20)"]
    assert "ours is kept" in told["task 3.4 (row 10)"]  # the kick-off has its own date
    assert ("milestones:kick-off", "day") not in found
    taken = values(reader.plan(session, path, dates="mdy", theirs=True).changes)
    assert taken["milestones:kick-off", "day"] == "2027-01-25"


def test_an_updated_workbook_moves_what_only_it_changed(make, tmp_path):
    session = make()
    path = agency_workbooks.wbs(tmp_path / "plan.xlsx", {"3.1": {"end": DAY}, "3.2": {"end": DAY}})
    carry_out(session, reader.plan(session, path))
    assert session.project.record(DRAFT).due == "2027-02-01"
    assert reader.plan(session, path).empty
    session.apply([REVIEW], ItemEdit(due="2027-02-20"))
    assert reader.plan(session, path).empty
    later = {"3.1": {"end": date(2027, 3, 1)}, "3.2": {"end": date(2027, 3, 2)}}
    plan = reader.plan(session, agency_workbooks.wbs(path, later))
    assert values(plan.changes) == dict.fromkeys([(DRAFT, "due"), (QUALITY, "due")], "2027-03-01")
    assert any("ours is kept" in note.what and REVIEW in note.what for note in plan.notes)


def test_the_state_of_the_workspace_fills_the_workbook(make, tmp_path):
    session = make()
    session.apply([DRAFT], ItemEdit(owner="dana", due="2027-02-01", status="doing"))
    session.apply([KICK_OFF], ItemEdit(owner="dana"))
    session.apply(["agency.assessment.agency:sap-reviewed"],
                  ItemEdit(status="blocked", reason="No plan yet", due="2027-04-01"))  # fmt: skip
    session.apply(["milestones:sar-debrief"], MilestoneEdit(date(2027, 6, 1)))
    path = agency_workbooks.wbs(tmp_path / "plan.xlsx", {"3.2": {"end": DAY, "start": DAY}})
    made = export(session, path)
    cells = filled_cells(made, OTHERS)
    assert (cells["C8"], cells["F8"]) == ("CSP (Dana Fox)", "Status: in progress")
    assert (day_of(cells, "D8"), day_of(cells, "E8")) == (session.today(), DAY)
    assert cells["C10"] == "CSP (Dana Fox), Agency, PMO, 3PAO (optional)"
    assert (day_of(cells, "E10"), cells["F10"]) == (date(2027, 1, 11), "*Invite all.")
    assert (cells["F13"], "E13" in cells) == ("Status: blocked (No plan yet)", False)
    assert (cells["F14"], day_of(cells, "E14")) == (cells["F13"], date(2027, 4, 1))
    assert day_of(cells, "D18") == date(2027, 6, 1)  # one cell for both dates
    assert (day_of(cells, "E9"), day_of(cells, "D9")) == (DAY, DAY)  # nothing recorded: stays
    info = filled_cells(made, "Information")
    assert (info["B3"], info["B4"], info["B5"]) == ("Acme Inc.", "Acme Ledger", "Moderate")
    assert (info["D4"], info["D5"], info["F5"]) == (
        "Name of POC 1", "Dana Fox", "dana@acme.example",
    )  # fmt: skip
    assert info["D8"] == "Name of POC 1"
    assert "B8" not in info  # nobody signs but the people who sign
    assert any("Lee Park" in fact for fact in made.facts)


def test_what_was_exported_changes_nothing_when_it_comes_back(make, tmp_path):
    session = make()
    for ref in (DRAFT, KICK_OFF, SSP):
        session.apply([ref], ItemEdit(owner="dana", status="done"))
    session.apply([REVIEW], ItemEdit(status="na", reason="(Read) before; all of it"))
    path = agency_workbooks.wbs(tmp_path / "plan.xlsx")
    path.write_bytes(export(session, path).data)
    assert reader.plan(session, path).empty
    assert filled_cells(export(session, path), OTHERS) == filled_cells(
        export(session, path), OTHERS
    )
    again = export(session, path)
    assert "0 cells written" in again.facts[0]


def test_only_the_cells_of_the_tasks_are_touched(make, tmp_path):
    session = make()
    session.apply([DRAFT], ItemEdit(due="2027-02-01"))
    path = agency_workbooks.wbs(tmp_path / "plan.xlsx")
    before = {name: filled_cells(Export(path.read_bytes()), name) for name in (OTHERS, LI_SAAS)}
    made = export(session, path)
    assert filled_cells(made, LI_SAAS) == before[LI_SAAS]
    after = filled_cells(made, OTHERS)
    changed = {place for place in after if after[place] != before[OTHERS].get(place)}
    assert changed == {"E8", "E10"}
    book = openpyxl.load_workbook(io.BytesIO(made.data))
    assert book["Information"].data_validations.dataValidation
    assert [str(one) for one in book[OTHERS].merged_cells.ranges] == ["D18:E18"]


def test_the_tab_of_the_impact_level_counts(make, tmp_path):
    session = make("li-saas")
    session.apply(["agency.package.csp:li-assessor"], ItemEdit(due="2027-02-01"))
    path = agency_workbooks.wbs(tmp_path / "plan.xlsx")
    assert day_of(filled_cells(export(session, path), LI_SAAS), "E3") == DAY
    alone = agency_workbooks.wbs(tmp_path / "alone.xlsx", tabs=(OTHERS,))
    with pytest.raises(FedcheckError, match="Low, Moderate and High, and this workspace"):
        reader.plan(session, alone)


def test_a_task_that_is_another_one_is_not_used(make, tmp_path):
    session = make()
    more = [["3.3", "  Something new", "CSP", None, DAY], ["9.9", "Own task", "CSP", None, DAY],
            ["3.1", "  Write the SSP", "CSP", None, DAY]]  # fmt: skip
    plan = reader.plan(session, agency_workbooks.wbs(tmp_path / "plan.xlsx", more=more))
    assert plan.empty
    told = [note.what for note in plan.notes]
    assert any("another one than expected" in what for what in told)
    assert any("is not in the template" in what for what in told)
    assert any("is in row 8 too" in what for what in told)


def test_the_workbook_of_another_process_or_kind_is_refused(make, tmp_path, session):
    path = agency_workbooks.wbs(tmp_path / "plan.xlsx")
    with pytest.raises(FedcheckError, match="process agency, and this one is jab"):
        reader.plan(session, path)
    other = agency_workbooks.checklist(tmp_path / "checklist.xlsx")
    agency = make()
    with pytest.raises(FedcheckError, match="no work breakdown structure"):
        reader.plan(agency, other)
    with pytest.raises(FedcheckError, match="no package checklist"):
        package_checklist.write(agency, {"template": path})
    assert registry.recognize(path)[0].name == "wbs"


@pytest.mark.parametrize(("before", "after"), [
    ("CSP", "CSP (Dana Fox)"),
    ("", "CSP (Dana Fox)"),
    ("Agency/PMO", "Agency/PMO, CSP (Dana Fox)"),
    ("csp (old name), 3PAO (optional)", "csp (Dana Fox), 3PAO (optional)"),
])  # fmt: skip
def test_names_follow_their_party(before, after):
    assert write_parties(before, {"csp": ["Dana Fox"]}) == after
    assert read_parties(after)[0] == {"csp": ["Dana Fox"]}
    assert write_parties(after, {"csp": ["Dana Fox"]}) == after


def test_the_state_is_the_first_line_of_the_notes():
    assert write_notes("", "") == ""
    assert write_notes("Keep this.", "done 2027-02-01") == "Status: done 2027-02-01\nKeep this."
    assert write_notes("Status: done\nKeep this.", "") == "Status: not started\nKeep this."
    assert write_notes("Status: blocked (x)", "in progress") == "Status: in progress"


def evidence(name: str, link: str, label: str = "", kind: str = "url") -> Any:
    return attach_evidence(Evidence(name, link, label, kind, date(2026, 11, 1)))


def test_documents_fill_the_package_checklist(make, tmp_path):
    session = make()
    full, tests = "rev5.full-assessment.csp:", "rev5.full-assessment.3pao:"
    session.apply([SSP], evidence("e1", "https://x.example/d/Acme%20SSP.docx?x=1", "SSP v1.2"))
    session.apply([SSP], ItemEdit(status="done"))
    session.apply([f"{full}app-d"], ItemEdit(status="na", reason="Part of the service"))
    session.apply([f"{full}app-c"], evidence("e2", "private/policies.pdf", kind="file"))
    session.apply([f"{tests}ret"], evidence("e3", "evidence/RET_v3.xlsx", kind="file"))
    session.apply([f"{tests}ret", f"{tests}sar-upload"], ItemEdit(status="done"))
    path = agency_workbooks.checklist(tmp_path / "checklist.xlsx")
    made = package_checklist.write(session, {"template": path})
    cells = filled_cells(made, "Package Checklist")
    assert (cells["A2"], cells["A3"]) == ("CSP: Acme Inc.", "CSO: Acme Ledger")
    assert (cells["A4"], cells["A5"]) == ("Package ID: Enter ID", "Submission Date: MM/DD/YY")
    row = {column: cells.get(f"{column}9") for column in "CDEF"}
    assert (row["C"], row["D"], row["F"]) == ("N", "Acme SSP.docx", "1.2")  # not uploaded yet
    assert day_of(cells, "E9") == date(2026, 11, 1)
    assert [cells[f"{column}12"] for column in "CDEF"] == ["N/A"] * 4
    assert "D11" not in cells and "policies" not in str(cells)
    assert (cells["D14"], cells["F14"]) == ("RET_v3.xlsx", "3")
    assert cells["C15"] == "Y"
    assert any("under private/ not named" in fact for fact in made.facts)
    assert any("Something else" in note.what for note in made.notes)


def test_the_commands_work_from_end_to_end(make, tmp_path, monkeypatch, capsys):
    session = make()
    monkeypatch.chdir(session.root)
    path = agency_workbooks.wbs(tmp_path / "plan.xlsx", {"3.1": {"end": DAY}})
    assert run(["import", "wbs", str(path), "--dry-run"]) == 0
    assert "Would write 2 changes of 2 records" in capsys.readouterr().out
    assert run(["import", "wbs", str(path), "--json"]) == 0
    assert [one["ref"] for one in json.loads(capsys.readouterr().out)["changes"]] == [
        DRAFT,
        QUALITY,
    ]
    assert run(["export", "wbs", "--template", str(path), "-o", "out.xlsx"]) == 0
    assert run(["undo"]) == 0
    other = agency_workbooks.checklist(tmp_path / "checklist.xlsx")
    assert run(["export", "package-checklist", "--template", str(other), "-o", "list.xlsx"]) == 0
    assert (session.root / "list.xlsx").is_file()


@pytest.mark.parametrize("impact", ["moderate", "li-saas"])
def test_the_official_work_breakdown_structure_is_filled(make, tmp_path, impact):
    path = find_official(agency_workbooks.WBS_NAME)
    if path is None:
        pytest.skip("the official workbook is not beside this checkout, in ../shared/data")
    session = make(impact)
    ref = "agency.kick-off.csp:briefing-ready"
    session.apply([ref], ItemEdit(owner="dana", due="2027-02-01", status="doing"))
    made = export(session, path)
    assert not [note for note in made.notes if "another one than expected" in note.what]
    tab, row = ("Li-SaaS WBS", 21) if impact == "li-saas" else ("LowModerateHigh WBS", 14)
    cells = filled_cells(made, tab)
    assert (cells[f"C{row}"], day_of(cells, f"E{row}")) == ("CSP (Dana Fox)", DAY)
    assert cells[f"F{row}"].startswith("Status: in progress")
    back = tmp_path / "back.xlsx"
    back.write_bytes(made.data)
    plan = reader.plan(session, back)
    assert plan.empty and "template" in plan.facts[0]
    used = int(plan.facts[0].split(": ")[1].split()[0])
    assert used == len(TASKS["li-saas" if impact == "li-saas" else "low, moderate or high"])


def test_the_official_package_checklist_is_filled(make):
    path = find_official(agency_workbooks.CHECKLIST_NAME)
    if path is None:
        pytest.skip("the official workbook is not beside this checkout, in ../shared/data")
    made = package_checklist.write(make(), {"template": path})
    cells = filled_cells(made, "Package Checklist")
    answered = [row for row in range(8, 46) if f"C{row}" in cells]
    assert len(answered) >= 36 and (cells["C9"], cells["C11"]) == ("N", "N/A")


@libreoffice.second_opinion
def test_libreoffice_reads_what_was_filled(make, tmp_path):
    session = make()
    session.apply([DRAFT], ItemEdit(owner="dana", due="2027-02-01", status="doing"))
    path = agency_workbooks.wbs(tmp_path / "plan.xlsx")
    path.write_bytes(export(session, path).data)
    read = openpyxl.load_workbook(libreoffice.converted(path, "xlsx", tmp_path))[OTHERS]
    assert (read["C8"].value, read["E8"].value.date()) == ("CSP (Dana Fox)", DAY)
