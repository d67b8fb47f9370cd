"""Gates, deadlines and dates of milestones from the command line: who, since when, until when."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import icalendar
import pytest
from conftest import MakeWorkspace

from fedcheck.cli.main import run

Run = Callable[..., tuple[int, str, str]]

PEOPLE = """
[people.dana]
role = "csp"
[people.bob]
role = "3pao"
"""
PROGRESS = {
    "rev5.full-assessment.csp": """
[item."monthly-scan"]
status = "done"
owner = "dana"
done = 2026-12-20
[[item."monthly-scan".evidence]]
id = "m1"
link = "https://example.gov/scan"
label = "Scan of December"
collected = 2026-12-20
""",
    "rev5.full-assessment.3pao": """
[item."scan-web"]
status = "done"
result = "satisfied"
owner = "bob"
done = 2026-11-20
[[item."scan-web".evidence]]
id = "s1"
link = "https://example.gov/web"
label = "Web scan"
collected = 2026-09-25
""",
}


@pytest.fixture
def root(make_workspace: MakeWorkspace) -> Path:
    folder = make_workspace(progress=PROGRESS)
    head = folder / "fedcheck.toml"
    head.write_text(head.read_text() + PEOPLE)
    return folder


@pytest.fixture
def fedcheck(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.chdir(root)

    def call(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


def told(fedcheck: Run, *argv: str) -> list[dict[str, object]]:
    return json.loads(fedcheck(*argv, "--json")[1])


# Gates


def test_a_gate_tells_who_must_act_since_when_and_what(fedcheck: Run) -> None:
    fedcheck("set", "crypto-table", "--owner", "dana", "--due", "2027-01-08")
    fedcheck("set", "ssp-signed", "--owner", "dana", "--status", "blocked", "--reason", "No signer")
    status, out, _ = fedcheck("gate", "kick-off")
    assert status == 1
    dana = out.partition("\ndana (csp)  3\n")[2].partition("\n\n")[0].splitlines()
    assert [re.split(r"\s{2,}", line.strip()) for line in dana] == [
        [
            "since 2027-01-02",
            "rev5.full-assessment.csp:ssp-signed",
            "SSP complete and signed",
            "blocked: No signer",
        ],
        [
            "since 2027-01-08",
            "rev5.readiness.csp:crypto-table",
            "Table of cryptographic modules filled in",
            "not done, due 2027-01-08",
        ],
        [
            "rev5.readiness.3pao:mandate-1-fips",
            "FIPS 140-validated modules wherever cryptography is required",
            "not done, 3PAO waits for rev5.readiness.csp:crypto-table",
        ],
    ]
    heads = re.findall(r"^(\w.*)  \d+$", out, re.MULTILINE)
    assert heads == ["dana (csp)", "csp, no owner", "3pao, no owner"]


def test_blocked_since_is_the_day_that_the_history_knows(fedcheck: Run) -> None:
    fedcheck("set", "crypto-table", "--status", "blocked", "--reason", "No list")
    (row,) = (
        one
        for one in json.loads(fedcheck("gate", "kick-off", "--json")[1])["missing"]
        if one["ref"] == "rev5.readiness.csp:crypto-table"
    )
    assert row["since"] == "2027-01-11"
    assert {"kind", "ref", "why", "owner", "role", "phase", "title", "now"} <= set(row)
    (same,) = (
        one
        for milestone in json.loads(fedcheck("status", "--json")[1])["milestones"]
        if milestone["id"] == "kick-off"
        for one in milestone["gate"]["missing"]
        if one["ref"] == row["ref"]
    )
    assert same["since"] == "2027-01-11"


def test_a_look_ahead_tells_what_will_be_stale_or_overdue(fedcheck: Run) -> None:
    ahead = ("gate", "kick-off", "--as-of", "2027-01-26")
    assert "too old" not in fedcheck("gate", "kick-off")[1]
    status, out, _ = fedcheck(*ahead)
    assert status == 1
    assert "As of 2027-01-26 (in 15 d)" in out
    assert re.search(r"monthly-scan +Monthly scan delivered +not due yet: evidence is too old", out)
    assert re.search(r"since 2027-01-25 +jab.kick-off.csp:brief .* not yet overdue: not done", out)
    rows = json.loads(fedcheck(*ahead, "--json")[1])["missing"]
    assert {one["ref"] for one in rows if not one["now"]} == {
        "rev5.full-assessment.csp:monthly-scan"
    }
    assert "not yet" not in fedcheck("gate", "kick-off")[1]
    assert "As it" not in fedcheck("gate", "kick-off", "--as-of", "2027-01-11")[1]


def test_the_next_gate_is_that_of_the_next_conversation(fedcheck: Run) -> None:
    out = fedcheck("gate")[1]
    assert out.startswith("Package delivered   2027-01-18"), (
        "more is done after readiness than in it"
    )
    fedcheck("milestone", "ready-conversation", "2027-01-14")
    assert fedcheck("gate")[1].startswith("FedRAMP Ready conversation   2027-01-14")
    fedcheck("milestone", "ready-conversation", "2027-01-04")
    assert fedcheck("gate")[1].startswith("Package delivered   2027-01-18")


def test_status_and_report_tell_the_same_of_a_phase(fedcheck: Run) -> None:
    fedcheck("request", "add", "Which ports?", "--to", "dana")
    line = next(one for one in fedcheck("status")[1].splitlines() if one.startswith("Readiness"))
    gate = json.loads(fedcheck("gate", "ready", "--json")[1])
    assert line.endswith(f"{len(gate['missing'])} outstanding")
    report = fedcheck("report", "-o", "-")[1]
    row = next(one for one in report.splitlines() if one.startswith("| Readiness |"))
    assert f"| {len(gate['missing'])} outstanding |" in row


# Deadlines


def test_the_calendar_groups_by_week_with_distances(fedcheck: Run) -> None:
    status, out, err = fedcheck("next", "--calendar")
    assert (status, err) == (0, "")
    heads = re.findall(r"^(\S.*)  \d+$", out, re.MULTILINE)
    assert heads == [
        "Overdue", "Next week", "Week of 2027-01-25", "Week of 2027-02-01", "March 2027",
        "No date yet",
    ]  # fmt: skip
    assert re.search(r"2027-01-02 +9 d ago  due +SSP complete and signed +csp +kick-off - 30d", out)
    recurring = r"2027-01-20 +in 9 d +recurring +Monthly scan delivered +dana \(csp\) +every 1mo"
    assert re.search(recurring, out)
    assert "Web and API scan" not in out  # the 3PAO's
    assert re.search(r"and \d more after 2027-04-11: --until 2028-", out)


def test_the_calendar_of_others_and_of_all(fedcheck: Run) -> None:
    fedcheck("set", "pen-test", "--due", "2027-01-20")
    of_3pao = {one["ref"] for one in told(fedcheck, "next", "--calendar", "--role", "3pao")}
    assert "rev5.full-assessment.3pao:pen-test" in of_3pao
    assert not any("csp" in str(ref) for ref in of_3pao)
    everybody = {one["ref"] for one in told(fedcheck, "next", "--calendar", "--role", "all")}
    assert of_3pao < everybody
    assert fedcheck("next", "--role", "all")[0] == 2


def test_calendar_json_a_query_and_a_horizon(fedcheck: Run) -> None:
    rows = told(fedcheck, "next", "--calendar", "owner:dana", "--until", "2027-01-31")
    assert rows == [
        {
            "day": "2027-01-20",
            "days": 9,
            "kind": "turn",
            "what": "Monthly scan delivered",
            "ref": "rev5.full-assessment.csp:monthly-scan",
            "owner": "dana",
            "role": "csp",
            "why": "every 1mo, last 2026-12-20",
            "source": "",
            "waits": "",
            "late": False,
            "rulesets": [],
        }
    ]
    assert told(fedcheck, "next", "--calendar", "owner:dana", "--until", "2027-01-19") == []
    assert fedcheck("next", "--calendar", "colour:red")[0] == 2
    assert "--until goes with --calendar" in fedcheck("next", "--until", "2027-01-31")[2]


def test_nothing_due_is_said(fedcheck: Run) -> None:
    assert "No deadline" in fedcheck("next", "--calendar", "owner:nobody")[1]


# Calendar files


def test_export_as_a_calendar_file(fedcheck: Run, root: Path) -> None:
    status, out, err = fedcheck("export", "ics", "-o", "all.ics", "--remind", "7")
    assert (status, "all.ics" in out) == (0, True)
    assert "without a date left out: fedcheck next --calendar --role all" in err
    raw = (root / "all.ics").read_bytes()
    events = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    summaries = {str(event["SUMMARY"]): event["DTSTART"].dt.isoformat() for event in events}
    assert summaries["JAB kick-off"] == "2027-02-01"
    assert summaries["Due again: Monthly scan delivered"] == "2027-01-20"
    assert fedcheck("export", "ics", "-o", "all.ics")[0] == 2  # it is there
    assert fedcheck("export", "ics", "-o", "all.ics", "--remind", "7", "--force")[0] == 0
    assert (root / "all.ics").read_bytes() == raw


def test_export_of_one_person(fedcheck: Run) -> None:
    status, out, err = fedcheck("export", "ics", "owner:dana", "--until", "2027-01-31")
    assert (status, err) == (0, "")
    (event,) = icalendar.Calendar.from_ical(out).walk("VEVENT")
    assert event["SUMMARY"] == "Due again: Monthly scan delivered"
    assert fedcheck("export", "ics", "--role", "cps")[0] == 2


def test_private_items_stay_in(fedcheck: Run, root: Path) -> None:
    inside = root / "private" / "checklists"
    inside.mkdir(parents=True)
    (inside / "acme.toml").write_text(
        'format = 1\nid = "acme"\nprocess = "jab"\nphase = "readiness"\nrole = "csp"\n'
        'title = "Inside"\n[[section]]\nid = "s"\ntitle = "S"\n'
        '[[section.item]]\nid = "secret"\ntitle = "Secret budget"\ndue = 2027-01-20\n'
    )
    assert "Secret budget" in fedcheck("next", "--calendar")[1]
    assert "Secret" not in fedcheck("export", "ics")[1]


# Dates of milestones


def test_a_dry_run_tells_what_a_date_moves_and_changes_nothing(fedcheck: Run, root: Path) -> None:
    before = (root / "fedcheck.toml").read_bytes()
    status, out, _ = fedcheck("milestone", "kick-off", "2027-03-01", "--dry-run")
    assert status == 0
    assert (root / "fedcheck.toml").read_bytes() == before
    assert re.search(r"2027-01-18  ->  2027-02-15 +\+28 d +milestones:package", out)
    assert re.search(r"2027-01-02  ->  2027-01-30 +\+28 d +rev5.full-assessment.csp:ssp-si", out)
    assert re.search(r"too old  1\n +rev5.full-assessment.3pao:scan-web", out)
    assert out.endswith("Nothing was changed.\n")
    data = json.loads(fedcheck("milestone", "kick-off", "+1d", "--dry-run", "--json")[1])
    assert data["schema"] == "fedcheck/shift@1"
    assert "jab.kick-off.csp:brief" in data["overdue"]


def test_setting_a_date_says_in_a_line_what_moved(fedcheck: Run) -> None:
    out = fedcheck("milestone", "kick-off", "2027-03-01")[1]
    assert re.search(
        r"With this date: \d other milestones move, 2 deadlines move, 1 item gets stale", out
    )


def test_a_dry_run_of_the_same_date_or_of_none(fedcheck: Run) -> None:
    assert "Nothing moves" in fedcheck("milestone", "kick-off", "2027-02-01", "--dry-run")[1]
    status, _, err = fedcheck("milestone", "kick-off", "--dry-run")
    assert (status, "needs a milestone and a date" in err) == (2, True)
