"""Clones of a team with real git and our merge driver: everything arrives, no mark is left."""

import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FrozenClock, MakeWorkspace, OpenWorkspace
from msgspec.structs import replace
from test_git_sharing import git, needs_git

from fedcheck.cli.main import run
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import EvidenceEdit, attach_evidence
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.item_rules import ItemEdit, TestEdit
from fedcheck.domain.request_rules import RequestEdit
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.sharing import setup
from fedcheck.sharing.line_merge import mark_conflicts
from fedcheck.storage import history
from fedcheck.storage.lost_values import list_lost_values
from fedcheck.storage.workspace_creation import ATTRIBUTES, IGNORED, MERGED

pytestmark = needs_git

TESTS = "rev5.full-assessment.3pao"
PEOPLE = ("ann", "bob", "cy")


@pytest.fixture
def team(
    make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., list[Path]]:
    """Return a function that makes clones of one workspace around a bare repository."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))

    def make(*names: str, is_registered: bool = True) -> list[Path]:
        first = make_workspace(names[0], role="3pao")
        (first / ".gitignore").write_text("".join(f"{one}\n" for one in IGNORED))
        (first / ".gitattributes").write_text("".join(f"{one}\n" for one in (*ATTRIBUTES, *MERGED)))
        git(tmp_path, "init", "-q", "--bare", "-b", "main", "bare.git")
        git(first, "init", "-q", "-b", "main")
        git(first, "add", "-A")
        git(first, "commit", "-qm", "begin")
        git(first, "remote", "add", "origin", "../bare.git")
        git(first, "push", "-q", "-u", "origin", "main")
        for name in names[1:]:
            git(tmp_path, "clone", "-q", "bare.git", name)
        clones = [tmp_path / name for name in names]
        for root in clones if is_registered else ():
            setup.register_driver(root)
        return clones

    return make


def commit(root: Path, words: str = "work") -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", words)


def pull(root: Path, how: str = "--no-rebase") -> subprocess.CompletedProcess[str]:
    """Pull; the outcome may be a conflict."""
    return call(root, "pull", "-q", "--no-edit", how)


def call(root: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run git, which asks nothing and may fail."""
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_EDITOR": "true",
        **{
            f"GIT_{who}_{what}": "x@x"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }
    return subprocess.run(
        ["git", "-C", str(root), *argv],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def has_marks(root: Path) -> list[str]:
    return [
        path.name
        for path in root.rglob("*")
        if path.is_file()
        and not {".git", "backup"} & set(path.parts)
        and b"<<<<<<<" in path.read_bytes()
    ]


def texts(root: Path) -> dict[str, bytes]:
    """Return the record files of a workspace."""
    files = [*root.glob("progress/*.toml"), *root.glob("*.toml")]
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def test_two_people_change_other_fields_of_the_same_records(
    team: Callable[..., list[Path]], open_workspace: OpenWorkspace
) -> None:
    first, second = team("ann", "bob")
    ann, bob = open_workspace(first, "ann"), open_workspace(second, "bob")
    test = next(ref for ref in ann.project.refs if ref.startswith(f"{TESTS}:"))
    ann.apply([test], ItemEdit(result="satisfied", testing=TestEdit(observation="Seen by ann.")))
    bob.apply([test], ItemEdit(owner="cy", note="Noted by bob.", testing=TestEdit(sample="3 of 9")))
    bob.apply([test], attach_evidence(Evidence("e1", "https://example.com/1")))
    for session, name in ((ann, "TLS 1.0"), (bob, "No MFA")):
        session.apply([session.new_ref("findings")], FindingEdit(new=True, title=name, risk="low"))
        session.apply([session.new_ref("requests")], RequestEdit(step="ask", title=f"{name}?"))
    head = second / "fedcheck.toml"
    head.write_text(head.read_text() + "# bob's remark\n")
    for root in (first, second):
        commit(root)
    git(first, "push", "-q")
    done = pull(second)
    assert done.returncode == 0, done.stderr
    assert not has_marks(second)
    bob.refresh()
    record = bob.project.record(test)
    assert (record.result, record.tester, record.owner, record.sample) == (
        "satisfied", "ann", "cy", "3 of 9",
    )  # fmt: skip
    assert record.observation == "Seen by ann."
    assert record.evidence[0].id == "e1"
    assert sorted(one.title for one in bob.project.findings) == ["No MFA", "TLS 1.0"]
    assert sorted(one.title for one in bob.project.requests) == ["No MFA?", "TLS 1.0?"]
    assert bob.list_outside() == [], "every value is explained by a history"
    assert run(["history", "--verify", "-w", str(second)]) == 0
    assert not list(second.glob(".merge_file*")), "no file of git's is left"


def list_tests(session: Session) -> list[str]:
    """Return the tests of all lists: more than one file of progress."""
    items = ((ref, session.project.item(ref)) for ref in session.project.refs)
    return [ref for ref, item in items if item is not None and item.kind == "test"]


def test_a_commit_that_is_picked_from_another_branch_merges_too(
    team: Callable[..., list[Path]], open_workspace: OpenWorkspace
) -> None:
    first, second = team("ann", "bob")
    ann, bob = open_workspace(first, "ann"), open_workspace(second, "bob")
    refs = list_tests(ann)
    ann.apply(refs[:3], ItemEdit(status="doing"))  # git knows her history in both branches
    commit(first)
    git(first, "push", "-q")
    assert pull(second).returncode == 0
    bob.refresh()
    for ref in refs[:3]:
        ann.apply([ref], ItemEdit(owner="ann"))
        commit(first, ref)
    bob.apply(refs[:3], ItemEdit(note="by bob"))
    commit(second)
    git(second, "fetch", "-q", str(first), "main:theirs")
    git(second, "cherry-pick", "theirs~1")
    assert not has_marks(second)
    bob.refresh()
    assert [bob.project.record(ref).owner for ref in refs[:3]] == ["", "ann", ""], refs
    assert {bob.project.record(ref).note for ref in refs[:3]} == {"by bob"}
    git(second, "merge", "-q", "--squash", "theirs")
    commit(second)
    bob.refresh()
    assert {bob.project.record(ref).owner for ref in refs[:3]} == {"ann"}
    assert run(["history", "--verify", "-w", str(second)]) == 0


def conflict(
    team: Callable[..., list[Path]], open_workspace: OpenWorkspace, clock: FrozenClock
) -> tuple[Path, str, Session, subprocess.CompletedProcess[str]]:
    """Let two people set the same field; return the clone that pulled, and what git said."""
    first, second = team("ann", "bob")
    ann, bob = open_workspace(first, "ann"), open_workspace(second, "bob")
    ref = next(ref for ref in ann.project.refs if ref.startswith(f"{TESTS}:"))
    ann.apply([ref], ItemEdit(owner="ann", note="from ann"))
    clock.tick(seconds=1)
    bob.apply([ref], ItemEdit(owner="bob", testing=TestEdit(sample="from bob")))
    for root in (first, second):
        commit(root)
    git(first, "push", "-q")
    return second, ref, bob, pull(second)


def test_a_field_that_two_people_set_keeps_both_values_and_stops_nothing(
    team: Callable[..., list[Path]], open_workspace: OpenWorkspace, clock: FrozenClock
) -> None:
    root, ref, _, done = conflict(team, open_workspace, clock)
    assert done.returncode == 0
    item = ref.partition(":")[2]
    path = root / f"progress/{TESTS}.toml"
    assert "owner: set on both sides: both values are kept" in done.stderr
    assert f'[[item."{item}"."set-twice"]]\ngroups = [' in path.read_text()
    text = path.read_text()
    assert text.count('owner = "ann"') == text.count('owner = "bob"') == 1
    assert 'note = "from ann"' in text
    assert 'sample = "from bob"' in text


def test_the_next_command_settles_it_by_the_histories(
    team: Callable[..., list[Path]],
    open_workspace: OpenWorkspace,
    clock: FrozenClock,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root, ref, bob, _ = conflict(team, open_workspace, clock)
    item = bob.project.item(ref)
    assert item is not None
    capsys.readouterr()
    assert run(["list", "-w", str(root)]) == 0
    err = capsys.readouterr().err
    assert "1 field was set on both sides of a merge:" in err
    assert (
        f"{item.code or item.id} owner: bob (bob, 2027-01-11) is kept; the other side had ann "
        "(ann, 2027-01-11)" in err
    )
    run(["list", "-w", str(root)])
    assert not capsys.readouterr().err, "once"
    bob.refresh()
    record = bob.project.record(ref)
    assert (record.owner, record.note, record.sample) == ("bob", "from ann", "from bob"), "later"
    assert not record.extra
    (line,) = [one for one in history.read_all(root) if one.merged]
    assert (line.change.field, line.change.new, line.lost) == ("owner", "bob", "")
    assert len(line.merged) == 2
    commit(root)
    git(root, "push", "-q")
    other = root.parent / "ann"
    assert pull(other).returncode == 0
    ann = open_workspace(other, "ann")
    assert ann.project.record(ref).owner == "bob"
    assert ann.list_outside() == [], "the line of the merge explains it"
    for one in (root, other):
        assert run(["history", "--verify", "-w", str(one)]) == 0


def test_texts_of_both_get_the_names_and_days_that_the_histories_know(
    team: Callable[..., list[Path]], open_workspace: OpenWorkspace, clock: FrozenClock
) -> None:
    first, second = team("ann", "bob")
    ann, bob = open_workspace(first, "ann"), open_workspace(second, "bob")
    ref = list_tests(ann)[0]
    ann.apply([ref], ItemEdit(note="From ann.", testing=TestEdit(tester="zoe")))
    clock.tick(days=1)
    bob.apply([ref], ItemEdit(note="From bob."))
    for root in (first, second):
        commit(root)
    git(first, "push", "-q")
    assert pull(second).returncode == 0
    bob.refresh()
    note = "[one version]\nFrom ann.\n\n[another version]\nFrom bob."
    assert bob.project.record(ref).note == note
    assert run(["status", "-w", str(second)]) == 0
    bob.refresh()
    assert bob.project.record(ref).note == (
        "[ann, 2027-01-11]\nFrom ann.\n\n[bob, 2027-01-12]\nFrom bob."
    )
    assert not bob.project.record(ref).extra
    assert not bob.list_outside()
    assert not list_lost_values(second, {})


@pytest.mark.parametrize("is_result_changed", [False, True])
def test_nobody_agrees_to_an_observation_that_they_did_not_see(
    team: Callable[..., list[Path]],
    open_workspace: OpenWorkspace,
    clock: FrozenClock,
    is_result_changed: bool,
) -> None:
    first, second = team("ann", "bob")
    ann, bob = open_workspace(first, "ann"), open_workspace(second, "bob")
    ref = list_tests(ann)[0]
    ann.apply([ref], ItemEdit(result="satisfied", testing=TestEdit(observation="Seen once.")))
    commit(first)
    git(first, "push", "-q")
    assert pull(second).returncode == 0
    bob.refresh()
    said = TestEdit(observation="Seen twice, and it fails.")
    result = "other-than-satisfied" if is_result_changed else None
    ann.apply([ref], ItemEdit(result=result, testing=said))
    clock.tick(seconds=1)
    bob.apply([ref], ItemEdit(testing=TestEdit(review="agreed")))
    for root in (first, second):
        commit(root)
    git(first, "push", "-q")
    assert pull(second).returncode == 0
    assert run(["status", "-w", str(second)]) == 0
    bob.refresh()
    record = bob.project.record(ref)
    assert (record.review, record.reviewer) == ("", "")
    assert record.observation == said.observation
    bob.reconcile()
    assert not list_lost_values(second, {})
    assert not bob.list_outside()
    assert run(["history", "--verify", "-w", str(second)]) == 0


def test_nothing_is_settled_while_git_is_in_between(
    team: Callable[..., list[Path]], open_workspace: OpenWorkspace, clock: FrozenClock
) -> None:
    root, ref, bob, _ = conflict(team, open_workspace, clock)
    (root / ".git/rebase-merge").mkdir()
    held = texts(root)
    assert run(["list", "-w", str(root)]) == 0
    assert texts(root) == held, "git could not go on"
    (root / ".git/rebase-merge").rmdir()
    (root / "progress").chmod(0o500)
    assert run(["list", "-w", str(root)]) == 0
    (root / "progress").chmod(0o700)
    assert run(["list", "-w", str(root)]) == 0
    bob.refresh()
    assert bob.project.record(ref).owner == "bob"


def test_a_hand_edit_of_a_person_without_fedcheck_is_never_dropped(
    team: Callable[..., list[Path]],
    open_workspace: OpenWorkspace,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second = team("ann", "dee")
    ann = open_workspace(first, "ann")
    ref = next(ref for ref in ann.project.refs if ref.startswith(f"{TESTS}:"))
    ann.apply([ref], ItemEdit(owner="ann"))
    path = second / f"progress/{TESTS}.toml"
    path.parent.mkdir(exist_ok=True)
    item = ref.partition(":")[2]
    head = f'format = 1\nchecklist = "{TESTS}"\n\n' if not path.exists() else path.read_text()
    path.write_text(f'{head}\n[item."{item}"]\nowner = "dee"\n')
    for root in (first, second):
        commit(root)
    git(first, "push", "-q")
    assert pull(second).returncode == 0
    capsys.readouterr()
    for _ in range(2):
        assert run(["list", "-w", str(second)]) == 0
        assert "not resolved: ann (ann, 2027-01-11) or dee." in capsys.readouterr().err
    held = path.read_text()
    assert 'owner = "ann"' in held and 'owner = "dee"' in held
    assert not open_workspace(second, "ann").list_outside(), "nothing is noted before it is settled"
    assert run(["set", ref, "--owner", "dee", "-w", str(second)]) == 0
    assert 'owner = "dee"' in path.read_text()
    assert "set-twice" not in path.read_text()
    assert run(["history", "--verify", "-w", str(second)]) == 0


def test_requests_name_items_by_the_ids_of_today(workspace: Path, tmp_path: Path) -> None:
    (workspace / "checklists").mkdir(exist_ok=True)
    renamed = LIST.replace('id = "a"', 'id = "new"\n  renamed-from = ["old"]')
    (workspace / "checklists/acme.toml").write_text(renamed)
    asked = REQUESTS + 'items = ["acme:old"]\n'
    ours = asked.replace("acme:old", "acme:new")
    theirs = asked + "due = 2027-02-01\n"
    files = []
    for name, text in (("base", asked), ("ours", ours), ("theirs", theirs)):
        (tmp_path / name).write_text(text)
        files.append(str(tmp_path / name))
    assert run(["merge-file", *files, str(workspace / "requests.toml")]) == 0
    assert '"acme:new"' in Path(files[1]).read_text()
    assert "acme:old" not in Path(files[1]).read_text()


def test_markers_of_a_clone_without_the_driver_are_settled_too(
    team: Callable[..., list[Path]],
    open_workspace: OpenWorkspace,
    clock: FrozenClock,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second = team("ann", "bob", is_registered=False)
    ann, bob = open_workspace(first, "ann"), open_workspace(second, "bob")
    test = next(ref for ref in ann.project.refs if ref.startswith(f"{TESTS}:"))
    for session, result in ((bob, "satisfied"), (ann, "other-than-satisfied")):
        clock.tick(seconds=1)
        said = f"Seen by {session.who}."
        edit = ItemEdit(result=result, owner=session.who, testing=TestEdit(observation=said))
        session.apply([test], edit)
        new = FindingEdit(new=True, title=said, risk="low", link=(test,))
        session.apply([session.new_ref("findings")], new)
    for root in (first, second):
        commit(root)
    git(first, "push", "-q")
    assert pull(second).returncode != 0
    assert sorted(has_marks(second)) == ["findings.toml", f"{TESTS}.toml"]
    run(["doctor", "--fix", "-w", str(second)])
    assert not has_marks(second), "but for the copies"
    bob.refresh()
    record = bob.project.record(test)
    assert (record.result, record.tester, record.owner) == ("other-than-satisfied", "ann", "ann")
    for name in ("ann", "bob"):
        assert f"Seen by {name}." in record.observation
    assert {one.title for one in bob.project.findings} == {"Seen by ann.", "Seen by bob."}
    commit(second)
    assert run(["history", "--verify", "-w", str(second)]) == 0
    capsys.readouterr()
    run(["doctor", "--json", "-w", str(second)])
    assert "lost-value" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        "<<<<<<< x\na\n>>>>>>> y\n",
        "<<<<<<< x\na\n=======\nb\n",
        "<<<<<<< x\n<<<<<<< x\n=======\nb\n>>>>>>> y\n",
        "a\n>>>>>>> y\n",
    ],
)
def test_markers_that_do_not_fit_together_are_left(
    text: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workspace / "progress/rev5.readiness.csp.toml"
    path.write_text(text + "<<<<<<<")
    assert run(["doctor", "--fix", "-w", str(workspace)]) == 1
    assert "is neither a key nor a header" in capsys.readouterr().err
    assert path.read_text() == text + "<<<<<<<"


def test_what_the_histories_do_not_know_is_left(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workspace / "progress/rev5.readiness.csp.toml"
    head = 'format = 1\nchecklist = "rev5.readiness.csp"\n[item."diagram"]\n'
    text = f'{head}<<<<<<< x\nowner = "a"\n||||||| z\n=======\nowner = "b"\n>>>>>>> y\n'
    path.write_text(text)
    assert run(["doctor", "--fix", "-w", str(workspace)]) == 1
    assert "owner: not resolved: a or b" in capsys.readouterr().err
    (copy,) = (workspace / ".fedcheck/backup/conflicts").iterdir()
    assert copy.read_text() == text
    assert "set-twice" in path.read_text()
    assert run(["gate", "kick-off", "-w", str(workspace), "--json"]) == 1
    assert "set on both sides of a merge" in capsys.readouterr().out
    assert run(["doctor", "-w", str(workspace)]) == 1
    assert run(["set", "diagram", "--owner", "a", "-w", str(workspace)]) == 0, "as it stands"
    assert "set-twice" not in path.read_text()
    assert 'owner = "a"' in path.read_text()
    capsys.readouterr()
    assert run(["doctor", "-w", str(workspace)]) == 0, capsys.readouterr().out


def drive(tmp_path: Path, path: str, base: str, ours: str, theirs: str) -> tuple[int, str]:
    """Run the driver as git does; return its status and what OURS holds then."""
    files = []
    for name, text in (("base", base), ("ours", ours), ("theirs", theirs)):
        (tmp_path / name).write_text(text)
        files.append(str(tmp_path / name))
    status = run(["merge-file", *files, path])
    assert (tmp_path / "base").read_text() == base
    assert (tmp_path / "theirs").read_text() == theirs
    return status, (tmp_path / "ours").read_text()


REQUESTS = 'format = 1\n\n[[request]]\nid = "1"\ntitle = "One"\n'


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (REQUESTS.replace("format = 1", "format = 2"), "format 2 is newer"),
        (REQUESTS + "title =\n", "not valid TOML"),
        (REQUESTS + '\n[[request]]\nid = "1"\ntitle = "Two"\n', "appears twice"),
        (REQUESTS.replace('"One"', "7"), 'the key "title"'),
    ],
)
def test_a_side_that_cannot_be_read_is_left_to_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], theirs: str, said: str
) -> None:
    ours = REQUESTS.replace("One", "Mine")
    status, text = drive(tmp_path, "x/requests.toml", REQUESTS, ours, theirs)
    assert status == 1
    assert said in capsys.readouterr().err
    assert "Mine" in text
    extra = [line for line in theirs.split("\n") if line not in REQUESTS.split("\n")]
    assert all(line in text for line in extra), "both are there"


def test_marks_never_stand_inside_a_text(tmp_path: Path) -> None:
    notes = [HEAD + f'x = """\nfirst\n{word}\nlast"""\n' for word in ("old", "a", "b")]
    status, text = drive(tmp_path, "fedcheck.toml", *notes)
    assert status == 1
    assert "<<<<<<< ours\nx = " in text
    assert text.startswith(HEAD)


def test_a_text_that_quotes_markers_is_no_conflict(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    quoted = "<<<<<<< x\na\n=======\nb\n>>>>>>> y"
    session.apply(["rev5.readiness.csp:diagram"], ItemEdit(note=quoted))
    run(["doctor", "--fix", "-w", str(session.root)])
    assert "settled" not in capsys.readouterr().out
    session.refresh()
    assert session.project.record("rev5.readiness.csp:diagram").note == quoted


def test_a_broken_ancestor_counts_as_none(tmp_path: Path) -> None:
    ours, theirs = (REQUESTS + f'\n[[request]]\nid = "{n}"\ntitle = "{n}"\n' for n in "23")
    status, text = drive(tmp_path, "requests.toml", "<<<<<<< x\n", ours, theirs)
    assert status == 0
    assert text == REQUESTS + "".join(f'\n[[request]]\nid = "{n}"\ntitle = "{n}"\n' for n in "23")
    assert drive(tmp_path, "requests.toml", "", theirs, ours) == (0, text)


HEAD = """format = 1
name = "N"
process = "jab"
role = "csp"

# Dates that the PMO gave us.
[milestones]
kick-off = 2027-02-01

[people.ann]
name = "Ann"
"""


def test_the_head_file_keeps_the_comments_of_both(tmp_path: Path) -> None:
    ours = HEAD.replace(
        "kick-off = 2027-02-01\n", "kick-off = 2027-02-01\n# agreed\npackage = 2027-01-20\n"
    )
    ours += '\n# since May\n[people.bob]\nname = "Bob"\n'
    theirs = HEAD.replace(
        "kick-off = 2027-02-01\n", "kick-off = 2027-02-08  # moved\nato = 2027-05-01\n"
    )
    theirs += '\n[people.cy]\nname = "Cy"\nrole = "3pao"\n'
    status, text = drive(tmp_path, "fedcheck.toml", HEAD, ours, theirs)
    assert status == 0
    assert drive(tmp_path, "fedcheck.toml", HEAD, theirs, ours) == (0, text)
    assert "kick-off = 2027-02-08  # moved\n" in text
    assert "# agreed\npackage = 2027-01-20\n" in text
    assert "ato = 2027-05-01\n" in text
    assert '\n# since May\n[people.bob]\nname = "Bob"\n' in text
    assert '[people.cy]\nname = "Cy"\nrole = "3pao"\n' in text
    assert "# Dates that the PMO gave us." in text


def test_a_milestone_that_two_people_moved_keeps_both_dates(
    tmp_path: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = (HEAD.replace("2027-02-01", f"2027-02-0{n}") for n in "23")
    status, text = drive(tmp_path, "fedcheck.toml", HEAD, ours, theirs)
    assert status == 0
    assert drive(tmp_path, "fedcheck.toml", HEAD, theirs, ours) == (0, text)
    assert text == ours + '\n[[set-twice]]\nmilestone = "kick-off"\nday = 2027-02-03\n'
    again = HEAD.replace("2027-02-01", "2027-02-04")
    _, both = drive(tmp_path, "fedcheck.toml", HEAD, text, again)
    assert both.count("[[set-twice]]") == 2
    (workspace / "fedcheck.toml").write_text(text)
    capsys.readouterr()
    assert run(["gate", "kick-off", "-w", str(workspace)]) == 1
    told = capsys.readouterr()
    assert "date: not resolved: 2027-02-02 or 2027-02-03" in told.err
    assert "its date was set on both sides" in told.out
    assert "unknown key" not in told.err
    assert run(["doctor", "-w", str(workspace)]) == 1
    assert "kick-off: day: set on both sides" in capsys.readouterr().out


def test_a_key_of_the_head_file_that_two_people_set_is_left_to_a_person(tmp_path: Path) -> None:
    ours, theirs = (HEAD.replace('"N"', f'"{name}"') for name in "XY")
    status, text = drive(tmp_path, "fedcheck.toml", HEAD, ours, theirs)
    assert status == 1
    assert '<<<<<<< ours\nname = "X"\n=======\nname = "Y"\n>>>>>>>' in text


LIST = """format = 1
id = "acme"
process = "jab"
phase = "readiness"
role = "csp"
title = "Acme"
[[section]]
id = "one"
title = "One"

  # kept by hand
  [[section.item]]
  id = "a"
  title = "A"

  [[section.item]]
  id = "b"
  title = "B"
"""


def new_item(name: str) -> str:
    return f'\n  [[section.item]]\n  id = "{name}"\n  title = "{name}"\n'


def test_own_checklists_merge_item_by_item(tmp_path: Path) -> None:
    ours = LIST.replace('title = "A"', 'title = "A"\n  level = "may"') + new_item("c")
    theirs = LIST.replace('title = "A"', 'title = "Better"') + new_item("d")
    status, text = drive(tmp_path, "checklists/acme.toml", LIST, ours, theirs)
    assert status == 0
    assert drive(tmp_path, "checklists/acme.toml", LIST, theirs, ours) == (0, text)
    assert "# kept by hand" in text
    for line in ('title = "Better"', 'level = "may"', 'id = "c"', 'id = "d"'):
        assert line in text
    status, text = drive(
        tmp_path,
        "checklists/acme.toml",
        LIST,
        LIST.replace('"B"', '"X"'),
        LIST.replace('"B"', '"Y"'),
    )
    assert status == 1
    assert "<<<<<<<" in text


def test_an_id_that_two_people_gave_twice_is_not_merged_into_a_broken_list(tmp_path: Path) -> None:
    ours = LIST + '\n[[section]]\nid = "two"\ntitle = "Two"\n' + new_item("c")
    theirs = LIST + new_item("c")
    status, text = drive(tmp_path, "checklists/acme.toml", LIST, ours, theirs)
    assert status == 1
    assert text.count('id = "c"') == 2 or "<<<<<<<" in text


def test_a_file_of_another_kind_merges_by_line(tmp_path: Path) -> None:
    assert drive(tmp_path, "notes.txt", "a\n\nb\n", "a1\n\nb\n", "a\n\nb1\n") == (0, "a1\n\nb1\n")
    assert drive(tmp_path, "notes.txt", "a\n", "b\n", "c\n")[0] == 1


# setting a clone up


def test_setup_is_said_once_in_each_clone(
    team: Callable[..., list[Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = team("ann", "bob", is_registered=False)
    run(["doctor", "-w", str(second)])
    assert "run once in each clone: fedcheck sync --setup" in capsys.readouterr().out
    (second / ".gitattributes").write_text("*.md text")
    for _ in range(2):
        assert run(["sync", "--setup", "-w", str(second)]) == 0
    lines = (second / ".gitattributes").read_text().split("\n")
    assert lines == ["*.md text", *ATTRIBUTES, *MERGED, ""]
    assert len(git(second, "config", "--get-all", "merge.fedcheck.driver").split("\n")) == 2
    capsys.readouterr()
    run(["doctor", "-w", str(second)])
    assert "sync --setup" not in capsys.readouterr().out
    tree = first.parent / "tree"
    git(second, "worktree", "add", "-q", str(tree))
    (tree / ".gitattributes").write_text("".join(f"{one}\n" for one in (*ATTRIBUTES, *MERGED)))
    run(["doctor", "-w", str(tree)])
    assert "sync --setup" not in capsys.readouterr().out, "a worktree shares its configuration"


def test_a_new_workspace_is_kept_in_git_where_that_is_asked(tmp_path: Path) -> None:
    new = ["--name", "N", "--process", "jab", "--role", "csp", "--git"]
    assert run(["init", str(tmp_path / "a"), *new]) == 0
    assert (tmp_path / "a/.git/config").is_file()
    assert run(["init", str(tmp_path / "a/b"), *new]) == 0
    assert not (tmp_path / "a/b/.git").exists(), "it is in a repository already"
    for name in ("a", "a/b"):
        assert git(tmp_path / name, "check-attr", "merge", "progress/x.toml").endswith("fedcheck\n")
    assert "merge-file" in git(tmp_path / "a/b", "config", "--local", "merge.fedcheck.driver")


def test_setup_outside_of_a_repository_says_what_to_do(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sync", "--setup", "-w", str(workspace)]) == 2
    assert "run git init there" in capsys.readouterr().err
    assert run(["sync", "-w", str(workspace)]) == 2


def test_setup_writes_through_no_link(team: Callable[..., list[Path]]) -> None:
    (root,) = team("ann", is_registered=False)
    precious = root.parent / "precious"
    precious.write_text("precious\n")
    (root / ".gitattributes").unlink()
    (root / ".gitattributes").symlink_to(precious)
    with pytest.raises(FedcheckError):
        setup.register_driver(root)
    assert precious.read_text() == "precious\n"


def test_the_driver_runs_nothing_that_the_repository_holds(
    team: Callable[..., list[Path]], open_workspace: OpenWorkspace
) -> None:
    first, second = team("ann", "bob")
    for root in (first, second):
        (root / "json.py").write_text("raise SystemExit(99)\n")
        (root / "fedcheck").mkdir()
        (root / "fedcheck/__init__.py").write_text("raise SystemExit(99)\n")
    test_two = [open_workspace(root, root.name) for root in (first, second)]
    ref = next(ref for ref in test_two[0].project.refs if ref.startswith(f"{TESTS}:"))
    test_two[0].apply([ref], ItemEdit(owner="ann"))
    test_two[1].apply([ref], ItemEdit(note="bob"))
    for root in (first, second):
        commit(root)
    git(first, "push", "-q")
    assert pull(second).returncode == 0


def test_a_clone_whose_fedcheck_is_gone_merges_by_line(
    team: Callable[..., list[Path]],
    open_workspace: OpenWorkspace,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(setup, "find_program", lambda: ["/nowhere/100% fed'check"])
    assert shlex.split(setup.make_driver_command())[3] == "/nowhere/100%% fed'check;"
    root, _, _, done = conflict(team, open_workspace, clock)
    assert done.returncode != 0
    assert has_marks(root) == [f"{TESTS}.toml"], "not one side that looks merged"
    assert len(history.list_history_files(root)) == 2


def test_a_text_whose_keys_cannot_be_told_apart_is_marked_as_a_whole() -> None:
    twice = b"[[a]]\nx = 1\n[[a]]\nx = 1\n"
    assert mark_conflicts(twice, twice) == twice
    one, two = b"x = 1\nx = 2\n", b"x = 3"
    assert mark_conflicts(one, two) == (
        b"<<<<<<< ours\nx = 1\nx = 2\n=======\nx = 3\n>>>>>>> theirs\n"
    )


def test_what_each_merge_decides_is_not_listed_as_lost(
    team: Callable[..., list[Path]], open_workspace: OpenWorkspace, clock: FrozenClock
) -> None:
    first, second = team("ann", "bob")
    ann, bob = open_workspace(first, "ann"), open_workspace(second, "bob")
    ref = list_tests(ann)[0]
    link = Evidence("e1", "https://example.com/1")
    ann.apply([ref], attach_evidence(link))
    ann.apply([ref], ItemEdit(owner="zoe"))
    commit(first)
    git(first, "push", "-q")
    assert pull(second).returncode == 0
    bob.refresh()
    ann.apply([ref], ItemEdit(owner="ann"))
    ann.apply([ref], EvidenceEdit(attach=(replace(link, label="Scan"),)))
    for owner in ("bob", "zoe"):  # and back again: there is no change
        clock.tick(minutes=1)
        bob.apply([ref], ItemEdit(owner=owner))
    bob.apply([ref], EvidenceEdit(detach=("e1",)))
    for root in (first, second):
        commit(root)
    git(first, "push", "-q")
    assert pull(second).returncode == 0
    assert run(["status", "-w", str(second)]) == 0
    bob.refresh()
    bob.reconcile()
    record = bob.project.record(ref)
    assert (record.owner, [one.label for one in record.evidence]) == ("ann", ["Scan"])
    assert not list_lost_values(second, {})
    assert not bob.list_outside()
