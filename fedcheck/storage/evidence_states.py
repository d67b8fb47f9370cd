"""Whether evidence files are there, and are what they were when they were added.

A new time stamp alone is never a change: only another hash is. What was hashed is remembered in
`.fedcheck/verified.json`, for this machine, with the facts of the file (see `FileLook`); a file
with other facts is hashed again at once where that takes no time, and else is `unverified` until a
person verifies it.
"""

import contextlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from fedcheck.domain.evidence import Evidence, file_key
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import EvidenceKind, EvidenceState
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.errors import FedcheckError
from fedcheck.storage import file_looks, local_state
from fedcheck.storage.evidence_paths import EvidenceFinder
from fedcheck.storage.file_looks import Cancelled, FileLook, Step, parse_look, with_sizes
from fedcheck.storage.presence import check_present

HASHED_AT_ONCE = 1 << 20
"""Files up to so many bytes are hashed by every command that meets them changed: 1 MiB."""

HASHED_BY_ONE_COMMAND = 64 << 20
"""How many bytes of evidence a command hashes unasked: 64 MiB."""

EvidenceHolder = Record | Request | Finding
"""What can have evidence."""

_seen_here: dict[tuple[Path, str], FileLook] = {}
"""The looks of this process, by workspace and link. They outlive a cache that cannot be written,
and state what a file was like at the moment when it was hashed to be added."""


class Verdict(Struct, frozen=True):
    """What `evidence verify` states about one file."""

    ref: str
    evidence_item: Evidence
    state: str


class _Memory:
    """What is known of files from earlier looks; read once, and written once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._kept = local_state.load_verified(root)
        self.fresh: dict[str, FileLook] = {}

    def look(self, link: str) -> FileLook | None:
        """Return the last look into a file; None where nobody has looked."""
        if link in self.fresh:
            return self.fresh[link]
        kept = parse_look(self._kept[link]) if link in self._kept else None
        here = _seen_here.get((self._root, link))
        if here is None or (kept is not None and kept.at >= here.at):
            return kept
        # Seen by this process and not written yet: an import has just read it, or nothing could be.
        self.fresh[link] = with_sizes(here, kept)
        return self.fresh[link]

    def note(self, link: str, look: FileLook) -> None:
        """Note a look that was had a moment ago."""
        look = with_sizes(look, self.look(link))
        self.fresh[link] = _seen_here[self._root, link] = look

    def save(self, wait: float | None = None) -> None:
        """Remember what was seen; where nothing can be written, the answer still stands."""
        if not self.fresh:
            return
        looks = {link: asdict(look) for link, look in self.fresh.items()}
        with contextlib.suppress(FedcheckError), local_state.lock_workspace(self._root, wait):
            local_state.note_verified(
                self._root, {**local_state.load_verified(self._root), **looks}
            )


def check_states(root: Path, records: Iterable[EvidenceHolder]) -> dict[str, str]:
    """Return the state of each evidence file that is not good, for `find_file_state`.

    `missing`, `changed`, or `unverified`: a file with other facts than are remembered that is too
    large to hash at once (HASHED_AT_ONCE), beyond what one command hashes (HASHED_BY_ONE_COMMAND),
    or not to be read. A file that was added without a hash can only be missing: there is nothing to
    hold it against.
    """
    comparing = _Comparing(_Memory(root), HASHED_BY_ONE_COMMAND)
    states = _compare_files(root, records, comparing)
    comparing.memory.save(wait=0)  # a cache is not worth waiting for
    return states


def peek_states(root: Path, records: Iterable[EvidenceHolder]) -> dict[str, str]:
    """Return the states as `check_states`, but read no evidence file and write nothing.

    What would have to be hashed is `unverified`.
    """
    return _compare_files(root, records, _Comparing(_Memory(root), 0))


def _compare_files(
    root: Path, records: Iterable[EvidenceHolder], comparing: "_Comparing"
) -> dict[str, str]:
    finder = EvidenceFinder(root, local_state.load_allowed_outside(root))
    states: dict[str, str] = {}
    for link, pieces in _group_by_link(records).items():
        found = finder.stat_file(link)
        if found is None:
            states[link] = EvidenceState.MISSING
        elif hashed := [piece for piece in pieces if piece.sha256]:
            states |= comparing.compare(link, *found, hashed)
    return states


class _Comparing:
    """Compares files with their hashes, within what one command may read (`budget`, in bytes)."""

    def __init__(self, memory: _Memory, budget: int) -> None:
        self.memory = memory
        self.budget = budget

    def compare(
        self, link: str, path: Path, stat: os.stat_result, pieces: Sequence[Evidence]
    ) -> dict[str, str]:
        """Return the states of one file that are not good, one for each hash."""
        look = self.memory.look(link)
        if look is None or not (look.fits(stat) and look.settled):
            # Another size than went with this very hash is a change, and nothing has to be read.
            may_be = [p for p in pieces if look is None or look.may_be(p.sha256, stat.st_size)]
            # What was hashed while it was being written is hashed once more, whatever its size.
            most = self.budget if look and look.fits(stat) else HASHED_AT_ONCE
            look = self._read(link, path, stat.st_size, most) if may_be else None
            if look is None:
                return {
                    file_key(p): EvidenceState.UNVERIFIED if p in may_be else EvidenceState.CHANGED
                    for p in pieces
                }
        return {file_key(p): EvidenceState.CHANGED for p in pieces if not look.has(p.sha256)}

    def _read(self, link: str, path: Path, size: int, most: int) -> FileLook | None:
        """Hash a file; None where that would take too long, or it cannot be read."""
        most = min(most, self.budget)
        if size > most or not self.budget:
            return None
        self.budget -= size
        try:
            look = file_looks.look_into(path, most=most)
        except OSError:
            return None
        self.memory.note(link, look)
        return look


def update_states(
    root: Path, states: Mapping[str, str] | None, records: Iterable[EvidenceHolder]
) -> dict[str, str]:
    """Return states with those of some records looked at again."""
    records = list(records)
    pieces = _list_files(records)
    again = {key for one in pieces for key in (one.link, file_key(one))}
    kept = {key: state for key, state in (states or {}).items() if key not in again}
    return {**kept, **check_states(root, records)}


def verify(
    root: Path, evidence_items: Iterable[tuple[str, Evidence]], step: Step | None = None
) -> list[Verdict]:
    """Hash every evidence file once and compare; remembers the outcome for `status` and the gates.

    A file that is there and cannot be read is `unreadable`: nothing new is known of it. Where the
    step raises Cancelled, or a person interrupts, what was verified until then is remembered; after
    Cancelled it is returned too. Raises WorkspaceGoneError where the workspace is gone: its files
    are not missing then.
    """
    check_present(root)
    finder = EvidenceFinder(root, local_state.load_allowed_outside(root))
    memory = _Memory(root)
    seen: dict[str, FileLook | str] = {}
    verdicts = []
    try:
        for ref, evidence_item in evidence_items:
            link = evidence_item.link
            if evidence_item.kind != EvidenceKind.FILE:
                continue
            if link not in seen:
                seen[link] = found = _read(finder, link, step)
                if isinstance(found, FileLook):
                    memory.note(link, found)
            verdicts.append(Verdict(ref, evidence_item, _judge(evidence_item, seen[link])))
    except Cancelled:
        pass
    finally:
        memory.save()
    return verdicts


def _read(finder: EvidenceFinder, link: str, step: Step | None) -> FileLook | str:
    found = finder.stat_file(link)
    if found is None:
        return EvidenceState.MISSING
    try:
        return file_looks.look_into(found[0], step)
    except OSError:
        return "unreadable"


def _judge(evidence_item: Evidence, found: FileLook | str) -> str:
    if isinstance(found, str):
        return found
    same = not evidence_item.sha256 or found.has(evidence_item.sha256)
    return EvidenceState.OK if same else EvidenceState.CHANGED


def with_verdicts(states: Mapping[str, str], verdicts: Iterable[Verdict]) -> dict[str, str]:
    """Return states with what was verified a moment ago, also of files that were not at rest."""
    found = dict(states)
    for verdict in verdicts:
        key = file_key(verdict.evidence_item)
        if verdict.state == EvidenceState.OK:
            found.pop(key, None)
        elif verdict.state == EvidenceState.CHANGED:
            found[key] = verdict.state
    return found


def note_look(root: Path, link: str, look: FileLook) -> None:
    """Note what was seen of a file that is about to be added."""
    _seen_here[root, link] = look


def remember_added(root: Path, *evidence: Evidence) -> None:
    """Remember what files are like that were hashed a moment ago, and that they may be read."""
    memory = _Memory(root)
    for one in evidence:
        if one.kind != EvidenceKind.FILE:
            continue
        if Path(one.link).is_absolute():
            with contextlib.suppress(FedcheckError), local_state.lock_workspace(root):
                local_state.allow_outside(root, [one.link])
        look = _seen_here.get((root, one.link))
        if look is not None and look.sha256 == one.sha256:
            memory.note(one.link, look)
    memory.save()


def allow_outside(root: Path, records: Iterable[EvidenceHolder]) -> None:
    """Remember that the files which records name outside the workspace may be looked at."""
    links = [p.link for r in records for p in r.evidence if Path(p.link).is_absolute()]
    if links:
        with local_state.lock_workspace(root):
            local_state.allow_outside(root, links)


def _list_files(records: Iterable[EvidenceHolder]) -> list[Evidence]:
    file = EvidenceKind.FILE  # the name of a member is looked up by a function
    return [piece for one in records for piece in one.evidence if piece.kind == file]


def _group_by_link(records: Iterable[EvidenceHolder]) -> dict[str, list[Evidence]]:
    """Return the evidence files by link: for each the items with different hashes."""
    found: dict[str, dict[str, Any]] = {}
    for piece in _list_files(records):
        found.setdefault(piece.link, {})[piece.sha256] = piece
    return {link: list(pieces.values()) for link, pieces in found.items()}
