"""What happened outside fedcheck ends in the history, and never changes the TOML."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import FrozenClock, OpenWorkspace

from fedcheck.domain.change import OUTSIDE
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.storage import history, history_check, local_state, outside_notes
from fedcheck.storage.local_state import LocalNotes
from fedcheck.storage.reconcile import list_all_outside_changes

DIAGRAM = "rev5.readiness.csp:diagram"
CRYPTO = "rev5.readiness.csp:crypto-table"
CSP = "rev5.readiness.csp"
CSP_FILE = f"progress/{CSP}.toml"


def told(session: Session) -> list[tuple[str, str, Any, Any]]:
    rows = session.history()
    return [(e.by, e.change.field, e.change.old, e.change.new) for e in rows]


def by_hand(session: Session, old: str, new: str) -> bytes:
    path = session.root / CSP_FILE
    path.write_text(path.read_text().replace(old, new))
    return path.read_bytes()


def test_a_hand_edit_is_noted_when_asked_without_another_change(session: Session) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    raw = by_hand(session, "dana", "erin")
    assert [c.new for c in session.list_outside()] == ["erin"]
    assert session.reconcile() == 1
    assert told(session)[-1] == (OUTSIDE, "owner", "dana", "erin")
    assert session.reconcile() == 0
    assert session.list_outside() == []
    assert (session.root / CSP_FILE).read_bytes() == raw
    assert history_check.verify(session.root) == []


def test_a_file_that_is_gone_is_noted_once(session: Session) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    (session.root / CSP_FILE).unlink()
    assert session.reconcile() == 1
    assert told(session)[-1] == (OUTSIDE, "owner", "dana", None)
    assert session.reconcile() == 0
    assert not (session.root / CSP_FILE).exists()


def test_a_broken_file_waits_until_it_is_mended(session: Session) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    good = (session.root / CSP_FILE).read_text()
    (session.root / CSP_FILE).write_text(good + "<<<<<<< ours\n")
    assert session.reconcile() == 0
    assert len(told(session)) == 1
    (session.root / CSP_FILE).write_text(good.replace("dana", "erin"))
    assert session.reconcile() == 1


def test_nothing_is_written_where_nothing_happened(session: Session) -> None:
    assert session.reconcile() == 0
    assert not (session.root / ".fedcheck").exists()


@pytest.mark.parametrize("lost", ["seen.json", "writers.json", "whole folder"])
def test_a_lost_machine_folder_makes_no_noise(
    session: Session, open_workspace: OpenWorkspace, lost: str
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana", status="doing"))
    folder = session.root / ".fedcheck"
    shutil.rmtree(folder) if lost == "whole folder" else (folder / lost).unlink()
    again = open_workspace(session.root)
    assert again.reconcile() == 0
    by_hand(again, "dana", "erin")
    assert again.reconcile() == 1
    again.apply([CRYPTO], ItemEdit(owner="bob"))
    assert [by for by, *_ in told(again)].count(OUTSIDE) == 1


def test_a_pull_that_brings_its_history_leaves_nothing_to_note(
    session: Session, open_workspace: OpenWorkspace, tmp_path: Path
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    clone = tmp_path / "clone"
    shutil.copytree(session.root, clone, ignore=shutil.ignore_patterns(".fedcheck"))
    theirs = open_workspace(clone, "bob")
    theirs.apply([DIAGRAM], ItemEdit(owner="erin"))
    pull(clone, session.root)
    assert session.refresh()
    assert session.project.record(DIAGRAM).owner == "erin"
    assert session.reconcile() == 0


def pull(source: Path, target: Path) -> None:
    shutil.copyfile(source / CSP_FILE, target / CSP_FILE)
    for path in history.list_history_files(source):
        if not (target / "history" / path.name).exists():
            shutil.copyfile(path, target / "history" / path.name)


def test_clocks_that_disagree_make_no_line_of_their_own(
    session: Session, open_workspace: OpenWorkspace, clock: FrozenClock, tmp_path: Path
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    clone = tmp_path / "clone"
    shutil.copytree(session.root, clone, ignore=shutil.ignore_patterns(".fedcheck"))
    clock.tick(hours=-3)
    open_workspace(clone, "bob").apply(
        [DIAGRAM], ItemEdit(owner="erin")
    )  # a clock three hours behind
    clock.tick(hours=3)
    pull(clone, session.root)
    session.refresh()
    assert session.reconcile() == 0
    by_hand(session, "erin", "frank")
    assert session.reconcile() == 1


def test_a_merge_is_noted_with_the_lines_of_both_sides(
    session: Session, open_workspace: OpenWorkspace, clock: FrozenClock, tmp_path: Path
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    clone = tmp_path / "clone"
    shutil.copytree(session.root, clone, ignore=shutil.ignore_patterns(".fedcheck"))
    theirs = open_workspace(clone, "bob")
    theirs.apply([DIAGRAM], ItemEdit(owner="erin"))
    clock.tick(minutes=1)
    session.apply([DIAGRAM], ItemEdit(owner="frank"))
    mine = (session.root / CSP_FILE).read_bytes()
    pull(clone, session.root)
    lines = {one.change.new: one.hash[:12] for one in history.read_all(session.root)}
    # Theirs was entered before mine: that it stands is a loss.
    (found,) = list_all_outside_changes(session.root, {}, LocalNotes()).found
    assert (found.change.old, found.change.new) == ("frank", "erin")
    assert found.merged == (lines["erin"], lines["frank"])
    assert found.lost == lines["frank"]
    # Mine is the later of the two, and stands as it would in one folder.
    (session.root / CSP_FILE).write_bytes(mine)
    (found,) = list_all_outside_changes(session.root, {}, LocalNotes()).found
    assert (found.change.old, found.change.new, found.lost) == ("erin", "frank", "")
    assert session.reconcile() == 1
    assert session.reconcile() == 0
    by_hand(session, "frank", "erin")
    assert session.reconcile() == 1, "what lost the merge does not come back unnoted"


def test_going_back_by_hand_to_what_another_replaced_is_noted(
    session: Session, open_workspace: OpenWorkspace, clock: FrozenClock
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    clock.tick(minutes=1)
    open_workspace(session.root, "bob").apply([DIAGRAM], ItemEdit(owner="erin"))
    clock.tick(minutes=1)
    by_hand(session, "erin", "dana")
    assert session.reconcile() == 1
    assert told(session)[-1] == (OUTSIDE, "owner", "erin", "dana")


def test_a_place_that_cannot_be_written_is_an_error_in_words(session: Session) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    by_hand(session, "dana", "erin")
    (session.root / ".fedcheck" / "lock").unlink()
    (session.root / ".fedcheck" / "lock").mkdir()
    with pytest.raises(FedcheckError) as error:
        session.reconcile()
    assert error.value.kind == "unreadable"
    assert len(told(session)) == 1


def test_damaged_memory_of_this_machine_counts_as_none(session: Session) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    for text in ("{", "[]", json.dumps({f"progress/{CSP}.toml": 7, "progress/../x.toml": "0"})):
        (session.root / ".fedcheck" / "seen.json").write_text(text)
        assert local_state.load_notes(session.root) == local_state.LocalNotes()
        assert session.reconcile() == 0


def clone_of(session: Session, name: str = "clone") -> Path:
    ignored = shutil.ignore_patterns(".fedcheck")
    return Path(shutil.copytree(session.root, session.root.with_name(name), ignore=ignored))


def bring_history(source: Path, target: Path) -> None:
    for path in history.list_history_files(source):
        if not (target / "history" / path.name).exists():
            shutil.copyfile(path, target / "history" / path.name)


def test_a_loss_is_named_also_where_a_clock_ran_ahead_once(
    session: Session, open_workspace: OpenWorkspace, clock: FrozenClock
) -> None:
    session.apply([CRYPTO], ItemEdit(owner="bob"))
    theirs = open_workspace(clone_of(session), "carol")
    clock.tick(days=20000)
    session.apply([DIAGRAM], ItemEdit(owner="erin"))
    clock.tick(days=-20000)
    by_hand(session, 'owner = "erin"\n', "")
    assert session.reconcile() == 1
    clock.tick(days=1)
    theirs.apply([DIAGRAM], ItemEdit(owner="gil"))
    bring_history(theirs.root, session.root)
    (found,) = list_all_outside_changes(session.root, {}, LocalNotes()).found
    assert (found.change.old, found.change.new) == ("gil", None)
    assert found.lost


def test_a_value_that_was_cleared_does_not_count_again(
    session: Session, open_workspace: OpenWorkspace, clock: FrozenClock
) -> None:
    session.apply([CRYPTO], ItemEdit(owner="bob"))
    theirs = open_workspace(clone_of(session), "carol")
    for owner in ("finn", ""):
        session.apply([DIAGRAM], ItemEdit(owner=owner))
        clock.tick(minutes=1)
    theirs.apply([DIAGRAM], ItemEdit(owner="erin"))
    shutil.copyfile(theirs.root / CSP_FILE, session.root / CSP_FILE)
    bring_history(theirs.root, session.root)
    # She set it after it was cleared here: as in one folder there is nothing to note.
    assert list_all_outside_changes(session.root, {}, LocalNotes()).found == ()


def test_files_that_moved_while_they_were_read_are_noted_at_the_next_look(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    path = session.root / CSP_FILE
    text = path.read_text()
    path.write_text(text.replace("dana", "git, half way"))
    read, times = outside_notes.list_all_outside_changes, []

    def read_beside_git(*args: Any, **more: Any) -> Any:
        state = read(*args, **more)
        times.append(state)
        if len(times) == 2:  # the look under the lock
            path.write_text(text)
        return state

    monkeypatch.setattr(outside_notes, "list_all_outside_changes", read_beside_git)
    assert session.reconcile() == 0
    assert len(times) >= 2
    assert session.reconcile() == 0, "it is as it was: nothing was ever taken back"
    assert [line.by for line in history.read_all(session.root)] == ["alice"]
