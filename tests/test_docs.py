"""The pages that follow from the code are current, and the README speaks of what is there."""

import importlib.util
import pkgutil
import re
import sys
from pathlib import Path

import pytest

from fedcheck.cli.main import COMMANDS
from fedcheck.demo import example

ROOT = Path(__file__).parents[1]


def module_at(path):
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_make", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def made():
    return module_at(ROOT / "docs" / "make.py")


@pytest.mark.parametrize("name", ["keys.md", "commands.md", "agency-duties.md"])
def test_made_pages_are_current(name):
    page = made().PAGES[name]()
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == page, "run: make docs"


def test_example_reports_are_current(monkeypatch, copy_example):
    folder = ROOT / "docs" / "examples"
    monkeypatch.setattr(example, "make_example", copy_example)
    examples = made().examples()
    assert {path.name for path in folder.iterdir()} == set(examples)
    for name, text in examples.items():
        assert (folder / name).read_text(encoding="utf-8") == text, f"{name}, run: make docs"


def test_every_command_is_in_the_readme_or_the_command_page():
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"## fedcheck {name}" in text


TOP = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
PAGES = [*TOP, *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_modules_that_a_page_names_exist(page):
    """A bare name is in the folder of the path before it in the line, or in the package."""
    text = page.read_text(encoding="utf-8")
    for line in text.splitlines():
        folder = ROOT / "fedcheck"
        for path in re.findall(r"`([\w./]+\.py)`(?!, new file)", line):
            folder = (ROOT / path).parent if "/" in path else folder
            assert (folder / Path(path).name).exists() or (ROOT / path).exists(), path
    for name in re.findall(r"`(fedcheck(?:\.\w+)+)`", text):
        assert name == "fedcheck.toml" or pkgutil.resolve_name(name), name


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


def test_each_picture_is_made_and_shown():
    pictures = {path.stem for path in (ROOT / "screenshots").glob("*.svg")}
    assert pictures == set(module_at(ROOT / "screenshots" / "make.py").SHOTS)
    pages = (ROOT / "README.md", ROOT / "docs" / "walk.md")
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert pictures == set(re.findall(r"screenshots/([\w-]+)\.svg", text))


def test_the_project_says_that_it_is_unofficial():
    readme = (ROOT / "README.md").read_text(encoding="utf-8").lower()
    assert "unofficial" in readme
    assert "not affiliated with fedramp" in readme


@pytest.mark.parametrize("page", ["README.md", "docs/reliability.md"])
def test_what_is_trusted_is_found_from_the_first_pages(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert re.search(r"\]\((\.\./)?SECURITY\.md\)", text)
