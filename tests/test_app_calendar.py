"""The calendar of the app: whose deadlines, and where each line leads; the gate's day and owner."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from conftest import FrozenClock, MakeWorkspace
from driving import press, screen_text, settle
from textual.pilot import Pilot

from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.palette import offers
from fedcheck.tui.screens.calendar import CalendarScreen
from fedcheck.tui.screens.checklist import ChecklistScreen
from fedcheck.tui.screens.findings import FindingsScreen
from fedcheck.tui.screens.gate import GateScreen
from fedcheck.tui.screens.home import HomeScreen
from fedcheck.tui.screens.requests import RequestsScreen
from fedcheck.tui.widgets.doors import Doors

HOSTILE = "see [/b] [AC-2] [@click=app.quit]x[/]"
PROGRESS = {
    "rev5.readiness.csp": """
[item."crypto-table"]
owner = "dana"
due = "2027-01-08"
[item."diagram"]
status = "blocked"
owner = "dana"
reason = "No tool"
""",
    "rev5.full-assessment.3pao": '[item."pen-test"]\nowner = "bob"\ndue = "2027-01-13"\n',
}
REQUESTS = f"""format = 1
[[request]]
id = "q1"
title = "{HOSTILE}"
to = "csp"
asked = 2027-01-04
due = 2027-01-12
"""
FINDINGS = """format = 1
[[finding]]
id = "f1"
title = "Weak TLS"
risk = "high"
found = 2027-01-04
"""


@pytest.fixture
def root(make_workspace: MakeWorkspace) -> Path:
    folder = make_workspace(progress=PROGRESS)
    (folder / "requests.toml").write_text(REQUESTS)
    (folder / "findings.toml").write_text(FINDINGS)
    return folder


@pytest.fixture(params=[(80, 24), (120, 40), (200, 60)], ids="{0[0]}x{0[1]}".format)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    found: tuple[int, int] = request.param
    return found


@asynccontextmanager
async def opened(
    root: Path, clock: FrozenClock, size: tuple[int, int]
) -> AsyncIterator[tuple[FedcheckApp, Pilot]]:
    app = FedcheckApp(root, paths.find_user_folders(), config.UserConfig(), "alice", root, clock)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield app, pilot


async def go_to(app: FedcheckApp, pilot: Pilot, words: str) -> None:
    """Put the cursor on the line with these words."""
    doors = app.screen.query_one(Doors)
    lines = [door.line.plain for door in doors.doors]
    doors.highlighted = next(i for i, line in enumerate(lines) if words in line)
    await pilot.pause()


async def test_it_shows_what_is_overdue_first_and_each_line_leads_on(
    root: Path, clock: FrozenClock, size: tuple[int, int]
) -> None:
    async with opened(root, clock, size) as (app, pilot):
        await press(pilot, "7")
        text = screen_text(app)
        assert "deadlines of csp" in text
        assert text.index("Overdue") < text.index("This week") < text.index("Week of 2027-02-01")
        assert "2027-01-08   3 d ago" in text
        assert "see [/b]" in text
        assert "Penetration test" not in text
        await press(pilot, "z")
        assert "Penetration test" in screen_text(app)
        for words, screen in (
            ("see [/b]", RequestsScreen),
            ("Weak TLS", FindingsScreen),
            ("Table of crypt", ChecklistScreen),
            ("JAB kick-off", GateScreen),
        ):
            await press(pilot, "1", "7")
            await go_to(app, pilot, words)
            await press(pilot, "enter")
            assert isinstance(app.screen, screen)
        await press(pilot, "escape")
        assert isinstance(app.screen, CalendarScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)


async def test_it_follows_what_changes(root: Path, clock: FrozenClock) -> None:
    async with opened(root, clock, (120, 40)) as (app, pilot):
        await press(pilot, "7")
        assert "1 overdue" not in screen_text(app)
        await go_to(app, pilot, "Table of crypt")
        await press(pilot, "enter", "space", "escape")
        await press(pilot, "7")
        assert "Table of crypt" not in screen_text(app)


async def test_the_palette_knows_it(root: Path, clock: FrozenClock) -> None:
    async with opened(root, clock, (120, 40)) as (app, _):
        offered = {action.id for action, _ in offers(app, app.screen)}
        assert "app.calendar" in offered


async def test_the_gate_tells_since_when_and_who(root: Path, clock: FrozenClock) -> None:
    async with opened(root, clock, (120, 40)) as (app, pilot):
        app.push_screen(GateScreen("kick-off"))
        await settle(pilot)
        text = screen_text(app)
        assert "dana (csp)  3" in text
        assert "csp, no owner" in text
        assert "2027-01-08    3 d ago  Table of crypt" in text
        assert "2027-01-04    7 d ago  see [/b]" in text
        dana = text.index("dana (csp)")
        assert dana < text.index("csp, no owner") < text.index("3pao, no owner")


async def test_the_date_of_a_gate_tells_what_it_moves(root: Path, clock: FrozenClock) -> None:
    async with opened(root, clock, (120, 40)) as (app, pilot):
        app.push_screen(GateScreen("kick-off"))
        await press(pilot, "d", *["backspace"] * 10, "plus", "1", "d")
        assert "become" in screen_text(app)
        assert "overdue" in screen_text(app)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_dates_out_of_range_keep_no_screen_from_opening(
    root: Path, clock: FrozenClock, day: str
) -> None:
    for name in ("requests.toml", "findings.toml"):
        text = (root / name).read_text().replace("2027-01-04", day).replace("2027-01-12", day)
        (root / name).write_text(text)
    async with opened(root, clock, (120, 40)) as (app, pilot):
        assert "is not between 1990-01-01" in " ".join(one.message for one in app.session.problems)
        for key in ("7", "z", "1", "2", "3", "4", "5", "6", "1"):
            await press(pilot, key)
        assert isinstance(app.screen, HomeScreen)


@pytest.mark.parametrize("today", [(1990, 1, 1), (2199, 12, 31)])
async def test_the_calendar_opens_on_the_first_and_the_last_day(
    root: Path, clock: FrozenClock, today: tuple[int, int, int]
) -> None:
    clock.now = clock.now.replace(year=today[0], month=today[1], day=today[2])
    async with opened(root, clock, (120, 40)) as (app, pilot):
        await press(pilot, "7", "z")
        assert isinstance(app.screen, CalendarScreen)


async def test_days_of_rulesets_lead_to_the_milestone_that_they_hang_on(
    make_workspace: MakeWorkspace, clock: FrozenClock, size: tuple[int, int]
) -> None:
    guide = (
        'format = 1\nid = "own.csp"\nprocess = "cr26"\nphase = "build"\nrole = "csp"\n'
        'title = "Guide"\n[[section]]\nid = "s"\ntitle = "S"\n'
        '[[section.item]]\nid = "a"\ncode = "SCG-ONE"\ntitle = "Guide written"\n'
    )
    root = make_workspace(
        process="cr26",
        mini=False,
        milestones={},
        profile={"type": "20x", "path": "program", "class": "b"},
        lists={"own.csp.toml": guide},
    )
    async with opened(root, clock, size) as (app, pilot):
        await press(pilot, "7")
        assert "2027-03-07" in screen_text(app)
        await go_to(app, pilot, "Grace period ends: VDR, VER")
        await press(pilot, "enter")
        assert isinstance(app.screen, CalendarScreen)
        await go_to(app, pilot, "Grace period ends: CCM")
        await press(pilot, "enter")
        assert isinstance(app.screen, GateScreen)
        text = " ".join(screen_text(app).split())
        assert "Independent assessment starts" in text
        assert "Remark: Secure Configuration Guide: its grace period ended on 2026-07-01" in text
