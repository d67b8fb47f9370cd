"""The Ongoing Certification Report: what the history says, what is due, what was accepted."""

import json
from datetime import date
from pathlib import Path

import pytest
from small_certification import LIST, PACKAGE, PROFILE, SCHEMAS, needs_schemas, rules

from fedcheck.cli.main import run
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import Level, Status
from fedcheck.exporters.certification.ocr import (
    NO_VULNERABILITIES,
    summarize_accepted,
    summarize_changes,
)
from fedcheck.exporters.certification.requirements import Implementation, Requirement

OCR_SCHEMA = SCHEMAS / "fedramp-ongoing-certification-report-schema-2026-06-24.json"

EVENTS = """
[[package.incident]]
occurred = "2027-01-10T23:30:00-05:00"
summary = "A [key] leaked"
resolved = "2027-01-11T02:00:00Z"
lessons = ["Rotate keys"]

[[package.incident]]
occurred = "2026-06-01T10:00:00Z"
summary = "Long ago"

[[package.transformative-change]]
on = 2027-01-09
summary = "A second region"

[[package.recommendation]]
on = 2027-03-01
summary = "Later"
"""


@pytest.fixture
def fedcheck(make_workspace, monkeypatch, capsys):
    """Return a function that runs a command in a workspace with a small list of rules."""
    root = make_workspace(
        process="cr26",
        profile=PROFILE,
        mini=False,
        milestones={},
        lists={f"{LIST}.toml": rules()},
    )
    with (root / "fedcheck.toml").open("a") as file:
        file.write(PACKAGE + EVENTS)
    monkeypatch.chdir(root)

    def call(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


def report(fedcheck, *argv: str):
    status, out, err = fedcheck("export", "ocr", *argv)
    assert status == 0, err
    return json.loads(out)


def test_changes_of_the_period_come_from_the_history(fedcheck, clock):
    fedcheck("set", f"{LIST}:one", "--status", "doing", "--note", "Half.")
    fedcheck("set", f"{LIST}:two", "--status", "done", "--note", "Whole.")
    fedcheck("evidence", "add", f"{LIST}:ksi-one", "https://example.com/a")
    clock.tick(days=10)
    fedcheck("set", f"{LIST}:one", "--status", "done", "--note", "Whole.")
    fedcheck("set", f"{LIST}:two", "--note", "Whole, and more.")
    fedcheck("set", f"{LIST}:five", "--status", "na", "--reason", "No.")
    fedcheck("evidence", "add", f"{LIST}:ksi-one", "https://example.com/b")
    fedcheck("set", f"{LIST}:own", "--status", "done")
    clock.tick(days=10)
    first = report(fedcheck, "--since", "2027-01-12", "--until", "2027-01-25")
    assert first["certificationDataChanges"] == [
        "AAA-BBB-ONE Title one: Implemented, was Partially Implemented.",
        "AAA-BBB-TWO Title two: decision updated.",
        "AAA-BBB-FIV Title five: Not Implemented, decision recorded.",
        "KSI-ABC-ONE Title ksi-one: evidence updated.",
    ]
    assert first["reportPeriod"] == {"from": "2027-01-12", "to": "2027-01-25"}
    fedcheck("set", f"{LIST}:three", "--status", "done", "--note", "After the period.")
    again = report(fedcheck, "--since", "2027-01-12", "--until", "2027-01-25")
    assert again == first
    later = report(fedcheck, "--since", "2027-01-26")
    assert later["certificationDataChanges"] == [
        "AAA-BBB-THR Title three: Implemented, was Not Implemented."
    ]
    assert (
        report(fedcheck, "--since", "2027-01-22", "--until", "2027-01-25")[
            "certificationDataChanges"
        ]
        == []
    )


def test_rules_that_apply_or_no_longer_apply_are_one_sentence(fedcheck, clock):
    fedcheck("set", f"{LIST}:one", "--status", "done", "--note", "Whole.")
    clock.tick(days=2)
    assert report(fedcheck, "--since", "2027-01-12")["certificationDataChanges"] == []
    old = [requirement("AAA-BBB-ONE"), requirement("AAA-BBB-OLD")]
    new = [requirement("AAA-BBB-ONE"), requirement("AAA-BBB-NEW"),
           requirement("AAA-BBB-TWO"), requirement("AAA-BBB-DON", decided=True)]  # fmt: skip
    assert list(summarize_changes(old, new)) == [
        "AAA-BBB-DON T: applies now, Not Implemented.",
        "Newly applicable, without a decision: AAA-BBB-NEW, AAA-BBB-TWO.",
        "No longer applicable: AAA-BBB-OLD.",
    ]


def requirement(code: str, decided: bool = False) -> Requirement:
    status = Implementation.NONE
    return Requirement(code, "T", Level.MUST, Status.TODO, status, ("x",), decided=decided)


def test_plans_reach_three_months_past_the_period(fedcheck):
    for item, due in (("one", "2027-04-11"), ("two", "2027-04-12"), ("ksi-one", "2026-12-24"),
                      ("own", "2027-02-01"), ("three", "2027-02-01")):  # fmt: skip
        assert fedcheck("set", f"{LIST}:{item}", "--due", due)[0] == 0
    fedcheck("set", f"{LIST}:three", "--status", "done")
    planned = report(fedcheck)["plannedCertificationDataChanges"]
    assert planned["planningHorizonThrough"] == "2027-04-11"
    rules_due = [text for text in planned["changes"] if "Title" in text]
    assert rules_due == [
        "KSI-ABC-ONE Title ksi-one: overdue since 2026-12-24.",
        "AAA-BBB-ONE Title one: due 2027-04-11.",
    ]


def test_incidents_and_announcements_are_those_of_the_period(fedcheck):
    found = report(fedcheck)
    assert found["reportPeriod"] == {"from": "2026-10-12", "to": "2027-01-11"}
    assert found["reportableIncidents"]["incidents"] == [
        {
            "summary": "A [key] leaked",
            "occurredAt": "2027-01-10T23:30:00-05:00",
            "resolvedAt": "2027-01-11T02:00:00Z",
            "incidentLessonsLearned": ["Rotate keys"],
        }
    ]
    assert found["transformativeChanges"] == ["2027-01-09: A second region"]
    assert found["updatedRecommendations"] == []
    assert found["activeAgencies"] == ["Agency of Examples"]
    status, out, err = fedcheck("export", "ocr", "--until", "2027-01-09")
    assert status == 0
    assert json.loads(out)["reportableIncidents"] == {"incidents": []}
    assert "no incident is recorded for 2026-10-10 to 2027-01-09" in err


def test_the_page_says_where_there_was_nothing(fedcheck):
    status, out, _ = fedcheck("export", "ocr", "--until", "2027-01-09", "--format", "md")
    assert status == 0
    assert "No incident reportable to FedRAMP occurred in this period." in out
    assert NO_VULNERABILITIES in out
    page = fedcheck("export", "ocr", "--format", "md")[1]
    assert "A \\[key\\] leaked" in page and "  - Rotate keys" in page


def finding(**more) -> Finding:
    return Finding(**{"id": "f1", "title": "Old library", "found": date(2027, 1, 1), **more})


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (finding(), ""),
        (finding(found=date(2026, 7, 2)), "open since 2026-07-02, more than 192 days"),
        (finding(found=date(2026, 7, 3)), ""),
        (finding(found=date(2026, 1, 1), state="closed", closed=date(2027, 1, 11)), ""),
        (finding(found=date(2026, 1, 1), state="closed", closed=date(2027, 1, 12)), "open since"),
        (
            finding(deviation="operational-requirement", deviation_state="approved"),
            "operational requirement approved",
        ),
        (finding(deviation="operational-requirement", deviation_state="pending"), ""),
        (
            finding(found=date(2026, 1, 1), deviation="false-positive", deviation_state="approved"),
            "",
        ),
    ],
)
def test_an_accepted_vulnerability_is_one_that_stays_open(one, said):
    text = summarize_accepted([one], date(2027, 1, 11))
    assert said in text
    assert (text == NO_VULNERABILITIES) is not bool(said)


def test_a_broken_file_of_findings_is_not_taken_for_none(fedcheck):
    Path("findings.toml").write_text("format = 1\n[[finding\n")
    status, _, err = fedcheck("export", "ocr", "-o", "ocr.json")
    assert status == 3 and "findings.toml" in err
    assert not Path("ocr.json").exists()


def test_an_incident_that_cannot_be_read_is_not_taken_for_none(fedcheck):
    head = Path("fedcheck.toml")
    head.write_text(head.read_text().replace("2027-01-10T23:30:00-05:00", "last night"))
    status, out, err = fedcheck("export", "ocr", "--since", "2027-01-01")
    assert (status, out) == (3, "")
    assert "package.incident: expected a date with time" in err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--since", "2027-01-11", "--until", "2027-01-10"), "before it begins"),
        (("--until", "2027-01-12"), "2027-01-12 is in the future"),
        (("--since", "soon"), "soon"),
    ],
)
def test_a_period_that_is_none_is_refused(fedcheck, argv, said):
    status, _, err = fedcheck("export", "ocr", *argv)
    assert status == 2 and said in err


@needs_schemas
def test_it_is_valid_against_the_real_schema(fedcheck):
    fedcheck("set", f"{LIST}:one", "--status", "done", "--note", "Whole.")
    found = report(fedcheck, "--schema", str(OCR_SCHEMA))
    assert found["certificationDataChanges"]
