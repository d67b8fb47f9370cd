"""CONTRIBUTING.md is followed to the letter: its map is that of the tree, its examples work.

The examples that change the program are put into a copy of it, on which `followed_examples.py` runs
in a process of its own: tables of keys and columns are read at import.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from test_imports import CORE, PACKAGE, ROOMS

from fedcheck.cli.main import run

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

EXAMPLE = re.compile(r"^### \d+\. (.+)$", re.MULTILINE)
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"`([\w./-]+)`, (new file|after the line|before the line)(?: `(.+)`| .*)?:")


@dataclass(frozen=True)
class Block:
    """A block of code, and where it belongs: a new file, or beside a line of one."""

    path: str
    where: str
    line: str
    code: str

    def put(self, root: Path) -> None:
        """Write the file below a folder, or put the code into it as the page says."""
        path = root / self.path
        if self.where == "new file":
            assert not path.exists(), f"{self.path} is there already"
            path.parent.mkdir(exist_ok=True)
            path.write_text(self.code, encoding="utf-8")
            return
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        assert lines.count(f"{self.line}\n") == 1, f"{self.path}: {self.line!r} is not one line"
        at = lines.index(f"{self.line}\n") + (self.where == "after the line")
        path.write_text("".join([*lines[:at], self.code, *lines[at:]]), encoding="utf-8")


@dataclass(frozen=True)
class Example:
    """A change: what is put where, the commands with their output, and the text as a whole."""

    blocks: tuple[Block, ...]
    console: str
    text: str


def examples() -> dict[str, Example]:
    """Return the examples of the page by their titles."""
    _, *parts = EXAMPLE.split(GUIDE)
    return {title: read(text) for title, text in zip(parts[::2], parts[1::2], strict=True)}


def read(text: str) -> Example:
    """Return an example: code goes to the place that the line before it names."""
    blocks, console = [], ""
    for found in FENCED.finditer(text):
        language, code = found.groups()
        if language == "console":
            console += code
            continue
        before = text[: found.start()].rstrip().rpartition("\n")[2]
        place = PLACE.fullmatch(before)
        assert place, f"no file is named before the block: {before}"
        blocks.append(Block(place[1], place[2], place[3] or "", code))
    return Example(tuple(blocks), console, text)


def run_console(console: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Run the commands of an example and compare what they print."""
    _, *parts = re.split(r"^\$ fedcheck (.+)\n", console, flags=re.MULTILINE)
    assert parts, "no command"
    for command, expected in zip(parts[::2], parts[1::2], strict=True):
        status = run(command.split())
        out = capsys.readouterr()
        assert status == 0, f"{command}: {out.err}"
        pattern = "".join(
            r"(?:.*\n)*" if line == "...\n" else re.escape(line)
            for line in expected.splitlines(keepends=True)
        )
        printed = out.out.replace("\r\n", "\n")  # CSV has line ends of its own
        assert re.fullmatch(pattern, printed), f"{command} prints:\n{printed}"


EXAMPLES = examples()
IN_A_WORKSPACE = ["A checklist", "A report template"]
IN_THE_CODE = ["A column", "A key", "An exporter"]


def test_there_are_five_examples_and_all_their_blocks_are_read() -> None:
    assert [*EXAMPLES] == IN_A_WORKSPACE + IN_THE_CODE
    assert len(FENCED.findall(GUIDE)) * 2 == GUIDE.count("\n```")
    for title, example in EXAMPLES.items():
        shipped = {block.path.startswith("fedcheck/") for block in example.blocks}
        assert shipped == {title in IN_THE_CODE}


@pytest.mark.parametrize("title", IN_A_WORKSPACE)
def test_an_example_in_a_workspace_works(title, workspace, monkeypatch, capsys) -> None:
    monkeypatch.chdir(workspace)
    for block in EXAMPLES[title].blocks:
        block.put(workspace)
    run_console(EXAMPLES[title].console, capsys)


def test_the_examples_in_the_code_work(tmp_path: Path) -> None:
    """On screen, by a key and as a command of a copy of the program that has them."""
    shutil.copytree(
        ROOT / "fedcheck", tmp_path / "fedcheck", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "checklists").symlink_to(ROOT / "checklists")
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    for title in IN_THE_CODE:
        for block in EXAMPLES[title].blocks:
            block.put(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider",
         "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"),
         str(ROOT / "tests" / "followed_examples.py")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "." * 5 in done.stdout, done.stdout[-2000:]


def rooms_of_the_page() -> dict[str, str]:
    """Return what each room imports, by the name of the room as the page writes it."""
    _, _, table = GUIDE.partition("\n## The rooms\n")
    table, _, _ = table.partition("\n## ")
    return dict(re.findall(r"^\| `([\w./]+)` \| .+ \| (.+) \|$", table, re.MULTILINE))


def rooms_of_the_tree() -> set[str]:
    folders = {f"{path.parent.name}/" for path in PACKAGE.glob("*/__init__.py")}
    return folders | {path.name for path in PACKAGE.glob("[!_]*.py")}


def test_the_map_has_every_room_and_no_other() -> None:
    assert set(rooms_of_the_page()) == rooms_of_the_tree()


@pytest.mark.parametrize("room", sorted(rooms_of_the_tree()))
def test_the_map_says_what_a_room_imports(room: str) -> None:
    name = room.removesuffix("/").removesuffix(".py")
    listed = {one for one in rooms_of_the_page()[room].split(", ") if one != "nothing"}
    if "core" in listed:
        listed |= CORE
    assert listed - {name, "core"} == ROOMS[name] - {name}


def test_every_target_and_file_that_the_page_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make (\w+)", GUIDE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    made = {block.path for one in EXAMPLES.values() for block in one.blocks}
    for path in re.findall(r"`?((?:fedcheck|tests|docs|checklists|\.ci)/[\w./-]*\w)", GUIDE):
        assert path in made or (ROOT / path).exists(), path


def test_the_readme_leads_to_the_page() -> None:
    assert "](CONTRIBUTING.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
