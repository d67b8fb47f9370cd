"""Conversion to another process: what carries over, is proposed or stays; the old one unchanged."""

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import CopyExample, MakeWorkspace
from driving import press, screen_text, settle

from fedcheck.cli.main import run
from fedcheck.errors import FedcheckError
from fedcheck.sharing import conversion_writer
from fedcheck.storage import config, history, paths
from fedcheck.storage.checklist_files import load_catalog
from fedcheck.storage.validation import check_across
from fedcheck.tui.app import FedcheckApp

Call = Callable[..., tuple[int, str, str]]

DAY = date(2027, 1, 11)
SHARED = "rev5.readiness.csp"
BRIEF = "agency.kick-off.csp:brief-overview"


@pytest.fixture(scope="module")
def jab(tmp_path_factory: pytest.TempPathFactory, copy_example: CopyExample) -> Path:
    """Return the classic example; no test changes it."""
    return copy_example(tmp_path_factory.mktemp("demo") / "jab", DAY)


@pytest.fixture(scope="module")
def agency(jab: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the example converted to the agency path; a test that changes it takes a copy."""
    root = tmp_path_factory.mktemp("converted") / "agency"
    before = hash_files(jab)
    assert run(["-w", str(jab), "convert", "--to", "agency", str(root)]) == 0
    assert hash_files(jab) == before
    return root


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs a command line: status, stdout, stderr."""

    def run_it(*argv: object) -> tuple[int, str, str]:
        capsys.readouterr()
        status = run([str(one) for one in argv])
        out = capsys.readouterr()
        return status, out.out, out.err

    return run_it


def hash_files(root: Path) -> dict[str, str]:
    """Return the hash of every file of a folder.

    What is known of evidence files is noted on this machine by every command that looks at them.
    """
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and path.name != "verified.json"
    }


def read_json(call: Call, *argv: object) -> Any:
    status, out, err = call(*argv, "--json")
    assert status == 0, err
    return json.loads(out)


def count(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {one["id"]: one["records"] for one in rows}


def test_the_example_converts_to_the_agency_path_with_counts(
    jab: Path, agency: Path, tmp_path: Path, call: Call
) -> None:
    found = read_json(call, "-w", jab, "convert", "--to", "agency", tmp_path / "new", "--dry-run")
    assert not (tmp_path / "new").exists()
    assert found["written"] is False
    assert found["profile"] == {"impact": "moderate"}
    carried, proposed, left = found["carried"], found["proposed"], found["left"]
    shared = {path.stem for path in (jab / "progress").glob("rev5.*.toml")}
    assert count(carried["lists"]).keys() == shared
    assert (carried["requests"], carried["findings"]) == (2, 1)
    assert [one["to"] for one in carried["milestones"]] == ["rar", "ready"]
    assert [one["to"] for one in proposed["milestones"]] == ["kick-off"], "another kick-off"
    assert count(proposed["lists"]) == {
        "jab.kick-off.3pao": 2, "jab.kick-off.csp": 4, "jab.readiness.csp": 1,
    }  # fmt: skip
    assert count(left["lists"]) == {"jab.kick-off.csp": 1, "jab.readiness.csp": 18}
    assert left["people"] == ["jo"]
    assert left["evidence_files"] == ["evidence/markings.txt: missing"]
    # All that is known in the old workspace is somewhere in the counts.
    known = read_json(call, "-w", jab, "list")
    touched = sum(one["status"] != "todo" for one in known)
    places = (carried, proposed, left)
    assert touched <= sum(one["records"] for place in places for one in place["lists"])

    for name in shared:
        path = f"progress/{name}.toml"
        assert (agency / path).read_bytes() == (jab / path).read_bytes()
    assert len(list((agency / "evidence").iterdir())) == carried["evidence_files"]
    for path in (agency / "evidence").iterdir():
        assert path.read_bytes() == (jab / "evidence" / path.name).read_bytes()
    lists = read_json(call, "-w", agency, "list", f"checklist:{SHARED}")
    before = {one["ref"]: one for one in known}
    assert lists
    for one in lists:
        assert (one["status"], one["changed"]) == (before[one["ref"]]["status"], False)


def test_the_new_workspace_has_a_new_history_with_one_line_a_list(
    agency: Path, tmp_path: Path, call: Call
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(agency, root)
    lines = [
        json.loads(line)
        for path in (root / "history").glob("*.jsonl")
        for line in path.read_text().splitlines()
    ]
    whole = [one["ref"] for one in lines if one["field"] == "records"]
    assert sorted(whole) == sorted(f"{path.stem}:*" for path in (root / "progress").iterdir())
    assert not [one for one in lines if one["ref"].startswith("rev5.") and one["ref"] not in whole]
    assert call("-w", root, "history", "--verify")[0] == 0
    before = len(history.read_all(root))
    assert call("-w", root, "set", f"{SHARED}:diagram", "--note", "seen")[0] == 0
    assert len(history.read_all(root)) == before + 1, "nothing else is left to explain"


def test_proposals_name_their_origin_and_are_accepted_or_rejected(
    jab: Path, agency: Path, tmp_path: Path, call: Call
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(agency, root)
    found = read_json(call, "-w", root, "handover")
    assert found["handovers"][0]["converted_from"] == "jab"
    by_ref = {one["ref"]: one for one in found["proposals"]}
    one = by_ref[BRIEF]
    assert one["from"] == "jab.kick-off.csp:brief-overview"
    newest = [line for line in history.read_all(jab) if line.change.ref == one["from"]][-1]
    assert one["line"] == newest.hash
    assert len(one["line"]) == 64
    assert read_json(call, "-w", root, "show", BRIEF)["status"] == "todo"

    status, out, _ = call("-w", root, "handover")
    assert status == 0
    assert f"from {one['from']}, history line {one['line'][:12]}" in out
    assert "basis" not in out, "which version of an item it is follows its status"
    assert call("-w", root, "handover", "--accept", one["id"])[0] == 0
    item = read_json(call, "-w", root, "show", BRIEF)
    assert (item["status"], item["owner"], item["changed"]) == ("done", "dana", False)
    assert len(item["evidence"]) == 1
    kick_off = by_ref["milestones:kick-off"]
    assert call("-w", root, "handover", "--accept", kick_off["id"])[0] == 0
    assert "kick-off = 2027-02-01" in (root / "fedcheck.toml").read_text()
    other = by_ref["agency.assessment.3pao:brief-recommend"]
    assert call("-w", root, "handover", "--reject", other["id"])[0] == 0
    assert read_json(call, "-w", root, "show", other["ref"])["status"] == "todo"
    left = {each["ref"] for each in read_json(call, "-w", root, "handover")["proposals"]}
    assert left == by_ref.keys() - {BRIEF, kick_off["ref"], other["ref"]}
    assert call("-w", root, "undo")[0] == 0
    assert "kick-off = " not in (root / "fedcheck.toml").read_text()


def test_the_example_converts_to_cr26_with_its_profile(
    jab: Path, tmp_path: Path, call: Call
) -> None:
    before, new = hash_files(jab), tmp_path / "new"
    status, _, err = call("-w", jab, "convert", "--to", "cr26", new)
    assert status == 2
    assert "--type 20x|rev5" in err
    assert not new.exists()
    given = ("--type", "20x", "--class", "b")
    found = read_json(call, "-w", jab, "convert", "--to", "cr26", new, *given)
    assert found["profile"] == {"type": "20x", "path": "program", "class": "b"}
    assert found["carried"]["lists"] == []
    assert count(found["proposed"]["lists"]) == {"rev5.full-assessment.csp": 5}
    assert found["left"]["links"] == 1, "the test that the finding names"
    assert found["see"] == "cr26.prepare.csp-conversion"
    assert hash_files(jab) == before
    assert "rev5." not in (new / "findings.toml").read_text()
    refs = [one["ref"] for one in read_json(call, "-w", new, "handover")["proposals"]]
    assert "cr26.build.csp:cmu-cso-cmd" in refs
    assert "cr26.build.csp:sdr-csf-ctf" not in refs, "not for 20x"
    # The files of what is proposed are there before anybody accepts it.
    assert read_json(call, "-w", new, "handover", "--accept", "all")["done"]
    states = read_json(call, "-w", new, "evidence", "list")
    assert len(states) == 4
    assert not [one for one in states if "missing" in json.dumps(one)]


def test_an_agency_effort_converts_to_rev5_certification(
    agency: Path, tmp_path: Path, call: Call
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    shutil.copytree(agency, old)
    ready = "agency.conmon.csp:rules-inbox"
    assert call("-w", old, "set", ready, "--status", "done", "--note", "Both exist")[0] == 0
    before = hash_files(old)
    given = ("--type", "rev5", "--path", "agency", "--class", "c", "--from", "build")
    found = read_json(call, "-w", old, "convert", "--to", "cr26", new, *given)
    assert hash_files(old) == before
    assert 'begins = "build"' in (new / "fedcheck.toml").read_text()
    by_ref = {one["ref"]: one for one in found["proposed"]["records"]}
    # One record may stand for two items.
    assert by_ref["cr26.build.csp:afc-cso-inb"]["from"] == ready
    assert by_ref["cr26.build.csp:scg-cso-rsc"]["from"] == ready
    assert by_ref["cr26.build.csp:sdr-csf-ctf"]["from"] == "rev5.full-assessment.csp:app-a-controls"
    assert count(found["proposed"]["lists"])["agency.conmon.csp"] == 1


HEAD = """provider = "Meridian"

[people."a \\u001b[31m \\"quoted\\""]
name = "Al [/b] Ice"
role = "csp"

[people.jo]
name = "Jo"
role = "jab"
"""

OWN = """format = 1
id = "acme.own"
process = ["jab", "agency"]
phase = "readiness"
role = "csp"
title = "Own"
audience = "internal"

[[section]]
id = "s"
title = "Section"

  [[section.item]]
  id = "quote"
  title = "Item"
"""

REQUESTS = """format = 1

[[request]]
id = "r1"
title = "Which port?"
by = "jo"
to = "csp"

[[request]]
id = "r2"
title = "Which table?"
by = "3pao"
to = "csp"
items = ["rev5.readiness.csp:diagram", "jab.kick-off.csp:brief-overview"]

[[request.evidence]]
id = "q1"
link = "evidence/answer.txt"
kind = "file"
"""

LINKS = (
    "evidence/good.txt", "../secret.txt", "/etc/hostname", ".git/config", "fedcheck.toml",
    "history/x.jsonl", "private/PROGRESS/x.toml", "evidence/../../secret.txt", "evidence/link.txt",
    "private/plan.txt", "evidence/\\u001b[31mred.txt",
)  # fmt: skip


@pytest.fixture
def hostile(make_workspace: MakeWorkspace) -> Path:
    """Return a small workspace with everything in it that must not spread."""
    proof = "".join(
        f'\n[[item."diagram".evidence]]\nid = "e{n}"\nlink = "{link}"\nkind = "file"\n'
        for n, link in enumerate(LINKS)
    )
    due = '\n[item."crypto-table"]\ndue = "package - 5d"\n'
    root = make_workspace(
        head=HEAD,
        lists={
            "acme.own.toml": OWN,
            "acme.jab.toml": OWN.replace("acme.own", "acme.jab").replace(', "agency"', ""),
        },
        progress={
            SHARED: f'[item."diagram"]\nstatus = "done"\nfuture-key = "kept"\n{proof}{due}',
            "acme.own": '[item."quote"]\nstatus = "doing"\n',
            "acme.jab": '[item."quote"]\nstatus = "doing"\n',
        },
    )
    (root / "requests.toml").write_text(REQUESTS)
    (root.parent / "secret.txt").write_text("SECRET")
    for name in ("evidence/good.txt", ".git/config", "evidence/answer.txt", "private/plan.txt"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(name)
    (root / "evidence/link.txt").symlink_to("../../secret.txt")
    for folder in ("checklists", "progress"):
        (root / "private" / folder).mkdir()
    (root / "private/checklists/acme.inner.toml").write_text(OWN.replace("acme.own", "acme.inner"))
    for name, item in (("acme.inner", "quote"), (SHARED, "diagram"), ("jab.kick-off.csp", "x")):
        text = f'format = 1\nchecklist = "{name}"\n\n[item."{item}"]\nnote = "INNER"\n'
        (root / f"private/progress/{name}.toml").write_text(text)
    return root


def test_only_what_belongs_there_reaches_the_new_workspace(
    hostile: Path, tmp_path: Path, call: Call
) -> None:
    before, new = hash_files(hostile), tmp_path / "new"
    status, out, err = call("-w", hostile, "convert", "--to", "agency", new)
    assert status == 0, err
    assert "\x1b" not in out + err
    assert hash_files(hostile) == before
    made = {path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file()}
    assert {one for one in made if one.startswith(("evidence/", "private/", ".git/"))} == {
        "evidence/good.txt",
        "evidence/answer.txt",
        "private/plan.txt",
        "private/checklists/acme.inner.toml",
        "private/progress/acme.inner.toml",
        f"private/progress/{SHARED}.toml",
    } | {one for one in made if one.startswith(("private/history/", "private/.fedcheck/"))}
    assert "checklists/acme.own.toml" in made
    assert "checklists/acme.jab.toml" not in made
    shared = b"".join((new / one).read_bytes() for one in made if not one.startswith("private/"))
    assert b"INNER" not in shared
    assert b"SECRET" not in shared
    assert "private/" not in (next((new / "handovers").glob("*/handover.toml"))).read_text()
    for words in ("1 private note", "acme.jab", "1 request of a former role", "people jo"):
        assert words in out

    head = (new / "fedcheck.toml").read_text()
    assert "Al [/b] Ice" in head
    assert call("-w", new, "status")[0] == 0
    progress = (new / f"progress/{SHARED}.toml").read_text()
    assert 'future-key = "kept"' in progress
    assert 'due = "package-complete - 5d"' in progress, "the milestone has another id there"
    requests = (new / "requests.toml").read_text()
    assert "r1" not in requests
    assert 'items = ["rev5.readiness.csp:diagram"]' in requests.replace("\n    ", "").replace(
        ",\n", ""
    )


def test_evidence_may_stay_where_it_is(hostile: Path, tmp_path: Path, call: Call) -> None:
    new = tmp_path / "new"
    found = read_json(call, "-w", hostile, "convert", "--to", "agency", new, "--no-evidence")
    assert found["carried"]["evidence_files"] == 0
    assert "evidence/good.txt: not copied" in found["left"]["evidence_files"]
    assert not list((new / "evidence").iterdir())
    assert 'link = "evidence/good.txt"' in (new / f"progress/{SHARED}.toml").read_text()


def test_nothing_is_written_where_it_cannot_be(hostile: Path, tmp_path: Path, call: Call) -> None:
    full, file = tmp_path / "full", tmp_path / "file"
    full.mkdir()
    (full / "note.txt").write_text("mine")
    file.write_text("mine")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "inner").symlink_to(hostile / "evidence")
    before = hash_files(tmp_path)
    cases = (
        (full, "agency", "not empty"),
        (file, "agency", "not a directory"),
        (tmp_path / "dangling", "agency", "no such file"),
        (hostile / "new", "agency", "in the old workspace"),
        (tmp_path / "inner" / "new", "agency", "in the old workspace"),
        (tmp_path / "new", "jab", "already"),
        (tmp_path / "new", "nothing", "unknown process"),
    )
    for folder, process, words in cases:
        status, _, err = call("-w", hostile, "convert", "--to", process, folder)
        assert (status, words in err.lower()) == (2, True), err
    status, _, err = call("-w", hostile, "convert", "--to", "agency", tmp_path / "n", "--role", "x")
    assert status == 2
    assert "no role" in err
    (hostile / "findings.toml").write_text("[[finding]\n")
    before = hash_files(tmp_path)
    status, _, err = call("-w", hostile, "convert", "--to", "agency", tmp_path / "new")
    assert (status, "findings.toml:1" in err) == (3, True), err
    assert hash_files(tmp_path) == before
    (hostile / "findings.toml").unlink()
    assert call("-w", hostile, "convert", "--to", "agency", tmp_path / "new")[0] == 0
    status, _, err = call("-w", tmp_path / "new", "convert", "--to", "jab", tmp_path / "back")
    assert (status, "historical" in err) == (2, True)


def test_a_disk_that_refuses_leaves_no_workspace(
    hostile: Path, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: Path, target: Path, *, under: Path) -> str:
        raise FedcheckError(f"cannot save {target}: no space left")

    monkeypatch.setattr(conversion_writer, "copy_new_file", refuse)
    status, _, err = call("-w", hostile, "convert", "--to", "agency", tmp_path / "new")
    assert status == 3
    assert "no workspace was created" in err
    assert "remove the folder" in err
    assert not (tmp_path / "new/fedcheck.toml").exists()


def test_an_empty_folder_or_a_new_repository_will_do(
    hostile: Path, tmp_path: Path, call: Call
) -> None:
    (tmp_path / "repository/.git").mkdir(parents=True)
    status, _, err = call("-w", hostile, "convert", "--to", "agency", tmp_path / "repository")
    assert status == 0, err


def test_carries_from_names_items_of_other_processes(
    make_workspace: MakeWorkspace, call: Call
) -> None:
    text = OWN + 'carries-from = ["rev5.readiness.csp:diagramm", "rev5.readiness.csp:diagram"]\n'
    root = make_workspace(lists={"acme.own.toml": text.replace('["jab", "agency"]', '"agency"')})
    catalog = load_catalog(paths.find_shipped_checklists(), (), root)
    check_across(catalog, catalog.lists)
    listed = {one.id: one for one in catalog.lists}["acme.own"].problems()
    assert [one.message for one in listed] == [
        "unknown item rev5.readiness.csp:diagramm",
        "rev5.readiness.csp:diagram is an item of the process agency as well",
    ]


def test_a_historical_process_offers_the_conversion(jab: Path, agency: Path, call: Call) -> None:
    assert "fedcheck convert --to agency|cr26 DIR" in call("-w", jab, "status")[1]
    assert "fedcheck convert" not in call("-w", agency, "status")[1]


async def test_home_offers_the_conversion_and_says_what_to_run(hostile: Path, clock: Any) -> None:
    app = FedcheckApp(
        hostile, paths.find_user_folders(), config.UserConfig(), "alice", hostile, clock
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "is historical. Continue: fedcheck convert --to agency|cr26 DIR" in screen_text(app)
        app.screen.query_one("#gate-line").focus()
        await press(pilot, "down")
        await press(pilot, "enter")
        assert "fedcheck convert --to agency DIR --dry-run" in screen_text(app)
