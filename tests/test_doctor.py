"""Doctor: every kind of defect on a real workspace, what --fix and --move do, and exit statuses."""

import json
import os
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW, FrozenClock, MakeWorkspace, OpenWorkspace

from fedcheck.cli.main import run
from fedcheck.doctor import folder_tree
from fedcheck.doctor.defect import KINDS, Defect, MoveRecord, RemoveFile, RestrictAccess
from fedcheck.doctor.examine import examine
from fedcheck.doctor.fixes import apply_fixes, move_records
from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.storage import history

CSP = "rev5.readiness.csp"
DIAGRAM = f"{CSP}:diagram"
CSP_FILE = f"progress/{CSP}.toml"

Call = Callable[..., tuple[int, str, str]]
Doctor = Callable[..., tuple[int, list[dict[str, Any]]]]


def close(root: Path) -> None:
    """Take the permissions of others away, as `fedcheck init` leaves a workspace."""
    for folder, folders, names in os.walk(root):
        for name in (*folders, *names):
            (Path(folder) / name).chmod(0o700 if name in folders else 0o600)
    root.chmod(0o700)


@pytest.fixture
def root(make_workspace: MakeWorkspace) -> Path:
    """Return the root of a workspace that nothing is wrong with."""
    found = make_workspace()
    close(found)
    return found


@pytest.fixture
def call(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs a command line in the workspace: status, stdout, stderr."""
    monkeypatch.chdir(root)

    def called(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return called


@pytest.fixture
def doctor(call: Call) -> Doctor:
    """Return a function that runs `doctor --json`: status and problems."""

    def called(*argv: str) -> tuple[int, list[dict[str, Any]]]:
        status, out, err = call("doctor", "--json", *argv)
        data = json.loads(out)
        assert data["schema"] == "fedcheck/doctor@1"
        assert "Traceback" not in err
        return status, data["problems"]

    return called


def of(problems: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [one for one in problems if one["kind"] == kind]


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


def records(root: Path, text: str, checklist: str = CSP) -> None:
    write(root, f"progress/{checklist}.toml", f'format = 1\nchecklist = "{checklist}"\n\n{text}')


def change_list(root: Path, old: str, new: str) -> None:
    path = root / f"checklists/{CSP}.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_nothing_is_wrong(call: Call) -> None:
    assert call("doctor") == (0, "No problems found.\n", "")
    status, out, _ = call("doctor", "--json")
    assert (status, json.loads(out)) == (
        0,
        {"schema": "fedcheck/doctor@1", "problems": [], "done": []},
    )


def test_no_workspace_is_wrong_usage(call: Call, tmp_path: Path) -> None:
    status, out, err = call("doctor", "-w", str(tmp_path / "nowhere"))
    assert (status, out) == (2, "")
    assert "no workspace here" in err


def test_notes_alone_are_no_problem(call: Call, root: Path) -> None:
    write(root, "evidence/loose.pdf", "x")
    status, out, _ = call("doctor")
    assert status == 0
    assert out.startswith("note: Evidence files that no item links to\n  evidence/loose.pdf: ")
    assert out.endswith("No problems found. 1 note.\n")


def test_broken_files_with_every_line_and_remedy(doctor: Doctor, root: Path) -> None:
    records(root, '[item."diagram"]\nstatus = "dnoe"\ndone = "x"\n')
    write(root, "requests.toml", "format = 1\nx = abc\n")
    write(root, "findings.toml", 'format = 1\n[[finding]]\nid = "a"\n')
    write(root, "checklists/own.toml", "format = 1\n")
    status, found = doctor()
    assert status == 1
    lines = {(Path(p["file"]).name, p["line"], p["severity"]) for p in of(found, "broken-file")}
    assert {
        (f"{CSP}.toml", 5, "error"),
        (f"{CSP}.toml", 6, "error"),
        ("requests.toml", 2, "error"),
        ("findings.toml", 2, "error"),
        ("own.toml", 1, "error"),
    } <= lines
    first = next(p for p in found if p["line"] == 5)
    assert first["remedy"] == 'did you mean "done"?'
    assert '"dnoe" is not one of' in first["message"]


def test_warnings_of_the_head(doctor: Doctor, make_workspace: MakeWorkspace) -> None:
    other = make_workspace("other", head='provder = "x"\n')
    close(other)
    status, (found,) = doctor("-w", str(other))
    assert (status, found["severity"], found["line"]) == (1, "warning", 5)
    assert found["remedy"] == 'did you mean "provider"?'


HEADS = {
    "no TOML": ("format = 1\nname = \n", 2, "not valid TOML"),
    "a wrong role": (None, 4, 'unknown role "cps"'),
    "an unknown process": (None, 3, 'unknown process "jba"'),
    "a wrong profile": (None, 7, 'unknown impact "hgih"'),
}


@pytest.mark.parametrize("name", HEADS)
def test_a_head_that_cannot_be_used(doctor: Doctor, call: Call, root: Path, name: str) -> None:
    """Its own problems have lines, and what does not need it is still looked at."""
    text, line, message = HEADS[name]
    head = root / "fedcheck.toml"
    good = head.read_text()
    bad = {
        "a wrong role": good.replace('"csp"', '"cps"'),
        "an unknown process": good.replace('"jab"', '"jba"'),
        "a wrong profile": good.replace("[profile]", '[profile]\nimpact = "hgih"'),
    }
    head.write_text(text or bad[name])
    root.chmod(0o755)
    head.chmod(0o644)
    write(root, "history/bob-1.jsonl", "no JSON\n")
    write(root, "requests.toml", "x = abc\n")
    stray = root / "progress/.fedcheck-1.tmp"
    stray.write_text("x")
    os.utime(stray, (1, 1))
    stray.chmod(0o600)
    status, found = doctor()
    assert status == 1
    (told,) = [p for p in found if p["file"] == str(head) and p["kind"] == "broken-file"]
    assert told["line"] == line
    assert message in told["message"]
    assert told["remedy"]
    kinds = {p["kind"] for p in found}
    assert {"permissions", "stray-file", "history", "not-checked"} <= kinds
    assert [p["line"] for p in found if p["file"].endswith("requests.toml")] == [1]
    status, out, _ = call("doctor", "--fix")
    assert status == 1
    assert head.stat().st_mode & 0o777 == 0o600
    assert not stray.exists()
    assert "closed   " in out
    assert call("doctor", "--move", "a=b")[0] == 3


def test_exit_3_where_nothing_at_all_can_be_read(
    call: Call, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "fedcheck.toml").write_text("x = \n")

    def refuse(path: Path) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(folder_tree.os, "scandir", refuse)
    status, out, err = call("doctor")
    assert (status, out) == (3, "")
    assert "fedcheck.toml:1: not valid TOML" in err


def test_progress_without_a_checklist(doctor: Doctor, root: Path) -> None:
    records(root, '[item."a"]\nowner = "x"\n', "rev5.readiness.cps")
    records(root, "", "something.else")
    text = (root / f"checklists/{CSP}.toml").read_text()
    text = text.replace(CSP, "agency.only").replace('["jab", "agency"]', '"agency"')
    write(root, "checklists/agency.only.toml", text)
    records(root, '[item."a"]\nowner = "x"\n', "agency.only")
    status, found = doctor()
    told = {Path(p["file"]).stem: p for p in of(found, "unknown-list")}
    assert status == 1
    assert set(told) == {"rev5.readiness.cps", "something.else", "agency.only"}
    assert told["rev5.readiness.cps"]["line"] == 2
    assert f'did you mean "{CSP}"?' in told["rev5.readiness.cps"]["remedy"]
    assert "1 record in it does not count" in told["rev5.readiness.cps"]["message"]
    assert "serves agency, not jab" in told["agency.only"]["message"]
    assert not of(found, "orphan-record")


def orphaned(root: Path, open_workspace: OpenWorkspace, new: str, title: str = "") -> None:
    """Record something for `diagram`, then give that item another id in its checklist."""
    session = open_workspace(root)
    session.apply([DIAGRAM], ItemEdit(status="done", owner="dana", note="v3"))
    change_list(root, 'id = "diagram"', f'id = "{new}"')
    if title:
        change_list(root, "Boundary diagram drawn and agreed", title)
    close(root)


def test_a_renamed_item_is_found_by_its_substance_and_fix_moves_the_record(
    doctor: Doctor, call: Call, root: Path, open_workspace: OpenWorkspace
) -> None:
    orphaned(root, open_workspace, "boundary-picture")
    before = (root / CSP_FILE).read_bytes()
    status, (found,) = doctor()
    assert (status, found["kind"], found["ref"], found["line"]) == (1, "orphan-record", DIAGRAM, 4)
    assert "done, owner dana, a note" in found["message"]
    assert found["fixable"]
    assert "doctor --fix" in found["remedy"]
    status, out, err = call("doctor", "--fix")
    assert (status, err) == (0, "")
    assert f"moved    {DIAGRAM} -> {CSP}:boundary-picture" in out
    assert out.endswith("No problems left.\n")
    record = open_workspace(root).project.record(f"{CSP}:boundary-picture")
    assert (record.status, record.owner, record.note) == ("done", "dana", "v3")
    (copy,) = root.glob(".fedcheck/backup/*/progress/*.toml")
    assert str(copy) in out
    assert copy.read_bytes() == before
    assert copy.stat().st_mode & 0o777 == 0o600
    assert copy.parent.stat().st_mode & 0o777 == 0o700
    assert call("undo")[0] == 0
    assert (root / CSP_FILE).read_bytes() == before
    assert call("history", "--verify")[0] == 0


def test_two_items_of_the_same_substance_are_for_a_person_to_choose(
    doctor: Doctor, root: Path, open_workspace: OpenWorkspace
) -> None:
    orphaned(root, open_workspace, "diagram-a")
    path = root / f"checklists/{CSP}.toml"
    item = re.search(r'  \[\[section\.item\]\]\n  id = "diagram-a".*?\n\n', path.read_text(), re.S)
    assert item
    twin = item[0].replace("diagram-a", "diagram-b")
    path.write_text(path.read_text().replace(item[0], item[0] + twin))
    _, (found,) = doctor()
    assert not found["fixable"]
    assert "fedcheck doctor --move diagram=diagram-" in found["remedy"]


def test_an_item_is_not_given_to_two_orphans(
    doctor: Doctor, call: Call, root: Path, open_workspace: OpenWorkspace
) -> None:
    orphaned(root, open_workspace, "picture")
    text = (root / CSP_FILE).read_text()
    records(
        root,
        text[text.index("[item") :]
        + "\n"
        + text[text.index("[item") :].replace("diagram", "diagrams"),
    )
    found = doctor()[1]
    assert [p["fixable"] for p in of(found, "orphan-record")] == [False, False]
    before = (root / CSP_FILE).read_bytes()
    assert call("doctor", "--fix")[0] == 1
    assert (root / CSP_FILE).read_bytes() == before


def test_an_item_with_a_record_of_its_own_is_not_offered(
    doctor: Doctor, call: Call, root: Path, open_workspace: OpenWorkspace
) -> None:
    orphaned(root, open_workspace, "diagram-v2")
    open_workspace(root).apply([f"{CSP}:diagram-v2"], ItemEdit(owner="erik"))
    (found,) = of(doctor()[1], "orphan-record")
    assert not found["fixable"]
    assert "diagram-v2" not in found["remedy"] + found["message"]
    assert call("doctor", "--fix")[0] == 1
    assert open_workspace(root).project.record(f"{CSP}:diagram-v2").owner == "erik"


def test_a_record_of_a_changed_item_is_moved_by_a_person(
    doctor: Doctor, call: Call, root: Path, open_workspace: OpenWorkspace
) -> None:
    orphaned(root, open_workspace, "diagram-v2", "Boundary diagram agreed with the assessor")
    before = (root / CSP_FILE).read_bytes()
    _, (found,) = doctor()
    assert not found["fixable"]
    assert "--move diagram=diagram-v2" in found["remedy"]
    status, out, err = call("doctor", "--move", "diagram=diagram-v2")
    assert (status, err) == (0, "")
    assert "fedcheck undo" in out
    session = open_workspace(root)
    assert session.project.record(f"{CSP}:diagram-v2").owner == "dana"
    assert "diagram" not in session.project.records[CSP]
    assert len({e.tx for e in session.history(f"{CSP}:diagram-v2")}) == 1
    assert [p["kind"] for p in doctor()[1]] == ["changed-upstream"]
    (copy,) = root.glob(".fedcheck/backup/*/progress/*.toml")
    assert copy.read_bytes() == before
    assert call("undo")[0] == 0
    assert (root / CSP_FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("diagram", "not OLD=NEW"),
        ("=diagram-v2", "not OLD=NEW"),
        ("diagrm=diagram-v2", "did you mean diagram?"),
        ("nothing-like-it=diagram-v2", "fedcheck doctor"),
        ("sponsor=diagram-v2", "is an item of its checklist"),
        ("diagram=no-such-item", "no such item"),
        ("diagram=crypto-table", "has a record of its own"),
        (f"diagram={CSP}:high-only", "does not apply here"),
    ],
)
def test_a_move_that_cannot_be_is_wrong_usage_and_changes_nothing(
    call: Call, root: Path, open_workspace: OpenWorkspace, said: str, words: str
) -> None:
    orphaned(root, open_workspace, "diagram-v2", "Another title")
    open_workspace(root).apply([f"{CSP}:crypto-table"], ItemEdit(owner="x"))
    before = (root / CSP_FILE).read_bytes()
    status, _, err = call("doctor", "--move", said)
    assert status == 2
    assert words in err
    assert (root / CSP_FILE).read_bytes() == before
    assert list(root.glob(".fedcheck/backup/2*")) == []


def test_a_move_copies_nothing_through_a_link(
    call: Call, root: Path, open_workspace: OpenWorkspace, tmp_path: Path
) -> None:
    orphaned(root, open_workspace, "diagram-v2", "Another title")
    shutil.rmtree(root / ".fedcheck/backup", ignore_errors=True)
    (root / ".fedcheck/backup").symlink_to(tmp_path)
    before = (root / CSP_FILE).read_bytes()
    status, _, err = call("doctor", "--move", "diagram=diagram-v2")
    assert status == 3
    assert "is a link" in err
    assert (root / CSP_FILE).read_bytes() == before
    assert not list(tmp_path.glob("2*"))


def test_a_record_that_was_changed_meanwhile_stays_where_it_is(
    root: Path, open_workspace: OpenWorkspace
) -> None:
    orphaned(root, open_workspace, "picture")
    session = open_workspace(root)
    path = root / CSP_FILE
    path.write_text(path.read_text().replace('"dana"', '"erik"'))
    moved = move_records(session, [MoveRecord(DIAGRAM, f"{CSP}:picture")])
    assert moved.done == []
    assert "was changed meanwhile" in str(moved.failed[0])
    fresh = open_workspace(root).project
    assert fresh.record(DIAGRAM).owner == "erik"
    assert fresh.record(f"{CSP}:picture").owner == ""


def test_an_orphan_in_a_broken_checklist_is_left_alone(
    doctor: Doctor, root: Path, open_workspace: OpenWorkspace
) -> None:
    orphaned(root, open_workspace, "picture")
    change_list(root, 'title = "Readiness: CSP"', 'title = "Readiness: CSP"\ncolour = "red"')
    (found,) = of(doctor()[1], "orphan-record")
    assert not found["fixable"]
    assert "mend the checklist first" in found["remedy"]


def test_an_orphan_keeps_its_unknown_keys(
    doctor: Doctor, call: Call, root: Path, open_workspace: OpenWorkspace
) -> None:
    orphaned(root, open_workspace, "picture")
    text = (root / CSP_FILE).read_text()
    (root / CSP_FILE).write_text(text.replace('owner = "dana"', 'owner = "dana"\ncolour = "red"'))
    assert call("doctor", "--fix")[0] == 0
    assert 'colour = "red"' in (root / CSP_FILE).read_text()
    status, (found,) = doctor()
    assert (status, found["kind"], found["severity"]) == (0, "orphan-record", "note")


def test_a_private_note_whose_item_is_gone(doctor: Doctor, root: Path) -> None:
    (root / "private").mkdir(mode=0o700)
    for item in ("diagram", "picture"):
        note = f'[item."{item}"]\nnote = "not for the assessor"\n'
        write(root, f"private/{CSP_FILE}", f'format = 1\nchecklist = "{CSP}"\n\n{note}')
        status, found = doctor()
        told = of(found, "orphan-record")
        assert (status, len(told)) == ((0, 0) if item == "diagram" else (1, 1))
    assert (told[0]["ref"], told[0]["line"]) == (f"{CSP}:picture", 4)
    assert told[0]["file"] == str(root / "private" / CSP_FILE)
    assert not told[0]["fixable"]
    gone = 'format = 1\nchecklist = "gone.list"\n\n[item."a"]\nnote = "x"\n'
    write(root, "private/progress/gone.list.toml", gone)
    assert "gone.list:a" in {p["ref"] for p in of(doctor()[1], "orphan-record")}


def test_an_item_recorded_under_both_ids(doctor: Doctor, root: Path) -> None:
    change_list(root, 'id = "crypto-table"', 'id = "crypto-table"\n  renamed-from = "crypto"')
    records(root, '[item."crypto-table"]\nowner = "a"\n\n[item."crypto"]\nowner = "b"\n')
    status, found = doctor()
    (told,) = of(found, "twice-recorded")
    assert (status, told["line"], told["ref"]) == (1, 7, f"{CSP}:crypto")
    assert 'only that of "crypto-table" counts' in told["message"]
    assert told["remedy"]
    assert not of(found, "orphan-record")


def test_a_record_under_an_earlier_id_alone_is_no_defect(doctor: Doctor, root: Path) -> None:
    change_list(root, 'id = "crypto-table"', 'id = "crypto-table"\n  renamed-from = "crypto"')
    records(root, '[item."crypto"]\nowner = "b"\n')
    assert [p["kind"] for p in doctor()[1]] == ["outside-change"]


def test_references_to_items_that_are_not_there(doctor: Doctor, root: Path) -> None:
    entry = '[[{}]]\nid = "r1"\ntitle = "x"\n{}items = ["{}", "{}"]\n'
    request = entry.format("request", "", DIAGRAM, f"{CSP}:diagrm")
    finding = entry.format("finding", 'risk = "low"\n', DIAGRAM, "sponsor")
    write(root, "requests.toml", "format = 1\n" + request)
    write(root, "findings.toml", "format = 1\n" + finding)
    status, found = doctor()
    told = {Path(p["file"]).name: p for p in of(found, "unknown-reference")}
    assert status == 1
    assert len(told) == len(of(found, "unknown-reference")) == 2
    assert told["requests.toml"]["line"] == 5
    assert told["requests.toml"]["remedy"] == f"did you mean {DIAGRAM}?"
    assert told["findings.toml"]["line"] == 6
    assert told["findings.toml"]["remedy"] == f"write the full reference: {CSP}:sponsor"


def piece(link: str, kind: str = "file") -> str:
    name = re.sub(r"\W", "", link)
    return f'[[item."diagram".evidence]]\nid = "{name}"\nlink = "{link}"\nkind = "{kind}"\n'


@pytest.mark.parametrize(
    ("link", "kind", "found", "words"),
    [
        ("evidence/gone.pdf", "file", "missing-evidence", "is gone"),
        ("../outside.txt", "file", "evidence-link", "leads out of the workspace"),
        ("evidence/out.txt", "file", "evidence-link", "leads out of the workspace"),
        ("a\\u0000b", "file", "evidence-link", "no name of a file"),
        ("/a\\u0000b", "file", "evidence-link", "no name of a file"),
        ("javascript:alert(1)", "url", "evidence-link", "no web address"),
        ("file:///etc/passwd", "url", "evidence-link", "no web address"),
        ("fedcheck.toml", "file", "evidence-link", "fedcheck's own"),
        ("./history/../progress/x.toml", "file", "evidence-link", "fedcheck's own"),
        ("evidence/own.toml", "file", "evidence-link", "fedcheck's own"),
        (".fedcheck/seen.json", "file", "evidence-link", "fedcheck's own"),
    ],
)
def test_evidence_that_cannot_count(
    doctor: Doctor, root: Path, link: str, kind: str, found: str, words: str
) -> None:
    (root / "evidence").mkdir(mode=0o700)
    (root.parent / "outside.txt").write_text("x")
    (root / "evidence/out.txt").symlink_to("../../outside.txt")
    (root / "evidence/own.toml").symlink_to(f"../{CSP_FILE}")
    records(root, '[item."diagram"]\nowner = "x"\n\n' + piece(link, kind))
    status, problems = doctor()
    (told,) = of(problems, found)
    assert (status, told["ref"], told["line"]) == (1, DIAGRAM, 7)
    assert words in told["message"]
    assert "fedcheck evidence remove" in told["remedy"]


def test_a_changed_file_is_told_of_once_it_was_verified(
    doctor: Doctor, root: Path, open_workspace: OpenWorkspace
) -> None:
    write(root, "evidence/a.txt", "x")
    session = open_workspace(root)
    session.apply([DIAGRAM], attach_evidence(session.new_evidence("evidence/a.txt", here=root)))
    assert doctor() == (0, [])
    write(root, "evidence/a.txt", "other")
    session.verify_evidence([DIAGRAM])
    status, (found,) = doctor()
    assert (status, found["kind"]) == (1, "missing-evidence")
    assert "not what it was" in found["message"]


def test_many_missing_files_are_counted(doctor: Doctor, root: Path) -> None:
    pieces = "\n".join(piece(f"evidence/{number}.txt") for number in range(30))
    records(root, '[item."diagram"]\nowner = "x"\n\n' + pieces)
    (found,) = of(doctor()[1], "missing-evidence")
    assert found["message"].startswith("30 files")


def test_folders_that_are_too_deep_are_told_of_and_left_alone(doctor: Doctor, root: Path) -> None:
    folder = root / "evidence" / "/".join("d" * 80)
    folder.mkdir(parents=True)
    close(root)
    status, (found,) = doctor()
    assert (status, found["kind"]) == (1, "broken-file")
    assert "more than 64 folders deep" in found["message"]
    (root / "other" / "/".join("d" * 80)).mkdir(parents=True)
    assert len(doctor()[1]) == 1


def test_what_lies_in_a_closed_folder_is_not_called_missing(
    doctor: Doctor, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records(root, '[item."diagram"]\nowner = "x"\n\n' + piece("evidence/a.txt"))
    (root / "evidence").mkdir(mode=0o700)
    assert of(doctor()[1], "missing-evidence")
    scandir = os.scandir

    def refuse(path: Path) -> Any:
        if Path(path).name == "evidence":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(folder_tree.os, "scandir", refuse)
    status, found = doctor()
    assert status == 1
    assert not of(found, "missing-evidence")
    (told,) = of(found, "broken-file")
    assert told["file"] == str(root / "evidence")
    assert told["message"] == "cannot be read: permission denied"


def test_files_that_no_item_links_to(doctor: Doctor, root: Path) -> None:
    for name in ("linked.txt", "loose.txt", ".gitkeep", "README.md"):
        write(root, f"evidence/{name}", "x")
    records(root, '[item."diagram"]\nowner = "x"\n\n' + piece("./evidence/linked.txt"))
    (found,) = of(doctor()[1], "orphan-evidence")
    assert (found["severity"], Path(found["file"]).name) == ("note", "loose.txt")
    for number in range(9):
        write(root, f"evidence/{number}.txt", "x")
    (found,) = of(doctor()[1], "orphan-evidence")
    assert found["file"] == str(root / "evidence")
    assert "10 files" in found["message"]
    records(root, "[item.")
    assert not of(doctor()[1], "orphan-evidence")


def test_files_that_others_can_reach(doctor: Doctor, call: Call, root: Path) -> None:
    root.chmod(0o755)
    (root / "fedcheck.toml").chmod(0o644)
    (root / "progress").chmod(0o770)
    write(root, "notes.txt", "not ours")
    (root / "notes.txt").chmod(0o644)
    status, found = doctor()
    told = {Path(p["file"]).name: p for p in of(found, "permissions")}
    assert status == 1
    assert set(told) == {"fedcheck.toml", "progress"}
    assert told["fedcheck.toml"]["severity"] == "warning"
    assert told["fedcheck.toml"]["message"] == "everybody at this machine can read (mode 644)"
    assert told["progress"]["message"] == "its group can write (mode 770)"
    assert told["progress"]["fixable"]
    status, out, _ = call("doctor", "--fix")
    assert status == 0
    assert out.count("closed   ") == 2
    assert (root / "fedcheck.toml").stat().st_mode & 0o777 == 0o600
    assert (root / "progress").stat().st_mode & 0o777 == 0o700
    assert (root / "notes.txt").stat().st_mode & 0o777 == 0o644
    assert root.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("name", "mode", "severity"),
    [
        ("fedcheck.toml", 0o644, "warning"),
        ("evidence/scan.txt", 0o644, "note"),
        ("evidence/scan.txt", 0o646, "warning"),
    ],
)
def test_a_closed_folder_above_makes_documents_of_people_a_note(
    doctor: Doctor, call: Call, root: Path, name: str, mode: int, severity: str
) -> None:
    path = root / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch()
    path.chmod(mode)
    status, found = doctor()
    (told,) = of(found, "permissions")
    assert (status, told["severity"]) == (int(severity == "warning"), severity)
    assert "only the closed folder above keeps them out" in told["message"]
    assert call("doctor", "--fix")[0] == 0
    assert path.stat().st_mode & 0o777 == 0o600


def test_who_may_write_in_the_root_is_told_of(doctor: Doctor, call: Call, root: Path) -> None:
    root.chmod(0o777)
    status, (found,) = doctor()
    assert (status, found["file"]) == (1, str(root))
    assert call("doctor", "--fix")[0] == 0
    assert root.stat().st_mode & 0o777 == 0o755


def test_many_open_files_are_counted_by_folder_and_all_closed(
    doctor: Doctor, call: Call, root: Path
) -> None:
    root.chmod(0o755)
    (root / "evidence").mkdir()
    (root / "evidence").chmod(0o755)
    names = [f"{number}.txt" for number in range(12)]
    for name in names:
        (root / "evidence" / name).write_text("x")
        (root / "evidence" / name).chmod(0o666)
    found = of(doctor()[1], "permissions")
    assert {p["file"] for p in found} == {str(root / "evidence")}
    assert any(p["message"].startswith("12 files in this folder") for p in found)
    assert call("doctor", "--fix")[0] == 0
    assert {(root / "evidence" / name).stat().st_mode & 0o777 for name in names} == {0o600}


def test_files_of_others_are_told_of_and_not_touched(
    root: Path, open_workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    root.chmod(0o755)
    (root / "fedcheck.toml").chmod(0o644)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    (found,) = [d for d in examine(open_workspace(root)) if d.kind == "permissions"]
    assert found.fix is None
    assert "belongs to another user" in found.remedy


def test_nothing_is_closed_or_removed_through_a_link(
    call: Call, root: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    target = outside / ".fedcheck-1.tmp"
    target.write_text("x")
    target.chmod(0o666)
    os.utime(target, (1, 1))
    root.chmod(0o755)
    (root / "reports").symlink_to(outside)
    link = root / "progress/.fedcheck-2.tmp"
    link.symlink_to(target)
    status, out, err = call("doctor", "--fix")
    assert (status, err) == (1, "")
    assert "2 problems" in out
    assert out.count(" is a link to ") == 2
    assert out.count("which is outside of the workspace") == 2
    assert target.stat().st_mode & 0o777 == 0o666
    assert link.is_symlink()


def test_closing_does_not_follow_a_link_that_was_put_there_since(
    root: Path, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.write_text("x")
    target.chmod(0o666)
    link = root / "progress/.fedcheck-1.tmp"
    link.symlink_to(target)
    defects = [
        Defect("permissions", "warning", "", file=link, fix=RestrictAccess((link,))),
        Defect("stray-file", "warning", "", file=link, fix=RemoveFile(link)),
        Defect("orphan-record", "warning", "", fix=MoveRecord("a:b", "a:c")),
    ]
    mended = apply_fixes(defects, root, None)
    assert mended.done == []
    assert len(mended.failed) == 1
    assert target.stat().st_mode & 0o777 == 0o666
    assert link.is_symlink()


def test_temporary_files_are_removed_once_they_are_old(
    doctor: Doctor, call: Call, root: Path
) -> None:
    for name, minutes in (("progress/.fedcheck-a.tmp", 11), ("evidence/.fedcheck-b.tmp", 9)):
        write(root, name, "x")
        moment = (NOW - timedelta(minutes=minutes)).timestamp()
        os.utime(root / name, (moment, moment))
    status, (found,) = doctor()
    assert (status, found["kind"]) == (1, "stray-file")
    assert found["file"].endswith("progress/.fedcheck-a.tmp")
    status, out, _ = call("doctor", "--fix")
    assert status == 0
    assert "removed  " in out
    assert not (root / "progress/.fedcheck-a.tmp").exists()
    assert (root / "evidence/.fedcheck-b.tmp").exists()


def test_damaged_history(doctor: Doctor, root: Path, open_workspace: OpenWorkspace) -> None:
    session = open_workspace(root)
    for owner in ("a", "b", "c"):
        session.apply([DIAGRAM], ItemEdit(owner=owner))
    (path,) = history.list_history_files(root)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], lines[1].replace('"b"', '"x"'), *lines[2:]]))
    status, found = doctor()
    (told,) = of(found, "history")
    assert (status, told["severity"], told["line"]) == (1, "error", 2)
    assert told["message"].startswith("this line ")


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["a pipe", "a folder"])
def test_a_history_file_that_is_no_file(
    doctor: Doctor, root: Path, make: Callable[[Path], None]
) -> None:
    (root / "history").mkdir(mode=0o700)
    make(root / "history/x.jsonl")
    (root / "history/x.jsonl").chmod(0o700)
    records(root, '[item."diagram"]\nowner = "x"\n')
    status, problems = doctor()
    (found,) = of(problems, "history")
    assert (status, found["severity"]) == (1, "error")
    assert found["file"].endswith("x.jsonl")


def test_clocks_that_do_not_agree(
    doctor: Doctor, root: Path, open_workspace: OpenWorkspace, clock: FrozenClock
) -> None:
    session = open_workspace(root)
    for minutes in (0, 20, -16, -3):
        clock.tick(minutes=minutes)
        session.apply([DIAGRAM], ItemEdit(note=str(minutes)))
    clock.now = NOW
    status, found = doctor()
    assert status == 1
    assert [(p["line"], p["message"].split(":")[0]) for p in of(found, "clock")] == [
        (2, "this line is from the future"),
        (3, "the time runs backwards here"),
    ]


def test_dates_in_the_future_are_notes(doctor: Doctor, root: Path) -> None:
    records(
        root,
        '[item."diagram"]\nstatus = "done"\ndone = 2031-01-01\n\n[item."sponsor"]\nowner = "x"\n\n'
        '[[item."sponsor".evidence]]\nid = "a"\nlink = "ABC-1"\nkind = "ticket"\n'
        "collected = 2031-02-03\n",
    )
    status, found = doctor()
    told = of(found, "future-date")
    assert (status, [p["line"] for p in told]) == (0, [4, 8])
    assert "done on 2031-01-01" in told[0]["message"]
    assert "collected on 2031-02-03" in told[1]["message"]


def test_changes_outside_fedcheck(
    doctor: Doctor, root: Path, open_workspace: OpenWorkspace
) -> None:
    session = open_workspace(root)
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    close(root)
    assert doctor() == (0, [])
    path = root / CSP_FILE
    path.write_text(path.read_text().replace("dana", "erik"))
    status, (found,) = doctor()
    assert (status, found["kind"], found["severity"]) == (0, "outside-change", "note")
    assert "1 value changed outside fedcheck, such as the owner of diagram" in found["message"]
    path.unlink()
    status, (lost, found) = doctor()
    assert (status, found["severity"]) == (1, "warning")
    assert "the file is gone" in found["message"]
    assert (lost["kind"], lost["fixable"]) == ("lost-value", True)


def test_items_that_changed_upstream(
    doctor: Doctor, root: Path, open_workspace: OpenWorkspace
) -> None:
    open_workspace(root).apply([DIAGRAM], ItemEdit(status="done"))
    close(root)
    change_list(root, "Boundary diagram drawn and agreed", "Another title")
    status, (found,) = doctor()
    assert (status, found["kind"]) == (1, "changed-upstream")
    assert found["message"].startswith("1 item changed since it was recorded")
    assert "fedcheck list is:changed" in found["remedy"]


def test_the_text_is_grouped_and_ends_with_a_count(
    call: Call, root: Path, open_workspace: OpenWorkspace
) -> None:
    orphaned(root, open_workspace, "picture")
    write(root, "evidence/loose.pdf", "x")
    write(root, "requests.toml", "x = abc\n")
    _, out, _ = call("doctor")
    lines = out.splitlines()
    assert lines[0] == "error: Files that cannot be used as they are"
    assert lines[1].startswith("  requests.toml:1: not valid TOML")
    assert lines[2].startswith("    -> ")
    assert lines[-1] == "2 problems, 1 of them --fix can mend, 1 note."
    heads = [line for line in lines if line and not line.startswith(" ")]
    assert [line.split(":")[0] for line in heads[:-1]] == ["error", "warning", "note"]


def test_the_text_fits_a_terminal(call: Call, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fedcheck.cli import output

    monkeypatch.setattr(output, "terminal_width", lambda: 80)
    records(root, '[item."a-record-that-nobody-knows"]\nowner = "x"\n')
    _, out, _ = call("doctor")
    assert "a-record-that-nobody-knows" in out
    assert max(len(line) for line in out.splitlines()) <= 80


def test_every_kind_has_a_heading_and_is_documented() -> None:
    page = (Path(__file__).parents[1] / "docs/json.md").read_text(encoding="utf-8")
    page = page[page.index("## doctor") :]
    assert not [kind for kind in KINDS if f"`{kind}`" not in page]


def deep(root: Path) -> None:
    here = Path.cwd()
    os.chdir(root / "evidence")
    for _ in range(300):
        os.mkdir("d" * 30, 0o755)  # noqa: PTH102 - too long a path for one
        os.chdir("d" * 30)
    os.chdir(here)


def hostile_names(root: Path) -> None:
    (root / "evidence/a\x1b[31mb\n\x07").write_text("x")
    Path(os.fsdecode(os.fsencode(root) + b"/evidence/\xff\xfe")).write_text("x")
    (root / "progress/e\x1b[2J.toml").write_text('format = 1\nchecklist = "e\\u001b[2J"\n')
    (root / "history").mkdir()
    (root / "history/h\x1b[1m.jsonl").write_text('{\x1b"')
    esc = '"\\u001b]0;x\\u0007"'
    records(
        root,
        f'[item.{esc}]\nstatus = "done"\nowner = {esc}\n[[item.{esc}.evidence]]\nid = {esc}\n'
        f'link = {esc}\nkind = "file"\n[item."a:b"]\nnote = "x"\n[item."a=b"]\nnote = "x"\n'
        '[item.""]\nnote = "x"\n[item."--fix"]\nnote = "x"\n',
    )
    write(
        root,
        "requests.toml",
        f'format = 1\n[[request]]\nid = {esc}\ntitle = "x"\nitems = [{esc}, "", ":", "a:"]\n',
    )


def folders_for_files(root: Path) -> None:
    for name in ("requests.toml", "findings.toml", CSP_FILE, ".gitignore", ".gitattributes"):
        (root / name).mkdir()


def loops(root: Path) -> None:
    for name in ("evidence/loop", "progress/loop.toml", "history", "checklists/loop.toml"):
        (root / name).symlink_to(Path(name).name)
    (root / "reports").symlink_to("..")
    (root / "findings.toml").symlink_to("gone")


def huge(root: Path) -> None:
    for name in ("requests.toml", CSP_FILE, "evidence/huge"):
        (root / name).touch()
        os.truncate(root / name, 200 << 20)


def linked_machine(root: Path) -> None:
    (root / ".fedcheck").symlink_to("/nowhere/at/all")


HOSTILE = [deep, hostile_names, folders_for_files, loops, huge, linked_machine]


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
@pytest.mark.parametrize("head", [True, False], ids=["open", "closed"])
def test_a_hostile_workspace(
    call: Call, root: Path, make: Callable[[Path], None], head: bool
) -> None:
    """No traceback, no escape sequence, an answer."""
    (root / "evidence").mkdir(mode=0o700)
    (root / ".git").mkdir()
    make(root)
    if not head:
        (root / "fedcheck.toml").write_text("x = \n")
    for argv in ((), ("--json",), ("--fix",)):
        status, out, err = call("doctor", *argv)
        assert status in (0, 1), err
        assert out
        assert not set("\x1b\x07\x9b") & set(out + err)
        assert "Traceback" not in err
        assert "bug in fedcheck" not in err
