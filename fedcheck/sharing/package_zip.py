"""A package as a zip file: written with the same bytes each time, read within bounds.

It comes from another company: no name in it reaches the disk, and nothing that its headers claim
is believed. What it holds is counted while it is unpacked.
"""

import io
import stat
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError

if TYPE_CHECKING:
    import zipfile

MAX_FILES = 20_000
MAX_UNPACKED = 2 << 30
"""The most files of a package, and the most bytes that they unpack to together."""

_CHUNK = 1 << 20
_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10)))
)
"""Names that are devices on Windows, with any ending."""

_HINT = "ask for the package again, or unpack it yourself and name the folder"


def is_safe_name(name: str) -> bool:
    """Return whether a path in a package means the same harmless file on every system."""
    if not name or len(name) > 500 or "\\" in name or any(ord(char) < 32 for char in name):
        return False
    return all(_is_safe_part(part) for part in name.split("/"))


def _is_safe_part(part: str) -> bool:
    if part in ("", ".", "..") or len(part.encode("utf-8", "replace")) > 255:
        return False
    stem = part.split(".")[0].strip().casefold()
    return not (set('<>:"|?*') & set(part) or part[-1] in ". " or stem in _DEVICES)


def pack(files: Mapping[str, bytes], made: datetime) -> bytes:
    """Return a zip file with files by name, in the order of the names, all of one time."""
    import zipfile  # loaded here, and below: the app looks for proposals, which are in no zip file

    out = io.BytesIO()
    moment = made.astimezone(UTC)
    time = (max(moment.year, 1980), moment.month, moment.day, moment.hour, moment.minute, 0)
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, time)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = (stat.S_IFREG | 0o600) << 16
            archive.writestr(info, files[name], compresslevel=6)
    return out.getvalue()


class ZipFiles:
    """The files of a zip file by name; reading any of them counts against one budget.

    A folder around all of them, as systems make it when a folder is zipped, is left out.
    """

    def __init__(self, path: Path, marker: str) -> None:
        """Open a zip file. Raises FedcheckError where it is none, or none that is safe.

        Args:
            path: the file.
            marker: the name of the file at the top of the package.
        """
        import zipfile

        self.path = path
        self._left = MAX_UNPACKED
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
            raise self._error("not a zip file, or a damaged one") from error
        except OSError as error:
            raise self._error((error.strerror or str(error)).lower()) from error
        infos = [one for one in self._archive.infolist() if not one.is_dir()]
        self._check(infos)
        depths = [one.filename for one in infos if PurePosixPath(one.filename).name == marker]
        top = min(depths, key=lambda name: (name.count("/"), name), default=marker)
        prefix = top.removesuffix(marker) if top.count("/") == 1 else ""
        self._infos = {
            one.filename.removeprefix(prefix): one
            for one in infos
            if one.filename.startswith(prefix)
        }

    def names(self) -> list[str]:
        """Return the names of the files."""
        return sorted(self._infos)

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield what a file holds. Raises FedcheckError where it is damaged or too large."""
        import zipfile

        try:
            with self._archive.open(self._infos[name]) as part:
                while piece := part.read(_CHUNK):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise self._error(f"more than {MAX_UNPACKED >> 20} MB unpacked")
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise self._error(f"{one_line(name, 80)} cannot be unpacked") from error

    def _check(self, infos: "list[zipfile.ZipInfo]") -> None:
        import zipfile

        if len(infos) > MAX_FILES:
            raise self._error(f"{len(infos)} files")
        if len({one.filename.casefold() for one in infos}) < len(infos):
            raise self._error("two of its files have the same name")
        for one in infos:
            shown = one_line(one.filename, 80)
            if not is_safe_name(one.filename):
                raise self._error(f'"{shown}" is not a safe name for a file')
            kind = stat.S_IFMT(one.external_attr >> 16)
            if kind not in (0, stat.S_IFREG):
                raise self._error(f'"{shown}" is a link or a device')
            if one.flag_bits & 1:
                raise self._error("protected by a password")
            if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self._error("packed in a way that fedcheck does not read")
        if sum(one.file_size for one in infos) > MAX_UNPACKED:
            raise self._error(f"more than {MAX_UNPACKED >> 20} MB unpacked")

    def _error(self, what: str) -> FedcheckError:
        return FedcheckError(f"{self.path}: {what}", _HINT)
