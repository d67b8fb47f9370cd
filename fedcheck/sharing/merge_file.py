"""The merge driver of git: `fedcheck merge-file %O %A %B %P`; see gitattributes(5).

It reads the three files that git gives it and writes the second one. It never looks at the history:
while git runs it, the history on disk is that of one side, and a rebase swaps the sides.
"""

from collections.abc import Mapping
from pathlib import Path

from fedcheck.domain.reference import split_ref
from fedcheck.errors import InvalidFileError
from fedcheck.sharing.line_merge import mark_conflicts, merge_lines
from fedcheck.sharing.list_order import read_item_order
from fedcheck.sharing.record_files import Texts, list_named_items, merge_record_files
from fedcheck.sharing.remark import Remark
from fedcheck.sharing.tables import merge_table_file
from fedcheck.storage.checklist_reader import load_list
from fedcheck.storage.checklist_writer import LISTS
from fedcheck.storage.names import is_list_id, parse_list_id
from fedcheck.storage.paths import PRIVATE_FOLDER, WORKSPACE_FILE
from fedcheck.storage.raw_files import read_bytes
from fedcheck.storage.record_file import FINDINGS, PROGRESS_FOLDER, REQUESTS, SENT
from fedcheck.storage.toml_io import parse
from fedcheck.storage.typed_files import (
    replace_typed_file,
    temporary_folder,
    write_scratch_files,
)

HINT = "run fedcheck doctor --fix, resolve the rest by hand, then run git add"


class Outcome:
    """What became of a merge.

    Attributes:
        is_merged: whether nothing is left to a person; else the file has git's marks.
        remarks: what is to be listed.
        problem: why the file could not be read; empty where it could.
    """

    def __init__(
        self,
        is_merged: bool,
        remarks: tuple[Remark, ...] = (),
        problem: str = "",
    ) -> None:
        self.is_merged = is_merged
        self.remarks = remarks
        self.problem = problem


def merge_file(base: Path, ours: Path, theirs: Path, path: Path) -> Outcome:
    """Merge a file of a workspace three ways, and write it in the place of `ours`.

    Whatever goes wrong, `ours` never stays one side that looks merged: it gets git's marks.

    Args:
        base: the common ancestor; empty where there is none.
        ours: one side; it is replaced.
        theirs: the other side.
        path: what the file is called in the work tree, from its top.

    Raises:
        FedcheckError: where a file cannot be read or written, or git is not installed.
    """
    texts = Texts(*(read_bytes(one) for one in (base, ours, theirs)))
    try:
        data, remarks = merge_texts(path, texts)
    except InvalidFileError as error:
        _write_marks(ours, texts)
        return Outcome(False, problem=str(error.problems[0]))
    except Exception:
        _write_marks(ours, texts)
        raise
    if data is None:
        _write_marks(ours, texts)
        return Outcome(False, tuple(remarks))
    replace_typed_file(ours.absolute(), data)
    is_merged = not any(one.is_conflict for one in remarks)
    return Outcome(is_merged, tuple(remarks))


def _write_marks(ours: Path, texts: Texts) -> None:
    """Leave the file to a person as git does: what lines can be merged are, marks around others."""
    merged, conflicts = merge_lines(texts)
    data = merged.encode("utf-8", "surrogateescape")
    if conflicts and _is_toml(data):  # the marks are inside of a text, where nobody sees them
        data = mark_conflicts(texts.ours, texts.theirs)
    replace_typed_file(ours.absolute(), data)


def _is_toml(data: bytes) -> bool:
    try:
        parse(Path(WORKSPACE_FILE), data)
    except InvalidFileError:
        return False
    return True


def merge_texts(path: Path, texts: Texts) -> tuple[bytes | None, list[Remark]]:
    """Return the merged file; None where marks have to be left to a person."""
    folder, name = path.parent.name, path.stem
    if folder == PROGRESS_FOLDER and is_list_id(name):
        order, renamed = read_item_order(_find_root(path.parent.parent), parse_list_id(name))
        merged = merge_record_files(path, name, texts, order, renamed)
        return merged.data, list(merged.remarks)
    if path.name in (f"{REQUESTS}.toml", f"{FINDINGS}.toml", f"{SENT}.toml"):
        refs = _list_renamed_items(path, name, texts)
        merged = merge_record_files(path, name, texts, refs=refs)
        return merged.data, list(merged.remarks)
    if path.name == WORKSPACE_FILE:
        return merge_table_file(path, texts, by_data=False)
    if folder == LISTS:
        data, remarks = merge_table_file(path, texts, by_data=True)
        return (data if data and is_sound_list(path, data) else None), remarks
    text, conflicts = merge_lines(texts)
    return (None if conflicts else text.encode("utf-8", "surrogateescape")), []


def _find_root(home: Path) -> Path:
    return home.parent if home.name == PRIVATE_FOLDER else home


def _list_renamed_items(path: Path, book: str, texts: Texts) -> Mapping[str, str]:
    """Return today's references of the items that requests or findings name, by earlier ones."""
    root = _find_root(path.parent)
    named = {ref for raw in (texts.ours, texts.theirs) for ref in list_named_items(path, book, raw)}
    found: dict[str, str] = {}
    for name in sorted({split_ref(ref)[0] for ref in named}):
        if is_list_id(name):
            _, renamed = read_item_order(root, parse_list_id(name))
            found |= {f"{name}:{old}": f"{name}:{new}" for old, new in renamed.items()}
    return found


def is_sound_list(path: Path, data: bytes) -> bool:
    """Return whether a checklist breaks no rule, such as that an id is listed once."""
    with temporary_folder() as folder:
        write_scratch_files(folder, {path.name: data})
        found = load_list(folder / path.name, "file")
        return not any(one.severity == "error" for one in found.problems())
