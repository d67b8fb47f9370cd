"""What each person owes, and what waits for them: the digest of an owner.

Whoever is named owes; what nobody is named for is a digest of its own, for the lead to assign.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from fedcheck.insight.agenda import SOON, phases_in_reach, rank
from fedcheck.insight.entries import Board
from fedcheck.insight.ledgers import overdue
from fedcheck.insight.parties import answering, remediating, role_of
from fedcheck.insight.register import Use, register
from fedcheck.model.entry import Entry
from fedcheck.model.finding import Finding
from fedcheck.model.process import Milestone
from fedcheck.model.request import Request

Asked = Request | Finding
T = TypeVar("T", Request, Finding)


@dataclass(frozen=True, slots=True)
class Digest:
    """What one owner owes on a day.

    Attributes:
        owner: short name as it is written; empty for what nobody is named for.
        role: role of the owner, as far as it is known.
        items: open items, the most pressing first; what waits for others is among them.
        answers: requests that the owner is to answer.
        judgements: answers that the owner is to accept or to return.
        findings: open findings that the owner is to remediate.
        blocked: open items of others that wait for items of the owner, by the owner's reference.
        proofs: evidence of the owner's items that no longer counts, or soon will not.
        later: how many items of phases far off are left out, where nobody is named.
    """

    owner: str
    role: str = ""
    items: tuple[Entry, ...] = ()
    answers: tuple[Request, ...] = ()
    judgements: tuple[Request, ...] = ()
    findings: tuple[Finding, ...] = ()
    blocked: Mapping[str, tuple[Entry, ...]] | None = None
    proofs: tuple[Use, ...] = ()
    later: int = 0

    @property
    def empty(self) -> bool:
        """Tell whether nothing is owed and nothing waits."""
        owed = (self.items, self.answers, self.judgements, self.findings, self.proofs)
        return not any(owed) and not self.later

    def overdue(self, today: date) -> int:
        """Count what is overdue."""
        asked: tuple[Asked, ...] = (*self.answers, *self.findings)
        return sum(e.overdue for e in self.items) + sum(overdue(one, today) for one in asked)


def digests(board: Board, role: str = "", until: date | None = None) -> list[Digest]:
    """Return the digest of everybody who owes something, by name, and that of nobody last.

    Args:
        board: the project on a day; give `Board.shared()` where the digests leave the company.
        role: only people of this role, and what nobody of it is named for.
        until: leave out what is due after this day; what has no day stays.
    """
    names = _names(board)
    found = [_of(board, name, role, until) for name in sorted(names.values(), key=str.casefold)]
    nobody = _of(board, "", role, until)
    return [
        one
        for one in (*found, nobody)
        if not one.empty and (not role or _in_role(board, one, role))
    ]


def owners(board: Board) -> list[str]:
    """Return everybody who is named for something open, as they are written."""
    return sorted(_names(board).values(), key=str.casefold)


def _in_role(board: Board, one: Digest, role: str) -> bool:
    """Tell whether a digest is of a role; somebody whom nobody knows is of that of their items."""
    if not one.owner or one.role:
        return not one.owner or one.role == role
    return any(entry.role == role for entry in one.items)


def _names(board: Board) -> dict[str, str]:
    """Return who is named, by their name in lower case; roles are nobody."""
    project = board.project
    used = [entry.record.owner for entry in board.entries.values() if _counts(entry)]
    used += [one.to for one in project.requests if one.state == "open"]
    used += [one.by for one in project.requests if one.state == "answered"]
    used += [one.owner for one in project.findings if one.state == "open"]
    known = {name.casefold(): name for name in project.config.people or {}}
    roles = {role.casefold() for role in project.process.roles}
    found: dict[str, str] = {}
    for name in used:
        word = name.strip().casefold()
        if word and word not in roles:
            found.setdefault(word, known.get(word, name.strip()))
    return found


def _counts(entry: Entry) -> bool:
    """Tell whether something is to be done about an item: it is open, or no longer sound."""
    if entry.unknown:
        return False
    return not entry.record.closed or entry.overdue or entry.unsound or entry.changed


def _of(board: Board, owner: str, role: str, until: date | None) -> Digest:
    project, roles = board.project, {one.casefold() for one in board.project.process.roles}

    def own(name: str) -> bool:
        word = name.strip().casefold()
        return word == owner.casefold() if owner else not word or word in roles

    def in_time(due: date | None) -> bool:
        return until is None or due is None or due <= until

    def asked(thing_role: str) -> bool:
        return bool(owner) or not role or thing_role == role

    entries = [e for e in board.entries.values() if own(e.record.owner) and asked(e.role)]
    to_do = [e for e in entries if _to_do(e) and in_time(e.due)]
    far = 0
    if not owner:
        near = phases_in_reach(board)
        reached = [e for e in to_do if e.phase in near or _soon(board, e)]
        far, to_do = len(to_do) - len(reached), reached
    to_do.sort(key=lambda entry: (rank(board, entry), entry.due or date.max))
    refs = {entry.ref for entry in to_do}
    return Digest(
        owner,
        role_of(project, owner) if owner else role,
        tuple(to_do),
        tuple(
            one for one in _by_due(project.requests)
            if one.state == "open" and own(one.to) and in_time(one.due)
            and asked(answering(project, one))
        ),
        tuple(
            one for one in _by_due(project.requests)
            if one.state == "answered" and own(one.by) and asked(role_of(project, one.by))
        ),
        tuple(
            one for one in _by_due(project.findings)
            if one.state == "open" and own(one.owner) and in_time(one.due)
            and asked(remediating(project, one))
        ),
        _waiting(board, refs) if owner else {},
        tuple(_proofs(board, {entry.ref for entry in entries})) if owner else (),
        far,
    )  # fmt: skip


def _to_do(entry: Entry) -> bool:
    """Tell whether an item is to be worked on; evidence that is unsound is told of apart."""
    if entry.unknown:
        return False
    return not entry.record.closed or entry.overdue or entry.changed


def _soon(board: Board, entry: Entry) -> bool:
    return entry.due is not None and (entry.due - board.today).days <= SOON


def _by_due(things: Iterable[T]) -> list[T]:
    return sorted(things, key=lambda one: (one.due or date.max, one.title.casefold(), one.id))


def _waiting(board: Board, refs: set[str]) -> dict[str, tuple[Entry, ...]]:
    """Return the open items that wait for some, by what they wait for."""
    found: dict[str, list[Entry]] = {}
    for entry in board.entries.values():
        if entry.record.closed or entry.unknown or entry.ref in refs:
            continue
        for need in entry.waits:
            if need in refs:
                found.setdefault(need, []).append(entry)
    return {ref: tuple(entries) for ref, entries in found.items()}


def _proofs(board: Board, refs: set[str]) -> Iterator[Use]:
    """Yield evidence of items that is stale, missing, changed, or stale before long."""
    for row in register(board).rows:
        for use in row.uses:
            bad = use.standing in ("stale", "missing", "changed", "soon")
            if use.proof is not None and bad and use.entry.ref in refs:
                yield use


def gate_of(board: Board, entry: Entry) -> Milestone | None:
    """Return the next milestone whose gate asks for an item; None where none does any more."""
    for stone in board.project.process.milestones:
        day = board.dates.get(stone.id)
        passed = day is not None and day < board.today
        if entry.phase in stone.closes and entry.item.after != stone.id and not passed:
            return stone
    return None
