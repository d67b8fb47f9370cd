"""Write where a person stated, and in temporary folders of ours.

A path that a person typed is theirs: links in it are followed, but its last part may be no link.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage.atomic_files import disk_error, replace_in, wrap_disk_errors
from fedcheck.storage.confined import DIR_MODE, open_folder
from fedcheck.storage.file_looks import open_regular

_BLOCK = 1 << 20


def make_trusted_folder(path: Path) -> None:
    """Make a folder that a person named, or one of the user's own, and those above it.

    Its way is as it was typed: links in it are followed.
    """
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a folder is closed to us
        return
    make_trusted_folder(path.parent)
    try:
        path.mkdir(mode=DIR_MODE, exist_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise disk_error("make the folder", path, error) from error


def _sync_folder(path: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_typed_file(path: Path, data: bytes, *, force: bool = False) -> None:
    """Replace a file whose path a person typed; `force` lets a link stand for what it leads to.

    Folders that are missing are made. Whether an existing file may be replaced is asked before.

    Raises FedcheckError where the file is a link and it is not forced, or the disk refuses.
    """
    replace_typed_files({path: data}, force=force)


def replace_typed_files(wanted: Mapping[Path, bytes], *, force: bool = False) -> None:
    """Replace several files of a folder whose path a person typed; see `replace_typed_file`."""
    by_folder: dict[Path, dict[Path, bytes]] = {}
    for typed, data in wanted.items():
        path = typed
        if os.path.islink(path):  # noqa: PTH114 - Path.is_symlink raises for too long a name
            if not force:
                raise typed_link_error(path)
            path = Path(os.path.realpath(path))
        by_folder.setdefault(path.parent, {})[path] = data
    for folder, files in by_folder.items():
        make_trusted_folder(folder)
        replace_in(files, folder, is_typed=True)


def copy_new_file(source: Path, target: Path, *, under: Path) -> str:
    """Copy an ordinary file to a new one, its owner's only; return the SHA-256 of its bytes.

    Raises FedcheckError where the target is there already, or a disk refuses.
    """
    with wrap_disk_errors("read", source):
        opened = open_regular(source)
    digest = hashlib.sha256()
    with (
        opened,
        wrap_disk_errors("save", target),
        open_folder(target.parent, under, make=True) as place,
        os.fdopen(place.open_file(target.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as out,
    ):
        while block := opened.read(_BLOCK):
            digest.update(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def typed_link_error(path: Path) -> FedcheckError:
    """Return the error for a link where a person asks for a file to be written."""
    target = os.path.realpath(path)
    return FedcheckError(
        f"{path}: is a link to {target}",
        f"name another file; with --force {target} is replaced",
        ErrorKind.USAGE,
    )


def write_scratch_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write new files into a temporary folder of ours; nothing makes them durable.

    Args:
        folder: an empty folder.
        files: what each holds, by its path in the folder, with slashes.
    """
    for name, data in files.items():
        path = folder / name
        with (
            wrap_disk_errors("save", path),
            open_folder(path.parent, folder, make=True) as place,
            os.fdopen(
                place.open_file(path.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb"
            ) as out,
        ):
            out.write(data)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a folder of this process's own, its owner's only, that is removed with its content."""
    import tempfile  # loaded here: it takes longer than a save

    with tempfile.TemporaryDirectory(prefix="fedcheck-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def make_temporary_folder() -> Path:
    """Make a folder for an example workspace, its owner's only; nobody removes it."""
    import tempfile  # loaded here: it takes longer than a save

    return Path(tempfile.mkdtemp(prefix="fedcheck-"))
