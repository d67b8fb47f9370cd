"""History files: damage, and what stands in a progress file without a line that explains it."""

import os
import stat
from pathlib import Path

from fedcheck.doctor.defect import Defect
from fedcheck.errors import FedcheckError
from fedcheck.model.change import Change
from fedcheck.model.reference import split
from fedcheck.model.text import one_line, plural
from fedcheck.session import Session
from fedcheck.store import books, history
from fedcheck.store.paths import private_home
from fedcheck.store.reconcile import all_outside_changes

CHECK = "check its permissions, or move it away"


def homes(root: Path) -> tuple[Path, Path]:
    """Return the folders that have a history: the workspace, and what is private in it."""
    return root, private_home(root)


def unusual(root: Path) -> list[Defect]:
    """Return the history files that must not even be opened: pipes and devices would never end."""
    found = []
    for home in homes(root):
        for path in history.history_files(home):
            try:
                mode = path.stat().st_mode
            except OSError:
                continue  # `damaged` tells that it cannot be read
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                message = "a device or a pipe, not a file; no history was checked"
                found.append(Defect("history", "error", message, "move it away", path))
    return found


def damaged(root: Path) -> list[Defect]:
    """Return the first damaged line of each history file, and the files that cannot be read."""
    return [
        Defect("history", "error", f"this line {_words(one)}", _remedy(one), one.path, one.line)
        if one.line
        else Defect("history", "error", one.message, CHECK, one.path)
        for home in homes(root)
        for one in history.verify(home)
    ]


def _words(damage: history.Damage) -> str:
    return f"is {damage.message}" if damage.message.startswith("an ") else damage.message


def _remedy(damage: history.Damage) -> str:
    if damage.message == "is cut off":
        return "a crash did that; the next save of its writer puts it right, after a copy"
    return "put the file back from a copy or from git; fedcheck never rewrites history"


def outside_changes(session: Session) -> list[Defect]:
    """Return for each progress file how much of it no history line explains yet."""
    renamed = {name: one.renamed for name, one in session.project.checklists.items()}
    found = []
    for home in homes(session.root):
        try:
            changes = all_outside_changes(home, renamed)[0]
        except FedcheckError:
            continue  # `damaged` tells of a history that cannot be read
        by_list: dict[str, list[Change]] = {}
        for change in changes:
            by_list.setdefault(split(change.ref)[0], []).append(change)
        found += [_outside(home, name, some) for name, some in by_list.items()]
    return found


def _outside(home: Path, checklist: str, changes: list[Change]) -> Defect:
    path = books.path_of(home, checklist)
    if not os.path.lexists(path):
        count = len({change.ref for change in changes})
        message = f"the file is gone; the history knows {plural(count, 'record')} of it"
        remedy = "put it back from a copy or from git, if it was not meant to go"
        return Defect("outside-change", "warning", message, remedy, path, 0, checklist)
    first = changes[0]
    message = (
        f"{plural(len(changes), 'value')} changed outside fedcheck, such as the "
        f"{first.field.partition('.')[0]} of {one_line(split(first.ref)[1], 60)}"
    )
    remedy = 'the history will note it as done "outside fedcheck" at the next save'
    return Defect("outside-change", "note", message, remedy, path, 0, checklist)
