"""The rows of a team's own list as they are understood, and notes on what was not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from fedcheck.exchange import columns
from fedcheck.exchange.days import AmbiguousDayError, parse_day
from fedcheck.exchange.grid import Line
from fedcheck.exchange.plan import Note
from fedcheck.exchange.proof_cells import proofs_in
from fedcheck.exchange.tracker import DAYS, Look
from fedcheck.model.text import one_line, plural
from fedcheck.session import Session

IMPLIED = {"satisfied": "done", "other-than-satisfied": "done", "not-applicable": "na"}
"""The status that each result has for a consequence."""

_CONTROL = re.compile(r"\b([A-Z]{2})-0*(\d{1,2})((?:\s*\(\s*\d{1,2}\s*\))*)", re.I)


@dataclass(frozen=True, slots=True)
class Task:
    """A row as it is understood.

    Attributes:
        values: what it says of the record, by field; what could not be understood is not there.
        proofs: labels and links of evidence.
    """

    line: Line
    id: str
    title: str
    section: str = ""
    phase: str = ""
    role: str = ""
    guidance: str = ""
    controls: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    proofs: tuple[tuple[str, str], ...] = ()


def tasks(session: Session, seen: Look) -> tuple[list[Task], list[Note]]:
    """Return the rows as they are understood, and notes on what was not."""
    notes: list[Note] = []
    words: dict[tuple[str, str], list[Line]] = {}
    found = []
    for line in seen.grid.lines:
        task = _task(session, seen, line, notes, words)
        if task is not None:
            found.append(task)
    for (name, word), lines in words.items():
        more = f" and {plural(len(lines) - 1, 'more row')}" if len(lines) > 1 else ""
        what = f'{name}: "{one_line(word, 40)}" is not known, and was not used'
        remedy = f'say what it means: --{name} "{one_line(word, 40)}=..."'
        notes.append(Note(seen.grid.place(lines[0]) + more, what, remedy))
    return found, notes


def _task(
    session: Session,
    seen: Look,
    line: Line,
    notes: list[Note],
    words: dict[tuple[str, str], list[Line]],
) -> Task | None:
    def text(name: str) -> str:
        return line.text(seen.place(name))

    name, title = " ".join(text("id").split()), " ".join(text("title").split())
    if not name and not title:
        notes.append(Note(seen.grid.place(line), "neither a title nor an id", ""))
        return None
    controls = _controls(text("control"))
    if text("control").strip(" -–") and not controls:
        what = f'control: "{one_line(text("control"), 40)}" names none'
        notes.append(Note(seen.grid.place(line), what, "write it as AC-2(1)"))
    return Task(
        line,
        name,
        title or name,
        " ".join(text("section").split()),
        " ".join(text("phase").split()),
        " ".join(text("role").split()),
        text("guidance").strip(),
        controls,
        _values(session, seen, line, notes, words),
        tuple(proofs_in(text("evidence"))),
    )


def _controls(text: str) -> tuple[str, ...]:
    found = (
        f"{one[1].upper()}-{int(one[2])}{re.sub(r'[^()0-9]', '', one[3])}"
        for one in _CONTROL.finditer(text)
    )
    return tuple(dict.fromkeys(found))


def _values(
    session: Session,
    seen: Look,
    line: Line,
    notes: list[Note],
    words: dict[tuple[str, str], list[Line]],
) -> dict[str, str]:
    """Return what a row says of the record, by field."""
    found: dict[str, str] = {}
    for name in ("note", "reason"):
        if name in seen.mapped.columns:
            found[name] = line.text(seen.place(name))
    if "owner" in seen.mapped.columns:
        found["owner"] = _person(session, line.text(seen.place("owner")))
    for name in DAYS:
        if name in seen.mapped.columns:
            day = _day(seen, line, name, notes)
            if day is not None:
                found[name] = day
    for name, meaning in (("status", columns.status_of), ("result", columns.result_of)):
        if name not in seen.mapped.columns:
            continue
        word = " ".join(line.text(seen.place(name)).split())
        meant = meaning(word, getattr(seen.mapped, name) or {}) if word else ""
        if meant is None:
            words.setdefault((name, word), []).append(line)
        else:
            found[name] = meant or ("todo" if name == "status" else "")
    return _consistent(seen, line, found, notes)


def _consistent(seen: Look, line: Line, found: dict[str, str], notes: list[Note]) -> dict[str, str]:
    """A result decides the status; where the row says another one, that is told."""
    implied = IMPLIED.get(found.get("result", ""))
    if implied:
        said = found.get("status", "todo")
        if "status" in found and said not in (implied, "todo"):
            what = f"the result {found['result']} makes it {implied}, the status says {said}"
            notes.append(Note(seen.grid.place(line), what, "the result counts"))
        found["status"] = implied
    if found.get("status") != "done":
        found.pop("done", None)
    return found


def _day(seen: Look, line: Line, name: str, notes: list[Note]) -> str | None:
    """Return a day as it is stored, empty for none; None where the cell holds no day."""
    cell = line.cell(seen.place(name))
    if line.text(seen.place(name)).casefold().strip() in ("tbd", "tba", "n/a", "na", "-", "–"):
        return ""
    try:
        day = parse_day(cell, seen.mapped.dates)
    except AmbiguousDayError as error:
        notes.append(
            Note(seen.grid.place(line), f"{name}: {error}", "say --dates mdy, or --dates dmy")
        )
        return None
    except ValueError as error:
        notes.append(Note(seen.grid.place(line), f"{name}: {error}", "write it as 2027-02-01"))
        return None
    return day.isoformat() if day else ""


def _person(session: Session, text: str) -> str:
    """Return the short name of somebody who is known by it or by their full name; else the text."""
    words = " ".join(text.split())
    people = session.project.config.people or {}
    for name, person in people.items():
        if words.casefold() in (name.casefold(), person.name.casefold()):
            return name
    return words
