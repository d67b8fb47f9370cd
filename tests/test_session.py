"""The open workspace: every change saved, taken back, made again, and reconciled."""

import contextlib
import errno
import json
import os
import secrets
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import tomli
from conftest import TODAY, FrozenClock, MakeWorkspace, OpenWorkspace
from hypothesis import given, settings
from hypothesis import strategies as st

from fedcheck.domain.change import OUTSIDE, Change
from fedcheck.domain.evidence_edit import attach_evidence, detach_each
from fedcheck.domain.glossary import STATUSES
from fedcheck.domain.item_rules import ItemEdit, TestEdit
from fedcheck.domain.record import EMPTY_RECORD
from fedcheck.errors import FedcheckError, InvalidFileError, RuleError
from fedcheck.session import Session
from fedcheck.storage import atomic_files, file_looks, history, history_check, local_state
from fedcheck.storage.local_state import LocalNotes
from fedcheck.storage.reconcile import list_all_outside_changes

DIAGRAM = "rev5.readiness.csp:diagram"
CRYPTO = "rev5.readiness.csp:crypto-table"
FIPS = "rev5.readiness.3pao:mandate-1-fips"
CSP_FILE = "progress/rev5.readiness.csp.toml"


def items(root: Path, name: str = CSP_FILE) -> dict[str, Any]:
    return tomli.loads((root / name).read_text(encoding="utf-8")).get("item", {})


def lines(root: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in history.list_history_files(root)
        for line in path.read_text().splitlines()
    ]


def told(root: Path) -> list[tuple[str, str, Any, Any]]:
    return [(e["by"], e["field"], e["old"], e["new"]) for e in lines(root)]


# opening


def test_it_opens_on_the_small_lists(session: Session) -> None:
    assert len(session.project.refs) == 13
    assert session.problems == []
    assert list(session.project.checklists) == [
        "rev5.readiness.csp",
        "rev5.readiness.3pao",
        "rev5.full-assessment.csp",
        "rev5.full-assessment.3pao",
        "jab.kick-off.csp",
    ]
    assert session.project.config.profile == {"impact": "moderate"}  # the default of the process
    assert session.today() == TODAY


def test_today_is_that_of_the_workspaces_time_zone(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace, clock: FrozenClock
) -> None:
    clock.tick(hours=12)  # 2027-01-12 03:00 UTC
    east = open_workspace(make_workspace("a", head='timezone = "Asia/Tokyo"'))
    west = open_workspace(make_workspace("b", head='timezone = "America/New_York"'))
    assert (east.today(), west.today()) == (date(2027, 1, 12), date(2027, 1, 11))
    west.as_of = date(2030, 1, 1)
    assert west.today() == date(2030, 1, 1)
    assert west.board().today == date(2030, 1, 1)


def test_the_profile_decides_what_applies(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace
) -> None:
    high = open_workspace(make_workspace(profile={"impact": "high"}))
    assert "rev5.readiness.csp:high-only" in high.project.refs


def test_an_option_that_the_process_does_not_have_is_a_warning(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace
) -> None:
    session = open_workspace(make_workspace(profile={"impatc": "high"}))
    assert [(p.severity, p.hint) for p in session.problems] == [
        ("warning", 'did you mean "impact"?')
    ]


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"process": "jabb"}, 'unknown process "jabb"'),
        ({"role": "cps"}, 'unknown role "cps"'),
        ({"profile": {"impact": "hihg"}}, 'unknown impact "hihg"'),
        ({"head": 'timezone = "Mars/Olympus"'}, 'unknown time zone "Mars/Olympus"'),
        ({"head": "marking = 3"}, "expected text in quotes"),
    ],
)
def test_a_head_that_cannot_be_used_is_an_error(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace, about: Any, said: str
) -> None:
    with pytest.raises(FedcheckError) as error:
        open_workspace(make_workspace(**about))
    assert error.value.kind == "unreadable"
    assert "fedcheck.toml" in str(error.value)
    assert said in str(error.value)


def test_references_may_be_short_where_they_are_clear(session: Session) -> None:
    assert session.resolve(DIAGRAM) == DIAGRAM
    assert session.resolve("diagram") == DIAGRAM
    assert session.resolve("csp:diagram") == DIAGRAM
    for tail, said in {
        "diagarm": "did you mean diagram?",
        "high-only": "the workspace's profile excludes it",
        "zzzzzz": "see: fedcheck list",
        "": "see: fedcheck list",
    }.items():
        with pytest.raises(FedcheckError) as error:
            session.resolve("rev5.readiness.csp:" + tail if tail == "high-only" else tail)
        assert error.value.kind == "usage"
        assert said in error.value.hint


def test_an_ambiguous_reference_lists_the_candidates(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace
) -> None:
    extra = (make_workspace("a") / "checklists/jab.kick-off.csp.toml").read_text()
    lists = {
        "jab.kick-off.csp-acme.toml": extra.replace("jab.kick-off.csp", "jab.kick-off.csp-acme")
    }
    session = open_workspace(make_workspace("b", lists=lists))
    with pytest.raises(FedcheckError) as error:
        session.resolve("brief")
    assert error.value.kind == "usage"
    assert "jab.kick-off.csp:brief\n  jab.kick-off.csp-acme:brief" in str(error.value)


# changing


def test_a_change_is_on_disk_with_its_history(session: Session) -> None:
    action = session.apply([DIAGRAM], ItemEdit(status="done", owner="dana", note="a\nb"))
    item = session.project.item(DIAGRAM)
    assert item is not None
    assert items(session.root)["diagram"] == {
        "status": "done",
        "owner": "dana",
        "note": "a\nb",
        "done": TODAY,
        "basis": item.basis(),
    }
    assert session.project.record(DIAGRAM).status == "done"
    written = lines(session.root)
    assert [e["field"] for e in written] == ["status", "owner", "note", "done", "basis"]
    assert {e["tx"] for e in written} == {action.tx}
    assert {(e["v"], e["by"], e["at"], e["ref"]) for e in written} == {
        (1, "alice", "2027-01-11T15:00:00.000Z", DIAGRAM)
    }
    assert history_check.verify(session.root) == []
    (path,) = history.list_history_files(session.root)
    assert path.name.startswith("alice-")


def test_several_items_are_one_action_over_several_files(session: Session) -> None:
    session.apply([DIAGRAM, FIPS], ItemEdit(owner="dana"))
    assert items(session.root)["diagram"]["owner"] == "dana"
    assert items(session.root, "progress/rev5.readiness.3pao.toml")["mandate-1-fips"]
    assert len({e["tx"] for e in lines(session.root)}) == 1
    session.undo()
    assert session.project.record(DIAGRAM) == session.project.record(FIPS) == EMPTY_RECORD


def test_several_edits_of_a_record_follow_each_other_as_one_transaction(session: Session) -> None:
    edits = [
        (FIPS, ItemEdit(result="other-than-satisfied")),
        (DIAGRAM, ItemEdit(owner="dana")),
        (FIPS, ItemEdit(testing=TestEdit(retest="passed"))),
    ]
    action = session.apply_each(edits)
    record = session.project.record(FIPS)
    assert (record.result, record.retest) == ("satisfied", "passed")
    assert len({line["tx"] for line in lines(session.root)}) == 1
    assert action.label.endswith("(2 items)")
    session.undo()
    assert session.project.record(FIPS) == session.project.record(DIAGRAM) == EMPTY_RECORD


def test_an_edit_refused_after_another_saves_neither(session: Session) -> None:
    edits = [(DIAGRAM, ItemEdit(owner="dana")), (DIAGRAM, ItemEdit(status="na"))]
    with pytest.raises(RuleError, match="needs a reason"):
        session.apply_each(edits)
    assert session.project.record(DIAGRAM) == EMPTY_RECORD
    assert lines(session.root) == []


def test_a_refused_edit_of_several_items_changes_none(session: Session) -> None:
    with pytest.raises(RuleError):
        session.apply([FIPS, DIAGRAM], ItemEdit(result="satisfied"))
    assert not (session.root / "progress/rev5.readiness.3pao.toml").exists()
    assert session.project.record(FIPS) == EMPTY_RECORD


def test_what_changes_nothing_writes_nothing(session: Session) -> None:
    assert session.apply([DIAGRAM], ItemEdit(owner="")).changes == ()
    assert not (session.root / CSP_FILE).exists()
    assert lines(session.root) == []


def test_items_stand_in_the_order_of_the_checklist(session: Session) -> None:
    for name in ("sponsor", "crypto-table", "diagram"):
        session.apply([f"rev5.readiness.csp:{name}"], ItemEdit(owner="dana"))
    assert list(items(session.root)) == ["diagram", "crypto-table", "sponsor"]


def test_unknown_keys_and_other_records_survive_a_save(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace
) -> None:
    text = '[item."diagram"]\nstatus = "doing"\nticket = "ABC-1"\n\n[item."gone"]\nnote = "old"\n'
    text += '\n[[item."diagram".evidence]]\nid = "a1"\nlink = "https://x"\napproved = 2027-01-02\n'
    session = open_workspace(
        make_workspace(progress={"rev5.readiness.csp": text + "\n[own]\nx = 1\n"})
    )
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    session.apply([CRYPTO], ItemEdit(status="doing"))
    data = tomli.loads((session.root / CSP_FILE).read_text())
    assert data["own"] == {"x": 1}
    assert data["item"]["diagram"]["ticket"] == "ABC-1"
    assert data["item"]["diagram"]["evidence"][0]["approved"] == date(2027, 1, 2)
    assert data["item"]["gone"] == {"note": "old"}
    assert list(data["item"]) == ["diagram", "crypto-table", "gone"]
    before = (session.root / CSP_FILE).read_bytes()
    session.apply_each(detach_each([(DIAGRAM, "a1")]))
    session.undo()
    assert items(session.root)["diagram"]["evidence"][0]["approved"] == "2027-01-02"
    assert before.count(b"\n") == (session.root / CSP_FILE).read_bytes().count(b"\n")


def test_an_action_says_what_it_did(session: Session) -> None:
    labels = [
        session.apply([DIAGRAM], ItemEdit(status="done", owner="dana")).label,
        session.apply([DIAGRAM, CRYPTO], ItemEdit(due="kick-off - 3d", note="x")).label,
        session.apply([CRYPTO], ItemEdit(status="na", reason="none")).label,
        session.apply([DIAGRAM], ItemEdit(due="", reason="why")).label,
        session.apply([FIPS], ItemEdit(result="satisfied")).label,
        session.apply([FIPS], ItemEdit(result="")).label,
        session.apply(
            [CRYPTO], attach_evidence(session.new_evidence("ABC-1", here=session.root))
        ).label,
        session.undo().label,
        session.redo().label,
    ]
    assert labels == [
        "diagram: done; owner dana",
        'due kick-off - 3d; note written: "x" (2 items)',
        'crypto-table: not applicable: "none"',
        'diagram: due cleared (was kick-off - 3d); reason written: "why"',
        "mandate-1-fips: done; satisfied; tester alice and 1 more",
        "mandate-1-fips: result cleared (was satisfied); tested cleared (was 2027-01-11)",
        "Evidence added: ABC-1",
        'Undone: crypto-table: evidence "ABC-1" added',
        'Done again: crypto-table: evidence "ABC-1" added',
    ]


# upstream changes


def test_an_item_that_changed_upstream_is_flagged_until_a_person_confirms(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    session.apply([DIAGRAM], ItemEdit(status="done"))
    path = session.root / "checklists/rev5.readiness.csp.toml"
    path.write_text(path.read_text().replace("drawn and agreed", "drawn, agreed and signed"))
    session = open_workspace(session.root)
    assert session.board().rows[DIAGRAM].changed
    session.apply([DIAGRAM], ItemEdit(note="read"))
    assert session.board().rows[DIAGRAM].changed
    session.apply([DIAGRAM], ItemEdit(confirm=True))
    assert not session.board().rows[DIAGRAM].changed
    assert session.undo().changes
    assert session.board().rows[DIAGRAM].changed


RENAME = ('id = "diagram"', 'id = "boundary"\n  renamed-from = "diagram"')
BOUNDARY = "rev5.readiness.csp:boundary"


def rename(root: Path) -> None:
    path = root / "checklists/rev5.readiness.csp.toml"
    path.write_text(path.read_text().replace(*RENAME))


def test_records_follow_an_item_that_was_renamed(
    session: Session, open_workspace: OpenWorkspace, clock: FrozenClock
) -> None:
    session.apply([DIAGRAM], ItemEdit(status="doing", note="half of it"))
    session.apply([CRYPTO], ItemEdit(owner="dana"))
    rename(session.root)
    session = open_workspace(session.root)
    assert session.project.record(BOUNDARY).note == "half of it"
    assert list(items(session.root)) == ["diagram", "crypto-table"]  # nothing is rewritten unasked
    clock.tick(days=1)
    session.apply([BOUNDARY], ItemEdit(status="done"))
    saved = items(session.root)
    assert list(saved) == ["boundary", "crypto-table"]
    assert (saved["boundary"]["status"], saved["boundary"]["note"]) == ("done", "half of it")
    assert session.project.record(BOUNDARY).note == "half of it"
    assert {by for by, *_ in told(session.root)} == {"alice"}
    assert [e.change.field for e in session.history(BOUNDARY)] == [
        "status", "note", "basis", "status", "done",
    ]  # fmt: skip


def test_a_change_made_under_the_earlier_id_can_be_undone(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    session.apply([DIAGRAM], ItemEdit(status="doing", note="half of it"))
    rename(session.root)
    session = open_workspace(session.root)
    session.undo()
    assert items(session.root) == {}
    assert session.project.record(BOUNDARY) == EMPTY_RECORD


def test_hand_edits_of_a_renamed_item_are_reconciled_once(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    session.apply([DIAGRAM], ItemEdit(status="doing", note="half of it"))
    rename(session.root)
    path = session.root / CSP_FILE
    path.write_text(path.read_text().replace("half of it", "all of it"))
    open_workspace(session.root).apply([CRYPTO], ItemEdit(owner="dana"))
    assert told(session.root)[3:] == [
        (OUTSIDE, "note", "half of it", "all of it"),
        ("alice", "owner", None, "dana"),
    ]


def test_where_both_names_have_a_record_todays_stands(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace
) -> None:
    text = '[item."diagram"]\nnote = "old"\n[item."boundary"]\nnote = "new"\n'
    root = make_workspace(progress={"rev5.readiness.csp": text})
    rename(root)
    session = open_workspace(root)
    assert session.project.record(BOUNDARY).note == "new"
    session.apply([BOUNDARY], ItemEdit(owner="dana"))
    assert items(root)["diagram"] == {"note": "old"}


def test_history_keeps_the_order_of_its_lines_when_the_clock_is_set_back(
    session: Session, clock: FrozenClock, open_workspace: OpenWorkspace
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    clock.tick(days=-400)
    session.apply([DIAGRAM], ItemEdit(owner="erin"))
    path = session.root / CSP_FILE
    path.write_text(path.read_text() + "# touched\n")
    open_workspace(session.root).apply([DIAGRAM], ItemEdit(owner="frank"))
    assert [new for *_, new in told(session.root)] == ["dana", "erin", "frank"]


# undo and redo


def status(root: Path, open_workspace: OpenWorkspace, ref: str = DIAGRAM) -> str:
    return open_workspace(root).project.record(ref).status


def test_undo_and_redo_across_restarts(workspace: Path, open_workspace: OpenWorkspace) -> None:
    for step in ("doing", "blocked", "done"):
        open_workspace(workspace).apply([DIAGRAM], ItemEdit(status=step, reason="x"))
    for left in ("blocked", "doing", "todo"):
        open_workspace(workspace).undo()
        assert status(workspace, open_workspace) == left
    with pytest.raises(FedcheckError, match="nothing to undo") as error:
        open_workspace(workspace).undo()
    assert error.value.kind == "refused"
    for there in ("doing", "blocked", "done"):
        open_workspace(workspace).redo()
        assert status(workspace, open_workspace) == there
    with pytest.raises(FedcheckError, match="nothing to redo"):
        open_workspace(workspace).redo()
    open_workspace(workspace).undo()
    open_workspace(workspace).apply([DIAGRAM], ItemEdit(owner="dana"))
    with pytest.raises(FedcheckError, match="nothing to redo"):
        open_workspace(workspace).redo()
    open_workspace(workspace).undo()
    open_workspace(workspace).undo()
    assert status(workspace, open_workspace) == "doing"
    assert history_check.verify(workspace) == []


def test_undo_brings_back_every_field_byte_for_byte(session: Session) -> None:
    session.apply([FIPS], ItemEdit(result="other-than-satisfied", owner="bob", due="kick-off - 3d"))
    before = (session.root / "progress/rev5.readiness.3pao.toml").read_bytes()
    session.apply([FIPS], ItemEdit(status="todo"))
    session.undo()
    assert (session.root / "progress/rev5.readiness.3pao.toml").read_bytes() == before


def test_everybody_takes_back_their_own(workspace: Path, open_workspace: OpenWorkspace) -> None:
    alice, bob = open_workspace(workspace, "alice"), open_workspace(workspace, "bob")
    alice.apply([DIAGRAM], ItemEdit(status="doing"))
    bob.apply([CRYPTO], ItemEdit(status="doing"))
    alice.undo()
    saved = open_workspace(workspace)
    assert saved.project.record(DIAGRAM) == EMPTY_RECORD
    assert saved.project.record(CRYPTO).status == "doing"
    with pytest.raises(FedcheckError, match="nothing to undo"):
        alice.undo()


def test_undo_refuses_where_the_value_is_no_longer_there(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    alice, bob = open_workspace(workspace, "alice"), open_workspace(workspace, "bob")
    alice.apply([DIAGRAM], ItemEdit(owner="dana", note="mine"))
    bob.apply([DIAGRAM], ItemEdit(owner="erin"))
    before = (workspace / CSP_FILE).read_bytes()
    with pytest.raises(FedcheckError, match="owner was changed by somebody else") as error:
        alice.undo()
    assert error.value.kind == "refused"
    assert (workspace / CSP_FILE).read_bytes() == before


def test_undo_leaves_what_others_did_to_other_fields(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    alice, bob = open_workspace(workspace, "alice"), open_workspace(workspace, "bob")
    alice.apply([DIAGRAM], ItemEdit(owner="dana"))
    bob.apply([DIAGRAM], ItemEdit(note="seen"))
    alice.undo()
    assert items(workspace)["diagram"] == {"note": "seen"}


def test_undo_of_what_is_gone_already_does_not_stick(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    session = open_workspace(workspace)
    session.apply([CRYPTO], ItemEdit(owner="erin"))
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    path = workspace / CSP_FILE
    path.write_text(path.read_text().replace('[item."diagram"]\nowner = "dana"\n', ""))
    session = open_workspace(workspace)
    session.undo()
    session.undo()
    assert items(workspace) == {}


def test_evidence_can_be_added_and_taken_away_and_undone(session: Session) -> None:
    evidence_item = session.new_evidence("https://x.example/1", here=session.root, label=" NIST ")
    assert (evidence_item.kind, evidence_item.label, evidence_item.collected) == (
        "url",
        "NIST",
        TODAY,
    )
    session.apply([DIAGRAM, CRYPTO], attach_evidence(evidence_item))
    assert items(session.root)["diagram"]["evidence"] == [
        {"id": evidence_item.id, "link": "https://x.example/1", "label": "NIST", "collected": TODAY}
    ]
    session.apply_each(detach_each([(DIAGRAM, evidence_item.id)]))
    assert "diagram" not in items(session.root)
    session.undo()
    assert session.project.record(DIAGRAM).evidence == (evidence_item,)
    session.undo()
    assert items(session.root) == {}
    session.redo()
    assert session.project.record(CRYPTO).evidence == (evidence_item,)


# what others write


def test_a_change_is_made_on_what_another_session_wrote(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    alice, bob = open_workspace(workspace, "alice"), open_workspace(workspace, "bob")
    alice.apply([DIAGRAM], ItemEdit(owner="dana", status="doing"))
    bob.apply([DIAGRAM], ItemEdit(note="seen"))
    bob.apply([CRYPTO], ItemEdit(owner="bob"))
    alice.apply([DIAGRAM], ItemEdit(status="done"))
    saved = items(workspace)
    assert (saved["diagram"]["owner"], saved["diagram"]["note"]) == ("dana", "seen")
    assert saved["diagram"]["status"] == "done"
    assert saved["crypto-table"] == {"owner": "bob"}
    assert alice.project.record(DIAGRAM).note == "seen"
    assert OUTSIDE not in {by for by, *_ in told(workspace)}


def test_where_both_changed_a_field_the_later_stands_and_history_keeps_both(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    alice, bob = open_workspace(workspace, "alice"), open_workspace(workspace, "bob")
    alice.apply([DIAGRAM], ItemEdit(owner="dana"))
    action = bob.apply([DIAGRAM], ItemEdit(owner="erin"))
    assert items(workspace)["diagram"] == {"owner": "erin"}
    assert action.changes == (Change(DIAGRAM, "owner", "dana", "erin"),)
    assert told(workspace) == [
        ("alice", "owner", None, "dana"),
        ("bob", "owner", "dana", "erin"),
    ]


def test_leaving_done_clears_a_result_that_another_gave(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    alice, bob = open_workspace(workspace, "alice"), open_workspace(workspace, "bob")
    bob.apply([FIPS], ItemEdit(result="satisfied"))
    alice.apply([FIPS], ItemEdit(status="doing"))
    record = alice.project.record(FIPS)
    assert (record.status, record.result, record.done) == ("doing", "", None)
    alice.undo()
    record = alice.project.record(FIPS)
    assert (record.status, record.result, record.done) == ("done", "satisfied", TODAY)


def test_a_board_is_kept_until_something_changes(session: Session) -> None:
    today, first = session.today(), session.board()
    assert session.board() is session.board(today) is first
    assert session.board(today + timedelta(days=1)).today > first.today
    again = session.board()
    session.apply([DIAGRAM], ItemEdit(owner="erin"))
    assert session.board().rows[DIAGRAM].record.owner == "erin"
    assert again.rows[DIAGRAM].record.owner == first.rows[DIAGRAM].record.owner == ""


def test_refresh_reads_what_others_wrote(workspace: Path, open_workspace: OpenWorkspace) -> None:
    alice, bob = open_workspace(workspace, "alice"), open_workspace(workspace, "bob")
    before = alice.project
    assert not alice.refresh()
    assert alice.project is before
    bob.apply([DIAGRAM], ItemEdit(owner="erin"))
    assert alice.refresh()
    assert not alice.refresh()
    assert alice.project.record(DIAGRAM).owner == "erin"


def test_refresh_reads_checklists_too(session: Session) -> None:
    path = session.root / "checklists/rev5.readiness.csp.toml"
    path.write_text(path.read_text().replace("drawn and agreed", "signed"))
    assert session.refresh()
    item = session.project.item(DIAGRAM)
    assert item is not None
    assert item.title == "Boundary diagram signed"
    shutil.copy(path, session.root / "checklists/rev5.readiness.csp-acme.toml")
    assert session.refresh()
    assert "is not the name of the file" in str(session.problems[0])
    path.unlink()
    (session.root / "checklists/rev5.readiness.csp-acme.toml").unlink()
    assert session.refresh()
    assert "rev5.readiness.csp" not in session.project.checklists


def test_refresh_keeps_the_state_where_the_head_broke(session: Session) -> None:
    head = session.root / "fedcheck.toml"
    text = head.read_text()
    head.write_text(text.replace('role = "csp"', "role = csp"))
    assert not session.refresh()
    assert "fedcheck.toml" in str(session.problems[0])
    assert len(session.project.refs) == 13
    head.write_text(text)
    assert session.refresh()
    assert session.problems == []


# what was done outside fedcheck


def test_a_hand_edit_is_welcome_and_goes_into_history_at_the_next_save(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    path = session.root / CSP_FILE
    text = path.read_text().replace('owner = "dana"', 'owner = "erin"\nnote = "by hand"')
    path.write_text(text + '\n[item."sponsor"]\nstatus = "done"\n')
    session = open_workspace(session.root)
    assert session.project.record(DIAGRAM).owner == "erin"
    session.apply([CRYPTO], ItemEdit(owner="bob"))
    assert told(session.root) == [
        ("alice", "owner", None, "dana"),
        (OUTSIDE, "owner", "dana", "erin"),
        (OUTSIDE, "note", None, "by hand"),
        (OUTSIDE, "status", "todo", "done"),
        ("alice", "owner", None, "bob"),
    ]
    assert history_check.verify(session.root) == []
    session.apply([CRYPTO], ItemEdit(owner="carol"))
    assert len(lines(session.root)) == 6  # and only once


def test_undo_takes_back_what_the_person_did_not_what_happened_outside(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    path = session.root / CSP_FILE
    path.write_text(path.read_text() + '\n[item."sponsor"]\nstatus = "done"\n')
    session = open_workspace(session.root)
    session.apply([CRYPTO], ItemEdit(owner="bob"))
    session.undo()
    session.undo()
    assert items(session.root) == {"sponsor": {"status": "done"}}


def test_a_file_that_was_deleted_is_told_of_as_well(session: Session) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana", status="doing"))
    (session.root / CSP_FILE).unlink()
    session.refresh()
    session.apply([CRYPTO], ItemEdit(owner="bob"))
    outside = [row[1:] for row in told(session.root) if row[0] == OUTSIDE]
    assert sorted(f for f, *_ in outside) == ["basis", "owner", "status"]
    assert ("status", "doing", "todo") in outside


def test_a_crash_between_file_and_history_is_made_up_for(
    session: Session, open_workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(history, "append", crash)
        with pytest.raises(KeyboardInterrupt):
            session.apply([DIAGRAM], ItemEdit(owner="dana"))
    assert items(session.root)["diagram"] == {"owner": "dana"}
    session = open_workspace(session.root)
    session.apply([CRYPTO], ItemEdit(owner="bob"))
    assert told(session.root) == [
        (OUTSIDE, "owner", None, "dana"),
        ("alice", "owner", None, "bob"),
    ]


def test_a_new_clone_with_its_history_has_nothing_to_reconcile(
    session: Session, open_workspace: OpenWorkspace, tmp_path: Path
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana", status="doing", note="x"))
    clone = tmp_path / "clone"
    shutil.copytree(session.root, clone, ignore=shutil.ignore_patterns(".fedcheck"))
    open_workspace(clone).apply([CRYPTO], ItemEdit(owner="bob"))
    assert OUTSIDE not in {by for by, *_ in told(clone)}
    assert len(history.list_history_files(clone)) == 1  # a person's older file is continued
    with pytest.raises(FedcheckError, match="nothing to undo"):
        session_of_clone = open_workspace(clone)
        session_of_clone.undo()
        session_of_clone.undo()


def test_dates_among_unknown_keys_of_evidence_are_reconciled_once(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace
) -> None:
    text = '[[item."diagram".evidence]]\nid = "a1"\nlink = "x"\n'
    text += "at = 2027-01-02\nf = nan\nl = [07:00:00]\n"
    root = make_workspace(progress={"rev5.readiness.csp": text})
    open_workspace(root).apply([CRYPTO], ItemEdit(owner="dana"))
    (root / CSP_FILE).write_text((root / CSP_FILE).read_text() + "# touched\n")
    open_workspace(root).apply([CRYPTO], ItemEdit(owner="erin"))
    assert [field for by, field, *_ in told(root) if by == OUTSIDE] == ["evidence.a1"]


def test_a_save_that_changes_nothing_leaves_a_hand_edited_file_alone(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    alice, bob = open_workspace(workspace, "alice"), open_workspace(workspace, "bob")
    bob.apply([DIAGRAM], ItemEdit(owner="dana"))
    text = "# my own remark\n" + (workspace / CSP_FILE).read_text()
    (workspace / CSP_FILE).write_text(text)
    assert alice.apply([DIAGRAM], ItemEdit(owner="dana")).changes == ()
    assert (workspace / CSP_FILE).read_text() == text


NAMES = ["diagram", "crypto-table", "sponsor"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["alice", "bob"]),
        st.sampled_from(["status", "owner", "note", "undo", "redo", "reopen", "refresh", "hand"]),
        st.sampled_from(NAMES),
        st.integers(0, 4),
    ),
    max_size=25,
)


@settings(max_examples=20)
@given(STEPS)
def test_whatever_two_people_do_file_history_and_memory_agree(
    make_workspace: MakeWorkspace,
    open_workspace: OpenWorkspace,
    clock: FrozenClock,
    steps: list[Any],
) -> None:
    root = make_workspace(secrets.token_hex(4))
    path = root / CSP_FILE
    open_ = {who: open_workspace(root, who) for who in ("alice", "bob")}
    for who, what, name, number in steps:
        clock.tick(seconds=1)
        session, ref, action = open_[who], f"rev5.readiness.csp:{name}", None
        match what:
            case "status":
                action = session.apply([ref], ItemEdit(status=STATUSES[number], reason="because"))
            case "owner" | "note":
                action = session.apply(
                    [ref], ItemEdit(**{what: f"{who}\n{number}" if number else ""})
                )
            case "undo" | "redo":
                with contextlib.suppress(FedcheckError):
                    action = session.undo() if what == "undo" else session.redo()
            case "reopen":
                open_[who] = open_workspace(root, who)
            case "refresh":
                session.refresh()
            case _ if path.exists():
                path.write_text(path.read_text().replace("alice", "by hand", 1) + "# by hand\n")
        if action is not None and action.changes:
            fresh = open_workspace(root)
            assert fresh.problems == []
            for one in NAMES:
                at = f"rev5.readiness.csp:{one}"
                assert session.project.record(at) == fresh.project.record(at)
    clock.tick(seconds=1)
    open_workspace(root).apply([DIAGRAM], ItemEdit(note=secrets.token_hex(4)))
    assert history_check.verify(root) == []
    assert list_all_outside_changes(root, {}, LocalNotes()).found == ()


# what a stranger may have put into a workspace


@pytest.mark.parametrize(
    ("field", "old", "ref"),
    [
        ("status", "finished", DIAGRAM),
        ("owner", 7, DIAGRAM),
        ("done", "yesterday", DIAGRAM),
        ("evidence.a", {"no": "link"}, DIAGRAM),
        ("no-such-field", "x", DIAGRAM),
        ("owner", "x", "../../elsewhere:item"),
    ],
)
def test_undo_of_a_forged_history_line_is_refused_in_words(
    session: Session, open_workspace: OpenWorkspace, field: str, old: Any, ref: str
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    (path,) = history.list_history_files(session.root)
    forged = {**lines(session.root)[0], "field": field, "ref": ref, "old": old, "new": None}
    forged["new"] = {"status": "todo"}.get(field)
    path.write_text(json.dumps({**forged, "tx": "forged"}) + "\n")
    before = sorted(session.root.parent.rglob("*"))
    with pytest.raises(FedcheckError):
        open_workspace(session.root).undo()
    assert sorted(session.root.parent.rglob("*")) == before
    assert items(session.root)["diagram"] == {"owner": "dana"}


def test_damaged_history_lines_are_left_out_and_told_of(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    (path,) = history.list_history_files(session.root)
    with path.open("ab") as file:
        file.write(b'{"v":1,"at":"2027')  # cut off by a crash
    assert [(d.line, d.message) for d in history_check.verify(session.root)] == [(2, "is cut off")]
    session = open_workspace(session.root)
    session.apply([CRYPTO], ItemEdit(owner="bob"))
    assert path.read_bytes().count(b"\n") == 2
    assert history_check.verify(session.root) == []  # it was never called saved
    (copy,) = (session.root / ".fedcheck" / "backup").glob("*.jsonl.*")
    assert copy.read_bytes() == b'{"v":1,"at":"2027'
    session.undo()
    session.undo()
    assert items(session.root) == {}


CHANGED = "was changed, or lines after it were removed"


@pytest.mark.parametrize(
    ("kept", "line", "message"),
    [
        ((0, 1, 2, 3, 4), None, ""),
        ((0, 1, "edited", 3, 4), 3, CHANGED),
        (("edited", 1, 2, 3, 4), 1, CHANGED),
        ((0, 1, "unchained", 3, 4), 3, "was changed"),
        ((0, 1, 3, 4), 2, CHANGED),
        ((1, 2, 3, 4), 1, "is not the first: earlier lines were removed"),
        ((0, 1, 3, 2, 4), None, ""),  # a merge may put lines in any order
        ((0, 1, 1, 2, 3, 4), None, ""),  # and one of them twice
        ((0, 1, "torn", 3, 4), 3, "cannot be read"),
        ((0, 1, "", 2), None, ""),
        ((0, 1, 2, 3, "end"), 5, "is cut off"),
    ],
)
def test_verify_names_the_first_line_that_is_damaged(
    session: Session, kept: tuple[int | str, ...], line: int | None, message: str
) -> None:
    for name in ("dana", "erin", "frank", "gail", "hugo"):
        session.apply([DIAGRAM], ItemEdit(owner=name))
    (path,) = history.list_history_files(session.root)
    whole = path.read_text().splitlines(keepends=True)
    texts = []
    for place, one in enumerate(kept):
        if isinstance(one, int):
            texts.append(whole[one])
            continue
        row = json.loads(whole[place])
        if one == "edited":
            row["new"] = "mallory"
        if one == "unchained":
            row["prev"] = "0" * 64
        text = json.dumps(row, separators=(",", ":")) + "\n"
        texts.append({"torn": "{\n", "": "\n", "end": "{"}.get(one, text))
    path.write_text("".join(texts))
    found = [(d.line, d.message) for d in history_check.verify(session.root)]
    assert found == ([(line, message)] if line else [])
    assert (
        history.read_newest_hash(path)
        != history.read_newest_hash(path.with_name("none.jsonl"))
        == ""
    )


@pytest.mark.parametrize("name", ["../../evil.jsonl", "/tmp/evil.jsonl", "x.toml", ["a"], None])
def test_a_history_file_never_lies_elsewhere(session: Session, name: Any) -> None:
    local_state._write_json(session.root, "writers.json", {"alice": name})
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    assert len(history.list_history_files(session.root)) == 1
    assert not (session.root.parent / "evil.jsonl").exists()


@pytest.mark.parametrize("text", ["", "[]", "{", "\xff", '{"seen": 3}', "null"])
def test_damaged_notes_of_this_machine_count_as_none(
    session: Session, open_workspace: OpenWorkspace, text: str
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    for name in ("seen.json", "writers.json", "verified.json"):
        (session.root / ".fedcheck" / name).write_text(text, encoding="latin-1")
    session = open_workspace(session.root)
    session.apply([CRYPTO], ItemEdit(owner="bob"))
    assert items(session.root)["crypto-table"] == {"owner": "bob"}
    assert OUTSIDE not in {by for by, *_ in told(session.root)}


# evidence files


def test_evidence_files_are_missing_and_changed(session: Session) -> None:
    path = session.root / "evidence" / "scan.txt"
    path.parent.mkdir()
    path.write_text("one")
    evidence_item = session.new_evidence("evidence/scan.txt", here=session.root)
    assert (evidence_item.kind, evidence_item.link) == ("file", "evidence/scan.txt")
    session.apply([DIAGRAM], attach_evidence(evidence_item))

    def state() -> tuple[str, ...]:
        return session.board().rows[DIAGRAM].evidence

    assert [v.state for v in session.verify_evidence([DIAGRAM])] == ["ok"]
    path.write_text("another")
    assert state() == ("ok",)  # this session has not looked again
    assert [v.state for v in session.verify_evidence([DIAGRAM])] == ["changed"]
    assert state() == ("changed",)
    path.unlink()
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    assert state() == ("missing",)
    path.write_text("one")
    session.verify_evidence([DIAGRAM])
    assert state() == ("ok",)


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("", "the link is empty"),
        ("no-such-file.txt", "no such file"),
        ("~no-such-person/x", "no such file"),
        ("x" * 5000, "no such file"),
        ("checklists", "a folder; name a file in it"),
        ("../outside.txt", "is outside the workspace"),
        ("link.txt", "is outside the workspace"),
        ("b\udcffd.txt", "the name is not UTF-8 text"),
    ],
)
def test_a_link_that_is_no_evidence(session: Session, link: str, said: str) -> None:
    (session.root.parent / "outside.txt").write_text("x")
    (session.root / "link.txt").symlink_to("../outside.txt")
    with pytest.raises(FedcheckError, match=said) as error:
        session.new_evidence(link, here=session.root)
    assert error.value.kind == "usage"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "ftp://x", "x"])
def test_only_web_links_are_urls(session: Session, link: str) -> None:
    with pytest.raises(FedcheckError, match=r"only|not a URL|not accepted"):
        session.new_evidence(link, here=session.root, kind="url")


def test_a_file_outside_needs_the_users_word(session: Session) -> None:
    outside = session.root.parent / "outside.txt"
    outside.write_text("x")
    evidence_item = session.new_evidence("../outside.txt", here=session.root, outside=True)
    assert Path(evidence_item.link) == outside.resolve()


@pytest.mark.parametrize("link", ["../../etc/passwd", "a\\u0000b", "loop/x", "x" * 3000])
def test_a_strange_link_in_a_file_is_missing_and_nothing_more(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace, link: str
) -> None:
    text = f'[[item."diagram".evidence]]\nid = "a1"\nlink = "{link}"\nkind = "file"\n'
    root = make_workspace(progress={"rev5.readiness.csp": text})
    (root / "loop").symlink_to("loop")
    session = open_workspace(root)
    assert session.board().rows[DIAGRAM].evidence == ("missing",)
    assert [v.state for v in session.verify_evidence([DIAGRAM])] == ["missing"]


def test_an_empty_folder_is_no_workspace(tmp_path: Path, open_workspace: OpenWorkspace) -> None:
    with pytest.raises(InvalidFileError, match="no such file"):
        open_workspace(tmp_path)


def test_an_edit_is_worked_out_from_what_is_on_disk(workspace, open_workspace):
    """The rules hold also where two people act on what neither has seen of the other."""
    alice, bob = open_workspace(workspace, "alice"), open_workspace(workspace, "bob")
    ref = "rev5.readiness.3pao:mandate-1-fips"
    bob.apply([ref], ItemEdit(result="satisfied"))
    alice.apply([ref], ItemEdit(status="na", reason="none here"))
    record = open_workspace(workspace).project.record(ref)
    assert (record.status, record.result) == ("na", "")
    bob.apply([ref], ItemEdit(status="todo"))
    alice.apply([ref], ItemEdit(status="done"))
    bob.apply([ref], ItemEdit(status="todo"))
    assert open_workspace(workspace).project.record(ref).status == "todo"


def test_a_pipe_in_the_place_of_our_files_holds_nothing_up(session: Session) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    (log,) = history.list_history_files(session.root)
    for path in (session.root / ".fedcheck/seen.json", session.root / ".fedcheck/verified.json"):
        path.unlink(missing_ok=True)
        os.mkfifo(path)
    os.mkfifo(session.root / "history" / "pipe-00000000.jsonl")
    session.apply([DIAGRAM], ItemEdit(owner="erin"))
    assert {one.change.new for one in session.history()} >= {"dana", "erin"}
    (damage,) = history_check.verify(session.root)
    assert "a device or a pipe" in damage.message
    log.unlink()
    os.mkfifo(log)
    with pytest.raises(FedcheckError, match="not a file"):
        session.apply([DIAGRAM], ItemEdit(owner="frank"))


@pytest.mark.parametrize("link", ["fedcheck.toml", "evidence/../progress/x.toml", "link.txt"])
def test_a_file_of_our_own_proves_nothing(session: Session, link: str) -> None:
    (session.root / "evidence").mkdir()
    (session.root / "progress" / "x.toml").write_text("x")
    (session.root / "link.txt").symlink_to("progress/x.toml")
    with pytest.raises(FedcheckError, match="one of fedcheck's files and is not evidence") as error:
        session.new_evidence(link, here=session.root)
    assert error.value.kind == "usage"


@pytest.mark.parametrize("name", ["writers.json", "seen.json", "history"])
def test_what_is_there_and_cannot_be_read_does_not_count_as_empty(
    session: Session, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    real, real_confined = atomic_files.read_plain, atomic_files.read_confined

    def refuse(path: Path) -> bytes:
        if name in str(path):
            raise OSError(errno.EIO, "Input/output error")
        return real(path)

    def refuse_confined(path: Path, *, under: Path) -> bytes:
        if name in str(path):
            raise OSError(errno.EIO, "Input/output error")
        return real_confined(path, under=under)

    before = {p: p.read_bytes() for p in session.root.rglob("*") if p.is_file()}
    with monkeypatch.context() as patch:
        patch.setattr(atomic_files, "read_plain", refuse)
        patch.setattr(atomic_files, "read_confined", refuse_confined)
        if name != "seen.json":
            with pytest.raises(FedcheckError, match="input/output error"):
                session.undo()
        if name != "history":
            with pytest.raises(FedcheckError, match="input/output error"):
                session.apply([CRYPTO], ItemEdit(owner="erin"))
    assert {p: p.read_bytes() for p in session.root.rglob("*") if p.is_file()} == before
    session.undo()
    assert items(session.root) == {}


def test_evidence_that_cannot_be_read_is_not_called_changed(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    (session.root / "scan.txt").write_text("x")
    session.apply([DIAGRAM], attach_evidence(session.new_evidence("scan.txt", here=session.root)))

    def refuse(*_: object, **__: object) -> str:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(file_looks, "look_into", refuse)
        (verdict,) = session.verify_evidence([DIAGRAM])
        assert verdict.state == "unreadable"
        with pytest.raises(FedcheckError, match="cannot be read") as error:
            session.new_evidence("scan.txt", here=session.root)
        assert error.value.kind == "unreadable"
    assert session.board().rows[DIAGRAM].evidence == ("unverified",)


def test_a_path_from_the_root_is_read_only_by_the_word_of_a_person_here(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    path = session.root.parent / "outside.txt"
    path.write_text("x")
    evidence_item = session.new_evidence(str(path), here=session.root, outside=True)
    session.apply([DIAGRAM], attach_evidence(evidence_item))
    assert session.board().rows[DIAGRAM].evidence == ("ok",)
    (session.root / ".fedcheck" / "outside.json").unlink()  # another machine, or another's file
    again = open_workspace(session.root)
    assert again.board().rows[DIAGRAM].evidence == ("missing",)
    assert [verdict.state for verdict in again.verify_evidence([DIAGRAM])] == ["missing"]
    assert [v.state for v in again.verify_evidence([DIAGRAM], outside=True)] == ["ok"]
    assert open_workspace(session.root).board().rows[DIAGRAM].evidence == ("ok",)
