"""What came back with hand-overs and is up to a person: list it, accept it, reject it."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from fedcheck.domain.change import Change
from fedcheck.domain.field_values import field_value, printed
from fedcheck.domain.fields import field_of
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import MilestoneDate
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.session import Session, Transaction
from fedcheck.sharing.handover_scope import label_field
from fedcheck.sharing.handover_store import (
    ACCEPTED,
    REJECTED,
    Proposal,
    ProposedChange,
    list_proposing,
    list_standing,
    read_proposals,
    write_decisions,
)
from fedcheck.storage.record_file import MILESTONES, make_empty

EVERY = "all"
"""Stands for all open proposals on the command line."""


def list_open(session: Session) -> list[Proposal]:
    """Return the proposals that nobody has decided yet, the oldest hand-over first.

    One that was accepted is open again once that was undone; those of a return that was undone are
    none. Of two for the same fields the newer stands.
    """
    listed = [(one, read_proposals(session.root, one)) for one in list_proposing(session.root)]
    if not any(proposals for _, proposals in listed):
        return []  # the history may be long: it is read only where it counts
    standing = list_standing(session.history())
    found = []
    for handover, proposals in listed:
        standing_places = {one.place for one in handover.returns if standing.has(one.tx)}
        seen: set[tuple[str, tuple[str, ...]]] = set()
        for one in proposals:
            key = one.ref, tuple(change.field for change in one.changes)
            if one.place not in standing_places or key in seen:
                continue
            seen.add(key)
            is_accepted = one.decision == ACCEPTED and standing.has(one.tx)
            if not is_accepted and one.decision != REJECTED and not _holds(session, one):
                found.append(one)
    return found


def find_thing(session: Session, ref: str) -> Any:
    """Return the record that a proposal is about, as it is now."""
    book, name = split_ref(ref)
    if book == MILESTONES:
        return MilestoneDate((session.project.config.milestones or {}).get(name))
    return session.project.thing(ref) or make_empty(book, name)


def _holds(session: Session, proposal: Proposal) -> bool:
    """Return whether our record has all that is proposed already."""
    thing = find_thing(session, proposal.ref)
    try:
        return all(field_value(thing, one.field) == one.proposed for one in proposal.changes)
    except (AttributeError, KeyError, ValueError):
        return False


def select(proposals: Sequence[Proposal], names: Iterable[str]) -> list[Proposal]:
    """Return the proposals that ids name. Raises FedcheckError (usage) for an unknown one."""
    chosen: list[Proposal] = []
    for name in names:
        if name == EVERY:
            return list(proposals)
        found = [one for one in proposals if one.id == name]
        if not found:
            hint = "see: fedcheck handover"
            text = f"no open proposal {one_line(name, 40)}"
            raise FedcheckError(text, hint, ErrorKind.USAGE)
        chosen += [one for one in found if one not in chosen]
    return chosen


def accept(
    session: Session, proposals: Sequence[Proposal], *, replaces: bool = False
) -> Transaction:
    """Take proposals over, as one transaction that undo takes back.

    Args:
        session: the workspace.
        proposals: what is accepted.
        replaces: whether what we changed since they came may be replaced.

    Raises:
        FedcheckError: where a field was changed since, or it cannot be saved.
    """
    changes = []
    for one in proposals:
        thing = find_thing(session, one.ref)
        for change in one.changes:
            try:
                now = field_value(thing, change.field)
            except (AttributeError, KeyError, ValueError):
                raise FedcheckError(
                    f"proposal {one.id}: {one_line(change.field, 40)} is no field", "reject it"
                ) from None
            if now not in (change.ours, change.proposed) and not replaces:
                raise FedcheckError(
                    f"proposal {one.id}: {label_field(thing, change.field)} of "
                    f"{one_line(one.ref, 60)} was changed here since it came",
                    "look at it again, then accept it with --replace",
                    ErrorKind.REFUSED,
                )
            changes.append(Change(one.ref, change.field, now, change.proposed))
    label = f"Accepted: {pluralize(len(proposals), 'proposal')}"
    made = session.apply_changes(changes, label)
    write_decisions(
        session.root,
        [replace(one, decision=ACCEPTED, by=session.who, tx=made.tx) for one in proposals],
    )
    return made


def reject(session: Session, proposals: Sequence[Proposal]) -> None:
    """Leave proposals; nothing of our records changes. Raises FedcheckError."""
    write_decisions(
        session.root, [replace(one, decision=REJECTED, by=session.who) for one in proposals]
    )


def list_shown(proposal: Proposal) -> list[ProposedChange]:
    """Return the changes that a person looks at; the version of an item follows its status."""
    return [one for one in proposal.changes if one.field != "basis"] or list(proposal.changes)


def describe(session: Session, proposal: Proposal, cells: int = 40) -> str:
    """Return in one line what is proposed: `risk high -> low, due 2027-02-01 -> 2027-04-01`."""
    thing = find_thing(session, proposal.ref)
    parts = []
    for one in list_shown(proposal):
        row = field_of(type(thing), one.field)
        ours, new = (_print(row, value, cells) for value in (one.ours, one.proposed))
        parts.append(f"{label_field(thing, one.field)} {ours} -> {new}")
    return ", ".join(parts)


def _print(row: Any, value: Any, cells: int) -> str:
    if isinstance(value, dict):
        return one_line(str(value.get("label") or value.get("link", "")), cells)
    return printed(row, value, cells) or "(empty)"
