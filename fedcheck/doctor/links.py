"""Links in the places of a workspace that fedcheck reads and writes."""

import os

from fedcheck.doctor.defect import Defect
from fedcheck.doctor.folder_tree import PLACES, FolderTree
from fedcheck.domain.text import one_line
from fedcheck.storage.confined import is_link, leads_outside

GUARDED = (*(name for name in PLACES if name != "evidence"), "sent.toml", ".gitignore")
"""Where a link keeps a save from its place; evidence may be one, and is checked by itself."""


def find_links(tree: FolderTree) -> list[Defect]:
    """Return the links where fedcheck writes, each with what it leads to."""
    found = []
    for one in tree.under(*GUARDED):
        if not is_link(one.status):
            continue
        try:
            target = os.readlink(one.path)  # noqa: PTH115 - the text itself, not a path of it
        except OSError:
            continue  # it went meanwhile
        where = (
            "which is outside the workspace; fedcheck does not read or write through it"
            if leads_outside(one.path, tree.root)
            else "but fedcheck writes nothing through it"
        )
        found.append(
            Defect(
                "link",
                "warning",
                f"is a link to {one_line(target, 120)}, {where}",
                "remove the link, or replace it with the file or folder itself",
                one.path,
            )
        )
    return found
