"""Rulesets: from which day rules bind a workspace, by its profile, and when their grace ends.

The dates are those of the process (`[[ruleset]]`). What a ruleset asks for are the items whose
official code begins with its own: CCM of `ccm-20x`.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from msgspec import Struct

from fedcheck.analysis.board import Board
from fedcheck.domain.glossary import DEMANDED
from fedcheck.domain.process import Ruleset
from fedcheck.domain.row import Row

WORDS = {
    "obtain": "Binding for new certifications",
    "maintain": "Binding for existing certifications",
    "both": "Binding",
    "grace": "Grace period ends",
}
"""What happens on a day of a ruleset: it begins to bind new or existing ones, or both."""


class RulesetState(Struct, frozen=True):
    """A ruleset that binds the workspace.

    Attributes:
        name: its code, with what it is for where the profile has more than one of that code.
        grace: the day on which its grace period ends; None where that is not known, or never was.
        waits: what the end of its grace period waits for; empty where nothing is awaited.
        rows: the items that it asks for.
    """

    ruleset: Ruleset
    name: str
    grace: date | None
    waits: str
    rows: tuple[Row, ...]

    def has_lapsed(self, today: date) -> bool:
        """Return whether the grace period is over: its last day has passed."""
        return self.grace is not None and self.grace < today

    @property
    def open_rows(self) -> list[Row]:
        """Return what it demands and nobody has done, as far as it can be done yet."""
        return [
            row
            for row in self.rows
            if row.item.level in DEMANDED and not (row.record.closed or row.unknown or row.later)
        ]


class RulesetDay(Struct, frozen=True):
    """What happens to one or more rulesets on one day; the day is None while it is not known.

    Attributes:
        key: stable name: the event and the day that the rules state.
        milestone: the milestone that the day depends on; empty where it depends on none.
    """

    key: str
    day: date | None
    what: str
    why: str
    waits: str
    milestone: str
    states: tuple[RulesetState, ...]


def list_rulesets(board: Board, roles: Collection[str] = ()) -> list[RulesetState]:
    """Return the rulesets that bind the workspace by its profile, in the order of the process.

    A ruleset of which no item applies, to these roles where any are given, binds nobody here. One
    that no list knows at all is shown: nothing states whom it binds.
    """
    process, facts = board.project.process, board.project.facts
    chosen = [one for one in process.rulesets if one.applies_to(facts)]
    if not chosen:
        return []
    known = {
        _code_of(item.code)
        for checklist in board.project.checklists.values()
        for _, item in checklist.items.values()
    }
    rows: dict[str, list[Row]] = {}
    for row in board.rows.values():
        if not row.private and row.role in (roles or (row.role,)):
            rows.setdefault(_code_of(row.item.code), []).append(row)
    codes = [one.code for one in chosen]
    found = []
    for one in chosen:
        if one.code in rows or one.code not in known:
            grace, waits = _resolve_grace(board, one)
            name = one.name if codes.count(one.code) > 1 else one.code
            found.append(RulesetState(one, name, grace, waits, tuple(rows.get(one.code, ()))))
    return found


def list_ruleset_days(board: Board, roles: Collection[str] = ()) -> Iterator[RulesetDay]:
    """Yield the days of the rulesets that bind the workspace, those of one kind and day in one."""
    grouped: dict[tuple[str, date, str], list[RulesetState]] = {}
    for state in list_rulesets(board, roles):
        for event, day in _list_events(state.ruleset):
            after = state.ruleset.grace_after if event == "grace" else ""
            grouped.setdefault((event, day, after), []).append(state)
    for (event, stated, after), states in grouped.items():
        first = states[0]
        is_grace = event == "grace"
        notes = dict.fromkeys(one.ruleset.note for one in states if one.ruleset.note)
        yield RulesetDay(
            key=":".join(part for part in (event, stated.isoformat(), after) if part),
            day=first.grace if is_grace else stated,
            what=f"{WORDS[event]}: {', '.join(one.name for one in states)}",
            why=_format_start(board, after, stated) if after else "; ".join(notes),
            waits=first.waits if is_grace else "",
            milestone=after,
            states=tuple(states),
        )


def _code_of(code: str) -> str:
    return code.partition("-")[0].upper()


def _list_events(ruleset: Ruleset) -> Iterator[tuple[str, date]]:
    """Yield what happens on which day that the rules state; a grace of no date is none."""
    obtain, maintain, grace = ruleset.obtain, ruleset.maintain, ruleset.grace_day
    if obtain and obtain == maintain:
        yield "both", obtain
    else:
        if obtain:
            yield "obtain", obtain
        if maintain:
            yield "maintain", maintain
    if grace and (ruleset.grace_after or grace != (maintain or obtain)):
        yield "grace", grace


def _resolve_grace(board: Board, ruleset: Ruleset) -> tuple[date | None, str]:
    """Return the end of a grace period, or what it waits for.

    A milestone that does not are after the day is not the one that ends it.
    """
    stated, after = ruleset.grace_day, ruleset.grace_after
    if stated is None or not after:
        return stated, ""
    held = board.dates.get(after)
    if held is not None and held > stated:
        return held, ""
    return None, _format_start(board, after, stated)


def _format_start(board: Board, milestone_id: str, stated: date) -> str:
    milestone = board.project.process.milestone(milestone_id)
    return f'"{milestone.title if milestone else milestone_id}", the first after {stated}'


def select_lapsed(states: Iterable[RulesetState], today: date) -> list[RulesetState]:
    """Return the rulesets whose grace is over while something that they demand is not done."""
    return [one for one in states if one.has_lapsed(today) and one.open_rows]
