"""Keys that are named in texts follow the user's own keys, on every screen."""

import re
from pathlib import Path

import pytest
from driving import press, screen_text, settle, told

import fedcheck
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.widgets.item_details import details as details_of_item

TUI = Path(fedcheck.__file__).parent / "tui"
HINT = re.compile(r'(?:(?:hint|key)\(|none_matches\(.*?,)\s*"([a-z]+\.[a-z-]+)"')
NAMED = sorted({name for path in TUI.rglob("*.py") for name in HINT.findall(path.read_text())})
FREE = [*(f"f{number}" for number in range(3, 25)), *(f"alt+{sign}" for sign in "abcdefghijklmnop")]
OWN = dict(zip(NAMED, FREE, strict=False))
"""Keys that nobody has: each action that a text names gets one of its own."""

VERBS = "adds accepts attaches clears exports goes leaves links makes marks opens raises returns "
VERBS += "says shows stops takes writes"
STALE = re.compile(
    r"(?<![\w'.+-])(?:[a-zA-Z]|esc|space|tab|⏎|del|ctrl\+[a-z]) (?:"
    + "|".join(VERBS.split())
    + ")\\b"
)

REQUESTS = """format = 1

[[request]]
id = "q1"
title = "Which ports are open?"
to = "csp"

[[request]]
id = "q2"
title = "Who approves changes?"
state = "answered"
answer = "The lead."
"""
FINDINGS = """format = 1

[[finding]]
id = "f1"
title = "No plan yet"
risk = "moderate"
"""
DIAGRAM, TEST = "rev5.readiness.csp:diagram", "rev5.readiness.3pao:pen-test"


def stale(text: str) -> list[str]:
    return [found.group() for found in STALE.finditer(text)]


@pytest.fixture
def app(workspace: Path, clock) -> FedcheckApp:
    keys = config.UserConfig(keys=OWN)
    return FedcheckApp(workspace, paths.find_user_folders(), keys, "alice", workspace, clock)


def test_enough_keys_for_all_that_is_named():
    assert 20 < len(NAMED) <= len(FREE)
    assert stale("None of 3 matches the filter; esc clears it") == ["esc clears"]
    assert stale("none yet; e adds some") == ["e adds"]
    assert not stale("f7 adds some; a piece that stands for it")


async def test_empty_places_name_the_keys_in_force(app):
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        seen = {}
        register = OWN["app.evidence"]  # the gate names it, so it has a key of its own
        for number, name in ((register, "register"), ("4", "requests"), ("2", "checklist")):
            await press(pilot, number)
            seen[name] = screen_text(app)
            await press(pilot, "slash", "z", "q", "x", "z", "enter")
            seen[f"{name}, filtered"] = screen_text(app)
            await press(pilot, "1")
        await press(pilot, "4")
        app.screen.action_ledger_switch()
        await settle(pilot)
        seen["findings"] = screen_text(app)
        await press(pilot, "1", "6")
        seen["history"] = screen_text(app)
        app.show_item(DIAGRAM)
        await settle(pilot)
        app.screen.action_edit_evidence()
        await settle(pilot)
        seen["evidence"] = screen_text(app)
        assert {name: stale(text) for name, text in seen.items() if stale(text)} == {}
        assert f"{OWN['evidence.add']} adds some" in seen["evidence"]
        assert f"{OWN['ledger.add']} adds a" in seen["requests"]
        assert f"{OWN['ledger.add']} raises" in seen["findings"]
        assert f"{OWN['list.clear']} clears it" in seen["checklist, filtered"]
        assert f"{OWN['register.back']} clears it" in seen["register, filtered"]


async def test_details_and_toasts_name_the_keys_in_force(app, workspace):
    (workspace / "requests.toml").write_text(REQUESTS)
    (workspace / "findings.toml").write_text(FINDINGS)
    async with app.run_test(size=(160, 50), notifications=True) as pilot:
        await settle(pilot)
        seen = {}
        app.session.apply([DIAGRAM], ItemEdit(status="doing"))
        await press(pilot, "4", "enter")
        seen["request"] = screen_text(app)
        await press(pilot, "1", "4", "down")
        await pilot.pause(0.12)
        seen["answered"] = screen_text(app)
        app.screen.action_ledger_switch()
        await settle(pilot)
        await pilot.pause(0.12)
        seen["finding"] = screen_text(app)
        app.show_item(DIAGRAM)
        await settle(pilot)
        await press(pilot, "enter")
        seen["item"] = screen_text(app)
        app.screen.action_edit_result()
        await settle(pilot)
        seen["toast"] = told(app)
        app.screen.action_edit_done()
        await settle(pilot)
        seen["saved"] = told(app)
        assert {name: stale(text) for name, text in seen.items() if stale(text)} == {}
        assert f"{OWN['requests.answer']} writes it" in seen["request"]
        assert f"{OWN['requests.accept']} accepts it" in seen["answered"]
        assert f"{OWN['findings.plan']} writes it" in seen["finding"]
        assert f"{OWN['edit.history']} shows all of it" in seen["item"]
        assert f"{OWN['edit.done']} marks it done" in seen["toast"]
        assert f"{OWN['app.undo']} undoes it" in seen["saved"]
        for row in app.board.rows.values():
            text = details_of_item(app.board, row, app.signs, app.keymap).plain
            own = row.item.guidance
            assert not [one for one in stale(text) if one not in own], row.ref


async def test_what_has_no_key_is_not_named(workspace, clock):
    none = config.UserConfig(keys=dict.fromkeys(NAMED, ""))
    app = FedcheckApp(workspace, paths.find_user_folders(), none, "alice", workspace, clock)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        assert "No requests yet." in screen_text(app)
        assert not stale(screen_text(app))
        app.show_item(DIAGRAM)
        await settle(pilot)
        app.screen.action_edit_evidence()
        await settle(pilot)
        assert "None yet" in screen_text(app)
        assert "adds some" not in screen_text(app)


def test_no_text_names_a_key_of_the_table_by_hand():
    """A text that names a key without asking for it would be wrong for whoever has another."""
    dialogs = {"esc", "tab", "⏎", "ctrl+s", "ctrl+e", "ctrl+g"}
    found = []
    for path in sorted(TUI.rglob("*.py")):
        source = re.sub(r'"""[\s\S]*?"""', "", path.read_text())
        for text in re.findall(r'"(?:[^"\\\n]|\\.)*"', source):
            found += [f"{path.name}: {one}" for one in stale(text) if one.split()[0] not in dialogs]
    assert found == []
