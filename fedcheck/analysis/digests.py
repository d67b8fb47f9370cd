"""Digests: what each person owes, in the order of urgency: items, answers, findings, evidence."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TypeVar

from msgspec import Struct

from fedcheck.analysis.agenda import SOON_DAYS, find_phases_in_reach, rank_row
from fedcheck.analysis.board import Board
from fedcheck.analysis.evidence_register import EvidenceUse, build_register
from fedcheck.analysis.gates import asks_for
from fedcheck.analysis.issues import Issue, is_overdue
from fedcheck.analysis.waiting_since import find_answering_role, find_remediating_role, find_role
from fedcheck.domain.finding import Finding
from fedcheck.domain.process import Milestone
from fedcheck.domain.request import Request
from fedcheck.domain.row import Row

S = TypeVar("S")
T = TypeVar("T", Request, Finding)


class Digest(Struct, frozen=True):
    """What one owner owes on a day.

    Attributes:
        owner: short name as it is written; empty for what nobody is named for.
        role: role of the owner, as far as it is known.
        items: open items, the most pressing first; what waits for others is among them.
        answers: requests that the owner is to answer.
        judgements: answers that the owner is to accept or to return.
        findings: open findings that the owner is to remediate.
        blocked: open items of others that wait for items of the owner, by the owner's reference.
        evidence_items: evidence of the owner's items that no longer counts, or soon will not.
        later: how many items of phases far off are left out, where nobody is named.
    """

    owner: str
    role: str = ""
    items: tuple[Row, ...] = ()
    answers: tuple[Request, ...] = ()
    judgements: tuple[Request, ...] = ()
    findings: tuple[Finding, ...] = ()
    blocked: Mapping[str, tuple[Row, ...]] | None = None
    evidence_items: tuple[EvidenceUse, ...] = ()
    later: int = 0

    @property
    def empty(self) -> bool:
        """Return whether nothing is owed and nothing waits."""
        owed = (self.items, self.answers, self.judgements, self.findings, self.evidence_items)
        return not any(owed) and not self.later

    def overdue(self, today: date) -> int:
        """Count what is overdue."""
        asked: tuple[Issue, ...] = (*self.answers, *self.findings)
        return sum(e.overdue for e in self.items) + sum(is_overdue(one, today) for one in asked)


def build_digests(
    board: Board, role: str = "", until: date | None = None, *, with_evidence: bool = True
) -> list[Digest]:
    """Return the digest of everybody who owes something, by name, and that of nobody last.

    Args:
        board: the project on a day; give `Board.shared()` where the digests leave the company.
        role: only people of this role, and what nobody of it is named for.
        until: leave out what is due after this day; what has no date stays.
        with_evidence: look for evidence that no longer counts; it takes as long as all the rest.
    """
    names = _list_named_people(board)
    shares = _share_out(board, with_evidence)
    found = [
        _build_digest(board, shares, name, role, until)
        for name in sorted(names.values(), key=str.casefold)
    ]
    nobody = _build_digest(board, shares, "", role, until)
    return [
        one
        for one in (*found, nobody)
        if not one.empty and (not role or _is_of_role(board, one, role))
    ]


def list_owners(board: Board) -> list[str]:
    """Return everybody who is named for something open, as they are written."""
    return sorted(_list_named_people(board).values(), key=str.casefold)


def _is_of_role(board: Board, one: Digest, role: str) -> bool:
    """Return whether a digest is of a role; an unknown person has the role of their items."""
    if not one.owner or one.role:
        return not one.owner or one.role == role
    return any(row.role == role for row in one.items)


def _list_named_people(board: Board) -> dict[str, str]:
    """Return who is named, by their name in lower case; roles are nobody."""
    project = board.project
    used = [row.record.owner for row in board.rows.values() if _needs_attention(row)]
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


def _needs_attention(row: Row) -> bool:
    """Return whether something is to be done about an item: it is open, or no longer sound."""
    if row.unknown:
        return False
    return not row.record.closed or row.overdue or row.unsound or row.changed


class _Shares(Struct, frozen=True):
    """What each person is named for, by their name in lower case; "" for nobody, and for roles.

    Worked out once for all: a board may name thousands of people. What is in other digests
    by reference has its place in the board, for the order.
    """

    rows: Mapping[str, list[Row]]
    answers: Mapping[str, list[Request]]
    judgements: Mapping[str, list[Request]]
    findings: Mapping[str, list[Finding]]
    waiting: Mapping[str, list[tuple[int, Row]]]
    failing: Mapping[str, list[tuple[int, EvidenceUse]]]


def _share_out(board: Board, with_evidence: bool) -> _Shares:
    roles = {one.casefold() for one in board.project.process.roles}

    def group(things: Iterable[S], name: Callable[[S], str]) -> dict[str, list[S]]:
        found: dict[str, list[S]] = {}
        for one in things:
            word = name(one).strip().casefold()
            found.setdefault("" if word in roles else word, []).append(one)
        return found

    requests, findings = _sort_by_due(board.project.requests), _sort_by_due(board.project.findings)
    return _Shares(
        group(board.rows.values(), lambda row: row.record.owner),
        group((one for one in requests if one.state == "open"), lambda one: one.to),
        group((one for one in requests if one.state == "answered"), lambda one: one.by),
        group((one for one in findings if one.state == "open"), lambda one: one.owner),
        _list_waiting(board),
        _list_failing_evidence(board) if with_evidence else {},
    )


def _build_digest(
    board: Board, shares: _Shares, owner: str, role: str, until: date | None
) -> Digest:
    project, word = board.project, owner.casefold()

    def in_time(due: date | None) -> bool:
        return until is None or due is None or due <= until

    def asked(thing_role: str) -> bool:
        return bool(owner) or not role or thing_role == role

    rows = [e for e in shares.rows.get(word, ()) if asked(e.role)]
    to_do = [e for e in rows if _is_to_do(e) and in_time(e.due)]
    far = 0
    if not owner:
        near = find_phases_in_reach(board)
        reached = [e for e in to_do if e.phase in near or _is_due_soon(board, e)]
        far, to_do = len(to_do) - len(reached), reached
    to_do.sort(key=lambda row: (rank_row(board, row), row.due or date.max))
    refs = {row.ref for row in to_do}
    return Digest(
        owner,
        find_role(project, owner) if owner else role,
        tuple(to_do),
        tuple(
            one for one in shares.answers.get(word, ())
            if in_time(one.due) and asked(find_answering_role(project, one))
        ),
        tuple(
            one for one in shares.judgements.get(word, ()) if asked(find_role(project, one.by))
        ),
        tuple(
            one for one in shares.findings.get(word, ())
            if in_time(one.due) and asked(find_remediating_role(project, one))
        ),
        _find_dependents(shares, refs) if owner else {},
        _select(shares.failing, [row.ref for row in rows]) if owner else (),
        far,
    )  # fmt: skip


def _is_to_do(row: Row) -> bool:
    """Return whether an item is to be worked on; evidence that is unsound is listed separately."""
    if row.unknown:
        return False
    return not row.record.closed or row.overdue or row.changed


def _is_due_soon(board: Board, row: Row) -> bool:
    return row.due is not None and (row.due - board.today).days <= SOON_DAYS


def _sort_by_due(things: Iterable[T]) -> list[T]:
    return sorted(things, key=lambda one: (one.due or date.max, one.title.casefold(), one.id))


def _list_waiting(board: Board) -> dict[str, list[tuple[int, Row]]]:
    """Return the open items that wait for others, by what they wait for, with their places."""
    found: dict[str, list[tuple[int, Row]]] = {}
    waiting = (r for r in board.rows.values() if not (r.record.closed or r.unknown))
    pairs = ((need, row) for row in waiting for need in row.waits)
    for place, (need, row) in enumerate(pairs):
        found.setdefault(need, []).append((place, row))
    return found


def _find_dependents(shares: _Shares, refs: set[str]) -> dict[str, tuple[Row, ...]]:
    """Return the open items of others that wait for some, by what they wait for."""
    found: dict[str, list[tuple[int, Row]]] = {}
    for ref in refs:
        others = [(at, row) for at, row in shares.waiting.get(ref, ()) if row.ref not in refs]
        if others:
            found[ref] = others
    ordered = sorted(found, key=lambda ref: found[ref][0][0])
    return {ref: tuple(row for _, row in found[ref]) for ref in ordered}


def _list_failing_evidence(board: Board) -> dict[str, list[tuple[int, EvidenceUse]]]:
    """Return evidence that is stale, missing, changed, or stale before long, by its item."""
    found: dict[str, list[tuple[int, EvidenceUse]]] = {}
    uses = (use for row in build_register(board).rows for use in row.uses)
    for place, use in enumerate(uses):
        bad = use.standing in ("stale", "missing", "changed", "soon")
        if use.evidence_item is not None and bad:
            found.setdefault(use.row.ref, []).append((place, use))
    return found


def _select(
    failing: Mapping[str, list[tuple[int, EvidenceUse]]], refs: Iterable[str]
) -> tuple[EvidenceUse, ...]:
    """Return the evidence of some items in the order of the register."""
    found = [one for ref in refs for one in failing.get(ref, ())]
    return tuple(use for _, use in sorted(found, key=lambda one: one[0]))


def find_gate(board: Board, row: Row) -> Milestone | None:
    """Return the next milestone whose gate asks for an item; None where none does any more.

    No gate asks for an optional item.
    """
    if row.optional:
        return None
    for milestone in board.project.process.milestones:
        day = board.dates.get(milestone.id)
        passed = day is not None and day < board.today
        if not passed and asks_for(board, milestone, row):
            return milestone
    return None
