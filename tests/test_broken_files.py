"""Broken files: each kind has its line, its words and its remedy, and is never overwritten."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import MakeWorkspace, OpenWorkspace

from fedcheck.analysis.gates import gate
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.errors import FedcheckError, InvalidFileError, Problem
from fedcheck.storage import raw_files, toml_io
from fedcheck.storage.config import load as load_config
from fedcheck.storage.paths import WORKSPACE_FILE, find_user_folders, find_workspace

DIAGRAM = "rev5.readiness.csp:diagram"
FIPS = "rev5.readiness.3pao:mandate-1-fips"
CSP_FILE = "progress/rev5.readiness.csp.toml"
GOOD = 'format = 1\nchecklist = "rev5.readiness.csp"\n\n[item."diagram"]\nstatus = "doing"\n'


def text(content: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(content, encoding="utf-8") and None


def raw(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


def huge(path: Path) -> None:
    path.write_text(GOOD)
    os.truncate(path, raw_files.MAX_BYTES + 1)


CONFLICT = GOOD + '<<<<<<< ours\nowner = "a"\n=======\nowner = "b"\n>>>>>>> theirs\n'
KINDS: dict[str, tuple[Callable[[Path], None], int, str, str]] = {
    "truncated": (text(GOOD[:-5]), 5, "not valid TOML", "a quote or bracket may be missing"),
    "no value": (text("format = 1\nx =\n"), 2, "not valid TOML", "text needs quotes"),
    "no quotes": (text("format = 1\nx = abc\n"), 2, "not valid TOML", "text needs quotes"),
    "open table": (text('format = 1\n[item."a"\nx = 1\n'), 2, "not valid TOML", "may be missing"),
    "binary": (raw(b"\x7fELF\x01\x00\x00\x02"), 1, "a binary file, not TOML", "from a copy"),
    "not UTF-8": (raw(GOOD.encode() + b'note = "caf\xe9"\n'), 6, "not UTF-8 text", "as UTF-8"),
    "UTF-16": (raw(GOOD.encode("utf-16")), 1, "not UTF-8 text", "save the file as UTF-8"),
    "a key twice": (text(GOOD + 'status = "done"\n'), 6, "not valid TOML", "listed twice"),
    "a table twice": (text(GOOD + '[item."diagram"]\n'), 6, "not valid TOML", "listed twice"),
    "a wrong word": (text(GOOD.replace("doing", "dong")), 5, '"dong" is not one of', '"doing"?'),
    "a wrong type": (text(GOOD + "owner = 3\n"), 6, "expected text in quotes, found a number", ""),
    "a wrong day": (text(GOOD + "done = 2027-02-30\n"), 6, "not valid TOML", ""),
    "no format": (text(GOOD.replace("format = 1\n", "")), 1, '"format" is missing', "format = 1"),
    "newer format": (text(GOOD.replace("= 1", "= 2", 1)), 1, "format 2 is newer", "upgrade"),
    "another list": (text(GOOD.replace("csp", "cps")), 2, 'is the progress of "rev5', "correct"),
    "huge": (huge, 0, "larger than 32 MB", "this is not a fedcheck file"),
    "deep": (text("format = 1\nx = " + "[" * 100_000), 0, "nested too deeply", "not a fedcheck "
        "file"),
    "long number": (text("format = 1\nx = " + "9" * 5000), 0, "not TOML", "correct the value"),
    "a folder": (lambda path: path.mkdir(), 0, "a folder, not a file", "move it elsewhere"),
    "a dangling link": (lambda p: p.symlink_to("gone"), 0, "a link to a missing file", "name"),
    "a link to itself": (lambda p: p.symlink_to(p.name), 0, "cannot be read: ", "permissions"),
    "a pipe": (lambda path: os.mkfifo(path), 0, "a device or a pipe, not a "
        "file", "move it elsewhere"),
    "a device": (lambda p: p.symlink_to("/dev/zero"), 0, "leads outside", "the file itself"),
    "merge markers": (text(CONFLICT), 6, "unsettled merge conflict", "after a merge"),
}  # fmt: skip


def snapshot(path: Path) -> object:
    if path.is_symlink():
        return path.readlink()
    if not path.is_file():
        return path.stat().st_mode
    return path.stat().st_size, path.stat().st_mtime_ns


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_progress_file(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace, kind: str
) -> None:
    """It is told of with file, line and remedy, the rest works, and it is never overwritten."""
    make, line, message, hint = KINDS[kind]
    root = make_workspace()
    path = root / CSP_FILE
    make(path)
    before = snapshot(path)
    session = open_workspace(root)
    (problem,) = session.problems
    assert (problem.file, problem.line, problem.severity) == (path, line, "warning")
    assert message in problem.message
    assert hint in str(problem)
    assert len(str(problem)) < len(str(path)) + 300
    session.apply([FIPS], ItemEdit(owner="bob"))
    with pytest.raises(FedcheckError) as error:
        session.apply([DIAGRAM], ItemEdit(owner="dana"))
    assert error.value.kind == "unreadable"
    assert str(path) in str(error.value)
    with pytest.raises(FedcheckError):
        session.apply([FIPS, DIAGRAM], ItemEdit(owner="dana"))
    assert snapshot(path) == before
    assert open_workspace(root).project.record(FIPS).owner == "bob"


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_head(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace, kind: str
) -> None:
    make, line, message, hint = KINDS[kind]
    root = make_workspace()
    (root / WORKSPACE_FILE).unlink()
    make(root / WORKSPACE_FILE)
    assert find_workspace(None, {}, root) == root  # a broken one is not passed over
    with pytest.raises(InvalidFileError) as error:
        open_workspace(root)
    assert error.value.kind == "unreadable"
    assert str(root / WORKSPACE_FILE) in str(error.value)
    if kind not in ("a wrong word", "a wrong type", "a wrong day", "no format", "another list"):
        assert message in str(error.value)
        assert f":{line}: " in str(error.value) or not line
        assert hint in error.value.hint


@pytest.mark.parametrize("kind", ["truncated", "binary", "a folder", "a dangling link", "a pipe"])
@pytest.mark.parametrize(
    "name", ["checklists/jab.kick-off.csp.toml", "requests.toml", "findings.toml"]
)
def test_the_rest_works_where_another_file_is_broken(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace, name: str, kind: str
) -> None:
    root = make_workspace()
    (root / name).unlink(missing_ok=True)
    KINDS[kind][0](root / name)
    session = open_workspace(root)
    assert [p.file for p in session.problems] == [root / name]
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    board = session.board()
    kick_off = session.project.process.milestone("kick-off")
    assert kick_off is not None
    lacks = [m for m in gate(board, kick_off).missing if m.kind == "file"]
    assert [m.ref for m in lacks] == [str(root / name)]
    assert KINDS[kind][2] in lacks[0].why


def test_a_gate_that_needs_a_broken_progress_file_is_not_met(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace
) -> None:
    root = make_workspace()
    (root / "progress/jab.kick-off.csp.toml").write_text("broken = ")
    session = open_workspace(root)

    def files(stone: str) -> list[str]:
        milestone = session.project.process.milestone(stone)
        assert milestone is not None
        return [m.kind for m in gate(session.board(), milestone).missing if m.kind == "file"]

    assert files("kick-off") == ["file"]
    assert files("ready-conversation") == []


@pytest.mark.parametrize(
    "content", [b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace("\n", "\r\n").encode()]
)
def test_a_byte_order_mark_and_windows_line_ends_are_accepted(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace, content: bytes
) -> None:
    root = make_workspace()
    (root / CSP_FILE).write_bytes(content)
    head = (root / WORKSPACE_FILE).read_bytes()
    (root / WORKSPACE_FILE).write_bytes(b"\xef\xbb\xbf" + head.replace(b"\n", b"\r\n"))
    session = open_workspace(root)
    assert session.problems == []
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    basis = session.project.record(DIAGRAM).basis
    expected = f'{GOOD}owner = "dana"\nbasis = "{basis}"\n'
    assert (root / CSP_FILE).read_bytes() == expected.encode()


def test_windows_line_ends_do_not_move_the_line_of_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbfformat = 1\r\n\r\nx = abc\r\n")
    with pytest.raises(InvalidFileError) as error:
        toml_io.read(path)
    assert error.value.problems[0].line == 3


def test_a_line_of_equals_signs_is_no_merge_conflict(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('note = """\nTitle\n=======\n"""\nx = abc\n')
    with pytest.raises(InvalidFileError, match=r"x\.toml:5: not valid TOML"):
        toml_io.read(path)


def test_every_problem_of_the_head_is_told_at_once(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace
) -> None:
    root = make_workspace(role="cps", head='timezone = "Mars"\nmarking = 3\nnmae = "x"')
    with pytest.raises(InvalidFileError) as error:
        open_workspace(root)
    assert [p.line for p in error.value.problems] == [4, 5, 6]


def test_unknown_keys_and_milestones_of_the_head_are_warnings(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace
) -> None:
    from datetime import date

    root = make_workspace(head='provder = "x"', milestones={"kickoff": date(2027, 2, 1)})
    found = [(p.line, p.severity, p.message, p.hint) for p in open_workspace(root).problems]
    assert found == [
        (5, "warning", 'unknown key "provder" is ignored', 'did you mean "provider"?'),
        (9, "warning", 'unknown milestone "kickoff"', 'did you mean "kick-off"?'),
    ]


def test_a_broken_user_configuration_counts_as_empty_and_is_told_of(home: Path) -> None:
    folders = find_user_folders()
    assert folders.config.is_relative_to(home)
    assert load_config(folders)[1] == []
    folders.config.mkdir(parents=True)
    folders.config_file.write_text('format = 1\nname = "dana"\nglyphs = "acsii"\ntheem = "x"\n')
    config, problems = load_config(folders)
    assert config.name == "dana"
    assert [(p.line, p.hint) for p in problems] == [
        (3, 'did you mean "ascii"?'),
        (4, 'did you mean "theme"?'),
    ]
    folders.config_file.write_text("name = dana\n")
    config, problems = load_config(folders)
    assert (config.name, problems[0].line) == ("", 1)


@pytest.mark.parametrize("named", ["nowhere", "~no-such-person/x", "x" * 5000, ""])
def test_no_workspace_is_wrong_usage(tmp_path: Path, named: str) -> None:
    with pytest.raises(FedcheckError) as error:
        find_workspace(named or None, {}, tmp_path)
    assert error.value.kind == "usage"
    assert "fedcheck init" in error.value.hint


def test_which_workspace_is_meant(make_workspace: MakeWorkspace) -> None:
    one, two = make_workspace("one"), make_workspace("two")
    deep = one / "evidence" / "deep"
    deep.mkdir(parents=True)
    assert find_workspace(None, {}, deep) == one
    assert find_workspace(None, {"FEDCHECK_WORKSPACE": str(two)}, deep) == two
    assert find_workspace(str(one), {"FEDCHECK_WORKSPACE": str(two)}, two) == one
    assert find_workspace(str(one / WORKSPACE_FILE), {}, two) == one


def test_a_problem_in_words() -> None:
    place = Path("x.toml")
    assert str(Problem(place, 3, "wrong", "mend it")) == "x.toml:3: wrong; mend it"
    assert str(Problem(place, 0, "wrong")) == "x.toml: wrong"
