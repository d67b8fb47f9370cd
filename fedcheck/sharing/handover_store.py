"""What the workspace keeps of its hand-overs: what was sent, what came back, what is proposed.

handovers/<id>/handover.toml           the manifest
handovers/<id>/sent/                   the records as they were handed over
handovers/<id>/returned-<hash>/        the records as they came back, once for each return
"""

import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.change import HistoryLine
from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError, Problem
from fedcheck.sharing.handover_package import MANIFEST, Manifest, parse_manifest
from fedcheck.storage import atomic_files
from fedcheck.storage.paths import HANDOVERS_FOLDER, WORKSPACE_FILE
from fedcheck.storage.raw_files import read_bytes
from fedcheck.storage.toml_io import dumps, format_table, parse

SENT = "sent"
KEPT_HEAD = "head.toml"
"""How a kept head file is called: a folder with one of its own name would be a workspace."""

RETURN_FILE = "return.toml"
PROPOSALS_FILE = "proposals.toml"

ACCEPTED = "accepted"
REJECTED = "rejected"

_ID = re.compile("[0-9a-f]{6,32}")
_RETURNED = re.compile("returned-[0-9a-f]{12}")


class ProposedChange(Struct, frozen=True):
    """One field of a proposal; values in their history form, None for what is empty."""

    field: str
    ours: Any
    proposed: Any


class Proposal(Struct, frozen=True):
    """What came back and was not merged: it is up to a person.

    Attributes:
        id: short, the same each time the same return is read.
        ref: the record.
        why: why it was not merged.
        changes: fields that are accepted together.
        decision: `accepted`, `rejected`, or nothing yet.
        by: who decided.
        tx: the transaction that made the changes.
        handover: the hand-over that it came back with.
        place: the folder of its return.
        people: who proposed it.
        origin: of a conversion, the record of the other workspace that it was made from.
        line: the hash of the newest history line of that record; empty where it has none.
    """

    id: str
    ref: str
    why: str
    changes: tuple[ProposedChange, ...]
    decision: str = ""
    by: str = ""
    tx: str = ""
    handover: str = ""
    place: str = ""
    people: str = ""
    origin: str = ""
    line: str = ""


class Return(Struct, frozen=True):
    """A package that came back.

    Attributes:
        place: its folder.
        at: when it was merged, in UTC.
        by: who merged it.
        people: who filled it in.
        tx: the transaction that made the changes; empty where there were none.
    """

    place: str
    at: str
    by: str
    people: str
    tx: str


class Handover(Struct, frozen=True):
    """A hand-over that the workspace keeps; its returns are in the order in which they came."""

    manifest: Manifest
    folder: Path
    returns: tuple[Return, ...] = ()


def list_handovers(root: Path) -> tuple[list[Handover], list[Problem]]:
    """Return the hand-overs of a workspace, the oldest first, and what cannot be read of them."""
    top = root / HANDOVERS_FOLDER
    found: list[Handover] = []
    problems: list[Problem] = []
    try:
        names = sorted(os.listdir(top)) if os.path.isdir(top) else []  # noqa: PTH112, PTH208
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return [], [Problem(top, 0, f"cannot be read: {reason}", "check its permissions")]
    for name in names:
        if not _ID.fullmatch(name):
            continue
        try:
            found.append(_load(root, name))
        except FedcheckError as error:
            problems.append(Problem(top / name, 0, str(error), error.hint, "warning"))
    return sorted(found, key=lambda one: (one.manifest.made, one.manifest.id)), problems


def list_proposing(root: Path) -> list[Handover]:
    """Return the hand-overs with proposals, decided or not, as far as they can be read.

    The others are not read at all: the app looks at each change of what it shows.
    """
    try:
        found = sorted((root / HANDOVERS_FOLDER).glob(f"*/returned-*/{PROPOSALS_FILE}"))
    except OSError:
        return []
    names = dict.fromkeys(path.parent.parent.name for path in found)
    loaded = []
    for name in names:
        with suppress(FedcheckError):
            loaded += [_load(root, name)] if _ID.fullmatch(name) else []
    return sorted(loaded, key=lambda one: (one.manifest.made, one.manifest.id))


def load_handover(root: Path, handover_id: str) -> Handover:
    """Return a hand-over by its id. Raises FedcheckError where the workspace keeps none of it."""
    if not os.path.lexists(root / HANDOVERS_FOLDER / handover_id / MANIFEST):
        raise FedcheckError(
            f"hand-over {one_line(handover_id, 40)} was not made from this workspace",
            "name the workspace that it came from with -w DIR; it keeps handovers/"
            f"{one_line(handover_id, 40)}/",
            ErrorKind.USAGE,
        )
    return _load(root, handover_id)


def _load(root: Path, name: str) -> Handover:
    folder = root / HANDOVERS_FOLDER / name
    manifest = parse_manifest(folder / MANIFEST, read_bytes(folder / MANIFEST, root))
    returns = []
    for inner in sorted(os.listdir(folder)):  # noqa: PTH208
        path = folder / inner / RETURN_FILE
        if _RETURNED.fullmatch(inner) and os.path.lexists(path):
            data = parse(path, read_bytes(path, root)).data
            texts = {key: str(data.get(key, "")) for key in ("at", "by", "people", "tx")}
            returns.append(Return(inner, **texts))
    returns.sort(key=lambda one: (one.at, one.place))
    return Handover(replace(manifest, id=name), folder, tuple(returns))


def list_standing(lines: Iterable[HistoryLine]) -> "Standing":
    """Return which transactions are not undone."""
    undone_by: dict[str, set[str]] = {}
    for line in lines:
        if line.undoes:
            undone_by.setdefault(line.undoes, set()).add(line.tx)
    return Standing(undone_by)


class Standing(Struct, frozen=True):
    """Which transactions stand: those that no standing one takes back."""

    undone_by: Mapping[str, set[str]]

    def has(self, tx: str) -> bool:
        """Return whether a transaction stands; an empty one does."""
        seen: set[str] = set()

        def stands(one: str) -> bool:
            if one in seen:
                return True
            seen.add(one)
            return not any(stands(undo) for undo in self.undone_by.get(one, ()))

        return stands(tx)


def read_base(root: Path, handover: Handover, standing: Standing) -> dict[str, bytes]:
    """Return the record files that both sides last agreed on, by name.

    That is what came back last and was not undone; a file that was not in it is as it was before.
    """
    found: dict[str, bytes] = {}
    places = [SENT, *(one.place for one in handover.returns if standing.has(one.tx))]
    for place in places:
        top = handover.folder / place
        for path in [*_toml_files(top), *_toml_files(top / "progress")]:
            name = path.relative_to(top).as_posix()
            if name not in (RETURN_FILE, PROPOSALS_FILE):
                found[WORKSPACE_FILE if name == KEPT_HEAD else name] = read_bytes(path, root)
    return found


def _toml_files(folder: Path) -> list[Path]:
    return atomic_files.toml_files(folder)


def name_kept(name: str) -> str:
    """Return how a file of a package is called where it is kept."""
    return KEPT_HEAD if name == WORKSPACE_FILE else name


def keep_return(
    root: Path,
    handover: Handover,
    came: Return,
    files: Mapping[str, bytes],
    proposals: Iterable[Proposal],
) -> None:
    """Keep what came back, and what it proposes. Raises FedcheckError."""
    place = handover.folder / came.place
    head = {"format": 1, "at": came.at, "by": came.by, "people": came.people, "tx": came.tx}
    wanted = {place / name_kept(name): data for name, data in files.items()}
    wanted[place / RETURN_FILE] = dumps({key: one for key, one in head.items() if one}).encode()
    listed = list(proposals)
    if listed:
        wanted[place / PROPOSALS_FILE] = _format_proposals(listed)
    atomic_files.replace_files(wanted, under=root)


def read_proposals(root: Path, handover: Handover) -> list[Proposal]:
    """Return all proposals of a hand-over, those of the newest return first."""
    found = []
    for came in reversed(handover.returns):
        path = handover.folder / came.place / PROPOSALS_FILE
        if not os.path.lexists(path):
            continue
        data = parse(path, read_bytes(path, root)).data.get("proposal", [])
        for one in data if isinstance(data, list) else []:
            proposal = _parse_proposal(one)
            if proposal is not None:
                found.append(
                    replace(
                        proposal,
                        handover=handover.manifest.id,
                        place=came.place,
                        people=came.people,
                    )
                )
    return found


def write_decisions(root: Path, decided: Iterable[Proposal]) -> None:
    """Note what was decided on proposals. Raises FedcheckError."""
    by_place: dict[tuple[str, str], dict[str, Proposal]] = {}
    for one in decided:
        by_place.setdefault((one.handover, one.place), {})[one.id] = one
    wanted = {}
    for (name, place), new in by_place.items():
        handover = load_handover(root, name)
        listed = [one for one in read_proposals(root, handover) if one.place == place]
        path = handover.folder / place / PROPOSALS_FILE
        wanted[path] = _format_proposals([new.get(one.id, one) for one in listed])
    atomic_files.replace_files(wanted, under=root)


def _format_proposals(proposals: Iterable[Proposal]) -> bytes:
    parts = [dumps({"format": 1})]
    for one in proposals:
        data = {"id": one.id, "ref": one.ref, "why": one.why, "decision": one.decision}
        data |= {"by": one.by, "tx": one.tx, "from": one.origin, "line": one.line}
        table: dict[str, Any] = {key: value for key, value in data.items() if value}
        table["change"] = [
            {key: value for key, value in pairs.items() if value is not None}
            for change in one.changes
            if (
                pairs := {
                    "field": change.field,
                    "ours": change.ours,
                    "proposed": change.proposed,
                }
            )
        ]
        parts.append(format_table("[[proposal]]", "proposal", table))
    return "\n".join(parts).encode("utf-8", "replace")


def _parse_proposal(data: Any) -> Proposal | None:
    """Return a proposal; None for a table that is none."""
    if not isinstance(data, dict):
        return None
    texts = {key: data.get(key, "") for key in ("id", "ref", "why", "decision", "by", "tx", "line")}
    texts["origin"] = data.get("from", "")
    listed = data.get("change", [])
    if not all(isinstance(one, str) for one in texts.values()) or not isinstance(listed, list):
        return None
    changes = tuple(
        ProposedChange(one["field"], one.get("ours"), one.get("proposed"))
        for one in listed
        if isinstance(one, dict) and isinstance(one.get("field"), str)
    )
    return Proposal(changes=changes, **texts) if changes and texts["id"] else None
