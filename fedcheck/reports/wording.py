"""How a report says things: people, roles, dates, the state in two sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fedcheck.analysis.board import Board
from fedcheck.analysis.gates import Gate
from fedcheck.analysis.progress import count
from fedcheck.domain.dates import distance
from fedcheck.domain.glossary import STATUS_GLYPHS, STATUS_WORDS
from fedcheck.domain.process import role_label as role_label
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line, plural
from fedcheck.domain.workspace import Project

LABEL = 100
TITLE = 200
REASON = 1000
"""The most characters of a label, a name, a text that explains; an ellipsis tells of the rest."""


def status_text(status: str) -> str:
    """Return sign and word of a status."""
    return f"{STATUS_GLYPHS[status]} {STATUS_WORDS[status]}"


def title(text: str) -> str:
    """Return a name for a line."""
    return one_line(text, TITLE)


def reason(text: str) -> str:
    """Return a text that explains something, for a line."""
    return one_line(text, REASON)


def item_name(row: Row) -> str:
    """Return the title of an item, after its official code if it has one."""
    return f"{row.item.code}: {row.item.title}" if row.item.code else row.item.title


def earlier(*days: date | None) -> date | None:
    """Return the earliest of the days that are known."""
    return min((day for day in days if day), default=None)


def when(day: date | None, today: date) -> str:
    """Return a date with its distance."""
    return f"{day}, {distance(day, today)}" if day else "no date yet"


@dataclass(frozen=True, slots=True)
class Names:
    """How the people of a project are called."""

    project: Project

    def role_of(self, owner: str, role: str = "") -> str:
        """Return the role in which somebody owes something."""
        if role in self.project.process.all_roles:
            return role
        person = (self.project.config.people or {}).get(owner)
        if person:
            return person.role
        return owner if owner in self.project.process.all_roles else ""

    def person(self, owner: str) -> str:
        """Return the name of a person; empty where the owner is a role, or nobody."""
        if owner in self.project.process.all_roles:
            return ""
        person = (self.project.config.people or {}).get(owner)
        return title(person.name if person and person.name else owner)

    def who(self, owner: str, role: str = "") -> str:
        """Return a person with the role: `Alice Moreno (CSP)`; or the role where none is named."""
        label = role_label(self.role_of(owner, role))
        name = self.person(owner)
        if not name:
            return label or "nobody named"
        return f"{name} ({label})" if label else name


def state(board: Board, gate: Gate | None) -> str:
    """Say in two sentences how things stand: the work, then the milestone."""
    phases = gate.milestone.closes if gate else ()
    rows = [e for e in board.rows.values() if not phases or e.phase in phases]
    counts = count(rows)
    overdue = sum(row.overdue for row in rows)
    blocked = counts.by_status["blocked"]
    scope = "that this milestone rests on" if phases else "that apply"
    text = f"Of the {plural(counts.countable, 'item')} {scope}, {_are(counts.done)} done"
    if blocked or overdue:
        text += f"; {_are(blocked)} blocked and {_are(overdue)} overdue."
    else:
        text += "; none is blocked or overdue."
    if counts.unknown:
        text = text[:-1] + f"; the state of {counts.unknown} cannot be read."
    return f"{text} {_milestone(board, gate)}" if gate else text


def _milestone(board: Board, gate: Gate) -> str:
    name, missing = f'"{title(gate.milestone.title)}"', len(gate.missing)
    things = plural(missing, "thing is", "things are") + " missing"
    if not gate.milestone.closes:
        lack = "has no gate: it closes no phase"
        return f"The milestone {name} {lack}; its date is {when(gate.date, board.today)}."
    if gate.date is None:
        rest = f"{things} before it can be called" if missing else "nothing is missing"
        return f"{name} has no date yet, and {rest}."
    days = (gate.date - board.today).days
    if days < 0:
        lack = f"{things} for it" if missing else "nothing is missing for it"
        return f"{name} was {plural(-days, 'day')} ago, and {lack}."
    left = f"{name} is today" if days == 0 else f"{name} is {plural(days, 'day')} away"
    rest = f"{things} before it can be called" if missing else "it can be called"
    return f"{left}, and {rest}."


def trouble(states: Sequence[str]) -> str:
    """Say how much evidence there is, and how much of it does not count."""
    found = [(state, states.count(state)) for state in ("stale", "missing", "changed")]
    bad = [f"{_are(number)} {state}" for state, number in found if number]
    pieces = plural(len(states), "piece") + " of evidence"
    if not states:
        return "There is no evidence yet."
    if not bad:
        return f"Of {pieces} none is stale, missing or changed."
    listed = " and ".join([", ".join(bad[:-1]), bad[-1]] if bad[1:] else bad)
    return f"Of {pieces} {listed}."


def _are(number: int) -> str:
    return "none is" if number == 0 else f"{number} is" if number == 1 else f"{number} are"
