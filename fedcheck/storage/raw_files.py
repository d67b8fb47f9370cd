"""The bytes of a file that is read as a whole: no device, no sea of data, no link that leads out.

Apart from parsing, so that what is known by its bytes needs no parser.
"""

import stat
from pathlib import Path

from fedcheck.errors import InvalidFileError, Problem
from fedcheck.storage.confined import OUTSIDE_LINK, leads_outside

MAX_BYTES = 32 * 1024 * 1024
"""The largest file that is read; the largest real checklist is below one megabyte."""


def read_bytes(path: Path, under: Path | None = None) -> bytes:
    """Read a file. Raises InvalidFileError where it is no readable file of a sane size.

    `under` is the workspace that the file belongs to: where a link leads out of it, the file is
    not read, for its text would land in reports.
    """
    if under is not None and leads_outside(path, under):
        raise file_error(path, 0, OUTSIDE_LINK, "replace it with the file itself")
    try:
        found = path.stat()
        if stat.S_ISREG(found.st_mode) and found.st_size > MAX_BYTES:
            raise file_error(path, 0, "larger than 32 MB", "this is not a fedcheck file")
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
            raise file_error(path, 0, "a device or a pipe, not a file", "move it elsewhere")
        return path.read_bytes()
    except IsADirectoryError:
        raise file_error(path, 0, "a folder, not a file", "move it elsewhere") from None
    except FileNotFoundError:
        where = "a link to a missing file" if path.is_symlink() else "no such file"
        raise file_error(path, 0, where, "check the name") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise file_error(path, 0, f"cannot be read: {reason}", "check its permissions") from None


def file_error(path: Path, line: int, message: str, hint: str) -> InvalidFileError:
    """Return the error for a file with one problem; line 0 where it has no place."""
    return InvalidFileError([Problem(path, line, message, hint)])
