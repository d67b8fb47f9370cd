"""What a gate lacks, as a report tells it: counted by who owes it, then listed by owner."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePath

from fedcheck.insight.entries import Board
from fedcheck.insight.gates import Gate, Missing
from fedcheck.model.entry import Entry
from fedcheck.model.finding import Finding
from fedcheck.model.process import ROLE_TITLES
from fedcheck.model.request import Request
from fedcheck.model.text import one_line, plural
from fedcheck.report import view, words
from fedcheck.report.words import Names

Debts = Mapping[tuple[str, str], Sequence[Missing]]
"""What is missing by role and name of a person; the name is empty where nobody is named."""


def gate_view(board: Board, gate: Gate) -> view.GateView:
    """Return a gate as templates see it."""
    debts = _debts(Names(board.project), gate)
    return view.GateView(
        ready=gate.ready,
        count=len(gate.missing),
        verdict="met" if gate.ready else f"{len(gate.missing)} missing",
        answer=_answer(gate),
        counted=counted(debts),
        owed=tuple(
            view.OwedView(
                owner=_owner(role, person),
                person=person,
                role=role,
                count=len(missing),
                missing=_lacks(board, gate, missing),
            )
            for (role, person), missing in debts.items()
        ),
    )


def counted(debts: Debts) -> str:
    """Count what is missing by who owes it: `CSP 11 (Alice Moreno 9, nobody named 2), JAB 1`."""
    by_role: dict[str, dict[str, int]] = {}
    for (role, person), missing in debts.items():
        by_role.setdefault(role, {})[person] = len(missing)
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


def _debts(names: Names, gate: Gate) -> Debts:
    """Group what is missing: roles in their order, and in each of them nobody named last."""
    grouped: dict[tuple[str, str], list[Missing]] = {}
    for missing in gate.missing:
        role = names.role_of(missing.owner, missing.role)
        grouped.setdefault((role, names.person(missing.owner)), []).append(missing)
    roles = [*names.project.process.roles, *ROLE_TITLES]

    def order(place: tuple[str, str]) -> tuple[int, str, bool, str]:
        role, person = place
        known = roles.index(role) if role in roles else len(roles)
        return known, role, not person, person

    return {place: grouped[place] for place in sorted(grouped, key=order)}


def _owner(role: str, person: str) -> str:
    label = words.role_label(role)
    if person:
        return f"{person} ({label})" if label else person
    return f"{label}, nobody named" if label else "Nobody named"


def _lacks(board: Board, gate: Gate, missing: Sequence[Missing]) -> tuple[view.LackView, ...]:
    found = [_lack(board, gate, one) for one in missing]
    return tuple(sorted(found, key=lambda lack: lack.by or date.max))


def _lack(board: Board, gate: Gate, missing: Missing) -> view.LackView:
    entry = board.entries.get(missing.ref)
    ref, name, why, due = missing.ref, missing.ref, missing.why, None
    if entry:
        name, why, due = words.item_name(entry), _with_titles(board, entry, missing), entry.due
    elif missing.kind == "file":
        ref = name = inside(board, missing.ref)
    elif asked := _asked(board, missing):
        # The words of the gate repeat the title after a colon.
        name, why, due = asked.title, missing.why.partition(":")[0], asked.due
    return view.LackView(
        kind=missing.kind,
        ref=ref,
        name=words.title(name),
        why=words.reason(why),
        by=words.earlier(due, gate.date),
    )


def _asked(board: Board, missing: Missing) -> Request | Finding | None:
    known = board.project.requests if missing.kind == "request" else board.project.findings
    return next((one for one in known if one.id == missing.ref), None)


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
