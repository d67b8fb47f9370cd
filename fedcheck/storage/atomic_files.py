"""Write files; nothing else in fedcheck opens one for writing, but for the few next to this module.

A crash leaves the old state or the new one. Every function takes the trusted folder that it works
under (`under`: the root of a workspace, or one of the user's own folders) and follows no link on
the way from there down, the last part included. The trusted folder itself is never made here.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from fedcheck.errors import FedcheckError
from fedcheck.storage.confined import FILE_MODE as FILE_MODE
from fedcheck.storage.confined import LinkError, OpenFolder, open_folder
from fedcheck.storage.ownership import give_to_owner_of_folder, keep_owner

STRAY = (".fedcheck-", ".tmp")
"""How the name of a temporary file begins and ends."""


def make_folder(path: Path, *, under: Path) -> None:
    """Make a folder and those above it that are missing, for their owner only."""
    with wrap_disk_errors("make the folder", path), open_folder(path, under, make=True):
        pass


def toml_files(folder: Path) -> list[Path]:
    """Return the TOML files of a folder in the order of their names.

    Hidden ones are left out: editors keep locks and copies of what is open under such names.
    """
    return [folder / name for name in list_names(folder) if name.endswith(".toml")]


def list_names(folder: Path) -> list[str]:
    """Return the names in a folder in order, without hidden ones; of one that is closed, none."""
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208
    except OSError:
        return []


class NotPlainError(OSError):
    """Something else is in the place of a file: a folder, a pipe, a link to itself."""


def read_plain(path: Path) -> bytes:
    """Return what an ordinary file holds. Raises OSError; NotPlainError for all else.

    Reading a pipe or a device could wait, or go on, for ever.
    """
    require_plain(path)
    return path.read_bytes()


def read_confined(path: Path, *, under: Path) -> bytes:
    """Return what an ordinary file holds, and follow no link on the way to it.

    Raises OSError; NotPlainError for a link, a folder, a pipe or a device.
    """
    try:
        with open_folder(path.parent, under) as folder:
            found = folder.refuse_link(path.name)
            if found is not None:
                _refuse_special(found.st_mode, path)  # opening a socket fails
            handle = folder.open_file(path.name, os.O_RDONLY)
    except LinkError as error:
        raise NotPlainError(errno.ELOOP, "a link", str(error.path)) from None
    with os.fdopen(handle, "rb") as file:
        _refuse_special(os.fstat(handle).st_mode, path)
        return file.read()


def read_prefix(path: Path, size: int) -> bytes:
    """Return the first bytes of an ordinary file, at most `size`. Raises as `read_plain`."""
    require_plain(path)
    with path.open("rb") as file:
        return file.read(size)


def require_plain(path: Path) -> None:
    """Refuse what is no ordinary file: opening a pipe would wait for ever. Raises OSError."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise NotPlainError(errno.ELOOP, "a link to itself", str(path)) from None
    _refuse_special(mode, path)


def _refuse_special(mode: int, path: Path) -> None:
    if stat.S_ISDIR(mode):
        raise NotPlainError(errno.EISDIR, "a folder, not a file", str(path))
    if not stat.S_ISREG(mode):
        raise NotPlainError(errno.EINVAL, "a device or a pipe, not a file", str(path))


def replace_file(path: Path, data: bytes, *, under: Path) -> None:
    """Replace a file as a whole: temporary file, flush, fsync, replace, fsync of the folder.

    A new file is its owner's only; mode, owner and group of an existing one are kept. Raises
    FedcheckError where the disk refuses or a link is in the way; the old file then stands as it
    was.
    """
    replace_files({path: data}, under=under)


def replace_files(
    wanted: Mapping[Path, bytes], *, under: Path, keep: Mapping[Path, Path] | None = None
) -> set[Path]:
    """Replace several files, each as a whole, and none before all of them are on the disk.

    What most often fails (a full disk) fails before the first file is replaced. Raises
    FedcheckError where the disk refuses or a link is in the way.

    Args:
        wanted: what each file is to hold.
        under: the trusted folder.
        keep: second names under which files are kept at the moment in which they are replaced.

    Returns:
        The files that were kept; one that was not there yet cannot be.
    """
    return replace_in(wanted, under, keep=keep)


def replace_in(
    wanted: Mapping[Path, bytes],
    under: Path,
    *,
    is_typed: bool = False,
    keep: Mapping[Path, Path] | None = None,
) -> set[Path]:
    """Replace files as `replace_files`; a new one at a typed path stays with who made it."""
    kept: set[Path] = set()
    staged: list[tuple[Path, str, OpenFolder]] = []
    with ExitStack() as stack:
        folders: dict[Path, OpenFolder] = {}
        try:
            for path, data in wanted.items():
                with wrap_disk_errors("save", path):
                    if path.parent not in folders:
                        opened = open_folder(path.parent, under, make=True)
                        folders[path.parent] = stack.enter_context(opened)
                    folder = folders[path.parent]
                    staged.append((path, _stage(folder, path, data, is_typed), folder))
            while staged:
                path, temporary, folder = staged[0]
                with wrap_disk_errors("save", path):
                    if keep and path in keep and folder.look_at(path.name) is not None:
                        keep_link(path, keep[path], under=under)
                        kept.add(path)
                    folder.replace(temporary, path.name)
                    staged.pop(0)
                    folder.sync()
        finally:
            for _, temporary, folder in staged:
                _remove(folder, temporary)
    return kept


def _stage(folder: OpenFolder, path: Path, data: bytes, is_typed: bool) -> str:
    """Write what a file is to hold next to it, durably; return the temporary file's name."""
    old = folder.refuse_link(path.name)
    if old is not None and stat.S_ISDIR(old.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    handle, temporary = open_beside(folder)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            if os.name == "posix" and old is not None:
                os.fchmod(handle, old.st_mode & 0o777)
                keep_owner(path, handle, old)
            elif not is_typed:
                _give_to_owner(folder, handle)
            os.fsync(out.fileno())
    except (OSError, FedcheckError):
        _remove(folder, temporary)
        raise
    return temporary


def create_file(path: Path, data: bytes, *, under: Path) -> None:
    """Make a file whole, its owner's only; one that is there already, or just came, is left.

    Raises FedcheckError or OSError where the disk refuses.
    """
    with open_folder(path.parent, under, make=True) as folder:
        temporary = _stage(folder, path, data, is_typed=False)
        try:
            folder.link(temporary, folder, path.name)  # unlike a rename, it replaces nothing
            folder.sync()
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            if folder.look_at(path.name) is None:
                folder.replace(temporary, path.name)
        finally:
            _remove(folder, temporary)


def open_beside(folder: OpenFolder) -> tuple[int, str]:
    """Make an empty temporary file in a folder, its owner's only; return it open, and its name.

    `tempfile.mkstemp` does the same, but loading it takes longer than a save.
    """
    name = _make_stray_name()
    return folder.open_file(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL), name


def _make_stray_name() -> str:
    return f"{STRAY[0]}{os.urandom(8).hex()}{STRAY[1]}"


def _give_to_owner(folder: OpenFolder, handle: int) -> None:
    if folder.handle is not None:
        give_to_owner_of_folder(handle, os.fstat(folder.handle))


def remove_stray_files(path: Path, *, under: Path) -> None:
    """Remove what killed processes left of their saves in a folder; call it under the lock."""
    with contextlib.suppress(OSError, FedcheckError), open_folder(path, under) as folder:
        for name in folder.list_names():
            if name.startswith(STRAY[0]) and name.endswith(STRAY[1]):
                _remove(folder, name)


def remove_file(path: Path, *, under: Path) -> None:
    """Take a file away, durably; one that is not there is no matter. Raises FedcheckError."""
    with (
        wrap_disk_errors("remove", path),
        contextlib.suppress(FileNotFoundError),
        open_folder(path.parent, under) as folder,
    ):
        folder.refuse_link(path.name)
        folder.remove(path.name)
        folder.sync()


def _remove(folder: OpenFolder, name: str) -> None:
    """Remove a file; one that stays is swept at the next save."""
    with contextlib.suppress(OSError):
        folder.remove(name)


def keep_link(path: Path, backup: Path, *, under: Path) -> bool:
    """Keep a file under a second name too, in the place of an older one of that name.

    The backup is a hard link: what a later save puts in the place of the file leaves it as it
    was, and it shows what was written to the file in place meanwhile.

    Args:
        path: the file.
        backup: its second name, in the same trusted folder.
        under: the trusted folder.

    Returns:
        Whether the backup is a link. Where the file system has none, it is a copy.

    Raises:
        FedcheckError: where the file is gone or no file, a link is on the way, or the disk refuses.
    """
    with (
        wrap_disk_errors("keep a copy of", path),
        open_folder(path.parent, under) as folder,
        open_folder(backup.parent, under, make=True) as target,
    ):
        found = folder.refuse_link(path.name)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        _refuse_special(found.st_mode, path)
        old = target.refuse_link(backup.name)
        if old is not None and os.path.samestat(old, found):
            return True  # replacing a name by another one of the same file would do nothing
        temporary = _make_stray_name()
        try:
            folder.link(path.name, target, temporary)
        except (OSError, NotImplementedError):
            pass  # no hard links here, or not of this file; that the disk refuses shows below
        else:
            try:
                target.replace(temporary, backup.name)
            except OSError:
                _remove(target, temporary)
                raise
            return True  # not synced: it serves this save, and no crash
        data = _read_open(folder, path.name)
    replace_file(backup, data, under=under)
    return False


def append(path: Path, data: bytes, *, under: Path) -> None:
    """Append to a file and fsync it; a new file is its owner's only.

    A file that has a second name is written again: the other name, a copy made with hard links or a
    file outside that a stranger's archive was tied to, stays as it is. Raises FedcheckError where
    the disk refuses; what it took of the data is cut off again.
    """
    with (
        wrap_disk_errors("append to", path),
        open_folder(path.parent, under, make=True) as folder,
    ):
        is_new = folder.look_at(path.name) is None
        handle = folder.open_file(path.name, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            found = os.fstat(handle)
            _refuse_special(found.st_mode, path)
            if found.st_nlink > 1:
                held = _read_open(folder, path.name)
                replace_file(path, held + data, under=under)
                return
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(handle, view) :]
                os.fsync(handle)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(handle, found.st_size)
                raise
            if is_new:
                _give_to_owner(folder, handle)
        finally:
            os.close(handle)
        if is_new:
            folder.sync()


def _read_open(folder: OpenFolder, name: str) -> bytes:
    with os.fdopen(folder.open_file(name, os.O_RDONLY), "rb") as file:
        return file.read()


def truncate_file(path: Path, size: int, *, under: Path) -> None:
    """Cut a file off after so many bytes, durably. Raises FedcheckError."""
    with wrap_disk_errors("mend", path), open_folder(path.parent, under) as folder:
        handle = folder.open_file(path.name, os.O_WRONLY)
        try:
            found = os.fstat(handle)
            _refuse_special(found.st_mode, path)
            if found.st_nlink > 1:  # as in `append`
                replace_file(path, _read_open(folder, path.name)[:size], under=under)
                return
            os.ftruncate(handle, size)
            os.fsync(handle)
        finally:
            os.close(handle)


def open_lock_file(path: Path, *, under: Path) -> int:
    """Return a file to be locked, open; make it, and its folder, where they are missing.

    Raises OSError; FedcheckError where a link is on the way.
    """
    with open_folder(path.parent, under, make=True) as folder:
        handle = folder.open_file(path.name, os.O_RDWR | os.O_CREAT)
        try:
            _refuse_special(os.fstat(handle).st_mode, path)
            _give_to_owner(folder, handle)
        except OSError:
            os.close(handle)
            raise
        return handle


@contextlib.contextmanager
def wrap_disk_errors(what: str, path: Path) -> Iterator[None]:
    """Turn a disk that refuses into a FedcheckError."""
    try:
        yield
    except OSError as error:
        raise disk_error(what, path, error) from error


def disk_error(what: str, path: Path, error: OSError) -> FedcheckError:
    """Return the error for a disk that refuses, as text."""
    reason = (error.strerror or str(error)).lower()
    return FedcheckError(
        f"{path}: cannot {what}: {reason}", "check free space and permissions, then try again"
    )
