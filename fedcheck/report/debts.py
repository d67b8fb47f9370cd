"""What a gate lacks, as a report tells it: counted by who owes it, then listed by owner."""

from collections.abc import Sequence
from pathlib import PurePath

from fedcheck.insight.debts import Debt, asked, debts, reason_of
from fedcheck.insight.entries import Board
from fedcheck.insight.gates import Gate, Missing
from fedcheck.model.entry import Entry
from fedcheck.model.text import one_line, plural
from fedcheck.report import view, words
from fedcheck.report.words import Names


def gate_view(board: Board, gate: Gate) -> view.GateView:
    """Return a gate as templates see it."""
    names, owed = Names(board.project), debts(board.project, gate.missing)
    return view.GateView(
        ready=gate.ready,
        count=len(gate.missing),
        verdict="met" if gate.ready else f"{len(gate.missing)} missing",
        answer=_answer(gate),
        counted=counted(names, owed),
        owed=tuple(
            view.OwedView(
                owner=_owner(debt.role, names.person(debt.person)),
                person=names.person(debt.person),
                role=debt.role,
                count=len(debt.missing),
                missing=tuple(_lack(board, gate, one) for one in debt.missing),
            )
            for debt in owed
        ),
    )


def counted(names: Names, owed: Sequence[Debt]) -> str:
    """Count what is missing by who owes it: `CSP 11 (Alice Moreno 9, nobody named 2), JAB 1`."""
    by_role: dict[str, dict[str, int]] = {}
    for debt in owed:
        people = by_role.setdefault(debt.role, {})
        person = names.person(debt.person)
        people[person] = people.get(person, 0) + len(debt.missing)
    parts = []
    for role, people in by_role.items():
        shown = ", ".join(f"{person or 'nobody named'} {n}" for person, n in people.items())
        if not role:
            parts.append(shown)
            continue
        number = f"{words.role_label(role)} {sum(people.values())}"
        parts.append(number if list(people) == [""] else f"{number} ({shown})")
    return ", ".join(parts)


def _answer(gate: Gate) -> str:
    if gate.ready:
        return "Yes: nothing is missing."
    return f"Not yet: {plural(len(gate.missing), 'thing is', 'things are')} missing."


def _owner(role: str, person: str) -> str:
    label = words.role_label(role)
    if person:
        return f"{person} ({label})" if label else person
    return f"{label}, nobody named" if label else "Nobody named"


def _lack(board: Board, gate: Gate, missing: Missing) -> view.LackView:
    entry = board.entries.get(missing.ref)
    ref, name, why, due = missing.ref, missing.ref, missing.why, None
    if entry:
        name, why, due = words.item_name(entry), _with_titles(board, entry, missing), entry.due
    elif missing.kind == "file":
        ref = name = inside(board, missing.ref)
    elif thing := asked(board, missing):
        name, why, due = thing.title, reason_of(board, missing), thing.due
    return view.LackView(
        kind=missing.kind,
        ref=ref,
        name=words.title(name),
        why=words.reason(why),
        by=words.earlier(due, gate.date),
        since=missing.since,
    )


def _with_titles(board: Board, entry: Entry, missing: Missing) -> str:
    """Return why something is missing, with the title of the item that it waits for."""
    if not entry.waits:
        return missing.why
    first, others = board.entries[entry.waits[0]], len(entry.waits) - 1
    named = f'"{one_line(first.item.title, words.LABEL)}" ({words.role_label(first.role)})'
    if missing.kind != "needs":
        return missing.why.replace(first.ref, named)
    if others:
        named += f" and {plural(others, 'other')}"
    return missing.why.replace(", ".join(entry.waits), named)


def inside(board: Board, path: str) -> str:
    """Return a path without what it tells of this machine."""
    place = PurePath(path)
    root = PurePath(board.project.root)
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else place.name
