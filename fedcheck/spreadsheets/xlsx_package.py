"""Read the zip package of a workbook within bounds; write it with the same bytes each time.

A workbook comes from another company: nothing that its headers claim is believed. Parts are
unpacked in pieces and counted, so that a bomb costs no more than an honest file of the largest
size; nothing is ever written to the disk from it.
"""

import io
import itertools
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError
from fedcheck.storage import atomic_files

MAX_FILE = 64 << 20
"""The largest workbook that is opened, in bytes; the official ones have less than 2 MB."""

MAX_UNPACKED = 100 << 20
"""The most bytes that the parts of one workbook may unpack to, all together."""

MAX_TAGS = 10_000_000
"""The most tags of all parts together; a sheet of 50,000 rows and 40 columns has 8,000,000."""

MAX_ENTRIES = 4_000
MAX_DIRECTORY = 2 << 20
"""The most parts of a package, and the most bytes of the table that lists them."""

_CHUNK = 1 << 20
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_TIME = (1980, 1, 1, 0, 0, 0)
AS_XLSX = "open it in a spreadsheet program and save it as an Excel workbook (.xlsx)"


@dataclass(slots=True)
class Package:
    """The parts of a workbook by name; reading any of them counts against one budget.

    Attributes:
        path: the file, for messages.
        archive: the open zip archive.
        left: how many bytes may still be unpacked.
        tags: how many tags may still come to be parsed.
    """

    path: Path
    archive: zipfile.ZipFile
    left: int
    tags: int
    _unpacked: dict[str, bytes] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Return the names of the parts, in the order of the file."""
        return self.archive.namelist()

    def has(self, name: str) -> bool:
        """Return whether the package has a part."""
        return name in self.archive.NameToInfo

    def read(self, name: str) -> bytes:
        """Return a part. Raises FedcheckError: missing, damaged or too large."""
        if name in self._unpacked:
            return self._unpacked[name]
        if not self.has(name):
            raise damaged_error(self.path, f"the part {one_line(name, 60)} is missing")
        pieces = []
        try:
            with self.archive.open(name) as part:
                while piece := part.read(_CHUNK):
                    self.left -= len(piece)
                    if self.left < 0:
                        raise too_big_error(
                            self.path, f"more than {MAX_UNPACKED >> 20} MB unpacked"
                        )
                    pieces.append(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise damaged_error(
                self.path, f"the part {one_line(name, 60)} cannot be unpacked"
            ) from error
        data = b"".join(pieces)
        self.tags -= data.count(b"<")
        if self.tags < 0:
            raise too_big_error(self.path, f"more than {MAX_TAGS:,} tags")
        self._unpacked[name] = data
        return data

    def rewritten(self, parts: Mapping[str, bytes | None]) -> bytes:
        """Return the package with some parts replaced; None takes a part away.

        The order, the names and the time stamps of all others stay, and what they hold.
        """
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as out:
            for info in self.archive.infolist():
                data = parts.get(info.filename, b"")
                if data is None:
                    continue
                if info.filename not in parts:
                    data = b"" if info.is_dir() else self.read(info.filename)
                _write(out, info.filename, data, info.date_time)
        return made.getvalue()


def open_package(path: Path) -> Package:
    """Open a workbook. Raises FedcheckError where it is none, or none that is safe."""
    data = _bytes_of(path)
    _require_zip(path, data)
    if _directory_size(data) > MAX_DIRECTORY:
        raise too_big_error(path, "an invalid table of contents")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, struct.error, ValueError, OSError, NotImplementedError) as error:
        raise damaged_error(path, "it is cut off or damaged") from error
    _require_plain(path, archive)
    _require_workbook(path, archive)
    return Package(path, archive, MAX_UNPACKED, MAX_TAGS)


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Return a new package: the same parts give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for name, data in parts.items():
            _write(out, name, data, _TIME)
    return made.getvalue()


def damaged_error(path: Path, what: str) -> FedcheckError:
    """Return the error for a workbook that cannot be read."""
    return FedcheckError(f"{path}: {what}", f"request it again, or  {AS_XLSX}")


def too_big_error(path: Path, what: str) -> FedcheckError:
    """Return the error for a workbook that would take more than a workbook may."""
    hint = "copy the table you need into a new workbook and use that"
    return FedcheckError(f"{path}: too large to be read safely: {what}", hint)


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE:
            raise too_big_error(path, f"more than {MAX_FILE >> 20} MB")
        return atomic_files.read_plain(path)
    except OSError as error:
        what = error.strerror or str(error)
        raise FedcheckError(f"{path}: {what}", "check the name") from error
    except ValueError as error:  # a NUL in the name
        raise FedcheckError(f"{path}: {error}", "check the name") from error


def _require_zip(path: Path, data: bytes) -> None:
    if data.startswith(_ZIP):
        return
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            hint = "open it in a spreadsheet program and save it without a password"
            raise FedcheckError(f"{path}: protected by a password", hint)
        raise FedcheckError(f"{path}: a workbook of the old kind (.xls)", AS_XLSX)
    if not data:
        raise FedcheckError(f"{path}: the file is empty", "request it again")
    hint = f"if it is text (CSV), rename it to .csv; otherwise  {AS_XLSX}"
    raise FedcheckError(f"{path}: not an Excel workbook, despite its name", hint)


def _directory_size(data: bytes) -> int:
    """Return the size of the zip's table of contents in bytes, before anything reads it."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    if end < 0 or end + 22 > len(data):
        return 0  # the archive will be found to be cut off
    size = int(struct.unpack_from("<L", data, end + 12)[0])
    if end >= 20 and data[end - 20 : end - 16] == b"PK\x06\x07":
        start = struct.unpack_from("<Q", data, end - 12)[0]
        if start + 56 <= len(data):
            return int(struct.unpack_from("<Q", data, start + 40)[0])
    return size


def _require_plain(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse what no spreadsheet program writes and what attacks are made of."""
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise too_big_error(path, f"{len(infos)} parts")
    if len({info.filename.casefold() for info in infos}) < len(infos):
        raise damaged_error(path, "two of its parts have the same name")
    for info in infos:
        name = info.filename
        if name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name:
            raise damaged_error(path, f"a part has an unsafe name: {one_line(name, 60)}")
        if info.flag_bits & 1:
            hint = "save it without a password"
            raise FedcheckError(f"{path}: protected by a password", hint)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise damaged_error(path, "it uses a compression that workbooks do not use")
    spans = sorted((i.header_offset, i.header_offset + 30 + i.compress_size) for i in infos)
    if any(after[0] < before[1] for before, after in itertools.pairwise(spans)):
        raise damaged_error(path, "its parts overlap")


def _require_workbook(path: Path, archive: zipfile.ZipFile) -> None:
    names = archive.NameToInfo
    if "xl/workbook.bin" in names:
        raise FedcheckError(f"{path}: a binary workbook (.xlsb)", AS_XLSX)
    if "mimetype" in names or "content.xml" in names:
        raise FedcheckError(f"{path}: an OpenDocument file", AS_XLSX)
    if "[Content_Types].xml" not in names:
        raise FedcheckError(f"{path}: a zip archive, but not an Excel workbook", AS_XLSX)


def _write(
    out: zipfile.ZipFile, name: str, data: bytes, time: tuple[int, int, int, int, int, int]
) -> None:
    info = zipfile.ZipInfo(name, time)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 0
    out.writestr(info, data, compresslevel=6)
