"""A new format is one module and one entry: the command line, the app and the docs follow."""

import json
from datetime import date
from pathlib import Path

import click
import pytest
import small_formats
from click.shell_completion import ShellComplete
from driving import press, screen_text, settle, told, type_text
from test_docs import made
from textual.widgets import Input

from fedcheck.cli.main import cli, run
from fedcheck.exporters import registry as exporters
from fedcheck.importers import registry as importers
from fedcheck.importers.option import Option, OptionKind, load_function
from fedcheck.storage.config import UserConfig
from fedcheck.storage.paths import find_user_folders
from fedcheck.tui.app import FedcheckApp

REF = "rev5.readiness.csp:diagram"
TEXT = f"# refs\n{REF}\nno[/b]such"


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """Register the formats on a copy of each registry."""
    monkeypatch.setattr(importers, "IMPORTERS", (*importers.IMPORTERS, small_formats.IMPORTER))
    monkeypatch.setattr(exporters, "EXPORTERS", (*exporters.EXPORTERS, small_formats.EXPORTER))


@pytest.fixture
def file(workspace: Path) -> Path:
    path = workspace / "items.refs"
    path.write_text(TEXT)
    return path


@pytest.fixture
def fedcheck(workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(workspace)

    def call(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


def test_a_new_importer_is_a_command(fedcheck, file):
    status, out, _ = fedcheck("import", "refs", "items.refs", "--owner", "dana", "--dry-run")
    assert status == 0
    assert "2 refs" in out and "no[/b]such is not an item here" in out and "Would write" in out
    status, out, _ = fedcheck("import", "refs", "items.refs", "--owner", "dana", "--json")
    assert json.loads(out)["changes"] == [
        {"ref": REF, "field": "owner", "old": None, "new": "dana"}
    ]
    assert json.loads(fedcheck("show", REF, "--json")[1])["owner"] == "dana"
    assert "Nothing to do" in fedcheck("import", "refs", "items.refs", "--owner", "dana")[1]
    assert fedcheck("undo")[0] == 0
    assert json.loads(fedcheck("show", REF, "--json")[1])["owner"] == ""
    assert fedcheck("import", "refs", "none.refs")[0] == 3


def test_a_new_importer_is_in_the_help_and_the_docs(fedcheck):
    assert "refs" in fedcheck("import", "--help")[1]
    out = fedcheck("import", "refs", "--help")[1]
    assert "Who has them." in out
    assert "  fedcheck import refs items.refs --owner dana\n" in out
    page = made().commands_page()
    assert "## fedcheck import refs" in page and "## fedcheck export refs" in page


def complete(*words: str) -> list[str]:
    """Return what a shell offers after words; the last one is being typed."""
    found = ShellComplete(cli, {}, "fedcheck", "_COMPLETE").get_completions(
        list(words[:-1]), words[-1]
    )
    return [one.value for one in found]


def test_completion_comes_from_the_entries(workspace, monkeypatch):
    monkeypatch.chdir(workspace)
    assert complete("import", "re") == ["requests", "refs"]
    assert complete("export", "re") == ["requests", "ret", "refs"]
    assert complete("import", "refs", "--owner", "3") == ["3pao"]
    assert "--most" in complete("export", "refs", "--")
    assert "readiness" in complete("import", "csv", "--phase", "")
    assert complete("export", "requests", "--format", "") == ["csv", "xlsx", "md"]


async def test_a_new_importer_is_in_the_app(workspace, file, clock):
    app = FedcheckApp(workspace, find_user_folders(), UserConfig(), "alice", workspace, clock)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "L")
        assert "A file of references" in screen_text(app)
        await type_text(pilot, "items.refs")
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await settle(pilot)
        shown = screen_text(app)
        assert "File type: a file of references" in shown
        assert "owner: nobody" in shown and "no[/b]such is not an item here" in shown
        await press(pilot, "c")
        field = app.screen.query_one("#owner", Input)
        assert (field.value, field.placeholder) == ("nobody", "a person")
        field.value = "dana"
        await press(pilot, "f2")
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert "owner: dana" in screen_text(app)
        await press(pilot, "enter")
        assert "Saved: imported 1 item record from" in told(app)
        assert app.session.project.record(REF).owner == "dana"


def test_a_new_exporter_is_a_command(fedcheck, workspace):
    status, out, err = fedcheck("export", "refs", "diagram", "--most", "1")
    assert (status, out, err) == (0, f"# refs\n{REF}", "")
    status, out, err = fedcheck("export", "refs", "-o", "x.refs")
    assert (status, out) == (0, "written  x.refs\n")
    assert "the rest" in err
    assert REF in (workspace / "x.refs").read_text()
    assert fedcheck("export", "refs", "-o", "x.refs")[0] == 2
    assert fedcheck("export", "refs", "--most", "10")[0] == 2


def test_an_unknown_format_is_named_with_what_is_near(fedcheck):
    status, _, err = fedcheck("import", "ref")
    assert status == 2
    assert 'did you mean "refs"' in err


EVERY = [
    *(one for importer in importers.IMPORTERS for one in (importer.recognizer, importer.reader)),
    *(one for importer in importers.IMPORTERS for one in (importer.form, importer.questions)),
    *(exporter.writer for exporter in exporters.EXPORTERS),
]


@pytest.mark.parametrize("place", sorted({place for place in EVERY if place}))
def test_each_place_in_an_entry_is_a_function(place):
    assert callable(load_function(place))


@pytest.mark.parametrize("group", ["import", "export"])
def test_each_command_says_what_each_option_is(group):
    context = click.Context(cli)
    commands = cli.get_command(context, group)
    assert isinstance(commands, click.Group)
    for name in commands.list_commands(context):
        command = commands.get_command(context, name)
        assert command is not None
        for param in command.params:
            assert not isinstance(param, click.Option) or param.help, (name, param.name)


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        (Option("a"), "  x ", "x"),
        (Option("a", kind=OptionKind.FLAG), "Yes", True),
        (Option("a", kind=OptionKind.FLAG), "no", False),
        (Option("a", kind=OptionKind.DAY), "2027-02-01", date(2027, 2, 1)),
        (Option("a", kind=OptionKind.DAY), "", None),
        (Option("a", kind=OptionKind.NUMBER), "7", 7),
        (Option("a", kind=OptionKind.MANY), "x, y,", ("x", "y")),
        (Option("a", choices=("mdy", "dmy")), "DMY", "dmy"),
        (Option("a", choices=("mdy", "dmy")), "ymd", ""),
    ],
)
def test_a_text_of_a_form_becomes_the_value_of_its_kind(option, text, value):
    assert option.parse(text) == value
