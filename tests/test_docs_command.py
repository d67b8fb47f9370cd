"""The shipped documentation is in the wheel and on the terminal."""

import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest

from fedcheck.cli.main import run
from fedcheck.storage import paths

ROOT = Path(__file__).parents[1]


@pytest.fixture
def fedcheck(capsys: pytest.CaptureFixture[str]):
    """Return a function that runs a command line: status, stdout, stderr."""

    def call(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


def test_every_page_is_in_the_wheel():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    shipped = build["targets"]["wheel"]["force-include"]
    pages = {f"docs/{page.name}": f"fedcheck/docs/{page.name}" for page in ROOT.glob("docs/*.md")}
    pages |= {"README.md": "fedcheck/docs/readme.md", "SECURITY.md": "fedcheck/docs/security.md"}
    assert {name: place for name, place in shipped.items() if name != "checklists"} == pages


def test_the_pages_of_a_wheel_are_found(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "fedcheck"
    (package / "docs").mkdir(parents=True)
    (package / "docs" / "readme.md").write_text("# fedcheck\n")
    monkeypatch.setattr(paths, "__file__", str(package / "storage" / "paths.py"))
    assert list(paths.find_shipped_docs()) == ["readme"]


def test_topics_are_listed_and_read_without_a_terminal(fedcheck):
    status, out, _ = fedcheck("docs")
    topics = [line.split()[0] for line in out.splitlines() if line and "TOPIC" not in line]
    assert status == 0
    assert {"readme", "report", "keys", "files"} <= set(topics)
    for topic in topics:
        status, out, _ = fedcheck("docs", topic)
        assert status == 0
        assert out.startswith("# "), "neither the note of who makes the page, nor a picture"
        assert not re.search(r"\]\([\w/]+\.md", out), "a link names the command that shows its page"


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("raport", 'did you mean "report"?'),
        ("sandbox", "it is mentioned in: "),
        ("zzz-\x1b[31m", "topics: readme, "),
    ],
)
def test_a_wrong_topic_gets_a_suggestion(fedcheck, topic, said):
    status, out, err = fedcheck("docs", topic)
    assert (status, out) == (2, "")
    assert said in err
    assert "\x1b" not in err


def test_the_first_morning_of_the_readme_works_as_written(fedcheck, tmp_path, monkeypatch):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.split("## Your first morning as the CSP")[1].split("```")[1]
    lines = [
        line for line in block.strip().splitlines() if line.split("#")[0].strip() != "fedcheck"
    ]
    assert len(lines) > 8
    monkeypatch.chdir(tmp_path)
    for line in lines:
        words = shlex.split(line, comments=True)
        if words[0] == "cd":
            monkeypatch.chdir(words[1])
        elif words[0] != "fedcheck":
            subprocess.run(line, shell=True, check=True)
        else:
            status, _, err = fedcheck(*words[1:])
            assert status in ((0, 1) if words[1] == "gate" else (0,)), (line, err)
    assert "profile-v3.txt" in fedcheck("evidence", "list")[1]
    assert Path("status.md").read_text().startswith("# ")
