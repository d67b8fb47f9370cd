"""Dates of milestones: set from the command line and the app, written into what people wrote."""

import json
from datetime import date
from pathlib import Path

import pytest
import tomli
from conftest import OpenWorkspace
from driving import press, screen_text, settle, type_text

from fedcheck.cli.main import run
from fedcheck.domain.edits import MilestoneEdit
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.storage import config, paths
from fedcheck.storage.milestone_dates import dump, load
from fedcheck.tui.app import FedcheckApp

HEAD = """\
# our service
format = 1
name = "N"

[profile]
impact = "high"

# when we meet
[milestones] # all of them
kick-off = 2027-02-01  # agreed with the JAB
ready = 2026-10-01

# Who takes part:
# [people.alice]
"""


def edited(text: str, **dates: str) -> str:
    book = load(Path("fedcheck.toml"), text.encode())
    from fedcheck.domain.workspace import MilestoneDate

    for name, day in dates.items():
        when = date.fromisoformat(day) if day else None
        book = book.with_record(name.replace("_", "-"), MilestoneDate(when))
    return dump(book)[0].decode()


def test_only_the_lines_that_change_change() -> None:
    assert edited(HEAD) == HEAD
    assert edited(HEAD, kick_off="2027-03-01") == HEAD.replace("2027-02-01", "2027-03-01")
    assert edited(HEAD, kick_off="") == HEAD.replace(
        "kick-off = 2027-02-01  # agreed with the JAB\n", ""
    )
    assert edited(HEAD, package="2027-01-15") == HEAD.replace(
        "ready = 2026-10-01\n", "ready = 2026-10-01\npackage = 2027-01-15\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "format = 1\n",
        "format = 1",
        "format = 1\n[milestones]\n# none yet\n\n[people.a]\nname = 'A'\n",
        "format = 1\n[milestones]",
        'format = 1\nmilestones.kick-off = 2027-01-01\n[people.a]\nname = "A"\n',
        'format = 1\n[milestones]\n"kick-off" = 2027-01-01\n[x]\nkick-off = 1\n',
    ],
)
def test_a_date_finds_its_place_in_any_file(text: str) -> None:
    new = edited(text, kick_off="2027-05-05")
    before, after = tomli.loads(text), tomli.loads(new)
    assert after.pop("milestones") == {"kick-off": date(2027, 5, 5)}
    before.pop("milestones", None)
    assert after == before


def test_what_only_a_person_can_edit_is_refused() -> None:
    with pytest.raises(FedcheckError, match="not written as lines"):
        edited("format = 1\nmilestones = { kick-off = 2027-01-01, ready = 2027-01-02 }\n",
               ready="2027-05-05", kick_off="2027-06-06")  # fmt: skip


def test_a_date_is_history_and_can_be_taken_back(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    before = (session.root / "fedcheck.toml").read_bytes()
    session.apply(["milestones:kick-off"], MilestoneEdit(date(2027, 3, 1)))
    assert session.board().dates["kick-off"] == date(2027, 3, 1)
    assert open_workspace(session.root).board().dates["kick-off"] == date(2027, 3, 1)
    assert [(e.by, e.change.new) for e in session.history()] == [("alice", "2027-03-01")]
    session.undo()
    assert (session.root / "fedcheck.toml").read_bytes() == before
    assert session.reconcile() == 0


def test_dates_that_a_workspace_began_with_are_no_news(session: Session) -> None:
    assert session.reconcile() == 0
    session.apply(["milestones:ready"], MilestoneEdit(date(2027, 1, 5)))
    assert {one.by for one in session.history()} == {"alice"}
    path = session.root / "fedcheck.toml"
    path.write_text(path.read_text().replace("2027-01-05", "2027-01-06"))
    assert session.reconcile() == 1


def test_the_command(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(workspace)
    assert run(["milestone", "kick-off", "+12w"]) == 0
    assert run(["milestone", "kick-off", "--json"]) == 0
    out = capsys.readouterr().out
    (row,) = json.loads(out[out.index("[") :])
    assert (row["date"], row["own"]) == ("2027-04-05", True)
    assert run(["milestone", "kick-of", "fri"]) == 2
    assert 'did you mean "kick-off"' in capsys.readouterr().err
    assert run(["milestone", "kick-off", "soon"]) == 2
    assert "+12w or fri" in capsys.readouterr().err
    assert run(["milestone", "kick-off", ""]) == 0
    assert "kick-off" not in (workspace / "fedcheck.toml").read_text()


async def test_by_its_key_on_the_gate(workspace: Path, clock: object) -> None:
    app = FedcheckApp(
        workspace, paths.find_user_folders(), config.UserConfig(), "alice", workspace, clock
    )  # type: ignore[arg-type]
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        from fedcheck.tui.screens.gate import GateScreen

        app.push_screen(GateScreen("kick-off"))
        await press(pilot, "d")
        await press(pilot, *["backspace"] * 10)
        await type_text(pilot, "+12w")
        assert "Mon 2027-04-05, in 84 d" in screen_text(app)
        await press(pilot, "enter")
        assert "kick-off = 2027-04-05" in (workspace / "fedcheck.toml").read_text()
        assert "2027-04-05" in screen_text(app)
        await press(pilot, "u")
        assert "kick-off = 2027-02-01" in (workspace / "fedcheck.toml").read_text()
