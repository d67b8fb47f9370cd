"""Does the history explain what is in the files, asked by commands that only read.

Where every file is as the last save noted it, nothing is parsed. Where files came from elsewhere (a
clone, a git pull, a hand edit) the answer takes the whole history and every record; that nothing is
lost is then remembered for exactly these bytes, until a save notes them.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fedcheck import __version__
from fedcheck.storage import history, local_state, record_files
from fedcheck.storage.local_state import LocalNotes
from fedcheck.storage.reconcile import (
    Known,
    has_news,
    list_all_outside_changes,
    list_record_files,
)

if TYPE_CHECKING:
    from fedcheck.storage.unexplained import OutsideChange

WORTH_NOTING = 64 * 1024
"""From so many bytes on the answer is remembered: below, finding it again costs less."""

_HISTORY = f"{history.FOLDER}/"

VERSION = "1"
"""Changes with the rules by which a value counts as lost."""


def list_pending_losses(
    home: Path, renamed: Mapping[str, Mapping[str, str]], known: Known
) -> Sequence["OutsideChange"]:
    """Return the losses of a place that no history line notes yet.

    Args:
        home: the workspace, or its private folder.
        renamed: today's item ids by earlier ones, for each checklist that has renamed any.
        known: the record files as they were read before.

    Raises FedcheckError where the disk refuses.
    """
    notes, tips = local_state.load_notes(home), history.read_tips(home)
    if not tips:
        return ()  # what nobody set with fedcheck is lost to nobody
    has_lines = has_news(tips, notes)
    if not has_lines and _are_as_noted(notes, known):
        return ()  # the usual case: the files were just read, and need not be again
    mark = _mark(home, renamed, notes, has_lines=has_lines)
    if mark is None or (mark and mark == local_state.load_explained(home)):
        return ()
    state = list_all_outside_changes(home, renamed, notes, tips, known)
    lost = [one for one in state.found if one.lost]
    if mark and not lost and mark == _mark(home, renamed, notes, has_lines=has_lines):
        local_state.note_explained(home, mark)  # nobody wrote a file meanwhile
    return lost


def may_have_losses(home: Path, pending: Sequence["OutsideChange"]) -> bool:
    """Return whether a value may be lost, without parsing a history that is long for nothing.

    Args:
        home: the workspace, or its private folder.
        pending: what its history does not explain.
    """
    return any(one.lost for one in pending) or history.names_losses(home)


def _are_as_noted(notes: LocalNotes, known: Known) -> bool:
    """Return whether all record files, as they were read, are those that the last save noted."""
    noted = {name: digest for name, digest in notes.files.items() if digest}
    noted = {name: digest for name, digest in noted.items() if not name.startswith(_HISTORY)}
    read = {record_files.file_name(name): book.sha256 for name, book in known.items()}
    return noted == {name: digest for name, digest in read.items() if digest}


def _mark(
    home: Path, renamed: Mapping[str, Mapping[str, str]], notes: LocalNotes, *, has_lines: bool
) -> str | None:
    """Return what stands for the bytes of the files to look at, and the ids of items.

    Nothing where there is no file to look at; empty where it is not worth remembering.
    """
    files = list(list_record_files(home, notes.files, every=has_lines))
    if not files and not has_lines:
        return None
    files += [(path.name, history.read_raw(path)) for path in history.list_history_files(home)]
    if sum(len(raw) for _, raw in files if raw) < WORTH_NOTING:
        return ""
    names = {name: dict(ids) for name, ids in renamed.items()}
    import json  # loaded here: most files are as they were noted

    rules = json.dumps([VERSION, __version__, names], sort_keys=True)
    parts = [rules.encode()]
    for name, raw in files:
        parts += [os.fsencode(name), b"gone" if raw is None else hashlib.sha256(raw).digest()]
    text = b"".join(hashlib.sha256(part).digest() for part in parts)
    return hashlib.sha256(text).hexdigest()
