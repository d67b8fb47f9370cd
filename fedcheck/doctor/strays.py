"""Temporary files that a killed save left behind."""

from datetime import UTC, datetime, timedelta

from fedcheck.doctor.defect import Defect, Remove
from fedcheck.doctor.tree import Tree
from fedcheck.store.files import STRAY

OLD = timedelta(minutes=10)
"""A save takes moments: a temporary file older than this belongs to none that still runs."""


def is_stray_name(name: str) -> bool:
    """Tell whether a file's name is that of a temporary file of ours."""
    return name.startswith(STRAY[0]) and name.endswith(STRAY[1])


def stray_files(tree: Tree, now: datetime) -> list[Defect]:
    """Return the temporary files of ours that are older than ten minutes; links are none."""
    return [
        Defect(
            "stray-file",
            "warning",
            "a temporary file of a save that never ended; nothing that was called saved is in it",
            "remove it with: fedcheck doctor --fix",
            one.path,
            mend=Remove(one.path),
        )
        for one in tree.entries
        if one.is_file
        and is_stray_name(one.path.name)
        and now - datetime.fromtimestamp(one.status.st_mtime, UTC) > OLD
    ]
