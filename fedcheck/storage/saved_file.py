"""A record file that a transaction changes, and what somebody writes into it meanwhile.

An editor or a git pull may replace a file between our reading and our replacing it. The old file
is kept by a second name at the last moment; where it is not what was read, it is merged in.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.domain.change import Change, diff_records
from fedcheck.domain.field_values import field_value, with_field
from fedcheck.domain.reference import split_ref
from fedcheck.errors import ErrorKind, FedcheckError, InvalidFileError
from fedcheck.storage import atomic_files, record_files
from fedcheck.storage.paths import LOCAL_STATE
from fedcheck.storage.record_file import RecordFile
from fedcheck.storage.unexplained import OutsideChange

_TRIES = 5
"""How often a file is replaced again because somebody else wrote it meanwhile."""


class SavedFile(Struct):
    """A record file in a transaction.

    Attributes:
        home: the workspace, or its private folder.
        found: what was read.
        updated: what it is to hold.
        changes: the changes that were made to it.
        order: the item ids of its checklist.
        renamed: today's item ids by earlier ones.
        is_new: whether it has to be written.
        by_hand: what somebody else wrote between our reading and our replacing it.
        unreadable: a copy of what somebody wrote meanwhile that is no record file.
    """

    home: Path
    found: RecordFile
    updated: RecordFile
    changes: list[Change]
    order: Sequence[str]
    renamed: Mapping[str, str]
    is_new: bool
    by_hand: list[OutsideChange] = field(default_factory=list)
    unreadable: Path | None = None

    @property
    def path(self) -> Path:
        """Return the file."""
        return record_files.path_of(self.home, self.found.name)

    @property
    def backup(self) -> Path:
        """Return where the file that a save replaces is kept."""
        return self.home / LOCAL_STATE / "backup" / "replaced" / self.path.name

    @property
    def sha256(self) -> str:
        """Return the hash of what it holds now."""
        return self.updated.sha256 if self.is_new else self.found.sha256


def replace_saved_files(root: Path, files: Iterable[SavedFile]) -> None:
    """Write files that are to change; what others wrote into them meanwhile stays in them.

    Raises FedcheckError where the disk refuses.
    """
    pending = [file for file in files if file.is_new]
    for _ in range(_TRIES):
        kept = _replace(root, pending)
        pending = [file for file in pending if file.path in kept and _take_in(root, file)]
        if not pending:
            return
    # Somebody writes all the time: what was taken in last is written, and not looked at again.
    _replace(root, pending)


def _replace(root: Path, files: Iterable[SavedFile]) -> set[Path]:
    """Write files, each as a whole; return those whose old text was kept."""
    raws: dict[Path, bytes] = {}
    backups: dict[Path, Path] = {}
    for file in files:
        raw, updated = record_files.dump(file.updated, file.order)
        file.updated = replace(updated, sha256=hashlib.sha256(raw).hexdigest())
        raws[file.path], backups[file.path] = raw, file.backup
    return atomic_files.replace_files(raws, under=root, keep=backups)


def _take_in(root: Path, file: SavedFile) -> bool:
    """Merge in what was replaced, where it was not what was read; return whether it was not."""
    with atomic_files.wrap_disk_errors("read", file.backup):
        raw = atomic_files.read_plain(file.backup)
    if hashlib.sha256(raw).hexdigest() == file.found.sha256:
        return False
    try:
        hand = record_files.parse(file.path, raw, file.found.name).renamed(file.renamed)
    except InvalidFileError:
        copy = file.backup.with_name(f"{hashlib.sha256(raw).hexdigest()[:12]}-{file.path.name}")
        atomic_files.replace_file(copy, raw, under=root)
        file.unreadable = copy
        return False
    before = file.found.renamed(file.renamed)
    for item in dict.fromkeys((*before.records, *hand.records)):
        ref = f"{hand.name}:{item}"
        found = diff_records(ref, before.get(item), hand.get(item))
        file.by_hand += [OutsideChange(change) for change in found]
    written = file.updated
    file.updated, file.changes = _make_again(hand, file.changes)
    file.found = replace(before, sha256=written.sha256, records=hand.records)
    return True


def _make_again(found: RecordFile, changes: Iterable[Change]) -> tuple[RecordFile, list[Change]]:
    """Make changes on what somebody else wrote; the later of two stands."""
    made = []
    for change in changes:
        item = split_ref(change.ref)[1]
        record = found.get(item)
        made.append(replace(change, old=field_value(record, change.field)))
        found = found.with_record(item, with_field(record, change.field, change.new))
    return found, made


def refuse_unreadable(files: Iterable[SavedFile]) -> None:
    """Raise FedcheckError where somebody wrote what is no record file while it was replaced."""
    for file in files:
        if file.unreadable:
            raise FedcheckError(
                f"{file.path}: was overwritten by another program during the save, with text that "
                "is not a record file; your change is saved, and the other text is in "
                f"{file.unreadable}",
                "review it, and copy what is missing",
                ErrorKind.REFUSED,
            )
