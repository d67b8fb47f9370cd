"""A defect: one thing wrong with a workspace, its remedy, and what --fix would do about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from fedcheck.errors import Problem
from fedcheck.storage.losses import Loss

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[str, ...] = get_args(Severity)

KINDS: Mapping[str, str] = {
    "broken-file": "Files that cannot be used as they are",
    "not-checked": "Not checked",
    "link": "Links where fedcheck writes files",
    "history": "Damaged history",
    "clock": "Clocks that disagree",
    "set-twice": "Fields that were set on both sides of a merge",
    "lost-value": "Values that people set but the files lack",
    "foreign-value": "Values from another branch that were never in these files",
    "outside-change": "Changes missing from the history",
    "unknown-list": "Progress without a checklist",
    "orphan-record": "Records without an item",
    "twice-recorded": "Items with two records",
    "unknown-reference": "References to unknown items",
    "contradiction": "Tests and findings that disagree",
    "changed-upstream": "Items changed upstream since they were recorded",
    "evidence-link": "Evidence that may not count",
    "missing-evidence": "Missing or changed evidence files",
    "unverified-evidence": "Evidence files not verified yet",
    "orphan-evidence": "Evidence files not linked to an item",
    "future-date": "Dates in the future",
    "permissions": "Files that other users can read",
    "stray-file": "Temporary files left behind",
    "git": "Sharing with git",
}
"""The kinds of defects in the order in which they are shown, and the heading of each."""


@dataclass(frozen=True, slots=True)
class RestrictAccess:
    """Take permission bits away from files and folders; `bits` as for chmod."""

    paths: tuple[Path, ...]
    bits: int = 0o077


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """Remove a temporary file of fedcheck's."""

    path: Path


@dataclass(frozen=True, slots=True)
class MoveRecord:
    """Move the record of one reference to another, after a copy."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RestoreLosses:
    """Set again what was lost; `name` is the short hash of the line that set the first of it."""

    name: str
    losses: tuple[Loss, ...] = field(hash=False)  # what a value holds may be a table


@dataclass(frozen=True, slots=True)
class AppendLines:
    """Add lines to the end of a text file, which is made where there is none."""

    path: Path
    lines: tuple[str, ...]


Fix = RestrictAccess | RemoveFile | MoveRecord | RestoreLosses | AppendLines
"""What --fix does about a defect."""


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing wrong with a workspace.

    Attributes:
        kind: one of KINDS.
        severity: `error` (something cannot be used or trusted), `warning` (something does not
            count, or is open to others), `note` (good to know; nothing has to be done).
        message: what is wrong, as text.
        remedy: what a person can do about it.
        file: where it is; None where it is in no single file.
        line: the line in that file, from 1; 0 where there is none.
        ref: the item, request, finding or checklist that it is about.
        fix: what --fix would do; None where a person has to decide.
    """

    kind: str
    severity: Severity
    message: str
    remedy: str = ""
    file: Path | None = None
    line: int = 0
    ref: str = ""
    fix: Fix | None = None

    @property
    def is_fixable(self) -> bool:
        """Return whether --fix can mend it."""
        return self.fix is not None


def defect_from_problem(problem: Problem, severity: Severity) -> Defect:
    """Return the defect for a problem that loading found."""
    return Defect(
        "broken-file", severity, problem.message, problem.hint, problem.file, problem.line
    )


def sort_defects(defects: Iterable[Defect]) -> list[Defect]:
    """Return defects without repetition: the worst first, then by kind, file and line."""
    kinds = list(KINDS)
    return sorted(
        dict.fromkeys(defects),
        key=lambda one: (
            SEVERITIES.index(one.severity),
            kinds.index(one.kind),
            str(one.file or ""),
            one.line,
            one.ref,
        ),
    )
