"""What comes back with a hand-over: merged where it is theirs to set, else proposed."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import tomli
from conftest import MakeWorkspace
from handovers import HEAD, fill, unpack

from fedcheck.cli.main import run


@pytest.fixture
def root(make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace of an assessor with something of each kind; it is where we are."""
    folder = fill(make_workspace(role="3pao", head=HEAD))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def theirs(root: Path, tmp_path: Path) -> Path:
    """Return the workspace that the CSP unpacked from what was handed over."""
    package = tmp_path / "p.zip"
    assert run(["handover", "--to", "csp", "-o", str(package), "--evidence", "files"]) == 0
    return unpack(package, tmp_path / "theirs")


def load(path: Path, name: str = "") -> dict[str, Any]:
    data = tomli.loads(path.read_text())
    if path.stem in ("requests", "findings"):
        return {one["id"]: one for one in data[path.stem.removesuffix("s")]}
    return data["item"] if not name else data["item"][name]


def take_back(path: Path, *more: str) -> int:
    return run(["handover", "--take-back", str(path), *more])


def act(monkeypatch: pytest.MonkeyPatch, root: Path, who: str, *argv: str) -> None:
    monkeypatch.setenv("FEDCHECK_USER", who)
    assert run(["-w", str(root), *argv]) == 0
    monkeypatch.setenv("FEDCHECK_USER", "alice")


def test_both_sides_work_and_all_of_it_arrives(
    root: Path,
    theirs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (theirs / "evidence/new.txt").write_text("proof")
    act(monkeypatch, theirs, "dana", "request", "answer", "r1", "Here", "--evidence",
        str(theirs / "evidence/new.txt"))  # fmt: skip
    act(monkeypatch, theirs, "dana", "finding", "update", "f1", "--plan", "Turn it off",
        "--risk", "low", "--due", "2027-06-01")  # fmt: skip
    act(monkeypatch, theirs, "dana", "set", "crypto-table", "--status", "done")
    act(monkeypatch, theirs, "dana", "set", "diagram", "--private-note", "THEIRSECRET")
    act(monkeypatch, theirs, "dana", "request", "add", "Which port?", "--by", "csp", "--to", "3pao")
    act(monkeypatch, root, "alice", "finding", "update", "f1", "--recommendation", "Use 1.3")
    act(monkeypatch, root, "alice", "set", "crypto-table", "--note", "Ours now")
    answer = tmp_path / "answer.zip"
    assert run(["-w", str(theirs), "handover", "--return", "-o", str(answer)]) == 0
    with zipfile.ZipFile(answer) as archive:
        assert not [name for name in archive.namelist() if name.startswith(("history", "private"))]
        assert not any(b"THEIRSECRET" in archive.read(name) for name in archive.namelist())
    assert run(["handover", "--verify", str(answer)]) == 0

    before = {path: path.read_bytes() for path in root.rglob("*.toml")}
    assert take_back(answer, "--dry-run") == 0
    assert {path: path.read_bytes() for path in root.rglob("*.toml")} == before
    assert take_back(answer) == 0

    requests, finding = load(root / "requests.toml"), load(root / "findings.toml")["f1"]
    assert requests["r1"]["state"] == "answered"
    assert requests["r1"]["answer"] == "Here"
    assert requests["r1"]["items"] == ["rev5.readiness.csp:crypto-table", "acme.internal:quote"]
    assert [one["title"] for one in requests.values()][2:] == ["Which port?"]
    assert requests["r2"]["title"] == "PMOWORD question", "what they never saw stays"
    assert finding["plan"] == "Turn it off"
    assert finding["recommendation"] == "Use 1.3"
    assert finding["risk"] == "moderate", "is not theirs to set"
    record = load(root / "progress/rev5.readiness.csp.toml", "crypto-table")
    assert (record["status"], record["note"]) == ("done", "Ours now")
    assert record["future-key"] == "UNKNOWNWORD"
    assert [one["id"] for one in record["evidence"]] == ["e1", "e2", "e3"]
    assert (root / "evidence/new.txt").read_text() == "proof"
    lines = [json.loads(one) for path in (root / "history").glob("*.jsonl")
             for one in path.read_text().splitlines()]  # fmt: skip
    [answered] = [one for one in lines if one["field"] == "answer"]
    made = next(iter(path.name for path in (root / "handovers").iterdir()))
    assert answered["by"] == f"dana via handover {made}"

    capsys.readouterr()
    assert take_back(answer) == 0
    assert "already merged" in capsys.readouterr().out
    assert run(["history", "--verify"]) == 0
    assert run(["undo"]) == 0
    assert "plan" not in load(root / "findings.toml")["f1"]
    assert take_back(answer) == 0, "an undone return can be taken back again"
    assert load(root / "findings.toml")["f1"]["plan"] == "Turn it off"

    act(monkeypatch, theirs, "dana", "request", "answer", "r1", "Better")
    second = tmp_path / "second.zip"
    assert run(["-w", str(theirs), "handover", "--return", "-o", str(second)]) == 0
    assert take_back(second) == 0
    assert load(root / "requests.toml")["r1"]["answer"] == "Better", "the base moved on"
    assert take_back(answer) == 0
    assert load(root / "requests.toml")["r1"]["answer"] == "Better", "the older one does nothing"


def test_what_is_not_theirs_is_proposed_accepted_rejected_and_undone(
    root: Path, theirs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, old, new in (
        ("findings.toml", 'risk = "moderate"', 'risk = "low"'),
        ("findings.toml", "2027-04-05", "2027-05-05"),
        ("requests.toml", 'title = "Send the crypto table"', 'title = "Send nothing"'),
        ("fedcheck.toml", "kick-off = 2027-02-01", "kick-off = 2027-03-01"),
    ):
        text = (theirs / name).read_text()
        assert old in text
        (theirs / name).write_text(text.replace(old, new))
    capsys.readouterr()
    assert take_back(theirs, "--json") == 0
    assert json.loads(capsys.readouterr().out)["changes"] == []
    assert run(["handover", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["proposals"]
    by_ref = {one["ref"]: one for one in listed}
    assert by_ref.keys() == {"findings:f1", "requests:r1", "milestones:kick-off"}
    fields = {one["field"]: one["proposed"] for one in by_ref["findings:f1"]["changes"]}
    assert fields == {"risk": "low", "due": "2027-05-05"}, "coupled fields go together"

    assert run(["handover", "--reject", by_ref["requests:r1"]["id"]]) == 0
    assert run(["handover", "--accept", by_ref["findings:f1"]["id"]]) == 0
    assert load(root / "findings.toml")["f1"]["risk"] == "low"
    assert run(["handover", "--accept", "all"]) == 0
    assert "kick-off = 2027-03-01" in (root / "fedcheck.toml").read_text()
    capsys.readouterr()
    assert run(["handover"]) == 0
    assert "proposal" not in capsys.readouterr().out
    assert run(["undo"]) == 0
    assert run(["handover"]) == 0
    assert "milestones:kick-off" in capsys.readouterr().out, "undone, it is open again"


def test_a_field_that_both_sides_set_is_proposed_and_ours_stays(
    root: Path, theirs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    act(monkeypatch, root, "alice", "set", "crypto-table", "--owner", "erik", "--status", "blocked",
        "--reason", "Waiting")  # fmt: skip
    act(monkeypatch, theirs, "dana", "set", "crypto-table", "--owner", "dora", "--status", "done")
    assert take_back(theirs) == 0
    record = load(root / "progress/rev5.readiness.csp.toml", "crypto-table")
    assert (record["owner"], record["status"]) == ("erik", "blocked")
    capsys.readouterr()
    assert run(["handover", "--json"]) == 0
    proposals = json.loads(capsys.readouterr().out)["proposals"]
    assert {one["why"] for one in proposals} == {"set on both sides"}
    act(monkeypatch, root, "alice", "set", "crypto-table", "--owner", "frank")
    [owner] = [one["id"] for one in proposals if one["changes"][0]["field"] == "owner"]
    assert run(["handover", "--accept", owner]) == 1, "it was changed since it came"
    assert run(["handover", "--accept", owner, "--replace"]) == 0
    record = load(root / "progress/rev5.readiness.csp.toml", "crypto-table")
    assert record["owner"] == "dora"


def test_hand_edits_are_completed_and_what_is_missing_stays(root: Path, theirs: Path) -> None:
    path = theirs / "requests.toml"
    path.write_text(path.read_text().replace('by = "alice"', 'by = "alice"\nanswer = "By hand"'))
    (theirs / "findings.toml").write_text("format = 1\n")
    progress = theirs / "progress/rev5.readiness.csp.toml"
    progress.write_text(progress.read_text().replace('"doing"', '"done"'))
    assert take_back(theirs) == 0
    request = load(root / "requests.toml")["r1"]
    assert (request["state"], str(request["answered"])) == ("answered", "2027-01-11")
    assert load(root / "findings.toml").keys() == {"f1", "f2"}
    record = load(root / "progress/rev5.readiness.csp.toml", "crypto-table")
    assert str(record["done"]) == "2027-01-11"
    assert record["basis"]


HOSTILE = """
[[request]]
id = "r2"
title = "Taken over"

[[request]]
id = "../../x"
title = "A path"

[[request]]
id = "n1"
title = "In our name"
by = "alice"
state = "accepted"
answer = "Forged"

  [[request.evidence]]
  id = "h1"
  link = "private/plan.txt"
  kind = "file"

  [[request.evidence]]
  id = "h2"
  link = "/etc/passwd"
  kind = "file"

  [[request.evidence]]
  id = "h3"
  link = ".git/hooks/post-checkout"
  kind = "file"

  [[request.evidence]]
  id = "h4"
  link = "history/x.jsonl"
  kind = "file"
"""

BY_CSP = """
[[request]]
id = "n2"
title = "Ours to take"
by = "csp"

  [[request.evidence]]
  id = "k1"
  link = ".git/hooks/post-checkout"
  kind = "file"

  [[request.evidence]]
  id = "k2"
  link = "evidence/table.txt"
  kind = "file"
"""


def test_a_hostile_return_reaches_nothing_of_ours(
    root: Path, theirs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = theirs / "requests.toml"
    path.write_text(path.read_text() + HOSTILE + BY_CSP)
    for name in (".git/hooks/post-checkout", "private/plan.txt", "history/x.jsonl"):
        (theirs / name).parent.mkdir(parents=True, exist_ok=True)
        (theirs / name).write_text("evil")
    (theirs / "evidence/table.txt").write_text("another file of this name")
    with zipfile.ZipFile(theirs.parent / "evil.zip", "w") as archive:
        for one in theirs.rglob("*"):
            if one.is_file():
                archive.write(one, f"top/{one.relative_to(theirs).as_posix()}")
    before = {one for one in root.rglob("*") if one.is_file()}
    assert take_back(theirs.parent / "evil.zip") == 0
    requests = load(root / "requests.toml")
    assert requests["r2"]["title"] == "PMOWORD question"
    assert requests.keys() == {"r1", "r2", "n2"}
    assert (root / "private/plan.txt").read_text() == "PRIVATEWORD plan"
    made = {
        one.relative_to(root).as_posix() for one in {*root.rglob("*")} - before if one.is_file()
    }
    copied = {name for name in made if name.startswith("evidence/")}
    assert len(copied) == 2
    assert {name.split("/")[0] for name in made} == {
        "evidence",
        "handovers",
        "history",
        ".fedcheck",
    }
    assert not [name for name in copied if "/." in name]
    assert (root / "evidence/table.txt").read_bytes() == b"AES-256-GCM\n"
    capsys.readouterr()
    assert run(["handover", "--json"]) == 0
    [proposal] = json.loads(capsys.readouterr().out)["proposals"]
    assert proposal["ref"] == "requests:n1"
    assert "Forged" not in str(proposal)
    assert "evidence.h1" not in str(proposal)
    assert "/etc/passwd" not in str(proposal)


def test_a_package_of_another_workspace_is_refused(
    root: Path, theirs: Path, make_workspace: MakeWorkspace, tmp_path: Path
) -> None:
    other = make_workspace("other", role="3pao")
    assert run(["-w", str(other), "handover", "--take-back", str(theirs)]) == 2
    (theirs / "findings.toml").write_text("no toml")
    assert take_back(theirs) == 3
    assert take_back(tmp_path / "nothing.zip") == 3


def test_an_assessor_returns_results_findings_and_answers_that_are_not_enough(
    make_workspace: MakeWorkspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = fill(make_workspace(role="csp", head=HEAD))
    monkeypatch.chdir(root)
    theirs = tmp_path / "theirs"
    act(monkeypatch, root, "dana", "request", "answer", "r1", "Here")
    assert run(["handover", "--to", "3pao", "-o", str(theirs)]) == 0
    act(monkeypatch, theirs, "alice", "set", "no-shared-accounts", "--result", "satisfied",
        "--observation", "None in use")  # fmt: skip
    act(monkeypatch, theirs, "alice", "request", "return", "r1", "--comment", "Not all modules")
    act(monkeypatch, theirs, "alice", "finding", "add", "New gap", "--risk", "high", "--item",
        "no-shared-accounts")  # fmt: skip
    act(monkeypatch, theirs, "alice", "finding", "update", "f1", "--risk", "low")
    act(monkeypatch, theirs, "alice", "set", "crypto-table", "--status", "done", "--owner", "bob")
    assert take_back(theirs) == 0
    record = load(root / "progress/rev5.readiness.3pao.toml", "no-shared-accounts")
    assert (record["result"], record["observation"]) == ("satisfied", "None in use")
    request = load(root / "requests.toml")["r1"]
    assert ("state" in request, request["comment"]) == (False, "Not all modules")
    findings = load(root / "findings.toml")
    assert findings["f1"]["risk"] == "low", "the assessor rates"
    assert sorted(one["title"] for one in findings.values())[1] == "New gap"
    record = load(root / "progress/rev5.readiness.csp.toml", "crypto-table")
    assert (record["owner"], record["status"]) == ("dana", "doing"), "ours stays ours"


def test_names_that_were_left_out_come_back_as_they_were(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / "theirs"
    assert run(["handover", "--to", "csp", "-o", str(theirs), "--redact", "owners"]) == 0
    path = theirs / "findings.toml"
    text = path.read_text()
    path.write_text(text.replace('title = "Weak ciphers"', 'title = "Weak ciphers"\nplan = "Off"'))
    before = (root / "findings.toml").read_text(), (root / "requests.toml").read_text()
    capsys.readouterr()
    assert take_back(theirs, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [(one["ref"], one["field"]) for one in found["changes"]] == [("findings:f1", "plan")]
    assert not found["proposals"]
    assert found["people"] == "csp", "nobody is named in a package that was edited by hand"
    assert "Seen by Alice Ngata" in (root / "findings.toml").read_text()
    assert (root / "requests.toml").read_text() == before[1]


def test_an_answer_to_somebody_in_no_list_of_people_comes_back(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(monkeypatch, root, "cara", "request", "add", "Send the diagram", "--to", "csp")
    package = tmp_path / "p.zip"
    assert run(["handover", "--to", "csp", "-o", str(package)]) == 0
    theirs = unpack(package, tmp_path / "theirs")
    asked = {one["title"]: one["id"] for one in load(theirs / "requests.toml").values()}
    name = asked["Send the diagram"]
    act(monkeypatch, theirs, "dana", "request", "answer", name, "Here")
    act(monkeypatch, theirs, "dana", "request", "add", "OURSECRET", "--to", "csp")
    answer = tmp_path / "answer.zip"
    assert run(["-w", str(theirs), "handover", "--return", "-o", str(answer)]) == 0
    assert take_back(answer) == 0
    requests = load(root / "requests.toml")
    assert requests[name]["answer"] == "Here"
    assert "OURSECRET" not in [one["title"] for one in requests.values()]
