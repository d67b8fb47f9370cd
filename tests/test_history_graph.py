"""The history is a graph: whatever git does with it, it tells the truth, and undo follows it."""

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import FrozenClock, MakeWorkspace, OpenWorkspace
from test_git_sharing import git, needs_git

from fedcheck.cli.main import run
from fedcheck.doctor.losses import find_losses
from fedcheck.domain.change import OUTSIDE, SHORT, Change, HistoryLine
from fedcheck.domain.evidence_edit import attach_evidence, detach_each
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.storage import history, history_check, history_lines, saved_file
from fedcheck.storage.history_graph import build_graph
from fedcheck.storage.local_state import LocalNotes
from fedcheck.storage.lost_values import LostValue
from fedcheck.storage.reconcile import list_all_outside_changes

DIAGRAM = "rev5.readiness.csp:diagram"
CRYPTO = "rev5.readiness.csp:crypto-table"
CSP = "rev5.readiness.csp"
CSP_FILE = f"progress/{CSP}.toml"
FIPS = "rev5.readiness.3pao:mandate-1-fips"

Rows = list[tuple[str, str, Any, Any]]


def told(session: Session) -> Rows:
    rows = session.history()
    return [(e.by, e.change.field, e.change.old, e.change.new) for e in rows]


def lines_of(root: Path) -> list[dict[str, Any]]:
    paths = history.list_history_files(root)
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def owner_of(session: Session, ref: str) -> str:
    found = session.project.thing(ref)
    return str(found.owner) if found else ""  # type: ignore[union-attr]


@pytest.fixture
def repository(session: Session, clock: FrozenClock) -> Session:
    """Return a session on a workspace in git with one commit on main."""
    (session.root / ".gitignore").write_text(".fedcheck/\nprivate/\n")
    (session.root / ".gitattributes").write_text("history/*.jsonl merge=union -text\n")
    git(session.root, "init", "-q", "-b", "main")
    edit(session, clock, DIAGRAM, "dana")
    return session


def edit(session: Session, clock: FrozenClock, ref: str, owner: str) -> None:
    """Set an owner a minute later, and commit."""
    clock.tick(minutes=1)
    session.refresh()
    session.apply([ref], ItemEdit(owner=owner))
    git(session.root, "add", "-A")
    git(session.root, "commit", "-qm", owner)


def branch_off(session: Session, clock: FrozenClock) -> None:
    """Set one owner on a branch `fix`, and another on main, unknown to each other."""
    git(session.root, "checkout", "-q", "-b", "fix")
    edit(session, clock, CRYPTO, "b1")
    git(session.root, "checkout", "-q", "main")
    edit(session, clock, FIPS, "m1")


@needs_git
def test_two_branches_of_one_person_are_merged(repository: Session, clock: FrozenClock) -> None:
    branch_off(repository, clock)
    git(repository.root, "merge", "-q", "--no-edit", "fix")
    repository.refresh()
    assert repository.reconcile() == 0
    assert history_check.verify(repository.root) == []
    assert [row[3] for row in told(repository)] == ["dana", "b1", "m1"]
    assert repository.undo().label == "Undone: mandate-1-fips: owner m1"
    assert repository.undo().label == "Undone: crypto-table: owner b1"
    assert history_check.verify(repository.root) == []


@needs_git
@pytest.mark.parametrize("how", ["rebase", "squash", "stash"])
def test_the_history_is_whole_after(repository: Session, clock: FrozenClock, how: str) -> None:
    root = repository.root
    if how == "stash":
        clock.tick(minutes=1)
        repository.apply([CRYPTO], ItemEdit(owner="s1"))
        git(root, "stash", "-q")
        edit(repository, clock, FIPS, "s2")
        git(root, "stash", "pop")
    else:
        branch_off(repository, clock)
        if how == "rebase":
            git(root, "checkout", "-q", "fix")
            git(root, "rebase", "-q", "main")
        else:
            git(root, "merge", "-q", "--squash", "fix")
    repository.refresh()
    assert history_check.verify(root) == []
    assert repository.reconcile() == 0
    assert owner_of(repository, CRYPTO) in ("b1", "s1")
    assert owner_of(repository, FIPS) in ("m1", "s2")


@needs_git
def test_a_value_that_a_cherry_pick_left_behind_is_listed_until_it_is_settled(
    repository: Session,
    clock: FrozenClock,
    open_workspace: OpenWorkspace,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = repository.root
    git(root, "checkout", "-q", "-b", "fix")
    edit(repository, clock, CRYPTO, "b1")
    edit(repository, clock, FIPS, "b2")
    git(root, "checkout", "-q", "main")
    git(root, "cherry-pick", "fix")  # brings both lines, and the file of the second alone
    assert history_check.verify(root) == []
    assert run(["history", "--verify", "-w", str(root)]) == 0, "nothing is lost: it is on fix"
    assert "was never in these files, but is on fix: owner b1" in capsys.readouterr().err
    again = open_workspace(root)
    assert again.reconcile() == 1
    assert told(again)[-1] == (OUTSIDE, "owner", "b1", None)
    (lost,) = list_lost(again)
    assert (lost.ref, lost.line.change.new) == (CRYPTO, "b1")
    assert run(["history", "--verify", "--json", "-w", str(root)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["whole"]
    assert [(row["hash"], row["branch"]) for row in found["losses"]] == [(lost.name, "fix")]
    assert found["lost"] == []
    assert run(["history", "confirm", lost.name[:6], "-w", str(root)]) == 0
    assert "stays as it is" in capsys.readouterr().out
    assert run(["history", "--verify", "-w", str(root)]) == 0
    assert open_workspace(root).undo().label == "Undone: mandate-1-fips: owner b2"


def list_lost(session: Session) -> list[LostValue]:
    """Return the values that are lost, or on another branch, one by one."""
    return [value for loss in find_losses(session) for value in loss.values]


def take_back_by_hand(session: Session) -> None:
    path = session.root / CSP_FILE
    path.write_text(path.read_text().replace('owner = "dana"\n', ""))


def test_doctor_sets_a_lost_value_again(
    session: Session, open_workspace: OpenWorkspace, capsys: pytest.CaptureFixture[str]
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana", status="doing"))
    take_back_by_hand(session)
    assert open_workspace(session.root).reconcile() == 1
    run(["doctor", "-w", str(session.root)])
    out = capsys.readouterr().out
    assert "of 2027-01-11 is not in the files: owner dana" in out
    assert run(["doctor", "--fix", "-w", str(session.root)]) == 0
    again = open_workspace(session.root)
    assert owner_of(again, DIAGRAM) == "dana"
    assert list_lost(again) == []
    assert again.undo().label == "Undone: diagram: owner dana"


def test_a_person_who_sets_the_field_anew_settles_the_loss(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana", status="doing"))
    take_back_by_hand(session)
    again = open_workspace(session.root)
    again.apply([DIAGRAM], ItemEdit(note="x"))
    assert [one.line.change.new for one in list_lost(again)] == ["dana"]
    again.apply([DIAGRAM], ItemEdit(owner="erin"))
    assert list_lost(again) == []


@pytest.mark.parametrize(
    ("by_hand", "before", "after"),
    [
        ("todo", {"status", "done", "basis"}, set()),
        ("doing", set(), set()),  # somebody went on by hand: a day of done does not fit it
        ("done", {"done", "basis"}, set()),
    ],
)
def test_what_follows_from_a_field_is_lost_with_it(
    session: Session,
    open_workspace: OpenWorkspace,
    by_hand: str,
    before: set[str],
    after: set[str],
) -> None:
    """The day of `done` must not come back to a record that is not done."""
    session.apply([DIAGRAM], ItemEdit(status="done"))
    path = session.root / CSP_FILE
    gone = [row for row in path.read_text().splitlines() if not row.startswith(("done", "basis"))]
    path.write_text("\n".join(gone).replace('"done"', f'"{by_hand}"') + "\n")
    again = open_workspace(session.root)
    again.reconcile()
    assert {one.line.change.field for one in list_lost(again)} == before
    again.apply([DIAGRAM], ItemEdit(status="blocked", reason="waiting"))
    assert {one.line.change.field for one in list_lost(again)} == after


@pytest.mark.parametrize(
    ("digits", "message"),
    [("abc", "too short for a hash"), ("abcdef", "nothing lost has this hash")],
)
def test_only_what_is_lost_can_be_accepted(
    workspace: Path, capsys: pytest.CaptureFixture[str], digits: str, message: str
) -> None:
    assert run(["history", "confirm", digits, "-w", str(workspace)]) == 2
    assert message in capsys.readouterr().err


def test_a_missing_line_can_be_accepted(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("dana", "erin", "frank"):
        session.apply([DIAGRAM], ItemEdit(owner=name))
    (path,) = history.list_history_files(session.root)
    kept = path.read_text().splitlines(keepends=True)
    path.write_text(kept[0] + kept[2])
    (damage,) = history_check.verify(session.root)
    assert damage.missing == history_lines.hash_line(kept[1].strip().encode())[:SHORT]
    assert run(["history", "confirm", damage.missing, "-w", str(session.root)]) == 0
    assert history_check.verify(session.root) == []
    run(["history", "-w", str(session.root)])
    assert "accepted a missing history line" in capsys.readouterr().out


@needs_git
def test_undo_never_takes_back_what_another_clone_of_the_same_person_did(
    repository: Session, clock: FrozenClock, open_workspace: OpenWorkspace, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(repository.root), str(clone))
    theirs = open_workspace(clone)
    edit(repository, clock, CRYPTO, "mine")
    edit(theirs, clock, FIPS, "theirs")
    git(repository.root, "pull", "-q", "--no-rebase", "--no-edit", str(clone), "main")
    repository.refresh()
    assert repository.reconcile() == 0
    assert [row[3] for row in told(repository)] == ["dana", "mine", "theirs"]
    assert repository.undo().label == "Undone: crypto-table: owner mine"
    assert repository.undo().label == "Undone: diagram: owner dana"
    with pytest.raises(FedcheckError, match="nothing to undo"):
        repository.undo()
    assert owner_of(repository, FIPS) == "theirs"
    assert history_check.verify(repository.root) == []


def test_what_a_writer_has_seen_counts_more_than_clocks(
    session: Session, open_workspace: OpenWorkspace, clock: FrozenClock
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    clock.tick(days=-400)
    bob = open_workspace(session.root, "bob")
    bob.apply([DIAGRAM], ItemEdit(owner="erin"))
    assert lines_of(session.root)[1]["saw"] == [history.read_all(session.root)[0].hash[:SHORT]]
    assert [row[3] for row in told(bob)] == ["dana", "erin"]
    path = session.root / CSP_FILE
    path.write_text(path.read_text().replace("erin", "dana"))
    assert open_workspace(session.root).reconcile() == 1, "what bob replaced came back"


def test_a_writer_names_each_line_of_others_once(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    bob = open_workspace(session.root, "bob")
    for name in ("erin", "frank"):
        bob.apply([CRYPTO], ItemEdit(owner=name))
    assert ["saw" in row for row in lines_of(session.root)] == [False, True, False]


@pytest.mark.parametrize("year", [1971, 1999, 2099])
def test_a_clock_that_is_far_off_keeps_the_history_and_undo(
    session: Session, clock: FrozenClock, open_workspace: OpenWorkspace, year: int
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    clock.now = datetime(year, 6, 1, 10, tzinfo=UTC)
    session.apply([CRYPTO], ItemEdit(owner="erin"))
    clock.now = datetime(2027, 1, 12, tzinfo=UTC)
    again = open_workspace(session.root)
    assert history_check.verify(session.root) == []
    assert [row[3] for row in told(again)] == ["dana", "erin"]
    assert again.undo().label == "Undone: crypto-table: owner erin"
    assert again.undo().label == "Undone: diagram: owner dana"
    assert again.redo().label == "Done again: diagram: owner dana"


def test_undo_knows_the_order_across_shared_and_private_whatever_the_clock_says(
    session: Session, clock: FrozenClock
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    clock.tick(hours=-2)
    session.apply([CRYPTO], ItemEdit(private_note="pn"))
    assert session.undo().label == "Undone: private note"
    assert owner_of(session, DIAGRAM) == "dana"


def test_undo_takes_back_everything_or_nothing(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana", private_note="secret plan"))
    path = session.root / "private" / CSP_FILE
    path.write_text(path.read_text().replace("secret plan", "plan B"))
    again = open_workspace(session.root)
    before = {p: p.read_bytes() for p in session.root.rglob("*.toml")}
    with pytest.raises(FedcheckError, match="note was changed by somebody else since then"):
        again.undo()
    assert {p: p.read_bytes() for p in session.root.rglob("*.toml")} == before
    path.write_text(path.read_text().replace("plan B", "secret plan"))
    again = open_workspace(session.root)
    again.undo()
    assert owner_of(again, DIAGRAM) == ""
    assert "secret" not in path.read_text()


def test_a_person_may_be_called_like_what_is_done_outside(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    odd = open_workspace(workspace, OUTSIDE)
    odd.apply([DIAGRAM], ItemEdit(owner="dana"))
    assert odd.undo().label == "Undone: diagram: owner dana"


def test_evidence_comes_back_to_its_place(session: Session, open_workspace: OpenWorkspace) -> None:
    for number in range(4):
        made = session.new_evidence(f"ABC-{number}", here=session.root)
        session.apply([DIAGRAM], attach_evidence(made))
    ids = [one.id for one in session.project.record(DIAGRAM).evidence]
    session.apply_each(detach_each([(DIAGRAM, ids[2]), (DIAGRAM, ids[0])]))
    again = open_workspace(session.root)
    for _ in range(2):
        again.undo()
        assert [one.id for one in again.project.record(DIAGRAM).evidence] == ids
        again.redo()
        assert [one.id for one in again.project.record(DIAGRAM).evidence] == [ids[1], ids[3]]
    assert again.list_outside() == []
    assert "#place" not in (session.root / CSP_FILE).read_text()


def test_a_progress_file_deleted_in_a_fresh_clone_is_noted(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana", note="important"))
    shutil.rmtree(session.root / ".fedcheck")
    (session.root / CSP_FILE).unlink()
    again = open_workspace(session.root)
    again.apply([CRYPTO], ItemEdit(owner="bob"))
    rows = [row for row in told(again) if row[0] == OUTSIDE]
    assert rows == [(OUTSIDE, "owner", "dana", None), (OUTSIDE, "note", "important", None)]
    assert {one.line.change.new for one in list_lost(again)} == {"dana", "important"}


@pytest.mark.parametrize("text", ["by hand", ""], ids=["other-field", "broken"])
def test_what_another_program_writes_while_we_save_is_not_lost(
    session: Session, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    session.apply([DIAGRAM, CRYPTO], ItemEdit(owner="dana"))
    path = session.root / CSP_FILE
    real, todo = os.fsync, [True]

    def fsync(handle: int) -> None:
        if todo.pop() if todo else False:  # our new text is being written beside it
            whole = path.read_text()
            place = whole.index("crypto-table")
            changed = whole[:place] + whole[place:].replace("dana", text, 1) if text else "<<<"
            path.with_suffix(".new").write_text(changed)
            path.with_suffix(".new").replace(path)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    if text:
        session.apply([DIAGRAM], ItemEdit(note="hello"))
        assert 'owner = "by hand"' in path.read_text()
        assert (OUTSIDE, "owner", "dana", "by hand") in told(session)
    else:
        with pytest.raises(
            FedcheckError, match="your change is saved, and the other text is in"
        ) as error:
            session.apply([DIAGRAM], ItemEdit(note="hello"))
        kept = str(error.value).rpartition(" ")[2]
        assert Path(kept).read_text() == "<<<"
    assert 'note = "hello"' in path.read_text()
    assert not todo


def test_where_both_write_the_same_field_the_later_one_stands(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    path = session.root / CSP_FILE
    real, calls = saved_file.atomic_files.keep_link, []

    def keep_link(old: Path, backup: Path, *, under: Path) -> bool:
        if not calls:
            path.write_text(path.read_text().replace("dana", "by hand"))
        calls.append(old)
        return real(old, backup, under=under)

    monkeypatch.setattr(saved_file.atomic_files, "keep_link", keep_link)
    session.apply([DIAGRAM], ItemEdit(owner="erin"))
    assert 'owner = "erin"' in path.read_text()
    assert told(session)[1:] == [
        (OUTSIDE, "owner", "dana", "by hand"),
        ("alice", "owner", "by hand", "erin"),
    ]
    assert len(calls) == 2


def test_a_workspace_taken_over_without_a_history_gets_one_line_a_list(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace
) -> None:
    text = "".join(
        f'[item."{name}"]\nowner = "o{name}"\nnote = "n{name}"\nstatus = "doing"\n'
        for name in ("diagram", "crypto-table", *(f"gone{i}" for i in range(8)))
    )
    root = make_workspace("taken", progress={CSP: text})
    session = open_workspace(root)
    session.apply([DIAGRAM], ItemEdit(owner="erin"))
    first, second, *_ = lines_of(root)
    assert (first["ref"], first["field"], len(first["new"])) == (f"{CSP}:*", "records", 10)
    assert (second["old"], second["new"]) == ("odiagram", "erin")
    assert ("outside fedcheck", "note", None, "ndiagram") in told(session)
    assert history_check.verify(root) == []
    assert list_all_outside_changes(root, {}, LocalNotes()).found == ()
    path = root / CSP_FILE
    path.write_text(path.read_text().replace("ncrypto-table", "other"))
    assert open_workspace(root).reconcile() == 1
    assert session.undo().label == "Undone: diagram: owner erin (was odiagram)"
    assert owner_of(session, DIAGRAM) == "odiagram"


@pytest.mark.parametrize("how", ["crlf", "one line", "twice", "reversed", "blank lines"])
def test_how_lines_stand_in_a_file_does_not_count(session: Session, how: str) -> None:
    for name in ("dana", "erin", "frank"):
        session.apply([DIAGRAM], ItemEdit(owner=name))
    (path,) = history.list_history_files(session.root)
    before = told(session)
    rows = path.read_text().splitlines()
    texts = {
        "crlf": "".join(f"{row}\r\n" for row in rows),
        "one line": "".join(rows[:2]) + "\n" + rows[2] + "\n",
        "twice": "".join(f"{row}\n" for row in (*rows, *rows)),
        "reversed": "".join(f"{row}\n" for row in reversed(rows)),
        "blank lines": "\n\n".join(rows) + "\n",
    }
    path.write_bytes(texts[how].encode())
    assert history_check.verify(session.root) == []
    assert told(session) == before
    session.apply([DIAGRAM], ItemEdit(owner="gail"))
    assert history_check.verify(session.root) == []


def test_a_line_that_was_seen_and_is_gone_is_damage(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    open_workspace(session.root, "bob").apply([CRYPTO], ItemEdit(owner="erin"))
    (alice, _) = history.list_history_files(session.root)
    alice.unlink()
    (damage,) = history_check.verify(session.root)
    assert "of another history file, which is not here" in damage.message


def test_a_report_that_names_no_line_says_so(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    report = session.root / "r.md"
    run(["report", "-o", str(report), "-w", str(session.root)])
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    argv = ["history", "--verify", "--against", str(report), "-w", str(session.root)]
    assert run(argv) == 1
    assert "names no history line" in capsys.readouterr().err


def test_the_day_that_was_given_stands_beside_the_clock(session: Session) -> None:
    session.as_of = datetime(2027, 1, 5, tzinfo=UTC).date()
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    (row,) = lines_of(session.root)
    assert (row["at"][:10], row["for"]) == ("2027-01-11", "2027-01-05")


def test_a_graph_that_leads_in_a_circle_still_has_an_order() -> None:
    at = datetime(2027, 1, 11, tzinfo=UTC)
    change = Change("l:i", "note", None, "a")
    lines = [
        HistoryLine(change, at, "x", "t1", saw=("b" * SHORT,), hash="a" * 64),
        HistoryLine(change, at, "y", "t2", saw=("a" * SHORT,), hash="b" * 64),
    ]
    assert {line.hash for line in build_graph(lines).lines} == {"a" * 64, "b" * 64}


def test_an_acceptance_hides_no_damage(
    session: Session, clock: FrozenClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Anyone can ship a line that accepts what was tampered with: it is told whose word it is."""
    for owner in ("dana", "eve", "finn"):
        clock.tick(minutes=1)
        session.apply([DIAGRAM], ItemEdit(owner=owner))
    (path,) = history.list_history_files(session.root)
    lines = path.read_bytes().splitlines()
    gone = history.hash_line(lines[1])[:SHORT]
    lines[1] = lines[1].replace(b'"eve"', b'"eva"')
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    word = Change(f"history:{gone}", "line", None, None)
    accepted = HistoryLine(word, clock.now, "mallory", "0a0b0c0d", lost=gone)
    shipped = path.with_name("mallory-00000000.jsonl")
    shipped.write_bytes(history.format_line(accepted, "") + b"\n")
    assert history_check.verify(session.root) == []
    capsys.readouterr()
    assert run(["-w", str(session.root), "history", "--verify"]) == 0
    out, err = capsys.readouterr()
    assert "whole" not in out
    assert f"{path.name}:3: line {gone}" in err
    assert "accepted by mallory" in err
    assert run(["-w", str(session.root), "history", "--verify", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["whole"] is False
    assert [(one["missing"], one["by"]) for one in document["accepted"]] == [(gone, "mallory")]


@pytest.mark.parametrize(
    ("text", "other"),
    [(b'"at":"20', b'"at":"xx'), (b'"v":1', b'"v":2'), (b'"by":"', b'"bx":"')],
)
def test_a_newest_line_that_nobody_can_read_is_damage(
    session: Session, clock: FrozenClock, text: bytes, other: bytes
) -> None:
    for owner in ("dana", "eve"):
        clock.tick(minutes=1)
        session.apply([DIAGRAM], ItemEdit(owner=owner))
    (path,) = history.list_history_files(session.root)
    first, last = path.read_bytes().splitlines()
    path.write_bytes(first + b"\n" + last.replace(text, other) + b"\n")
    assert [one.line for one in history_check.verify(session.root)] == [2]


OLDER = [
    ("ann", "base", "ann2"),
    ("ann", "ann2", "base"),  # undone
    ("ann", "base", "ann2"),  # and done again
    ("bob", "ann2", "bob18"),
]
OTHER_OLDER = [
    ("bob", "base", "bob1"),
    ("bob", "bob1", "bob7"),
    ("bob", "bob7", "bob1"),
    ("bob", "bob1", "base"),
    ("ann", "base", "ann16"),
    ("ann", "ann16", "base"),
]


@pytest.mark.parametrize("rows", [OLDER, OTHER_OLDER])
def test_what_older_versions_wrote_without_saying_what_they_saw_is_no_outside_change(
    session: Session, clock: FrozenClock, rows: list[tuple[str, str, str]]
) -> None:
    """A value that went back and forth in one file was replaced there, whoever comes after."""
    for number, (who, old, new) in enumerate([("ann", "", "base"), *rows]):
        clock.tick(minutes=1)
        line = HistoryLine(Change(DIAGRAM, "owner", old, new), clock.now, who, f"{number:08x}")
        history.append(session.root / f"history/{who}-00000000.jsonl", [line])
    path = session.root / CSP_FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'format = 1\n[item."diagram"]\nowner = "{rows[-1][2]}"\n')
    assert session.list_outside() == []


def test_a_history_of_many_chains_takes_no_quadratic_time_or_room() -> None:
    at = datetime(2027, 1, 11, tzinfo=UTC)
    change = Change("l:i", "note", None, "a")
    lines: list[HistoryLine] = []
    for number in range(3000):
        saw = (lines[-1].hash[:SHORT],) if lines else ()
        prev = lines[0].hash if lines else ""  # each of them follows the first one
        digest = f"{number + 1:012x}".ljust(64, "0")
        lines.append(HistoryLine(change, at, "x", "t", saw=saw, prev=prev, hash=digest))
    graph = build_graph(lines)
    assert [line.hash for line in graph.lines] == [line.hash for line in lines]
    assert max(len(place.reach) for place in graph._places.values()) <= 256
    assert graph.is_after(lines[-1], lines[-200])


@needs_git
@pytest.mark.parametrize("where", ["repository", "worktree"])
def test_nothing_is_noted_while_git_is_at_work(
    repository: Session, clock: FrozenClock, open_workspace: OpenWorkspace, where: str
) -> None:
    root = repository.root
    lock = root / ".git/index.lock"
    if where == "worktree":
        git(root, "worktree", "add", "-q", "--detach", str(root.parent / "tree"))
        root, lock = root.parent / "tree", root / ".git/worktrees/tree/index.lock"
    path = root / CSP_FILE
    path.write_text(path.read_text().replace("dana", "erin"))
    lock.touch()
    os.utime(lock, (clock.now.timestamp(), clock.now.timestamp()))
    assert open_workspace(root).reconcile() == 0
    lock.unlink()
    assert open_workspace(root).reconcile() == 1
