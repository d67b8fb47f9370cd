"""What a merge by hand, a pick or a revert in git leaves out of the files is seen, and only that.

Real git, two clones without our merge driver, histories merged by union.
"""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import FrozenClock, MakeWorkspace, OpenWorkspace
from test_git_sharing import ATTRIBUTES, IGNORED, git, needs_git
from test_merge_driver import call, commit, pull

from fedcheck.cli.main import run
from fedcheck.domain.edits import MilestoneEdit
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.item_rules import ItemEdit, TestEdit
from fedcheck.domain.request_rules import RequestEdit
from fedcheck.session import Session
from fedcheck.storage import history

pytestmark = needs_git

SCAN = "rev5.full-assessment.3pao:scan-web"
PEN = "rev5.full-assessment.3pao:pen-test"
TESTS_FILE = "progress/rev5.full-assessment.3pao.toml"

Verify = Callable[[Path], list[dict[str, Any]]]


@pytest.fixture
def clones(make_workspace: MakeWorkspace, tmp_path: Path) -> tuple[Path, Path]:
    """Return two clones of a workspace, of ann and of bob, around a bare repository."""
    first = make_workspace("ann", role="3pao")
    for name, lines in ((".gitignore", IGNORED), (".gitattributes", ATTRIBUTES)):
        (first / name).write_text("".join(f"{line}\n" for line in lines))
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "bare.git")
    git(first, "init", "-q", "-b", "main")
    commit(first)
    git(first, "remote", "add", "origin", "../bare.git")
    git(first, "push", "-q", "-u", "origin", "main")
    git(tmp_path, "clone", "-q", "bare.git", "bob")
    return first, tmp_path / "bob"


@pytest.fixture
def people(clones: tuple[Path, Path], open_workspace: OpenWorkspace) -> tuple[Session, Session]:
    """Return the sessions of ann and bob in their clones."""
    return open_workspace(clones[0], "ann"), open_workspace(clones[1], "bob")


@pytest.fixture
def verify(capsys: pytest.CaptureFixture[str]) -> Verify:
    """Return a function that returns the losses that `history --verify` lists."""

    def called(root: Path) -> list[dict[str, Any]]:
        capsys.readouterr()
        status = run(["history", "--verify", "--json", "-w", str(root)])
        found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["losses"]
        assert (status == 1) == any(not one["branch"] for one in found)
        return found

    return called


def work(session: Session, tested: str, seen: str, day: date) -> None:
    """Let somebody change records of all kinds."""
    name = session.who
    edit = ItemEdit(result="satisfied", testing=TestEdit(observation=f"Seen by {name}."))
    session.apply([tested], edit)
    session.apply([seen], attach_evidence(Evidence(f"e{name}", f"https://example.com/{name}")))
    session.apply(
        [session.new_ref("findings")],
        FindingEdit(new=True, title=f"Gap of {name}", risk="low", link=(tested,)),
    )
    session.apply([session.new_ref("requests")], RequestEdit(step="ask", title=f"{name}?"))
    session.apply(["milestones:package"], MilestoneEdit(day))


def keep(root: Path, side: str) -> None:
    """Settle a conflict as git's own advice says: keep one side of each file."""
    for name in git(root, "diff", "--name-only", "--diff-filter=U").split():
        if name.startswith("history/"):
            continue
        if call(root, "checkout", f"--{side}", "--", name).returncode:
            git(root, "rm", "-q", name)
    git(root, "add", "-A")


def share_apart(people: tuple[Session, Session], clock: FrozenClock) -> tuple[Path, Path]:
    """Let ann, and bob an hour later, work unknown to each other; bob has pushed."""
    ann, bob = people
    work(ann, SCAN, PEN, date(2027, 3, 1))
    clock.tick(hours=1)
    work(bob, PEN, SCAN, date(2027, 3, 9))
    commit(ann.root)
    commit(bob.root)
    git(bob.root, "push", "-q")
    return ann.root, bob.root


EVERYTHING = ["rev5.full-assessment.3pao", "rev5.full-assessment.3pao", "findings", "requests"]


@pytest.mark.parametrize(
    ("how", "side", "losers"),
    [
        (("pull", "-q", "--no-edit", "--no-rebase"), "ours", "bob"),
        (("pull", "-q", "--no-edit", "--no-rebase"), "theirs", "ann"),
        (("pull", "-q", "--rebase"), "ours", "ann"),  # in a rebase "ours" is what was pulled
    ],
)
def test_one_side_that_was_kept_lists_all_of_the_other(
    people: tuple[Session, Session],
    clock: FrozenClock,
    verify: Verify,
    capsys: pytest.CaptureFixture[str],
    how: tuple[str, ...],
    side: str,
    losers: str,
) -> None:
    root, other = share_apart(people, clock)
    assert call(root, *how).returncode
    keep(root, side)
    done = call(root, *(["rebase", "--continue"] if "--rebase" in how else ["commit", "-qm", "m"]))
    assert not done.returncode, done.stderr
    found = verify(root)
    expected = list(EVERYTHING)
    if losers == "bob":  # his day of the milestone was the later one
        expected.append("milestones")
    assert sorted(one["ref"].partition(":")[0] for one in found) == sorted(expected)
    assert {one["by"] for one in found} == {losers}
    assert run(["doctor", "-w", str(root)]) == 1
    said = capsys.readouterr().out
    tested, seen = (PEN, SCAN) if losers == "bob" else (SCAN, PEN)
    name = tested.partition(":")[2]
    assert f"{losers}'s result and observation on {name} of 2027-01-11 are not in the files" in said
    assert f"{losers}'s evidence on {seen.partition(':')[2]} of 2027-01-11 is not in" in said
    assert f'{losers}\'s finding "Gap of {losers}" of 2027-01-11 is not in the files' in said
    assert f'{losers}\'s request "{losers}?" of 2027-01-11 is not in the files' in said
    assert run(["status", "-w", str(root)]) == 0
    count = len(expected)
    assert f"{count} entries of {losers} are not in the files" in capsys.readouterr().out
    assert run(["status", "--json", "-w", str(root)]) == 0
    assert json.loads(capsys.readouterr().out)["losses"] == found
    assert run(["changes", "HEAD", "-w", str(root)]) == 0
    assert f"Note: {count} entries of {losers} are not in the files" in capsys.readouterr().out

    run(["doctor", "--fix", "-w", str(root)])
    assert verify(root) == []
    texts = "".join(path.read_text() for path in [*root.glob("*.toml"), root / TESTS_FILE])
    for who in ("ann", "bob"):
        for word in (f"Seen by {who}.", f"example.com/{who}", f"Gap of {who}", f"{who}?"):
            assert word in texts
    assert "2027-03-09" in texts
    commit(root)
    git(root, "push", "-q")
    pull(other)
    assert verify(other) == [], "every clone sees it explained"


def test_a_squash_that_kept_one_side_says_where_the_rest_is(
    people: tuple[Session, Session], clock: FrozenClock, verify: Verify
) -> None:
    root, _ = share_apart(people, clock)
    git(root, "fetch", "-q")
    assert call(root, "merge", "--squash", "origin/main").returncode
    keep(root, "ours")
    commit(root)
    found = verify(root)
    assert {(one["by"], one["branch"]) for one in found} == {("bob", "origin/main")}
    assert all("never in these files" in one["text"] for one in found)
    git(root, "branch", "-q", "--unset-upstream")
    git(root, "update-ref", "-d", "refs/remotes/origin/main")
    assert {one["branch"] for one in verify(root)} == {""}, "no branch has it any more: lost"


def test_what_is_lawful_is_no_loss(
    people: tuple[Session, Session], clock: FrozenClock, verify: Verify
) -> None:
    ann, bob = people
    bob.apply([SCAN], ItemEdit(result="other-than-satisfied", owner="bob"))
    clock.tick(hours=1)
    ann.apply([SCAN], ItemEdit(result="satisfied"))
    ann.apply([SCAN], ItemEdit(due="2027-03-01"))
    ann.undo()
    commit(ann.root)
    commit(bob.root)
    git(bob.root, "push", "-q")
    assert pull(ann.root).returncode
    keep(ann.root, "ours")
    commit(ann.root)
    assert [(one["by"], one["fields"]) for one in verify(ann.root)] == [("bob", ["owner"])], (
        "the later result of two stands, as in one folder; bob's owner was never replaced"
    )
    ann.refresh()
    ann.apply([SCAN], ItemEdit(owner="cy"))
    assert verify(ann.root) == []


@pytest.mark.parametrize("is_kept", [True, False])
def test_lines_of_a_picked_commit_whose_values_stayed_on_their_branch(
    people: tuple[Session, Session],
    verify: Verify,
    capsys: pytest.CaptureFixture[str],
    is_kept: bool,
) -> None:
    ann, bob = people
    bob.apply([SCAN], ItemEdit(note="begun"))
    commit(bob.root)
    git(bob.root, "push", "-q")
    pull(ann.root)
    git(bob.root, "checkout", "-q", "-b", "feature")
    bob.apply([SCAN], ItemEdit(owner="dana"))
    commit(bob.root)
    bob.apply([PEN], ItemEdit(owner="erin"))
    commit(bob.root)
    git(bob.root, "push", "-q", "origin", "feature")
    git(ann.root, "fetch", "-q")
    git(ann.root, "cherry-pick", "origin/feature")
    (found,) = verify(ann.root)
    assert (found["ref"], found["branch"]) == (SCAN, "origin/feature")
    assert found["text"].startswith(
        "bob's owner on scan-web of 2027-01-11 was never in these files, but is on origin/feature"
    )
    run(["doctor", "--fix", "-w", str(ann.root)])
    ann.refresh()
    assert ann.project.record(SCAN).owner == "", "nobody asked for that branch"
    assert ann.project.record(PEN).owner == "erin"
    word = "restore" if is_kept else "confirm"
    assert run(["history", word, found["hash"], "-w", str(ann.root)]) == 0
    ann.refresh()
    assert ann.project.record(SCAN).owner == ("dana" if is_kept else "")
    assert verify(ann.root) == []


def test_a_revert_and_deleted_files_are_listed(
    people: tuple[Session, Session], verify: Verify
) -> None:
    ann = people[0]
    ann.apply([SCAN], ItemEdit(note="begun"))
    commit(ann.root)
    ann.apply([SCAN], ItemEdit(owner="dana"))
    commit(ann.root)
    ann.apply([PEN], ItemEdit(owner="erin"))
    commit(ann.root)
    git(ann.root, "revert", "--no-edit", "HEAD~1")
    assert [one["ref"] for one in verify(ann.root)] == [SCAN]
    git(ann.root, "reset", "-q", "--hard", "HEAD~1")
    assert verify(ann.root) == []
    ann.apply([ann.new_ref("findings")], FindingEdit(new=True, title="TLS 1.0", risk="low"))
    for name in ("findings.toml", TESTS_FILE):
        (ann.root / name).unlink()
    texts = [one["text"] for one in verify(ann.root)]
    assert len(texts) == 4, "note and owner of one item, owner of another, a finding"
    assert 'ann\'s finding "TLS 1.0" of 2027-01-11 is not in the files' in texts
    run(["doctor", "--fix", "-w", str(ann.root)])
    assert verify(ann.root) == []
    assert "TLS 1.0" in (ann.root / "findings.toml").read_text()


def test_a_private_note_comes_back_to_where_it_was(
    people: tuple[Session, Session], verify: Verify
) -> None:
    ann = people[0]
    ann.apply([SCAN], ItemEdit(private_note="SECRET"))
    inside = ann.root / "private" / TESTS_FILE
    inside.unlink()
    (found,) = verify(ann.root)
    assert "SECRET" not in found["text"]
    run(["doctor", "--fix", "-w", str(ann.root)])
    assert "SECRET" in inside.read_text()
    assert not (ann.root / TESTS_FILE).exists(), "a private note is never shared"


def test_nothing_is_noted_in_the_middle_of_a_merge(
    people: tuple[Session, Session], clock: FrozenClock, open_workspace: OpenWorkspace
) -> None:
    root, _ = share_apart(people, clock)
    assert pull(root).returncode
    keep(root, "ours")
    before = history.read_all(root)
    session = open_workspace(root, "ann")
    assert session.reconcile() == 0
    session.apply([SCAN], ItemEdit(owner="dana"))
    made = [line for line in history.read_all(root) if line not in before]
    assert [(line.by, line.change.field) for line in made] == [("ann", "owner")]
    assert session.list_outside(), "it waits, and is told of"
    commit(root)
    assert session.reconcile() > 0
    assert session.list_outside() == []


def test_a_text_that_a_merge_by_line_lost_comes_back_next_to_the_other_one(
    clones: tuple[Path, Path], people: tuple[Session, Session], clock: FrozenClock
) -> None:
    first, second = clones
    ann, bob = people
    ann.apply([SCAN], ItemEdit(note="From ann."))
    clock.tick(days=1)
    bob.apply([SCAN], ItemEdit(note="From bob.", owner="bob"))
    commit(first)
    commit(second)
    git(second, "fetch", "-q", str(first), "main:theirs")
    assert call(second, "merge", "-q", "--no-edit", "-X", "theirs", "theirs").returncode == 0
    bob.refresh()
    assert bob.project.record(SCAN).note == "From ann."
    assert run(["doctor", "--fix", "-w", str(second)]) == 0
    bob.refresh()
    both = "[ann, 2027-01-11]\nFrom ann.\n\n[bob, 2027-01-12]\nFrom bob."
    assert bob.project.record(SCAN).note == both
