"""Local state is bound to user, machine and path: what came from elsewhere is not believed."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import NOW, OpenWorkspace

from fedcheck.cli.main import run
from fedcheck.domain.change import OUTSIDE, Change, HistoryLine
from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.storage import (
    atomic_files,
    checklist_writer,
    history,
    history_check,
    local_binding,
    local_state,
    paths,
)
from fedcheck.storage.checklist_writer import Rewritten
from fedcheck.storage.local_state import LocalNotes

CSP = "rev5.readiness.csp"
DIAGRAM = f"{CSP}:diagram"
CRYPTO = f"{CSP}:crypto-table"
SCAN = "rev5.readiness.3pao:mandate-1-fips"
CSP_FILE = f"progress/{CSP}.toml"


def secret_file() -> Path:
    return paths.find_user_folders().state / local_binding.SECRET


def authors(root: Path) -> list[str]:
    return [line.by for line in history.read_all(root)]


def link_outside(session: Session) -> Path:
    """Save evidence outside the workspace, by the word of the person at this machine."""
    path = session.root.parent / "outside.txt"
    path.write_text("x")
    item = session.new_evidence(str(path), here=session.root, outside=True)
    session.apply([DIAGRAM], attach_evidence(item))
    assert session.board().rows[DIAGRAM].evidence == ("ok",)
    return path


def another_home(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    for name, place in paths.XDG:
        monkeypatch.setenv(name, str(folder / place))
    monkeypatch.setenv("HOME", str(folder))


# what came from elsewhere


def copied(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return Path(shutil.copytree(root, root.with_name("copy")))


def moved(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return root.rename(root.with_name("moved"))


def another_machine(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    another_home(monkeypatch, root.with_name("another-home"))
    return root


def another_user(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(os, "getuid", lambda: 4321)
    return root


Foreign = Callable[[Path, pytest.MonkeyPatch], Path]
FOREIGN = [copied, moved, another_machine, another_user]


@pytest.mark.parametrize("make", FOREIGN, ids=lambda make: make.__name__)
def test_foreign_state_is_made_anew_without_a_word(
    session: Session, open_workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch, make: Foreign
) -> None:
    link_outside(session)
    (log,) = history.list_history_files(session.root)
    root = make(session.root, monkeypatch)
    assert local_state.load_notes(root) == LocalNotes()
    assert local_state.load_verified(root) == {}
    again = open_workspace(root)
    assert again.board().rows[DIAGRAM].evidence == ("missing",), "the person is asked again"
    assert again.list_outside() == []
    again.apply([CRYPTO], ItemEdit(owner="bob"))
    assert authors(root) == ["alice", "alice"]
    assert [path.name for path in history.list_history_files(root)] == [log.name]
    assert history_check.verify(root) == []
    assert CSP_FILE in local_state.load_notes(root).files
    assert [one.state for one in again.verify_evidence([DIAGRAM], outside=True)] == ["ok"]
    assert open_workspace(root).board().rows[DIAGRAM].evidence == ("ok",)


def test_undo_goes_on_where_a_folder_was_moved_or_a_home_is_new(
    session: Session, open_workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    moved = session.root.rename(session.root.with_name("moved"))
    another_home(monkeypatch, session.root.with_name("new-home"))
    again = open_workspace(moved)
    again.apply([CRYPTO], ItemEdit(owner="bob"))
    again.undo()
    again.undo()
    assert again.project.record(DIAGRAM).owner == ""
    again.redo()
    assert again.project.record(DIAGRAM).owner == "dana"


def test_a_clone_does_not_undo_what_was_done_in_another(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    ignored = shutil.ignore_patterns(".fedcheck")
    clone = Path(shutil.copytree(session.root, session.root.with_name("clone"), ignore=ignored))
    again = open_workspace(clone)
    with pytest.raises(FedcheckError, match="nothing to undo"):
        again.undo()
    again.apply([CRYPTO], ItemEdit(owner="bob"))
    again.undo()
    with pytest.raises(FedcheckError, match="nothing to undo"):
        again.undo()
    assert again.project.record(DIAGRAM).owner == "dana"


@pytest.mark.parametrize("way", ["cloned", "pulled", "pulled, and somebody saved"])
def test_what_another_clone_did_stays_when_a_colleague_saves_here(
    session: Session, open_workspace: OpenWorkspace, way: str
) -> None:
    clone = session.root.with_name("clone")
    if way != "cloned":
        shutil.copytree(session.root, clone)
        open_workspace(clone, "bob").apply([SCAN], ItemEdit(owner="bob"))
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    ignored = shutil.ignore_patterns(".fedcheck")
    shutil.copytree(session.root, clone, ignore=ignored, dirs_exist_ok=True)
    if way != "pulled":
        open_workspace(clone, "bob").apply([SCAN], ItemEdit(owner="carol"))
    again = open_workspace(clone)
    with pytest.raises(FedcheckError, match="nothing to undo"):
        again.undo()
    assert again.project.record(DIAGRAM).owner == "dana"


def test_a_copy_does_not_undo_what_was_done_in_the_original(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    copy = Path(shutil.copytree(session.root, session.root.with_name("copy")))
    again = open_workspace(copy)
    again.apply([CRYPTO], ItemEdit(owner="bob"))
    again.undo()
    assert again.project.record(DIAGRAM).owner == "dana"
    assert again.project.record(CRYPTO).owner == ""


@pytest.mark.parametrize("sealed", [False, True], ids=["as-of-old", "sealed-by-another"])
def test_a_shipped_list_of_allowed_files_is_not_believed(
    session: Session, open_workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch, sealed: bool
) -> None:
    secret = session.root.parent / "id_rsa"
    secret.write_text("secret")
    if sealed:
        with monkeypatch.context() as stranger:
            another_home(stranger, session.root.with_name("stranger"))
            local_state.allow_outside(session.root, [str(secret)])
            assert local_state.load_allowed_outside(session.root) == {str(secret)}
    else:
        (session.root / ".fedcheck").mkdir()
        (session.root / ".fedcheck/outside.json").write_text(json.dumps({str(secret): True}))
    (session.root / CSP_FILE).write_text(
        f'format = 1\nchecklist = "{CSP}"\n[item.diagram]\nstatus = "done"\n'
        f'[[item.diagram.evidence]]\nid = "aa1111"\nlink = "{secret}"\nkind = "file"\n'
    )
    again = open_workspace(session.root)
    assert [one.state for one in again.verify_evidence([DIAGRAM])] == ["missing"]


def test_a_file_put_into_our_own_state_is_not_believed(
    session: Session, open_workspace: OpenWorkspace
) -> None:
    """A git pull may bring a `.fedcheck/seen.json`: git replaces what it was told to ignore."""
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    path = session.root / CSP_FILE
    path.write_text(path.read_text().replace("dana", "mallory"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    seen = session.root / ".fedcheck/seen.json"
    was = local_state.load_notes(session.root).files[CSP_FILE]
    seen.write_text(seen.read_text().replace(was, digest))
    assert local_state.load_notes(session.root) == LocalNotes()
    assert open_workspace(session.root).reconcile() == 1
    assert authors(session.root) == ["alice", OUTSIDE]


def test_one_file_of_the_state_does_not_pass_for_another(session: Session) -> None:
    local_state.note_verified(session.root, {"/etc/passwd": {"state": "ok"}})
    folder = session.root / ".fedcheck"
    shutil.copyfile(folder / "verified.json", folder / "outside.json")
    assert local_state.load_verified(session.root) == {"/etc/passwd": {"state": "ok"}}
    assert local_state.load_allowed_outside(session.root) == frozenset()
    private = paths.private_home(session.root)
    shutil.copytree(folder, private / ".fedcheck")
    assert local_state.load_verified(private) == {}


# a list's backup


def keep_list(root: Path, text: bytes) -> Path:
    """Write a list of the workspace; return the copy that is kept for undo."""
    checklist_writer.write(root, [Rewritten("acme", text, None)])
    (copy,) = root.glob(".fedcheck/backup/lists/*")
    return copy


def kept(root: Path, text: bytes) -> bytes | None:
    digest = hashlib.sha256(text).hexdigest()
    change = Change("checklists:acme", "file", None, digest)
    try:
        return checklist_writer.back(root, [change])[0].data
    except checklist_writer.FedcheckError:
        return None


def test_a_copy_of_a_list_is_used_where_it_was_made_only(workspace: Path) -> None:
    copy = keep_list(workspace, b"ours\n")
    assert kept(workspace, b"ours\n") == b"ours\n"
    elsewhere = Path(shutil.copytree(workspace, workspace.with_name("copy")))
    assert kept(elsewhere, b"ours\n") is None
    assert (elsewhere / copy.relative_to(workspace)).read_bytes() == b"ours\n", "it is left there"
    back = elsewhere.with_name("back")
    workspace.rename(back)
    assert kept(back, b"ours\n") is None
    back.rename(workspace)
    assert kept(workspace, b"ours\n") == b"ours\n", "and serves again after a move back"


@pytest.mark.parametrize("how", ["changed", "unmarked", "pipe"])
def test_a_copy_of_a_list_that_was_put_there_is_not_used(workspace: Path, how: str) -> None:
    copy = keep_list(workspace, b"ours\n")
    if how == "changed":
        copy.write_bytes(b"theirs\n")
    else:
        copy.unlink()
        digest = hashlib.sha256(b"ours\n").hexdigest()
        for name in (f"{digest}.toml", f"{digest}..toml"):
            copy.with_name(name).write_bytes(b"ours\n")
    if how == "pipe":
        os.mkfifo(copy)
    assert kept(workspace, b"ours\n") is None


def test_without_a_secret_no_copy_is_taken(workspace: Path) -> None:
    folder = workspace / ".fedcheck/backup/lists"
    folder.mkdir(parents=True)
    digest = hashlib.sha256(b"theirs\n").hexdigest()
    for name in (f"{digest}.toml", f"{digest}..toml"):
        (folder / name).write_bytes(b"theirs\n")
    assert kept(workspace, b"theirs\n") is None
    assert not secret_file().exists()


# which history file a person continues


def test_containers_with_a_fresh_home_share_one_history_file(
    workspace: Path, tmp_path: Path
) -> None:
    for turn in range(5):
        home = tmp_path / f"home-{turn}"
        home.mkdir()
        call(workspace, {"HOME": str(home)}, "set", DIAGRAM, "--owner", f"p{turn}")
    (log,) = history.list_history_files(workspace)
    assert [line.change.new for line in history.read(log)] == [f"p{turn}" for turn in range(5)]
    assert authors(workspace) == ["alice"] * 5
    assert history_check.verify(workspace) == []


def call(root: Path, home: Mapping[str, str], *argv: str) -> str:
    """Run a command line in a process of its own, with nothing of ours in the environment."""
    package = str(Path(__file__).parents[1])
    environment = {"PATH": os.environ["PATH"], "FEDCHECK_USER": "alice", "PYTHONPATH": package}
    done = subprocess.run(
        [sys.executable, "-m", "fedcheck", argv[0], "-w", str(root), *argv[1:]],
        cwd=root,  # a folder named by a relative path would show there
        env=environment | home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def write_history(root: Path, name: str, *by: str, days: int = 0) -> Path:
    lines = [
        HistoryLine(Change(DIAGRAM, "owner", None, who), NOW + timedelta(days=days), who, "t1")
        for who in by
    ]
    history.append(root / "history" / name, lines)
    return root / "history" / name


def test_a_file_of_somebody_with_the_same_slug_is_not_taken(workspace: Path) -> None:
    theirs = write_history(workspace, "ann-b-0001.jsonl", "ann-b")
    write_history(workspace, "ann-0002.jsonl", "ann", "ann b")
    mixed = write_history(workspace, "ann-b-0003.jsonl", "ann b", "ann-b")
    assert local_state.resolve_history_file(workspace, "ann b") not in (theirs, mixed)
    assert local_state.resolve_history_file(workspace, "ann-b") == theirs


def test_the_newest_file_of_a_person_is_continued(workspace: Path) -> None:
    write_history(workspace, "alice-zzzz.jsonl", "alice", days=1)
    newest = write_history(workspace, "alice-bbbb.jsonl", "alice", OUTSIDE, days=2)
    write_history(workspace, "alice-cccc.jsonl", OUTSIDE, days=3)
    write_history(workspace, "alice-b-cccc.jsonl", "alice", days=4)
    assert local_state.resolve_history_file(workspace, "alice") == newest


def test_a_link_or_a_folder_is_no_history_file_to_continue(workspace: Path) -> None:
    outside = workspace.parent / "precious.jsonl"
    write_history(workspace, "bob-0001.jsonl", "alice").rename(outside)
    (workspace / "history/alice-0001.jsonl").symlink_to(outside)
    (workspace / "history/alice-0002.jsonl").mkdir()
    before = outside.read_bytes()
    assert run(["set", "-w", str(workspace), DIAGRAM, "--owner", "dana"]) == 0
    assert outside.read_bytes() == before
    assert len(list((workspace / "history").iterdir())) == 3


# the secret


def test_the_secret_is_its_owners_only_and_made_at_the_first_save(session: Session) -> None:
    root = str(session.root)
    for argv in (["status"], ["list"], ["show", DIAGRAM], ["history"], ["doctor"], ["undo"]):
        run([argv[0], "-w", root, *argv[1:]])
    assert not secret_file().exists()
    assert not (session.root / ".fedcheck").exists()
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    assert secret_file().stat().st_mode & 0o777 == 0o600
    secret = secret_file().read_bytes()
    assert len(secret) == local_binding.SIZE
    session.apply([DIAGRAM], ItemEdit(owner="erin"))
    assert secret_file().read_bytes() == secret
    assert [path.name for path in secret_file().parent.iterdir()] == [local_binding.SECRET]


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 4096])
def test_a_damaged_secret_is_made_anew(
    session: Session, open_workspace: OpenWorkspace, damage: bytes
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    secret_file().write_bytes(damage)
    assert local_state.load_notes(session.root) == LocalNotes()
    open_workspace(session.root).apply([CRYPTO], ItemEdit(owner="bob"))
    assert len(secret_file().read_bytes()) == local_binding.SIZE
    assert CSP_FILE in local_state.load_notes(session.root).files
    assert authors(session.root) == ["alice", "alice"]


FIRST_USE = """
import sys
from pathlib import Path
from fedcheck.storage import local_binding
print("ready", flush=True)
sys.stdin.readline()
print(local_binding.seal(Path(sys.argv[1]), "x", b"y"), flush=True)
"""


def test_processes_that_use_it_first_at_once_agree(workspace: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", FIRST_USE, str(workspace)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    seals = {child.communicate()[0] for child in children}
    assert seals == {local_binding.seal(workspace, "x", b"y") + "\n"}


def test_a_secret_that_another_process_made_meanwhile_is_taken(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = atomic_files.create_file

    def late(path: Path, data: bytes, **under: Path) -> None:
        real(path, b"o" * local_binding.SIZE, **under)  # the other one was faster
        real(path, data, **under)

    monkeypatch.setattr(atomic_files, "create_file", late)
    local_binding.seal(workspace, "x", b"y")
    assert secret_file().read_bytes() == b"o" * local_binding.SIZE
    assert [path.name for path in secret_file().parent.iterdir()] == [local_binding.SECRET]


NO_HOME = [
    {"HOME": "/proc/none"},
    {"HOME": "/dev/null"},
    {"XDG_STATE_HOME": "/proc/none"},
    {"HOME": "", "XDG_STATE_HOME": "/proc/none"},
    {"HOME": "/proc/none", "XDG_STATE_HOME": "relative/state"},
]


@pytest.mark.parametrize("home", NO_HOME, ids=str)
def test_a_user_without_a_place_for_state_works_on(
    workspace: Path, home: dict[str, str], tmp_path: Path
) -> None:
    place = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), **home}
    for turn in range(2):
        call(workspace, place, "set", DIAGRAM, "--owner", f"p{turn}")
    call(workspace, place, "status")
    assert len(history.list_history_files(workspace)) == 1
    assert authors(workspace) == ["alice"] * 2
    assert history_check.verify(workspace) == []
    assert not list(workspace.rglob(local_binding.SECRET))


def test_one_process_without_a_place_for_state_believes_itself(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_binding, "_unkept", [])
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/none")
    link_outside(session)
    session.apply([CRYPTO], ItemEdit(owner="bob"))
    assert session.undo().label == "Undone: crypto-table: owner bob"
    monkeypatch.setattr(local_binding, "_unkept", [])  # the next process
    assert local_state.load_notes(session.root) == LocalNotes()
    assert session.list_outside() == []


# notes


def test_notes_are_read_as_they_were_written(workspace: Path) -> None:
    notes = LocalNotes({"a": "1"}, {"alice": ("t1", "t2")}, {"x.jsonl": "9" * 12})
    local_state.note_saved(workspace, notes)
    assert local_state.load_notes(workspace) == notes
    assert local_state.is_known(workspace)


def test_the_newest_thousand_transactions_are_kept() -> None:
    notes = LocalNotes()
    for number in range(local_state.MADE + 5):
        notes = notes.with_transaction("alice", f"t{number}")
    made = notes.with_transaction("alice", "t9").made["alice"]
    assert (len(made), made[0], made[-1]) == (local_state.MADE, "t5", "t9")
    assert notes.with_transaction("bob", "t1").made["alice"] == notes.made["alice"]


def test_each_save_notes_its_transaction(session: Session, open_workspace: OpenWorkspace) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    session.apply([DIAGRAM], ItemEdit(owner="dana"))  # changes nothing
    open_workspace(session.root, "bob").apply([CRYPTO], ItemEdit(owner="bob"))
    made = local_state.load_notes(session.root).made
    lines = history.read_all(session.root)
    assert made == {who: tuple(o.tx for o in lines if o.by == who) for who in ("alice", "bob")}
