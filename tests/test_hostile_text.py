"""Text from files is data: on the command line, in the app, in reports, and where it is opened."""

import json
import os
import subprocess
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import MakeWorkspace, OpenWorkspace
from driving import settle
from forked_children import fork_children
from nasty.make import LIST, TEXTS, hostile_workspace, raw_characters, written
from rich.cells import cell_len
from small_report import check_tables, fill, ship, template, tokens
from textual.widgets import Input

from fedcheck.cli import options
from fedcheck.cli.main import run
from fedcheck.reports import child
from fedcheck.reports.markdown import safe_url
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens.checklist import ChecklistScreen
from fedcheck.tui.screens.evidence import EvidenceScreen
from fedcheck.tui.screens.item import ItemScreen

FORGED = "fedcheck: saved"
"""What one of the texts wants to put at the beginning of a line."""

Call = Callable[..., tuple[int, str, str]]


LONG = {name: text for name, text in TEXTS.items() if len(text) > 1000}
SHORT = {name: text for name, text in TEXTS.items() if name not in LONG}
GROUPS = [list(SHORT)[at : at + 10] for at in range(0, len(SHORT), 10)] + [list(LONG)]


@pytest.fixture
def hostile(tmp_path: Path, without_shipped_lists: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace in which every text is nasty, and stand in it."""
    root = hostile_workspace(tmp_path / "hostile", SHORT, asked_of=False)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def endless(tmp_path: Path, without_shipped_lists: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace in which every text is very long, and stand in it."""
    root = hostile_workspace(tmp_path / "endless", LONG, asked_of=False)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs a command line and checks that it prints plain text."""

    def run_line(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out, err = capsys.readouterr()
        assert status in (0, 1, 2, 3), (argv, status, err)
        # The mark of UTF-8 and CR LF belong to the format of CSV and of calendars.
        plain = out.removeprefix("\ufeff").replace("\r\n", "\n") if argv[0] == "export" else out
        assert not raw_characters(plain + err), argv
        assert not [line for line in (out + err).splitlines() if line.startswith(FORGED)], argv
        return status, out, err

    return run_line


COMMANDS = [
    "status", "list", "list status:blocked", "next -n 50", "gate kick-off", "history",
    "history -n 1", "history --verify", "evidence list", "evidence verify",
    "evidence remove kind:test", "checklist list", "checklist validate", "report --list",
    "report -o -", "report -o status.md", "next --calendar", "handoffs", "responsibilities",
    "changes 2026-01-01", "tests", "tests --samples", "digest -o digests", "request list",
    "finding list", "export requests --format md", "export csv -o items.csv", "export json",
    "export ics", "config keys",
    "portfolio .", "portfolio . --format md",
]  # fmt: skip


@pytest.mark.parametrize("place", ["hostile", "endless"])
def test_no_command_prints_anything_but_plain_text(
    request: pytest.FixtureRequest, call: Call, place: str
) -> None:
    request.getfixturevalue(place)
    for command in COMMANDS if place == "hostile" else COMMANDS[:7]:
        status, out, err = call(*command.split())
        assert out or err or status == 0
        assert len(out) < 3_000_000, "one long text does not fill up the line of every other item"
        if command in ("status", "list", "next -n 50", "gate kick-off", "history"):
            _, as_json, _ = call(*command.split()[:1], "--json")
            assert as_json.isascii()
            assert json.loads(as_json)


@pytest.mark.parametrize("names", GROUPS, ids=lambda names: names[0])
def test_every_item_can_be_shown_and_changed(
    tmp_path: Path, without_shipped_lists: None, call: Call, names: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(hostile_workspace(tmp_path / "some", {n: TEXTS[n] for n in names}, False))
    for name in names:
        ref = f"{LIST}:i-{name}"
        status, out, _ = call("show", ref)
        assert status == 0
        assert "Expected" in out
        data = json.loads(call("show", ref, "--json")[1])
        assert data["title"] == TEXTS[name], "JSON has the text as it is, in ASCII"
        assert call("set", ref, "--owner", f"{TEXTS[name]}.", "--reason", TEXTS[name])[0] == 0
        assert call("history", ref)[0] == 0


@pytest.mark.parametrize("name", [*list(SHORT)[::3], "one-long-word"])
def test_what_is_typed_is_not_obeyed_either(workspace: Path, call: Call, name: str) -> None:
    """A word may be pasted, or completed from the name of a file; messages quote it."""
    text, here = TEXTS[name], ("-w", str(workspace))
    for argv in (
        ("show", "--", text),
        ("set", "diagram", "--due", text),
        ("set", "diagram", "--owner", text, "--reason", text),
        ("list", "--", text),
        ("list", f"stauts:{text}"),
        ("gate", "--", text),
        ("report", "-o", "-", "--", text),
        ("next", "--role", text),
        ("evidence", "add", "diagram", "--", text),
        ("evidence", "remove", "--", text),
        ("checklist", "validate", "--", text),
        ("checklist", "new", "--phase", text, "--", text),
        ("history", "--", text),
    ):
        call(argv[0], *here, *argv[1:]) if argv[0] not in ("evidence", "checklist") else call(
            *argv[:2], *here, *argv[2:]
        )


@pytest.mark.parametrize("name", ["osc-52", "bidi-override", "forged-line"])
def test_nor_what_the_command_line_itself_complains_of(call: Call, name: str) -> None:
    text = TEXTS[name]
    for argv in (
        (text,), ("status", f"--{text}"), ("set", "x", "--status", text), ("gate", "a", text),
        ("list", "--as-of", text), ("-w", text, "status"), ("history", "--against", text),
        ("evidence", text), ("next", "-n", text),
    ):  # fmt: skip
        call(*argv)


def test_colours_are_ours_alone(
    hostile: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a terminal there are colours; a text that holds the very same escape is not one."""
    monkeypatch.setattr(options, "has_color", lambda: True)
    monkeypatch.setattr(options.click.utils, "should_strip_ansi", lambda *_: False)
    for argv in (["status"], ["show", f"{LIST}:i-colour"], ["gate", "kick-off"], ["history"]):
        run(argv)
        out = capsys.readouterr().out
        pieces = out.split("\x1b[")
        assert len(pieces) > 1 or argv == ["history"]
        codes = {piece.partition("m")[0] for piece in pieces[1:]}
        assert codes <= {"0", "1", "2", "32", "33", "36", "31"}
        assert not raw_characters("".join(pieces))
        assert "\x1b[31mred" not in out
        assert "\ufffd[31mred" in out


# ---------------------------------------------------------------- the app


def new_app(root: Path, clock: object) -> FedcheckApp:
    """Return the app on a workspace."""
    folders, who = paths.find_user_folders(), "alice"
    return FedcheckApp(root, folders, config.UserConfig(), who, root, clock)  # type: ignore[arg-type]


DRAWN = [
    "colour", "clear-screen", "c1-sequence", "osc-8", "osc-52", "nul", "forged-line", "html",
    "bidi-override", "zero-width", "markup", "markup-action", "emoji", "wide", "combining",
]  # fmt: skip
"""The texts that the app has to draw; the others are of the same kinds."""


def in_home(root: Path, names: list[str], asked_of: bool = False) -> Path:
    """Return a workspace with some of the texts."""
    return hostile_workspace(root, {name: TEXTS[name] for name in names}, asked_of)


@pytest.fixture
def app(tmp_path: Path, without_shipped_lists: None, clock: object) -> FedcheckApp:
    """Return the app on a nasty workspace."""
    return new_app(in_home(tmp_path / "nasty", DRAWN[::3]), clock)


def check_screen(app: FedcheckApp, width: int = 80, height: int = 24) -> str:
    """Return what stands on the screen, after a look at each line of it."""
    lines = []
    for strip in app.screen._compositor.render_strips():
        text = "".join(segment.text for segment in strip if not segment.control)
        assert raw_characters(text) <= {"\u200b"}, "a report breaks names with one of its own"
        assert strip.cell_length == width
        assert cell_len(text) == width, repr(text)
        for segment in strip:
            meta = segment.style.meta if segment.style else {}
            assert "app.quit" not in str(meta.get("@click", ""))
            assert not (segment.style and segment.style.link)
        lines.append(text)
    assert len(lines) == height
    return "\n".join(lines)


@pytest.mark.parametrize("keys", [
    ["1", "down", "tab", "down", "tab", "down", "question_mark", "escape", "R", "escape", "w"],
    ["2", "end", "home", "pagedown", "T", "T", "p", "escape", "s", "escape", "d", "escape"],
    ["2", "slash", "r", "e", "d", "enter", "ctrl+p", "a", "escape"],
    ["right", "right", "right", "right", "enter", "pagedown", "end", "escape", "ctrl+g", "r"],
    ["r", "pagedown", "s", "pagedown", "m", "escape"],
    ["2", "o"],
    ["2", "n"],
], ids=lambda keys: "-".join(keys[:4]))  # fmt: skip
async def test_a_walk_through_the_app(app: FedcheckApp, keys: list[str]) -> None:
    """Home, checklist, gate, report, go to, role, keys, palette, workspaces, every dialog."""
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        check_screen(app)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
            check_screen(app)
    assert app.return_code in (0, None)


async def test_home_with_requests_to_nasty_people(
    tmp_path: Path, without_shipped_lists: None, clock: object
) -> None:
    app = new_app(in_home(tmp_path / "nasty", DRAWN, asked_of=True), clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        check_screen(app)


@pytest.mark.parametrize(
    "names",
    [["bidi-override", "markup-action", "emoji"], ["long"]],
    ids=lambda names: names[0],
)
async def test_nasty_items_on_every_screen(
    tmp_path: Path, without_shipped_lists: None, clock: object, names: list[str]
) -> None:
    """In the list with its details, opened, with its evidence, and in toasts."""
    app = new_app(in_home(tmp_path / "nasty", names), clock)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        for name in names:
            app.show_item(f"{LIST}:i-{name}")
            await settle(pilot)
            assert isinstance(app.screen, ChecklistScreen)
            listed = check_screen(app)
            await pilot.press("enter")
            await settle(pilot)
            assert isinstance(app.screen, ItemScreen)
            opened = check_screen(app)
            await pilot.press("escape", "e", "o", "x")
            await settle(pilot)
            assert isinstance(app.screen, EvidenceScreen)
            check_screen(app)
            await pilot.press("escape")
            if name.startswith("markup"):
                assert TEXTS[name][:12] in listed
                assert TEXTS[name][:20] in opened
        assert app.is_running


async def test_what_is_typed_into_the_filter(app: FedcheckApp) -> None:
    """It takes anything, and what is wrong with it is said in plain text."""
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("2", "slash")
        await settle(pilot)
        for name in ("colour", "markup-action", "bidi-override", "wide", "long"):
            for text in (TEXTS[name], f"stauts:{TEXTS[name]}", f"due:{TEXTS[name]}"):
                field = app.screen.query_one("#filter", Input)
                field.value = text
                await settle(pilot)
                for number, strip in enumerate(app.screen._compositor.render_strips()):
                    if not field.region.contains(field.region.x, number):
                        assert not raw_characters("".join(segment.text for segment in strip))


# ---------------------------------------------------------------- evidence


OPENERS = {
    "https": ("url", "https://x.example/a?b=1", True),
    "http": ("url", "http://x.example", True),
    "file": ("url", "file:///etc/passwd", False),
    "script": ("url", "javascript:alert(1)", False),
    "data": ("url", "data:text/html,<script>alert(1)</script>", False),
    "editor": ("url", "vscode://file/etc/passwd", False),
    "option": ("url", "-profile=/tmp/x", False),
    "long-option": ("url", "--help", False),
    "shell": ("url", "$(touch pwned)", False),
    "shell-after-https": ("url", "https://x.example/$(touch pwned);`id`", True),
    "path": ("url", "/etc/passwd", False),
    "command-file": ("file", "evidence/run.sh", False),
    "file-that-says-https": ("file", "https://x.example/", False),
    "ticket": ("ticket", "SEC-9; touch pwned", False),
    "ticket-that-says-https": ("ticket", "https://x.example/", False),
}


@pytest.mark.parametrize("browser", [True, False])
async def test_only_web_links_reach_a_browser_and_nothing_a_shell(
    make_workspace: MakeWorkspace, clock: object, monkeypatch: pytest.MonkeyPatch, browser: bool
) -> None:
    """Also where somebody wrote the link into the file by hand."""
    text = '[item."diagram"]\nstatus = "doing"\n'
    for number, (kind, link, _) in enumerate(OPENERS.values()):
        evidence_item = f'id = "e{number}"\nlink = {json.dumps(link)}\nkind = "{kind}"\n'
        text += f'[[item."diagram".evidence]]\n{evidence_item}'
    root = make_workspace(progress={LIST: text})
    (root / "evidence").mkdir()
    (root / "evidence" / "run.sh").write_text("#!/bin/sh\ntouch pwned\n")
    opened: list[tuple[object, ...]] = []
    copied: list[str] = []
    started: list[object] = []
    monkeypatch.setattr(webbrowser, "open", lambda *url, **_: opened.append(url) or True)
    for owner, one in (
        (os, "system"), (os, "popen"), (os, "execvp"), (os, "posix_spawn"), (subprocess, "Popen"),
    ):  # fmt: skip
        monkeypatch.setattr(owner, one, lambda *args, **_: started.append(args))
    if browser:
        monkeypatch.setenv("BROWSER", "firefox")
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    app = new_app(root, clock)
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=(80, 24)) as pilot:
        app.show_item(f"{LIST}:diagram")
        await settle(pilot)
        await pilot.press("e")
        await settle(pilot)
        for number, (_, link, opens) in enumerate(OPENERS.values(), 1):
            opened.clear()
            await pilot.press("o" if number % 2 else "enter", "down")
            await settle(pilot)
            urls = [safe_url(link)] if opens and browser else []
            assert [url[0] for url in opened] == urls
            assert not any(set(" $()`") & set(str(url)) for url in urls)
            assert len(copied) == number
    assert not started


LEAVING = {
    "above": "../secret.txt",
    "above-and-back": "evidence/../../secret.txt",
    "link": "evidence/link.txt",
    "link-in-a-folder": "evidence/folder/secret.txt",
    "device": "evidence/zero",
    "pipe": "evidence/pipe",
    "url": "file:///etc/passwd",
    "script": "javascript:alert(1)",
    "data": "data:text/html,x",
    "editor": "vscode://file/etc/passwd",
    "mail": "mailto:x@y.example",
    "unc": "\\\\host\\share\\x",
    "escape": "evidence/\x1b[31m",
    "line": "evidence/a\nb",
    "nul": "evidence/a\0b",
    "long": "evidence/" + "x" * 5000,
    "self": "evidence/self",
    "folder": "evidence",
    "home": "~/secret.txt",
    "nobody": "~nobody-there/x",
    "empty": "",
}


@pytest.fixture
def traps(workspace: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> Path:
    """Return a workspace with ways out of it; whoever reads a file outside fails the test."""
    secret = workspace.parent / "secret.txt"
    secret.write_text("secret")
    (home / "secret.txt").write_text("secret")
    inside = workspace / "evidence"
    inside.mkdir()
    (inside / "link.txt").symlink_to(secret)
    (inside / "folder").symlink_to(workspace.parent)
    (inside / "zero").symlink_to("/dev/zero")
    (inside / "self").symlink_to("self")
    os.mkfifo(inside / "pipe")
    monkeypatch.chdir(workspace)
    real = Path.open

    def watched(self: Path, *args: object, **kwargs: object) -> object:
        assert "secret" not in str(self.resolve()), "it was read"
        assert not str(self.resolve()).startswith("/dev"), "it was read"
        return real(self, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", watched)
    return workspace


@pytest.mark.parametrize("name", LEAVING)
def test_evidence_does_not_lead_out_of_the_workspace(traps: Path, call: Call, name: str) -> None:
    before = sorted(path.name for path in traps.rglob("*"))
    link = LEAVING[name]
    if "\0" not in link:
        for argv in ((link,), (link, "--kind", "file"), (link, "--kind", "url")):
            status, _, err = call("evidence", "add", "diagram", *argv[1:], "--", argv[0])
            assert status == 2, argv
            assert err.startswith("fedcheck: ")
    assert "Evidence" not in call("show", "diagram")[1]
    assert sorted(path.name for path in traps.rglob("*")) == before


def test_an_absolute_path_needs_the_users_word(traps: Path, call: Call) -> None:
    secret = str(traps.parent / "secret.txt")
    assert call("evidence", "add", "diagram", secret)[0] == 2
    assert "--outside" in call("evidence", "add", "diagram", secret)[2]


def test_an_absolute_path_written_by_hand_is_not_read(traps: Path, call: Call) -> None:
    secret = json.dumps(str(traps.parent / "secret.txt"))
    text = (
        f'[item."diagram"]\n[[item."diagram".evidence]]\nid = "a"\nkind = "file"\nlink = {secret}\n'
    )
    (traps / "progress" / f"{LIST}.toml").write_text("format = 1\n" + text)
    assert "missing" in call("evidence", "verify")[1]
    assert "is outside the workspace" in call("doctor")[1]


@pytest.mark.parametrize("name", LEAVING)
@pytest.mark.parametrize("kind", ["file", "url", "ticket"])
def test_nor_does_what_was_written_by_hand(traps: Path, call: Call, name: str, kind: str) -> None:
    """`status`, `verify` and reports take it for missing, and read nothing."""
    link = LEAVING[name]
    evidence_item = (
        f'id = "a1"\nlink = {json.dumps(link)}\nkind = "{kind}"\nsha256 = "{"0" * 64}"\n'
    )
    text = 'format = 1\n[item."diagram"]\nstatus = "done"\n[[item."diagram".evidence]]\n'
    text += evidence_item
    (traps / "progress" / f"{LIST}.toml").write_text(text)
    for command in ("status", "list", "gate", "report -o -", "show diagram"):
        _, out, err = call(*command.split())
        assert not err
        if command == "report -o -":
            active = [t for t in tokens(out) if t.type in ("link_open", "image")]
            assert not [t for t in active if not t.attrs["href"].startswith("http")]
    status, out, _ = call("evidence", "verify")
    assert status == (1 if kind == "file" else 0)
    if kind == "file":
        assert "missing" in out
    rows = json.loads(call("evidence", "list", "--json")[1])
    assert [row["state"] for row in rows] == ["missing" if kind == "file" else "ok"]


# ---------------------------------------------------------------- templates


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace with a small report of its own."""
    ship(tmp_path, monkeypatch)
    return fill(tmp_path / "workspace")


@pytest.mark.parametrize("name", written("templates"))
def test_a_nasty_template_ends_in_words(
    filled: Path, call: Call, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Within its bounds, with status 3, and the report of yesterday stays as it was."""
    fork_children(monkeypatch)
    monkeypatch.setattr(child, "MAX_SECONDS", 0.5)
    monkeypatch.setattr(child, "MAX_MEMORY", 64 * 1024 * 1024)
    out = filled / "status.md"
    out.write_text("yesterday\n\n<!-- fedcheck report 1\nas-of 2027-01-10\n-->\n")
    before = out.stat().st_mtime_ns, out.read_bytes()
    (filled / "templates").mkdir()
    raw = written("templates")[name].read_bytes()
    (filled / "templates" / "mine.md.j2").write_bytes(raw)
    status, said, err = call("report", "-w", str(filled), "--trust", "mine", "-o", str(out))
    assert (status, said) == (3, "")
    assert "mine.md.j2" in err
    assert "root:" not in err
    assert "<class" not in err
    assert len(err) < 1000
    assert (out.stat().st_mtime_ns, out.read_bytes()) == before


def test_a_template_prints_no_control_characters(filled: Path, call: Call) -> None:
    """Neither those that stand in it nor those that it makes."""
    template(filled, 'a\x1b[31mb\u202ec\u200bd {{ "\\x1b]52;c;eA==\\x07" }} {{ "\\u202e" }}\r\nx\n')
    _, out, _ = call("report", "-w", str(filled), "--trust", "mine", "-o", "-")
    assert "a\ufffd[31mb\ufffdc\ufffdd \ufffd]52;c;eA==\ufffd \ufffd\nx\n" in out


def test_a_report_of_a_nasty_workspace_is_plain_markdown(
    hostile: Path, call: Call, open_workspace: OpenWorkspace
) -> None:
    _, out, _ = call("report", "-o", "-")
    assert check_tables(out) > 5
    found = list(tokens(out))
    html = [t.content for t in found if t.type in ("html_block", "html_inline")]
    assert len(html) == 1
    assert html[0].startswith("<!-- fedcheck report 1\n")
    assert not [t for t in found if t.type in ("image", "fence", "code_block")]
    for token in found:
        if token.type == "link_open":
            assert token.attrs["href"].startswith("https://x.example/")
    (hostile / "templates" / "mine.md.j2").write_text("{{ service.name }}\n")
    assert call("report", "--trust", "mine", "-o", "-")[0] == 0
