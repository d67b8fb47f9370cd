"""The parts of a note that a Security Decision Record has a place of its own for."""

import re
from collections.abc import Iterable, Mapping

from fedcheck.domain.text import clean_for_file

_HEADING = re.compile(
    r"#{1,6}\s*(implementation|validation|assessment|tests|parameters)\s*:?\s*", re.I
)
_BULLET = re.compile(r"\s{0,3}(?:[-*+]|\d{1,3}[.)])\s+")


def split_note(note: str) -> Mapping[str, tuple[str, ...]]:
    """Return the parts of a note: `implementation`, `validation`, `assessment`, `tests`, and so on.

    A heading line such as `## Validation` begins a part; what comes before any is about the
    implementation. Under `## Tests` and `## Parameters` each list entry is one, else each line.
    """
    lines: dict[str, list[str]] = {
        "implementation": [], "validation": [], "assessment": [], "tests": [], "parameters": [],
    }  # fmt: skip
    part = "implementation"
    for line in clean_for_file(note).split("\n"):
        heading = _HEADING.fullmatch(line)
        if heading:
            part = heading[1].lower()
        else:
            lines[part].append(line)
    found = {name: tuple(filter(None, ["\n".join(text).strip()])) for name, text in lines.items()}
    for name in ("tests", "parameters"):
        entries = (_BULLET.sub("", line, count=1).strip() for line in lines[name])
        found[name] = tuple(filter(None, entries))
    return found


_PARAMETER = re.compile(r"`?([A-Za-z]{2}-[0-9][^\s:=`]*)`?\s*[:=]\s*(.+)")


def split_parameters(lines: Iterable[str]) -> list[tuple[str, str]]:
    """Return id and value of each parameter: `ac-02_odp.01: 24 hours`.

    A line that names no parameter goes on with the value before it.
    """
    found: list[tuple[str, str]] = []
    for line in lines:
        match = _PARAMETER.fullmatch(line)
        if match:
            found.append((match[1], match[2].strip()))
        elif found:
            name, value = found[-1]
            found[-1] = name, f"{value} {line}"
    return found
