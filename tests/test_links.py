"""Links in a workspace that came from somebody else: nothing outside of it is written or read."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import MakeWorkspace, OpenWorkspace

from fedcheck.cli.main import run
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import atomic_files, confined, history, local_state, typed_files
from fedcheck.storage.atomic_files import keep_link, replace_file

DIAGRAM = "rev5.readiness.csp:diagram"
CSP = "rev5.readiness.csp"
TORN = b'{"v":1,"at":"2027-01-'
IMPORTED = b"Id,Title\nfirst,A task\n"

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs a command line: status, stdout, stderr; a bug is a failure."""

    def called(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out, err = capsys.readouterr()
        assert status in (0, 1, 2, 3), (argv, err)
        assert "Traceback" not in out + err
        return status, out, err

    return called


@pytest.fixture
def root(make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch, call: Call) -> Path:
    """Return a workspace that has something in every place, and stand in it."""
    found = make_workspace()
    found.chmod(0o700)
    (found / "evidence").mkdir()
    (found / "evidence/a.txt").write_text("proof")
    (found / "reports").mkdir()
    (found.parent / "list.csv").write_bytes(IMPORTED)
    monkeypatch.chdir(found)
    for argv in (
        ("set", "diagram", "--owner", "dana", "--private-note", "inside"),
        ("evidence", "add", "diagram", "evidence/a.txt"),
        ("request", "add", "Which ports?", "--to", "csp"),
        ("finding", "add", "Ports are open", "--risk", "low"),
        ("evidence", "verify"),
        ("report", "--record", "pmo"),
    ):
        assert call(*argv)[0] == 0, argv
    return found


COMMANDS = (
    ("set", "diagram", "--owner", "erin", "--private-note", "other"),
    ("evidence", "add", "diagram", "evidence/a.txt", "--label", "again"),
    ("evidence", "verify"),
    ("request", "add", "Which hosts?", "--to", "csp"),
    ("finding", "add", "Hosts are open", "--risk", "low"),
    ("milestone", "kick-off", "2027-03-01"),
    (
        "import",
        "csv",
        "../list.csv",
        "--list",
        "acme.x",
        "--phase",
        "readiness",
        "--role",
        "csp",
        "--audience",
        "shared",
    ),
    ("undo",),
    ("redo",),
    ("undo",),
    ("report",),
    ("report", "executive", "--record", "pmo"),
    ("report", "--init", "weekly"),
    ("digest",),
    ("checklist", "new", "acme.new", "--phase", "readiness", "--audience", "shared"),
    ("doctor", "--fix"),
)
"""What writes, one after the other; each may refuse."""

NAMES = (
    "progress", f"progress/{CSP}.toml", "history", "history/MINE", "checklists",
    "checklists/acme.x.toml", "checklists/acme.new.toml", f"checklists/{CSP}.toml", "reports",
    "reports/2027-01-11-pmo-status-kick-off.md", "reports/digest-2027-01-11",
    "reports/digest-2027-01-11/nobody-named.md", "private", "private/progress",
    f"private/progress/{CSP}.toml", "private/history", "private/.fedcheck", ".fedcheck",
    ".fedcheck/seen.json", ".fedcheck/verified.json", ".fedcheck/writers.json", ".fedcheck/lock",
    ".fedcheck/backup", ".fedcheck/backup/lists", ".fedcheck/backup/TORN",
    ".fedcheck/backup/lists/HASH.toml", "requests.toml", "findings.toml", "sent.toml",
    "imports.toml", "fedcheck.toml", "templates", "templates/weekly.md.j2",
)  # fmt: skip
"""Every name that the commands write."""


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"folder"
        for path in folder.rglob("*")
    }


def tear_history(root: Path) -> str:
    """Leave half a line at the end of our history file; return the name of its backup."""
    (path,) = history.list_history_files(root)
    with path.open("ab") as out:
        out.write(TORN)
    return f"{path.name}.{hashlib.sha256(TORN).hexdigest()[:8]}"


def put_link(root: Path, name: str, outside: Path, is_valid: bool) -> Path:
    """Put a link to outside in the place of a name; what stood there goes outside with it."""
    backup = tear_history(root) if name.endswith("TORN") else ""
    if name.endswith("HASH.toml"):
        listed = root.parent / "copy"
        shutil.copytree(root, listed)
        argv = ["-w", str(listed), *COMMANDS[6]]
        assert run(argv) == 0
        digest = hashlib.sha256((listed / "checklists/acme.x.toml").read_bytes()).hexdigest()
        name = name.replace("HASH", digest)
    if name.endswith("MINE"):
        name = f"history/{history.list_history_files(root)[0].name}"
    path = root / name.replace("TORN", backup)
    target = outside / "victim"
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and is_valid:
        shutil.move(path, target)
    else:
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        if "." in path.name.removeprefix(".") or path.name == "lock":
            target.write_bytes(b"# my own file\n")
        else:
            target.mkdir()
            (target / "mine.toml").write_bytes(b"# my own file\n")
    path.symlink_to(target)
    return path


CASES = [(name, False) for name in NAMES] + [
    (name, True)
    for name in (
        "progress",
        "history/MINE",
        "requests.toml",
        "fedcheck.toml",
        ".fedcheck",
        "private",
    )
]
"""Names, and whether what the link leads to could stand in that place."""


@pytest.mark.parametrize(("name", "is_valid"), CASES)
def test_nothing_outside_is_written_through_a_link(
    root: Path, call: Call, name: str, is_valid: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    link = put_link(root, name, outside, is_valid)
    capsys.readouterr()
    before = snapshot(outside)
    for argv in COMMANDS:
        call(*argv)
        assert snapshot(outside) == before, argv
    assert link.is_symlink()
    assert link.readlink() == outside / "victim"


@pytest.mark.parametrize("name", ["progress", "history", "checklists", "reports", "evidence"])
@pytest.mark.parametrize("kind", ["dangling", "folder"])
def test_init_writes_nothing_through_a_link(
    tmp_path: Path, call: Call, name: str, kind: str
) -> None:
    root, outside = tmp_path / "new", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / name).symlink_to(outside if kind == "folder" else outside / "gone")
    status, _, err = call("init", str(root), "--name", "X", "--process", "jab", "--role", "csp")
    assert status == 3
    assert f"{root / name}: is a link; fedcheck writes nothing through it" in err
    assert not list(outside.iterdir())
    assert not (root / "fedcheck.toml").exists()


@pytest.mark.parametrize("name", [".gitignore", ".gitattributes", "fedcheck.toml"])
@pytest.mark.parametrize("kind", ["dangling", "file"])
def test_init_writes_no_file_through_a_link(
    tmp_path: Path, call: Call, name: str, kind: str
) -> None:
    root, outside = tmp_path / "new", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    if kind == "file":
        (outside / "victim").write_text("mine")
    (root / name).symlink_to(outside / "victim")
    before = snapshot(outside)
    call("init", str(root), "--name", "X", "--process", "jab", "--role", "csp")
    assert snapshot(outside) == before


SECRET = "a-secret-of-another-folder"


@pytest.mark.parametrize(
    "name",
    [f"progress/{CSP}.toml", "progress", "requests.toml", f"checklists/{CSP}.toml", "checklists",
     "history/x.jsonl", "history", "private", f"private/progress/{CSP}.toml", "fedcheck.toml"],
)  # fmt: skip
def test_what_lies_outside_is_not_read_as_data(root: Path, call: Call, name: str) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    line = (
        '{"v":1,"at":"2027-01-10T10:00:00.000Z","by":"x","tx":"a","ref":"%s","field":"note",'
        '"old":null,"new":"%s","prev":""}\n'
    )
    target = outside / "victim"
    whole = f'format = 1\n\n[item."diagram"]\nstatus = "done"\nnote = "{SECRET}"\n'
    lists = (root / f"checklists/{CSP}.toml").read_text()
    lists = lists.replace('title = "', f'title = "{SECRET}')
    head = (root / "fedcheck.toml").read_text().replace("Meridian", SECRET)
    path = root / name
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    contents = {
        "requests.toml": f'format = 1\n[[request]]\nid = "q"\ntitle = "{SECRET}"\n',
        f"checklists/{CSP}.toml": lists,
        "history/x.jsonl": line % (DIAGRAM, SECRET),
        "fedcheck.toml": head,
    }
    if name in ("progress", "private"):
        inner = target / ("progress" if name == "private" else "")
        inner.mkdir(parents=True)
        (inner / f"{CSP}.toml").write_text(whole)
    elif name == "checklists":
        target.mkdir()
        (target / f"{CSP}.toml").write_text(lists)
    elif name == "history":
        target.mkdir()
        (target / "x.jsonl").write_text(line % (DIAGRAM, SECRET))
    else:
        target.write_text(contents.get(name, whole))
    path.symlink_to(target)
    told = ""
    for argv in (
        ("status",), ("show", "diagram"), ("list",), ("request", "list"), ("history",), ("doctor",),
        ("report", "-o", "-"), ("digest",), ("history", "--verify"),
    ):  # fmt: skip
        _, out, err = call(*argv)
        told += out + err
    assert SECRET not in told
    assert "is a link that leads outside the workspace" in told
    for found in (root / "reports").rglob("*.md"):
        assert SECRET not in found.read_text()


def test_a_link_that_stays_inside_is_read(root: Path, call: Call) -> None:
    path = root / f"progress/{CSP}.toml"
    path.rename(root / "real.toml")
    path.symlink_to("../real.toml")
    assert "dana" in call("show", "diagram")[1]


@pytest.mark.parametrize(
    "name", [f"progress/{CSP}.toml", "progress", "history/x.jsonl", "history", "checklists"]
)
def test_no_link_among_shared_files_leads_into_private(root: Path, call: Call, name: str) -> None:
    """A colleague may commit such a link; the next report would carry the private notes."""
    assert call("set", "diagram", "--private-note", SECRET)[0] == 0
    path = root / name
    target = root / "private" / name
    if name == "history/x.jsonl":
        (target,) = (root / "private/history").iterdir()
    elif name == "checklists":
        target.mkdir()
        lists = (root / f"checklists/{CSP}.toml").read_text()
        (target / f"{CSP}.toml").write_text(lists.replace('title = "', f'title = "{SECRET} '))
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(os.path.relpath(target, path.parent))
    told = ""
    for argv in (("status",), ("report", "-o", "-"), ("export", "csv", "-o", "-"), ("digest",)):
        _, out, err = call(*argv)
        told += out + err
    assert SECRET not in told
    assert call("doctor")[0] == 1
    for found in (root / "reports").rglob("*.md"):
        assert SECRET not in found.read_text()


def test_local_state_is_read_through_no_link(root: Path) -> None:
    path = root / ".fedcheck/seen.json"
    path.rename(root / ".fedcheck/elsewhere.json")
    assert local_state.load_notes(root).files == {}
    path.symlink_to("elsewhere.json")
    assert local_state.load_notes(root).files == {}


def test_doctor_names_links_and_what_they_lead_to(
    root: Path, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    links = []
    for number, name in enumerate(
        (
            "progress", "history/MINE", f"checklists/{CSP}.toml", "reports", "private",
            ".fedcheck/seen.json", ".fedcheck/backup", "requests.toml", "sent.toml",
        )
    ):  # fmt: skip
        outside = root.parent / f"outside{number}"
        outside.mkdir()
        links.append((put_link(root, name, outside, True), outside / "victim"))
    capsys.readouterr()
    (root / "findings.toml").rename(root / "elsewhere.toml")
    (root / "findings.toml").symlink_to("elsewhere.toml")
    status, out, _ = call("doctor", "--json")
    assert status == 1
    told = {p["file"]: p["message"] for p in json.loads(out)["problems"] if p["kind"] == "link"}
    assert told.pop(str(root / "findings.toml")) == (
        "is a link to elsewhere.toml, but fedcheck writes nothing through it"
    )
    assert told == {
        str(
            link
        ): f"is a link to {target}, which is outside the workspace; fedcheck does not read or "
        "write through it"
        for link, target in links
    }


def test_a_typed_path_may_be_a_link_only_by_force(root: Path, call: Call) -> None:
    target = root.parent / "real.md"
    for argv in (
        ("report", "-o", "link.md"),
        ("export", "csv", "-o", "link.md"),
        ("digest", "-o", "link.md"),
    ):
        Path("link.md").unlink(missing_ok=True)
        if argv[0] == "digest":
            target = root.parent / "folder"
            target.mkdir()
        Path("link.md").symlink_to(target)
        before = snapshot(target) if target.is_dir() else target.exists()
        status, _, err = call(*argv)
        assert status == 2, argv
        assert f"link.md: is a link to {target}" in err
        assert f"with --force {target} is replaced" in err
        assert (snapshot(target) if target.is_dir() else target.exists()) == before
        assert call(*argv, "--force")[0] == 0, argv
        assert Path("link.md").is_symlink()
        assert list(target.iterdir()) if target.is_dir() else target.read_text()
        if target.is_file():
            target.unlink()


def test_a_typed_folder_may_be_reached_through_links(root: Path, call: Call) -> None:
    (root.parent / "real").mkdir()
    (root.parent / "way").symlink_to("real")
    assert call("export", "csv", "-o", "../way/new/x.csv")[0] == 0
    assert (root.parent / "real/new/x.csv").read_text()


# The functions themselves: no way through, not even for one who is quick.


@pytest.fixture
def place(tmp_path: Path) -> Path:
    found = tmp_path / "place"
    (found / "inner").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    return found


def swap_for_link(folder: Path) -> None:
    """Do what a stranger's process would do between our look and our write."""
    folder.rename(folder.with_name("moved"))
    folder.symlink_to(folder.parents[1] / "outside")


@pytest.mark.skipif(not confined.CAN_WALK, reason="this system cannot act in an open folder")
@pytest.mark.parametrize("step", ["stage", "replace", "append", "unlink", "truncate", "link"])
def test_a_folder_that_is_swapped_for_a_link_meanwhile_leads_nowhere(
    place: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    inner, path = place / "inner", place / "inner/x"
    path.write_bytes(b"old")
    victim = place.parent / "outside/x"
    victim.write_bytes(b"mine")
    calls = {
        "stage": ("open_beside", atomic_files),
        "replace": ("replace", confined.OpenFolder),
        "append": ("open_file", confined.OpenFolder),
        "unlink": ("remove", confined.OpenFolder),
        "truncate": ("open_file", confined.OpenFolder),
        "link": ("link", confined.OpenFolder),
    }
    name, owner = calls[step]
    real = getattr(owner, name)
    swapped = []

    def swap_first(*args: object, **more: object) -> object:
        if not swapped:
            swapped.append(True)
            swap_for_link(inner)
        return real(*args, **more)

    monkeypatch.setattr(owner, name, swap_first)
    if step == "append":
        atomic_files.append(path, b"more", under=place)
    elif step == "unlink":
        atomic_files.remove_file(path, under=place)
    elif step == "truncate":
        atomic_files.truncate_file(path, 1, under=place)
    elif step == "link":
        keep_link(path, inner / "kept", under=place)
    else:
        replace_file(path, b"new", under=place)
    assert swapped
    assert {one.name: one.read_bytes() for one in victim.parent.iterdir()} == {"x": b"mine"}
    moved = {one.name: one.read_bytes() for one in (place / "moved").iterdir()}
    assert moved == {
        "append": {"x": b"oldmore"},
        "unlink": {},
        "truncate": {"x": b"o"},
        "link": {"x": b"old", "kept": b"old"},
    }.get(step, {"x": b"new"})


@pytest.mark.parametrize("walks", [True, False], ids=["open-folders", "lstat"])
def test_every_function_refuses_a_link_on_the_way(
    place: Path, monkeypatch: pytest.MonkeyPatch, walks: bool
) -> None:
    monkeypatch.setattr(confined, "CAN_WALK", walks and confined.CAN_WALK)
    outside = place.parent / "outside"
    (outside / "x").write_bytes(b"mine")
    (place / "inner/a").write_bytes(b"a")
    (place / "inner/link").symlink_to(outside / "x")
    (place / "way").symlink_to(outside)
    before = snapshot(outside)
    for path in (place / "inner/link", place / "way/x", place / "way/deep/x"):
        calls: list[Callable[[], object]] = [
            lambda path=path: replace_file(path, b"new", under=place),  # type: ignore[misc]
            lambda path=path: atomic_files.append(path, b"new", under=place),  # type: ignore[misc]
            lambda path=path: atomic_files.truncate_file(path, 0, under=place),  # type: ignore[misc]
            lambda path=path: atomic_files.remove_file(path, under=place),  # type: ignore[misc]
            lambda path=path: atomic_files.open_lock_file(path, under=place),  # type: ignore[misc]
            lambda path=path: keep_link(path, place / "inner/k", under=place),  # type: ignore[misc]
            lambda path=path: keep_link(place / "inner/a", path, under=place),  # type: ignore[misc]
            lambda path=path: atomic_files.make_folder(path, under=place),  # type: ignore[misc]
        ]
        for one in calls:
            with pytest.raises(FedcheckError, match="is a link; fedcheck writes nothing") as error:
                one()
            assert error.value.hint
        with pytest.raises(atomic_files.NotPlainError):
            atomic_files.read_confined(path, under=place)
    assert snapshot(outside) == before
    assert not (place / "inner/k").exists()


@pytest.mark.parametrize("walks", [True, False], ids=["open-folders", "lstat"])
def test_every_function_works_where_no_link_is(
    place: Path, monkeypatch: pytest.MonkeyPatch, walks: bool
) -> None:
    monkeypatch.setattr(confined, "CAN_WALK", walks and confined.CAN_WALK)
    path = place / "deep/er/x"
    replace_file(path, b"one", under=place)
    atomic_files.append(path, b"two", under=place)
    atomic_files.truncate_file(path, 4, under=place)
    assert atomic_files.read_confined(path, under=place) == b"onet"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert keep_link(path, place / "kept", under=place)
    replace_file(path, b"new", under=place)
    assert (place / "kept").read_bytes() == b"onet"
    assert keep_link(path, place / "kept", under=place)
    assert keep_link(path, place / "kept", under=place)
    assert (place / "kept").samefile(path)
    (path.parent / ".fedcheck-1.tmp").write_bytes(b"")
    atomic_files.remove_stray_files(path.parent, under=place)
    assert [one.name for one in path.parent.iterdir()] == ["x"]
    atomic_files.remove_file(path, under=place)
    atomic_files.remove_file(path, under=place)
    assert not list(path.parent.iterdir())
    assert sorted(one.name for one in place.iterdir()) == ["deep", "inner", "kept"]


def test_the_trusted_folder_may_be_reached_through_a_link(place: Path) -> None:
    (place.parent / "way").symlink_to(place)
    replace_file(place.parent / "way/inner/x", b"one", under=place.parent / "way")
    assert (place / "inner/x").read_bytes() == b"one"


@pytest.mark.parametrize("name", ["../x", "inner/../../x", "/etc/x"])
def test_a_path_that_leads_up_is_refused(place: Path, name: str) -> None:
    with pytest.raises(FedcheckError, match="is not inside"):
        replace_file(place / name, b"x", under=place)
    assert not (place.parent / "x").exists()


def test_a_trusted_folder_that_is_gone_is_not_made(place: Path) -> None:
    gone = place / "gone"
    for make in (
        lambda: replace_file(gone / "x", b"x", under=gone),
        lambda: atomic_files.append(gone / "x", b"x", under=gone),
        lambda: atomic_files.make_folder(gone, under=gone),
    ):
        with pytest.raises(FedcheckError, match="this folder is missing"):
            make()
    assert not gone.exists()


def test_a_backup_is_a_copy_where_there_are_no_hard_links(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    (place / "x").write_bytes(b"one")
    monkeypatch.setattr(os, "link", refuse)
    assert not keep_link(place / "x", place / "backup/x", under=place)
    assert (place / "backup/x").read_bytes() == b"one"
    assert not (place / "backup/x").samefile(place / "x")


def test_a_pipe_in_the_place_of_a_history_does_not_wait(place: Path) -> None:
    os.mkfifo(place / "x")
    with pytest.raises(FedcheckError, match="cannot append to"):
        atomic_files.append(place / "x", b"x", under=place)


def test_a_session_says_which_link_is_in_the_way(root: Path, open_workspace: OpenWorkspace) -> None:
    outside = root.parent / "outside"
    (root / "private").rename(outside)
    (root / "private").symlink_to(outside)
    before = snapshot(outside)
    session = open_workspace(root)
    with pytest.raises(
        FedcheckError, match=r"private: is a link; fedcheck writes nothing"
    ) as error:
        session.apply([DIAGRAM], ItemEdit(private_note="more"))
    assert error.value.kind is ErrorKind.UNREADABLE
    assert snapshot(outside) == before


def test_a_typed_link_is_told_with_what_it_leads_to(place: Path) -> None:
    (place / "link").symlink_to(place / "real")
    with pytest.raises(FedcheckError, match="is a link to"):
        typed_files.replace_typed_file(place / "link", b"x")
    typed_files.replace_typed_file(place / "link", b"x", force=True)
    assert (place / "real").read_bytes() == b"x"
    assert (place / "link").is_symlink()


@pytest.mark.parametrize("torn", [False, True])
def test_a_second_name_of_a_history_file_stays_as_it_is(root: Path, call: Call, torn: bool) -> None:
    """An archive may bring hard links, and a copy may be made of them: only ours is written to."""
    (path,) = history.list_history_files(root)
    if torn:
        path.write_bytes(path.read_bytes() + TORN)
    outside = root.parent / "copy.jsonl"
    os.link(path, outside)
    before = outside.read_bytes()
    assert call("set", "diagram", "--owner", "erin")[0] == 0
    assert outside.read_bytes() == before
    assert path.read_bytes().startswith(before.removesuffix(TORN))
    assert b'"new":"erin"' in path.read_bytes()
    assert call("history", "--verify")[0] == 0
