"""What git's index holds of a merge that is not finished: the ancestor and both sides of a file.

Only read, by two of git's plumbing commands.
"""

import os
import re
from pathlib import Path

from msgspec import Struct

from fedcheck.errors import FedcheckError
from fedcheck.storage.git_snapshot import read_blobs, run_git

_ENTRY = re.compile(rb"(100644|100755) ([0-9a-f]{40,64}) ([123])\t(.+)", re.DOTALL)


class Stages(Struct, frozen=True):
    """The versions of a file; None for a side on which it is not there.

    Attributes:
        base: the common ancestor.
        ours: the side that git calls ours; a rebase swaps them.
        theirs: the other side.
    """

    base: bytes | None
    ours: bytes | None
    theirs: bytes | None


def read_stages(root: Path) -> dict[Path, Stages]:
    """Return the unmerged files of a workspace by their paths; none where there is no merge.

    A repository that git does not trust, or that it cannot read, has none.
    """
    if not any(os.path.lexists(one / ".git") for one in (root, *root.parents)):
        return {}
    try:
        listed = run_git(root, "ls-files", "--unmerged", "-z")
        entries = [_ENTRY.fullmatch(line) for line in listed.stdout.split(b"\0") if line]
        known = [one for one in entries if one is not None]
        if listed.returncode or not known:
            return {}
        blobs = read_blobs(root, [one[2] for one in known])
    except FedcheckError:
        return {}
    found: dict[Path, dict[int, bytes]] = {}
    for entry, blob in zip(known, blobs, strict=True):
        found.setdefault(root / os.fsdecode(entry[4]), {})[int(entry[3])] = blob
    return {
        path: Stages(stages.get(1), stages.get(2), stages.get(3)) for path, stages in found.items()
    }
