"""Reports that leave: into the register, the pager, the editor."""

import json
import stat
import sys
from pathlib import Path

import pytest
import tomli
from driving import press, screen_text, settle, told, type_text
from textual.app import App

from fedcheck.cli.main import run
from fedcheck.storage import config, paths
from fedcheck.tui import external_programs
from fedcheck.tui.app import FedcheckApp

DIAGRAM = "rev5.readiness.csp:diagram"


@pytest.fixture
def app(workspace: Path, clock) -> FedcheckApp:
    return FedcheckApp(
        workspace, paths.find_user_folders(), config.UserConfig(), "alice", workspace, clock
    )


def test_the_register_of_what_was_sent(workspace, monkeypatch, capsys):
    monkeypatch.chdir(workspace)
    assert run(["report", "--record", " Pat  (PMO) "]) == 0
    assert "sent to Pat" in capsys.readouterr().out
    assert run(["report", "--sent", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["to"], row["on"]) == ("Pat (PMO)", "2027-01-11")
    assert (workspace / row["file"]).is_file()
    assert run(["report"]) == 0
    assert "Pat (PMO)" not in (workspace / row["file"]).read_text()  # the register is in no report
    capsys.readouterr()
    assert run(["undo"]) == 0
    assert 'removed: "pmo-status for ' in capsys.readouterr().out
    assert run(["report", "--sent"]) == 0
    assert "No report was sent yet" in capsys.readouterr().out


@pytest.mark.parametrize("argv", [["--record", " "], ["--record", "x", "-o", "-"]])
def test_what_is_sent_has_a_reader_and_a_file(workspace, monkeypatch, capsys, argv):
    monkeypatch.chdir(workspace)
    assert run(["report", *argv]) == 2
    assert not (workspace / "sent.toml").exists()
    assert capsys.readouterr().err


async def test_sent_from_the_app(app, workspace):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "r", "S")
        await type_text(pilot, "pmo")
        await press(pilot, "enter")
        assert "sent to pmo" in told(app)
        (row,) = tomli.loads((workspace / "sent.toml").read_text())["sent"]
        assert (workspace / row["file"]).is_file()
        await press(pilot, "u")
        assert tomli.loads((workspace / "sent.toml").read_text()).get("sent", []) == []


def program(folder: Path, text: str) -> str:
    path = folder / "a program"
    path.write_text(f"#!{sys.executable}\nimport sys\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return f"'{path}'"


class Here:
    """Lets programs run in a test, where there is no terminal to hand over."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


@pytest.fixture
def hands_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(App, "suspend", lambda _: Here())


async def test_a_note_in_the_persons_own_editor(app, workspace, monkeypatch, tmp_path, hands_over):
    code = "p = sys.argv[1]; t = open(p).read(); open(p, 'w').write(t + ' and more\\x1b[31m')"
    monkeypatch.setenv("EDITOR", program(tmp_path, code))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "n")
        await type_text(pilot, "first")
        await press(pilot, "ctrl+e", "ctrl+s")
        note = app.session.project.record(DIAGRAM).note
        assert note.startswith("first and more")
        assert "\x1b" not in note
    assert list(tmp_path.glob("fedcheck-*")) == []


async def test_an_editor_that_is_not_there_is_said_so(app, monkeypatch, hands_over):
    monkeypatch.setenv("VISUAL", "no-such-editor --wait")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "n", "ctrl+e")
        assert "no-such-editor, which was not found" in told(app)
        await press(pilot, "escape")


async def test_the_report_in_the_pager_and_the_editor(
    app, workspace, monkeypatch, tmp_path, hands_over
):
    seen = tmp_path / "seen"
    monkeypatch.setenv(
        "PAGER", program(tmp_path, f"open({str(seen)!r}, 'w').write(sys.stdin.read())")
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "r", "p")
        assert seen.read_text().startswith("# Meridian Ledger: status")
        monkeypatch.setenv(
            "EDITOR", program(tmp_path, f"open({str(seen)!r}, 'w').write(sys.argv[1])")
        )
        await press(pilot, "E")
        assert Path(seen.read_text()).parent == workspace / "reports"
        assert "status for the FedRAMP PMO" in screen_text(app)


async def test_a_terminal_that_cannot_be_handed_over_is_said_so(app, monkeypatch):
    monkeypatch.setenv("PAGER", sys.executable)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "r", "p")
        assert "cannot be opened in this terminal" in told(app)


def test_words_of_the_environment_are_no_shell(monkeypatch):
    monkeypatch.setenv("EDITOR", "vi; touch pwned")
    with pytest.raises(external_programs.NoProgramError, match="vi;, which was not found"):
        external_programs._command("editor", external_programs.EDITORS)
