"""Evidence files: what a link is, and whether it may be evidence."""

import os
import re
from datetime import date
from pathlib import Path
from stat import S_ISREG

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import EvidenceKind
from fedcheck.domain.text import make_storable, one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import evidence_states, file_looks, local_state
from fedcheck.storage.evidence_paths import (
    EvidenceFinder,
    is_fedcheck_file,
    resolve_inside,
    resolve_path,
)
from fedcheck.storage.file_looks import Step
from fedcheck.storage.paths import expand_path
from fedcheck.storage.record_file import random_id

_URL = re.compile(r"https?://[^\s/]+", re.IGNORECASE)
# Texts: `re` compiles them when evidence is added, and no other command pays.
_SCHEME = r"(?i)[a-z][a-z0-9+.-]*:"
_TICKET = r"[A-Z][A-Z0-9_]*-\d+|#\d+"


class OutsideError(FedcheckError):
    """A file is outside the workspace, and nobody has stated that this is meant."""


def guess_kind(link: str) -> EvidenceKind:
    """Guess what a link is: http(s) is a URL, ABC-123 or #123 a ticket, all else a file."""
    if _URL.match(link):
        return EvidenceKind.URL
    return EvidenceKind.TICKET if re.fullmatch(_TICKET, link) else EvidenceKind.FILE


def make_evidence(
    root: Path,
    link: str,
    *,
    here: Path,
    kind: str = "",
    label: str = "",
    collected: date | None = None,
    expires: date | None = None,
    outside: bool = False,
    step: Step | None = None,
) -> Evidence:
    """Return an evidence item for a link, checked and, for a file, hashed.

    Args:
        root: the workspace.
        link: a file, a URL or the id of a ticket, as it was typed.
        here: the working directory, which a path is taken from.
        kind: what the link is, where it is not to be guessed.
        label: what it is called.
        collected: day on which it was collected.
        expires: day after which it no longer counts.
        outside: whether a file may be outside the workspace.
        step: hears of every megabyte read of a file; may raise Cancelled.

    Raises:
        FedcheckError: status 2 for a missing file, a file outside the workspace without the
            user's word, a file of fedcheck's own, and a URL with another scheme than http(s).
    """
    link = link.strip()
    if not link:
        raise FedcheckError("the link is empty", "name a file, a URL or a ticket", ErrorKind.USAGE)
    if make_storable(link) != link:
        shown = one_line(link, 200)
        raise FedcheckError(
            f"{shown}: the name is not UTF-8 text", "rename the file", ErrorKind.USAGE
        )
    what = kind or guess_kind(link)
    digest = ""
    if what == "url":
        link = check_url(link)
    elif what == "file":
        link = file_link(root, link, here, outside)
        if is_fedcheck_file(link) or is_fedcheck_file(resolve_inside(root, link)):
            raise FedcheckError(
                f"{link}: is one of fedcheck's files and is not evidence", "", ErrorKind.USAGE
            )
        digest = _digest(root, link, step)
    return Evidence(
        id=random_id(),
        link=link,
        label=make_storable(label).strip(),
        kind=what,  # type: ignore[arg-type]
        collected=collected,
        expires=expires,
        sha256=digest,
    )


def _digest(root: Path, link: str, step: Step | None) -> str:
    path = resolve_path(root, link)
    try:
        look = file_looks.look_into(path, step)
    except OSError as error:
        reason = (error.strerror or "").lower()
        hint = "check its permissions and the disk"
        raise FedcheckError(f"{path}: cannot be read: {reason}", hint) from None
    evidence_states.note_look(root, link, look)
    return look.sha256


def hash_now(root: Path, evidence_item: Evidence, step: Step | None = None) -> str:
    """Return the hash that the file of an evidence item has now; its own where it is no file.

    Raises FedcheckError where the file is gone or may not be looked at.
    """
    if evidence_item.kind != "file":
        return evidence_item.sha256
    finder = EvidenceFinder(root, local_state.load_allowed_outside(root))
    if finder.stat_file(evidence_item.link) is None:
        shown = one_line(evidence_item.link, 200)
        raise FedcheckError(
            f"{shown}: the file is missing", "name the file that replaces it", ErrorKind.USAGE
        )
    return _digest(root, evidence_item.link, step)


def measure_size(root: Path, link: str, here: Path | None = None) -> int:
    """Return how many bytes a file has, taken from a folder or the workspace; 0 if unknown."""
    path = find_typed_file(link, *(base for base in (here, root) if base))
    try:
        return path.stat().st_size if path else 0
    except OSError:  # it went away this very moment
        return 0


def find_typed_file(typed: str, *folders: Path) -> Path | None:
    """Return the ordinary file that a typed path names, taken from the first folder that has it."""
    link = os.fspath(expand_path(typed))
    for folder in folders:
        try:
            path = resolve_path(folder, link)
            if S_ISREG(path.stat().st_mode):
                return path
        except (OSError, ValueError):  # not there, closed to us, too long, a NUL in the name
            continue
    return None


def file_link(root: Path, link: str, here: Path, outside: bool) -> str:
    """Return the link of an evidence file: relative to the workspace, with slashes.

    A path is taken from the working directory, or else from the workspace. One that leaves the
    workspace, also through a symlink, needs the user's word (`outside`) and stays absolute.
    Raises FedcheckError where there is no such file or it is outside.
    """
    path = find_typed_file(link, here, root)
    if path is None:
        folder = os.path.isdir(here / expand_path(link))  # noqa: PTH112 - Path.is_dir raises
        what = "a folder; name a file in it" if folder else "no such file"
        raise FedcheckError(
            f"{one_line(link, 200)}: {what}",
            "a URL begins with https://; for a ticket add --kind ticket",
            ErrorKind.USAGE,
        )
    real, top = path.resolve(), root.resolve()
    if real.is_relative_to(top):
        named = path.absolute()
        inside = named if named.is_relative_to(top) and ".." not in named.parts else real
        return inside.relative_to(top).as_posix()
    if not outside:
        raise OutsideError(
            f"{one_line(link, 200)}: is outside the workspace",
            "copy it into evidence/, or add --outside to link it where it is",
            ErrorKind.USAGE,
        )
    return real.as_posix()


def check_url(link: str) -> str:
    """Return a URL that a browser may open. Raises FedcheckError for any but http and https."""
    if not _URL.match(link):
        scheme = re.match(_SCHEME, link)
        what = f"{scheme.group()} links are not accepted" if scheme else "not a URL"
        raise FedcheckError(
            f"{one_line(link, 200)}: {what}", "only http:// and https:// are", ErrorKind.USAGE
        )
    return link
