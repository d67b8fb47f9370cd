"""The examples of a page in docs/: commands with what they print."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
_EXAMPLE = re.compile(r"```console\n\$ fedcheck ([^\n]*)\n(.*?)```", re.DOTALL)


def examples(page: str) -> Iterator[tuple[list[str], str]]:
    """Yield the arguments of each command in a page, and what the page says that it prints."""
    text = (DOCS / page).read_text(encoding="utf-8")
    for command, printed in _EXAMPLE.findall(text):
        yield shlex.split(command), printed


def agrees(printed: str, out: str) -> bool:
    """Tell whether a page shows an output; a line of three dots stands for any lines."""
    shown = [re.escape(line.rstrip()) for line in printed.rstrip().split("\n")]
    lines = [".*(?:\n.*)*" if line == r"\.\.\." else line for line in shown]
    got = "\n".join(line.rstrip() for line in out.rstrip().split("\n"))
    return re.fullmatch("\n".join(lines), got) is not None
