"""Numbers of the command line: what they count, from which phase on, and on which day."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import MakeWorkspace
from small_workbooks import srtm

from fedcheck.cli.main import run

Run = Callable[..., str]


@pytest.fixture
def root(make_workspace: MakeWorkspace) -> Path:
    return make_workspace()


@pytest.fixture
def fedcheck(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.chdir(root)

    def call(*args: str, status: int = 0) -> str:
        assert run(list(args)) == status
        out, err = capsys.readouterr()
        return out if status in (0, 1) else err

    return call


# The day that a change counts for


def test_a_change_counts_on_the_day_that_was_given(fedcheck: Run, root: Path) -> None:
    fedcheck("set", "crypto-table", "--status", "done", "--as-of", "2027-01-18")
    fedcheck("set", "sponsor", "--status", "done", "--as-of", "2027-01-25")
    (path,) = root.glob("history/*.jsonl")
    lines = [json.loads(text) for text in path.read_text().splitlines()]
    assert {line["at"][:10] for line in lines} == {"2027-01-11"}
    assert {line["for"] for line in lines} == {"2027-01-18", "2027-01-25"}
    weekly = fedcheck("report", "weekly", "--as-of", "2027-01-26", "-o", "-")
    done = weekly.partition("## What was done")[2]
    assert "Executive sponsor" in done
    assert "cryptographic" not in done
    assert "Nothing was completed" not in weekly
    since = fedcheck(
        "report", "weekly", "--since", "2027-01-12", "--as-of", "2027-01-26", "-o", "-"
    )
    assert "cryptographic" in since.partition("## What was done")[2]
    told = fedcheck("history")
    days = re.findall(r"^(\d{4}-\d{2}-\d{2}) ", told, re.MULTILINE)
    assert days == ["2027-01-18", "2027-01-25"]
    assert "(entered on 2027-01-11)" in told


def test_a_later_change_for_an_earlier_day_is_in_the_state_of_that_day(fedcheck: Run) -> None:
    fedcheck("set", "crypto-table", "--owner", "bob", "--as-of", "2027-01-20")
    fedcheck("set", "crypto-table", "--owner", "dana", "--as-of", "2027-01-14")
    weekly = fedcheck(
        "report", "weekly", "--since", "2027-01-15", "--as-of", "2027-01-26", "-o", "-"
    )
    assert "owner" not in weekly.partition("## What was done")[2].partition("*Written")[0]
    weekly = fedcheck(
        "report", "weekly", "--since", "2027-01-12", "--as-of", "2027-01-26", "-o", "-"
    )
    assert "owner: dana" in weekly


# A team that begins in a later phase


@pytest.mark.parametrize("form", ["init", "key"])
def test_earlier_phases_count_nowhere(
    form: str, fedcheck: Run, root: Path, make_workspace: MakeWorkspace
) -> None:
    if form == "key":
        head = root / "fedcheck.toml"
        head.write_text('begins = "full-assessment"\n' + head.read_text())
        place = root
    else:
        place = root.parent / "other"
        command = ["init", str(place), "--name", "W", "--process", "jab", "--role", "csp"]
        fedcheck(*command, "--from", "full-assessment", "--milestone", "kick-off=2027-02-01")
        assert 'begins = "full-assessment"' in (place / "fedcheck.toml").read_text()
        for path in (root / "checklists").glob("*.toml"):
            (place / "checklists" / path.name).write_bytes(path.read_bytes())
    here = ("-w", str(place))
    data = json.loads(fedcheck(*here, "status", "--json"))
    assert [phase["id"] for phase in data["phases"]][:2] == ["full-assessment", "kick-off"]
    gates = {one["id"]: one["gate"] for one in data["milestones"]}
    assert gates["package"]["phases"] == ["full-assessment"]
    assert gates["ready"]["phases"] == []
    missing = [one for gate in gates.values() for one in gate["missing"]]
    assert missing and not any(one["phase"] == "readiness" for one in missing)
    steps = json.loads(fedcheck(*here, "next", "--json"))
    assert steps and not any("readiness" in one["ref"] for one in steps)
    assert "full-assessment are left out" in fedcheck(*here, "show", "diagram", status=2)


def test_a_phase_that_is_not_one_is_refused(fedcheck: Run, root: Path) -> None:
    command = ("init", "x", "--name", "W", "--process", "jab", "--role", "csp", "--from", "final")
    assert 'no phase "final"' in fedcheck(*command, status=2)
    head = root / "fedcheck.toml"
    head.write_text('begins = "final"\n' + head.read_text())
    assert 'fedcheck.toml:1: unknown phase "final"' in fedcheck("status", status=3)


def test_progress_of_an_earlier_phase_is_kept_and_named(fedcheck: Run, root: Path) -> None:
    fedcheck("set", "diagram", "--status", "done")
    head = root / "fedcheck.toml"
    head.write_text('begins = "full-assessment"\n' + head.read_text())
    told = fedcheck("doctor", status=1)
    assert "readiness is before full-assessment, the first phase of this workspace" in told
    assert "diagram" in (root / "progress" / "rev5.readiness.csp.toml").read_text()


# Gates


def test_a_later_gate_says_what_is_missing_before_it(fedcheck: Run, root: Path) -> None:
    (root / "checklists" / "acme.review.toml").write_text(
        'format = 1\nid = "acme.review"\nprocess = "jab"\nphase = "review"\nrole = "csp"\n'
        'title = "Review"\n[[section]]\nid = "s"\ntitle = "S"\n'
        '[[section.item]]\nid = "answer-all"\ntitle = "Every question is answered"\n'
    )
    before = len(json.loads(fedcheck("gate", "kick-off", "--json", status=1))["missing"])
    data = json.loads(fedcheck("gate", "review-complete", "--json", status=1))
    assert (len(data["missing"]), data["before"], data["phases"]) == (1, before, ["review"])
    words = f"Review only; {before} outstanding for earlier milestones"
    assert f"No: 1 outstanding ({words})." in fedcheck("gate", "review-complete", status=1)
    assert f"1 outstanding ({words})" in fedcheck("status")
    report = fedcheck("report", "--milestone", "review-complete", "-o", "-")
    assert f": 1 outstanding ({words})" in report


def test_not_yet_overdue_stands_at_due_dates_alone(fedcheck: Run) -> None:
    fedcheck("set", "crypto-table", "--due", "2027-01-14")
    ahead = fedcheck("gate", "ready-conversation", "--as-of", "2027-01-20", status=1)
    told = [line for line in ahead.splitlines() if "not yet overdue" in line]
    assert [line for line in told if "crypto-table" in line]
    assert all("due 2027-" in line for line in told)


# The calendar


def test_what_has_no_day_yet_is_counted_by_what_it_waits_for(fedcheck: Run, root: Path) -> None:
    items = "".join(
        f'[[section.item]]\nid = "m{n}"\ntitle = "Month {n}"\nevery = "1mo"\n' for n in range(9)
    )
    (root / "checklists" / "acme.conmon.toml").write_text(
        'format = 1\nid = "acme.conmon"\nprocess = "jab"\nphase = "conmon"\nrole = "csp"\n'
        f'title = "Monthly"\n[[section]]\nid = "s"\ntitle = "S"\n{items}'
    )
    told = fedcheck("next", "--calendar", "checklist:acme.conmon")
    assert "No date yet  9" in told
    assert "9 items of Continuous monitoring" in told
    assert "waiting for the first delivery" in told
    assert "Month 3" not in told
    assert "Month 3" in fedcheck("next", "--calendar", "--undated", "checklist:acme.conmon")
    assert len(json.loads(fedcheck("next", "--calendar", "--json", "checklist:acme.conmon"))) == 9
    assert "--undated goes with --calendar" in fedcheck("next", "--undated", status=2)


# Tests


def test_tests_are_those_of_the_workbook_and_a_query_counts_others(
    fedcheck: Run, tmp_path: Path
) -> None:
    assert json.loads(fedcheck("tests", "--json"))["others"]["total"] == 0
    before = json.loads(fedcheck("tests", "--json"))["all"]["total"]
    filled = {"AU-02a.": {"Assessment Result": "Satisfied"}}
    fedcheck("import", "srtm", str(srtm(tmp_path / "book.xlsx", filled)))
    data = json.loads(fedcheck("tests", "--json"))
    assert (data["all"]["total"], data["all"]["satisfied"]) == (4, 1)
    assert data["others"]["total"] == before
    assert (data["controls"]["total"], data["controls"]["satisfied"]) == (3, 1)
    assert all(sum(one["total"] for one in data["by"][way]) >= 4 for way in data["by"])
    apart = "2 tests of rev5.readiness.3pao, 2 of rev5.full-assessment.3pao"
    assert f"Not counted here: {apart}" in fedcheck("tests")
    asked = json.loads(fedcheck("tests", "phase:readiness", "--json"))
    assert (asked["others"]["total"], asked["all"]["total"]) == (0, 2)
    assert asked["controls"]["total"] == 0
    every = json.loads(fedcheck("tests", "kind:test", "--json"))
    assert (every["all"], every["others"]) == (data["all"], data["others"]), "as without a query"
    report = fedcheck("report", "test-status", "-o", "-")
    assert "Of the 4 tests that apply, 1 has a result" in report
    assert f"Not counted: {apart}." in report
    some = fedcheck("report", "test-status", "--query", "family:AU", "-o", "-")
    assert "Of the 1 test that applies" in some
    assert "Only tests that match this query are counted: family:AU" in some
    assert "Not counted" not in some
    both = fedcheck("report", "test-status", "--query", "kind:test", "-o", "-")
    assert "Of the 4 tests that apply" in both and f"Not counted: {apart}." in both
    assert "nonsense" in fedcheck("report", "test-status", "--query", "nonsense:x", status=2)
