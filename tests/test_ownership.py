"""Owner and group of a file after another user, or root, has saved over it."""

import os
from pathlib import Path

import pytest
from conftest import OpenWorkspace

from fedcheck.domain.item_rules import ItemEdit
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import atomic_files, ownership, typed_files

pytestmark = pytest.mark.skipif(os.name != "posix", reason="owners are those of POSIX")
needs_root = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="only root can give files to another user"
)

USER, GROUP = 54321, 54322
"""Nobody of this machine."""

DIAGRAM = "rev5.readiness.csp:diagram"
CSP_FILE = "progress/rev5.readiness.csp.toml"


def owner(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid


def give(*paths: Path) -> None:
    for path in paths:
        os.chown(path, USER, GROUP)


@needs_root
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_root_keeps_owner_group_and_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    path.chmod(mode)
    give(path)
    atomic_files.replace_file(path, b"new", under=tmp_path)
    assert path.read_bytes() == b"new"
    assert owner(path) == (USER, GROUP)
    assert path.stat().st_mode & 0o777 == mode
    typed_files.replace_typed_file(path, b"typed")
    assert owner(path) == (USER, GROUP)


@needs_root
def test_what_root_makes_in_the_workspace_of_another_user_is_that_users(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    give(workspace, *workspace.rglob("*"))
    session = open_workspace(workspace, "root")
    session.apply([DIAGRAM], ItemEdit(owner="dana", private_note="inside"))
    session.apply([DIAGRAM], ItemEdit(owner="erin"))
    found = list(workspace.rglob("*"))
    assert workspace / CSP_FILE in found
    assert workspace / ".fedcheck/lock" in found
    assert {owner(path) for path in found} == {(USER, GROUP)}


@needs_root
def test_what_root_makes_at_a_typed_path_stays_with_root(tmp_path: Path) -> None:
    give(tmp_path)
    typed_files.replace_typed_file(tmp_path / "x", b"x")
    assert owner(tmp_path / "x") == (0, os.getegid())


def refuse(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


@needs_root
@pytest.mark.parametrize(
    ("mode", "is_refused"), [(0o600, True), (0o644, True), (0o660, True), (0o666, False)]
)
def test_a_save_that_would_lock_the_owner_out_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, is_refused: bool
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    path.chmod(mode)
    give(path)
    monkeypatch.setattr(os, "fchown", refuse)
    if not is_refused:
        atomic_files.replace_file(path, b"new", under=tmp_path)
        assert path.read_bytes() == b"new"
        return
    with pytest.raises(FedcheckError, match=r"x: belongs to user 54321, who could not") as error:
        atomic_files.replace_file(path, b"new", under=tmp_path)
    assert error.value.kind is ErrorKind.REFUSED
    assert "save as user 54321" in error.value.hint
    assert path.read_bytes() == b"old"
    assert owner(path) == (USER, GROUP)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".fedcheck-")] == []


@needs_root
def test_the_owner_keeps_access_through_a_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    path.chmod(0o660)
    give(path)
    real = os.fchown

    def only_the_group(handle: int, user: int, group: int) -> None:
        if user != -1:
            refuse()
        real(handle, user, group)

    monkeypatch.setattr(os, "fchown", only_the_group)
    monkeypatch.setattr(ownership, "_list_groups", lambda user: [GROUP] if user == USER else [])
    atomic_files.replace_file(path, b"new", under=tmp_path)
    assert owner(path) == (0, GROUP)
    assert path.stat().st_mode & 0o777 == 0o660


@needs_root
def test_a_refused_save_leaves_record_and_history_as_they_were(
    workspace: Path, open_workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_workspace(workspace)
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    give(workspace / CSP_FILE)
    before = (workspace / CSP_FILE).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fchown", refuse)
        with pytest.raises(FedcheckError, match="belongs to user 54321"):
            session.apply([DIAGRAM], ItemEdit(owner="erin"))
    assert (workspace / CSP_FILE).read_bytes() == before
    assert len(session.history()) == 1
    assert session.project.record(DIAGRAM).owner == "dana"


def test_ones_own_file_needs_no_change_of_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    before = owner(path)
    monkeypatch.setattr(os, "fchown", refuse)
    atomic_files.replace_file(path, b"new", under=tmp_path)
    assert (path.read_bytes(), owner(path)) == (b"new", before)


@needs_root
def test_root_gives_no_linked_file_of_its_own_away(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    (workspace / ".fedcheck").mkdir(exist_ok=True)
    give(workspace, *workspace.rglob("*"))
    secret = workspace.parent / "secret"
    secret.write_text("of root")
    os.link(secret, workspace / ".fedcheck/lock")
    open_workspace(workspace, "root").apply([DIAGRAM], ItemEdit(owner="dana"))
    assert owner(secret) == (0, 0)
    assert secret.read_text() == "of root"
