"""Every kind of broken file in every place: told of in words, the rest works, nothing is harmed."""

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import MakeWorkspace
from nasty.make import (
    HERE,
    LINES,
    MADE,
    ODD_NAMES,
    odd_files,
    put,
    raw_characters,
    seen,
    written,
    wrong_lines,
)

from fedcheck.cli.main import run
from fedcheck.storage import toml_io
from fedcheck.storage.history import format_file_name
from fedcheck.storage.paths import find_user_folders

CSP = "rev5.readiness.csp"
OTHER = "mandate-1-fips"
READS = [
    "status",
    "status --json",
    "list",
    "list --json diagram",
    "next",
    f"show {OTHER}",
    "gate kick-off",
    "gate --json",
    "report -o -",
    "history",
    "history --verify",
    "evidence list",
    "evidence list --json",
]
LISTS = ["checklist list", "checklist list --json", "checklist validate"]
WRITES = [f"set {OTHER} --owner alice", "undo"]

PLACES = {
    "head": "fedcheck.toml",
    "checklist": f"checklists/{CSP}.toml",
    "progress": f"progress/{CSP}.toml",
    "requests": "requests.toml",
    "findings": "findings.toml",
    "config": "config.toml",
}
KINDS = [*(f"anywhere/{name}.toml" for name in LINES), *MADE]

Call = Callable[[str], tuple[int, str, str]]


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """End what waits for ever, such as for the other end of a pipe, by an error that none catches.

    A TimeoutError would be an OSError: a file that cannot be read, as many a test expects.
    """

    def give_up(*_: object) -> None:
        pytest.fail("it waits for ever")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs a command line and checks what must hold for every one."""

    def run_line(line: str) -> tuple[int, str, str]:
        status = run(line.split())
        out, err = capsys.readouterr()
        assert status in (0, 1, 2, 3), (line, status, err)
        assert "Traceback" not in out + err
        assert not raw_characters(out + err), line
        assert all(len(one) < 2100 for one in err.splitlines()), line
        if "--json" in line and status != 3:
            json.loads(out)
        return status, out, err

    return run_line


@pytest.fixture
def root(make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace with something in every place, and stand in it."""
    found = make_workspace(progress={CSP: '[item."diagram"]\nstatus = "doing"\n'})
    (found / "requests.toml").write_text('format = 1\n[[request]]\nid = "q"\ntitle = "x"\n')
    (found / "findings.toml").write_text("format = 1\n")
    (found / "history").mkdir()
    monkeypatch.chdir(found)
    return found


def place_of(root: Path, place: str) -> Path:
    """Return the path of a place; the user's configuration lies elsewhere."""
    if place == "config":
        find_user_folders().config.mkdir(parents=True, exist_ok=True)
        return find_user_folders().config_file
    return root / PLACES[place]


def line_of(kind: str) -> int:
    """Return the line that is wrong in a kind of file; 0 where there is none to name."""
    return LINES[Path(kind).stem] if kind.startswith("anywhere/") else 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", PLACES)
def test_a_broken_file_in_each_place(root: Path, call: Call, place: str, kind: str) -> None:
    """One clear message with the line; all else works; the file stays as it is."""
    if kind == "a closed file" and os.geteuid() == 0:
        pytest.skip("root reads everything")
    path = place_of(root, place)
    put(kind, path)
    before = seen(path)
    line = line_of(kind)
    named = f"{path.name}:{line}: " if line else f"{path.name}: "
    is_head = place == "head"
    hunted = os.environ.get("HYPOTHESIS_PROFILE") == "hunt"
    every = kind in MADE or hunted
    part = 1 if hunted else 2 if every else 4
    reads = READS[KINDS.index(kind) % part :: part]
    writes = WRITES if every or KINDS.index(kind) % 3 == 0 else []
    for command in [*reads, *writes]:
        status, _, err = call(command)
        assert named in err, command
        assert err.count(path.name) <= 2, "it is told once"
        assert (status == 3) is is_head, (command, err)
    for command in LISTS if every else LISTS[-1:]:
        status, out, err = call(command)
        assert status == (1 if command == "checklist validate" else 0), command
        if place == "checklist" and command == "checklist validate":
            assert named in out
    if place == "progress":
        for command in ("set diagram --owner mallory", f"set {OTHER} diagram --owner mallory"):
            status, _, err = call(command)
            assert status == 3
            assert named in err
        assert "mallory" not in call(f"show {OTHER}")[1]
    assert seen(path) == before
    assert not list(root.rglob("*.tmp"))


@pytest.mark.parametrize("name", written("places"))
def test_wrong_types_are_all_told_with_their_lines(root: Path, call: Call, name: str) -> None:
    """The corpus marks the lines that are wrong; each of them is named, and no other."""
    source = written("places")[name]
    place = "head" if name == "fedcheck" else name
    path = place_of(root, place)
    shutil.copyfile(source, path)
    before = seen(path)
    wanted = [f"{path.name}:{line}: " for line in wrong_lines(source)]
    _, out, err = call("checklist validate" if place == "checklist" else "status")
    told = [line for line in (out + err).splitlines() if f"{path.name}:" in line]
    assert {w for w in wanted if any(w in line for line in told)} == set(wanted)
    assert len(told) >= len(wanted)
    assert all(any(w in line for w in wanted) for line in told), told
    for command in [*READS, *WRITES]:
        status, _, err = call(command)
        assert (status == 3) is (place == "head"), (command, err)
    if place == "progress":
        assert call("set diagram --owner mallory")[0] == 3
    assert seen(path) == before


@pytest.mark.parametrize("name", written("odd"))
def test_odd_files_that_are_none_the_worse_for_it(root: Path, call: Call, name: str) -> None:
    path = root / PLACES["progress"]
    shutil.copyfile(written("odd")[name], path)
    for command in [*READS, *WRITES, "set diagram --owner alice", "undo"]:
        status, _, err = call(command)
        assert status in (0, 1)
        assert not err
    data = toml_io.read(path).data
    assert data["item"]["diagram"]["note"] == "two\nlines"
    if name == "hostile-keys":
        original = toml_io.read(written("odd")[name]).data
        assert {k: v for k, v in data.items() if k != "item"} == {
            k: v for k, v in original.items() if k != "item"
        }
        assert data["item"]["\x1b]0;title\x07"] == {"owner": "x"}
        assert data["item"]["diagram"]["\x1b[31mred"] == 1


ORDER = ("a-key-twice", "blank-lines", "crlf", "lines-swapped")
"""How lines stand in a file, and how they end, does not count."""

HISTORIES = [*(f"history/{path.name}" for path in written("history").values()), *MADE]


@pytest.mark.parametrize("kind", HISTORIES)
def test_a_broken_history_of_somebody_else(root: Path, call: Call, kind: str) -> None:
    """Its lines are left out, `--verify` names the file, and nothing is written to it."""
    if kind == "a closed file" and os.geteuid() == 0:
        pytest.skip("root reads everything")
    path = root / "history" / format_file_name("bob", "00000000")
    put(kind, path)
    before = seen(path)
    commands = [*READS, *WRITES, "set diagram --owner dana", "history --json", "redo", "undo"]
    for command in commands if kind != "64 MB" else ["history"]:
        status, _, err = call(command)
        if status == 3:
            asked = ("report", "history", "undo", "redo")
            assert command.startswith(asked), "only these need every history"
            assert path.name in err
    status, _, err = call("history --verify")
    if Path(kind).stem in ORDER or "whole" in kind or "no-newline" in kind:
        assert status in (0, 1)
    else:
        assert status == 1
        assert path.name in err
    assert seen(path) == before


@pytest.mark.parametrize("name", written("history"))
def test_an_own_history_that_is_broken_is_only_added_to(root: Path, call: Call, name: str) -> None:
    """What stands there stays, but for a line that a crash left half written."""
    call("set diagram --owner dana")
    (path,) = (root / "history").iterdir()
    raw = written("history")[name].read_bytes()
    path.write_bytes(raw)
    assert call("set diagram --owner erik")[0] == 0
    assert call("undo")[0] in (0, 1)
    now = path.read_bytes()
    kept = (
        raw
        if raw.endswith(b"\n") or name == "no-newline-at-the-end"
        else raw[: raw.rfind(b"\n") + 1]
    )
    assert now.startswith(kept)
    assert len(now) > len(kept)


SMALL = [kind for kind in MADE if kind != "64 MB"]
"""Every command reads the histories and these notes: what is large costs time in each."""

NOTES = [
    *(f"machine/{path.name}" for path in written("machine").values()),
    *(kind for kind in SMALL if kind != "a closed file"),
]


@pytest.mark.parametrize("kind", NOTES)
@pytest.mark.parametrize("name", ["seen.json", "verified.json", "writers.json"])
def test_broken_notes_of_this_machine_count_as_none(
    root: Path, call: Call, name: str, kind: str
) -> None:
    """They are ours alone and may be lost; what cannot be replaced is told of."""
    put(kind, root / ".fedcheck" / name)
    (root / "evidence").mkdir()
    (root / "evidence" / "plain.txt").write_text("x")
    for command in READS:
        assert call(command)[0] in (0, 1), command
    for command in [*WRITES, "evidence add diagram evidence/plain.txt", "evidence verify"]:
        status, _, err = call(command)
        assert status in (0, 1) or name in err, (command, err)
    assert not list(root.parent.glob("evil*"))


@pytest.mark.parametrize("kind", [kind for kind in MADE if kind != "a closed file"])
def test_a_broken_template(root: Path, call: Call, kind: str) -> None:
    path = find_user_folders().templates / "mine.md.j2"
    put(kind, path)
    status, out, err = call("report mine -o -")
    if "without end" in kind:
        assert status == 0, "any text is a template"
    elif status == 2:  # a name that leads nowhere may also count as no template
        assert "mine" in err
    else:
        assert (status, out) == (3, "")
        assert path.name in err
    assert call("report -o -")[0] == 0
    assert call("report --list")[0] == 0


@pytest.mark.parametrize("folder", ["checklists", "progress", "history", "templates", "evidence"])
@pytest.mark.parametrize(
    "kind", ["a pipe", "a dangling link", "a link to itself", "a device", "nul"]
)
def test_something_else_in_place_of_a_folder(
    root: Path, call: Call, folder: str, kind: str
) -> None:
    path = root / folder
    if path.exists():
        shutil.move(path, path.with_name("gone"))
    put("anywhere/nul.toml" if kind == "nul" else kind, path)
    before = seen(path)
    for command in [*READS, *LISTS]:
        status, _, err = call(command)
        assert status in (0, 1) or f"{folder}: " in err, command
    assert call("status")[0] == 0
    assert call("list")[0] == 0
    status, _, err = call(f"set {OTHER} --owner bob")
    if folder == "checklists":
        assert status in (0, 2, 3), "there may be no such item now"
    else:
        assert status == 0 or (status == 3 and folder in err)
    assert seen(path) == before


def test_odd_names_of_files_in_every_folder(root: Path, call: Call) -> None:
    """A name may hold escapes, a second line, what is no UTF-8: it is shown, and never obeyed."""
    good = (root / PLACES["progress"]).read_bytes()
    odd_files(root / "progress", ".toml", good)
    odd_files(root / "checklists", ".toml", (HERE / "places" / "checklist.toml").read_bytes())
    odd_files(root / "history", ".jsonl", (HERE / "history" / "not-json.jsonl").read_bytes())
    odd_files(root / "templates", ".md.j2", b"x\n")
    odd_files(find_user_folders().checklists, ".toml", b"x = \n")
    for command in [*READS, *LISTS, *WRITES, "report --list", "set diagram --owner dana"]:
        _, out, err = call(command)
        assert not [line for line in err.splitlines() if line.startswith("fedcheck: saved")]
        assert not [line for line in out.splitlines() if line.startswith("fedcheck: saved")]
    _, out, _ = call("checklist validate")
    for shown in ("\ufffd[31mred", "[red]x[bold]", "$(touch pwned)"):
        assert shown in out
    _, _, err = call("history --verify")
    assert err.count("cannot be read") == len(ODD_NAMES)
    assert not list(root.rglob("pwned"))


def test_a_report_with_histories_of_odd_names_can_be_checked_against(
    root: Path, call: Call
) -> None:
    whole = (HERE / "history" / "whole-no-lines.jsonl").read_bytes()
    made = odd_files(root / "history", ".jsonl", whole)
    call("set diagram --owner dana")  # a history of empty files alone says nothing
    assert call("report -o status.md")[0] == 0
    assert call("history --against status.md")[0] == 0
    made[2].write_bytes(b"x\n")
    assert call("history --against status.md")[0] == 1


@pytest.mark.parametrize("kind", ["a pipe", "a device", "64 MB", "a folder", "a dangling link"])
def test_a_broken_report_to_check_against(root: Path, call: Call, kind: str) -> None:
    put(kind, root / "report.md")
    status, _, err = call("history --against report.md")
    assert status in (2, 3)
    assert "report.md" in err


def test_a_report_to_check_against_names_no_file_elsewhere(root: Path, call: Call) -> None:
    call("set diagram --owner dana")
    call("report -o report.md")
    text = (root / "report.md").read_text()
    for name in ("..%2F..%2F..%2Fdev%2Fzero", "%2Fdev%2Fzero", "%00", ".."):
        forged = text.replace("history alice", f"history {name} {'0' * 64}\nhistory alice", 1)
        (root / "report.md").write_text(forged)
        status, _, err = call("history --against report.md")
        assert status == 1
        assert "was rewritten" in err


@pytest.mark.parametrize("kind", ["a pipe", "a device", "a dangling link", "a folder"])
def test_nothing_odd_is_written_over_by_a_report(root: Path, call: Call, kind: str) -> None:
    path = root / "status.md"
    put(kind, path)
    before = seen(path)
    assert call("report -o status.md")[0] == 2
    assert seen(path) == before


@pytest.mark.parametrize("target", [b"precious\n", b""])
def test_the_lock_harms_nothing_that_it_is_a_link_to(root: Path, call: Call, target: bytes) -> None:
    precious = root.parent / "precious"
    precious.write_bytes(target)
    (root / ".fedcheck").mkdir()
    (root / ".fedcheck" / "lock").symlink_to(precious)
    call(f"set {OTHER} --owner bob")
    assert precious.read_bytes() == target
