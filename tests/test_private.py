"""What stands under private/ is worked with like the rest, and is in nothing that leaves."""

import json
import shutil
from pathlib import Path

import pytest
import tomli
from conftest import MINI, OpenWorkspace

from fedcheck.cli.main import run
from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.storage import history, history_check

DIAGRAM = "rev5.readiness.csp:diagram"
INSIDE = "acme.inside:board"
LIST = """
format = 1
id = "acme.inside"
process = ["jab", "agency"]
phase = "readiness"
role = "csp"
title = "Inside: what SECRETLIST holds"

[[section]]
id = "a"
title = "A"

  [[section.item]]
  id = "board"
  title = "SECRETITEM told to the board"
  expects = ["minutes"]
"""


@pytest.fixture
def session(workspace: Path, open_workspace: OpenWorkspace) -> Session:
    folder = workspace / "private" / "checklists"
    folder.mkdir(parents=True)
    (folder / "acme.inside.toml").write_text(LIST)
    return open_workspace(workspace)


def everything_shared(root: Path) -> bytes:
    paths = [p for p in root.rglob("*") if p.is_file() and "private" not in p.parts]
    return b"".join(path.read_bytes() for path in paths)


def test_a_private_note_lies_apart_and_can_be_taken_back(session: Session) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana", private_note="SECRET1"))
    assert session.project.private_note(DIAGRAM) == "SECRET1"
    assert session.project.record(DIAGRAM).note == ""
    data = tomli.loads((session.root / "private/progress/rev5.readiness.csp.toml").read_text())
    assert data["item"] == {"diagram": {"note": "SECRET1"}}
    assert b"SECRET1" not in everything_shared(session.root)
    assert session.undo().label == "Undone: diagram: owner dana"
    assert session.project.private_note(DIAGRAM) == ""
    assert session.project.record(DIAGRAM).owner == ""
    session.redo()
    assert session.project.private_note(DIAGRAM) == "SECRET1"


def test_a_private_note_is_read_again_and_seen_by_others(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    other = open_workspace(session.root, "bob")
    session.apply([DIAGRAM], ItemEdit(private_note="SECRET1"))
    assert other.refresh()
    assert other.project.private_note(DIAGRAM) == "SECRET1"
    assert {one.by for one in other.history(DIAGRAM)} == {"alice"}


def test_a_private_list_is_worked_with_like_any_other(session: Session) -> None:
    session.apply([INSIDE, DIAGRAM], ItemEdit(status="done", owner="SECRETOWNER"))
    board = session.board()
    assert board.rows[INSIDE].private
    assert session.project.record(INSIDE).status == "done"
    assert len({one.tx for one in session.history()}) == 1
    assert (session.root / "private/progress/acme.inside.toml").is_file()
    assert not (session.root / "progress/acme.inside.toml").exists()
    session.undo()
    assert session.project.record(INSIDE).status == "todo"
    assert session.project.record(DIAGRAM).status == "todo"
    assert history_check.verify(session.root / "private") == []


def test_nothing_private_leaves(
    session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = session.root
    (root / "private" / "evidence").mkdir()
    (root / "private" / "evidence" / "SECRETFILE.txt").write_text("x")
    session.apply([DIAGRAM], ItemEdit(private_note="SECRETNOTE"))
    session.apply([INSIDE], ItemEdit(status="blocked", reason="SECRETREASON", owner="SECRETOWNER"))
    link = "private/evidence/SECRETFILE.txt"
    evidence_item = session.new_evidence(link, here=root, label="SECRETLABEL")
    session.apply([INSIDE], attach_evidence(evidence_item))
    shared = session.new_evidence(link, here=root, label="SECRETLABEL")
    session.apply([DIAGRAM], ItemEdit(status="done"))
    session.apply([DIAGRAM], attach_evidence(shared))
    (root / "private" / "evidence" / "SECRETFILE.txt").unlink()
    (root / "private" / "progress" / "SECRETBROKEN.toml").write_text("SECRETTEXT")
    monkeypatch.chdir(root)
    assert run(["report", "-o", "-"]) == 0
    out, _ = capsys.readouterr()
    assert "SECRET" not in out
    assert "kept inside" in out
    run(["gate", "kick-off", "--json"])
    missing = json.loads(capsys.readouterr().out)["missing"]
    assert not [
        one for one in missing if "SECRET" in json.dumps(one) or "acme.inside" in one["ref"]
    ]
    for path in history.list_history_files(root):
        assert b"SECRETNOTE" not in path.read_bytes()
        assert b"acme.inside" not in path.read_bytes()


def test_counts_are_those_that_others_see(session: Session) -> None:
    before = run_status(session.root)
    session.apply([INSIDE], ItemEdit(status="done"))
    assert run_status(session.root)["milestones"] == before["milestones"]
    lists = [c for p in run_status(session.root)["phases"] for c in p["checklists"]]
    assert [c["id"] for c in lists if c["private"]] == ["acme.inside"]


def run_status(root: Path) -> dict[str, object]:
    from fedcheck.cli.json_documents import status_document
    from fedcheck.session import open_session
    from fedcheck.storage import paths

    session = open_session(root, paths.find_user_folders(), (), "alice")
    return status_document(session.board())


def test_a_private_list_takes_the_place_of_no_other(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    twin = session.root / "private" / "checklists" / "rev5.readiness.csp.toml"
    shutil.copyfile(MINI / "rev5.readiness.csp.toml", twin)
    again = open_workspace(session.root)
    assert "rev5.readiness.csp" not in again.project.private_lists
    again.apply([DIAGRAM], ItemEdit(owner="dana"))
    assert (session.root / "progress/rev5.readiness.csp.toml").is_file()


def test_a_broken_private_file_is_told_of_here_and_not_in_the_report(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    session.apply([INSIDE], ItemEdit(owner="dana"))
    (session.root / "private/progress/acme.inside.toml").write_text("x = ")
    again = open_workspace(session.root)
    assert any("acme.inside.toml" in str(problem) for problem in again.problems)
    assert again.board().rows[INSIDE].unknown
    assert again.project.shared().broken == ()


@pytest.mark.parametrize("part", ["shared", "private"])
def test_an_undo_that_one_part_refuses_takes_back_neither(
    session: Session, open_workspace: OpenWorkspace, part: str
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana", private_note="ours"))
    theirs = ItemEdit(owner="erin") if part == "shared" else ItemEdit(private_note="theirs")
    open_workspace(session.root, "bob").apply([DIAGRAM], theirs)
    files = [session.root / home / "progress/rev5.readiness.csp.toml" for home in ("", "private")]
    before = [path.read_bytes() for path in files]
    session.refresh()
    with pytest.raises(FedcheckError, match="was changed by somebody else since then"):
        session.undo()
    assert [path.read_bytes() for path in files] == before
