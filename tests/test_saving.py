"""Saving: real processes, real signals, real disks that refuse."""

import errno
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli
from conftest import MakeWorkspace, OpenWorkspace

from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.storage import atomic_files, history, history_check, local_state, workspace_creation

DIAGRAM = "rev5.readiness.csp:diagram"
CRYPTO = "rev5.readiness.csp:crypto-table"
CSP_FILE = "progress/rev5.readiness.csp.toml"

OPEN = """
import sys
from pathlib import Path
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.session import open_session
from fedcheck.storage import paths
from fedcheck.errors import FedcheckError
root, who = Path(sys.argv[1]), sys.argv[2]
session = open_session(root, paths.find_user_folders(), (), who)
print("open", flush=True)
sys.stdin.readline()
"""
MANY = (
    OPEN
    + """
refs = [ref for ref in session.project.refs if "rev5.readiness.csp:many-" in ref]
for ref in refs:
    session.apply([ref], ItemEdit(**{"owner" if who == "alice" else "note": f"{who} {ref}"}))
print("saved", flush=True)
"""
)
ONE = (
    OPEN
    + """
session.apply(["rev5.readiness.csp:diagram"], ItemEdit(status="done", note="x" * 5000))
print("saved", flush=True)
sys.stdin.readline()
"""
)
FOR_EVER = (
    OPEN
    + """
number = 0
while True:
    number += 1
    session.apply(["rev5.readiness.csp:diagram"], ItemEdit(note=f"{number} " + "x" * 20000))
    print(number, flush=True)
"""
)
SMALL_DISK = (
    OPEN
    + """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    session.apply(["rev5.readiness.csp:diagram"], ItemEdit(note="x" * 5000))
except FedcheckError as error:
    print(error.kind, error, error.hint, flush=True)
"""
)
LOCK = """
import sys
from pathlib import Path
from fedcheck.storage import local_state as machine
with machine.lock_workspace(Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.readline()
"""


class Child:
    """Another process on the same workspace."""

    def __init__(self, code: str, root: Path, who: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(root), who],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.line() == "open"

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def children() -> Iterator[list[Child]]:
    started: list[Child] = []
    yield started
    for child in started:
        child.kill()


def items(root: Path) -> dict[str, Any]:
    return tomli.loads((root / CSP_FILE).read_text(encoding="utf-8")).get("item", {})


def left_over(root: Path) -> list[Path]:
    return list(root.rglob("*.tmp"))


def test_two_processes_that_write_at_once_lose_nothing(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace, children: list[Child]
) -> None:
    text = (make_workspace("a") / "checklists/rev5.readiness.csp.toml").read_text()
    many = "".join(f'[[section.item]]\nid = "many-{n}"\ntitle = "T"\n' for n in range(25))
    root = make_workspace("b", lists={"rev5.readiness.csp.toml": text + many})
    children += [Child(MANY, root, "alice"), Child(MANY, root, "bob")]
    for child in children:
        child.go()
    for child in children:
        assert child.line() == "saved"
    saved = items(root)
    assert len(saved) == 25
    for name, item in saved.items():
        ref = f"rev5.readiness.csp:{name}"
        assert (item["owner"], item["note"]) == (f"alice {ref}", f"bob {ref}")
    assert history_check.verify(root) == []
    assert sorted(e.by for e in history.read_all(root)) == ["alice"] * 25 + ["bob"] * 25
    session = open_workspace(root)
    session.apply(["rev5.readiness.csp:many-1"], ItemEdit(status="doing"))
    assert not [e for e in session.history() if e.by not in ("alice", "bob")]


def test_what_was_said_to_be_saved_survives_kill_9(
    workspace: Path, open_workspace: OpenWorkspace, children: list[Child]
) -> None:
    children.append(Child(ONE, workspace, "alice"))
    children[0].go()
    assert children[0].line() == "saved"
    children[0].process.send_signal(signal.SIGKILL)
    assert children[0].process.wait() == -signal.SIGKILL
    assert items(workspace)["diagram"]["note"] == "x" * 5000
    assert history_check.verify(workspace) == []
    assert open_workspace(workspace).undo().changes
    assert items(workspace) == {}


def test_kill_9_at_any_point_leaves_the_old_state_or_the_new_one(
    workspace: Path, open_workspace: OpenWorkspace, children: list[Child]
) -> None:
    chance = random.Random(1)
    # the child's clock is not ours, which stands still in another year: lines keep their order
    for turn in range(4):
        child = Child(FOR_EVER, workspace, "alice")
        children.append(child)
        child.go()
        said = int(child.line())
        time.sleep(chance.uniform(0, 0.05))
        child.process.kill()
        out, _ = child.process.communicate()
        said = max([said, *(int(n) for n in out.split())])
        number, _, rest = items(workspace)["diagram"]["note"].partition(" ")
        assert int(number) in (said, said + 1)
        assert rest == "x" * 20000
        session = open_workspace(workspace)  # the lock of a dead process is free
        session.apply([CRYPTO], ItemEdit(note=f"turn {turn}: {number} and counting"))
        known = {(e.change.ref, e.change.field): e.change.new for e in session.history()}
        assert known[DIAGRAM, "note"] == items(workspace)["diagram"]["note"]
        session.apply([DIAGRAM], ItemEdit(note="0"))


def test_a_disk_that_is_full_leaves_the_old_file(session: Session, children: list[Child]) -> None:
    session.apply([CRYPTO], ItemEdit(owner="dana"))
    before = (session.root / CSP_FILE).read_bytes()
    children.append(Child(SMALL_DISK, session.root, "bob"))
    children[0].go()
    said = children[0].line()
    assert said.startswith("unreadable ")
    assert "cannot save: file too large check free space and permissions" in said
    assert (session.root / CSP_FILE).read_bytes() == before
    assert left_over(session.root) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("step", ["open_beside", "fsync", "replace"])
def test_a_step_that_fails_leaves_the_old_file(
    session: Session, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    before = (session.root / CSP_FILE).read_bytes()
    lines = len(session.history())

    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    places = {"open_beside": (atomic_files, "open_beside"), "fsync": (os, "fsync")}
    with monkeypatch.context() as patch:
        patch.setattr(*places.get(step, (os, "replace")), refuse)
        with pytest.raises(FedcheckError, match=os.strerror(code).lower()) as error:
            session.apply([DIAGRAM], ItemEdit(owner="erin"))
    assert error.value.kind == "unreadable"
    assert error.value.hint
    assert (session.root / CSP_FILE).read_bytes() == before
    assert left_over(session.root) == []
    assert session.project.record(DIAGRAM).owner == "dana"
    session.apply([DIAGRAM], ItemEdit(owner="erin"))
    assert len(session.history()) == lines + 1


def full_disk(path: Path, _: bytes, *, under: Path) -> None:
    raise atomic_files.disk_error(
        "append to", path, OSError(errno.ENOSPC, "No space left on device")
    )


def test_where_only_the_history_fails_the_next_save_writes_its_lines_first(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(atomic_files, "append", full_disk)
        with pytest.raises(FedcheckError, match=r"cannot append to.*the change itself is saved"):
            session.apply([DIAGRAM], ItemEdit(owner="dana"))
        with pytest.raises(FedcheckError, match="cannot append to"):
            session.apply([CRYPTO], ItemEdit(owner="erin"))
    session.apply([CRYPTO], ItemEdit(owner="frank"))
    assert items(session.root)["diagram"] == {"owner": "dana"}
    assert [(e.by, e.change.new) for e in session.history()] == [
        ("alice", "dana"),
        ("alice", "frank"),
    ]
    session.undo()
    session.undo()
    assert items(session.root) == {}


def test_where_only_the_history_fails_another_process_notes_the_difference(
    session: Session, open_workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(atomic_files, "append", full_disk)
        with pytest.raises(FedcheckError):
            session.apply([DIAGRAM], ItemEdit(owner="dana"))
    open_workspace(session.root, "bob").apply([CRYPTO], ItemEdit(owner="erin"))
    assert [e.by for e in session.history()] == ["outside fedcheck", "bob"]


def test_what_the_disk_took_of_a_history_line_is_cut_off_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    (path,) = history.list_history_files(session.root)
    before, real = path.read_bytes(), os.write

    def half(handle: int, data: memoryview) -> int:
        if len(data) > 100:
            return real(handle, data[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", half)
        with pytest.raises(FedcheckError, match="no space left"):
            atomic_files.append(path, b"x" * 150, under=session.root)
    assert path.read_bytes() == before


def test_no_list_is_replaced_before_all_are_on_the_disk(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = [DIAGRAM, "rev5.readiness.3pao:mandate-1-fips"]
    session.apply(refs, ItemEdit(owner="dana"))
    before = {path: path.read_bytes() for path in (session.root / "progress").iterdir()}
    assert len(before) == 2
    made: list[str] = []
    real = atomic_files.open_beside

    def second_fails(*args: Any, **kwargs: Any) -> Any:
        if made:
            raise OSError(errno.ENOSPC, "No space left on device")
        made.append("one")
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(atomic_files, "open_beside", second_fails)
        with pytest.raises(FedcheckError, match="no space left"):
            session.apply(refs, ItemEdit(owner="erin"))
    assert {p: p.read_bytes() for p in (session.root / "progress").iterdir()} == before


def test_what_killed_processes_left_is_swept_at_the_next_save(session: Session) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    strays = [session.root / name / ".fedcheck-abc.tmp" for name in ("progress", ".fedcheck")]
    mine = session.root / "progress" / "mine.tmp"
    for path in (*strays, mine):
        path.write_text("x")
    session.apply([DIAGRAM], ItemEdit(owner="erin"))
    assert not any(path.exists() for path in strays)
    assert mine.exists()


def test_file_then_folder_then_history_reach_the_disk_in_this_order(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(handle: int) -> None:
        steps.append(f"fsync {Path(f'/proc/self/fd/{handle}').readlink().name}")
        real_fsync(handle)

    def replace(old: str, new: str, **folders: int) -> None:
        steps.append(f"replace {new}")
        real_replace(old, new, **folders)

    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    session.apply([DIAGRAM], ItemEdit(owner="bob"))  # makes the folder of what is replaced
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    session.apply([DIAGRAM], ItemEdit(owner="erin"))
    (log,) = history.list_history_files(session.root)
    named = ["fsync temporary" if step.endswith(".tmp") else step for step in steps]
    assert named == [
        "fsync temporary",
        "replace rev5.readiness.csp.toml",  # in the backup: what is replaced is kept
        "replace rev5.readiness.csp.toml",
        "fsync progress",
        f"fsync {log.name}",
        "fsync temporary",
        "replace seen.json",
        "fsync .fedcheck",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_an_error_in_words(session: Session) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    folder = session.root / "progress"
    folder.chmod(0o500)
    try:
        with pytest.raises(FedcheckError, match="cannot save: permission denied") as error:
            session.apply([DIAGRAM], ItemEdit(owner="erin"))
    finally:
        folder.chmod(0o700)
    assert error.value.kind == "unreadable"
    assert items(session.root)["diagram"]["owner"] == "dana"


@pytest.mark.parametrize("name", ["progress", "history", ".fedcheck"])
def test_a_file_in_the_place_of_a_folder_is_an_error_in_words(session: Session, name: str) -> None:
    place = session.root / name
    if place.is_dir():
        place.rmdir()
    place.write_text("in the way")
    with pytest.raises(FedcheckError) as error:
        session.apply([DIAGRAM], ItemEdit(owner="dana"))
    assert error.value.kind == "unreadable"
    assert str(place) in str(error.value)
    assert place.read_text() == "in the way"


@pytest.fixture
def umask_000() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_new_files_are_their_owners_only(
    tmp_path: Path, umask_000: None, open_workspace: OpenWorkspace, without_shipped_lists: None
) -> None:
    root = tmp_path / "deep" / "new"
    head = 'format = 1\nname = "N"\nprocess = "jab"\nrole = "csp"\n'
    workspace_creation.create(root, head)
    source = Path(__file__).with_name("mini") / "rev5.readiness.csp.toml"
    atomic_files.replace_file(root / "checklists" / source.name, source.read_bytes(), under=root)
    (root / "evidence" / "x").write_text("x")
    session = open_workspace(root)
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    session.apply([DIAGRAM], attach_evidence(session.new_evidence("evidence/x", here=root)))
    session.verify_evidence([DIAGRAM])
    (root / "evidence" / "x").unlink()
    found = [root.parent, root, *root.rglob("*")]
    assert len(found) > 15
    for path in found:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660])
def test_the_mode_of_an_existing_file_is_kept(session: Session, mode: int) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    (log,) = history.list_history_files(session.root)
    for path in (session.root / CSP_FILE, log):
        path.chmod(mode)
    session.apply([DIAGRAM], ItemEdit(owner="erin"))
    assert (session.root / CSP_FILE).stat().st_mode & 0o777 == mode
    assert log.stat().st_mode & 0o777 == mode


def test_a_link_to_a_progress_file_inside_is_read_but_not_written(session: Session) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    path, real = session.root / CSP_FILE, session.root / "real.toml"
    path.rename(real)
    path.symlink_to("../real.toml")
    with pytest.raises(FedcheckError, match="is a link; fedcheck writes nothing through it"):
        session.apply([DIAGRAM], ItemEdit(owner="erin"))
    assert path.is_symlink()
    assert tomli.loads(real.read_text())["item"]["diagram"]["owner"] == "dana"
    assert session.project.record(DIAGRAM).owner == "dana"


def test_a_lock_that_another_process_holds(
    session: Session, children: list[Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_state, "LOCK_WAIT", 0.2)
    children.append(Child(LOCK, session.root, "bob"))
    start = time.monotonic()
    with pytest.raises(FedcheckError, match="locked by another fedcheck") as error:
        session.apply([DIAGRAM], ItemEdit(owner="dana"))
    assert 0.15 < time.monotonic() - start < 5
    assert error.value.kind == "locked"
    assert "nothing was changed" in error.value.hint
    assert not (session.root / CSP_FILE).exists()
    children[0].kill()
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    assert items(session.root)["diagram"]["owner"] == "dana"


@pytest.mark.skipif(os.name != "posix", reason="needs flock")
def test_a_lock_file_that_goes_while_it_is_locked_is_made_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    path = session.root / ".fedcheck" / "lock"
    real = fcntl.flock
    gone: list[Path] = []

    def flock(handle: int, how: int) -> None:
        real(handle, how)
        if not gone:
            gone.append(path)
            path.unlink()

    monkeypatch.setattr(fcntl, "flock", flock)
    with local_state.lock_workspace(session.root):
        assert gone
        assert path.stat().st_mode & 0o777 == 0o600
        with (
            pytest.raises(FedcheckError, match="locked by another fedcheck"),
            local_state.lock_workspace(session.root, 0.1),
        ):
            pass
    with local_state.lock_workspace(session.root, 0.1):
        pass


def test_the_wait_for_the_lock_is_ten_seconds() -> None:
    assert local_state.LOCK_WAIT == 10.0


def test_reading_takes_no_lock_and_leaves_no_trace(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    before = sorted(workspace.rglob("*"))
    session = open_workspace(workspace)
    session.board()
    session.history()
    session.refresh()
    assert sorted(workspace.rglob("*")) == before


def test_a_workspace_is_not_made_over_another_one(workspace: Path) -> None:
    before = (workspace / "fedcheck.toml").read_bytes()
    with pytest.raises(FedcheckError, match="a workspace already exists here") as error:
        workspace_creation.create(workspace, "x")
    assert error.value.kind == "usage"
    assert (workspace / "fedcheck.toml").read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="a folder is no file elsewhere")
def test_a_folder_that_fails_to_close_fails_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.close

    def close(handle: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        real(handle)
        if is_folder:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "close", close)
    atomic_files.replace_file(tmp_path / "deep/x", b"x", under=tmp_path)
    assert atomic_files.read_confined(tmp_path / "deep/x", under=tmp_path) == b"x"


def test_a_kept_file_that_cannot_be_read_is_named(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    real = atomic_files.read_plain

    def read(path: Path) -> bytes:
        if "replaced" in path.parts:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(path)

    monkeypatch.setattr(atomic_files, "read_plain", read)
    with pytest.raises(FedcheckError, match=r"replaced/rev5\.readiness\.csp\.toml: cannot read"):
        session.apply([DIAGRAM], ItemEdit(owner="erin"))
