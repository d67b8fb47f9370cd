"""The workspace goes away while a session or a long command has it open; nothing is made anew."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fedcheck.cli.main import run
from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.errors import FedcheckError, InvalidFileError, WorkspaceGoneError
from fedcheck.reports import render
from fedcheck.session import Session, open_session
from fedcheck.storage import checklist_writer, evidence_states, local_state, paths, presence

DIAGRAM = "rev5.readiness.csp:diagram"
DANA = ItemEdit(owner="dana")

Loss = Callable[[Path], None]


def rename_folder(root: Path) -> None:
    root.rename(root.with_name("elsewhere"))


def remove_folder(root: Path) -> None:
    shutil.rmtree(root)


def remove_head(root: Path) -> None:
    (root / "fedcheck.toml").unlink()


def put_empty_folder(root: Path) -> None:
    """Leave the empty mount point of a disk that was taken away."""
    rename_folder(root)
    root.mkdir()


def put_file(root: Path) -> None:
    rename_folder(root)
    root.touch()


LOSSES = {
    "renamed": (rename_folder, "the folder of the workspace is missing"),
    "removed": (remove_folder, "the folder of the workspace is missing"),
    "without its head": (remove_head, "no longer contains a workspace (fedcheck.toml is missing)"),
    "unmounted": (put_empty_folder, "no longer contains a workspace"),
    "a file in its place": (put_file, "the folder of the workspace is missing"),
}


def names_under(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


@pytest.mark.parametrize("kind", LOSSES)
def test_nothing_is_written_and_no_folder_is_made(session: Session, kind: str) -> None:
    lose, words = LOSSES[kind]
    session.apply([DIAGRAM], ItemEdit(owner="carol"))
    root, before = session.root, session.project
    lose(root)
    left, here = names_under(root), root.exists()
    saves: tuple[Callable[[], object], ...] = (
        lambda: session.apply([DIAGRAM], DANA),
        lambda: session.apply([DIAGRAM], ItemEdit(private_note="inside")),
        session.undo,
        session.redo,
        session.reconcile,
        session.history,
        lambda: session.verify_evidence([DIAGRAM]),
        lambda: render.write_file(root / "reports" / "x.md", "text", under=root),
    )
    for save in saves:
        with pytest.raises(WorkspaceGoneError) as error:
            save()
        assert f"{root}: {words}" in str(error.value)
        assert "nothing was written" in str(error.value)
        assert "restore the folder" in error.value.hint
        assert error.value.kind == "unreadable"
    assert session.refresh() is False
    assert session.project is before
    assert (names_under(root), root.exists()) == (left, here)


def test_it_goes_on_when_the_folder_is_back(session: Session) -> None:
    rename_folder(session.root)
    with pytest.raises(WorkspaceGoneError):
        session.apply([DIAGRAM], DANA)
    session.root.with_name("elsewhere").rename(session.root)
    assert [one.new for one in session.apply([DIAGRAM], DANA).changes] == ["dana"]
    assert session.undo().changes


def other_workspace(root: Path, name: str) -> None:
    """Put a workspace of this name in the place of one that was renamed away."""
    source = root.with_name("elsewhere")
    rename_folder(root)
    shutil.copytree(source, root)
    head = root / "fedcheck.toml"
    head.write_text(head.read_text().replace('"Meridian Ledger"', f'"{name}"'))


def test_another_workspace_in_its_place_gets_nothing(session: Session) -> None:
    """A tester of thirty clients mounts the next one at the same path."""
    other_workspace(session.root, "Other Client")
    before, left = session.project, names_under(session.root)
    for save in (lambda: session.apply([DIAGRAM], DANA), session.undo, session.reconcile):
        with pytest.raises(WorkspaceGoneError) as error:
            save()
        assert 'another workspace, "Other Client", is in the place of "Meridian Ledger"' in str(
            error.value
        )
    session.refresh()
    assert session.project is before
    assert names_under(session.root) == left


def test_the_same_workspace_in_a_new_folder_is_back(session: Session) -> None:
    other_workspace(session.root, "Meridian Ledger")
    session.apply([DIAGRAM], DANA)
    assert "dana" in (session.root / "progress" / "rev5.readiness.csp.toml").read_text()


def test_a_name_that_was_changed_by_hand_is_no_other_workspace(session: Session) -> None:
    head = session.root / "fedcheck.toml"
    head.write_text(head.read_text().replace("Meridian Ledger", "Meridian Vault"))
    session.apply([DIAGRAM], DANA)
    session.refresh()
    other_workspace(session.root, "Meridian Vault")  # the copy has the new name already
    session.apply([DIAGRAM], ItemEdit(owner="erin"))


def test_a_new_folder_with_a_broken_head_is_not_written_to(session: Session) -> None:
    other_workspace(session.root, "x")
    (session.root / "fedcheck.toml").write_text("name = \n")
    with pytest.raises(WorkspaceGoneError, match=r"fedcheck\.toml:1"):
        session.apply([DIAGRAM], DANA)


def test_a_workspace_in_a_folder_called_private(make_workspace) -> None:
    root = make_workspace("outer/private")
    session = open_session(root, paths.find_user_folders(), (), "alice")
    session.apply([DIAGRAM], ItemEdit(owner="dana", private_note="inside"))
    remove_head(root)
    with pytest.raises(WorkspaceGoneError):
        session.apply([DIAGRAM], ItemEdit(owner="erin"))


def test_the_private_home_goes_with_its_workspace(session: Session) -> None:
    home = paths.private_home(session.root)
    presence.check_present(home)  # it need not be there
    rename_folder(session.root)
    with pytest.raises(WorkspaceGoneError), local_state.lock_workspace(home):
        pass
    assert not session.root.exists()


HOLD = """
import sys
from pathlib import Path
from fedcheck.storage import local_state
with local_state.lock_workspace(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""

WAIT_AND_SAVE = """
import sys
from pathlib import Path
from fedcheck.errors import WorkspaceGoneError
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.session import open_session
from fedcheck.storage import local_state, paths
session = open_session(Path(sys.argv[1]), paths.find_user_folders(), (), "bob")
take = local_state._try_to_lock
def try_to_lock(path):
    found = take(path)
    if found is None:
        print("waits", flush=True)
    return found
local_state._try_to_lock = try_to_lock
try:
    session.apply(["rev5.readiness.csp:diagram"], ItemEdit(owner="dana"))
except WorkspaceGoneError as error:
    print(error, flush=True)
"""


def test_it_goes_while_another_process_holds_the_lock(workspace: Path) -> None:
    """The check before the lock has passed by then; the one after it has not."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    command = [sys.executable, "-c"]
    with subprocess.Popen([*command, HOLD, str(workspace)], **pipes) as holder:  # type: ignore[call-overload]
        assert holder.stdout.readline() == "held\n"
        with subprocess.Popen([*command, WAIT_AND_SAVE, str(workspace)], **pipes) as waiter:  # type: ignore[call-overload]
            assert waiter.stdout.readline() == "waits\n"
            (workspace / "fedcheck.toml").rename(workspace / "fedcheck.toml.away")
            holder.communicate("\n")
            rest = [line for line in waiter.stdout if line != "waits\n"]
    assert len(rest) == 1
    assert "no longer contains a workspace" in rest[0]
    assert not (workspace / "progress" / "rev5.readiness.csp.toml").exists()
    assert names_under(workspace / ".fedcheck") == ["lock"]


def test_a_long_command_ends_with_status_3(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder goes while the report is made."""
    made = render.render_report

    def and_then_gone(*args, **named):
        text = made(*args, **named)
        rename_folder(workspace)
        return text

    monkeypatch.setattr(render, "render_report", and_then_gone)
    assert run(["-w", str(workspace), "report"]) == 3
    err = capsys.readouterr().err
    assert "the folder of the workspace is missing; nothing was written" in err
    assert "restore the folder" in err
    assert not workspace.exists()


@pytest.mark.parametrize(
    "command",
    [
        ["digest"],
        ["checklist", "freeze"],
        ["checklist", "new", "acme.extra", "--phase", "readiness", "--audience", "shared"],
    ],
    ids=lambda command: command[-1] if len(command) < 3 else "new",
)
def test_other_commands_make_no_folder_anew(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
) -> None:
    from fedcheck.cli import options
    from fedcheck.cli.commands import checklist, digest, own_checklist

    root, opened = tmp_path / "acme", options.open_workspace
    assert run(["init", str(root), "--name", "Acme", "--process", "jab", "--role", "csp"]) == 0

    def open_then_lose(*args, **named):
        session = opened(*args, **named)
        rename_folder(root)
        return session

    for module in (digest, checklist, own_checklist):
        monkeypatch.setattr(module, "open_workspace", open_then_lose)
    assert run(["-w", str(root), *command]) == 3
    assert "the folder of the workspace is missing" in capsys.readouterr().err
    assert not root.exists()


def test_evidence_of_a_workspace_that_is_gone_is_not_missing(session: Session) -> None:
    (session.root / "scan.txt").write_text("x")
    one = session.new_evidence("scan.txt", here=session.root)
    session.apply([DIAGRAM], attach_evidence(one))
    session.refresh_files()
    rename_folder(session.root)
    with pytest.raises(WorkspaceGoneError):
        evidence_states.verify(session.root, [(DIAGRAM, one)])
    assert session.project.file_states == {}


def test_evidence_that_nobody_has_looked_at_is_not_missing_either(session: Session) -> None:
    (session.root / "scan.txt").write_text("x")
    one = session.new_evidence("scan.txt", here=session.root)
    session.apply([DIAGRAM], attach_evidence(one))
    rename_folder(session.root)
    with pytest.raises(WorkspaceGoneError):
        session.board()


def test_half_of_a_workspace_is_no_new_state(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The head file goes while the rest is read, as `git checkout` removes one after the other."""
    from fedcheck.storage import workspace_files

    load, before = workspace_files.load, session.project
    (session.root / "progress" / "x.toml").touch()

    def load_then_lose(*args, **more):
        found = load(*args, **more)
        remove_head(session.root)
        return found

    monkeypatch.setattr(workspace_files, "load", load_then_lose)
    assert session.refresh() is False
    assert session.project is before


def git(where: Path, *args: str) -> str:
    settings = ("user.name=alice", "user.email=alice@example.com", "init.defaultBranch=main")
    said = [word for one in settings for word in ("-c", one)]
    done = subprocess.run(
        ["git", *said, *args], cwd=where, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_git_checkout_of_a_branch_without_the_workspace(tmp_path: Path) -> None:
    repository, root = tmp_path / "repository", tmp_path / "repository" / "acme"
    repository.mkdir()
    git(repository, "init")
    (repository / "README").write_text("x")
    git(repository, "add", "-A")
    git(repository, "commit", "-m", "nothing yet")
    git(repository, "branch", "bare")
    init = ["init", str(root), "--name", "Acme", "--process", "jab", "--role", "csp"]
    assert run(init) == 0
    session = open_session(root, paths.find_user_folders(), (), "alice")
    item = next(iter(session.project.applying()))[2].id
    ref = session.resolve(item)
    session.apply([ref], ItemEdit(owner="carol"))
    git(repository, "add", "-A")
    git(repository, "commit", "-m", "the workspace")
    git(repository, "checkout", "bare")
    left = names_under(root) if root.exists() else []
    with pytest.raises(WorkspaceGoneError):
        session.apply([ref], DANA)
    assert run(["-w", str(root), "set", ref, "--owner", "dana"]) == 2
    assert (names_under(root) if root.exists() else []) == left
    assert not [name for name in left if (root / name).is_file() and name[0] != "."]
    git(repository, "checkout", "main")
    assert session.apply([ref], DANA).changes[0].old == "carol"
    assert git(repository, "status", "--porcelain").count("\n") == 2  # progress and history
    assert run(["-w", str(root), "history", "--verify"]) == 0


def test_a_lock_in_a_place_without_a_workspace(tmp_path: Path) -> None:
    with pytest.raises(FedcheckError) as error, local_state.lock_workspace(tmp_path):
        pass
    assert not isinstance(error.value, InvalidFileError)
    assert names_under(tmp_path) == ["home"]


def test_a_workspace_that_goes_away_while_a_change_is_worked_out_gets_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(*_: object) -> None:
        (session.root / "fedcheck.toml").unlink()
        shutil.rmtree(session.root / "progress")

    monkeypatch.setattr(checklist_writer, "write", leave)  # the last step before files are replaced
    with pytest.raises(WorkspaceGoneError):
        session.apply([DIAGRAM], DANA)
    assert not (session.root / "progress").exists()
    assert not (session.root / "history").exists()
