"""Who else can read the workspace, and who can write in it."""

import os
from pathlib import Path

from fedcheck.doctor.defect import Defect, RestrictAccess, Severity
from fedcheck.doctor.folder_tree import PLACES, FolderTree, TreeEntry
from fedcheck.domain.text import one_line, pluralize

OTHERS, GROUP_WRITES, ALL_WRITE = 0o007, 0o020, 0o022
MAX_SINGLE_DEFECTS = 5
"""Up to so many files are shown one by one; more are counted by folder."""


def check_permissions(tree: FolderTree) -> list[Defect]:
    """Return what others can reach or the group may write; nothing where modes state nothing."""
    if os.name != "posix":
        return []
    ours = [one for one in tree.under(*PLACES) if one.is_file or one.is_folder]
    open_ = [one for one in ours if one.status.st_mode & (OTHERS | GROUP_WRITES)]
    found = _check_root(tree)
    for barred in (False, True):
        some = [one for one in open_ if _is_barred(one) is barred]
        for own in (True, False):
            found += _report_entries(
                tree, [one for one in some if _is_own(one) is own], own, barred
            )
    return found


def _check_root(tree: FolderTree) -> list[Defect]:
    """Who may write in the root can put another file in the place of each of ours."""
    root = tree.entries[:1]
    if not root or not root[0].status.st_mode & ALL_WRITE:
        return []
    return [_build_defect(root, root[0].path, _is_own(root[0]), False, ALL_WRITE)]


def _is_own(entry: TreeEntry) -> bool:
    return entry.status.st_uid == os.geteuid()


def _is_barred(entry: TreeEntry) -> bool:
    """Return whether a closed folder above keeps out those whom the file itself would let in."""
    mode, reach = entry.status.st_mode, entry.reach
    return not (mode & OTHERS and reach & 0o001) and not (mode & GROUP_WRITES and reach & 0o010)


def _report_entries(
    tree: FolderTree, entries: list[TreeEntry], own: bool, barred: bool
) -> list[Defect]:
    if len(entries) <= MAX_SINGLE_DEFECTS:
        return [_build_defect([one], one.path, own, barred) for one in entries]
    return [
        _build_defect(inside, inside[0].path if len(inside) == 1 else folder, own, barred)
        for folder, inside in tree.by_folder(entries).items()
    ]


def _build_defect(
    entries: list[TreeEntry], place: Path, own: bool, barred: bool, bits: int = 0o077
) -> Defect:
    mode = 0
    for one in entries:
        mode |= one.status.st_mode
    message = _describe_mode(mode & bits)
    if len(entries) == 1:
        message += f" (mode {mode & 0o777:o})"
    else:
        message = (
            f"{_count_entries(entries)} in this folder, such as {_list_names(entries)}: {message}"
        )
    if barred:
        message += "; only the closed folder above keeps them out"
    remedy = "close it with: fedcheck doctor --fix"
    if not own:
        remedy = "it belongs to another user, who must close it: chmod go-rwx"
    fix = RestrictAccess(tuple(one.path for one in entries), bits) if own else None
    only_papers = all(_is_document(one) for one in entries)
    harmless = barred and only_papers and not mode & ALL_WRITE
    severity: Severity = "note" if harmless else "warning"
    return Defect("permissions", severity, message, remedy, place, fix=fix)


def _is_document(entry: TreeEntry) -> bool:
    """Return whether it is a document of a person, which often comes with the mode 644."""
    return bool({"evidence", "reports"} & set(entry.path.parts))


def _count_entries(entries: list[TreeEntry]) -> str:
    files = sum(one.is_file for one in entries)
    counts = [(files, "file"), (len(entries) - files, "folder")]
    return " and ".join(pluralize(count, noun) for count, noun in counts if count)


def _list_names(entries: list[TreeEntry]) -> str:
    return " and ".join(one_line(one.path.name, 40) for one in entries[:2])


def _describe_mode(mode: int) -> str:
    """State who can do what."""
    parts = []
    if mode & OTHERS:
        does = [word for bit, word in ((0o004, "read"), (0o002, "write")) if mode & bit]
        parts.append(f"every user of this machine can {' and '.join(does) or 'pass'}")
    if mode & GROUP_WRITES:
        parts.append("its group can write")
    return ", ".join(parts)
