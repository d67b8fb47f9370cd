"""Words to replace in texts outside of the checklists: the code's texts and the Markdown pages.

The rules are those of the checklists (`fedcheck.linting.words`). What is left to mend is counted
by place; a count only goes down: write new text without these words, and lower the number here
when you mend some.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import fedcheck
from fedcheck.linting.finding import Fault
from fedcheck.linting.words import find_words

PACKAGE = Path(fedcheck.__file__).parent
ROOT = PACKAGE.parent

LEFT: dict[str, int] = {
    "docs/content.md": 21,
    "docs/keys.md": 19,
    "docs/report.md": 1,
    "fedcheck/analysis docstrings": 150,
    "fedcheck/cli docstrings": 70,
    "fedcheck/demo docstrings": 4,
    "fedcheck/doctor docstrings": 46,
    "fedcheck/domain docstrings": 105,
    "fedcheck/errors docstrings": 1,
    "fedcheck/exporters docstrings": 33,
    "fedcheck/importers docstrings": 142,
    "fedcheck/keys docstrings": 6,
    "fedcheck/reports docstrings": 81,
    "fedcheck/session docstrings": 4,
    "fedcheck/sharing docstrings": 19,
    "fedcheck/spreadsheets docstrings": 21,
    "fedcheck/storage docstrings": 143,
    "fedcheck/tui docstrings": 217,
}
"""The most findings of each place; a place that is not listed has none."""

EXEMPT = (
    "fedcheck/linting/words.py",
    "fedcheck/linting/verb_words.py",
    "docs/commands.md",
    "docs/examples/",
)
"""The rules themselves, which name the words, and pages that are made from the program."""


@cache
def findings() -> dict[str, list[str]]:
    """Return what the rules find, by place: a room of the package, a page, the templates."""
    found: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for line, text, is_docstring in texts_of_code(path.read_text(encoding="utf-8")):
            place = f"fedcheck/{room}" + (" docstrings" if is_docstring else "")
            note(found, place, path, line, text)
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    pages += PACKAGE.glob("reports/templates/*")
    for path in sorted(one for one in pages if one.is_file()):
        name = path.relative_to(ROOT)
        group = str(name.parent) if name.parts[0] == "fedcheck" else str(name)
        for line, text in paragraphs(path.read_text(encoding="utf-8")):
            note(found, group, path, line, text)
    return found


def note(found: dict[str, list[str]], place: str, path: Path, line: int, text: str) -> None:
    name = str(path.relative_to(ROOT))
    if name.startswith(EXEMPT):
        return
    for fault in find_words(text):
        found.setdefault(place, []).append(f"{name}:{line}: {describe(fault)}")


def describe(fault: Fault) -> str:
    return f"{fault.message}; {fault.remedy}"


def texts_of_code(source: str) -> Iterator[tuple[int, str, bool]]:
    """Yield line and text of what is prose in Python code, and whether it is for developers alone.

    The docstring of a command is its help, so it counts as a text that users read.
    """
    nodes = list(ast.walk(ast.parse(source)))
    parts: set[int] = set()
    docstrings: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            parts |= {id(one) for one in node.values}
        body = getattr(node, "body", None)
        if isinstance(body, list) and not is_command(node):
            docstrings |= {id(one.value) for one in body if isinstance(one, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(one.value) if isinstance(one, ast.Constant) else "X" for one in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = "" if id(node) in parts else node.value
        else:
            continue
        if is_prose(text):
            yield node.lineno, text, id(node) in docstrings


def is_command(node: ast.AST) -> bool:
    """Tell whether a function is a command of click: its docstring is printed."""
    decorators = getattr(node, "decorator_list", ())
    return any("command" in ast.unparse(one) or "group" in ast.unparse(one) for one in decorators)


def is_prose(text: str) -> bool:
    return len(re.findall(r"[A-Za-z]{2,}", text)) >= 2 and " " in text


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs of a page in Markdown, without its code, each with its line."""
    inside = False
    block: list[str] = []
    start = 1
    for number, line in enumerate([*text.split("\n"), ""], 1):
        fence = line.lstrip().startswith("```")
        inside ^= fence
        if line.strip() and not inside and not fence:
            start = start if block else number
            block.append(line)
            continue
        if block:
            yield start, "\n".join(block)
            block = []


def test_no_place_has_more_words_to_replace_than_were_left() -> None:
    more = {place: lines for place, lines in findings().items() if len(lines) > LEFT.get(place, 0)}
    assert not more, "\n".join(
        f"{place}: {len(lines)} and not {LEFT.get(place, 0)}\n  " + "\n  ".join(lines)
        for place, lines in more.items()
    )


def test_texts_are_read_from_code_and_pages() -> None:
    code = 'def f(x):\n    """Tell the CSP."""\n    return f"{x} stands in {x}", "by mail", "key"\n'
    assert [one[1:] for one in texts_of_code(code)] == [
        ("Tell the CSP.", True),
        ("X stands in X", False),
        ("by mail", False),
    ]
    command = '@demo.command()\ndef f():\n    """Tell the CSP."""\n'
    assert [one[1:] for one in texts_of_code(command)] == [("Tell the CSP.", False)]
    page = "One line\nand more.\n\n```\ncode mail\n```\nThe end."
    assert list(paragraphs(page)) == [(1, "One line\nand more."), (7, "The end.")]


if __name__ == "__main__":  # lists what is left, and the numbers for LEFT
    for name, lines in sorted(findings().items()):
        print(f'    "{name}": {len(lines)},')
    print("\n".join(line for lines in findings().values() for line in lines))
