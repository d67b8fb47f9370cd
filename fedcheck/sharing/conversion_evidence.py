"""Which evidence files a conversion copies; their links and hashes stay as they are in records."""

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from fedcheck.domain.text import one_line
from fedcheck.storage.evidence_paths import EvidenceFinder, is_fedcheck_file
from fedcheck.storage.paths import PRIVATE_FOLDER


def find_evidence(
    root: Path, links: Iterable[str], *, is_wanted: bool
) -> tuple[dict[str, Path], list[str]]:
    """Return the files to copy by link, and which stay behind, each with why.

    Args:
        root: the old workspace.
        links: the links of evidence items that are files.
        is_wanted: whether files are copied at all.
    """
    finder = EvidenceFinder(root)
    found: dict[str, Path] = {}
    left: list[str] = []
    for link in sorted(links):
        shown = one_line(link, 100)
        if not is_wanted:
            left.append(f"{shown}: not copied")
        elif not is_copied(link):
            left.append(f"{shown}: not in the workspace")
        elif (file := finder.stat_file(link)) is None:
            left.append(f"{shown}: missing")
        elif not os.access(file[0], os.R_OK):
            left.append(f"{shown}: cannot be read")
        else:
            found[link] = file[0]
    return found, left


def is_copied(link: str) -> bool:
    """Return whether the link of an evidence file names a place that a conversion copies.

    That is a place below the workspace, in its own words, that is no file of fedcheck's.
    """
    parts = link.split("/")
    if PurePosixPath(link).is_absolute() or "\\" in link or "\x00" in link or ":" in parts[0]:
        return False
    if any(not part or part.startswith(".") for part in parts):
        return False
    inner = parts[1:] if parts[0].casefold() == PRIVATE_FOLDER else parts
    return bool(inner) and not is_fedcheck_file("/".join(inner).casefold())
