"""Does the history explain what is in the files, asked by commands that only read.

Where every file is as the last save noted it, nothing is parsed. Where files came from elsewhere (a
clone, a git pull, a hand edit) the answer takes the whole history and every record; that nothing is
lost is then remembered for exactly these bytes, until a save notes them.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from fedcheck.storage import history, local_state
from fedcheck.storage.reconcile import (
    Known,
    has_news,
    list_all_outside_changes,
    list_record_files,
)
from fedcheck.storage.unexplained import OutsideChange

WORTH_NOTING = 64 * 1024
"""From so many bytes on the answer is remembered: below, finding it again costs less."""

VERSION = "1"
"""Changes with the rules by which a value counts as lost."""


def list_pending_losses(
    home: Path, renamed: Mapping[str, Mapping[str, str]], known: Known
) -> Sequence[OutsideChange]:
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
    files = list(list_record_files(home, notes.files, every=has_lines))
    if not files and not has_lines:
        return ()
    histories = [(path.name, history.read_raw(path)) for path in history.list_history_files(home)]
    size = sum(len(raw) for _, raw in (*files, *histories) if raw)
    mark = _mark(renamed, (*files, *histories)) if size >= WORTH_NOTING else ""
    if mark and mark == local_state.load_explained(home):
        return ()
    state = list_all_outside_changes(home, renamed, notes, tips, known)
    lost = [one for one in state.found if one.lost]
    if mark and not lost:
        local_state.note_explained(home, mark)
    return lost


def _mark(
    renamed: Mapping[str, Mapping[str, str]], files: Sequence[tuple[str, bytes | None]]
) -> str:
    """Return what stands for the bytes of files, and the ids of items."""
    names = {name: dict(ids) for name, ids in renamed.items()}
    parts = [VERSION.encode(), json.dumps(names, sort_keys=True).encode()]
    for name, raw in files:
        parts += [os.fsencode(name), b"gone" if raw is None else hashlib.sha256(raw).digest()]
    text = b"".join(hashlib.sha256(part).digest() for part in parts)
    return hashlib.sha256(text).hexdigest()
