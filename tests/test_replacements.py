"""Nearer files that replace shipped ones: what they take out is told wherever it matters."""

import json
import re
from pathlib import Path

import pytest
from driving import press, screen_text, settle

from fedcheck.analysis.replacements import list_replacements, summarize
from fedcheck.cli.main import run
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens.gate import GateScreen
from fedcheck.tui.screens.home import HomeScreen
from fedcheck.tui.widgets.doors import Doors

NAME = "rev5.readiness.csp"


@pytest.fixture
def root(tmp_path: Path, capsys) -> Path:
    """Return a workspace with the shipped lists."""
    folder = tmp_path / "acme"
    named = (
        "--name",
        "Acme",
        "--process",
        "jab",
        "--role",
        "csp",
        "--milestone",
        "kick-off=2027-02-01",
    )
    assert run(["init", str(folder), *named]) == 0
    capsys.readouterr()
    return folder


@pytest.fixture
def answer(root: Path, capsys):
    def call(*argv: str) -> tuple[int, str]:
        status = run(["-w", str(root), *argv])
        out = capsys.readouterr()
        assert not out.err, out.err
        return status, out.out

    return call


def shipped_text(name: str = NAME) -> str:
    return (paths.find_shipped_checklists() / name.partition(".")[0] / f"{name}.toml").read_text()


def replace_list(root: Path, text: str, name: str = NAME) -> None:
    (root / "checklists" / f"{name}.toml").write_text(text)


def without_items(text: str, *ids: str) -> str:
    head, *items = text.split("  [[section.item]]\n")
    kept = [one for one in items if not any(f'id = "{name}"\n' in one for name in ids)]
    assert len(kept) == len(items) - len(ids)
    return "  [[section.item]]\n".join([head, *kept])


def lowered_text() -> str:
    """Return the shipped list with every item a may."""
    text = re.sub(r'(?m)^ *level = ".*"\n', "", shipped_text())
    return re.sub(
        r"(?m)^( *)(\[\[section\.item\]\]\n *id = .*\n)", r'\1\2    level = "may"\n', text
    )


def missing(answer, milestone: str = "kick-off") -> int:
    return len(json.loads(answer("gate", milestone, "--json")[1])["missing"])


def test_a_list_of_may_empties_no_gate_in_silence(root, answer):
    before = missing(answer)
    asked = json.loads(answer("list", f"checklist:{NAME}", "--json", "--", "-level:may")[1])
    replace_list(root, lowered_text())
    count = before - missing(answer)
    assert count == len(asked) > 50
    sentence = f"1 checklist replaces a shipped one: {count} items no longer count."
    detail = f"  {NAME} (workspace): {count} levels lowered"
    for command in (("status",), ("gate", "kick-off"), ("gate", "ready-conversation")):
        lines = answer(*command)[1].splitlines()
        assert sentence in lines, command
        assert any(line.startswith(detail) for line in lines), command


def test_the_json_names_every_item(root, answer):
    text = without_items(shipped_text(), "abd")
    replace_list(root, text)
    for command in (("status", "--json"), ("gate", "kick-off", "--json")):
        (row,) = json.loads(answer(*command)[1])["replaced"]
        assert (row["kind"], row["id"], row["layer"]) == ("checklist", NAME, "workspace")
        assert row["removed"] == [f"{NAME}:abd"]
        assert row["lowered"] == []
        assert row["uncounted"] == 1
    replace_list(root, lowered_text())
    (row,) = json.loads(answer("status", "--json")[1])["replaced"]
    assert row["removed"] == []
    assert {one["now"] for one in row["lowered"]} == {"may"}
    assert f"{NAME}:abd" in [one["ref"] for one in row["lowered"]]
    assert len(row["lowered"]) == row["uncounted"]


@pytest.mark.parametrize(
    "template",
    ["briefing", "evidence", "executive", "kick-off-briefing", "pmo-status", "requests",
     "responsibilities", "sar-debrief", "test-status", "weekly"],
)  # fmt: skip
def test_every_report_says_so_in_its_head(root, answer, template):
    path = root / "r.md"
    assert answer("report", template, "-o", str(path))[0] == 0
    assert "replaces a shipped one" not in path.read_text()
    replace_list(root, without_items(shipped_text(), "abd"))
    assert answer("report", template, "-o", str(path), "--force")[0] == 0
    text = path.read_text()
    sentence = "**1 checklist replaces a shipped one: 1 item no longer counts.**"
    assert sentence in text
    assert text.index(sentence) < 2500, "in the head"
    assert f"- {NAME}, from the workspace: 1 item removed" in text


def test_frozen_lists_take_nothing_out(root, answer):
    assert "replace" not in answer("status")[1]
    answer("checklist", "freeze")
    _, out = answer("status")
    count = len(list((root / "checklists").glob("*.toml")))
    assert f"{count} checklists replace shipped ones: no requirement is removed." in out
    assert "(workspace)" not in out


def test_a_list_in_the_users_folder_is_named_too(root, answer):
    folder = paths.find_user_folders().checklists
    folder.mkdir(parents=True)
    (folder / f"{NAME}.toml").write_text(without_items(shipped_text(), "abd"))
    assert f"  {NAME} (user): 1 item removed" in answer("status")[1]


def test_a_list_that_serves_the_process_no_more_takes_all_out(root, answer):
    count = len(json.loads(answer("list", f"checklist:{NAME}", "--json", "--", "-level:may")[1]))
    text = shipped_text().replace('process = ["jab", "agency"]', 'process = ["agency"]')
    assert text != shipped_text()
    replace_list(root, text)
    assert f": {count} items no longer count." in answer("status")[1]


def test_what_else_is_eased_is_told(root, answer, open_workspace):
    name = "rev5.readiness.3pao"
    text = shipped_text(name)
    assert 'kind = "test"' in text
    replace_list(
        root, re.sub(r'(?m)^ *(kind = "test"|methods = .*|expects = .*)\n', "", text), name
    )
    (found,) = list_replacements(open_workspace(root).project)
    assert found.id == name
    assert (found.removed, found.lowered, found.uncounted) == ((), (), 0)
    assert any(one.endswith(" is not a test") for one in found.changes)
    assert summarize([found]) == (
        f"1 checklist replaces a shipped one: {len(found.changes)} changes"
    )


def test_a_renamed_item_is_not_gone(root, open_workspace):
    text = shipped_text().replace('id = "abd"\n', 'id = "abd2"\n    renamed-from = "abd"\n')
    replace_list(root, text.replace(f'"{NAME}:abd"', f'"{NAME}:abd2"'))
    (found,) = list_replacements(open_workspace(root).project)
    assert found.removed == ()


def test_a_process_file_that_replaces_the_shipped_one_is_named(root, answer):
    folder = root / "checklists" / "jab"
    folder.mkdir()
    text = (paths.find_shipped_checklists() / "jab" / "process.toml").read_text()
    old = 'closes = ["readiness", "full-assessment", "kick-off"]'
    assert old in text
    text = text.replace(old, 'closes = ["kick-off"]').replace('risks = ["high"]', "risks = []")
    (folder / "process.toml").write_text(text)
    _, out = answer("gate", "kick-off")
    assert "The process file replaces a shipped one: 3 changes." in out
    assert (
        "  jab (workspace): kick-off no longer closes readiness, kick-off no longer closes"
    ) in out
    (row,) = json.loads(answer("status", "--json")[1])["replaced"]
    assert (row["kind"], row["id"]) == ("process", "jab")
    assert "an open High finding blocks no gate" in row["changes"]


def internal(text: str) -> str:
    return text.replace("phase =", 'audience = "internal"\nphase =', 1)


OWN = """format = 1
id = "acme.own"
process = "jab"
audience = "internal"
phase = "readiness"
role = "csp"
title = "Our own"
[[section]]
id = "s"
title = "S"
[[section.item]]
id = "budget"
title = "The budget is signed"
"""


def test_an_internal_list_stays_in_the_company(root, answer):
    before = missing(answer)
    replace_list(root, OWN, "acme.own")
    assert "acme.own:budget" in answer("list")[1], "its own people work with it"
    assert answer("set", "budget", "--status", "doing")[0] == 0
    assert (root / "progress" / "acme.own.toml").exists(), "and share it"
    assert missing(answer) == before, "no gate asks for it"
    path = root / "r.md"
    answer("report", "pmo-status", "-o", str(path))
    assert "budget" not in path.read_text()
    answer("export", "csv", "-o", str(root / "i.csv"))
    assert "budget" not in (root / "i.csv").read_text()


def test_a_shipped_list_made_internal_counts_as_taken_out(root, answer):
    replace_list(root, internal(shipped_text()))
    (row,) = json.loads(answer("status", "--json")[1])["replaced"]
    assert row["uncounted"] > 50


@pytest.mark.asyncio
async def test_home_and_gate_tell_it(root, clock):
    replace_list(root, without_items(shipped_text(), "abd"))
    app = FedcheckApp(root, paths.find_user_folders(), config.UserConfig(), "alice", root, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, HomeScreen)
        doors = app.screen.query_one("#attention", Doors)
        sentence = "1 checklist replaces a shipped one: 1 item no longer counts"
        (place,) = [i for i, door in enumerate(doors.doors) if sentence in door.line.plain]
        doors.focus()
        doors.highlighted = place
        await press(pilot, "enter")
        assert isinstance(app.screen, GateScreen)
        assert f"{sentence}." in screen_text(app)
