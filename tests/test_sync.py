"""`fedcheck sync` with real git: what is committed, merged and pushed, and what never is."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from conftest import FrozenClock, MakeWorkspace, OpenWorkspace
from driving import press, screen_text, settle, told
from test_git_sharing import git, needs_git

from fedcheck.analysis.activity import story
from fedcheck.cli.main import run
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.glossary import EvidenceKind
from fedcheck.domain.item_rules import ItemEdit, TestEdit
from fedcheck.session import Session
from fedcheck.sharing import git_steps, own_files
from fedcheck.sharing import sync as sync_module
from fedcheck.sharing.commit_words import Arrival, write_message
from fedcheck.sharing.git_trust import load_trust, note_merging
from fedcheck.sharing.sync import sync_workspace
from fedcheck.sharing.sync_result import SyncResult, describe_result
from fedcheck.sharing.sync_setup import set_up_sync
from fedcheck.storage import config, history, paths
from fedcheck.storage.workspace_creation import ATTRIBUTES, IGNORED, MERGED
from fedcheck.tui.app import FedcheckApp

pytestmark = needs_git


@pytest.fixture(autouse=True)
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give git a name, and a configuration of the user's that is empty."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "x")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "x@x")


Team = Callable[..., list[Path]]


@pytest.fixture
def team(make_workspace: MakeWorkspace, tmp_path: Path) -> Team:
    """Return a function that makes clones around a bare repository, with sync set up."""

    def make(*names: str, is_set_up: bool = True) -> list[Path]:
        first = make_workspace(names[0], role="3pao")
        (first / ".gitignore").write_text("".join(f"{one}\n" for one in IGNORED))
        (first / ".gitattributes").write_text("".join(f"{one}\n" for one in (*ATTRIBUTES, *MERGED)))
        (first / "other.txt").write_text("1\n2\n3\n")
        git(tmp_path, "init", "-q", "--bare", "-b", "main", "bare.git")
        git(first, "init", "-q", "-b", "main")
        git(first, "add", "-A")
        git(first, "commit", "-qm", "begin")
        git(first, "remote", "add", "origin", "../bare.git")
        git(first, "push", "-q", "-u", "origin", "main")
        for name in names[1:]:
            git(tmp_path, "clone", "-q", "bare.git", name)
        clones = [tmp_path / name for name in names]
        for root in clones if is_set_up else ():
            set_up_sync(root)
        return clones

    return make


def test_a_new_workspace_is_shared_as_the_docs_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "bare.git")
    root = tmp_path / "new"
    new = ["--name", "N", "--process", "agency", "--role", "csp", "--git"]
    assert run(["init", str(root), *new]) == 0
    git(root, "symbolic-ref", "HEAD", "refs/heads/main")
    git(root, "remote", "add", "origin", "../bare.git")
    assert run(["sync", "--setup", "-w", str(root)]) == 0
    assert "upstream  origin/main" in capsys.readouterr().out
    assert run(["sync", "-w", str(root)]) == 0
    git(tmp_path, "clone", "-q", "bare.git", "clone")
    assert (tmp_path / "clone/fedcheck.toml").exists()
    git(root, "checkout", "-q", "-b", "draft")
    assert run(["sync", "--setup", "-w", str(root)]) == 0
    assert "upstream" not in capsys.readouterr().out, "it may not be meant for the others"


def do_sync(session: Session, **named: Any) -> SyncResult:
    named.setdefault("ask_large", lambda count, size: False)
    return sync_workspace(session, **named)


def list_tests(session: Session) -> list[str]:
    items = ((ref, session.project.item(ref)) for ref in session.project.refs)
    return [ref for ref, item in items if item is not None and item.kind == "test"]


def name_of(session: Session, ref: str) -> str:
    """Return what messages call an item: its code where it has one."""
    item = session.project.item(ref)
    return (item.code if item else "") or ref.partition(":")[2]


def state_of(root: Path) -> tuple[str, str, str, dict[str, bytes]]:
    """Return all that a sync that gave up must leave as it was."""
    files = [*root.glob("progress/*"), *root.glob("*.toml"), root / "other.txt"]
    return (
        git(root, "rev-parse", "HEAD"),
        git(root, "status", "--porcelain"),
        git(root, "diff", "--cached"),
        {one.name: one.read_bytes() for one in files if one.exists()},
    )


# what is committed


def test_it_commits_ours_in_words_and_leaves_what_else_is_staged(
    team: Team, open_workspace: OpenWorkspace
) -> None:
    (root,) = team("ann")
    ann = open_workspace(root, "ann")
    one, two, three = list_tests(ann)[:3]
    for ref in (one, two, three):
        ann.apply([ref], ItemEdit(testing=TestEdit(observation="seen")))
    ann.apply([one], ItemEdit(result="satisfied"))
    ann.apply([ann.new_ref("findings")], FindingEdit(new=True, title="TLS 1.0", risk="low"))
    (root / "other.txt").write_text("mine\n")
    (root / "notes.md").write_text("mine\n")
    git(root, "add", "other.txt", "notes.md")
    (root / "notes.md").write_text("mine, and more\n")
    staged = git(root, "diff", "--cached")
    (root / "scan.bin").write_text("linked")
    (root / "unlinked.bin").write_text("not linked")
    ann.apply([two], attach_evidence(Evidence("e1", "scan.bin", kind=EvidenceKind.FILE)))
    result = do_sync(ann)
    assert not result.problem
    code = name_of(ann, one)
    words = f"{code} satisfied, 3 observations, 1 finding, 1 evidence item"
    assert (result.message, result.pushed) == (words, 1)
    assert git(root, "log", "-1", "--format=%s").strip() == words
    committed = git(root, "show", "--name-only", "--format=").split()
    assert {one.partition("/")[0] for one in committed} == {
        "findings.toml", "history", "progress", "scan.bin",
    }  # fmt: skip
    assert git(root, "diff", "--cached") == staged, "the index is as it was"
    assert git(root, "status", "--porcelain").splitlines() == [
        "AM notes.md", "M  other.txt", "?? unlinked.bin",
    ]  # fmt: skip
    assert do_sync(ann).commit == "", "nothing is left"


def test_several_people_on_one_clone_are_named(team: Team, open_workspace: OpenWorkspace) -> None:
    (root,) = team("ann")
    ann, ben = open_workspace(root, "ann"), open_workspace(root, "ben")
    one, two = list_tests(ann)[:2]
    ann.apply([one], ItemEdit(result="satisfied"))
    ben.apply([two], ItemEdit(owner="ben"))
    message = do_sync(ann).message
    first, second = name_of(ann, one), name_of(ann, two)
    assert message == f"ann: {first} satisfied; ben: owner of {second}"


def test_private_records_and_links_are_in_no_commit(
    team: Team, open_workspace: OpenWorkspace
) -> None:
    (root,) = team("ann")
    ann = open_workspace(root, "ann")
    (ref,) = list_tests(ann)[:1]
    ann.apply([ref], ItemEdit(private_note="SECRET", note="public"))
    (root / "progress" / "a.link.toml").symlink_to("/etc/hostname")
    assert do_sync(ann).message == "1 note"
    assert "SECRET" not in git(root, "log", "-p", "--all")
    assert "a.link" not in git(root, "ls-files")


def test_large_evidence_is_asked_about(
    team: Team, open_workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(sync_module, "LARGE", 1000)
    (root,) = team("ann")
    ann = open_workspace(root, "ann")
    (root / "evidence").mkdir(exist_ok=True)
    for name in ("a", "b"):
        (root / "evidence" / name).write_bytes(b"x" * 600)
        link = Evidence(f"e{name}", f"evidence/{name}", kind=EvidenceKind.FILE)
        ann.apply(list_tests(ann)[:1], attach_evidence(link))
    before = git(root, "rev-parse", "HEAD")
    assert run(["sync", "-w", str(root)]) == 2
    assert "2 new evidence files, 0 MB together: nothing was committed" in capsys.readouterr().err
    assert git(root, "rev-parse", "HEAD") == before
    assert run(["sync", "--yes", "-w", str(root)]) == 0
    assert "evidence/b" in git(root, "ls-files")
    assert own_files.LARGE == 50 * 1024 * 1024


def test_files_that_are_gone_by_accident_stay_in_git(
    team: Team, open_workspace: OpenWorkspace
) -> None:
    (root,) = team("ann")
    ann = open_workspace(root, "ann")
    ref = list_tests(ann)[0]
    (root / "scan").write_text("x")
    ann.apply([ref], attach_evidence(Evidence("e1", "scan", kind=EvidenceKind.FILE)))
    do_sync(ann)
    (log,) = history.list_history_files(root)
    (root / "scan").unlink()
    log.unlink()
    result = do_sync(open_workspace(root, "ben"))
    assert {"scan", f"history/{log.name}"} <= set(git(root, "ls-files").split())
    assert any("scan was deleted from the disk" in one for one in result.notes)


# the remote


def test_two_clones_merge_and_say_what_arrived(
    team: Team, open_workspace: OpenWorkspace, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = team("ann", "bob")
    ann, bob = open_workspace(first, "ann"), open_workspace(second, "bob")
    one, two = list_tests(ann)[:2]
    ann.apply([one], ItemEdit(result="satisfied", testing=TestEdit(observation="by ann")))
    bob.apply([one], ItemEdit(owner="bob"))
    bob.apply([two], ItemEdit(note="by bob"))
    (first / "other.txt").write_text("changed, not staged\n")
    assert do_sync(bob).pushed == 1
    assert run(["sync", "--json", "-w", str(first)]) == 0
    said = json.loads(capsys.readouterr().out)
    name = name_of(ann, one)
    assert said["arrived"] == [{"by": "bob", "text": f"1 note, owner of {name}", "lines": 2}]
    assert (said["pushed"], said["problem"], said["offline"]) == (2, "", "")
    assert git(first, "log", "-1", "--format=%B").split("\n\n")[0] == "Merge origin/main"
    assert do_sync(bob).arrived[0].by == "ann"
    ann.refresh()
    record = ann.project.record(one)
    assert (record.owner, record.observation) == ("bob", "by ann")
    for root in (first, second):
        assert run(["history", "--verify", "-w", str(root)]) == 0
    assert (first / "other.txt").read_text() == "changed, not staged\n"


def test_a_workspace_below_the_top_of_its_repository(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace, tmp_path: Path
) -> None:
    whole = tmp_path / "one"
    make_workspace("one/work space", role="3pao")
    (whole / "history").mkdir()
    for name in ("above.txt", "requests.toml"):
        (whole / name).write_text("1\n")
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "bare.git")
    git(whole, "init", "-q", "-b", "main")
    git(whole, "add", "-A")
    git(whole, "commit", "-qm", "begin")
    git(whole, "remote", "add", "origin", "../bare.git")
    git(whole, "push", "-q", "-u", "origin", "main")
    git(tmp_path, "clone", "-q", "bare.git", "two")
    roots = [tmp_path / name / "work space" for name in ("one", "two")]
    sessions = [open_workspace(root, who) for root, who in zip(roots, ("ann", "bob"), strict=True)]
    for root, session in zip(roots, sessions, strict=True):
        set_up_sync(root)
        (root.parent / "requests.toml").write_text("not of a workspace\n")
        git(root.parent, "add", "requests.toml")
        session.apply(list_tests(session)[:1], ItemEdit(status="doing"))
        if session.who == "ann":
            session.apply(list_tests(session)[:1], ItemEdit(note="by ann", owner="ann"))
        else:
            session.apply(list_tests(session)[:1], ItemEdit(testing=TestEdit(sample="by bob")))
    first = do_sync(sessions[0])
    assert (first.problem, first.pushed) == ("", 1)
    assert git(roots[0], "diff", "--cached", "--name-only").split() == ["requests.toml"]
    assert "staged 1 file" in do_sync(sessions[1]).problem
    git(roots[1], "restore", "--staged", "--worktree", ":/requests.toml")
    second = do_sync(sessions[1])
    assert (second.problem, [one.by for one in second.arrived]) == ("", ["ann"])
    sessions[1].refresh()
    record = sessions[1].project.record(list_tests(sessions[1])[0])
    assert (record.note, record.sample) == ("by ann", "by bob")
    assert git(roots[1], "status", "--porcelain") == ""


def test_a_long_message_is_cut_between_its_parts() -> None:
    many = Arrival("ann", ", ".join(f"{n} observations" for n in range(100, 110)), 10)
    subject, _, body = write_message([many], ["progress/x.toml"], ()).partition("\n\n")
    assert len(subject) <= 72
    assert subject.endswith("observations ...")
    assert body == f"ann: {many.words}"
    people = [Arrival(who, "1 note", 1) for who in ("a", "b", "c", "d", "e")]
    assert write_message(people, [], ()) == "a: 1 note; b: 1 note; c: 1 note; and 2 more people"
    outside = [Arrival("outside fedcheck", "1 note", 1)]
    assert write_message(outside, [], ()) == "outside fedcheck: 1 note"
    assert (
        write_message([], ["fedcheck.toml", "scan"], ["scan"]) == "fedcheck.toml, 1 evidence file"
    )


def _is_of(path: Path, name: str) -> bool:
    """Return whether a file came with what a person did: git wrote it in the merge."""
    return path.parent.name == "progress" or path.name.startswith(name)


def test_one_field_that_both_set_is_settled_before_the_merge_commit(
    team: Team, open_workspace: OpenWorkspace, clock: FrozenClock
) -> None:
    first, second = team("ann", "bob")
    ann, bob = open_workspace(first, "ann"), open_workspace(second, "bob")
    ref = list_tests(ann)[0]
    ann.apply([ref], ItemEdit(owner="ann"))
    clock.tick(seconds=1)
    bob.apply([ref], ItemEdit(owner="bob"))
    do_sync(ann)
    result = do_sync(bob)
    assert not result.problem
    (settled,) = result.settled
    assert settled.endswith(
        "owner: bob (bob, 2027-01-11) is kept; the other side had ann (ann, 2027-01-11)"
    )
    assert "1 place set on both sides:" in dict(describe_result(result))["settled"]
    files = [*second.glob("*.toml"), *second.glob("progress/*"), *second.glob("history/*")]
    assert not [one.name for one in files if one.stat().st_mode & 0o077 and _is_of(one, "ann")]
    assert b"<<<<<<<" not in b"".join(one.read_bytes() for one in second.glob("progress/*"))
    bob.refresh()
    bob.reconcile()
    assert git(second, "status", "--porcelain") == "", "the commit explains it"
    came = {one.by: one.words for one in do_sync(ann).arrived}
    assert came == dict.fromkeys(("bob", "merge"), f"owner of {name_of(ann, ref)}")
    ann.refresh()
    assert ann.project.record(ref).owner == "bob"
    assert [row.by for row in story(history.read_all(first), UTC)][-1] == "merge"
    assert git(first, "rev-parse", "HEAD") == git(second, "rev-parse", "HEAD")


def test_who_is_overtaken_while_pushing_fetches_again(
    team: Team, open_workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = team("ann", "bob")
    ann, bob = open_workspace(first, "ann"), open_workspace(second, "bob")
    one, two = list_tests(ann)[:2]
    ann.apply([one], ItemEdit(note="ann"))
    bob.apply([two], ItemEdit(note="bob"))
    reach, calls = git_steps.Git.reach, []

    def overtaken(self: git_steps.Git, url: str, *words: str) -> git_steps.Answer:
        calls.append(words[0])
        if calls == ["fetch", "push"]:
            monkeypatch.setattr(git_steps.Git, "reach", reach)
            assert do_sync(bob).pushed == 1
        return reach(self, url, *words)

    monkeypatch.setattr(git_steps.Git, "reach", overtaken)
    result = do_sync(ann)
    assert (result.problem, result.pushed) == ("", 2)
    assert [one.by for one in result.arrived] == ["bob"]


def test_without_a_remote_or_a_connection_it_commits_and_says_so(
    team: Team, open_workspace: OpenWorkspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = team("ann", "bob")
    ann = open_workspace(first, "ann")
    ann.apply(list_tests(ann)[:1], ItemEdit(note="ann"))
    (tmp_path / "bare.git").rename(tmp_path / "away")
    assert run(["sync", "-w", str(first)]) == 0
    out = capsys.readouterr().out
    assert "committed  1 note" in out
    assert "offline    not fetched, not pushed:" in out
    git(second, "remote", "set-url", "origin", "https://127.0.0.1:9/x.git")
    assert run(["sync", "-w", str(second)]) == 0
    assert "offline" in capsys.readouterr().out
    git(second, "remote", "remove", "origin")
    assert run(["sync", "-w", str(second)]) == 0
    assert "none: nothing to fetch or push" in capsys.readouterr().out


def test_ssh_asks_nothing_and_who_is_refused_reads_why(
    team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (root,) = team("ann")
    git(root, "remote", "set-url", "origin", "ssh://host.example/x.git")
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text(
        f"#!/bin/sh\necho \"$@\" > '{tmp_path}/args'\n"
        f"env > '{tmp_path}/env'\n(: < /dev/tty) 2>/dev/null && echo tty >> '{tmp_path}/args'\n"
        "echo 'git@host.example: Permission denied (publickey).' >&2\nexit 255\n"
    )
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{ssh.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SSH_ASKPASS", "/bin/echo")
    assert run(["sync", "-w", str(root)]) == 1
    said = capsys.readouterr().err
    assert "not fetched: git@host.example: Permission denied" in said
    assert "ssh-add" in said
    args = (tmp_path / "args").read_text()
    assert "-oBatchMode=yes" in args
    assert "tty" not in args
    environment = (tmp_path / "env").read_text().splitlines()
    assert {"GIT_TERMINAL_PROMPT=0", "SSH_ASKPASS_REQUIRE=never"} <= set(environment)
    assert not [one for one in environment if one.startswith("SSH_ASKPASS=")]
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh -oOwn=1")
    assert run(["sync", "-w", str(root)]) == 1
    assert "-oBatchMode" not in (args := (tmp_path / "args").read_text())
    assert "-oOwn=1" in args


def test_a_person_can_stop_it(team: Team, open_workspace: OpenWorkspace) -> None:
    (root,) = team("ann")
    git(root, "remote", "set-url", "origin", "ssh://host.invalid/x.git")
    ann = open_workspace(root, "ann")
    ann.apply(list_tests(ann)[:1], ItemEdit(note="ann"))
    stop = Event()
    result = do_sync(ann, stop=stop, step=lambda name, words: stop.set())
    assert (result.problem, result.message) == ("stopped", "1 note")


# what it refuses


def test_a_conflict_outside_of_our_files_leaves_everything_as_it_was(
    team: Team, open_workspace: OpenWorkspace
) -> None:
    first, second = team("ann", "bob")
    ann, bob = open_workspace(first, "ann"), open_workspace(second, "bob")
    for root, session in ((first, ann), (second, bob)):
        (root / "other.txt").write_text(f"{session.who}\n")
        git(root, "commit", "-qam", "other")
        session.apply(list_tests(session)[:1], ItemEdit(owner=session.who))
        session.apply(list_tests(session)[1:2], ItemEdit(note=session.who))
    do_sync(ann)
    (second / "more.txt").write_text("not staged, not ours")
    result = do_sync(bob)
    assert "both sides changed other.txt, which is not a file of fedcheck's" in result.problem
    assert "git pull" in result.hint
    assert result.commit, "what is ours is committed all the same"
    before = state_of(second)
    assert before[1].split() == ["??", "more.txt"]
    again = do_sync(bob)
    assert (again.problem, again.commit, state_of(second)) == (result.problem, "", before)
    assert not (second / ".git/MERGE_HEAD").exists()


def test_staged_files_of_others_keep_a_merge_off(team: Team, open_workspace: OpenWorkspace) -> None:
    first, second = team("ann", "bob")
    ann, bob = open_workspace(first, "ann"), open_workspace(second, "bob")
    ann.apply(list_tests(ann)[:1], ItemEdit(note="ann"))
    do_sync(ann)
    (second / "other.txt").write_text("mine\n")
    git(second, "add", "other.txt")
    assert [one.by for one in do_sync(bob).arrived] == ["ann"], "nothing of bob's: it moves on"
    ann.apply(list_tests(ann)[:1], ItemEdit(note="ann again"))
    do_sync(ann)
    bob.refresh()
    bob.apply(list_tests(bob)[1:2], ItemEdit(note="bob"))
    staged = git(second, "diff", "--cached")
    result = do_sync(bob)
    assert "you have staged 1 file that is not fedcheck's (other.txt)" in result.problem
    assert git(second, "diff", "--cached") == staged


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (["checkout", "-q", "--detach"], "detached HEAD"),
        (["checkout", "-q", "-b", "new"], "branch new has no upstream"),
        (["merge", "--no-commit", "--no-ff", "side"], "a merge is in progress here"),
    ],
)
def test_it_refuses_during_what_a_person_does_with_git(
    team: Team, capsys: pytest.CaptureFixture[str], prepare: list[str], words: str
) -> None:
    (root,) = team("ann")
    git(root, "checkout", "-q", "-b", "side")
    git(root, "commit", "-q", "--allow-empty", "-m", "side")
    git(root, "checkout", "-q", "main")
    git(root, *prepare)
    before = state_of(root)
    assert run(["sync", "-w", str(root)]) == 2
    assert words in capsys.readouterr().err
    assert state_of(root) == before
    assert (root / ".git/MERGE_HEAD").exists() == (prepare[0] == "merge")


def test_private_files_that_git_tracks_are_not_pushed(
    team: Team, open_workspace: OpenWorkspace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (root,) = team("ann")
    ann = open_workspace(root, "ann")
    ann.apply(list_tests(ann)[:1], ItemEdit(private_note="SECRET"))
    git(root, "add", "-f", "private/progress")
    git(root, "commit", "-qm", "oops")
    assert run(["sync", "-w", str(root)]) == 1
    assert "not pushed: git tracks 1 file of private/" in capsys.readouterr().err
    git(root, "rm", "-rq", "--cached", "private")
    git(root, "commit", "-qm", "taken out")
    assert run(["sync", "-w", str(root)]) == 1
    assert "not pushed yet, has files of private/" in capsys.readouterr().err
    assert "SECRET" not in git(tmp_path / "bare.git", "log", "-p", "--all")
    assert run(["sync", "--setup", "--with-private", "-w", str(root)]) == 0
    assert run(["sync", "-w", str(root)]) == 0
    assert "SECRET" in git(tmp_path / "bare.git", "log", "-p", "--all")
    git(root, "remote", "set-url", "origin", str(tmp_path / "bare.git"))
    git(root, "add", "-f", "private/progress")
    git(root, "commit", "-qm", "oops")
    assert run(["sync", "-w", str(root)]) == 1, "it was said of another address"


# what a clone from a stranger may not do


def make_trap(folder: Path) -> tuple[Path, Path]:
    """Return a program that leaves a mark, and the mark."""
    mark, trap = folder / "MARK", folder / "trap.sh"
    trap.write_text(f"#!/bin/sh\necho run >> '{mark}'\ncat\nexit 0\n")
    trap.chmod(0o755)
    (folder / "trap.sh.ini").write_text(f'[core]\n\tfsmonitor = "{trap}"\n')
    return trap, mark


HOSTILE = [
    ("core.fsmonitor", "{}"),
    ("core.sshCommand", "{}"),
    ("core.gitProxy", "{}"),
    ("core.pager", "{}"),
    ("core.editor", "{}"),
    ("core.askPass", "{}"),
    ("core.hooksPath", "{}"),
    ("core.attributesFile", "{}"),
    ("core.worktree", "/tmp"),
    ("core.alternateRefsCommand", "{}"),
    ("credential.helper", "!{}"),
    ("filter.x.clean", "{}"),
    ("filter.x.smudge", "{}"),
    ("filter.x.process", "{}"),
    ("diff.external", "{}"),
    ("diff.x.textconv", "{}"),
    ("diff.x.command", "{}"),
    ("merge.x.driver", "{}"),
    ("merge.fedcheck.recursive", "x"),
    ("gpg.program", "{}"),
    ("gpg.ssh.defaultKeyCommand", "{}"),
    ("remote.origin.uploadpack", "{}"),
    ("remote.origin.receivepack", "{}"),
    ("remote.origin.vcs", "x"),
    ("remote.other.url", "ext::{}"),
    ("url.ext::{} .insteadOf", "x"),
    ("protocol.ext.allow", "always"),
    ("include.path", "{}.ini"),
    ("includeIf.gitdir:/.path", "{}.ini"),
    ("submodule.x.update", "!{}"),
    ("uploadpack.packObjectsHook", "{}"),
    ("gc.recentObjectsHook", "{}"),
    ("http.proxy", "http://x"),
    ("lfs.customtransfer.x.path", "{}"),
]


def test_a_clone_that_is_configured_to_run_programs_is_refused(
    team: Team, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root,) = team("ann")
    trap, mark = make_trap(tmp_path)
    config = root / ".git/config"
    clean = config.read_text()
    for key, value in HOSTILE:
        git(root, "config", "--local", key.replace("{}", str(trap)), value.format(trap))
        for more in ([], ["--setup"]):
            assert run(["sync", *more, "-w", str(root)]) == 2, key
            assert "may run programs" in (said := capsys.readouterr().err), (key, said)
        config.write_text(clean)
    assert not mark.exists()
    assert run(["sync", "-w", str(root)]) == 0


def test_sync_runs_git_only_where_setup_was_said(
    team: Team, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root,) = team("ann")
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-a", root, copy], check=True)
    assert run(["sync", "-w", str(copy)]) == 2
    assert "sync was not set up in this clone on this machine" in capsys.readouterr().err
    root.rename(tmp_path / "old")
    copy.rename(root)  # another clone in the place of the one that was looked at
    assert run(["sync", "-w", str(root)]) == 2
    assert "fedcheck sync --setup" in capsys.readouterr().err


def test_hooks_of_the_clone_and_of_a_remote_folder_do_not_run(
    team: Team, open_workspace: OpenWorkspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root,) = team("ann")
    trap, mark = make_trap(tmp_path)
    names = ("pre-commit", "commit-msg", "post-commit", "pre-push", "post-merge", "post-checkout")
    for name in names:
        (root / ".git/hooks").mkdir(exist_ok=True)
        (root / ".git/hooks" / name).symlink_to(trap)
    bare = tmp_path / "bare.git"
    for name in ("pre-receive", "update", "post-receive", "post-update", "reference-transaction"):
        (bare / "hooks" / name).unlink(missing_ok=True)
        (bare / "hooks" / name).symlink_to(trap)
    git(bare, "config", "uploadpack.packObjectsHook", str(trap))
    ann = open_workspace(root, "ann")
    ann.apply(list_tests(ann)[:1], ItemEdit(note="ann"))
    assert do_sync(ann).pushed == 1
    assert run(["sync", "--setup", "-w", str(root)]) == 0
    assert "sync does not run the hooks of this clone: commit-msg" in capsys.readouterr().out
    assert not mark.exists(), mark.read_text()


def test_the_attributes_of_the_repository_name_no_program(
    team: Team, open_workspace: OpenWorkspace, tmp_path: Path
) -> None:
    first, second = team("ann", "bob")
    ann, bob = open_workspace(first, "ann"), open_workspace(second, "bob")
    head = first / ".gitattributes"
    head.write_text("* filter=x diff=x merge=x\n" + head.read_text())
    ann.apply(list_tests(ann)[:1], ItemEdit(note="ann"))
    do_sync(ann)
    bob.apply(list_tests(bob)[1:2], ItemEdit(note="bob"))
    assert do_sync(bob).problem == ""


# killed in the middle

KILLED = """
import os, signal, sys
from pathlib import Path
from fedcheck.cli.main import run
from fedcheck.sharing import git_steps, upstream_merge

def kill(*args, **named):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "git":
    # git is fast enough to come here before sync has noted its number: kill both after that
    git_steps.make_driver_command = lambda: f"sleep 0.5; kill -9 {os.getpid()} $PPID"
else:
    setattr(upstream_merge, sys.argv[2], kill)
run(["sync", "-w", sys.argv[1]])
"""


@pytest.fixture
def apart(team: Team, open_workspace: OpenWorkspace) -> tuple[Path, Session]:
    """Return a clone that has to merge: others have pushed."""
    first, second = team("ann", "bob")
    ann, bob = open_workspace(first, "ann"), open_workspace(second, "bob")
    one, two = list_tests(ann)[:2]
    for session in (ann, bob):
        session.apply([one], ItemEdit(status="doing"))
    ann.apply([one], ItemEdit(note="by ann", owner="ann"))
    do_sync(ann)
    bob.apply([two], ItemEdit(note="by bob"))
    return second, bob


def check_whole(root: Path, bob: Session) -> SyncResult:
    """Sync once more; everything of both is there."""
    result = do_sync(bob)
    assert result.problem == ""
    assert [one.by for one in result.arrived] == ["ann"]
    bob.refresh()
    notes = {bob.project.record(ref).note for ref in list_tests(bob)}
    assert {"by ann", "by bob"} <= notes
    assert run(["history", "--verify", "-w", str(root)]) == 0
    assert git(root, "status", "--porcelain") == ""
    assert git(root, "rev-parse", "HEAD", "origin/main").split()[0] in git(
        root, "ls-remote", "origin", "main"
    )
    return result


@pytest.mark.parametrize("at", ["_settle", "stage_own", "git"])
def test_a_killed_sync_is_put_back_by_the_next(apart: tuple[Path, Session], at: str) -> None:
    root, bob = apart
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(root), at], capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (root / ".git/MERGE_HEAD").exists() == (at != "git")
    assert (root / ".git/index.lock").exists() == (at == "git")
    result = check_whole(root, bob)
    assert result.notes == (
        () if at == "git" else ("put back: a merge that an interrupted sync had begun",)
    )


def test_work_after_a_killed_sync_is_not_lost(apart: tuple[Path, Session]) -> None:
    root, bob = apart
    subprocess.run(
        [sys.executable, "-c", KILLED, str(root), "stage_own"], capture_output=True, check=False
    )
    bob.refresh()
    bob.apply(list_tests(bob)[:1], ItemEdit(owner="bob, later"))
    result = do_sync(bob)
    assert result.problem == ""
    assert any("interrupted sync" in one for one in result.notes)
    bob.refresh()
    record = bob.project.record(list_tests(bob)[0])
    assert (record.note, record.owner) == ("by ann", "bob, later")


def test_a_merge_that_the_user_began_is_not_touched(
    apart: tuple[Path, Session], capsys: pytest.CaptureFixture[str]
) -> None:
    root, _ = apart
    git(root, "add", "-A")
    git(root, "commit", "-qm", "bob")
    git(root, "fetch", "-q")
    git(root, "merge", "-q", "--no-commit", "origin/main")
    before = state_of(root)
    assert run(["sync", "-w", str(root)]) == 2
    assert "a merge is in progress here" in capsys.readouterr().err
    assert state_of(root) == before


@pytest.mark.parametrize("part", [0.5, 1.0])
def test_files_that_git_had_written_when_it_was_killed_are_put_back(
    apart: tuple[Path, Session], part: float
) -> None:
    root, bob = apart
    git(root, "add", "-A")
    git(root, "commit", "-qm", "bob")
    git(root, "fetch", "-q")
    runner = git_steps.Git(root)
    head, theirs = git(root, "rev-parse", "HEAD", "origin/main").split()
    note_merging(runner, load_trust(runner), head, theirs, "0")
    changed = git(root, "diff", "--name-only", "HEAD", theirs).split()
    fresh = [one for one in changed if not (root / one).exists()]
    assert fresh, "the history of the other one"
    for name in fresh:  # those of both sides are merged, and cannot be told from a person's work
        whole = git(root, "show", f"{theirs}:{name}").encode()
        (root / name).write_bytes(whole[: int(len(whole) * part)])
    result = check_whole(root, bob)
    assert result.notes == ("put back: 1 file that an interrupted sync had changed",)


# the app


async def test_the_app_syncs_and_shows_what_arrived(
    apart: tuple[Path, Session], clock: FrozenClock, tmp_path: Path
) -> None:
    root, _ = apart
    app = FedcheckApp(root, paths.find_user_folders(), config.UserConfig(), "bob", tmp_path, clock)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "Y")
        text = screen_text(app)
        for words in ("Commit", "Fetch", "doing, 1 note, owner of", "Push", "2 commits"):
            assert words in text
        await press(pilot, "escape")
        app.others.look()
        await settle(pilot)
        assert "ann" in told(app)
        assert app.session.project.record(list_tests(app.session)[0]).note == "by ann"
    assert git(root, "status", "--porcelain") == ""


async def test_the_app_says_how_to_set_it_up_and_asks_about_large_evidence(
    team: Team,
    open_workspace: OpenWorkspace,
    clock: FrozenClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (root,) = team("ann", is_set_up=False)
    monkeypatch.setattr(sync_module, "LARGE", 10)
    (root / "evidence").mkdir(exist_ok=True)
    (root / "evidence/scan").write_text("more than ten bytes")
    ann = open_workspace(root, "ann")
    link = Evidence("e1", "evidence/scan", kind=EvidenceKind.FILE)
    ann.apply(list_tests(ann)[:1], attach_evidence(link))
    app = FedcheckApp(root, paths.find_user_folders(), config.UserConfig(), "ann", tmp_path, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "Y")
        assert "fedcheck sync --setup" in screen_text(app)
        await press(pilot, "escape")
        set_up_sync(root)
        await press(pilot, "Y")
        assert "1 new evidence file, 0 MB together" in screen_text(app)
        await press(pilot, "y")
        assert "1 commit" in screen_text(app)
    assert "evidence/scan" in git(root, "ls-files")
