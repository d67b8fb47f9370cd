"""Every error that a person can cause and mend: one base, with a kind.

The command line alone turns a kind into an exit status (design, section 4).
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

Severity = Literal["error", "warning"]


class ErrorKind(StrEnum):
    """What sort of failure it is."""

    USAGE = "usage"
    """Wrong usage: what was asked for does not exist, or cannot be asked like this."""
    REFUSED = "refused"
    """The answer is no: the state of the workspace or a rule does not allow it."""
    UNREADABLE = "unreadable"
    """The named target is unreadable or invalid, or cannot be written."""
    LOCKED = "locked"
    """Another process holds the workspace."""
    BUG = "bug"
    """A defect of fedcheck itself."""


class FedcheckError(Exception):
    """A failure that a user can cause and mend: a message, what to do about it, a kind."""

    def __init__(
        self, message: str, hint: str = "", kind: ErrorKind = ErrorKind.UNREADABLE
    ) -> None:
        super().__init__(message)
        self.hint = hint
        self.kind = kind


class WorkspaceGoneError(FedcheckError):
    """The workspace that was opened is not at its path now; nothing is written until it is back.

    `brief` states so in a few words, for one line of a screen.
    """

    def __init__(self, message: str, hint: str, brief: str) -> None:
        super().__init__(message, hint)
        self.brief = brief


class NoSuchItemError(FedcheckError):
    """A text that means no item that applies; it may be the name of something else."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint, ErrorKind.USAGE)


class RuleError(FedcheckError):
    """An edit that the rules do not allow; `wants` names the field that is missing, if one is."""

    def __init__(self, message: str, hint: str = "", wants: str = "") -> None:
        super().__init__(message, hint, ErrorKind.USAGE)
        self.wants = wants


class QueryError(FedcheckError):
    """A query that cannot be understood."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint, ErrorKind.USAGE)


class Problem(NamedTuple):
    """One thing wrong with a file: where, what, and what to do about it."""

    file: "Path"
    line: int
    message: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{place}: {self.message}" + (f"; {self.hint}" if self.hint else "")


class InvalidFileError(FedcheckError):
    """A file that cannot be used; contains its problems."""

    def __init__(self, problems: list[Problem]) -> None:
        first = problems[0]
        place = f"{first.file}:{first.line}" if first.line else str(first.file)
        super().__init__(f"{place}: {first.message}", first.hint)
        self.problems = problems
