"""A folder closed to the user is "permission denied", never "no workspace here"."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from closed_folders import require_closed_folders, run

from fedcheck.errors import FedcheckError
from fedcheck.storage import paths

Close = Callable[[Path, int], None]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no modes")


@pytest.fixture
def close() -> Iterator[Close]:
    """Return a function that sets the mode of a folder; all get theirs back at the end."""
    require_closed_folders()
    changed: list[Path] = []

    def set_mode(folder: Path, mode: int = 0) -> None:
        changed.append(folder)
        folder.chmod(mode)

    yield set_mode
    for folder in reversed(changed):
        folder.chmod(0o700)


def fedcheck(*args: str, cwd: Path | None = None, **env: str) -> tuple[int, str, str]:
    done = run(["-m", "fedcheck", *args], cwd, **env)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("mode", [0o000, 0o600])
def test_a_closed_workspace_that_is_named(workspace: Path, close: Close, mode: int) -> None:
    close(workspace, mode)
    for args, env in (
        (["-w", str(workspace)], {}),
        (["-w", str(workspace / "fedcheck.toml")], {}),
        ([], {"FEDCHECK_WORKSPACE": str(workspace)}),
    ):
        status, out, err = fedcheck(*args, "status", **env)
        assert (status, out) == (3, "")
        assert f"{workspace}: permission denied" in err
        assert "no workspace" not in err
        assert "ask the owner of the folder for access" in err


def test_a_workspace_under_a_closed_folder(make_workspace, tmp_path: Path, close: Close) -> None:
    root = make_workspace("clients/acme")
    close(tmp_path / "clients", 0)
    for command in (["status"], ["doctor"], ["set", "diagram", "--owner", "x"], ["history"]):
        status, _, err = fedcheck("-w", str(root), *command)
        assert status == 3
        assert f"{tmp_path / 'clients'}: permission denied (on the way to {root})" in err


def test_the_way_up_ends_at_a_closed_folder(make_workspace, tmp_path: Path, close: Close) -> None:
    """The workspace beyond it is not taken for the one that may be in it."""
    make_workspace("outer")
    inner = tmp_path / "outer" / "inner"
    deep = inner / "evidence"
    deep.mkdir(parents=True)
    changes = f"import os, sys; os.chdir({str(deep)!r}); os.chmod({str(inner)!r}, 0)\n"
    runs = "from fedcheck.cli.main import run; sys.exit(run(['checklist', 'list']))"
    close(inner, 0o700)
    done = run(["-c", changes + runs])
    assert done.returncode == 3
    assert f"{inner}: permission denied" in done.stderr
    assert done.stdout == ""


def test_completion_stays_silent_about_a_closed_workspace(workspace: Path, close: Close) -> None:
    close(workspace, 0)
    env = {"_FEDCHECK_COMPLETE": "bash_complete", "COMP_CWORD": "2", "COMP_WORDS": "fedcheck show "}
    _, out, err = fedcheck(cwd=workspace.parent, FEDCHECK_WORKSPACE=str(workspace), **env)
    assert (out.strip(), err) == ("", "")


def test_a_closed_private_folder_is_told_of(workspace: Path, close: Close) -> None:
    (workspace / "private" / "progress").mkdir(parents=True)
    close(workspace / "private", 0)
    status, out, err = fedcheck("-w", str(workspace), "status")
    assert status == 0, err
    assert "private: cannot be read: permission denied" in err
    assert "Meridian Ledger" in out


OPEN_THEN_CLOSE = """
import os, sys
from pathlib import Path
from fedcheck.errors import WorkspaceGoneError
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.session import open_session
from fedcheck.storage import paths
root = Path(sys.argv[1])
session = open_session(root, paths.find_user_folders(), (), "alice")
before = session.project
os.chmod(root, 0)
try:
    session.apply(["rev5.readiness.csp:diagram"], ItemEdit(owner="dana"))
except WorkspaceGoneError as error:
    print(error)
print(session.refresh(), session.project is before)
os.chmod(root, 0o700)
session.apply(["rev5.readiness.csp:diagram"], ItemEdit(owner="dana"))
print(session.project.record("rev5.readiness.csp:diagram").owner)
"""


def test_a_workspace_that_is_closed_while_it_is_open(workspace: Path, close: Close) -> None:
    close(workspace, 0o700)
    done = run(["-c", OPEN_THEN_CLOSE, str(workspace)], FEDCHECK_USER="alice")
    assert done.stdout.splitlines() == [
        f"{workspace}: permission denied; nothing was written",
        "False True",
        "dana",
    ], done.stderr


CLOSE_PART = """
import os, sys
from pathlib import Path
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.errors import FedcheckError
from fedcheck.session import open_session
from fedcheck.storage import paths
root, ref = Path(sys.argv[1]), "rev5.readiness.csp:diagram"
open_session(root, paths.find_user_folders(), (), "bob").apply(
    [ref], ItemEdit(owner="dana", private_note="inside")
)
session = open_session(root, paths.find_user_folders(), (), "alice")
folder = root / sys.argv[2]
folder.chmod(0)
print(session.refresh(), session.project.record(ref).owner, session.project.private_note(ref))
print(session.problems[0].message)
try:
    session.apply([ref], ItemEdit(owner="erin", private_note="more"))
except FedcheckError as error:
    print(error.kind.value)
folder.chmod(0o700)
session.apply([ref], ItemEdit(owner="erin"))
fresh = open_session(root, paths.find_user_folders(), (), "alice").project
print(fresh.record(ref).owner, fresh.private_note(ref))
"""


@pytest.mark.parametrize("part", ["progress", "private"])
def test_a_part_that_is_closed_while_it_is_open(workspace: Path, close: Close, part: str) -> None:
    """The last good state is shown, and the records are not taken for empty."""
    close(workspace, 0o700)
    done = run(["-c", CLOSE_PART, str(workspace), part])
    assert done.stdout.splitlines() == [
        "True dana inside",
        "cannot be read: permission denied",
        "unreadable",
        "erin inside",
    ], done.stdout + done.stderr


RECENT = """
import sys
from pathlib import Path
from fedcheck.tui.memory import Memory
memory = Memory.load(Path(sys.argv[1]))
print(*memory.recent(), sep="\\n")
"""


def test_the_recent_list_keeps_a_closed_workspace(
    make_workspace, tmp_path: Path, close: Close
) -> None:
    """It is not forgotten, as one that is gone is; opening it says why it cannot be opened."""
    from fedcheck.tui.memory import Memory

    closed, shown = make_workspace("one"), make_workspace("two")
    memory = Memory.load(tmp_path)
    for root in (closed, tmp_path / "gone", shown):
        memory.opened(root)
    close(closed, 0)
    done = run(["-c", RECENT, str(tmp_path)])
    assert done.stdout.splitlines() == [str(shown), str(closed)], done.stderr


def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    code = f"import os, sys; os.chdir({str(folder)!r}); os.rmdir({str(folder)!r})\n"
    code += "from fedcheck.cli.main import run as go; sys.exit(go(['status']))"
    done = run(["-c", code])
    assert done.returncode == 3
    assert "the working directory: no longer exists" in done.stderr
    assert "cd DIR" in done.stderr


@pytest.mark.parametrize("name", ["nowhere", "x" * 300, "a\0b"])
def test_where_nothing_is_there_is_no_workspace(tmp_path: Path, name: str) -> None:
    assert not paths.is_workspace(tmp_path / name)
    (tmp_path / "file").touch()
    assert not paths.is_workspace(tmp_path / "file")


def test_another_failure_of_the_disk_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stale(_: Path) -> None:
        raise OSError(116, "Stale file handle")

    monkeypatch.setattr(Path, "lstat", stale)
    with pytest.raises(FedcheckError, match="stale file handle") as error:
        paths.find_workspace(str(tmp_path), {}, tmp_path)
    assert error.value.kind == "unreadable"
