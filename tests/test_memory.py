"""What the app remembers: by workspace, with two apps at once, and whatever the file holds."""

import json
from pathlib import Path

import pytest

from fedcheck.tui import memory as module
from fedcheck.tui.memory import Memory


@pytest.fixture
def roots(tmp_path: Path) -> list[Path]:
    made = []
    for name in ("one", "two", "three"):
        root = tmp_path / name
        root.mkdir()
        (root / "fedcheck.toml").write_text("")
        made.append(root)
    return made


def test_each_workspace_has_its_view(tmp_path, roots):
    memory = Memory.load(tmp_path / "state")
    memory.of(roots[0]).put("filter", "status:todo")
    memory.of(roots[0]).put("open", ["full-assessment", "full-assessment/3pao"])
    memory.put(f"place:{roots[1]}", "readiness/csp")
    again = Memory.load(tmp_path / "state")
    assert again.of(roots[0]).text("filter") == "status:todo"
    assert again.of(roots[0]).texts("open") == ("full-assessment", "full-assessment/3pao")
    assert again.of(roots[1]).text("filter") == ""
    assert again.of(roots[1]).text("sort", "due") == "due"
    assert again.text(f"place:{roots[1]}") == again.of(roots[1]).text("place") == "readiness/csp"


def test_two_apps_keep_each_others_words(tmp_path, roots):
    one, other = Memory.load(tmp_path / "state"), Memory.load(tmp_path / "state")
    one.put("theme", "monochrome")
    other.of(roots[0]).put("place", "a/b")
    one.opened(roots[1])
    found = Memory.load(tmp_path / "state")
    assert found.text("theme") == "monochrome"
    assert found.of(roots[0]).text("place") == "a/b"
    assert found.recent() == [str(roots[1])]


def test_workspaces_that_are_gone_are_forgotten(tmp_path, roots):
    memory = Memory.load(tmp_path / "state")
    for root in roots:
        memory.opened(root)
        memory.of(root).put("place", "x/y")
    (roots[0] / "fedcheck.toml").unlink()
    memory.opened(roots[1])
    assert memory.recent() == [str(roots[1]), str(roots[2])]
    data = json.loads((tmp_path / "state" / "app.json").read_text())
    assert set(data["workspaces"]) == {str(roots[1]), str(roots[2])}
    assert memory.of(roots[1]).text("place") == "x/y"


def test_it_stays_small(tmp_path, roots, monkeypatch):
    monkeypatch.setattr(module, "WORKSPACES", 2)
    memory = Memory.load(tmp_path / "state")
    for root in roots:
        memory.opened(root)
    assert set(memory.data["workspaces"]) == {str(roots[1]), str(roots[2])}
    memory.of(roots[0]).put("filter", "x" * (module.LONGEST + 1))
    assert memory.of(roots[0]).text("filter") == ""
    memory.of(roots[0]).put("open", ["x"] * (module.MOST + 5))
    assert len(memory.of(roots[0]).texts("open")) == module.MOST


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1]",
        b'"x"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"recent": 3, "workspaces": [], "theme": 7}',
        b'{"recent": ["\\u0000", 3], "workspaces": {"/x": 3}}',
        b'{"workspaces": {"/x": {"place": 3, "open": "no"}}}',
    ],
)
def test_whatever_the_file_holds_nothing_fails(tmp_path, roots, content):
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "app.json").write_bytes(content)
    memory = Memory.load(folder)
    assert memory.text("theme") == ""
    assert memory.recent() == []
    assert memory.of("/x").text("place") == ""
    assert memory.of("/x").texts("open") == ()
    memory.of("/x").put("place", "a/b")
    memory.opened(roots[0])
    assert Memory.load(folder).recent() == [str(roots[0])]


def test_a_disk_that_refuses_is_no_matter(tmp_path):
    (tmp_path / "state").write_text("a file where the folder should be")
    memory = Memory.load(tmp_path / "state")
    memory.put("theme", "monochrome")
    assert memory.text("theme") == "monochrome"
