"""Files in which a merge left markers, or somebody kept the lines of both sides by hand."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from conftest import FrozenClock, MakeWorkspace, OpenWorkspace
from driving import settle, told
from test_git_sharing import needs_git
from test_merge_driver import commit, git, has_marks, pull, team

from fedcheck.cli.main import run
from fedcheck.domain.edits import MilestoneEdit
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import EvidenceEdit, attach_evidence
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.item_rules import ItemEdit, TestEdit
from fedcheck.session import Session
from fedcheck.sharing.record_files import Texts, merge_record_files
from fedcheck.storage import config, history, paths
from fedcheck.storage.lost_values import list_lost_values
from fedcheck.tui.app import FedcheckApp

__all__ = ["team"]

LIST = "rev5.readiness.csp"
ITEM = f"{LIST}:diagram"
PROGRESS = f"progress/{LIST}.toml"


@pytest.fixture
def two(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace, clock: FrozenClock, tmp_path: Path
) -> Callable[..., tuple[Session, str, str]]:
    """Return a function that lets two people work on copies.

    It returns the first one's session, with the histories of both, and both texts of a file.
    """

    def make(
        name: str,
        first: Callable[[Session], object],
        second: Callable[[Session], object],
        begin: Callable[[Session], object] = lambda _: None,
    ) -> tuple[Session, str, str]:
        one = make_workspace("one")
        begin(open_workspace(one, "ann"))
        two = tmp_path / "two"
        shutil.copytree(one, two)
        texts = []
        for root, who, work in ((one, "ann", first), (two, "bob", second)):
            clock.tick(minutes=1)
            work(open_workspace(root, who))
            path = root / name
            texts.append(path.read_text() if path.exists() else "")
        for path in (two / "history").glob("*"):
            shutil.copy(path, one / "history" / path.name)
        return open_workspace(one, "ann"), texts[0], texts[1]

    return make


def fix(session: Session) -> int:
    status = run(["doctor", "--fix", "-w", str(session.root)])
    session.refresh()
    return status


def check_nothing_is_lost(session: Session) -> None:
    session.reconcile()
    assert not list_lost_values(session.root, {})
    assert run(["history", "--verify", "-w", str(session.root)]) == 0


def set_owner(who: str) -> Callable[[Session], object]:
    return lambda session: session.apply([ITEM], ItemEdit(owner=who))


def both_lines(text: str, line: str, other: str) -> str:
    """Return a text with a line of the other side below one of its own."""
    assert line in text
    return text.replace(line, line + other)


Two = Callable[..., tuple[Session, str, str]]
Output = pytest.CaptureFixture[str]


def test_a_key_that_is_there_twice_is_settled_by_the_histories(two: Two, capsys: Output) -> None:
    session, text, _ = two(PROGRESS, set_owner("ann"), set_owner("bob"))
    path = session.root / PROGRESS
    path.write_text(both_lines(text, 'owner = "ann"\n', 'owner = "bob"\n'))
    broken = path.read_text()
    capsys.readouterr()
    assert run(["list", "-w", str(session.root)]) == 0, "the rest works"
    assert "fedcheck doctor --fix" in capsys.readouterr().err
    assert fix(session) == 0
    assert session.project.record(ITEM).owner == "bob", "the later one"
    (copy,) = (session.root / ".fedcheck/backup/conflicts").iterdir()
    assert copy.read_text() == broken
    assert any(line.merged for line in history.read_all(session.root))
    check_nothing_is_lost(session)


def test_what_no_history_knows_is_told_with_its_lines(two: Two, capsys: Output) -> None:
    session, text, _ = two(PROGRESS, set_owner("ann"), lambda _: None)
    path = session.root / PROGRESS
    path.write_text(both_lines(text, 'owner = "ann"\n', 'owner = "zoe"\n'))
    broken = path.read_text()
    assert fix(session) == 1
    err = capsys.readouterr().err
    first = broken.split("\n").index('owner = "ann"') + 1
    assert f"line {first + 1}: diagram, owner is set on line {first} and again here" in err
    assert path.read_text() == broken
    assert run(["list", "-w", str(session.root)]) == 0


def test_a_table_that_is_there_twice_is_one_record(two: Two) -> None:
    def first(session: Session) -> None:
        session.apply([ITEM], ItemEdit(owner="ann", note="from ann"))

    def second(session: Session) -> None:
        session.apply([ITEM], ItemEdit(owner="bob", status="doing"))

    session, text, other = two(PROGRESS, first, second)
    (session.root / PROGRESS).write_text(text + "\n" + other[other.index("[item.") :])
    assert fix(session) == 0
    record = session.project.record(ITEM)
    assert (record.owner, record.note, record.status) == ("bob", "from ann", "doing")
    check_nothing_is_lost(session)


def test_a_header_of_an_item_that_is_missing_is_found_by_the_histories(two: Two) -> None:
    refs: list[str] = []

    def work(session: Session) -> None:
        refs[:] = [ref for ref in session.project.refs if ref.startswith(f"{LIST}:")][:2]
        session.apply(refs[:1], ItemEdit(owner="ann", status="doing"))
        session.apply(refs[1:], ItemEdit(owner="cy", status="blocked", reason="waits"))

    session, text, _ = two(PROGRESS, work, lambda _: None)
    path = session.root / PROGRESS
    header = [line for line in text.split("\n") if line.startswith("[item.")][1]
    path.write_text(text.replace(f"\n{header}\n", ""))
    before = {ref: session.project.record(ref) for ref in refs}
    assert fix(session) == 0
    assert {ref: session.project.record(ref) for ref in refs} == before
    assert path.read_text() == text


def test_a_header_of_a_finding_that_is_missing_is_added(two: Two) -> None:
    def raise_one(title: str) -> Callable[[Session], object]:
        edit = FindingEdit(new=True, title=title, risk="low")
        return lambda session: session.apply([session.new_ref("findings")], edit)

    session, text, other = two("findings.toml", raise_one("TLS"), raise_one("MFA"))
    lines = other[other.index("id =") :]
    (session.root / "findings.toml").write_text(text + lines)
    assert fix(session) == 0
    assert {one.title for one in session.project.findings} == {"TLS", "MFA"}
    check_nothing_is_lost(session)


def test_evidence_that_is_there_twice_and_one_whose_header_is_missing(two: Two) -> None:
    def attach(name: str, label: str) -> Callable[[Session], object]:
        one = Evidence("e1", "https://example.com/1", label=label)
        more = Evidence(name, f"https://example.com/{name}")
        return lambda session: session.apply([ITEM], attach_evidence(one, more))

    session, text, other = two(PROGRESS, attach("e2", "Scan"), attach("e3", "Scan of May"))
    tables = other[other.index("[[item.") :]
    first, rest = tables.split("\n\n", 1)
    kept = rest.split("\n", 1)[1]
    (session.root / PROGRESS).write_text(f"{text}{kept}\n{first}\n")
    assert fix(session) == 0
    found = {one.id: one.label for one in session.project.record(ITEM).evidence}
    assert found == {"e1": "Scan of May", "e2": "", "e3": ""}


def test_a_marker_that_is_left_does_not_matter(two: Two) -> None:
    session, text, _ = two(PROGRESS, set_owner("ann"), set_owner("bob"))
    line = 'owner = "ann"\n'
    marked = both_lines(text, line, '=======\nowner = "bob"\n>>>>>>> theirs\n')
    (session.root / PROGRESS).write_text(marked)
    assert fix(session) == 0
    assert session.project.record(ITEM).owner == "bob"


def move(day: str) -> Callable[[Session], object]:
    edit = MilestoneEdit(date.fromisoformat(day))
    return lambda session: session.apply(["milestones:kick-off"], edit)


def test_markers_in_the_head_file_are_settled_where_each_has_one_answer(
    two: Two, capsys: Output
) -> None:
    session, text, other = two("fedcheck.toml", move("2027-03-01"), move("2027-03-02"))
    path = session.root / "fedcheck.toml"
    mine, theirs = (
        next(line for line in one.split("\n") if line.startswith("kick-off"))
        for one in (text, other)
    )
    hunk = f"<<<<<<< a\n{mine} # agreed\n=======\n{theirs} # moved\nato = 2027-07-01\n>>>>>>> b\n"
    path.write_text("# ours\n" + text.replace(f"{mine}\n", hunk))
    assert run(["doctor", "--fix", "-w", str(session.root)]) == 0, capsys.readouterr()
    now = path.read_text()
    assert "kick-off = 2027-03-02 # moved\nato = 2027-07-01\n" in now
    assert now.startswith("# ours\n")
    assert "2027-03-01" not in now
    path.write_text(now.replace('name = "', '<<<<<<< a\nname = "X"\n=======\nname = "', 1))
    marked = path.read_text()
    assert run(["doctor", "--fix", "-w", str(session.root)]) == 1
    first = marked.split("\n").index('name = "X"') + 1
    told = capsys.readouterr().err
    assert f"lines {first} and {first + 2}: name has two values" in told
    assert path.read_text() == marked


OWN = """format = 1
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
"""


def test_markers_in_an_own_checklist_keep_the_items_of_both(workspace: Path) -> None:
    path = workspace / "checklists/acme.toml"
    path.parent.mkdir(exist_ok=True)
    ours, theirs = (f'  id = "{name}"\n  title = "{name.upper()}"\n' for name in "bc")
    new = f"\n  [[section.item]]\n<<<<<<< a\n{ours}=======\n{theirs}>>>>>>> b\n"
    path.write_text(OWN + new)
    run(["doctor", "--fix", "-w", str(workspace)])
    text = path.read_text()
    assert "# kept by hand" in text
    assert text.count("[[section.item]]") == 3
    assert not has_marks(workspace)
    assert run(["checklist", "validate", str(path)]) == 0
    path.write_text(OWN + new.replace('id = "c"', 'id = "b"'))
    assert run(["doctor", "--fix", "-w", str(workspace)]) == 1, "two titles of one item"


@needs_git
def test_a_merge_that_is_not_finished_is_settled_from_all_three_versions(
    team: Callable[..., list[Path]],
    open_workspace: OpenWorkspace,
    clock: FrozenClock,
    capsys: Output,
) -> None:
    first, second = team("ann", "bob", is_registered=False)
    begin = open_workspace(first, "ann")
    tests = [ref for ref in begin.project.refs if ref.startswith("rev5.full-assessment.3pao:")]
    scan = Evidence("e1", "https://example.com/1")
    begin.apply(tests[:1], attach_evidence(scan))
    commit(first)
    git(first, "push", "-q")
    assert pull(second).returncode == 0
    ann, bob = open_workspace(first, "ann"), open_workspace(second, "bob")

    ann.apply(tests[:1], EvidenceEdit(detach=("e1",)))
    clock.tick(seconds=1)
    bob.apply(tests[:1], ItemEdit(testing=TestEdit(sample="3 of 9"), owner="bob"))
    ann.apply(tests[:1], ItemEdit(owner="ann"))
    move("2027-03-01")(ann)
    move("2027-03-02")(bob)
    for root in (first, second):
        commit(root)
    git(first, "push", "-q")
    assert pull(second).returncode != 0
    assert set(has_marks(second)) >= {"fedcheck.toml"}
    (second / "notes.txt").write_text("mine")
    status = git(second, "status", "--porcelain")
    capsys.readouterr()
    assert run(["doctor", "--fix", "-w", str(second)]) == 0, capsys.readouterr()
    assert "2 fields were set on both sides" in capsys.readouterr().err
    assert not has_marks(second)
    assert git(second, "status", "--porcelain").split("\n")[0][:2] == status.split("\n")[0][:2]
    bob.refresh()
    record = bob.project.record(tests[0])
    assert (record.sample, record.evidence) == ("3 of 9", ()), "what was removed stays removed"
    assert record.owner == "ann"
    commit(second)
    assert b"set-twice" not in (second / "fedcheck.toml").read_bytes()
    assert run(["history", "--verify", "-w", str(second)]) == 0


async def test_the_app_settles_what_a_pull_kept_of_both(two: Two, clock: FrozenClock) -> None:
    session, text, other = two(PROGRESS, set_owner("ann"), set_owner("bob"))
    base = 'format = 1\nchecklist = "rev5.readiness.csp"\n'
    raws = (one.encode() for one in (base, text, other))
    merged = merge_record_files(session.root / PROGRESS, LIST, Texts(*raws))
    (session.root / PROGRESS).write_bytes(merged.data)
    folders, user = paths.find_user_folders(), config.UserConfig()
    app = FedcheckApp(session.root, folders, user, "ann", session.root, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert app.open_session is not None
        assert app.open_session.project.record(ITEM).owner == "bob"
        assert "1 field was set on both sides of a merge" in told(app)


def test_a_text_typed_by_hand_next_to_a_known_one_is_kept(two: Two) -> None:
    def note(text: str) -> Callable[[Session], object]:
        return lambda session: session.apply([ITEM], ItemEdit(note=text))

    session, text, _ = two(PROGRESS, note("From ann."), lambda _: None)
    path = session.root / PROGRESS
    path.write_text(
        both_lines(
            text,
            'note = "From ann."\n',
            f'\n[item."{ITEM.partition(":")[2]}"]\nnote = "By hand."\n',
        )
    )
    assert fix(session) == 0
    kept = session.project.record(ITEM).note
    assert "From ann." in kept
    assert "By hand." in kept
