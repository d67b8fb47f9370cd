"""What is wrong with a file, and where; and the errors that end a command."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning"]


class FedcheckError(Exception):
    """Something that a user can cause and mend: a message, what to do, an exit status.

    Exit status: 2 wrong usage; 3 a target that is unreadable, invalid or locked.
    """

    def __init__(self, message: str, hint: str = "", status: int = 3) -> None:
        super().__init__(message)
        self.hint = hint
        self.status = status


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file: where, what, and what to do about it."""

    file: Path
    line: int
    message: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{place}: {self.message}" + (f"; {self.hint}" if self.hint else "")


class InvalidFileError(FedcheckError):
    """A file that cannot be used; carries its problems."""

    def __init__(self, problems: list[Problem]) -> None:
        first = problems[0]
        place = f"{first.file}:{first.line}" if first.line else str(first.file)
        super().__init__(f"{place}: {first.message}", first.hint)
        self.problems = problems


@dataclass(slots=True)
class Found:
    """A problem whose line is not known yet: the path of keys and indices to its place."""

    path: tuple[str | int, ...]
    message: str
    hint: str = ""
    severity: Severity = "error"


@dataclass(slots=True)
class Collector:
    """Collects every problem of one file, and finds the lines when they are asked for."""

    file: Path
    text: str = ""
    found: list[Found] = field(default_factory=list)

    def add(
        self,
        path: tuple[str | int, ...],
        message: str,
        hint: str = "",
        severity: Severity = "error",
    ) -> None:
        """Note a problem at a place in the file."""
        self.found.append(Found(path, message, hint, severity))

    def problems(self) -> list[Problem]:
        """Return the problems with their lines, in the order of the file."""
        if not self.found:
            return []
        from fedcheck.store.lines import Lines  # only broken files pay for the search

        lines = Lines(self.text)
        listed = [
            Problem(self.file, lines.of(f.path), f.message, f.hint, f.severity) for f in self.found
        ]
        return sorted(listed, key=lambda problem: problem.line)
