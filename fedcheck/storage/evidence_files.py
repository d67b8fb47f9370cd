"""Evidence files: what a link is, whether the file is there, whether it is what it was."""

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from typing import Any

from msgspec import Struct

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import EvidenceKind
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.text import make_storable, one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import local_state
from fedcheck.storage.paths import LOCAL_STATE, WORKSPACE_FILE, expand_path
from fedcheck.storage.presence import check_present
from fedcheck.storage.record_file import random_id

OWN_FILES = (WORKSPACE_FILE, "requests.toml", "findings.toml", "imports.toml")
OWN_FOLDERS = ("progress", "history", "checklists", LOCAL_STATE)

_URL = re.compile(r"https?://[^\s/]+", re.IGNORECASE)
# Texts: `re` compiles them when evidence is added, and no other command pays.
_SCHEME = r"(?i)[a-z][a-z0-9+.-]*:"
_TICKET = r"[A-Z][A-Z0-9_]*-\d+|#\d+"


EvidenceHolder = Record | Request | Finding
"""What can have evidence."""

Step = Callable[[int], None]
"""Hears how many bytes were read; raises Stopped to end it."""


class Cancelled(Exception):  # noqa: N818 - nothing is wrong: a person has seen enough
    """Raised by a step: the reading of files ends here."""


class OutsideError(FedcheckError):
    """A file lies outside the workspace, and nobody has said that this is meant."""


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
        outside: whether a file may lie outside the workspace.
        step: hears of every megabyte read of a file; may raise Stopped.

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
        if is_fedcheck_file(link) or is_fedcheck_file(_resolve_inside(root, link)):
            raise FedcheckError(
                f"{link}: is a file of fedcheck's own, and proves nothing", "", ErrorKind.USAGE
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
    try:
        return hash_file(resolve_path(root, link), step)
    except OSError as error:
        reason = (error.strerror or "").lower()
        hint = "check its permissions and the disk"
        raise FedcheckError(f"{resolve_path(root, link)}: cannot be read: {reason}", hint) from None


def hash_now(root: Path, evidence_item: Evidence, step: Step | None = None) -> str:
    """Return the hash that the file of an evidence item has now; its own where it is no file.

    Raises FedcheckError where the file is gone or may not be looked at.
    """
    if evidence_item.kind != "file":
        return evidence_item.sha256
    stat = None
    if not leaves_workspace(root, evidence_item.link, local_state.load_allowed_outside(root)):
        stat = _stat(resolve_path(root, evidence_item.link))
    if stat is None or not S_ISREG(stat.st_mode):
        shown = one_line(evidence_item.link, 200)
        raise FedcheckError(
            f"{shown}: the file is gone", "name the file that replaces it", ErrorKind.USAGE
        )
    return _digest(root, evidence_item.link, step)


def measure_size(root: Path, link: str, here: Path | None = None) -> int:
    """Return how many bytes a file has, taken from a folder or the workspace; 0 if unknown."""
    for base in (here, root):
        stat = _stat(base / expand_path(link)) if base else None
        if stat is not None and S_ISREG(stat.st_mode):
            return stat.st_size
    return 0


def is_fedcheck_file(link: str) -> bool:
    """Tell whether a link names a file that fedcheck itself keeps in the workspace."""
    first = PurePosixPath(link).parts[:1]
    return link in OWN_FILES or first in [(name,) for name in OWN_FOLDERS]


def _resolve_inside(root: Path, link: str) -> str:
    """Return where a link leads to in the workspace; empty where that is outside."""
    real, top = resolve_path(root, link).resolve(), root.resolve()
    return real.relative_to(top).as_posix() if real.is_relative_to(top) else ""


def file_link(root: Path, link: str, here: Path, outside: bool) -> str:
    """Return the link of an evidence file: relative to the workspace, with slashes.

    A path is taken from the working directory, or else from the workspace. One that leaves the
    workspace, also through a symlink, needs the user's word (`outside`) and stays absolute.
    Raises FedcheckError where there is no such file or it lies outside.
    """
    typed = expand_path(link)
    for base in (here, root):
        path = base / typed
        if os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises for names that are too long
            break
    else:
        folder = os.path.isdir(here / typed)  # noqa: PTH112 - as above
        what = "a folder; name a file in it" if folder else "no such file"
        raise FedcheckError(
            f"{one_line(link, 200)}: {what}",
            "a URL begins with https://; for a ticket say --kind ticket",
            ErrorKind.USAGE,
        )
    real, top = path.resolve(), root.resolve()
    if real.is_relative_to(top):
        named = path.absolute()
        inside = named if named.is_relative_to(top) and ".." not in named.parts else real
        return inside.relative_to(top).as_posix()
    if not outside:
        raise OutsideError(
            f"{one_line(link, 200)}: lies outside the workspace",
            "copy it into evidence/, or say --outside to link it where it is",
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


def hash_file(path: Path, step: Step | None = None) -> str:
    """Return the SHA-256 of a file; `step` hears of every megabyte read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            if step:
                step(len(block))
    return digest.hexdigest()


def resolve_path(root: Path, link: str) -> Path:
    """Return the path of an evidence file."""
    return root / link


def leaves_workspace(root: Path, link: str, allowed: Collection[str] = ()) -> bool:
    """Tell whether a link leads out of the workspace: by `..`, a symlink, or from the root.

    Args:
        root: the workspace.
        link: the link of a piece of evidence.
        allowed: absolute links that a person at this machine has allowed (`--outside`). One that
            came with the workspace is nobody's word: it may name any file of this machine.
    """
    if Path(link).is_absolute():
        return link not in allowed
    try:
        return not (root / link).resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):  # a NUL in the name, a circle of symlinks
        return True


FileCheck = tuple[str, str, Mapping[str, int]]


class Verdict(Struct, frozen=True):
    """What `evidence verify` says of one file."""

    ref: str
    evidence_item: Evidence
    state: str


def check_states(root: Path, records: Iterable[EvidenceHolder]) -> dict[str, str]:
    """Return the links of files that are missing, or that are not what they were.

    Never hashes. What `evidence verify` or `evidence add` saw on this machine is remembered; a
    file that was found changed, or that was touched since it was found good, counts as changed
    until the next verification.
    """
    remembered, allowed = local_state.load_verified(root), local_state.load_allowed_outside(root)
    states: dict[str, str] = {}
    for evidence_item in {
        p.link: p for r in records for p in r.evidence if p.kind == "file"
    }.values():
        stat = (
            None
            if leaves_workspace(root, evidence_item.link, allowed)
            else _stat(resolve_path(root, evidence_item.link))
        )
        if stat is None or not S_ISREG(stat.st_mode):
            states[evidence_item.link] = "missing"
        elif _has_changed(remembered.get(evidence_item.link), evidence_item, stat):
            states[evidence_item.link] = "changed"
    return states


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (OSError, ValueError):
        return None


def _has_changed(known: Any, evidence_item: Evidence, stat: os.stat_result) -> bool:
    if not isinstance(known, dict):
        return False
    same = [known.get("size"), known.get("mtime")] == [stat.st_size, stat.st_mtime_ns]
    if known.get("state") == "changed":
        return same
    return not same and bool(evidence_item.sha256) and known.get("sha256") == evidence_item.sha256


def verify(
    root: Path, evidence_items: Iterable[tuple[str, Evidence]], step: Step | None = None
) -> list[Verdict]:
    """Hash every evidence file once and compare; remembers the outcome for `status` and the gates.

    A file that is there and cannot be read is `unreadable`: nothing new is known of it. Where the
    step raises Stopped, or a person interrupts, what was verified until then is remembered; after
    Stopped it is returned too. Raises WorkspaceGoneError where the workspace is gone: its files are
    not missing then.
    """
    check_present(root)
    found: dict[str, Any] = {}
    looks: dict[str, FileCheck] = {}
    verdicts = []
    allowed = local_state.load_allowed_outside(root)
    try:
        for ref, evidence_item in evidence_items:
            if evidence_item.kind != "file":
                continue
            if evidence_item.link not in looks:
                looks[evidence_item.link] = _check_file(root, evidence_item.link, allowed, step)
            state, digest, stat = looks[evidence_item.link]
            if state == "ok" and evidence_item.sha256 and digest != evidence_item.sha256:
                state = "changed"
            verdicts.append(Verdict(ref, evidence_item, state))
            if state != "unreadable":
                found[evidence_item.link] = {"state": state, **stat, "sha256": evidence_item.sha256}
    except Cancelled:
        pass
    finally:
        _remember(root, found)
    return verdicts


def allow_outside(root: Path, records: Iterable[EvidenceHolder]) -> None:
    """Remember that the files which records name outside the workspace may be looked at."""
    links = [p.link for r in records for p in r.evidence if Path(p.link).is_absolute()]
    with local_state.lock_workspace(root):
        local_state.allow_outside(root, links)


def remember_added(root: Path, *evidence: Evidence) -> None:
    """Remember what files are like that were hashed a moment ago, and that they may be read."""
    for one in evidence:
        if one.kind == "file" and Path(one.link).is_absolute():
            with contextlib.suppress(FedcheckError), local_state.lock_workspace(root):
                local_state.allow_outside(root, [one.link])
        stat = _stat(resolve_path(root, one.link)) if one.kind == "file" else None
        if stat and one.sha256:
            _remember(root, {one.link: {"state": "ok", **_stat_facts(stat), "sha256": one.sha256}})


def _remember(root: Path, found: Mapping[str, Any]) -> None:
    """Remember what was seen; where nothing can be written, the answer still stands."""
    if not found:
        return
    with contextlib.suppress(FedcheckError), local_state.lock_workspace(root):
        local_state.note_verified(root, {**local_state.load_verified(root), **found})


def _stat_facts(stat: os.stat_result) -> dict[str, int]:
    return {"size": stat.st_size, "mtime": stat.st_mtime_ns}


def _check_file(root: Path, link: str, allowed: Collection[str], step: Step | None) -> FileCheck:
    """Return `ok`, `missing` or `unreadable` with the hash and looks of a file that is there."""
    path = resolve_path(root, link)
    stat = None if leaves_workspace(root, link, allowed) else _stat(path)
    if stat is None or not S_ISREG(stat.st_mode):
        return "missing", "", {}
    try:
        return "ok", hash_file(path, step), _stat_facts(stat)
    except OSError:
        return "unreadable", "", {}
