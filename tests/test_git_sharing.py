"""A workspace in git: what is shared, what never is, and what doctor says and mends of it."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import OpenWorkspace

from fedcheck.cli.main import run
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.storage import history
from fedcheck.storage.workspace_creation import MERGED

DIAGRAM = "rev5.readiness.csp:diagram"
CRYPTO = "rev5.readiness.csp:crypto-table"
IGNORED = [".fedcheck/", "private/"]
ATTRIBUTES = [
    "history/*.jsonl merge=union -text",
    "private/history/*.jsonl merge=union -text",
]

needs_git = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")

Doctor = Callable[..., list[dict[str, Any]]]


def git(where: Path, *argv: str) -> str:
    """Run git with a configuration of our own."""
    names = {
        f"GIT_{who}_{what}": "x@x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    environment = {
        **os.environ,
        **names,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    done = subprocess.run(
        ["git", "-C", str(where), *argv],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def doctor(workspace: Path, capsys: pytest.CaptureFixture[str]) -> Doctor:
    """Return a function that runs `doctor --json`: the defects of git."""

    def called(*argv: str) -> list[dict[str, Any]]:
        run(["doctor", "--json", "-w", str(workspace), *argv])
        out = capsys.readouterr()
        assert "Traceback" not in out.err
        return [one for one in json.loads(out.out)["problems"] if one["kind"] == "git"]

    return called


def names(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(Path(one["file"]).name, one["severity"]) for one in found]


ALL_MISSING = [(".gitignore", "warning"), (".gitignore", "warning"), (".gitattributes", "note")]


def write(path: Path, *lines: str) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


# a new workspace


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """Return a workspace as `init` makes it, in a repository, with a public and a private note."""
    root = tmp_path / "new"
    assert run(["init", str(root), "--name", "N", "--process", "jab", "--role", "csp"]) == 0
    git(root, "init", "-q")
    for text in (["--note", "PUBLIC"], ["--private-note", "SECRET"]):
        assert run(["set", "-w", str(root), "rev5.readiness.csp:abd", *text]) == 0
    return root


@needs_git
def test_private_notes_and_their_history_are_never_staged(new: Path) -> None:
    assert "SECRET" in (new / "private/progress/rev5.readiness.csp.toml").read_text()
    assert list((new / "private/history").iterdir())
    git(new, "add", "-A")
    staged = git(new, "ls-files").split()
    assert {".gitignore", ".gitattributes", "fedcheck.toml"} < set(staged)
    assert any(name.startswith("history/") for name in staged)
    assert not [name for name in staged if "private" in name or ".fedcheck" in name]
    assert "SECRET" not in git(new, "diff", "--cached")


@needs_git
def test_a_clone_with_crlf_line_ends_leaves_histories_as_they_are(
    new: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(new, "add", "-A")
    git(
        new, "add", "-f", "private/history", "private/progress"
    )  # somebody shares them within the company
    git(new, "commit", "-qm", "one")
    clone = tmp_path / "clone"
    git(tmp_path, "-c", "core.autocrlf=true", "clone", "-q", str(new), str(clone))
    assert b"\r\n" in (clone / "fedcheck.toml").read_bytes(), "the others were converted"
    for home in ("", "private"):
        (log,) = history.list_history_files(new / home)
        assert (clone / log.relative_to(new)).read_bytes() == log.read_bytes()
    assert run(["history", "--verify", "-w", str(clone)]) == 0


@needs_git
def test_a_clone_takes_no_local_state_along(
    new: Path, tmp_path: Path, open_workspace: OpenWorkspace
) -> None:
    git(new, "add", "-A")
    git(new, "add", "-f", ".fedcheck")
    git(new, "commit", "-qm", "one")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(new), str(clone))
    assert (clone / ".fedcheck/seen.json").exists()
    session = open_workspace(clone)
    assert session.list_outside() == []
    session.apply(["rev5.readiness.csp:abd"], ItemEdit(owner="dana"))
    assert {line.by for line in history.read_all(clone)} == {"alice"}
    assert len(history.list_history_files(clone)) == 1


# what doctor says and mends


@pytest.mark.parametrize("where", ["", ".."])
def test_what_git_is_not_told_is_named_and_mended(
    workspace: Path, doctor: Doctor, where: str
) -> None:
    assert doctor() == []
    (workspace / where / ".git").mkdir()
    found = doctor()
    assert names(found) == ALL_MISSING
    assert all(one["fixable"] for one in found)
    assert [one["remedy"].split(" to this")[0] for one in found[:2]] == [
        f"add the line {line}" for line in IGNORED
    ]
    assert doctor("--fix") == []
    assert (workspace / ".gitignore").read_text().split("\n") == [*IGNORED, ""]
    assert (workspace / ".gitattributes").read_text().split("\n") == [*ATTRIBUTES, ""]
    assert doctor("--fix") == []
    assert (workspace / ".gitignore").read_text().split("\n") == [*IGNORED, ""]


def test_what_is_there_is_kept(workspace: Path, doctor: Doctor) -> None:
    (workspace / ".git").mkdir()
    (workspace / ".gitignore").write_bytes(b"# ours \xff\r\n.fedcheck/\r\n*.pyc")
    (workspace / ".gitattributes").write_bytes(b"history/*.jsonl merge=union\n*.md text\n")
    (workspace / ".gitignore").chmod(0o640)
    assert [one["message"].split(":")[0] for one in doctor()][:1] == [
        "git does not ignore private/"
    ]
    doctor("--fix")
    assert (workspace / ".gitignore").read_bytes() == (
        b"# ours \xff\r\n.fedcheck/\r\n*.pyc\nprivate/\n"
    )
    assert (workspace / ".gitignore").stat().st_mode & 0o777 == 0o640
    assert (workspace / ".gitattributes").read_text().split("\n") == [
        "history/*.jsonl merge=union", "*.md text", *ATTRIBUTES, "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ignored", "missing"),
    [
        (["/.fedcheck", "/private"], 0),
        (["**/.fedcheck/", "private/*"], 0),
        ([".fed*", "priv*"], 0),
        ([".fedcheck/**", "private/**"], 0),
        ([".fedcheck/", "!.fedcheck/", "private/"], 1),
        ([".fedcheck/", "private/notes/"], 1),
        (["#.fedcheck/", "#private/"], 2),
    ],
)
def test_the_last_pattern_of_gitignore_holds(
    workspace: Path, doctor: Doctor, ignored: list[str], missing: int
) -> None:
    (workspace / ".git").mkdir()
    write(workspace / ".gitattributes", *ATTRIBUTES)
    write(workspace / ".gitignore", *ignored)
    assert len(doctor()) == missing
    assert doctor("--fix") == []


@pytest.mark.parametrize(
    ("attributes", "missing"),
    [
        (["*.jsonl merge=union -text"], 0),
        (["*.jsonl -text", "**/history/*.jsonl merge=union", "history/* merge=union"], 0),
        (["* binary", "*.jsonl merge=union"], 0),
        (["*.jsonl merge=union binary"], 1),
        (["*.jsonl merge=union"], 1),
        (["history/*.jsonl merge=union -text"], 1),
        ([*ATTRIBUTES, "* text=auto"], 1),
        ([*ATTRIBUTES, "*.jsonl !text"], 1),
    ],
)
def test_the_last_attribute_holds(
    workspace: Path, doctor: Doctor, attributes: list[str], missing: int
) -> None:
    (workspace / ".git").mkdir()
    write(workspace / ".gitignore", *IGNORED)
    write(workspace / ".gitattributes", *attributes)
    assert len(doctor()) == missing
    assert doctor("--fix") == []


def test_files_above_the_workspace_count(workspace: Path, doctor: Doctor) -> None:
    (workspace / "../.git").mkdir()
    write(workspace / "../.gitignore", ".fedcheck", "workspace/private/")
    write(workspace / "../.gitattributes", "*.jsonl merge=union -text")
    assert doctor() == []


def test_nothing_is_added_through_a_link(workspace: Path, doctor: Doctor) -> None:
    (workspace / ".git").mkdir()
    precious = workspace.parent / "bashrc"
    precious.write_text("precious\n")
    for name in (".gitignore", ".gitattributes"):
        (workspace / name).symlink_to(precious)
    assert names(doctor("--fix")) == ALL_MISSING
    assert precious.read_text() == "precious\n"


@needs_git
@pytest.mark.parametrize("version", ["2", "4"])
@pytest.mark.parametrize("where", [".", ".."])
def test_private_files_that_git_tracks_are_named(
    workspace: Path, doctor: Doctor, open_workspace: OpenWorkspace, version: str, where: str
) -> None:
    top = workspace / where
    git(top, "init", "-q")
    git(top, "config", "index.version", version)
    write(workspace / ".gitignore", *IGNORED)
    write(workspace / ".gitattributes", *ATTRIBUTES, *MERGED)
    git(workspace, "config", "merge.fedcheck.driver", "registered %A")
    (workspace / "evidence/private").mkdir(parents=True)
    (workspace / "evidence/private/a.txt").write_text("x")
    session = open_workspace(workspace)
    session.apply([DIAGRAM], ItemEdit(owner="dana", private_note="SECRET"))
    git(workspace, "add", "-A")
    git(workspace, "add", "-f", "evidence")
    assert doctor() == []
    git(workspace, "add", "-f", "private/progress", "private/history")
    git(workspace, "add", "-N", "-f", "fedcheck.toml")
    (found,) = doctor()
    assert found["severity"] == "warning"
    assert found["message"].startswith("git tracks 2 files of private/")
    assert not found["fixable"]
    git(workspace, "rm", "-r", "-q", "--cached", "private")
    assert doctor() == []


@pytest.mark.parametrize(
    "index",
    [
        b"",
        b"DIRC",
        b"DIRC\0\0\0\2\xff\xff\xff\xff",
        b"DIRC\0\0\0\4\0\0\0\1" + b"\xff" * 70,
        b"\0" * 200,
    ],
)
def test_an_index_that_is_none_says_nothing(workspace: Path, doctor: Doctor, index: bytes) -> None:
    (workspace / ".git").mkdir()
    write(workspace / ".gitignore", *IGNORED)
    write(workspace / ".gitattributes", *ATTRIBUTES)
    (workspace / ".git/index").write_bytes(index)
    assert doctor() == []
