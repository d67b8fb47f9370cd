"""The cr26 example, and how reports, digest, status and home speak of a certification."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from driving import press, screen_text, settle
from test_demo import files_of

from fedcheck.analysis.milestones import find_next_milestone
from fedcheck.analysis.progress import split_phases
from fedcheck.analysis.requirements import count_requirements
from fedcheck.cli.main import run
from fedcheck.demo import example
from fedcheck.session import open_session
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens.checklist import ChecklistScreen
from fedcheck.tui.screens.home_doors import open_door
from fedcheck.tui.widgets.doors import Doors
from fedcheck.tui.widgets.phase_table import PhaseTable

DAY = date(2026, 11, 28)
NOW = datetime(2026, 11, 28, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the example, made once; no test here changes it."""
    folder = tmp_path_factory.mktemp("certification") / "northlight"
    example.make_example(folder, DAY, "cr26")
    return folder


@pytest.fixture
def call(root: Path, capsys: pytest.CaptureFixture[str]):
    def told(*argv: str, status: int = 0) -> str:
        command = argv[0]
        dated = () if command in ("doctor", "history", "package") else ("--as-of", DAY.isoformat())
        assert run([*argv, "-w", str(root), *dated]) == status, argv
        return capsys.readouterr().out

    return told


@pytest.fixture
def board(root: Path):
    nobody = paths.find_user_folders()
    return open_session(root, nobody, (), "mara", lambda: NOW).board(DAY)


def test_it_stands_five_weeks_before_the_application_with_something_of_everything(board):
    assert find_next_milestone(board.project, board.dates, DAY) == "application"
    assert (board.dates["application"] - DAY).days == 35
    rows = list(board.rows.values())
    assert {row.record.status for row in rows} == {"todo", "doing", "blocked", "done", "na"}
    assert {one.role for one in board.project.config.people.values()} == {
        "csp", "3pao", "agency", "pmo",
    }  # fmt: skip
    declined = [row for row in rows if row.record.status == "na"]
    assert {"should", "may"} <= {row.item.level for row in declined}
    assert all(row.record.reason for row in declined)
    assert not any(row.waits for row in rows if row.record.status == "done")
    assert any(row.overdue for row in rows)
    assert {one.state for one in board.project.requests} == {"open", "answered", "accepted"}
    assert all(ref in board.rows for one in board.project.findings for ref in one.items)


def test_the_same_day_gives_the_same_bytes(root, tmp_path):
    example.make_example(tmp_path / "again", DAY, "cr26")
    assert files_of(tmp_path / "again").items() <= files_of(root).items()


def test_it_passes_its_own_checks(call, tmp_path):
    assert "No problems found." in call("doctor")
    assert "The history is whole" in call("history", "--verify")
    assert "29 outstanding" in call("gate", status=1)
    gaps = [one["key"] for one in json.loads(call("package", "--json", status=1))["missing"]]
    assert gaps[:2] == ["package.logo", "package.assessor.id"]
    call("export", "sdr", "-o", str(tmp_path / "sdr.json"))
    record = json.loads((tmp_path / "sdr.json").read_text())
    assert len(record["fedRampRequirements"]) == 158
    assert len(record["keySecurityIndicators"]) == 46


def test_requirements_are_counted_by_force_and_add_up(board):
    counts = count_requirements(board, "csp")
    assert sum(one.total for one in counts) == 158 + 46
    assert [one.kind.id for one in counts] == [
        "rules",
        "indicators",
        "rules",
        "rules",
        "indicators",
    ]
    assert [one.optional for one in counts] == [False, False, False, True, True]
    for one in counts:
        assert one.total == one.addressed + one.declined + one.outstanding
    assert count_requirements(board, "nobody") == []


@pytest.mark.parametrize("template", ["executive", "pmo-status", "briefing", "weekly"])
def test_reports_speak_of_the_certification(call, template):
    text = call("report", template, "-o", "-")
    head = text[: text.index("## ")]
    weekly = template == "weekly"
    assert "20x, Program (FedRAMP certifies), Class B (about Low)" in head
    assert '"Application submitted" is 35 days away: 29 outstanding.' in head
    owing = r"By owner: CSP \d+ \(.*\), 3PAO" if weekly else r"\| CSP \| 23 \|[^\n]*\n\| 3PAO \|"
    assert re.search(owing, text)
    assert not re.search(r"P-ATO|\bJAB\b|\bSSP\b|\bSAR\b|can be called", text)


def test_the_status_for_the_pmo_has_what_a_reader_there_looks_for(call):
    text = call("report", "pmo-status", "-o", "-")
    assert "| FedRAMP Certification granted: FedRAMP reviews the package" in text
    assert "Who decides next" not in text, "the reader decides, and is asked to"
    assert "## Rules and Key Security Indicators" in text
    row = re.search(r"\| Rules \| MUST, MUST NOT \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|", text)
    assert row, text
    total, *parts = map(int, row.groups())
    assert total == sum(parts) == 96
    assert "NTP: No third party submits the application | not confirmed |" in text
    assert "Advisor" not in text, "the milestone asks nothing of an advisor"
    assert "\n\nPhases of other roles: " in text, "a line of its own, not a row of the table"
    declined = text[text.index("## Recommended, declined") :]
    assert "SCG-ENH-API" in declined[: declined.index("## Optional, not adopted")]
    days = re.findall(r"^\| [^|]+ \| (\d{4}-\d\d-\d\d) \|", text[text.index("## Milest") :], re.M)
    first = days[: days.index("2028-02-01") + 1]
    assert first == sorted(first)
    assert "Rev5 applications" not in text, "a milestone of another type"
    assert "| VDR-TFR-PDD: Resources likely to drift are checked on schedule | 1mo |" in text


def test_an_assessor_is_briefed_on_the_last_phase_of_its_own(call):
    text = call("report", "briefing", "--role", "3pao", "-o", "-")
    assert "1 of 6 points ready" in text
    assert "| Assessment work |" in text


def test_a_digest_and_the_status_name_the_rules_that_bind_next(call):
    digest = call("digest", "theo", "-o", "-")
    assert "- 2026-12-07, in 9 d: Binding: VDR, VER\n" in digest
    assert "2027-03-07" not in digest, "further off than a digest looks"
    status = call("status")
    assert re.search(r"^Phases of other roles: Recognition 3pao 16/16, ", status, re.M)
    assert not re.search(r"^Monitor", status, re.M)
    days = re.findall(r"(\d{4}-\d\d-\d\d) +(?:in )?\d+ d", status[: status.index("Rules\n")])
    assert days == sorted(days)


def test_phases_of_others_are_told_apart_by_role(board):
    near, others = split_phases(board, "agency")
    assert [phase.id for phase in near] == ["prepare", "authorize", "monitor"]
    assert len(near) + len(others) == len(board.project.process.phases)
    assert split_phases(board, "nobody") == (list(board.project.process.phases), [])


async def test_home_folds_the_phases_of_others_and_sorts_the_dates(root):
    user = config.UserConfig()
    app = FedcheckApp(root, paths.find_user_folders(), user, "mara", root, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        text = screen_text(app)
        assert re.search(r"Northlight Forms +20x, Program, Class B +you: mara \(csp\)", text)
        assert "+ 6 more: Recognition, Authorize a use" in text
        assert re.search(r"\d+ not done, binding in 9 d: VDR, VER", text)
        table = app.screen.query_one(PhaseTable)
        assert table.roles == ["csp", "3pao"]
        table.cursor = (len(table.phases), 0)
        await press(pilot, "enter")
        assert len(table.phases) == 13
        assert "agency" in table.roles
        assert table.cursor[0] == 13, "the cursor stays on the row that folds"
        await press(pilot, "enter")
        assert len(table.phases) == 7
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        dates = [door.line.plain for door in app.screen.query_one("#milestones", Doors).doors]
        assert [one[:10] for one in dates] == sorted(one[:10] for one in dates)
        assert any("Binding: VDR, VER" in one for one in dates)
        (door,) = (
            one
            for one in app.screen.query_one("#attention", Doors).doors
            if "binding in 9 d: VDR, VER" in one.line.plain
        )
        open_door(app, door.target)
        await settle(pilot)
        assert isinstance(app.screen, ChecklistScreen)
        assert len(app.screen.items.refs) == int(door.line.plain.split()[1])


async def test_the_welcome_screen_offers_each_example(tmp_path):
    user = config.UserConfig()
    app = FedcheckApp(None, paths.find_user_folders(), user, "mara", tmp_path, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        doors = app.screen.query_one(Doors)
        offered = [door.target for door in doors.doors if door.target.startswith("demo:")]
        assert sorted(offered) == sorted(f"demo:{process}" for process in example.STORIES)
        doors.highlighted = [door.target for door in doors.doors].index("demo:cr26")
        await press(pilot, "enter")
        assert "Northlight Forms" in screen_text(app)


def test_reports_and_the_decision_record_count_the_same_results_of_the_assessor(root, call, capsys):
    text = call("report", "pmo-status", "-o", "-")
    assert "| Rules verified | 158 | 4 | 4 | 0 | 0 | 154 |" in text
    assert "| Rules validated | 158 | 3 | 3 | 0 | 0 | 155 |" in text
    assert "| Key Security Indicators validated | 46 | 7 | 5 | 2 | 0 | 39 |" in text
    assert "| Key Security Indicators summarized | 46 | 7 | - | - | - | 39 |" in text
    assert "The overall assessment summary is not recorded yet." in text
    page = call("report", "executive", "-o", "-")
    assert "| Requirements verified | 204 | 13 | 12 | 1 | 0 | 191 |" in page
    assert run(["export", "sdr", "-o", "-", "-w", str(root), "--as-of", DAY.isoformat()]) == 0
    assert "assessment: 10 of 204 verified and validated" in capsys.readouterr().err
