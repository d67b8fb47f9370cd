"""Home: every number opens what it counts, and just that many."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from driving import press, screen_text, settle

from fedcheck.domain.item_rules import ItemEdit
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.dialogs.prompts import ChoicePrompt, ReadingScreen
from fedcheck.tui.screens.checklist import ChecklistScreen
from fedcheck.tui.screens.evidence_register import EvidenceRegisterScreen
from fedcheck.tui.screens.gate import GateScreen
from fedcheck.tui.screens.history import HistoryScreen
from fedcheck.tui.screens.home import HomeScreen
from fedcheck.tui.screens.home_doors import open_door
from fedcheck.tui.screens.issues import IssueScreen
from fedcheck.tui.widgets.doors import Doors
from fedcheck.tui.widgets.phase_table import GATE, PhaseTable

WIDE = (120, 40)
PROOF = """
[[item."{0}".evidence]]
id = "{1}"
link = "{2}"
kind = "{3}"
collected = {4}
"""
GONE = PROOF.format("diagram", "a1", "evidence/gone.txt", "file", "2027-01-02")
ENDING = PROOF.format("sponsor", "a2", "https://example.gov/new", "url", "2027-01-02")
RECORDS = f"""
[item."diagram"]
status = "done"
basis = "000000000000"
{GONE}
[item."crypto-table"]
status = "blocked"
reason = "no budget"

[item."sponsor"]
due = 2027-01-05
{ENDING.rstrip()}
expires = 2027-01-20

[item."no-longer"]
status = "done"
"""
SCANS = """
[item."scan-web"]
status = "doing"
""" + PROOF.format("scan-web", "b1", "https://example.gov/old", "url", "2026-05-01")
REQUESTS = """format = 1

[[request]]
id = "q1"
title = "Which ports are open?"
to = "csp"

[[request]]
id = "q2"
title = "Answered long ago"
state = "accepted"
"""
FINDINGS = """format = 1

[[finding]]
id = "f1"
title = "Session is never locked"
risk = "high"
"""


@pytest.fixture
def root(make_workspace) -> Path:
    root = make_workspace(
        milestones={"package": date(2027, 1, 31), "kick-off": date(2027, 2, 1)},
        progress={"rev5.readiness.csp": RECORDS, "rev5.full-assessment.3pao": SCANS},
    )
    (root / "requests.toml").write_text(REQUESTS)
    (root / "findings.toml").write_text(FINDINGS)
    return root


@pytest.fixture
def broken(root: Path) -> None:
    path = root / "progress" / "rev5.full-assessment.csp.toml"
    path.write_text("format = 1\nthis is broken\n")


@pytest.fixture
def app(root: Path, clock) -> FedcheckApp:
    return FedcheckApp(root, paths.find_user_folders(), config.UserConfig(), "alice", root, clock)


def doors(app: FedcheckApp) -> Iterator[tuple[str, str, str]]:
    for listed in app.screen.query(Doors):
        for door in listed.doors:
            yield listed.id or "", door.line.plain, door.target


def counted(app: FedcheckApp) -> int:
    """Return how many there are on the screen that a door led to."""
    screen = app.screen
    if isinstance(screen, ChecklistScreen):
        return len(screen.items.refs)
    if isinstance(screen, EvidenceRegisterScreen):
        return len(screen.shown_rows)
    if isinstance(screen, IssueScreen):
        return sum(not isinstance(row, str) for row in screen.rows.rows)
    if isinstance(screen, GateScreen):
        lines = [door.line.plain for door in screen.query_one(Doors).doors]
        return sum(line.startswith("  ") and not line.rstrip().endswith("why") for line in lines)
    if isinstance(screen, ReadingScreen):
        return sum(line.startswith(("rev5.", "jab.")) for line in screen.text.splitlines())
    raise AssertionError(type(screen).__name__)


@pytest.mark.usefixtures("broken")
async def test_what_needs_attention_is_all_there_with_its_door(app):
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        lines = {target: text for part, text, target in doors(app) if part == "attention"}
        assert set(lines) == {
            "query:is:overdue",
            "query:status:blocked",
            "query:evidence:stale",
            "query:evidence:missing|changed",
            "query:is:changed",
            "evidence:state:soon",
            "requests:is:open",
            "findings:is:open",
            "orphans:",
            "broken:0",
        }
        words = "1 evidence item goes stale before"
        assert words in lines["evidence:state:soon"]
        for target, text in lines.items():
            assert isinstance(app.screen, HomeScreen)
            open_door(app, target)
            await settle(pilot)
            if target.startswith("broken"):
                assert "this is broken" in screen_text(app) or "line" in screen_text(app)
                await press(pilot, "escape")
                continue
            number = int(re.search(r"\d+", text).group())
            assert counted(app) == number, (target, text)
            await press(pilot, "1" if not isinstance(app.screen, ReadingScreen) else "escape")


async def test_the_first_drawing_of_home_is_whole(app, monkeypatch):
    """Nobody sees a part of it first, and nothing is drawn that is drawn again at once."""
    drawn: list[str] = []
    monkeypatch.setattr(
        app, "_display", lambda _, update: drawn.append(update.render_segments(app.console))
    )
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert "Needs attention" in drawn[0]
        assert "Next for" in drawn[0]


async def test_every_other_number_is_a_door_too(app):
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        for part, text, target in list(doors(app)):
            assert target or not re.search(r"\d", text), (part, text)
        found = {part: (text, target) for part, text, target in reversed(list(doors(app)))}
        for part in ("gate-line", "pace", "milestones", "next", "attention"):
            assert found[part][1], part
        text, target = found["gate-line"]
        open_door(app, target)
        await settle(pilot)
        assert counted(app) == int(re.search(r"(\d+) outstanding", text).group(1))
        await press(pilot, "1")
        text, target = found["pace"]
        open_door(app, target)
        await settle(pilot)
        assert counted(app) == int(re.search(r"(\d+)/\d+ done", text).group(1))
        await press(pilot, "1")
        for part, text, target in list(doors(app)):
            if part == "milestones" and "outstanding" in text:
                open_door(app, target)
                await settle(pilot)
                assert counted(app) == int(re.search(r"(\d+) outstanding", text).group(1)), text
                await press(pilot, "escape")


async def test_every_cell_of_the_table_opens_its_items(app):
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        table = app.screen.query_one(PhaseTable)
        for (phase, role), count in list(table.counts.items()):
            table.post_message(PhaseTable.Opened(phase, role))
            await settle(pilot)
            assert f"{count.text} done" in screen_text(app).splitlines()[0]
            assert all(
                app.board.rows[ref].role == role and app.board.rows[ref].phase == phase
                for ref in app.screen.items.refs
            )
            await press(pilot, "1")
        for phase, lack in list(table.lacking.items()):
            if lack and lack[1]:
                table.post_message(PhaseTable.Opened(phase, GATE))
                await settle(pilot)
                assert counted(app) == lack[1], phase
                title = app.board.project.process.phase(phase).title
                assert f"{lack[1]} outstanding" in screen_text(app)
                assert f"outstanding in {title}" in " ".join(screen_text(app).split())
                await press(pilot, "escape")


@pytest.mark.usefixtures("broken")
async def test_what_has_no_room_is_counted_and_opens_in_a_list(app):
    async with app.run_test(size=(60, 20)) as pilot:
        await settle(pilot)
        lines = [text for part, text, _ in doors(app) if part == "attention"]
        assert len(lines) == 3
        assert "and 8 more" in lines[-1]
        app.screen.query_one("#attention", Doors).focus()
        await press(pilot, "end", "enter")
        assert isinstance(app.screen, ChoicePrompt)
        assert len(app.screen.choices) == 10
        await press(pilot, "down", "enter")
        assert isinstance(app.screen, ChecklistScreen)
        assert app.screen.filter == "status:blocked"


async def test_what_another_did_opens_his_lines_of_the_history(app, root, clock, open_workspace):
    app.memory.put(f"looked:{root}", "2027-01-01T00:00:00+00:00")
    bob = open_workspace(root, "bob")
    bob.apply(["rev5.readiness.csp:tour"], ItemEdit(owner="bob"))
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        lately = [target for part, _, target in doors(app) if part == "lately"]
        target = next(one for one in lately if one.endswith("bob"))
        open_door(app, target)
        await settle(pilot)
        assert isinstance(app.screen, HistoryScreen)
        assert "filter: bob" in screen_text(app).splitlines()[0]
        assert "owner bob" in screen_text(app)
