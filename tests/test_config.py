"""The user's own configuration: keys, start, theme, mouse; what is wrong in it is told by line."""

import importlib
import json
import pkgutil
import re
import string
import sys
from pathlib import Path

import platformdirs
import pytest
from driving import press, screen_text, settle, told, type_text
from textual.keys import Keys, _character_to_key
from textual.widgets import Input

import fedcheck.tui.screens
from fedcheck.cli.commands.config import load_checked
from fedcheck.cli.main import run
from fedcheck.keys import keymap
from fedcheck.keys.action import SHARED_PLACES
from fedcheck.keys.actions import ACTIONS
from fedcheck.keys.keymap import (
    BadKeyError,
    KeyMap,
    build_key_map,
    list_key_problems,
    list_start_screens,
    normalize_key,
)
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.dialogs.keys import KeysScreen
from fedcheck.tui.dialogs.theme import ThemeScreen
from fedcheck.tui.palette import offers
from fedcheck.tui.screens.checklist import ChecklistScreen
from fedcheck.tui.screens.home import HomeScreen
from fedcheck.tui.screens.too_small import TooSmallScreen
from fedcheck.tui.widgets.key_line import KeyLine

DIAGRAM = "rev5.readiness.csp:diagram"


@pytest.fixture
def write(home: Path):
    def write(text: str) -> Path:
        path = paths.find_user_folders().config_file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def start(workspace: Path, clock):
    """Return a function that makes the app by the configuration on disk."""

    def make(root: Path | None = workspace) -> FedcheckApp:
        folders = paths.find_user_folders()
        user, problems = load_checked(folders)
        return FedcheckApp(root, folders, user, "alice", workspace, clock, problems)

    return make


def words(found: KeyMap) -> list[tuple[str, str]]:
    return [(complaint.message, complaint.hint) for complaint in found.problems]


# The names of keys


@pytest.mark.parametrize("character", string.ascii_letters + string.digits + string.punctuation)
def test_a_character_is_the_key_that_textual_calls_so(character):
    assert normalize_key(character) == _character_to_key(character)


def test_every_named_key_is_one_of_textuals():
    known = {key.value for key in Keys}
    assert known >= keymap.NAMED_KEYS
    ctrl = {f"ctrl+{name}" for name in keymap.WITH_CTRL if name not in "0123456789"}
    assert ctrl - set(keymap.SENT_AS) <= known


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("esc", "escape"),
        ("PgUp", "pageup"),
        ("ctrl+G", "ctrl+g"),
        ("Control+g", "ctrl+g"),
        ("shift+x", "X"),
        ("shift+tab", "shift+tab"),
        ("shift+ctrl+left", "ctrl+shift+left"),
        ("?", "question_mark"),
        ("question_mark", "question_mark"),
        (" ", "space"),
        ("+", "plus"),
        ("alt+x", "alt+x"),
        ("ö", "ö"),
    ],
)
def test_keys_are_written_as_people_do(written, key):
    assert normalize_key(written) == key


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("entre", '"entre" is not a key', 'did you mean "enter"?'),
        ("", '"" is not a key', "write it as"),
        ("g g", '"g g" is not a key', ""),
        ("crtl+g", "there is no 'crtl'", 'did you mean "ctrl"?'),
        ("ctrl+i", 'a terminal sends "ctrl+i" as tab', "another key"),
        ("ctrl+c", "reserved for copying", "another key"),
        ("ctrl+?", "terminals do not send", "a letter"),
        ("shift+5", "depends on the keyboard", "the character"),
        ("\x1b[31m", "is not a key", ""),
    ],
)
def test_what_is_no_key_is_said_so(written, message, hint):
    with pytest.raises(BadKeyError) as error:
        normalize_key(written)
    assert message in str(error.value)
    assert hint in error.value.hint
    assert "\x1b" not in str(error.value)


# The key map


def test_without_a_word_of_the_user_the_table_holds():
    assert build_key_map() == KeyMap()
    assert build_key_map().of("edit.done") == ("space",)


def test_own_keys_replace_and_unbind_quoted_or_not():
    own = {"edit.done": "f8", "app": {"undo": ["f3", "F3"], "redo": "", "role": []}}
    found = build_key_map("", own)
    assert found.problems == ()
    assert [found.of(f"app.{name}") for name in ("undo", "redo", "role")] == [("f3",), (), ()]
    assert found.changed == {"edit.done", "app.undo", "app.redo", "app.role"}


def test_the_vim_preset_adds_and_gives_way():
    found = build_key_map("vim", {"app.goto": "l", "app.redo": "B"})
    assert found.problems == ()
    assert found.of("app.palette") == ("ctrl+p", "colon")
    assert found.of("rows.open") == ("enter",), "l was given to something else"
    assert found.of("app.redo") == ("B",), "what the user says of an action is all of it"


def test_no_preset_clashes_with_the_table():
    assert_no_clash(build_key_map("vim"))


def assert_no_clash(found: KeyMap) -> None:
    """No key does two things, but for those that the table gives to a place within another."""
    for one in ACTIONS:
        for other in ACTIONS:
            if one.id < other.id and keymap.are_active_together(one, other):
                both = set(found.of(one.id)) & set(found.of(other.id))
                assert both <= set(one.keys) & set(other.keys), (one.id, other.id)


def test_a_clash_names_both_and_the_sound_part_stays():
    found = build_key_map("", {"edit.note": "s", "edit.due": "f8"})
    assert words(found) == [
        (
            '"s" has two actions: edit.note and edit.status (on an item)',
            'choose another key, or free it with "edit.status" = ""',
        )
    ]
    assert found.of("edit.note") == ("n",)
    assert found.of("edit.due") == ("f8",)
    assert not build_key_map("", {"edit.note": "s", "edit.status": "n"}).problems, (
        "an exchange is none"
    )
    assert not build_key_map("", {"report.export": "space"}).problems, "other places, no clash"
    assert build_key_map("", {"app.goto": "j"}).problems, "everywhere is in lists too"


def test_a_clash_undone_may_uncover_another():
    found = build_key_map("", {"edit.status": "n", "edit.note": "s", "edit.due": "s"})
    assert len(found.problems) >= 1
    assert_no_clash(found)


def test_what_means_nothing_is_left_out_and_told():
    own = {"edit": {"dnoe": "x"}, "app.goto": 3, "app.undo": ["entre", "b3", "f4"], "app.role": [1]}
    found = build_key_map("", own)
    assert [c.path for c in found.problems] == [
        ("keys", "edit", "dnoe"),
        ("keys", "app.goto"),
        ("keys", "app.undo"),
        ("keys", "app.undo"),
        ("keys", "app.role"),
    ]
    assert found.of("app.undo") == ("f4",)
    assert found.of("app.goto") == ("ctrl+g",)


def test_there_is_always_a_way_out():
    found = build_key_map("", {"app.quit": "", "app.palette": ""})
    assert words(found)[0][0] == "app.quit has no key"
    assert found.of("app.quit")
    assert not build_key_map("", {"app.quit": ""}).problems


def test_every_place_of_a_screen_is_known_to_the_check_for_clashes():
    for module in pkgutil.iter_modules(fedcheck.tui.screens.__path__):
        found = importlib.import_module(f"fedcheck.tui.screens.{module.name}")
        for screen in vars(found).values():
            places = set(getattr(screen, "PLACES", ())) - {"everywhere"}
            if isinstance(screen, type) and len(places) > 1:
                assert any(places <= set(group) for group in SHARED_PLACES), (screen, places)


# The file and the commands


EVERYTHING_WRONG = """\
theme = "fedchek-dark"
start = "hme"
preset = "vmi"
mouse = "no"
glyphs = 3

[keys]
edit.dnoe = "y"
app.undo = ["ctrl+zz"]
"app.goto" = "s"
edit.due = "F9"
"""


def test_config_check_names_every_problem_with_its_line(write, capsys):
    path = write(EVERYTHING_WRONG)
    before = path.read_bytes()
    assert run(["config", "check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    for number, message, hint in (
        (1, '"fedchek-dark" is not one of', 'did you mean "fedcheck-dark"?'),
        (2, '"hme" is not a start screen', 'did you mean "home"?'),
        (3, '"vmi" is not one of vim', 'did you mean "vim"?'),
        (4, "expected true or false, found text", ""),
        (5, "a number is not one of unicode, ascii", ""),
        (8, 'no action "edit.dnoe"', 'did you mean "edit.note"?'),
        (9, 'app.undo: "ctrl+zz" is not a key', "write it as"),
        (10, '"s" has two actions: app.goto and', "choose another key"),
    ):
        (line,) = [line for line in lines if line.startswith(f"{path}:{number}: ")]
        assert message in line
        assert hint in line
    assert len(lines) == 8
    assert path.read_bytes() == before


def test_config_check_is_content_with_what_is_sound(write, capsys):
    assert run(["config", "check"]) == 0
    assert "not there yet" in capsys.readouterr().out
    write('theme = "monochrome"\nmouse = false\nstart = "report"\npreset = "vim"\n')
    assert run(["config", "check"]) == 0
    assert "no problem found" in capsys.readouterr().out
    user, _ = load_checked(paths.find_user_folders())
    assert (user.theme, user.mouse, user.start, user.preset) == (
        "monochrome",
        False,
        "report",
        "vim",
    )


def test_config_check_as_json(write, capsys):
    path = write('start = "hme"\n')
    assert run(["config", "check", "--json"]) == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert row["file"] == str(path)
    assert row["line"] == 1
    assert row["message"] == '"hme" is not a start screen'


def test_config_keys_prints_what_is_in_force(write, capsys):
    write('[keys]\nedit.done = "F8"\napp.redo = ""\nedit.nope = "1"\n')
    assert run(["config", "keys"]) == 0
    printed = capsys.readouterr()
    marked = [line.split()[1:3] for line in printed.out.splitlines() if line.startswith("*")]
    assert marked == [["app.redo", "-"], ["edit.done", "f8"]]
    assert "fedcheck config check" in printed.err
    assert run(["config", "keys", "--json"]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(rows) == [action.id for action in ACTIONS]
    assert rows["edit.done"]["keys"] == ["f8"]
    assert rows["edit.done"]["default"] == ["space"]
    assert rows["edit.done"]["changed"] is True
    assert rows["app.undo"]["changed"] is False


def test_every_start_leads_somewhere():
    assert {"home", "checklists", "report"} <= set(list_start_screens())
    assert not list(list_key_problems("", None, "home"))
    for method in list_start_screens().values():
        assert hasattr(FedcheckApp, f"action_{method}")


# The app


async def test_own_keys_work_and_are_shown_everywhere(write, start):
    write('[keys]\nedit.done = "f8"\napp.goto = "f3"\napp.undo = ""\n')
    app = start()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        assert "f3 go to" in screen_text(app)
        await press(pilot, "2")
        assert "f8 done" in screen_text(app)
        assert "space done" not in screen_text(app)
        await press(pilot, "space")
        assert app.board.rows[DIAGRAM].record.status == "todo"
        await press(pilot, "f8")
        assert app.board.rows[DIAGRAM].record.status == "done"
        await press(pilot, "u")
        assert app.board.rows[DIAGRAM].record.status == "done", "undo has no key"
        await press(pilot, "question_mark")
        assert isinstance(app.screen, KeysScreen)
        assert re.search(r" f8 +Mark the item done", screen_text(app))
        await press(pilot, "question_mark")
        assert isinstance(app.screen, ChecklistScreen)
        await press(pilot, "ctrl+c")
        assert "q quits" in told(app)
        offered = {action.id for action, _ in offers(app, app.screen)}
        assert {"app.undo", "edit.done", "list.filter", "app.theme", "app.quit"} <= offered
        assert not told(app).count("config")


async def test_a_field_keeps_its_keys(write, start):
    write('[keys]\napp.goto = "Z"\napp.theme = "left"\nedit.note = ["backspace", "n"]\n')
    app = start()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "slash")
        await type_text(pilot, "aZ")
        await press(pilot, "left", "backspace")
        assert isinstance(app.screen, ChecklistScreen)
        assert app.screen.query_one("#filter", Input).value == "Z"
        assert "Z" not in {b.key for b in _shown(app)}


def _shown(app: FedcheckApp):
    return [active.binding for active in app.screen.active_bindings.values()]


async def test_lists_and_pages_move_by_the_same_keys(write, start):
    write('preset = "vim"\n[keys]\nrows.down = ["down", "J"]\n')
    app = start()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "w")
        options = app.screen.query_one("#workspaces")
        options.highlighted = 0
        await press(pilot, "J")
        assert options.highlighted == 1
        await press(pilot, "G", "escape", "2")
        await press(pilot, "J")
        assert app.screen.items.row.ref != DIAGRAM
        await press(pilot, "g")
        assert app.screen.items.row.ref == DIAGRAM
        await press(pilot, "h")
        assert isinstance(app.screen, HomeScreen)


async def test_what_is_wrong_is_told_in_one_toast_and_the_rest_holds(write, start):
    write(EVERYTHING_WRONG)
    app = start()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, HomeScreen)
        (toast,) = [note for note in app._notifications if "config.toml" in note.message]
        assert "config.toml:1:" in toast.message
        assert "and 7 more" in toast.message
        assert "fedcheck config check" in toast.message
        assert app.keymap.of("edit.due") == ("f9",)


async def test_it_starts_where_the_user_says(write, start):
    write('start = "checklists"\n')
    app = start()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, ChecklistScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)


async def test_a_theme_is_seen_while_choosing_kept_by_enter_and_remembered(write, start):
    write('theme = "fedcheck-light"\n')
    app = start()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert app.theme == "fedcheck-light"
        await press(pilot, "ctrl+t")
        assert isinstance(app.screen, ThemeScreen)
        await press(pilot, "down")
        assert app.theme == "contrast-dark"
        await press(pilot, "escape")
        assert app.theme == "fedcheck-light"
        assert app.memory.text("theme") == ""
        await press(pilot, "ctrl+t", "end", "enter")
        assert app.theme == "terminal"
    again = start()
    async with again.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert again.theme == "terminal"


async def test_the_palette_offers_ours_and_runs_it(start):
    app = start()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        titles = {action.label.capitalize() for action, _ in offers(app, app.screen)}
        assert not titles & {"Maximize", "Minimize", "Screenshot", "Change theme"}
        await press(pilot, "ctrl+p")
        await type_text(pilot, "color theme")
        await pilot.pause(0.2)
        assert "ctrl+t" in screen_text(app)
        await press(pilot, "enter")
        await pilot.pause(0.2)
        await settle(pilot)
        assert isinstance(app.screen, ThemeScreen)


async def test_a_small_terminal_gets_a_kind_word_until_it_grows(start):
    app = start()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        await pilot.resize_terminal(50, 15)
        await settle(pilot)
        assert isinstance(app.screen, TooSmallScreen)
        assert "50x15" in " ".join(screen_text(app).split())
        await pilot.resize_terminal(60, 20)
        await settle(pilot)
        assert isinstance(app.screen, ChecklistScreen)


async def test_no_colour_is_no_colour_in_what_is_drawn(start, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = start()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        for strip in app.screen._compositor.render_strips():
            for segment in strip:
                assert segment.style is None or segment.style.color is None
                assert segment.style is None or segment.style.bgcolor is None


def test_the_hooks_into_textual_are_still_there():
    from textual.binding import BindingsMap
    from textual.dom import DOMNode

    assert isinstance(DOMNode()._bindings, BindingsMap)
    assert config.UserConfig().mouse is True


def test_the_example_of_the_documentation_is_sound(write, capsys):
    page = Path(__file__).parents[1] / "docs" / "files.md"
    text = page.read_text(encoding="utf-8").split("## Your configuration")[1]
    write(text.split("```toml\n")[1].split("```")[0])
    assert run(["config", "check"]) == 0
    user, problems = load_checked(paths.find_user_folders())
    assert problems == []
    assert build_key_map(user.preset, user.keys).of("app.goto") == ("ctrl+g", "ctrl+o")


async def test_the_line_of_keys_cuts_no_key_and_keeps_the_one_that_shows_all(start):
    app = start()
    async with app.run_test(size=(120, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        (line,) = app.screen.query(KeyLine)
        for width in (120, 80, 60):
            await pilot.resize_terminal(width, 24)
            await settle(pilot)
            assert "app_help" in [key.action for key in line.keys]
            text = screen_text(app).splitlines()[-1]
            shown = " ".join(f"{key.name} {key.label}" for key in line.keys)
            assert text.rstrip() == shown
            assert len(shown) <= width
            assert ("ctrl+p everything" in text) is (width == 120)
        await pilot.click(KeyLine, offset=(text.index("keys"), 0))
        await settle(pilot)
        assert isinstance(app.screen, KeysScreen)


@pytest.mark.skipif(sys.platform != "linux", reason="the customs of Linux")
@pytest.mark.parametrize("home", ["/home/dana", "/home/dana/", "/", "", "dana", None])
@pytest.mark.parametrize("said", [None, "", " ", "/etc/dana", "/etc/dana/", "//etc", "etc/dana"])
def test_the_users_folders_are_those_of_platformdirs(monkeypatch, home, said):
    wanted = {"HOME": home, "XDG_CONFIG_HOME": said, "XDG_STATE_HOME": said, "XDG_CACHE_HOME": None}
    for name, value in wanted.items():
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    try:
        expected = [
            find("fedcheck", appauthor=False)
            for find in (
                platformdirs.user_config_path,
                platformdirs.user_state_path,
                platformdirs.user_cache_path,
            )
        ]
    except RuntimeError:
        with pytest.raises(RuntimeError):
            paths.find_user_folders()
        return
    found = paths.find_user_folders()
    assert [found.config, found.state, found.cache] == expected
