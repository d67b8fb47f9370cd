"""A hand-over package: its manifest, its files in a folder or a zip file, and the check of both."""

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from fedcheck.domain.change import OUTSIDE
from fedcheck.domain.key import is_id
from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError
from fedcheck.sharing.package_zip import MAX_FILES, MAX_UNPACKED, ZipFiles, is_safe_name
from fedcheck.storage import atomic_files, raw_files, toml_io
from fedcheck.storage.confined import OpenFolder, is_link, open_folder
from fedcheck.storage.names import parse_sha256
from fedcheck.storage.paths import LOCAL_STATE

MANIFEST = "handover.toml"
README = "README.md"

MAX_RECORDS = raw_files.MAX_BYTES
"""The most bytes of a file with records."""

_ID = re.compile("[0-9a-f]{6,32}")
_GIT = ".git"
_MAX_DEPTH = 32
_MAX_HISTORY = 4 << 20
_PASSED = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
"""What systems add to folders and zip files by themselves."""


class Manifest(Struct, frozen=True):
    """What a package states about itself.

    Attributes:
        id: the hand-over, also of what comes back.
        sender: the role of who made the package.
        to: the role of who gets it.
        made: when it was made, in UTC.
        fedcheck: the version that made it.
        name: the service offering.
        marking: the sensitivity marking of all that is in it.
        evidence: `none`, `links` or `files`.
        without_names: whether the names of the sender's people were left out.
        is_return: whether it answers a package with this id.
        people: who filled it in, of a return.
        files: the hash of each file.
        converted_from: of a conversion, which is kept as a hand-over is, the former process.
    """

    id: str
    sender: str
    to: str
    made: datetime
    fedcheck: str
    name: str
    marking: str
    evidence: str
    files: Mapping[str, str]
    without_names: bool = False
    is_return: bool = False
    people: tuple[str, ...] = ()
    converted_from: str = ""


def format_manifest(manifest: Manifest) -> bytes:
    """Return the bytes of a manifest."""
    head: dict[str, Any] = {
        "format": 1,
        "id": manifest.id,
        "from": manifest.sender,
        "to": manifest.to,
        "made": format_stamp(manifest.made),
        "fedcheck": manifest.fedcheck,
        "name": manifest.name,
        "marking": manifest.marking,
        "evidence": manifest.evidence,
        "without-names": manifest.without_names,
        "return": manifest.is_return,
        "people": list(manifest.people),
        "converted-from": manifest.converted_from,
    }
    parts = [toml_io.dumps({key: value for key, value in head.items() if value not in ("", [])})]
    for path, sha256 in sorted(manifest.files.items()):
        parts.append(toml_io.format_table("[[file]]", "file", {"path": path, "sha256": sha256}))
    return "\n".join(parts).encode()


def format_stamp(moment: datetime) -> str:
    """Return a moment as UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_manifest(path: Path, raw: bytes) -> Manifest:
    """Read a manifest. Raises FedcheckError where it is none."""
    data = toml_io.parse(path, raw).data
    listed = data.get("file", [])
    files: dict[str, str] = {}
    for one in listed if isinstance(listed, list) else []:
        name = one.get("path") if isinstance(one, dict) else None
        if not isinstance(name, str) or not is_safe_name(name) or name in files:
            raise _manifest_error(path, f'"{one_line(str(name), 80)}" is not a file of a package')
        files[name] = parse_sha256(one.get("sha256"))
    texts = {name: data.get(name, "") for name in ("id", "from", "to", "made", "fedcheck", "name")}
    texts |= {name: data.get(name, "") for name in ("marking", "evidence", "converted-from")}
    people = data.get("people", [])
    wrong = [name for name, value in texts.items() if not isinstance(value, str)]
    if wrong or not isinstance(people, list):
        raise _manifest_error(path, f'"{(wrong or ["people"])[0]}" is not text')
    if not _ID.fullmatch(texts["id"]):
        raise _manifest_error(path, "it has no hand-over id")
    if not is_id(texts["from"]) or not is_id(texts["to"]):
        raise _manifest_error(path, "it does not name both roles")
    try:
        made = datetime.fromisoformat(texts["made"].replace("Z", "+00:00"))
    except ValueError:
        raise _manifest_error(path, '"made" is not a date and time') from None
    return Manifest(
        id=texts["id"],
        sender=texts["from"],
        to=texts["to"],
        made=made if made.tzinfo else made.replace(tzinfo=UTC),
        fedcheck=texts["fedcheck"],
        name=texts["name"],
        marking=texts["marking"],
        evidence=texts["evidence"],
        files=files,
        without_names=data.get("without-names") is True,
        is_return=data.get("return") is True,
        people=tuple(one_line(str(one), 60) for one in people[:20]),
        converted_from=texts["converted-from"],
    )


def _manifest_error(path: Path, what: str) -> FedcheckError:
    hint = "ask for the package again; fedcheck handover --to ROLE makes one"
    return FedcheckError(f"{path}: {what}", hint)


class Files(Protocol):
    """The files of a package by name."""

    @property
    def path(self) -> Path:
        """Return where the package is."""

    def names(self) -> list[str]:
        """Return the names of the files, with slashes."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield what a file holds. Raises FedcheckError."""


class FolderFiles:
    """The files of a folder; no link in it is followed, and local state is left out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.special: list[str] = []
        self._names: list[str] = []
        try:
            with open_folder(path, path) as folder:
                self._walk(folder, "", 0)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise FedcheckError(f"{path}: {reason}", "check its permissions") from error

    def names(self) -> list[str]:
        """Return the names of the files, with slashes."""
        return sorted(self._names)

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield what a file holds. Raises FedcheckError where it cannot be read."""
        try:
            size = os.lstat(self.path / name).st_size
            if size > MAX_UNPACKED:
                raise FedcheckError(f"{self.path / name}: larger than {MAX_UNPACKED >> 20} MB")
            data = atomic_files.read_confined(self.path / name, under=self.path)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise FedcheckError(f"{self.path / name}: {reason}", "check its permissions") from error
        yield data

    def _walk(self, folder: OpenFolder, prefix: str, depth: int) -> None:
        for name in sorted(folder.list_names()):
            found = folder.look_at(name)
            if found is None or (not prefix and name == LOCAL_STATE):
                continue
            if not prefix and name == _GIT:
                self.special.append(f"{_GIT}/")
                continue
            if is_link(found) or not stat.S_ISREG(found.st_mode):
                if stat.S_ISDIR(found.st_mode) and not is_link(found) and depth < _MAX_DEPTH:
                    inner = folder.open_folder(name, os.O_RDONLY)
                    try:
                        self._walk(inner, f"{prefix}{name}/", depth + 1)
                    finally:
                        inner.close()
                else:
                    self.special.append(prefix + name)
                continue
            self._names.append(prefix + name)
            if len(self._names) > MAX_FILES:
                raise FedcheckError(f"{self.path}: more than {MAX_FILES} files", "name the package")


def open_files(path: Path) -> Files:
    """Return the files of a package: a folder, or a zip file. Raises FedcheckError."""
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a folder is closed to us
        return FolderFiles(path)
    try:
        atomic_files.read_prefix(path, 4)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FedcheckError(
            f"{path}: {reason}", "name the folder or zip file of a package"
        ) from None
    return ZipFiles(path, MANIFEST)


def read_file(files: Files, name: str, most: int = MAX_RECORDS) -> bytes:
    """Return what a file holds. Raises FedcheckError where it has more bytes than expected."""
    pieces, size = [], 0
    for piece in files.chunks(name):
        size += len(piece)
        if size > most:
            hint = "this is not a fedcheck file" if most == MAX_RECORDS else "copy it by hand"
            raise FedcheckError(f"{files.path}: {name} is larger than {most >> 20} MB", hint)
        pieces.append(piece)
    return b"".join(pieces)


def hash_file(files: Files, name: str) -> str:
    """Return the SHA-256 of a file. Raises FedcheckError."""
    digest = hashlib.sha256()
    for piece in files.chunks(name):
        digest.update(piece)
    return digest.hexdigest()


def read_manifest(files: Files) -> Manifest:
    """Return the manifest of a package. Raises FedcheckError where there is none."""
    if MANIFEST not in files.names():
        raise FedcheckError(
            f"{files.path}: not a hand-over package: {MANIFEST} is missing",
            "name the folder or zip file that fedcheck handover made",
        )
    return parse_manifest(files.path / MANIFEST, read_file(files, MANIFEST))


class Check(Struct, frozen=True):
    """How a package differs from its manifest, by names of files."""

    altered: Sequence[str] = ()
    missing: Sequence[str] = ()
    added: Sequence[str] = ()

    @property
    def is_whole(self) -> bool:
        """Return whether the package is as it was made."""
        return not (self.altered or self.missing or self.added)


def verify(files: Files, manifest: Manifest) -> Check:
    """Compare a package with its manifest. Raises FedcheckError where a file cannot be read."""
    here = [name for name in files.names() if name != MANIFEST and not name.startswith(_PASSED)]
    special = files.special if isinstance(files, FolderFiles) else []
    return Check(
        altered=[
            name
            for name in here
            if name in manifest.files and hash_file(files, name) != manifest.files[name]
        ],
        missing=sorted(manifest.files.keys() - set(here)),
        added=sorted({*here, *special} - manifest.files.keys()),
    )


def list_writers(files: Files) -> list[str]:
    """Return who is named in the histories of a package that somebody worked in, in order."""
    found: set[str] = set()
    for name in files.names():
        if not (name.startswith("history/") and name.endswith(".jsonl")):
            continue
        try:
            lines = read_file(files, name, _MAX_HISTORY).split(b"\n")
        except FedcheckError:
            continue
        for line in lines:
            try:
                by = json.loads(line).get("by") if line.strip() else None
            except (ValueError, AttributeError, RecursionError):
                continue
            if isinstance(by, str) and by.strip() and by != OUTSIDE:
                found.add(one_line(by, 60))
    return sorted(found)


def read_books(files: Files, wanted: Mapping[str, str]) -> tuple[dict[str, bytes], list[str]]:
    """Return the bytes of record files by book, and the names of those that are not there.

    Args:
        files: the package.
        wanted: the name of the file of each book.
    """
    names = set(files.names())
    found = {book: read_file(files, name) for book, name in wanted.items() if name in names}
    return found, sorted(name for book, name in wanted.items() if book not in found)
