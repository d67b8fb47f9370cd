"""How a report states things: people, roles, dates, the state in two sentences."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import PurePath

from msgspec import Struct

from fedcheck.analysis.board import Board
from fedcheck.analysis.gates import Gate
from fedcheck.analysis.progress import count_items
from fedcheck.domain.dates import format_distance
from fedcheck.domain.glossary import (
    STATUS_GLYPHS,
    STATUS_WORDS,
    UNSOUND_STATES,
    UNVERIFIED_WORDS,
    EvidenceState,
)
from fedcheck.domain.process import role_label as role_label
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import Project

MAX_LABEL = 100
MAX_TITLE = 200
MAX_REASON = 1000
"""The most characters of a label, a name, a text that explains; an ellipsis reports the rest."""


def status_text(status: str) -> str:
    """Return sign and word of a status."""
    return f"{STATUS_GLYPHS[status]} {STATUS_WORDS[status]}"


def format_title(text: str) -> str:
    """Return a name for a line."""
    return one_line(text, MAX_TITLE)


def format_reason(text: str) -> str:
    """Return a text that explains something, for a line."""
    return one_line(text, MAX_REASON)


def format_item_name(row: Row) -> str:
    """Return the title of an item, after its official code unless the title has it."""
    code, title = row.item.code, row.item.title
    return title if not code or code.lower() in title.lower() else f"{code}: {title}"


def find_earliest(*days: date | None) -> date | None:
    """Return the earliest of the days that are known."""
    return min((day for day in days if day), default=None)


def format_when(day: date | None, today: date) -> str:
    """Return a date with its distance."""
    return f"{day}, {format_distance(day, today)}" if day else "no date yet"


class PeopleNames(Struct, frozen=True):
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
        return format_title(person.name if person and person.name else owner)

    def who(self, owner: str, role: str = "") -> str:
        """Return a person with the role: `Alice Moreno (CSP)`; or the role where none is named."""
        label = role_label(self.role_of(owner, role))
        name = self.person(owner)
        if not name:
            return label or "no owner"
        return f"{name} ({label})" if label else name


def describe_state(board: Board, gate: Gate | None, every: Sequence[Gate] = ()) -> str:
    """State in two sentences how things stand: the work, then the milestone.

    A third one names the milestones of `every` whose day passed before all was there.
    """
    milestone = gate.milestone if gate and gate.milestone.closes else None
    rows = [
        row
        for row in board.rows.values()
        if milestone is None or milestone.asks_for(row.phase, row.role)
    ]
    counts = count_items(rows)
    overdue = sum(row.overdue for row in rows)
    blocked = counts.by_status["blocked"]
    scope = "for this milestone" if milestone else "that apply"
    items = pluralize(counts.countable, "required item")
    text = f"Of {items} {scope}, {_is_or_are(counts.done)} done"
    if blocked or overdue:
        text += f"; {_is_or_are(blocked)} blocked and {_is_or_are(overdue)} overdue."
    else:
        text += "; none are blocked or overdue."
    if counts.unknown:
        text = text[:-1] + f"; the state of {counts.unknown} is unreadable."
    if gate is None:
        return text
    passed = _describe_passed(board, gate, every)
    return f"{text} {_describe_milestone(board, gate)} {passed}".rstrip()


def _describe_passed(board: Board, gate: Gate, every: Sequence[Gate]) -> str:
    """Name the milestones that are behind, and that still lack something."""
    listed = [
        f'"{format_title(one.milestone.title)}" ({one.date}, {len(one.counted)} outstanding)'
        for one in every
        if one.milestone.closes and one.counted and one.date and one.date < board.today
        if one.milestone.id != gate.milestone.id
    ]
    if not listed:
        return ""
    verb = "is" if len(listed) == 1 else "are"
    return f"{' and '.join(listed)} {verb} past due."


def _describe_milestone(board: Board, gate: Gate) -> str:
    name, missing = f'"{format_title(gate.milestone.title)}"', len(gate.counted)
    state = f"{missing} outstanding" if missing else "ready"
    if not gate.milestone.closes:
        lack = "has no gate: it closes no phase"
        return f"The milestone {name} {lack}; its date is {format_when(gate.date, board.today)}."
    if gate.date is None:
        return f"{name} has no date yet: {state}."
    days = (gate.date - board.today).days
    if days < 0:
        return f"{name} was due {pluralize(-days, 'day')} ago: {state}."
    left = f"{name} is today" if days == 0 else f"{name} is {pluralize(days, 'day')} away"
    return f"{left}: {state}."


def describe_evidence(states: Counter[str], later: int = 0) -> str:
    """State how much evidence there is, and how much of it does not count.

    Args:
        states: how many pieces are in which state.
        later: how many of the stale ones are not today, but will be at their milestone.
    """
    counts = {state: states[state] for state in UNSOUND_STATES}
    counts[EvidenceState.STALE] -= later
    bad = [f"{_is_or_are(number)} {state}" for state, number in counts.items() if number]
    whose = "its" if later == 1 else "their"
    bad += [f"{later} will be stale by {whose} milestone"] if later else []
    pieces = pluralize(states.total(), "evidence attachment")
    if not states:
        return "There is no evidence yet."
    unverified = states[EvidenceState.UNVERIFIED]
    rest = (
        f" {pluralize(unverified, 'attachment is', 'attachments are')} {UNVERIFIED_WORDS}."
        if unverified
        else ""
    )
    if not bad:
        return f"Of {pieces}, none are stale, missing or changed.{rest}"
    listed = " and ".join([", ".join(bad[:-1]), bad[-1]] if bad[1:] else bad)
    return f"Of {pieces}, {listed}.{rest}"


def _is_or_are(number: int) -> str:
    return "none are" if number == 0 else f"{number} is" if number == 1 else f"{number} are"


def workspace_relative(board: Board, path: str) -> str:
    """Return a path without what it reveals about this machine."""
    place = PurePath(path)
    root = PurePath(board.project.root)
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else place.name
