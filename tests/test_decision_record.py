"""The Security Decision Record: every rule once, nothing private, valid before it is written."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_certification import (
    CODES,
    LIST,
    PACKAGE,
    PROFILE,
    SCHEMAS,
    needs_schemas,
    rules,
    write_schemas,
)

from fedcheck.cli.main import run
from fedcheck.exporters.certification.addresses import address_of_file, address_of_url
from fedcheck.exporters.certification.note_parts import split_note
from fedcheck.exporters.certification.requirements import UNDECIDED, find_evidence_type
from fedcheck.exporters.certification.schema_check import check_document, load_schema

SDR_SCHEMA = SCHEMAS / "fedramp-security-decision-record-schema-2026-06-24.json"

PROGRESS = """
[item."one"]
status = "done"
done = 2027-01-05
note = \"\"\"
Signed by the *CISO*.
- first | second
<script>alert(1)</script>

## Validation
Checked every week.

## Tests
- `make check`
2. a drill\"\"\"

[[item."one".evidence]]
id = "aa"
link = "https://bob:secret@example.com/a b?x=1"
label = "Access policy [v2]"
collected = 2027-01-02

[[item."one".evidence]]
id = "bb"
link = "private/evidence/pentest.pdf"
label = "Secret name"
kind = "file"

[item."two"]
status = "na"
reason = "We have no such feature."

[item."three"]
status = "done"

[item."four"]
status = "blocked"
reason = "Waits for the vendor."

[item."ksi-one"]
status = "doing"
note = "Half of it runs."

[[item."ksi-one".evidence]]
id = "cc"
link = "evidence/scan report.pdf"
label = "Scan report"
kind = "file"
collected = 2027-01-03
sha256 = "abababababababababababababababababababababababababababababababab"

[[item."ksi-one".evidence]]
id = "dd"
link = "/home/bob/secret-folder/x.log"
kind = "file"

[[item."ksi-one".evidence]]
id = "ee"
link = "SEC-12"
kind = "ticket"

[item."ksi-two"]
status = "doing"
"""

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def fedcheck(make_workspace, monkeypatch, capsys) -> Call:
    """Return a function that runs a command in a workspace with a small list of rules."""
    internal = rules(name="inside.csp", codes={"x": "AAA-BBB-INT"}).replace(
        "[[section]]", 'audience = "internal"\n[[section]]', 1
    )
    root = make_workspace(
        process="cr26",
        profile=PROFILE,
        mini=False,
        milestones={},
        lists={
            f"{LIST}.toml": rules(),
            "inside.csp.toml": internal,
            "small.3pao.toml": rules("3pao", "small.3pao", {"t": "AAA-BBB-TST"}),
        },
        progress={LIST: PROGRESS},
    )
    private = root / "private"
    for folder in ("checklists", "progress"):
        (private / folder).mkdir(parents=True)
    secret = rules(name="secret.csp", codes={"y": "AAA-BBB-PRV"})
    (private / "checklists" / "secret.csp.toml").write_text(secret)
    note = f'format = 1\nchecklist = "{LIST}"\n[item."one"]\nnote = "private words"\n'
    (private / "progress" / f"{LIST}.toml").write_text(note)
    monkeypatch.chdir(root)

    def call(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


def add_package(text: str = PACKAGE) -> None:
    head = Path("fedcheck.toml")
    head.write_text(head.read_text() + text)


def record(fedcheck: Call, *argv: str) -> dict[str, Any]:
    status, out, err = fedcheck("export", "sdr", *argv)
    assert status == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def by_id(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = {one["frrID"]: one for one in document["fedRampRequirements"]}
    return found | {one["ksiId"]: one for one in document["keySecurityIndicators"]}


def test_every_applicable_rule_and_indicator_is_there_once(fedcheck):
    document = record(fedcheck)
    ids = [one["frrID"] for one in document["fedRampRequirements"]]
    ids += [one["ksiId"] for one in document["keySecurityIndicators"]]
    assert sorted(ids) == sorted(CODES)
    assert all(one.startswith("KSI") for one in ids[-2:])


def test_status_and_statements_follow_from_the_record(fedcheck):
    found = by_id(record(fedcheck))

    def told(code: str) -> tuple[str, list[str]]:
        kind = "ksi" if code.startswith("KSI") else "frr"
        one = found[code]
        return one[f"{kind}ImplementationStatus"], one[f"{kind}Implementation"]

    assert told("AAA-BBB-ONE") == (
        "Implemented",
        ["Signed by the *CISO*.\n- first | second\n<script>alert(1)</script>"],
    )
    assert told("AAA-BBB-TWO") == ("Not Implemented", ["We have no such feature."])
    assert told("AAA-BBB-THR") == ("Implemented", ["Recorded as done."])
    assert told("AAA-BBB-FOR") == ("Not Implemented", ["Waits for the vendor."])
    assert told("AAA-BBB-FIV") == ("Not Implemented", [UNDECIDED])
    assert told("KSI-ABC-ONE") == ("Partially Implemented", ["Half of it runs."])
    assert told("KSI-ABC-TWO") == ("Not Implemented", [UNDECIDED]), "doing, and nothing is said"


def test_evidence_of_a_rule_is_among_its_validation(fedcheck):
    found = by_id(record(fedcheck))
    assert found["AAA-BBB-ONE"]["frrValidation"] == [
        "Checked every week.",
        "Test: `make check`",
        "Test: a drill",
        "Evidence: [Access policy \\[v2\\]](https://example.com/a%20b?x=1), collected 2027-01-02",
    ]
    assert "frrValidation" not in found["AAA-BBB-TWO"], "no empty array"


def test_evidence_of_an_indicator_is_an_array_and_a_file_is_no_uri(fedcheck):
    found = by_id(record(fedcheck))
    assert found["KSI-ABC-ONE"]["ksiEvidence"] == [
        {
            "evidenceType": "Report",
            "evidenceDescription": "Scan report",
            "evidenceText": f"evidence/scan report.pdf (SHA-256 {'ab' * 32})",
            "lastUpdated": "2027-01-03",
        },
        {"evidenceDescription": "x.log", "evidenceText": "x.log"},
        {"evidenceDescription": "SEC-12", "evidenceText": "SEC-12"},
    ]
    two = found["KSI-ABC-TWO"]
    assert [two[f"ksi{part}"] for part in ("Validation", "Assessment", "Tests", "Evidence")] == [
        [], [], [], [],
    ]  # fmt: skip
    add_package('[package]\nevidence-base = "https://trust.example.com/files/"\n')
    found = by_id(record(fedcheck))
    first, second, third = found["KSI-ABC-ONE"]["ksiEvidence"]
    assert first["evidenceLocation"] == "https://trust.example.com/files/evidence/scan%20report.pdf"
    assert "evidenceText" not in first
    assert "evidenceLocation" not in second and "evidenceLocation" not in third


@pytest.mark.parametrize("form", ["json", "md"])
def test_nothing_private_or_internal_is_in_it(fedcheck, form):
    status, out, err = fedcheck("export", "sdr", "--format", form)
    assert status == 0
    for secret in (
        "private words", "Secret name", "pentest", "secret-folder", "/home/bob", "bob:", "secret@",
        "AAA-BBB-PRV", "AAA-BBB-INT", "AAA-BBB-TST",
    ):  # fmt: skip
        assert secret not in out
    assert "1 evidence item under private/ left out" in err


def test_what_is_undecided_is_counted_and_can_be_an_error(fedcheck):
    status, _, err = fedcheck("export", "sdr", "-o", "sdr.json")
    assert status == 0
    said = "2 Implemented, 1 Partially Implemented, 5 Not Implemented"
    assert f"5 rules, 2 indicators, 1 Rev5 control: {said}" in err
    assert "3 requirements without a decision" in err
    assert "1 requirement done without a note that describes the implementation: AAA-BBB-THR" in err
    status, _, err = fedcheck("export", "sdr", "-o", "whole.json", "--complete")
    assert status == 1
    assert "3 requirements without a decision: AAA-BBB-FIV, KSI-ABC-TWO, AC-2(1)" in err
    assert not Path("whole.json").exists()
    for item in ("five", "ksi-two", "control"):
        assert fedcheck("set", f"{LIST}:{item}", "--status", "na", "--reason", "Not ours")[0] == 0
    assert fedcheck("export", "sdr", "-o", "whole.json", "--complete")[0] == 0
    assert UNDECIDED not in Path("whole.json").read_text()


def test_a_test_that_found_something_is_implemented_in_part(fedcheck):
    assert fedcheck("set", f"{LIST}:five", "--result", "other-than-satisfied", "--observation",
                    "Two of ten hosts lack it.")[0] == 0  # fmt: skip
    five = by_id(record(fedcheck))["AAA-BBB-FIV"]
    assert five["frrImplementationStatus"] == "Partially Implemented"
    assert five["frrImplementation"] == ["Recorded as done on 2027-01-11."]
    assert five["frrValidation"] == ["Two of ten hosts lack it."]


def test_what_the_assessor_recorded_about_the_same_id_is_the_assessment(fedcheck):
    tested = rules("3pao", "tests.3pao", {"t": "AAA-BBB-ONE", "k": "KSI-ABC-ONE"})
    tested = tested.replace('title = "Title', 'kind = "test"\ntitle = "Title')
    Path("checklists/tests.3pao.toml").write_text(tested)
    argv = ["--result", "satisfied", "--observation", "Seen in the console."]
    assert fedcheck("set", "tests.3pao:t", *argv)[0] == 0
    found = by_id(record(fedcheck))
    assert found["AAA-BBB-ONE"]["frrAssessment"] == ["Result: satisfied.", "Seen in the console."]
    assert found["KSI-ABC-ONE"]["ksiAssessment"] == []


def test_controls_of_a_list_of_ones_own_are_there(fedcheck):
    assert fedcheck("set", f"{LIST}:control", "--status", "doing", "--note", "By the IdP.")[0] == 0
    assert record(fedcheck)["securityControls"] == [
        {
            "controlId": "AC-2(1)",
            "controlImplementationStatus": "Partially Implemented",
            "controlImplementationDescription": "By the IdP.",
        }
    ]


def test_a_format_that_cannot_be_checked_is_no_success(fedcheck, monkeypatch):
    import jsonschema

    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    known = {name: one for name, one in checker.checkers.items() if name != "uri"}
    monkeypatch.setattr(checker, "checkers", known)
    status, _, err = fedcheck("export", "sdr", "-o", "sdr.json")
    assert status == 3 and "uri" in err
    assert not Path("sdr.json").exists()


def test_an_existing_file_is_replaced_only_with_force_and_bytes_are_the_same(fedcheck):
    assert fedcheck("export", "sdr", "-o", "a.json")[0] == 0
    before = Path("a.json").read_bytes()
    Path("b.json").write_text("mine")
    assert fedcheck("export", "sdr", "-o", "b.json")[0] == 2
    assert Path("b.json").read_text() == "mine"
    assert fedcheck("export", "sdr", "-o", "b.json", "--force")[0] == 0
    assert Path("b.json").read_bytes() == before


def test_markdown_has_the_same_and_texts_in_it_are_data(fedcheck):
    add_package()
    status, out, _ = fedcheck("export", "sdr", "-o", "sdr.md")
    assert status == 0 and "written" in out
    page = Path("sdr.md").read_text()
    assert all(page.count(f"### {code}: ") == 1 for code in CODES)
    assert page.count(UNDECIDED) == 3
    assert "- first \\| second" in page and "<script>" not in page.replace("\\<", "")
    assert "MUST NOT · **Implemented**" in page
    assert "[Certification Package Overview](https://ledger.example.com/cpo.json)" in page
    assert "No decision yet (3): AAA-BBB-FIV, KSI-ABC-TWO, AC-2(1)" in page


def test_two_items_of_one_rule_become_one_with_the_less_advanced_status(fedcheck):
    more = rules(name="more.csp", codes={"again": "AAA-BBB-ONE", "ksi": "KSI-ABC-TWO"})
    Path("checklists/more.csp.toml").write_text(more)
    fedcheck("set", "more.csp:again", "--status", "doing", "--note", "The other half.")
    fedcheck("set", "more.csp:ksi", "--status", "done", "--note", "Runs.")
    document = record(fedcheck)
    assert len(document["fedRampRequirements"]) == 5
    one = by_id(document)["AAA-BBB-ONE"]
    assert one["frrImplementationStatus"] == "Partially Implemented"
    assert one["frrImplementation"][1] == "The other half."
    two = by_id(document)["KSI-ABC-TWO"]
    assert two["ksiImplementationStatus"] == "Not Implemented"
    assert two["ksiImplementation"] == [UNDECIDED, "Runs."]


def test_a_file_that_cannot_be_read_stops_the_record(fedcheck):
    Path(f"progress/{LIST}.toml").write_text("format = 1\n[item\n")
    status, _, err = fedcheck("export", "sdr", "-o", "sdr.json")
    assert status == 3 and LIST in err
    assert not Path("sdr.json").exists()


def test_without_a_whole_profile_nothing_is_certified(tmp_path, capsys):
    root = str(tmp_path / "agency")
    argv = ["init", root, "--name", "Agency", "--process", "cr26", "--role", "agency"]
    assert run(argv) == 0
    assert run(["export", "sdr", "-w", root]) == 1
    said = capsys.readouterr().err
    assert "leaves type, path, class open" in said and "[profile] in fedcheck.toml" in said


def test_a_process_without_official_ids_has_no_record(workspace, monkeypatch, capsys):
    monkeypatch.chdir(workspace)
    assert run(["export", "sdr"]) == 1
    assert "such as those of cr26" in capsys.readouterr().err


def test_the_library_is_loaded_by_the_export_alone():
    code = "import sys, fedcheck.cli.commands.exports; print('jsonschema' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# ---------------------------------------------------------------- schemas


@pytest.mark.parametrize("spelling", ["/", "#/"])
def test_both_spellings_of_a_reference_are_understood(fedcheck, tmp_path, spelling):
    schema = write_schemas(tmp_path / "schemas", spelling)
    status, _, err = fedcheck("export", "sdr", "--schema", str(schema), "-o", "sdr.json")
    assert status == 0, err
    assert "valid against Small record 9.0" in err
    (tmp_path / "schemas" / "common-schema-9.json").rename(tmp_path / "schemas/other-schema.json")
    assert fedcheck("export", "sdr", "--schema", str(schema))[0] == 0, "found by its $id"
    (tmp_path / "schemas/other-schema.json").unlink()
    status, _, err = fedcheck("export", "sdr", "--schema", str(schema), "-o", "new.json")
    assert status == 3 and "common-schema-9.json" in err and "same folder" in err
    assert not Path("new.json").exists()


def test_a_newer_schema_says_where_metadata_go(fedcheck, tmp_path):
    metadata = {
        "type": "object",
        "required": ["version", "lastUpdated", "updateSource"],
        "properties": {"lastUpdated": {"type": "string", "format": "date-time"}},
    }
    schema = write_schemas(tmp_path / "schemas", "#/", properties={"metadata": metadata})
    document = record(fedcheck, "--schema", str(schema))
    assert document["metadata"] == {
        "version": "2027-01-11",
        "lastUpdated": "2027-01-11T00:00:00Z",
        "updateSource": "fedcheck",
    }
    assert "metadata" not in document["x-fedcheck"]
    assert document["x-fedcheck"]["undecided"] == ["AAA-BBB-FIV", "KSI-ABC-TWO", "AC-2(1)"]


def test_a_schema_that_allows_no_other_keys_gets_none(fedcheck, tmp_path):
    schema = write_schemas(
        tmp_path / "schemas",
        "#/",
        additionalProperties=False,
        properties={"keySecurityIndicators": {"type": "array"}, "securityControls": {}},
    )
    document = record(fedcheck, "--schema", str(schema))
    assert set(document) == {
        "certificationPackageOverviewUri", "securityControls", "fedRampRequirements",
        "keySecurityIndicators",
    }  # fmt: skip


def test_what_is_not_valid_is_not_written(fedcheck, tmp_path):
    schema = write_schemas(tmp_path / "schemas", "#/", properties={
        "keySecurityIndicators": {"maxItems": 1},
        "x-fedcheck": {"properties": {"process": {"format": "uri"}}},
    })  # fmt: skip
    status, _, err = fedcheck("export", "sdr", "--schema", str(schema), "-o", "sdr.json")
    assert status == 1
    assert "$.keySecurityIndicators" in err and "is not a 'uri'" in err
    assert not Path("sdr.json").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ('{"properties": {"frr', "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is not a JSON Schema"),
        ('{"FRR": {}, "KSI": {}}', "is not the schema of this document"),
        ('{"properties": {"fedRampRequirements": {"type": 7}}}', "is not a valid JSON Schema"),
        ('{"properties": {"fedRampRequirements": ' + '{"not":' * 150 + "{}" + "}" * 152, "deeply"),
        ('{"properties": {"fedRampRequirements": {"$ref": "#/properties/fedRampRequirements"}}}',
         "refers to itself"),
        ('{"properties": {"fedRampRequirements": {"$ref": "https://example.gov/x.json#/a"}}}',
         "refers to"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_schema_is_refused_in_words(fedcheck, tmp_path, text, said):
    path = tmp_path / "given.json"
    path.write_text(text)
    status, _, err = fedcheck("export", "sdr", "--schema", str(path), "-o", "sdr.json")
    assert status == 3, err
    assert said in err and not Path("sdr.json").exists()
    assert fedcheck("export", "sdr", "--schema", str(tmp_path / "none.json"))[0] == 3


# ---------------------------------------------------------------- the parts


def test_a_note_has_parts():
    found = split_note("a\n\nb\n### Assessment:\nc\n## tests\nd\n\n- e\n## Other\nf")
    assert found == {
        "implementation": ("a\n\nb",),
        "validation": (),
        "assessment": ("c",),
        "tests": ("d", "e", "## Other", "f"),
        "parameters": (),
    }


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Audit log of June", "Log"),
        ("Catalog of services", ""),
        ("Configuration baseline", "Configuration"),
        ("", ""),
    ],
)
def test_the_type_of_evidence_is_a_word_of_the_label(label, kind):
    assert find_evidence_type(label) == kind


@pytest.mark.parametrize(
    ("link", "uri"),
    [
        ("https://example.com/ä?q=[1]#x y", "https://example.com/%C3%A4?q=%5B1%5D#x%20y"),
        ("HTTP://u:p@EXAMPLE.com:8080/100%", "http://example.com:8080/100%25"),
        ("https://bücher.example/%20", "https://xn--bcher-kva.example/%20"),
        ("https://[::1]/a", "https://[::1]/a"),
        ("https://example.com:99999/", ""),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("evidence/a.pdf", ""),
    ],
)
def test_an_address_is_a_uri_or_nothing(link, uri):
    assert address_of_url(link) == uri


@pytest.mark.parametrize("link", ["../a.pdf", "/a.pdf", "C:\\a.pdf", "~/a.pdf", "a/../../b.pdf"])
def test_a_file_outside_the_workspace_has_no_address(link):
    assert address_of_file(link, "https://example.com/base") == ""


# ---------------------------------------------------------------- the real schemas and lists


@needs_schemas
def test_the_small_record_is_valid_against_the_real_schema(fedcheck, tmp_path):
    add_package()
    document = record(fedcheck, "--schema", str(SDR_SCHEMA))
    check_document(document, load_schema(SDR_SCHEMA, "fedRampRequirements"))
    newer = tmp_path / "schemas"
    shutil.copytree(SCHEMAS, newer)
    for path in newer.iterdir():
        path.chmod(0o600)
        path.write_text(path.read_text().replace(".json/$defs/", ".json#/$defs/"))
    assert record(fedcheck, "--schema", str(newer / SDR_SCHEMA.name)) == document


@needs_schemas
@pytest.mark.parametrize(
    ("kind", "path", "class_", "rule_count", "indicator_count"),
    [
        ("20x", "program", "b", 158, 46),
        ("20x", "program", "c", 158, 46),
        ("rev5", "agency", "c", 165, 0),
    ],
)
def test_a_half_filled_workspace_of_the_shipped_lists_is_valid(
    tmp_path, monkeypatch, capsys, kind, path, class_, rule_count, indicator_count
):
    root = tmp_path / "w"
    profile = [f"--profile={k}={v}" for k, v in (("type", kind), ("path", path), ("class", class_))]
    assert (
        run(["init", str(root), "--name", "S", "--process", "cr26", "--role", "csp", *profile]) == 0
    )
    monkeypatch.chdir(root)
    capsys.readouterr()
    assert run(["list", "role:csp", "--json"]) == 0
    refs = [row["ref"] for row in json.loads(capsys.readouterr().out)]
    for start, status in enumerate((["done"], ["doing"], ["na", "--reason", "Not offered."])):
        note = ["--note", f"Decided so: {start}."]
        assert run(["set", *refs[start::6], "--status", *status, *note]) == 0
    assert run(["evidence", "add", *refs[:3], "https://example.com/policy"]) == 0
    capsys.readouterr()
    assert run(["export", "sdr", "--schema", str(SDR_SCHEMA), "-o", "sdr.json"]) == 0
    document = json.loads(Path("sdr.json").read_text())
    ids = [one["frrID"] for one in document["fedRampRequirements"]]
    assert len(ids) == len(set(ids)) == rule_count
    indicators = [one["ksiId"] for one in document.get("keySecurityIndicators", ())]
    assert len(indicators) == len(set(indicators)) == indicator_count
    used = {one["frrImplementationStatus"] for one in document["fedRampRequirements"]}
    assert used == {"Implemented", "Partially Implemented", "Not Implemented"}
