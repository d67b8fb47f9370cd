"""The assessor's side: verification, validation and summaries, the yearly controls, the exports."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from driving import press, screen_text, settle, type_text
from rules_samples import OFFICIAL
from small_certification import PACKAGE, SCHEMAS, needs_schemas

from fedcheck.cli.main import run
from fedcheck.domain.control_ids import find_controls
from fedcheck.storage import paths
from fedcheck.storage.config import UserConfig
from fedcheck.tui.app import FedcheckApp

Call = Callable[..., tuple[int, str, str]]

RULE = "CCM-OCR-AVL"
CONTROLS = "cr26.assessment.3pao-controls"
SDR = SCHEMAS / "fedramp-security-decision-record-schema-2026-06-24.json"
CPO = SCHEMAS / "fedramp-certification-package-overview-schema-2026-06-24.json"


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Call:
    """Return a function that runs a command; `init` makes the workspace that others work in."""

    def call(*argv: str) -> tuple[int, str, str]:
        if argv[0] == "init":
            argv = ("init", str(tmp_path / "w"), "--name", "Vault", "--process", "cr26", *argv[1:])
        status = run(list(argv))
        if argv[0] == "init":
            monkeypatch.chdir(tmp_path / "w")
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


def data(call: Call, *argv: str) -> Any:
    status, out, err = call(*argv, "--json")
    assert status == 0, err
    return json.loads(out)


def make_csp(call: Call, kind: str, path: str, letter: str) -> None:
    assert call("init", "--role", "csp", "--type", kind, "--path", path, "--class", letter)[0] == 0


def assess(call: Call, item: str, *argv: str) -> None:
    status, _, err = call("set", item, *argv, "--as-of", "2027-01-11")
    assert status == 0, err


def assessment(call: Call, item: str) -> dict[str, Any]:
    found: dict[str, Any] = data(call, "show", item)["assessment"]
    return found


def test_a_provider_that_assesses_its_own_item_is_told_so(call: Call) -> None:
    make_csp(call, "20x", "program", "b")
    err = call("set", RULE, "--verified", "satisfied")[2]
    assert "(csp) is recorded as the assessor of an item of the same role" in err
    err = call("set", RULE, "--verified", "satisfied", "--assessor", "lee")[2]
    assert "recorded as" not in err


def test_an_assessment_of_a_task_leaves_its_status_and_notes_who_and_when(call: Call) -> None:
    make_csp(call, "20x", "program", "b")
    assess(call, RULE, "--verified", "satisfied", "--summary", "Read three reports.")
    shown = data(call, "show", RULE)
    assert (shown["kind"], shown["status"], shown["result"]) == ("task", "todo", "")
    me = shown["assessment"]["assessor"]
    assert me and shown["assessment"] == {
        "verified": "satisfied",
        "validated": None,
        "assessor": me,
        "assessed": "2027-01-11",
        "summary": "Read three reports.",
        "response": None,
    }
    printed = call("show", RULE)[1]
    assert "verified        satisfied" in printed and "Read three reports." in printed
    assess(call, RULE, "--validated", "satisfied", "--assessor", "bob", "--assessed", "2027-01-09")
    found = assessment(call, RULE)
    assert (found["assessor"], found["assessed"]) == ("bob", "2027-01-09")
    assess(call, RULE, "--response", "We agree.")
    assert assessment(call, RULE)["assessor"] == "bob", "a response is the provider's"
    assert call("undo")[0] == 0
    assert assessment(call, RULE)["response"] is None
    listed = data(call, "list", "validated:satisfied")
    assert [one["code"] for one in listed] == [RULE]
    assert len(data(call, "list", "is:summarized")) == 1
    assert len(data(call, "list", "role:csp verified:none")) == 203
    assess(call, RULE, "--verified", "", "--validated", "", "--summary", "")
    assert set(assessment(call, RULE).values()) == {None}, "nobody assessed anything"


def test_an_assessment_cannot_be_in_the_future_and_a_summary_comes_from_stdin(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_csp(call, "20x", "program", "b")
    status, _, err = call("set", RULE, "--verified", "satisfied", "--assessed", "2199-01-01")
    assert status == 2 and "in the future" in err
    monkeypatch.setattr("sys.stdin", __import__("io").StringIO("One line.\nAnother.\n"))
    assess(call, RULE, "--summary", "-")
    assert assessment(call, RULE)["summary"] == "One line.\nAnother."
    assert call("set", RULE, "--summary", "-", "--response", "-")[0] == 2


@needs_schemas
@pytest.mark.parametrize(
    ("kind", "path", "letter"), [("20x", "program", "c"), ("rev5", "agency", "c")]
)
def test_summaries_and_results_are_in_a_valid_decision_record(
    call: Call, kind: str, path: str, letter: str
) -> None:
    make_csp(call, kind, path, letter)
    assess(call, RULE, "--status", "done", "--note", "Published.", "--verified", "satisfied",
           "--validated", "other-than-satisfied", "--summary", "Read [three] reports.",
           "--response", "Mended.", "--private-note", "secret words")  # fmt: skip
    assess(call, "CCM-OCR-NRD", "--verified", "satisfied")
    if kind == "20x":
        assess(call, "KSI-IAM-APM", "--summary", "Tried ten accounts.")
    assert call("export", "sdr", "--schema", str(SDR), "-o", "sdr.json")[0] == 0
    document = json.loads(Path("sdr.json").read_text())
    rules = {one["frrID"]: one for one in document["fedRampRequirements"]}
    assert rules[RULE]["frrAssessment"] == [
        "Independent verification: satisfied. Independent validation: other than satisfied."
        " Assessed on 2027-01-11.",
        "Read [three] reports.",
        "Provider's response: Mended.",
    ]
    assert [name for name, one in rules.items() if "frrAssessment" in one] == [RULE, "CCM-OCR-NRD"]
    more = document["x-fedcheck"]["requirements"][RULE]
    assert (more["verified"], more["validated"]) == ("satisfied", "other-than-satisfied")
    if kind == "20x":
        found = {one["ksiId"]: one for one in document["keySecurityIndicators"]}
        assert found["KSI-IAM-APM"]["ksiAssessment"] == ["Tried ten accounts."]
    _, page, err = call("export", "sdr", "--format", "md")
    assert "Read \\[three\\] reports." in page and "secret words" not in page
    assert "secret words" not in Path("sdr.json").read_text()
    assert f"1 of {len(rules) + (46 if kind == '20x' else 0)} verified and validated" in err
    assert f"1 other than satisfied: {RULE}" in err
    assert "1 assessed without a summary: CCM-OCR-NRD" in err


@needs_schemas
def test_the_overall_summary_of_the_assessor_is_in_a_valid_overview(call: Call) -> None:
    make_csp(call, "20x", "program", "b")
    head = Path("fedcheck.toml")
    text = head.read_text().replace("\nprocess =", '\nprovider = "Merrimack"\nprocess =', 1)
    head.write_text(text + PACKAGE)
    optional = {one["key"] for one in data(call, "package")["missing"]}
    assert "package.assessment-summary" in optional
    assess(call, "IVV-IAS-OSA", "--summary", "Two failures, *one* in dispute.")
    optional = {one["key"] for one in data(call, "package")["missing"]}
    assert "package.assessment-summary" not in optional
    status, out, err = call("export", "cpo", "--schema", str(CPO))
    assert status == 0, err
    said = json.loads(out)["x-fedcheck"]["assessmentSummary"]
    assert said == "Two failures, *one* in dispute."
    assert "Two failures, \\*one\\* in dispute." in call("export", "cpo", "--format", "md")[1]
    own = '[package]\nassessment-summary = "All is well."'
    head.write_text(head.read_text().replace("[package]", own, 1))
    status, out, err = call("export", "cpo")
    assert json.loads(out)["x-fedcheck"]["assessmentSummary"] == said, "the assessor's own words"
    assert "the assessor's record is exported" in err and "All is well" not in out


# ---------------------------------------------------------------- controls


def listed_controls(letter: str) -> list[str]:
    """Return the controls that the official file lists for each year, read without our code."""
    (path,) = (OFFICIAL / "2026-07-14").glob("*rules.json")
    rule = json.loads(path.read_text())["FRR"]["IVV"]["data"]["rev5"]["CSF"]["IVV-CSF-AIA"]
    families = rule["varies_by_class"][letter]["rev5_controls_list"]
    return [find_controls(one)[0] for ids in families.values() for one in ids]


@pytest.mark.parametrize(("letter", "count"), [("b", 35), ("c", 80), ("d", 101)])
def test_the_controls_of_each_year_are_those_of_the_class(
    call: Call, letter: str, count: int
) -> None:
    argv = ("init", "--role", "3pao", "--type", "rev5", "--path", "agency", "--class", letter)
    assert call(*argv)[0] == 0
    rows = data(call, "list", f"checklist:{CONTROLS}")
    assert len(rows) == count and {one["kind"] for one in rows} == {"test"}
    assert {one["level"] for one in rows} == {"must"} and rows[0]["controls"] == [rows[0]["code"]]
    if OFFICIAL.is_dir():
        assert sorted(one["code"] for one in rows) == sorted(listed_controls(letter))
    assert data(call, "show", "AU-2")["source"]["where"] == "AU-2, Listed by IVV-CSF-AIA"
    others = data(call, "list", "role:3pao")
    assert len(others) - count == 23, "rules are counted apart"


def test_no_control_is_listed_for_20x_or_class_a(call: Call) -> None:
    make_csp(call, "20x", "program", "a")
    assert data(call, "list", f"checklist:{CONTROLS}") == []


@needs_schemas
def test_controls_are_in_the_record_with_parameters_and_what_the_assessor_tested(
    call: Call,
) -> None:
    make_csp(call, "rev5", "agency", "c")
    own = Path("checklists") / "acme.controls.toml"
    own.parent.mkdir(exist_ok=True)
    own.write_text(
        'format = 1\nid = "acme.controls"\nprocess = "cr26"\nphase = "build"\nrole = "csp"\n'
        'title = "Controls"\n[[section]]\nid = "s"\ntitle = "S"\n'
        '[[section.item]]\nid = "ac-2"\ncode = "AC-02"\ntitle = "AC-2 is implemented"\n'
    )
    note = (
        "By groups.\n\n## Parameters\n- ac-02_odp.01: 24 hours\n  or less\nac-02_odp.05 = ISSO\n"
        "## Validation\nEvery night."
    )
    assess(call, "acme.controls:ac-2", "--status", "done", "--note", note)
    assess(call, f"{CONTROLS}:ac-2", "--result", "satisfied", "--observation", "25 accounts.")
    assess(call, f"{CONTROLS}:au-3", "--result", "other-than-satisfied", "--summary", "Bare.")
    assert call("export", "sdr", "--schema", str(SDR), "-o", "sdr.json")[0] == 0
    document = json.loads(Path("sdr.json").read_text())
    assert document["securityControls"] == [
        {
            "controlId": "AC-2",
            "parameterValues": [
                {"parameterId": "ac-02_odp.01", "parameterValue": "24 hours or less"},
                {"parameterId": "ac-02_odp.05", "parameterValue": "ISSO"},
            ],
            "controlImplementationStatus": "Implemented",
            "controlImplementationDescription": "By groups.",
        },
        {
            "controlId": "AU-3",
            "controlImplementationStatus": "Not Implemented",
            "controlImplementationDescription": (
                "No decision has been recorded for this requirement."
            ),
        },
    ]
    assert document["x-fedcheck"]["controls"] == {
        "AC-2": {
            "validation": ["Every night."],
            "assessment": ["Result: satisfied.", "25 accounts."],
        },
        "AU-3": {"assessment": ["Result: other than satisfied.", "Bare."]},
    }
    assert len(document["fedRampRequirements"]) == 165, "a control is no rule"
    _, page, err = call("export", "sdr", "--format", "md")
    assert "1 requirement tested, but in no list of the provider: AU-3" in err
    assert "- ac-02_odp.01: 24 hours or less" in page and "- 25 accounts." in page
    status, _, err = call("export", "sdr", "--complete")
    assert status == 1 and "AU-3" not in err.partition("\n")[0][:60]


# ---------------------------------------------------------------- conversion


def test_the_conversion_list_binds_only_the_rev5_pipelines(call: Call) -> None:
    make_csp(call, "rev5", "program", "b")
    rows = data(call, "list", "checklist:csp-conversion")
    assert [one["code"] for one in rows] == [f"CONV-{number}" for number in range(3, 9)]
    assert {one["level"] for one in rows} == {"must"}
    missing = json.loads(call("gate", "application", "--json")[1])["missing"]
    assert any("csp-conversion:eligibility-confirmed" in one["ref"] for one in missing)


@pytest.mark.parametrize(
    ("profile", "codes"),
    [
        (("20x", "program", "a"), ["CONV-1", "CONV-2"]),
        (("20x", "program", "b"), []),
        (("rev5", "agency", "d"), []),
    ],
)
def test_the_conversion_list_is_optional_or_not_there_for_others(
    call: Call, profile: tuple[str, str, str], codes: list[str]
) -> None:
    make_csp(call, *profile)
    rows = data(call, "list", "checklist:csp-conversion")
    assert [one["code"] for one in rows] == codes
    assert {one["level"] for one in rows} == ({"may"} if codes else set())
    assert "csp-conversion" not in call("gate", "application", "--json")[1]


# ---------------------------------------------------------------- agency


def test_an_agency_authorizes_monitors_and_keeps_its_own_poam(call: Call) -> None:
    assert call("init", "--role", "agency")[0] == 0
    gate = json.loads(call("gate", "--json")[1])
    assert gate["milestone"] == "agency-use", "not the provider's next one"
    assert {one["owner"] for one in gate["missing"]} == {"agency"}
    assert {one["phase"] for one in gate["missing"]} == {"prepare", "authorize"}
    refs = [one["ref"] for one in gate["missing"]]
    assert call("set", *refs, "--status", "na", "--reason", "Not this year.")[0] == 0
    assert call("gate", "agency-use")[0] == 0
    add = ("finding", "add", "--found", "2027-01-02", "--due", "2027-02-01", "--risk", "moderate")
    argv = ("--owner", "agency", "--item", "VER-AGM-MAP", "--detector", "VER report",
            "--detector-id", "CSP-44", "--plan", "Turn | off\nsharing.",
            "--number", "A-1")  # fmt: skip
    assert call(*add, "Tenant | shares by default", *argv)[0] == 0
    assert call(*add, "The provider's own", "--owner", "csp")[0] == 0
    status, out, err = call("export", "poam-table")
    assert status == 0 and "1 finding that agency does not remediate left out" in err
    head, row = out.splitlines()[0].split(","), out
    assert head[:2] == ["POA&M ID", "Weakness"] and "The provider's own" not in row
    assert "A-1" in row and "CSP-44" in row and "Security Assessment Report" not in row
    page = call("export", "poam-table", "--format", "md", "--as-of", "2027-01-11")[1]
    assert "POA&M (Agency)" in page and "As of 2027-01-11: 1 entry, 1 open." in page
    assert "Tenant \\| shares by default" in page and "**Plan.** Turn \\| off sharing." in page
    assert "The provider's own" in call("export", "poam-table", "--role", "csp")[1]
    assert call("export", "poam-table", "-o", "poam.xlsx")[0] == 0
    assert Path("poam.xlsx").read_bytes()[:2] == b"PK"
    assert call("export", "poam-table", "--role", "nobody")[0] == 2


# ---------------------------------------------------------------- app


async def test_a_key_records_the_assessment_of_an_item(workspace, home, clock):
    ref = "rev5.readiness.csp:diagram"
    app = FedcheckApp(workspace, paths.find_user_folders(), UserConfig(), "alice", home, clock)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        app.show_item(ref)
        await settle(pilot)
        await press(pilot, "a", "v", "s", "a", "e", "o", "a", "s")
        await type_text(pilot, "Read it twice.")
        await press(pilot, "f2")
        record = app.session.project.record(ref)
        assert (record.verified, record.validated, record.summary, record.assessor) == (
            "satisfied", "other-than-satisfied", "Read it twice.", "alice",
        )  # fmt: skip
        assert record.assessed == app.board.today
        shown = screen_text(app)
        assert "Verified" in shown and "Read it twice." in shown
        await press(pilot, "u")
        assert app.session.project.record(ref).summary == ""


# ---------------------------------------------------------------- what is next, by role


@pytest.mark.parametrize(
    ("role", "phases"),
    [
        ("pmo", ["communicate", "oversee"]),
        ("3pao", ["recognition", "assessment"]),
        ("agency", ["prepare", "authorize"]),
        ("advisor", ["prepare"]),
    ],
)
def test_what_is_next_is_what_a_role_owes_first(call: Call, role: str, phases: list[str]) -> None:
    assert call("init", "--role", role)[0] == 0
    found = data(call, "next", "-n", "300")
    refs = [one["ref"].split(".")[1] for one in found]
    assert list(dict.fromkeys(refs)) == phases


def test_a_certified_provider_is_told_to_operate(call: Call) -> None:
    make_csp(call, "20x", "program", "b")
    assert not any(".operate." in one["ref"] for one in data(call, "next", "-n", "300"))
    assert call("milestone", "certification", "2026-08-10")[0] == 0
    found = data(call, "next", "-n", "300", "--as-of", "2026-11-28")
    assert any(".operate." in one["ref"] for one in found), "no date of an agency's use is needed"
